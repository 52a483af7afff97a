//! Polynomials in place of the sigmoid `1 / (1 + e^-x)`, fitted for a degree and an interval.
//!
//! Homomorphic circuits add and multiply, so the gradient of logistic regression is computed with a
//! polynomial. `sigmoid(x) - 1/2 = tanh(x / 2) / 2` is odd, hence so is its best approximation on
//! `[-B, B]`: a fit is `1/2 + a1 x + a3 x^3 + ...`, found by [least squares](Method::LeastSquares)
//! (Han et al., "Logistic regression on homomorphic encrypted data at scale", AAAI 2019) or as the
//! [minimax polynomial](Method::Minimax).
//!
//! ```
//! use lowtide_logreg::sigmoid::{Method, SigmoidPolynomial};
//!
//! let cubic = SigmoidPolynomial::fit(3, 8.0, Method::LeastSquares)?;
//! assert!((cubic.coefficients()[0] - 0.15012).abs() < 1e-5);
//! assert!((cubic.coefficients()[1] + 0.001593).abs() < 1e-6);
//! assert!(cubic.worst_error() < 0.115);
//! # Ok::<(), lowtide_logreg::Error>(())
//! ```

use lowtide_linalg::expression::Odd;
use serde::{Deserialize, Serialize};

use crate::Error;

mod basis;
mod extremes;
mod factors;
mod least_squares;
mod minimax;

/// The highest degree fitted. Beyond it, rounding eats the monomial form.
pub const MAX_DEGREE: usize = 15;
/// The narrowest interval fitted is `[-MIN_BOUND, MIN_BOUND]`: below it a line is exact to 1 %.
pub const MIN_BOUND: f64 = 1.0;
/// The widest interval fitted is `[-MAX_BOUND, MAX_BOUND]`.
pub const MAX_BOUND: f64 = 1024.0;

/// The sigmoid itself.
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// What a fit minimizes over `[-B, B]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// The integral of the squared error: the better polynomial where most margins are small.
    LeastSquares,
    /// The largest error: the better polynomial where margins fill the interval.
    Minimax,
}

/// `1/2 + a1 x + a3 x^3 + ... + ad x^d`, standing for the sigmoid on `[-B, B]`.
///
/// Outside the interval it has no meaning: beyond about `1.5 B` a cubic has turned its sign, and
/// training with it diverges. [`crate::clear::train`] reports the margins that training reaches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct SigmoidPolynomial {
    bound: f64,
    /// `a1, a3, ..., ad`.
    coefficients: Vec<f64>,
}

impl SigmoidPolynomial {
    /// The best polynomial of this degree on `[-bound, bound]`.
    ///
    /// # Errors
    /// [`Error::Degree`] unless the degree is odd and at most [`MAX_DEGREE`]; [`Error::Bound`]
    /// unless the bound lies in `[`[`MIN_BOUND`]`, `[`MAX_BOUND`]`]`.
    pub fn fit(degree: usize, bound: f64, method: Method) -> Result<Self, Error> {
        let count = odd_terms(degree)?;
        check_bound(bound)?;
        let on_unit_interval = match method {
            Method::LeastSquares => least_squares::fit(count, bound),
            Method::Minimax => minimax::fit(count, bound),
        };
        let powers = (1..).step_by(2).map(|power| bound.powi(power));
        Self::new(bound, on_unit_interval.iter().zip(powers).map(|(c, p)| c / p).collect())
    }

    /// The polynomial with these odd coefficients `a1, a3, ...`, meant for `[-bound, bound]`.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit), and [`Error::Coefficient`] when one is not finite or the leading
    /// one is zero.
    pub fn new(bound: f64, coefficients: Vec<f64>) -> Result<Self, Error> {
        check_bound(bound)?;
        odd_terms((2 * coefficients.len()).saturating_sub(1))?;
        let last = coefficients.len() - 1;
        let bad = |(i, a): (usize, f64)| !a.is_finite() || (i == last && a == 0.0);
        match coefficients.iter().copied().enumerate().find(|&term| bad(term)) {
            Some((i, value)) => Err(Error::Coefficient { power: 2 * i + 1, value }),
            None => Ok(Self { bound, coefficients }),
        }
    }

    /// The value at `x`, by Horner's rule in `x^2`.
    pub fn evaluate(&self, x: f64) -> f64 {
        let square = x * x;
        0.5 + x * self.coefficients.iter().rev().fold(0.0, |sum, a| sum * square + a)
    }

    /// `a1, a3, ..., ad`; the constant is 1/2 and the even ones are zero.
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// The degree `d`, odd.
    pub fn degree(&self) -> usize {
        2 * self.coefficients.len() - 1
    }

    /// `B`, where `[-B, B]` is the interval that the polynomial was made for.
    pub fn bound(&self) -> f64 {
        self.bound
    }

    /// The largest distance from the sigmoid on `[-B, B]`.
    pub fn worst_error(&self) -> f64 {
        let error = |x: f64| (sigmoid(x) - self.evaluate(x)).abs();
        extremes::largest(error, 0.0, self.bound, 512 + 16 * self.bound.ceil() as usize).value
    }

    /// The gradient polynomial `q(u) = sigmoid(-u)` as factors that a circuit multiplies in few levels.
    ///
    /// # Errors
    /// [`Error::Factors`] above degree 7.
    pub fn gradient(&self) -> Result<Odd, Error> {
        factors::gradient(self)
    }
}

/// A polynomial as files hold it: the degree is there for the reader.
#[derive(Serialize, Deserialize)]
#[serde(rename = "SigmoidPolynomial", deny_unknown_fields)]
struct Written {
    degree: usize,
    bound: f64,
    coefficients: Vec<f64>,
}

impl From<SigmoidPolynomial> for Written {
    fn from(p: SigmoidPolynomial) -> Self {
        Self { degree: p.degree(), bound: p.bound, coefficients: p.coefficients }
    }
}

impl TryFrom<Written> for SigmoidPolynomial {
    type Error = Error;

    fn try_from(Written { degree, bound, coefficients }: Written) -> Result<Self, Error> {
        if odd_terms(degree)? != coefficients.len() {
            return Err(Error::CoefficientCount { degree, count: coefficients.len() });
        }
        Self::new(bound, coefficients)
    }
}

/// `tanh(x / 2) / 2`, the odd part of the sigmoid: what the fits approximate.
fn odd_part(x: f64) -> f64 {
    0.5 * (0.5 * x).tanh()
}

/// How many odd powers a polynomial of this degree has.
fn odd_terms(degree: usize) -> Result<usize, Error> {
    if degree % 2 == 1 && degree <= MAX_DEGREE {
        Ok(degree.div_ceil(2))
    } else {
        Err(Error::Degree { degree })
    }
}

fn check_bound(bound: f64) -> Result<(), Error> {
    if (MIN_BOUND..=MAX_BOUND).contains(&bound) { Ok(()) } else { Err(Error::Bound { bound }) }
}

#[cfg(test)]
mod tests;
