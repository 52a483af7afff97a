//! The planner: what a run could be made of, what each way would take, which one to take, and why.
//!
//! What is left to it (circuit, mini-batch, scale) is enumerated together with kind and degree of the ring, digit count and
//! shape of tiles.
//! A program knows its levels and operations whatever the digit count, so each circuit is compiled once for a ring and a
//! shape of tiles, and all digit counts are priced from that. Circuits that are far behind are not tried with every shape.
//!
//! The quickest candidate within the limits is taken. Among those that are as quick, to [`SAME`], the one with the least to
//! send is: times are predictions, bytes are not. A larger mini-batch that is as quick counts more than that, since the rows
//! that it adds come for nothing.

use lowtide_circuit::speed::{Setting, Speed};
use lowtide_ckks::{Level, Literal, Parameters};
use lowtide_linalg::Tile;
use lowtide_ring::Ring;

use crate::{Circuit, Error, Gram, Plan, Request, plan::Compiler};

mod limit;
mod precision;
mod reason;
mod search;

pub use limit::{Limit, Nearest};
pub use reason::{Aspect, Reason};
pub(crate) use search::{cheapest, cheapest_tile};

/// What is wanted, and what may be chosen.
#[derive(Clone, Debug)]
pub struct Wish {
    /// What is to be trained; circuit, mini-batch and scale are those to take where nothing else is left open.
    pub request: Request,
    /// Circuits to choose among; none for that of the request.
    pub circuits: Vec<Circuit>,
    /// Sizes of mini-batches to choose among; none for that of the request. They change what is learned.
    pub batches: Vec<usize>,
    /// Who may make Gram matrices, for circuits that read some; none for whom the request names.
    pub grams: Vec<Gram>,
    /// Kinds of ring to choose among; none for all.
    pub rings: Vec<Ring>,
    /// Binary digits behind the point that weights should have; then the scale is chosen.
    pub precision: Option<f64>,
    /// The most bytes that a service may need.
    pub memory: Option<u64>,
    /// Threads that it has.
    pub threads: usize,
    /// How fast it is.
    pub speed: Speed,
}

/// Candidates that differ by no more than this share of time are equally quick.
pub const SAME: f64 = 0.03;

/// Candidates told.
pub const SHOWN: usize = 10;

/// Sizes of mini-batches worth a look: powers of two from 32 to 1024, and all rows where there are fewer.
#[must_use]
pub fn batches(rows: usize) -> Vec<usize> {
    let powers = (5..=10).map(|log| 1 << log).filter(|size| *size < rows);
    powers.chain((rows <= 1 << 10).then_some(rows)).collect()
}

/// A way to make the run.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The request with nothing left open.
    pub request: Request,
    /// Ring and primes.
    pub literal: Literal,
    /// The shape of tiles.
    pub tile: Tile,
    /// What it would take.
    pub outlook: Outlook,
}

/// What a candidate would take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// Seconds of training.
    pub seconds: f64,
    /// The same on one thread.
    pub seconds_alone: f64,
    /// Bytes of encrypted rows to send.
    pub upload_bytes: u64,
    /// Bytes of evaluation keys to send.
    pub key_bytes: u64,
    /// Bytes of memory at the service: keys, rows, values, tables.
    pub memory_bytes: u64,
    /// Binary digits behind the point that every weight has as it is trained, on divided features, where they were read.
    pub precision: Option<f64>,
}

impl Candidate {
    /// The level of a fresh ciphertext.
    #[must_use]
    pub const fn levels(&self) -> Level {
        self.literal.q.len() - 1
    }

    /// Digits of a key switch at the highest level.
    #[must_use]
    pub fn digits(&self) -> usize {
        self.setting().digits(self.levels())
    }

    /// Who makes Gram matrices, if there are any.
    #[must_use]
    pub fn gram(&self) -> Option<Gram> {
        self.request.circuit.reads_gram().then_some(self.request.gram)
    }

    /// Ring and special primes.
    #[must_use]
    pub const fn setting(&self) -> Setting {
        Setting::of(&self.literal)
    }

    /// Bytes to send in all.
    #[must_use]
    pub const fn sent_bytes(&self) -> u64 {
        self.outlook.upload_bytes + self.outlook.key_bytes
    }

    /// The plan.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn plan(&self) -> Result<Plan, Error> {
        let params = Parameters::with_security(self.literal.clone(), self.request.security()?)?;
        Plan::assemble(self.request.clone(), &params, self.tile, &Compiler::default())
    }

    /// The plan with the schedule, the sigmoid and the divisor of another request, which change nothing else.
    ///
    /// # Errors
    /// As [`Plan::new`]; [`Error::PlanMismatch`] when they take other levels.
    pub fn plan_with(&self, other: &Request) -> Result<Plan, Error> {
        let Request { schedule, sigmoid, divisor, .. } = other.clone();
        let request = Request { schedule, sigmoid, divisor, ..self.request.clone() };
        let (expected, found) = (self.levels(), request.levels()?);
        if found != expected {
            return Err(Error::PlanMismatch { what: "levels of the circuit", expected, found });
        }
        Self { request, ..self.clone() }.plan()
    }
}

/// Candidates, the one to take first, then the others by time.
#[derive(Clone, Debug)]
pub struct Choice {
    candidates: Vec<Candidate>,
    reasons: Vec<Reason>,
    tried: usize,
}

impl Choice {
    /// The one to take.
    ///
    /// # Panics
    /// Never: there is no choice without a candidate.
    #[must_use]
    pub fn best(&self) -> &Candidate {
        &self.candidates[0]
    }

    /// The best [`SHOWN`] of them.
    #[must_use]
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// What it would take to decide otherwise, aspect by aspect.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// How many were priced.
    #[must_use]
    pub const fn tried(&self) -> usize {
        self.tried
    }
}

/// Weighs every way to make a run.
///
/// # Errors
/// [`Error::NoCandidate`] when a limit excludes every one; what is wrong with the request; or
/// [`lowtide_ckks::Error::NoSecureRing`] when every circuit takes more levels than any ring offers.
pub fn choose(wish: &Wish) -> Result<Choice, Error> {
    search::choose(wish)
}

#[cfg(test)]
mod tests;
