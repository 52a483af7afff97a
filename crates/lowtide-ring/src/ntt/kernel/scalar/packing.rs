//! Residues into their packing.

use crate::Modulus;

/// Packs residues, word by word, into the first of those bytes, which are zero and go on for a word and more beyond. Whether
/// all are residues.
pub(crate) fn pack(residues: &[u64], out: &mut [u8], q: Modulus) -> bool {
    // What is above q - 1 has a highest bit, or leaves one in a difference below zero.
    let signs = residues.iter().fold(0, |signs, x| signs | x | (q.value() - 1).wrapping_sub(*x));
    let mut words = out.as_chunks_mut::<8>().0.iter_mut();
    let mut put =
        |word: u64| *words.next().expect("a word more than there are residues") = word.to_le_bytes();
    // The lowest `held` bits of `word` are still to be put.
    let (width, mut word, mut held) = (q.bits(), 0, 0);
    for residue in residues {
        word |= residue << held;
        held += width;
        if held >= u64::BITS {
            put(word);
            held -= u64::BITS;
            word = residue >> (width - held);
        }
    }
    put(word);
    signs >> 63 == 0
}
