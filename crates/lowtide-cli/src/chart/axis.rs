//! The numbers of an axis: round ones, from below the smallest value to above the largest.

/// An axis with a tick at every multiple of a round number.
pub(super) struct Axis {
    low: f64,
    high: f64,
    step: f64,
    decimals: usize,
}

/// About so many ticks.
const TICKS: f64 = 5.0;

impl Axis {
    /// An axis for these values, with ticks no nearer than `finest`; what is no finite number is left out.
    pub(super) fn around(values: impl IntoIterator<Item = f64>, from_zero: bool, finest: f64) -> Self {
        let finite = values.into_iter().filter(|value| value.is_finite());
        let start = if from_zero { Some((0.0, 0.0)) } else { None };
        let range = finite.fold(start, |range: Option<(f64, f64)>, value| {
            Some(range.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
        });
        let (low, high) = range.unwrap_or((0.0, 1.0));
        let step = round_above((high - low) / TICKS).max(finest);
        let (low, up) = ((low / step).floor() * step, (high / step).ceil() * step);
        let high = if up > low { up } else { low + step };
        let decimals = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
        Self { low, high, step, decimals }
    }

    /// The ticks, upward.
    pub(super) fn ticks(&self) -> impl Iterator<Item = f64> + use<> {
        let (low, step) = (self.low, self.step);
        let count = ((self.high - self.low) / step).round() as usize;
        (0..=count).map(move |i| low + step * i as f64)
    }

    /// Where a value lies, from 0 to 1.
    pub(super) fn share(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    /// A tick as text.
    pub(super) fn written(&self, tick: f64) -> String {
        // Zero has no sign.
        format!("{:.*}", self.decimals, tick + 0.0)
    }

    /// A value as text, two digits finer than ticks.
    pub(super) fn exactly(&self, value: f64) -> String {
        let text = format!("{:.*}", self.decimals + 2, value);
        // Whole numbers need none of that.
        if value.fract() == 0.0 && self.decimals == 0 { format!("{value:.0}") } else { text }
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that is no smaller.
fn round_above(x: f64) -> f64 {
    let power = 10_f64.powf(x.log10().floor());
    [1.0, 2.0, 5.0].into_iter().map(|m| m * power).find(|round| *round >= x).unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(values: &[f64], from_zero: bool, finest: f64) -> Vec<String> {
        let axis = Axis::around(values.iter().copied(), from_zero, finest);
        axis.ticks().map(|tick| axis.written(tick)).collect()
    }

    #[test]
    fn ticks_are_round_and_enclose_the_values() {
        assert_eq!(written(&[84.3, 92.2], false, 1.0), ["84", "86", "88", "90", "92", "94"]);
        assert_eq!(written(&[0.27, 0.61], false, 0.01), ["0.2", "0.3", "0.4", "0.5", "0.6", "0.7"]);
        assert_eq!(written(&[1.0, 15.0], true, 1.0), ["0", "5", "10", "15"]);
        assert_eq!(written(&[0.512_345_6, 0.512_345_7], false, 0.01), ["0.51", "0.52"]);
        assert_eq!(written(&[7.0], false, 1.0), ["7", "8"]);
        assert_eq!(written(&[f64::NAN], false, 1.0), ["0", "1"]);
        assert_eq!(written(&[-0.5, 0.5], false, 0.01), ["-0.6", "-0.4", "-0.2", "0.0", "0.2", "0.4", "0.6"]);
    }
}
