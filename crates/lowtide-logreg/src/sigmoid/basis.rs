//! Odd orthogonal polynomials on `[-1, 1]`, in which fitting is well conditioned.

/// A family with the recurrence `p0 = 1`, `p1 = t`, `p[n+1] = up(n) t p[n] - down(n) p[n-1]`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Basis {
    /// Legendre: `(n + 1) P[n+1] = (2n + 1) t P[n] - n P[n-1]`.
    Legendre,
    /// Chebyshev, first kind: `T[n+1] = 2 t T[n] - T[n-1]`.
    Chebyshev,
}

impl Basis {
    /// `(up(n), down(n))`, for `n >= 1`.
    fn recurrence(self, n: usize) -> (f64, f64) {
        let n = n as f64;
        match self {
            Self::Legendre => ((2.0 * n + 1.0) / (n + 1.0), n / (n + 1.0)),
            Self::Chebyshev => (2.0, 1.0),
        }
    }

    /// `p[n](t)` and `p[n-1](t)`, for `n >= 1`.
    pub(super) fn pair(self, n: usize, t: f64) -> (f64, f64) {
        (1..n).fold((t, 1.0), |(p, before), k| {
            let (up, down) = self.recurrence(k);
            (up * t * p - down * before, p)
        })
    }

    /// `p1(t), p3(t), ...`: the first `count` odd ones.
    pub(super) fn odd_values(self, count: usize, t: f64) -> Vec<f64> {
        (0..count).map(|k| self.pair(2 * k + 1, t).0).collect()
    }

    /// The coefficients of `t, t^3, ...` of `sum over k of weights[k] p[2k+1](t)`.
    pub(super) fn to_monomials(self, weights: &[f64]) -> Vec<f64> {
        let len = 2 * weights.len();
        let (mut before, mut p) = (vec![0.0; len], vec![0.0; len]);
        (before[0], p[1]) = (1.0, 1.0);
        let mut sum = vec![0.0; len];
        for n in 1..len {
            if n % 2 == 1 {
                sum.iter_mut().zip(&p).for_each(|(s, c)| *s += weights[n / 2] * c);
            }
            let (up, down) = self.recurrence(n);
            let next =
                (0..len).map(|i| up * if i == 0 { 0.0 } else { p[i - 1] } - down * before[i]).collect();
            before = std::mem::replace(&mut p, next);
        }
        sum.into_iter().skip(1).step_by(2).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn textbook_polynomials() {
        // P5 = (63 t^5 - 70 t^3 + 15 t) / 8, T5 = 16 t^5 - 20 t^3 + 5 t.
        let close = |a: Vec<f64>, b: [f64; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-14);
        assert!(close(Basis::Legendre.to_monomials(&[0.0, 0.0, 1.0]), [15.0 / 8.0, -70.0 / 8.0, 63.0 / 8.0]));
        assert!(close(Basis::Chebyshev.to_monomials(&[0.0, 0.0, 1.0]), [5.0, -20.0, 16.0]));
    }

    #[test]
    fn monomials_have_the_values_of_the_basis() {
        let weights = [0.3, -1.1, 0.7, 0.2, -0.4, 0.9, -0.6, 0.5];
        for basis in [Basis::Legendre, Basis::Chebyshev] {
            let monomials = basis.to_monomials(&weights);
            for t in [-1.0, -0.3, 0.0, 0.62, 1.0] {
                let direct: f64 = basis.odd_values(8, t).iter().zip(&weights).map(|(p, w)| p * w).sum();
                let powers = t * monomials.iter().rev().fold(0.0, |sum, c| sum * t * t + c);
                assert!((direct - powers).abs() < 1e-9, "{basis:?} at {t}: {direct} {powers}");
            }
        }
    }
}
