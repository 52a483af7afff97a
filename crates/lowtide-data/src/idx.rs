//! IDX, the format of the MNIST files: an array of bytes under a header of sizes, plain or gzipped.
//!
//! A file starts with two zero bytes, the code of its element type (8 for unsigned bytes, the only one
//! read here) and its number of dimensions; then the dimensions, 32 bits each, most significant byte
//! first; then the elements, the last dimension running fastest.

mod images;

pub use images::Images;

use crate::{Error, Limits};
use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, BufReader, Read, Write};

/// An array of bytes with one to 255 dimensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idx {
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Idx {
    /// An array of this shape.
    ///
    /// # Errors
    /// [`Error::IdxShape`] when the shape is empty, has more than 255 dimensions or one above `u32::MAX`,
    /// or does not hold exactly these bytes.
    pub fn new(shape: Vec<usize>, bytes: Vec<u8>) -> Result<Self, Error> {
        let writable = (1..=255).contains(&shape.len()) && shape.iter().all(|&n| u32::try_from(n).is_ok());
        if !writable || product(&shape) != Some(bytes.len()) {
            return Err(Error::IdxShape { shape, bytes: bytes.len() });
        }
        Ok(Self { shape, bytes })
    }

    /// Reads one array, to the very end of `input`; gzip is recognised by its first two bytes.
    ///
    /// Memory grows with the bytes that arrive, never beyond the size that the header declares, and
    /// that size is held against `limits` (bytes and values) first.
    ///
    /// # Errors
    /// [`Error::IdxMagic`], [`Error::IdxType`]: not an IDX file of bytes. [`Error::DeclaredTooLarge`]: above
    /// the limits. [`Error::Truncated`], [`Error::TrailingBytes`]: too short, too long. [`Error::Gzip`]: a
    /// damaged stream. [`Error::Read`]: the source failed.
    pub fn read(mut input: impl Read, limits: &Limits) -> Result<Self, Error> {
        let mut head = Vec::with_capacity(2);
        input.by_ref().take(2).read_to_end(&mut head).map_err(failed)?;
        let gzipped = head == [0x1f, 0x8b];
        let mut whole = BufReader::new(io::Cursor::new(head).chain(input));
        if !gzipped {
            return Self::unpack(&mut whole, limits);
        }
        let mut stream = GzDecoder::new(whole);
        let array = Self::unpack(&mut stream, limits)?;
        let mut rest = stream.into_inner();
        if rest.fill_buf().map_err(failed)?.is_empty() { Ok(array) } else { Err(Error::TrailingBytes) }
    }

    /// Writes the array as a plain IDX file.
    ///
    /// # Errors
    /// Those of `output`.
    pub fn write(&self, mut output: impl Write) -> io::Result<()> {
        output.write_all(&[0, 0, UNSIGNED_BYTE, self.shape.len() as u8])?;
        for &size in &self.shape {
            output.write_all(&(size as u32).to_be_bytes())?;
        }
        output.write_all(&self.bytes)
    }

    /// The size of each dimension.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// How many items stand along the first dimension.
    #[must_use]
    pub fn items(&self) -> usize {
        self.shape[0]
    }

    /// All elements, the last dimension running fastest.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Item `i` along the first dimension.
    ///
    /// # Panics
    /// When `i >= items()`.
    #[must_use]
    pub fn item(&self, i: usize) -> &[u8] {
        assert!(i < self.items(), "item {i} of {}", self.items());
        let size = self.bytes.len() / self.items();
        &self.bytes[i * size..(i + 1) * size]
    }

    /// The items at `indices`, in that order.
    fn select(&self, indices: &[usize]) -> Self {
        let mut shape = self.shape.clone();
        shape[0] = indices.len();
        Self { shape, bytes: indices.iter().flat_map(|&i| self.item(i)).copied().collect() }
    }

    fn unpack(input: &mut impl Read, limits: &Limits) -> Result<Self, Error> {
        let magic: [u8; 4] = header(input)?;
        let [0, 0, element, dimensions] = magic else {
            return Err(Error::IdxMagic { found: magic });
        };
        if dimensions == 0 {
            return Err(Error::IdxMagic { found: magic });
        }
        if element != UNSIGNED_BYTE {
            return Err(Error::IdxType { code: element });
        }
        let mut shape = Vec::with_capacity(dimensions.into());
        for _ in 0..dimensions {
            shape.push(u32::from_be_bytes(header(input)?) as usize);
        }
        let limit = usize::try_from(limits.bytes).unwrap_or(usize::MAX).min(limits.values);
        match product(&shape) {
            Some(declared) if declared <= limit => {
                let bytes = exactly(input, declared)?;
                Ok(Self { shape, bytes })
            }
            _ => Err(Error::DeclaredTooLarge { shape, limit }),
        }
    }
}

const UNSIGNED_BYTE: u8 = 8;

/// How many elements a shape has, if that number, and the size of one item, can be told.
fn product(shape: &[usize]) -> Option<usize> {
    let item = shape[1..].iter().try_fold(1usize, |product, &size| product.checked_mul(size))?;
    item.checked_mul(shape[0])
}

/// Four bytes of the header.
fn header(input: &mut impl Read) -> Result<[u8; 4], Error> {
    exactly_up_to(input, 4)?
        .try_into()
        .map_err(|short: Vec<u8>| Error::Truncated { declared: 4, found: short.len() })
}

/// The `declared` bytes that are left in `input`, and not one more.
fn exactly(input: &mut impl Read, declared: usize) -> Result<Vec<u8>, Error> {
    let bytes = exactly_up_to(input, declared)?;
    if bytes.len() < declared {
        return Err(Error::Truncated { declared, found: bytes.len() });
    }
    // Also what makes a gzip decoder compare its checksum.
    match input.read(&mut [0]) {
        Ok(0) => Ok(bytes),
        Ok(_) => Err(Error::TrailingBytes),
        Err(error) => Err(failed(error)),
    }
}

/// Reads `size` bytes, or as many as there are; memory doubles with what has arrived, up to `size`.
fn exactly_up_to(input: &mut impl Read, size: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    while bytes.len() < size {
        let start = bytes.len();
        let step = start.max(1 << 16).min(size - start);
        bytes.reserve_exact(step);
        let read = input.by_ref().take(step as u64).read_to_end(&mut bytes);
        match read {
            Ok(read) if read == step => {}
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(bytes)
}

/// Tells a damaged gzip stream from a source that failed.
fn failed(source: io::Error) -> Error {
    match source.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            Error::Gzip { source }
        }
        _ => Error::Read { source },
    }
}
