//! Inner and outer products, and those of matrices with vectors.

use lowtide_linalg::{Layout, Tile};
use proptest::prelude::*;

use crate::plain::{Case, Cost, Plain, assert_close, log, tiles};

fn blocks(tile: &Tile, rows: usize, columns: usize) -> (usize, usize) {
    (rows.div_ceil(tile.rows()), columns.div_ceil(tile.columns()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn vectors_multiply(tile in tiles(), m in 1..70_usize, n in 1..70_usize) {
        let (x, y, z) = (Plain::random(1, m, 1), Plain::random(1, m, 2), Plain::random(1, n, 3));
        let dot = x.times(&y.transposed()).values;
        let (rb, cb) = blocks(&tile, m, m);
        let row = Layout::row_indexed(tile, m).unwrap();
        let mut case = Case::new(&tile);
        let (a, b) = (case.input(row, "a", &x.values), case.input(row, "b", &y.values));
        let (found, cost) = case.finish(&a.inner(&b).unwrap());
        assert_close(&found, &dot);
        prop_assert_eq!(cost, Cost { levels: 1, products: rb, public: 0, rotations: log(tile.rows()) });

        let column = Layout::column_indexed(tile, m).unwrap();
        let mut case = Case::new(&tile);
        let (a, b) = (case.input(column, "a", &x.values), case.input(column, "b", &y.values));
        let (found, cost) = case.finish(&a.inner(&b).unwrap());
        assert_close(&found, &dot);
        prop_assert_eq!(cost, Cost { levels: 1, products: cb, public: 0, rotations: log(tile.width()) });

        let (rb, cb) = blocks(&tile, m, n);
        let mut case = Case::new(&tile);
        let a = case.input(row, "a", &x.values);
        let b = case.input(Layout::column_indexed(tile, n).unwrap(), "b", &z.values);
        let (found, cost) = case.finish(&a.outer(&b).unwrap());
        assert_close(&found, &x.transposed().times(&z).values);
        prop_assert_eq!(cost, Cost { levels: 1, products: rb * cb, public: 0, rotations: 0 });
    }

    #[test]
    fn matrices_meet_vectors(
        tile in tiles(),
        rows in 1..40_usize,
        columns in 1..40_usize,
        public in any::<bool>(),
    ) {
        let plain = Plain::random(rows, columns, 1);
        let (x, y) = (Plain::random(1, rows, 2), Plain::random(columns, 1, 3));
        let (rb, cb) = blocks(&tile, rows, columns);
        let layout = Layout::matrix(tile, rows, columns).unwrap();
        let start = || {
            let mut case = Case::new(&tile);
            let a = case.input(layout, "a", &plain.values);
            (case, a)
        };
        let (products, publics) = if public { (0, rb * cb) } else { (rb * cb, 0) };

        let (mut case, a) = start();
        let meet = Layout::row_indexed(tile, rows).unwrap();
        let v = if public { case.public(meet, "x", &x.values) } else { case.input(meet, "x", &x.values) };
        let (found, cost) = case.finish(&(&v * &a).unwrap());
        assert_close(&found, &x.times(&plain).values);
        prop_assert_eq!(cost, Cost { levels: 1, products, public: publics, rotations: cb * log(tile.rows()) });

        let (mut case, a) = start();
        let meet = Layout::column_indexed(tile, columns).unwrap();
        let v = if public { case.public(meet, "y", &y.values) } else { case.input(meet, "y", &y.values) };
        let (found, cost) = case.finish(&(&a * &v).unwrap());
        assert_close(&found, &plain.times(&y).values);
        let masked = usize::from(!tile.is_half() && tile.columns() > 1);
        let steps = log(tile.columns());
        let rotations = rb * if tile.is_half() { 1 + steps } else { 2 * steps };
        prop_assert_eq!(cost, Cost { levels: 1 + masked, products, public: publics + rb * masked, rotations });
    }
}
