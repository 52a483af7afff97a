//! How large public values are, so that products of them, made early, neither overflow nor vanish.

use crate::{Circuit, Op, Value};

/// The exponents of two between which a value's numbers lie, but for zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Magnitude {
    lowest: i32,
    highest: i32,
}

impl Magnitude {
    /// About one: also of what is not known before the circuit runs.
    pub(super) const ONE: Self = Self { lowest: 0, highest: 0 };

    fn of(value: &Value) -> Self {
        let numbers = match value {
            Value::Scalar(x) => std::slice::from_ref(x),
            Value::Vector(numbers) => numbers,
        };
        let exponents = numbers.iter().filter(|x| **x != 0.0).map(|x| x.abs().log2().floor() as i32);
        let widen = |range: Option<Self>, exponent: i32| match range {
            None => Some(Self { lowest: exponent, highest: exponent }),
            Some(Self { lowest, highest }) => {
                Some(Self { lowest: lowest.min(exponent), highest: highest.max(exponent) })
            }
        };
        exponents.fold(None, widen).unwrap_or(Self::ONE)
    }

    /// Of the product.
    pub(super) const fn times(self, other: Self) -> Self {
        Self {
            lowest: self.lowest.saturating_add(other.lowest),
            highest: self.highest.saturating_add(other.highest),
        }
    }

    /// Whether it leaves room on both sides: the product of any three such values is an ordinary number.
    pub(super) const fn is_modest(self) -> bool {
        self.lowest >= -256 && self.highest <= 256
    }
}

/// By node: the magnitude of public values, as far as constants tell.
pub(super) fn magnitudes(circuit: &Circuit) -> Vec<Magnitude> {
    circuit.fold(|_, op, before: &[Magnitude]| match *op {
        Op::Constant(ref value) => Magnitude::of(value),
        Op::Mul(a, b) => before[a.index()].times(before[b.index()]),
        Op::Square(a) => before[a.index()].times(before[a.index()]),
        Op::Neg(a) | Op::Rotate(a, _) | Op::Conjugate(a) => before[a.index()],
        Op::Input(_) | Op::Add(..) | Op::Sub(..) => Magnitude::ONE,
    })
}
