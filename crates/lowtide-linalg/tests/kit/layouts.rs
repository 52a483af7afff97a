//! Layouts: numbers to slots and back, text, and what is refused.

use std::collections::BTreeMap;

use lowtide_circuit::Builder;
use lowtide_linalg::{
    ColumnIndexed, Error, FirstColumn, Layout, Matrix, MatrixShape, RowIndexed, ScalarShape, Shape, Tile,
    VectorShape,
};
use proptest::prelude::*;

use crate::plain::{Plain, tiles};

fn round_trip<S: Shape>(layout: Layout<S>, numbers: &[f64]) {
    let encoded = layout.encode("x", numbers).unwrap();
    assert_eq!(encoded.len(), layout.tiles());
    assert_eq!(layout.decode("x", &encoded).unwrap(), numbers);
    assert_eq!(layout.to_string().parse::<Layout<S>>().unwrap(), layout);
}

proptest! {
    #[test]
    fn numbers_and_layouts_come_back(tile in tiles(), rows in 1..70_usize, columns in 1..70_usize) {
        let numbers = Plain::random(rows, columns, 1).values;
        round_trip(Layout::matrix(tile, rows, columns).unwrap(), &numbers);
        round_trip(Layout::row_indexed(tile, rows).unwrap(), &numbers[..rows]);
        round_trip(Layout::column_indexed(tile, rows).unwrap(), &numbers[..rows]);
        round_trip(Layout::<VectorShape<FirstColumn>>::vector(tile, rows).unwrap(), &numbers[..rows]);
        round_trip(Layout::scalar(tile), &numbers[..1]);
    }

    #[test]
    fn any_text_is_a_layout_or_refused(text in "(matrix|row-indexed|scalar|[0-9]{1,22}|tile|half|full| ){0,12}") {
        let _ = text.parse::<Layout<MatrixShape>>();
        let _ = text.parse::<Layout<VectorShape<RowIndexed>>>();
        let _ = text.parse::<Layout<ScalarShape>>();
    }
}

#[test]
fn a_layout_is_one_line() {
    let layout = Layout::matrix(Tile::new(64, 8, true).unwrap(), 5, 7).unwrap();
    assert_eq!(layout.to_string(), "matrix 5 7 tile 4 8 half");
    assert_eq!(layout.names("z").collect::<Vec<_>>(), ["z_0", "z_1"]);
    let wrong = [
        "matrix 5 tile 4 8 half",
        "matrix 5 7 tile 4 6 half",
        "matrix 5 7 tile 3 8 full",
        "matrix 5 7 tile 4 8",
        "row-indexed 5 tile 4 8 half",
        "matrix 5 7 tile 0 8 full",
        "matrix 5 7 tile 131072 131072 full",
        "",
    ];
    for text in wrong {
        assert_eq!(text.parse::<Layout<MatrixShape>>(), Err(Error::Layout { text: text.to_owned() }));
    }
    let huge = format!("matrix {0} {0} tile 4 8 full", usize::MAX);
    assert!(matches!(huge.parse::<Layout<MatrixShape>>(), Err(Error::Size { .. })));
}

#[test]
fn what_does_not_fit_is_refused_with_both_shapes() {
    let tile = Tile::new(64, 8, true).unwrap();
    assert!(Layout::matrix(tile, 0, 3).is_err());
    assert!(Layout::matrix(tile, usize::MAX, usize::MAX).is_err());
    assert!(Layout::row_indexed(tile, 0).is_err());
    let b = Builder::new(64);
    let matrix = |rows, columns| Layout::matrix(tile, rows, columns).unwrap().input(&b, "a").unwrap();
    let message = (&matrix(3, 5) + &matrix(5, 3)).unwrap_err().to_string();
    assert!(message.contains("3x5 matrix") && message.contains("5x3 matrix"), "{message}");
    let y = Layout::column_indexed(tile, 4).unwrap().input(&b, "y").unwrap();
    let message = (&matrix(3, 5) * &y).unwrap_err().to_string();
    assert!(message.contains("3x5 matrix") && message.contains("column-indexed vector of 4"), "{message}");
    let x = Layout::row_indexed(tile, 4).unwrap().input(&b, "x").unwrap();
    assert!((&x * &matrix(3, 5)).is_err() && matrix(3, 5).scale_rows(&x).is_err());
    assert!(x.inner(&Layout::row_indexed(tile, 5).unwrap().input(&b, "z").unwrap()).is_err());
    let other = Layout::scalar(Tile::new(64, 8, false).unwrap()).input(&b, "s").unwrap();
    assert_eq!((&x * &other).unwrap_err(), Error::Tiles { left: tile, right: *other.tile() });
    let layout = Layout::matrix(tile, 3, 5).unwrap();
    assert_eq!(layout.input(&Builder::new(32), "a").unwrap_err(), Error::Slots { tile, slots: 32 });
    assert!(matches!(Matrix::from_tiles(&b, layout, Vec::new()), Err(Error::TileCount { .. })));
    assert!(matches!(layout.encode("a", &[1.0]), Err(Error::Numbers { found: 1, expected: 15, .. })));
    assert!(matches!(layout.decode("a", &BTreeMap::new()), Err(Error::MissingTile { .. })));
    let short = BTreeMap::from([("a_0".to_owned(), vec![0.0])]);
    assert!(matches!(layout.decode("a", &short), Err(Error::TileSlots { found: 1, .. })));
    assert_eq!(
        "column-indexed 3 tile 4 8 half".parse(),
        Layout::<VectorShape<ColumnIndexed>>::vector(tile, 3)
    );
}

#[test]
fn a_grid_and_a_matrix_are_the_same_tiles() {
    let (tile, b) = (Tile::new(64, 8, false).unwrap(), Builder::new(64));
    let layout = Layout::matrix(tile, 9, 17).unwrap();
    let matrix = layout.input(&b, "a").unwrap();
    let grid = matrix.grid();
    assert_eq!((grid.row_blocks(), grid.column_blocks()), (2, 3));
    assert_eq!(Matrix::from_grid(&b, layout, grid).unwrap().tiles().len(), 6);
}
