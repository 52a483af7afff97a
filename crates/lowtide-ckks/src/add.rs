//! Sums with plaintexts. Those of ciphertexts stand with the types.

use lowtide_ring::{Evaluation, Poly};

use crate::{Ciphertext, Error, Plaintext, ciphertext::Components};

impl Ciphertext {
    /// Adds a plaintext slot by slot: levels `(l, l) -> l`, scales `(s, s) -> s`.
    ///
    /// # Errors
    /// [`Error::ParameterMismatch`], [`Error::LevelMismatch`] or [`Error::ScaleMismatch`].
    pub fn add_plain(&self, other: &Plaintext) -> Result<Self, Error> {
        self.with_plain(other, Poly::add_assign)
    }

    /// Subtracts a plaintext slot by slot: levels `(l, l) -> l`, scales `(s, s) -> s`.
    ///
    /// # Errors
    /// As [`Ciphertext::add_plain`].
    pub fn sub_plain(&self, other: &Plaintext) -> Result<Self, Error> {
        self.with_plain(other, Poly::sub_assign)
    }

    fn with_plain(
        &self,
        other: &Plaintext,
        combine: fn(&mut Poly<Evaluation>, &Poly<Evaluation>),
    ) -> Result<Self, Error> {
        self.check_plain(other)?;
        self.body.check_scale(&other.scale)?;
        let mut body: Components<2> = self.body.clone();
        combine(&mut body.c[0], &other.poly);
        body.noise = body.noise.add(other.noise);
        Ok(body.into())
    }

    pub(crate) fn check_plain(&self, other: &Plaintext) -> Result<(), Error> {
        self.params().check_same(&other.params)?;
        let (left, right) = (self.level(), other.level());
        if left == right { Ok(()) } else { Err(Error::LevelMismatch { left, right }) }
    }
}
