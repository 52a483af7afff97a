//! Products of two matrices, in each form.

use lowtide_circuit::{Builder, Requirements, compile, pass};
use lowtide_linalg::{Error, Layout, Matrix, Tile};
use proptest::prelude::*;

use crate::plain::{Case, Cost, Plain, assert_close, log, tiles};

/// What a way takes: rotations, sums of products, public products.
type Take = (usize, usize, usize);

/// Of all powers of two `g` up to `diagonals` and `s` up to `summed` the cheapest, in pairs or not; and whether in pairs.
fn cheapest(
    diagonals: usize,
    summed: usize,
    take: impl Fn(bool, usize, usize) -> Option<Take>,
) -> (Take, bool) {
    let splits = || (0..=log(diagonals)).flat_map(|g| (0..=log(summed)).map(move |s| (1 << g, 1 << s)));
    let plans = [false, true].into_iter().flat_map(|paired| splits().map(move |(g, s)| (paired, g, s)));
    let price = |(rotations, sums, public): Take| 16 * (rotations + sums) + public;
    let priced =
        plans.filter_map(|(paired, g, s)| take(paired, g, s).map(|take| (price(take), paired, g, s, take)));
    let (_, paired, _, _, take) = priced.min().unwrap();
    (take, paired)
}

/// Blocks of both operands and of what is summed over, blocks of the result, and pairs of these with those of the operand
/// that they stand for.
struct Blocks {
    a: usize,
    b: usize,
    k: usize,
    r: usize,
    p: usize,
}

/// Pairs of blocks of `left` and of `right` that share one of `length` places.
fn pairs(length: usize, left: usize, right: usize) -> usize {
    let mut pairs: Vec<_> = (0..length).map(|i| (i / left, i / right)).collect();
    pairs.dedup();
    pairs.len()
}

/// As documented, for `a (rows x columns)` and `b (others x columns)`; and whether that is exact.
fn by_rows(tile: &Tile, rows: usize, columns: usize, others: usize, shallow: bool) -> (Cost, bool) {
    let (r_, c_, half) = (tile.rows(), tile.columns(), tile.is_half());
    let Blocks { a, b, k, r, p } = Blocks {
        a: rows.div_ceil(r_),
        b: others.div_ceil(r_),
        k: columns.div_ceil(c_),
        r: others.div_ceil(c_),
        p: pairs(others, c_, r_),
    };
    let copies = if half && c_ > 1 { (a + b) * k } else { 0 };
    let ((rotations, products, public), paired) = cheapest(r_, c_, |paired, g, s| {
        let d = if paired { r_ / 2 } else { r_ };
        if g > d || paired && (shallow || !half) {
            return None;
        }
        let diagonals = b * k * (g - 1) + a * k * (d / g - 1);
        if shallow {
            let sums = a * b * d * log(s) + a * r * (d / g * (c_ / s - 1) + d / g - 1);
            return Some((copies + diagonals + sums, a * b * d, a * p * d * c_ / s));
        }
        if g > s {
            return None;
        }
        let (copies, sums, masks, far) = if half && !paired {
            let masks = if g > 1 { a * b * d * g } else { 0 };
            let sums = a * b * (d / g) * (g - 1 + log(s / g)) + a * b * (d / g - 1) + a * r * (c_ / s - 1);
            (copies, sums, masks, c_ / s)
        } else {
            let masks = if s > 1 { a * b * d * (2 * s - 1) } else { 0 };
            let far = if paired { 3 * c_ / s - 1 } else { 2 * c_ / s - 1 };
            let sums = 2 * a * b * (d / g) * (s - 1) + a * b * (d / g - 1) + a * r * (far - 1);
            (if paired { (a + b) * k } else { 0 }, sums, masks, far)
        };
        Some((copies + diagonals + sums, a * b * d, masks + a * p * (d / g) * far))
    });
    let levels = if shallow { 2 } else { 3 };
    (Cost { levels, products: products * k, public, rotations }, half && !paired)
}

/// As documented, for `a (rows x columns)` and `b (rows x others)`; and whether that is exact.
fn by_columns(tile: &Tile, rows: usize, columns: usize, others: usize, shallow: bool) -> (Cost, bool) {
    let (r_, c_, half) = (tile.rows(), tile.columns(), tile.is_half());
    let Blocks { a, b, k, r, p } = Blocks {
        a: columns.div_ceil(c_),
        b: others.div_ceil(c_),
        k: rows.div_ceil(r_),
        r: columns.div_ceil(r_),
        p: pairs(columns, r_, c_),
    };
    let copies = if half && c_ > 1 { a * k } else { 0 };
    let d = if half { c_ } else { 2 * c_ - 1 };
    let ((rotations, products, public), _) = cheapest(c_, r_, |paired, g, s| {
        if paired {
            return None;
        }
        if shallow {
            let f = c_ / g;
            let sums = a * b * c_ * log(s) + b * r * (f * (r_ / s - 1) + f - 1);
            let rotations = copies + a * k * (g - 1) + b * k * (f - 1) + sums;
            return Some((rotations, a * b * d, b * p * c_ * r_ / s));
        }
        if g > s {
            return None;
        }
        let f = if half { c_ / g } else { 2 * c_ / g - usize::from(g == 1) };
        let sums = a * b * f * (g - 1 + log(s / g)) + a * b * (f - 1) + b * r * (r_ / s - 1);
        let public = if g > 1 { a * b * d * g } else { 0 } + b * p * f * (r_ / s);
        Some((copies + a * k * (g - 1) + b * k * (f - 1) + sums, a * b * d, public))
    });
    (Cost { levels: if shallow { 2 } else { 3 }, products: products * k, public, rotations }, half)
}

type Product = fn(&Matrix, &Matrix) -> Result<Matrix, Error>;

fn product(tile: Tile, left: &Plain, right: &Plain, product: Product) -> (Vec<f64>, Cost) {
    let mut case = Case::new(&tile);
    let a = case.input(Layout::matrix(tile, left.rows, left.columns).unwrap(), "a", &left.values);
    let b = case.input(Layout::matrix(tile, right.rows, right.columns).unwrap(), "b", &right.values);
    let result = product(&a, &b).unwrap();
    case.finish(&result)
}

/// As documented, or less where that is not exact; a level may be missing.
fn assert_cost(tile: &Tile, found: Cost, (documented, exact): (Cost, bool)) {
    assert!(found.levels <= documented.levels, "{tile}: {found:?}, not {documented:?}");
    if exact {
        assert_eq!(Cost { levels: 0, ..found }, Cost { levels: 0, ..documented }, "{tile}");
    } else {
        assert!(found.rotations <= documented.rotations && found.public <= documented.public, "{found:?}");
        assert!(found.products <= documented.products, "{found:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn from_a_and_b_transposed(
        tile in tiles(),
        rows in 1..24_usize,
        columns in 1..24_usize,
        others in 1..24_usize,
    ) {
        let (a, b) = (Plain::random(rows, columns, 1), Plain::random(others, columns, 2));
        let expected = a.times(&b.transposed());
        let (found, cost) = product(tile, &a, &b, Matrix::times_transposed);
        assert_close(&found, &expected.values);
        assert_cost(&tile, cost, by_rows(&tile, rows, columns, others, false));
        // The transposed result: operands change places.
        let (found, _) = product(tile, &b, &a, Matrix::times_transposed);
        assert_close(&found, &expected.transposed().values);
        if tile.is_half() {
            let (found, cost) = product(tile, &a, &b, Matrix::times_transposed_shallow);
            assert_close(&found, &expected.values);
            assert_cost(&tile, cost, by_rows(&tile, rows, columns, others, true));
        }
    }

    #[test]
    fn from_a_transposed_and_b(
        tile in tiles(),
        rows in 1..24_usize,
        columns in 1..24_usize,
        others in 1..24_usize,
    ) {
        let (a, b) = (Plain::random(rows, columns, 1), Plain::random(rows, others, 2));
        let expected = a.transposed().times(&b);
        let (found, cost) = product(tile, &a, &b, Matrix::transposed_times);
        assert_close(&found, &expected.values);
        assert_cost(&tile, cost, by_columns(&tile, rows, columns, others, false));
        let (found, _) = product(tile, &b, &a, Matrix::transposed_times);
        assert_close(&found, &expected.transposed().values);
        if tile.is_half() {
            let (found, cost) = product(tile, &a, &b, Matrix::transposed_times_shallow);
            assert_close(&found, &expected.values);
            assert_cost(&tile, cost, by_columns(&tile, rows, columns, others, true));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn from_both_as_they_are(
        tile in tiles(),
        rows in 1..20_usize,
        columns in 1..20_usize,
        others in 1..20_usize,
    ) {
        let (a, b) = (Plain::random(rows, columns, 1), Plain::random(columns, others, 2));
        let (found, cost) = product(tile, &a, &b, |a, b| a * b);
        assert_close(&found, &a.times(&b).values);
        let levels = if tile.is_half() { 3 } else { 4 };
        prop_assert!(cost.levels <= levels);
    }
}

#[test]
fn gram_matrices_of_mini_batches_take_what_is_documented() {
    let tile = Tile::new(8192, 64, true).unwrap();
    let (a, b) = (Plain::random(64, 197, 1), Plain::random(64, 197, 2));
    let expected = a.times(&b.transposed()).values;
    let (found, cost) = product(tile, &a, &b, Matrix::times_transposed);
    assert_close(&found, &expected);
    assert_eq!(cost, Cost { levels: 3, products: 128, public: 572, rotations: 129 });
    let (found, cost) = product(tile, &a, &b, Matrix::times_transposed_shallow);
    assert_close(&found, &expected);
    assert_eq!(cost, Cost { levels: 2, products: 256, public: 1024, rotations: 271 });
}

#[test]
fn a_gram_matrix_relinearizes_what_is_documented() {
    let tile = Tile::new(8192, 64, true).unwrap();
    let products: [(Product, usize); 2] =
        [(Matrix::times_transposed, 32), (Matrix::times_transposed_shallow, 64)];
    for (product, expected) in products {
        let b = Builder::new(tile.slots());
        let layout = Layout::matrix(tile, 64, 197).unwrap();
        product(&layout.input(&b, "a").unwrap(), &layout.input(&b, "b").unwrap()).unwrap().output("gram");
        let program = compile(&b.finish().unwrap(), &Requirements::default()).unwrap();
        assert_eq!(program.tally().relinearizations.values().sum::<usize>(), expected);
    }
}

#[test]
fn a_public_factor_joins_the_last_mask() {
    let tile = Tile::new(64, 8, true).unwrap();
    let products: [(Product, usize); 3] = [
        (Matrix::times_transposed, 3),
        (Matrix::times_transposed_shallow, 2),
        (|a, b| Ok(a.hadamard(b)?.transposed()), 2),
    ];
    for (product, levels) in products {
        let b = Builder::new(tile.slots());
        let layout = Layout::matrix(tile, 5, 9).unwrap();
        let result = product(&layout.input(&b, "a").unwrap(), &layout.input(&b, "b").unwrap()).unwrap();
        (&result * 0.3).output("result");
        assert_eq!(Cost::of(&pass::optimize(&b.finish().unwrap())).levels, levels);
    }
}

#[test]
fn one_operand_may_be_public() {
    for half in [true, false] {
        let tile = Tile::new(64, 4, half).unwrap();
        let (x, y) = (Plain::random(5, 7, 1), Plain::random(6, 7, 2));
        let mut case = Case::new(&tile);
        let a = case.input(Layout::matrix(tile, 5, 7).unwrap(), "a", &x.values);
        let b = Layout::matrix(tile, 6, 7).unwrap().constant(&case.b, &y.values).unwrap();
        let (found, cost) = case.finish(&a.times_transposed(&b).unwrap());
        assert_close(&found, &x.times(&y.transposed()).values);
        assert_eq!((cost.levels, cost.products), (3, 0));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let tile = Tile::new(64, 8, false).unwrap();
    let case = Case::new(&tile);
    let a = Layout::matrix(tile, 3, 5).unwrap().input(&case.b, "a").unwrap();
    let b = Layout::matrix(tile, 4, 6).unwrap().input(&case.b, "b").unwrap();
    let message = a.times_transposed(&b).unwrap_err().to_string();
    assert!(message.contains("3x5 matrix") && message.contains("4x6 matrix"), "{message}");
    assert!(a.transposed_times(&b).is_err() && (&a * &b).is_err());
    assert!(matches!(a.times_transposed_shallow(&a), Err(Error::FullTile { .. })));
    assert!(matches!(a.transposed_times_shallow(&a), Err(Error::FullTile { .. })));
}
