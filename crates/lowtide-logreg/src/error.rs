//! What can go wrong, with the values at fault and the cure.

use lowtide_ckks::{Level, Scale};

use crate::{
    circuits::{Outcome, Source},
    planner::{Limit, Nearest},
    sigmoid::{MAX_BOUND, MAX_DEGREE, MIN_BOUND},
};

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
    /// A ridge term that is negative, or so strong that a step overshoots.
    #[error("ridge {ridge}: choose at least 0 and less than {limit}, one over the first step size")]
    Ridge {
        /// Its strength.
        ridge: f64,
        /// One over the first step size.
        limit: f64,
    },
    /// A class weight that is not above zero and finite.
    #[error("a class weight of {weight}: choose weights above 0; balanced ones need rows of both classes")]
    ClassWeight {
        /// The weight.
        weight: f64,
    },
    /// Rows have class weights and the plan does not, or the other way.
    #[error(
        "the plan is made {} class weights, the rows come {}: plan and encrypt with the same",
        if *planned { "with" } else { "without" },
        if *planned { "without" } else { "with" }
    )]
    Weighted {
        /// Whether the plan has them.
        planned: bool,
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
    /// No schedule that was tried keeps the margins where the polynomial stands for the sigmoid.
    #[error(
        "none of the {tried} schedules tried keeps the margins inside the sigmoid's interval: scale the features, widen it \
         beyond {bound}, or take fewer steps"
    )]
    NoSchedule {
        /// How many were tried.
        tried: usize,
        /// The widest bound among them.
        bound: f64,
    },
    /// Features divided by nothing, or by far too much.
    #[error("features divided by {divisor}: choose a divisor from {} to {limit}", limit.recip())]
    Divisor {
        /// The divisor asked for.
        divisor: f64,
        /// The largest.
        limit: f64,
    },
    /// An entry of a fixed Hessian that is not above zero and finite.
    #[error("entry {index} (counting from 0) of the fixed Hessian is {value}: scale the features")]
    Diagonal {
        /// Where, counting from 0.
        index: usize,
        /// The entry.
        value: f64,
    },
    /// A fixed Hessian is missing, or came with a plan that has none.
    #[error(
        "the plan trains {}: decrypt with what was kept when its rows were encrypted",
        if *is_planned { "with a fixed Hessian, and none is given" } else { "without a fixed Hessian, and one is given" }
    )]
    FixedHessian {
        /// Whether the plan has one.
        is_planned: bool,
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
    /// The text in a file is not what its kind holds.
    #[error(
        "the text in the file is not what it should be: {source}; it was made by another version or by hand"
    )]
    MalformedText {
        /// What the parser met, and where.
        #[source]
        source: serde_json::Error,
    },
    /// A number of the request is zero or beyond all measure.
    #[error("{what}: {found} is out of range: take 1 to {limit}")]
    PlanRange {
        /// Which number.
        what: &'static str,
        /// Its value.
        found: usize,
        /// The largest value.
        limit: usize,
    },
    /// The scale is too small to train at or too large for its primes.
    #[error("a scale of {bits} bits is out of range: take 20 to 50, 40 unless there is a reason")]
    ScaleBits {
        /// The size given.
        bits: u32,
    },
    /// There are tables for three levels of security.
    #[error("no table of parameters for {bits} bits of security: take 128, 192 or 256")]
    SecurityBits {
        /// The bits asked for.
        bits: u32,
    },
    /// A limit excludes every way to make a run.
    #[error("of all ways to make this run {limit}; the nearest: {nearest}")]
    NoCandidate {
        /// The limit, and what there is.
        limit: Limit,
        /// What comes nearest to it.
        nearest: Nearest,
    },
    /// Two parts of a plan do not fit.
    #[error("the plan does not fit together: {what} should be {expected}, not {found}; make it anew")]
    PlanMismatch {
        /// What does not fit.
        what: &'static str,
        /// What the rest of the plan says.
        expected: usize,
        /// What it is.
        found: usize,
    },
    /// A ciphertext is not what the plan says.
    #[error(
        "tile {tile} of {of} sits at level {} with scale {}, where the plan has level {} and scale {}: \
         it belongs to another plan",
        found.0, found.1, expected.0, expected.1
    )]
    Tile {
        /// Of what.
        of: Source,
        /// Which of its tiles.
        tile: usize,
        /// Level and scale of the ciphertext.
        found: (Level, Scale),
        /// Level and scale in the plan.
        expected: (Level, Scale),
    },
    /// A ciphertext of an encrypted model is not what the plan says.
    #[error(
        "block {block} of the encrypted {of} sits at level {} with scale {}, where the plan has level {} and scale \
         {}: it belongs to another plan",
        found.0, found.1, expected.0, expected.1
    )]
    Weights {
        /// Which weights.
        of: Outcome,
        /// Which block of columns.
        block: usize,
        /// Level and scale of the ciphertext.
        found: (Level, Scale),
        /// Level and scale in the plan.
        expected: (Level, Scale),
    },
    /// A checkpoint or a fresh start of a leg that the plan does not have there.
    #[error(
        "it speaks of leg {} of a plan with {legs}, where one from {} to {legs} belongs: it belongs to another plan",
        found + 1, first + 1
    )]
    NoLeg {
        /// The leg, counting from 0.
        found: usize,
        /// The first that could be.
        first: usize,
        /// How many there are.
        legs: usize,
    },
    /// A fresh start of one plan, a data set of another.
    #[error(
        "the fresh start and the encrypted rows belong to different plans: refresh a checkpoint that was trained on these \
         rows"
    )]
    OtherPlan,
    /// Nothing is left to train.
    #[error(
        "all {steps} steps are trained, there is no leg to go on with: decrypt the model, or plan more steps"
    )]
    Finished {
        /// How many there were.
        steps: usize,
    },
    /// What came back from the service does not decrypt to weights.
    #[error(
        "the encrypted model does not decrypt to weights: copies of a weight differ by {spread}, more than {limit}; it \
         was damaged, trained by another plan, or its margins left the interval of the sigmoid"
    )]
    NotWeights {
        /// The largest difference.
        spread: f64,
        /// The most that noise explains.
        limit: f64,
    },
    /// What the scheme says.
    #[error(transparent)]
    Ckks(#[from] lowtide_ckks::Error),
    /// What the circuit tool kit says.
    #[error(transparent)]
    Circuit(#[from] lowtide_circuit::Error),
    /// What the encoding says.
    #[error(transparent)]
    Encoding(#[from] lowtide_encoding::Error),
}
