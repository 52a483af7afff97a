//! Complex numbers in fixed point, slow and certain: the arithmetic of the oracle.

use std::ops::{Add, Mul};

use lowtide_encoding::Complex64;
use num_bigint::BigInt;
use num_traits::ToPrimitive;

/// Bits behind the point.
const BITS: u32 = 192;

/// A complex number with 192 bits behind the point; products round down.
#[derive(Clone, Debug)]
pub(crate) struct Fixed {
    re: BigInt,
    im: BigInt,
}

impl Fixed {
    pub(crate) fn one() -> Self {
        Self::from(Complex64::ONE)
    }

    /// `exp(i pi / n)`, by the exponential series.
    pub(crate) fn root(n: usize) -> Self {
        let angle = pi() / n;
        let (mut sum, mut term) = (Self::one(), Self::one());
        for k in 1_u32.. {
            // The next term is i angle / k times the last.
            let turned = |x: &BigInt| ((x * &angle) >> BITS) / k;
            term = Self { re: -turned(&term.im), im: turned(&term.re) };
            if term.re.magnitude().bits() == 0 && term.im.magnitude().bits() == 0 {
                return sum;
            }
            sum = &sum + &term;
        }
        unreachable!("the terms vanish");
    }

    /// `self` to the powers `0 .. count`.
    pub(crate) fn powers(&self, count: usize) -> Vec<Self> {
        std::iter::successors(Some(Self::one()), |power| Some(power * self)).take(count).collect()
    }

    pub(crate) fn to_complex(&self) -> Complex64 {
        let round = |x: &BigInt| x.to_f64().expect("in range") / f64::from(BITS).exp2();
        Complex64::new(round(&self.re), round(&self.im))
    }

    /// The absolute value of the difference.
    pub(crate) fn distance(&self, found: Complex64) -> f64 {
        let minus = Self::from(-found);
        (self + &minus).to_complex().norm()
    }
}

/// Exact for numbers that are zero or from `2^-130` to `2^120`.
impl From<Complex64> for Fixed {
    fn from(value: Complex64) -> Self {
        let exact = |x: f64| {
            let (mut x, mut exponent) = (x, BITS as i32);
            while x != x.trunc() {
                (x, exponent) = (x * 2.0, exponent - 1);
            }
            assert!(exponent >= 0, "{x} is too small");
            BigInt::from(x as i128) << exponent
        };
        Self { re: exact(value.re), im: exact(value.im) }
    }
}

impl Add for &Fixed {
    type Output = Fixed;

    fn add(self, other: Self) -> Fixed {
        Fixed { re: &self.re + &other.re, im: &self.im + &other.im }
    }
}

impl Mul for &Fixed {
    type Output = Fixed;

    fn mul(self, other: Self) -> Fixed {
        Fixed {
            re: (&self.re * &other.re - &self.im * &other.im) >> BITS,
            im: (&self.re * &other.im + &self.im * &other.re) >> BITS,
        }
    }
}

/// By Machin's formula: `pi = 16 atan(1/5) - 4 atan(1/239)`.
fn pi() -> BigInt {
    atan_of_inverse(5) * 16 - atan_of_inverse(239) * 4
}

fn atan_of_inverse(x: u32) -> BigInt {
    let mut power = (BigInt::from(1) << BITS) / x;
    let mut sum = power.clone();
    for k in 1_u32.. {
        power = -power / (x * x);
        if power.magnitude().bits() == 0 {
            break;
        }
        sum += &power / (2 * k + 1);
    }
    sum
}

#[test]
fn the_oracle_knows_pi_and_the_circle() {
    assert_eq!(pi().to_f64().unwrap() / f64::from(BITS).exp2(), std::f64::consts::PI);
    let minus_one = Fixed::root(64).powers(65).pop().unwrap();
    let off = &minus_one + &Fixed::one();
    assert!(off.re.magnitude().bits() < 16 && off.im.magnitude().bits() < 16, "{off:?}");
    assert_eq!(Fixed::from(Complex64::new(-0.375, 1e-9)).to_complex(), Complex64::new(-0.375, 1e-9));
}
