//! Passes: a circuit in, a better one with the same outputs out.
//!
//! Each is one small file. None makes a circuit deeper or costlier, and a property holds each against the clear reading.

mod balance;
mod collect;
mod dead;
mod fold;
mod fuse;
mod giant;
mod limit;
mod magnitude;
mod merge;
mod order;
mod square;
mod sum;
mod usage;
mod writer;

pub use balance::balance;
pub use collect::collect_terms;
pub use dead::remove_dead;
pub use fold::fold_constants;
pub use fuse::fuse_factors;
pub use giant::take_giant_steps;
pub use limit::limit_rotations;
pub use merge::merge_rotations;
pub use order::balance_sums;
pub use square::find_squares;

use writer::Writer;

use crate::{Circuit, NodeId, Op, build::Draft};

/// Which passes run: all, unless something is to be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Passes {
    /// [`fold_constants`].
    pub fold_constants: bool,
    /// [`fuse_factors`].
    pub fuse_factors: bool,
    /// [`balance`].
    pub balance: bool,
    /// [`take_giant_steps`].
    pub take_giant_steps: bool,
    /// [`merge_rotations`].
    pub merge_rotations: bool,
    /// [`collect_terms`].
    pub collect_terms: bool,
    /// [`find_squares`].
    pub find_squares: bool,
    /// [`balance_sums`].
    pub balance_sums: bool,
    /// [`remove_dead`].
    pub remove_dead: bool,
}

impl Passes {
    /// Every pass.
    pub const ALL: Self = Self::each(true);
    /// None: the circuit stays as it was written.
    pub const NONE: Self = Self::each(false);

    const fn each(wanted: bool) -> Self {
        Self {
            fold_constants: wanted,
            fuse_factors: wanted,
            balance: wanted,
            take_giant_steps: wanted,
            merge_rotations: wanted,
            collect_terms: wanted,
            find_squares: wanted,
            balance_sums: wanted,
            remove_dead: wanted,
        }
    }
}

impl Passes {
    /// Each pass left out in turn, by name.
    #[must_use]
    pub fn each_off() -> Vec<(&'static str, Self)> {
        let all = Self::ALL;
        vec![
            ("constant folding", Self { fold_constants: false, ..all }),
            ("factor fusion", Self { fuse_factors: false, ..all }),
            ("balancing", Self { balance: false, ..all }),
            ("giant steps", Self { take_giant_steps: false, ..all }),
            ("merged rotations", Self { merge_rotations: false, ..all }),
            ("like terms", Self { collect_terms: false, ..all }),
            ("squares", Self { find_squares: false, ..all }),
            ("sums", Self { balance_sums: false, ..all }),
            ("dead nodes", Self { remove_dead: false, ..all }),
        ]
    }
}

impl Default for Passes {
    fn default() -> Self {
        Self::ALL
    }
}

type Pass = fn(&Circuit) -> Circuit;

/// All passes, in the order in which they help each other.
#[must_use]
pub fn optimize(circuit: &Circuit) -> Circuit {
    optimize_with(circuit, &Passes::ALL)
}

/// The passes chosen, in the order in which they help each other.
#[must_use]
pub fn optimize_with(circuit: &Circuit, passes: &Passes) -> Circuit {
    let steps: &[(bool, Pass)] = &[
        (passes.remove_dead, remove_dead),
        (passes.fold_constants, fold_constants),
        (passes.fuse_factors, fuse_factors),
        (passes.balance, balance),
        (passes.take_giant_steps, take_giant_steps),
        (passes.merge_rotations, merge_rotations),
        (passes.collect_terms, collect_terms),
        (passes.fuse_factors, fuse_factors),
        (passes.fold_constants, fold_constants),
        (passes.find_squares, find_squares),
        (passes.balance_sums, balance_sums),
        (passes.remove_dead, remove_dead),
    ];
    let chosen = steps.iter().filter(|(wanted, _)| *wanted);
    chosen.fold(circuit.clone(), |circuit, (_, pass)| pass(&circuit))
}

/// Writes a circuit anew, node by node: `rewrite(draft, op)` is given each operation with its new operands and returns
/// the node that takes its place. Equal nodes become one.
fn rewrite(circuit: &Circuit, mut rewrite: impl FnMut(&mut Draft, NodeId, Op) -> NodeId) -> Circuit {
    let mut writer = Writer::new(circuit);
    for (id, node) in circuit.iter() {
        let op = node.op.map(|operand| writer.at(operand));
        let moved = rewrite(writer.enter(id), id, op);
        writer.put(id, moved);
    }
    writer.finish()
}
