//! Sums of products. Each product is brought below `p` before it is added, and the sum after every eight of them: so it
//! stays below `8 p`, an exact integer.

use super::{
    super::{Sources, Term, scalar},
    Prime, UNIT, Vectors, factor,
};
use crate::{Field, Modulus, field::Finish};

/// Vectors at a time: enough independent sums to hide the latency of an addition.
const WIDTH: usize = 4;

/// The number of products between two reductions.
const RUN: usize = 8;

/// So many products and an addend, each of them up to three quarters of `p`, are below the `2^52` that a product reads.
const SMALL: usize = 4;

/// Several sums at a time read each vector once. As many vectors are added at a time as leave every sum a register.
#[inline(always)]
pub(crate) fn weighted_sums<const T: usize, const L: usize, V: Vectors<L>>(
    v: V,
    outs: [&mut [u64]; T],
    sources: Sources<'_, T>,
    q: [Modulus; T],
) {
    if T > 2 && L < 8 {
        weighted::<T, 2, L, V>(v, outs, sources, q);
    } else {
        weighted::<T, WIDTH, L, V>(v, outs, sources, q);
    }
}

#[inline(always)]
fn weighted<const T: usize, const W: usize, const L: usize, V: Vectors<L>>(
    v: V,
    outs: [&mut [u64]; T],
    sources: Sources<'_, T>,
    q: [Modulus; T],
) {
    let Sources { terms, bytes, .. } = sources;
    let zero = v.number(0.0);
    let p: [Prime<L, V>; T] = std::array::from_fn(in_line!(|t: usize| Prime::new(v, q[t])));
    let mut factors = [[(zero, zero); T]; Field::MAX_TERMS];
    for (factors, (_, weights)) in factors.iter_mut().zip(terms) {
        *factors = factors_of(v, *weights, q);
    }
    let multiples = bytes.map(in_line!(|(bytes, weights)| (bytes, factors_of(v, weights, q))));
    let blocks = outs[0].len() / (L * W);
    let outs = outs.map(|out| out.split_at_mut(blocks * L * W));
    for i in 0..blocks {
        let mut sums = [[zero; W]; T];
        if let Some((bytes, factors)) = multiples {
            let mut x = [zero; W];
            for (j, x) in x.iter_mut().enumerate() {
                *x = v.bytes(bytes, i * W + j);
            }
            for t in 0..T {
                for (sum, x) in sums[t].iter_mut().zip(x) {
                    *sum = p[t].mul(x, factors[t]);
                }
            }
        }
        for (run, factors) in terms.chunks(RUN).zip(factors.chunks(RUN)) {
            for ((vector, _), factors) in run.iter().zip(factors) {
                for (j, x) in lanes::<W, L>(vector, i).iter().enumerate() {
                    let x = v.to_float(v.load(x));
                    for t in 0..T {
                        sums[t][j] = v.add(sums[t][j], p[t].mul(x, factors[t]));
                    }
                }
            }
            for t in 0..T {
                for sum in &mut sums[t] {
                    *sum = p[t].center(*sum);
                }
            }
        }
        for t in 0..T {
            let out = outs[t].0[i * L * W..][..L * W].as_chunks_mut().0;
            for (lanes, sum) in out.iter_mut().zip(sums[t]) {
                v.store(lanes, p[t].residue(sum));
            }
        }
    }
    let rest = outs.map(|out| out.1);
    scalar::weighted_sums_from(blocks * L * W, rest, sources, q);
}

/// Weights for each modulus its own, as factors.
#[inline(always)]
fn factors_of<const T: usize, const L: usize, V: Vectors<L>>(
    v: V,
    weights: [u64; T],
    q: [Modulus; T],
) -> [(V::Float, V::Float); T] {
    let mut factors = [(v.number(0.0), v.number(0.0)); T];
    for t in 0..T {
        factors[t] = factor(v, weights[t], q[t]);
    }
    factors
}

#[inline(always)]
pub(crate) fn inner_products<const K: usize, const L: usize, V: Vectors<L>>(
    v: V,
    outs: [&mut [u64]; K],
    terms: &[Term<'_, K>],
    finish: &Finish<'_, K>,
    q: Modulus,
) {
    if finish.joins {
        finished::<K, true, L, V>(v, outs, terms, finish, q);
    } else {
        finished::<K, false, L, V>(v, outs, terms, finish, q);
    }
}

/// Inner products that join what is there, or do not: known to the compiler, as the loop is slower for a choice in it.
#[inline(always)]
fn finished<const K: usize, const JOINS: bool, const L: usize, V: Vectors<L>>(
    v: V,
    outs: [&mut [u64]; K],
    terms: &[Term<'_, K>],
    finish: &Finish<'_, K>,
    q: Modulus,
) {
    let (p, unpack, zero) = (Prime::new(v, q), v.unpack(q), v.number(0.0));
    let (weight, scale) = (factor(v, finish.weight, q), factor(v, finish.scale.value(), q));
    let blocks = outs[0].len() / (L * WIDTH);
    for i in 0..blocks {
        let mut sums = [[zero; WIDTH]; K];
        for (sums, addend) in sums.iter_mut().zip(finish.addends) {
            if let Some(addend) = addend {
                for (sum, x) in sums.iter_mut().zip(lanes::<WIDTH, L>(addend, i)) {
                    *sum = p.mul(v.to_float(v.load(x)), weight);
                }
            }
        }
        for run in terms.chunks(RUN) {
            for (x, y) in run {
                for (j, x) in lanes::<WIDTH, L>(x, i).iter().enumerate() {
                    let x = v.to_float(v.load(x));
                    for k in 0..K {
                        // SAFETY: all vectors are of one length, and of this modulus.
                        let y = v.to_float(unsafe { v.unpacked(&unpack, y[k], i * WIDTH + j) });
                        sums[k][j] = v.add(sums[k][j], p.product(x, y));
                    }
                }
            }
            if terms.len() > SMALL {
                for sum in sums.as_flattened_mut() {
                    *sum = p.center(*sum);
                }
            }
        }
        for k in 0..K {
            let less = finish.less.map(|less| lanes::<WIDTH, L>(less[k], i));
            let mut finished = [[0; L]; WIDTH];
            for (j, out) in finished.iter_mut().enumerate() {
                let mut sum = p.mul(sums[k][j], scale);
                if let Some(less) = less {
                    sum = p.center(v.sub(sum, v.to_float(v.load(&less[j]))));
                }
                v.store(out, p.residue(sum));
            }
            let out = outs[k].as_chunks_mut::<8>().0;
            for (j, block) in finished.as_flattened().as_chunks::<8>().0.iter().enumerate() {
                let place = i * L * WIDTH / 8 + j;
                let (place, block) = match finish.turn.map(|turn| turn.blocks().target(place)) {
                    None => (place, *block),
                    Some((target, order)) => (target, v.reorder(block, order)),
                };
                if JOINS {
                    out[place].iter_mut().zip(block).for_each(|(out, x)| *out = q.add(*out, x));
                } else {
                    out[place] = block;
                }
            }
        }
    }
    scalar::inner_products_from(blocks * L * WIDTH, outs, terms, finish, q);
}

/// `a_0 b_0`, `a_0 b_1 + a_1 b_0` and `a_1 b_1`.
#[inline(always)]
pub(crate) fn tensor<const L: usize>(
    v: impl Vectors<L>,
    outs: [&mut [u64]; 3],
    a: [&[u64]; 2],
    b: [&[u64]; 2],
    q: Modulus,
) {
    let p = Prime::new(v, q);
    let outs = outs.map(|out| out.as_chunks_mut::<L>());
    let [a, b] = [a, b].map(|pair| pair.map(|x| x.as_chunks::<L>()));
    for i in 0..outs[0].0.len() {
        let (a0, a1) = (v.to_float(v.load(&a[0].0[i])), v.to_float(v.load(&a[1].0[i])));
        let (b0, b1) = (v.to_float(v.load(&b[0].0[i])), v.to_float(v.load(&b[1].0[i])));
        v.store(&mut outs[0].0[i], p.residue(p.product(a0, b0)));
        v.store(&mut outs[1].0[i], p.residue(p.center(v.add(p.product(a0, b1), p.product(a1, b0)))));
        v.store(&mut outs[2].0[i], p.residue(p.product(a1, b1)));
    }
    scalar::tensor(outs.map(|out| out.1), a.map(|x| x.1), b.map(|x| x.1), q);
}

/// The portable code in vectors, for numbers below `2^52`: every product and every sum is rounded here too.
#[inline(always)]
pub(crate) fn rounded_sum<const L: usize>(_: impl Vectors<L>, out: &mut [u64], terms: &[(&[u64], f64)]) {
    scalar::rounded_sum_by(out, terms, in_line!(|x| f64::from_bits(UNIT.to_bits() | x) - UNIT));
}

/// The `i`th block of a vector.
#[inline(always)]
fn lanes<const W: usize, const L: usize>(vector: &[u64], i: usize) -> &[[u64; L]; W] {
    vector[i * L * W..].as_chunks().0.first_chunk().expect("a block")
}
