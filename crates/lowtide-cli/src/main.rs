//! `lowtide`: train logistic regression on encrypted data from the command line.
fn main() {}
