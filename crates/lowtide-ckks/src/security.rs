//! The table that every parameter set is held against.
//!
//! Bossuat, Cammarota, Chillotti, Curtis, Dai, Gong, Hales, Kim, Kumar, Lee and others, "Security Guidelines for
//! Implementing Homomorphic Encryption" (ePrint 2024/463), table 5.2: the largest `log2(Q P)` for a uniform ternary
//! secret, an error of standard deviation 3.19, and classical attacks.
//!
//! The conjugate-invariant ring of degree `N` is held against the same row: its problem has dimension `N`, and is no easier
//! than that of the standard ring as far as is known (Kim and Song, ICISC 2018, section 3).

use std::fmt;

/// How many operations the best known classical attack takes, in bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecurityLevel {
    /// 128 bits.
    Classical128,
    /// 192 bits.
    Classical192,
    /// 256 bits.
    Classical256,
}

/// Ring degrees `2^10` to `2^17`; zero where no modulus is small enough.
const LIMITS: [[u32; 8]; 3] = [
    [26, 53, 106, 214, 430, 868, 1747, 3523],
    [0, 36, 73, 147, 297, 597, 1199, 2411],
    [0, 27, 56, 114, 230, 462, 929, 1866],
];

impl SecurityLevel {
    /// The levels, weakest first.
    pub const ALL: [Self; 3] = [Self::Classical128, Self::Classical192, Self::Classical256];

    /// 128, 192 or 256.
    #[must_use]
    pub const fn bits(self) -> u32 {
        match self {
            Self::Classical128 => 128,
            Self::Classical192 => 192,
            Self::Classical256 => 256,
        }
    }

    /// The largest `log2(Q P)` at this level for ring degree `2^log_degree`; zero outside the table.
    #[must_use]
    pub fn max_log2_qp(self, log_degree: u32) -> u32 {
        let column = log_degree.checked_sub(10).and_then(|column| usize::try_from(column).ok());
        column.and_then(|column| LIMITS[self as usize].get(column)).copied().unwrap_or(0)
    }

    /// The highest level that a modulus of `log2_qp` bits reaches at ring degree `2^log_degree`.
    #[must_use]
    pub fn reached(log_degree: u32, log2_qp: f64) -> Option<Self> {
        Self::ALL.into_iter().rev().find(|level| log2_qp <= f64::from(level.max_log2_qp(log_degree)))
    }

    /// The smallest ring degree, as its logarithm, at which a modulus of `log2_qp` bits reaches this level.
    #[must_use]
    pub fn smallest_log_degree(self, log2_qp: f64) -> Option<u32> {
        (10..=17).find(|log_degree| log2_qp <= f64::from(self.max_log2_qp(*log_degree)))
    }
}

impl fmt::Display for SecurityLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bits", self.bits())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_held() {
        assert_eq!(SecurityLevel::reached(15, 868.0), Some(SecurityLevel::Classical128));
        assert_eq!(SecurityLevel::reached(15, 868.1), None);
        assert_eq!(SecurityLevel::reached(15, 597.0), Some(SecurityLevel::Classical192));
        assert_eq!(SecurityLevel::reached(15, 400.0), Some(SecurityLevel::Classical256));
        assert_eq!(SecurityLevel::reached(9, 1.0), None);
        assert_eq!(SecurityLevel::reached(18, 1.0), None);
        assert_eq!(SecurityLevel::Classical128.smallest_log_degree(431.0), Some(15));
        assert_eq!(SecurityLevel::Classical256.smallest_log_degree(2000.0), None);
    }

    #[test]
    fn more_degree_admits_more_modulus_and_more_security_less() {
        for row in LIMITS {
            assert!(row.is_sorted_by(|a, b| a < b || *a == 0));
        }
        let [weak, middle, strong] = LIMITS;
        assert!(
            weak.iter().zip(middle).all(|(a, b)| *a > b) && middle.iter().zip(strong).all(|(a, b)| *a >= b)
        );
    }
}
