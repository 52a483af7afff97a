//! What a run found.

use std::{collections::BTreeMap, fmt, path::Path};

use lowtide_circuit::{Analysis, Program, customer};
use lowtide_ring::isa::Isa;
use serde::Serialize;

use crate::{
    facts::Facts,
    memory,
    screen::{aside, heading, printable},
    units::{Bytes, Of, Real, Time},
    verb::circuit::needs::Needs,
};

/// What a run found.
#[derive(Debug, Serialize)]
pub(in crate::verb::circuit) struct Report {
    file: String,
    slots: usize,
    /// The largest error of any output; nothing when one is no number.
    largest_error: f64,
    /// What was to be expected at most; nothing when values overflow.
    foretold_error: Option<f64>,
    outputs: BTreeMap<String, Output>,
    seconds: Seconds,
    steps: usize,
    threads: usize,
    isa: &'static str,
    peak_rss_bytes: Option<u64>,
    program: Needs,
    #[serde(skip_serializing_if = "Option::is_none")]
    twin: Option<Twin>,
}

/// An output, both ways.
#[derive(Debug, Serialize)]
struct Output {
    decrypted: Vec<f64>,
    clear: Vec<f64>,
    largest_error: f64,
    foretold_error: Option<f64>,
    /// Where the largest is.
    worst_slot: usize,
}

/// Outputs by name, encrypted and in clear, and what was foretold of them.
pub(super) struct Both {
    pub(super) found: BTreeMap<String, Vec<f64>>,
    pub(super) clear: BTreeMap<String, Vec<f64>>,
    pub(super) foretold: Analysis,
}

/// How long each phase took.
#[derive(Debug, Serialize)]
pub(super) struct Seconds {
    pub(super) compile: f64,
    pub(super) keygen: f64,
    pub(super) encrypt: f64,
    pub(super) run: f64,
    pub(super) decrypt: f64,
}

/// What came of decrypting every value on the way.
#[derive(Debug, Serialize)]
pub(super) struct Twin {
    /// How far off a value may be; nothing for what is foretold of each.
    bound: Option<f64>,
    largest_error: f64,
    first: Option<First>,
}

/// Where the encrypted run first left the clear one.
#[derive(Debug, Serialize)]
struct First {
    node: String,
    slot: usize,
    decrypted: f64,
    clear: f64,
    bound: f64,
    level: usize,
    log2_scale: f64,
}

/// Slots of an output that are shown.
const SHOWN: usize = 8;

impl Report {
    pub(super) fn new(
        file: &Path,
        program: &Program,
        both: Both,
        seconds: Seconds,
        twin: Option<Twin>,
    ) -> Self {
        let Both { found, mut clear, foretold } = both;
        let output = |(name, decrypted): (String, Vec<f64>)| {
            let sound = foretold.faults.is_empty();
            let foretold = foretold.outputs.iter().find(|output| sound && output.name == name);
            let clear = clear.remove(&name).unwrap_or_default();
            let output = Output::new(decrypted, clear, foretold.map(|output| output.error));
            (name, output)
        };
        let outputs: BTreeMap<_, _> = found.into_iter().map(output).collect();
        let foretold_error =
            outputs.values().map(|output| output.foretold_error).reduce(|a, b| Some(worse(a?, b?)));
        Self {
            file: file.display().to_string(),
            slots: program.slots(),
            largest_error: outputs.values().map(|output| output.largest_error).fold(0.0, worse),
            foretold_error: foretold_error.flatten(),
            outputs,
            seconds,
            steps: program.steps().len(),
            threads: rayon::current_num_threads(),
            isa: Isa::best().name(),
            peak_rss_bytes: memory::peak(),
            program: Needs::new(program),
            twin,
        }
    }
}

impl Output {
    fn new(decrypted: Vec<f64>, clear: Vec<f64>, foretold_error: Option<f64>) -> Self {
        let errors: Vec<f64> = decrypted.iter().zip(&clear).map(|(x, y)| (x - y).abs()).collect();
        let largest_error = errors.iter().copied().fold(0.0, worse);
        let same = |error: &f64| error.total_cmp(&largest_error).is_eq();
        let worst_slot = errors.iter().position(same).unwrap_or(0);
        Self { decrypted, clear, largest_error, foretold_error, worst_slot }
    }
}

impl Twin {
    pub(super) fn new(bound: Option<f64>, twin: customer::Twin) -> Self {
        let largest_error = twin.largest_error();
        let first = twin.deviation.map(|first| First {
            node: first.place,
            slot: first.slot,
            decrypted: first.found,
            clear: first.expected,
            bound: first.bound,
            level: first.level,
            log2_scale: first.scale.log2(),
        });
        Self { bound, largest_error, first }
    }

    fn tell(&self, facts: Facts) -> Facts {
        let Some(First { node, slot, decrypted, clear, bound, level, log2_scale }) = &self.first else {
            let bound = self.bound.map_or("what is foretold of it".into(), |bound| format!("{bound:.1e}"));
            return facts
                .fact("twin", format_args!("every value on the way stays within {bound}"))
                .fact("", format_args!("the largest error is {:.1e}", self.largest_error));
        };
        facts
            .fact(
                "twin",
                format_args!("{} is the first to be off by more than {bound:.1e}:", printable(node)),
            )
            .fact(
                "",
                format_args!(
                    "{} in slot {slot} where {} belongs: {:.1e} off",
                    Real(*decrypted),
                    Real(*clear),
                    (decrypted - clear).abs()
                ),
            )
            .fact("", format_args!("at level {level}, scale 2^{log2_scale:.1}"))
    }
}

/// The larger error; what is no number is worst.
fn worse(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.outputs.keys().map(String::len).max().unwrap_or(0).max("output".len());
        let row = |f: &mut fmt::Formatter<'_>, [name, slot, a, b, error]: [&str; 5]| {
            writeln!(f, "  {name:width$}  {slot:>6}{a:>16}{b:>16}{error:>10}")
        };
        writeln!(f, "{}", heading(format_args!("{} on encrypted inputs", self.file)))?;
        row(f, ["output", "slot", "decrypted", "in the clear", "error"])?;
        for (name, output) in &self.outputs {
            let mut label = name.as_str();
            let slots =
                (0..self.slots.min(SHOWN)).chain((output.worst_slot >= SHOWN).then_some(output.worst_slot));
            for slot in slots {
                let (x, y) = (output.decrypted[slot], output.clear[slot]);
                let error = format!("{:.1e}", (x - y).abs());
                row(f, [label, &slot.to_string(), &Real(x).to_string(), &Real(y).to_string(), &error])?;
                label = "";
            }
            if self.slots > SHOWN {
                let others = format!(
                    "  {:width$}  and {} more; the worst slot is {}",
                    "",
                    Of(self.slots - SHOWN, "slot"),
                    output.worst_slot
                );
                writeln!(f, "{}", aside(others))?;
            }
        }
        let Seconds { keygen, encrypt, run, decrypt, .. } = self.seconds;
        let [keygen, encrypt, run, decrypt] = [keygen, encrypt, run, decrypt].map(Time);
        let facts = Facts::under("\nWhat it took").remarked(
            "largest error",
            format_args!("{:.1e}", self.largest_error),
            self.foretold_error
                .map_or("values overflow".into(), |error| format!("foretold: {error:.1e} at most")),
        );
        let facts = match &self.twin {
            Some(twin) => twin.tell(facts),
            None => facts,
        };
        let facts = self.program.tell_files(self.program.tell_ring(facts)).remarked(
            "time",
            run,
            format_args!("on {} ({}), {}", Of(self.threads, "thread"), self.isa, Of(self.steps, "step")),
        );
        let facts = facts.fact("", format_args!("keys {keygen}, encryption {encrypt}, decryption {decrypt}"));
        match self.peak_rss_bytes {
            Some(bytes) => facts.remarked("memory", Bytes(bytes), "at most, everything in one process"),
            None => facts,
        }
        .fmt(f)
    }
}
