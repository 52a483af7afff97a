//! Welch's t-test of two samples of times, as dudect uses it.
//!
//! Reparaz, Balasch and Verbauwhede, "Dude, is my code constant time?" (ePrint 2016/1123): time an operation on inputs
//! of two classes in random order, and ask whether the means differ by more than chance would have them. Interruptions
//! stretch the upper tail of both classes and hide small differences, so that the test is repeated with the slowest
//! measurements cut off, at several heights, and the largest `|t|` counts.

/// What is kept of both classes together, quickest first.
const KEPT: [f64; 10] = [1.0, 0.999, 0.99, 0.95, 0.9, 0.8, 0.7, 0.5, 0.3, 0.2];

/// Fewer times than this in a class say nothing.
const ENOUGH: usize = 50;

/// The statistic `t` of largest absolute value over all cuts: positive where the first class is slower.
///
/// Below about 5 there is no evidence of a difference; above 10 there is one.
#[must_use]
pub fn largest_t(first: &[f64], second: &[f64]) -> f64 {
    let mut all: Vec<f64> = first.iter().chain(second).copied().collect();
    all.sort_unstable_by(f64::total_cmp);
    let height = |kept: f64| all.get(((all.len() as f64 * kept).ceil() as usize).saturating_sub(1));
    let cuts = KEPT.into_iter().filter_map(height);
    let tests = cuts.map(|cut| t(&up_to(first, *cut), &up_to(second, *cut)));
    tests.fold(0.0, |largest: f64, t| if t.abs() > largest.abs() { t } else { largest })
}

fn up_to(times: &[f64], cut: f64) -> Vec<f64> {
    times.iter().copied().filter(|time| *time <= cut).collect()
}

/// Welch's statistic of two samples; zero when one is too small to tell.
fn t(first: &[f64], second: &[f64]) -> f64 {
    if first.len().min(second.len()) < ENOUGH {
        return 0.0;
    }
    let ((m1, v1), (m2, v2)) = (moments(first), moments(second));
    let error = (v1 / first.len() as f64 + v2 / second.len() as f64).sqrt();
    // No clock ticks finer than this; a variance of zero is its doing.
    (m1 - m2) / error.max(1e-3)
}

/// Mean and variance.
fn moments(sample: &[f64]) -> (f64, f64) {
    let n = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / n;
    (mean, sample.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha20Rng;

    /// Times about 1000, with interruptions: one in a hundred takes ten times as long.
    fn times(offset: f64, rng: &mut ChaCha20Rng) -> Vec<f64> {
        let mut one = || {
            let word = rng.next_u64();
            let time = 1000.0 + offset + (word % 64) as f64;
            if (word >> 32).is_multiple_of(100) { 10.0 * time } else { time }
        };
        (0..10_000).map(|_| one()).collect()
    }

    #[test]
    fn equal_classes_pass() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        for _ in 0..20 {
            let t = largest_t(&times(0.0, &mut rng), &times(0.0, &mut rng));
            assert!(t.abs() < 6.0, "{t}");
        }
    }

    #[test]
    fn a_small_difference_under_interruptions_is_found_with_its_sign() {
        let mut rng = ChaCha20Rng::from_seed([2; 32]);
        assert!(largest_t(&times(3.0, &mut rng), &times(0.0, &mut rng)) > 10.0);
        assert!(largest_t(&times(0.0, &mut rng), &times(3.0, &mut rng)) < -10.0);
    }

    #[test]
    fn too_few_times_say_nothing() {
        assert_eq!(largest_t(&[], &[]), 0.0);
        assert_eq!(largest_t(&[1.0; 10], &[2.0; 10]), 0.0);
        assert!(largest_t(&[1.0; 1000], &[2.0; 1000]) < -10.0);
    }
}
