//! What can be wrong with bytes, with the values and the cure.

use std::{error, io, path::PathBuf};

use lowtide_ckks::Fingerprint;

use crate::Kind;

/// Why bytes were refused, or not written.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes do not begin like any file of Lowtide.
    #[error("this is not a Lowtide file: check the path")]
    NotLowtide,
    /// The file is younger than the program.
    #[error(
        "the file has format version {found}, this program reads up to version {supported}: update Lowtide"
    )]
    FutureVersion {
        /// The version of the file.
        found: u32,
        /// The newest version that is read here.
        supported: u32,
    },
    /// The header names a kind that does not exist in this version.
    #[error("the file is of unknown kind {code}: it is damaged, or made by something else; fetch it again")]
    UnknownKind {
        /// The number in the header.
        code: u32,
    },
    /// A public key of kind 3, over one prime fewer than is needed now.
    #[error("the file is a public key of an older Lowtide, which encrypts with more noise: make a new one")]
    OldPublicKey,
    /// The file is a good one, of another kind than was asked for.
    #[error("the file holds: {found}; wanted here: {expected}. Check which file goes where")]
    WrongKind {
        /// What the file holds.
        found: Kind,
        /// What was asked for.
        expected: Kind,
    },
    /// There are fewer bytes than the header declares.
    #[error("the file ends after {found} of {declared} bytes: it was cut off on its way; fetch it again")]
    Truncated {
        /// Bytes that are there.
        found: u64,
        /// Bytes that the header declares in all, or the fewest that any file has.
        declared: u64,
    },
    /// There are more bytes than the header declares.
    #[error(
        "{extra} bytes follow the end of the file: it is damaged or something was appended; fetch it again"
    )]
    Trailing {
        /// Bytes too many.
        extra: u64,
    },
    /// The content does not match its digest.
    #[error("the file is damaged: its content does not match its digest; fetch it again")]
    Damaged,
    /// The header declares more than the reader lets in.
    #[error(
        "the file declares {declared} bytes, at most {limit} are accepted here: raise the limit if you trust it"
    )]
    TooLarge {
        /// Bytes that the header declares in all.
        declared: u64,
        /// The most that is accepted.
        limit: u64,
    },
    /// The file belongs to other parameters than those at hand.
    #[error(
        "the file belongs to parameters {found}, not to {expected}: use files of one key generation together"
    )]
    OtherParameters {
        /// What the file belongs to.
        found: Fingerprint,
        /// What is at hand.
        expected: Fingerprint,
    },
    /// The fingerprint in the header is not that of the parameters in the payload.
    #[error("the header names parameters {declared}, the content has {found}: the file was tampered with")]
    Fingerprint {
        /// The fingerprint in the header.
        declared: Fingerprint,
        /// That of the literal.
        found: Fingerprint,
    },
    /// The parameters have a larger ring than the reader lets in.
    #[error(
        "the file has ring degree 2^{found}, at most 2^{limit} is accepted here: raise the limit if you trust it"
    )]
    RingTooLarge {
        /// Logarithm of the ring degree.
        found: u32,
        /// The largest accepted.
        limit: u32,
    },
    /// The payload is shorter than what it should hold.
    #[error(
        "{wanted} bytes are wanted where {left} are left in the content: the file was not made by Lowtide"
    )]
    PayloadEnds {
        /// Bytes that come next.
        wanted: u64,
        /// Bytes that are left.
        left: u64,
    },
    /// The payload is longer than what it should hold.
    #[error("{left} bytes are left over in the content: the file was not made by Lowtide")]
    PayloadLeftover {
        /// Bytes left.
        left: u64,
    },
    /// A length or count that cannot be.
    #[error("{found} {what} are declared, at most {most} are possible: the file was not made by Lowtide")]
    Count {
        /// What is counted.
        what: &'static str,
        /// How many are declared.
        found: u64,
        /// How many are possible at most.
        most: u64,
    },
    /// A number that stands for nothing.
    #[error("{found} is no {what}: the file was not made by Lowtide")]
    Code {
        /// What the number should stand for.
        what: &'static str,
        /// The number.
        found: u64,
    },
    /// A text is not UTF-8.
    #[error("a text is not UTF-8 from byte {at} on: the file was not made by Lowtide")]
    NotText {
        /// The first bad byte of the text.
        at: usize,
    },
    /// A noise estimate is negative, infinite or not a number.
    #[error("{value} is no noise estimate: the file was not made by Lowtide")]
    Estimate {
        /// The number.
        value: f64,
    },
    /// A scale has a factor that none has, or factors out of order.
    #[error(
        "a scale has the factor {prime}^{exponent}, which is out of range or order: the file was not made by Lowtide"
    )]
    ScaleFactor {
        /// The factor.
        prime: u64,
        /// Its exponent.
        exponent: i64,
    },
    /// A scale is larger or smaller than any modulus could carry.
    #[error(
        "a scale of 2^{log2:.1} is out of range, 2^-{limit} to 2^{limit}: the file was not made by Lowtide"
    )]
    ScaleSize {
        /// Base-two logarithm of the scale.
        log2: f64,
        /// The largest accepted.
        limit: u32,
    },
    /// Galois keys do not stand in increasing order of their elements.
    #[error("the key of Galois element {element} stands out of order: the file was not made by Lowtide")]
    KeyOrder {
        /// The element that is not above the one before.
        element: u64,
    },
    /// What the scheme says of the values.
    #[error(transparent)]
    Scheme(#[from] lowtide_ckks::Error),
    /// What a crate above says of a payload of its own; made by [`Error::content`].
    #[error(transparent)]
    Content(Box<dyn error::Error + Send + Sync>),
    /// What the operating system says of a stream.
    #[error("cannot read: {0}")]
    Read(#[from] io::Error),
    /// What the operating system says of a file.
    #[error("cannot {verb} {}: {source}", path.display())]
    File {
        /// What was tried.
        verb: &'static str,
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A file stands where a new one was to be made.
    #[error("{} exists already and is kept: remove it or choose another name", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
}

impl Error {
    /// An error of a payload that a crate above defines.
    pub fn content(source: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        Self::Content(source.into())
    }
}

/// The scheme passes on what the ring says.
impl From<lowtide_ring::Error> for Error {
    fn from(error: lowtide_ring::Error) -> Self {
        Self::Scheme(error.into())
    }
}
