//! How many bytes things will take, before there are any.

use lowtide_ckks::{Level, Literal, Noise, Scale};
use lowtide_ring::packed::packed_bytes;

use crate::{Header, Wire, ciphertext, literal, scale};

const SEED_BYTES: u64 = 32;
const COUNT_BYTES: u64 = 8;

/// The bytes of everything under given parameters, exactly, from their literal alone.
///
/// All but [`Sizes::file`] count a value without the envelope that a file of its own has.
#[derive(Clone, Copy, Debug)]
pub struct Sizes<'a>(&'a Literal);

impl<'a> Sizes<'a> {
    /// Sizes under these parameters, which the door would let in: of others there are none, and asking may panic.
    #[must_use]
    pub const fn new(literal: &'a Literal) -> Self {
        Self(literal)
    }

    /// A file that holds so many bytes of values.
    #[must_use]
    pub const fn file(&self, content: u64) -> u64 {
        Header::OVERHEAD + literal::bytes(self.0) + content
    }

    /// A ciphertext at `level`: fresh from the secret key, when its second half travels as a seed, or not.
    ///
    /// # Panics
    /// When there is no such level.
    #[must_use]
    pub fn ciphertext(&self, level: Level, scale: &Scale, fresh: bool) -> u64 {
        let half = self.limbs(&self.0.q[..=level]);
        let prefix = ciphertext::PREFIX_BYTES + scale::bytes(scale) + Noise::MIN_BYTES as u64;
        prefix + half + if fresh { SEED_BYTES } else { half }
    }

    /// The secret key.
    #[must_use]
    pub const fn secret_key(&self) -> u64 {
        self.degree() as u64 / 4
    }

    /// A public key, over the last special prime and those of the highest level.
    #[must_use]
    pub fn public_key(&self) -> u64 {
        let Literal { q, p, .. } = self.0;
        SEED_BYTES + self.limbs(&p[p.len() - 1..]) + self.limbs(q)
    }

    /// A switching key for `level` and those below.
    ///
    /// # Panics
    /// When there is no such level.
    #[must_use]
    pub fn switching_key(&self, level: Level) -> u64 {
        let Literal { q, p, .. } = self.0;
        let digits = (level + 1).div_ceil(p.len()) as u64;
        1 + SEED_BYTES + digits * (self.limbs(p) + self.limbs(&q[..=level]))
    }

    /// Evaluation keys: relinearization and one Galois key for each element, each for the level given.
    ///
    /// # Panics
    /// When there is no such level.
    #[must_use]
    pub fn evaluation_keys(
        &self,
        relinearization: Option<Level>,
        galois: impl IntoIterator<Item = Level>,
    ) -> u64 {
        let relinearization = relinearization.map_or(0, |level| self.switching_key(level));
        let galois: u64 = galois.into_iter().map(|level| 4 + self.switching_key(level)).sum();
        1 + relinearization + COUNT_BYTES + galois
    }

    const fn degree(&self) -> usize {
        1 << self.0.log_degree
    }

    fn limbs(&self, primes: &[u64]) -> u64 {
        primes.iter().map(|prime| packed_bytes(self.degree(), prime.ilog2() + 1) as u64).sum()
    }
}
