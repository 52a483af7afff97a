//! Arithmetic in `Z_Q[X]/(X^N + 1)`, fast.
