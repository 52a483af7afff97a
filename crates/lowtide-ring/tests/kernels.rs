//! Every element-wise kernel that this CPU has against 128-bit division.

#![allow(clippy::unwrap_used)]

use lowtide_ring::{Automorphism, Field, Finish, Isa, Modulus, Packed, PackedSlice, Ring};
use proptest::{collection::vec, prelude::*};

/// Odd moduli of every size: the smallest ones, those next to a power of two, those at the limits of the kernels.
fn moduli() -> impl Strategy<Value = Modulus> {
    let near_a_power = (2_u32..61, prop::bool::ANY)
        .prop_map(|(bits, above)| if above { (1 << bits) + 1 } else { (1_u64 << bits) - 1 });
    let any = (3_u32..=61, any::<u64>()).prop_map(|(bits, x)| x >> (64 - bits) | 1 << (bits - 1) | 1);
    prop_oneof![
        4 => near_a_power,
        4 => any,
        1 => Just(3),
        1 => Just((1 << 20) + 7),
        3 => Just(Field::VECTOR_LIMIT - 1),
        1 => Just(Field::VECTOR_LIMIT + 1),
        1 => Just(Modulus::LIMIT - 1),
    ]
    .prop_map(|q| Modulus::new(q).unwrap())
}

/// Numbers below `bound`, one in three of them extreme.
fn below(bound: u64) -> impl Strategy<Value = u64> {
    let last = bound - 1;
    prop_oneof![
        4 => 0..bound,
        1 => prop::sample::select(vec![0, last]),
        1 => prop::sample::select(vec![1.min(last), bound / 2, last / 2, last.saturating_sub(1)]),
    ]
}

/// What the sums and reductions take modulo `q`: they need not be residues.
fn unreduced_bound(q: Modulus) -> u64 {
    if q.value() < Field::VECTOR_LIMIT { Field::VECTOR_LIMIT } else { Modulus::LIMIT }
}

fn fields(q: Modulus) -> impl Iterator<Item = Field> {
    Isa::available().map(move |isa| Field::new(q, isa))
}

fn rem(x: u128, q: Modulus) -> u64 {
    (x % u128::from(q.value())) as u64
}

/// A modulus, and `count` vectors of one length with residues modulo it.
fn residues(count: usize) -> impl Strategy<Value = (Modulus, Vec<Vec<u64>>)> {
    (moduli(), 0_usize..70).prop_flat_map(move |(q, length)| {
        vec(vec(below(q.value()), length), count).prop_map(move |vectors| (q, vectors))
    })
}

/// Checks `compute`, which changes its vector in place, against `expected`, which takes an index.
fn check(
    q: Modulus,
    start: &[u64],
    expected: impl Fn(usize) -> u128,
    compute: impl Fn(&Field, &mut [u64]),
) -> Result<(), TestCaseError> {
    let expected: Vec<u64> = (0..start.len()).map(|i| rem(expected(i), q)).collect();
    for field in fields(q) {
        let mut found = start.to_vec();
        compute(&field, &mut found);
        prop_assert_eq!(&found, &expected, "{:?}", field);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn sums_and_differences((q, vectors) in residues(2)) {
        let (a, b) = (&vectors[0], &vectors[1]);
        let wide = |x: u64| u128::from(x);
        let n = wide(q.value());
        check(q, a, |i| wide(a[i]) + wide(b[i]), |field, x| field.add_assign(x, b))?;
        check(q, a, |i| wide(a[i]) + n - wide(b[i]), |field, x| field.sub_assign(x, b))?;
        check(q, a, |i| n - wide(a[i]), Field::neg_assign)?;
        check(q, a, |i| wide(a[i]) + wide(b[i]), |field, x| field.add(x, a, b))?;
        check(q, a, |i| wide(a[i]) + n - wide(b[i]), |field, x| field.sub(x, a, b))?;
        check(q, a, |i| wide(a[i]) * wide(b[i]), |field, x| field.mul(x, a, b))?;
    }

    #[test]
    fn products((q, vectors) in residues(3), w in any::<u64>()) {
        let (a, b, c) = (&vectors[0], &vectors[1], &vectors[2]);
        let wide = |x: u64| u128::from(x);
        let (n, shoup) = (wide(q.value()), q.shoup(w));
        let w = wide(w % q.value());
        check(q, a, |i| wide(a[i]) * wide(b[i]), |field, x| field.mul_assign(x, b))?;
        check(q, a, |i| wide(a[i]) + wide(b[i]) * wide(c[i]), |field, x| field.mul_add_assign(x, b, c))?;
        check(q, a, |i| wide(a[i]) * w, |field, x| field.scale_assign(x, shoup))?;
        check(q, a, |i| wide(a[i]) + wide(b[i]) * w, |field, x| field.add_scaled_assign(x, b, shoup))?;
        check(q, a, |i| wide(a[i]) * w + n - wide(b[i]), |field, x| field.scale_sub(x, a, shoup, b))?;
    }

    #[test]
    fn tensors((q, vectors) in residues(4)) {
        let [a0, a1, b0, b1] = [0, 1, 2, 3].map(|i| &vectors[i][..]);
        let wide = |x: u64| u128::from(x);
        let part = |k: usize| {
            move |field: &Field, x: &mut [u64]| {
                let mut outs = [x.to_vec(), x.to_vec(), x.to_vec()];
                let [d0, d1, d2] = &mut outs;
                field.tensor([d0, d1, d2], [a0, a1], [b0, b1]);
                x.copy_from_slice(&outs[k]);
            }
        };
        check(q, a0, |i| wide(a0[i]) * wide(b0[i]), part(0))?;
        check(q, a0, |i| wide(a0[i]) * wide(b1[i]) + wide(a1[i]) * wide(b0[i]), part(1))?;
        check(q, a0, |i| wide(a1[i]) * wide(b1[i]), part(2))?;
    }

    #[test]
    fn reductions(q in moduli(), numbers in vec(prop_oneof![2 => any::<u64>(), 1 => Just(u64::MAX)], 0..70)) {
        check(q, &numbers, |i| numbers[i].into(), |field, x| field.reduce(x, &numbers))?;
        let signed: Vec<i64> = numbers.iter().map(|x| x.cast_signed()).collect();
        let short: Vec<i64> = numbers.iter().map(|x| q.center(q.reduce(*x))).collect();
        for x in [signed, short] {
            let n = i128::from(q.value());
            check(q, &numbers, |i| i128::from(x[i]).rem_euclid(n) as u128, |field, out| field.lift(out, &x))?;
        }
    }

    #[test]
    fn weighted_sums(
        (q, vectors, weights) in (moduli(), 0_usize..=64, 0_usize..70).prop_flat_map(|(q, terms, length)| {
            let vectors = vec(vec(below(unreduced_bound(q)), length), terms);
            (Just(q), vectors, vec(below(q.value()), terms))
        }),
        length in 0_usize..70,
    ) {
        let terms: Vec<(&[u64], u64)> = vectors.iter().map(Vec::as_slice).zip(weights).collect();
        let start = vec![u64::MAX; vectors.first().map_or(length, Vec::len)];
        let sum = |i: usize| terms.iter().map(|(x, w)| u128::from(x[i]) * u128::from(*w)).sum();
        check(q, &start, sum, |field, x| field.weighted_sum(x, &terms))?;
    }

    #[test]
    fn weighted_sums_of_several_moduli(
        (q, p, vectors, weights) in (moduli(), moduli(), 0_usize..=64, 0_usize..70).prop_flat_map(|(q, p, terms, length)| {
            let bound = unreduced_bound(q).min(unreduced_bound(p));
            let weights = vec((below(q.value()), below(p.value())), terms);
            (Just(q), Just(p), vec(vec(below(bound), length), terms), weights)
        }),
    ) {
        let terms: Vec<(&[u64], [u64; 2])> =
            vectors.iter().map(Vec::as_slice).zip(weights.iter().map(|(w, v)| [*w, *v])).collect();
        let start = vec![u64::MAX; vectors.first().map_or(5, Vec::len)];
        for (t, modulus) in [q, p].into_iter().enumerate() {
            let sum = |i: usize| terms.iter().map(|(x, w)| u128::from(x[i]) * u128::from(w[t])).sum();
            check(modulus, &start, sum, |field, x| {
                let mut other = x.to_vec();
                let outs = if t == 0 { [x, &mut other] } else { [&mut other, x] };
                Field::weighted_sums([&Field::new(q, field.isa()), &Field::new(p, field.isa())], outs, &terms);
            })?;
        }
    }

    #[test]
    fn inner_products(
        (q, vectors) in (0_usize..=63).prop_flat_map(|terms| residues(3 * terms)),
        length in 0_usize..70,
    ) {
        let packed: Vec<Packed> = vectors.iter().map(|vector| Packed::new(vector, q)).collect();
        let terms: Vec<(&[u64], [PackedSlice<'_>; 2])> =
            vectors.iter().zip(&packed).collect::<Vec<_>>().as_chunks().0.iter()
                .map(|[(a, _), (_, b), (_, c)]| (&a[..], [b.as_slice(), c.as_slice()])).collect();
        let start = vec![u64::MAX; vectors.first().map_or(length, Vec::len)];
        for k in 0..2 {
            let product = |i: usize, [a, halves @ ..]: &[Vec<u64>; 3]| u128::from(a[i]) * u128::from(halves[k][i]);
            let sum = |i: usize| vectors.as_chunks().0.iter().map(|vectors| product(i, vectors)).sum();
            check(q, &start, sum, |field, x| {
                let mut other = x.to_vec();
                let outs = if k == 0 { [x, &mut other] } else { [&mut other, x] };
                field.inner_products(outs, &terms, &Finish::none(q));
            })?;
        }
    }

    #[test]
    fn inner_products_are_finished(
        (q, vectors) in (0_usize..=20).prop_flat_map(|terms| residues(3 + 2 * terms)),
        seed in any::<u64>(),
        joined in prop::bool::ANY,
        lessened in prop::bool::ANY,
        joins in prop::bool::ANY,
    ) {
        let [weight, scale] = [seed, seed.rotate_left(32)].map(|x| q.reduce(x));
        let ([addend, less, start], vectors) = vectors.split_first_chunk().unwrap();
        let packed: Vec<Packed> = vectors.iter().map(|vector| Packed::new(vector, q)).collect();
        let pairs = vectors.as_chunks::<2>().0;
        let terms: Vec<(&[u64], [PackedSlice<'_>; 1])> =
            pairs.iter().zip(packed.as_chunks::<2>().0).map(|([a, _], [_, b])| (&a[..], [b.as_slice()])).collect();
        let finish = Finish {
            addends: [joined.then_some(&addend[..])],
            weight,
            scale: q.shoup(scale),
            less: lessened.then_some([&less[..]]),
            turn: None,
            joins,
        };
        let expected = |i: usize| {
            let mut sum: u128 = pairs.iter().map(|[a, b]| u128::from(a[i]) * u128::from(b[i])).sum();
            sum += if joined { u128::from(addend[i]) * u128::from(weight) } else { 0 };
            let less = if lessened { q.value() - less[i] } else { 0 };
            let there = if joins { start[i] } else { 0 };
            u128::from(rem(sum, q)) * u128::from(scale) + u128::from(less) + u128::from(there)
        };
        check(q, start, expected, |field, x| field.inner_products([x], &terms, &finish))?;
    }
}

proptest! {
    #[test]
    fn inner_products_of_slices_are_those_of_the_whole(
        (q, vectors) in residues(2),
        places in any::<[prop::sample::Index; 2]>(),
    ) {
        let [a, b] = vectors.first_chunk().unwrap();
        let [start, end] = places.map(|place| place.index(a.len() + 1));
        let (start, end) = (start.min(end) / 8 * 8, start.max(end));
        let (packed, finish) = (Packed::new(b, q), Finish::none(q));
        for field in fields(q) {
            let mut whole = vec![u64::MAX; a.len()];
            field.inner_products([&mut whole], &[(a, [packed.as_slice()])], &finish);
            let mut part = vec![u64::MAX; end - start];
            // A slice of a slice is one.
            let slice = packed.as_slice().slice(start..a.len()).slice(0..end - start);
            field.inner_products([&mut part], &[(&a[start..end], [slice])], &finish);
            prop_assert_eq!(&part, &whole[start..end], "{:?}", field.isa());
        }
    }

    #[test]
    fn inner_products_go_through_an_automorphism(
        (q, log_degree, vectors) in (moduli(), 3_u32..8).prop_flat_map(|(q, log_degree)| {
            (Just(q), Just(log_degree), vec(vec(below(q.value()), 1_usize << log_degree), 3))
        }),
        (ring, power) in (prop::sample::select(Ring::ALL.to_vec()), any::<u64>()),
    ) {
        let degree = 1_usize << log_degree;
        let step = if ring == Ring::Standard { 2 } else { 4 };
        let element = step * (power % (ring.root_order(degree) / step)) + 1;
        let [a, b, less] = vectors.first_chunk().unwrap();
        let packed = Packed::new(b, q);
        for field in fields(q) {
            let turn = Automorphism::with_isa(ring, degree, element, field.isa()).unwrap();
            let [mut straight, mut expected, mut found] = [(); 3].map(|()| vec![u64::MAX; degree]);
            let finish = Finish { less: Some([&less[..]]), ..Finish::none(q) };
            field.inner_products([&mut straight], &[(a, [packed.as_slice()])], &finish);
            turn.permute(&mut expected, &straight);
            let turned = Finish { turn: Some(&turn), ..finish };
            field.inner_products([&mut found], &[(a, [packed.as_slice()])], &turned);
            prop_assert_eq!(&found, &expected, "{:?}", field.isa());
            field.inner_products([&mut found], &[(a, [packed.as_slice()])], &Finish { joins: true, ..turned });
            let once = expected.clone();
            field.add_assign(&mut expected, &once);
            prop_assert_eq!(&found, &expected, "{:?}", field.isa());
        }
    }
}

/// Random numbers do not find a sum that is one correction short: the largest numbers do.
#[test]
fn the_largest_sums_of_every_number_of_terms() {
    let moduli = [3, 5, (1 << 20) + 7, (1 << 31) - 1, (1 << 40) + 15, (1 << 49) + 1, Field::VECTOR_LIMIT - 1];
    for q in moduli.map(|q| Modulus::new(q).unwrap()) {
        let residues: Vec<u64> = (0..37).map(|i| q.value() - 1 - i % 3).collect();
        let numbers: Vec<u64> = (0..37).map(|i| Field::VECTOR_LIMIT - 1 - i % 3).collect();
        for count in 0..=Field::MAX_TERMS {
            let terms = vec![(&numbers[..], q.value() - 1); count];
            let sum = |i: usize| u128::from(numbers[i]) * u128::from(q.value() - 1) * count as u128;
            check(q, &numbers, sum, |field, x| field.weighted_sum(x, &terms)).unwrap();
            let terms = vec![(&numbers[..], [q.value() - 1; 4]); count];
            let four = |field: &Field, x: &mut [u64]| {
                let mut others = [(); 3].map(|()| x.to_vec());
                let [a, b, c] = others.each_mut().map(Vec::as_mut_slice);
                Field::weighted_sums([field; 4], [x, a, b, c], &terms);
                others.iter().for_each(|other| assert_eq!(x, other));
            };
            check(q, &numbers, sum, four).unwrap();

            // What joins is one term more.
            let (count, packed) = (count.min(Field::MAX_TERMS - 1), Packed::new(&residues, q));
            let terms = vec![(&residues[..], [packed.as_slice(); 2]); count];
            let finish = Finish {
                addends: [Some(&residues); 2],
                weight: q.value() - 1,
                scale: q.shoup(q.value() - 1),
                less: Some([&residues; 2]),
                turn: None,
                joins: true,
            };
            let expected = |i: usize| {
                let (x, most) = (u128::from(residues[i]), u128::from(q.value() - 1));
                u128::from(rem(x * x * count as u128 + x * most, q)) * most + u128::from(q.value()) - x + most
            };
            let both = |field: &Field, x: &mut [u64]| {
                x.fill(q.value() - 1);
                let mut other = x.to_vec();
                field.inner_products([x, &mut other], &terms, &finish);
                assert_eq!(x, other);
            };
            check(q, &numbers, expected, both).unwrap();
        }
    }
}
