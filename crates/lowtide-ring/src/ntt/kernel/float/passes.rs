//! What both directions share: rows of a block in registers, and their twiddle factors.
//!
//! Between two passes a block holds the bits of floating-point numbers.

use super::{
    super::{
        plan::{Rows, Stream},
        stage::interleaved,
    },
    Vectors,
};

/// Does `stages` with the `R` rows of a block, `C` columns at a time.
#[inline(always)]
pub(super) fn pass<const R: usize, const C: usize, const L: usize, V: Vectors<L>>(
    v: V,
    block: &mut [[u64; L]],
    stages: impl Fn(&mut [[V::Float; R]; C]),
) {
    let mut rows = Rows::<_, R>::new(block);
    for column in (0..rows.stride()).step_by(C) {
        let mut x = [[v.number(0.0); R]; C];
        for i in 0..R * C {
            let (i, j) = interleaved(i, C);
            x[j][i] = v.of_bits(v.load(rows.at(i, column + j)));
        }
        stages(&mut x);
        for i in 0..R * C {
            let (i, j) = interleaved(i, C);
            v.store(rows.at(i, column + j), v.bits(x[j][i]));
        }
    }
}

/// The next `T` factors of a stream, each in all lanes.
#[inline(always)]
pub(super) fn broadcasts<const T: usize, const L: usize, V: Vectors<L>>(
    v: V,
    stream: &mut Stream<'_, f64>,
) -> [(V::Float, V::Float); T] {
    let mut factors = [(v.number(0.0), v.number(0.0)); T];
    for (factor, [w, quotient]) in factors.iter_mut().zip(stream.take::<2, T>()) {
        *factor = (v.number(*w), v.number(*quotient));
    }
    factors
}
