//! A product of equal factors is a square, which is cheaper.

use super::rewrite;
use crate::{Circuit, Op};

/// The circuit with squares for products of equal factors.
#[must_use]
pub fn find_squares(circuit: &Circuit) -> Circuit {
    rewrite(circuit, |draft, _, op| match op {
        Op::Mul(a, b) if a == b => draft.intern(Op::Square(a)),
        op => draft.intern(op),
    })
}
