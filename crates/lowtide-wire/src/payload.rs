//! Values to bytes and back.

use lowtide_ckks::Parameters;

use crate::{Envelope, Error, Header, Kind, Limits, Reader, Writer, literal};

/// What has a form in bytes, given its parameters.
///
/// Each value has exactly one form, and reading accepts no other: bytes read and written again are the same bytes.
pub trait Wire: Sized {
    /// No value takes fewer bytes: what holds the length of a list against the bytes that are left.
    const MIN_BYTES: usize;

    /// Writes the value.
    fn write(&self, out: &mut Writer);

    /// Reads a value. Everything is checked: what is returned makes nothing panic later.
    ///
    /// # Errors
    /// What is wrong with the bytes; [`Error::content`] wraps what a crate above has to say.
    fn read(input: &mut Reader<'_>, params: &Parameters) -> Result<Self, Error>;
}

/// What can stand in a file of its own.
pub trait Payload: Wire {
    /// The kind of the file.
    const KIND: Kind;

    /// The parameters that the value belongs to.
    fn params(&self) -> &Parameters;
}

/// The bytes of a file. Those of a secret key are secret: the caller wipes them.
#[must_use]
pub fn encode<T: Payload>(value: &T) -> Vec<u8> {
    seal(value, Writer::with_capacity).into_bytes()
}

/// A value as a file, in the writer that is made for so many bytes.
pub(crate) fn seal<T: Payload>(value: &T, writer: impl FnOnce(usize) -> Writer) -> Writer {
    let payload = |out: &mut Writer| {
        literal::write(value.params().literal(), out);
        value.write(out);
    };
    let mut count = Writer::counting();
    payload(&mut count);
    let header = Header {
        version: Header::VERSION,
        kind: T::KIND,
        payload_bytes: count.count(),
        fingerprint: value.params().fingerprint(),
    };
    let bytes = usize::try_from(header.file_bytes()).expect("what is in memory fits in memory");
    let mut out = writer(bytes);
    header.seal(&mut out, payload);
    out
}

/// The value in the bytes of a file.
///
/// # Errors
/// What is wrong with the file, [`Error::WrongKind`], or what `limits` do not let in.
pub fn decode<T: Payload>(bytes: &[u8], limits: &Limits) -> Result<T, Error> {
    Envelope::read(bytes)?.open(limits)
}
