//! Decryption.

use lowtide_ring::{Field, Poly};

use crate::{Ciphertext, Error, Plaintext, Product, SecretKey, ciphertext::Components};

impl SecretKey {
    /// `c_0 + c_1 s`: the message with its noise, which depends on the key. Decoded numbers that leave the customer
    /// give the key away bit by bit (Li and Micciancio, ePrint 2020/1533) unless they are rounded far above the noise.
    ///
    /// A message whose coefficients, at its scale, are below half the product of the primes of a lower level comes out the same
    /// from there, in a fraction of the time: decrypt [`Ciphertext::drop_to`] that level.
    ///
    /// # Errors
    /// [`Error::ParameterMismatch`].
    pub fn decrypt(&self, ciphertext: &Ciphertext) -> Result<Plaintext, Error> {
        self.open(&ciphertext.body, |field, m, [c0, c1], s| {
            m.copy_from_slice(c0);
            field.mul_add_assign(m, c1, s);
        })
    }

    /// `d_0 + d_1 s + d_2 s^2`, of a product that has not been relinearized. The warning of [`SecretKey::decrypt`] holds.
    ///
    /// # Errors
    /// [`Error::ParameterMismatch`].
    pub fn decrypt_product(&self, product: &Product) -> Result<Plaintext, Error> {
        self.open(&product.body, |field, m, [d0, d1, d2], s| {
            m.copy_from_slice(d2);
            for d in [d1, d0] {
                field.mul_assign(m, s);
                field.add_assign(m, d);
            }
        })
    }

    /// The polynomial that `evaluate` makes of the components and the key: block by block, which then stay in the first
    /// cache.
    fn open<const K: usize>(
        &self,
        body: &Components<K>,
        evaluate: impl Fn(&Field, &mut [u64], [&[u64]; K], &[u64]) + Sync,
    ) -> Result<Plaintext, Error> {
        const BLOCK: usize = 1024;
        self.params().check_same(&body.params)?;
        let basis = body.c[0].basis();
        let start = self.s.basis().position(basis).expect("a secret is known modulo every prime");
        let poly = Poly::generate(basis, |i, ntt, limb| {
            for (block, m) in limb.chunks_mut(BLOCK).enumerate() {
                let at = block * BLOCK..block * BLOCK + m.len();
                let c = body.c.each_ref().map(|c| &c.limb(i)[at.clone()]);
                evaluate(ntt.field(), m, c, &self.s.limb(start + i)[at.clone()]);
            }
        });
        Ok(Plaintext { params: body.params.clone(), poly, scale: body.scale.clone(), noise: body.noise })
    }
}
