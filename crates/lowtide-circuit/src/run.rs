//! Running a program on ciphertexts.
//!
//! Steps run in waves: all whose operands are there run side by side. Rotations of one value share its decomposition. What
//! nothing uses any more is freed after its wave. The result does not depend on the number of threads, to the bit.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use lowtide_ckks::{Ciphertext, Error as Ckks, EvaluationKeys, Product};
use lowtide_encoding::Encoder;
use rayon::prelude::*;

use crate::{
    Circuit, Error, Program, Secrecy, Value,
    program::{Instruction, PublicOp, Register, Step},
};

/// What goes into a program and comes out of it.
#[derive(Clone, Debug)]
pub enum Datum {
    /// A vector in clear.
    Public(Vec<f64>),
    /// A ciphertext.
    Encrypted(Ciphertext),
}

/// How to run.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// Told of finished steps.
    pub on_progress: Option<OnProgress<'a>>,
    /// Stops the run at the next wave when it turns true.
    pub cancel: Option<&'a AtomicBool>,
}

/// Told how many steps of how many are done, and the name of the region that the last one belongs to.
pub type OnProgress<'a> = &'a dyn Fn(usize, usize, &str);

/// Sees every value as it is made.
pub(crate) type OnValue<'a> = &'a dyn Fn(&Step, &Held) -> Result<(), Error>;

/// A value while a program runs.
#[derive(Clone, Debug)]
pub(crate) enum Held {
    Public(Value),
    Ciphertext(Ciphertext),
    Product(Product),
}

/// Runs a program: inputs and outputs by name.
///
/// # Errors
/// A missing input or one of another form; a missing key; what the scheme says, with the place in the author's terms; or
/// [`Error::Cancelled`].
pub fn run(
    program: &Program,
    keys: &EvaluationKeys,
    inputs: &BTreeMap<String, Datum>,
    options: Options<'_>,
) -> Result<BTreeMap<String, Datum>, Error> {
    watched(program, keys, inputs, options, &|_, _| Ok(()))
}

/// As [`run()`], with an eye on every value.
pub(crate) fn watched(
    program: &Program,
    keys: &EvaluationKeys,
    inputs: &BTreeMap<String, Datum>,
    options: Options<'_>,
    on_value: OnValue<'_>,
) -> Result<BTreeMap<String, Datum>, Error> {
    let machine =
        Machine { program, keys, encoder: Encoder::new(program.params())?, inputs: check(program, inputs)? };
    let outputs: BTreeSet<Register> = program.outputs().iter().map(|(_, register)| *register).collect();
    let mut held: Vec<Option<Arc<Held>>> = vec![None; program.steps().len()];
    let mut done = 0;
    for wave in waves(program) {
        if options.cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
            return Err(Error::Cancelled);
        }
        let results = wave.par_iter().map(|task| machine.task(task, &held)).collect::<Result<Vec<_>, _>>()?;
        let steps = wave.iter().flatten().copied();
        for (register, value) in steps.zip(results.into_iter().flatten()) {
            let step = &program.steps()[register.index()];
            on_value(step, &value)?;
            held[register.index()] = Some(Arc::new(value));
            done += 1;
            if let Some(on_progress) = options.on_progress {
                let region = program.circuit().region_name(step.region);
                on_progress(done, program.steps().len(), &region);
            }
        }
        free(program, &wave, &outputs, &mut held);
    }
    let datum = |(name, register): &(String, Register)| {
        let value = match held[register.index()].as_deref().expect("outputs are kept") {
            Held::Public(value) => Datum::Public(value.to_vec(program.slots())),
            Held::Ciphertext(ciphertext) => Datum::Encrypted(ciphertext.clone()),
            Held::Product(_) => unreachable!("outputs are relinearized"),
        };
        (name.clone(), value)
    };
    Ok(program.outputs().iter().map(datum).collect())
}

/// The inputs in the program's order, as it wants them.
fn check(program: &Program, inputs: &BTreeMap<String, Datum>) -> Result<Vec<Held>, Error> {
    let slots = program.slots();
    let input = |wanted: &crate::program::ProgramInput| {
        let name = || wanted.name.clone();
        let given = inputs.get(&wanted.name).ok_or_else(|| Error::MissingInput { name: name(), slots })?;
        match (given, wanted.secrecy) {
            (Datum::Public(values), Secrecy::Public) if values.len() == slots => {
                Ok(Held::Public(Value::Vector(values.as_slice().into())))
            }
            (Datum::Public(values), Secrecy::Public) => {
                let what = format!("input {:?}", wanted.name);
                Err(Error::Length { what, found: values.len(), expected: slots })
            }
            (Datum::Encrypted(ciphertext), Secrecy::Encrypted) => {
                let found = (ciphertext.level(), ciphertext.scale().clone());
                let expected = (wanted.level, wanted.scale.clone());
                if found == expected {
                    Ok(Held::Ciphertext(ciphertext.clone()))
                } else {
                    Err(Error::InputForm { name: name(), found, expected })
                }
            }
            (_, secrecy) => {
                Err(Error::InputSecrecy { name: name(), encrypted: secrecy == Secrecy::Encrypted })
            }
        }
    };
    program.inputs().iter().map(input).collect()
}

/// Steps that can run side by side, wave after wave; a task is one step, or all rotations of one value.
fn waves(program: &Program) -> Vec<Vec<Vec<Register>>> {
    let mut wave_of = Vec::with_capacity(program.steps().len());
    let mut waves: Vec<Vec<Vec<Register>>> = Vec::new();
    let mut rotations: BTreeMap<Register, usize> = BTreeMap::new();
    for (i, step) in program.steps().iter().enumerate() {
        let after = |operand: Register| wave_of[operand.index()] + 1;
        let wave = step.instruction.operands().map(after).max().unwrap_or(0);
        wave_of.push(wave);
        if waves.len() == wave {
            waves.push(Vec::new());
        }
        let register = Register(i as u32);
        if let Instruction::Rotate(source, _) = step.instruction {
            let task = *rotations.entry(source).or_insert(waves[wave].len());
            if task < waves[wave].len() {
                waves[wave][task].push(register);
                continue;
            }
        }
        waves[wave].push(vec![register]);
    }
    waves
}

/// Drops what no later step uses.
fn free(
    program: &Program,
    wave: &[Vec<Register>],
    outputs: &BTreeSet<Register>,
    held: &mut [Option<Arc<Held>>],
) {
    for step in wave.iter().flatten() {
        for operand in program.steps()[step.index()].instruction.operands() {
            // The last use in program order may stand in an earlier wave than another use.
            let used_later = program.steps()
                [operand.index() + 1..=program.steps()[operand.index()].last_use.index()]
                .iter()
                .enumerate()
                .any(|(i, later)| {
                    held[operand.index() + 1 + i].is_none()
                        && later.instruction.operands().any(|x| x == operand)
                });
            if !used_later && !outputs.contains(&operand) {
                held[operand.index()] = None;
            }
        }
    }
}

struct Machine<'a> {
    program: &'a Program,
    keys: &'a EvaluationKeys,
    encoder: Encoder,
    inputs: Vec<Held>,
}

type Registers = [Option<Arc<Held>>];

impl Machine<'_> {
    fn task(&self, task: &[Register], held: &Registers) -> Result<Vec<Held>, Error> {
        let first = &self.program.steps()[task[0].index()];
        let placed = |source: Ckks| Error::Scheme { place: place(self.program.circuit(), first), source };
        if let (Instruction::Rotate(source, _), true) = (&first.instruction, task.len() > 1) {
            let hoisted = ciphertext(held, *source).hoist();
            let rotate = |register: &Register| match self.program.steps()[register.index()].instruction {
                Instruction::Rotate(_, steps) => {
                    hoisted.rotate(steps.into(), self.keys).map(Held::Ciphertext)
                }
                _ => unreachable!("a task of rotations"),
            };
            return task.iter().map(rotate).collect::<Result<_, _>>().map_err(placed);
        }
        self.step(first, held).map(|value| vec![value]).map_err(placed)
    }

    fn step(&self, step: &Step, held: &Registers) -> Result<Held, Ckks> {
        let x = |register: &Register| ciphertext(held, *register);
        Ok(Held::Ciphertext(match &step.instruction {
            Instruction::Input(input) => return Ok(self.inputs[*input as usize].clone()),
            Instruction::Public(op) => return Ok(Held::Public(compute(op, held))),
            Instruction::Add(a, b) | Instruction::Sub(a, b) => {
                let subtract = matches!(step.instruction, Instruction::Sub(..));
                return join(at(held, *a), at(held, *b), subtract);
            }
            Instruction::Neg(a) => match at(held, *a) {
                Held::Product(product) => return Ok(Held::Product(product.neg())),
                _ => x(a).neg(),
            },
            Instruction::MulInteger(a, factor) => match at(held, *a) {
                Held::Product(product) => return Ok(Held::Product(product.mul_integer(*factor))),
                _ => x(a).mul_integer(*factor),
            },
            Instruction::AddPublic(a, b) => {
                let (left, right) = (x(a), public(held, *b));
                match right.scalar() {
                    Some(number) => left.add_constant(number)?,
                    None => left.add_plain(&self.encode(right, left.level(), left.scale())?)?,
                }
            }
            Instruction::MulPublic(a, b, scale) => {
                let (left, right) = (x(a), public(held, *b));
                match right.scalar() {
                    Some(number) => left.mul_constant(number, scale)?,
                    None => left.mul_plain(&self.encode(right, left.level(), scale)?)?,
                }
            }
            Instruction::Mul(a, b) => return x(a).mul(x(b)).map(Held::Product),
            Instruction::Square(a) => return Ok(Held::Product(x(a).square())),
            Instruction::Relinearize(a) => match at(held, *a) {
                Held::Product(product) => product.relinearize(self.keys)?,
                _ => unreachable!("only products are relinearized"),
            },
            Instruction::Rescale(a) => x(a).rescale()?,
            Instruction::Drop(a, level) => x(a).drop_to(*level)?,
            Instruction::Lower(a, level) => x(a).drop_to(level + 1)?.mul_constant_to(1.0, &step.scale)?,
            Instruction::Rotate(a, steps) => x(a).rotate((*steps).into(), self.keys)?,
            Instruction::Conjugate(a) => x(a).conjugate(self.keys)?,
        }))
    }

    /// A public vector, as often as it fits.
    fn encode(
        &self,
        value: &Value,
        level: usize,
        scale: &lowtide_ckks::Scale,
    ) -> Result<lowtide_ckks::Plaintext, Ckks> {
        let values = repeated(&value.to_vec(self.program.slots()), self.encoder.slots());
        self.encoder.encode(&values, level, scale).map_err(|error| match error {
            lowtide_encoding::Error::Ckks(error) => error,
            _ => {
                Ckks::NotFinite { value: values.iter().copied().find(|x| !x.is_finite()).unwrap_or(f64::NAN) }
            }
        })
    }
}

/// A vector of fewer slots, as often as it fits: then rotations of all slots are rotations of it.
pub(crate) fn repeated(values: &[f64], slots: usize) -> Vec<f64> {
    values.iter().copied().cycle().take(slots).collect()
}

/// A node and its region, in the author's terms.
pub(crate) fn place(circuit: &Circuit, step: &Step) -> String {
    let node = step.node.map_or(String::new(), |id| format!("{id} {}", circuit.op(id).name()));
    let region = circuit.region_name(step.region);
    match (node.is_empty(), region.is_empty()) {
        (false, false) => format!("{node} in {region}"),
        (false, true) => node,
        (true, false) => region,
        (true, true) => "the circuit".into(),
    }
}

fn at(held: &Registers, register: Register) -> &Held {
    held[register.index()].as_deref().expect("operands are kept until their last use")
}

fn ciphertext(held: &Registers, register: Register) -> &Ciphertext {
    match at(held, register) {
        Held::Ciphertext(ciphertext) => ciphertext,
        _ => unreachable!("the compiler puts a ciphertext here"),
    }
}

fn public(held: &Registers, register: Register) -> &Value {
    match at(held, register) {
        Held::Public(value) => value,
        _ => unreachable!("the compiler puts a public value here"),
    }
}

fn compute(op: &PublicOp, held: &Registers) -> Value {
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

fn join(a: &Held, b: &Held, subtract: bool) -> Result<Held, Ckks> {
    match (a, b) {
        (Held::Ciphertext(x), Held::Ciphertext(y)) => {
            if subtract { x.sub(y) } else { x.add(y) }.map(Held::Ciphertext)
        }
        (Held::Product(x), Held::Product(y)) => if subtract { x.sub(y) } else { x.add(y) }.map(Held::Product),
        (Held::Product(x), Held::Ciphertext(y)) => {
            if subtract { x.add_ciphertext(&y.neg()) } else { x.add_ciphertext(y) }.map(Held::Product)
        }
        (Held::Ciphertext(x), Held::Product(y)) => {
            if subtract { y.neg().add_ciphertext(x) } else { y.add_ciphertext(x) }.map(Held::Product)
        }
        _ => unreachable!("the compiler adds public values otherwise"),
    }
}
