//! What the service does: ciphertexts in, an encrypted model out. Nothing here can name a secret key.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use lowtide_ckks::{Ciphertext, EvaluationKeys, Level};
use lowtide_linalg::{Encrypted, Grid};

use crate::{Error, Plan, circuits};

/// Encrypted mini-batches, with the plan they were made for.
#[derive(Clone, Debug)]
pub struct EncryptedDataset {
    plan: Plan,
    batches: Vec<Grid<Ciphertext>>,
}

/// Encrypted weights, with the plan they were trained by.
#[derive(Clone, Debug)]
pub struct EncryptedModel {
    plan: Plan,
    weights: Vec<Ciphertext>,
}

/// How far training is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Mini-batches that are done.
    pub steps: usize,
    /// Work done, in the units of [`Plan::work`].
    pub done: u64,
    /// All of it.
    pub total: u64,
}

impl EncryptedDataset {
    /// Mini-batches as the plan wants them: this is the door for received data.
    ///
    /// # Errors
    /// [`Error::Length`] when a mini-batch or a tile is missing or left over, [`Error::Tile`] when one has another level,
    /// scale or parameter set than planned.
    pub fn new(plan: Plan, batches: Vec<Vec<Ciphertext>>) -> Result<Self, Error> {
        let expected = plan.inputs().len();
        if batches.len() != expected {
            return Err(Error::Length { what: "encrypted mini-batches", expected, found: batches.len() });
        }
        let grid = |(batch, tiles): (usize, Vec<Ciphertext>)| {
            let ((rows, columns), input) = (plan.blocks(batch), &plan.inputs()[batch]);
            if tiles.len() != rows * columns {
                let (expected, found) = (rows * columns, tiles.len());
                return Err(Error::Length { what: "tiles of a mini-batch", expected, found });
            }
            for (tile, ciphertext) in tiles.iter().enumerate() {
                let same = ciphertext.params() == plan.params()
                    && ciphertext.level() == input.level
                    && *ciphertext.scale() == input.scale;
                if !same {
                    return Err(Error::Tile {
                        batch,
                        tile,
                        found: (ciphertext.level(), ciphertext.scale().clone()),
                        expected: (input.level, input.scale.clone()),
                    });
                }
            }
            Ok(Grid::new(columns, tiles).expect("whole rows of blocks"))
        };
        let batches = batches.into_iter().enumerate().map(grid).collect::<Result<_, _>>()?;
        Ok(Self { plan, batches })
    }

    /// The plan.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The mini-batches.
    #[must_use]
    pub fn batches(&self) -> &[Grid<Ciphertext>] {
        &self.batches
    }
}

impl EncryptedModel {
    /// Weights as the plan leaves them: the door for received models.
    ///
    /// # Errors
    /// [`Error::Length`] or [`Error::Tile`].
    pub fn new(plan: Plan, weights: Vec<Ciphertext>) -> Result<Self, Error> {
        let (expected, found) = (plan.model_ciphertexts(), weights.len());
        if found != expected {
            return Err(Error::Length { what: "ciphertexts of an encrypted model", expected, found });
        }
        let scale = lowtide_ckks::Scale::power_of_two(plan.request().scale_bits.into());
        for (tile, ciphertext) in weights.iter().enumerate() {
            let level = ciphertext.level();
            if ciphertext.params() != plan.params() || *ciphertext.scale() != scale {
                let found = (level, ciphertext.scale().clone());
                return Err(Error::Tile { batch: 0, tile, found, expected: (level, scale) });
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
    on_progress: &(dyn Fn(Progress) + Sync),
) -> Result<EncryptedModel, Error> {
    let plan = dataset.plan();
    let (done, steps, total) = (AtomicU64::new(0), AtomicUsize::new(0), plan.work());
    let report = |work| {
        let done = done.fetch_add(work, Ordering::Relaxed) + work;
        on_progress(Progress { steps: steps.load(Ordering::Relaxed), done, total });
    };
    let on_key_switch = |level| report(plan.work_of(level));
    let arithmetic = Encrypted::new(keys, &on_key_switch)?;
    let supply = |step: usize, level: Option<Level>| {
        let batch = &dataset.batches[step % plan.batches().count()];
        batch.try_map(|tile| tile.drop_to(level.unwrap_or(tile.level())))
    };
    let on_step = |step| {
        steps.store(step + 1, Ordering::Relaxed);
        report(0);
    };
    let weights = circuits::run(&arithmetic, &plan.job()?, supply, on_step)?;
    EncryptedModel::new(plan.clone(), weights)
}
