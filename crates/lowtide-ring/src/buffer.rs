//! Memory for residues: it begins with a cache line and is used again.
//!
//! Limbs are large. Fresh from the system each page of them costs a fault and a clearing, more than many an operation on
//! them; so each chain of primes keeps what was given back. It never holds more, in use and kept, than was once in use.

use std::{
    collections::BTreeMap,
    fmt,
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Words of a cache line.
const LINE: usize = 8;

/// What was given back, for limbs of one length.
pub(crate) struct Pool {
    degree: usize,
    shelves: Mutex<Shelves>,
}

#[derive(Default)]
struct Shelves {
    /// By words.
    kept: BTreeMap<usize, Vec<Vec<u64>>>,
    kept_words: usize,
    used_words: usize,
    most_used: usize,
}

impl Pool {
    pub(crate) fn new(degree: usize) -> Self {
        Self { degree, shelves: Mutex::default() }
    }

    /// Room for some limbs, which hold whatever was there before.
    pub(crate) fn take(self: &Arc<Self>, limbs: usize) -> Buffer {
        let words = size_class(limbs) * self.degree + LINE;
        let known = self.shelves().take(words);
        let words = known.unwrap_or_else(|| vec![0; words]);
        let start = words.as_ptr().align_offset(LINE * size_of::<u64>());
        // An allocation whose alignment cannot be known is used from its beginning: slower, and right.
        let start = if start < LINE { start } else { 0 };
        Buffer { words, start, len: limbs * self.degree, pool: Arc::clone(self) }
    }

    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelves {
    fn take(&mut self, words: usize) -> Option<Vec<u64>> {
        self.used_words += words;
        let found = self.kept.get_mut(&words).and_then(Vec::pop);
        if found.is_some() {
            self.kept_words -= words;
        } else {
            self.most_used = self.most_used.max(self.used_words);
            while self.kept_words + self.used_words > self.most_used {
                self.forget_one();
            }
        }
        found
    }

    fn put(&mut self, words: Vec<u64>) {
        self.used_words -= words.len();
        self.kept_words += words.len();
        self.kept.entry(words.len()).or_default().push(words);
    }

    /// Gives one of the largest back to the system.
    fn forget_one(&mut self) {
        let Some(mut shelf) = self.kept.last_entry() else { return };
        if let Some(words) = shelf.get_mut().pop() {
            self.kept_words -= words.len();
        }
        if shelf.get().is_empty() {
            shelf.remove();
        }
    }
}

/// How many limbs the memory for so many has room for: the next power of two, or half way to it, so that what one level
/// gives back fits another.
const fn size_class(limbs: usize) -> usize {
    let power = limbs.next_power_of_two();
    if power > 2 && limbs <= power / 4 * 3 { power / 4 * 3 } else { power }
}

/// Some limbs' worth of numbers, which goes back to its chain when dropped. Fresh from [`Basis::scratch`] it holds
/// whatever was there before.
///
/// [`Basis::scratch`]: crate::Basis::scratch
pub struct Buffer {
    words: Vec<u64>,
    start: usize,
    len: usize,
    pool: Arc<Pool>,
}

/// Limb by limb: the limbs number `0, 1, ...` of all buffers, `n` numbers each.
pub(crate) fn limbs<const K: usize>(
    buffers: &mut [Buffer; K],
    n: usize,
) -> impl ExactSizeIterator<Item = [&mut [u64]; K]> {
    let mut chunks = buffers.each_mut().map(|buffer| buffer.chunks_exact_mut(n));
    let count = chunks.iter().map(ExactSizeIterator::len).min().unwrap_or(0);
    (0..count).map(move |_| chunks.each_mut().map(|limbs| limbs.next().expect("counted")))
}

impl Deref for Buffer {
    type Target = [u64];
    fn deref(&self) -> &[u64] {
        &self.words[self.start..self.start + self.len]
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u64] {
        &mut self.words[self.start..self.start + self.len]
    }
}

impl Clone for Buffer {
    fn clone(&self) -> Self {
        let mut copy = self.pool.take(self.len / self.pool.degree);
        copy.copy_from_slice(self);
        copy
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.pool.shelves().put(std::mem::take(&mut self.words));
    }
}

/// Names the length, not the numbers: they may be secret.
impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffer").field("len", &self.len).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_used_again_and_begins_with_a_line() {
        let pool = Arc::new(Pool::new(64));
        let address = |buffer: &Buffer| buffer.as_ptr() as usize;
        let first = pool.take(3);
        assert_eq!((first.len(), address(&first) % 64), (192, 0));
        let place = address(&first);
        drop(first);
        assert_eq!(address(&pool.take(3)), place);
        let (a, b) = (pool.take(3), pool.take(3));
        assert_ne!(address(&a), address(&b));
        assert_eq!(address(&a.clone()) % 64, 0);
    }

    #[test]
    fn no_more_is_held_than_was_once_in_use() {
        let pool = Arc::new(Pool::new(8));
        for limbs in [1, 2, 3, 4, 6, 8, 12, 16, 12, 8, 5, 1] {
            drop([pool.take(limbs), pool.take(limbs)]);
            let shelves = pool.shelves();
            assert!(shelves.kept_words + shelves.used_words <= shelves.most_used);
            assert_eq!(shelves.used_words, 0);
            assert_eq!(shelves.kept_words, shelves.kept.values().flatten().map(Vec::len).sum::<usize>());
        }
    }

    #[test]
    fn classes_are_large_enough_and_not_much_larger() {
        for limbs in 1..100 {
            assert!(size_class(limbs) >= limbs && 2 * size_class(limbs) < 3 * limbs + 2, "{limbs}");
        }
    }
}
