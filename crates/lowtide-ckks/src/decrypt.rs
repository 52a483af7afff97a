//! Decryption.

use lowtide_ring::{Evaluation, Poly};
use zeroize::Zeroizing;

use crate::{Ciphertext, Error, Plaintext, Product, SecretKey, ciphertext::Components};

impl SecretKey {
    /// `c_0 + c_1 s`: the message with its noise, which depends on the key. Decoded numbers that leave the customer
    /// give the key away bit by bit (Li and Micciancio, ePrint 2020/1533) unless they are rounded far above the noise.
    ///
    /// # Errors
    /// [`Error::ParameterMismatch`].
    pub fn decrypt(&self, ciphertext: &Ciphertext) -> Result<Plaintext, Error> {
        self.open(&ciphertext.body)
    }

    /// `d_0 + d_1 s + d_2 s^2`, of a product that has not been relinearized. The warning of [`SecretKey::decrypt`] holds.
    ///
    /// # Errors
    /// [`Error::ParameterMismatch`].
    pub fn decrypt_product(&self, product: &Product) -> Result<Plaintext, Error> {
        self.open(&product.body)
    }

    /// Horner's rule in `s`.
    fn open<const K: usize>(&self, body: &Components<K>) -> Result<Plaintext, Error> {
        self.params().check_same(&body.params)?;
        let s = Zeroizing::new(self.s.restrict(body.c[0].basis()));
        let step = |sum: Option<Poly<Evaluation>>, c: &Poly<Evaluation>| match sum {
            None => Some(c.clone()),
            Some(mut sum) => {
                sum.mul_assign(&s);
                sum.add_assign(c);
                Some(sum)
            }
        };
        let poly = body.c.iter().rev().fold(None, step).expect("at least two components");
        Ok(Plaintext { params: body.params.clone(), poly, scale: body.scale.clone(), noise: body.noise })
    }
}
