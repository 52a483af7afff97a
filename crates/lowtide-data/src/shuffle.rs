//! A permutation that a seed alone decides, today and in every later version.

/// The numbers `0..n` in the order that `seed` decides.
///
/// Fisher and Yates from the last place down, with SplitMix64 (Steele, Lea, Flood 2014) as the source
/// and Lemire's rejection (arXiv:1805.10941) for a number below a bound without bias. The order is part
/// of this crate's contract: a known-answer test holds it fixed. It is for shuffling, not for secrets.
#[must_use]
pub fn permutation(n: usize, seed: u64) -> Vec<usize> {
    let mut source = SplitMix64(seed);
    let mut order: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        order.swap(last, source.below(last + 1));
    }
    order
}

struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, each equally likely: the high half of a product, unless its low half
    /// falls into the `2^64 mod bound` values that would favour some results.
    fn below(&mut self, bound: usize) -> usize {
        let bound = bound as u64;
        let uneven = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.next()) * u128::from(bound);
            if product as u64 >= uneven {
                return (product >> 64) as usize;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The first outputs for seed 1234567, as published with the reference implementation.
    #[test]
    fn splitmix_known_answers() {
        let mut source = SplitMix64(1_234_567);
        let expected = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        for value in expected {
            assert_eq!(source.next(), value);
        }
    }

    /// Worked out by a second implementation, in Python.
    #[test]
    fn orders_never_change() {
        assert_eq!(permutation(10, 0), [4, 9, 2, 5, 1, 7, 6, 0, 3, 8]);
        assert_eq!(permutation(10, 2020), [5, 1, 7, 9, 4, 0, 2, 3, 6, 8]);
        assert!(permutation(0, 7).is_empty());
        assert_eq!(permutation(1, 7), [0]);
    }

    proptest! {
        #[test]
        fn every_number_once(n in 0usize..300, seed: u64) {
            let mut order = permutation(n, seed);
            order.sort_unstable();
            prop_assert!(order.into_iter().eq(0..n));
        }
    }
}
