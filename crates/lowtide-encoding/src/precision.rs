//! How far two vectors are apart, in bits.

use std::fmt;

use num_complex::Complex64;

/// Statistics of the absolute errors between a vector that was expected and one that was found.
///
/// An error `e` is worth `-log2 e` bits: 20 bits are about six decimal digits behind the point, and no error at all is
/// infinitely many. A difference that is not a number counts as an infinite error.
///
/// ```
/// use lowtide_encoding::Precision;
///
/// let precision = Precision::between(&[1.0, 2.0, 3.0], &[1.0, 2.25, 3.0]);
/// assert_eq!((precision.worst(), precision.worst_index()), (2.0, 1));
/// assert_eq!(precision.to_string(), "worst 2.0 bits at index 1, mean 3.6 bits, median inf bits, of 3");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Precision {
    count: usize,
    worst_index: usize,
    worst_error: f64,
    mean_error: f64,
    median_error: f64,
}

impl Precision {
    /// Compares two real vectors.
    ///
    /// # Panics
    /// When the vectors are empty or differ in length: a wrong shape is a bug in the caller.
    #[must_use]
    pub fn between(expected: &[f64], found: &[f64]) -> Self {
        assert_eq!(expected.len(), found.len(), "only vectors of one length can be compared");
        Self::of(expected.iter().zip(found).map(|(x, y)| (x - y).abs()).collect())
    }

    /// Compares two complex vectors: an error is the absolute value of a difference.
    ///
    /// # Panics
    /// As [`Precision::between`].
    #[must_use]
    pub fn between_complex(expected: &[Complex64], found: &[Complex64]) -> Self {
        assert_eq!(expected.len(), found.len(), "only vectors of one length can be compared");
        let error = |(x, y): (&Complex64, &Complex64)| libm::hypot(x.re - y.re, x.im - y.im);
        Self::of(expected.iter().zip(found).map(error).collect())
    }

    /// The bits of the largest error.
    #[must_use]
    pub fn worst(&self) -> f64 {
        bits(self.worst_error)
    }

    /// The bits of the mean error.
    #[must_use]
    pub fn mean(&self) -> f64 {
        bits(self.mean_error)
    }

    /// The bits of the median error: of the larger one of the middle two, when their number is even.
    #[must_use]
    pub fn median(&self) -> f64 {
        bits(self.median_error)
    }

    /// Where the largest error stands; the first such place.
    #[must_use]
    pub const fn worst_index(&self) -> usize {
        self.worst_index
    }

    /// The largest error itself.
    #[must_use]
    pub const fn worst_error(&self) -> f64 {
        self.worst_error
    }

    /// The mean error itself.
    #[must_use]
    pub const fn mean_error(&self) -> f64 {
        self.mean_error
    }

    /// The median error itself.
    #[must_use]
    pub const fn median_error(&self) -> f64 {
        self.median_error
    }

    /// How many values were compared.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    fn of(mut errors: Vec<f64>) -> Self {
        let count = errors.len();
        assert!(count > 0, "vectors without a value cannot be compared");
        for error in errors.iter_mut().filter(|error| error.is_nan()) {
            *error = f64::INFINITY;
        }
        let worst = |best, i| if errors[i] > errors[best] { i } else { best };
        let worst_index = (0..count).fold(0, worst);
        let (worst_error, sum) = (errors[worst_index], errors.iter().sum::<f64>());
        let (_, median, _) = errors.select_nth_unstable_by(count / 2, f64::total_cmp);
        Self { count, worst_index, worst_error, mean_error: sum / count as f64, median_error: *median }
    }
}

fn bits(error: f64) -> f64 {
    -libm::log2(error)
}

/// One line; a format precision sets the number of decimals, otherwise one.
impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(1);
        let [worst, mean, median] = [self.worst(), self.mean(), self.median()];
        write!(
            f,
            "worst {worst:.decimals$} bits at index {}, mean {mean:.decimals$} bits, median {median:.decimals$} bits, of {}",
            self.worst_index, self.count
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_apart() {
        let precision = Precision::between(&[0.0; 4], &[0.25, -0.5, 0.0, 0.25]);
        assert_eq!(precision.worst_error(), 0.5);
        assert_eq!(precision.worst_index(), 1);
        assert_eq!(precision.mean_error(), 0.25);
        assert_eq!(precision.median_error(), 0.25);
        assert_eq!([precision.worst(), precision.mean(), precision.median()], [1.0, 2.0, 2.0]);
        assert_eq!(
            format!("{precision:.2}"),
            "worst 1.00 bits at index 1, mean 2.00 bits, median 2.00 bits, of 4"
        );
    }

    #[test]
    fn equal_vectors_agree_in_every_bit() {
        let precision = Precision::between(&[1.0, -2.0], &[1.0, -2.0]);
        assert_eq!(precision.worst(), f64::INFINITY);
        assert_eq!(precision.worst_index(), 0);
    }

    #[test]
    fn nothing_hides_behind_nan() {
        for bad in [f64::NAN, f64::INFINITY] {
            let precision = Precision::between(&[0.0, 1.0, 2.0], &[9.0, bad, 2.0]);
            assert_eq!((precision.worst(), precision.worst_index()), (f64::NEG_INFINITY, 1));
            assert_eq!(precision.mean(), f64::NEG_INFINITY);
        }
        let both = Precision::between(&[f64::INFINITY], &[f64::INFINITY]);
        assert_eq!(both.worst_error(), f64::INFINITY);
    }

    #[test]
    fn complex_errors_are_distances() {
        let precision = Precision::between_complex(&[Complex64::new(3.0, 4.0)], &[Complex64::ZERO]);
        assert_eq!(precision.worst_error(), 5.0);
    }

    #[test]
    #[should_panic(expected = "one length")]
    fn different_lengths_panic() {
        let _ = Precision::between(&[1.0], &[]);
    }

    #[test]
    #[should_panic(expected = "without a value")]
    fn empty_vectors_panic() {
        let _ = Precision::between(&[], &[]);
    }
}
