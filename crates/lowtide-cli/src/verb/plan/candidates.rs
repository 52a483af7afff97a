//! The candidates of a plan, as a table and as data.

use lowtide_logreg::{
    Gram,
    planner::{Aspect, Candidate, Choice},
};
use lowtide_ring::Ring;
use serde::Serialize;

use crate::{
    facts::Facts,
    units::{Bytes, Of, Time},
};

/// What was weighed, and why one was taken.
#[derive(Debug, Serialize)]
pub(crate) struct Weighed {
    /// How many candidates were priced.
    pub(crate) tried: usize,
    /// The best of them, the one that was taken first.
    pub(crate) candidates: Vec<Row>,
    /// For each thing that was decided, the best that decides it otherwise.
    pub(crate) otherwise: Vec<Otherwise>,
}

/// A candidate.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) circuit: &'static str,
    pub(crate) batch: usize,
    pub(crate) gram: &'static str,
    pub(crate) scale_bits: u32,
    pub(crate) levels: usize,
    pub(crate) ring: &'static str,
    pub(crate) log_degree: u32,
    pub(crate) digits: usize,
    pub(crate) tile_rows: usize,
    pub(crate) tile_columns: usize,
    pub(crate) seconds: f64,
    pub(crate) seconds_on_one_thread: f64,
    pub(crate) upload_bytes: u64,
    pub(crate) evaluation_key_bytes: u64,
    pub(crate) memory_bytes: u64,
    pub(crate) precision_bits: Option<f64>,
}

/// A decision the other way.
#[derive(Debug, Serialize)]
pub(crate) struct Otherwise {
    pub(crate) aspect: &'static str,
    /// Its time over that of the choice.
    pub(crate) time_ratio: f64,
    #[serde(flatten)]
    pub(crate) row: Row,
    #[serde(skip)]
    label: &'static str,
}

impl Weighed {
    pub(super) fn new(choice: &Choice) -> Self {
        let least = choice.best().outlook.seconds;
        let otherwise = choice.reasons().iter().map(|reason| Otherwise {
            aspect: reason.aspect.name(),
            time_ratio: reason.other.outlook.seconds / least,
            row: Row::new(&reason.other),
            label: match reason.aspect {
                Aspect::Circuit => "other circuit",
                Aspect::Gram => "Gram matrices",
                Aspect::Batch => "other mini-batch",
                Aspect::Ring => "other ring",
                Aspect::Digits => "other digits",
                Aspect::Tile => "other tiles",
            },
        });
        Self {
            tried: choice.tried(),
            candidates: choice.candidates().iter().map(Row::new).collect(),
            otherwise: otherwise.collect(),
        }
    }

    /// Why, and the runners-up.
    pub(super) fn told(&self, facts: Facts) -> Facts {
        let Some(best) = self.candidates.first() else { return facts };
        let because =
            |facts: Facts, other: &Otherwise| facts.remarked(other.label, other.is(), other.costs(best));
        let facts = self.otherwise.iter().fold(facts.heading("What else there is"), because);
        let facts = facts
            .heading(format_args!(
                "The best of {}; sizes in MiB; R is a conjugate-invariant ring{}",
                Of(self.tried, "candidate"),
                if self.candidates.iter().any(|row| row.gram == Gram::Service.name()) {
                    "; S makes Gram matrices at the service"
                } else {
                    ""
                }
            ))
            .text(line(
                "",
                ["circuit", "batch", "ring", "digits", "tiles", "time", "upload", "keys", "memory", "bits"],
            ));
        let rows = self.candidates.iter().enumerate();
        rows.fold(facts, |facts, (i, row)| facts.text(row.line(if i == 0 { "*" } else { "" })))
    }
}

impl Row {
    fn new(candidate: &Candidate) -> Self {
        let (request, outlook) = (&candidate.request, &candidate.outlook);
        Self {
            circuit: request.circuit.name(),
            batch: request.batch,
            gram: candidate.gram().map_or("none", Gram::name),
            scale_bits: request.scale_bits,
            levels: candidate.levels(),
            ring: candidate.literal.ring.name(),
            log_degree: candidate.literal.log_degree,
            digits: candidate.digits(),
            tile_rows: candidate.tile.rows(),
            tile_columns: candidate.tile.columns(),
            seconds: outlook.seconds,
            seconds_on_one_thread: outlook.seconds_alone,
            upload_bytes: outlook.upload_bytes,
            evaluation_key_bytes: outlook.key_bytes,
            memory_bytes: outlook.memory_bytes,
            precision_bits: outlook.precision,
        }
    }

    fn line(&self, mark: &str) -> String {
        line(
            mark,
            [
                &self.circuit(),
                &self.batch.to_string(),
                &self.ring(),
                &self.digits.to_string(),
                &self.tiles(),
                &Time(self.seconds).to_string(),
                &mebibytes(self.upload_bytes),
                &mebibytes(self.evaluation_key_bytes),
                &mebibytes(self.memory_bytes),
                &self.precision_bits.map_or("-".into(), |bits| format!("{bits:.1}")),
            ],
        )
    }

    /// Its name, and whether the service makes Gram matrices for it.
    fn circuit(&self) -> String {
        let service = if self.gram == Gram::Service.name() { " S" } else { "" };
        format!("{}{service}", self.circuit)
    }

    /// The degree, and whether all of its coefficients count as slots.
    fn ring(&self) -> String {
        let real = if self.ring == Ring::ConjugateInvariant.name() { "R" } else { "" };
        format!("2^{}{real}", self.log_degree)
    }

    fn tiles(&self) -> String {
        format!("{} x {}", self.tile_rows, self.tile_columns)
    }

    const fn sent(&self) -> u64 {
        self.upload_bytes + self.evaluation_key_bytes
    }
}

impl Otherwise {
    /// What it decides otherwise.
    fn is(&self) -> String {
        match self.aspect {
            "circuit" => self.row.circuit(),
            "gram" => format!("by {}", self.row.gram),
            "batch" => self.row.batch.to_string(),
            "ring" => self.row.ring(),
            "digits" => self.row.digits.to_string(),
            _ => self.row.tiles(),
        }
    }

    /// How much more it takes.
    fn costs(&self, best: &Row) -> String {
        let time = 100.0 * (self.time_ratio - 1.0);
        let (sent, least) = (self.row.sent(), best.sent());
        let bytes = if sent >= least {
            format!("{} more to send", Bytes(sent - least))
        } else {
            format!("{} less to send", Bytes(least - sent))
        };
        format!("{time:+.0} % time, {bytes}")
    }
}

/// A line of the table.
fn line(mark: &str, cells: [&str; 10]) -> String {
    let [circuit, batch, ring, digits, tiles, time, upload, keys, memory, bits] = cells;
    format!(
        "{mark:1} {circuit:<11} {batch:>5} {ring:>5} {digits:>6} {tiles:>9} {time:>7} {upload:>7} {keys:>7} {memory:>7} \
         {bits:>5}"
    )
}

/// Three digits of them, where there are as many.
fn mebibytes(bytes: u64) -> String {
    let size = bytes as f64 / f64::from(1 << 20);
    if size < 99.95 { format!("{size:.1}") } else { format!("{size:.0}") }
}
