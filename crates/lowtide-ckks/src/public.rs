//! Public keys: encryption without the secret.

use lowtide_ring::{Evaluation, Ntt, Poly, sample};
use rand::CryptoRng;
use rayon::prelude::*;
use zeroize::{Zeroize, Zeroizing};

use crate::{Ciphertext, Error, Parameters, Plaintext, ciphertext::Components, key::Seed};

/// An encryption of zero, `(b, a)` with `b + a s = e` and `a` from a seed, over the primes of the highest level and one
/// special prime ([`Parameters::public_key_basis`]). Anyone may encrypt with it; ciphertexts are twice the size of those of
/// the secret key.
///
/// Zero is encrypted modulo that one prime more and then divided by it, as SEAL does it. Of the noise of the key and of the
/// encryption nearly nothing is left but the rounding of the division, a deviation of `sqrt((1 + 2 N / 3) / 12)` in a
/// coefficient where it would be `3.24 sqrt(1 + 4 N / 3)` (in the standard ring): four bits less. It costs no security, since
/// whoever sees the pair can divide it, and the special prime counts in the `log2(Q P)` of the parameters.
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
    /// [`Error::Malformed`] unless `b` is over [`Parameters::public_key_basis`].
    pub fn from_parts(params: &Parameters, seed: Seed, b: Poly<Evaluation>) -> Result<Self, Error> {
        let basis = params.public_key_basis();
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

    /// Encrypts at the plaintext's level and scale: `round((v (b, a) + (e_0, e_1)) / p) + (m, 0)` for a fresh ternary `v` and
    /// the special prime `p`.
    ///
    /// # Errors
    /// [`Error::ParameterMismatch`].
    pub fn encrypt(&self, plaintext: &Plaintext, rng: &mut impl CryptoRng) -> Result<Ciphertext, Error> {
        self.params.check_same(&plaintext.params)?;
        let (degree, basis) = (self.params.ring_degree(), plaintext.poly.basis());
        let start = self.b.basis().position(basis).expect("a public key is over every prime");
        let special = self.special().modulus().value();
        let mask = sample::ternary(degree, rng);
        let rests = self.rests(&mask, [(); 2].map(|()| sample::error(degree, rng)));
        let [c0, c1] = Poly::generate_each(basis, |i, ntt, mut limbs| {
            let (field, q) = (ntt.field(), ntt.modulus());
            let inverse = q.shoup(q.inverse(q.reduce(special)));
            // A multiple of `q` above all rests, which makes words of them.
            let above = (q.value() * (special / q.value() + 1)).cast_signed();
            let mut room = basis.scratch(1);
            let room = &mut *room[0];
            for (limb, rest) in limbs.iter_mut().zip(&rests) {
                room.iter_mut().zip(&**rest).for_each(|(word, u)| *word = (u + above).cast_unsigned());
                field.reduce(limb, room);
                ntt.forward(limb);
            }
            field.lift(room, &mask);
            ntt.forward(room);
            for (limb, half) in limbs.iter_mut().zip([&self.b, &self.a]) {
                field.mul_add_assign(limb, room, half.limb(start + i));
                field.scale_assign(limb, inverse);
            }
            room.zeroize();
            field.add_assign(limbs[0], plaintext.poly.limb(i));
        });
        Ok(Components {
            params: self.params.clone(),
            c: [c0, c1],
            scale: plaintext.scale.clone(),
            noise: plaintext.noise.encrypted_by_public(&self.params),
        }
        .into())
    }

    /// The transform modulo the special prime.
    fn special(&self) -> &Ntt {
        &self.b.basis().limbs()[0]
    }

    /// The small `u` for which `v (b, a) + u` is `p round((v (b, a) + e) / p)`, in the place of the errors `e`, by coefficients:
    /// `e` less the remainder of the division. With `r = v (b, a)` modulo `p` that remainder is `r + e`, less `p` where it is
    /// above a half of `p`; so that `u` is `-r` or `p - r`, and the error decides which. Its transforms take the place of those
    /// of the errors, and none is added modulo other primes than `p`.
    fn rests(&self, mask: &[i64], mut errors: [Zeroizing<Vec<i64>>; 2]) -> [Zeroizing<Vec<i64>>; 2] {
        let (basis, ntt) = (self.b.basis(), self.special());
        let p = ntt.modulus().value().cast_signed();
        let mut v = basis.scratch(1);
        ntt.field().lift(&mut v[0], mask);
        ntt.forward(&mut v[0]);
        errors.par_iter_mut().zip([&self.b, &self.a]).for_each(|(errors, half)| {
            let mut room = basis.scratch(1);
            let product = &mut *room[0];
            ntt.field().mul(product, &v[0], half.limb(0));
            ntt.inverse(product);
            for (error, r) in errors.iter_mut().zip(&*product) {
                let r = r.cast_signed();
                // All ones where it is above.
                let above_half = (p / 2 - (r + *error)) >> 63;
                *error = (p & above_half) - r;
            }
            product.zeroize();
        });
        v[0].zeroize();
        errors
    }
}

#[cfg(test)]
#[cfg(feature = "customer")]
mod tests {
    use lowtide_ring::Ring;
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    use super::*;
    use crate::{SecretKey, Shape};

    /// Special primes above the primes of a rescale and below the first one; all of them too wide for vectors.
    fn shapes() -> impl Iterator<Item = Shape> {
        Ring::ALL.into_iter().flat_map(|ring| {
            let shape = Shape { ring, log_degree: 10, first_bits: 50, scale_bits: 40, levels: 4, digits: 2 };
            [shape, Shape { first_bits: 60, scale_bits: 57, levels: 2, digits: 3, ..shape }]
        })
    }

    fn setup(shape: Shape, rng: &mut ChaCha20Rng) -> (SecretKey, PublicKey) {
        let params = Parameters::insecure(shape.literal().unwrap()).unwrap();
        let secret = SecretKey::generate(&params, rng);
        let public = secret.public_key(rng);
        (secret, public)
    }

    #[test]
    fn what_is_divided_is_rounded_to_the_nearest() {
        let rng = &mut ChaCha20Rng::from_seed([1; 32]);
        for shape in shapes() {
            let (_, public) = setup(shape, rng);
            let params = public.params();
            for level in [0, params.max_level()] {
                let m: Vec<f64> = (0..params.ring_degree()).map(|i| (i as f64).sin()).collect();
                let m = Plaintext::from_coefficients(params, level, params.default_scale(), &m).unwrap();
                let mut again = rng.clone();
                let found = public.encrypt(&m, rng).unwrap();
                let basis = public.b.basis().window(0..level + 2);
                let values = |x: &[i64]| Poly::from_signed(&basis, x).into_evaluation();
                let v = values(&sample::ternary(params.ring_degree(), &mut again));
                for (k, half) in [&public.b, &public.a].into_iter().enumerate() {
                    let mut sum = values(&sample::error(params.ring_degree(), &mut again));
                    sum.mul_add_assign(&v, &half.restrict(&basis));
                    let sum = sum.into_coefficients();
                    let p = public.special().modulus();
                    let quotient = Poly::generate(&params.basis(level), |i, ntt, limb| {
                        let q = ntt.modulus();
                        let inverse = q.inverse(q.reduce(p.value()));
                        for ((x, sum), rest) in limb.iter_mut().zip(sum.limb(1 + i)).zip(sum.limb(0)) {
                            *x = q.mul(q.sub(*sum, q.reduce_signed(p.center(*rest))), inverse);
                        }
                        ntt.forward(limb);
                    });
                    let expected = if k == 0 { quotient.sum(&m.poly) } else { quotient };
                    assert!(found.components()[k] == expected, "{shape:?}, level {level}, component {k}");
                }
            }
        }
    }

    #[test]
    fn fresh_noise_is_that_of_a_rounding() {
        const KEYS: usize = 8;
        let rng = &mut ChaCha20Rng::from_seed([2; 32]);
        for shape in shapes() {
            let (mut squares, mut estimate, mut expansion) = (0.0, 0.0, 0.0);
            for _ in 0..KEYS {
                let (secret, public) = setup(shape, rng);
                let (params, scale) = (public.params(), public.params().default_scale());
                let zero = vec![0.0; params.ring_degree()];
                let zero = Plaintext::from_coefficients(params, params.max_level(), scale, &zero).unwrap();
                let fresh = public.encrypt(&zero, rng).unwrap();
                let errors = secret.decrypt(&fresh).unwrap().coefficients();
                let square: f64 = errors.iter().map(|x| (x * scale.to_f64()).powi(2)).sum();
                squares += square / errors.len() as f64 / KEYS as f64;
                estimate = fresh.noise().deviation;
                expansion = params.ring().expansion(params.ring_degree()) as f64;
            }
            let (found, estimate) = (squares.sqrt(), estimate / expansion.sqrt());
            let rounding = ((1.0 + 2.0 * expansion / 3.0) / 12.0).sqrt();
            assert!((found / rounding - 1.0).abs() < 0.1, "{shape:?}: {found}, a rounding {rounding}");
            assert!((found / estimate - 1.0).abs() < 0.1, "{shape:?}: {found}, estimated {estimate}");
        }
    }
}
