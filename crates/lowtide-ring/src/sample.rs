//! Random polynomials: uniform ones from a public seed, short ones from a secret stream.
//!
//! The uniform polynomial of a seed is part of every file format that stores seeds: changing how it is drawn breaks
//! every stored key and ciphertext. Short samplers take time independent of what they draw.

use rand::Rng;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use zeroize::Zeroizing;

use crate::{Basis, Evaluation, Field, Poly};

/// What a uniform polynomial is expanded from. It is public: never draw secrets from it.
pub type Seed = [u8; 32];

/// Half the number of coin flips behind one error coefficient.
const BINOMIAL_PAIRS: u32 = 21;

/// The standard deviation of an [`error`] coefficient: `sqrt(21 / 2)`, about 3.24, no less than the 3.19 that the
/// security tables assume.
pub const ERROR_DEVIATION: f64 = 3.240_370_349_203_93;

/// The uniform polynomial of a public seed, in evaluation form.
///
/// Residues modulo `q` come from the ChaCha20 stream with the seed as key and `q` as stream number, so that they do
/// not depend on the other primes of the basis nor on the order in which limbs are drawn: 64-bit little-endian words
/// below the largest multiple of `q` are reduced modulo `q`, larger ones are skipped.
#[must_use]
pub fn uniform(basis: &Basis, seed: &Seed) -> Poly<Evaluation> {
    Poly::generate(basis, |_, ntt, limb| fill_uniform(limb, ntt.field(), seed))
}

fn fill_uniform(mut limb: &mut [u64], field: &Field, seed: &Seed) {
    const BLOCK: usize = 512;
    let q = field.modulus().value();
    let mut stream = ChaCha20Rng::from_seed(*seed);
    stream.set_stream(q);
    let limit = u64::MAX - u64::MAX % q;
    let (mut bytes, mut words) = ([0; BLOCK * size_of::<u64>()], [0; BLOCK]);
    while !limb.is_empty() {
        let bytes = &mut bytes[..limb.len().min(BLOCK) * size_of::<u64>()];
        stream.fill_bytes(bytes);
        let mut count = 0;
        for word in bytes.as_chunks().0 {
            words[count] = u64::from_le_bytes(*word);
            count += usize::from(words[count] < limit);
        }
        let (block, rest) = limb.split_at_mut(count);
        field.reduce(block, &words[..count]);
        limb = rest;
    }
}

/// `degree` coefficients uniform in `{-1, 0, 1}` (up to a bias of `2^-64`): a secret key, or the mask of a public-key
/// encryption.
pub fn ternary(degree: usize, rng: &mut impl Rng) -> Zeroizing<Vec<i64>> {
    Zeroizing::new((0..degree).map(|_| ((u128::from(rng.next_u64()) * 3) >> 64) as i64 - 1).collect())
}

/// `degree` coefficients of the centred binomial distribution of standard deviation [`ERROR_DEVIATION`]: the
/// difference of two sums of 21 coin flips.
pub fn error(degree: usize, rng: &mut impl Rng) -> Zeroizing<Vec<i64>> {
    const MASK: u64 = (1 << BINOMIAL_PAIRS) - 1;
    let draw = |word: u64| {
        let heads = (word & MASK).count_ones();
        let tails = (word >> BINOMIAL_PAIRS & MASK).count_ones();
        i64::from(heads) - i64::from(tails)
    };
    Zeroizing::new((0..degree).map(|_| draw(rng.next_u64())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ring, prime::ntt_primes};

    const DEGREE: usize = 1 << 14;

    fn basis() -> Basis {
        Basis::new(Ring::Standard, DEGREE, &ntt_primes(41, 2 * DEGREE as u64).take(3).collect::<Vec<_>>())
            .unwrap()
    }

    #[test]
    fn uniform_residues_do_not_depend_on_the_window() {
        let all = basis();
        let whole = uniform(&all, &[7; 32]);
        let part = uniform(&all.window(1..3), &[7; 32]);
        assert_eq!(whole.limb(1), part.limb(0));
        assert_eq!(whole.limb(2), part.limb(1));
        assert_ne!(whole, uniform(&all, &[8; 32]));
    }

    #[test]
    fn the_stream_of_a_seed_is_frozen() {
        // Stored seeds must expand to the same residues for ever. These were computed from the definition of ChaCha20.
        let basis = Basis::new(Ring::Standard, 8, &[97]).unwrap();
        assert_eq!(uniform(&basis, &[1; 32]).limb(0), [15, 78, 54, 24, 81, 54, 3, 39]);
    }

    #[test]
    fn uniform_residues_fill_their_range_evenly() {
        let poly = uniform(&basis(), &[1; 32]);
        for (ntt, limb) in poly.basis().limbs().iter().zip(poly.limbs()) {
            let q = ntt.modulus().value() as f64;
            let mean = limb.iter().map(|x| *x as f64 / q).sum::<f64>() / DEGREE as f64;
            // Six standard deviations of a mean of 2^14 uniform numbers.
            assert!((mean - 0.5).abs() < 6.0 * (1.0 / 12.0_f64).sqrt() / (DEGREE as f64).sqrt(), "{mean}");
        }
    }

    #[test]
    fn short_samples_have_their_moments() {
        let mut rng = ChaCha20Rng::from_seed([3; 32]);
        let moments = |sample: &[i64]| {
            let mean = sample.iter().sum::<i64>() as f64 / sample.len() as f64;
            let variance = sample.iter().map(|x| (x * x) as f64).sum::<f64>() / sample.len() as f64;
            (mean, variance)
        };
        let secret = ternary(DEGREE, &mut rng);
        assert!(secret.iter().all(|x| (-1..=1).contains(x)));
        let (mean, variance) = moments(&secret);
        assert!(mean.abs() < 0.04 && (variance - 2.0 / 3.0).abs() < 0.025, "{mean} {variance}");
        let (mean, variance) = moments(&error(DEGREE, &mut rng));
        let expected = ERROR_DEVIATION * ERROR_DEVIATION;
        assert!(mean.abs() < 0.16 && (variance / expected - 1.0).abs() < 0.07, "{mean} {variance}");
    }
}
