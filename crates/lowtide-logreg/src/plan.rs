//! The plan of a training run: everything public that customer and service agree on before anything is spent.

use std::{ops::Range, sync::Arc};

use lowtide_circuit::{
    Program, Requirements,
    compile::Lowering,
    compile_for,
    pass::{self, Passes},
    program::Tally,
    read,
};
use lowtide_ckks::{KeyList, Level, Parameters, SecurityLevel, Shape};
use lowtide_linalg::Tile;
use lowtide_ring::Ring;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    Circuit, Error,
    circuits::{Gram, Input, Job, Written},
    planner,
    rows::{Batches, SignedRows},
    schedule::Schedule,
    sigmoid::SigmoidPolynomial,
};

mod leg;

pub use leg::{Leg, Planned};

/// What is to be trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Which circuit trains.
    pub circuit: Circuit,
    /// Features of a row, without the bias.
    pub features: usize,
    /// Rows there are to train on. A run of fewer steps than there are mini-batches uses the first ones alone.
    pub rows: usize,
    /// Rows of a mini-batch, at most.
    pub batch: usize,
    /// Mini-batches to train on.
    pub steps: usize,
    /// What stands for the sigmoid, of degree 1, 3, 5 or 7.
    pub sigmoid: SigmoidPolynomial,
    /// Step sizes and momentum.
    pub schedule: Schedule,
    /// Features are divided by this while the model is trained, and the bias is not: see [`crate::trial`]. Rows are given
    /// and weights come back as if it were 1.
    #[serde(default = "undivided")]
    pub divisor: f64,
    /// `log2` of the scale: more bits, more precision, a larger ring.
    pub scale_bits: u32,
    /// 128, 192 or 256 bits of security.
    pub security_bits: u32,
    /// Whether classes have weights. Which, only the customer knows.
    #[serde(default)]
    pub is_weighted: bool,
    /// Who makes Gram matrices, in circuits that have some.
    #[serde(default)]
    pub gram: Gram,
    /// After so many steps the customer encrypts weights and momentum anew, and training goes on: then there are as many steps
    /// as one likes, and the levels are those of a few. The steps before the first refresh may be more, since training starts
    /// from zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_every: Option<usize>,
}

/// A checked plan: the request, the shape of tiles, and the circuit of each leg, compiled for the parameters.
#[derive(Clone, Debug)]
pub struct Plan {
    request: Request,
    batches: Batches,
    params: Parameters,
    tile: Tile,
    legs: Arc<[Leg]>,
    tally: Tally,
}

/// How a circuit is compiled: with everything that makes it better, unless something is to be measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compiler {
    /// What the circuit is improved by.
    pub passes: Passes,
    /// How it is brought down to the scheme.
    pub lowering: Lowering,
}

impl Compiler {
    /// The compiler without each of its parts in turn, by name.
    #[must_use]
    pub fn each_off() -> Vec<(&'static str, Self)> {
        let passes =
            Passes::each_off().into_iter().map(|(name, passes)| (name, Self { passes, ..Self::default() }));
        let lowering = Lowering::each_off();
        passes
            .chain(lowering.into_iter().map(|(name, lowering)| (name, Self { lowering, ..Self::default() })))
            .collect()
    }

    fn compile(&self, job: &Job, params: &Parameters) -> Result<(Program, Vec<Input>), Error> {
        let found = job.tiles();
        if found >= TILE_LIMIT {
            return Err(Error::PlanRange {
                what: "tiles of what is encrypted",
                found,
                limit: TILE_LIMIT - 1,
            });
        }
        let Self { passes, lowering } = *self;
        let requirements = Requirements { passes, lowering, ..Requirements::DEFAULT };
        let Written { circuit, inputs } = job.build()?;
        Ok((compile_for(&circuit, params, &requirements)?, inputs))
    }

    /// The levels that a job takes, read from its circuit.
    fn levels(&self, job: &Job) -> Result<Level, Error> {
        Ok(read::depth(&pass::optimize_with(&job.build()?.circuit, &self.passes)).depth)
    }
}

/// One past the most rows or features of a request: far beyond what fits a machine, and small enough that nothing
/// overflows.
const LIMIT: usize = 1 << 24;

/// Features as they are.
const fn undivided() -> f64 {
    1.0
}

/// The largest divisor of features, and one over the smallest.
const DIVISOR_LIMIT: f64 = 1024.0;

/// One past the most steps of a leg: a step takes two levels or more, and no ring has so many.
const STEP_LIMIT: usize = 1 << 7;

/// One past the most steps of a plan with refreshes: each leg is a program of its own.
const RUN_LIMIT: usize = 1 << 10;

/// One past the most tiles that may be encrypted: some 100 GB of ciphertexts.
const TILE_LIMIT: usize = 1 << 17;

impl Request {
    /// The smallest scale to train at, as its logarithm.
    pub const MIN_SCALE_BITS: u32 = 20;
    /// The largest scale for which there are primes.
    pub const MAX_SCALE_BITS: u32 = 50;

    /// The security asked for.
    ///
    /// # Errors
    /// [`Error::SecurityBits`].
    pub fn security(&self) -> Result<SecurityLevel, Error> {
        let bits = self.security_bits;
        SecurityLevel::ALL.into_iter().find(|level| level.bits() == bits).ok_or(Error::SecurityBits { bits })
    }

    /// The levels that the circuit takes, of all legs the deepest: the most that it takes with a single tile for each matrix
    /// and with several.
    ///
    /// # Errors
    /// What is wrong with the request.
    pub fn levels(&self) -> Result<Level, Error> {
        self.levels_by(&Compiler::default())
    }

    pub(crate) fn levels_by(&self, compiler: &Compiler) -> Result<Level, Error> {
        self.check()?;
        let legs = self.cut(compiler)?;
        let levels = legs.into_par_iter().map(|steps| self.levels_of(steps, compiler));
        levels.try_reduce(|| 0, |a, b| Ok(a.max(b)))
    }

    /// Entries of a row: the features and the bias.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.features + 1
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        for (what, found, limit) in [
            ("features", self.features, LIMIT),
            ("rows", self.rows, LIMIT),
            ("batch size", self.batch, LIMIT),
            ("steps", self.steps, if self.refresh_every.is_some() { RUN_LIMIT } else { STEP_LIMIT }),
            ("steps between refreshes", self.refresh_every.unwrap_or(1), STEP_LIMIT),
        ] {
            if found == 0 || found >= limit {
                return Err(Error::PlanRange { what, found, limit: limit - 1 });
            }
        }
        if !(Self::MIN_SCALE_BITS..=Self::MAX_SCALE_BITS).contains(&self.scale_bits) {
            return Err(Error::ScaleBits { bits: self.scale_bits });
        }
        if !(DIVISOR_LIMIT.recip()..=DIVISOR_LIMIT).contains(&self.divisor) {
            return Err(Error::Divisor { divisor: self.divisor, limit: DIVISOR_LIMIT });
        }
        self.security()?;
        self.sigmoid.gradient()?;
        Ok(())
    }

    /// Whether these are rows such as the request speaks of.
    pub(crate) fn check_rows(&self, rows: &SignedRows) -> Result<(), Error> {
        for (what, expected, found) in
            [("rows to train on", self.rows, rows.len()), ("entries of a row", self.width(), rows.width())]
        {
            if found != expected {
                return Err(Error::Length { what, expected, found });
            }
        }
        if rows.is_weighted() != self.is_weighted {
            return Err(Error::Weighted { planned: self.is_weighted });
        }
        Ok(())
    }

    pub(crate) fn shape(&self, ring: Ring, log_degree: u32, levels: Level, digits: usize) -> Shape {
        // Ten bits for weights up to 512 in absolute value.
        let (first_bits, scale_bits) = (self.scale_bits + 10, self.scale_bits);
        Shape { ring, log_degree, first_bits, scale_bits, levels, digits }
    }
}

impl Plan {
    /// The cheapest of what is secure: a ring, a digit count, and a shape of tiles, by the built-in speed of a machine; see
    /// [`planner`] for more to choose from, and for a speed that was measured.
    ///
    /// # Errors
    /// What is wrong with the request, or [`lowtide_ckks::Error::NoSecureRing`] when it takes more levels than any ring
    /// offers.
    pub fn new(request: &Request) -> Result<Self, Error> {
        Self::with_compiler(request, &Compiler::default())
    }

    /// As [`Plan::new`], in one kind of ring.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn in_ring(request: &Request, ring: Ring) -> Result<Self, Error> {
        planner::cheapest(request, &[ring], &Compiler::default())
    }

    /// As [`Plan::new`], with less of the compiler: to measure what each part of it is worth.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn with_compiler(request: &Request, compiler: &Compiler) -> Result<Self, Error> {
        planner::cheapest(request, &[], compiler)
    }

    /// A plan in a standard ring of the given degree whatever its security: for tests alone.
    ///
    /// # Errors
    /// What is wrong with the request or the ring.
    pub fn insecure(request: &Request, log_degree: u32) -> Result<Self, Error> {
        Self::insecure_in(Ring::Standard, request, log_degree)
    }

    /// As [`Plan::insecure`], in any kind of ring.
    ///
    /// # Errors
    /// As [`Plan::insecure`].
    pub fn insecure_in(ring: Ring, request: &Request, log_degree: u32) -> Result<Self, Error> {
        let shape = request.shape(ring, log_degree, request.levels()?, 3);
        let params = Parameters::insecure(shape.literal()?)?;
        planner::cheapest_tile(request, &params, &Compiler::default())
    }

    /// Compiles the circuit of each leg.
    pub(crate) fn assemble(
        request: Request,
        params: &Parameters,
        tile: Tile,
        compiler: &Compiler,
    ) -> Result<Self, Error> {
        let batches = Batches::new(request.rows, request.batch)?;
        let cut = request.cut(compiler)?;
        let compile = |steps: Range<usize>| Leg::compile(&request, steps, params, tile, compiler);
        let legs = cut.into_par_iter().map(compile).collect::<Result<Vec<_>, _>>()?;
        let mut tally = Tally::default();
        legs.iter().for_each(|leg| tally += leg.program().tally());
        Ok(Self { request, batches, params: params.clone(), tile, legs: legs.into(), tally })
    }

    /// What is to be trained.
    #[must_use]
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// The parameters of the scheme.
    #[must_use]
    pub const fn params(&self) -> &Parameters {
        &self.params
    }

    /// What is trained between refreshes, in order: one leg where there are none.
    #[must_use]
    pub fn legs(&self) -> &[Leg] {
        &self.legs
    }

    /// The shape of tiles.
    #[must_use]
    pub const fn tile(&self) -> Tile {
        self.tile
    }

    /// Whether both plan the same: then what was made by one serves the other.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.request == other.request && self.params == other.params && self.tile == other.tile
    }

    /// The keys that the service needs, each for the highest level at which a leg uses it.
    #[must_use]
    pub fn key_list(&self) -> KeyList {
        let lists = self.legs.iter().map(|leg| leg.program().key_list());
        lists.reduce(KeyList::union).unwrap_or_default()
    }

    /// How the rows are divided.
    #[must_use]
    pub const fn batches(&self) -> Batches {
        self.batches
    }

    /// How many mini-batches are used: those of the first steps. The others are not encrypted.
    #[must_use]
    pub fn batches_used(&self) -> usize {
        self.batches.count().min(self.request.steps)
    }

    /// Rows that are used.
    #[must_use]
    pub fn rows_used(&self) -> usize {
        (0..self.batches_used()).map(|batch| self.batches.of_step(batch).len()).sum()
    }

    /// What is encrypted with the data set: the matrices that each leg reads, leg after leg.
    pub fn rows(&self) -> impl Iterator<Item = Planned<'_>> {
        self.legs.iter().flat_map(Leg::rows)
    }

    /// What training costs, all legs together: products and rotations.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The work of training: transforms of one limb, more or less.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.legs.iter().map(|leg| leg.program().work()).sum()
    }

    /// Ciphertexts of the data set.
    #[must_use]
    pub fn ciphertexts(&self) -> usize {
        self.rows().map(|planned| planned.tiles.len()).sum()
    }

    /// Ciphertexts of the trained model.
    #[must_use]
    pub fn model_ciphertexts(&self) -> usize {
        self.request.width().div_ceil(self.tile.columns())
    }
}

#[cfg(test)]
mod tests;
