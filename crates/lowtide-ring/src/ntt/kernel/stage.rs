//! Which rows the butterflies of a stage take, and which factors.
//!
//! Several blocks of `rows` rows are in registers at once, and a stage does the same butterflies in each of them, between
//! rows that are `half` apart. All of this is known to the compiler where the loops over it are unrolled.

/// How many butterflies a stage does in one block: none, where there are no rows so far apart.
#[inline(always)]
pub(super) const fn butterflies(rows: usize, half: usize) -> usize {
    if 2 * half <= rows { rows / 2 } else { 0 }
}

/// The butterfly and the block of step `i` of a stage of `blocks` blocks: neighbours do not wait for each other.
#[inline(always)]
pub(super) const fn interleaved(i: usize, blocks: usize) -> (usize, usize) {
    (i / blocks, i % blocks)
}

/// The rows of the `i`th butterfly.
#[inline(always)]
pub(super) const fn rows_of(i: usize, half: usize) -> (usize, usize) {
    let first = i / half * 2 * half + i % half;
    (first, first + half)
}

/// The factor of the `i`th butterfly, where the stage with the rows furthest apart comes first.
#[inline(always)]
pub(super) const fn descending_factor(i: usize, rows: usize, half: usize) -> usize {
    rows / (2 * half) - 1 + i / half
}

/// The factor of the `i`th butterfly, where the stage with the rows furthest apart comes last.
#[inline(always)]
pub(super) const fn ascending_factor(i: usize, rows: usize, half: usize) -> usize {
    rows - rows / half + i / half
}

/// Whether the rows of the `i`th butterfly are the second ones of theirs in the next stage of a forward transform,
/// which multiplies them: those in the upper half of a half.
#[inline(always)]
pub(super) const fn second_when_descending(i: usize, half: usize) -> bool {
    half > 1 && i % half >= half / 2
}

/// Whether the rows of the `i`th butterfly are the second ones of theirs in the next stage of an inverse transform:
/// those of every other group.
#[inline(always)]
pub(super) const fn second_when_ascending(i: usize, half: usize) -> bool {
    i / half % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_of_eight_rows() {
        let rows = |half| (0..butterflies(8, half)).map(move |i| rows_of(i, half));
        assert!(rows(4).eq([(0, 4), (1, 5), (2, 6), (3, 7)]));
        assert!(rows(2).eq([(0, 2), (1, 3), (4, 6), (5, 7)]));
        assert!(rows(1).eq([(0, 1), (2, 3), (4, 5), (6, 7)]));
        assert!(rows(8).eq([]));
        let factors = |half| (0..4).map(move |i| descending_factor(i, 8, half));
        assert!(factors(4).chain(factors(2)).chain(factors(1)).eq([0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 6]));
        let factors = |half| (0..4).map(move |i| ascending_factor(i, 8, half));
        assert!(factors(1).chain(factors(2)).chain(factors(4)).eq([0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 6, 6]));
    }

    #[test]
    fn second_rows_are_second_in_the_next_stage() {
        for half in [1, 2, 4] {
            for i in 0..4 {
                let row = rows_of(i, half).0;
                let is_second = |half| (0..4).any(|next| rows_of(next, half).1 == row);
                assert_eq!(second_when_descending(i, half), half > 1 && is_second(half / 2));
                assert_eq!(second_when_ascending(i, half), half < 4 && is_second(2 * half));
            }
        }
    }
}
