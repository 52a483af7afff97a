//! Known answers, refusals, and what a fit promises.

use proptest::prelude::*;

use super::*;

/// The normal equations solved with 40 digits.
#[test]
fn least_squares_to_the_last_digits() {
    let cases: [(f64, &[f64]); 5] = [
        (8.0, &[0.1501204132735184, -0.001593017407219917]),
        (16.0, &[0.08426791231467871, -0.0002473652588556651]),
        (8.0, &[0.1913048866173821, -0.004596051921876647, 4.223017286236027e-5]),
        (8.0, &[0.2168956837804441, -0.008194757772932242, 0.0001659356864923963, -1.196556307433385e-6]),
        (
            32.0,
            &[
                0.1436504098459505,
                -0.001855531568199573,
                1.305851474422665e-5,
                -4.858346585310453e-8,
                1.008145920440988e-10,
                -1.172850109978499e-13,
                7.146941990784345e-17,
                -1.774620152892634e-20,
            ],
        ),
    ];
    for (bound, expected) in cases {
        let degree = 2 * expected.len() - 1;
        let polynomial = SigmoidPolynomial::fit(degree, bound, Method::LeastSquares).unwrap();
        assert_eq!(polynomial.degree(), degree);
        for (a, b) in polynomial.coefficients().iter().zip(expected) {
            assert!((a - b).abs() < 1e-10 * b.abs(), "degree {degree} on {bound}: {a}, not {b}");
        }
    }
}

/// Coefficients in print (Kim et al. 2018; Han et al. 2019). The cubics agree to every digit. Those of
/// degree 5 and 7 were fitted to samples rather than to the interval and differ a little; the last
/// coefficient of degree 5 is off by 2.4 % as well, it seems by a misprinted digit (4.22332e-5).
#[test]
fn published_least_squares_polynomials() {
    let cases: [(f64, f64, &[f64]); 4] = [
        (8.0, 1e-5, &[0.15012, -0.001593]),
        (16.0, 2e-6, &[0.0842679, -0.000247365]),
        (8.0, 0.04, &[0.19131, -0.0045963, 4.12332e-5]),
        (8.0, 1e-3, &[0.216884, -0.00819276, 1.65861e-4, -1.19581e-6]),
    ];
    for (bound, tolerance, expected) in cases {
        let ours = SigmoidPolynomial::fit(2 * expected.len() - 1, bound, Method::LeastSquares).unwrap();
        let published = SigmoidPolynomial::new(bound, expected.to_vec()).unwrap();
        let gap = extremes::largest(|x| (ours.evaluate(x) - published.evaluate(x)).abs(), 0.0, bound, 64);
        assert!(gap.value < tolerance, "{ours:?} is {gap:?} from print");
    }
}

#[test]
fn worst_error_is_the_largest_on_a_fine_grid() {
    for method in [Method::LeastSquares, Method::Minimax] {
        for (degree, bound) in [(1, 4.0), (3, 8.0), (7, 8.0), (9, 32.0), (15, 1024.0)] {
            let polynomial = SigmoidPolynomial::fit(degree, bound, method).unwrap();
            let grid = (0..=100_000).map(|i| bound * f64::from(i) / 50_000.0 - bound);
            let seen = grid.map(|x| (sigmoid(x) - polynomial.evaluate(x)).abs()).fold(0.0, f64::max);
            let claimed = polynomial.worst_error();
            assert!(
                seen <= claimed + 1e-12 && claimed < seen * 1.001,
                "{degree} on {bound}: {claimed} {seen}"
            );
        }
    }
}

#[test]
fn refuses_bad_degrees_bounds_and_coefficients() {
    let fit = |degree, bound| SigmoidPolynomial::fit(degree, bound, Method::LeastSquares);
    for degree in [0, 2, 4, 17] {
        assert!(matches!(fit(degree, 8.0), Err(Error::Degree { degree: d }) if d == degree));
    }
    for bound in [0.0, -8.0, 0.5, 1e4, f64::NAN, f64::INFINITY] {
        assert!(matches!(fit(3, bound), Err(Error::Bound { .. })));
    }
    let new = |coefficients: &[f64]| SigmoidPolynomial::new(8.0, coefficients.to_vec());
    assert!(matches!(new(&[]), Err(Error::Degree { degree: 0 })));
    assert!(matches!(new(&[0.15, 0.0]), Err(Error::Coefficient { power: 3, .. })));
    assert!(matches!(new(&[f64::NAN, 0.1]), Err(Error::Coefficient { power: 1, .. })));
    assert_eq!(new(&[0.0843, -0.0002]).unwrap().degree(), 3);
}

#[test]
fn json_says_degree_bound_and_coefficients() {
    let polynomial = SigmoidPolynomial::new(8.0, vec![0.25, -0.5]).unwrap();
    let json = serde_json::to_string(&polynomial).unwrap();
    assert_eq!(json, r#"{"degree":3,"bound":8.0,"coefficients":[0.25,-0.5]}"#);
    assert_eq!(serde_json::from_str::<SigmoidPolynomial>(&json).unwrap(), polynomial);
    let refused = |text: &str| serde_json::from_str::<SigmoidPolynomial>(text).unwrap_err().to_string();
    assert!(
        refused(r#"{"degree":5,"bound":8,"coefficients":[0.25,-0.5]}"#).contains("3 odd coefficients, not 2")
    );
    assert!(refused(r#"{"degree":3,"bound":-8,"coefficients":[0.25,-0.5]}"#).contains("choose a bound"));
}

proptest! {
    #[test]
    fn fits_are_symmetric_and_get_better_with_degree(bound in 1.0f64..64.0, x in -1.0f64..1.0) {
        for method in [Method::LeastSquares, Method::Minimax] {
            let mut before = f64::INFINITY;
            for degree in (1..=MAX_DEGREE).step_by(2) {
                let polynomial = SigmoidPolynomial::fit(degree, bound, method).unwrap();
                let (left, right) = (polynomial.evaluate(-x * bound), polynomial.evaluate(x * bound));
                prop_assert!((left + right - 1.0).abs() < 1e-12);
                prop_assert!(polynomial.worst_error() < before + 1e-9);
                before = polynomial.worst_error();
            }
        }
    }

    /// Neither polynomial can beat the other at its own game.
    #[test]
    fn each_method_wins_what_it_minimizes(k in 0usize..8, bound in 1.0f64..64.0) {
        let fit = |method| SigmoidPolynomial::fit(2 * k + 1, bound, method).unwrap();
        let (squares, minimax) = (fit(Method::LeastSquares), fit(Method::Minimax));
        prop_assert!(minimax.worst_error() <= squares.worst_error() + 1e-10);
        let mean_square = |p: &SigmoidPolynomial| {
            let x = |i| bound * (f64::from(i) + 0.5) / 2e3;
            (0..2000).map(|i| (sigmoid(x(i)) - p.evaluate(x(i))).powi(2)).sum::<f64>() / 2e3
        };
        prop_assert!(mean_square(&squares) <= mean_square(&minimax) * 1.001 + 1e-18);
    }
}
