//! The form that all files share: a header, a payload, a digest over both.
//!
//! The bytes are described in [`crate::format`].

use std::{borrow::Cow, fmt, io::Read};

use lowtide_ckks::Fingerprint;
use zeroize::Zeroize;

use crate::{Error, Kind, Limits, Payload, Reader, Writer, writer};

const MAGIC: [u8; 8] = *b"\x89LOWTIDE";
const DIGEST_BYTES: usize = blake3::OUT_LEN;

/// What the first bytes of a file say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The format version.
    pub version: u32,
    /// What the file holds.
    pub kind: Kind,
    /// The length of the payload.
    pub payload_bytes: u64,
    /// The name of the parameters that the content belongs to.
    pub fingerprint: Fingerprint,
}

impl Header {
    /// The version that is written, and the newest that is read.
    pub const VERSION: u32 = 1;
    /// The length of a header.
    pub const BYTES: usize = 56;
    /// What a file has besides its payload.
    pub(crate) const OVERHEAD: u64 = (Self::BYTES + DIGEST_BYTES) as u64;

    /// The header that a file begins with.
    ///
    /// # Errors
    /// [`Error::NotLowtide`], [`Error::Truncated`], [`Error::FutureVersion`], [`Error::OldPublicKey`] or
    /// [`Error::UnknownKind`].
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let compared = bytes.len().min(MAGIC.len());
        if bytes[..compared] != MAGIC[..compared] {
            return Err(Error::NotLowtide);
        }
        let truncated = Error::Truncated { found: bytes.len() as u64, declared: Self::OVERHEAD };
        let header = bytes.first_chunk::<{ Self::BYTES }>().ok_or(truncated)?;
        let mut input = Reader::new(&header[MAGIC.len()..]);
        let version = match input.u32()? {
            0 => return Err(Error::NotLowtide),
            Self::VERSION => Self::VERSION,
            found => return Err(Error::FutureVersion { found, supported: Self::VERSION }),
        };
        let kind = match input.u32()? {
            Kind::OLD_PUBLIC_KEY => return Err(Error::OldPublicKey),
            code => Kind::from_code(code).ok_or(Error::UnknownKind { code })?,
        };
        Ok(Self { version, kind, payload_bytes: input.u64()?, fingerprint: Fingerprint(input.array()?) })
    }

    /// The length of the whole file.
    #[must_use]
    pub const fn file_bytes(&self) -> u64 {
        self.payload_bytes.saturating_add(Self::OVERHEAD)
    }

    /// Writes a file with this header and the payload that `write` writes, as long as the header says.
    pub(crate) fn seal(&self, out: &mut Writer, write: impl FnOnce(&mut Writer)) {
        out.raw(&MAGIC);
        out.u32(self.version);
        out.u32(self.kind.code());
        out.u64(self.payload_bytes);
        out.raw(&self.fingerprint.0);
        write(out);
        let digest = out.digest();
        out.raw(digest.as_bytes());
        debug_assert_eq!(out.count(), self.file_bytes());
    }
}

/// A file that is whole: its header is one, its length is the declared one, its digest is right. Nothing is said yet
/// about its payload.
pub struct Envelope<'a> {
    header: Header,
    bytes: Cow<'a, [u8]>,
}

impl<'a> Envelope<'a> {
    /// Checks all bytes of a file, without a copy.
    ///
    /// # Errors
    /// What [`Header::read`] says, [`Error::Truncated`], [`Error::Trailing`] or [`Error::Damaged`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let header = Header::read(bytes)?;
        let (found, declared) = (bytes.len() as u64, header.file_bytes());
        if found < declared {
            return Err(Error::Truncated { found, declared });
        }
        if found > declared {
            return Err(Error::Trailing { extra: found - declared });
        }
        Self { header, bytes: Cow::Borrowed(bytes) }.checked()
    }

    fn checked(self) -> Result<Self, Error> {
        let (content, digest) = self.bytes.split_at(self.bytes.len() - DIGEST_BYTES);
        if writer::digest(content).as_bytes() == digest { Ok(self) } else { Err(Error::Damaged) }
    }

    /// The header.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The payload.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.bytes[Header::BYTES..self.bytes.len() - DIGEST_BYTES]
    }

    /// The value in the payload.
    ///
    /// # Errors
    /// [`Error::WrongKind`], what `limits` do not let in, or what is wrong with the payload.
    pub fn open<T: Payload>(&self, limits: &Limits) -> Result<T, Error> {
        limits.check_bytes(&self.header)?;
        let Header { kind, fingerprint, .. } = self.header;
        if kind != T::KIND {
            return Err(Error::WrongKind { found: kind, expected: T::KIND });
        }
        let mut input = Reader::new(self.payload());
        let params = limits.admit(fingerprint, &mut input)?;
        let value = T::read(&mut input, &params)?;
        input.finish()?;
        Ok(value)
    }
}

impl Envelope<'static> {
    /// Takes one file from a stream and leaves what follows it. Memory grows with what arrives, up to the declared
    /// length and no further.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when more than `limit` bytes are declared in all, [`Error::Read`], or as
    /// [`Envelope::read`].
    pub fn read_from(mut input: impl Read, limit: u64) -> Result<Self, Error> {
        let mut bytes = Vec::new();
        grow(&mut bytes, &mut input, Header::BYTES)?;
        let header = Header::read(&bytes)?;
        let declared = header.file_bytes();
        let length = usize::try_from(declared).ok().filter(|_| declared <= limit);
        let length = length.ok_or(Error::TooLarge { declared, limit })?;
        let mut envelope = Self { header, bytes: Cow::Owned(bytes) };
        let found = grow(envelope.bytes.to_mut(), &mut input, length)?;
        if found < length {
            return Err(Error::Truncated { found: found as u64, declared });
        }
        envelope.checked()
    }
}

/// The header alone: the payload may be secret.
impl fmt::Debug for Envelope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope").field("header", &self.header).finish_non_exhaustive()
    }
}

/// Wipes the bytes of a secret key, when they are its own.
impl Drop for Envelope<'_> {
    fn drop(&mut self) {
        if let (true, Cow::Owned(bytes)) = (self.header.kind.is_secret(), &mut self.bytes) {
            bytes.zeroize();
        }
    }
}

/// Reads until `bytes` has `length` bytes or the stream ends, and says how many it has. Room is made for as much again
/// as has arrived, and for `FIRST` bytes to begin with.
fn grow(bytes: &mut Vec<u8>, input: &mut impl Read, length: usize) -> Result<usize, Error> {
    const FIRST: usize = 1 << 20;
    while bytes.len() < length {
        let step = (length - bytes.len()).min(bytes.len().max(FIRST));
        bytes.reserve_exact(step);
        if input.by_ref().take(step as u64).read_to_end(bytes)? < step {
            break;
        }
    }
    Ok(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_grows_with_what_arrives() {
        for arriving in [0, 100, 3 << 20, 5 << 20] {
            let mut bytes = Vec::new();
            let mut input = std::io::repeat(7).take(arriving);
            assert_eq!(grow(&mut bytes, &mut input, 1 << 40).unwrap() as u64, arriving);
            assert!(bytes.capacity() as u64 <= (2 * arriving).max(1 << 20), "{}", bytes.capacity());
        }
        let mut bytes = Vec::new();
        assert_eq!(grow(&mut bytes, &mut std::io::repeat(7), 3 << 20).unwrap(), 3 << 20);
        assert_eq!(bytes.capacity(), 3 << 20, "no more than was declared");
    }

    #[test]
    fn an_envelope_does_not_print_its_payload() {
        let fingerprint = Fingerprint([1; 32]);
        let header = Header { version: 1, kind: Kind::SecretKey, payload_bytes: 4, fingerprint };
        let mut file = Writer::with_capacity(100);
        header.seal(&mut file, |out| out.raw(b"mine"));
        let printed = format!("{:?}", Envelope::read(&file.into_bytes()).unwrap());
        assert!(
            printed.starts_with("Envelope { header: Header") && printed.ends_with("}, .. }"),
            "{printed}"
        );
    }
}
