//! What makes the embedding worth having: it turns products, automorphisms and conjugates of polynomials into those of
//! slots.

use lowtide_encoding::{Complex64, Embedding, Precision};
use lowtide_ring::Ring;
use proptest::prelude::*;

use crate::oracle::{embedding, standard, uniform, uniform_slots};

/// The product modulo `X^N + 1`, term by term.
fn schoolbook(a: &[f64], b: &[f64]) -> Vec<f64> {
    let degree = a.len();
    let mut product = vec![0.0; degree];
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            let sign = if i + j < degree { 1.0 } else { -1.0 };
            product[(i + j) % degree] += sign * x * y;
        }
    }
    product
}

/// The coefficients of `a(X^element)`.
fn substitute(a: &[f64], element: usize) -> Vec<f64> {
    let degree = a.len();
    let mut image = vec![0.0; degree];
    for (i, x) in a.iter().enumerate() {
        let power = i * element % (2 * degree);
        image[power % degree] = if power < degree { *x } else { -x };
    }
    image
}

/// A ring of up to `2^11` slots.
fn embeddings() -> impl Strategy<Value = Embedding> {
    (prop::sample::select(Ring::ALL.to_vec()), 1..12_u32).prop_map(|(ring, log)| embedding(ring, 1 << log))
}

/// A ring, and how many slots are packed into it.
fn packings() -> impl Strategy<Value = (Embedding, usize)> {
    embeddings().prop_flat_map(|embedding| {
        let most = embedding.slots().ilog2();
        (Just(embedding), (0..=most).prop_map(|log| 1 << log))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn there_and_back((embedding, count) in packings(), seed in any::<u64>()) {
        let slots = uniform_slots(embedding.ring(), count, seed);
        let back = embedding.to_slots(&embedding.to_coefficients(&slots), slots.len());
        prop_assert!(Precision::between_complex(&slots, &back).worst() > 48.0);
    }

    #[test]
    fn back_and_there(embedding in embeddings(), seed in any::<u64>()) {
        let coefficients = uniform(embedding.degree(), seed);
        let back = embedding.to_coefficients(&embedding.to_slots(&coefficients, embedding.slots()));
        prop_assert!(Precision::between(&coefficients, &back).worst() > 48.0);
    }

    #[test]
    fn sparse_is_full_repeated((embedding, count) in packings(), seed in any::<u64>()) {
        let slots = uniform_slots(embedding.ring(), count, seed);
        let repeated: Vec<_> = slots.iter().copied().cycle().take(embedding.slots()).collect();
        let (sparse, full) = (embedding.to_coefficients(&slots), embedding.to_coefficients(&repeated));
        prop_assert!(Precision::between(&sparse, &full).worst() > 50.0);
        let gap = embedding.slots() / slots.len();
        prop_assert!(sparse.iter().enumerate().all(|(k, x)| k % gap == 0 || *x == 0.0));
    }

    #[test]
    fn fewer_slots_are_the_mean_of_the_copies((embedding, n) in packings(), seed in any::<u64>()) {
        let coefficients = uniform(embedding.degree(), seed);
        let copies = embedding.slots() / n;
        let full = embedding.to_slots(&coefficients, embedding.slots());
        let mean = |j| full.iter().skip(j).step_by(n).sum::<Complex64>() / copies as f64;
        let expected: Vec<_> = (0..n).map(mean).collect();
        prop_assert!(Precision::between_complex(&expected, &embedding.to_slots(&coefficients, n)).worst() > 41.0);
    }

    #[test]
    fn products_are_taken_slot_by_slot(ring in prop::sample::select(Ring::ALL.to_vec()), log_degree in 1..9_u32, seed in any::<u64>()) {
        let embedding = embedding(ring, 1 << log_degree);
        let (n, degree) = (embedding.slots(), embedding.degree());
        let (a, b) = (uniform(degree, seed), uniform(degree, !seed));
        let product = schoolbook(&standard(ring, &a), &standard(ring, &b));
        let product = embedding.to_slots(&product[..degree], n);
        let (a, b) = (embedding.to_slots(&a, n), embedding.to_slots(&b, n));
        let expected: Vec<_> = a.iter().zip(&b).map(|(x, y)| x * y).collect();
        prop_assert!(Precision::between_complex(&expected, &product).worst() > 36.0);
    }

    #[test]
    fn powers_of_five_rotate(embedding in embeddings(), steps in 0..6_usize, seed in any::<u64>()) {
        let (ring, degree) = (embedding.ring(), embedding.degree());
        let slots = uniform_slots(ring, embedding.slots(), seed);
        let element = 5_usize.pow(steps as u32) % ring.root_order(degree) as usize;
        let image = substitute(&standard(ring, &embedding.to_coefficients(&slots)), element);
        let mut rotated = slots;
        rotated.rotate_left(steps % embedding.slots());
        let found = embedding.to_slots(&image[..degree], embedding.slots());
        prop_assert!(Precision::between_complex(&rotated, &found).worst() > 48.0);
    }

    #[test]
    fn minus_one_conjugates(log_degree in 1..12_u64, seed in any::<u64>()) {
        let embedding = embedding(Ring::Standard, 1 << log_degree);
        let slots = uniform_slots(Ring::Standard, embedding.slots(), seed);
        let image = substitute(&embedding.to_coefficients(&slots), 2 * embedding.degree() - 1);
        let conjugates: Vec<_> = slots.iter().map(Complex64::conj).collect();
        let found = embedding.to_slots(&image, embedding.slots());
        prop_assert!(Precision::between_complex(&conjugates, &found).worst() > 48.0);
    }

    #[test]
    fn real_vectors_are_complex_ones_without_an_imaginary_part((embedding, count) in packings(), seed in any::<u64>()) {
        let real = uniform(count, seed);
        let complex: Vec<_> = real.iter().map(Complex64::from).collect();
        let coefficients = embedding.to_coefficients_real(&real);
        prop_assert_eq!(&coefficients, &embedding.to_coefficients(&complex));
        let parts: Vec<_> = embedding.to_slots(&coefficients, real.len()).iter().map(|slot| slot.re).collect();
        prop_assert_eq!(embedding.to_slots_real(&coefficients, real.len()), parts);
    }

    #[test]
    fn a_constant_is_one_coefficient_or_two((embedding, count) in packings(), re in -9.0..9.0, im in -9.0..9.0) {
        let is_real = embedding.ring() == Ring::ConjugateInvariant;
        let constant = vec![Complex64::new(re, if is_real { 0.0 } else { im }); count];
        let mut expected = vec![0.0; embedding.degree()];
        expected[0] = re;
        if !is_real {
            expected[embedding.degree() / 2] = im;
        }
        let found = embedding.to_coefficients(&constant);
        prop_assert!(Precision::between(&expected, &found).worst() > 48.0);
    }
}
