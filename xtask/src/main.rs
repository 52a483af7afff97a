//! Every routine the project has.
fn main() {}
