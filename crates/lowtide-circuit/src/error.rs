//! What can be wrong with a circuit.

use lowtide_ckks::{Level, Scale};

use crate::NodeId;

/// Why a circuit was refused.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// Vectors have a power of two of slots.
    #[error("{slots} slots: take a power of two up to {max}")]
    Slots {
        /// The number given.
        slots: usize,
        /// The largest.
        max: usize,
    },
    /// A vector has another length than the circuit's.
    #[error("{what}: {found} numbers, where the circuit has {expected} slots")]
    Length {
        /// Which vector.
        what: String,
        /// Its length.
        found: usize,
        /// The circuit's number of slots.
        expected: usize,
    },
    /// A constant is infinite or not a number.
    #[error("a constant is {value}: only finite numbers can be computed with")]
    NotFinite {
        /// The constant.
        value: f64,
    },
    /// Names begin with a letter and go on with letters, digits and `_`.
    #[error("{name:?} is no name: take a letter, then letters, digits or `_`, at most 64 in all")]
    Name {
        /// The name given.
        name: String,
    },
    /// Two inputs or two outputs have the same name.
    #[error("there are two {what}s named {name:?}")]
    RepeatedName {
        /// Input or output.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// An input was not given a value.
    #[error("input {name:?} has no value: give it one, of {slots} numbers")]
    MissingInput {
        /// The input.
        name: String,
        /// The number of slots.
        slots: usize,
    },
    /// Nothing is known of a circuit without numbers to try it on.
    #[error("there is no sample: give inputs such as those that will be encrypted")]
    NoSamples,
    /// A circuit without outputs computes nothing.
    #[error("the circuit has no output: name one")]
    NoOutput,
    /// An operation uses one that does not stand before it.
    #[error("node {node} uses node {operand}, which does not stand before it")]
    Order {
        /// The node.
        node: NodeId,
        /// What it uses.
        operand: NodeId,
    },
    /// There is no such thing in the circuit.
    #[error("{what} {index} does not exist: there are {count}")]
    Missing {
        /// Node, input or region.
        what: &'static str,
        /// Which.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// What the scheme says, at which place of the circuit.
    #[error("at {place}: {source}")]
    Scheme {
        /// The node, in the author's terms.
        place: String,
        /// The scheme's word.
        #[source]
        source: lowtide_ckks::Error,
    },
    /// An input is encrypted at another level or scale than the program wants.
    #[error(
        "input {name:?} sits at level {} with scale {}, the program wants level {} and scale {}: encrypt it for this \
         program", found.0, found.1, expected.0, expected.1
    )]
    InputForm {
        /// The input.
        name: String,
        /// Its level and scale.
        found: (Level, Scale),
        /// What they should be.
        expected: (Level, Scale),
    },
    /// An input is a ciphertext where a public vector is wanted, or the other way round.
    #[error("input {name:?} should be {}", if *encrypted { "a ciphertext" } else { "a public vector" })]
    InputSecrecy {
        /// The input.
        name: String,
        /// Whether it should be encrypted.
        encrypted: bool,
    },
    /// The text of a circuit is not as it should be.
    #[error("line {line}, column {column}: {fault}")]
    Text {
        /// The line, from 1.
        line: usize,
        /// The column, from 1, in characters.
        column: usize,
        /// What is wrong there.
        fault: crate::text::Fault,
    },
    /// The circuit is deeper than parameters allow.
    #[error(
        "the circuit takes {depth} levels, the parameters have {highest}: choose parameters for this circuit"
    )]
    TooDeep {
        /// The levels of the circuit.
        depth: Level,
        /// The levels of the parameters.
        highest: Level,
    },
    /// The circuit has longer vectors than a ciphertext.
    #[error("the circuit has {slots} slots, a ciphertext {room}: choose a larger ring")]
    TooWide {
        /// The slots of the circuit.
        slots: usize,
        /// The slots of a ciphertext.
        room: usize,
    },
    /// So few different rotations cannot be made into all that the circuit has.
    #[error("{keys} rotation keys are too few: the rotations of this circuit take at least {least}")]
    TooFewKeys {
        /// The number allowed.
        keys: usize,
        /// The least that would do.
        least: usize,
    },
    /// The keys do not fit the limit on them.
    #[error("keys take {needed} bytes at least, more than the {limit} they may take: allow them more")]
    KeyBytes {
        /// What the fewest keys take.
        needed: u64,
        /// The limit.
        limit: u64,
    },
    /// The program does not fit the memory that it may take.
    #[error(
        "the program takes {needed} bytes at its fullest, more than the {limit} it may take: allow it more"
    )]
    Memory {
        /// What a run on one thread takes.
        needed: u64,
        /// The limit.
        limit: u64,
    },
    /// The run was told to stop.
    #[error("the run was cancelled")]
    Cancelled,
    /// What the scheme says of parameters or keys.
    #[error(transparent)]
    Ckks(#[from] lowtide_ckks::Error),
    /// What the encoding says.
    #[error(transparent)]
    Encoding(#[from] lowtide_encoding::Error),
}
