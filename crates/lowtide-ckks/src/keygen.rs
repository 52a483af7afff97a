//! Keys made from the secret key.

use lowtide_ring::{Automorphism, Evaluation, PackedPoly, Poly, sample};
use rand::{CryptoRng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use rayon::prelude::*;
use zeroize::Zeroizing;

use crate::{
    Error, EvaluationKeys, GaloisKey, KeyList, Level, PublicKey, RelinearizationKey, SecretKey, SwitchingKey,
    encrypt::public_seed,
};

impl SecretKey {
    /// A key with which anyone can encrypt.
    #[must_use]
    pub fn public_key(&self, rng: &mut impl CryptoRng) -> PublicKey {
        let params = self.params().clone();
        let seed = public_seed(rng);
        let a = sample::uniform(&params.public_key_basis(), &seed);
        let b = self.mask(&self.s, &a, rng);
        PublicKey { params, seed, b, a }
    }

    /// The key that relinearizes products up to `level`.
    ///
    /// # Errors
    /// [`Error::NoSuchLevel`].
    pub fn relinearization_key(
        &self,
        level: Level,
        rng: &mut impl CryptoRng,
    ) -> Result<RelinearizationKey, Error> {
        let mut square = Zeroizing::new(self.s.clone());
        square.mul_assign(&self.s);
        self.switching_key(&square, &self.s, level, rng).map(RelinearizationKey)
    }

    /// The key that turns slots `steps` to the left, up to `level`.
    ///
    /// # Errors
    /// [`Error::NoSuchLevel`].
    pub fn rotation_key(
        &self,
        steps: i64,
        level: Level,
        rng: &mut impl CryptoRng,
    ) -> Result<GaloisKey, Error> {
        let params = self.params();
        self.galois_key(
            Automorphism::rotation_element(params.ring(), params.ring_degree(), steps),
            level,
            rng,
        )
    }

    /// The key that conjugates slots, up to `level`.
    ///
    /// # Errors
    /// [`Error::NoSuchLevel`].
    pub fn conjugation_key(&self, level: Level, rng: &mut impl CryptoRng) -> Result<GaloisKey, Error> {
        let params = self.params();
        self.galois_key(Automorphism::conjugation_element(params.ring(), params.ring_degree()), level, rng)
    }

    /// All keys of a service: those of the list. They are made in parallel, each from its own stream, so that the same
    /// generator gives the same keys on any number of threads.
    ///
    /// # Errors
    /// [`Error::NoSuchLevel`].
    pub fn evaluation_keys(&self, list: &KeyList, rng: &mut impl CryptoRng) -> Result<EvaluationKeys, Error> {
        let relinearization =
            list.relinearization.map(|level| self.relinearization_key(level, rng)).transpose()?;
        let params = self.params();
        let rotation = |(steps, level): &(i64, Level)| {
            (Automorphism::rotation_element(params.ring(), params.ring_degree(), *steps), *level)
        };
        // What conjugates real slots is the identity.
        let conjugation = Automorphism::conjugation_element(params.ring(), params.ring_degree());
        let conjugation = list.conjugation.filter(|_| conjugation != 1).map(|level| (conjugation, level));
        let wanted: Vec<_> = list.rotations.iter().map(rotation).chain(conjugation).collect();
        let streams: Vec<_> = wanted.iter().map(|_| fork(rng)).collect();
        let make = |((element, level), mut stream): (&(u64, Level), ChaCha20Rng)| {
            self.galois_key(*element, *level, &mut stream)
        };
        let galois = wanted.par_iter().zip(streams).map(make).collect::<Result<Vec<_>, _>>()?;
        Ok(EvaluationKeys::new(params, relinearization, galois))
    }

    fn galois_key(&self, element: u64, level: Level, rng: &mut impl CryptoRng) -> Result<GaloisKey, Error> {
        let params = self.params();
        let (ring, degree) = (params.ring(), params.ring_degree());
        let inverse = Automorphism::new(ring, degree, Automorphism::inverse_element(ring, degree, element))?;
        let target = Zeroizing::new(self.s.automorphism(&inverse));
        GaloisKey::new(params, element, self.switching_key(&self.s, &target, level, rng)?)
    }

    /// A key from secret `from` to secret `to`, both over all primes.
    pub(crate) fn switching_key(
        &self,
        from: &Poly<Evaluation>,
        to: &Poly<Evaluation>,
        level: Level,
        rng: &mut impl CryptoRng,
    ) -> Result<SwitchingKey, Error> {
        let params = self.params();
        params.check_level(level)?;
        let (seed, width, special) = (public_seed(rng), params.special_count(), params.special_basis());
        let digit = |digit: usize| {
            let a = SwitchingKey::random_half(params, level, &seed, digit);
            let mut b = self.mask(to, &a, rng);
            b.for_each_limb(|i, ntt, limb| {
                if i.checked_sub(width).is_some_and(|own| own / width == digit) {
                    // + P from, modulo the primes of this digit.
                    let q = ntt.modulus();
                    let p = special.primes().fold(1, |product, p| q.mul(product, q.reduce(p)));
                    ntt.field().add_scaled_assign(limb, from.limb(i), q.shoup(p));
                }
            });
            [PackedPoly::from(&b), PackedPoly::from(&a)]
        };
        Ok(SwitchingKey::from_digits(level, seed, (0..params.digits(level)).map(digit).collect()))
    }
}

/// A generator of its own stream.
fn fork(rng: &mut impl CryptoRng) -> ChaCha20Rng {
    let mut seed = Zeroizing::new([0; 32]);
    rng.fill_bytes(seed.as_mut());
    ChaCha20Rng::from_seed(*seed)
}
