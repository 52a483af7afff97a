//! Portable kernels: the reference that every other one equals bit for bit.

use super::{Blocks, Sources, Term, Weighted};
use crate::{Modulus, Shoup, field::Finish};

mod packing;

pub(crate) use packing::pack;

pub(crate) fn add_assign(a: &mut [u64], b: &[u64], q: Modulus) {
    for (x, y) in a.iter_mut().zip(b) {
        *x = q.add(*x, *y);
    }
}

pub(crate) fn add(out: &mut [u64], a: &[u64], b: &[u64], q: Modulus) {
    out.iter_mut().zip(a).zip(b).for_each(|((out, x), y)| *out = q.add(*x, *y));
}

pub(crate) fn sub(out: &mut [u64], a: &[u64], b: &[u64], q: Modulus) {
    out.iter_mut().zip(a).zip(b).for_each(|((out, x), y)| *out = q.sub(*x, *y));
}

pub(crate) fn mul(out: &mut [u64], a: &[u64], b: &[u64], q: Modulus) {
    out.iter_mut().zip(a).zip(b).for_each(|((out, x), y)| *out = q.mul(*x, *y));
}

pub(crate) fn sub_assign(a: &mut [u64], b: &[u64], q: Modulus) {
    for (x, y) in a.iter_mut().zip(b) {
        *x = q.sub(*x, *y);
    }
}

pub(crate) fn neg_assign(a: &mut [u64], q: Modulus) {
    for x in a {
        *x = q.neg(*x);
    }
}

pub(crate) fn mul_assign(a: &mut [u64], b: &[u64], q: Modulus) {
    for (x, y) in a.iter_mut().zip(b) {
        *x = q.mul(*x, *y);
    }
}

pub(crate) fn mul_add_assign(a: &mut [u64], b: &[u64], c: &[u64], q: Modulus) {
    for ((x, y), z) in a.iter_mut().zip(b).zip(c) {
        *x = q.reduce_wide(u128::from(*y) * u128::from(*z) + u128::from(*x));
    }
}

pub(crate) fn scale_assign(a: &mut [u64], w: Shoup, q: Modulus) {
    for x in a {
        *x = w.mul(*x, q);
    }
}

pub(crate) fn scale_sub(out: &mut [u64], a: &[u64], w: Shoup, b: &[u64], q: Modulus) {
    out.iter_mut().zip(a).zip(b).for_each(|((out, x), y)| *out = q.sub(w.mul(*x, q), *y));
}

pub(crate) fn add_scaled_assign(a: &mut [u64], b: &[u64], w: Shoup, q: Modulus) {
    for (x, y) in a.iter_mut().zip(b) {
        *x = q.add(*x, w.mul(*y, q));
    }
}

pub(crate) fn permute(out: &mut [u64], values: &[u64], map: &Blocks) {
    let values = values.as_chunks::<8>().0;
    for (out, source) in out.as_chunks_mut::<8>().0.iter_mut().zip(&map.sources) {
        let (block, order) = (&values[(source / 8) as usize], &map.orders[(source % 8) as usize]);
        *out = order.map(|place| block[place as usize % 8]);
    }
}

/// In line, so that callers make vectors of it.
#[inline(always)]
pub(crate) fn lift(out: &mut [u64], x: &[i64], q: Modulus) {
    let short = x.iter().fold(true, |short, x| short & (x.unsigned_abs() < q.value()));
    if short {
        let lift = |x: i64| x.cast_unsigned().wrapping_add(q.value() & (x >> 63).cast_unsigned());
        out.iter_mut().zip(x).for_each(|(residue, x)| *residue = lift(*x));
    } else {
        out.iter_mut().zip(x).for_each(|(residue, x)| *residue = q.reduce_signed(*x));
    }
}

pub(crate) fn reduce(out: &mut [u64], a: &[u64], q: Modulus) {
    for (x, y) in out.iter_mut().zip(a) {
        *x = q.reduce(*y);
    }
}

pub(crate) fn weighted_sums<const T: usize>(outs: [&mut [u64]; T], sources: Sources<'_, T>, q: [Modulus; T]) {
    weighted_sums_from(0, outs, sources, q);
}

pub(crate) fn tensor(
    [d0, d1, d2]: [&mut [u64]; 3],
    [a0, a1]: [&[u64]; 2],
    [b0, b1]: [&[u64]; 2],
    q: Modulus,
) {
    mul(d0, a0, b0, q);
    mul(d1, a0, b1, q);
    mul_add_assign(d1, a1, b0, q);
    mul(d2, a1, b1, q);
}

pub(crate) fn rounded_sum(out: &mut [u64], terms: &[(&[u64], f64)]) {
    rounded_sum_by(out, terms, |x| x as f64);
}

/// In line, so that callers make vectors of it.
#[inline(always)]
pub(crate) fn rounded_sum_by(out: &mut [u64], terms: &[(&[u64], f64)], to_float: impl Fn(u64) -> f64) {
    const WORDS: usize = 32;
    // Added to a number below 2^51 it leaves the nearest integer in the low bits.
    const SHIFT: f64 = (1_u64 << 52) as f64;
    for (block, out) in out.chunks_mut(WORDS).enumerate() {
        let mut sums = [0.0; 8 * WORDS];
        for (vector, factor) in terms {
            for (sum, x) in sums.iter_mut().zip(&vector[block * 8 * WORDS..][..8 * out.len()]) {
                *sum += to_float(*x) * factor;
            }
        }
        for (bytes, sums) in out.iter_mut().zip(sums.as_chunks().0) {
            *bytes = u64::from_le_bytes(sums.map(|sum: f64| (sum + SHIFT).to_bits() as u8));
        }
    }
}

pub(crate) fn inner_products<const K: usize>(
    outs: [&mut [u64]; K],
    terms: &[Term<'_, K>],
    finish: &Finish<'_, K>,
    q: Modulus,
) {
    inner_products_from(0, outs, terms, finish, q);
}

/// `outs[t][i]` from what stands at `first + i`. Products are below `2^122`, so that 64 of them fit 128 bits.
pub(crate) fn weighted_sums_from<const T: usize>(
    first: usize,
    outs: [&mut [u64]; T],
    Sources { terms, bytes, .. }: Sources<'_, T>,
    q: [Modulus; T],
) {
    for (t, out) in outs.into_iter().enumerate() {
        for (i, x) in out.iter_mut().enumerate() {
            let at = first + i;
            let product = |(a, w): &Weighted<'_, T>| u128::from(a[at]) * u128::from(w[t]);
            let byte = |(bytes, w): Weighted<'_, T>| {
                u128::from(bytes[at / 8].to_le_bytes()[at % 8]) * u128::from(w[t])
            };
            *x = q[t].reduce_wide(terms.iter().map(product).chain(bytes.map(byte)).sum());
        }
    }
}

/// `outs[k][i]` for `i` from `first` on, a multiple of eight. Products are below `2^122`, so that 64 of them fit 128 bits.
pub(crate) fn inner_products_from<const K: usize>(
    first: usize,
    outs: [&mut [u64]; K],
    terms: &[Term<'_, K>],
    finish: &Finish<'_, K>,
    q: Modulus,
) {
    for (k, out) in outs.into_iter().enumerate() {
        for block in first / 8..out.len().div_ceil(8) {
            let places = 8 * block..out.len().min(8 * block + 8);
            let mut sums = [0; 8];
            for (x, y) in terms {
                for ((sum, x), y) in sums.iter_mut().zip(&x[places.clone()]).zip(y[k].group(block)) {
                    *sum += u128::from(*x) * u128::from(y);
                }
            }
            let finished = |i: usize, there: u64| {
                let at = 8 * block + i;
                let addend = finish.addends[k].map_or(0, |addend| addend[at]);
                let sum = q.reduce_wide(sums[i] + u128::from(addend) * u128::from(finish.weight));
                let sum = q.sub(finish.scale.mul(sum, q), finish.less.map_or(0, |less| less[k][at]));
                if finish.joins { q.add(sum, there) } else { sum }
            };
            match finish.turn.map(|turn| turn.blocks().target(block)) {
                None => out[places].iter_mut().enumerate().for_each(|(i, out)| *out = finished(i, *out)),
                Some((target, order)) => {
                    let target = &mut out[8 * target..][..8];
                    let places = target.iter_mut().zip(order);
                    places.for_each(|(out, place)| *out = finished(*place as usize % 8, *out));
                }
            }
        }
    }
}

/// The factors of all stages, node after node, as the butterflies read them.
#[derive(Debug)]
pub(crate) struct Tables {
    forward: Box<[Shoup]>,
    inverse: Box<[Shoup]>,
}

impl Tables {
    pub(crate) fn new(forward: &[u64], inverse: &[u64], q: Modulus) -> Self {
        let [forward, inverse] =
            [forward, inverse].map(|factors| factors.iter().map(|w| q.shoup(*w)).collect());
        Self { forward, inverse }
    }
}

/// `x <- x + w y` and `y <- x - w y` for numbers `x` and `y` that mirror each other, at `j` and at `N - j`; of that in the
/// middle, which is its own mirror image, the difference.
pub(super) fn meet(values: &mut [u64], w: Shoup, q: Modulus) {
    let n = values.len();
    for j in 1..n / 2 {
        let (x, y) = (values[j], w.mul(values[n - j], q));
        (values[j], values[n - j]) = (q.add(x, y), q.sub(x, y));
    }
    let middle = values[n / 2];
    values[n / 2] = q.sub(middle, w.mul(middle, q));
}

/// Half undoes [`meet`] with the opposite of `w`: `x <- x + y` and `y <- w (x - y)`.
pub(super) fn part(values: &mut [u64], w: Shoup, q: Modulus) {
    let n = values.len();
    for j in 1..n / 2 {
        let (x, y) = (values[j], values[n - j]);
        (values[j], values[n - j]) = (q.add(x, y), w.mul(q.sub(x, y), q));
    }
    let middle = values[n / 2];
    values[n / 2] = q.sub(middle, w.mul(middle, q));
}

/// Harvey's butterflies (arXiv:1205.2926, algorithm 4): values in `[0, 4q)` between stages.
///
/// That they are is asserted in the loop, here and in [`inverse`]: a loop that may end early is not turned into vectors
/// of two, whose products of 64 bits are slower than those of one word.
///
/// A polynomial of the conjugate-invariant ring is halved by `halving` before.
pub(crate) fn forward(values: &mut [u64], tables: &Tables, halving: Option<Shoup>, q: Modulus) {
    if let Some(w) = halving {
        meet(values, w, q);
    }
    let (n, two_q) = (values.len(), 2 * q.value());
    let (mut blocks, mut half) = (1, n / 2);
    while half > 0 {
        for (block, w) in values.chunks_exact_mut(2 * half).zip(&tables.forward[blocks..2 * blocks]) {
            let (low, high) = block.split_at_mut(half);
            for (x, y) in low.iter_mut().zip(high) {
                assert!(*y < 2 * two_q);
                let a = subtract_if_above(*x, two_q);
                let t = w.mul_lazy(*y, q);
                (*x, *y) = (a + t, a + two_q - t);
            }
        }
        (blocks, half) = (2 * blocks, half / 2);
    }
    for x in values {
        *x = subtract_if_above(subtract_if_above(*x, two_q), q.value());
    }
}

/// Harvey's butterflies (arXiv:1205.2926, algorithm 3): values in `[0, 2q)` between stages. The last stage
/// multiplies sums by `scale` and differences by `scaled_twiddle`. A polynomial of the conjugate-invariant ring is put together
/// by `halving` then.
pub(crate) fn inverse(
    values: &mut [u64],
    tables: &Tables,
    (scale, scaled_twiddle): (Shoup, Shoup),
    halving: Option<Shoup>,
    q: Modulus,
) {
    let (n, two_q) = (values.len(), 2 * q.value());
    let (mut blocks, mut half) = (n / 2, 1);
    while blocks > 1 {
        for (block, w) in values.chunks_exact_mut(2 * half).zip(&tables.inverse[blocks..2 * blocks]) {
            let (low, high) = block.split_at_mut(half);
            for (x, y) in low.iter_mut().zip(high) {
                let (a, b) = (*x, *y);
                assert!(b < two_q);
                *x = subtract_if_above(a + b, two_q);
                *y = w.mul_lazy(a + two_q - b, q);
            }
        }
        (blocks, half) = (blocks / 2, 2 * half);
    }
    let (low, high) = values.split_at_mut(half);
    for (x, y) in low.iter_mut().zip(high) {
        let (a, b) = (*x, *y);
        *x = scale.mul(a + b, q);
        *y = scaled_twiddle.mul(a + two_q - b, q);
    }
    if let Some(w) = halving {
        part(values, w, q);
    }
}

/// `x - bound` where that is not negative, `x` otherwise, for `x` and `bound` below `2^63`.
fn subtract_if_above(x: u64, bound: u64) -> u64 {
    x.min(x.wrapping_sub(bound))
}
