//! Public keys: encryption without the secret.

use lowtide_ring::{Evaluation, Poly, sample};
use rand::CryptoRng;
use zeroize::Zeroize;

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
        let start = self.b.basis().position(basis).expect("a public key is over every prime");
        let mask = sample::ternary(degree, rng);
        let errors = [(); 2].map(|()| sample::error(degree, rng));
        let [c0, c1] = Poly::generate_each(basis, |i, ntt, mut limbs| {
            let lift = |limb: &mut [u64], coefficients: &[i64]| {
                ntt.field().lift(limb, coefficients);
                ntt.forward(limb);
            };
            let mut room = basis.scratch(1);
            let v = &mut *room[0];
            lift(v, &mask);
            for ((limb, error), half) in limbs.iter_mut().zip(&errors).zip([&self.b, &self.a]) {
                lift(limb, error);
                ntt.field().mul_add_assign(limb, v, half.limb(start + i));
            }
            v.zeroize();
            ntt.field().add_assign(limbs[0], plaintext.poly.limb(i));
        });
        Ok(Components {
            params: self.params.clone(),
            c: [c0, c1],
            scale: plaintext.scale.clone(),
            noise: plaintext.noise.encrypted_by_public(&self.params),
        }
        .into())
    }
}
