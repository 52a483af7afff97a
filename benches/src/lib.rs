//! Criterion suites for every layer, with the rivals beside us in the same run.
