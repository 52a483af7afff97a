//! Where a call finds its kernel: one line an operation, one `match` on an [`Isa`] that proves what the CPU has.

use super::{Ntt, reverse_bits};
use crate::{Field, Modulus, Shoup, isa::Kind};

mod scalar;

macro_rules! dispatch {
    ($field:expr, $($call:tt)*) => {
        match $field.isa().kind() {
            Kind::Scalar | Kind::Avx2 | Kind::Avx512 => scalar::$($call)*,
        }
    };
}

pub(crate) fn add_assign(field: &Field, a: &mut [u64], b: &[u64]) {
    dispatch!(field, add_assign(a, b, field.modulus()));
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

pub(crate) fn reduce(field: &Field, out: &mut [u64], a: &[u64]) {
    dispatch!(field, reduce(out, a, field.modulus()));
}

pub(crate) fn weighted_sum(field: &Field, out: &mut [u64], terms: &[(&[u64], u64)]) {
    dispatch!(field, weighted_sum(out, terms, field.modulus()));
}

pub(crate) fn inner_product(field: &Field, out: &mut [u64], pairs: &[(&[u64], &[u64])]) {
    dispatch!(field, inner_product(out, pairs, field.modulus()));
}

/// The twiddle factors of one transform, in the form its kernel reads.
#[derive(Debug)]
pub(super) enum Tables {
    Scalar(scalar::Tables),
}

impl Tables {
    /// Tables for a transform of `degree` points with the `2 degree`-th root `psi`.
    pub(super) fn new(field: &Field, degree: usize, psi: u64) -> Self {
        match field.isa().kind() {
            Kind::Scalar | Kind::Avx2 | Kind::Avx512 => {
                Self::Scalar(scalar::Tables::new(degree, psi, field.modulus()))
            }
        }
    }
}

pub(super) fn forward(ntt: &Ntt, values: &mut [u64]) {
    match &ntt.tables {
        Tables::Scalar(tables) => scalar::forward(values, tables, ntt.field.modulus()),
    }
}

pub(super) fn inverse(ntt: &Ntt, values: &mut [u64]) {
    match &ntt.tables {
        Tables::Scalar(tables) => scalar::inverse(values, tables, ntt.field.modulus()),
    }
}

/// `base^brv(i)` for `i` from 0 to `degree - 1`, where `brv` reverses `log2 degree` bits.
fn bit_reversed_powers(degree: usize, base: u64, q: Modulus) -> impl Iterator<Item = u64> {
    let mut powers = vec![1; degree];
    for i in 1..degree {
        powers[i] = q.mul(powers[i - 1], base);
    }
    (0..degree).map(move |i| powers[reverse_bits(i, degree)])
}
