//! What can go wrong, with the values at fault and the cure.

use crate::sigmoid::{MAX_BOUND, MAX_DEGREE, MIN_BOUND};

/// Why a polynomial, a schedule, a set of rows or a model was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No polynomial of this degree is fitted.
    #[error("no sigmoid polynomial of degree {degree}: choose an odd degree from 1 to {MAX_DEGREE}")]
    Degree {
        /// The degree asked for.
        degree: usize,
    },
    /// The interval `[-bound, bound]` is too narrow, too wide, or no interval.
    #[error("no sigmoid polynomial on [-{bound}, {bound}]: choose a bound from {MIN_BOUND} to {MAX_BOUND}")]
    Bound {
        /// The bound asked for.
        bound: f64,
    },
    /// A polynomial file states a degree that its coefficients do not have.
    #[error("a sigmoid polynomial of degree {degree} has {} odd coefficients, not {count}", degree.div_ceil(2))]
    CoefficientCount {
        /// The degree stated.
        degree: usize,
        /// How many odd coefficients came with it.
        count: usize,
    },
    /// A coefficient is not finite, or the leading one is zero.
    #[error(
        "the coefficient of x^{power} is {value}: coefficients are finite and the leading one is not zero"
    )]
    Coefficient {
        /// The power it belongs to.
        power: usize,
        /// Its value.
        value: f64,
    },
    /// Circuits evaluate up to degree 7 in factors.
    #[error("a polynomial of degree {degree} has no factors for a circuit: fit degree 1, 3, 5 or 7")]
    Factors {
        /// The degree of the polynomial.
        degree: usize,
    },
    /// A step size that is not positive, or a decay that is negative.
    #[error(
        "step size {initial} / (1 + {decay} i): choose an initial step above 0 and a decay of at least 0"
    )]
    StepSize {
        /// The step size of the first step.
        initial: f64,
        /// Its decay.
        decay: f64,
    },
    /// There is nothing to train on or to score.
    #[error("no rows: give at least one")]
    NoRows,
    /// Mini-batches of no rows.
    #[error("a mini-batch of 0 rows: choose at least 1")]
    EmptyBatch,
    /// Two things that go together have different lengths.
    #[error("{what}: expected {expected}, found {found}")]
    Length {
        /// What was counted.
        what: &'static str,
        /// How many belong there.
        expected: usize,
        /// How many came.
        found: usize,
    },
    /// A number is NaN or infinite.
    #[error("{what} number {index} (counting from 0) is {value}: only finite numbers can be used")]
    NotFinite {
        /// What the number is part of.
        what: &'static str,
        /// Where, counting from 0.
        index: usize,
        /// The number.
        value: f64,
    },
    /// The area under the curve needs both classes.
    #[error("all {rows} rows are {}: score on rows of both classes", if *.positive { "positive" } else { "negative" })]
    OneClass {
        /// How many rows there are.
        rows: usize,
        /// Whether all of them are positive.
        positive: bool,
    },
    /// Both classes have the same name.
    #[error("both labels are named {name:?}: name the negative and the positive class differently")]
    SameLabels {
        /// The name.
        name: String,
    },
    /// The text is not a model file.
    #[error("this is not a model file; a model is JSON, written by Lowtide")]
    MalformedModel {
        /// What the parser met, and where.
        #[source]
        source: serde_json::Error,
    },
    /// The file is JSON, and of another kind.
    #[error("this file says that its format is {found:?}; a model says \"lowtide-model\"")]
    ModelFormat {
        /// The format that the file names.
        found: String,
    },
    /// The file was written in a version of the format that this program does not know.
    #[error("this model is of format version {found}, and this program reads version {supported}: {}", if found > supported { "use a newer Lowtide" } else { "the file is damaged" })]
    ModelVersion {
        /// The version that the file names.
        found: u32,
        /// The version read here.
        supported: u32,
    },
    /// The file changed since it was written.
    #[error(
        "the model was changed or damaged since it was written: its checksum says {stated}, its content {computed}; fetch it again, or remove the checksum line if the change was yours"
    )]
    ModelChecksum {
        /// The checksum in the file.
        stated: String,
        /// The checksum of the content.
        computed: String,
    },
}
