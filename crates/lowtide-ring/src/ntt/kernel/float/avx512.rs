//! Eight lanes: AVX-512 F, DQ, BW and VL, for CPUs that lack IFMA.

use std::arch::x86_64::*;

use super::{
    super::{fetch_ahead, packed_bytes, scalar},
    Vectors,
    vectors::instructions,
};
use crate::{Modulus, PackedSlice};

/// The proof that the CPU has AVX-512 F, DQ, BW and VL.
#[derive(Clone, Copy)]
pub(crate) struct Avx512(());

impl Avx512 {
    /// # Safety
    /// The CPU has AVX-512 F, DQ, BW and VL.
    pub(crate) const unsafe fn new() -> Self {
        Self(())
    }
}

impl Vectors<8> for Avx512 {
    type Float = __m512d;
    type Word = __m512i;
    type Unpack = Unpack;

    #[inline(always)]
    fn run<R>(self, work: impl FnOnce() -> R) -> R {
        #[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl")]
        #[inline]
        fn with<R>(work: impl FnOnce() -> R) -> R {
            work()
        }
        // SAFETY: whoever owns `self` has proved that the CPU has these instructions.
        unsafe { with(work) }
    }

    instructions! {
        fn splat(x: u64) -> __m512i { _mm512_set1_epi64(x.cast_signed()) }
        fn load(lanes: &[u64; 8]) -> __m512i { _mm512_loadu_si512(lanes.as_ptr().cast()) }
        fn reversed(x: __m512i) -> __m512i {
            _mm512_permutexvar_epi64(_mm512_set_epi64(0, 1, 2, 3, 4, 5, 6, 7), x)
        }
        fn and(x: __m512i, y: __m512i) -> __m512i { _mm512_and_si512(x, y) }
        fn above_52(x: __m512i) -> __m512i { _mm512_srli_epi64::<52>(x) }

        fn number(x: f64) -> __m512d { _mm512_set1_pd(x) }
        fn numbers(lanes: &[f64; 8]) -> __m512d { _mm512_loadu_pd(lanes.as_ptr()) }
        fn of_bits(x: __m512i) -> __m512d { _mm512_castsi512_pd(x) }
        fn bits(x: __m512d) -> __m512i { _mm512_castpd_si512(x) }
        fn to_float(x: __m512i) -> __m512d { _mm512_cvtepi64_pd(x) }
        fn to_integer(x: __m512d) -> __m512i { _mm512_cvtpd_epi64(x) }
        fn add(x: __m512d, y: __m512d) -> __m512d { _mm512_add_pd(x, y) }
        fn sub(x: __m512d, y: __m512d) -> __m512d { _mm512_sub_pd(x, y) }
        fn mul(x: __m512d, y: __m512d) -> __m512d { _mm512_mul_pd(x, y) }
        fn mul_add(x: __m512d, y: __m512d, z: __m512d) -> __m512d { _mm512_fmadd_pd(x, y, z) }
        fn mul_sub(x: __m512d, y: __m512d, z: __m512d) -> __m512d { _mm512_fmsub_pd(x, y, z) }
        fn sub_mul(z: __m512d, x: __m512d, y: __m512d) -> __m512d { _mm512_fnmadd_pd(x, y, z) }
        fn or(x: __m512d, y: __m512d) -> __m512d { _mm512_or_pd(x, y) }
        fn xor(x: __m512d, y: __m512d) -> __m512d { _mm512_xor_pd(x, y) }
        fn add_below_zero(x: __m512d, p: __m512d) -> __m512d {
            _mm512_mask_add_pd(x, _mm512_cmp_pd_mask::<_CMP_LT_OQ>(x, _mm512_setzero_pd()), x, p)
        }

        fn twice_even(x: __m512d) -> __m512d { _mm512_movedup_pd(x) }
        fn transpose(pair: [__m512d; 2]) -> [__m512d; 2] {
            [_mm512_unpacklo_pd(pair[0], pair[1]), _mm512_unpackhi_pd(pair[0], pair[1])]
        }
    }

    #[inline(always)]
    fn store(self, lanes: &mut [u64; 8], x: __m512i) {
        // SAFETY: the CPU has AVX-512; the reference may be written for eight words, and the store asks for no alignment.
        unsafe { _mm512_storeu_si512(lanes.as_mut_ptr().cast(), x) }
    }

    // Below zero a difference reads as a huge number.
    instructions! {
        fn sum(x: __m512i, y: __m512i, q: __m512i) -> __m512i {
            let sum = _mm512_add_epi64(x, y);
            _mm512_min_epu64(sum, _mm512_sub_epi64(sum, q))
        }
        fn difference(x: __m512i, y: __m512i, q: __m512i) -> __m512i {
            let difference = _mm512_sub_epi64(x, y);
            _mm512_min_epu64(difference, _mm512_add_epi64(difference, q))
        }
        fn negative(x: __m512i, q: __m512i) -> __m512i {
            _mm512_maskz_sub_epi64(_mm512_test_epi64_mask(x, x), q, x)
        }
    }

    #[inline(always)]
    fn reorder(self, block: &[u64; 8], order: &[u64; 8]) -> [u64; 8] {
        let mut lanes = [0; 8];
        // SAFETY: the CPU has AVX-512 F.
        self.store(&mut lanes, unsafe { _mm512_permutexvar_epi64(self.load(order), self.load(block)) });
        lanes
    }

    #[inline(always)]
    fn join(self, leaves: &[[u64; 4]], i: usize) -> [__m512d; 2] {
        // SAFETY: the CPU has AVX-512 F; the references may be read for four words, and loads ask for no alignment.
        unsafe {
            let row = |leaf: usize| _mm256_loadu_pd(leaves[8 * leaf + i].as_ptr().cast());
            let first = _mm512_insertf64x4::<1>(_mm512_castpd256_pd512(row(0)), row(1));
            let second = _mm512_insertf64x4::<1>(_mm512_castpd256_pd512(row(2)), row(3));
            [
                _mm512_shuffle_f64x2::<0b10_00_10_00>(first, second),
                _mm512_shuffle_f64x2::<0b11_01_11_01>(first, second),
            ]
        }
    }

    #[inline(always)]
    fn split(self, leaves: &mut [[u64; 4]], i: usize, [lower, upper]: [__m512d; 2]) {
        // SAFETY: the CPU has AVX-512 F.
        let pairs = unsafe {
            [
                _mm512_permutex2var_pd(lower, _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), upper),
                _mm512_permutex2var_pd(lower, _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15), upper),
            ]
        };
        for (pair, start) in pairs.into_iter().zip([0, 16]) {
            // SAFETY: the CPU has AVX-512 F; the references may be written for four words, and stores ask for no alignment.
            unsafe {
                _mm256_storeu_pd(leaves[start + i].as_mut_ptr().cast(), _mm512_castpd512_pd256(pair));
                let upper = _mm512_extractf64x4_pd::<1>(pair);
                _mm256_storeu_pd(leaves[start + 8 + i].as_mut_ptr().cast(), upper);
            }
        }
    }

    /// Every other residue at a time: shifted to where it begins in a word of 16 bits, it lies in four of them.
    #[inline(always)]
    fn pack(self, residues: &[u64], out: &mut [u8], q: Modulus) -> bool {
        let bits = q.bits() as usize;
        if bits < 32 {
            // Three of them may share a word, or four have none apart.
            return scalar::pack(residues, out, q);
        }
        let begin = |lane: usize| (lane * bits / 16, lane * bits % 16);
        let (mut masks, mut places) = ([0; 2], [[0_u64; 8]; 2]);
        for lane in 0..8 {
            let (first, bit) = begin(lane);
            for i in 0..(bit + bits).div_ceil(16) {
                let word = first + i;
                masks[lane % 2] |= 1 << word;
                places[lane % 2][word / 4] |= ((4 * lane + i) as u64) << (word % 4 * 16);
            }
        }
        let places = [self.load(&places[0]), self.load(&places[1])];
        let shifts = self.load(&std::array::from_fn(|lane| begin(lane).1 as u64));
        let (most, mut above) = (self.splat(q.value() - 1), 0);
        let (groups, rest) = residues.as_chunks();
        for (i, group) in groups.iter().enumerate() {
            let x = self.load(group);
            let out: &mut [u8; 64] = out[i * bits..].first_chunk_mut().expect("a margin");
            // SAFETY: the CPU has AVX-512 F and BW; the reference may be written for 64 bytes, the store asks for no alignment.
            unsafe {
                above |= _mm512_cmpgt_epu64_mask(x, most);
                let x = _mm512_sllv_epi64(x, shifts);
                let even = _mm512_maskz_permutexvar_epi16(masks[0], places[0], x);
                let odd = _mm512_maskz_permutexvar_epi16(masks[1], places[1], x);
                _mm512_storeu_si512(out.as_mut_ptr().cast(), _mm512_or_si512(even, odd));
            }
        }
        scalar::pack(rest, &mut out[groups.len() * bits..], q) && above == 0
    }

    /// Bytes of any distance are moved by VBMI only: words of 16 bits are, and what is left is shifted.
    #[inline(always)]
    fn unpack(self, q: Modulus) -> Unpack {
        let bits = q.bits() as usize;
        let words = |lane: usize| {
            let first = lane * bits / 16;
            (0..4).map(|i| ((first + i) as u64) << (16 * i)).sum()
        };
        let shift = |lane: usize| (lane * bits % 16) as u64;
        Unpack {
            bits,
            words: self.load(&std::array::from_fn(words)),
            shifts: self.load(&std::array::from_fn(shift)),
            mask: self.splat((1 << bits) - 1),
        }
    }

    #[inline(always)]
    unsafe fn unpacked(self, unpack: &Unpack, packed: PackedSlice<'_>, i: usize) -> __m512i {
        let at = i * unpack.bits;
        fetch_ahead(packed, at);
        // SAFETY: the caller promises such residues; the CPU has AVX-512 F and BW, and the load asks for no alignment.
        unsafe {
            let bytes = _mm512_loadu_si512(packed_bytes::<64>(packed, at).as_ptr().cast());
            let words = _mm512_permutexvar_epi16(unpack.words, bytes);
            _mm512_and_si512(_mm512_srlv_epi64(words, unpack.shifts), unpack.mask)
        }
    }

    #[inline(always)]
    fn bytes(self, bytes: &[u64], i: usize) -> __m512d {
        // SAFETY: the CPU has AVX-512 F.
        self.to_float(unsafe { _mm512_cvtepu8_epi64(_mm_cvtsi64_si128(bytes[i].cast_signed())) })
    }
}

/// Takes eight residues, a group, from as many bytes as they have bits.
pub(crate) struct Unpack {
    bits: usize,
    /// For each lane the four words of 16 bits from that on where its residue begins. They hold it: a modulus has no more than
    /// 50 bits, and a residue begins in the last bit of a word only where that number is odd.
    words: __m512i,
    /// And the bit of the first of them.
    shifts: __m512i,
    mask: __m512i,
}
