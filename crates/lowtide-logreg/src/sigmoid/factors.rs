//! The gradient polynomial in factors: what a circuit multiplies.
//!
//! The gradient needs `q(u) = sigmoid(-u)`, and multiplies it with a tile `T`. As
//! `T q(u) = a0 T + (lead T u) (u^2 + alpha) ...` the products run side by side with the powers of `u`:
//! two levels below `u` for a cubic, three up to degree seven.

use lowtide_linalg::expression::{Even, Odd};

use super::SigmoidPolynomial;
use crate::Error;

/// `q(u) = 1/2 + lead u (even factors)`, by degree.
pub(super) fn gradient(polynomial: &SigmoidPolynomial) -> Result<Odd, Error> {
    // q(u) = p(-u): every odd coefficient changes its sign, and their ratios do not.
    let (lead, factors) = match *polynomial.coefficients() {
        [a1] => (-a1, Vec::new()),
        [a1, a3] => (-a3, vec![Even::Quadratic { alpha: a1 / a3 }]),
        [a1, a3, a5] => (-a5, vec![Even::Quartic { b: a3 / a5, c: a1 / a5 }]),
        [a1, a3, a5, a7] => {
            let (alpha, b, c) = split_cubic(a5 / a7, a3 / a7, a1 / a7);
            (-a7, vec![Even::Quadratic { alpha }, Even::Quartic { b, c }])
        }
        _ => return Err(Error::Factors { degree: polynomial.degree() }),
    };
    Ok(Odd { constant: 0.5, lead, factors, bound: polynomial.bound() })
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
    fn expand(odd: &Odd) -> Vec<f64> {
        let lead = odd.lead;
        match odd.factors[..] {
            [] => vec![lead],
            [Even::Quadratic { alpha }] => vec![lead * alpha, lead],
            [Even::Quartic { b, c }] => vec![lead * c, lead * b, lead],
            [Even::Quadratic { alpha }, Even::Quartic { b, c }] => {
                vec![lead * alpha * c, lead * (alpha * b + c), lead * (alpha + b), lead]
            }
            _ => panic!("other factors"),
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
            let factors = polynomial.gradient().unwrap();
            prop_assert_eq!(factors.degree(), degree);
            for (a, b) in polynomial.coefficients().iter().zip(expand(&factors)) {
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
        assert!(matches!(polynomial.gradient(), Err(Error::Factors { degree: 9 })));
    }
}
