//! What can be known of a program before anything is encrypted: ranges, errors, and what will go wrong.

mod fault;

use std::collections::BTreeMap;

use lowtide_ckks::{Level, Scale};

pub use self::fault::{Fault, Overflow, PrecisionLoss, Site};
use crate::{
    Error, NodeId, Program, Secrecy,
    program::{Instruction, Kind, Register, Step},
    read::{self, Prediction, Range},
    run,
};

/// What is known of a program on representative inputs.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// By node of the program's circuit.
    pub nodes: Vec<NodeAnalysis>,
    /// By output, in order.
    pub outputs: Vec<OutputAnalysis>,
    /// What will go wrong: overflows in the order of the program, then outputs that lose their precision.
    pub faults: Vec<Fault>,
    /// By step.
    pub prediction: Prediction,
}

/// What is known of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeAnalysis {
    /// The numbers that it takes.
    pub range: Range,
    /// The largest error in any slot; 0 for values that are not placed.
    pub error: f64,
    /// The level and the scale of the ciphertext or product; `None` for public values, for those that no output uses, and
    /// inside a sum of rotations that is made in one piece.
    pub placed: Option<(Level, Scale)>,
}

/// What is known of an output.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputAnalysis {
    /// Its name.
    pub name: String,
    /// The numbers that it takes.
    pub range: Range,
    /// The largest error in any slot; 0 for a public value.
    pub error: f64,
}

impl OutputAnalysis {
    /// Binary digits before the point: of the largest absolute value.
    #[must_use]
    pub fn bits_before(&self) -> f64 {
        self.range.magnitude().log2()
    }

    /// Binary digits behind the point that are right in every slot; negative when some before the point are not.
    #[must_use]
    pub fn bits_behind(&self) -> f64 {
        -self.error.log2()
    }
}

/// Reads a program against representative inputs. `tolerance` is the largest error wanted of an output: absolute where
/// its values stay below one, relative to the largest where they do not.
///
/// # Errors
/// [`Error::NoSamples`], or as [`read::clear`].
pub fn analyse(
    program: &Program,
    samples: &[BTreeMap<String, Vec<f64>>],
    tolerance: f64,
) -> Result<Analysis, Error> {
    if samples.is_empty() {
        return Err(Error::NoSamples);
    }
    let ranges = read::ranges(program.circuit(), samples)?;
    let prediction = read::noise(program, &ranges);
    let mut faults = overflows(program, &prediction);
    faults.extend(losses(program, &prediction, tolerance));
    let placed = placed(program);
    let node = |((id, _), placed): ((NodeId, _), _)| NodeAnalysis {
        range: ranges[id.index()],
        error: prediction.node(id),
        placed,
    };
    let output = |((name, register), (_, id)): (&(String, Register), &(String, NodeId))| OutputAnalysis {
        name: name.clone(),
        range: ranges[id.index()],
        error: prediction.steps()[register.index()].error,
    };
    Ok(Analysis {
        nodes: program.circuit().iter().zip(placed).map(node).collect(),
        outputs: program.outputs().iter().zip(program.circuit().outputs()).map(output).collect(),
        faults,
        prediction,
    })
}

/// Where the value of each node first is as the node wants it: after rescaling, before it is brought down for others.
fn placed(program: &Program) -> Vec<Option<(Level, Scale)>> {
    let mut placed = vec![None; program.circuit().nodes().len()];
    for step in program.steps() {
        let moved = matches!(step.instruction, Instruction::Lower(..) | Instruction::Drop(..));
        if let Some(id) = step.node
            && !moved
            && step.kind != Kind::Plaintext
            && !is_public(program, step)
        {
            placed[id.index()] = Some((step.level, step.scale.clone()));
        }
    }
    placed
}

/// Whether it is all in clear.
fn is_public(program: &Program, step: &Step) -> bool {
    match step.instruction {
        Instruction::Input(input) => program.inputs()[input as usize].secrecy == Secrecy::Public,
        _ => step.kind == Kind::Public,
    }
}

/// Values that do not fit the modulus: of each node the step that lacks most.
fn overflows(program: &Program, prediction: &Prediction) -> Vec<Fault> {
    let mut worst: BTreeMap<Option<NodeId>, (usize, Overflow)> = BTreeMap::new();
    let mut note = |at: usize, value: usize, level: Level, scale: &Scale, room: f64| {
        let known = prediction.steps()[value];
        let bits = (known.magnitude + known.error).log2() + 1.0 + scale.log2();
        if bits <= room || known.magnitude == 0.0 {
            return;
        }
        let step = run::named(program, &program.steps()[value]);
        let site = Site::of(program, step, &known);
        // Products wait for one rescale, constants may for more.
        let scales = (scale.log2() / program.params().default_scale().log2()).round().max(1.0);
        let spare = (level + 1).saturating_sub(scales as usize);
        let overflow = Overflow { site, level, spare, log2_scale: scale.log2(), bits, room };
        let entry = worst.entry(step.node).or_insert_with(|| (at, overflow.clone()));
        if overflow.bits - overflow.room > entry.1.bits - entry.1.room {
            entry.1 = overflow;
        }
    };
    for (at, step) in program.steps().iter().enumerate().filter(|(_, step)| !is_public(program, step)) {
        let room = program.params().basis(step.level).log2();
        let number = |register: &Register| program.steps()[register.index()].kind == Kind::Public;
        match &step.instruction {
            Instruction::AddPublic(_, b) if number(b) => {
                note(at, b.index(), step.level, &step.scale, room.min(ENCODED_BITS));
            }
            Instruction::MulPublic(_, b, scale) if number(b) => {
                note(at, b.index(), step.level, scale, room.min(ENCODED_BITS));
            }
            _ => {}
        }
        let encoded = matches!(step.kind, Kind::Input | Kind::Plaintext);
        note(at, at, step.level, &step.scale, if encoded { room.min(ENCODED_BITS) } else { room });
    }
    let mut faults: Vec<_> = worst.into_values().collect();
    faults.sort_by_key(|(at, _)| *at);
    faults.into_iter().map(|(_, overflow)| Fault::Overflow(overflow)).collect()
}

/// The integers that encoding makes have as many bits at most, sign included.
const ENCODED_BITS: f64 = 126.0;

/// Outputs that miss the tolerance, each with the step at which that happens.
fn losses(program: &Program, prediction: &Prediction, tolerance: f64) -> Vec<Fault> {
    let loss = |(name, register): &(String, Register)| {
        let known = prediction.steps()[register.index()];
        let wanted = tolerance * known.magnitude.max(1.0);
        if known.error <= wanted {
            return None;
        }
        let at = lost_at(program, prediction, known.origin, wanted / known.magnitude).index();
        Some(Fault::PrecisionLoss(PrecisionLoss {
            output: name.clone(),
            magnitude: known.magnitude,
            error: known.error,
            wanted,
            site: Site::of(program, run::named(program, &program.steps()[at]), &prediction.steps()[at]),
            log2_scale: program.params().default_scale().log2(),
        }))
    };
    program.outputs().iter().filter_map(loss).collect()
}

/// Where the relative error first passes what is wanted of the output: from the step which most of its error comes from
/// upwards.
fn lost_at(program: &Program, prediction: &Prediction, origin: Register, relative: f64) -> Register {
    let error = |register: &Register| {
        let known = prediction.steps()[register.index()];
        known.error / known.magnitude
    };
    let mut at = origin;
    loop {
        let operands = program.steps()[at.index()].instruction.operands();
        let worst = operands.filter(|operand| error(operand) > relative);
        match worst.max_by(|a, b| error(a).total_cmp(&error(b))) {
            Some(operand) => at = operand,
            None => return at,
        }
    }
}
