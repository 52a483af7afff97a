//! Ciphertexts and products: two or three polynomials, a level, a scale and what is thought of the noise.

use lowtide_ring::{Evaluation, Poly, sample};

use crate::{Error, Level, Noise, Parameters, Scale, key::Seed};

/// What ciphertexts and products share: components `c_0, ..., c_(K-1)` with `sum_i c_i s^i = scale m + e`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Components<const K: usize> {
    pub(crate) params: Parameters,
    pub(crate) c: [Poly<Evaluation>; K],
    pub(crate) scale: Scale,
    pub(crate) noise: Noise,
}

impl<const K: usize> Components<K> {
    pub(crate) fn level(&self) -> Level {
        self.c[0].basis().len() - 1
    }

    /// The same parameters and level as `other`, or an error that says which differ.
    pub(crate) fn check_level<const J: usize>(&self, other: &Components<J>) -> Result<(), Error> {
        self.params.check_same(&other.params)?;
        let (left, right) = (self.level(), other.level());
        if left == right { Ok(()) } else { Err(Error::LevelMismatch { left, right }) }
    }

    pub(crate) fn check_scale(&self, other: &Scale) -> Result<(), Error> {
        if self.scale == *other {
            return Ok(());
        }
        Err(Error::ScaleMismatch { left: self.scale.clone(), right: other.clone() })
    }

    pub(crate) fn add(
        &self,
        other: &Self,
        combine: fn(&Poly<Evaluation>, &Poly<Evaluation>) -> Poly<Evaluation>,
    ) -> Result<Self, Error> {
        self.check_level(other)?;
        self.check_scale(&other.scale)?;
        let c = std::array::from_fn(|i| combine(&self.c[i], &other.c[i]));
        let noise = self.noise.add(other.noise);
        Ok(Self { params: self.params.clone(), c, scale: self.scale.clone(), noise })
    }

    pub(crate) fn neg(mut self) -> Self {
        self.c.iter_mut().for_each(Poly::neg_assign);
        self
    }

    pub(crate) fn mul_integer(mut self, factor: i64) -> Self {
        let residues = self.params.residues(factor.into(), self.level());
        self.c.iter_mut().for_each(|poly| poly.scale_assign(&residues));
        let magnitude = factor.unsigned_abs() as f64;
        self.noise.magnitude *= magnitude;
        self.noise.deviation *= magnitude;
        self
    }

    pub(crate) fn drop_to(&self, level: Level) -> Result<Self, Error> {
        if level > self.level() {
            return Err(Error::NoSuchLevel { wanted: level, highest: self.level() });
        }
        let basis = self.params.basis(level);
        let c = self.c.each_ref().map(|poly| poly.restrict(&basis));
        Ok(Self { params: self.params.clone(), c, scale: self.scale.clone(), noise: self.noise })
    }

    pub(crate) fn rescale(&self) -> Result<Self, Error> {
        let level = self.level();
        let division = &self.params.tables(level).lower().ok_or(Error::OutOfLevels)?.rescale;
        let prime = self.params.literal().q[level];
        Ok(Self {
            params: self.params.clone(),
            c: division.divide(self.c.each_ref()),
            scale: &self.scale / &Scale::prime(prime),
            noise: self.noise.rescaled(&self.params, prime),
        })
    }
}

macro_rules! shared_operations {
    ($name:ident) => {
        impl $name {
            /// The parameters.
            #[must_use]
            pub const fn params(&self) -> &Parameters {
                &self.body.params
            }

            /// How many rescales are left.
            #[must_use]
            pub fn level(&self) -> Level {
                self.body.level()
            }

            /// The scale.
            #[must_use]
            pub const fn scale(&self) -> &Scale {
                &self.body.scale
            }

            /// What is thought of the noise.
            #[must_use]
            pub const fn noise(&self) -> Noise {
                self.body.noise
            }

            /// Adds slot by slot: levels `(l, l) -> l`, scales `(s, s) -> s`.
            ///
            /// # Errors
            /// [`Error::ParameterMismatch`], [`Error::LevelMismatch`] or [`Error::ScaleMismatch`].
            pub fn add(&self, other: &Self) -> Result<Self, Error> {
                Ok(self.body.add(&other.body, Poly::sum)?.into())
            }

            /// Subtracts slot by slot: levels `(l, l) -> l`, scales `(s, s) -> s`.
            ///
            /// # Errors
            /// As for `add`.
            pub fn sub(&self, other: &Self) -> Result<Self, Error> {
                Ok(self.body.add(&other.body, Poly::difference)?.into())
            }

            /// Negates slot by slot: level and scale stay.
            #[must_use]
            pub fn neg(&self) -> Self {
                self.body.clone().neg().into()
            }

            /// Drops to a lower level without dividing: the scale stays. Free of noise.
            ///
            /// # Errors
            /// [`Error::NoSuchLevel`] for a higher one.
            pub fn drop_to(&self, level: Level) -> Result<Self, Error> {
                Ok(self.body.drop_to(level)?.into())
            }

            /// Divides by the last prime: levels `l -> l - 1`, scales `s -> s / q_l`.
            ///
            /// # Errors
            /// [`Error::OutOfLevels`] at level 0.
            pub fn rescale(&self) -> Result<Self, Error> {
                Ok(self.body.rescale()?.into())
            }

            /// Multiplies every slot by an integer: level and scale stay.
            #[must_use]
            pub fn mul_integer(&self, factor: i64) -> Self {
                self.body.clone().mul_integer(factor).into()
            }

            /// Multiplies the slots by `2^exponent` in name alone: the scale turns into `s 2^-exponent`. Free.
            #[must_use]
            pub fn mul_power_of_two(&self, exponent: i32) -> Self {
                let mut out = self.clone();
                out.body.scale = &out.body.scale / &Scale::power_of_two(exponent.into());
                out.body.noise.magnitude *= 2.0_f64.powi(exponent);
                out
            }

            /// The same slots with a better bound on their absolute values, which noise estimates of products use.
            #[must_use]
            pub const fn with_magnitude(mut self, magnitude: f64) -> Self {
                self.body.noise.magnitude = magnitude;
                self
            }
        }
    };
}

/// An encrypted vector: `c_0 + c_1 s = scale m + e`.
#[derive(Clone, Debug, PartialEq)]
pub struct Ciphertext {
    pub(crate) body: Components<2>,
    /// What `c_1` was expanded from, in a fresh secret-key encryption: it travels in its place.
    pub(crate) seed: Option<Seed>,
}

/// The product of two ciphertexts: `d_0 + d_1 s + d_2 s^2 = scale m + e`. Products add up like ciphertexts, so that a
/// sum of them is relinearized once.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    pub(crate) body: Components<3>,
}

shared_operations!(Ciphertext);
shared_operations!(Product);

impl From<Components<2>> for Ciphertext {
    fn from(body: Components<2>) -> Self {
        Self { body, seed: None }
    }
}

impl From<Components<3>> for Product {
    fn from(body: Components<3>) -> Self {
        Self { body }
    }
}

impl Ciphertext {
    /// A ciphertext from its components: the door for received data.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the components are not over the basis of one level of `params`.
    pub fn from_parts(
        params: &Parameters,
        c: [Poly<Evaluation>; 2],
        scale: Scale,
        noise: Noise,
    ) -> Result<Self, Error> {
        let level = c[0].basis().len() - 1;
        params.check_level(level)?;
        let found = c.iter().filter(|poly| *poly.basis() == params.basis(level)).count();
        if found != 2 {
            return Err(Error::Malformed { part: "a ciphertext", found, expected: 2 });
        }
        Ok(Components { params: params.clone(), c, scale, noise }.into())
    }

    /// A fresh ciphertext from its first component and the seed of the second.
    ///
    /// # Errors
    /// As [`Ciphertext::from_parts`].
    pub fn from_seed(
        params: &Parameters,
        c0: Poly<Evaluation>,
        seed: Seed,
        scale: Scale,
        noise: Noise,
    ) -> Result<Self, Error> {
        let c1 = sample::uniform(c0.basis(), &seed);
        let mut out = Self::from_parts(params, [c0, c1], scale, noise)?;
        out.seed = Some(seed);
        Ok(out)
    }

    /// `c_0` and `c_1`.
    #[must_use]
    pub const fn components(&self) -> &[Poly<Evaluation>; 2] {
        &self.body.c
    }

    /// What `c_1` was expanded from, when the ciphertext is a fresh secret-key encryption.
    #[must_use]
    pub const fn seed(&self) -> Option<&Seed> {
        self.seed.as_ref()
    }

    /// Bits of precision after the binary point, as estimated.
    #[must_use]
    pub fn precision_bits(&self) -> f64 {
        self.noise().precision_bits(self.scale())
    }
}
