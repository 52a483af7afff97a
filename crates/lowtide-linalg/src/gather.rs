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

/// Where a slot's number comes from.
pub(crate) struct Origin {
    /// The tile.
    pub(crate) source: usize,
    /// The slot there.
    pub(crate) slot: usize,
    /// By how many units the distance differs from one that all slots of this source and this result share.
    pub(crate) units: i64,
}

/// Tiles whose slots are those of others, each at one of a few distances: `base + units * unit`. Small steps of up to `small`
/// units, which a tile takes once for all uses, and giant ones. Slots without an origin are zero. Levels: 1.
pub(crate) fn carry(
    b: &Builder,
    tiles: &[Wire],
    results: usize,
    (unit, small): (i64, usize),
    origin: impl Fn(usize, usize) -> Option<Origin>,
) -> Vec<Wire> {
    let slots = b.slots();
    let result = |result: usize| {
        // By giant step: by tile and small step, the slots that they bring.
        let mut wanted: BTreeMap<i64, BTreeMap<(usize, i64), Vec<usize>>> = BTreeMap::new();
        for to in 0..slots {
            let Some(origin) = origin(result, to) else { continue };
            let near = origin.units.rem_euclid(small as i64);
            let giant = (origin.slot as i64 - to as i64 - near * unit).rem_euclid(slots as i64);
            let before = (to + giant as usize) % slots;
            wanted.entry(giant).or_default().entry((origin.source, near)).or_default().push(before);
        }
        let mut gather = Gather::default();
        for (giant, terms) in wanted {
            for ((source, near), kept) in terms {
                let mut mask = vec![0.0; slots];
                kept.into_iter().for_each(|slot| mask[slot] = 1.0);
                gather.add(&tiles[source].rotate(near * unit), &b.vector(mask), giant);
            }
        }
        gather.finish(b)
    };
    (0..results).map(result).collect()
}
