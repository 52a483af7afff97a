//! The forward transform: `a + b w` and `a - b w` on numbers that may grow to either side of zero, in double precision.
//!
//! A stage adds a little more than `p/2` to the largest of them; [`Tables`] knows which passes must reduce first. It is
//! enough that they reduce what their first stage does not multiply.

use super::{
    super::{plan::Stream, stage},
    Prime, UNIT, Vectors,
    leaves::{Factors, LEAF, ROWS},
    meet,
    passes::{broadcasts, pass},
    tables::Tables,
};
use crate::{Modulus, Shoup};

/// What a pass finds: residues, as integers.
const INTEGERS: u8 = 0;
/// Numbers small enough for its stages.
const SMALL: u8 = 1;
/// Numbers of which it has to reduce half.
const LARGE: u8 = 2;

/// A polynomial of the conjugate-invariant ring is halved by `halving` before.
pub(crate) fn forward<const L: usize>(
    v: impl Vectors<L>,
    values: &mut [u64],
    tables: &Tables,
    halving: Option<Shoup>,
    q: Modulus,
) {
    if let Some(w) = halving {
        v.run(in_line!(|| meet(v, values, w, q)));
    }
    let block = values.as_chunks_mut().0;
    let butterfly = v.run(in_line!(|| Butterfly::new(v, q)));
    butterfly.descend::<INTEGERS>(block, &tables.radices, &tables.reduced, &mut Stream::new(&tables.forward));
}

/// All stages of `B` blocks of `R` rows each, `$x[block][row]`, with the factors `$w[block]`. In line, because a call
/// would cost more than what it does.
macro_rules! stages {
    ($self:ident, $x:ident: [[_; $R:expr]; $B:expr], $w:expr) => {{
        stages!($self, $x, $w, $R, $B, [4 2 1]);
    }};
    ($self:ident, $x:ident, $w:expr, $R:expr, $B:expr, [$($half:literal)*]) => {{$(
        for i in 0..stage::butterflies($R, $half) * $B {
            let (i, block) = stage::interleaved(i, $B);
            let (x, w) = (&mut $x[block], $w[block][stage::descending_factor(i, $R, $half)]);
            let (a, b) = stage::rows_of(i, $half);
            (x[a], x[b]) = $self.butterfly(x[a], x[b], w);
        }
    )*}};
}

struct Butterfly<const L: usize, V: Vectors<L>> {
    v: V,
    p: Prime<L, V>,
    /// `(p - 1) / 2` for the first number of each leaf, and zeros.
    half_of_first: V::Float,
    /// `(p - 1) / 2 + 2^52`.
    half_and_unit: V::Float,
    unit: V::Float,
}

impl<const L: usize, V: Vectors<L>> Butterfly<L, V> {
    #[inline(always)]
    fn new(v: V, q: Modulus) -> Self {
        let half = (q.value() / 2) as f64;
        Self {
            v,
            p: Prime::new(v, q),
            half_of_first: v.numbers(&std::array::from_fn(|lane| if lane % 2 == 0 { half } else { 0.0 })),
            half_and_unit: v.number(half + UNIT),
            unit: v.number(UNIT),
        }
    }

    /// All stages of a block, to residues.
    fn descend<const FROM: u8>(
        &self,
        block: &mut [[u64; L]],
        radices: &[u32],
        reduced: &[bool],
        stream: &mut Stream<'_, f64>,
    ) {
        let Some((&radix, inner)) = radices.split_first() else { return };
        // As many columns as there are registers for.
        self.v.run(in_line!(|| match (radix, L) {
            (1, _) => self.pass::<2, 1, 4, FROM>(block, stream),
            (2, 8) => self.pass::<4, 3, 4, FROM>(block, stream),
            (2, _) => self.pass::<4, 3, 2, FROM>(block, stream),
            (_, 8) => self.pass::<8, 7, 2, FROM>(block, stream),
            _ => self.pass::<8, 7, 1, FROM>(block, stream),
        }));
        let reduced = &reduced[1..];
        let Some(&large) = reduced.first() else {
            return self.v.run(in_line!(|| self.leaves(block, stream)));
        };
        for child in block.chunks_mut(block.len() >> radix) {
            if large {
                self.descend::<LARGE>(child, inner, reduced, stream);
            } else {
                self.descend::<SMALL>(child, inner, reduced, stream);
            }
        }
    }

    #[inline(always)]
    fn pass<const R: usize, const T: usize, const C: usize, const FROM: u8>(
        &self,
        block: &mut [[u64; L]],
        stream: &mut Stream<'_, f64>,
    ) {
        let v = self.v;
        let w = broadcasts::<T, L, V>(v, stream);
        pass::<R, C, L, V>(
            v,
            block,
            in_line!(|x| {
                match FROM {
                    INTEGERS => {
                        for x in x.as_flattened_mut() {
                            *x = v.to_float(v.bits(*x));
                        }
                    }
                    SMALL => {}
                    _ => self.reduce_first_half(x),
                }
                stages!(self, x: [[_; R]; C], [&w; C]);
            }),
        );
    }

    /// The last five stages of a block, to residues.
    ///
    /// What is taken from the first number of a leaf is taken from all of its values. There it is half a prime, so that
    /// those that are reduced to the nearest to zero are residues when the half comes back.
    #[inline(always)]
    fn leaves(&self, block: &mut [[u64; L]], stream: &mut Stream<'_, f64>) {
        let v = self.v;
        for leaves in block.as_flattened_mut().chunks_exact_mut(LEAF * L / 2) {
            let leaves = leaves.as_chunks_mut().0;
            let factors = Factors::next(v, stream);
            let mut x = [[v.number(0.0); ROWS]; 2];
            let [first, second] = &mut x;
            for (i, (a, b)) in first.iter_mut().zip(second).enumerate() {
                [*a, *b] = v.join(leaves, i);
            }
            self.reduce_first_half(&mut x);
            x[0][0] = v.sub(x[0][0], self.half_of_first);
            let w = factors.between_rows();
            stages!(self, x: [[_; ROWS]; 2], [&w, &w]);
            let w = factors.between_halves();
            for i in 0..ROWS {
                let (a, b) = self.butterfly(x[0][i], x[1][i], w[i]);
                [x[0][i], x[1][i]] = v.transpose([a, b]);
            }
            let w = factors.between_neighbours();
            for i in 0..ROWS {
                (x[0][i], x[1][i]) = self.butterfly(x[0][i], x[1][i], w[i]);
            }
            for (i, (a, b)) in x[0].iter().zip(&x[1]).enumerate() {
                v.split(leaves, i, v.transpose([self.residue(*a), self.residue(*b)]));
            }
        }
    }

    /// Reduces the rows that the next stage does not multiply.
    #[inline(always)]
    fn reduce_first_half<const R: usize>(&self, blocks: &mut [[V::Float; R]]) {
        for block in blocks {
            for x in &mut block[..R / 2] {
                *x = self.p.center(*x);
            }
        }
    }

    #[inline(always)]
    fn butterfly(&self, a: V::Float, b: V::Float, w: (V::Float, V::Float)) -> (V::Float, V::Float) {
        let product = self.p.mul(b, w);
        (self.v.add(a, product), self.v.sub(a, product))
    }

    /// The bits of the residue of `x + (p - 1) / 2`, for `|x| < 4 p`.
    ///
    /// `x / p` is at least `2^-51` away from the middle between two integers. `x` times `1 / p`, which is rounded once, is
    /// off by less: so the quotient is the nearest integer, and the rest is from `-(p - 1) / 2` to `(p - 1) / 2`.
    #[inline(always)]
    fn residue(&self, x: V::Float) -> V::Float {
        let residue = self.v.sub_mul(self.v.add(x, self.half_and_unit), self.p.quotient(x), self.p.p);
        self.v.xor(residue, self.unit)
    }
}
