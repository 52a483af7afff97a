//! The order of the slots is the scheme's: what it does to ciphertexts is what their slots show.

use lowtide_ckks::{Ciphertext, EvaluationKeys, KeyList, Parameters, SecretKey, Shape};
use lowtide_encoding::{Complex64, Encoder, Precision};
use lowtide_ring::Ring;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

struct Customer {
    encoder: Encoder,
    secret: SecretKey,
    keys: EvaluationKeys,
    vector: Vec<Complex64>,
    encrypted: Ciphertext,
}

fn customer(ring: Ring) -> Customer {
    let shape = Shape { ring, log_degree: 6, first_bits: 50, scale_bits: 36, levels: 2, digits: 3 };
    let params = shape.literal().and_then(Parameters::insecure).expect("small parameters");
    let mut rng = ChaCha20Rng::from_seed([7; 32]);
    let secret = SecretKey::generate(&params, &mut rng);
    let level = params.max_level();
    let list = KeyList {
        relinearization: Some(level),
        rotations: vec![(1, level), (-3, level)],
        conjugation: Some(level),
    };
    let keys = secret.evaluation_keys(&list, &mut rng).expect("keys");
    let encoder = Encoder::new(&params).expect("an embedding");
    let imaginary = if ring == Ring::Standard { 1.0 } else { 0.0 };
    let vector: Vec<_> = (0..encoder.slots())
        .map(|i| Complex64::new((i as f64).sin(), imaginary * (0.1 * i as f64 - 1.0)))
        .collect();
    let plaintext = encoder.encode_complex(&vector, level, params.default_scale()).expect("it fits");
    let encrypted = secret.encrypt(&plaintext, &mut rng).expect("one set of parameters");
    Customer { encoder, secret, keys, vector, encrypted }
}

impl Customer {
    #[track_caller]
    fn assert_shows(&self, expected: &[Complex64], ciphertext: &Ciphertext) {
        let decrypted = self.secret.decrypt(ciphertext).expect("one set of parameters");
        let precision = Precision::between_complex(expected, &self.encoder.decode_complex(&decrypted));
        assert!(precision.worst() > 22.0, "{precision}");
    }
}

#[test]
fn rotations_turn_the_vector_to_the_left() {
    for customer in Ring::ALL.map(customer) {
        for steps in [1_i64, -3] {
            let mut expected = customer.vector.clone();
            let left = steps.rem_euclid(expected.len() as i64) as usize;
            expected.rotate_left(left);
            customer.assert_shows(&expected, &customer.encrypted.rotate(steps, &customer.keys).unwrap());
        }
    }
}

#[test]
fn conjugation_conjugates_the_vector() {
    for customer in Ring::ALL.map(customer) {
        let expected: Vec<_> = customer.vector.iter().map(Complex64::conj).collect();
        customer.assert_shows(&expected, &customer.encrypted.conjugate(&customer.keys).unwrap());
    }
}

#[test]
fn products_are_those_of_the_vectors() {
    for customer in Ring::ALL.map(customer) {
        let square = customer.encrypted.square().relinearize(&customer.keys).unwrap().rescale().unwrap();
        let expected: Vec<_> = customer.vector.iter().map(|x| x * x).collect();
        customer.assert_shows(&expected, &square);
    }
}
