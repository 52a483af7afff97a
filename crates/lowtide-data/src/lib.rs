//! Tables in, rows out.
