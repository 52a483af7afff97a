//! Primes with roots of unity.

use crate::{Error, Modulus};

/// Whether `n` is prime: trial division by small primes, then Miller-Rabin with the twelve bases that decide every
/// 64-bit number (Sorenson and Webster, "Strong pseudoprimes to twelve prime bases", 2015).
///
/// Numbers of `2^61` and more are outside what this crate computes with; they are told to be composite.
#[must_use]
pub fn is_prime(n: u64) -> bool {
    const BASES: [u64; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];
    if let Some(divisor) = BASES.iter().find(|base| n.is_multiple_of(**base)) {
        return n == *divisor;
    }
    let Ok(q) = Modulus::new(n) else { return false };
    let twos = (n - 1).trailing_zeros();
    let odd = (n - 1) >> twos;
    BASES.iter().all(|&base| {
        let mut power = q.pow(base, odd);
        if power == 1 || power == n - 1 {
            return true;
        }
        (1..twos).any(|_| {
            power = q.mul(power, power);
            power == n - 1
        })
    })
}

/// Primes of exactly `bits` bits that are 1 modulo `order` (a power of two), largest first.
///
/// A negacyclic transform of degree `N` takes `order = 2 N`.
pub fn ntt_primes(bits: u32, order: u64) -> impl Iterator<Item = u64> {
    debug_assert!(order.is_power_of_two());
    let (low, high) = if (2..=61).contains(&bits) { (1 << (bits - 1), 1 << bits) } else { (1, 1) };
    let first = (high - 1) / order * order + 1;
    (0..)
        .map_while(move |step| first.checked_sub(step * order).filter(|n| *n > low))
        .filter(move |n| *n < high && is_prime(*n))
}

/// Primes that are 1 modulo `order` (a power of two), the nearest to `center` first, between half of it and one and a
/// half: those of a chain whose rescaled scales should stay close together.
pub fn primes_near(center: u64, order: u64) -> impl Iterator<Item = u64> {
    debug_assert!(order.is_power_of_two());
    let below = center.saturating_sub(1) / order * order + 1;
    let above = below.saturating_add(order);
    (0..)
        .map(move |k: u64| k.saturating_mul(order))
        .take_while(move |distance| *distance < center / 2)
        .flat_map(move |distance| {
            let (low, high) = (below.saturating_sub(distance), above.saturating_add(distance));
            if center.abs_diff(low) <= center.abs_diff(high) { [low, high] } else { [high, low] }
        })
        .filter(|n| is_prime(*n))
}

/// An element of multiplicative order exactly `order` (a power of two that divides `q - 1`): the smallest power of
/// a non-residue's root, so that the same prime always gives the same root.
///
/// # Errors
/// [`Error::NotPrime`] or [`Error::NoRootOfUnity`].
pub fn root_of_unity(q: Modulus, order: u64) -> Result<u64, Error> {
    let prime = q.value();
    if !is_prime(prime) {
        return Err(Error::NotPrime { value: prime });
    }
    if !order.is_power_of_two() || !(prime - 1).is_multiple_of(order) {
        return Err(Error::NoRootOfUnity { prime, order });
    }
    let root = (2..prime)
        .map(|base| q.pow(base, (prime - 1) / order))
        .find(|root| order == 1 || q.pow(*root, order / 2) == prime - 1);
    root.ok_or(Error::NoRootOfUnity { prime, order })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primality_matches_a_sieve() {
        let limit = 1 << 16;
        let mut composite = vec![false; limit];
        (composite[0], composite[1]) = (true, true);
        for n in 2..limit {
            if !composite[n] {
                (n * n..limit).step_by(n).for_each(|multiple| composite[multiple] = true);
            }
            assert_eq!(is_prime(n as u64), !composite[n], "{n}");
        }
    }

    #[test]
    fn strong_pseudoprimes_are_told() {
        // Composites that pass Miller-Rabin for the first four and seven prime bases (OEIS A014233).
        for n in [3_215_031_751, 341_550_071_728_321] {
            assert!(!is_prime(n), "{n}");
        }
        assert!(is_prime((1 << 61) - 1));
    }

    #[test]
    fn primes_have_the_wanted_form() {
        for bits in [20, 30, 50, 61] {
            let primes: Vec<u64> = ntt_primes(bits, 1 << 12).take(5).collect();
            assert_eq!(primes.len(), 5, "{bits}");
            assert!(
                primes.iter().all(|p| p % (1 << 12) == 1 && is_prime(*p) && 64 - p.leading_zeros() == bits)
            );
            assert!(primes.is_sorted_by(|a, b| a > b));
        }
        assert_eq!(ntt_primes(0, 2).next(), None);
        assert_eq!(ntt_primes(64, 2).next(), None);
    }

    #[test]
    fn near_primes_come_in_order_and_none_is_left_out() {
        for center in [1_u64 << 30, (1 << 30) + 12_345, 999_999_999] {
            let near: Vec<u64> = primes_near(center, 1 << 12).take(20).collect();
            let distance = |p: &u64| center.abs_diff(*p);
            assert!(near.is_sorted_by_key(distance));
            let last = distance(&near[19]);
            let all = (center - last..=center + last).filter(|n| n % (1 << 12) == 1 && is_prime(*n));
            assert_eq!(all.count(), 20);
        }
        assert!(primes_near(1 << 18, 1 << 17).count() < 8);
        assert_eq!(primes_near(0, 2).next(), None);
    }

    #[test]
    fn roots_have_their_order() {
        let q = Modulus::new(ntt_primes(50, 1 << 15).next().unwrap()).unwrap();
        let root = root_of_unity(q, 1 << 15).unwrap();
        assert_eq!(q.pow(root, 1 << 14), q.value() - 1);
        assert!(matches!(root_of_unity(q, 1 << 49), Err(Error::NoRootOfUnity { .. })));
        assert!(matches!(root_of_unity(Modulus::new(15).unwrap(), 2), Err(Error::NotPrime { .. })));
    }
}
