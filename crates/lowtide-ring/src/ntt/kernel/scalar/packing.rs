//! Residues into their packing.

use crate::{Modulus, packed::GROUP};

/// Packs residues into the first of those bytes, which go on for two words and more beyond. Whether all are residues.
pub(crate) fn pack(residues: &[u64], out: &mut [u8], q: Modulus) -> bool {
    // What is above q - 1 has a highest bit, or leaves one in a difference below zero.
    let signs = residues.iter().fold(0, |signs, x| signs | x | (q.value() - 1).wrapping_sub(*x));
    let (groups, rest) = residues.as_chunks::<GROUP>();
    let mut last = [0; GROUP];
    last[..rest.len()].copy_from_slice(rest);
    let groups = groups.iter().chain((!rest.is_empty()).then_some(&last));
    let width = q.bits() as usize;
    for (group, start) in groups.zip((0..).step_by(width)) {
        // Each residue is written together with what is taken of its first byte, and so is what follows, at first as zeros.
        let begin = |lane: usize| (start + lane * width / 8, lane * width % 8);
        if width + 7 < 64 {
            let mut taken = 0;
            for (lane, residue) in group.iter().enumerate() {
                let ((byte, bit), (next, _)) = (begin(lane), begin(lane + 1));
                let word = residue << bit | taken;
                out[byte..byte + 8].copy_from_slice(&word.to_le_bytes());
                taken = word >> (8 * (next - byte));
            }
        } else {
            let mut taken = 0;
            for (lane, residue) in group.iter().enumerate() {
                let ((byte, bit), (next, _)) = (begin(lane), begin(lane + 1));
                let word = u128::from(*residue) << bit | taken;
                out[byte..byte + 16].copy_from_slice(&word.to_le_bytes());
                taken = word >> (8 * (next - byte));
            }
        }
    }
    signs >> 63 == 0
}
