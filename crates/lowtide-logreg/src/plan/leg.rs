//! Legs: what is trained between two refreshes, each by a program of its own.

use std::ops::Range;

use lowtide_circuit::{
    Program,
    program::{Instruction, ProgramInput},
};
use lowtide_ckks::{Level, Parameters, Scale};
use lowtide_linalg::Tile;

use super::{Compiler, Request};
use crate::{
    Error,
    circuits::{Gram, Input, Job, Outcome, Source},
    clear::State,
    rows::Batches,
};

/// Steps that are trained in one go, from zero or from weights that the customer has encrypted anew, and their program.
#[derive(Clone, Debug)]
pub struct Leg {
    steps: Range<usize>,
    is_last: bool,
    /// What the program reads, and where the tiles of each begin among its inputs.
    inputs: Vec<Input>,
    starts: Vec<usize>,
    program: Program,
    /// Ciphertexts of weights.
    blocks: usize,
    /// `eta` of the last step.
    last_eta: f64,
}

/// Something that is encrypted, and how: tile by tile, row block after row block, each at the level of its first use.
#[derive(Clone, Copy, Debug)]
pub struct Planned<'a> {
    /// What it is.
    pub input: &'a Input,
    /// Its tiles.
    pub tiles: &'a [ProgramInput],
}

impl Leg {
    /// Compiles the circuit of these steps.
    pub(super) fn compile(
        request: &Request,
        steps: Range<usize>,
        params: &Parameters,
        tile: Tile,
        compiler: &Compiler,
    ) -> Result<Self, Error> {
        let job = request.job(tile, steps.clone())?;
        let (program, inputs) = compiler.compile(&job, params)?;
        let mut starts = vec![0];
        starts.extend(inputs.iter().scan(0, |end, Input { shape: (rows, columns), .. }| {
            *end += tile.count(*rows, *columns);
            Some(*end)
        }));
        let (is_last, blocks) = (steps.end == request.steps, request.width().div_ceil(tile.columns()));
        let last_eta = job.steps.last().map_or(0.0, |(step, _)| step.eta);
        Ok(Self { steps, is_last, inputs, starts, program, blocks, last_eta })
    }

    /// Its steps, of all steps of the plan, counting from 0.
    #[must_use]
    pub const fn steps(&self) -> &Range<usize> {
        &self.steps
    }

    /// Whether it is the last. Then only the weights come out.
    #[must_use]
    pub const fn is_last(&self) -> bool {
        self.is_last
    }

    /// Its circuit, compiled.
    #[must_use]
    pub const fn program(&self) -> &Program {
        &self.program
    }

    /// What it reads, in the order of first use: rows that came with the data set, and weights and momentum to start from.
    #[must_use]
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// How the tiles of [`Leg::inputs`]`[index]` are encrypted, row block after row block: each at the level of its first
    /// use.
    ///
    /// # Panics
    /// When there is no such matrix.
    #[must_use]
    pub fn tiles(&self, index: usize) -> &[ProgramInput] {
        &self.program.inputs()[self.starts[index]..self.starts[index + 1]]
    }

    /// What it reads of the data set.
    pub fn rows(&self) -> impl Iterator<Item = Planned<'_>> {
        self.planned().filter(|planned| matches!(planned.input.source, Source::Rows(_)))
    }

    /// What it starts from: encrypted at the refresh before it, and nothing where it starts from zero.
    pub fn start(&self) -> impl Iterator<Item = Planned<'_>> {
        self.planned().filter(|planned| matches!(planned.input.source, Source::Start(..)))
    }

    fn planned(&self) -> impl Iterator<Item = Planned<'_>> {
        self.inputs.iter().enumerate().map(|(index, input)| Planned { input, tiles: self.tiles(index) })
    }

    /// What comes out, in this order, by block of columns: the weights, and if another leg follows, those before the last step.
    pub fn outputs(&self) -> impl Iterator<Item = (Outcome, usize)> {
        let outcomes = outcomes(self.is_last).iter();
        outcomes.flat_map(|outcome| (0..self.blocks).map(|block| (*outcome, block)))
    }

    /// Ciphertexts that come out.
    #[must_use]
    pub const fn output_count(&self) -> usize {
        self.blocks * outcomes(self.is_last).len()
    }

    /// Ciphertexts of the weights after the last step.
    #[must_use]
    pub const fn weight_count(&self) -> usize {
        self.blocks
    }

    /// What the next leg starts from, given the weights after the last step and before it.
    pub(crate) fn state(&self, weights: Vec<f64>, before: &[f64]) -> State {
        let eta = self.last_eta;
        let momentum = weights.iter().zip(before).map(|(new, old)| (1.0 - eta) * new + eta * old).collect();
        State { weights, momentum }
    }

    /// The level and the scale at which something comes out, and whether it comes out as it went in: weights before the only
    /// step of a leg do.
    pub(crate) fn output_form(&self, outcome: Outcome, block: usize) -> (Level, &Scale, bool) {
        let name = Job::output_name(outcome, block);
        let output = self.program.outputs().iter().find(|(output, _)| *output == name);
        let (_, register) = output.expect("an outcome of the circuit");
        let step = &self.program.steps()[register.index()];
        (step.level, &step.scale, matches!(step.instruction, Instruction::Input(_)))
    }
}

/// What comes out of a leg.
const fn outcomes(is_last: bool) -> &'static [Outcome] {
    if is_last { &[Outcome::Weights] } else { &[Outcome::Weights, Outcome::Before] }
}

impl Request {
    /// The steps of each leg. The first starts from zero weights, which saves it levels: it takes as many steps as fit into the
    /// levels of a later one.
    pub(crate) fn cut(&self, compiler: &Compiler) -> Result<Vec<Range<usize>>, Error> {
        let Some(every) = self.refresh_every else { return Ok(std::iter::once(0..self.steps).collect()) };
        let endless = Self { steps: 2 * every + 1, ..self.clone() };
        let room = endless.levels_of(every..2 * every, compiler)?;
        let mut first = every.min(self.steps);
        while first < self.steps && self.levels_of(0..first + 1, compiler)? <= room {
            first += 1;
        }
        let later = (first..self.steps).step_by(every).map(|begin| begin..self.steps.min(begin + every));
        Ok(std::iter::once(0..first).chain(later).collect())
    }

    /// The levels that these steps take: the most that they take with a single tile for each matrix and with several.
    pub(super) fn levels_of(&self, steps: Range<usize>, compiler: &Compiler) -> Result<Level, Error> {
        let half = self.circuit.half_tiles();
        // A product of matrices in a tiny tile can be less deep than one in a tile of an ordinary size.
        let side = match self.gram {
            Gram::Customer => 2,
            Gram::Service => 16,
        };
        let tile = Tile::new((side * side) << u32::from(half), side, half).expect("powers of two");
        let mut job = self.job(tile, steps)?;
        let mut levels = |size| {
            (job.rows, job.width) = (vec![size; job.rows.len()], size);
            compiler.levels(&job)
        };
        Ok(levels(1)?.max(levels(side + side / 2)?))
    }

    /// What these steps compute.
    pub(crate) fn job(&self, tile: Tile, steps: Range<usize>) -> Result<Job, Error> {
        let batches = Batches::new(self.rows, self.batch)?;
        let rows = |step: usize| batches.of_step(step).len();
        let constants = self.schedule.steps(steps.end).enumerate().skip(steps.start);
        let used = batches.count().min(steps.len());
        Ok(Job {
            circuit: self.circuit,
            gram: self.gram,
            tile,
            activation: self.sigmoid.gradient()?,
            steps: constants.map(|(i, step)| (step, rows(i))).collect(),
            first: steps.start % batches.count(),
            batches: batches.count(),
            rows: (steps.start..steps.start + used).map(rows).collect(),
            width: self.width(),
            is_weighted: self.is_weighted,
            is_from_zero: steps.start == 0,
            outcomes: outcomes(steps.end == self.steps).to_vec(),
        })
    }
}
