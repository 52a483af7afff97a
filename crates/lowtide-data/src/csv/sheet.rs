//! The lines of a CSV file, cell by cell, with the line number that an editor shows.

use crate::error::excerpt;
use crate::table::check_names;
use crate::{Cell, Error, Limits, Warning};
use ::csv::{ByteRecord, ErrorKind, ReaderBuilder, Terminator};
use std::collections::HashMap;
use std::io::{self, Read};

/// An open file, its header read, standing on one row after the other.
pub(super) struct Sheet<R> {
    reader: ::csv::Reader<io::Chain<Bounded<R>, &'static [u8]>>,
    limits: Limits,
    names: Vec<String>,
    record: ByteRecord,
    line: u64,
    rows: usize,
}

impl<R: Read> Sheet<R> {
    /// Opens a file and reads its header.
    pub(super) fn open(input: R, delimiter: u8, limits: Limits) -> Result<Self, Error> {
        // Rows end with a line feed alone, so that lines can be counted; what a carriage return leaves
        // behind is a blank at the end of the last cell.
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .terminator(Terminator::Any(b'\n'))
            .from_reader(Bounded::new(input, limits).chain(TAIL));
        let mut sheet =
            Self { reader, limits, names: Vec::new(), record: ByteRecord::new(), line: 0, rows: 0 };
        if !sheet.next_record()? {
            return Err(Error::Empty);
        }
        if sheet.record.len() > limits.columns {
            return Err(Error::TooManyColumns { found: sheet.record.len(), limit: limits.columns });
        }
        sheet.names = (0..sheet.record.len())
            .map(|column| sheet.text(column).map(str::to_owned))
            .collect::<Result<_, _>>()?;
        Ok(sheet)
    }

    /// The names of the columns.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Holds the header to naming every column, once; warns when it looks like a row.
    pub(super) fn check_header(&self) -> Result<Vec<Warning>, Error> {
        let names = &self.names;
        if !names.iter().all(|name| name.parse::<f64>().is_ok()) {
            check_names(names)?;
            return Ok(Vec::new());
        }
        let counting = names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
        if !counting || check_names(names).is_err() {
            return Err(Error::NoHeader { first: names.clone() });
        }
        Ok(vec![Warning::NumericHeader { names: names.clone() }])
    }

    /// The column of each name, in the order of `wanted`. Names that are not wanted may be anything.
    pub(super) fn find(&self, wanted: &[String]) -> Result<Vec<usize>, Error> {
        let mut places: HashMap<&String, usize> = HashMap::new();
        let mut twice: HashMap<&String, (usize, usize)> = HashMap::new();
        for (column, name) in self.names.iter().enumerate() {
            if let Some(first) = places.insert(name, column) {
                twice.insert(name, (first + 1, column + 1));
            }
        }
        if let Some((name, &(first, second))) = wanted.iter().find_map(|name| twice.get_key_value(name)) {
            return Err(Error::DuplicateColumn { name: (*name).clone(), first, second });
        }
        let missing: Vec<String> = wanted.iter().filter(|name| !places.contains_key(name)).cloned().collect();
        if !missing.is_empty() {
            return Err(Error::MissingColumns { missing, names: self.names.clone() });
        }
        Ok(wanted.iter().map(|name| places[name]).collect())
    }

    /// Goes to the next row, if there is one.
    pub(super) fn next(&mut self) -> Result<bool, Error> {
        if !self.next_record()? {
            return Ok(false);
        }
        self.rows += 1;
        if self.rows > self.limits.rows {
            return Err(Error::TooManyRows { line: self.line, limit: self.limits.rows });
        }
        let (found, expected) = (self.record.len(), self.names.len());
        if found == expected { Ok(true) } else { Err(Error::RaggedRow { line: self.line, found, expected }) }
    }

    /// The line on which the row starts, counted from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Where a cell of this row is.
    pub(super) fn cell(&self, column: usize) -> Cell {
        Cell { line: self.line, column: self.names[column].clone() }
    }

    /// A cell of this row, without the blanks around it.
    pub(super) fn text(&self, column: usize) -> Result<&str, Error> {
        let text = std::str::from_utf8(&self.record[column]);
        text.map(str::trim).map_err(|_| Error::NotUtf8 { line: self.line, column: column + 1 })
    }

    /// A cell of this row, as a finite number.
    pub(super) fn number(&self, column: usize) -> Result<f64, Error> {
        let text = self.text(column)?;
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            Ok(_) => Err(Error::NotFinite { cell: self.cell(column), text: excerpt(text) }),
            Err(_) if is_missing(text) => Err(Error::MissingValue { cell: self.cell(column) }),
            Err(_) => Err(Error::NotANumber { cell: self.cell(column), text: excerpt(text) }),
        }
    }

    /// Holds the number of values, with this row, against the limit.
    pub(super) fn check_room(&self, values: usize) -> Result<(), Error> {
        let limit = self.limits.values;
        if values > limit { Err(Error::TooManyValues { line: self.line, limit }) } else { Ok(()) }
    }

    /// Reads the next record that is not an empty line.
    fn next_record(&mut self) -> Result<bool, Error> {
        loop {
            if !self.reader.read_byte_record(&mut self.record).map_err(recover)? {
                return Ok(false);
            }
            // Of the line feeds read, the last ended the record, and some may stand inside its quotes.
            let cells = self.record.iter();
            let inside: usize = cells.map(|cell| cell.iter().filter(|&&byte| byte == b'\n').count()).sum();
            let end = self.reader.position().line() - 1;
            self.line = end.saturating_sub(inside as u64);
            if &self.record == [""].as_slice() {
                continue;
            }
            let file = self.reader.get_ref().get_ref().0.bytes;
            if self.reader.position().byte() == file + TAIL.len() as u64 {
                return Err(Error::OpenQuote { line: self.line + 1 });
            }
            if self.record.len() > 1 || !self.record[0].trim_ascii().is_empty() {
                return Ok(true);
            }
        }
    }
}

/// What is read after the end of the file: a line feed to end its last row, and a quote. The quote opens a
/// cell of its own, or closes one that the file left open; then the last record is not empty.
const TAIL: &[u8] = b"\n\"";

fn is_missing(text: &str) -> bool {
    ["", "?", "na", "n/a", "null", "none"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// The error of this crate that [`Bounded`] sent through the layers between, or what the source said.
fn recover(error: ::csv::Error) -> Error {
    let source = match error.into_kind() {
        ErrorKind::Io(source) => source,
        other => io::Error::other(format!("{other:?}")),
    };
    source.downcast().unwrap_or_else(|source| Error::Read { source })
}

/// Input that fails beyond the limits, so that no buffer above it can grow without end.
struct Bounded<R> {
    input: R,
    limits: Limits,
    bytes: u64,
    line: u64,
    line_bytes: u64,
}

impl<R> Bounded<R> {
    fn new(input: R, limits: Limits) -> Self {
        Self { input, limits, bytes: 0, line: 1, line_bytes: 0 }
    }

    fn count(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.bytes += bytes.len() as u64;
        if self.bytes > self.limits.bytes {
            return Err(Error::TooManyBytes { limit: self.limits.bytes });
        }
        for (i, part) in bytes.split(|&byte| byte == b'\n').enumerate() {
            if i > 0 {
                self.line += 1;
                self.line_bytes = 0;
            }
            self.line_bytes += part.len() as u64;
            if self.line_bytes > self.limits.line_bytes {
                return Err(Error::LongLine { line: self.line, limit: self.limits.line_bytes });
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.count(&buffer[..read]).map_err(io::Error::other)?;
        Ok(read)
    }
}
