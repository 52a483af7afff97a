//! The gradient polynomial in factors: what a circuit multiplies.
//!
//! The gradient needs `q(u) = sigmoid(-u)`, and multiplies it with a tile `T`. As
//! `T q(u) = a0 T + (lead T u) (u^2 + alpha) ...` the products run side by side with the powers of `u`:
//! two levels below `u` for a cubic, three up to degree seven.

use super::SigmoidPolynomial;
use crate::Error;

/// `q(u) = constant + lead * u * (monic even factors)`, by degree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum GradientFactors {
    /// `constant + lead u`.
    Linear {
        /// `q(0)`, which is 1/2.
        constant: f64,
        /// The coefficient of `u`.
        lead: f64,
    },
    /// `constant + lead u (u^2 + alpha)`.
    Cubic {
        /// `q(0)`, which is 1/2.
        constant: f64,
        /// The coefficient of `u^3`.
        lead: f64,
        /// What joins `u^2`.
        alpha: f64,
    },
    /// `constant + lead u (u^4 + b u^2 + c)`.
    Quintic {
        /// `q(0)`, which is 1/2.
        constant: f64,
        /// The coefficient of `u^5`.
        lead: f64,
        /// The coefficient of `u^2` in the quartic.
        b: f64,
        /// The constant of the quartic.
        c: f64,
    },
    /// `constant + lead u (u^2 + alpha) (u^4 + b u^2 + c)`.
    Septic {
        /// `q(0)`, which is 1/2.
        constant: f64,
        /// The coefficient of `u^7`.
        lead: f64,
        /// What joins `u^2` in the quadratic: minus a real root, of greatest size, of a cubic in `u^2`.
        alpha: f64,
        /// The coefficient of `u^2` in the quartic.
        b: f64,
        /// The constant of the quartic.
        c: f64,
    },
}

impl GradientFactors {
    pub(super) fn of(polynomial: &SigmoidPolynomial) -> Result<Self, Error> {
        let constant = 0.5;
        // q(u) = p(-u): every odd coefficient changes its sign, and their ratios do not.
        Ok(match *polynomial.coefficients() {
            [a1] => Self::Linear { constant, lead: -a1 },
            [a1, a3] => Self::Cubic { constant, lead: -a3, alpha: a1 / a3 },
            [a1, a3, a5] => Self::Quintic { constant, lead: -a5, b: a3 / a5, c: a1 / a5 },
            [a1, a3, a5, a7] => {
                let (alpha, b, c) = split_cubic(a5 / a7, a3 / a7, a1 / a7);
                Self::Septic { constant, lead: -a7, alpha, b, c }
            }
            _ => return Err(Error::Factors { degree: polynomial.degree() }),
        })
    }

    /// `q(u)`, factor by factor.
    pub fn evaluate(&self, u: f64) -> f64 {
        let square = u * u;
        match *self {
            Self::Linear { constant, lead } => constant + lead * u,
            Self::Cubic { constant, lead, alpha } => constant + lead * u * (square + alpha),
            Self::Quintic { constant, lead, b, c } => constant + lead * u * (square * (square + b) + c),
            Self::Septic { constant, lead, alpha, b, c } => {
                constant + lead * u * (square + alpha) * (square * (square + b) + c)
            }
        }
    }

    /// The factors of `q(unit u)` as a polynomial in `u`.
    pub fn of_multiple(&self, unit: f64) -> Self {
        let square = unit * unit;
        match *self {
            Self::Linear { constant, lead } => Self::Linear { constant, lead: lead * unit },
            Self::Cubic { constant, lead, alpha } => {
                Self::Cubic { constant, lead: lead * unit * square, alpha: alpha / square }
            }
            Self::Quintic { constant, lead, b, c } => Self::Quintic {
                constant,
                lead: lead * unit * square * square,
                b: b / square,
                c: c / (square * square),
            },
            Self::Septic { constant, lead, alpha, b, c } => Self::Septic {
                constant,
                lead: lead * unit * square * square * square,
                alpha: alpha / square,
                b: b / square,
                c: c / (square * square),
            },
        }
    }

    /// `q(0)`, which is 1/2.
    pub fn constant(&self) -> f64 {
        match *self {
            Self::Linear { constant, .. }
            | Self::Cubic { constant, .. }
            | Self::Quintic { constant, .. }
            | Self::Septic { constant, .. } => constant,
        }
    }

    /// The coefficient of the highest power.
    pub fn lead(&self) -> f64 {
        match *self {
            Self::Linear { lead, .. }
            | Self::Cubic { lead, .. }
            | Self::Quintic { lead, .. }
            | Self::Septic { lead, .. } => lead,
        }
    }

    /// The degree of `q`.
    pub fn degree(&self) -> usize {
        match self {
            Self::Linear { .. } => 1,
            Self::Cubic { .. } => 3,
            Self::Quintic { .. } => 5,
            Self::Septic { .. } => 7,
        }
    }
}

/// `(alpha, b, c)` with `y^3 + r y^2 + s y + t = (y + alpha)(y^2 + b y + c)`.
///
/// `-alpha` is the real root of greatest size: dividing by it from the constant upwards
/// (`c = t / alpha`, `b = (s - c) / alpha`) does not amplify its rounding.
fn split_cubic(r: f64, s: f64, t: f64) -> (f64, f64, f64) {
    let cubic = |y: f64| ((y + r) * y + s) * y + t;
    // All roots lie within Cauchy's bound; the turning points separate the real ones.
    let limit = 1.0 + r.abs().max(s.abs()).max(t.abs());
    let spread = (r * r - 3.0 * s).max(0.0).sqrt();
    let (first, second) = ((-r - spread) / 3.0, (-r + spread) / 3.0);
    let root = [(-limit, first), (first, second), (second, limit)]
        .into_iter()
        .filter_map(|(low, high)| bisect(cubic, low, high))
        .max_by(|x, y| x.abs().total_cmp(&y.abs()))
        .unwrap_or(-r);
    let alpha = -root;
    if alpha == 0.0 {
        return (0.0, r, s);
    }
    let c = t / alpha;
    (alpha, (s - c) / alpha, c)
}

fn bisect(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> Option<f64> {
    let rising = f(low) <= 0.0 && f(high) >= 0.0;
    let falling = f(low) >= 0.0 && f(high) <= 0.0;
    if !(rising || falling) {
        return None;
    }
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return Some(middle);
        }
        *(if (f(middle) <= 0.0) == rising { &mut low } else { &mut high }) = middle;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sigmoid::Method;

    /// The odd coefficients of `lead u (u^2 + alpha)(u^4 + b u^2 + c)` and its shorter kin.
    fn expand(factors: GradientFactors) -> Vec<f64> {
        match factors {
            GradientFactors::Linear { lead, .. } => vec![lead],
            GradientFactors::Cubic { lead, alpha, .. } => vec![lead * alpha, lead],
            GradientFactors::Quintic { lead, b, c, .. } => vec![lead * c, lead * b, lead],
            GradientFactors::Septic { lead, alpha, b, c, .. } => {
                vec![lead * alpha * c, lead * (alpha * b + c), lead * (alpha + b), lead]
            }
        }
    }

    proptest! {
        #[test]
        fn factors_expand_to_the_polynomial(
            degree in (0usize..4).prop_map(|k| 2 * k + 1),
            bound in 2.0f64..64.0,
            minimax in any::<bool>(),
        ) {
            let method = if minimax { Method::Minimax } else { Method::LeastSquares };
            let polynomial = SigmoidPolynomial::fit(degree, bound, method).unwrap();
            let factors = polynomial.gradient_factors().unwrap();
            prop_assert_eq!(factors.degree(), degree);
            for (a, b) in polynomial.coefficients().iter().zip(expand(factors)) {
                prop_assert!((a + b).abs() <= 1e-11 * a.abs(), "{} {}", a, b);
            }
            for u in [-bound, -0.4 * bound, 0.0, 0.1 * bound, bound] {
                prop_assert!((factors.evaluate(u) - polynomial.evaluate(-u)).abs() < 1e-11);
            }
        }

        #[test]
        fn any_cubic_splits(r in -50.0f64..50.0, s in -50.0f64..50.0, t in -50.0f64..50.0) {
            let (alpha, b, c) = split_cubic(r, s, t);
            prop_assert!((alpha + b - r).abs() < 1e-9, "{} {} {}", alpha, b, c);
            prop_assert!((alpha * b + c - s).abs() < 1e-9, "{} {} {}", alpha, b, c);
            prop_assert!((alpha * c - t).abs() < 1e-9, "{} {} {}", alpha, b, c);
        }
    }

    #[test]
    fn three_real_roots_and_a_root_at_zero() {
        // (y - 1)(y - 2)(y + 5): the root of greatest size is split off.
        assert_eq!(split_cubic(2.0, -13.0, 10.0).0, 5.0);
        let (alpha, b, c) = split_cubic(0.0, 0.0, 0.0);
        assert!(alpha.abs() < 1e-9 && b.abs() < 1e-9 && c.abs() < 1e-9);
    }

    #[test]
    fn degree_nine_has_no_factors() {
        let polynomial = SigmoidPolynomial::fit(9, 8.0, Method::LeastSquares).unwrap();
        assert!(matches!(polynomial.gradient_factors(), Err(Error::Factors { degree: 9 })));
    }
}
