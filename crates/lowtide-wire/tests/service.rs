//! What a service does with files, in a build that cannot read a secret key.

use lowtide_ckks::{Ciphertext, EvaluationKeys};
use lowtide_wire::{Contents, Error, Kind, Limits, decode, encode, inspect};

const KEYS: &[u8] = include_bytes!("golden/evaluation-keys.lowtide");
const FRESH: &[u8] = include_bytes!("golden/fresh-ciphertext.lowtide");
const COMPUTED: &[u8] = include_bytes!("golden/computed-ciphertext.lowtide");
const SECRET: &[u8] = include_bytes!("golden/secret-key.lowtide");

#[test]
fn a_service_computes_from_file_to_file() {
    let keys: EvaluationKeys = decode(KEYS, &Limits::default().allow_insecure()).unwrap();
    let x: Ciphertext = decode(FRESH, &Limits::only(keys.params())).unwrap();
    let square = x.square().relinearize(&keys).unwrap().rescale().unwrap();
    assert_eq!(encode(&square), COMPUTED);
}

#[test]
fn a_service_tells_a_secret_key_and_leaves_it_closed() {
    let summary = inspect(SECRET).unwrap();
    assert_eq!((summary.header.kind, summary.contents), (Kind::SecretKey, Some(Contents::SecretKey)));
    let error = decode::<EvaluationKeys>(SECRET, &Limits::default().allow_insecure()).unwrap_err();
    assert!(matches!(error, Error::WrongKind { found: Kind::SecretKey, .. }), "{error}");
}
