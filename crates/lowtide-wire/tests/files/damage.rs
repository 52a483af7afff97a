//! A damaged byte anywhere, or a missing one, gives an error.

use lowtide_wire::{Envelope, Error, inspect};

use crate::{
    exercise::any_file,
    stock::{STOCK, any_limits},
};

/// Refused by all doors, and by the same words.
fn refused(file: &[u8]) -> Error {
    let error = Envelope::read(file).unwrap_err();
    match inspect(file) {
        Ok(summary) => {
            assert_eq!(summary.damage.unwrap().to_string(), error.to_string());
            assert_eq!((summary.literal, summary.contents), (None, None));
        }
        Err(inspected) => assert_eq!(inspected.to_string(), error.to_string()),
    }
    any_file(file, &any_limits());
    error
}

#[test]
fn every_flipped_bit_is_found() {
    for (name, file) in STOCK.files() {
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut damaged = file.clone();
                damaged[at] ^= 1 << bit;
                let error = refused(&damaged);
                let expected = match at {
                    0..8 => matches!(error, Error::NotLowtide),
                    8..12 => matches!(error, Error::NotLowtide | Error::FutureVersion { supported: 1, .. }),
                    12..16 => {
                        matches!(error, Error::UnknownKind { .. } | Error::OldPublicKey | Error::Damaged)
                    }
                    16..24 => matches!(error, Error::Truncated { .. } | Error::Trailing { .. }),
                    _ => matches!(error, Error::Damaged),
                };
                assert!(expected, "{name}, byte {at}, bit {bit}: {error}");
            }
        }
    }
}

#[test]
fn every_truncation_is_found() {
    for (name, file) in STOCK.files() {
        for length in 0..file.len() {
            let part = &file[..length];
            for error in [refused(part), Envelope::read_from(part, u64::MAX).unwrap_err()] {
                let Error::Truncated { found, declared } = error else { panic!("{name}, {length}: {error}") };
                assert_eq!(found, length as u64);
                assert!(declared == 88 || declared == file.len() as u64);
            }
        }
    }
}

#[test]
fn every_appended_byte_is_found() {
    for (_, mut file) in STOCK.files() {
        file.extend([0; 3]);
        assert!(matches!(refused(&file), Error::Trailing { extra: 3 }));
    }
}

#[test]
fn other_files_are_told() {
    for other in [b"PNG".as_slice(), b"{\"weights\": []}", &[0; 200], b"\x89LOWTIDY"] {
        assert!(matches!(refused(other), Error::NotLowtide));
    }
    assert!(matches!(refused(b""), Error::Truncated { found: 0, declared: 88 }));
}
