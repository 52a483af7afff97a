//! What is said of files that stay closed.

use lowtide_ckks::{Parameters, SecurityLevel, Shape};
use lowtide_wire::{Contents, Error, Kind, encode, inspect};

use crate::stock::{SHAPE, STOCK, forge};

#[test]
fn every_kind_is_told() {
    let [parameters, secret, public, keys, fresh, computed, dataset] = STOCK.files().map(|(_, file)| {
        let summary = inspect(&file).unwrap();
        assert!(summary.damage.is_none());
        assert_eq!((summary.header.version, summary.file_bytes), (1, file.len() as u64));
        assert_eq!(summary.header.payload_bytes, file.len() as u64 - 88);
        assert_eq!(summary.header.fingerprint, STOCK.params.fingerprint());
        assert_eq!(summary.literal.as_ref(), Some(STOCK.params.literal()));
        assert_eq!(summary.security(), None);
        (summary.header.kind, summary.contents.unwrap())
    });
    assert_eq!(parameters, (Kind::Parameters, Contents::Parameters));
    assert_eq!(secret, (Kind::SecretKey, Contents::SecretKey));
    assert_eq!(public, (Kind::PublicKey, Contents::PublicKey));
    let galois = vec![(5, 2), (13, 1), (15, 2)];
    assert_eq!(keys, (Kind::EvaluationKeys, Contents::EvaluationKeys { relinearization: Some(2), galois }));
    for ((kind, contents), value) in [(fresh, &STOCK.fresh), (computed, &STOCK.computed)] {
        let (level, seeded) = (value.level(), value.seed().is_some());
        let expected =
            Contents::Ciphertext { level, seeded, scale: value.scale().clone(), noise: value.noise() };
        assert_eq!((kind, contents), (Kind::Ciphertext, expected));
    }
    let text = STOCK.collection.text.clone();
    assert_eq!(dataset, (Kind::Dataset, Contents::Collection { text, ciphertexts: 3 }));
}

#[test]
fn security_is_told() {
    let shape = Shape { log_degree: 13, scale_bits: 36, ..SHAPE };
    let params = Parameters::new(shape.literal().unwrap()).unwrap();
    let summary = inspect(&encode(&params)).unwrap();
    assert_eq!(summary.security(), Some(SecurityLevel::Classical128));
}

#[test]
fn damage_within_is_told() {
    let forged = forge(&encode(&STOCK.fresh), |payload| payload[STOCK.literal_bytes()] = 77);
    let summary = inspect(&forged).unwrap();
    assert!(matches!(summary.damage, Some(Error::Code { found: 77, .. })));
    assert!(summary.literal.is_none() && summary.contents.is_none());
}
