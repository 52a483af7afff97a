//! Public keys: encryption without the secret.

use lowtide_ring::{Evaluation, Poly, sample};
use rand::CryptoRng;
use zeroize::Zeroizing;

use crate::{Ciphertext, Error, Parameters, Plaintext, ciphertext::Components, key::Seed};

/// An encryption of zero at the highest level, `(b, a)` with `b + a s = e` and `a` from a seed. Anyone may encrypt with
/// it; ciphertexts are twice the size of those of the secret key, and noisier.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicKey {
    pub(crate) params: Parameters,
    pub(crate) seed: Seed,
    pub(crate) b: Poly<Evaluation>,
    pub(crate) a: Poly<Evaluation>,
}

impl PublicKey {
    /// A key from the half that is not random.
    ///
    /// # Errors
    /// [`Error::Malformed`] unless `b` is over the basis of the highest level.
    pub fn from_parts(params: &Parameters, seed: Seed, b: Poly<Evaluation>) -> Result<Self, Error> {
        let basis = params.basis(params.max_level());
        if *b.basis() != basis {
            return Err(Error::Malformed {
                part: "a public key",
                found: b.basis().len(),
                expected: basis.len(),
            });
        }
        Ok(Self { params: params.clone(), seed, b, a: sample::uniform(&basis, &seed) })
    }

    /// The parameters.
    #[must_use]
    pub const fn params(&self) -> &Parameters {
        &self.params
    }

    /// What the random half comes from.
    #[must_use]
    pub const fn seed(&self) -> &Seed {
        &self.seed
    }

    /// The half that is not random.
    #[must_use]
    pub const fn half(&self) -> &Poly<Evaluation> {
        &self.b
    }

    /// Encrypts at the plaintext's level and scale: `v (b, a) + (m + e_0, e_1)` for a fresh ternary `v`.
    ///
    /// # Errors
    /// [`Error::ParameterMismatch`].
    pub fn encrypt(&self, plaintext: &Plaintext, rng: &mut impl CryptoRng) -> Result<Ciphertext, Error> {
        self.params.check_same(&plaintext.params)?;
        let (degree, basis) = (self.params.ring_degree(), plaintext.poly.basis());
        let short = |coefficients: &[i64]| Poly::from_signed(basis, coefficients).into_evaluation();
        let mask = Zeroizing::new(short(&sample::ternary(degree, rng)));
        let mut c0 = short(&sample::error(degree, rng));
        let mut c1 = short(&sample::error(degree, rng));
        c0.mul_add_assign(&mask, &self.b.restrict(basis));
        c1.mul_add_assign(&mask, &self.a.restrict(basis));
        c0.add_assign(&plaintext.poly);
        Ok(Components {
            params: self.params.clone(),
            c: [c0, c1],
            scale: plaintext.scale.clone(),
            noise: plaintext.noise.encrypted_by_public(&self.params),
        }
        .into())
    }
}
