//! Residues in as many bits as their prime has: what is kept for long, and read whole, takes a quarter or more less
//! memory than in words, and comes from there in so much less time.
//!
//! Residue `i` of a vector is bits `i b` to `(i + 1) b - 1` of its bytes, the lowest bit of a byte first. So eight of them
//! are `b` bytes, and each begins at a known bit of those.

use std::{fmt, ops::Range};

use rayon::prelude::*;

use crate::{Basis, Error, Evaluation, Field, Isa, Modulus, Ntt, Poly, ntt::kernel};

/// Residues that share bytes.
pub(crate) const GROUP: usize = 8;

/// How many bytes so many residues of `bits` bits take, a last group that is not full as one that is.
#[must_use]
pub const fn packed_bytes(count: usize, bits: u32) -> usize {
    count.div_ceil(GROUP) * bits as usize
}

/// Residues modulo one prime.
#[derive(Clone, PartialEq, Eq)]
pub struct Packed {
    bits: u32,
    len: usize,
    /// The residues, and [`Packed::MARGIN`].
    bytes: Vec<u8>,
}

impl Packed {
    /// Bytes that a vector may load beyond the last residue.
    pub(crate) const MARGIN: usize = 64;

    /// These residues modulo `modulus`.
    ///
    /// # Panics
    /// When there is a number among them that is not below it.
    #[must_use]
    pub fn new(residues: &[u64], modulus: Modulus) -> Self {
        Self::by(residues, &Field::new(modulus, Isa::best()))
    }

    fn by(residues: &[u64], field: &Field) -> Self {
        let (bits, len) = (field.modulus().bits(), residues.len());
        let mut bytes = vec![0; packed_bytes(len, bits) + Self::MARGIN];
        let fits = kernel::pack(field, residues, &mut bytes);
        assert!(fits, "a number that is no residue modulo {}", field.modulus().value());
        Self { bits, len, bytes }
    }

    /// As many residues modulo `modulus` as these bytes hold.
    ///
    /// # Errors
    /// [`Error::ResidueOutOfRange`].
    ///
    /// # Panics
    /// When the bytes are not whole groups.
    fn from_bytes(bytes: &[u8], modulus: Modulus) -> Result<Self, Error> {
        let bits = modulus.bits();
        assert!(bytes.len().is_multiple_of(bits as usize));
        let len = bytes.len() / bits as usize * GROUP;
        let packed = Self { bits, len, bytes: [bytes, &[0; Self::MARGIN]].concat() };
        let groups = (0..len / GROUP).map(|i| packed.as_slice().group(i));
        let prime = modulus.value();
        let are_residues = |group: [u64; GROUP]| group.into_iter().fold(true, |all, x| all & (x < prime));
        if groups.clone().fold(true, |all, group| all & are_residues(group)) {
            return Ok(packed);
        }
        let mut residues = groups.flatten().enumerate();
        let (index, value) = residues.find(|(_, x)| *x >= prime).expect("one is too large");
        Err(Error::ResidueOutOfRange { value, index, prime })
    }

    /// How many residues there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The residues' bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..packed_bytes(self.len, self.bits)]
    }

    /// The residues.
    ///
    /// # Panics
    /// When `out` is not as long as there are residues.
    pub fn unpack(&self, out: &mut [u64]) {
        assert_eq!(out.len(), self.len);
        unpack(&self.bytes, self.bits, out);
    }

    /// All residues.
    #[must_use]
    pub fn as_slice(&self) -> PackedSlice<'_> {
        PackedSlice { bits: self.bits, len: self.len, bytes: &self.bytes }
    }
}

/// Some of the residues of a [`Packed`], one after the other.
#[derive(Clone, Copy)]
pub struct PackedSlice<'a> {
    bits: u32,
    len: usize,
    /// The residues, and [`Packed::MARGIN`] or more.
    bytes: &'a [u8],
}

impl<'a> PackedSlice<'a> {
    /// How many residues there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The residues at these places of the slice.
    ///
    /// # Panics
    /// When there are not as many, or the first place is no multiple of eight, where a residue begins a byte.
    #[must_use]
    pub fn slice(self, places: Range<usize>) -> Self {
        assert!(places.end <= self.len && places.start.is_multiple_of(GROUP));
        let bytes = &self.bytes[places.start / GROUP * self.bits as usize..];
        Self { len: places.len(), bytes, ..self }
    }

    /// How many bits a residue has.
    pub(crate) const fn bits(&self) -> u32 {
        self.bits
    }

    /// The residues' bytes, and [`Packed::MARGIN`] more.
    #[cfg(target_arch = "x86_64")]
    #[inline]
    pub(crate) const fn padded(&self) -> &'a [u8] {
        self.bytes
    }

    /// What stands from so many bytes on: `N` bytes at most belong to no residue.
    #[inline]
    fn load<const N: usize>(&self, at: usize) -> &[u8; N] {
        self.bytes[at..].first_chunk().expect("a margin")
    }

    /// The residues of group number `i`; zeros behind the last one.
    #[inline]
    pub(crate) fn group(&self, i: usize) -> [u64; GROUP] {
        let (bits, mask) = (self.bits as usize, (1 << self.bits) - 1);
        let begin = |lane: usize| (i * bits + lane * bits / 8, lane * bits % 8);
        // From its first bit on a residue and those before it in its byte fit a word, or two.
        if bits + 7 <= 64 {
            std::array::from_fn(|lane| {
                let (byte, bit) = begin(lane);
                (u64::from_le_bytes(*self.load(byte)) >> bit) & mask
            })
        } else {
            std::array::from_fn(|lane| {
                let (byte, bit) = begin(lane);
                (u128::from_le_bytes(*self.load(byte)) >> bit) as u64 & mask
            })
        }
    }
}

/// A polynomial by its values, packed: as keys are held.
#[derive(Clone)]
pub struct PackedPoly {
    basis: Basis,
    limbs: Vec<Packed>,
}

impl PackedPoly {
    /// How many bytes the residues of a polynomial over `basis` take.
    #[must_use]
    pub fn bytes_over(basis: &Basis) -> usize {
        basis.limbs().iter().map(|ntt| packed_bytes(basis.degree(), ntt.modulus().bits())).sum()
    }

    /// A polynomial from the bytes of its residues, limb after limb: the door for untrusted data.
    ///
    /// # Errors
    /// [`Error::PackedLength`], or [`Error::ResidueOutOfRange`] for a residue that is not below its prime.
    pub fn from_bytes(basis: &Basis, bytes: &[u8]) -> Result<Self, Error> {
        let (found, expected) = (bytes.len(), Self::bytes_over(basis));
        if found != expected {
            return Err(Error::PackedLength { found, expected });
        }
        let mut rest = bytes;
        let own = |ntt: &Ntt| {
            let (limb, next) = rest.split_at(packed_bytes(basis.degree(), ntt.modulus().bits()));
            rest = next;
            (limb, ntt.modulus())
        };
        let jobs: Vec<_> = basis.limbs().iter().map(own).collect();
        let limbs = jobs.into_par_iter().map(|(bytes, modulus)| Packed::from_bytes(bytes, modulus));
        Ok(Self { basis: basis.clone(), limbs: limbs.collect::<Result<_, _>>()? })
    }

    /// The basis.
    #[must_use]
    pub const fn basis(&self) -> &Basis {
        &self.basis
    }

    /// The limbs, in the order of the basis.
    #[must_use]
    pub fn limbs(&self) -> &[Packed] {
        &self.limbs
    }

    /// The polynomial in words.
    #[must_use]
    pub fn unpack(&self) -> Poly<Evaluation> {
        Poly::generate(&self.basis, |i, _, limb| self.limbs[i].unpack(limb))
    }
}

/// Limbs are packed on all threads.
impl From<&Poly<Evaluation>> for PackedPoly {
    fn from(poly: &Poly<Evaluation>) -> Self {
        let limbs = poly.basis().limbs().par_iter().enumerate();
        let limbs = limbs.map(|(i, ntt)| Packed::by(poly.limb(i), ntt.field())).collect();
        Self { basis: poly.basis().clone(), limbs }
    }
}

/// The same residues over the same basis.
impl PartialEq for PackedPoly {
    fn eq(&self, other: &Self) -> bool {
        self.basis == other.basis && self.limbs == other.limbs
    }
}

impl Eq for PackedPoly {}

/// Names the length, not the residues: they are many.
impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packed").field("bits", &self.bits).field("len", &self.len).finish_non_exhaustive()
    }
}

/// Names the basis, not the residues: they are many.
impl fmt::Debug for PackedPoly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PackedPoly").field("basis", &self.basis).finish_non_exhaustive()
    }
}

/// Takes residues out of their packing; further bytes are not read.
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
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::{Ring, prime::ntt_primes, sample};

    /// By the definition, bit by bit.
    fn naive(residues: &[u64], bits: u32) -> Vec<u8> {
        let mut out = vec![0; packed_bytes(residues.len(), bits)];
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
            (q, residues) in (2_u32..=61).prop_flat_map(|bits| {
                let q = (1 << bits) - 1;
                let residue = prop_oneof![0..q, Just(0), Just(q - 1)];
                (Just(q), vec(residue, 0_usize..40))
            }),
        ) {
            let q = Modulus::new(q).expect("an odd modulus");
            let packed = Packed::new(&residues, q);
            prop_assert_eq!(packed.bytes(), naive(&residues, q.bits()));
            for isa in Isa::available() {
                prop_assert_eq!(&Packed::by(&residues, &Field::new(q, isa)), &packed, "{:?}", isa);
            }
            let mut back = vec![u64::MAX; residues.len()];
            packed.unpack(&mut back);
            prop_assert_eq!(&back, &residues);
            let groups: Vec<u64> = (0..residues.len().div_ceil(GROUP)).flat_map(|i| packed.as_slice().group(i)).collect();
            prop_assert_eq!(&groups[..residues.len()], &residues);
        }
    }

    #[test]
    fn a_polynomial_comes_back_from_its_bytes() {
        let basis = Basis::new(Ring::Standard, 64, &ntt_primes(45, 128).take(3).collect::<Vec<_>>()).unwrap();
        let poly: Poly<Evaluation> = sample::uniform(&basis, &[7; 32]);
        let packed = PackedPoly::from(&poly);
        assert_eq!(packed.unpack(), poly);
        let mut bytes: Vec<u8> = packed.limbs().iter().flat_map(|limb| limb.bytes().to_vec()).collect();
        assert_eq!(PackedPoly::from_bytes(&basis, &bytes), Ok(packed));
        let short = PackedPoly::from_bytes(&basis, &bytes[1..]);
        assert_eq!(short, Err(Error::PackedLength { found: bytes.len() - 1, expected: bytes.len() }));
        // The last residue, of the last limb.
        let last = bytes.len() - 6..;
        bytes[last].fill(0xff);
        assert!(matches!(
            PackedPoly::from_bytes(&basis, &bytes),
            Err(Error::ResidueOutOfRange { index: 63, value: 0x1fff_ffff_ffff, .. })
        ));
    }

    #[test]
    fn a_number_that_is_no_residue_is_refused() {
        for isa in Isa::available() {
            let field = Field::new(Modulus::new(257).unwrap(), isa);
            for (number, at) in [257, 258, 1 << 63, u64::MAX - 1, u64::MAX].into_iter().zip([0, 7, 12, 20, 8])
            {
                let mut residues = [256; 21];
                assert_eq!(Packed::by(&residues, &field).len(), 21);
                residues[at] = number;
                let packed = std::panic::catch_unwind(|| Packed::by(&residues, &field));
                assert!(packed.is_err(), "{number} at {at}, {isa:?}");
            }
        }
    }
}
