//! Kernels in double precision: residues modulo `p < 2^50` in the lanes of AVX2 or of AVX-512, and fused multiply-add.
//!
//! Neither has the high half of a product of words; a fused multiply-add rounds the exact product of two 53-bit numbers once,
//! and so gives both halves of it. A product with a known factor `w`, with `v = w / p`, is:
//!
//! ```text
//! h = b w                  the high part, rounded
//! l = fma(b, w, -h)        the low part, exact
//! q = fma(b, v, M) - M     b w / p rounded to an integer: M = 1.5 2^52 has a unit of 1 in its last place
//! t = fma(-q, p, h) + l    b w - q p, exact
//! ```
//!
//! Every result but `h` and `q` is an integer below `2^53`, hence exact. For `w` in `[-p/2, p/2]` and `|b| < 2^52` the
//! quotient fits, and it is off by at most `1/2 + |b| 2^-55`: so `|t| <= p (1/2 + |b| 2^-55)`.
//!
//! The code is the same for both, over the [`Vectors`] of a CPU. All of it is in line, as its vectors are in registers only in a
//! function that may use them, [`Vectors::run`].

use super::{Blocks, padded, scalar};
use crate::{Modulus, Shoup};

/// [`update`] by a closure that is in line.
macro_rules! update {
    ($v:expr, $a:expr, $b:expr, $op:expr) => {
        update($v, $a, $b, in_line!($op))
    };
}

mod avx2;
mod avx512;
mod forward;
mod inverse;
mod leaves;
mod passes;
mod sums;
mod tables;
mod vectors;

pub(crate) use avx2::Avx2;
pub(crate) use avx512::Avx512;
pub(crate) use forward::forward;
pub(crate) use inverse::inverse;
pub(crate) use sums::{inner_products, rounded_sum, tensor, weighted_sums};
pub(crate) use tables::Tables;
pub(crate) use vectors::Vectors;

/// The bits of this number, or-ed with an integer below `2^52`, are those of the sum.
const UNIT: f64 = (1_u64 << 52) as f64;

#[inline(always)]
pub(crate) fn add_assign<const L: usize>(v: impl Vectors<L>, a: &mut [u64], b: &[u64], q: Modulus) {
    let q = v.splat(q.value());
    update!(v, a, [b], |x, [y]| v.sum(x, y, q));
}

#[inline(always)]
pub(crate) fn add<const L: usize>(v: impl Vectors<L>, out: &mut [u64], a: &[u64], b: &[u64], q: Modulus) {
    let q = v.splat(q.value());
    update!(v, out, [a, b], |_, [x, y]| v.sum(x, y, q));
}

#[inline(always)]
pub(crate) fn sub_assign<const L: usize>(v: impl Vectors<L>, a: &mut [u64], b: &[u64], q: Modulus) {
    let q = v.splat(q.value());
    update!(v, a, [b], |x, [y]| v.difference(x, y, q));
}

#[inline(always)]
pub(crate) fn sub<const L: usize>(v: impl Vectors<L>, out: &mut [u64], a: &[u64], b: &[u64], q: Modulus) {
    let q = v.splat(q.value());
    update!(v, out, [a, b], |_, [x, y]| v.difference(x, y, q));
}

#[inline(always)]
pub(crate) fn neg_assign<const L: usize>(v: impl Vectors<L>, a: &mut [u64], q: Modulus) {
    let q = v.splat(q.value());
    update!(v, a, [], |x, []| v.negative(x, q));
}

#[inline(always)]
pub(crate) fn mul_assign<const L: usize>(v: impl Vectors<L>, a: &mut [u64], b: &[u64], q: Modulus) {
    let p = Prime::new(v, q);
    update!(v, a, [b], |x, [y]| p.residue(p.product(v.to_float(x), v.to_float(y))));
}

#[inline(always)]
pub(crate) fn mul<const L: usize>(v: impl Vectors<L>, out: &mut [u64], a: &[u64], b: &[u64], q: Modulus) {
    let p = Prime::new(v, q);
    update!(v, out, [a, b], |_, [x, y]| p.residue(p.product(v.to_float(x), v.to_float(y))));
}

#[inline(always)]
pub(crate) fn mul_add_assign<const L: usize>(
    v: impl Vectors<L>,
    a: &mut [u64],
    b: &[u64],
    c: &[u64],
    q: Modulus,
) {
    let p = Prime::new(v, q);
    update!(v, a, [b, c], |x, [y, z]| p.residue(p.mul_add(v.to_float(y), v.to_float(z), v.to_float(x))));
}

#[inline(always)]
pub(crate) fn scale_assign<const L: usize>(v: impl Vectors<L>, a: &mut [u64], w: Shoup, q: Modulus) {
    let (p, w) = (Prime::new(v, q), factor(v, w.value(), q));
    update!(v, a, [], |x, []| p.residue(p.mul(v.to_float(x), w)));
}

#[inline(always)]
pub(crate) fn scale_sub<const L: usize>(
    v: impl Vectors<L>,
    out: &mut [u64],
    a: &[u64],
    w: Shoup,
    b: &[u64],
    q: Modulus,
) {
    let (p, w, q) = (Prime::new(v, q), factor(v, w.value(), q), v.splat(q.value()));
    update!(v, out, [a, b], |_, [x, y]| v.difference(p.residue(p.mul(v.to_float(x), w)), y, q));
}

#[inline(always)]
pub(crate) fn add_scaled_assign<const L: usize>(
    v: impl Vectors<L>,
    a: &mut [u64],
    b: &[u64],
    w: Shoup,
    q: Modulus,
) {
    let (p, w, q) = (Prime::new(v, q), factor(v, w.value(), q), v.splat(q.value()));
    update!(v, a, [b], |x, [y]| v.sum(x, p.residue(p.mul(v.to_float(y), w)), q));
}

#[inline(always)]
pub(crate) fn meet<const L: usize>(v: impl Vectors<L>, values: &mut [u64], w: Shoup, q: Modulus) {
    let (p, w_lanes, q_lanes) = (Prime::new(v, q), factor(v, w.value(), q), v.splat(q.value()));
    let rest = mirrored(
        v,
        values,
        in_line!(|x, y| {
            let t = p.residue(p.mul(v.to_float(y), w_lanes));
            (v.sum(x, t, q_lanes), v.difference(x, t, q_lanes))
        }),
    );
    scalar::meet(rest, w, q);
}

#[inline(always)]
pub(crate) fn part<const L: usize>(v: impl Vectors<L>, values: &mut [u64], w: Shoup, q: Modulus) {
    let (p, w_lanes, q_lanes) = (Prime::new(v, q), factor(v, w.value(), q), v.splat(q.value()));
    let rest = mirrored(
        v,
        values,
        in_line!(|x, y| {
            let difference = v.sub(v.to_float(x), v.to_float(y));
            (v.sum(x, y, q_lanes), p.residue(p.mul(difference, w_lanes)))
        }),
    );
    scalar::part(rest, w, q);
}

/// `op` on numbers that mirror each other, a vector and a vector at a time; what is left in the middle, behind one that is done.
#[inline(always)]
fn mirrored<const L: usize, V: Vectors<L>>(
    v: V,
    values: &mut [u64],
    op: impl Fn(V::Word, V::Word) -> (V::Word, V::Word),
) -> &mut [u64] {
    let half = values.len() / 2;
    let (low, high) = values.split_at_mut(half);
    for (x, y) in low[1..].as_chunks_mut().0.iter_mut().zip(high.as_rchunks_mut().1.iter_mut().rev()) {
        let (a, b) = op(v.load(x), v.reversed(v.load(y)));
        v.store(x, a);
        v.store(y, v.reversed(b));
    }
    &mut values[half - L..half + L]
}

#[inline(always)]
pub(crate) fn permute<const L: usize>(v: impl Vectors<L>, out: &mut [u64], values: &[u64], map: &Blocks) {
    let values = values.as_chunks().0;
    for (out, source) in out.as_chunks_mut().0.iter_mut().zip(&map.sources) {
        *out = v.reorder(&values[(source / 8) as usize], &map.orders[(source % 8) as usize]);
    }
}

#[inline(always)]
pub(crate) fn pack<const L: usize>(v: impl Vectors<L>, residues: &[u64], out: &mut [u8], q: Modulus) -> bool {
    v.pack(residues, out, q)
}

#[inline(always)]
pub(crate) fn lift<const L: usize>(_: impl Vectors<L>, out: &mut [u64], x: &[i64], q: Modulus) {
    scalar::lift(out, x, q);
}

#[inline(always)]
pub(crate) fn reduce<const L: usize>(v: impl Vectors<L>, out: &mut [u64], a: &[u64], q: Modulus) {
    let (p, radix) = (Prime::new(v, q), factor(v, q.reduce(1 << 52), q));
    update!(v, out, [a], |_, [x]| {
        let low = v.to_float(v.and(x, v.splat((1 << 52) - 1)));
        let high = v.to_float(v.above_52(x));
        p.residue(p.center(v.add(p.center(low), p.mul(high, radix))))
    });
}

/// `w` as the nearest number to zero, and its quotient.
fn balanced(w: u64, q: Modulus) -> (f64, f64) {
    let w = q.center(w) as f64;
    (w, w / q.value() as f64)
}

/// A factor and its quotient by `p`, in all lanes.
#[inline(always)]
fn factor<const L: usize, V: Vectors<L>>(v: V, w: u64, q: Modulus) -> (V::Float, V::Float) {
    let (factor, quotient) = balanced(w, q);
    (v.number(factor), v.number(quotient))
}

/// A modulus as these kernels read it, in every lane.
#[derive(Clone, Copy)]
struct Prime<const L: usize, V: Vectors<L>> {
    v: V,
    p: V::Float,
    /// `1 / p`.
    inverse: V::Float,
    /// `M`: adding and subtracting it rounds to an integer.
    round: V::Float,
}

impl<const L: usize, V: Vectors<L>> Prime<L, V> {
    #[inline(always)]
    fn new(v: V, q: Modulus) -> Self {
        let p = q.value() as f64;
        Self { v, p: v.number(p), inverse: v.number(1.0 / p), round: v.number(1.5 * UNIT) }
    }

    /// `x w` modulo `p`, for `|x| < 2^52` and a factor with its quotient: at most `p (1/2 + |x| 2^-55)`.
    #[inline(always)]
    fn mul(&self, x: V::Float, (w, quotient): (V::Float, V::Float)) -> V::Float {
        let v = self.v;
        let high = v.mul(x, w);
        let low = v.mul_sub(x, w, high);
        let quotient = v.sub(v.mul_add(x, quotient, self.round), self.round);
        v.add(v.sub_mul(high, quotient, self.p), low)
    }

    /// `x y` modulo `p` for residues: below `p`, on either side of zero.
    ///
    /// The quotient is rounded twice before it becomes an integer, in `x y` and in `1 / p`, by no more than an eighth each.
    #[inline(always)]
    fn product(&self, x: V::Float, y: V::Float) -> V::Float {
        let v = self.v;
        let high = v.mul(x, y);
        let low = v.mul_sub(x, y, high);
        v.add(v.sub_mul(high, self.quotient(high), self.p), low)
    }

    /// `x y + z` modulo `p` for residues: below `p`, on either side of zero.
    ///
    /// The quotient is rounded three times before it becomes an integer, in `x y`, in `x y + z` and in `1 / p`, by no
    /// more than an eighth each.
    #[inline(always)]
    fn mul_add(&self, x: V::Float, y: V::Float, z: V::Float) -> V::Float {
        let v = self.v;
        let high = v.mul(x, y);
        let low = v.add(v.mul_sub(x, y, high), z);
        let whole = v.add(high, z);
        v.add(v.sub_mul(high, self.quotient(whole), self.p), low)
    }

    /// `x` modulo `p`, for `|x| <= 2^53` and `|x| < 2^51 p`: at most `p (1/2 + |x / p| 2^-53)`.
    #[inline(always)]
    fn center(&self, x: V::Float) -> V::Float {
        self.v.sub_mul(x, self.quotient(x), self.p)
    }

    /// `x / p` rounded to an integer, for `|x| < 2^51 p`.
    #[inline(always)]
    fn quotient(&self, x: V::Float) -> V::Float {
        self.v.sub(self.v.mul_add(x, self.inverse, self.round), self.round)
    }

    /// The residue of a number in `(-p, p)`.
    #[inline(always)]
    fn residue(&self, x: V::Float) -> V::Word {
        self.v.to_integer(self.v.add_below_zero(x, self.p))
    }
}

/// `a[i] <- op(a[i], [b[0][i], b[1][i], ..])`, a vector at a time, the last numbers padded with zeros.
#[inline(always)]
fn update<const K: usize, const L: usize, V: Vectors<L>>(
    v: V,
    a: &mut [u64],
    b: [&[u64]; K],
    op: impl Fn(V::Word, [V::Word; K]) -> V::Word,
) {
    let (a_lanes, a_tail) = a.as_chunks_mut();
    let b_lanes = b.map(in_line!(|b| &b.as_chunks().0[..a_lanes.len()]));
    let b_tail = b.map(in_line!(|b| padded(b.as_chunks::<L>().1)));
    let mut y = [v.splat(0); K];
    for (i, x) in a_lanes.iter_mut().enumerate() {
        for k in 0..K {
            y[k] = v.load(&b_lanes[k][i]);
        }
        let out = op(v.load(x), y);
        v.store(x, out);
    }
    if !a_tail.is_empty() {
        for k in 0..K {
            y[k] = v.load(&b_tail[k]);
        }
        let mut x = padded(a_tail);
        let out = op(v.load(&x), y);
        v.store(&mut x, out);
        a_tail.copy_from_slice(&x[..a_tail.len()]);
    }
}
