//! How long the process was on a processor, where the system says so: unlike the time on the wall, that is not lengthened by
//! others who wait for the same one.

use std::fs;

/// Ticks of a second in what Linux tells: the same on every machine.
const TICKS: f64 = 100.0;

/// Seconds of all threads so far.
pub(crate) fn seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program stands in parentheses and may hold anything.
    let (_, numbers) = stat.rsplit_once(')')?;
    let mut ticks = numbers.split_whitespace().skip(11).map(str::parse::<f64>);
    let (user, system) = (ticks.next()?.ok()?, ticks.next()?.ok()?);
    Some((user + system) / TICKS)
}

#[cfg(test)]
mod tests {
    #[test]
    #[cfg(target_os = "linux")]
    fn time_passes() {
        let begin = super::seconds().unwrap();
        let mut x = 1_u64;
        while super::seconds().unwrap() < begin + 0.03 {
            x = x.wrapping_mul(3);
        }
        assert_ne!(x, 0);
    }
}
