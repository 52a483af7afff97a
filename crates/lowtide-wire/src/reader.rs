//! Bytes in: every read is held against what is left, and every length before anything is allocated for it.

use lowtide_ckks::Parameters;

use crate::{Error, Wire};

/// Takes values from the front of a payload; the other side of [`crate::Writer`].
#[derive(Clone, Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// A reader of all of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// How many bytes are left.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.0.len()
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`Error::PayloadLeftover`] when bytes are left.
    pub const fn finish(self) -> Result<(), Error> {
        match self.left() as u64 {
            0 => Ok(()),
            left => Err(Error::PayloadLeftover { left }),
        }
    }

    /// Bytes as they are, without a copy.
    ///
    /// # Errors
    /// [`Error::PayloadEnds`] when fewer are left; so say all that read from here on.
    pub fn raw(&mut self, len: usize) -> Result<&'a [u8], Error> {
        let (taken, rest) = self
            .0
            .split_at_checked(len)
            .ok_or(Error::PayloadEnds { wanted: len as u64, left: self.left() as u64 })?;
        self.0 = rest;
        Ok(taken)
    }

    /// As many bytes as the array holds.
    ///
    /// # Errors
    /// [`Error::PayloadEnds`].
    pub fn array<const LEN: usize>(&mut self) -> Result<[u8; LEN], Error> {
        let (taken, rest) = self
            .0
            .split_first_chunk()
            .ok_or(Error::PayloadEnds { wanted: LEN as u64, left: self.left() as u64 })?;
        self.0 = rest;
        Ok(*taken)
    }

    /// One byte.
    ///
    /// # Errors
    /// [`Error::PayloadEnds`].
    pub fn u8(&mut self) -> Result<u8, Error> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    /// Four bytes.
    ///
    /// # Errors
    /// [`Error::PayloadEnds`].
    pub fn u32(&mut self) -> Result<u32, Error> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// Eight bytes.
    ///
    /// # Errors
    /// [`Error::PayloadEnds`].
    pub fn u64(&mut self) -> Result<u64, Error> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// Eight bytes, two's complement.
    ///
    /// # Errors
    /// [`Error::PayloadEnds`].
    pub fn i64(&mut self) -> Result<i64, Error> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    /// Eight bytes, IEEE 754: any number, also infinities and what is not a number.
    ///
    /// # Errors
    /// [`Error::PayloadEnds`].
    pub fn f64(&mut self) -> Result<f64, Error> {
        Ok(f64::from_le_bytes(self.array()?))
    }

    /// A byte that is 0 or 1.
    ///
    /// # Errors
    /// [`Error::Code`] for another one, [`Error::PayloadEnds`].
    pub fn flag(&mut self) -> Result<bool, Error> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            found => Err(Error::Code { what: "flag", found: found.into() }),
        }
    }

    /// A number of things that take at least `smallest` bytes each (one, if that is zero) and are still to be read: no
    /// more than the bytes left can hold, so that it is safe to make room for them.
    ///
    /// # Errors
    /// [`Error::Count`] naming `what` is counted, [`Error::PayloadEnds`].
    pub fn count(&mut self, what: &'static str, smallest: usize) -> Result<usize, Error> {
        let found = self.u64()?;
        let most = self.left() / smallest.max(1);
        usize::try_from(found).ok().filter(|count| *count <= most).ok_or(Error::Count {
            what,
            found,
            most: most as u64,
        })
    }

    /// Bytes with their length in front, without a copy.
    ///
    /// # Errors
    /// [`Error::Count`], [`Error::PayloadEnds`].
    pub fn block(&mut self) -> Result<&'a [u8], Error> {
        let len = self.count("bytes", 1)?;
        self.raw(len)
    }

    /// A text with its length in bytes in front, without a copy.
    ///
    /// # Errors
    /// [`Error::NotText`] unless it is UTF-8, [`Error::Count`], [`Error::PayloadEnds`].
    pub fn text(&mut self) -> Result<&'a str, Error> {
        str::from_utf8(self.block()?).map_err(|error| Error::NotText { at: error.valid_up_to() })
    }

    /// Values with their number in front.
    ///
    /// # Errors
    /// [`Error::Count`], or what a value says.
    pub fn list<T: Wire>(&mut self, params: &Parameters) -> Result<Vec<T>, Error> {
        let count = self.count("items of a list", T::MIN_BYTES)?;
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(T::read(self, params)?);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Writer;

    #[test]
    fn everything_comes_back_as_it_was_written() {
        let write = |out: &mut Writer| {
            out.u8(7);
            out.u32(0x0102_0304);
            out.u64(u64::MAX - 1);
            out.i64(-5);
            out.f64(-0.0);
            out.block(&[1, 2, 3]);
            out.text("Ebbe");
            out.raw(&[9, 9]);
        };
        let (mut count, mut out) = (Writer::counting(), Writer::with_capacity(4));
        write(&mut count);
        write(&mut out);
        let (counted, bytes) = (count.count(), out.into_bytes());
        assert_eq!(counted, bytes.len() as u64);
        assert_eq!(bytes[1..5], [4, 3, 2, 1], "little-endian");
        let mut input = Reader::new(&bytes);
        assert_eq!(input.u8().unwrap(), 7);
        assert_eq!(input.u32().unwrap(), 0x0102_0304);
        assert_eq!(input.u64().unwrap(), u64::MAX - 1);
        assert_eq!(input.i64().unwrap(), -5);
        assert!(input.f64().unwrap().is_sign_negative());
        assert_eq!(input.block().unwrap(), [1, 2, 3]);
        assert_eq!(input.text().unwrap(), "Ebbe");
        assert!(matches!(input.clone().finish(), Err(Error::PayloadLeftover { left: 2 })));
        assert_eq!(input.raw(2).unwrap(), [9, 9]);
        assert!(matches!(input.u8(), Err(Error::PayloadEnds { wanted: 1, left: 0 })));
        input.finish().unwrap();
    }

    #[test]
    fn lengths_beyond_the_input_are_refused() {
        for declared in [4, 1 << 32, u64::MAX] {
            let mut bytes = declared.to_le_bytes().to_vec();
            bytes.extend([1, 2, 3]);
            let refused = |error| matches!(error, Error::Count { found, most: 3, .. } if found == declared);
            assert!(refused(Reader::new(&bytes).block().unwrap_err()));
            assert!(refused(Reader::new(&bytes).text().unwrap_err()));
        }
        let mut bytes = 2_u64.to_le_bytes().to_vec();
        bytes.extend([0; 15]);
        assert!(matches!(Reader::new(&bytes).count("pairs", 8), Err(Error::Count { most: 1, .. })));
    }

    #[test]
    fn codes_and_texts_are_checked() {
        assert!(matches!(Reader::new(&[2]).flag(), Err(Error::Code { what: "flag", found: 2 })));
        let mut out = Writer::with_capacity(16);
        out.block(b"low\xfftide");
        assert!(matches!(Reader::new(&out.into_bytes()).text(), Err(Error::NotText { at: 3 })));
    }
}
