//! The plan of a training run: everything public that customer and service agree on before anything is spent.

use lowtide_ckks::{Level, Literal, Parameters, Scale, SecurityLevel, Shape};
use lowtide_linalg::{Clear, Grid, Tally, Tile};
use serde::{Deserialize, Serialize};

use crate::{
    Circuit, Error,
    circuits::{self, Job},
    rows::Batches,
    schedule::Schedule,
    sigmoid::SigmoidPolynomial,
};

mod choose;

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
}

/// How one mini-batch is encrypted.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// How many rows it has.
    pub rows: usize,
    /// The level at which it is first used: it is encrypted no higher.
    pub level: Level,
    /// Its scale.
    pub scale: Scale,
}

/// A checked plan: the request, parameters for it, the shape of tiles, and what follows from them.
#[derive(Clone, Debug)]
pub struct Plan {
    request: Request,
    params: Parameters,
    tile: Tile,
    batches: Batches,
    inputs: Vec<Input>,
    tally: Tally,
}

/// One past the most rows, features or steps of a request: far beyond what fits a machine, and small enough that
/// nothing overflows.
const LIMIT: usize = 1 << 24;

impl Request {
    /// The security asked for.
    ///
    /// # Errors
    /// [`Error::SecurityBits`].
    pub fn security(&self) -> Result<SecurityLevel, Error> {
        let bits = self.security_bits;
        SecurityLevel::ALL.into_iter().find(|level| level.bits() == bits).ok_or(Error::SecurityBits { bits })
    }

    /// The levels that the circuit takes.
    #[must_use]
    pub fn levels(&self) -> Level {
        self.circuit.levels(self.steps, self.sigmoid.degree())
    }

    /// Entries of a row: the features and the bias.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.features + 1
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        for (what, found) in [
            ("features", self.features),
            ("rows", self.rows),
            ("batch size", self.batch),
            ("steps", self.steps),
        ] {
            if found == 0 || found >= LIMIT {
                return Err(Error::PlanRange { what, found, limit: LIMIT - 1 });
            }
        }
        if !(20..=50).contains(&self.scale_bits) {
            return Err(Error::ScaleBits { bits: self.scale_bits });
        }
        self.security()?;
        self.sigmoid.gradient_factors()?;
        Ok(())
    }

    fn shape(&self, log_degree: u32, digits: usize) -> Shape {
        // Ten bits for weights up to 512 in absolute value.
        let first_bits = self.scale_bits + 10;
        let (scale_bits, levels) = (self.scale_bits, self.levels());
        Shape { ring: Default::default(), log_degree, first_bits, scale_bits, levels, digits }
    }

    fn job(&self, tile: Tile, batches: Batches) -> Result<Job, Error> {
        let steps = self.schedule.steps(self.steps).enumerate();
        Ok(Job {
            circuit: self.circuit,
            tile,
            factors: self.sigmoid.gradient_factors()?,
            steps: steps.map(|(i, step)| (step, batches.of_step(i).len())).collect(),
            largest_margin: self.sigmoid.bound(),
            scale: Scale::power_of_two(self.scale_bits.into()),
        })
    }
}

impl Plan {
    /// The cheapest of what is secure: a ring, a digit count, and a shape of tiles.
    ///
    /// # Errors
    /// What is wrong with the request, or [`lowtide_ckks::Error::NoSecureRing`] when it takes more levels than any ring
    /// offers.
    pub fn new(request: Request) -> Result<Self, Error> {
        request.check()?;
        let wanted = request.security()?;
        let literals = choose::literals(&request)?;
        let requests = std::iter::repeat_n(request, literals.len());
        let plan =
            |(literal, request)| Self::with_best_tile(request, Parameters::with_security(literal, wanted)?);
        let plans = literals.into_iter().zip(requests).map(plan).collect::<Result<Vec<_>, Error>>()?;
        let best = plans.into_iter().min_by(|a, b| choose::cost(a).total_cmp(&choose::cost(b)));
        Ok(best.expect("at least one ring"))
    }

    /// A plan in a ring of the given degree whatever its security: for tests alone.
    ///
    /// # Errors
    /// What is wrong with the request or the ring.
    pub fn insecure(request: Request, log_degree: u32) -> Result<Self, Error> {
        request.check()?;
        let params = Parameters::insecure(request.shape(log_degree, 3).literal()?)?;
        Self::with_best_tile(request, params)
    }

    fn with_best_tile(request: Request, params: Parameters) -> Result<Self, Error> {
        let tile = choose::tile(&request, &params)?;
        Self::assemble(request, params, tile)
    }

    /// Surveys the circuit: the levels of the inputs, the keys and the cost.
    pub(crate) fn assemble(request: Request, params: Parameters, tile: Tile) -> Result<Self, Error> {
        let batches = Batches::new(request.rows, request.batch)?;
        let (inputs, tally) = survey(&request, params.literal(), tile, batches)?;
        Ok(Self { request, params, tile, batches, inputs, tally })
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

    /// The shape of tiles.
    #[must_use]
    pub const fn tile(&self) -> Tile {
        self.tile
    }

    /// How the rows are divided.
    #[must_use]
    pub const fn batches(&self) -> Batches {
        self.batches
    }

    /// The mini-batches that are used, in the order of their first use: the others are not encrypted.
    #[must_use]
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// Blocks of rows and of columns of a mini-batch.
    #[must_use]
    pub fn blocks(&self, batch: usize) -> (usize, usize) {
        Grid::<()>::blocks(&self.tile, self.inputs[batch].rows, self.request.width())
    }

    /// What the circuit costs: products, rotations, and the keys it needs.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The work of training, in units that [`Plan::work_of`] counts.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.tally.key_switches().iter().map(|(level, count)| self.work_of(*level) * *count as u64).sum()
    }

    /// The work of one key switch at `level`: transforms of one limb, more or less.
    #[must_use]
    pub fn work_of(&self, level: Level) -> u64 {
        choose::key_switch_work(level, self.params.literal().p.len())
    }

    /// Ciphertexts of the data set.
    #[must_use]
    pub fn ciphertexts(&self) -> usize {
        (0..self.inputs.len()).map(|batch| self.blocks(batch)).map(|(rows, columns)| rows * columns).sum()
    }

    /// Ciphertexts of the trained model.
    #[must_use]
    pub fn model_ciphertexts(&self) -> usize {
        self.request.width().div_ceil(self.tile.columns())
    }

    pub(crate) fn job(&self) -> Result<Job, Error> {
        self.request.job(self.tile, self.batches)
    }
}

/// The inputs and the cost of the circuit, from a run without numbers.
fn survey(
    request: &Request,
    literal: &Literal,
    tile: Tile,
    batches: Batches,
) -> Result<(Vec<Input>, Tally), Error> {
    let job = request.job(tile, batches)?;
    let (top, used) = (literal.q.len() - 1, batches.count().min(request.steps));
    let scale = |batch| {
        Scale::power_of_two(
            i64::from(request.scale_bits) - i64::from(circuits::input_bits_below(&job, batch)),
        )
    };
    let inputs = std::sync::Mutex::new(Vec::with_capacity(used));
    let clear = Clear::survey(literal);
    let supply = |step: usize, level: Option<Level>| {
        let batch = step % batches.count();
        let (rows, level) = (batches.of_step(step).len(), level.unwrap_or(top));
        let mut inputs = inputs.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if batch == inputs.len() {
            inputs.push(Input { rows, level, scale: scale(batch) });
        }
        let (row_blocks, column_blocks) = Grid::<()>::blocks(&tile, rows, request.width());
        let tiles = vec![clear.input(Vec::new(), level, scale(batch)); row_blocks * column_blocks];
        Ok(Grid::new(column_blocks, tiles).expect("at least one block of each"))
    };
    circuits::run(&clear, &job, supply, |_| ())?;
    Ok((inputs.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner), clear.tally()))
}

#[cfg(test)]
mod tests;
