//! Products, squares and relinearization.

use lowtide_ring::{Evaluation, Poly};

use crate::{
    Ciphertext, Error, EvaluationKeys, Noise, Parameters, Plaintext, Product, Scale, ciphertext::Components,
    keyswitch,
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
            noise: self.noise_of_product(other),
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
        let noise = self.noise_of_product(self);
        Components { params: self.params().clone(), c: d, scale: self.scale() * self.scale(), noise }.into()
    }

    /// The product, relinearized and rescaled: to the last bit what [`Ciphertext::mul`] and [`Product::relinearize_rescale`]
    /// give, in less time and memory, for the product itself is never stored. Levels `(l, l) -> l - 1`, scales
    /// `(s, t) -> s t / q_l`.
    ///
    /// # Errors
    /// As the two of them.
    pub fn mul_relinearize_rescale(&self, other: &Self, keys: &EvaluationKeys) -> Result<Self, Error> {
        Self::inner_product(&[(self, other)], keys)
    }

    /// The square, likewise: [`Ciphertext::square`] and [`Product::relinearize_rescale`].
    ///
    /// # Errors
    /// As the latter.
    pub fn square_relinearize_rescale(&self, keys: &EvaluationKeys) -> Result<Self, Error> {
        Self::inner_product(&[(self, self)], keys)
    }

    /// `sum_i x_i y_i`, slot by slot, relinearized once and rescaled once: to the last bit what [`Ciphertext::mul`],
    /// [`Product::add`] and [`Product::relinearize_rescale`] give, in less time and memory, for neither products nor their
    /// sum are ever stored. Levels `l -> l - 1`; all products `x_i y_i` have one scale, `s -> s / q_l`.
    ///
    /// # Errors
    /// [`Error::EmptySum`] for no pairs, [`Error::ScaleMismatch`] for products of different scales, or as
    /// [`Ciphertext::mul`] and [`Product::relinearize_rescale`].
    pub fn inner_product(pairs: &[(&Self, &Self)], keys: &EvaluationKeys) -> Result<Self, Error> {
        let Some((first, _)) = pairs.first() else { return Err(Error::EmptySum) };
        let (params, mut sum) = (first.params(), None);
        params.check_same(keys.params())?;
        for (x, y) in pairs {
            first.body.check_level(&x.body)?;
            first.body.check_level(&y.body)?;
            let (scale, noise) = (x.scale() * y.scale(), x.noise_of_product(y));
            sum = Some(match sum {
                None => (scale, noise),
                Some((left, _)) if left != scale => return Err(Error::ScaleMismatch { left, right: scale }),
                Some((_, others)) => (scale, Noise::add(others, noise)),
            });
        }
        let factors: Vec<_> = pairs.iter().map(|(x, y)| [&x.body.c, &y.body.c]).collect();
        let c = keyswitch::products_and_rescale(params, &factors, keys.require_relinearization()?)?;
        let (scale, noise) = sum.expect("a pair");
        Ok(relinearized_and_rescaled(params, c, &scale, noise))
    }

    fn noise_of_product(&self, other: &Self) -> Noise {
        let mut noise = self.noise().mul(self.scale(), other.noise(), other.scale());
        if std::ptr::eq(self, other) {
            // Both factors carry the same error: it adds up, not in squares.
            noise.deviation *= std::f64::consts::SQRT_2;
        }
        noise
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
        let params = self.params();
        params.check_same(keys.params())?;
        let [d0, d1, d2] = &self.body.c;
        let c = keyswitch::switch_and_rescale(params, d2, keys.require_relinearization()?, [d0, d1])?;
        Ok(relinearized_and_rescaled(params, c, self.scale(), self.noise()))
    }
}

/// The ciphertext of these components, where a product had this scale and noise.
fn relinearized_and_rescaled(
    params: &Parameters,
    c: [Poly<Evaluation>; 2],
    scale: &Scale,
    noise: Noise,
) -> Ciphertext {
    let level = c[0].basis().len();
    let prime = params.literal().q[level];
    let noise = noise.switched(params, params.digits(level)).rescaled(params, prime);
    Components { params: params.clone(), c, scale: scale / &Scale::prime(prime), noise }.into()
}
