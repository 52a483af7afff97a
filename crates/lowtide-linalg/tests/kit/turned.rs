//! Orientation changes and transposition.

use lowtide_linalg::{Layout, Tile};
use proptest::prelude::*;

use crate::plain::{Case, Cost, Plain, assert_close, log, tiles};

/// Pairs of a tile of a vector and one of the same vector turned that share an entry.
fn pairs(tile: &Tile, length: usize) -> usize {
    let mut pairs: Vec<_> = (0..length).map(|i| (i / tile.rows(), i / tile.columns())).collect();
    pairs.dedup();
    pairs.len()
}

fn root(power: usize) -> usize {
    1 << log(power).div_ceil(2)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn vectors_turn(tile in tiles(), length in 1..150_usize) {
        let plain = Plain::random(1, length, 5);
        let (rows, columns) = (length.div_ceil(tile.rows()), length.div_ceil(tile.columns()));
        let mut case = Case::new(&tile);
        let x = case.input(Layout::row_indexed(tile, length).unwrap(), "x", &plain.values);
        let (found, cost) = case.finish(&x.turned());
        assert_close(&found, &plain.values);
        let public = pairs(&tile, length);
        let expected = Cost { levels: 1, products: 0, public, rotations: columns * log(tile.rows()) };
        prop_assert_eq!(cost, expected);
        let mut case = Case::new(&tile);
        let y = case.input(Layout::column_indexed(tile, length).unwrap(), "y", &plain.values);
        let (found, cost) = case.finish(&y.turned());
        assert_close(&found, &plain.values);
        let expected = if tile.is_half() {
            Cost { rotations: rows * (1 + log(tile.columns())), ..expected }
        } else {
            let g = root(tile.columns());
            let rotations = columns * (g - 1) + rows * (tile.columns() / g - 1);
            Cost { levels: 1, products: 0, public: public * tile.columns(), rotations }
        };
        prop_assert!(cost.public <= expected.public);
        prop_assert_eq!(Cost { public: 0, ..cost }, Cost { public: 0, ..expected });
    }

    #[test]
    fn matrices_change_their_tile(
        from in tiles(),
        to in tiles(),
        rows in 1..40_usize,
        columns in 1..40_usize,
    ) {
        let plain = Plain::random(rows, columns, 6);
        let mut case = Case::new(&from);
        let a = case.input(Layout::matrix(from, rows, columns).unwrap(), "a", &plain.values);
        let result = a.in_tile(to).unwrap();
        let (found, cost) = case.finish(&result);
        assert_close(&found, &plain.values);
        let n = from.rows().min(to.rows());
        let (g, n) = if from.width() == to.width() { (1, 1) } else { (root(n), n) };
        // Padding is carried like the rest.
        let (height, width) = (rows.next_multiple_of(from.rows()), columns.next_multiple_of(from.columns()));
        let all = (0..height).flat_map(|i| (0..width).map(move |k| (i, k)));
        let pairs = all.map(|(i, k)| [&from, &to].map(|tile| (i / tile.rows(), k / tile.columns())));
        let pairs = pairs.collect::<std::collections::BTreeSet<_>>().len();
        prop_assert_eq!((cost.levels, cost.products), (1, 0));
        prop_assert!(cost.public <= pairs * n);
        prop_assert!(cost.rotations <= a.tiles().len() * (g - 1) + pairs * (n / g), "{cost:?}");
    }

    #[test]
    fn matrices_are_transposed(tile in tiles(), rows in 1..40_usize, columns in 1..40_usize) {
        let plain = Plain::random(rows, columns, 6);
        let mut case = Case::new(&tile);
        let a = case.input(Layout::matrix(tile, rows, columns).unwrap(), "a", &plain.values);
        let (found, cost) = case.finish(&a.transposed());
        assert_close(&found, &plain.transposed().values);
        prop_assert_eq!((cost.levels, cost.products), (1, 0));
        let n = tile.rows().min(tile.columns());
        let g = root(2 * n);
        let (height, width) = (rows.next_multiple_of(tile.rows()), columns.next_multiple_of(tile.columns()));
        let pairs = (0..height).flat_map(|i| (0..width).map(move |k| (i, k)));
        let pairs = pairs.map(|(i, k)| {
            let (r, c) = (tile.rows(), tile.columns());
            (i / r, k / c, k / r, i / c)
        });
        let pairs: std::collections::BTreeSet<_> = pairs.collect();
        let sources = a.tiles().len();
        prop_assert!(cost.public <= pairs.len() * (2 * n - 1));
        prop_assert!(cost.rotations <= sources * (g - 1) + pairs.len() * (2 * n / g), "{cost:?}");
        if tile.rows() == tile.columns() && n > 1 {
            prop_assert_eq!(cost.public, pairs.len() * (2 * n - 1));
            prop_assert_eq!(cost.rotations, pairs.len() * (g + 2 * n / g - 2));
        }
    }
}
