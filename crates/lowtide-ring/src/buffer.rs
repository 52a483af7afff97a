//! Memory for residues: limbs that begin with a cache line and are used again.
//!
//! Limbs are large. Fresh from the system each page of one costs a fault and a clearing, more than many an operation on
//! it; so each chain of primes keeps what was given back. All its limbs are alike, so that any serves for any: the chain
//! holds, in use and kept, as many as were once in use together, and asks for no more until more are.

use std::{
    fmt,
    ops::{Deref, DerefMut, Range},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rayon::prelude::*;

/// Words of a cache line.
const LINE: usize = 8;

/// What was given back.
pub(crate) struct Pool {
    degree: usize,
    kept: Mutex<Vec<Limb>>,
}

impl Pool {
    pub(crate) fn new(degree: usize) -> Self {
        Self { degree, kept: Mutex::default() }
    }

    /// Room for some limbs, which hold whatever was there before.
    pub(crate) fn take(self: &Arc<Self>, count: usize) -> Buffer {
        let mut limbs = Vec::with_capacity(count);
        let mut kept = self.kept();
        let known = count.min(kept.len());
        // Last in, first out: what was used last is in the nearest cache.
        limbs.extend((0..known).filter_map(|_| kept.pop()));
        drop(kept);
        limbs.resize_with(count, || Limb::new(self.degree));
        Buffer { limbs, pool: Arc::clone(self) }
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Limb>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One limb's worth of numbers.
pub struct Limb {
    words: Vec<u64>,
    start: usize,
    len: usize,
}

impl Limb {
    fn new(len: usize) -> Self {
        let words = vec![0; len + LINE];
        let start = words.as_ptr().align_offset(LINE * size_of::<u64>());
        // An allocation whose alignment cannot be known is used from its beginning: slower, and right.
        let start = if start < LINE { start } else { 0 };
        Self { words, start, len }
    }
}

impl Deref for Limb {
    type Target = [u64];
    fn deref(&self) -> &[u64] {
        &self.words[self.start..self.start + self.len]
    }
}

impl DerefMut for Limb {
    fn deref_mut(&mut self) -> &mut [u64] {
        &mut self.words[self.start..self.start + self.len]
    }
}

/// Some limbs, which go back to their chain when dropped. Fresh from [`Basis::scratch`] they hold whatever was there
/// before.
///
/// [`Basis::scratch`]: crate::Basis::scratch
pub struct Buffer {
    limbs: Vec<Limb>,
    pool: Arc<Pool>,
}

/// Limb by limb: the limbs number `0, 1, ...` of all buffers.
pub(crate) fn limbs<const K: usize>(
    buffers: &mut [Buffer; K],
) -> impl ExactSizeIterator<Item = [&mut [u64]; K]> {
    let mut limbs = buffers.each_mut().map(|buffer| buffer.iter_mut());
    let count = limbs.iter().map(ExactSizeIterator::len).min().unwrap_or(0);
    (0..count).map(move |_| limbs.each_mut().map(|limbs| &mut **limbs.next().expect("counted")))
}

/// Calls `visit(tile, limbs)` for all limbs, on all threads: several at a time, which read together what all of them need.
pub(crate) fn for_each_tile<L: Send>(limbs: &mut [L], visit: impl Fn(Range<usize>, &mut [L]) + Sync) {
    let width = tile_width(limbs.len(), rayon::current_num_threads());
    limbs.par_chunks_mut(width).enumerate().for_each(|(tile, limbs)| {
        let first = tile * width;
        visit(first..first + limbs.len(), limbs);
    });
}

/// How many limbs make a tile: up to four, as long as the thread with the most of them gets hardly more than in shares of
/// single limbs.
fn tile_width(limbs: usize, threads: usize) -> usize {
    let most = |width: usize| limbs.min(limbs.div_ceil(width).div_ceil(threads) * width);
    (2..=4).rev().find(|width| most(*width) <= most(1) + most(1) / 8).unwrap_or(1)
}

impl Deref for Buffer {
    type Target = [Limb];
    fn deref(&self) -> &[Limb] {
        &self.limbs
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [Limb] {
        &mut self.limbs
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.pool.kept().append(&mut self.limbs);
    }
}

/// Names the length, not the numbers: they may be secret.
impl fmt::Debug for Limb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limb").field("len", &self.len).finish_non_exhaustive()
    }
}

/// Names how many limbs there are.
impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffer").field("limbs", &self.limbs.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(limb: &Limb) -> usize {
        limb.as_ptr() as usize
    }

    #[test]
    fn memory_is_used_again_and_begins_with_a_line() {
        let pool = Arc::new(Pool::new(64));
        let first = pool.take(3);
        assert!(first.iter().all(|limb| limb.len() == 64 && address(limb).is_multiple_of(64)));
        let place = address(&first[0]);
        drop(first);
        let (a, b) = (pool.take(2), pool.take(1));
        assert!(a.iter().chain(&*b).any(|limb| address(limb) == place));
    }

    #[test]
    fn no_more_is_held_than_was_once_in_use() {
        let pool = Arc::new(Pool::new(8));
        let mut most = 0;
        for count in [1, 2, 3, 4, 6, 8, 12, 16, 12, 8, 5, 1] {
            drop([pool.take(count), pool.take(count)]);
            most = most.max(2 * count);
            assert_eq!(pool.kept().len(), most);
        }
    }

    #[test]
    fn tiles_are_wide_where_all_threads_get_their_share() {
        assert_eq!([1, 5, 23].map(|limbs| tile_width(limbs, 1)), [4; 3]);
        assert_eq!([2, 4, 5, 11, 23].map(|limbs| tile_width(limbs, 2)), [1, 2, 3, 3, 4]);
        assert_eq!([9, 24].map(|limbs| tile_width(limbs, 16)), [1, 2]);
    }
}
