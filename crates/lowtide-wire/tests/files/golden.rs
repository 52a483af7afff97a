//! Files that were written by version 1 stay readable for ever, and what is in them decrypts: the order of residues, the
//! choice of roots and the expansion of seeds are part of the format, though they live in other crates.
//!
//! `tests/golden/` was written once from the stock of these tests. A difference is a break of the format: it takes a new
//! version, not new files.

use lowtide_ckks::{Ciphertext, EvaluationKeys, PublicKey, SecretKey};
use lowtide_wire::{Limits, decode};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::{exercise::Collection, stock::any_limits};

macro_rules! golden {
    ($name:literal) => {
        include_bytes!(concat!("../golden/", $name, ".lowtide")).as_slice()
    };
}

const FILES: [(&str, &[u8]); 7] = [
    ("parameters", golden!("parameters")),
    ("secret-key", golden!("secret-key")),
    ("public-key", golden!("public-key")),
    ("evaluation-keys", golden!("evaluation-keys")),
    ("fresh-ciphertext", golden!("fresh-ciphertext")),
    ("computed-ciphertext", golden!("computed-ciphertext")),
    ("dataset", golden!("dataset")),
];

#[test]
fn old_files_are_read_and_written_unchanged() {
    for (_, file) in FILES {
        assert!(lowtide_wire::inspect(file).unwrap().damage.is_none());
        crate::exercise::any_file(file, &any_limits());
    }
}

#[test]
fn old_files_decrypt() {
    let [_, secret, public, keys, fresh, computed, dataset] = FILES.map(|(_, file)| file);
    let secret: SecretKey = decode(secret, &any_limits()).unwrap();
    let limits = Limits::only(secret.params());
    let first = |x: &Ciphertext| secret.decrypt(x).unwrap().coefficients()[0];
    let close = |x: &Ciphertext, expected: f64| (first(x) - expected).abs() < 1e-6;
    let fresh: Ciphertext = decode(fresh, &limits).unwrap();
    assert!(close(&fresh, 1.5));
    let computed: Ciphertext = decode(computed, &limits).unwrap();
    assert!(close(&computed, 2.25));
    let keys: EvaluationKeys = decode(keys, &limits).unwrap();
    assert_eq!(fresh.square().relinearize(&keys).unwrap().rescale().unwrap(), computed);
    assert!(close(&fresh.rotate(1, &keys).unwrap(), 1.5));
    assert!(close(&computed.rotate(-1, &keys).unwrap(), 2.25));
    assert!(close(&fresh.conjugate(&keys).unwrap(), 1.5));
    let public: PublicKey = decode(public, &limits).unwrap();
    let plain = secret.decrypt(&fresh).unwrap();
    assert!(close(&public.encrypt(&plain, &mut ChaCha20Rng::from_seed([2; 32])).unwrap(), 1.5));
    let dataset: Collection = decode(dataset, &limits).unwrap();
    assert_eq!(dataset.ciphertexts, [fresh.clone(), computed, fresh]);
}
