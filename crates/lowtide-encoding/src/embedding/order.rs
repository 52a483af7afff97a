//! Bit-reversed order.
//!
//! Numbers move square by square: eight blocks that differ in the high bits of their places become eight that do, and each
//! is read and written whole.

use rayon::prelude::*;

use super::transform::{Block, LARGE, WIDTH, zeros};

/// Number `i` is `parts[..][k]`, where `k` is `i` with its bits reversed; there are a power of two of them.
pub(super) fn gather(parts: [&[f64]; 2]) -> Vec<Block> {
    let n = parts[0].len();
    let (mut out, squares) = (zeros(n), n / (WIDTH * WIDTH));
    if squares == 0 {
        for i in 0..n {
            let number = parts.map(|part| part[reverse_bits(i, n)]);
            [out[i / WIDTH][0][i % WIDTH], out[i / WIDTH][1][i % WIDTH]] = number;
        }
        return out;
    }
    let lines = parts.map(|part| part.as_chunks::<WIDTH>().0);
    let piece = |first: usize, mut out: [&mut [Block]; WIDTH]| {
        for target in 0..out[0].len() {
            let square = reverse_bits(first + target, squares);
            for part in 0..2 {
                let from = reversed(|i| &lines[part][i * squares + square]);
                for (i, out) in out.iter_mut().enumerate() {
                    out[target][part] = column(&from, ORDER[i], 1.0);
                }
            }
        }
    };
    for_each_piece(&mut out, n, piece);
    out
}

/// `out[i] <- factor values[k]`, the real or the imaginary part, where `k` is `i` with its bits reversed.
pub(super) fn scatter(out: &mut [f64], values: &[Block], part: usize, factor: f64) {
    let n = out.len();
    let squares = n / (WIDTH * WIDTH);
    if squares == 0 {
        let number = |i: usize| values[i / WIDTH][part][i % WIDTH];
        out.iter_mut().enumerate().for_each(|(i, x)| *x = number(reverse_bits(i, n)) * factor);
        return;
    }
    let piece = |first: usize, mut out: [&mut [[f64; WIDTH]]; WIDTH]| {
        for target in 0..out[0].len() {
            let square = reverse_bits(first + target, squares);
            let from = reversed(|i| &values[i * squares + square][part]);
            for (i, out) in out.iter_mut().enumerate() {
                out[target] = column(&from, ORDER[i], factor);
            }
        }
    };
    for_each_piece(out.as_chunks_mut().0, n, piece);
}

/// The numbers below eight with their bits reversed.
const ORDER: [usize; WIDTH] = [0, 4, 2, 6, 1, 5, 3, 7];

/// Eight lines in bit-reversed order.
#[inline(always)]
fn reversed<'a>(line: impl Fn(usize) -> &'a [f64; WIDTH]) -> [&'a [f64; WIDTH]; WIDTH] {
    let [a, b, c, d, e, f, g, h] = ORDER;
    [line(a), line(b), line(c), line(d), line(e), line(f), line(g), line(h)]
}

/// Number `i` of each line, times a factor.
#[inline(always)]
fn column(lines: &[&[f64; WIDTH]; WIDTH], i: usize, factor: f64) -> [f64; WIDTH] {
    let mut column = [0.0; WIDTH];
    column.iter_mut().zip(lines).for_each(|(x, line)| *x = line[i] * factor);
    column
}

/// Calls `visit(first, parts)` for the same parts of eight segments, which together are all of `out`; on all threads where
/// there are enough numbers.
fn for_each_piece<T: Send>(out: &mut [T], n: usize, visit: impl Fn(usize, [&mut [T]; WIDTH]) + Sync) {
    let squares = out.len() / WIDTH;
    let piece = if n < LARGE { squares } else { LARGE / (2 * WIDTH * WIDTH) };
    let mut segments = out.chunks_exact_mut(squares).map(|segment| segment.chunks_mut(piece));
    let mut segments: [_; WIDTH] = std::array::from_fn(|_| segments.next().expect("eight segments"));
    let mut pieces = (0..squares).step_by(piece).map(|first| {
        (first, segments.each_mut().map(|parts| parts.next().expect("as many pieces in each segment")))
    });
    if n < LARGE {
        pieces.for_each(|(first, parts)| visit(first, parts));
    } else {
        let pieces: Vec<_> = pieces.by_ref().collect();
        pieces.into_par_iter().for_each(|(first, parts)| visit(first, parts));
    }
}

/// `i` with its `log2 n` low bits reversed, for a power of two `n` and `i < n`.
const fn reverse_bits(i: usize, n: usize) -> usize {
    // Two shifts, for the one of `n = 1` would be as wide as the word.
    (i.reverse_bits() >> 1) >> (usize::BITS - 1 - n.trailing_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_reverse() {
        assert_eq!((0..8).map(|i| reverse_bits(i, 8)).collect::<Vec<_>>(), ORDER);
        assert_eq!(reverse_bits(0, 1), 0);
    }

    #[test]
    fn squares_move_as_single_numbers_do() {
        for n in (0..16).map(|log| 1 << log) {
            let parts = [1.0, -1.0].map(|sign| (0..n).map(|i| sign * i as f64).collect::<Vec<_>>());
            let values = gather(parts.each_ref().map(Vec::as_slice));
            for i in 0..n {
                let k = reverse_bits(i, n);
                assert_eq!([0, 1].map(|part| values[i / WIDTH][part][i % WIDTH]), [parts[0][k], parts[1][k]]);
            }
            for (part, expected) in parts.iter().enumerate() {
                let mut out = vec![0.0; n];
                scatter(&mut out, &values, part, 2.0);
                assert!(out.iter().zip(expected).all(|(x, y)| *x == 2.0 * y));
            }
        }
    }
}
