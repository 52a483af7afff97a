//! Writing: an operation as a person would write it, given what its operands are.

use super::plan::Plan;
use crate::{NodeId, Op};

/// How tightly the parts of a phrase hold together, loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    Sum,
    Product,
    Sign,
    Power,
    Atom,
}

/// One operation, its operands in the order in which they are written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Phrase {
    /// `a + b`, `a - b`, `a * b`.
    Infix(NodeId, char, NodeId),
    /// `a * a`, `a^3`, and so on.
    Power(NodeId, u32),
    /// `-a`.
    Minus(NodeId),
    /// `square(a)`, `rotate(a, 3)`.
    Call(&'static str, NodeId, Option<u32>),
}

impl Phrase {
    /// The phrase of an operation; none for inputs and constants.
    pub(super) fn new(plan: &Plan<'_>, op: &Op) -> Option<Self> {
        Some(match *op {
            Op::Input(_) | Op::Constant(_) => return None,
            Op::Add(a, b) => {
                let (a, b) = plan.in_order(a, b, Binding::Sum);
                Self::Infix(a, '+', b)
            }
            Op::Sub(a, b) => Self::Infix(a, '-', b),
            Op::Mul(a, b) => plan.power(a, b).map_or_else(
                || {
                    let (a, b) = plan.in_order(a, b, Binding::Product);
                    Self::Infix(a, '*', b)
                },
                |(base, exponent)| Self::Power(base, exponent),
            ),
            Op::Neg(a) => Self::Minus(a),
            Op::Square(a) => Self::Call("square", a, None),
            Op::Rotate(a, steps) => Self::Call("rotate", a, Some(steps)),
            Op::Conjugate(a) => Self::Call("conjugate", a, None),
        })
    }

    pub(super) const fn binding(&self) -> Binding {
        match self {
            Self::Infix(_, '*', _) | Self::Power(_, 2) => Binding::Product,
            Self::Infix(..) => Binding::Sum,
            Self::Power(..) => Binding::Power,
            Self::Minus(_) => Binding::Sign,
            Self::Call(..) => Binding::Atom,
        }
    }

    /// The operands, as often as they are written.
    pub(super) fn operands(&self) -> impl Iterator<Item = NodeId> + use<> {
        let (first, second) = match *self {
            Self::Infix(a, _, b) => (a, Some(b)),
            Self::Power(a, _) | Self::Minus(a) | Self::Call(_, a, _) => (a, None),
        };
        [Some(first), second].into_iter().flatten()
    }

    /// The number of characters it takes; names that are not known yet count as four.
    pub(super) fn width(&self, plan: &Plan<'_>) -> usize {
        let operand = |id, place| plan.width(id) + 2 * usize::from(self.encloses(plan, id, place));
        match *self {
            Self::Infix(a, _, b) => operand(a, 0) + 3 + operand(b, 1),
            Self::Power(a, 2) => 2 * plan.width(a) + 3,
            Self::Power(a, exponent) => plan.width(a) + 1 + digits(exponent),
            Self::Minus(a) => 1 + operand(a, 0),
            Self::Call(name, a, steps) => {
                name.len() + 2 + plan.width(a) + steps.map_or(0, |steps| 2 + digits(steps))
            }
        }
    }

    /// The words; `text` gives those of an operand.
    pub(super) fn write(&self, plan: &Plan<'_>, mut text: impl FnMut(NodeId) -> String) -> String {
        let mut operand = |id, place| {
            let text = text(id);
            if self.encloses(plan, id, place) { format!("({text})") } else { text }
        };
        match *self {
            Self::Infix(a, sign, b) => {
                let left = operand(a, 0);
                format!("{left} {sign} {}", operand(b, 1))
            }
            Self::Power(a, exponent) => {
                let base = operand(a, 0);
                if exponent == 2 { format!("{base} * {base}") } else { format!("{base}^{exponent}") }
            }
            Self::Minus(a) => format!("-{}", operand(a, 0)),
            Self::Call(name, a, None) => format!("{name}({})", operand(a, 0)),
            Self::Call(name, a, Some(steps)) => format!("{name}({}, {steps})", operand(a, 0)),
        }
    }

    /// Whether an operand stands in parentheses, in the first or second place.
    fn encloses(&self, plan: &Plan<'_>, operand: NodeId, place: usize) -> bool {
        match self {
            Self::Infix(..) if place == 0 => plan.binding(operand) < self.binding(),
            Self::Infix(..) => plan.binding(operand) <= self.binding(),
            // A sign before a bare number would belong to the number.
            Self::Minus(_) => plan.binding(operand) < Binding::Power || plan.is_number(operand),
            Self::Power(..) | Self::Call(..) => false,
        }
    }
}

const fn digits(x: u32) -> usize {
    match x.checked_ilog10() {
        Some(log) => log as usize + 1,
        None => 1,
    }
}
