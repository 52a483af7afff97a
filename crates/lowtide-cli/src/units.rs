//! Quantities as people read them.

use std::fmt;

/// Bytes: `312.4 MiB`.
pub(crate) struct Bytes(pub(crate) u64);

/// A count: `11,982`.
pub(crate) struct Count(pub(crate) usize);

/// Seconds: `0.43 s`, `12.3 s`, `2 min 5 s`.
pub(crate) struct Seconds(pub(crate) f64);

/// Seconds, also small ones: `4.2 ms`, `0.43 s`.
pub(crate) struct Time(pub(crate) f64);

/// A guess at seconds: `0.5 s`, `12 s`, `2 min`.
pub(crate) struct About(pub(crate) f64);

/// A share of one: `92.14 %`.
pub(crate) struct Percent(pub(crate) f64);

/// A count with its noun: `1 row`, `2 rows`.
pub(crate) struct Of(pub(crate) usize, pub(crate) &'static str);

/// A number with eight or nine digits that count: `3.00000012`, `1.2500000e-7`.
pub(crate) struct Real(pub(crate) f64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
        if self.0 < 1024 {
            return write!(f, "{} bytes", self.0);
        }
        let mut value = self.0 as f64 / 1024.0;
        let mut units = UNITS.iter();
        let mut unit = units.next();
        while value >= 999.95 {
            let Some(next) = units.next() else { break };
            (value, unit) = (value / 1024.0, Some(next));
        }
        write!(f, "{value:.1} {}", unit.unwrap_or(&"KiB"))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let mut text = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        f.pad(&text)
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            seconds if seconds < 9.995 => write!(f, "{seconds:.2} s"),
            seconds if seconds < 119.5 => write!(f, "{seconds:.0} s"),
            seconds => write!(f, "{:.0} min", seconds / 60.0),
        }
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            seconds if seconds < 0.0995 => write!(f, "{:.1} ms", 1e3 * seconds),
            seconds => Seconds(seconds).fmt(f),
        }
    }
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            seconds if seconds < 0.095 => write!(f, "under 0.1 s"),
            seconds if seconds < 9.95 => write!(f, "about {seconds:.1} s"),
            seconds => write!(f, "about {}", Seconds(seconds)),
        }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} %", 100.0 * self.0)
    }
}

impl fmt::Display for Real {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.abs();
        let text = if size == 0.0 {
            "0".into()
        } else if (1e-3..1e9).contains(&size) {
            let decimals = (8 - size.log10().floor() as i32).clamp(0, 9) as usize;
            format!("{:.decimals$}", self.0)
        } else {
            format!("{:.7e}", self.0)
        };
        f.pad(&text)
    }
}

impl fmt::Display for Of {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(count, noun) = *self;
        let plural = match noun {
            _ if count == 1 => "",
            _ if noun.ends_with("ch") => "es",
            _ => "s",
        };
        write!(f, "{} {noun}{plural}", Count(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_read_well() {
        let bytes = [0, 1023, 1024, 1536, 1 << 20, (1 << 20) - 1, 5 << 30].map(|n| Bytes(n).to_string());
        assert_eq!(bytes, ["0 bytes", "1023 bytes", "1.0 KiB", "1.5 KiB", "1.0 MiB", "1.0 MiB", "5.0 GiB"]);
        assert_eq!(
            [7, 999, 1000, 11_982, 1_234_567].map(|n| Count(n).to_string()),
            ["7", "999", "1,000", "11,982", "1,234,567"]
        );
        assert_eq!(
            [0.434, 12.3, 119.0, 130.0].map(|s| Seconds(s).to_string()),
            ["0.43 s", "12 s", "119 s", "2 min"]
        );
        assert_eq!([0.0042, 0.0994, 0.43].map(|s| Time(s).to_string()), ["4.2 ms", "99.4 ms", "0.43 s"]);
        assert_eq!(
            [0.01, 1.23, 12.3].map(|s| About(s).to_string()),
            ["under 0.1 s", "about 1.2 s", "about 12 s"]
        );
        assert_eq!(
            [0.0, 1.0, -3.5, 0.004, 123_456.7, 1.25e-7, -2e12, f64::INFINITY].map(|x| Real(x).to_string()),
            [
                "0",
                "1.00000000",
                "-3.50000000",
                "0.004000000",
                "123456.700",
                "1.2500000e-7",
                "-2.0000000e12",
                "inf"
            ]
        );
        assert_eq!(Percent(0.92137).to_string(), "92.14 %");
        assert_eq!(
            [Of(1, "row"), Of(2, "row"), Of(6, "mini-batch")].map(|of| of.to_string()),
            ["1 row", "2 rows", "6 mini-batches"]
        );
    }
}
