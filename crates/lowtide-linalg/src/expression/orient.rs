//! Which vector lies in which orientation.
//!
//! First, from the inputs up, the least depth at which every vector can be there in either orientation. Then, from the
//! outputs down, the latest at which it must be: whoever needs a vector says in which orientation and how deep it may be.
//! Where both are needed, one is computed and the other turned from it, if there is a level left; where a function of a vector
//! meets a matrix, it is computed first if there is time, since every tile then meets one vector, and fused with the product if
//! not.

use std::collections::BTreeMap;

use super::{
    Chain, Odd,
    derive::{Derived, Item, Made, Products},
    laid,
};
use crate::{Orientation, Tile};

/// How the vectors of a derivation lie.
#[derive(Clone, Debug)]
pub(super) struct Orientations {
    how: Vec<[Option<How>; 2]>,
    /// Whether a product with a function of a vector is fused, by sum, orientation and item.
    fused: Vec<[Vec<bool>; 2]>,
    /// How deep a product of matrices may be, as it lies.
    products: BTreeMap<Chain, usize>,
}

/// How a vector comes to lie as it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// It is computed so.
    Direct,
    /// It is turned from the other orientation.
    Turned,
}

const BOTH: [Orientation; 2] = [Orientation::Row, Orientation::Column];

impl Orientations {
    pub(super) fn new(
        vectors: &[Derived],
        outputs: &[(String, usize)],
        tile: &Tile,
        products: Products,
    ) -> Self {
        let depths = Depths::new(vectors, tile, products);
        let deepest =
            outputs.iter().map(|(_, output)| depths.of(*output, Orientation::Column)).max().unwrap_or(0);
        let mut deadlines: Vec<[Option<usize>; 2]> = vec![[None; 2]; vectors.len()];
        for (_, output) in outputs {
            meet(&mut deadlines, *output, Orientation::Column, deepest);
        }
        let mut found = Self {
            how: vec![[None; 2]; vectors.len()],
            fused: vec![[Vec::new(), Vec::new()]; vectors.len()],
            products: BTreeMap::new(),
        };
        for vector in (0..vectors.len()).rev() {
            for (orientation, deadline) in found.decide(&depths, vector, &deadlines) {
                found.ask(&depths, vector, orientation, deadline, &mut deadlines);
            }
        }
        found
    }

    pub(super) fn how(&self, vector: usize, orientation: Orientation) -> Option<How> {
        self.how[vector][orientation as usize]
    }

    /// How deep a product of matrices may be.
    pub(super) fn product_deadline(&self, laid: &Chain) -> usize {
        self.products[laid]
    }

    pub(super) fn is_fused(&self, vector: usize, orientation: Orientation, item: usize) -> bool {
        self.fused[vector][orientation as usize][item]
    }

    /// In which orientations a vector is computed, and how deep it may be there.
    fn decide(
        &mut self,
        depths: &Depths<'_>,
        vector: usize,
        deadlines: &[[Option<usize>; 2]],
    ) -> Vec<(Orientation, usize)> {
        // Whether what a function is of is needed in an orientation anyway.
        let is_there = |o: Orientation| match depths.vectors[vector].kind {
            Made::Odd(_, of) => deadlines[of][o as usize].is_some(),
            _ => false,
        };
        let deadlines = deadlines[vector];
        let direct = |o: Orientation| depths.direct[vector][o as usize];
        let wanted: Vec<(Orientation, usize)> =
            BOTH.into_iter().filter_map(|o| Some((o, deadlines[o as usize]?))).collect();
        let turned = match (&depths.vectors[vector].kind, &wanted[..]) {
            (Made::Input(_) | Made::Ones, _) | (_, []) => None,
            (_, [(o, deadline)]) if direct(*o) > *deadline => Some((o.other(), deadline - depths.turn(*o))),
            (_, [_]) => None,
            _ => {
                // How deep it may be where it is computed, if the other is turned from it.
                let limit = |o: Orientation| {
                    let (own, other) = (deadlines[o as usize]?, deadlines[o.other() as usize]?);
                    let limit = own.min(other.checked_sub(depths.turn(o.other()))?);
                    (direct(o) <= limit).then_some((o, limit))
                };
                BOTH.into_iter().filter_map(limit).max_by_key(|(o, limit)| (is_there(*o), limit - direct(*o)))
            }
        };
        for (o, _) in &wanted {
            self.how[vector][*o as usize] = Some(How::Direct);
        }
        let Some((o, limit)) = turned else { return wanted };
        self.how[vector] = [Some(How::Turned); 2];
        self.how[vector][o as usize] = Some(How::Direct);
        vec![(o, limit)]
    }

    /// Asks for what a vector is computed from.
    fn ask(
        &mut self,
        depths: &Depths<'_>,
        vector: usize,
        o: Orientation,
        deadline: usize,
        deadlines: &mut [[Option<usize>; 2]],
    ) {
        let mut need = |of: usize, o: Orientation, cost: usize| {
            meet(deadlines, of, o, deadline.saturating_sub(cost));
        };
        match &depths.vectors[vector].kind {
            Made::Input(_) | Made::Ones => {}
            Made::Odd(odd, of) => need(*of, o, odd.levels()),
            Made::Times(x, y) => [x, y].into_iter().for_each(|of| need(*of, o, 1)),
            Made::Linear(items) => {
                let mask = depths.mask(o);
                let mut fused = Vec::with_capacity(items.len());
                for item in items {
                    let Some(chain) = &item.through else {
                        need(item.of, o, depths.constant(vector, item));
                        fused.push(false);
                        continue;
                    };
                    let at = o.other();
                    let tile = match depths.function(item) {
                        Some((odd, of)) if depths.of(item.of, at) + 1 + mask > deadline => {
                            need(of, at, odd.depth_with_tile(0, 0) + mask);
                            fused.push(true);
                            1 + odd.factors.len() + mask
                        }
                        _ => {
                            need(item.of, at, 1 + mask);
                            fused.push(false);
                            1 + mask
                        }
                    };
                    let known = self.products.entry(laid(chain, o)).or_insert(usize::MAX);
                    *known = (*known).min(deadline.saturating_sub(tile));
                }
                self.fused[vector][o as usize] = fused;
            }
        }
    }
}

fn meet(deadlines: &mut [[Option<usize>; 2]], vector: usize, o: Orientation, deadline: usize) {
    let known = &mut deadlines[vector][o as usize];
    *known = Some(known.map_or(deadline, |known| known.min(deadline)));
}

/// The least depths, when every constant that can ride on a tile does.
struct Depths<'a> {
    vectors: &'a [Derived],
    /// Levels of the mask that a sum of columns takes.
    mask: usize,
    /// Levels of a product of matrices, at least.
    product: usize,
    /// By vector and orientation: computed there.
    direct: Vec<[usize; 2]>,
}

impl<'a> Depths<'a> {
    fn new(vectors: &'a [Derived], tile: &Tile, products: Products) -> Self {
        let mask = usize::from(!tile.is_half() && tile.columns() > 1);
        let product = match products {
            Products::Given => 0,
            Products::Computed => {
                if tile.is_half() {
                    2
                } else {
                    3
                }
            }
        };
        let mut depths = Self { vectors, mask, product, direct: Vec::with_capacity(vectors.len()) };
        for vector in 0..vectors.len() {
            let found = BOTH.map(|o| depths.compute(vector, o));
            depths.direct.push(found);
        }
        depths
    }

    fn of(&self, vector: usize, o: Orientation) -> usize {
        let direct = self.direct[vector];
        direct[o as usize].min(direct[o.other() as usize] + self.turn(o))
    }

    fn mask(&self, o: Orientation) -> usize {
        if o == Orientation::Row { self.mask } else { 0 }
    }

    /// Levels of turning a vector into an orientation.
    fn turn(&self, o: Orientation) -> usize {
        1 + self.mask(o)
    }

    fn tile(&self, chain: &Chain) -> usize {
        if chain.len() > 1 { self.product } else { 0 }
    }

    /// The depth of a product of tiles with a vector that is there.
    fn product(&self, chain: &Chain, item: &Item, o: Orientation) -> usize {
        self.of(item.of, o.other()).max(self.tile(chain)) + 1
    }

    fn function(&self, item: &Item) -> Option<(&'a Odd, usize)> {
        match &self.vectors[item.of].kind {
            Made::Odd(odd, of) => Some((odd, *of)),
            _ => None,
        }
    }

    /// Levels of the constant of a vector that meets no matrix. Who uses a sum first decides its unit.
    fn constant(&self, user: usize, item: &Item) -> usize {
        let of = &self.vectors[item.of];
        let is_free = match of.kind {
            Made::Ones => true,
            Made::Linear(_) if of.unit.is_none() => of.first_user == Some(user),
            _ => item.constant == 1.0,
        };
        usize::from(!is_free)
    }

    fn compute(&self, vector: usize, o: Orientation) -> usize {
        match &self.vectors[vector].kind {
            Made::Input(_) | Made::Ones => 0,
            Made::Odd(odd, of) => self.of(*of, o) + odd.levels(),
            Made::Times(x, y) => 1 + self.of(*x, o).max(self.of(*y, o)),
            Made::Linear(items) => {
                let depth = |item: &Item| match (&item.through, self.function(item)) {
                    (None, _) => self.of(item.of, o) + self.constant(vector, item),
                    (Some(chain), _) if matches!(self.vectors[item.of].kind, Made::Ones) => {
                        self.tile(chain) + self.mask(o)
                    }
                    (Some(chain), Some((odd, of))) => {
                        let fused = odd.depth_with_tile(self.of(of, o.other()), self.tile(chain));
                        fused.min(self.product(chain, item, o)) + self.mask(o)
                    }
                    (Some(chain), None) => self.product(chain, item, o) + self.mask(o),
                };
                items.iter().map(depth).max().unwrap_or(0)
            }
        }
    }
}
