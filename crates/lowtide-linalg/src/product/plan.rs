//! How the steps of a matrix product are split: what makes it cheapest.

/// A split of the diagonals into small and giant steps, and of a sum into one of neighbours and one of what they leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Plan {
    /// Whether both halves of half tiles hold diagonals of their own.
    pub(super) paired: bool,
    /// `g`: small steps of diagonals.
    pub(super) small: usize,
    /// `s`: neighbours that are summed first.
    pub(super) near: usize,
}

/// What it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Take {
    pub(super) rotations: usize,
    /// Sums of products, each relinearized.
    pub(super) products: usize,
    pub(super) public_products: usize,
}

impl Plan {
    /// The cheapest of those whose `g` divides `diagonals`, whose `s` divides `summed`, and for which there is a price: of
    /// `16 (rotations + sums of products) + public products` the least, then unpaired, then of the least `g`, then `s`.
    pub(super) fn cheapest(diagonals: usize, summed: usize, take: impl Fn(Self) -> Option<Take>) -> Self {
        let powers = |up_to: usize| (0..=up_to.ilog2()).map(|log| 1 << log);
        let split = |paired| {
            powers(diagonals)
                .flat_map(move |small| powers(summed).map(move |near| Self { paired, small, near }))
        };
        let cost = |plan: Self| {
            let take = take(plan)?;
            Some((16 * (take.rotations + take.products) + take.public_products, plan))
        };
        let cheapest = [false, true].into_iter().flat_map(split).filter_map(cost).min();
        cheapest.expect("one and one are always allowed").1
    }
}
