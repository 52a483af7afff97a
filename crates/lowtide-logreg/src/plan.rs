//! The plan of a training run: everything public that customer and service agree on before anything is spent.

use std::sync::Arc;

use lowtide_circuit::{
    Program, Requirements,
    compile::Lowering,
    compile_for,
    pass::{self, Passes},
    program::{ProgramInput, Tally},
    read,
};
use lowtide_ckks::{Level, Parameters, SecurityLevel, Shape};
use lowtide_linalg::Tile;
use serde::{Deserialize, Serialize};

use crate::{
    Circuit, Error,
    circuits::{Input, Job, Part, Written},
    planner,
    rows::{Batches, SignedRows},
    schedule::Schedule,
    sigmoid::SigmoidPolynomial,
};

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
    /// `log2` of the scale: more bits, more precision, a larger ring.
    pub scale_bits: u32,
    /// 128, 192 or 256 bits of security.
    pub security_bits: u32,
    /// Whether classes have weights. Which, only the customer knows.
    #[serde(default)]
    pub is_weighted: bool,
}

/// A checked plan: the request, the shape of tiles, and the circuit compiled for the parameters.
#[derive(Clone, Debug)]
pub struct Plan {
    request: Request,
    batches: Batches,
    job: Arc<Job>,
    /// What the job reads, and where the tiles of each begin among the inputs of the program.
    inputs: Arc<[Input]>,
    starts: Arc<[usize]>,
    program: Arc<Program>,
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

/// One past the most steps: a step takes two levels or more, and no ring has so many.
const STEP_LIMIT: usize = 1 << 7;

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

    /// The levels that the circuit takes: the most that it takes with a single tile for each matrix and with several.
    ///
    /// # Errors
    /// What is wrong with the request.
    pub fn levels(&self) -> Result<Level, Error> {
        self.levels_by(&Compiler::default())
    }

    pub(crate) fn levels_by(&self, compiler: &Compiler) -> Result<Level, Error> {
        self.check()?;
        let batches = Batches::new(self.rows, self.batch)?;
        let half = self.circuit.half_tiles();
        let tile = Tile::new(if half { 8 } else { 4 }, 2, half).expect("powers of two");
        let mut job = self.job(tile, batches)?;
        let mut levels = |size| {
            (job.rows, job.width) = (vec![size; job.rows.len()], size);
            compiler.levels(&job)
        };
        Ok(levels(1)?.max(levels(3)?))
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
            ("steps", self.steps, STEP_LIMIT),
        ] {
            if found == 0 || found >= limit {
                return Err(Error::PlanRange { what, found, limit: limit - 1 });
            }
        }
        if !(Self::MIN_SCALE_BITS..=Self::MAX_SCALE_BITS).contains(&self.scale_bits) {
            return Err(Error::ScaleBits { bits: self.scale_bits });
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

    pub(crate) fn shape(&self, log_degree: u32, levels: Level, digits: usize) -> Shape {
        // Ten bits for weights up to 512 in absolute value.
        let (first_bits, scale_bits) = (self.scale_bits + 10, self.scale_bits);
        Shape { ring: Default::default(), log_degree, first_bits, scale_bits, levels, digits }
    }

    pub(crate) fn job(&self, tile: Tile, batches: Batches) -> Result<Job, Error> {
        let used = batches.count().min(self.steps);
        let steps = self.schedule.steps(self.steps).enumerate();
        Ok(Job {
            circuit: self.circuit,
            tile,
            activation: self.sigmoid.gradient()?,
            steps: steps.map(|(i, step)| (step, batches.of_step(i).len())).collect(),
            rows: (0..used).map(|batch| batches.of_step(batch).len()).collect(),
            width: self.width(),
            is_weighted: self.is_weighted,
            is_from_zero: true,
            parts: vec![Part::Weights],
        })
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

    /// As [`Plan::new`], with less of the compiler: to measure what each part of it is worth.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn with_compiler(request: &Request, compiler: &Compiler) -> Result<Self, Error> {
        planner::cheapest(request, compiler)
    }

    /// A plan in a ring of the given degree whatever its security: for tests alone.
    ///
    /// # Errors
    /// What is wrong with the request or the ring.
    pub fn insecure(request: &Request, log_degree: u32) -> Result<Self, Error> {
        let params = Parameters::insecure(request.shape(log_degree, request.levels()?, 3).literal()?)?;
        planner::cheapest_tile(request, &params, &Compiler::default())
    }

    /// Compiles the circuit.
    pub(crate) fn assemble(
        request: Request,
        params: &Parameters,
        tile: Tile,
        compiler: &Compiler,
    ) -> Result<Self, Error> {
        let batches = Batches::new(request.rows, request.batch)?;
        let job = request.job(tile, batches)?;
        let (program, inputs) = compiler.compile(&job, params)?;
        let mut starts = vec![0];
        starts.extend(inputs.iter().scan(0, |end, Input { shape: (rows, columns), .. }| {
            *end += tile.count(*rows, *columns);
            Some(*end)
        }));
        Ok(Self {
            request,
            batches,
            job: Arc::new(job),
            inputs: inputs.into(),
            starts: starts.into(),
            tally: program.tally(),
            program: Arc::new(program),
        })
    }

    /// What is to be trained.
    #[must_use]
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// The parameters of the scheme.
    #[must_use]
    pub fn params(&self) -> &Parameters {
        self.program.params()
    }

    /// The circuit, compiled.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The shape of tiles.
    #[must_use]
    pub fn tile(&self) -> Tile {
        self.job.tile
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

    /// What is encrypted: the matrices that the circuit reads, in the order of first use.
    #[must_use]
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// How the tiles of [`Plan::inputs`]`[index]` are encrypted, row block after row block: each at the level of its first
    /// use.
    ///
    /// # Panics
    /// When there is no such matrix.
    #[must_use]
    pub fn tiles(&self, index: usize) -> &[ProgramInput] {
        &self.program.inputs()[self.starts[index]..self.starts[index + 1]]
    }

    /// What the circuit costs: products, rotations, and the keys it needs.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The work of training: transforms of one limb, more or less.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.program.work()
    }

    /// Ciphertexts of the data set.
    #[must_use]
    pub fn ciphertexts(&self) -> usize {
        self.program.inputs().len()
    }

    /// Ciphertexts of the trained model.
    #[must_use]
    pub fn model_ciphertexts(&self) -> usize {
        self.request.width().div_ceil(self.tile().columns())
    }
}

#[cfg(test)]
mod tests;
