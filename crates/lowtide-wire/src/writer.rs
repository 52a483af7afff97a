//! Bytes out. The same code that writes a value counts its bytes beforehand, so that a buffer never grows: a secret
//! leaves no copy behind, and the header is right from the start.

use std::{
    fs::File,
    io::{self, Write},
};

use blake3::Hasher;
use zeroize::Zeroizing;

use crate::Wire;

/// Takes the bytes of values, or only counts them.
///
/// Numbers are little-endian; a list, block or text has its length in front as eight bytes.
#[derive(Debug)]
pub struct Writer(Sink);

#[derive(Debug)]
enum Sink {
    Count(u64),
    Bytes(Vec<u8>),
    File(Box<Stream>),
}

/// A file that is written and digested piece by piece, so that all of it is never in memory.
#[derive(Debug)]
struct Stream {
    file: File,
    /// Wiped in the end, as what is pending: it holds the last bytes, which may be secret.
    digest: Zeroizing<Hasher>,
    /// Neither written nor digested yet.
    pending: Zeroizing<Vec<u8>>,
    count: u64,
    /// The first that went wrong: nothing is written after that.
    failed: io::Result<()>,
}

/// Bytes of a piece: enough for two threads to share, few enough for a core's own cache, and more than a secret key has, whose
/// bytes so are never moved. A value that is claimed whole may be larger.
const PIECE: usize = 1 << 20;

impl Stream {
    /// Writes what is pending while it is digested.
    fn flush(&mut self) {
        let Self { file, digest, pending, failed, .. } = self;
        if failed.is_ok() {
            let pending = pending.as_slice();
            (*failed, _) = rayon::join(|| file.write_all(pending), || digest.update(pending));
        }
        pending.clear();
    }
}

impl Writer {
    /// A writer that counts and forgets.
    #[must_use]
    pub const fn counting() -> Self {
        Self(Sink::Count(0))
    }

    /// A writer that keeps the bytes, with room for so many.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self(Sink::Bytes(Vec::with_capacity(bytes)))
    }

    /// A writer to a file.
    pub(crate) fn to_file(file: File) -> Self {
        let (digest, pending) = (Zeroizing::default(), Zeroizing::new(Vec::with_capacity(PIECE)));
        Self(Sink::File(Box::new(Stream { file, digest, pending, count: 0, failed: Ok(()) })))
    }

    /// How many bytes were written.
    #[must_use]
    pub const fn count(&self) -> u64 {
        match &self.0 {
            Sink::Count(count) => *count,
            Sink::Bytes(bytes) => bytes.len() as u64,
            Sink::File(stream) => stream.count,
        }
    }

    /// The bytes; none of a writer that does not keep them.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        match self.0 {
            Sink::Bytes(bytes) => bytes,
            Sink::Count(_) | Sink::File(_) => Vec::new(),
        }
    }

    /// Writes what is left to a file and waits until the disk has all of it; nothing to do for another writer.
    pub(crate) fn finish(self) -> io::Result<()> {
        let Sink::File(mut stream) = self.0 else { return Ok(()) };
        stream.flush();
        stream.failed?;
        stream.file.sync_all()
    }

    /// BLAKE3 of everything so far; of nothing in a writer that counts.
    pub(crate) fn digest(&mut self) -> blake3::Hash {
        match &mut self.0 {
            Sink::Count(_) => digest(&[]),
            Sink::Bytes(bytes) => digest(bytes),
            Sink::File(stream) => {
                stream.flush();
                stream.digest.finalize()
            }
        }
    }

    /// The next bytes, zero, to be filled by whom they are for; none in a writer that counts.
    pub(crate) fn claim(&mut self, len: usize) -> Option<&mut [u8]> {
        let bytes = self.room(len)?;
        let start = bytes.len();
        bytes.resize(start + len, 0);
        Some(&mut bytes[start..])
    }

    /// Bytes as they are: the reader has to know how many.
    pub fn raw(&mut self, bytes: &[u8]) {
        if let Some(room) = self.room(bytes.len()) {
            room.extend_from_slice(bytes);
        }
    }

    /// Where the next bytes go, so many of them, which count from now on.
    fn room(&mut self, len: usize) -> Option<&mut Vec<u8>> {
        match &mut self.0 {
            Sink::Count(count) => {
                *count += len as u64;
                None
            }
            Sink::Bytes(bytes) => Some(bytes),
            Sink::File(stream) => {
                if stream.pending.len() + len > PIECE {
                    stream.flush();
                }
                stream.count += len as u64;
                Some(&mut stream.pending)
            }
        }
    }

    /// One byte.
    pub fn u8(&mut self, value: u8) {
        self.raw(&[value]);
    }

    /// Four bytes.
    pub fn u32(&mut self, value: u32) {
        self.raw(&value.to_le_bytes());
    }

    /// Eight bytes.
    pub fn u64(&mut self, value: u64) {
        self.raw(&value.to_le_bytes());
    }

    /// Eight bytes, two's complement.
    pub fn i64(&mut self, value: i64) {
        self.raw(&value.to_le_bytes());
    }

    /// Eight bytes, IEEE 754.
    pub fn f64(&mut self, value: f64) {
        self.raw(&value.to_le_bytes());
    }

    /// Bytes with their length in front.
    pub fn block(&mut self, bytes: &[u8]) {
        self.u64(bytes.len() as u64);
        self.raw(bytes);
    }

    /// A text with its length in bytes in front.
    pub fn text(&mut self, text: &str) {
        self.block(text.as_bytes());
    }

    /// Values with their number in front: `&items`, or any walk over them that can be repeated.
    pub fn list<'t, T: Wire + 't>(&mut self, items: impl IntoIterator<Item = &'t T, IntoIter: Clone>) {
        let items = items.into_iter();
        self.u64(items.clone().count() as u64);
        items.for_each(|item| item.write(self));
    }
}

/// BLAKE3 on all threads; the bytes may be secret.
pub(crate) fn digest(bytes: &[u8]) -> blake3::Hash {
    Zeroizing::new(Hasher::new()).update_rayon(bytes).finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of all sizes around that of a piece, filled where they are claimed or copied.
    fn write(out: &mut Writer) {
        for (i, len) in [1, 100, PIECE - 101, 1, 0, PIECE, PIECE + 1, 7, 3 * PIECE].into_iter().enumerate() {
            let bytes: Vec<u8> = (0..len).map(|at| (at + at / 251 + i) as u8).collect();
            if i % 2 == 0 {
                out.raw(&bytes);
            } else if let Some(room) = out.claim(len) {
                room.copy_from_slice(&bytes);
            }
        }
        let digest = out.digest();
        out.raw(digest.as_bytes());
    }

    #[test]
    fn a_file_gets_the_bytes_that_memory_gets() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let (mut memory, mut disk) = (Writer::with_capacity(0), Writer::to_file(file.reopen().unwrap()));
        [&mut memory, &mut disk].into_iter().for_each(write);
        assert_eq!(disk.count(), memory.count());
        disk.finish().unwrap();
        assert!(std::fs::read(file.path()).unwrap() == memory.into_bytes());
    }

    #[test]
    fn what_cannot_be_written_is_an_error_in_the_end() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut out = Writer::to_file(File::open(file.path()).unwrap());
        write(&mut out);
        out.finish().unwrap_err();
    }
}
