//! The largest value of a function on an interval.

/// Where a function is largest, and how large.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peak {
    pub(super) at: f64,
    pub(super) value: f64,
}

impl Peak {
    fn of(f: &impl Fn(f64) -> f64, at: f64) -> Self {
        Self { at, value: f(at) }
    }

    fn or(self, other: Self) -> Self {
        if other.value > self.value { other } else { self }
    }
}

/// The largest value of `f` on `[low, high]`: every local peak among `pieces + 1` samples is refined by
/// golden-section search, to half the digits of its place and all digits of its height.
pub(super) fn largest(f: impl Fn(f64) -> f64, low: f64, high: f64, pieces: usize) -> Peak {
    let place = |i: usize| low + (high - low) * i as f64 / pieces as f64;
    let samples: Vec<Peak> = (0..=pieces).map(|i| Peak::of(&f, place(i))).collect();
    let mut best = samples[0].or(samples[pieces]);
    for around in samples.windows(3) {
        let [left, middle, right] = around else { continue };
        if middle.value >= left.value.max(right.value) {
            best = best.or(golden_section(&f, left.at, right.at)).or(*middle);
        }
    }
    // A peak may hide between the last sample and the end of the interval.
    best.or(golden_section(&f, place(0), place(1))).or(golden_section(&f, place(pieces - 1), place(pieces)))
}

fn golden_section(f: &impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> Peak {
    let golden = 0.5 * (5f64.sqrt() - 1.0);
    let (mut left, mut right) =
        (Peak::of(f, high - golden * (high - low)), Peak::of(f, low + golden * (high - low)));
    for _ in 0..48 {
        if left.value > right.value {
            (high, right) = (right.at, left);
            left = Peak::of(f, high - golden * (high - low));
        } else {
            (low, left) = (left.at, right);
            right = Peak::of(f, low + golden * (high - low));
        }
    }
    left.or(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_peaks_inside_and_at_the_ends() {
        let inside = largest(|x| -(x - 1.3) * (x - 1.3), 0.0, 5.0, 16);
        assert!((inside.at - 1.3).abs() < 1e-7 && inside.value > -1e-15);
        assert_eq!(largest(|x| x, 0.0, 5.0, 16).at, 5.0);
        assert_eq!(largest(|x| -x, 0.0, 5.0, 16).at, 0.0);
    }
}
