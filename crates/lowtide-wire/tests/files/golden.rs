//! Files that were written by version 1 stay readable for ever, and what is in them decrypts: the order of residues, the
//! choice of roots and the expansion of seeds are part of the format, though they live in other crates.
//!
//! `tests/golden/` was written once from the stock of these tests. A difference is a break of the format: it takes a new
//! version or a new kind, not new files. One kind has gone before there was a release, the public key of old: it is told.

use lowtide_ckks::{BridgeKeys, Ciphertext, EvaluationKeys, PublicKey, SecretKey};
use lowtide_wire::{Error, Limits, decode};
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
    ("public-key-12", golden!("public-key-12")),
    ("evaluation-keys", golden!("evaluation-keys")),
    ("fresh-ciphertext", golden!("fresh-ciphertext")),
    ("computed-ciphertext", golden!("computed-ciphertext")),
    ("dataset", golden!("dataset")),
];

/// Of real slots, and of the bridge from them to complex ones.
const BRIDGE: [&[u8]; 6] = [
    golden!("real-secret-key"),
    golden!("real-evaluation-keys"),
    golden!("real-ciphertext"),
    golden!("complex-secret-key"),
    golden!("bridge-keys"),
    golden!("complex-ciphertext"),
];

#[test]
fn old_files_are_read_and_written_unchanged() {
    for file in FILES.map(|(_, file)| file).into_iter().chain(BRIDGE) {
        assert!(lowtide_wire::inspect(file).unwrap().damage.is_none());
        crate::exercise::any_file(file, &any_limits());
    }
}

#[test]
fn public_keys_of_old_are_told() {
    let old = golden!("public-key");
    for error in [decode::<PublicKey>(old, &any_limits()).err(), lowtide_wire::inspect(old).err()] {
        assert!(matches!(error, Some(Error::OldPublicKey)), "{error:?}");
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

#[test]
fn old_files_cross_the_bridge() {
    let [secret, keys, fresh, complex, bridge, crossed] = BRIDGE;
    let [secret, complex] = [secret, complex].map(|file| decode::<SecretKey>(file, &any_limits()).unwrap());
    let first = |secret: &SecretKey, x: &Ciphertext| secret.decrypt(x).unwrap().coefficients()[0];
    let [real_limits, complex_limits] = [&secret, &complex].map(|secret| Limits::only(secret.params()));
    let fresh: Ciphertext = decode(fresh, &real_limits).unwrap();
    let keys: EvaluationKeys = decode(keys, &real_limits).unwrap();
    let bridge: BridgeKeys = decode(bridge, &real_limits).unwrap();
    let crossed: Ciphertext = decode(crossed, &complex_limits).unwrap();
    assert!((first(&secret, &fresh) - 1.5).abs() < 1e-6);
    assert!((first(&secret, &fresh.rotate(1, &keys).unwrap()) - 1.5).abs() < 1e-6);
    assert_eq!(bridge.to_complex(&fresh).unwrap(), crossed);
    assert!((first(&complex, &crossed) - 1.5).abs() < 1e-6);
    assert!((first(&secret, &bridge.to_real(&crossed).unwrap()) - 1.5).abs() < 1e-6);
}
