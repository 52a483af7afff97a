//! MNIST, 3 against 8, at 14 x 14: the data set that logistic regression on encrypted rows is measured by.
//!
//! 11,982 training and 1,984 test rows of 196 features: handwritten digits, each 28 x 28 picture
//! shrunk by 2 x 2 means, pixels from 0 (paper) to 1 (ink). An 8 is positive, a 3 negative. Rows keep the
//! order of the original files. Where they come from, how they were made and under which licence they
//! may be passed on (CC BY-SA 3.0) stands in `data/PROVENANCE.md`.

use crate::idx::Images;
use crate::{Dataset, Limits};

/// Pixels along one side of a picture.
pub const SIDE: usize = 14;
/// The digit of the negative class.
pub const NEGATIVE: u8 = 3;
/// The digit of the positive class.
pub const POSITIVE: u8 = 8;

/// The 11,982 training rows.
#[must_use]
pub fn train() -> Dataset {
    unpack(
        include_bytes!("../data/mnist38-train-images.idx.gz"),
        include_bytes!("../data/mnist38-train-labels.idx.gz"),
    )
}

/// The 1,984 test rows.
#[must_use]
pub fn test() -> Dataset {
    unpack(
        include_bytes!("../data/mnist38-test-images.idx.gz"),
        include_bytes!("../data/mnist38-test-labels.idx.gz"),
    )
}

fn unpack(pictures: &[u8], labels: &[u8]) -> Dataset {
    Images::read(pictures, labels, &Limits::DEFAULT)
        .and_then(|images| images.dataset(NEGATIVE, POSITIVE))
        .expect("the embedded files are whole: a test reads them")
}
