//! What one step of a program does.

use std::{borrow::Cow, sync::Arc};

use lowtide_ckks::{Ciphertext, Error as Ckks, EvaluationKeys, Plaintext, Scale};
use lowtide_encoding::Encoder;

use super::{Held, place, repeated};
use crate::{
    Error, Program, Value,
    program::{Instruction, PublicOp, Register, Step},
};

/// What steps have besides their operands.
pub(super) struct Machine<'a> {
    pub(super) program: &'a Program,
    pub(super) keys: &'a EvaluationKeys,
    pub(super) encoder: Encoder,
    pub(super) inputs: Vec<Held<'a>>,
}

/// The values that a task uses, by register.
pub(super) type Operands<'a> = [(Register, Arc<Held<'a>>)];

impl<'a> Machine<'a> {
    /// The values of the steps of a task.
    pub(super) fn task(&self, steps: &[Step], operands: &Operands<'a>) -> Result<Vec<Held<'a>>, Error> {
        let placed = |step: &Step| {
            let place = place(self.program, step);
            move |source| Error::Scheme { place, source }
        };
        if let [Step { instruction: Instruction::Rotate(source, _), .. }, _, ..] = steps {
            let hoisted = ciphertext(operands, *source).hoist();
            let rotate = |step: &Step| match step.instruction {
                Instruction::Rotate(_, steps) => {
                    let rotated = hoisted.rotate(steps.into(), self.keys).map_err(placed(step))?;
                    Ok(Held::Ciphertext(Cow::Owned(rotated)))
                }
                _ => unreachable!("a task of rotations"),
            };
            return steps.iter().map(rotate).collect();
        }
        steps.iter().map(|step| self.step(step, operands).map_err(placed(step))).collect()
    }

    fn step(&self, step: &Step, held: &Operands<'a>) -> Result<Held<'a>, Ckks> {
        let x = |register: &Register| ciphertext(held, *register);
        Ok(Held::Ciphertext(Cow::Owned(match &step.instruction {
            Instruction::Input(input) => return Ok(self.inputs[*input as usize].clone()),
            Instruction::Public(op) => return Ok(Held::Public(compute(op, held))),
            Instruction::Encode(a) => {
                return self.encode(public(held, *a), step.level, &step.scale).map(Held::Plaintext);
            }
            Instruction::Add(a, b) => return join(at(held, *a), at(held, *b), false),
            Instruction::Sub(a, b) => return join(at(held, *a), at(held, *b), true),
            Instruction::Neg(a) => match at(held, *a) {
                Held::Product(product) => return Ok(Held::Product(product.neg())),
                _ => x(a).neg(),
            },
            Instruction::MulInteger(a, factor) => match at(held, *a) {
                Held::Product(product) => return Ok(Held::Product(product.mul_integer(*factor))),
                _ => x(a).mul_integer(*factor),
            },
            Instruction::AddPublic(a, b) => match at(held, *b) {
                Held::Plaintext(plain) => x(a).add_plain(plain)?,
                _ => x(a).add_constant(number(held, *b))?,
            },
            Instruction::MulPublic(a, b, scale) => match at(held, *b) {
                Held::Plaintext(plain) => x(a).mul_plain(plain)?,
                _ => x(a).mul_constant(number(held, *b), scale)?,
            },
            Instruction::Mul(a, b) => return x(a).mul(x(b)).map(Held::Product),
            Instruction::Square(a) => return Ok(Held::Product(x(a).square())),
            Instruction::RelinearizeRescale(a) => match at(held, *a) {
                Held::Product(product) => product.relinearize_rescale(self.keys)?,
                _ => unreachable!("only products are relinearized"),
            },
            Instruction::Rescale(a) => x(a).rescale()?,
            Instruction::Drop(a, level) => x(a).drop_to(*level)?,
            Instruction::Lower(a, level) => x(a).drop_to(level + 1)?.mul_constant_to(1.0, &step.scale)?,
            Instruction::Rotate(a, steps) => x(a).rotate((*steps).into(), self.keys)?,
            Instruction::RotateSum(a, turns) => {
                let turns: Vec<i64> = turns.iter().map(|steps| i64::from(*steps)).collect();
                x(a).rotate_sum(&turns, self.keys)?
            }
            Instruction::Conjugate(a) => x(a).conjugate(self.keys)?,
        })))
    }

    /// A public vector, as often as it fits.
    fn encode(&self, value: &Value, level: usize, scale: &Scale) -> Result<Plaintext, Ckks> {
        let values = repeated(&value.to_vec(self.program.slots()), self.encoder.slots());
        self.encoder.encode(&values, level, scale).map_err(|error| match error {
            lowtide_encoding::Error::Ckks(error) => error,
            _ => {
                Ckks::NotFinite { value: values.iter().copied().find(|x| !x.is_finite()).unwrap_or(f64::NAN) }
            }
        })
    }
}

fn at<'h, 'a>(held: &'h Operands<'a>, register: Register) -> &'h Held<'a> {
    let (_, value) =
        held.iter().find(|(own, _)| *own == register).expect("operands are kept until their last use");
    value
}

fn ciphertext<'h>(held: &'h Operands<'_>, register: Register) -> &'h Ciphertext {
    match at(held, register) {
        Held::Ciphertext(ciphertext) => ciphertext,
        _ => unreachable!("the compiler puts a ciphertext here"),
    }
}

fn public<'h>(held: &'h Operands<'_>, register: Register) -> &'h Value {
    match at(held, register) {
        Held::Public(value) => value,
        _ => unreachable!("the compiler puts a public value here"),
    }
}

fn number(held: &Operands<'_>, register: Register) -> f64 {
    public(held, register).scalar().expect("the compiler encodes vectors")
}

fn compute(op: &PublicOp, held: &Operands<'_>) -> Value {
    let x = |register: &Register| public(held, *register);
    match op {
        PublicOp::Constant(value) => value.clone(),
        PublicOp::Add(a, b) => x(a).zip(x(b), |x, y| x + y),
        PublicOp::Sub(a, b) => x(a).zip(x(b), |x, y| x - y),
        PublicOp::Mul(a, b) => x(a).zip(x(b), |x, y| x * y),
        PublicOp::Neg(a) => x(a).map(|x| -x),
        PublicOp::Rotate(a, steps) => x(a).rotate((*steps).into()),
    }
}

fn join<'a>(a: &Held<'_>, b: &Held<'_>, subtract: bool) -> Result<Held<'a>, Ckks> {
    let sum = match (a, b) {
        (Held::Ciphertext(x), Held::Ciphertext(y)) => {
            let sum = if subtract { x.sub(y) } else { x.add(y) };
            return Ok(Held::Ciphertext(Cow::Owned(sum?)));
        }
        (Held::Product(x), Held::Product(y)) => {
            if subtract {
                x.sub(y)
            } else {
                x.add(y)
            }
        }
        (Held::Product(x), Held::Ciphertext(y)) => {
            if subtract {
                x.add_ciphertext(&y.neg())
            } else {
                x.add_ciphertext(y)
            }
        }
        (Held::Ciphertext(x), Held::Product(y)) => {
            if subtract {
                y.neg().add_ciphertext(x)
            } else {
                y.add_ciphertext(x)
            }
        }
        _ => unreachable!("the compiler adds public values otherwise"),
    };
    sum.map(Held::Product)
}
