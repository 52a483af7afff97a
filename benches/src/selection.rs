//! What to run, by the command line: criterion's filter, with `N=2^15` taken as it is written.

use std::env;

use criterion::Criterion;

/// Criterion, set up from the command line. It takes its filter for a regular expression, in which `2^15` would match
/// nothing; here the `^` of a power of two is that character.
#[must_use]
pub fn from_args(criterion: Criterion) -> Criterion {
    let criterion = criterion.configure_from_args();
    match env::args().skip(1).find(|word| word.contains("2^")) {
        Some(filter) => criterion.with_filter(filter.replace("2^", r"2\^")),
        None => criterion,
    }
}

/// Whether rows are measured, and not listed, tried or profiled: closing tables measure too.
#[must_use]
pub fn is_measurement() -> bool {
    !env::args()
        .any(|word| ["--list", "--test", "--profile-time"].iter().any(|other| word.starts_with(other)))
}
