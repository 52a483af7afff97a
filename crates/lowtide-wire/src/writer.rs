//! Bytes out. The same code that writes a value counts its bytes beforehand, so that a buffer never grows: a secret
//! leaves no copy behind, and the header is right from the start.

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

    /// How many bytes were written.
    #[must_use]
    pub const fn count(&self) -> u64 {
        match &self.0 {
            Sink::Count(count) => *count,
            Sink::Bytes(bytes) => bytes.len() as u64,
        }
    }

    /// The bytes; none of a writer that counts.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        match self.0 {
            Sink::Count(_) => Vec::new(),
            Sink::Bytes(bytes) => bytes,
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.0 {
            Sink::Count(_) => &[],
            Sink::Bytes(bytes) => bytes,
        }
    }

    /// The next bytes, zero, to be filled by whom they are for; none in a writer that counts.
    pub(crate) fn claim(&mut self, len: usize) -> Option<&mut [u8]> {
        match &mut self.0 {
            Sink::Count(count) => {
                *count += len as u64;
                None
            }
            Sink::Bytes(bytes) => {
                let start = bytes.len();
                bytes.resize(start + len, 0);
                Some(&mut bytes[start..])
            }
        }
    }

    /// Bytes as they are: the reader has to know how many.
    pub fn raw(&mut self, bytes: &[u8]) {
        if let Some(out) = self.claim(bytes.len()) {
            out.copy_from_slice(bytes);
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
