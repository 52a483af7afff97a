//! Every transform that this CPU has against the definition, against itself and against other libraries.

#![allow(clippy::unwrap_used)]

use lowtide_ring::{
    Error, Field, Isa, Modulus, Ntt, Ring,
    prime::{ntt_primes, primes_near},
};
use proptest::{collection::vec, prelude::*};

fn prime(ring: Ring, bits: u32, degree: usize) -> Modulus {
    Modulus::new(ntt_primes(bits, ring.root_order(degree)).next().unwrap()).unwrap()
}

fn transforms(ring: Ring, degree: usize, q: Modulus) -> impl Iterator<Item = Ntt> {
    Isa::available().map(move |isa| Ntt::for_ring(ring, degree, q, isa).unwrap())
}

/// The polynomial as one of the standard ring, of twice the degree when it is conjugate-invariant: `X^-i` is `-X^(2N - i)`.
fn standard(ring: Ring, f: &[u64], q: Modulus) -> Vec<u64> {
    let mirrored = || f[1..].iter().rev().map(|c| q.neg(*c));
    match ring {
        Ring::ConjugateInvariant => f.iter().copied().chain([0]).chain(mirrored()).collect(),
        _ => f.to_vec(),
    }
}

/// `f(psi^(2 brv(i) + 1))`, or `f(psi^(4 brv(i) + 1))`, by Horner's rule.
fn evaluate(f: &[u64], ntt: &Ntt) -> Vec<u64> {
    let (n, q, stride) = (f.len(), ntt.modulus(), ntt.ring().root_order(f.len()) / f.len() as u64);
    let f = standard(ntt.ring(), f, q);
    let reverse = |i: usize| (i.reverse_bits() >> (usize::BITS - n.ilog2())) as u64;
    let point = |i| q.pow(ntt.psi(), stride * reverse(i) + 1);
    (0..n).map(|i| f.iter().rev().fold(0, |sum, c| q.add(q.mul(sum, point(i)), *c))).collect()
}

/// The product modulo `X^N + 1` by the definition.
fn schoolbook(a: &[u64], b: &[u64], q: Modulus) -> Vec<u64> {
    let (n, mut out) = (a.len(), vec![0; a.len()]);
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            let term = (u128::from(*x) * u128::from(*y) % u128::from(q.value())) as u64;
            let to = &mut out[(i + j) % n];
            *to = if i + j < n { q.add(*to, term) } else { q.sub(*to, term) };
        }
    }
    out
}

/// Numbers that look random and are the same in every run.
fn noise(n: usize, q: Modulus) -> Vec<u64> {
    (1..=n as u64).map(|i| i.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23) % q.value()).collect()
}

/// Vectors of extreme residues, where a correction that is missing shows.
fn extremes(n: usize, q: Modulus) -> Vec<Vec<u64>> {
    let last = q.value() - 1;
    let alternating =
        |period: usize| (0..n).map(|i| if (i / period).is_multiple_of(2) { last } else { 0 }).collect();
    let mut vectors = vec![vec![0; n], vec![1; n], vec![last; n], noise(n, q)];
    vectors.extend([1, 2, 4, 8, n / 2].map(alternating));
    vectors
}

#[test]
fn a_transform_of_eight_points_is_known() {
    // psi = 3 has order 16 modulo 17, for 3^8 = 6561 = -1; X evaluates to the odd powers of psi in bit-reversed order.
    for ntt in transforms(Ring::Standard, 8, Modulus::new(17).unwrap()) {
        assert_eq!(ntt.psi(), 3);
        let mut x = [0, 1, 0, 0, 0, 0, 0, 0];
        ntt.forward(&mut x);
        assert_eq!(x, [3, 14, 5, 12, 10, 7, 11, 6]);
        ntt.inverse(&mut x);
        assert_eq!(x, [0, 1, 0, 0, 0, 0, 0, 0]);
    }
}

#[test]
fn transforms_evaluate() {
    for (ring, log) in Ring::ALL.into_iter().flat_map(|ring| (3..=9).map(move |log| (ring, log))) {
        for bits in [22, 40, 50, 61] {
            let q = prime(ring, bits, 1 << log);
            for ntt in transforms(ring, 1 << log, q) {
                for start in extremes(1 << log, q) {
                    let mut values = start.clone();
                    ntt.forward(&mut values);
                    assert_eq!(values, evaluate(&start, &ntt), "{ring:?}, {:?}, 2^{log}", ntt.field());
                    ntt.inverse(&mut values);
                    assert_eq!(values, start, "{ring:?}, {:?}, 2^{log}", ntt.field());
                }
            }
        }
    }
}

#[test]
fn every_kernel_equals_the_portable_one_at_every_degree() {
    for (ring, log) in Ring::ALL.into_iter().flat_map(|ring| (3..=17).map(move |log| (ring, log))) {
        let order = ring.root_order(1 << log);
        let sizes = [20, 30, 45, 49, 50].into_iter().filter_map(|bits| ntt_primes(bits, order).next());
        // On either side of where the kernel for AVX-512 IFMA begins to subtract in every stage.
        for q in sizes.chain(primes_near((1 << 52) / 60, order).take(6)) {
            let q = Modulus::new(q).unwrap();
            let portable = Ntt::for_ring(ring, 1 << log, q, Isa::SCALAR).unwrap();
            let kernels: Vec<Ntt> = transforms(ring, 1 << log, q).skip(1).collect();
            for start in extremes(1 << log, q) {
                let (mut forward, mut inverse) = (start.clone(), start.clone());
                portable.forward(&mut forward);
                portable.inverse(&mut inverse);
                for ntt in &kernels {
                    let mut values = start.clone();
                    ntt.forward(&mut values);
                    assert!(values == forward, "{:?}, 2^{log}", ntt.field());
                    ntt.inverse(&mut values);
                    assert!(values == start, "{:?}, 2^{log}", ntt.field());
                    ntt.inverse(&mut values);
                    assert!(values == inverse, "{:?}, 2^{log}", ntt.field());
                }
            }
        }
    }
}

#[test]
fn a_factor_rides_along_with_the_inverse() {
    for (ring, degree) in Ring::ALL.into_iter().flat_map(|ring| [16, 256, 1024].map(|degree| (ring, degree)))
    {
        let q = prime(ring, 50, degree);
        for ntt in transforms(ring, degree, q) {
            for factor in [0, 1, q.value() - 1, u64::MAX, 12_345] {
                let (mut plain, mut scaled) = (noise(degree, q), noise(degree, q));
                ntt.inverse(&mut plain);
                ntt.field().scale_assign(&mut plain, q.shoup(factor));
                ntt.inverse_scaled(&mut scaled, factor);
                assert_eq!(plain, scaled);
            }
        }
    }
}

/// The product of two polynomials through a transform.
fn product(
    a: &[u64],
    b: &[u64],
    q: Modulus,
    forward: impl Fn(&mut [u64]),
    inverse: impl Fn(&mut [u64]),
) -> Vec<u64> {
    let (mut a, mut b) = (a.to_vec(), b.to_vec());
    forward(&mut a);
    forward(&mut b);
    Field::new(q, Isa::SCALAR).mul_assign(&mut a, &b);
    inverse(&mut a);
    a
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn products_are_negacyclic(
        (ring, q, a, b) in (
            prop::sample::select(Ring::ALL.to_vec()),
            3_u32..=8,
            prop::sample::select(vec![20_u32, 33, 49, 50, 60]),
        ).prop_flat_map(|(ring, log, bits)| {
            let q = prime(ring, bits, 1 << log);
            let residue = prop_oneof![2 => 0..q.value(), 1 => Just(q.value() - 1), 1 => Just(0)];
            (Just(ring), Just(q), vec(residue.clone(), 1 << log), vec(residue, 1 << log))
        }),
    ) {
        let expected = schoolbook(&standard(ring, &a, q), &standard(ring, &b, q), q);
        for ntt in transforms(ring, a.len(), q) {
            let found = product(&a, &b, q, |x| ntt.forward(x), |x| ntt.inverse(x));
            prop_assert_eq!(&standard(ring, &found, q), &expected, "{:?}", ntt.field());
        }
    }
}

#[test]
fn other_libraries_agree() {
    for log in [5, 8, 11, 13, 14, 15, 16] {
        let n = 1 << log;
        let q = prime(Ring::Standard, 50, n);
        let (a, b) = (noise(n, q), noise(n + 1, q)[1..].to_vec());
        let tfhe = tfhe_ntt::prime64::Plan::try_new(n, q.value()).unwrap();
        let concrete = concrete_ntt::prime64::Plan::try_new(n, q.value()).unwrap();
        let theirs = product(
            &a,
            &b,
            q,
            |x| tfhe.fwd(x),
            |x| {
                tfhe.inv(x);
                tfhe.normalize(x);
            },
        );
        let older = product(
            &a,
            &b,
            q,
            |x| concrete.fwd(x),
            |x| {
                concrete.inv(x);
                concrete.normalize(x);
            },
        );
        assert!(theirs == older, "2^{log}");
        for ntt in transforms(Ring::Standard, n, q) {
            let ours = product(&a, &b, q, |x| ntt.forward(x), |x| ntt.inverse(x));
            assert!(ours == theirs, "{:?}, 2^{log}", ntt.field());
        }
    }
}

#[test]
fn wrong_shapes_are_refused() {
    let q = prime(Ring::Standard, 50, 1 << 17);
    for degree in [0, 1, 4, 12, 1 << 18] {
        assert!(matches!(Ntt::new(degree, q), Err(Error::Degree { .. })), "{degree}");
    }
    let q = prime(Ring::Standard, 30, 16);
    assert!(matches!(Ntt::new(1 << 17, q), Err(Error::NoRootOfUnity { .. })));
}
