//! Products, squares and relinearization.

use lowtide_ring::Poly;

use crate::{
    Ciphertext, Error, EvaluationKeys, Plaintext, Product, Scale, ciphertext::Components, keyswitch,
};

impl Ciphertext {
    /// Multiplies slot by slot: levels `(l, l) -> l`, scales `(s, t) -> s t`.
    ///
    /// # Errors
    /// [`Error::ParameterMismatch`] or [`Error::LevelMismatch`].
    pub fn mul(&self, other: &Self) -> Result<Product, Error> {
        self.body.check_level(&other.body)?;
        let ([a0, a1], [b0, b1]) = (&self.body.c, &other.body.c);
        let d = Poly::generate_each(a0.basis(), |i, ntt, outs| {
            ntt.field().tensor(outs, [a0.limb(i), a1.limb(i)], [b0.limb(i), b1.limb(i)]);
        });
        Ok(Components {
            params: self.params().clone(),
            c: d,
            scale: self.scale() * other.scale(),
            noise: self.noise().mul(self.scale(), other.noise(), other.scale()),
        }
        .into())
    }

    /// Squares slot by slot: level stays, scales `s -> s^2`.
    #[must_use]
    pub fn square(&self) -> Product {
        let [c0, c1] = &self.body.c;
        let d = Poly::generate_each(c0.basis(), |i, ntt, outs| {
            let c = [c0.limb(i), c1.limb(i)];
            ntt.field().tensor(outs, c, c);
        });
        let mut noise = self.noise().mul(self.scale(), self.noise(), self.scale());
        // Both factors carry the same error: it adds up, not in squares.
        noise.deviation *= std::f64::consts::SQRT_2;
        Components { params: self.params().clone(), c: d, scale: self.scale() * self.scale(), noise }.into()
    }

    /// Multiplies by a plaintext slot by slot: levels `(l, l) -> l`, scales `(s, t) -> s t`.
    ///
    /// # Errors
    /// [`Error::ParameterMismatch`] or [`Error::LevelMismatch`].
    pub fn mul_plain(&self, other: &Plaintext) -> Result<Self, Error> {
        self.check_plain(other)?;
        Ok(Components {
            params: self.params().clone(),
            c: self.body.c.each_ref().map(|poly| poly.product(&other.poly)),
            scale: self.scale() * &other.scale,
            noise: self.noise().mul(self.scale(), other.noise, &other.scale),
        }
        .into())
    }
}

impl Product {
    /// Adds a ciphertext that has not been rescaled either: levels `(l, l) -> l`, scales `(s, s) -> s`.
    ///
    /// # Errors
    /// [`Error::ParameterMismatch`], [`Error::LevelMismatch`] or [`Error::ScaleMismatch`].
    pub fn add_ciphertext(&self, other: &Ciphertext) -> Result<Self, Error> {
        self.body.check_level(&other.body)?;
        self.body.check_scale(other.scale())?;
        let ([d0, d1, d2], [c0, c1]) = (&self.body.c, &other.body.c);
        Ok(Components {
            params: self.params().clone(),
            c: [d0.sum(c0), d1.sum(c1), d2.clone()],
            scale: self.scale().clone(),
            noise: self.noise().add(other.noise()),
        }
        .into())
    }

    /// Back to two components: level and scale stay.
    ///
    /// # Errors
    /// [`Error::ParameterMismatch`], [`Error::MissingRelinearizationKey`], or [`Error::KeyLevel`] when the key was made
    /// for lower levels.
    pub fn relinearize(&self, keys: &EvaluationKeys) -> Result<Ciphertext, Error> {
        let params = self.params();
        params.check_same(keys.params())?;
        let [d0, d1, d2] = &self.body.c;
        let c = keyswitch::switch(params, d2, keys.require_relinearization()?, [Some(d0), Some(d1)])?;
        let noise = self.noise().switched(params, params.digits(self.level()));
        Ok(Components { params: params.clone(), c, scale: self.scale().clone(), noise }.into())
    }

    /// Back to two components and divided by the last prime, as [`Product::relinearize`] and [`Ciphertext::rescale`]
    /// would, with one rounding in place of two and for less: levels `l -> l - 1`, scales `s -> s / q_l`.
    ///
    /// # Errors
    /// [`Error::OutOfLevels`] at level 0, or as [`Product::relinearize`].
    pub fn relinearize_rescale(&self, keys: &EvaluationKeys) -> Result<Ciphertext, Error> {
        let (params, level) = (self.params(), self.level());
        params.check_same(keys.params())?;
        let [d0, d1, d2] = &self.body.c;
        let c = keyswitch::switch_and_rescale(params, d2, keys.require_relinearization()?, [d0, d1])?;
        let prime = params.literal().q[level];
        let noise = self.noise().switched(params, params.digits(level)).rescaled(params, prime);
        let scale = self.scale() / &Scale::prime(prime);
        Ok(Components { params: params.clone(), c, scale, noise }.into())
    }
}
