//! Sums in tiles against their definition, with the levels and rotations that their documentation states.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;

use lowtide_circuit::{Builder, Circuit, Wire, read};
use lowtide_linalg::{Grid, Orientation, Tile, orientation::turn, sum};
use proptest::prelude::*;

const SLOTS: usize = 64;

/// What becomes of one encrypted vector.
fn circuit(f: impl Fn(&Builder, &Wire) -> Wire) -> Circuit {
    let b = Builder::new(SLOTS);
    let x = b.input("x");
    b.output("y", &f(&b, &x));
    b.finish().unwrap()
}

fn value(circuit: &Circuit, x: Vec<f64>) -> Vec<f64> {
    read::clear(circuit, &BTreeMap::from([("x".to_owned(), x)])).unwrap().remove("y").unwrap()
}

proptest! {
    #[test]
    fn sums_match_their_definition(
        values in prop::collection::vec(-1.0..1.0_f64, SLOTS),
        log_columns in 0..5_u32,
        half in any::<bool>(),
    ) {
        let tile = Tile::new(SLOTS, 1 << log_columns, half).unwrap();
        let entry = |i: usize, k: usize| values[i * tile.columns() + k];
        let rows = circuit(|_, x| sum::rows(&tile, x));
        let columns = circuit(|b, x| sum::columns(b, &tile, x));
        prop_assert_eq!(read::depth(&rows).depth, 0);
        // A single column has nothing to mask.
        prop_assert_eq!(read::depth(&columns).depth, usize::from(!half && tile.columns() > 1));
        let (row_sums, column_sums) = (value(&rows, tile.slots_of(entry)), value(&columns, tile.slots_of(entry)));
        for i in 0..tile.rows() {
            for k in 0..tile.columns() {
                let slot = i * tile.width() + k;
                let row_sum: f64 = (0..tile.rows()).map(|i| entry(i, k)).sum();
                let column_sum: f64 = (0..tile.columns()).map(|k| entry(i, k)).sum();
                prop_assert!((row_sums[slot] - row_sum).abs() < 1e-12);
                prop_assert!((column_sums[slot] - column_sum).abs() < 1e-12);
            }
        }
        let log = |n: usize| n.ilog2() as usize;
        prop_assert_eq!(read::counts(&rows).rotation_count(), log(tile.rows()));
        let expected = if half { 1 + log(tile.columns()) } else { 2 * log(tile.columns()) };
        prop_assert_eq!(read::counts(&columns).rotation_count(), expected);
    }

    #[test]
    fn a_grid_holds_its_matrix(rows in 1..20_usize, columns in 1..20_usize, half in any::<bool>()) {
        let tile = Tile::new(32, 4, half).unwrap();
        let grid = Grid::of_matrix(&tile, rows, columns, |i, k| (1 + i * 100 + k) as f64);
        prop_assert_eq!((grid.row_blocks(), grid.column_blocks()), Grid::<()>::blocks(&tile, rows, columns));
        let total: f64 = grid.tiles().iter().flatten().sum();
        let expected: usize = (0..rows).flat_map(|i| (0..columns).map(move |k| 1 + i * 100 + k)).sum();
        prop_assert_eq!(total, expected as f64);
    }
}

#[test]
fn a_sum_of_nothing_is_nothing() {
    assert!(sum::of([]).is_none());
    let twice = circuit(|_, x| sum::of([x, x]).unwrap());
    assert_eq!(value(&twice, vec![1.5; SLOTS]), vec![3.0; SLOTS]);
}

proptest! {
    #[test]
    fn a_turned_vector_holds_the_same_numbers(
        length in 1..40_usize,
        log_columns in 0..5_u32,
        half in any::<bool>(),
        from_rows in any::<bool>(),
    ) {
        let tile = Tile::new(SLOTS, 1 << log_columns, half).unwrap();
        let from = if from_rows { Orientation::Row } else { Orientation::Column };
        let to = from.other();
        let (size, result) = (from.block(&tile), to.block(&tile));
        let b = Builder::new(SLOTS);
        let blocks: Vec<Wire> = (0..length.div_ceil(size)).map(|block| b.input(format!("x{block}"))).collect();
        let turned = turn(&b, &tile, &blocks, from, length);
        turned.iter().enumerate().for_each(|(block, wire)| b.output(format!("y{block}"), wire));
        let circuit = b.finish().unwrap();
        let masked = to == Orientation::Row && !half && tile.columns() > 1;
        prop_assert_eq!(read::depth(&circuit).depth, 1 + usize::from(masked));
        // Whatever lies beyond the vector, and in the empty half, does not matter.
        let place = |o: Orientation, slot: usize| match o {
            Orientation::Row => slot / tile.width(),
            Orientation::Column => slot % tile.width(),
        };
        let slots = |block: usize| (0..SLOTS).map(|slot| {
            let index = block * size + place(from, slot);
            if slot % tile.width() < tile.columns() && index < length { index as f64 } else { 1e3 }
        }).collect::<Vec<f64>>();
        let inputs = (0..blocks.len()).map(|block| (format!("x{block}"), slots(block))).collect();
        let found = read::clear(&circuit, &inputs).unwrap();
        for block in 0..turned.len() {
            let values = &found[&format!("y{block}")];
            for slot in (0..SLOTS).filter(|slot| slot % tile.width() < tile.columns()) {
                let index = block * result + place(to, slot);
                let expected = if index < length { index as f64 } else { 0.0 };
                prop_assert!((values[slot] - expected).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn products_turn_vectors(rows in 1..20_usize, columns in 1..20_usize) {
        let tile = Tile::new(32, 4, true).unwrap();
        let grid = Grid::of_matrix(&tile, rows, columns, |i, k| (1 + i * 100 + k) as f64);
        let (across, down) = (Orientation::Column.lines(&grid), Orientation::Row.lines(&grid));
        prop_assert_eq!((across.len(), down.len()), (grid.row_blocks(), grid.column_blocks()));
        for (r, line) in across.iter().enumerate() {
            for (c, tile) in line.iter().enumerate() {
                prop_assert_eq!(*tile, down[c][r]);
            }
        }
    }
}
