//! Polynomials, packed to the bit lengths of their primes.
//!
//! Residue `i` of a limb is bits `i b` to `(i + 1) b - 1`, the lowest bit of a byte first. The ring degree is a multiple
//! of 8, so that a limb fills its bytes to the last bit and each sequence of residues has one form.

use lowtide_ring::{Basis, Evaluation, PackedPoly, Poly};

use crate::{Error, Reader, Writer};

impl Writer {
    /// A polynomial: the reader has to know its basis. Limbs are packed on all threads.
    pub fn poly(&mut self, poly: &Poly<Evaluation>) {
        let Some(mut rest) = self.claim(PackedPoly::bytes_over(poly.basis())) else { return };
        for limb in PackedPoly::from(poly).limbs() {
            let (out, others) = rest.split_at_mut(limb.bytes().len());
            out.copy_from_slice(limb.bytes());
            rest = others;
        }
    }

    /// A polynomial that is packed: written in the same form.
    pub fn packed(&mut self, poly: &PackedPoly) {
        poly.limbs().iter().for_each(|limb| self.raw(limb.bytes()));
    }
}

impl Reader<'_> {
    /// A polynomial over `basis`, each residue below its prime. Limbs are unpacked on all threads.
    ///
    /// # Errors
    /// [`Error::PayloadEnds`] before anything is allocated; [`Error::Scheme`] for a residue that is not below its prime.
    pub fn poly(&mut self, basis: &Basis) -> Result<Poly<Evaluation>, Error> {
        Ok(self.packed(basis)?.unpack())
    }

    /// As [`Reader::poly`], left as it is.
    ///
    /// # Errors
    /// As [`Reader::poly`].
    pub fn packed(&mut self, basis: &Basis) -> Result<PackedPoly, Error> {
        Ok(PackedPoly::from_bytes(basis, self.raw(PackedPoly::bytes_over(basis))?)?)
    }
}
