//! RNS polynomials against big integers: conversion, division, decoding, products.

#![allow(clippy::unwrap_used)]

use lowtide_ring::{
    Basis, Coefficient, Division, Evaluation, Extension, Field, Isa, Poly, Ring,
    prime::{ntt_primes, primes_near},
};
use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive, Zero};
use proptest::prelude::*;

const DEGREE: usize = 16;

/// A chain of `count` primes of `bits` bits.
fn chain(bits: u32, count: usize, isa: Isa) -> Basis {
    let primes: Vec<u64> = ntt_primes(bits, 2 * DEGREE as u64).take(count).collect();
    Basis::with_isa(Ring::Standard, DEGREE, &primes, isa).unwrap()
}

fn product(basis: &Basis) -> BigInt {
    basis.primes().fold(BigInt::one(), |product, q| product * q)
}

/// Coefficients from -0.49 to 0.49 of the product.
fn big_coefficients(basis: &Basis, fractions: &[i64]) -> Vec<BigInt> {
    let q = product(basis);
    fractions.iter().map(|f| &q * f * 49 / (BigInt::from(i64::MAX) * 100)).collect()
}

fn poly(basis: &Basis, coefficients: &[BigInt]) -> Poly<Coefficient> {
    let residue = |x: &BigInt, q: u64| (((x % q) + q) % q).to_u64().unwrap();
    let residues: Vec<u64> =
        basis.primes().flat_map(|q| coefficients.iter().map(move |x| residue(x, q))).collect();
    Poly::from_residues(basis, &residues).unwrap()
}

/// `round(x / d)`, halves upwards.
fn divide_rounding(x: &BigInt, d: &BigInt) -> BigInt {
    let shifted = x * 2 + d;
    let floor = |a: &BigInt, b: &BigInt| {
        let quotient = a / b;
        if (a % b).is_negative() { quotient - 1 } else { quotient }
    };
    floor(&shifted, &(d * 2))
}

/// The negacyclic product by the definition.
fn schoolbook(a: &[BigInt], b: &[BigInt]) -> Vec<BigInt> {
    let mut out = vec![BigInt::zero(); DEGREE];
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            let term = x * y;
            if i + j < DEGREE { out[i + j] += term } else { out[i + j - DEGREE] -= term }
        }
    }
    out
}

proptest! {
    #[test]
    fn extension_is_exact(
        fractions in prop::collection::vec(any::<i64>(), DEGREE),
        bits in prop_oneof![Just(30_u32), Just(49), Just(50), Just(58)],
        split in 1..6_usize,
    ) {
        for isa in Isa::available() {
            let all = chain(bits, 8, isa);
            let (source, target) = (all.window(0..split), all.window(split..8));
            let coefficients = big_coefficients(&source, &fractions);
            let extended = Extension::new(std::slice::from_ref(&source), &target).extend(&poly(&source, &coefficients));
            prop_assert_eq!(&extended, &poly(&target, &coefficients), "{:?}", isa);
        }
    }

    #[test]
    fn division_rounds(
        fractions in prop::collection::vec(any::<i64>(), DEGREE),
        bits in prop_oneof![Just(30_u32), Just(49), Just(58)],
        special in 1..4_usize,
    ) {
        for isa in Isa::available() {
            let all = chain(bits, 7, isa);
            for (divisor, quotient) in [(0..special, special..7), (7 - special..7, 0..7 - special)] {
                let (divisor, quotient) = (all.window(divisor), all.window(quotient));
                let coefficients = big_coefficients(&all, &fractions);
                let [divided] = Division::new(std::slice::from_ref(&divisor), &quotient).divide([&poly(&all, &coefficients).into_evaluation()]);
                let d = product(&divisor);
                let expected: Vec<BigInt> = coefficients.iter().map(|x| divide_rounding(x, &d)).collect();
                prop_assert_eq!(divided.into_coefficients(), poly(&quotient, &expected), "{:?}", isa);
            }
        }
    }

    #[test]
    fn composition_is_nearest_to_the_big_integer(
        fractions in prop::collection::vec(any::<i64>(), DEGREE),
        bits in prop_oneof![Just(30_u32), Just(49), Just(50), Just(58)],
        count in 1..8_usize,
        shift in 0..300_u32,
    ) {
        let composed = |isa| {
            let basis = chain(bits, count, isa);
            let all = big_coefficients(&basis, &fractions);
            let coefficients: Vec<BigInt> = all.iter().map(|x| x >> shift).collect();
            (poly(&basis, &coefficients).to_centered(), coefficients)
        };
        let (expected, coefficients) = composed(Isa::SCALAR);
        for (number, exact) in expected.iter().zip(&coefficients) {
            let exact = exact.to_f64().unwrap();
            prop_assert!((number - exact).abs() <= exact.abs() * 1e-14, "{} {}", number, exact);
        }
        for isa in Isa::available() {
            prop_assert_eq!(&composed(isa).0, &expected, "{:?}", isa);
        }
    }

    #[test]
    fn ring_operations_match_the_schoolbook(
        a in prop::collection::vec(any::<i64>(), DEGREE),
        b in prop::collection::vec(any::<i64>(), DEGREE),
    ) {
        for isa in Isa::available() {
            let basis = chain(40, 3, isa);
            let big = |x: &[i64]| x.iter().map(|x| BigInt::from(*x)).collect::<Vec<_>>();
            let evaluated = |x: &[i64]| Poly::from_signed(&basis, x).into_evaluation();
            let check = |poly: Poly<Evaluation>, expected: Vec<BigInt>| {
                assert_eq!(poly.into_coefficients(), self::poly(&basis, &expected), "{isa:?}");
            };
            let zip = |f: fn(BigInt, BigInt) -> BigInt| {
                big(&a).into_iter().zip(big(&b)).map(|(x, y)| f(x, y)).collect::<Vec<_>>()
            };
            let with = |f: fn(&mut Poly<Evaluation>, &Poly<Evaluation>)| {
                let mut left = evaluated(&a);
                f(&mut left, &evaluated(&b));
                left
            };
            check(with(Poly::add_assign), zip(|x, y| x + y));
            check(with(Poly::sub_assign), zip(|x, y| x - y));
            check(with(|x, _| x.neg_assign()), big(&a).into_iter().map(|x| -x).collect());
            check(with(Poly::mul_assign), schoolbook(&big(&a), &big(&b)));
            let (left, right) = (evaluated(&a), evaluated(&b));
            check(left.sum(&right), zip(|x, y| x + y));
            check(left.difference(&right), zip(|x, y| x - y));
            check(left.product(&right), schoolbook(&big(&a), &big(&b)));
            let mut sum = evaluated(&a);
            sum.mul_add_assign(&evaluated(&a), &evaluated(&b));
            let expected = schoolbook(&big(&a), &big(&b)).into_iter().zip(big(&a)).map(|(x, y)| x + y).collect();
            check(sum, expected);
        }
    }
}

#[test]
fn numbers_with_zero_digits_are_composed_in_every_block() {
    const DEGREE: usize = 1 << 12;
    let (narrow, wide) = (ntt_primes(50, 2 * DEGREE as u64), ntt_primes(60, 2 * DEGREE as u64));
    for primes in [narrow.take(5).collect::<Vec<_>>(), wide.take(5).collect()] {
        let basis = Basis::new(Ring::Standard, DEGREE, &primes).unwrap();
        // By block: nothing, one digit, a digit beyond two zero ones, and one between zeros.
        let unit =
            |block: usize| primes[..[0, 0, 2, 1][block]].iter().fold(BigInt::one(), |unit, q| unit * q);
        let big = |i: usize| unit(i / 1024) * (i as i64 % 1024 - 512) * (i / 1024).min(1);
        let coefficients: Vec<BigInt> = (0..DEGREE).map(big).collect();
        let found = poly(&basis, &coefficients).to_centered();
        let expected: Vec<f64> = coefficients.iter().map(|x| x.to_f64().unwrap()).collect();
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found - expected).abs() <= expected.abs() * 1e-15, "{found} {expected}");
        }
        assert_eq!(found[..2048], expected[..2048], "small numbers are exact");
    }
}

#[test]
fn numbers_above_a_prime_with_one_digit_are_composed() {
    let order = 2 * DEGREE as u64;
    let primes: Vec<u64> = ntt_primes(50, order).take(1).chain(ntt_primes(30, order).take(3)).collect();
    for isa in Isa::available() {
        let basis = Basis::with_isa(Ring::Standard, DEGREE, &primes, isa).unwrap();
        for bits in [28, 30, 48] {
            let coefficients: Vec<BigInt> =
                (0..DEGREE as i64).map(|i| BigInt::from((i - 8) << (bits - 3))).collect();
            let expected: Vec<f64> = coefficients.iter().map(|x| x.to_f64().unwrap()).collect();
            let poly = poly(&basis, &coefficients);
            assert_eq!(poly.to_centered(), expected);
            let halves: Vec<f64> = expected.iter().map(|x| x / 2.0).collect();
            assert_eq!(poly.to_centered_over(2.0), halves);
        }
    }
}

#[test]
fn as_many_primes_as_the_sums_have_terms_for_are_composed() {
    let basis = chain(30, Field::MAX_TERMS - 1, Isa::best());
    let fractions = [i64::MIN, i64::MAX, 0, 1, -1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    // Within the range of double precision.
    let coefficients: Vec<BigInt> = big_coefficients(&basis, &fractions).iter().map(|x| x >> 900).collect();
    for (found, exact) in poly(&basis, &coefficients).to_centered().iter().zip(&coefficients) {
        let exact = exact.to_f64().unwrap();
        assert!((found - exact).abs() <= exact.abs() * 1e-13, "{found} {exact}");
    }
}

#[test]
fn constants_scale_and_shift() {
    let basis = chain(40, 3, Isa::best());
    let ones: Vec<u64> = basis.primes().map(|q| q - 3).collect();
    let mut poly = Poly::from_signed(&basis, &[2; DEGREE]).into_evaluation();
    poly.scale_assign(&ones);
    poly.add_constant_assign(&ones);
    let mut expected = [-6; DEGREE];
    expected[0] = -9;
    assert_eq!(poly.into_coefficients(), Poly::from_signed(&basis, &expected));
}

#[test]
fn untrusted_residues_are_checked() {
    let basis = chain(30, 2, Isa::best());
    let make = |residues: Vec<u64>| Poly::<Evaluation>::from_residues(&basis, &residues).map(|_| ());
    assert!(make(vec![0; 2 * DEGREE]).is_ok());
    assert!(make(vec![0; 2 * DEGREE + 1]).unwrap_err().to_string().contains("33 residues"));
    let mut residues = vec![0; 2 * DEGREE];
    residues[DEGREE + 3] = basis.primes().nth(1).unwrap();
    assert!(make(residues).unwrap_err().to_string().contains("index 3"));
}

#[test]
fn a_level_drop_keeps_the_polynomial() {
    let primes: Vec<u64> = primes_near(1 << 40, 2 * DEGREE as u64).take(4).collect();
    let basis = Basis::new(Ring::Standard, DEGREE, &primes).unwrap();
    let coefficients: Vec<i64> = (0..DEGREE as i64).map(|i| i - 7).collect();
    let dropped = Poly::from_signed(&basis, &coefficients).restrict(&basis.window(1..3));
    assert_eq!(dropped, Poly::from_signed(&basis.window(1..3), &coefficients));
}
