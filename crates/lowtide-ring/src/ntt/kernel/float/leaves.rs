//! Leaves side by side in vectors, one for every two lanes.
//!
//! A leaf is eight rows of four numbers. Its stages between rows take them as they are [joined](Vectors::join), the first two
//! numbers and the last two apart; so does the stage between the halves of a row. The stage between neighbours takes
//! [transposed](Vectors::transpose) vectors. With AVX2 sixteen vectors are more than there are registers, but their butterflies
//! do not wait for each other, which is worth more.

use super::{super::plan::Stream, Vectors};

/// The rows of a leaf.
pub(super) const ROWS: usize = 8;

/// The numbers of a leaf.
pub(super) const LEAF: usize = ROWS * 4;

/// How many factors of a leaf serve both lanes: those of the stages between rows, and one for each row.
pub(super) const EACH: usize = ROWS - 1 + ROWS;

/// What a leaf reads: those factors and one for each half of every row, all with their quotients.
const WORDS: usize = EACH * 2 + ROWS * 2 * 2;

/// The factors of `L / 2` leaves: those that serve both lanes, each of all leaves in turn and with its quotient; then, row by
/// row, those for single lanes, all and then all quotients.
pub(super) struct Factors<'a, const L: usize, V> {
    v: V,
    words: &'a [f64],
}

impl<'a, const L: usize, V: Vectors<L>> Factors<'a, L, V> {
    /// The next ones of a stream.
    #[inline(always)]
    pub(super) fn next(v: V, stream: &mut Stream<'a, f64>) -> Self {
        Self { v, words: stream.slice(WORDS * L / 2) }
    }

    /// Those of the stages between rows.
    #[inline(always)]
    pub(super) fn between_rows(&self) -> [(V::Float, V::Float); ROWS - 1] {
        self.each(0)
    }

    /// Those of the stage between the halves of a row, for each row.
    #[inline(always)]
    pub(super) fn between_halves(&self) -> [(V::Float, V::Float); ROWS] {
        self.each((ROWS - 1) * L)
    }

    /// Those of the stage between neighbours, for each row.
    #[inline(always)]
    pub(super) fn between_neighbours(&self) -> [(V::Float, V::Float); ROWS] {
        let mut factors = [(self.v.number(0.0), self.v.number(0.0)); ROWS];
        for (i, factor) in factors.iter_mut().enumerate() {
            *factor = (self.vector((EACH + 2 * i) * L), self.vector((EACH + 2 * i + 1) * L));
        }
        factors
    }

    /// One factor for each leaf, `T` times: `w`, `w / p`, `w'`, `w' / p`.
    #[inline(always)]
    fn each<const T: usize>(&self, start: usize) -> [(V::Float, V::Float); T] {
        let v = self.v;
        let mut factors = [(v.number(0.0), v.number(0.0)); T];
        for (i, factor) in factors.iter_mut().enumerate() {
            let [w, quotient] = [self.vector(start + i * L), self.vector(start + i * L + 1)];
            *factor = (v.twice_even(w), v.twice_even(quotient));
        }
        factors
    }

    #[inline(always)]
    fn vector(&self, start: usize) -> V::Float {
        self.v.numbers(self.words[start..].first_chunk().expect("as many as were taken"))
    }
}
