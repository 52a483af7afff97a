//! Where the time of a run goes.

use std::{collections::BTreeMap, time::Duration};

use crate::RegionId;

/// When a task ran, counted from the beginning of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its place in [`Program::tasks`](crate::Program::tasks).
    pub task: usize,
    /// The region of its first step.
    pub region: RegionId,
    /// When it had its operands and a thread.
    pub begin: Duration,
    /// When its values were there.
    pub end: Duration,
}

/// The time of a run by region. While several tasks run, the time is divided among them: all regions together took as long
/// as there was anything to do, whatever the number of threads.
#[must_use]
pub fn time_by_region(spans: &[Span]) -> BTreeMap<RegionId, Duration> {
    let both = |span: &Span| [(span.begin, false, span.region), (span.end, true, span.region)];
    let mut events: Vec<(Duration, bool, RegionId)> = spans.iter().flat_map(both).collect();
    events.sort_unstable();
    let (mut shares, mut running): (BTreeMap<_, Duration>, BTreeMap<RegionId, u32>) = Default::default();
    let (mut last, mut count) = (Duration::ZERO, 0_u32);
    for (at, ends, region) in events {
        for (region, tasks) in running.iter().filter(|(_, tasks)| **tasks > 0) {
            *shares.entry(*region).or_default() += (at - last) * *tasks / count;
        }
        let tasks = running.entry(region).or_default();
        (*tasks, count) = if ends { (*tasks - 1, count - 1) } else { (*tasks + 1, count + 1) };
        last = at;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(region: u32, begin: u64, end: u64) -> Span {
        let [begin, end] = [begin, end].map(Duration::from_millis);
        Span { task: 0, region: RegionId(region), begin, end }
    }

    #[test]
    fn time_is_divided_among_what_runs() {
        let spans = [span(1, 0, 10), span(2, 4, 10), span(2, 4, 10), span(1, 20, 25), span(3, 25, 25)];
        let shares = time_by_region(&spans);
        let milliseconds = |region| shares.get(&RegionId(region)).map(Duration::as_millis);
        assert_eq!((milliseconds(1), milliseconds(2)), (Some(4 + 2 + 5), Some(4)));
        assert_eq!(shares.values().sum::<Duration>(), Duration::from_millis(15));
        assert!(time_by_region(&[]).is_empty());
    }
}
