//! How far the values of an encrypted run are at most from those of the clear one: an error for every step.
//!
//! **Affine arithmetic** (Comba and Stolfi, "Affine arithmetic and its applications to computer graphics", 1993). The
//! error of a value is a sum over what caused it: encryptions, encodings, roundings after a division, key switches. Each
//! source is known by its standard deviation (see `lowtide_ckks::Noise`), and by how strongly the value depends on it: a
//! range of factors over all slots. A source that reaches a value on two ways adds up with its signs, different sources
//! add in squares, and a rotated source is another one. Products take the sizes of their factors from the ranges, and
//! the product of both errors. Errors are complex, and what is decoded of them is their real part; in first order that
//! comes from real parts alone.
//!
//! **From deviations to bounds.** Errors of one origin are normal in a slot (fresh encryptions, encodings), or the
//! product of two normal numbers (a rounding times the secret, a digit times the error of a key), of which one may be
//! large in the same slot again and again. Given that one, their sum is normal. With complex deviations `d` and `e` of
//! both kinds, the error of a slot passes `sqrt(L d^2 + (L/2)^2 e^2)` with probability about `exp(-L)`. We take
//! `L = ln(slots) + 30 ln 2`: a value passes its bound in some slot once in a billion runs. That is 5 standard deviations
//! of the first kind and 11 of the second for 4 slots, 5.5 and 15 for `2^13`.
//!
//! **Double precision** counts as well: of the clear values themselves, of encoding and decoding, of scales.
//!
//! Near linear: of each value's sources the largest 128 or more are told apart. Those which no other value depends on any more
//! become one source, without loss; others go into a rest that is added as if it always had the worst sign.

mod encoding;
mod form;
mod interval;
mod reach;
mod source;

use lowtide_ckks::Scale;

use self::{encoding::Encodings, form::Form, interval::Interval, reach::Reach, source::Sources};
use super::Range;
use crate::{
    NodeId, Program, Secrecy, Value,
    program::{Instruction, Kind, PublicOp, Register, Step},
};

/// What is known of every step of a program before it runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    steps: Vec<StepPrediction>,
    nodes: Vec<f64>,
}

/// What is known of one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepPrediction {
    /// The largest absolute value in any slot.
    pub magnitude: f64,
    /// The largest error in any slot, if the value were decrypted here: before scaling, as the numbers. 0 for public
    /// values.
    pub error: f64,
    /// The step which most of the error comes from.
    pub origin: Register,
}

impl Prediction {
    /// By step.
    #[must_use]
    pub fn steps(&self) -> &[StepPrediction] {
        &self.steps
    }

    /// The largest error of a node, in whichever of its steps: raw, relinearized, rescaled, lowered. 0 where it has none, as
    /// inside a sum of rotations that is made in one piece.
    ///
    /// # Panics
    /// When there is no such node in the program's circuit.
    #[must_use]
    pub fn node(&self, id: NodeId) -> f64 {
        self.nodes[id.index()]
    }
}

/// Predicts the error of every step, for inputs on which the nodes of the program's circuit stay in the given ranges
/// ([`ranges`](super::ranges) of [`Program::circuit`]), encrypted under the secret key.
///
/// # Panics
/// When the ranges are those of another circuit.
#[must_use]
pub fn noise(program: &Program, ranges: &[Range]) -> Prediction {
    assert_eq!(ranges.len(), program.circuit().nodes().len(), "the ranges of another circuit");
    let mut reading = Reading {
        program,
        ranges,
        reach: Reach::new(program),
        sources: Sources::default(),
        values: Vec::with_capacity(program.steps().len()),
        encodings: Encodings::new(program),
    };
    let mut nodes = vec![0.0_f64; ranges.len()];
    let mut steps = Vec::with_capacity(program.steps().len());
    for (i, step) in program.steps().iter().enumerate() {
        let prediction = reading.step(Register(i as u32), step);
        if let Some(id) = step.node {
            nodes[id.index()] = nodes[id.index()].max(prediction.error);
        }
        steps.push(prediction);
    }
    Prediction { steps, nodes }
}

struct Reading<'a> {
    program: &'a Program,
    ranges: &'a [Range],
    reach: Reach<'a>,
    sources: Sources,
    values: Vec<Known>,
    encodings: Encodings,
}

/// A value, and its error while somebody still needs it; none for public values.
struct Known {
    range: Interval,
    form: Option<Form>,
}

impl Reading<'_> {
    fn step(&mut self, at: Register, step: &Step) -> StepPrediction {
        let range = step
            .node
            .map_or_else(|| self.range(&step.instruction), |id| Interval::of(&self.ranges[id.index()]));
        let mut form = self.form(at, step, range);
        let magnitude = range.magnitude();
        let prediction = form.as_ref().map_or(StepPrediction { magnitude, error: 0.0, origin: at }, |form| {
            StepPrediction {
                magnitude,
                error: form.bound() + magnitude * self.reach.double(),
                origin: self.sources.origin(form).unwrap_or(at),
            }
        });
        if let Some(form) = &form {
            self.sources.hold(form);
        }
        self.free(at, step);
        if step.last_use == at {
            if let Some(form) = form.take() {
                self.sources.release(&form);
            }
        } else if let Some(form) = &mut form {
            self.sources.fold(form);
        }
        self.values.push(Known { range, form });
        prediction
    }

    /// Lets go of what this step is the last to use.
    fn free(&mut self, at: Register, step: &Step) {
        for operand in step.instruction.operands() {
            let last = self.program.steps()[operand.index()].last_use == at;
            if let Some(form) = last.then(|| self.values[operand.index()].form.take()).flatten() {
                self.sources.release(&form);
            }
        }
        self.encodings.free(at, &mut self.sources);
    }

    /// The error of a step's result.
    fn form(&mut self, at: Register, step: &Step, range: Interval) -> Option<Form> {
        let prime = |level: usize| self.program.params().literal().q[level];
        let mut form = match &step.instruction {
            Instruction::Public(_) | Instruction::Encode(_) => return None,
            Instruction::Input(input)
                if self.program.inputs()[*input as usize].secrecy == Secrecy::Public =>
            {
                return None;
            }
            Instruction::Input(_) => {
                let reach = self.reach.fresh() / step.scale.to_f64();
                let mut form = Form::zero();
                form.push(self.sources.add(at, self.reach.every_slot()), 0, Interval::point(reach));
                let encoding = self.reach.encoding(range.magnitude(), &step.scale);
                form.push(self.sources.add(at, self.program.slots()), 0, Interval::point(encoding));
                form.add_rest(range.magnitude() * self.reach.double(), at);
                form
            }
            Instruction::Add(a, b) => Form::sum(self.error(*a), self.error(*b), false),
            Instruction::Sub(a, b) => Form::sum(self.error(*a), self.error(*b), true),
            Instruction::Neg(a) => self.error(*a).times(Interval::point(-1.0)),
            Instruction::MulInteger(a, factor) => self.error(*a).times(Interval::point(*factor as f64)),
            Instruction::AddPublic(a, b) => {
                let mut form = self.error(*a).clone();
                self.encode(&mut form, at, *b, &step.scale, Interval::point(1.0));
                form
            }
            Instruction::MulPublic(a, b, scale) => {
                let (x, y) = (self.values[a.index()].range, self.values[b.index()].range);
                let mut form = self.error(*a).times(y);
                self.encode(&mut form, at, *b, scale, x);
                form
            }
            Instruction::Mul(a, b) => {
                let (x, y) = (self.values[a.index()].range, self.values[b.index()].range);
                let (left, right) = (self.error(*a), self.error(*b));
                let mut form = Form::sum(&left.times(y), &right.times(x), false);
                form.add_rest(left.complex_bound() * right.complex_bound(), at);
                form
            }
            Instruction::Square(a) => {
                let (x, error) = (self.values[a.index()].range, self.error(*a));
                let mut form = error.times(x.times(Interval::point(2.0)));
                form.add_rest(error.complex_bound().powi(2), at);
                form
            }
            Instruction::RelinearizeRescale(a) => {
                let (form, above) = (self.error(*a).clone(), step.level + 1);
                let scale = &step.scale * &Scale::prime(prime(above));
                let form = self.noisier(form, at, self.reach.switch(above), &scale);
                self.noisier(form, at, self.reach.division(), &step.scale)
            }
            Instruction::Conjugate(a) => {
                let form = self.error(*a).conjugate();
                self.noisier(form, at, self.reach.switch(step.level), &step.scale)
            }
            Instruction::Rotate(a, steps) => {
                let form = self.sources.rotate(self.error(*a), *steps);
                self.noisier(form, at, self.reach.switch(step.level), &step.scale)
            }
            Instruction::RotateSum(a, turns) => {
                let size = self.values[a.index()].range.magnitude();
                let form = self.sources.turned(&self.error(*a).clone(), turns);
                let reach = self.reach.switches(step.level, step.instruction.key_switches());
                let mut form = self.noisier(form, at, reach, &step.scale);
                // Each sum on the way to the clear value is rounded.
                let terms = turns.len() as f64;
                form.add_rest(size * terms * terms / 2.0 * f64::EPSILON / 2.0, at);
                form
            }
            Instruction::Rescale(a) => {
                let form = self.error(*a).clone();
                self.noisier(form, at, self.reach.division(), &step.scale)
            }
            Instruction::Drop(a, _) => self.error(*a).clone(),
            Instruction::Lower(a, _) => {
                // The number 1, rounded at the scale that makes the result's.
                let above = &self.program.steps()[a.index()].scale;
                let one = &(&step.scale * &Scale::prime(prime(step.level + 1))) / above;
                let mut form = self.error(*a).clone();
                let relative = 0.5 / one.to_f64() + self.reach.double();
                form.add_rest(range.magnitude() * relative, at);
                self.noisier(form, at, self.reach.division(), &step.scale)
            }
        };
        let arithmetic = step.instruction.operands().count() == 2
            || matches!(step.instruction, Instruction::Square(_) | Instruction::MulInteger(..));
        if arithmetic {
            // The clear value is rounded as well.
            form.add_rest(range.magnitude() * f64::EPSILON / 2.0, at);
        }
        Some(form)
    }

    fn error(&self, register: Register) -> &Form {
        self.values[register.index()].form.as_ref().expect("a ciphertext, kept until its last use")
    }

    fn noisier(&mut self, mut form: Form, at: Register, reach: f64, scale: &Scale) -> Form {
        let source = self.sources.add(at, self.reach.every_slot());
        form.push(source, 0, Interval::point(reach / scale.to_f64()));
        form
    }

    /// The rounding of a public value at a scale, times what it is multiplied by.
    fn encode(&mut self, form: &mut Form, at: Register, public: Register, scale: &Scale, factor: Interval) {
        let size = self.values[public.index()].range.magnitude();
        form.add_rest(factor.magnitude() * size * self.reach.double(), at);
        if self.program.steps()[public.index()].kind != Kind::Plaintext {
            // A number is one coefficient, off by half a unit.
            form.add_rest(factor.magnitude() * 0.5 / scale.to_f64(), at);
            return;
        }
        let reach = self.reach.encoding(size, scale);
        let (source, turn, sign) = self.encodings.source(public, scale, at, &mut self.sources);
        form.push(source, turn, factor.times(Interval::point(sign * reach)));
    }

    /// The range of a step on the way to a node.
    fn range(&self, instruction: &Instruction) -> Interval {
        let of = |register: &Register| self.values[register.index()].range;
        match instruction {
            // No step of the compiler; its value could be anything.
            Instruction::Input(_) => Interval::EVERYTHING,
            Instruction::Public(PublicOp::Constant(value)) => match value {
                Value::Scalar(x) => Interval::point(*x),
                Value::Vector(numbers) => {
                    Interval::of(&numbers.iter().fold(Range::EMPTY, |range, x| range.with(*x)))
                }
            },
            Instruction::Add(a, b)
            | Instruction::AddPublic(a, b)
            | Instruction::Public(PublicOp::Add(a, b)) => of(a).plus(of(b)),
            Instruction::Sub(a, b) | Instruction::Public(PublicOp::Sub(a, b)) => {
                of(a).plus(of(b).times(Interval::point(-1.0)))
            }
            Instruction::Neg(a) | Instruction::Public(PublicOp::Neg(a)) => of(a).times(Interval::point(-1.0)),
            Instruction::MulInteger(a, factor) => of(a).times(Interval::point(*factor as f64)),
            Instruction::Mul(a, b)
            | Instruction::MulPublic(a, b, _)
            | Instruction::Public(PublicOp::Mul(a, b)) => of(a).times(of(b)),
            Instruction::Square(a) => of(a).times(of(a)),
            Instruction::RotateSum(a, turns) => of(a).times(Interval::point(turns.len() as f64)),
            Instruction::RelinearizeRescale(a)
            | Instruction::Rescale(a)
            | Instruction::Drop(a, _)
            | Instruction::Lower(a, _)
            | Instruction::Rotate(a, _)
            | Instruction::Conjugate(a)
            | Instruction::Encode(a)
            | Instruction::Public(PublicOp::Rotate(a, _)) => of(a),
        }
    }
}
