//! Sums of products. Each product is brought below `p` before it is added, and the sum after every eight of them: so it
//! stays below `8 p`, an exact integer.

use std::arch::x86_64::*;

use super::{
    super::{Term, Weighted, fetch_ahead, packed_bytes, scalar},
    LANES, Prime, UNIT, factor, load, load_bytes, splat, store, to_float,
};
use crate::{Field, Modulus, Packed, field::Finish};

/// Vectors at a time: enough independent sums to hide the latency of an addition.
const WIDTH: usize = 4;

/// The number of products between two reductions.
const RUN: usize = 8;

/// Several sums at a time read each vector once. As many vectors are added at a time as leave every sum a register.
#[target_feature(enable = "avx2,fma")]
pub(crate) fn weighted_sums<const T: usize>(
    outs: [&mut [u64]; T],
    terms: &[Weighted<'_, T>],
    bytes: Option<Weighted<'_, T>>,
    q: [Modulus; T],
) {
    if T > 2 { weighted::<T, 2>(outs, terms, bytes, q) } else { weighted::<T, WIDTH>(outs, terms, bytes, q) }
}

#[target_feature(enable = "avx2,fma")]
fn weighted<const T: usize, const W: usize>(
    outs: [&mut [u64]; T],
    terms: &[Weighted<'_, T>],
    bytes: Option<Weighted<'_, T>>,
    q: [Modulus; T],
) {
    let zero = _mm256_setzero_pd();
    let p = q.map(|q| Prime::new(q));
    let factors_of = |weights: [u64; T]| {
        let mut factors = [(zero, zero); T];
        for t in 0..T {
            factors[t] = factor(weights[t], q[t]);
        }
        factors
    };
    let mut factors = [[(zero, zero); T]; Field::MAX_TERMS];
    for (factors, (_, weights)) in factors.iter_mut().zip(terms) {
        *factors = factors_of(*weights);
    }
    let multiples = bytes.map(|(bytes, weights)| (bytes, factors_of(weights)));
    let outs = outs.map(|out| {
        let blocks = out.len() / (LANES * W);
        out.split_at_mut(blocks * LANES * W)
    });
    let blocks = outs[0].0.len() / (LANES * W);
    for i in 0..blocks {
        let mut sums = [[zero; W]; T];
        if let Some((bytes, factors)) = multiples {
            for (j, bytes) in halves(bytes, i * W, W) {
                let x = to_float(_mm256_cvtepu8_epi64(_mm_cvtsi32_si128(bytes)));
                for t in 0..T {
                    sums[t][j] = p[t].mul(x, factors[t]);
                }
            }
        }
        for (run, factors) in terms.chunks(RUN).zip(factors.chunks(RUN)) {
            for ((vector, _), factors) in run.iter().zip(factors) {
                let vector = lanes::<W>(vector, i);
                for (j, x) in vector.iter().enumerate() {
                    let x = to_float(load(x));
                    for t in 0..T {
                        sums[t][j] = _mm256_add_pd(sums[t][j], p[t].mul(x, factors[t]));
                    }
                }
            }
            for t in 0..T {
                for sum in &mut sums[t] {
                    *sum = p[t].center(*sum);
                }
            }
        }
        for t in 0..T {
            let out = outs[t].0[i * LANES * W..][..LANES * W].as_chunks_mut().0;
            for (lanes, sum) in out.iter_mut().zip(sums[t]) {
                store(lanes, p[t].residue(sum));
            }
        }
    }
    scalar::weighted_sums_from(blocks * LANES * W, outs.map(|out| out.1), terms, bytes, q);
}

/// `count` fours of bytes from the one number `first` on, with their numbers.
fn halves(bytes: &[u64], first: usize, count: usize) -> impl Iterator<Item = (usize, i32)> {
    (0..count).map(move |j| (j, (bytes[(first + j) / 2] >> (32 * ((first + j) % 2))) as i32))
}

#[target_feature(enable = "avx2,fma")]
pub(crate) fn inner_products<const K: usize>(
    outs: [&mut [u64]; K],
    terms: &[Term<'_, K>],
    finish: &Finish<'_, K>,
    q: Modulus,
) {
    if finish.joins {
        finished::<K, true>(outs, terms, finish, q);
    } else {
        finished::<K, false>(outs, terms, finish, q);
    }
}

/// Inner products that join what is there, or do not: known to the compiler, as the loop is slower for a choice in it.
#[target_feature(enable = "avx2,fma")]
fn finished<const K: usize, const JOINS: bool>(
    outs: [&mut [u64]; K],
    terms: &[Term<'_, K>],
    finish: &Finish<'_, K>,
    q: Modulus,
) {
    let (p, unpack) = (Prime::new(q), Unpack::new(q));
    let [weight, scale] = [finish.weight, finish.scale.value()].map(|w| factor(w, q));
    let zero = _mm256_setzero_pd();
    let blocks = outs[0].len() / (LANES * WIDTH);
    for i in 0..blocks {
        let mut sums = [[zero; WIDTH]; K];
        for (sums, addend) in sums.iter_mut().zip(finish.addends) {
            for (sum, x) in
                sums.iter_mut().zip(addend.into_iter().flat_map(|addend| lanes::<WIDTH>(addend, i)))
            {
                *sum = p.mul(to_float(load(x)), weight);
            }
        }
        for run in terms.chunks(RUN) {
            for (x, y) in run {
                let x = lanes::<WIDTH>(x, i);
                for j in 0..WIDTH {
                    let x = to_float(load(&x[j]));
                    for k in 0..K {
                        // SAFETY: all vectors are of one length, and of this modulus.
                        let y = to_float(unsafe { unpack.half(y[k], i * WIDTH + j) });
                        sums[k][j] = _mm256_add_pd(sums[k][j], p.mul_add(x, y, zero));
                    }
                }
            }
            for sum in sums.as_flattened_mut() {
                *sum = p.center(*sum);
            }
        }
        for k in 0..K {
            let less = finish.less.map(|less| lanes::<WIDTH>(less[k], i));
            let mut finished = [0; LANES * WIDTH];
            for (j, out) in finished.as_chunks_mut().0.iter_mut().enumerate() {
                let mut sum = p.mul(sums[k][j], scale);
                if let Some(less) = less {
                    sum = p.center(_mm256_sub_pd(sum, to_float(load(&less[j]))));
                }
                store(out, p.residue(sum));
            }
            let out = outs[k].as_chunks_mut::<8>().0;
            for (j, block) in finished.as_chunks::<8>().0.iter().enumerate() {
                let place = i * LANES * WIDTH / 8 + j;
                let mut write = |place: usize, block: [u64; 8]| {
                    if JOINS {
                        out[place].iter_mut().zip(block).for_each(|(out, x)| *out = q.add(*out, x));
                    } else {
                        out[place] = block;
                    }
                };
                match finish.turn.map(|turn| turn.blocks().target(place)) {
                    None => write(place, *block),
                    Some((target, order)) => write(target, order.map(|place| block[place as usize % 8])),
                }
            }
        }
    }
    scalar::inner_products_from(blocks * LANES * WIDTH, outs, terms, finish, q);
}

/// Takes four residues, half of a group, from half as many bytes as they have bits; half a byte more or less, where these
/// are odd.
struct Unpack {
    bits: usize,
    /// By half of a group: where its first and where its third residue begins.
    starts: [[usize; 2]; 2],
    /// By half of a group: for each lane the eight bytes of its residue, from those beginnings.
    bytes: [__m256i; 2],
    /// And the bit of the first of them.
    shifts: [__m256i; 2],
    mask: __m256i,
}

impl Unpack {
    #[target_feature(enable = "avx2")]
    #[inline]
    fn new(q: Modulus) -> Self {
        let bits = q.bits() as usize;
        let starts = [0, 1].map(|half| [0, 2].map(|lane| (4 * half + lane) * bits / 8));
        let bytes = |half: usize, lane: usize| {
            let start = (4 * half + lane) * bits / 8 - starts[half][lane / 2];
            u64::from_le_bytes(std::array::from_fn(|i| (start + i) as u8))
        };
        let shift = |half: usize, lane: usize| ((4 * half + lane) * bits % 8) as u64;
        Self {
            bits,
            starts,
            bytes: [0, 1].map(|half| load(&std::array::from_fn(|lane| bytes(half, lane)))),
            shifts: [0, 1].map(|half| load(&std::array::from_fn(|lane| shift(half, lane)))),
            mask: splat((1 << bits) - 1),
        }
    }

    /// The residues of half a group.
    ///
    /// # Safety
    /// There is such a group, and its residues have the modulus' bits.
    #[target_feature(enable = "avx2")]
    #[inline]
    unsafe fn half(&self, packed: &Packed, i: usize) -> __m256i {
        let (half, at) = (i % 2, i / 2 * self.bits);
        if half == 0 {
            fetch_ahead(packed, at);
        }
        // SAFETY: a group that there is has a residue.
        let part = |start: usize| load_bytes(unsafe { packed_bytes(packed, at + start) });
        let [low, high] = self.starts[half].map(part);
        let bytes = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), self.bytes[half]);
        _mm256_and_si256(_mm256_srlv_epi64(bytes, self.shifts[half]), self.mask)
    }
}

/// `a_0 b_0`, `a_0 b_1 + a_1 b_0` and `a_1 b_1`.
#[target_feature(enable = "avx2,fma")]
pub(crate) fn tensor(outs: [&mut [u64]; 3], a: [&[u64]; 2], b: [&[u64]; 2], q: Modulus) {
    let (p, zero) = (Prime::new(q), _mm256_setzero_pd());
    let outs = outs.map(|out| out.as_chunks_mut::<LANES>());
    let [a, b] = [a, b].map(|pair| pair.map(|x| x.as_chunks::<LANES>()));
    for i in 0..outs[0].0.len() {
        let (a0, a1) = (to_float(load(&a[0].0[i])), to_float(load(&a[1].0[i])));
        let (b0, b1) = (to_float(load(&b[0].0[i])), to_float(load(&b[1].0[i])));
        let d1 = _mm256_add_pd(p.mul_add(a0, b1, zero), p.mul_add(a1, b0, zero));
        store(&mut outs[0].0[i], p.residue(p.mul_add(a0, b0, zero)));
        store(&mut outs[1].0[i], p.residue(p.center(d1)));
        store(&mut outs[2].0[i], p.residue(p.mul_add(a1, b1, zero)));
    }
    scalar::tensor(outs.map(|out| out.1), a.map(|x| x.1), b.map(|x| x.1), q);
}

/// The portable code in vectors, for numbers below `2^52`: every product and every sum is rounded here too.
#[target_feature(enable = "avx2,fma")]
pub(crate) fn rounded_sum(out: &mut [u64], terms: &[(&[u64], f64)]) {
    scalar::rounded_sum_by(out, terms, |x| f64::from_bits(UNIT.to_bits() | x) - UNIT);
}

/// The `i`th block of a vector.
#[inline]
fn lanes<const W: usize>(vector: &[u64], i: usize) -> &[[u64; LANES]; W] {
    vector[i * LANES * W..].as_chunks().0.first_chunk().expect("a block")
}
