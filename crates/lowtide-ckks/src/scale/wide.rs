//! Double doubles with an exponent of their own: what powers of primes need.
//!
//! After `l` products and rescales a scale holds the `2^l`-th power of a prime, and dividing by its like cancels all but
//! a few bits of the exponent: the relative error of the first factor comes out multiplied by `2^l`. With 100 bits there
//! is enough left at any depth that there are primes for.

/// `(high + low) 2^exponent`, `high` in `[1/2, 1)` and `|low| <= 2^-53`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wide {
    high: f64,
    low: f64,
    exponent: i64,
}

impl Wide {
    pub(super) const ONE: Self = Self { high: 0.5, low: 0.0, exponent: 1 };

    pub(super) fn new(x: u64) -> Self {
        let high = x as f64;
        // At most half a unit of 2^11: exact.
        let low = (i128::from(x) - high as i128) as f64;
        Self { high, low, exponent: 0 }.normal()
    }

    /// Error-free product of the high parts (Dekker), plus the cross terms: a relative error of about `2^-103`.
    pub(super) fn times(self, other: Self) -> Self {
        let high = self.high * other.high;
        let error = self.high.mul_add(other.high, -high);
        let low = error + self.high.mul_add(other.low, self.low * other.high);
        let sum = high + low;
        Self { high: sum, low: low - (sum - high), exponent: self.exponent.saturating_add(other.exponent) }
            .normal()
    }

    pub(super) fn power(self, mut exponent: u64) -> Self {
        let (mut base, mut product) = (self, Self::ONE);
        while exponent > 0 {
            if exponent & 1 == 1 {
                product = product.times(base);
            }
            base = base.times(base);
            exponent >>= 1;
        }
        product
    }

    /// The quotient, rounded to a double twice or so, and its power of two.
    pub(super) fn over(self, other: Self) -> (f64, i64) {
        let quotient = self.high / other.high;
        let remainder = quotient.mul_add(-other.high, self.high) + self.low - quotient * other.low;
        (quotient + remainder / other.high, self.exponent.saturating_sub(other.exponent))
    }

    /// `high` back in `[1/2, 1)`: exact.
    fn normal(self) -> Self {
        let exponent = (self.high.to_bits() >> 52).cast_signed() - 1022;
        let factor = 2.0_f64.powi(-exponent as i32);
        let exponent = self.exponent.saturating_add(exponent);
        Self { high: self.high * factor, low: self.low * factor, exponent }
    }
}
