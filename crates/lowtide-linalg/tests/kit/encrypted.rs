//! On ciphertexts, in a small insecure ring.

use lowtide_circuit::{Builder, Circuit, Requirements, compile, customer, run, run::Options};
use lowtide_ckks::SecretKey;
use lowtide_linalg::{Layout, Matrix, Tile};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::plain::Plain;

/// Small rings are not secure; nobody's data is at stake here.
const INSECURE: Requirements = Requirements { security: None, ..Requirements::DEFAULT };

fn encrypted(
    circuit: &Circuit,
    inputs: &std::collections::BTreeMap<String, Vec<f64>>,
) -> std::collections::BTreeMap<String, Vec<f64>> {
    let program = compile(circuit, &INSECURE).unwrap();
    let mut rng = ChaCha20Rng::from_seed([4; 32]);
    let secret = SecretKey::generate(program.params(), &mut rng);
    let keys = customer::keys(&program, &secret, &mut rng).unwrap();
    let given = customer::encrypt(&program, &secret, inputs, &mut rng).unwrap();
    let outputs = run(&program, &keys, &given, Options::default()).unwrap();
    customer::decrypt(&program, &secret, &outputs).unwrap()
}

fn assert_near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (x, y) in found.iter().zip(expected) {
        assert!((x - y).abs() < 1e-5, "{x} where {y} belongs");
    }
}

#[test]
fn a_matrix_times_a_vector() {
    for half in [true, false] {
        let tile = Tile::new(64, 8, half).unwrap();
        let (a, v) = (Plain::random(7, 11, 1), Plain::random(11, 1, 2));
        let (matrix, vector) =
            (Layout::matrix(tile, 7, 11).unwrap(), Layout::column_indexed(tile, 11).unwrap());
        let b = Builder::new(tile.slots());
        let product = (&matrix.input(&b, "a").unwrap() * &vector.input(&b, "v").unwrap()).unwrap();
        product.output("u");
        let mut inputs = matrix.encode("a", &a.values).unwrap();
        inputs.extend(vector.encode("v", &v.values).unwrap());
        let found = encrypted(&b.finish().unwrap(), &inputs);
        assert_near(&product.layout().decode("u", &found).unwrap(), &a.times(&v).values);
    }
}

#[test]
fn matrices_times_matrices() {
    type Product = fn(&Matrix, &Matrix) -> Matrix;
    let products: [(bool, bool, Product); 5] = [
        (true, true, |a, b| a.times_transposed(b).unwrap()),
        (false, true, |a, b| a.times_transposed(b).unwrap()),
        (true, true, |a, b| a.times_transposed_shallow(b).unwrap()),
        (true, false, |a, b| a.transposed_times(b).unwrap()),
        (true, true, |a, b| a.times_transposed_shallow(&b.transposed().transposed()).unwrap()),
    ];
    for (half, by_rows, product) in products {
        let tile = Tile::new(64, 4, half).unwrap();
        let (x, y) = (Plain::random(5, 7, 1), Plain::random(5, 7, 2));
        let layout = Layout::matrix(tile, 5, 7).unwrap();
        let b = Builder::new(tile.slots());
        let result = product(&layout.input(&b, "x").unwrap(), &layout.input(&b, "y").unwrap());
        result.output("z");
        let mut inputs = layout.encode("x", &x.values).unwrap();
        inputs.extend(layout.encode("y", &y.values).unwrap());
        let found = encrypted(&b.finish().unwrap(), &inputs);
        let expected = if by_rows { x.times(&y.transposed()) } else { x.transposed().times(&y) };
        assert_near(&result.layout().decode("z", &found).unwrap(), &expected.values);
    }
}
