//! The special FFT: a complex polynomial modulo `X^n - i`, to and from its values at the `n` roots of `X^n = i`.
//!
//! These roots are `r_j = exp(2 pi i 5^j / 4n)`. One stage joins two halves of length `h = n/2`: with
//! `w(X) = e(X^2) + X o(X^2)` and `r_j^2` the `j`-th root for the halves,
//!
//! ```text
//! w(r_j)       = e(r_j^2) + r_j o(r_j^2)
//! w(r_(j + h)) = e(r_j^2) - r_j o(r_j^2),      since 5^h = 1 + 2n mod 4n.
//! ```
//!
//! Stages are the butterflies of any FFT; only the order of the roots is special, and their table keeps it.

use num_complex::Complex64;

use super::root::root_of_unity;

/// The roots of every stage up to `n` points: `roots[h + j] = exp(2 pi i 5^j / 8h)` for `h = 1, 2, .., n/2`, `j < h`,
/// so that each stage reads its own from first to last. Shorter transforms use the front of the same table.
pub(super) fn roots(n: usize) -> Box<[Complex64]> {
    let mut roots = Vec::with_capacity(n);
    roots.push(Complex64::ONE); // No stage has its roots here.
    while roots.len() < n {
        let half = roots.len();
        let order = 8 * half as u64;
        let powers = std::iter::successors(Some(1), |power| Some(power * 5 % order));
        roots.extend(powers.take(half).map(|power| root_of_unity(power, order)));
    }
    roots.into()
}

/// Coefficients, in bit-reversed order, to values, in the order of powers of 5: in place, smallest stage first.
pub(super) fn forward(values: &mut [Complex64], roots: &[Complex64]) {
    let mut half = 1;
    while half < values.len() {
        let stage = &roots[half..2 * half];
        for block in values.chunks_exact_mut(2 * half) {
            let (low, high) = block.split_at_mut(half);
            for ((x, y), root) in low.iter_mut().zip(high).zip(stage) {
                let turned = *y * root;
                (*x, *y) = (*x + turned, *x - turned);
            }
        }
        half *= 2;
    }
}

/// Values, in the order of powers of 5, to `n` times the coefficients, in bit-reversed order: in place, largest stage
/// first.
pub(super) fn inverse(values: &mut [Complex64], roots: &[Complex64]) {
    let mut half = values.len() / 2;
    while half >= 1 {
        let stage = &roots[half..2 * half];
        for block in values.chunks_exact_mut(2 * half) {
            let (low, high) = block.split_at_mut(half);
            for ((x, y), root) in low.iter_mut().zip(high).zip(stage) {
                let difference = *x - *y;
                (*x, *y) = (*x + *y, difference * root.conj());
            }
        }
        half /= 2;
    }
}
