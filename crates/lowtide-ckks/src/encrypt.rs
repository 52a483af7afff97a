//! Encryption under the secret key.

use lowtide_ring::{Evaluation, Poly, sample};
use rand::CryptoRng;

use crate::{Ciphertext, Error, Plaintext, SecretKey, key::Seed};

impl SecretKey {
    /// Encrypts at the plaintext's level and scale: `c_1` uniform from a public seed, `c_0 = m + e - c_1 s`. Half of
    /// the ciphertext travels as its seed.
    ///
    /// # Errors
    /// [`Error::ParameterMismatch`].
    pub fn encrypt(&self, plaintext: &Plaintext, rng: &mut impl CryptoRng) -> Result<Ciphertext, Error> {
        self.params().check_same(&plaintext.params)?;
        let seed = public_seed(rng);
        let c1 = sample::uniform(plaintext.poly.basis(), &seed);
        let mut c0 = self.mask(&self.s, &c1, rng);
        c0.add_assign(&plaintext.poly);
        let noise = plaintext.noise.encrypted_by_secret(self.params());
        let mut out = Ciphertext::from_parts(self.params(), [c0, c1], plaintext.scale.clone(), noise)?;
        out.seed = Some(seed);
        Ok(out)
    }

    /// `e - a secret` for a fresh error, over the basis of `a`: what every ciphertext and key starts from.
    pub(crate) fn mask(
        &self,
        secret: &Poly<Evaluation>,
        a: &Poly<Evaluation>,
        rng: &mut impl CryptoRng,
    ) -> Poly<Evaluation> {
        let mut error = sample::error(self.params().ring_degree(), rng);
        error.iter_mut().for_each(|x| *x = -*x);
        let start = secret.basis().position(a.basis()).expect("a secret is known modulo every prime");
        Poly::generate(a.basis(), |i, ntt, limb| {
            // -(a s - e)
            ntt.field().lift(limb, &error);
            ntt.forward(limb);
            ntt.field().mul_add_assign(limb, a.limb(i), secret.limb(start + i));
            ntt.field().neg_assign(limb);
        })
    }
}

/// A seed that will be published, hashed out of the generator so that it tells nothing of what else comes from it.
pub(crate) fn public_seed(rng: &mut impl CryptoRng) -> Seed {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    blake3::derive_key("lowtide public seed 1", &bytes)
}
