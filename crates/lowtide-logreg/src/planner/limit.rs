//! What excludes every candidate, and what comes nearest.

use std::fmt;

use lowtide_linalg::Tile;

use super::Candidate;
use crate::{Circuit, Request};

/// A limit that no candidate keeps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// On memory, in bytes.
    Memory {
        /// The most that was allowed.
        wanted: u64,
        /// The least that there is.
        least: u64,
    },
    /// On precision, in binary digits behind the point of every weight.
    Precision {
        /// What was asked for.
        wanted: f64,
        /// The most that there is.
        most: f64,
    },
}

/// The candidate that comes nearest to a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest {
    circuit: Circuit,
    batch: usize,
    log_degree: u32,
    tile: Tile,
}

impl Nearest {
    pub(super) const fn new(request: &Request, log_degree: u32, tile: Tile) -> Self {
        Self { circuit: request.circuit, batch: request.batch, log_degree, tile }
    }

    pub(super) const fn of(candidate: &Candidate) -> Self {
        Self::new(&candidate.request, candidate.literal.log_degree, candidate.tile)
    }
}

/// The limit, what there is, and the cure.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        match *self {
            Self::Memory { wanted, least } => write!(
                f,
                "none runs in {:.1} MiB of memory, and the least is {:.1} MiB: allow that much, or take fewer steps or \
                 smaller mini-batches",
                mebibytes(wanted),
                mebibytes(least).next_up()
            ),
            Self::Precision { wanted, most } => write!(
                f,
                "none gives weights of {wanted} bits behind the point, and the most is {most:.1}: ask for that many, or take \
                 fewer steps"
            ),
        }
    }
}

impl fmt::Display for Nearest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { circuit, batch, log_degree, tile } = self;
        let (rows, columns) = (tile.rows(), tile.columns());
        write!(
            f,
            "`{circuit}`, mini-batches of {batch}, ring degree 2^{log_degree}, tiles of {rows} x {columns}"
        )
    }
}
