//! Roots of unity in double precision, each from its own angle.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

use num_complex::Complex64;

/// `exp(2 pi i k / order)`, each part within `2^-52`, for `k < order` and a power of two `order >= 8`.
///
/// The angle is folded into the first octant, in integers, so that roots which mirror each other do so to the bit.
pub(super) fn root_of_unity(k: u64, order: u64) -> Complex64 {
    debug_assert!(order.is_power_of_two() && order >= 8 && k < order);
    let eighth = order / 8;
    let (octant, rest) = (k / eighth, k % eighth);
    // Even octants are walked from their start, odd ones from their end.
    let rest = if octant % 2 == 0 { rest } else { eighth - rest };
    let (sin, cos) = sin_cos_of_turn(rest as f64 / order as f64);
    let (re, im) = match octant {
        0 => (cos, sin),
        1 => (sin, cos),
        2 => (-sin, cos),
        3 => (-cos, sin),
        4 => (-cos, -sin),
        5 => (-sin, -cos),
        6 => (sin, -cos),
        _ => (cos, -sin),
    };
    Complex64::new(re, im)
}

/// Sine and cosine of `2 pi turn`, for at most an eighth of a turn.
///
/// `libm` is the same code on every platform, unlike the C library.
fn sin_cos_of_turn(turn: f64) -> (f64, f64) {
    if turn == 0.125 {
        return (FRAC_1_SQRT_2, FRAC_1_SQRT_2); // One number, where rounding could make two.
    }
    libm::sincos(turn * TAU)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eighths_are_exact() {
        let expected =
            [(1.0, 0.0), (FRAC_1_SQRT_2, FRAC_1_SQRT_2), (0.0, 1.0), (-FRAC_1_SQRT_2, FRAC_1_SQRT_2)];
        for (k, (re, im)) in expected.into_iter().enumerate() {
            assert_eq!(root_of_unity(k as u64, 8), Complex64::new(re, im));
            assert_eq!(root_of_unity(k as u64 + 4, 8), -Complex64::new(re, im));
        }
    }

    #[test]
    fn mirrors_are_exact() {
        let order = 1 << 10;
        for k in 1..order {
            let root = root_of_unity(k, order);
            assert_eq!(root_of_unity(order - k, order), root.conj());
            assert_eq!(root_of_unity((k + order / 2) % order, order), -root);
            assert_eq!(root_of_unity((k + order / 4) % order, order), Complex64::new(-root.im, root.re));
        }
    }

    #[test]
    fn a_root_of_a_smaller_order_is_the_same_root() {
        for k in 0..64 {
            assert_eq!(root_of_unity(k, 64), root_of_unity(k << 12, 64 << 12));
        }
    }
}
