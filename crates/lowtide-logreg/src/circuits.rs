//! The circuits that train: all derived from one loop.
//!
//! `nag` writes mini-batch NAG as in a book, in ten lines of matrix algebra. What differs between circuits is how
//! `lowtide_linalg::expression` brings them to slots, in two respects: which products `Z' (Z^T x)` become `(Z' Z^T) x`, with a
//! Gram matrix that the customer encrypts beside the rows; and whether tiles leave their right half empty, so that sums of
//! columns need no mask.
//!
//! | circuit | Gram matrices | tiles | levels a step | of which |
//! |---|---|---|---|---|
//! | [`Circuit::Baseline`] | none | full | 5 | `Z v` 1, mask of the column sum 1, activation 2, momentum 1 |
//! | [`Circuit::Fused`] | none | half | 3 | `Z v` 1, activation 2 |
//! | [`Circuit::Unrolled`] | of neighbours | full | 2.5 | activation 2, a mask every second step |
//! | [`Circuit::Paired`] | of neighbours | half | 2 | activation 2 |
//! | [`Circuit::TwoLevel`] | all | half | 2 | activation 2; no weights but the last ones |
//!
//! (for a cubic sigmoid; degree 1 takes one level less, degrees 5 and 7 one more). The first step costs none, since from zero
//! weights every margin is zero and the gradient a plain sum; and with Gram matrices the second margins cost none either.
//!
//! A fixed Hessian is none of them: as it is the same in every step, the customer's rows hold it, and all circuits train with it
//! as they are ([`FixedHessian`](crate::FixedHessian)).
//!
//! A Gram matrix has as many entries as two mini-batches have pairs of rows. With those of neighbours, as many as steps, the
//! only chain from margins to margins is the fused product with the activation, and the weights follow beside it; with all
//! of them, `k (k - 1) / 2` for `k` steps, margins follow from margins alone, and the rows themselves are needed once, for
//! the weights at the end. The service can make Gram matrices as well ([`Gram::Service`]), at two levels more (three in full
//! tiles) and most of the work. Baseline: Han, Song, Cheon and Park, "Logistic regression on homomorphic encrypted data at scale"
//! (AAAI 2019). Unrolled: Crockett, "A low-depth homomorphic circuit for logistic regression model training" (WAHC 2020).

use lowtide_circuit::Builder;
use lowtide_linalg::{
    Tile,
    expression::{Algebra, Derivation, Laid, Merge, Odd, Products, Strategy},
};
use serde::{Deserialize, Serialize};

use crate::schedule::Step;

mod matrix;
mod nag;

pub use matrix::{Axis, Matrix, Outcome, Part, Source};

/// Which circuit trains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Circuit {
    /// The published circuit: five levels a mini-batch.
    Baseline,
    /// Half-empty tiles: three levels a mini-batch.
    Fused,
    /// Gram matrices of neighbouring mini-batches in full tiles: five levels for two mini-batches.
    Unrolled,
    /// Half-empty tiles and Gram matrices of neighbouring mini-batches: two levels a mini-batch.
    Paired,
    /// Half-empty tiles and Gram matrices of all pairs of mini-batches: two levels a mini-batch, and the least work for few
    /// of them.
    TwoLevel,
}

impl Circuit {
    /// Every circuit.
    pub const ALL: [Self; 5] = [Self::Baseline, Self::Fused, Self::Unrolled, Self::Paired, Self::TwoLevel];

    /// `baseline`, `fused`, `unrolled`, `paired` or `two-level`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Fused => "fused",
            Self::Unrolled => "unrolled",
            Self::Paired => "paired",
            Self::TwoLevel => "two-level",
        }
    }

    /// Whether its tiles leave their right half empty.
    #[must_use]
    pub const fn half_tiles(self) -> bool {
        matches!(self, Self::Fused | Self::Paired | Self::TwoLevel)
    }

    /// Whether it reads Gram matrices beside the rows.
    #[must_use]
    pub const fn reads_gram(self) -> bool {
        matches!(self.merge(), Merge::Newest(_) | Merge::All)
    }

    const fn merge(self) -> Merge {
        match self {
            Self::Baseline => Merge::AsWritten,
            Self::Fused => Merge::None,
            Self::Unrolled | Self::Paired => Merge::Newest(1),
            Self::TwoLevel => Merge::All,
        }
    }
}

impl std::fmt::Display for Circuit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Who multiplies the rows of mini-batches with each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gram {
    /// The customer, in clear before it encrypts them: more bytes to send for large mini-batches.
    #[default]
    Customer,
    /// The service, on ciphertexts: two levels more, and most of the work.
    Service,
}

impl Gram {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Customer, Self::Service];

    /// `customer` or `service`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Service => "service",
        }
    }
}

impl std::fmt::Display for Gram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// What a circuit is told: all of it public.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) circuit: Circuit,
    pub(crate) gram: Gram,
    pub(crate) tile: Tile,
    /// `q(u)`, which stands for `sigmoid(-u)`.
    pub(crate) activation: Odd,
    /// By step: its constants, and the rows of its mini-batch.
    pub(crate) steps: Vec<(Step, usize)>,
    /// The mini-batch of the first step, and how many there are in all; after the last comes the first again.
    pub(crate) first: usize,
    pub(crate) batches: usize,
    /// By mini-batch, from the first step's on: its rows. Step `i` trains on the one at `i mod rows.len()`.
    pub(crate) rows: Vec<usize>,
    /// Entries of a row: the features and the bias.
    pub(crate) width: usize,
    /// Whether gradients are taken of rows times the weight of their class.
    pub(crate) is_weighted: bool,
    /// Whether weights and momentum are zero at the start; if not, they are encrypted too.
    pub(crate) is_from_zero: bool,
    /// What is wanted at the end.
    pub(crate) outcomes: Vec<Outcome>,
}

/// A circuit and what it reads, in this order.
pub(crate) struct Written {
    pub(crate) circuit: lowtide_circuit::Circuit,
    pub(crate) inputs: Vec<Input>,
}

/// Something that is encrypted: a matrix in tiles.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// What it is.
    pub source: Source,
    /// Rows and columns.
    pub shape: (usize, usize),
    /// What it is divided by before it is encrypted, so that it meets numbers of about one while the circuit runs, and
    /// needs no other constant where it is used first.
    pub unit: f64,
}

impl Job {
    /// What is to be computed, and how.
    pub(crate) fn derive(&self) -> Derivation {
        let algebra = Algebra::new();
        let left = nag::train(self, &algebra);
        let vectors: Vec<_> = self.outcomes.iter().map(|outcome| (outcome.name(), left(*outcome))).collect();
        let wanted: Vec<_> = vectors.iter().map(|(name, vector)| (*name, vector)).collect();
        let products = match self.gram {
            Gram::Customer => Products::Given,
            Gram::Service => Products::Computed,
        };
        let strategy = Strategy { merge: self.circuit.merge(), products };
        Derivation::new(&wanted, strategy, &self.tile)
    }

    /// Tiles of everything that the circuit reads.
    pub(crate) fn tiles(&self) -> usize {
        self.derive().reads().into_iter().map(|(_, (rows, columns))| self.tile.count(rows, columns)).sum()
    }

    /// The circuit: matrices in, divided by their units, and what is wanted out, by block of columns.
    ///
    /// # Errors
    /// What the circuit's checks say.
    pub(crate) fn build(&self) -> Result<Written, lowtide_circuit::Error> {
        let b = Builder::new(self.tile.slots());
        let inputs = self.derive().write(&b, &|given| self.source(given).name());
        let input =
            |laid: Laid| Input { source: self.source(&laid.given), shape: laid.shape, unit: laid.unit };
        Ok(Written { circuit: b.finish()?, inputs: inputs.into_iter().map(input).collect() })
    }

    /// The name of a block of columns of what comes out.
    pub(crate) fn output_name(outcome: Outcome, block: usize) -> String {
        format!("{}{block}", outcome.name())
    }
}

#[cfg(test)]
mod tests;
