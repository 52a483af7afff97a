//! Arithmetic entry by entry, on every kind of object, with encrypted and public operands.

use lowtide_linalg::{FirstColumn, Layout, Object, Shape, Tile, VectorShape};
use proptest::prelude::*;

use crate::plain::{Case, Cost, Plain, assert_close, tiles};

/// An operation, the same on numbers, and whether it multiplies.
type Binary<S> = (fn(&Object<S>, &Object<S>) -> Object<S>, fn(f64, f64) -> f64, bool);
/// An operation, the same on numbers, and what it costs.
type Unary<S> = (fn(&Object<S>) -> Object<S>, fn(f64) -> f64, Cost);

const NOTHING: Cost = Cost { levels: 0, products: 0, public: 0, rotations: 0 };

fn each(values: &[f64], f: impl Fn(f64) -> f64) -> Vec<f64> {
    values.iter().map(|x| f(*x)).collect()
}

fn both(x: &[f64], y: &[f64], f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| f(*x, *y)).collect()
}

fn arithmetic<S: Shape>(layout: Layout<S>) {
    let (tile, t) = (layout.tile(), layout.tiles());
    let n = layout.shape().numbers();
    let (x, y) = (Plain::random(1, n, 3).values, Plain::random(1, n, 4).values);
    let products = Cost { levels: 1, products: t, ..NOTHING };
    let publics = Cost { levels: 1, public: t, ..NOTHING };
    for encrypted in [true, false] {
        let operations: [Binary<S>; 3] = [
            (|a, b| (a + b).unwrap(), |x, y| x + y, false),
            (|a, b| (a - b).unwrap(), |x, y| x - y, false),
            (|a, b| a.hadamard(b).unwrap(), |x, y| x * y, true),
        ];
        for (operation, plainly, multiplies) in operations {
            let mut case = Case::new(tile);
            let a = case.input(layout, "a", &x);
            let b = if encrypted { case.input(layout, "b", &y) } else { case.public(layout, "b", &y) };
            let (found, cost) = case.finish(&operation(&a, &b));
            assert_close(&found, &both(&x, &y, plainly));
            let expected = if !multiplies {
                NOTHING
            } else if encrypted {
                products
            } else {
                publics
            };
            assert_eq!(cost, expected);
        }
        let mut case = Case::new(tile);
        let a = case.input(layout, "a", &x);
        let s = Layout::scalar(*tile);
        let s = if encrypted { case.input(s, "s", &[0.75]) } else { case.public(s, "s", &[0.75]) };
        let (found, cost) = case.finish(&(&a * &s).unwrap());
        assert_close(&found, &each(&x, |x| 0.75 * x));
        assert_eq!(cost, if encrypted { products } else { publics });
    }
    let operations: [Unary<S>; 5] = [
        (|a| -a, |x| -x, NOTHING),
        (|a| a + 0.25, |x| x + 0.25, NOTHING),
        (|a| a - 0.25, |x| x - 0.25, NOTHING),
        (|a| a * 0.3, |x| x * 0.3, publics),
        (|a| a.square(), |x| x * x, products),
    ];
    for (operation, plainly, expected) in operations {
        let mut case = Case::new(tile);
        let a = case.input(layout, "a", &x);
        let (found, cost) = case.finish(&operation(&a));
        assert_close(&found, &each(&x, plainly));
        assert_eq!(cost, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn arithmetic_is_that_of_the_numbers(tile in tiles(), rows in 1..40_usize, columns in 1..40_usize) {
        arithmetic(Layout::matrix(tile, rows, columns).unwrap());
        arithmetic(Layout::row_indexed(tile, rows).unwrap());
        arithmetic(Layout::column_indexed(tile, columns).unwrap());
        arithmetic(Layout::<VectorShape<FirstColumn>>::vector(tile, rows).unwrap());
        arithmetic(Layout::scalar(tile));
    }

    #[test]
    fn rows_and_columns_are_scaled(tile in tiles(), rows in 1..40_usize, columns in 1..40_usize) {
        let (plain, x, y) =
            (Plain::random(rows, columns, 1), Plain::random(1, rows, 2), Plain::random(1, columns, 3));
        let layout = Layout::matrix(tile, rows, columns).unwrap();
        let expected = Cost { levels: 1, products: layout.tiles(), ..NOTHING };
        let mut case = Case::new(&tile);
        let a = case.input(layout, "a", &plain.values);
        let scale = case.input(Layout::row_indexed(tile, rows).unwrap(), "x", &x.values);
        let (found, cost) = case.finish(&a.scale_rows(&scale).unwrap());
        assert_close(&found, &Plain::new(rows, columns, |i, k| plain.at(i, k) * x.values[i]).values);
        prop_assert_eq!(cost, expected);
        let mut case = Case::new(&tile);
        let a = case.input(layout, "a", &plain.values);
        let scale = case.input(Layout::column_indexed(tile, columns).unwrap(), "y", &y.values);
        let (found, cost) = case.finish(&a.scale_columns(&scale).unwrap());
        assert_close(&found, &Plain::new(rows, columns, |i, k| plain.at(i, k) * y.values[k]).values);
        prop_assert_eq!(cost, expected);
    }
}

#[test]
fn constants_are_operands_too() {
    let tile = Tile::new(64, 8, true).unwrap();
    let layout = Layout::matrix(tile, 3, 5).unwrap();
    let (x, y) = (Plain::random(3, 5, 1), Plain::random(3, 5, 2));
    let mut case = Case::new(&tile);
    let a = case.input(layout, "a", &x.values);
    let c = layout.constant(&case.b, &y.values).unwrap();
    let (found, cost) = case.finish(&a.hadamard(&c).unwrap());
    assert_close(&found, &both(&x.values, &y.values, |x, y| x * y));
    assert_eq!(cost, Cost { levels: 1, public: 1, ..NOTHING });
}
