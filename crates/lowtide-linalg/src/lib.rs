//! Encrypted vectors and matrices in tiles of slots.
