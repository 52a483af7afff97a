//! The minimax fit: Remez exchange on the odd part.
//!
//! `t, t^3, ..., t^(2n-1)` satisfy the Haar condition on `(0, 1]`, so the best approximation of
//! `f(t) = tanh(B t / 2) / 2` there is the one whose error takes its largest size at `n + 1` points
//! with alternating signs (Cheney, "Introduction to Approximation Theory", chapter 3). Odd symmetry
//! carries it to `[-1, 1]`. Remez: level the error on a guess of those points, move each point to the
//! largest error between the neighbouring zeros, repeat.

use super::{basis::Basis, extremes, odd_part};

/// Rounds after which rounding alone is left to exchange; six to ten are usual.
const ROUNDS: usize = 64;
/// Stop when the largest error exceeds the levelled one by less than this share.
const LEVEL_ENOUGH: f64 = 1e-12;
/// Samples between two zeros of the error, which has one peak there.
const SAMPLES: usize = 16;

/// The coefficients of `t, t^3, ...` of the best polynomial in `t = x / bound`.
pub(super) fn fit(count: usize, bound: f64) -> Vec<f64> {
    // Ascending extremes of the Chebyshev polynomial T[2n+1] in (0, 1].
    let angle = |j: usize| std::f64::consts::PI * j as f64 / (2 * count + 1) as f64;
    let mut points: Vec<f64> = (0..=count).rev().map(|j| angle(j).cos()).collect();
    let mut best = (f64::INFINITY, Vec::new());
    for _ in 0..ROUNDS {
        let levelled = level(&points, count, bound);
        let error = |t: f64| odd_part(bound * t) - value(&levelled.series, t);
        let Some(peaks) = peaks(&points, error) else { break };
        let worst = peaks.iter().map(|t| error(*t).abs()).fold(0.0, f64::max);
        let done = worst <= levelled.error.abs() * (1.0 + LEVEL_ENOUGH);
        if worst < best.0 {
            best = (worst, levelled.series);
        }
        if done {
            break;
        }
        points = peaks;
    }
    Basis::Chebyshev.to_monomials(&best.1)
}

/// A Chebyshev series whose error at the reference points is `+error, -error, ...`.
struct Levelled {
    series: Vec<f64>,
    error: f64,
}

fn level(points: &[f64], count: usize, bound: f64) -> Levelled {
    let equation = |(i, t): (usize, &f64)| {
        let mut row = Basis::Chebyshev.odd_values(count, *t);
        row.push(if i % 2 == 0 { 1.0 } else { -1.0 });
        row.push(odd_part(bound * t));
        row
    };
    let mut series = solve(points.iter().enumerate().map(equation).collect());
    let error = series.pop().unwrap_or_default();
    Levelled { series, error }
}

fn value(series: &[f64], t: f64) -> f64 {
    Basis::Chebyshev.odd_values(series.len(), t).iter().zip(series).map(|(p, c)| p * c).sum()
}

/// The largest error between neighbouring zeros, or nothing when it no longer alternates: then it
/// has reached the rounding of `f64`.
fn peaks(points: &[f64], error: impl Fn(f64) -> f64) -> Option<Vec<f64>> {
    let zeros = points.windows(2).map(|pair| zero(pair[0], pair[1], &error)).collect::<Option<Vec<_>>>()?;
    let ends = zeros.iter().copied().chain([1.0]);
    let starts = [0.0].into_iter().chain(zeros.iter().copied());
    let peak = |(low, high)| extremes::largest(|t| error(t).abs(), low, high, SAMPLES).at;
    Some(starts.zip(ends).map(peak).collect())
}

/// A sign change of `f` between `low` and `high`, by bisection.
fn zero(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> Option<f64> {
    let sign = f(low).signum();
    if f(high).signum() == sign {
        return None;
    }
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        *(if f(middle).signum() == sign { &mut low } else { &mut high }) = middle;
    }
    Some(0.5 * (low + high))
}

/// Solves a small linear system given as rows `(a1, ..., an, b)`: Gaussian elimination with partial
/// pivoting.
fn solve(mut rows: Vec<Vec<f64>>) -> Vec<f64> {
    let n = rows.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|&i, &j| rows[i][k].abs().total_cmp(&rows[j][k].abs())).unwrap_or(k);
        rows.swap(k, pivot);
        let (done, below) = rows.split_at_mut(k + 1);
        for row in below {
            let factor = row[k] / done[k][k];
            row.iter_mut().zip(&done[k]).skip(k).for_each(|(x, p)| *x -= factor * p);
        }
    }
    let mut solution = vec![0.0; n];
    for k in (0..n).rev() {
        let known: f64 = (k + 1..n).map(|j| rows[k][j] * solution[j]).sum();
        solution[k] = (rows[k][n] - known) / rows[k][k];
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_a_system_that_needs_pivoting() {
        // y + 2z = 8, x + y = 3, 2x + z = 5 at (1, 2, 3).
        let rows = vec![vec![0.0, 1.0, 2.0, 8.0], vec![1.0, 1.0, 0.0, 3.0], vec![2.0, 0.0, 1.0, 5.0]];
        assert!(solve(rows).iter().zip([1.0, 2.0, 3.0]).all(|(x, y)| (x - y).abs() < 1e-14));
    }

    #[test]
    fn the_error_alternates_at_one_level() {
        for count in 1..=8 {
            for bound in [4.0, 8.0, 16.0, 64.0, 1024.0] {
                let monomials = fit(count, bound);
                let error = |t: f64| {
                    odd_part(bound * t) - t * monomials.iter().rev().fold(0.0, |sum, c| sum * t * t + c)
                };
                let runs = runs_of_one_sign(error);
                assert_eq!(runs.len(), count + 1, "{count} terms on {bound}");
                let (least, most) = runs.iter().fold((f64::MAX, 0.0f64), |(l, m), r| (l.min(*r), m.max(*r)));
                assert!(most - least < 1e-6 * most + 1e-10, "{count} terms on {bound}: {runs:?}");
            }
        }
    }

    /// The largest error in each stretch of `(0, 1]` between two sign changes.
    fn runs_of_one_sign(error: impl Fn(f64) -> f64) -> Vec<f64> {
        let mut runs: Vec<(f64, f64)> = Vec::new();
        for i in 1..=400_000 {
            let e = error(f64::from(i) / 400_000.0);
            match runs.last_mut() {
                Some((sign, most)) if *sign == e.signum() => *most = most.max(e.abs()),
                _ => runs.push((e.signum(), e.abs())),
            }
        }
        runs.into_iter().map(|(_, most)| most).collect()
    }
}
