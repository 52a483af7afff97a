//! Encoding and decoding: what rounding costs, what does not fit, and the two packings.

use lowtide_ckks::{Error as Scheme, Level, Parameters, Plaintext, Scale, Shape};
use lowtide_encoding::{Complex64, Encoder, Error, Precision};
use lowtide_ring::Ring;
use proptest::prelude::*;

const LEVEL: Level = 1;

fn encoder(log_degree: u32) -> Encoder {
    encoder_of(Ring::Standard, log_degree)
}

fn encoder_of(ring: Ring, log_degree: u32) -> Encoder {
    let shape = Shape { ring, log_degree, first_bits: 50, scale_bits: 36, levels: 2, digits: 3 };
    let params = shape.literal().and_then(Parameters::insecure).expect("small parameters");
    Encoder::new(&params).expect("an embedding")
}

fn scale(encoder: &Encoder) -> &Scale {
    encoder.params().default_scale()
}

/// Half a unit in each coefficient, and what the transforms round.
fn rounding(encoder: &Encoder) -> f64 {
    let params = encoder.params();
    (params.ring().expansion(params.ring_degree()) as f64 / 2.0 + 1.0) / scale(encoder).to_f64()
}

/// `(log2 N, slots)`: a ring and some vector that fits it.
fn vectors() -> impl Strategy<Value = (u32, Vec<Complex64>)> {
    let number = (-100.0..100.0, -100.0..100.0).prop_map(|(re, im)| Complex64::new(re, im));
    (3..9_u32).prop_flat_map(move |log_degree| {
        let slots = 1 << (log_degree - 1);
        (Just(log_degree), prop::collection::vec(number.clone(), 0..=slots))
    })
}

fn padded(values: &[Complex64], slots: usize) -> Vec<Complex64> {
    let zeros = std::iter::repeat(Complex64::ZERO);
    values.iter().copied().chain(zeros).take(slots).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn complex_vectors_survive((log_degree, values) in vectors()) {
        let encoder = encoder(log_degree);
        let plaintext = encoder.encode_complex(&values, LEVEL, scale(&encoder)).unwrap();
        prop_assert_eq!((plaintext.level(), plaintext.scale()), (LEVEL, scale(&encoder)));
        let precision =
            Precision::between_complex(&padded(&values, encoder.slots()), &encoder.decode_complex(&plaintext));
        prop_assert!(precision.worst_error() <= rounding(&encoder), "{}", precision);
    }

    #[test]
    fn real_vectors_survive(ring in prop::sample::select(Ring::ALL.to_vec()), (log_degree, values) in vectors()) {
        let encoder = encoder_of(ring, log_degree);
        let values: Vec<f64> = values.iter().map(|x| x.re).collect();
        let plaintext = encoder.encode(&values, LEVEL, scale(&encoder)).unwrap();
        let decoded = encoder.decode(&plaintext);
        prop_assert_eq!(decoded.len(), encoder.slots());
        prop_assert!(decoded[values.len()..].iter().all(|x| x.abs() <= rounding(&encoder)));
        if !values.is_empty() {
            let precision = Precision::between(&values, &decoded[..values.len()]);
            prop_assert!(precision.worst_error() <= rounding(&encoder), "{}", precision);
        }
    }

    #[test]
    fn sparse_vectors_are_shown_over_and_over((log_degree, values) in vectors()) {
        let encoder = encoder(log_degree);
        let slots = values.len().next_power_of_two();
        let plaintext = encoder.encode_sparse_complex(&values, slots, LEVEL, scale(&encoder)).unwrap();
        let vector = padded(&values, slots);
        let copies: Vec<_> = vector.iter().copied().cycle().take(encoder.slots()).collect();
        let all = Precision::between_complex(&copies, &encoder.decode_complex(&plaintext));
        prop_assert!(all.worst_error() <= rounding(&encoder), "{}", all);
        let one = Precision::between_complex(&vector, &encoder.decode_sparse_complex(&plaintext, slots).unwrap());
        prop_assert!(one.worst_error() <= rounding(&encoder), "{}", one);
    }

    #[test]
    fn a_constant_is_a_vector_of_itself(log_degree in 3..9_u32, re in -100.0..100.0, im in -100.0..100.0) {
        let encoder = encoder(log_degree);
        let value = Complex64::new(re, im);
        let plaintext = encoder.encode_constant_complex(value, LEVEL, scale(&encoder)).unwrap();
        let vector = vec![value; encoder.slots()];
        let precision = Precision::between_complex(&vector, &encoder.decode_complex(&plaintext));
        prop_assert!(precision.worst() > 35.0, "{}", precision);
        let embedded = encoder.encode_complex(&vector, LEVEL, scale(&encoder)).unwrap();
        let far = Precision::between(&plaintext.coefficients(), &embedded.coefficients());
        // One unit: where the two fall on either side of a half.
        prop_assert!(far.worst_error() <= 1.0 / scale(&encoder).to_f64(), "{}", far);
        let real = encoder.encode_constant(re, LEVEL, scale(&encoder)).unwrap();
        prop_assert_eq!(real.coefficients()[0], plaintext.coefficients()[0]);
        prop_assert!(real.coefficients()[1..].iter().all(|x| *x == 0.0));
    }
}

#[test]
fn real_vectors_survive_sparsely() {
    let encoder = encoder(6);
    let plaintext = encoder.encode_sparse(&[1.5, -2.25, 3.0], 4, LEVEL, scale(&encoder)).unwrap();
    let found = encoder.decode_sparse(&plaintext, 4).unwrap();
    let precision = Precision::between(&[1.5, -2.25, 3.0, 0.0], &found);
    assert!(precision.worst_error() < rounding(&encoder), "{precision}");
}

#[test]
fn typical_errors_are_far_below_the_bound() {
    let encoder = encoder(13);
    let values: Vec<f64> = (0..encoder.slots()).map(|i| (i as f64).sin()).collect();
    let plaintext = encoder.encode(&values, LEVEL, scale(&encoder)).unwrap();
    let precision = Precision::between(&values, &encoder.decode(&plaintext));
    // sqrt(N / 12) / 2^36 is 31.3 bits.
    assert!(precision.mean() > 31.0 && precision.worst() > 28.5, "{precision}");
}

#[test]
fn the_size_of_the_slots_is_passed_on() {
    let encoder = encoder(5);
    let vector = encoder.encode_complex(&[Complex64::new(3.0, -4.0), Complex64::ONE], LEVEL, scale(&encoder));
    assert_eq!(vector.unwrap().noise().magnitude, 5.0);
    let constant = encoder.encode_constant(-2.5, LEVEL, scale(&encoder));
    assert_eq!(constant.unwrap().noise().magnitude, 2.5);
}

#[test]
fn wrong_shapes_are_refused() {
    let encoder = encoder(4);
    let scale = scale(&encoder);
    let refused = |made: Result<Plaintext, Error>| made.unwrap_err();
    assert_eq!(refused(encoder.encode(&[0.0; 9], LEVEL, scale)), Error::TooManyValues { found: 9, slots: 8 });
    let sparse = |values, slots| refused(encoder.encode_sparse(values, slots, LEVEL, scale));
    assert_eq!(sparse(&[0.0; 3], 2), Error::TooManyValues { found: 3, slots: 2 });
    let plaintext = encoder.encode(&[1.0], LEVEL, scale).unwrap();
    for slots in [0, 3, 16] {
        assert_eq!(sparse(&[], slots), Error::Slots { slots, max: 8 });
        assert_eq!(encoder.decode_sparse(&plaintext, slots), Err(Error::Slots { slots, max: 8 }));
        assert_eq!(encoder.decode_sparse_complex(&plaintext, slots), Err(Error::Slots { slots, max: 8 }));
    }
}

#[test]
fn complex_numbers_are_refused_where_slots_are_real() {
    let encoder = encoder_of(Ring::ConjugateInvariant, 4);
    let (scale, value) = (scale(&encoder), Complex64::new(2.0, -1.0));
    let error = encoder.encode_complex(&[Complex64::ONE, value], LEVEL, scale).unwrap_err();
    assert_eq!(error, Error::NotReal { index: 1, value });
    assert!(
        error.to_string().starts_with("number 1 is 2-1i, and slots of the conjugate-invariant ring are real")
    );
    let error = encoder.encode_constant_complex(value, LEVEL, scale).unwrap_err();
    assert_eq!(error, Error::NotReal { index: 0, value });
    assert!(encoder.encode_complex(&[Complex64::ONE; 16], LEVEL, scale).is_ok(), "as many as coefficients");
}

#[test]
fn numbers_that_are_none_are_named() {
    let encoder = encoder(4);
    let scale = scale(&encoder);
    let error = encoder.encode(&[1.0, 2.0, f64::NEG_INFINITY], LEVEL, scale).unwrap_err();
    assert_eq!(error, Error::NotFinite { index: 2, value: f64::NEG_INFINITY });
    let complex = [Complex64::ONE, Complex64::new(0.0, f64::NAN)];
    let error = encoder.encode_complex(&complex, LEVEL, scale).unwrap_err();
    assert!(matches!(error, Error::NotFinite { index: 1, value } if value.is_nan()), "{error}");
    let error = encoder.encode_constant(f64::INFINITY, LEVEL, scale).unwrap_err();
    assert_eq!(error, Error::NotFinite { index: 0, value: f64::INFINITY });
}

#[test]
fn numbers_that_do_not_fit_are_refused() {
    let encoder = encoder(4);
    let scale = scale(&encoder);
    // 50 bits at level 0 less 36 of the scale and one for the sign.
    let room = 2.0_f64.powi(13);
    assert!(encoder.encode_constant(room * 0.99, 0, scale).is_ok());
    for refused in [encoder.encode_constant(room, 0, scale), encoder.encode(&[room; 8], 0, scale)] {
        let error = refused.unwrap_err();
        assert!(matches!(error, Error::Ckks(Scheme::Overflow { level: 0, .. })), "{error}");
    }
    assert!(encoder.encode_constant(room, 1, scale).is_ok());
    for huge in [1e300, f64::MAX] {
        assert!(matches!(encoder.encode(&[huge; 8], LEVEL, scale), Err(Error::Ckks(_))));
        assert!(matches!(encoder.encode_constant(huge, LEVEL, scale), Err(Error::Ckks(_))));
    }
    let error = encoder.encode(&[1.0], 7, scale).unwrap_err();
    assert_eq!(error, Error::Ckks(Scheme::NoSuchLevel { wanted: 7, highest: 2 }));
}

#[test]
#[should_panic(expected = "a polynomial has N coefficients")]
fn a_plaintext_of_another_degree_panics() {
    let (small, large) = (encoder(4), encoder(5));
    let _ = large.decode(&small.encode(&[1.0], LEVEL, scale(&small)).unwrap());
}
