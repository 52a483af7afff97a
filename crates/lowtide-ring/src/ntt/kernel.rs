//! Where a call finds its kernel: one line an operation, one `match` on an [`Isa`](crate::Isa) that proves what the
//! CPU has.
//!
//! Unsafe code of this project lives here and below, and in no other place: in these dispatching calls, and in the
//! loads and stores of vectors.

#![allow(unsafe_code)]

use super::{Ntt, reverse_bits};
#[cfg(target_arch = "x86_64")]
use crate::isa::Kind;
use crate::{Field, Modulus, Shoup};

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod plan;
mod scalar;
#[cfg(target_arch = "x86_64")]
mod stage;

/// A vector and those that it is multiplied with, one for each sum.
pub(crate) type Term<'a, const K: usize> = (&'a [u64], [&'a [u64]; K]);

/// A vector and its weights, one for each sum.
pub(crate) type Weighted<'a, const T: usize> = (&'a [u64], [u64; T]);

macro_rules! dispatch {
    ($field:expr, $($call:tt)*) => {
        match $field.isa().kind() {
            // SAFETY: an `Isa` of this kind exists only where the CPU has AVX-512 F and IFMA.
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => unsafe { avx512::$($call)* },
            // SAFETY: an `Isa` of this kind exists only where the CPU has AVX2 and FMA.
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => unsafe { avx2::$($call)* },
            _ => scalar::$($call)*,
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

pub(crate) fn sub_scale_assign(field: &Field, a: &mut [u64], b: &[u64], w: Shoup) {
    dispatch!(field, sub_scale_assign(a, b, w, field.modulus()));
}

pub(crate) fn add_scaled_assign(field: &Field, a: &mut [u64], b: &[u64], w: Shoup) {
    dispatch!(field, add_scaled_assign(a, b, w, field.modulus()));
}

pub(crate) fn lift(field: &Field, out: &mut [u64], x: &[i64]) {
    dispatch!(field, lift(out, x, field.modulus()));
}

pub(crate) fn reduce(field: &Field, out: &mut [u64], a: &[u64]) {
    dispatch!(field, reduce(out, a, field.modulus()));
}

/// All fields are of one instruction set.
pub(crate) fn weighted_sums<const T: usize>(
    fields: [&Field; T],
    outs: [&mut [u64]; T],
    terms: &[Weighted<'_, T>],
) {
    dispatch!(fields[0], weighted_sums(outs, terms, fields.map(Field::modulus)));
}

pub(crate) fn tensor(field: &Field, outs: [&mut [u64]; 3], a: [&[u64]; 2], b: [&[u64]; 2]) {
    dispatch!(field, tensor(outs, a, b, field.modulus()));
}

pub(crate) fn rounded_sum(field: &Field, out: &mut [u64], terms: &[(&[u64], f64)]) {
    dispatch!(field, rounded_sum(out, terms));
}

pub(crate) fn inner_products<const K: usize>(field: &Field, outs: [&mut [u64]; K], terms: &[Term<'_, K>]) {
    dispatch!(field, inner_products(outs, terms, field.modulus()));
}

/// The twiddle factors of one transform, in the form its kernel reads.
#[derive(Debug)]
pub(super) enum Tables {
    Scalar(scalar::Tables),
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Tables),
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512::Tables),
}

impl Tables {
    /// Tables for a transform of `degree` points with the `2 degree`-th root `psi`.
    pub(super) fn new(field: &Field, degree: usize, psi: u64) -> Self {
        let q = field.modulus();
        match field.isa().kind() {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 if degree >= avx2::Tables::MIN_DEGREE => Self::Avx2(avx2::Tables::new(degree, psi, q)),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 if degree >= avx512::Tables::MIN_DEGREE => {
                Self::Avx512(avx512::Tables::new(degree, psi, q))
            }
            _ => Self::Scalar(scalar::Tables::new(degree, psi, q)),
        }
    }
}

pub(super) fn forward(ntt: &Ntt, values: &mut [u64]) {
    let q = ntt.field.modulus();
    match &ntt.tables {
        Tables::Scalar(tables) => scalar::forward(values, tables, q),
        // SAFETY: such tables are made for an `Isa` of this kind, which exists only where the CPU has it.
        #[cfg(target_arch = "x86_64")]
        Tables::Avx2(tables) => unsafe { avx2::forward(values, tables, q) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Tables::Avx512(tables) => unsafe { avx512::forward(values, tables, q) },
    }
}

/// The last stage multiplies sums and differences by `last`.
pub(super) fn inverse(ntt: &Ntt, values: &mut [u64], last: (Shoup, Shoup)) {
    let q = ntt.field.modulus();
    match &ntt.tables {
        Tables::Scalar(tables) => scalar::inverse(values, tables, last, q),
        // SAFETY: such tables are made for an `Isa` of this kind, which exists only where the CPU has it.
        #[cfg(target_arch = "x86_64")]
        Tables::Avx2(tables) => unsafe { avx2::inverse(values, tables, last, q) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Tables::Avx512(tables) => unsafe { avx512::inverse(values, tables, last, q) },
    }
}

/// `root^brv(i)` for `i` from 0 to `degree - 1`, where `brv` reverses `log2 degree` bits: the factor of the stage that
/// splits node `i` of the heap of blocks.
fn twiddles(degree: usize, root: u64, q: Modulus) -> impl Iterator<Item = Shoup> {
    let mut powers = vec![1; degree];
    for i in 1..degree {
        powers[i] = q.mul(powers[i - 1], root);
    }
    (0..degree).map(move |i| q.shoup(powers[reverse_bits(i, degree)]))
}

/// Fewer than `N` numbers, and zeros.
#[cfg(target_arch = "x86_64")]
fn padded<const N: usize>(tail: &[u64]) -> [u64; N] {
    let mut lanes = [0; N];
    lanes[..tail.len()].copy_from_slice(tail);
    lanes
}
