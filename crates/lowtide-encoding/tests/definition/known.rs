//! Answers worked out by hand, in the ring of degree 8: `zeta = exp(i pi / 8)` and the powers 1, 5, 9, 13.

use std::f64::consts::{FRAC_1_SQRT_2 as HALF, PI};

use lowtide_encoding::{Complex64, Precision};
use lowtide_ring::Ring;

use crate::oracle::embedding;

const I: Complex64 = Complex64::I;
const ONE: Complex64 = Complex64::ONE;

#[track_caller]
fn assert_slots(coefficients: [f64; 8], slots: [Complex64; 4]) {
    let embedding = embedding(Ring::Standard, 8);
    let found = embedding.to_slots(&coefficients, 4);
    assert!(Precision::between_complex(&slots, &found).worst() > 51.0, "{found:?} are not {slots:?}");
    let back = embedding.to_coefficients(&slots);
    assert!(Precision::between(&coefficients, &back).worst() > 51.0, "{back:?} are not {coefficients:?}");
}

fn monomial(k: usize) -> [f64; 8] {
    let mut coefficients = [0.0; 8];
    coefficients[k] = 1.0;
    coefficients
}

#[test]
fn one_is_one_everywhere() {
    assert_slots(monomial(0), [ONE; 4]);
}

#[test]
fn x_is_the_root_at_powers_of_five() {
    let zeta = |power: f64| Complex64::from_polar(1.0, PI * power / 8.0);
    assert_slots(monomial(1), [zeta(1.0), zeta(5.0), zeta(9.0), zeta(13.0)]);
}

#[test]
fn x_squared_is_an_eighth_of_a_turn_and_its_opposite() {
    let eighth = Complex64::new(HALF, HALF);
    assert_slots(monomial(2), [eighth, -eighth, eighth, -eighth]);
}

#[test]
fn x_to_half_the_degree_is_i_everywhere() {
    assert_slots(monomial(4), [I; 4]);
}

#[test]
fn a_sum_of_roots_is_real() {
    // X^2 - X^6 = X^2 + X^-2, since X^8 = -1: twice the cosine of an eighth of a turn.
    let root_of_two = Complex64::from(2.0 * HALF);
    assert_slots(
        [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, -1.0, 0.0],
        [root_of_two, -root_of_two, root_of_two, -root_of_two],
    );
}

/// The worked example of Cheon, Kim, Kim and Song, section 3.2, in the ring of degree 4 at the scale 64. Its second slot
/// belongs to `zeta^3`, ours to the conjugate `zeta^5`: `(3 + 4i, 2 - i)` there is `(3 + 4i, 2 + i)` here.
#[test]
fn the_example_of_the_paper() {
    let slots = [Complex64::new(3.0, 4.0), Complex64::new(2.0, 1.0)];
    let scaled = embedding(Ring::Standard, 4)
        .to_coefficients(&slots)
        .iter()
        .map(|x| (64.0 * x).round())
        .collect::<Vec<_>>();
    assert_eq!(scaled, [160.0, 91.0, 160.0, 45.0]);
}

#[test]
fn one_slot_takes_two_coefficients() {
    let mut expected = [0.0; 16];
    (expected[0], expected[8]) = (0.25, -3.0);
    assert_eq!(embedding(Ring::Standard, 16).to_coefficients(&[Complex64::new(0.25, -3.0)]), expected);
}

/// No platform, no compiler and no vector kernel to come may change a bit: what one machine encodes, another one must
/// be able to encode again.
#[test]
fn results_are_the_same_bits_everywhere() {
    let embedding = embedding(Ring::Standard, 1 << 12);
    let mix = |sum: u64, x: &f64| (sum.rotate_left(5) ^ x.to_bits()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let numbers: Vec<f64> = (0..1 << 12).map(|i| f64::from(i * 7919 % 4099) / 4099.0 - 0.5).collect();
    let coefficients = embedding.to_coefficients_real(&numbers[..1 << 11]);
    assert_eq!(coefficients.iter().fold(0, mix), 0xf021_ca18_b5b4_fb2d);
    let slots = embedding.to_slots(&numbers, 1 << 11);
    assert_eq!(
        slots.iter().flat_map(|slot| [slot.re, slot.im]).fold(0, |sum, x| mix(sum, &x)),
        0x7aa0_ce0e_8cd6_37de
    );
}

/// Large ones are worked on by all threads there are.
#[test]
fn results_are_the_same_bits_on_any_number_of_threads() {
    for ring in Ring::ALL {
        let embedding = embedding(ring, 1 << 15);
        let numbers: Vec<f64> = (0..1 << 15).map(|i| f64::from(i * 7919 % 4099) / 4099.0 - 0.5).collect();
        let results = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let slots = embedding.to_slots(&numbers, embedding.slots());
                (embedding.to_coefficients_real(&numbers[..embedding.slots()]), slots)
            })
        };
        let alone = results(1);
        assert!([2, 3, 8].into_iter().all(|threads| results(threads) == alone));
    }
}
