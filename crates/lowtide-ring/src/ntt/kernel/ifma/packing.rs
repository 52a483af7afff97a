//! Residues into and out of their packing, eight at a time.

use std::arch::x86_64::*;

use super::{
    super::{fetch_ahead, packed_bytes, scalar},
    LANES, load, load_bytes, splat, store_bytes,
};
use crate::{Modulus, PackedSlice};

/// Takes eight residues from as many bytes as they have bits.
pub(super) struct Unpack {
    bits: usize,
    /// For each lane the eight bytes from that on where its residue begins.
    bytes: __m512i,
    /// And the bit of the first of them.
    shifts: __m512i,
    mask: __m512i,
}

impl Unpack {
    #[target_feature(enable = "avx512f,avx512vbmi")]
    #[inline]
    pub(super) fn new(q: Modulus) -> Self {
        let bits = q.bits() as usize;
        let bytes = |lane: usize| u64::from_le_bytes(std::array::from_fn(|i| (lane * bits / 8 + i) as u8));
        let shift = |lane: usize| (lane * bits % 8) as u64;
        Self {
            bits,
            bytes: load(&std::array::from_fn(bytes)),
            shifts: load(&std::array::from_fn(shift)),
            mask: splat((1 << bits) - 1),
        }
    }

    /// The residues of a group.
    ///
    /// # Safety
    /// There is such a group, and its residues have the modulus' bits.
    #[target_feature(enable = "avx512f,avx512vbmi")]
    #[inline]
    pub(super) unsafe fn group(&self, packed: PackedSlice<'_>, i: usize) -> __m512i {
        let at = i * self.bits;
        fetch_ahead(packed, at);
        // SAFETY: a group that there is has a residue.
        let bytes = load_bytes(unsafe { packed_bytes(packed, at) });
        let bytes = _mm512_permutexvar_epi8(self.bytes, bytes);
        _mm512_and_si512(_mm512_srlv_epi64(bytes, self.shifts), self.mask)
    }
}

/// Packs residues into the first of those bytes, which go on for a vector and more beyond. Whether all are residues.
#[target_feature(enable = "avx512f,avx512vbmi")]
pub(crate) fn pack(residues: &[u64], out: &mut [u8], q: Modulus) -> bool {
    let bits = q.bits() as usize;
    if bits < 8 {
        // Three of them may share a byte.
        return scalar::pack(residues, out, q);
    }
    // A residue begins in its first byte as many bits up as are taken there, and then fits a word. Bytes that it shares with a
    // neighbour come from both: they are of different parity.
    let begin = |lane: usize| (lane * bits / 8, lane * bits % 8);
    let (mut masks, mut places) = ([0; 2], [[0; 64]; 2]);
    for lane in 0..LANES {
        let (byte, bit) = begin(lane);
        for i in 0..(bit + bits).div_ceil(8) {
            masks[lane % 2] |= 1_u64 << (byte + i);
            places[lane % 2][byte + i] = (8 * lane + i) as u8;
        }
    }
    let places = [load_bytes(&places[0]), load_bytes(&places[1])];
    let shifts = load(&std::array::from_fn(|lane| begin(lane).1 as u64));
    let (most, mut above) = (splat(q.value() - 1), 0);
    let (groups, rest) = residues.as_chunks();
    for (i, group) in groups.iter().enumerate() {
        let x = load(group);
        above |= _mm512_cmpgt_epu64_mask(x, most);
        let x = _mm512_sllv_epi64(x, shifts);
        let even = _mm512_maskz_permutexvar_epi8(masks[0], places[0], x);
        let odd = _mm512_maskz_permutexvar_epi8(masks[1], places[1], x);
        store_bytes(out[i * bits..].first_chunk_mut().expect("a margin"), _mm512_or_si512(even, odd));
    }
    scalar::pack(rest, &mut out[groups.len() * bits..], q) && above == 0
}
