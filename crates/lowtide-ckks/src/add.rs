//! Sums with plaintexts. Those of ciphertexts stand with the types.

use lowtide_ring::{Evaluation, Poly};

use crate::{Ciphertext, Error, Plaintext, ciphertext::Components};

impl Ciphertext {
    /// Adds a plaintext slot by slot: levels `(l, l) -> l`, scales `(s, s) -> s`.
    ///
    /// # Errors
    /// [`Error::ParameterMismatch`], [`Error::LevelMismatch`] or [`Error::ScaleMismatch`].
    pub fn add_plain(&self, other: &Plaintext) -> Result<Self, Error> {
        self.with_plain(other, Poly::sum)
    }

    /// Subtracts a plaintext slot by slot: levels `(l, l) -> l`, scales `(s, s) -> s`.
    ///
    /// # Errors
    /// As [`Ciphertext::add_plain`].
    pub fn sub_plain(&self, other: &Plaintext) -> Result<Self, Error> {
        self.with_plain(other, Poly::difference)
    }

    fn with_plain(
        &self,
        other: &Plaintext,
        combine: fn(&Poly<Evaluation>, &Poly<Evaluation>) -> Poly<Evaluation>,
    ) -> Result<Self, Error> {
        self.check_plain(other)?;
        self.body.check_scale(&other.scale)?;
        let [c0, c1] = &self.body.c;
        Ok(Components {
            params: self.params().clone(),
            c: [combine(c0, &other.poly), c1.clone()],
            scale: self.scale().clone(),
            noise: self.noise().add(other.noise),
        }
        .into())
    }

    pub(crate) fn check_plain(&self, other: &Plaintext) -> Result<(), Error> {
        self.params().check_same(&other.params)?;
        let (left, right) = (self.level(), other.level());
        if left == right { Ok(()) } else { Err(Error::LevelMismatch { left, right }) }
    }
}
