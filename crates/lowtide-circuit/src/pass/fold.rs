//! Constants are computed once, here.

use super::rewrite;
use crate::{Circuit, NodeId, Op, Value, build::Draft, read};

/// The circuit with operations on constants replaced by their results, and those with a neutral number left out: `x + 0`,
/// `x 1`, `x 0`, `-(-x)`, two rotations in a row.
#[must_use]
pub fn fold_constants(circuit: &Circuit) -> Circuit {
    let slots = circuit.slots() as u32;
    rewrite(circuit, |draft, _, op| fold(draft, op, slots))
}

fn constant(draft: &Draft, id: NodeId) -> Option<&Value> {
    match draft.op(id) {
        Op::Constant(value) => Some(value),
        _ => None,
    }
}

fn fold(draft: &mut Draft, op: Op, slots: u32) -> NodeId {
    let constants = op.operands().all(|id| constant(draft, id).is_some());
    if constants && op.operands().next().is_some() {
        let value = read::compute(&op, &|_| unreachable!("an input has no operands"), &|id| {
            constant(draft, id).expect("all operands are constants")
        });
        // Overflow is left for the analysis to find where it happens.
        if value.is_finite() {
            return draft.intern(Op::Constant(value.compact()));
        }
    }
    let number = |draft: &Draft, id| constant(draft, id).and_then(Value::scalar);
    match op {
        Op::Add(a, b) if number(draft, b) == Some(0.0) => a,
        Op::Add(a, b) if number(draft, a) == Some(0.0) => b,
        Op::Sub(a, b) if number(draft, b) == Some(0.0) => a,
        Op::Sub(a, b) if number(draft, a) == Some(0.0) => fold(draft, Op::Neg(b), slots),
        Op::Sub(a, b) if a == b => draft.intern(Op::Constant(Value::Scalar(0.0))),
        Op::Mul(a, b) if number(draft, b) == Some(1.0) => a,
        Op::Mul(a, b) if number(draft, a) == Some(1.0) => b,
        Op::Mul(a, b) if number(draft, a) == Some(0.0) || number(draft, b) == Some(0.0) => {
            draft.intern(Op::Constant(Value::Scalar(0.0)))
        }
        Op::Mul(a, b) if number(draft, b) == Some(-1.0) => fold(draft, Op::Neg(a), slots),
        Op::Mul(a, b) if number(draft, a) == Some(-1.0) => fold(draft, Op::Neg(b), slots),
        Op::Neg(a) => match *draft.op(a) {
            Op::Neg(inner) => inner,
            Op::Sub(x, y) => draft.intern(Op::Sub(y, x)),
            _ => draft.intern(Op::Neg(a)),
        },
        Op::Rotate(a, steps) => match *draft.op(a) {
            Op::Rotate(inner, first) if (first + steps) % slots == 0 => inner,
            Op::Rotate(inner, first) => draft.intern(Op::Rotate(inner, (first + steps) % slots)),
            _ => draft.intern(Op::Rotate(a, steps)),
        },
        Op::Conjugate(a) => match *draft.op(a) {
            Op::Conjugate(inner) => inner,
            _ => draft.intern(Op::Conjugate(a)),
        },
        op => draft.intern(op),
    }
}
