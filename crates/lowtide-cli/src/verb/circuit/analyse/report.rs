//! An analysis, told: two columns, then what is known on inputs.

use std::{fmt, path::Path};

use lowtide_circuit::Circuit;
use serde::Serialize;

use super::{
    super::{
        needs::Needs,
        source::{self, Input},
    },
    side::{self, Side},
    tried::{Advice, Largest, Output, Tried},
};
use crate::{
    facts::Facts,
    screen::{heading, printable},
    units::{Bytes, Count, Of, Real, Time},
};

/// An analysis.
#[derive(Debug, Serialize)]
pub(in crate::verb::circuit) struct Report {
    file: String,
    slots: usize,
    inputs: Vec<Input>,
    outputs: Vec<String>,
    written: Side,
    optimized: Side,
    /// On the inputs given, after the passes.
    tried: Option<Tried>,
}

/// Products of a critical path, inputs, and rotations that are shown.
const SHOWN: usize = 16;

impl Report {
    pub(super) fn new(file: &Path, circuit: &Circuit, sides: [Side; 2], tried: Option<Tried>) -> Self {
        let [written, optimized] = sides;
        Self {
            file: file.display().to_string(),
            slots: circuit.slots(),
            inputs: source::inputs(circuit),
            outputs: source::outputs(circuit),
            written,
            optimized,
            tried,
        }
    }

    /// Both forms side by side; kinds of operations that neither has are left out.
    fn columns(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sides = [&self.written, &self.optimized];
        let row = |f: &mut fmt::Formatter<'_>, label: &str, [a, b]: [String; 2]| {
            writeln!(f, "  {label:<24}{a:>16}{b:>20}")
        };
        let count = |f: &mut fmt::Formatter<'_>, label: &str, of: fn(&Side) -> usize| {
            let counts = sides.map(of);
            if counts == [0, 0] { Ok(()) } else { row(f, label, counts.map(|n| Count(n).to_string())) }
        };
        let program = |f: &mut fmt::Formatter<'_>, label: &str, of: fn(&Needs) -> String| {
            row(f, label, sides.map(|side| side.program.as_ref().map_or("-".into(), of)))
        };
        row(f, "", ["as written", "after the passes"].map(String::from))?;
        row(f, "depth", sides.map(|side| side.depth.to_string()))?;
        count(f, "products", |side| side.operations.products)?;
        count(f, "squares", |side| side.operations.squares)?;
        count(f, "products with public", |side| side.operations.public_products)?;
        count(f, "sums", |side| side.operations.sums)?;
        count(f, "negations", |side| side.operations.negations)?;
        count(f, "rotations", |side| side.operations.rotations)?;
        count(f, "conjugations", |side| side.operations.conjugations)?;
        program(f, "relinearizations", |needs| Count(needs.relinearizations).to_string())?;
        program(f, "rescales", |needs| Count(needs.rescales).to_string())?;
        program(f, "products with 1", |needs| Count(needs.level_changes).to_string())?;
        program(f, "ring degree", |needs| Count(needs.ring_degree).to_string())?;
        program(f, "log2(QP)", |needs| format!("{:.0} of {}", needs.log2_qp, needs.log2_qp_limit))?;
        program(f, "evaluation keys", |needs| Count(needs.evaluation_keys).to_string())?;
        program(f, "  to send once", |needs| Bytes(needs.evaluation_key_bytes).to_string())?;
        program(f, "inputs, to send", |needs| Bytes(needs.upload_bytes).to_string())?;
        program(f, "outputs, sent back", |needs| Bytes(needs.download_bytes).to_string())?;
        program(f, "memory of a run", |needs| Bytes(needs.peak_bytes).to_string())?;
        let time =
            |of: fn(&side::Time) -> String| sides.map(|side| side.time.as_ref().map_or("-".into(), of));
        row(f, "work, about", time(|time| Time(time.work).to_string()))?;
        row(f, "span, about", time(|time| Time(time.span).to_string()))?;
        row(f, "width, work over span", time(|time| format!("{:.1}", time.width)))?;
        row(f, "most side by side", time(|time| Count(time.widest).to_string()))
    }

    /// The chain that decides the depth, one line each.
    fn path(side: &Side, what: &str) -> Facts {
        let facts = Facts::under(format_args!("\nCritical path {what}: {}", Of(side.depth, "level")));
        let shown = side.critical_path.iter().take(SHOWN);
        let facts = shown.fold(facts, |facts, name| facts.text(printable(name)));
        match side.critical_path.len().saturating_sub(SHOWN) {
            0 => facts,
            more => facts.text(format_args!("and {} more", Count(more))),
        }
    }

    /// Ring, keys and inputs of the program that will run.
    fn program(needs: &Needs) -> Facts {
        let facts = needs.tell_ring(Facts::under("\nRing")).told("why", &needs.explanation);
        let facts = needs.inputs.iter().take(SHOWN).fold(facts.heading("\nInputs"), |facts, input| {
            let what = if input.encrypted {
                format!(
                    "{}: level {}, scale 2^{:.1}, {}",
                    input.name,
                    input.level,
                    input.log2_scale,
                    Bytes(input.bytes)
                )
            } else {
                format!("{}: public", input.name)
            };
            facts.text(what)
        });
        let facts = match needs.inputs.len().saturating_sub(SHOWN) {
            0 => facts,
            more => facts.text(format_args!("and {} more", Count(more))),
        };
        let mut facts = facts.heading("\nKeys");
        if let Some(level) = needs.relinearization_level {
            let times = Of(needs.relinearizations, "relinearization");
            facts = facts.text(format_args!(
                "products: level {level}, {times}, {}",
                Bytes(needs.relinearization_key_bytes)
            ));
        }
        if let Some(level) = needs.conjugation_level {
            facts = facts.text(format_args!("conjugation: level {level}"));
        }
        facts = needs.rotations.iter().take(SHOWN).fold(facts, |facts, rotation| {
            let times = Of(rotation.count, "rotation");
            let (steps, level, bytes) = (rotation.steps, rotation.level, Bytes(rotation.key_bytes));
            facts.text(format_args!("rotation by {steps}: level {level}, {times}, {bytes}"))
        });
        match needs.rotations.len().saturating_sub(SHOWN) {
            0 => facts,
            more => facts.text(format_args!("and {} more", Of(more, "rotation"))),
        }
    }

    /// How to give inputs.
    fn hint(&self) -> Facts {
        let options: Vec<_> =
            self.inputs.iter().map(|input| format!("--input {}=NUMBERS", input.name)).collect();
        let numbers = match self.slots {
            1 => "one number".into(),
            slots => format!("{slots} numbers or one for all slots"),
        };
        Facts::under("\nOn inputs").wrapped(format_args!(
            "For ranges, advice on the scale, the precision of outputs and what will go wrong, give inputs such as those \
             that will be encrypted: {}, {numbers}; or --inputs FILE with one set of them or a list of sets.",
            options.join(" "),
        ))
    }
}

impl Tried {
    fn tell(&self) -> Facts {
        let facts = Facts::under(format_args!("\nOn {} of inputs", Of(self.samples, "set")));
        let facts = self.outputs.iter().take(SHOWN).fold(facts, |facts, output| {
            let Output { name, min, max, error, bits_behind } = output;
            let (min, max, bits) = (Real(*min), Real(*max), bits_behind.floor());
            facts.told(
                "output",
                format_args!("{name}: from {min} to {max}, off by {error:.1e} at most: {bits} bits behind the point are right"),
            )
        });
        let facts = match &self.largest {
            Some(Largest { node, magnitude }) => {
                facts.told("largest value", format_args!("{} at {}", Real(*magnitude), printable(node)))
            }
            None => facts,
        };
        let Advice { log2_scale, limit, output_bits } = &self.advice;
        let limit = printable(limit);
        let facts = match log2_scale {
            Some(scale) => {
                facts.told("scale", format_args!("up to 2^{scale:.1} fits this ring, limited by {limit}"))
            }
            None => facts.told("scale", format_args!("none fits this ring: {limit} is too large")),
        };
        let facts = facts.fact("output bits", format_args!("{output_bits} are enough"));
        if self.faults.is_empty() {
            return facts.fact("faults", format_args!("none, for errors up to {:.1e}", self.tolerance));
        }
        let facts = facts.heading("\nWhat will go wrong");
        self.faults.iter().take(SHOWN).fold(facts, |facts, fault| facts.wrapped(printable(fault)))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, slots, inputs, outputs, written, optimized, tried } = self;
        let of = (Of(*slots, "slot"), Of(inputs.len(), "input"), Of(outputs.len(), "output"));
        writeln!(f, "{}", heading(format_args!("{file}: {}, {}, {}", of.0, of.1, of.2)))?;
        self.columns(f)?;
        for (side, what) in [(written, "as written"), (optimized, "after the passes")] {
            write!(f, "{}", Self::path(side, what))?;
            if let Some(refused) = &side.refused {
                write!(f, "{}", Facts::under(format_args!("\nNo program {what}")).wrapped(refused))?;
            }
        }
        let Some(program) = &optimized.program else { return Ok(()) };
        write!(f, "{}", Self::program(program))?;
        match tried {
            Some(tried) => tried.tell().fmt(f),
            None => self.hint().fmt(f),
        }
    }
}
