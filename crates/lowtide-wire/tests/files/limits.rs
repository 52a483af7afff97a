//! Good files in the wrong place, and files that ask for too much.

use std::io::{self, Read};

use lowtide_ckks::{self as ckks, Ciphertext, EvaluationKeys, Parameters, PublicKey, SecretKey, Shape};
use lowtide_wire::{Envelope, Error, Kind, Limits, Payload, decode, encode};

use crate::{
    exercise::Collection,
    stock::{SHAPE, STOCK, Stock, any_limits, with_header},
};

#[test]
fn each_kind_opens_as_itself_alone() {
    fn check<T: Payload>(file: &[u8], holds: Kind) {
        match decode::<T>(file, &any_limits()) {
            Ok(_) => assert_eq!(holds, T::KIND),
            Err(Error::WrongKind { found, expected }) => {
                assert!(found == holds && expected == T::KIND && found != expected);
            }
            Err(error) => panic!("{error}"),
        }
    }
    for (_, file) in STOCK.files() {
        let holds = Envelope::read(&file).unwrap().header().kind;
        check::<Parameters>(&file, holds);
        check::<SecretKey>(&file, holds);
        check::<PublicKey>(&file, holds);
        check::<EvaluationKeys>(&file, holds);
        check::<Ciphertext>(&file, holds);
        check::<Collection>(&file, holds);
    }
}

#[test]
fn files_of_other_parameters_are_refused() {
    let other = Stock::new(Parameters::insecure(Shape { digits: 3, ..SHAPE }.literal().unwrap()).unwrap());
    let limits = Limits::only(&other.params);
    let refused = |error: Error| {
        let text = error.to_string();
        assert!(text.contains(&STOCK.params.fingerprint().to_string()), "{text}");
        assert!(text.contains(&other.params.fingerprint().to_string()), "{text}");
        matches!(error, Error::OtherParameters { .. })
    };
    assert!(refused(decode::<Parameters>(&encode(&STOCK.params), &limits).unwrap_err()));
    assert!(refused(decode::<SecretKey>(&encode(&STOCK.secret), &limits).unwrap_err()));
    assert!(refused(decode::<PublicKey>(&encode(&STOCK.public), &limits).unwrap_err()));
    assert!(refused(decode::<EvaluationKeys>(&encode(&STOCK.keys), &limits).unwrap_err()));
    assert!(refused(decode::<Ciphertext>(&encode(&STOCK.fresh), &limits).unwrap_err()));
    assert!(refused(decode::<Collection>(&encode(&STOCK.collection), &limits).unwrap_err()));
}

#[test]
fn a_header_cannot_borrow_a_fingerprint() {
    let other = Parameters::insecure(Shape { digits: 3, ..SHAPE }.literal().unwrap()).unwrap();
    let forged = with_header(&encode(&STOCK.fresh), 24, &other.fingerprint().0);
    for limits in [any_limits(), Limits::only(&other)] {
        let error = decode::<Ciphertext>(&forged, &limits).unwrap_err();
        assert!(matches!(error, Error::Fingerprint { declared, .. } if declared == other.fingerprint()));
    }
}

#[test]
fn files_from_the_future_are_told() {
    for (_, file) in STOCK.files() {
        let error = Envelope::read(&with_header(&file, 8, &2_u32.to_le_bytes())).unwrap_err();
        assert!(matches!(error, Error::FutureVersion { found: 2, supported: 1 }), "{error}");
        assert!(error.to_string().contains("update"));
    }
    // Whatever a later version does with the rest.
    let error =
        Envelope::read(b"\x89LOWTIDE\x03\0\0\0 and then anything at all, as long as a header is, or longer")
            .unwrap_err();
    assert!(matches!(error, Error::FutureVersion { found: 3, .. }), "{error}");
}

#[test]
fn kinds_from_nowhere_are_told() {
    for code in [0_u32, 13, 1 << 31] {
        let error = Envelope::read(&with_header(&encode(&STOCK.fresh), 12, &code.to_le_bytes())).unwrap_err();
        assert!(matches!(error, Error::UnknownKind { code: found } if found == code));
    }
}

#[test]
fn insecure_parameters_need_the_word() {
    let file = encode(&STOCK.fresh);
    let error = decode::<Ciphertext>(&file, &Limits::default()).unwrap_err();
    assert!(matches!(error, Error::Scheme(ckks::Error::Insecure { log_degree: 3, limit: 0, .. })), "{error}");
    let large = Shape { log_degree: 12, levels: 3, ..SHAPE }.literal().unwrap();
    let error = decode::<Parameters>(&encode(&Parameters::insecure(large).unwrap()), &Limits::default());
    assert!(matches!(error, Err(Error::Scheme(ckks::Error::Insecure { limit: 106, .. }))));
    assert!(decode::<Ciphertext>(&file, &any_limits()).is_ok());
    assert!(decode::<Ciphertext>(&file, &Limits::only(&STOCK.params)).is_ok());
}

#[test]
fn rings_above_the_limit_are_refused() {
    let file = encode(&STOCK.fresh);
    let error = decode::<Ciphertext>(&file, &any_limits().log_degree(2)).unwrap_err();
    assert!(matches!(error, Error::RingTooLarge { found: 3, limit: 2 }));
    assert!(decode::<Ciphertext>(&file, &any_limits().log_degree(3)).is_ok());
}

#[test]
fn files_above_the_limit_are_refused() {
    let file = encode(&STOCK.keys);
    let length = file.len() as u64;
    let error = decode::<EvaluationKeys>(&file, &any_limits().bytes(length - 1)).unwrap_err();
    assert!(
        matches!(error, Error::TooLarge { declared, limit } if declared == length && limit == length - 1)
    );
    assert!(decode::<EvaluationKeys>(&file, &any_limits().bytes(length)).is_ok());
    assert!(matches!(Envelope::read_from(file.as_slice(), length - 1), Err(Error::TooLarge { .. })));
    assert!(Envelope::read_from(file.as_slice(), length).is_ok());
}

/// A declared length costs nothing until bytes arrive: these would be terabytes.
#[test]
fn huge_declared_lengths_allocate_nothing() {
    let file = encode(&STOCK.fresh);
    for declared in [1 << 40, 1 << 62, u64::MAX - 88, u64::MAX - 87, u64::MAX] {
        let forged = with_header(&file, 16, &u64::to_le_bytes(declared));
        assert!(matches!(Envelope::read(&forged), Err(Error::Truncated { .. })));
        let error = Envelope::read_from(forged.as_slice(), u64::MAX).unwrap_err();
        assert!(matches!(error, Error::Truncated { .. }), "{error}");
        assert!(matches!(Envelope::read_from(forged.as_slice(), 1 << 30), Err(Error::TooLarge { .. })));
    }
}

#[test]
fn a_stream_that_fails_says_why() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    let file = encode(&STOCK.fresh);
    let error = Envelope::read_from(file[..100].chain(Broken), u64::MAX).unwrap_err();
    assert!(matches!(error, Error::Read(source) if source.kind() == io::ErrorKind::ConnectionReset));
}
