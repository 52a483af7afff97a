//! What the service does: ciphertexts in, an encrypted model out. Nothing here can name a secret key.

use std::{borrow::Cow, collections::BTreeMap};

use lowtide_circuit::run::{Datum, run};
pub use lowtide_circuit::run::{Options, Progress, Span, time_by_region};
use lowtide_ckks::{Ciphertext, EvaluationKeys};
use lowtide_linalg::Grid;

use crate::{
    Error, Plan,
    circuits::{Input, Job, Part},
};

/// Encrypted matrices, with the plan they were made for.
#[derive(Clone, Debug)]
pub struct EncryptedDataset {
    plan: Plan,
    matrices: Vec<Grid<Ciphertext>>,
}

/// Encrypted weights, with the plan they were trained by.
#[derive(Clone, Debug)]
pub struct EncryptedModel {
    plan: Plan,
    weights: Vec<Ciphertext>,
}

impl EncryptedDataset {
    /// Matrices as [`Plan::inputs`] lists them, tile by tile: this is the door for received data.
    ///
    /// # Errors
    /// [`Error::Length`] when a matrix or a tile is missing or left over, [`Error::Tile`] when one has another level,
    /// scale or parameter set than planned.
    pub fn new(plan: Plan, matrices: Vec<Vec<Ciphertext>>) -> Result<Self, Error> {
        let (expected, found) = (plan.inputs().len(), matrices.len());
        if found != expected {
            return Err(Error::Length { what: "encrypted matrices", expected, found });
        }
        let grid = |(index, tiles): (usize, Vec<Ciphertext>)| {
            let (Input { source, shape, .. }, inputs) = (&plan.inputs()[index], plan.tiles(index));
            let (_, columns) = Grid::<()>::blocks(&plan.tile(), shape.0, shape.1);
            if tiles.len() != inputs.len() {
                let (expected, found) = (inputs.len(), tiles.len());
                return Err(Error::Length { what: "tiles of a matrix", expected, found });
            }
            for (tile, (ciphertext, input)) in tiles.iter().zip(inputs).enumerate() {
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
        let matrices = matrices.into_iter().enumerate().map(grid).collect::<Result<_, _>>()?;
        Ok(Self { plan, matrices })
    }

    /// The plan.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The matrices, as [`Plan::inputs`] lists them.
    #[must_use]
    pub fn matrices(&self) -> &[Grid<Ciphertext>] {
        &self.matrices
    }
}

impl EncryptedModel {
    /// Weights as the plan leaves them: the door for received models.
    ///
    /// # Errors
    /// [`Error::Length`] or [`Error::Weights`].
    pub fn new(plan: Plan, weights: Vec<Ciphertext>) -> Result<Self, Error> {
        let (expected, found) = (plan.model_ciphertexts(), weights.len());
        if found != expected {
            return Err(Error::Length { what: "ciphertexts of an encrypted model", expected, found });
        }
        for (block, (ciphertext, (_, output))) in weights.iter().zip(plan.program().outputs()).enumerate() {
            let wanted = &plan.program().steps()[output.index()];
            let (found, expected) =
                ((ciphertext.level(), ciphertext.scale().clone()), (wanted.level, wanted.scale.clone()));
            if ciphertext.params() != plan.params() || found != expected {
                return Err(Error::Weights { block, found, expected });
            }
        }
        Ok(Self { plan, weights })
    }

    /// The plan.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The weights, by block of columns.
    #[must_use]
    pub fn weights(&self) -> &[Ciphertext] {
        &self.weights
    }
}

/// Trains on encrypted rows with evaluation keys alone.
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
    let plan = dataset.plan();
    let mut inputs = BTreeMap::new();
    for (Input { source, .. }, grid) in plan.inputs().iter().zip(&dataset.matrices) {
        let tiles = grid.tiles().iter().map(|tile| Datum::Encrypted(Cow::Borrowed(tile))).enumerate();
        inputs.extend(tiles.map(|(tile, datum)| (source.tile_name(tile), datum)));
    }
    let mut weights = run(plan.program(), keys, &inputs, options)?;
    let block = |block| match weights.remove(&Job::output_name(Part::Weights, block)) {
        Some(Datum::Encrypted(ciphertext)) => ciphertext.into_owned(),
        _ => unreachable!("weights are encrypted outputs"),
    };
    EncryptedModel::new(plan.clone(), (0..plan.model_ciphertexts()).map(block).collect())
}
