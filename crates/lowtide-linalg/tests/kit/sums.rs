//! Sums of rows and of columns: of one object, of many together, of many each by itself, with a mask and without.

use lowtide_linalg::{Layout, Matrix, Tile, sum};
use proptest::prelude::*;

use crate::plain::{Case, Cost, Plain, assert_close, log, tiles};

fn blocks(tile: &Tile, rows: usize, columns: usize) -> (usize, usize) {
    (rows.div_ceil(tile.rows()), columns.div_ceil(tile.columns()))
}

/// Levels, masks and rotations of a sum of columns in `blocks` tiles.
fn of_columns(tile: &Tile, blocks: usize) -> Cost {
    let (half, steps) = (tile.is_half(), log(tile.columns()));
    let masked = usize::from(!half && tile.columns() > 1);
    let rotations = blocks * if half { 1 + steps } else { 2 * steps };
    Cost { levels: masked, products: 0, public: blocks * masked, rotations }
}

/// The least of `n s + blocks (size / 2^s - 1)`, and the `s` that gives it.
fn least(n: usize, blocks: usize, size: usize) -> (usize, usize) {
    let cost = |s: usize| (n * s + blocks * (size / (1 << s) - 1), std::cmp::Reverse(s));
    let (rotations, s) = (0..=log(size)).map(cost).min().unwrap();
    (rotations, s.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn sums_of_one(tile in tiles(), rows in 1..40_usize, columns in 1..40_usize) {
        let plain = Plain::random(rows, columns, 7);
        let layout = Layout::matrix(tile, rows, columns).unwrap();
        let (rb, cb) = blocks(&tile, rows, columns);
        let mut case = Case::new(&tile);
        let a = case.input(layout, "a", &plain.values);
        let (found, cost) = case.finish(&a.sum_rows());
        assert_close(&found, &Plain::ones(1, rows).times(&plain).values);
        prop_assert_eq!(cost, Cost { levels: 0, products: 0, public: 0, rotations: cb * log(tile.rows()) });

        let by_row = plain.times(&Plain::ones(columns, 1)).values;
        let mut case = Case::new(&tile);
        let a = case.input(layout, "a", &plain.values);
        let (found, cost) = case.finish(&a.sum_columns());
        assert_close(&found, &by_row);
        prop_assert_eq!(cost, of_columns(&tile, rb));

        let mut case = Case::new(&tile);
        let a = case.input(layout, "a", &plain.values);
        let (found, cost) = case.finish(&a.sum_columns_unmasked());
        assert_close(&found, &by_row);
        let steps = log(tile.columns());
        prop_assert_eq!(cost, Cost { levels: 0, products: 0, public: 0, rotations: rb * steps });

        let mut case = Case::new(&tile);
        let a = case.input(layout, "a", &plain.values);
        let (found, cost) = case.finish(&a.sum_columns_unmasked().spread_times(0.3));
        assert_close(&found, &by_row.iter().map(|x| 0.3 * x).collect::<Vec<_>>());
        prop_assert_eq!(cost, Cost { levels: 1, products: 0, public: rb, rotations: rb * 2 * steps });
    }

    #[test]
    fn sums_of_vectors(tile in tiles(), length in 1..70_usize) {
        let plain = Plain::random(1, length, 8);
        let total: f64 = plain.values.iter().sum();
        let cost = |rotations| Cost { levels: 0, products: 0, public: 0, rotations };
        let mut case = Case::new(&tile);
        let x = case.input(Layout::row_indexed(tile, length).unwrap(), "x", &plain.values);
        let (found, found_cost) = case.finish(&x.sum());
        assert_close(&found, &[total]);
        prop_assert_eq!(found_cost, cost(log(tile.rows())));
        let mut case = Case::new(&tile);
        let y = case.input(Layout::column_indexed(tile, length).unwrap(), "y", &plain.values);
        let (found, found_cost) = case.finish(&y.sum());
        assert_close(&found, &[total]);
        prop_assert_eq!(found_cost, cost(log(tile.width())));
    }

    #[test]
    fn sums_of_many(tile in tiles(), rows in 1..20_usize, columns in 1..20_usize, n in 1..12_usize) {
        let plain: Vec<Plain> = (0..n).map(|j| Plain::random(rows, columns, j as u64)).collect();
        let layout = Layout::matrix(tile, rows, columns).unwrap();
        let (rb, cb) = blocks(&tile, rows, columns);
        let by_column: Vec<Plain> = plain.iter().map(|it| Plain::ones(1, rows).times(it)).collect();
        let by_row: Vec<Plain> = plain.iter().map(|it| it.times(&Plain::ones(columns, 1))).collect();
        let total = |all: &[Plain]| {
            (0..all[0].values.len()).map(|i| all.iter().map(|it| it.values[i]).sum()).collect::<Vec<f64>>()
        };
        let start = || {
            let mut case = Case::new(&tile);
            let name = |j: usize| format!("a{j}");
            let all: Vec<Matrix> =
                plain.iter().enumerate().map(|(j, it)| case.input(layout, &name(j), &it.values)).collect();
            (case, all)
        };

        let (case, all) = start();
        let (found, cost) = case.finish(&sum::rows_of_all(&all.iter().collect::<Vec<_>>()).unwrap());
        assert_close(&found, &total(&by_column));
        prop_assert_eq!(cost, Cost { levels: 0, products: 0, public: 0, rotations: cb * log(tile.rows()) });

        let (case, all) = start();
        let (found, cost) = case.finish(&sum::columns_of_all(&all.iter().collect::<Vec<_>>()).unwrap());
        assert_close(&found, &total(&by_row));
        prop_assert_eq!(cost, of_columns(&tile, rb));

        let (case, all) = start();
        let (found, cost) = case.finish(&sum::rows_of_each(&all.iter().collect::<Vec<_>>()).unwrap());
        assert_close(&found, &Plain::new(n, columns, |j, k| by_column[j].values[k]).values);
        let (rotations, s) = least(n, n.div_ceil(tile.rows()), tile.rows());
        let public = cb * n * (tile.rows() >> s);
        prop_assert_eq!(cost, Cost { levels: 1, products: 0, public, rotations: cb * rotations });

        let (case, all) = start();
        let (found, cost) = case.finish(&sum::columns_of_each(&all.iter().collect::<Vec<_>>()).unwrap());
        assert_close(&found, &Plain::new(rows, n, |i, j| by_row[j].values[i]).values);
        let (size, g) = (tile.columns(), n.div_ceil(tile.columns()));
        let (rotations, public) = if tile.is_half() {
            let (rotations, s) = least(n, g, size);
            (n + rotations, n * (size >> s))
        } else {
            (n * log(size) + n - g, n)
        };
        prop_assert_eq!(cost, Cost { levels: 1, products: 0, public: rb * public, rotations: rb * rotations });
    }
}

#[test]
fn sums_of_nothing_and_of_unlike_objects_are_refused() {
    assert!(sum::rows_of_all(&[]).is_err() && sum::columns_of_each(&[]).is_err());
    let tile = Tile::new(64, 8, true).unwrap();
    let mut case = Case::new(&tile);
    let a = case.input(Layout::matrix(tile, 2, 3).unwrap(), "a", &[0.0; 6]);
    let b = case.input(Layout::matrix(tile, 2, 4).unwrap(), "b", &[0.0; 8]);
    assert!(sum::rows_of_all(&[&a, &b]).is_err() && sum::rows_of_each(&[&a, &b]).is_err());
    // The sum of columns of matrices with equally many rows.
    assert!(sum::columns_of_all(&[&a, &b]).is_ok() && sum::columns_of_each(&[&a, &b]).is_err());
}
