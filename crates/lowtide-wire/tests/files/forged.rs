//! Payloads that nobody damaged by accident: the digest is right, a value is not.

use lowtide_ckks::{self as ckks, Ciphertext, EvaluationKeys, GaloisKey, Parameters, SecretKey};
use lowtide_wire::{Error, Payload, decode, encode};

use crate::{
    exercise::Collection,
    stock::{STOCK, any_limits, forge},
};

/// The error for a value with some bytes of its own replaced, counted from behind the literal.
fn refused<T: Payload>(value: &T, at: usize, bytes: &[u8]) -> Error {
    let start = STOCK.literal_bytes() + at;
    let forged = forge(&encode(value), |payload| payload[start..start + bytes.len()].copy_from_slice(bytes));
    crate::exercise::any_file(&forged, &any_limits());
    decode::<T>(&forged, &any_limits()).err().expect("refused")
}

/// Where the parts of a ciphertext of one odd scale factor begin.
const TWOS: usize = 2;
const FACTORS: usize = 10;
const PRIME: usize = 18;
const EXPONENT: usize = 26;
const MAGNITUDE: usize = 34;
const DEVIATION: usize = 42;
const RESIDUES: usize = 50;

#[test]
fn levels_and_forms_are_checked() {
    for level in [3, 64, 255] {
        let error = refused(&STOCK.computed, 0, &[level]);
        assert!(
            matches!(error, Error::Scheme(ckks::Error::NoSuchLevel { highest: 2, wanted }) if wanted == level.into())
        );
        assert!(matches!(refused(&STOCK.keys, 1, &[level]), Error::Scheme(ckks::Error::NoSuchLevel { .. })));
    }
    // Levels that there are, but not those of the residues.
    for level in [0, 2] {
        refused(&STOCK.computed, 0, &[level]);
    }
    assert!(matches!(refused(&STOCK.computed, 1, &[2]), Error::Code { found: 2, .. }));
    assert!(matches!(refused(&STOCK.keys, 0, &[7]), Error::Code { found: 7, .. }));
}

#[test]
fn scales_are_checked() {
    let (twos, primes) = STOCK.computed.scale().factors();
    assert_eq!((twos, primes.len()), (80, 1));
    for twos in [i64::MIN, i64::MAX, 1 << 41] {
        let error = refused(&STOCK.computed, TWOS, &twos.to_le_bytes());
        assert!(matches!(error, Error::ScaleFactor { prime: 2, exponent } if exponent == twos));
    }
    for twos in [5000_i64, -5000] {
        let error = refused(&STOCK.computed, TWOS, &twos.to_le_bytes());
        assert!(matches!(error, Error::ScaleSize { limit: 4096, .. }), "{error}");
    }
    for prime in [0, 1, 2, 4, 1 << 61, u64::MAX] {
        let error = refused(&STOCK.computed, PRIME, &prime.to_le_bytes());
        assert!(matches!(error, Error::ScaleFactor { prime: found, .. } if found == prime), "{error}");
    }
    for exponent in [0, i64::MIN, i64::MAX] {
        let error = refused(&STOCK.computed, EXPONENT, &exponent.to_le_bytes());
        assert!(matches!(error, Error::ScaleFactor { exponent: found, .. } if found == exponent));
    }
    for count in [200, 1 << 60, u64::MAX] {
        let error = refused(&STOCK.computed, FACTORS, &count.to_le_bytes());
        assert!(matches!(error, Error::Count { found, .. } if found == count));
    }
    // A second factor that is not above the first.
    let forged = forge(&encode(&STOCK.computed), |payload| {
        let start = STOCK.literal_bytes();
        let factor = payload[start + PRIME..start + MAGNITUDE].to_vec();
        payload[start + FACTORS] = 2;
        payload.splice(start + PRIME..start + PRIME, factor);
    });
    assert!(matches!(decode::<Ciphertext>(&forged, &any_limits()), Err(Error::ScaleFactor { .. })));
}

#[test]
fn noise_estimates_are_checked() {
    for at in [MAGNITUDE, DEVIATION] {
        for value in [f64::NAN, f64::INFINITY, -1.0, -0.0] {
            let error = refused(&STOCK.computed, at, &value.to_le_bytes());
            assert!(matches!(error, Error::Estimate { value: found } if found.to_bits() == value.to_bits()));
        }
    }
}

#[test]
fn residues_are_checked() {
    let q = STOCK.params.literal().q[0];
    // The first residue takes the first 50 bits; ones are above any prime of 50 bits.
    let error = refused(&STOCK.computed, RESIDUES, &[0xff; 7]);
    let Error::Scheme(ckks::Error::Ring(lowtide_ring::Error::ResidueOutOfRange { value, index: 0, prime })) =
        error
    else {
        panic!("{error}")
    };
    assert_eq!((value, prime), ((1 << 50) - 1, q));
    // The prime itself is the smallest that is refused.
    let word = encode(&STOCK.computed)[56 + STOCK.literal_bytes() + RESIDUES..][6] as u64 & !3;
    let set = |residue: u64| (residue | word << 48).to_le_bytes();
    assert!(matches!(refused(&STOCK.computed, RESIDUES, &set(q)[..7]), Error::Scheme(ckks::Error::Ring(_))));
    let start = STOCK.literal_bytes() + RESIDUES;
    let forged = forge(&encode(&STOCK.computed), |payload| {
        payload[start..start + 7].copy_from_slice(&set(q - 1)[..7]);
    });
    let read: Ciphertext = decode(&forged, &any_limits()).unwrap();
    assert_eq!(read.components()[0].limb(0)[0], q - 1);
}

#[test]
fn secret_coefficients_are_checked() {
    for byte in [0b10, 0b1000, 0b10 << 6] {
        let error = refused(&STOCK.secret, 1, &[byte]);
        assert!(
            matches!(error, Error::Scheme(ckks::Error::Malformed { found: 7, expected: 8, .. })),
            "{error}"
        );
    }
    let forged = forge(&encode(&STOCK.secret), |payload| {
        let start = STOCK.literal_bytes();
        payload[start..].copy_from_slice(&[0b1101_0011, 0]);
    });
    let read: SecretKey = decode(&forged, &any_limits()).unwrap();
    assert_eq!(read.coefficients(), [-1, 0, 1, -1, 0, 0, 0, 0]);
}

#[test]
fn galois_keys_are_checked() {
    let sizes = lowtide_wire::Sizes::new(STOCK.params.literal());
    let first = 1 + sizes.switching_key(2) as usize + 8;
    let elements: Vec<u64> = STOCK.keys.galois().map(GaloisKey::element).collect();
    assert_eq!(elements, [5, 13, 15]);
    for element in [0_u32, 2, 16, 17, u32::MAX] {
        let error = refused(&STOCK.keys, first, &element.to_le_bytes());
        assert!(matches!(error, Error::Scheme(ckks::Error::Ring(_))), "{error}");
    }
    for element in [13_u32, 15] {
        let error = refused(&STOCK.keys, first, &element.to_le_bytes());
        assert!(matches!(error, Error::KeyOrder { element: 13 }), "{error}");
    }
    for count in [0_u64, 2] {
        let error = refused(&STOCK.keys, first - 8, &count.to_le_bytes());
        assert!(matches!(error, Error::PayloadLeftover { .. }), "{error}");
    }
    for count in [4, u64::MAX] {
        let error = refused(&STOCK.keys, first - 8, &count.to_le_bytes());
        assert!(matches!(error, Error::PayloadEnds { .. } | Error::Count { .. }), "{error}");
    }
}

#[test]
fn lists_and_texts_are_checked() {
    let text = STOCK.collection.text.len();
    for length in [text as u64 + 1, 1 << 40, u64::MAX] {
        refused(&STOCK.collection, 0, &length.to_le_bytes());
    }
    assert!(matches!(refused(&STOCK.collection, 8, &[0xff]), Error::NotText { at: 0 }));
    for count in [0_u64, 2, 4, 1 << 20, u64::MAX] {
        refused(&STOCK.collection, 8 + text, &count.to_le_bytes());
    }
}

/// Literals are refused by what is wrong with them; the fingerprint matches each.
#[test]
fn literals_pass_the_door() {
    let good = STOCK.params.literal();
    let refused = |change: fn(&mut ckks::Literal)| {
        let mut literal = good.clone();
        change(&mut literal);
        let mut payload = vec![0, literal.log_degree as u8, literal.log_scale as u8];
        payload.extend([literal.q.len() as u8, literal.p.len() as u8]);
        literal.q.iter().chain(&literal.p).for_each(|prime| payload.extend(prime.to_le_bytes()));
        let file = crate::exercise::seal(1, 1, &literal.fingerprint().0, &payload);
        crate::exercise::any_file(&file, &any_limits());
        let _ = decode::<Parameters>(&file, &lowtide_wire::Limits::default()).unwrap_err();
        decode::<Parameters>(&file, &any_limits()).unwrap_err()
    };
    let ring = |error| matches!(error, Error::Scheme(ckks::Error::Ring(_)));
    assert!(ring(refused(|literal| literal.q[0] += 2)));
    assert!(ring(refused(|literal| literal.q[0] = 0)));
    assert!(ring(refused(|literal| literal.q[1] = literal.q[2])));
    assert!(ring(refused(|literal| literal.p[0] = u64::MAX)));
    assert!(matches!(refused(|literal| literal.p.clear()), Error::Scheme(ckks::Error::PrimeCount { .. })));
    assert!(matches!(refused(|literal| literal.q = vec![97; 200]), Error::Scheme(_)));
    assert!(matches!(
        refused(|literal| literal.log_scale = 9),
        Error::Scheme(ckks::Error::ScaleRange { .. })
    ));
    assert!(matches!(
        refused(|literal| literal.log_degree = 2),
        Error::Scheme(ckks::Error::RingDegree { .. })
    ));
    assert!(matches!(
        refused(|literal| literal.log_degree = 18),
        Error::Scheme(ckks::Error::RingDegree { .. })
    ));
    assert!(matches!(
        refused(|literal| literal.log_degree = 255),
        Error::Scheme(ckks::Error::RingDegree { .. })
    ));
    let forged = forge(&encode(&STOCK.params), |payload| payload[0] = 2);
    assert!(matches!(
        decode::<Parameters>(&forged, &any_limits()),
        Err(Error::Code { what: "ring", found: 2 })
    ));
    let bare: Error =
        decode::<EvaluationKeys>(&forge(&encode(&STOCK.keys), Vec::clear), &any_limits()).unwrap_err();
    assert!(matches!(bare, Error::PayloadEnds { wanted: 5, left: 0 }));
    assert!(decode::<Collection>(&forge(&encode(&STOCK.collection), |_| ()), &any_limits()).is_ok());
}
