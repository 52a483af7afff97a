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

pub(crate) fn embedding(ring: Ring, degree: usize) -> Embedding {
    Embedding::new(ring, degree).expect("a power of two")
}

/// The ring of degree `2^log_degree`, `log_degree` from `range`.
fn embeddings(range: std::ops::Range<usize>) -> impl Iterator<Item = Embedding> {
    Ring::ALL.into_iter().flat_map(move |ring| range.clone().map(move |log| embedding(ring, 1 << log)))
}

/// Random slots of a ring.
pub(crate) fn uniform_slots(ring: Ring, count: usize, seed: u64) -> Vec<Complex64> {
    match ring {
        Ring::ConjugateInvariant => uniform(count, seed).into_iter().map(Complex64::from).collect(),
        _ => uniform_complex(count, seed),
    }
}

/// The polynomial in the standard ring: `X^-k` is `-X^(2N - k)` there.
pub(crate) fn standard(ring: Ring, coefficients: &[f64]) -> Vec<f64> {
    let mirrored = || coefficients[1..].iter().rev().map(|x| -x);
    match ring {
        Ring::ConjugateInvariant => coefficients.iter().copied().chain([0.0]).chain(mirrored()).collect(),
        _ => coefficients.to_vec(),
    }
}

/// `a(zeta^(5^j))` for each slot `j`, by definition.
fn evaluate(ring: Ring, coefficients: &[f64]) -> Vec<Fixed> {
    let coefficients = standard(ring, coefficients);
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

/// `5^j mod 2 degree` for each slot `j` of the standard ring.
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
    for embedding in embeddings(1..9) {
        let (ring, degree) = (embedding.ring(), embedding.degree());
        let coefficients = uniform(degree, degree as u64);
        let size = norm(&standard(ring, &coefficients));
        let found = embedding.to_slots(&coefficients, embedding.slots());
        for (expected, found) in evaluate(ring, &coefficients).iter().zip(found) {
            let error = expected.distance(found);
            assert!(error <= rounding(size, degree), "{ring:?}, degree {degree}: {error:e}");
        }
    }
}

#[test]
fn coefficients_show_the_slots() {
    for embedding in embeddings(1..9) {
        let (ring, degree) = (embedding.ring(), embedding.degree());
        let slots = uniform_slots(ring, embedding.slots(), degree as u64);
        let coefficients = embedding.to_coefficients(&slots);
        for (found, expected) in evaluate(ring, &coefficients).iter().zip(slots) {
            let error = found.distance(expected);
            assert!(
                error <= rounding((degree as f64).sqrt(), degree),
                "{ring:?}, degree {degree}: {error:e}"
            );
        }
    }
}

#[test]
fn sparse_polynomials_show_their_slots_again_and_again() {
    for embedding in embeddings(8..9) {
        let (ring, degree) = (embedding.ring(), embedding.degree());
        for log_slots in 0..=embedding.slots().ilog2() {
            let slots = uniform_slots(ring, 1 << log_slots, log_slots.into());
            let coefficients = embedding.to_coefficients(&slots);
            for (found, expected) in evaluate(ring, &coefficients).iter().zip(slots.iter().cycle()) {
                let error = found.distance(*expected);
                assert!(
                    error <= rounding((degree as f64).sqrt(), degree),
                    "{} slots: {error:e}",
                    slots.len()
                );
            }
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
        for (power, found) in
            powers_of_five(degree).zip(embedding(Ring::Standard, degree).to_slots(&x, degree / 2))
        {
            let exact = &zeta[power] + &Fixed::from(-found);
            let error = exact.to_complex();
            let worst = error.re.abs().max(error.im.abs());
            assert!(worst <= f64::EPSILON, "zeta^{power} of degree {degree}: {worst:e}");
        }
    }
}
