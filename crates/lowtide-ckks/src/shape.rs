//! From what a parameter set should offer to primes for it.

use lowtide_ring::{
    Ring,
    prime::{ntt_primes, primes_near},
};

use crate::{
    Error, Level, Literal, SecurityLevel,
    params::{MAX_PRIMES, check_degree},
};

/// What a parameter set should offer; [`Shape::literal`] finds primes for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The ring.
    pub ring: Ring,
    /// `log2 N`.
    pub log_degree: u32,
    /// Bits of the first prime: the scale's plus those of the largest number to be decrypted plus a sign.
    pub first_bits: u32,
    /// Bits of the scale and of every prime that a rescale divides by.
    pub scale_bits: u32,
    /// The number of rescales.
    pub levels: Level,
    /// Digits of a key switch: more of them take fewer special primes, more time and larger keys.
    pub digits: usize,
}

impl Shape {
    /// Primes for this shape: the first one just below its power of two, as many special ones as a digit has primes, and
    /// those that rescales divide by such that scales stay close to `2^s`: the scales `S_top = 2^s`,
    /// `S_(l-1) = S_l^2 / q_l` of products of products. From the top, `q_l` is the prime nearest to `S_l^2 / 2^s`, so that
    /// no deviation adds up over the levels (in the spirit of Kim, Papadimitriou and Polyakov, ePrint 2020/1118).
    ///
    /// # Errors
    /// [`Error::PrimeCount`] for no digits, [`Error::ScaleRange`], or the ring's word on missing primes.
    pub fn literal(&self) -> Result<Literal, Error> {
        let ciphertext = self.levels + 1;
        if self.digits == 0 || ciphertext > MAX_PRIMES {
            return Err(Error::PrimeCount { ciphertext, special: self.digits });
        }
        check_degree(self.log_degree)?;
        let order = self.ring.root_order(1 << self.log_degree);
        let missing = |bits, wanted| lowtide_ring::Error::NotEnoughPrimes { wanted, bits, order };
        let first = ntt_primes(self.first_bits, order).next().ok_or(missing(self.first_bits, 1))?;
        let special = ciphertext.div_ceil(self.digits);
        let bits = self.special_bits();
        let p: Vec<u64> = ntt_primes(bits, order).filter(|p| *p != first).take(special).collect();
        if p.len() < special {
            return Err(missing(bits, special).into());
        }
        let mut q = vec![first; ciphertext];
        let wanted = f64::from(self.scale_bits).exp2();
        let mut scale = wanted;
        for level in (1..ciphertext).rev() {
            let taken = |prime: &u64| *prime == first || p.contains(prime) || q[level + 1..].contains(prime);
            let nearest = primes_near((scale * scale / wanted) as u64, order).find(|prime| !taken(prime));
            q[level] = nearest.ok_or(missing(self.scale_bits, self.levels))?;
            scale = scale * scale / q[level] as f64;
        }
        Ok(Literal { ring: self.ring, log_degree: self.log_degree, q, p, log_scale: self.scale_bits })
    }

    /// The literal in the smallest ring, no smaller than the shape's own, in which it reaches the security wanted.
    ///
    /// # Errors
    /// [`Error::NoSecureRing`], or as [`Shape::literal`].
    pub fn secure_literal(&self, wanted: SecurityLevel) -> Result<Literal, Error> {
        let log2_qp = self.log2_qp();
        // The primes of a literal may lie a little above their powers of two, so that the estimate may be a ring off.
        let first =
            wanted.smallest_log_degree(log2_qp - 1.0).ok_or(Error::NoSecureRing { log2_qp, wanted })?;
        for log_degree in first.max(self.log_degree)..=17 {
            let literal = Self { log_degree, ..*self }.literal()?;
            if SecurityLevel::reached(log_degree, literal.log2_qp()) >= Some(wanted) {
                return Ok(literal);
            }
        }
        Err(Error::NoSecureRing { log2_qp, wanted })
    }

    /// About `log2(Q P)` of the literal.
    #[must_use]
    pub fn log2_qp(&self) -> f64 {
        let special = (self.levels + 1).div_ceil(self.digits.max(1));
        f64::from(self.first_bits)
            + (self.levels as f64) * f64::from(self.scale_bits)
            + special as f64 * f64::from(self.special_bits())
    }

    /// Bits of a special prime, such that `P` is larger than the largest digit, the first. Four bits are enough for all: what a
    /// key switch with `d` digits adds then is `sqrt(15 d) / 2^4` of the rounding that ends it. So many primes may have a bit
    /// less than each with a spare one would.
    fn special_bits(&self) -> u32 {
        const MARGIN: u32 = 4;
        let special = (self.levels + 1).div_ceil(self.digits.max(1)) as u32;
        let digit = self.first_bits + (special - 1) * self.scale_bits;
        (digit + MARGIN).div_ceil(special).min(digit.div_ceil(special) + 1)
    }
}

impl Literal {
    /// `log2(Q P)`.
    #[must_use]
    pub fn log2_qp(&self) -> f64 {
        self.q.iter().chain(&self.p).map(|prime| (*prime as f64).log2()).sum()
    }

    /// Transforms of one limb in a key switch at `level`, more or less: the component back, every digit forth at every
    /// prime of the key basis, and the division of both sums by `P`.
    #[must_use]
    pub fn key_switch_work(&self, level: Level) -> u64 {
        let (own, special) = (level + 1, self.p.len());
        let (limbs, digits) = (own + special, own.div_ceil(special.max(1)));
        (own + digits * limbs + 2 * limbs) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_finds_a_ring_in_which_it_is_secure() {
        for wanted in SecurityLevel::ALL {
            for levels in 1..24 {
                for digits in [1, 2, levels + 1] {
                    let shape = Shape {
                        ring: Ring::Standard,
                        log_degree: 10,
                        first_bits: 44,
                        scale_bits: 34,
                        levels,
                        digits,
                    };
                    let literal = shape.secure_literal(wanted).unwrap();
                    assert!(SecurityLevel::reached(literal.log_degree, literal.log2_qp()) >= Some(wanted));
                }
            }
        }
        let deep = Shape {
            ring: Ring::Standard,
            log_degree: 10,
            first_bits: 60,
            scale_bits: 59,
            levels: 60,
            digits: 30,
        };
        assert!(matches!(deep.secure_literal(SecurityLevel::Classical256), Err(Error::NoSecureRing { .. })));
    }
}
