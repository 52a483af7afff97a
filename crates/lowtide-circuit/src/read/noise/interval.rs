//! Intervals of numbers.

use crate::read::Range;

/// Numbers from `low` to `high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    low: f64,
    high: f64,
}

impl Interval {
    pub(super) const EVERYTHING: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    pub(super) const fn point(x: f64) -> Self {
        Self { low: x, high: x }
    }

    /// A range; nothing but 0 when nothing was tried.
    pub(super) fn of(range: &Range) -> Self {
        if range.min > range.max { Self::point(0.0) } else { Self { low: range.min, high: range.max } }
    }

    pub(super) fn magnitude(self) -> f64 {
        self.low.abs().max(self.high.abs())
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self { low: self.low + other.low, high: self.high + other.high }.known()
    }

    pub(super) fn times(self, other: Self) -> Self {
        let ends =
            [self.low * other.low, self.low * other.high, self.high * other.low, self.high * other.high];
        if ends.iter().any(|x| x.is_nan()) {
            return Self::EVERYTHING;
        }
        let ends = ends.into_iter();
        Self { low: ends.clone().fold(f64::INFINITY, f64::min), high: ends.fold(f64::NEG_INFINITY, f64::max) }
    }

    /// What is no number can be any.
    const fn known(self) -> Self {
        if self.low.is_nan() || self.high.is_nan() { Self::EVERYTHING } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_anything() {
        assert_eq!(Interval::point(0.0).times(Interval::EVERYTHING), Interval::EVERYTHING);
        assert_eq!(Interval::EVERYTHING.plus(Interval::EVERYTHING), Interval::EVERYTHING);
        let (a, b) = (Interval { low: -1.0, high: 2.0 }, Interval { low: -3.0, high: 1.0 });
        assert_eq!(a.times(b), Interval { low: -6.0, high: 3.0 });
        assert_eq!((a.plus(b), b.magnitude()), (Interval { low: -4.0, high: 3.0 }, 3.0));
        assert_eq!(Interval::of(&Range::EMPTY), Interval::point(0.0));
    }
}
