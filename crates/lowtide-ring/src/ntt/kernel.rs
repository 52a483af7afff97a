//! Where a call finds its kernel: one line an operation, one `match` on an [`Isa`](crate::Isa) that proves what the
//! CPU has.
//!
//! Unsafe code of this project lives here and below, and in no other place: in these dispatching calls, and in the
//! loads and stores of vectors.

#![allow(unsafe_code)]

use super::Ntt;
#[cfg(target_arch = "x86_64")]
use crate::isa::Kind;
use crate::{Field, Isa, Packed, PackedSlice, Shoup, field::Finish};

/// A closure that is in line wherever it is called.
#[cfg(target_arch = "x86_64")]
macro_rules! in_line {
    ($closure:expr) => {
        #[inline(always)]
        $closure
    };
}

#[cfg(target_arch = "x86_64")]
mod float;
#[cfg(target_arch = "x86_64")]
mod ifma;
#[cfg(target_arch = "x86_64")]
mod plan;
mod scalar;
#[cfg(target_arch = "x86_64")]
mod stage;

#[cfg(target_arch = "x86_64")]
use float::{Avx2, Avx512, Vectors};

/// A vector and those that it is multiplied with, one for each sum.
pub(crate) type Term<'a, const K: usize> = (&'a [u64], [PackedSlice<'a>; K]);

/// A vector and its weights, one for each sum.
pub(crate) type Weighted<'a, const T: usize> = (&'a [u64], [u64; T]);

/// What weighted sums are taken of.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'a, const T: usize> {
    pub(crate) terms: &'a [Weighted<'a, T>],
    /// One more vector, of bytes: eight of them a word, the first one lowest.
    pub(crate) bytes: Option<Weighted<'a, T>>,
    /// One past the largest number in the vectors: the smaller, the less vector kernels have to reduce.
    pub(crate) below: u64,
}

macro_rules! dispatch {
    ($field:expr, $kernel:ident($($argument:expr),*)) => {
        match $field.isa().kind() {
            // SAFETY: an `Isa` of this kind exists only where the CPU has AVX-512 F, IFMA and VBMI.
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512Ifma => unsafe { ifma::$kernel($($argument),*) },
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => {
                // SAFETY: an `Isa` of this kind exists only where the CPU has AVX-512 F, DQ, BW and VL.
                let v = unsafe { Avx512::new() };
                v.run(in_line!(|| float::$kernel(v, $($argument),*)))
            }
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => {
                // SAFETY: an `Isa` of this kind exists only where the CPU has AVX2 and FMA.
                let v = unsafe { Avx2::new() };
                v.run(in_line!(|| float::$kernel(v, $($argument),*)))
            }
            _ => scalar::$kernel($($argument),*),
        }
    };
}

pub(crate) fn add_assign(field: &Field, a: &mut [u64], b: &[u64]) {
    dispatch!(field, add_assign(a, b, field.modulus()));
}

pub(crate) fn add(field: &Field, out: &mut [u64], a: &[u64], b: &[u64]) {
    dispatch!(field, add(out, a, b, field.modulus()));
}

pub(crate) fn sub(field: &Field, out: &mut [u64], a: &[u64], b: &[u64]) {
    dispatch!(field, sub(out, a, b, field.modulus()));
}

pub(crate) fn mul(field: &Field, out: &mut [u64], a: &[u64], b: &[u64]) {
    dispatch!(field, mul(out, a, b, field.modulus()));
}

pub(crate) fn sub_assign(field: &Field, a: &mut [u64], b: &[u64]) {
    dispatch!(field, sub_assign(a, b, field.modulus()));
}

pub(crate) fn neg_assign(field: &Field, a: &mut [u64]) {
    dispatch!(field, neg_assign(a, field.modulus()));
}

pub(crate) fn mul_assign(field: &Field, a: &mut [u64], b: &[u64]) {
    dispatch!(field, mul_assign(a, b, field.modulus()));
}

pub(crate) fn mul_add_assign(field: &Field, a: &mut [u64], b: &[u64], c: &[u64]) {
    dispatch!(field, mul_add_assign(a, b, c, field.modulus()));
}

pub(crate) fn scale_assign(field: &Field, a: &mut [u64], w: Shoup) {
    dispatch!(field, scale_assign(a, w, field.modulus()));
}

pub(crate) fn scale_sub(field: &Field, out: &mut [u64], a: &[u64], w: Shoup, b: &[u64]) {
    dispatch!(field, scale_sub(out, a, w, b, field.modulus()));
}

pub(crate) fn add_scaled_assign(field: &Field, a: &mut [u64], b: &[u64], w: Shoup) {
    dispatch!(field, add_scaled_assign(a, b, w, field.modulus()));
}

pub(crate) fn permute(map: &Blocks, out: &mut [u64], values: &[u64]) {
    dispatch!(map, permute(out, values, map));
}

pub(crate) fn lift(field: &Field, out: &mut [u64], x: &[i64]) {
    dispatch!(field, lift(out, x, field.modulus()));
}

/// Whether all are residues.
pub(crate) fn pack(field: &Field, residues: &[u64], out: &mut [u8]) -> bool {
    dispatch!(field, pack(residues, out, field.modulus()))
}

pub(crate) fn reduce(field: &Field, out: &mut [u64], a: &[u64]) {
    dispatch!(field, reduce(out, a, field.modulus()));
}

/// All fields are of one instruction set.
pub(crate) fn weighted_sums<const T: usize>(
    fields: [&Field; T],
    outs: [&mut [u64]; T],
    sources: Sources<'_, T>,
) {
    dispatch!(fields[0], weighted_sums(outs, sources, fields.map(Field::modulus)));
}

pub(crate) fn tensor(field: &Field, outs: [&mut [u64]; 3], a: [&[u64]; 2], b: [&[u64]; 2]) {
    dispatch!(field, tensor(outs, a, b, field.modulus()));
}

pub(crate) fn rounded_sum(field: &Field, out: &mut [u64], terms: &[(&[u64], f64)]) {
    dispatch!(field, rounded_sum(out, terms));
}

pub(crate) fn inner_products<const K: usize>(
    field: &Field,
    outs: [&mut [u64]; K],
    terms: &[Term<'_, K>],
    finish: &Finish<'_, K>,
) {
    dispatch!(field, inner_products(outs, terms, finish, field.modulus()));
}

/// The twiddle factors of one transform, in the form its kernel reads.
#[derive(Debug)]
pub(super) enum Tables {
    Scalar(scalar::Tables),
    #[cfg(target_arch = "x86_64")]
    Avx2(float::Tables),
    #[cfg(target_arch = "x86_64")]
    Avx512(float::Tables),
    #[cfg(target_arch = "x86_64")]
    Avx512Ifma(ifma::Tables),
}

impl Tables {
    /// Tables for a transform with such factors, node after node.
    pub(super) fn new(field: &Field, forward: &[u64], inverse: &[u64]) -> Self {
        let (degree, q) = (forward.len(), field.modulus());
        match field.isa().kind() {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 if degree >= float::Tables::min_degree(4) => {
                Self::Avx2(float::Tables::new(degree, 4, forward, inverse, q))
            }
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 if degree >= float::Tables::min_degree(8) => {
                Self::Avx512(float::Tables::new(degree, 8, forward, inverse, q))
            }
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512Ifma if degree >= ifma::Tables::MIN_DEGREE => {
                Self::Avx512Ifma(ifma::Tables::new(degree, forward, inverse, q))
            }
            _ => Self::Scalar(scalar::Tables::new(forward, inverse, q)),
        }
    }
}

pub(super) fn forward(ntt: &Ntt, values: &mut [u64]) {
    let (q, halving) = (ntt.field.modulus(), ntt.halving.map(|[minus_i, _]| minus_i));
    match &ntt.factors().tables {
        Tables::Scalar(tables) => scalar::forward(values, tables, halving, q),
        // SAFETY: such tables are made for an `Isa` of this kind, which exists only where the CPU has it.
        #[cfg(target_arch = "x86_64")]
        Tables::Avx2(tables) => float::forward(unsafe { Avx2::new() }, values, tables, halving, q),
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Tables::Avx512(tables) => float::forward(unsafe { Avx512::new() }, values, tables, halving, q),
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Tables::Avx512Ifma(tables) => unsafe { ifma::forward(values, tables, halving, q) },
    }
}

/// The stage that joins two halves multiplies sums and differences by `last`.
pub(super) fn inverse(ntt: &Ntt, values: &mut [u64], last: (Shoup, Shoup)) {
    let (q, halving) = (ntt.field.modulus(), ntt.halving.map(|[_, i]| i));
    match &ntt.factors().tables {
        Tables::Scalar(tables) => scalar::inverse(values, tables, last, halving, q),
        // SAFETY: such tables are made for an `Isa` of this kind, which exists only where the CPU has it.
        #[cfg(target_arch = "x86_64")]
        Tables::Avx2(tables) => float::inverse(unsafe { Avx2::new() }, values, tables, last, halving, q),
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Tables::Avx512(tables) => float::inverse(unsafe { Avx512::new() }, values, tables, last, halving, q),
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Tables::Avx512Ifma(tables) => unsafe { ifma::inverse(values, tables, last, halving, q) },
    }
}

/// A permutation that takes every aligned block of eight numbers from one aligned block, in one of eight orders.
#[derive(Clone, Debug)]
pub(crate) struct Blocks {
    /// What it is done with.
    pub(crate) isa: Isa,
    /// By block of the result: the block it takes, times eight, plus the number of the order.
    pub(crate) sources: Box<[u32]>,
    /// By block that is taken: the block of the result that takes it, times eight, plus the number of the order.
    pub(crate) targets: Box<[u32]>,
    /// By order: where in its block each number of the result stood.
    pub(crate) orders: [[u64; 8]; 8],
}

impl Blocks {
    const fn isa(&self) -> Isa {
        self.isa
    }

    /// Where block `i` goes, and in which order.
    #[inline]
    fn target(&self, i: usize) -> (usize, &[u64; 8]) {
        let target = self.targets[i] as usize;
        (target / 8, &self.orders[target % 8])
    }
}

/// `N` bytes of a packed vector from byte `at` on, at most its margin. That there are as many is not checked again: loops of
/// inner products would spend up to a quarter of their instructions on it.
///
/// # Safety
/// The byte `at` belongs to a residue, or to a group with one.
#[cfg(target_arch = "x86_64")]
#[inline]
unsafe fn packed_bytes<const N: usize>(packed: PackedSlice<'_>, at: usize) -> &[u8; N] {
    const { assert!(N <= Packed::MARGIN) };
    let bytes = packed.padded();
    debug_assert!(at + N <= bytes.len());
    // SAFETY: the caller promises a byte before the margin, and `N` bytes from there on are no further than its end.
    unsafe { &*bytes.as_ptr().add(at).cast() }
}

/// Asks for what a loop comes to a kibibyte after this byte. Most loads of packed residues lie across two cache lines, and one
/// that must wait for them holds up what comes after it more than a load of one line does.
#[cfg(target_arch = "x86_64")]
#[inline]
fn fetch_ahead(packed: PackedSlice<'_>, at: usize) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    let address = packed.padded().as_ptr().wrapping_add(at + 1024).cast();
    // SAFETY: every x86-64 CPU knows this hint, which may name any address.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(address) };
}

/// Fewer than `N` numbers, and zeros.
#[cfg(target_arch = "x86_64")]
fn padded<const N: usize>(tail: &[u64]) -> [u64; N] {
    let mut lanes = [0; N];
    lanes[..tail.len()].copy_from_slice(tail);
    lanes
}
