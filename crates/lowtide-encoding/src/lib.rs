//! Vectors of numbers to plaintexts and back.
