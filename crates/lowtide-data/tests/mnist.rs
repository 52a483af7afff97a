//! The embedded data set is whole, and is the one that its page describes.
#![cfg(feature = "mnist")]

use lowtide_data::{Dataset, Label, mnist};

/// Each byte and each positive row, weighted by its place.
fn checksums(data: &Dataset) -> (u64, u64) {
    let weighted = |(i, value): (usize, &f64)| (i as u64 % 65_521 + 1) * (value * 255.0).round() as u64;
    let eights = (0..data.rows()).filter(|&i| data.label(i) > 0.0).map(|i| i as u64 + 1).sum();
    (data.features().iter().enumerate().map(weighted).sum(), eights)
}

#[test]
fn sizes_and_classes() {
    for (data, threes, eights) in [(mnist::train(), 6131, 5851), (mnist::test(), 1010, 974)] {
        assert_eq!(data.rows(), threes + eights);
        assert_eq!(data.columns(), mnist::SIDE * mnist::SIDE);
        assert_eq!((data.count(Label::Negative), data.count(Label::Positive)), (threes, eights));
        assert_eq!((data.classes().negative.as_str(), data.classes().positive.as_str()), ("3", "8"));
        assert!(data.features().iter().all(|value| (0.0..=1.0).contains(value)));
    }
}

/// Worked out from the files of MNIST by a second implementation, in Python.
#[test]
fn known_pixels_in_a_known_order() {
    assert_eq!(checksums(&mnist::train()), (2_846_372_958_181, 35_281_006));
    assert_eq!(checksums(&mnist::test()), (478_210_155_146, 967_255));
}
