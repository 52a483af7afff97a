//! Products, squares and relinearization.

use lowtide_ring::Poly;

use crate::{Ciphertext, Error, EvaluationKeys, Plaintext, Product, ciphertext::Components, keyswitch};

impl Ciphertext {
    /// Multiplies slot by slot: levels `(l, l) -> l`, scales `(s, t) -> s t`.
    ///
    /// # Errors
    /// [`Error::ParameterMismatch`] or [`Error::LevelMismatch`].
    pub fn mul(&self, other: &Self) -> Result<Product, Error> {
        self.body.check_level(&other.body)?;
        let ([a0, a1], [b0, b1]) = (&self.body.c, &other.body.c);
        let basis = a0.basis();
        let [d0, d2] = Poly::pair(basis, |i, ntt, low, high| {
            ntt.field().inner_product(low, &[(a0.limb(i), b0.limb(i))]);
            ntt.field().inner_product(high, &[(a1.limb(i), b1.limb(i))]);
        });
        let mut d1 = Poly::zero(basis);
        d1.for_each_limb(|i, ntt, limb| {
            ntt.field().inner_product(limb, &[(a0.limb(i), b1.limb(i)), (a1.limb(i), b0.limb(i))]);
        });
        Ok(Components {
            params: self.params().clone(),
            c: [d0, d1, d2],
            scale: self.scale() * other.scale(),
            noise: self.noise().mul(self.scale(), other.noise(), other.scale()),
        }
        .into())
    }

    /// Squares slot by slot: level stays, scales `s -> s^2`.
    #[must_use]
    pub fn square(&self) -> Product {
        let [c0, c1] = &self.body.c;
        let basis = c0.basis();
        let [d0, d2] = Poly::pair(basis, |i, ntt, low, high| {
            ntt.field().inner_product(low, &[(c0.limb(i), c0.limb(i))]);
            ntt.field().inner_product(high, &[(c1.limb(i), c1.limb(i))]);
        });
        let mut d1 = Poly::zero(basis);
        d1.for_each_limb(|i, ntt, limb| {
            ntt.field().inner_product(limb, &[(c0.limb(i), c1.limb(i)), (c0.limb(i), c1.limb(i))]);
        });
        let mut noise = self.noise().mul(self.scale(), self.noise(), self.scale());
        // Both factors carry the same error: it adds up, not in squares.
        noise.deviation *= std::f64::consts::SQRT_2;
        Components {
            params: self.params().clone(),
            c: [d0, d1, d2],
            scale: self.scale() * self.scale(),
            noise,
        }
        .into()
    }

    /// Multiplies by a plaintext slot by slot: levels `(l, l) -> l`, scales `(s, t) -> s t`.
    ///
    /// # Errors
    /// [`Error::ParameterMismatch`] or [`Error::LevelMismatch`].
    pub fn mul_plain(&self, other: &Plaintext) -> Result<Self, Error> {
        self.check_plain(other)?;
        let mut body = self.body.clone();
        body.c.iter_mut().for_each(|poly| poly.mul_assign(&other.poly));
        body.noise = body.noise.mul(&body.scale, other.noise, &other.scale);
        body.scale = &body.scale * &other.scale;
        Ok(body.into())
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
        let mut body = self.body.clone();
        body.c.iter_mut().zip(&other.body.c).for_each(|(x, y)| x.add_assign(y));
        body.noise = body.noise.add(other.noise());
        Ok(body.into())
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
        let mut c = keyswitch::switch(params, d2, keys.require_relinearization()?)?;
        c[0].add_assign(d0);
        c[1].add_assign(d1);
        let noise = self.noise().switched(params, params.digits(self.level()));
        Ok(Components { params: params.clone(), c, scale: self.scale().clone(), noise }.into())
    }
}
