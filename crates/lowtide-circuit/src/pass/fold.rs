//! Constants are computed once, here.

use super::rewrite;
use crate::{Circuit, NodeId, Op, Value, build::Draft, read};

/// So many numbers in vectors are computed at most, 128 MiB of them: what is left is computed when the circuit runs, where
/// values are let go of once they were used.
const NUMBERS: usize = 1 << 24;

/// The circuit with operations on constants replaced by their results, and those with a neutral number left out: `x + 0`,
/// `x 1`, `x 0`, `-(-x)`, `x + (-y)`, two rotations in a row.
#[must_use]
pub fn fold_constants(circuit: &Circuit) -> Circuit {
    let mut folding = Folding { slots: circuit.slots() as u32, numbers: NUMBERS };
    rewrite(circuit, |draft, _, op| folding.fold(draft, op))
}

fn constant(draft: &Draft, id: NodeId) -> Option<&Value> {
    match draft.op(id) {
        Op::Constant(value) => Some(value),
        _ => None,
    }
}

struct Folding {
    slots: u32,
    /// How many numbers in vectors may still be computed.
    numbers: usize,
}

impl Folding {
    /// The result of an operation on constants, unless it is too large.
    fn computed(&mut self, draft: &Draft, op: &Op) -> Option<Value> {
        op.operands().next()?;
        let operands: Option<Vec<&Value>> = op.operands().map(|id| constant(draft, id)).collect();
        let length = |value: &&Value| if let Value::Vector(values) = value { values.len() } else { 0 };
        let length = operands?.iter().map(length).max().unwrap_or(0);
        self.numbers = self.numbers.checked_sub(length)?;
        let value = read::compute(op, &|_| unreachable!("an input has no operands"), &|id| {
            constant(draft, id).expect("all operands are constants")
        });
        // Overflow is left for the analysis to find where it happens.
        value.is_finite().then(|| value.compact())
    }

    fn fold(&mut self, draft: &mut Draft, op: Op) -> NodeId {
        if let Some(value) = self.computed(draft, &op) {
            return draft.intern(Op::Constant(value));
        }
        let slots = self.slots;
        let number = |draft: &Draft, id| match constant(draft, id) {
            Some(Value::Scalar(x)) => Some(*x),
            _ => None,
        };
        let negated = |draft: &Draft, id| match *draft.op(id) {
            Op::Neg(inner) => Some(inner),
            _ => None,
        };
        match op {
            Op::Constant(value) => draft.intern(Op::Constant(value.compact())),
            Op::Add(a, b) if number(draft, b) == Some(0.0) => a,
            Op::Add(a, b) if number(draft, a) == Some(0.0) => b,
            Op::Add(a, b) => match (negated(draft, a), negated(draft, b)) {
                (_, Some(y)) => self.fold(draft, Op::Sub(a, y)),
                (Some(x), None) => self.fold(draft, Op::Sub(b, x)),
                (None, None) => draft.intern(Op::Add(a, b)),
            },
            Op::Sub(a, b) if number(draft, b) == Some(0.0) => a,
            Op::Sub(a, b) if number(draft, a) == Some(0.0) => self.fold(draft, Op::Neg(b)),
            Op::Sub(a, b) if a == b => draft.intern(Op::Constant(Value::Scalar(0.0))),
            Op::Sub(a, b) => match negated(draft, b) {
                Some(y) => self.fold(draft, Op::Add(a, y)),
                None => draft.intern(Op::Sub(a, b)),
            },
            Op::Mul(a, b) if number(draft, b) == Some(1.0) => a,
            Op::Mul(a, b) if number(draft, a) == Some(1.0) => b,
            Op::Mul(a, b) if number(draft, a) == Some(0.0) || number(draft, b) == Some(0.0) => {
                draft.intern(Op::Constant(Value::Scalar(0.0)))
            }
            Op::Mul(a, b) if number(draft, b) == Some(-1.0) => self.fold(draft, Op::Neg(a)),
            Op::Mul(a, b) if number(draft, a) == Some(-1.0) => self.fold(draft, Op::Neg(b)),
            Op::Neg(a) => match *draft.op(a) {
                Op::Neg(inner) => inner,
                Op::Sub(x, y) => draft.intern(Op::Sub(y, x)),
                _ => draft.intern(Op::Neg(a)),
            },
            Op::Square(a) => match *draft.op(a) {
                Op::Neg(inner) => draft.intern(Op::Square(inner)),
                _ => draft.intern(Op::Square(a)),
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
}
