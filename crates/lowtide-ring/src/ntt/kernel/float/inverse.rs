//! The inverse transform: `a + b` and `(a - b) w` on numbers on either side of zero, in double precision.
//!
//! Sums double in every stage; products come back to little more than `p/2`, as do numbers that are reduced on the way. A
//! pass finds and leaves numbers up to `0.6 p`, and multiplies none beyond `3 p`. In units of `p`, for its eight rows:
//!
//! ```text
//! rows             0      1      2      3      4      5      6      7
//! first stage      1.2    .54   1.2    .54   1.2    .54   1.2    .54
//! second stage     2.4   1.08    .58    .54   2.4   1.08    .58    .54
//! reduced          .5
//! third stage      2.9   2.15   1.15   1.07    .6     .57    .54    .54
//! reduced          .5     .5     .5     .5
//! ```
//!
//! A pass of four rows ends after the second stage and reduces rows 0 and 1; one of two rows reduces row 0.
//!
//! A leaf finds numbers up to `(p - 1) / 2`, and its first two stages leave upper halves as a pass finds them, but lower
//! halves up to `2 (p - 1)`. The third stage multiplies numbers up to `4 (p - 1)`, which is below the `2^52` that a
//! product asks for; lower halves are reduced after it:
//!
//! ```text
//! rows             0      1      2      3      4      5      6      7
//! third stage      4      .63   4      .63   4      .63   4      .63
//! reduced          .5            .5            .5            .5
//! fourth stage     1     1.25    .54    .54   1     1.25    .54    .54
//! fifth stage      2     2.5    1.07   1.08    .54    .58    .54    .54
//! reduced          .5     .5     .5     .5
//! ```

use super::{
    super::{plan::Stream, stage},
    Prime, UNIT, Vectors, factor,
    leaves::{Factors, LEAF, ROWS},
    part,
    passes::{broadcasts, pass},
    tables::Tables,
};
use crate::{Modulus, Shoup};

/// The last stage multiplies sums by `last.0` and differences by `last.1`. A polynomial of the conjugate-invariant ring is put
/// together by `halving` then.
pub(crate) fn inverse<const L: usize>(
    v: impl Vectors<L>,
    values: &mut [u64],
    tables: &Tables,
    last: (Shoup, Shoup),
    halving: Option<Shoup>,
    q: Modulus,
) {
    let butterfly = v.run(in_line!(|| Butterfly::new(v, last, q)));
    let stream = &mut Stream::new(&tables.inverse);
    butterfly.ascend::<true>(values.as_chunks_mut().0, &tables.radices, stream);
    if let Some(w) = halving {
        v.run(in_line!(|| part(v, values, w, q)));
    }
}

/// All stages of `B` blocks of `R` rows each, `$x[block][row]`, with the factors `$w[block]`. In line, because a call
/// would cost more than what it does.
macro_rules! stages {
    ($self:ident, $x:ident: [[_; $R:expr]; $B:expr], $w:expr, $last:expr) => {{
        stages!($self, $x: [[_; $R]; $B], $w, $last, [1 2]);
        if $R >= 8 {
            $self.reduce($x, [0]);
        }
        stages!($self, $x: [[_; $R]; $B], $w, $last, [4]);
        match $R {
            _ if $last => {}
            2 => $self.reduce($x, [0]),
            4 => $self.reduce($x, [0, 1]),
            _ => $self.reduce($x, [0, 1, 2, 3]),
        }
    }};
    ($self:ident, $x:ident: [[_; $R:expr]; $B:expr], $w:expr, $last:expr, [$($half:literal)*]) => {{$(
        for i in 0..stage::butterflies($R, $half) * $B {
            let (i, block) = stage::interleaved(i, $B);
            let (x, w) = (&mut $x[block], $w[block][stage::ascending_factor(i, $R, $half)]);
            let (a, b) = stage::rows_of(i, $half);
            (x[a], x[b]) = $self.butterfly(x[a], x[b], w, $last && 2 * $half == $R);
        }
    )*}};
}

/// What a butterfly needs besides its factor.
struct Butterfly<const L: usize, V: Vectors<L>> {
    v: V,
    p: Prime<L, V>,
    /// `2 (2^52 + (p - 1) / 2)`.
    twice_middle: V::Float,
    unit: V::Float,
    /// Half of 32 for the first number of each leaf, and zeros.
    sixteen_of_first: V::Float,
    scale: (V::Float, V::Float),
    scaled_twiddle: (V::Float, V::Float),
}

impl<const L: usize, V: Vectors<L>> Butterfly<L, V> {
    #[inline(always)]
    fn new(v: V, (scale, scaled_twiddle): (Shoup, Shoup), q: Modulus) -> Self {
        Self {
            v,
            p: Prime::new(v, q),
            twice_middle: v.number((q.value() - 1) as f64 + 2.0 * UNIT),
            unit: v.number(UNIT),
            sixteen_of_first: v.numbers(&std::array::from_fn(|lane| if lane % 2 == 0 { 16.0 } else { 0.0 })),
            scale: factor(v, scale.value(), q),
            scaled_twiddle: factor(v, scaled_twiddle.value(), q),
        }
    }

    /// All stages of a block; with `LAST` to residues, divided by `N`.
    fn ascend<const LAST: bool>(
        &self,
        block: &mut [[u64; L]],
        radices: &[u32],
        stream: &mut Stream<'_, f64>,
    ) {
        let Some((&radix, inner)) = radices.split_first() else { return };
        if inner.is_empty() {
            self.v.run(in_line!(|| self.leaves(block, stream)));
        } else {
            for child in block.chunks_mut(block.len() >> radix) {
                self.ascend::<false>(child, inner, stream);
            }
        }
        self.v.run(in_line!(|| match (radix, L) {
            (1, _) => self.pass::<2, 1, 4, LAST>(block, stream),
            (2, 8) => self.pass::<4, 3, 4, LAST>(block, stream),
            (2, _) => self.pass::<4, 3, 2, LAST>(block, stream),
            _ => self.pass::<8, 7, 1, LAST>(block, stream),
        }));
    }

    #[inline(always)]
    fn pass<const R: usize, const T: usize, const C: usize, const LAST: bool>(
        &self,
        block: &mut [[u64; L]],
        stream: &mut Stream<'_, f64>,
    ) {
        let w = broadcasts::<T, L, V>(self.v, stream);
        pass::<R, C, L, V>(self.v, block, in_line!(|x| stages!(self, x: [[_; R]; C], [&w; C], LAST)));
    }

    /// The first five stages of a block, from residues.
    ///
    /// They find `x - (p - 1) / 2` in place of `x`, as a number around zero grows less. That adds one half modulo `p` to
    /// all values of a leaf, and 16 to its first number, where it is taken away again.
    #[inline(always)]
    fn leaves(&self, block: &mut [[u64; L]], stream: &mut Stream<'_, f64>) {
        let v = self.v;
        for leaves in block.as_flattened_mut().chunks_exact_mut(LEAF * L / 2) {
            let leaves = leaves.as_chunks_mut().0;
            let factors = Factors::next(v, stream);
            let mut x = [[v.number(0.0); ROWS]; 2];
            let [first, second] = &mut x;
            for (i, (sum, difference)) in first.iter_mut().zip(second).enumerate() {
                let [a, b] = v.transpose(v.join(leaves, i));
                let (a, b) = (v.or(a, self.unit), v.or(b, self.unit));
                (*sum, *difference) = (v.add(v.sub(a, self.twice_middle), b), v.sub(a, b));
            }
            let w = factors.between_neighbours();
            for i in 0..ROWS {
                [x[0][i], x[1][i]] = v.transpose([x[0][i], self.p.mul(x[1][i], w[i])]);
            }
            let w = factors.between_halves();
            for i in 0..ROWS {
                (x[0][i], x[1][i]) = self.butterfly(x[0][i], x[1][i], w[i], false);
            }
            let w = factors.between_rows();
            stages!(self, x: [[_; ROWS]; 2], [&w, &w], false, [1]);
            self.reduce(&mut x[..1], [0, 2, 4, 6]);
            stages!(self, x: [[_; ROWS]; 2], [&w, &w], false, [2]);
            self.reduce(&mut x[1..], [0]);
            stages!(self, x: [[_; ROWS]; 2], [&w, &w], false, [4]);
            x[0][0] = v.sub(x[0][0], self.sixteen_of_first);
            self.reduce(&mut x, [0, 1, 2, 3]);
            for (i, (a, b)) in x[0].iter().zip(&x[1]).enumerate() {
                v.split(leaves, i, [*a, *b]);
            }
        }
    }

    #[inline(always)]
    fn reduce<const R: usize, const K: usize>(&self, blocks: &mut [[V::Float; R]], rows: [usize; K]) {
        for block in blocks {
            for row in rows {
                block[row] = self.p.center(block[row]);
            }
        }
    }

    #[inline(always)]
    fn butterfly(
        &self,
        a: V::Float,
        b: V::Float,
        w: (V::Float, V::Float),
        last: bool,
    ) -> (V::Float, V::Float) {
        let (sum, difference) = (self.v.add(a, b), self.v.sub(a, b));
        if last {
            (self.last(sum, self.scale), self.last(difference, self.scaled_twiddle))
        } else {
            (sum, self.p.mul(difference, w))
        }
    }

    /// The bits of the residue of `x w`.
    #[inline(always)]
    fn last(&self, x: V::Float, w: (V::Float, V::Float)) -> V::Float {
        self.v.of_bits(self.p.residue(self.p.mul(x, w)))
    }
}
