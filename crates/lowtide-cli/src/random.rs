//! Randomness for secrets: from the operating system, and from nowhere else.

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use zeroize::Zeroizing;

use crate::error::Error;

/// A generator that nobody can repeat.
pub(crate) fn from_system() -> Result<ChaCha20Rng, Error> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut()).map_err(Error::Randomness)?;
    Ok(ChaCha20Rng::from_seed(*seed))
}
