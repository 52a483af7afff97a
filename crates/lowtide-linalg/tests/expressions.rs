//! Expressions against plain arithmetic, and the depth that is derived from naive loops.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;

use lowtide_circuit::{Builder, pass, read};
use lowtide_linalg::{
    Grid, Orientation, Tile,
    expression::{
        Algebra, Derivation, Even, Factor, Given, Laid, Matrix, Merge, Odd, Products, Strategy, Vector,
    },
};
use proptest::prelude::{Strategy as _, *};

const MERGES: [Merge; 5] = [Merge::AsWritten, Merge::None, Merge::Newest(1), Merge::Newest(2), Merge::All];

type Plain = Vec<Vec<f64>>;

fn transposed(m: &Plain) -> Plain {
    (0..m[0].len()).map(|k| m.iter().map(|row| row[k]).collect()).collect()
}

fn apply(m: &Plain, x: &[f64]) -> Vec<f64> {
    m.iter().map(|row| row.iter().zip(x).map(|(m, x)| m * x).sum()).collect()
}

fn multiply(a: &Plain, b: &Plain) -> Plain {
    let columns = transposed(b);
    a.iter().map(|row| apply(&columns, row)).collect()
}

/// What is encrypted for an input, tile by tile.
fn tiles(tile: &Tile, laid: &Laid, matrices: &[Plain], vectors: &[(&str, Vec<f64>)]) -> Vec<Vec<f64>> {
    let (rows, columns) = laid.shape;
    let entry: Box<dyn Fn(usize, usize) -> f64> = match &laid.given {
        Given::Product(chain) => {
            let factor = |factor: &Factor| {
                let matrix = &matrices[factor.matrix];
                if factor.is_transposed { transposed(matrix) } else { matrix.clone() }
            };
            let product = chain.iter().map(factor).reduce(|a, b| multiply(&a, &b)).unwrap();
            assert_eq!((product.len(), product[0].len()), laid.shape);
            Box::new(move |i, k| product[i][k])
        }
        Given::Vector(name, orientation) => {
            let values = vectors.iter().find(|(known, _)| **known == **name).unwrap().1.clone();
            let is_row = *orientation == Orientation::Row;
            Box::new(move |i, k| values[if is_row { i } else { k }])
        }
    };
    Grid::of_matrix(tile, rows, columns, |i, k| entry(i, k) / laid.unit).into_tiles()
}

struct Found {
    values: Vec<Vec<f64>>,
    depth: usize,
    products: usize,
    rotations: usize,
}

/// Reads outputs out of the circuit that is derived for them.
fn compute(
    outputs: &[Vector],
    strategy: impl Into<Strategy>,
    tile: &Tile,
    matrices: &[Plain],
    vectors: &[(&str, Vec<f64>)],
) -> Found {
    let names: Vec<String> = (0..outputs.len()).map(|output| format!("y{output}_")).collect();
    let named: Vec<(&str, &Vector)> = names.iter().map(String::as_str).zip(outputs).collect();
    let derivation = Derivation::new(&named, strategy, tile);
    let b = Builder::new(tile.slots());
    let read_ = derivation.write(&b, &Given::to_string);
    let mut listed: Vec<Given> = read_.iter().map(|laid| laid.given.clone()).collect();
    listed.sort();
    assert_eq!(listed, derivation.reads().into_iter().map(|(given, _)| given).collect::<Vec<_>>());
    let circuit = pass::optimize(&b.finish().unwrap());
    let mut inputs = BTreeMap::new();
    for laid in &read_ {
        for (index, slots) in tiles(tile, laid, matrices, vectors).into_iter().enumerate() {
            inputs.insert(format!("{}_tile{index}", laid.given), slots);
        }
    }
    let found = read::clear(&circuit, &inputs).unwrap();
    let value = |(name, output): (&String, &Vector)| {
        let blocks = output.length().div_ceil(tile.columns());
        let columns =
            (0..blocks).flat_map(|block| tile.read_columns(&found[&format!("{name}{block}")]).to_vec());
        columns.take(output.length()).collect()
    };
    let counts = read::counts(&circuit);
    Found {
        values: names.iter().zip(outputs).map(value).collect(),
        depth: read::depth(&circuit).depth,
        products: counts.ciphertext_products(),
        rotations: counts.rotation_count(),
    }
}

/// One operation on what there is already; operands are chosen among those of a fitting length.
#[derive(Clone, Debug)]
enum Step {
    Product { matrix: usize, is_transposed: bool, of: usize },
    Sum { left: usize, right: usize, constant: f64 },
    Times { left: usize, right: usize },
    Odd { of: usize, degree: usize },
    Whole { of: usize },
}

fn step() -> impl proptest::strategy::Strategy<Value = Step> {
    let index = 0..64_usize;
    prop_oneof![
        4 => (index.clone(), any::<bool>(), index.clone())
            .prop_map(|(matrix, is_transposed, of)| Step::Product { matrix, is_transposed, of }),
        3 => (index.clone(), index.clone(), -2.0..2.0_f64)
            .prop_map(|(left, right, constant)| Step::Sum { left, right, constant }),
        1 => (index.clone(), index.clone()).prop_map(|(left, right)| Step::Times { left, right }),
        2 => (index.clone(), 0..4_usize).prop_map(|(of, degree)| Step::Odd { of, degree }),
        1 => index.prop_map(|of| Step::Whole { of }),
    ]
}

fn odd(degree: usize) -> Odd {
    let (quadratic, quartic) = (Even::Quadratic { alpha: -1.5 }, Even::Quartic { b: 0.5, c: 1.25 });
    let factors = [vec![], vec![quadratic], vec![quartic], vec![quadratic, quartic]];
    Odd { constant: 0.5, lead: -0.125, factors: factors[degree].clone(), bound: 2.0 }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn any_expression_is_what_it_says(
        sizes in (1..9_usize, 1..9_usize),
        entries in prop::collection::vec(-0.5..0.5_f64, 300),
        steps in prop::collection::vec(step(), 1..14),
        log_columns in 0..4_u32,
        half in any::<bool>(),
    ) {
        let (m, n) = sizes;
        let mut entries = entries.into_iter().cycle();
        let mut plain = |rows: usize, columns: usize| -> Plain {
            (0..rows).map(|_| entries.by_ref().take(columns).collect()).collect()
        };
        let matrices = [plain(m, n), plain(m, n), plain(n, n)];
        let inputs = [("a", plain(1, n).remove(0)), ("b", plain(1, m).remove(0))];
        let algebra = Algebra::new();
        let leaves: Vec<Matrix> = matrices.iter().map(|m| algebra.matrix(m.len(), m[0].len())).collect();
        let mut all: Vec<(Vector, Vec<f64>)> =
            inputs.iter().map(|(name, values)| (algebra.vector(name, values.len()), values.clone())).collect();
        all.push((algebra.zero(n), vec![0.0; n]));
        for step in steps {
            let pick = |index: usize, length: Option<usize>| {
                let fitting: Vec<_> = all.iter().filter(|(_, x)| length.is_none_or(|l| l == x.len())).collect();
                fitting[index % fitting.len()].clone()
            };
            let next = match step {
                Step::Product { matrix, is_transposed, of } => {
                    let index = matrix % matrices.len();
                    let (leaf, plain) = if is_transposed {
                        (leaves[index].transpose(), transposed(&matrices[index]))
                    } else {
                        (leaves[index].clone(), matrices[index].clone())
                    };
                    let (x, values) = pick(of, Some(plain[0].len()));
                    (leaf * x, apply(&plain, &values))
                }
                Step::Sum { left, right, constant } => {
                    let (x, xs) = pick(left, None);
                    let (y, ys) = pick(right, Some(xs.len()));
                    (x + y * constant, xs.iter().zip(ys).map(|(x, y)| x + constant * y).collect())
                }
                Step::Times { left, right } => {
                    let (x, xs) = pick(left, None);
                    let (y, ys) = pick(right, Some(xs.len()));
                    (x.times(&y), xs.iter().zip(ys).map(|(x, y)| x * y).collect())
                }
                Step::Odd { of, degree } => {
                    let (x, xs) = pick(of, None);
                    let f = odd(degree);
                    (f.of(&x), xs.iter().map(|x| f.evaluate(*x)).collect())
                }
                Step::Whole { of } => {
                    let (x, xs) = pick(of, None);
                    (x.whole(), xs)
                }
            };
            all.push(next);
        }
        // The last vector, and one in the middle.
        let wanted = [all.last().unwrap().clone(), all[all.len() / 2].clone()];
        let outputs = wanted.clone().map(|(x, _)| x);
        let tile = Tile::new(64, 1 << log_columns, half).unwrap();
        for (merge, products) in MERGES.iter().flat_map(|m| [(*m, Products::Given), (*m, Products::Computed)]) {
            let found = compute(&outputs, Strategy { merge, products }, &tile, &matrices, &inputs);
            for (found, (_, expected)) in found.values.iter().zip(&wanted) {
                for (found, expected) in found.iter().zip(expected) {
                    prop_assert!(
                        (found - expected).abs() < 1e-9 * (1.0 + expected.abs()),
                        "{:?}, {:?}: {} for {}", merge, products, found, expected
                    );
                }
            }
        }
    }
}

/// Steps along gradients from an encrypted or a zero start.
fn descent(algebra: &Algebra, steps: usize, is_zero: bool, m: usize, n: usize) -> (Vector, Vec<Plain>) {
    let entry = |b: usize, i: usize, k: usize| ((7 * b + 5 * i + 3 * k) % 11) as f64 / 11.0 - 0.4;
    let plain: Vec<Plain> =
        (0..steps).map(|b| (0..m).map(|i| (0..n).map(|k| entry(b, i, k)).collect()).collect()).collect();
    let batches: Vec<Matrix> = plain.iter().map(|_| algebra.matrix(m, n)).collect();
    let mut w = if is_zero { algebra.zero(n) } else { algebra.vector("w", n) };
    for z in &batches {
        w = &w + z.transpose() * odd(1).of(&(z * &w)) * 0.25;
    }
    (w, plain)
}

#[test]
fn the_family_is_derived_from_one_loop() {
    let start = [("w", vec![0.25; 8])];
    for steps in 2..8 {
        for half in [false, true] {
            let tile = Tile::new(if half { 128 } else { 64 }, 8, half).unwrap();
            let with = |strategy: Strategy, is_zero| {
                let (w, plain) = descent(&Algebra::new(), steps, is_zero, 8, 8);
                compute(&[w], strategy, &tile, &plain, &start).depth
            };
            let depth = |merge: Merge, is_zero| with(merge.into(), is_zero);
            let computed = |merge, is_zero| with(Strategy { merge, products: Products::Computed }, is_zero);
            // Through the weights three levels a step, and a mask in full tiles; from margins to margins two, and a mask every
            // second step. The first margins take one level more, unless all is zero.
            let mask = usize::from(!half);
            assert_eq!(depth(Merge::None, true), (3 + mask) * (steps - 1));
            assert_eq!(depth(Merge::None, false), (3 + mask) * steps);
            let masks = |products: usize| mask * products.div_ceil(2);
            assert_eq!(depth(Merge::Newest(1), true), 2 * (steps - 1) + masks(steps - 1), "{steps} {half}");
            assert_eq!(depth(Merge::All, true), 2 * (steps - 1) + masks(steps - 1), "{steps} {half}");
            assert_eq!(depth(Merge::All, false), 2 * steps + 1 + masks(steps), "{steps} {half}");
            // Products of matrices that the circuit computes itself add their levels once, at the top.
            if half && steps > 2 {
                assert_eq!(computed(Merge::Newest(1), true), 2 * (steps - 1) + 2);
                assert_eq!(computed(Merge::All, true), 2 * (steps - 1) + 2);
                assert_eq!(computed(Merge::All, false), 2 * steps + 2);
            }
        }
    }
}

#[test]
fn without_weights_there_is_less_to_rotate() {
    let tile = Tile::new(128, 8, true).unwrap();
    let found = |merge| {
        let (w, plain) = descent(&Algebra::new(), 6, true, 8, 24);
        compute(&[w], merge, &tile, &plain, &[])
    };
    let [none, newest, all] = [Merge::None, Merge::Newest(1), Merge::All].map(found);
    assert!(all.rotations < newest.rotations && all.rotations < none.rotations);
    assert!(all.products < newest.products);
}

#[test]
fn two_blocks_of_columns_are_summed_at_once() {
    let plain: Plain =
        (0..16).map(|i| (0..24).map(|k| ((7 * i + 3 * k) % 11) as f64 / 11.0).collect()).collect();
    let (matrix, vector) = ([plain.clone()], [("x", vec![0.5; 16])]);
    for (half, rotations) in [(true, (2 + 4) + 4), (false, 3 * 4)] {
        let tile = Tile::new(if half { 256 } else { 128 }, 8, half).unwrap();
        let algebra = Algebra::new();
        let y = algebra.matrix(16, 24).transpose() * algebra.vector("x", 16);
        let found = compute(&[y], Merge::None, &tile, &matrix, &vector);
        assert_eq!(found.rotations, rotations);
        for (found, expected) in found.values[0].iter().zip(apply(&transposed(&plain), &[0.5; 16])) {
            assert!((found - expected).abs() < 1e-12);
        }
    }
}

#[test]
#[should_panic(expected = "cannot multiply a matrix of 3 x 2 and a vector of 3 entries")]
fn a_wrong_product_names_both_shapes() {
    let algebra = Algebra::new();
    let _ = algebra.matrix(3, 2) * algebra.vector("x", 3);
}
