//! IDX: known answers, and every way in which a file can be wrong.

use flate2::{Compression, write::GzEncoder};
use lowtide_data::idx::{Idx, Images};
use lowtide_data::{Error, Limits};
use proptest::prelude::*;
use std::io::Write;

const LIMITS: Limits = Limits::DEFAULT;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// Three pictures of 2 x 4 pixels, labelled 3, 5 and 8.
fn pictures() -> Idx {
    let bytes = [[0, 255, 10, 20, 0, 255, 30, 41], [1; 8], [1, 1, 0, 0, 0, 0, 0, 1]].concat();
    Idx::new(vec![3, 2, 4], bytes).expect("the shape holds them")
}

fn labels() -> Idx {
    Idx::new(vec![3], vec![3, 5, 8]).expect("the shape holds them")
}

fn file(idx: &Idx) -> Vec<u8> {
    let mut bytes = Vec::new();
    idx.write(&mut bytes).expect("memory");
    bytes
}

#[test]
fn known_bytes() {
    assert_eq!(file(&labels()), [0, 0, 8, 1, 0, 0, 0, 3, 3, 5, 8]);
    assert_eq!(file(&pictures())[..16], [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 4]);
    assert_eq!(pictures().item(2), [1, 1, 0, 0, 0, 0, 0, 1]);
}

#[test]
fn plain_and_gzipped_are_told_apart() {
    let bytes = file(&pictures());
    assert_eq!(Idx::read(&bytes[..], &LIMITS).unwrap(), pictures());
    assert_eq!(Idx::read(&gzip(&bytes)[..], &LIMITS).unwrap(), pictures());
}

#[test]
fn wrong_starts() {
    assert!(matches!(Idx::read(&b""[..], &LIMITS), Err(Error::Truncated { declared: 4, found: 0 })));
    assert!(
        matches!(Idx::read(&b"PK\x03\x04"[..], &LIMITS), Err(Error::IdxMagic { found }) if &found == b"PK\x03\x04")
    );
    assert!(matches!(Idx::read(&[0, 0, 8, 0][..], &LIMITS), Err(Error::IdxMagic { .. })));
    assert!(matches!(Idx::read(&[0, 0, 13, 1, 0, 0, 0, 0][..], &LIMITS), Err(Error::IdxType { code: 13 })));
}

#[test]
fn too_short_and_too_long() {
    let bytes = file(&pictures());
    for end in 0..bytes.len() {
        let error = Idx::read(&bytes[..end], &LIMITS).unwrap_err();
        assert!(matches!(error, Error::Truncated { .. }), "{end}: {error}");
    }
    assert!(matches!(Idx::read(&bytes[..20], &LIMITS), Err(Error::Truncated { declared: 24, found: 4 })));
    let long = [&bytes[..], b"\0"].concat();
    assert!(matches!(Idx::read(&long[..], &LIMITS), Err(Error::TrailingBytes)));
    assert!(matches!(Idx::read(&gzip(&long)[..], &LIMITS), Err(Error::TrailingBytes)));
}

#[test]
fn damaged_gzip() {
    let packed = gzip(&file(&pictures()));
    for end in 2..packed.len() {
        let error = Idx::read(&packed[..end], &LIMITS).unwrap_err();
        assert!(matches!(error, Error::Truncated { .. } | Error::Gzip { .. }), "{end}: {error}");
    }
    let mut checksum = packed.clone();
    *checksum.iter_mut().nth_back(6).unwrap() ^= 1;
    assert!(matches!(Idx::read(&checksum[..], &LIMITS), Err(Error::Gzip { .. })));
    let two = [&packed[..], &packed[..]].concat();
    assert!(matches!(Idx::read(&two[..], &LIMITS), Err(Error::TrailingBytes)));
}

#[test]
fn a_claim_is_held_against_the_limits_before_memory_is_taken() {
    let header = |sizes: &[u32]| {
        let mut bytes = vec![0, 0, 8, sizes.len() as u8];
        sizes.iter().for_each(|size| bytes.extend(size.to_be_bytes()));
        bytes
    };
    let read = |sizes: &[u32], limits| Idx::read(&header(sizes)[..], &limits);
    let max = u32::MAX;
    assert!(matches!(read(&[max, max, max], LIMITS), Err(Error::DeclaredTooLarge { .. })));
    assert!(matches!(read(&[0, max, max, max], LIMITS), Err(Error::DeclaredTooLarge { .. })));
    assert!(matches!(
        read(&[5], Limits { bytes: 4, ..LIMITS }),
        Err(Error::DeclaredTooLarge { limit: 4, .. })
    ));
    assert!(matches!(
        read(&[5], Limits { values: 4, ..LIMITS }),
        Err(Error::DeclaredTooLarge { limit: 4, .. })
    ));
    assert!(matches!(read(&[1 << 27], LIMITS), Err(Error::Truncated { found: 0, .. })));
    assert_eq!(read(&[0, 4], LIMITS).unwrap().items(), 0);
}

#[test]
fn shapes_in_memory() {
    for (shape, bytes) in [(vec![], 0), (vec![2], 3), (vec![1; 256], 1), (vec![1 << 32, 0], 0)] {
        assert!(matches!(Idx::new(shape, vec![0; bytes]), Err(Error::IdxShape { .. })));
    }
}

#[test]
fn pictures_and_labels_must_fit() {
    let swapped = Images::new(labels(), pictures());
    assert!(matches!(swapped, Err(Error::IdxDimensions { file: "pictures", expected: 3, .. })));
    let two = Images::new(pictures(), pictures());
    assert!(matches!(two, Err(Error::IdxDimensions { file: "labels", expected: 1, .. })));
    let flat = Images::new(Idx::new(vec![3, 0, 4], vec![]).unwrap(), labels());
    assert!(matches!(flat, Err(Error::IdxDimensions { file: "pictures", .. })));
    let short = Images::new(pictures(), Idx::new(vec![2], vec![3, 8]).unwrap());
    assert!(matches!(short, Err(Error::LabelCount { rows: 3, labels: 2 })));
}

#[test]
fn two_digits_become_a_data_set() {
    let images = Images::new(pictures(), labels()).unwrap();
    let data = images.dataset(3, 8).unwrap();
    assert_eq!((data.rows(), data.columns()), (2, 8));
    assert_eq!((data.label(0), data.label(1)), (-1.0, 1.0));
    assert_eq!((data.source(0), data.source(1)), (0, 2));
    assert_eq!(data.row(0)[..3], [0.0, 1.0, 10.0 / 255.0]);
    assert_eq!((data.names()[0].as_str(), data.names()[7].as_str()), ("r00c00", "r01c03"));
    assert_eq!((data.classes().negative.as_str(), data.classes().positive.as_str()), ("3", "8"));

    assert_eq!(images.dataset(8, 3).unwrap().label(0), 1.0);
    assert!(matches!(images.dataset(3, 3), Err(Error::SameClass { class: 3 })));
    assert!(matches!(images.dataset(3, 9), Err(Error::ClassAbsent { class: 9 })));
    assert_eq!(images.pick(3, 8).labels().bytes(), [3, 8]);
    assert_eq!(images.pick(3, 8).dataset(3, 8).unwrap().features(), data.features());
}

#[test]
fn pooling_rounds_to_the_nearest_byte_half_up() {
    let pooled = Images::new(pictures(), labels()).unwrap().pool2x2().unwrap();
    // 510 / 4 = 127.5, 101 / 4 = 25.25; 4 / 4; 2 / 4 = 0.5, 1 / 4.
    assert_eq!(pooled.pictures().bytes(), [128, 25, 1, 1, 1, 0]);
    assert_eq!(pooled.pictures().shape(), [3, 1, 2]);
    assert!(matches!(pooled.pool2x2(), Err(Error::OddPicture { height: 1, width: 2 })));
}

proptest! {
    #[test]
    fn what_is_written_reads_back(shape in prop::collection::vec(0usize..6, 1..5), seed: u8) {
        let size = shape.iter().product();
        let idx = Idx::new(shape, (0..size).map(|i| seed.wrapping_add(i as u8)).collect()).unwrap();
        prop_assert_eq!(&Idx::read(&file(&idx)[..], &LIMITS).unwrap(), &idx);
        prop_assert_eq!(&Idx::read(&gzip(&file(&idx))[..], &LIMITS).unwrap(), &idx);
    }

    #[test]
    fn random_bytes_never_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..200), start in 0u8..4) {
        let prefix: &[u8] = match start {
            0 => &[],
            1 => &[0, 0, 8, 1, 0, 0, 0],
            2 => &[0x1f, 0x8b, 8, 0],
            _ => &[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0],
        };
        bytes.splice(0..0, prefix.iter().copied());
        let limits = Limits { bytes: 1 << 16, ..LIMITS };
        let _ = Idx::read(&bytes[..], &limits);
        let _ = Idx::read(&gzip(&bytes)[..], &limits);
    }

    #[test]
    fn a_flipped_bit_in_a_gzipped_file_never_passes_unseen(at in 0usize..1000, bit in 0u8..8) {
        let mut packed = gzip(&file(&pictures()));
        let at = at % packed.len();
        packed[at] ^= 1 << bit;
        // Bits of the gzip header (time, flags, system) carry no data.
        if let Ok(idx) = Idx::read(&packed[..], &LIMITS) {
            prop_assert_eq!(idx, pictures());
        }
    }
}
