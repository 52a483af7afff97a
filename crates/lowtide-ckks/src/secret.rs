//! The secret key. This module is compiled for customers only.

use std::fmt;

use lowtide_ring::{Evaluation, Poly, sample};
use rand::CryptoRng;
use zeroize::Zeroizing;

use crate::{Error, Parameters};

/// A uniform ternary polynomial. It wipes itself, prints nothing, and cannot be copied by accident.
pub struct SecretKey {
    params: Parameters,
    coefficients: Zeroizing<Vec<i64>>,
    /// Over all primes, special ones included.
    pub(crate) s: Zeroizing<Poly<Evaluation>>,
}

impl SecretKey {
    /// A fresh key.
    #[must_use]
    pub fn generate(params: &Parameters, rng: &mut impl CryptoRng) -> Self {
        Self::lift(params, sample::ternary(params.ring_degree(), rng))
    }

    /// A key from its coefficients: the door for stored keys.
    ///
    /// # Errors
    /// [`Error::WrongLength`] unless there are `N` of them, [`Error::Malformed`] unless each is -1, 0 or 1.
    pub fn from_coefficients(params: &Parameters, coefficients: Zeroizing<Vec<i64>>) -> Result<Self, Error> {
        let expected = params.ring_degree();
        if coefficients.len() != expected {
            return Err(Error::WrongLength { found: coefficients.len(), expected });
        }
        let found = coefficients.iter().filter(|x| (-1..=1).contains(*x)).count();
        if found != expected {
            return Err(Error::Malformed { part: "a ternary secret key", found, expected });
        }
        Ok(Self::lift(params, coefficients))
    }

    fn lift(params: &Parameters, coefficients: Zeroizing<Vec<i64>>) -> Self {
        let basis = params.key_basis(params.max_level());
        let s = Zeroizing::new(Poly::from_signed(&basis, &coefficients).into_evaluation());
        Self { params: params.clone(), coefficients, s }
    }

    /// The parameters.
    #[must_use]
    pub const fn params(&self) -> &Parameters {
        &self.params
    }

    /// The coefficients, for storage under the owner's control.
    #[must_use]
    pub fn coefficients(&self) -> &[i64] {
        &self.coefficients
    }
}

/// Names the parameters and nothing of the key.
impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretKey").field("params", &self.params.fingerprint()).finish_non_exhaustive()
    }
}
