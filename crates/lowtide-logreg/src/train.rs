//! What the service does: ciphertexts in, an encrypted model out. Nothing here can name a secret key.
//!
//! Where the plan has refreshes, what comes out of a leg is a checkpoint: weights after and before its last step, without a
//! level left. The customer makes a [`FreshStart`] of it, and [`go_on`] trains the next leg.

use std::{borrow::Cow, collections::BTreeMap};

use lowtide_circuit::run::{Datum, run};
pub use lowtide_circuit::run::{Options, Progress, Span, time_by_region};
use lowtide_ckks::{Ciphertext, EvaluationKeys};
use lowtide_linalg::Grid;

use crate::{
    Error, Plan,
    circuits::{Input, Job},
    plan::{Leg, Planned},
};

/// Encrypted matrices, with the plan they were made for.
#[derive(Clone, Debug)]
pub struct EncryptedDataset {
    plan: Plan,
    /// Leg after leg.
    matrices: Vec<Grid<Ciphertext>>,
}

/// Encrypted weights, with the plan they were trained by: the model, or where more steps follow a checkpoint, which is the
/// model after so many steps, and the one before the last of them, from which the momentum follows.
#[derive(Clone, Debug)]
pub struct EncryptedModel {
    plan: Plan,
    leg: usize,
    /// As [`Leg::outputs`] lists them.
    outputs: Vec<Ciphertext>,
}

/// Weights and momentum of a checkpoint, encrypted anew by the customer: what the next leg starts from.
#[derive(Clone, Debug)]
pub struct FreshStart {
    plan: Plan,
    leg: usize,
    /// As [`Leg::start`] lists them.
    matrices: Vec<Grid<Ciphertext>>,
}

impl EncryptedDataset {
    /// Matrices as [`Plan::rows`] lists them, tile by tile: this is the door for received data.
    ///
    /// # Errors
    /// [`Error::Length`] when a matrix or a tile is missing or left over, [`Error::Tile`] when one has another level,
    /// scale or parameter set than planned.
    pub fn new(plan: Plan, matrices: Vec<Vec<Ciphertext>>) -> Result<Self, Error> {
        let matrices = grids(&plan, &plan.rows().collect::<Vec<_>>(), matrices)?;
        Ok(Self { plan, matrices })
    }

    /// The plan.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The matrices, as [`Plan::rows`] lists them.
    #[must_use]
    pub fn matrices(&self) -> &[Grid<Ciphertext>] {
        &self.matrices
    }

    /// Those of one leg.
    fn of_leg(&self, leg: usize) -> &[Grid<Ciphertext>] {
        let count = |leg: &Leg| leg.rows().count();
        let begin: usize = self.plan.legs()[..leg].iter().map(count).sum();
        &self.matrices[begin..begin + count(&self.plan.legs()[leg])]
    }
}

impl EncryptedModel {
    /// What leg number `leg`, counting from 0, leaves, as [`Leg::outputs`] lists it: the door for received models.
    ///
    /// # Errors
    /// [`Error::NoLeg`], [`Error::Length`] or [`Error::Weights`].
    pub fn new(plan: Plan, leg: usize, outputs: Vec<Ciphertext>) -> Result<Self, Error> {
        let of = leg_of(&plan, leg, 0)?;
        let (expected, found) = (of.output_count(), outputs.len());
        if found != expected {
            return Err(Error::Length { what: "ciphertexts of an encrypted model", expected, found });
        }
        for (ciphertext, (outcome, block)) in outputs.iter().zip(of.outputs()) {
            let (level, scale, _) = of.output_form(outcome, block);
            let (found, expected) =
                ((ciphertext.level(), ciphertext.scale().clone()), (level, scale.clone()));
            if ciphertext.params() != plan.params() || found != expected {
                return Err(Error::Weights { of: outcome, block, found, expected });
            }
        }
        Ok(Self { plan, leg, outputs })
    }

    /// The plan.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The leg that was trained last, counting from 0.
    #[must_use]
    pub const fn leg(&self) -> usize {
        self.leg
    }

    /// Steps that were trained: this is the model after so many.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.last_leg().steps().end
    }

    /// Whether all steps were trained. If not, it is a checkpoint.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.last_leg().is_last()
    }

    /// The weights, by block of columns.
    #[must_use]
    pub fn weights(&self) -> &[Ciphertext] {
        &self.outputs[..self.last_leg().weight_count()]
    }

    /// The weights of a checkpoint before its last step, by block of columns; empty when all steps were trained.
    #[must_use]
    pub fn before(&self) -> &[Ciphertext] {
        &self.outputs[self.last_leg().weight_count()..]
    }

    fn last_leg(&self) -> &Leg {
        &self.plan.legs()[self.leg]
    }
}

impl FreshStart {
    /// What leg number `leg`, counting from 0, starts from, as [`Leg::start`] lists it, tile by tile: the door for what is
    /// received.
    ///
    /// # Errors
    /// [`Error::NoLeg`]; [`Error::Length`] or [`Error::Tile`] as for a data set.
    pub fn new(plan: Plan, leg: usize, matrices: Vec<Vec<Ciphertext>>) -> Result<Self, Error> {
        let matrices = grids(&plan, &leg_of(&plan, leg, 1)?.start().collect::<Vec<_>>(), matrices)?;
        Ok(Self { plan, leg, matrices })
    }

    /// The plan.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The leg that starts here, counting from 0: never the first.
    #[must_use]
    pub const fn leg(&self) -> usize {
        self.leg
    }

    /// Weights and momentum, as [`Leg::start`] lists them.
    #[must_use]
    pub fn matrices(&self) -> &[Grid<Ciphertext>] {
        &self.matrices
    }
}

/// A leg of the plan, from number `first` on.
fn leg_of(plan: &Plan, leg: usize, first: usize) -> Result<&Leg, Error> {
    let no_leg = Error::NoLeg { found: leg, first, legs: plan.legs().len() };
    plan.legs().get(leg).filter(|_| leg >= first).ok_or(no_leg)
}

/// Matrices tile by tile, held against what is planned.
fn grids(
    plan: &Plan,
    planned: &[Planned<'_>],
    matrices: Vec<Vec<Ciphertext>>,
) -> Result<Vec<Grid<Ciphertext>>, Error> {
    let (expected, found) = (planned.len(), matrices.len());
    if found != expected {
        return Err(Error::Length { what: "encrypted matrices", expected, found });
    }
    let grid = |(planned, tiles): (&Planned<'_>, Vec<Ciphertext>)| {
        let Input { source, shape, .. } = planned.input;
        let (_, columns) = Grid::<()>::blocks(&plan.tile(), shape.0, shape.1);
        if tiles.len() != planned.tiles.len() {
            let (expected, found) = (planned.tiles.len(), tiles.len());
            return Err(Error::Length { what: "tiles of a matrix", expected, found });
        }
        for (tile, (ciphertext, input)) in tiles.iter().zip(planned.tiles).enumerate() {
            let same = ciphertext.params() == plan.params()
                && ciphertext.level() == input.level
                && *ciphertext.scale() == input.scale;
            if !same {
                return Err(Error::Tile {
                    of: *source,
                    tile,
                    found: (ciphertext.level(), ciphertext.scale().clone()),
                    expected: (input.level, input.scale.clone()),
                });
            }
        }
        Ok(Grid::new(columns, tiles).expect("whole rows of blocks"))
    };
    planned.iter().zip(matrices).map(grid).collect()
}

/// Trains on encrypted rows with evaluation keys alone: all steps, or where the plan has refreshes, those before the first.
///
/// `on_progress` is called often, from any thread. The result does not depend on the number of threads, to the bit.
///
/// # Errors
/// When the keys belong to other parameters than the data, or lack one that the plan needs.
pub fn train(
    keys: &EvaluationKeys,
    dataset: &EncryptedDataset,
    on_progress: &(dyn Fn(Progress<'_>) + Sync),
) -> Result<EncryptedModel, Error> {
    train_with(keys, dataset, Options { on_progress: Some(on_progress), ..Options::default() })
}

/// As [`train`], with everything that a run can be told: limits, clocks, a way to stop it.
///
/// # Errors
/// As [`train`], and those of the options.
pub fn train_with(
    keys: &EvaluationKeys,
    dataset: &EncryptedDataset,
    options: Options<'_>,
) -> Result<EncryptedModel, Error> {
    run_leg(keys, dataset, 0, &[], options)
}

/// Trains the leg that begins with a fresh start. As [`train`] otherwise.
///
/// # Errors
/// [`Error::OtherPlan`] when the start belongs to another plan than the data; as [`train`].
pub fn go_on(
    keys: &EvaluationKeys,
    dataset: &EncryptedDataset,
    start: &FreshStart,
    on_progress: &(dyn Fn(Progress<'_>) + Sync),
) -> Result<EncryptedModel, Error> {
    go_on_with(keys, dataset, start, Options { on_progress: Some(on_progress), ..Options::default() })
}

/// As [`go_on`], with everything that a run can be told.
///
/// # Errors
/// As [`go_on`], and those of the options.
pub fn go_on_with(
    keys: &EvaluationKeys,
    dataset: &EncryptedDataset,
    start: &FreshStart,
    options: Options<'_>,
) -> Result<EncryptedModel, Error> {
    if !start.plan.is_same(&dataset.plan) {
        return Err(Error::OtherPlan);
    }
    run_leg(keys, dataset, start.leg, &start.matrices, options)
}

fn run_leg(
    keys: &EvaluationKeys,
    dataset: &EncryptedDataset,
    number: usize,
    start: &[Grid<Ciphertext>],
    options: Options<'_>,
) -> Result<EncryptedModel, Error> {
    let leg = &dataset.plan.legs()[number];
    let mut inputs = BTreeMap::new();
    let matrices = dataset.of_leg(number).iter().chain(start);
    for (planned, grid) in leg.rows().chain(leg.start()).zip(matrices) {
        let tiles = grid.tiles().iter().map(|tile| Datum::Encrypted(Cow::Borrowed(tile))).enumerate();
        inputs.extend(tiles.map(|(tile, datum)| (planned.input.source.tile_name(tile), datum)));
    }
    let mut results = run(leg.program(), keys, &inputs, options)?;
    let output = |(outcome, block)| match results.remove(&Job::output_name(outcome, block)) {
        Some(Datum::Encrypted(ciphertext)) => ciphertext.into_owned(),
        _ => unreachable!("weights are encrypted outputs"),
    };
    EncryptedModel::new(dataset.plan.clone(), number, leg.outputs().map(output).collect())
}
