//! How the steps of a matrix product are split: what makes it cheapest.

/// A split of the diagonals into small and giant steps, and of a sum into one of neighbours and one of what they leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Plan {
    /// `g`: small steps of diagonals.
    pub(super) small: usize,
    /// `s`: neighbours that are summed first.
    pub(super) near: usize,
}

/// What it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Take {
    pub(super) rotations: usize,
    pub(super) public_products: usize,
}

impl Plan {
    /// The cheapest of those whose `g` divides `diagonals`, whose `s` divides `summed`, and which are `allowed`: of
    /// `16 rotations + public products`, then `g`, then `s`, the least.
    pub(super) fn cheapest(
        diagonals: usize,
        summed: usize,
        allowed: impl Fn(Self) -> bool,
        take: impl Fn(Self) -> Take,
    ) -> Self {
        let powers = |up_to: usize| (0..=up_to.ilog2()).map(|log| 1 << log);
        let all = powers(diagonals).flat_map(|small| powers(summed).map(move |near| Self { small, near }));
        let cost = |plan: &Self| {
            let take = take(*plan);
            (16 * take.rotations + take.public_products, *plan)
        };
        all.filter(|plan| allowed(*plan)).min_by_key(cost).expect("one and one are always allowed")
    }
}
