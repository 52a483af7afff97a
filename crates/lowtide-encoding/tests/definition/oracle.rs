//! Every slot by evaluation of the polynomial at its root, in fixed point.

use lowtide_encoding::{Complex64, Embedding};
use lowtide_ring::Ring;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

use crate::fixed::Fixed;

/// Uniform in `[-1, 1)`.
pub(crate) fn uniform(count: usize, seed: u64) -> Vec<f64> {
    let mut rng = ChaCha12Rng::seed_from_u64(seed);
    (0..count).map(|_| rng.random_range(-1.0..1.0)).collect()
}

pub(crate) fn uniform_complex(count: usize, seed: u64) -> Vec<Complex64> {
    let parts = uniform(2 * count, seed);
    parts.chunks_exact(2).map(|part| Complex64::new(part[0], part[1])).collect()
}

pub(crate) fn embedding(degree: usize) -> Embedding {
    Embedding::new(Ring::Standard, degree).expect("a power of two")
}

/// `a(zeta^(5^j))` for each slot `j`, by definition.
fn evaluate(coefficients: &[f64]) -> Vec<Fixed> {
    let degree = coefficients.len();
    let zeta = Fixed::root(degree).powers(2 * degree);
    let exact: Vec<_> = coefficients.iter().map(|x| Fixed::from(Complex64::from(*x))).collect();
    powers_of_five(degree)
        .map(|power| {
            let terms = exact.iter().enumerate().map(|(k, x)| x * &zeta[k * power % (2 * degree)]);
            terms.fold(Fixed::from(Complex64::ZERO), |sum, term| &sum + &term)
        })
        .collect()
}

/// `5^j mod 2 degree` for each slot `j`.
pub(crate) fn powers_of_five(degree: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(1), move |power| Some(power * 5 % (2 * degree))).take(degree / 2)
}

/// What rounding may do to a value of size `size` in a transform of `degree` real points: half a unit in the last
/// place per stage for the root, the product and the sum, and a little room.
fn rounding(size: f64, degree: usize) -> f64 {
    size * f64::EPSILON * (2.0 * (degree as f64).log2() + 2.0)
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[test]
fn slots_are_values_at_powers_of_the_root() {
    for log_degree in 1..9 {
        let degree = 1 << log_degree;
        let coefficients = uniform(degree, log_degree);
        let found = embedding(degree).to_slots(&coefficients, degree / 2);
        for (expected, found) in evaluate(&coefficients).iter().zip(found) {
            let error = expected.distance(found);
            assert!(error <= rounding(norm(&coefficients), degree), "degree {degree}: {error:e}");
        }
    }
}

#[test]
fn coefficients_show_the_slots() {
    for log_degree in 1..9 {
        let degree = 1 << log_degree;
        let slots = uniform_complex(degree / 2, log_degree);
        let coefficients = embedding(degree).to_coefficients(&slots);
        for (found, expected) in evaluate(&coefficients).iter().zip(slots) {
            let error = found.distance(expected);
            assert!(error <= rounding((degree as f64).sqrt(), degree), "degree {degree}: {error:e}");
        }
    }
}

#[test]
fn sparse_polynomials_show_their_slots_again_and_again() {
    let degree = 256;
    for log_slots in 0..8 {
        let slots = uniform_complex(1 << log_slots, log_slots);
        let coefficients = embedding(degree).to_coefficients(&slots);
        for (found, expected) in evaluate(&coefficients).iter().zip(slots.iter().cycle()) {
            let error = found.distance(*expected);
            assert!(error <= rounding((degree as f64).sqrt(), degree), "{} slots: {error:e}", slots.len());
        }
    }
}

/// The slots of `X` are the roots themselves, untouched by any arithmetic.
#[test]
fn roots_are_within_one_unit_of_their_size() {
    for log_degree in 2..14 {
        let degree = 1_usize << log_degree;
        let mut x = vec![0.0; degree];
        x[1] = 1.0;
        let zeta = Fixed::root(degree).powers(2 * degree);
        for (power, found) in powers_of_five(degree).zip(embedding(degree).to_slots(&x, degree / 2)) {
            let exact = &zeta[power] + &Fixed::from(-found);
            let error = exact.to_complex();
            let worst = error.re.abs().max(error.im.abs());
            assert!(worst <= f64::EPSILON, "zeta^{power} of degree {degree}: {worst:e}");
        }
    }
}
