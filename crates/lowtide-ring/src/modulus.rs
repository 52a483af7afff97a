//! Arithmetic modulo one word-size number.
//!
//! Two reductions: Barrett for products of two unknowns (Barrett 1986, with a 128-bit reciprocal), and Shoup's for
//! products with a factor known beforehand (Harvey, arXiv:1205.2926, section 2). Both are exact and free of
//! branches on the operands, so that secrets may pass through them.

use crate::Error;

/// An odd modulus `3 <= q < 2^61` with its reciprocal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Modulus {
    value: u64,
    /// `floor(2^128 / q)`: since `q` is odd and above 1 it fits and equals `floor((2^128 - 1) / q)`.
    reciprocal: u128,
}

impl Modulus {
    /// One past the largest modulus.
    pub const LIMIT: u64 = 1 << 61;

    /// # Errors
    /// [`Error::ModulusOutOfRange`] when `value` is even, below 3 or not below [`Modulus::LIMIT`].
    pub const fn new(value: u64) -> Result<Self, Error> {
        if value.is_multiple_of(2) || value < 3 || value >= Self::LIMIT {
            return Err(Error::ModulusOutOfRange { value });
        }
        Ok(Self { value, reciprocal: u128::MAX / value as u128 })
    }

    /// `q`.
    #[must_use]
    pub const fn value(self) -> u64 {
        self.value
    }

    /// The number of bits of `q`.
    #[must_use]
    pub const fn bits(self) -> u32 {
        64 - self.value.leading_zeros()
    }

    /// `floor(2^exponent / q)`, for an exponent up to 128.
    #[cfg(target_arch = "x86_64")]
    pub(crate) const fn reciprocal(self, exponent: u32) -> u128 {
        self.reciprocal >> (128 - exponent)
    }

    /// `x mod q` for any `x`.
    #[must_use]
    pub const fn reduce(self, x: u64) -> u64 {
        // floor(x floor(2^64 / q) / 2^64) is at most one too small.
        let quotient = ((x as u128 * (self.reciprocal >> 64)) >> 64) as u64;
        self.correct(x.wrapping_sub(quotient.wrapping_mul(self.value)))
    }

    /// `x mod q` for any `x`.
    #[must_use]
    pub const fn reduce_wide(self, x: u128) -> u64 {
        // floor(x reciprocal / 2^128) modulo 2^64 is at most one below floor(x / q); carries beyond it do not matter.
        let (x1, x0) = (x >> 64, x & u64::MAX as u128);
        let (r1, r0) = (self.reciprocal >> 64, self.reciprocal & u64::MAX as u128);
        let middle = (x1 * r0).wrapping_add(x0 * r1 + ((x0 * r0) >> 64));
        let quotient = (x1 as u64).wrapping_mul(r1 as u64).wrapping_add((middle >> 64) as u64);
        self.correct((x0 as u64).wrapping_sub(quotient.wrapping_mul(self.value)))
    }

    /// `x mod q` for a signed `x`, in time independent of it.
    #[must_use]
    pub const fn reduce_signed(self, x: i64) -> u64 {
        let magnitude = self.reduce(x.unsigned_abs());
        let sign = (x >> 63).cast_unsigned();
        // q - r for a negative x, r otherwise; q - 0 = q is corrected.
        self.correct((magnitude ^ sign).wrapping_sub(sign).wrapping_add(self.value & sign))
    }

    /// `x + y mod q` for residues.
    #[must_use]
    pub const fn add(self, x: u64, y: u64) -> u64 {
        self.correct(x + y)
    }

    /// `x - y mod q` for residues.
    #[must_use]
    pub const fn sub(self, x: u64, y: u64) -> u64 {
        self.correct(x + (self.value - y))
    }

    /// `-x mod q` for a residue.
    #[must_use]
    pub const fn neg(self, x: u64) -> u64 {
        self.correct(self.value - x)
    }

    /// `x y mod q` for any two words.
    #[must_use]
    pub const fn mul(self, x: u64, y: u64) -> u64 {
        self.reduce_wide(x as u128 * y as u128)
    }

    /// `base^exponent mod q`, in time that depends on the exponent: for public values.
    #[must_use]
    pub const fn pow(self, mut base: u64, mut exponent: u64) -> u64 {
        let mut power = 1;
        while exponent > 0 {
            if exponent & 1 == 1 {
                power = self.mul(power, base);
            }
            base = self.mul(base, base);
            exponent >>= 1;
        }
        power
    }

    /// The inverse of `x`, for a prime modulus and a public `x` that it does not divide (Fermat).
    #[must_use]
    pub const fn inverse(self, x: u64) -> u64 {
        self.pow(x, self.value - 2)
    }

    /// The representative of residue `x` nearest to zero, in `(-q/2, q/2)`.
    #[must_use]
    pub const fn center(self, x: u64) -> i64 {
        let above = ((self.value / 2).wrapping_sub(x) >> 63).wrapping_neg();
        x.wrapping_sub(self.value & above).cast_signed()
    }

    /// A factor prepared for many products modulo `q`.
    #[must_use]
    pub const fn shoup(self, factor: u64) -> Shoup {
        let value = self.reduce(factor);
        // As in `reduce_wide`, of value 2^64: at most one too small, and then the rest is not below q.
        let (r1, r0) = ((self.reciprocal >> 64) as u64, self.reciprocal & u64::MAX as u128);
        let quotient = value.wrapping_mul(r1).wrapping_add(((value as u128 * r0) >> 64) as u64);
        let rest = quotient.wrapping_mul(self.value).wrapping_neg();
        let below = rest.wrapping_sub(self.value) >> 63;
        Shoup { value, quotient: quotient + 1 - below }
    }

    /// `x - q` where that is not negative, `x` otherwise, for `x < 2^63`.
    const fn correct(self, x: u64) -> u64 {
        let less = x.wrapping_sub(self.value);
        less.wrapping_add(self.value & (less >> 63).wrapping_neg())
    }
}

/// A residue `w` and `floor(w 2^64 / q)`: a product with it costs two multiplications and one correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shoup {
    value: u64,
    quotient: u64,
}

impl Shoup {
    /// The residue.
    #[must_use]
    pub const fn value(self) -> u64 {
        self.value
    }

    /// `floor(value 2^64 / q)`.
    #[must_use]
    pub const fn quotient(self) -> u64 {
        self.quotient
    }

    /// `x w mod q` for any word `x`, leaving `[0, 2q)`.
    #[must_use]
    pub const fn mul_lazy(self, x: u64, q: Modulus) -> u64 {
        let quotient = ((x as u128 * self.quotient as u128) >> 64) as u64;
        x.wrapping_mul(self.value).wrapping_sub(quotient.wrapping_mul(q.value))
    }

    /// `x w mod q` for any word `x`.
    #[must_use]
    pub const fn mul(self, x: u64, q: Modulus) -> u64 {
        q.correct(self.mul_lazy(x, q))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;
    use num_traits::ToPrimitive;
    use proptest::prelude::*;

    fn moduli() -> impl Strategy<Value = Modulus> {
        prop_oneof![
            Just(3),
            Just(5),
            Just(Modulus::LIMIT - 1),
            Just((1 << 50) - 27),
            (1_u64..Modulus::LIMIT / 2).prop_map(|half| 2 * half + 1)
        ]
        .prop_filter_map("in range", |q| Modulus::new(q).ok())
    }

    fn words() -> impl Strategy<Value = u64> {
        prop_oneof![Just(0), Just(1), Just(u64::MAX), any::<u64>()]
    }

    fn wides() -> impl Strategy<Value = u128> {
        prop_oneof![Just(0), Just(u128::MAX), Just(u128::MAX << 64), any::<u128>()]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn reductions_match_division(q in moduli(), x in words(), wide in wides(), signed in any::<i64>()) {
            let n = q.value();
            prop_assert_eq!(q.reduce(x), x % n);
            prop_assert_eq!(q.reduce_wide(wide), (wide % u128::from(n)) as u64);
            prop_assert_eq!(i128::from(q.reduce_signed(signed)), i128::from(signed).rem_euclid(i128::from(n)));
            let quotient = (u128::from(x % n) << 64) / u128::from(n);
            prop_assert_eq!(u128::from(q.shoup(x).quotient()), quotient);
            prop_assert_eq!(q.shoup(x).mul(wide as u64, q), q.mul(x, wide as u64));
            prop_assert!(q.shoup(x).mul_lazy(wide as u64, q) < 2 * n);
        }

        #[test]
        fn the_field_operations_match_big_integers(q in moduli(), x in words(), y in words()) {
            let n = q.value();
            let (x, y) = (x % n, y % n);
            let big = BigUint::from(x) * y % n;
            prop_assert_eq!(Some(q.mul(x, y)), big.to_u64());
            prop_assert_eq!(u128::from(q.add(x, y)), (u128::from(x) + u128::from(y)) % u128::from(n));
            prop_assert_eq!(q.add(q.sub(x, y), y), x);
            prop_assert_eq!(q.add(q.neg(x), x), 0);
            prop_assert_eq!(q.reduce_signed(q.center(x)), x);
            prop_assert!(q.center(x).unsigned_abs() <= n / 2);
            prop_assert_eq!(Some(q.pow(x, y)), BigUint::from(x).modpow(&y.into(), &n.into()).to_u64());
        }
    }

    #[test]
    fn even_small_and_wide_moduli_are_refused() {
        for value in [0, 1, 2, 4, Modulus::LIMIT, Modulus::LIMIT + 1, u64::MAX] {
            assert_eq!(Modulus::new(value), Err(Error::ModulusOutOfRange { value }));
        }
    }

    #[test]
    fn an_inverse_undoes_its_number() {
        let q = Modulus::new(65537).unwrap();
        assert!((1..200).all(|x| q.mul(q.inverse(x), x) == 1));
    }
}
