//! Residues packed to the bit length of their prime.
//!
//! Residue `i` of a limb is bits `i b` to `(i + 1) b - 1`, the lowest bit of a byte first. The ring degree is a multiple
//! of 8, so that a limb fills its bytes to the last bit and each sequence of residues has one form.

use lowtide_ring::{Basis, Evaluation, Ntt, Poly};
use rayon::prelude::*;

use crate::{Error, Reader, Writer};

impl Writer {
    /// A polynomial: the reader has to know its basis. Limbs are packed on all threads.
    pub fn poly(&mut self, poly: &Poly<Evaluation>) {
        let (degree, limbs) = (poly.basis().degree(), poly.basis().limbs());
        let Some(mut rest) = self.claim(packed_bytes(poly.basis())) else { return };
        let own = |(ntt, limb): (&Ntt, _)| {
            let bits = ntt.modulus().bits();
            let out = rest.split_off_mut(..limb_bytes(degree, bits)).expect("claimed for all limbs");
            (limb, bits, out)
        };
        let jobs: Vec<_> = limbs.iter().zip(poly.limbs()).map(own).collect();
        jobs.into_par_iter().for_each(|(limb, bits, out)| pack(limb, bits, out));
    }
}

impl Reader<'_> {
    /// A polynomial over `basis`, each residue below its prime. Limbs are unpacked on all threads.
    ///
    /// # Errors
    /// [`Error::PayloadEnds`] before anything is allocated; [`Error::Scheme`] for a residue that is not below its prime.
    pub fn poly(&mut self, basis: &Basis) -> Result<Poly<Evaluation>, Error> {
        let (degree, limbs) = (basis.degree(), basis.limbs());
        let mut packed = Reader::new(self.raw(packed_bytes(basis))?);
        let own = |ntt: &Ntt| {
            let bits = ntt.modulus().bits();
            packed.raw(limb_bytes(degree, bits)).map(|bytes| (bytes, bits))
        };
        let jobs = limbs.iter().map(own).collect::<Result<Vec<_>, _>>()?;
        let mut residues = vec![0; degree * limbs.len()];
        let unpack_one = |(limb, (bytes, bits)): (&mut [u64], (&[u8], u32))| unpack(bytes, bits, limb);
        residues.par_chunks_exact_mut(degree).zip(jobs).for_each(unpack_one);
        Ok(Poly::from_residues(basis, &residues)?)
    }
}

/// The bytes of a polynomial over `basis`.
fn packed_bytes(basis: &Basis) -> usize {
    basis.limbs().iter().map(|ntt| limb_bytes(basis.degree(), ntt.modulus().bits())).sum()
}

/// The bytes of `degree` residues of `bits` bits.
pub(crate) const fn limb_bytes(degree: usize, bits: u32) -> usize {
    degree / 8 * bits as usize
}

/// Packs residues below `2^bits`, for `0 < bits < 64`, into `limb_bytes` bytes, a word at a time.
fn pack(residues: &[u64], bits: u32, out: &mut [u8]) {
    let (words, tail) = out.as_chunks_mut::<8>();
    let mut words = words.iter_mut();
    // The lowest `filled` bits of `word` wait for their word to be full.
    let (mut word, mut filled) = (0, 0);
    for residue in residues {
        word |= residue << filled;
        filled += bits;
        if filled >= 64 {
            if let Some(out) = words.next() {
                *out = word.to_le_bytes();
            }
            filled -= 64;
            word = residue >> (bits - filled);
        }
    }
    tail.copy_from_slice(&word.to_le_bytes()[..tail.len()]);
}

/// The other way.
fn unpack(bytes: &[u8], bits: u32, out: &mut [u64]) {
    let (words, tail) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..tail.len()].copy_from_slice(tail);
    let mut words = words.iter().chain(std::iter::once(&last)).map(|word| u64::from_le_bytes(*word));
    let mask = (1 << bits) - 1;
    // The lowest `held` bits of `word` are still to be taken, those above are zero.
    let (mut word, mut held) = (0, 0);
    for residue in out {
        if held >= bits {
            *residue = word & mask;
            word >>= bits;
            held -= bits;
        } else {
            let next = words.next().unwrap_or(0);
            *residue = (word | next << held) & mask;
            word = next >> (bits - held);
            held += 64 - bits;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// By the definition, bit by bit.
    fn naive(residues: &[u64], bits: u32) -> Vec<u8> {
        let mut out = vec![0; limb_bytes(residues.len(), bits)];
        for (i, residue) in residues.iter().enumerate() {
            for bit in 0..bits as usize {
                let at = i * bits as usize + bit;
                out[at / 8] |= ((residue >> bit & 1) as u8) << (at % 8);
            }
        }
        out
    }

    proptest! {
        #[test]
        fn packing_follows_its_definition_and_comes_back(
            bits in 1..64_u32,
            words in (3..9_u32).prop_flat_map(|log| prop::collection::vec(any::<u64>(), 1 << log)),
            extreme in any::<bool>(),
        ) {
            let mask = (1 << bits) - 1;
            let residues: Vec<u64> = words.iter().map(|word| if extreme { mask } else { word & mask }).collect();
            let (mut bytes, mut back) = (vec![0; limb_bytes(residues.len(), bits)], vec![0; residues.len()]);
            pack(&residues, bits, &mut bytes);
            prop_assert_eq!(&bytes, &naive(&residues, bits));
            unpack(&bytes, bits, &mut back);
            prop_assert_eq!(back, residues);
        }
    }
}
