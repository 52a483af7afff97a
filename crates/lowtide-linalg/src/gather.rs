//! Rotations of masked sums: what moves numbers from many places to where they belong, at one level.

use std::collections::BTreeMap;

use lowtide_circuit::{Builder, Wire};

use crate::{Tile, sum};

/// `sum_t rotate(sum_j mask_j x_j, t)`: terms by the rotation that they share.
#[derive(Default)]
pub(crate) struct Gather {
    terms: BTreeMap<i64, Vec<Wire>>,
}

impl Gather {
    /// Adds what the mask keeps of a value, turned `steps` to the left.
    pub(crate) fn add(&mut self, x: &Wire, mask: &Wire, steps: i64) {
        self.terms.entry(steps).or_default().push(x * mask);
    }

    /// The sum; zero of no terms.
    pub(crate) fn finish(self, b: &Builder) -> Wire {
        let turned = |(steps, terms): (i64, Vec<Wire>)| sum::of(&terms).map(|sum| sum.rotate(steps));
        let turned: Vec<Wire> = self.terms.into_iter().filter_map(turned).collect();
        sum::of(&turned).unwrap_or_else(|| b.constant(0.0))
    }
}

/// One wherever `(row, column)` of all `W` columns is wanted.
pub(crate) fn mask(b: &Builder, tile: &Tile, wanted: impl Fn(usize, usize) -> bool) -> Wire {
    some_mask(b, tile, wanted).unwrap_or_else(|| b.vector(vec![0.0; tile.slots()]))
}

/// As [`mask`]; nothing where nothing is wanted.
pub(crate) fn some_mask(b: &Builder, tile: &Tile, wanted: impl Fn(usize, usize) -> bool) -> Option<Wire> {
    let one = |slot| if wanted(slot / tile.width(), slot % tile.width()) { 1.0 } else { 0.0 };
    let slots: Vec<f64> = (0..tile.slots()).map(one).collect();
    slots.contains(&1.0).then(|| b.vector(slots))
}

/// The power of two at or above the root of one.
pub(crate) const fn root(power: usize) -> usize {
    1 << power.ilog2().div_ceil(2)
}
