//! Four lanes: AVX2 and FMA.

use std::arch::x86_64::*;

use super::{
    super::{fetch_ahead, packed_bytes, scalar},
    UNIT, Vectors,
    vectors::instructions,
};
use crate::{Modulus, PackedSlice};

/// The proof that the CPU has AVX2 and FMA.
#[derive(Clone, Copy)]
pub(crate) struct Avx2(());

impl Avx2 {
    /// # Safety
    /// The CPU has AVX2 and FMA.
    pub(crate) const unsafe fn new() -> Self {
        Self(())
    }
}

impl Vectors<4> for Avx2 {
    type Float = __m256d;
    type Word = __m256i;
    type Unpack = Unpack;

    #[inline(always)]
    fn run<R>(self, work: impl FnOnce() -> R) -> R {
        #[target_feature(enable = "avx2,fma")]
        #[inline]
        fn with<R>(work: impl FnOnce() -> R) -> R {
            work()
        }
        // SAFETY: whoever owns `self` has proved that the CPU has these instructions.
        unsafe { with(work) }
    }

    instructions! {
        fn splat(x: u64) -> __m256i { _mm256_set1_epi64x(x.cast_signed()) }
        fn load(lanes: &[u64; 4]) -> __m256i { _mm256_loadu_si256(lanes.as_ptr().cast()) }
        fn reversed(x: __m256i) -> __m256i { _mm256_permute4x64_epi64::<0b00_01_10_11>(x) }
        fn and(x: __m256i, y: __m256i) -> __m256i { _mm256_and_si256(x, y) }
        fn above_52(x: __m256i) -> __m256i { _mm256_srli_epi64::<52>(x) }

        fn number(x: f64) -> __m256d { _mm256_set1_pd(x) }
        fn numbers(lanes: &[f64; 4]) -> __m256d { _mm256_loadu_pd(lanes.as_ptr()) }
        fn of_bits(x: __m256i) -> __m256d { _mm256_castsi256_pd(x) }
        fn bits(x: __m256d) -> __m256i { _mm256_castpd_si256(x) }
        fn add(x: __m256d, y: __m256d) -> __m256d { _mm256_add_pd(x, y) }
        fn sub(x: __m256d, y: __m256d) -> __m256d { _mm256_sub_pd(x, y) }
        fn mul(x: __m256d, y: __m256d) -> __m256d { _mm256_mul_pd(x, y) }
        fn mul_add(x: __m256d, y: __m256d, z: __m256d) -> __m256d { _mm256_fmadd_pd(x, y, z) }
        fn mul_sub(x: __m256d, y: __m256d, z: __m256d) -> __m256d { _mm256_fmsub_pd(x, y, z) }
        fn sub_mul(z: __m256d, x: __m256d, y: __m256d) -> __m256d { _mm256_fnmadd_pd(x, y, z) }
        fn or(x: __m256d, y: __m256d) -> __m256d { _mm256_or_pd(x, y) }
        fn xor(x: __m256d, y: __m256d) -> __m256d { _mm256_xor_pd(x, y) }

        fn twice_even(x: __m256d) -> __m256d { _mm256_movedup_pd(x) }
        fn transpose(pair: [__m256d; 2]) -> [__m256d; 2] {
            [_mm256_unpacklo_pd(pair[0], pair[1]), _mm256_unpackhi_pd(pair[0], pair[1])]
        }
    }

    #[inline(always)]
    fn store(self, lanes: &mut [u64; 4], x: __m256i) {
        // SAFETY: the CPU has AVX; the reference may be written for four words, and the store asks for no alignment.
        unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), x) }
    }

    instructions! {
        fn sum(x: __m256i, y: __m256i, q: __m256i) -> __m256i {
            let sum = _mm256_add_epi64(x, y);
            let below = _mm256_cmpgt_epi64(q, sum);
            _mm256_sub_epi64(sum, _mm256_andnot_si256(below, q))
        }
        fn difference(x: __m256i, y: __m256i, q: __m256i) -> __m256i {
            let less = _mm256_cmpgt_epi64(y, x);
            _mm256_add_epi64(_mm256_sub_epi64(x, y), _mm256_and_si256(less, q))
        }
        fn negative(x: __m256i, q: __m256i) -> __m256i {
            let zero = _mm256_cmpeq_epi64(x, _mm256_setzero_si256());
            _mm256_andnot_si256(zero, _mm256_sub_epi64(q, x))
        }
        fn to_float(x: __m256i) -> __m256d {
            let unit = _mm256_set1_pd(UNIT);
            _mm256_sub_pd(_mm256_or_pd(_mm256_castsi256_pd(x), unit), unit)
        }
        fn to_integer(x: __m256d) -> __m256i {
            let unit = _mm256_set1_pd(UNIT);
            _mm256_castpd_si256(_mm256_xor_pd(_mm256_add_pd(x, unit), unit))
        }
        fn add_below_zero(x: __m256d, p: __m256d) -> __m256d {
            let negative = _mm256_cmp_pd::<_CMP_LT_OQ>(x, _mm256_setzero_pd());
            _mm256_add_pd(x, _mm256_and_pd(negative, p))
        }
    }

    /// Two registers would take eight shuffles and blends for what loads of single numbers do as well.
    #[inline(always)]
    fn reorder(self, block: &[u64; 8], order: &[u64; 8]) -> [u64; 8] {
        order.map(in_line!(|place| block[place as usize % 8]))
    }

    /// Loads by halves, unlike shuffles, find a free port.
    #[inline(always)]
    fn join(self, leaves: &[[u64; 4]], i: usize) -> [__m256d; 2] {
        let ([a, b], _) = leaves[i].as_chunks::<2>() else { unreachable!("two halves") };
        let ([c, d], _) = leaves[8 + i].as_chunks::<2>() else { unreachable!("two halves") };
        // SAFETY: the CPU has AVX; the references may be read for two words, and loads ask for no alignment.
        unsafe {
            [
                _mm256_set_m128d(_mm_loadu_pd(c.as_ptr().cast()), _mm_loadu_pd(a.as_ptr().cast())),
                _mm256_set_m128d(_mm_loadu_pd(d.as_ptr().cast()), _mm_loadu_pd(b.as_ptr().cast())),
            ]
        }
    }

    /// By halves as well: what joins them first, a compiler merges with the transposition, to more shuffles than both take.
    #[inline(always)]
    fn split(self, leaves: &mut [[u64; 4]], i: usize, halves: [__m256d; 2]) {
        for (half, x) in halves.into_iter().enumerate() {
            // SAFETY: the CPU has AVX; the references may be written for two words, and stores ask for no alignment.
            unsafe {
                let two = |leaf: &mut [u64; 4]| leaf[2 * half..].as_mut_ptr().cast();
                _mm_storeu_pd(two(&mut leaves[i]), _mm256_castpd256_pd128(x));
                _mm_storeu_pd(two(&mut leaves[8 + i]), _mm256_extractf128_pd::<1>(x));
            }
        }
    }

    #[inline(always)]
    fn pack(self, residues: &[u64], out: &mut [u8], q: Modulus) -> bool {
        scalar::pack(residues, out, q)
    }

    #[inline(always)]
    fn unpack(self, q: Modulus) -> Unpack {
        let bits = q.bits() as usize;
        let starts = [0, 1].map(|half| [0, 2].map(|lane| (4 * half + lane) * bits / 8));
        let bytes = |half: usize| {
            std::array::from_fn(|lane| {
                let start = (4 * half + lane) * bits / 8 - starts[half][lane / 2];
                u64::from_le_bytes(std::array::from_fn(|i| (start + i) as u8))
            })
        };
        let shifts = |half: usize| std::array::from_fn(|lane| ((4 * half + lane) * bits % 8) as u64);
        Unpack {
            bits,
            starts,
            bytes: [self.load(&bytes(0)), self.load(&bytes(1))],
            shifts: [self.load(&shifts(0)), self.load(&shifts(1))],
            mask: self.splat((1 << bits) - 1),
        }
    }

    #[inline(always)]
    unsafe fn unpacked(self, unpack: &Unpack, packed: PackedSlice<'_>, i: usize) -> __m256i {
        let (half, at) = (i % 2, i / 2 * unpack.bits);
        if half == 0 {
            fetch_ahead(packed, at);
        }
        let [low, high] = unpack.starts[half];
        // SAFETY: the caller promises such residues; the CPU has AVX2, and loads ask for no alignment.
        unsafe {
            let low = _mm_loadu_si128(packed_bytes::<16>(packed, at + low).as_ptr().cast());
            let high = _mm_loadu_si128(packed_bytes::<16>(packed, at + high).as_ptr().cast());
            let bytes = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), unpack.bytes[half]);
            _mm256_and_si256(_mm256_srlv_epi64(bytes, unpack.shifts[half]), unpack.mask)
        }
    }

    #[inline(always)]
    fn bytes(self, bytes: &[u64], i: usize) -> __m256d {
        let four = (bytes[i / 2] >> (32 * (i % 2))) as i32;
        // SAFETY: the CPU has AVX2.
        self.to_float(unsafe { _mm256_cvtepu8_epi64(_mm_cvtsi32_si128(four)) })
    }
}

/// Takes four residues, half of a group, from half as many bytes as they have bits; half a byte more or less, where these
/// are odd.
pub(crate) struct Unpack {
    bits: usize,
    /// By half of a group: where its first and where its third residue begins.
    starts: [[usize; 2]; 2],
    /// By half of a group: for each lane the eight bytes of its residue, from those beginnings.
    bytes: [__m256i; 2],
    /// And the bit of the first of them.
    shifts: [__m256i; 2],
    mask: __m256i,
}
