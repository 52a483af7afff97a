//! Running a program on ciphertexts.
//!
//! A task is one step, or all rotations of one value, which share its decomposition. Tasks run as soon as what they use is
//! there, as many at a time as there are threads, the earliest first; a value goes when its last user is done. The result
//! does not depend on the number of threads, to the bit.

use std::{borrow::Cow, collections::BTreeMap, sync::atomic::AtomicBool};

use lowtide_ckks::{Ciphertext, EvaluationKeys, Plaintext, Product};
use lowtide_encoding::Encoder;

use crate::{Error, Program, Secrecy, Value, program::Step};

mod dataflow;
mod machine;
mod timing;

use machine::Machine;
pub use timing::{Span, time_by_region};

/// What goes into a program and comes out of it.
#[derive(Clone, Debug)]
pub enum Datum<'a> {
    /// A vector in clear.
    Public(Vec<f64>),
    /// A ciphertext.
    Encrypted(Cow<'a, Ciphertext>),
}

/// How to run.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// Told of finished work, often, from any thread but one at a time. Workers wait for it: it should be short.
    pub on_progress: Option<OnProgress<'a>>,
    /// Told when each task ran, from any thread but one at a time. Without it no clock is read.
    pub on_task: Option<OnTask<'a>>,
    /// Stops the run before the next task when it turns true.
    pub cancel: Option<&'a AtomicBool>,
    /// The most bytes that values and operations may take at a time, as [`Program::peak_bytes`] counts them.
    pub memory: Option<u64>,
}

/// Told how far a run is.
pub type OnProgress<'a> = &'a (dyn Fn(Progress<'_>) + Sync);

/// Told when a task ran.
pub type OnTask<'a> = &'a (dyn Fn(Span) + Sync);

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// Work done, in the units of [`Program::work`].
    pub done: u64,
    /// All of it.
    pub total: u64,
    /// The region of what was done last; empty outside any.
    pub region: &'a str,
    /// Bytes that values and operations take, as the program counts them.
    pub bytes: u64,
}

/// Sees every value as it is made, with its place in [`Program::steps`], from any thread.
pub(crate) type OnValue<'a> = &'a (dyn Fn(usize, &Held<'_>) -> Result<(), Error> + Sync);

/// A value while a program runs.
#[derive(Clone, Debug)]
pub(crate) enum Held<'a> {
    Public(Value),
    Plaintext(Plaintext),
    Ciphertext(Cow<'a, Ciphertext>),
    Product(Product),
}

/// Runs a program: inputs and outputs by name.
///
/// # Errors
/// A missing input or one of another form; a missing key; [`Error::Memory`] when it cannot run within the limit; what the
/// scheme says, with the place in the author's terms; or [`Error::Cancelled`].
pub fn run(
    program: &Program,
    keys: &EvaluationKeys,
    inputs: &BTreeMap<String, Datum<'_>>,
    options: Options<'_>,
) -> Result<BTreeMap<String, Datum<'static>>, Error> {
    watched(program, keys, inputs, options, &|_, _| Ok(()))
}

/// As [`run()`], with an eye on every value.
pub(crate) fn watched(
    program: &Program,
    keys: &EvaluationKeys,
    inputs: &BTreeMap<String, Datum<'_>>,
    options: Options<'_>,
    on_value: OnValue<'_>,
) -> Result<BTreeMap<String, Datum<'static>>, Error> {
    let inputs = check(program, inputs)?;
    let machine = Machine { program, keys, encoder: Encoder::new(program.params())?, inputs };
    let held = dataflow::run(&machine, options, on_value)?;
    let datum = |(name, register): &(String, crate::program::Register)| {
        let value = match held[register].as_ref() {
            Held::Public(value) => Datum::Public(value.to_vec(program.slots())),
            Held::Ciphertext(ciphertext) => Datum::Encrypted(Cow::Owned(ciphertext.clone().into_owned())),
            Held::Plaintext(_) | Held::Product(_) => unreachable!("outputs are vectors or ciphertexts"),
        };
        (name.clone(), value)
    };
    Ok(program.outputs().iter().map(datum).collect())
}

/// The inputs in the program's order, as it wants them.
fn check<'a>(program: &Program, inputs: &'a BTreeMap<String, Datum<'_>>) -> Result<Vec<Held<'a>>, Error> {
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
                    Ok(Held::Ciphertext(Cow::Borrowed(ciphertext.as_ref())))
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

/// A vector of fewer slots, as often as it fits: then rotations of all slots are rotations of it.
pub(crate) fn repeated(values: &[f64], slots: usize) -> Vec<f64> {
    values.iter().copied().cycle().take(slots).collect()
}

/// A node and its region, in the author's terms.
pub(crate) fn place(program: &Program, step: &Step) -> String {
    let (circuit, step) = (program.circuit(), named(program, step));
    let node = step.node.map_or(String::new(), |id| format!("{id} {}", circuit.op(id).name()));
    let region = circuit.region_name(step.region);
    match (node.is_empty(), region.is_empty()) {
        (false, false) => format!("{node} in {region}"),
        (false, true) => node,
        (true, false) => region,
        (true, true) => "the circuit".into(),
    }
}

/// The step, or, on the way to the value of a node, the one that it comes from.
pub(crate) fn named<'a>(program: &'a Program, step: &'a Step) -> &'a Step {
    match step.instruction.operands().next() {
        Some(operand) if step.node.is_none() => named(program, &program.steps()[operand.index()]),
        _ => step,
    }
}
