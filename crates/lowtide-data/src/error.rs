//! Everything that can be wrong with a file or a call, with the values and the cure.

mod quote;

pub(crate) use quote::{excerpt, list};

use quote::hint;
use std::fmt;
use std::io;

/// A place in a CSV file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The line on which the row starts, counted from 1, the header and empty lines included.
    pub line: u64,
    /// The name of the column.
    pub column: String,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column `{}`", self.line, self.column)
    }
}

/// What this crate refuses, and why.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The source of the bytes failed.
    #[error("reading failed: {source}")]
    Read {
        /// What the source said.
        source: io::Error,
    },

    // Limits.
    /// The input is longer than the limits allow.
    #[error("the file is longer than {limit} bytes; raise `Limits::bytes` if it should be")]
    TooManyBytes {
        /// The bound it met.
        limit: u64,
    },
    /// One line is longer than the limits allow.
    #[error(
        "line {line} is longer than {limit} bytes: is this a text file? If so, raise `Limits::line_bytes`"
    )]
    LongLine {
        /// The line, counted from 1.
        line: u64,
        /// The bound it met.
        limit: u64,
    },
    /// There are more rows than the limits allow.
    #[error("line {line} is past the limit of {limit} rows; raise `Limits::rows`, or split the file")]
    TooManyRows {
        /// The first line that was too much.
        line: u64,
        /// The bound it met.
        limit: usize,
    },
    /// There are more columns than the limits allow.
    #[error("the header names {found} columns, above the limit of {limit}; raise `Limits::columns`")]
    TooManyColumns {
        /// Columns in the header.
        found: usize,
        /// The bound they met.
        limit: usize,
    },
    /// There are more numbers than the limits allow.
    #[error(
        "at line {line} the features fill more than {limit} values; raise `Limits::values`, or drop columns"
    )]
    TooManyValues {
        /// The first line that was too much.
        line: u64,
        /// The bound it met.
        limit: usize,
    },

    // The header of a CSV file.
    /// There is nothing in the file.
    #[error("the file is empty; its first line must name the columns")]
    Empty,
    /// The first line looks like data.
    #[error("the first line holds numbers ({}); put the names of the columns above it", list(.first))]
    NoHeader {
        /// The first line.
        first: Vec<String>,
    },
    /// A column has no name.
    #[error("column {column} has no name; name it, or remove it (some programs write row numbers there)")]
    UnnamedColumn {
        /// Its number, counted from 1.
        column: usize,
    },
    /// Two columns have one name.
    #[error("columns {first} and {second} are both named `{name}`; rename one")]
    DuplicateColumn {
        /// The name.
        name: String,
        /// The first column so named, counted from 1.
        first: usize,
        /// The second.
        second: usize,
    },
    /// The label column is not there.
    #[error("no column is named `{name}`{}; the file has {}", hint(.nearest), list(.names))]
    LabelNotFound {
        /// The name that was asked for.
        name: String,
        /// The closest name in the file, if one is close.
        nearest: Option<String>,
        /// The names in the file.
        names: Vec<String>,
    },
    /// Columns that the schema names are not there.
    #[error("the file lacks {} that the model was trained on; it has {}", list(.missing), list(.names))]
    MissingColumns {
        /// The names that are missing.
        missing: Vec<String>,
        /// The names in the file.
        names: Vec<String>,
    },
    /// The label column is the only one.
    #[error(
        "there is no column beside the label `{label}`; \
         add features, or name the delimiter if it is not the one in use"
    )]
    NoFeatures {
        /// The name of the one column.
        label: String,
    },

    // The rows of a CSV file.
    /// There is no row to work with.
    #[error("there are no rows of data; add some below the header")]
    NoRows,
    /// A row has too few or too many cells.
    #[error(
        "line {line} has {found} cells where the header names {expected}; a delimiter is missing or too many"
    )]
    RaggedRow {
        /// The line on which the row starts.
        line: u64,
        /// Its cells.
        found: usize,
        /// The columns of the header.
        expected: usize,
    },
    /// A quote is opened and never closed.
    #[error(
        "a quote opened in the row of line {line} is still open at the end of the file; close it, or remove it"
    )]
    OpenQuote {
        /// The line on which the row starts.
        line: u64,
    },
    /// A cell is not UTF-8 text.
    #[error("line {line}, column {column}: not UTF-8 text; save the file as UTF-8")]
    NotUtf8 {
        /// The line on which the row starts.
        line: u64,
        /// The column, counted from 1.
        column: usize,
    },
    /// A cell is empty, or says that its value is not known.
    #[error("{cell}: no value; fill it in, or remove the row")]
    MissingValue {
        /// Where.
        cell: Cell,
    },
    /// A feature is not a number.
    #[error("{cell}: `{text}` is not a number; encode it as one, or remove the column")]
    NotANumber {
        /// Where.
        cell: Cell,
        /// What stands there, cut short.
        text: String,
    },
    /// A number is NaN, infinite or beyond the range of `f64`.
    #[error("{cell}: `{text}` is not a finite number; correct it, or remove the row")]
    NotFinite {
        /// Where.
        cell: Cell,
        /// What stands there, cut short.
        text: String,
    },

    // Labels.
    /// Every row has the same label.
    #[error("column `{column}` is `{value}` in all {rows} rows; training needs rows of two classes")]
    OneClass {
        /// The label column.
        column: String,
        /// Its one value.
        value: String,
        /// How many rows there are.
        rows: usize,
    },
    /// The label column has more than two values.
    #[error(
        "{cell}: `{third}` is a third label beside `{}` and `{}`; \
         keep the rows of two classes, or choose another label column", .two[0], .two[1]
    )]
    ThirdClass {
        /// Where the third value appears first.
        cell: Cell,
        /// The third value.
        third: String,
        /// The two values above it.
        two: Box<[String; 2]>,
    },
    /// The value that was to be positive is not one of the two.
    #[error(
        "no row has the positive label `{positive}`; column `{column}` has `{}` and `{}`",
        .two[0], .two[1]
    )]
    PositiveNotFound {
        /// The label column.
        column: String,
        /// The value that was asked for.
        positive: String,
        /// The two values it has.
        two: Box<[String; 2]>,
    },
    /// A label is neither of the two that the model knows.
    #[error(
        "{cell}: label `{text}` is neither of the two that the model knows, `{}` and `{}`",
        .two[0], .two[1]
    )]
    UnknownClass {
        /// Where.
        cell: Cell,
        /// What stands there, cut short.
        text: String,
        /// The labels of the negative and the positive class.
        two: Box<[String; 2]>,
    },

    // Tables and data sets made in memory.
    /// A table needs at least one column.
    #[error("there is no column; a table, and a schema, needs at least one feature")]
    NoColumns,
    /// The values do not fill whole rows.
    #[error("{values} values do not fill rows of {columns}; give `rows * columns` of them")]
    PartialRow {
        /// Values given.
        values: usize,
        /// Values that a row has.
        columns: usize,
    },
    /// A value is NaN or infinite.
    #[error("row {row}, column `{column}` is {value}; replace it by a finite number")]
    NonFinite {
        /// The row, counted from 0.
        row: u64,
        /// The column.
        column: String,
        /// The value.
        value: f64,
    },
    /// There is not one label for each row.
    #[error("{rows} rows have {labels} labels; give one for each")]
    LabelCount {
        /// Rows given.
        rows: usize,
        /// Labels given.
        labels: usize,
    },
    /// A part of a split must be a share of the whole.
    #[error("cannot put a share of {share} into the second part; choose one between 0 and 1")]
    ShareOutOfRange {
        /// The share asked for.
        share: f64,
    },
    /// A class is too small to have a row in both parts.
    #[error("class `{class}` has {rows} row(s), too few for both parts of a split; two is the least")]
    TooFewToSplit {
        /// The class.
        class: String,
        /// Its rows.
        rows: usize,
    },
    /// Folds of cross-validation need both classes in each.
    #[error("{count} fold(s) of rows whose smaller class has {least}: choose from 2 to {least}")]
    FoldCount {
        /// The folds asked for.
        count: usize,
        /// The rows of the smaller class.
        least: usize,
    },

    // Scaling.
    /// The scaling was fitted to another number of columns.
    #[error(
        "the scaling was fitted to {expected} columns, the table has {found}; read it by the model's schema"
    )]
    ColumnMismatch {
        /// Columns of the scaling.
        expected: usize,
        /// Columns of the table.
        found: usize,
    },
    /// A column is too wide for its mean and deviation to be numbers.
    #[error("column `{column}` reaches from {low} to {high}, too wide to scale; express it in another unit")]
    SpreadOverflow {
        /// The column.
        column: String,
        /// Its smallest value.
        low: f64,
        /// Its largest value.
        high: f64,
    },
    /// A scaled value leaves the range of `f64`.
    #[error("row {row}, column `{column}` is too far from the training rows to be scaled; correct the value")]
    Overflow {
        /// The row, as numbered in its source.
        row: u64,
        /// The column.
        column: String,
    },
    /// There must be a bias and one weight for each column.
    #[error("found {found} weights, expected {expected}: the bias, then one for each column")]
    WeightCount {
        /// Columns plus one.
        expected: usize,
        /// Weights given.
        found: usize,
    },
    /// A converted weight leaves the range of `f64`.
    #[error(
        "weight {weight} (0 is the bias) leaves the range of numbers when converted; check it, and its scaling"
    )]
    WeightOverflow {
        /// Which weight; 0 is the bias.
        weight: usize,
    },
    /// A stored scaling has lists of two lengths.
    #[error("the scaling has {centers} centers and {widths} widths; the file is damaged")]
    ScalingShape {
        /// Length of the first list.
        centers: usize,
        /// Length of the second.
        widths: usize,
    },
    /// A stored scaling has a value that none can have.
    #[error("column {column} of the scaling has center {center} and width {width}; the file is damaged")]
    ScalingValue {
        /// The column, counted from 1.
        column: usize,
        /// Its center: should be finite.
        center: f64,
        /// Its width: should be finite and not below 0.
        width: f64,
    },

    // IDX files.
    /// The file does not start as an IDX file does.
    #[error("not an IDX file: it starts with {found:02x?}, and should with [00, 00, type, dimensions]")]
    IdxMagic {
        /// Its first four bytes.
        found: [u8; 4],
    },
    /// The elements are not unsigned bytes.
    #[error("IDX elements of type {code:#04x} are not read here; convert them to unsigned bytes (0x08)")]
    IdxType {
        /// The type code of the file.
        code: u8,
    },
    /// The header declares more than the limits allow.
    #[error(
        "the header declares {shape:?} elements, above the limit of {limit}; \
         raise `Limits::bytes` and `Limits::values`"
    )]
    DeclaredTooLarge {
        /// The declared size of each dimension.
        shape: Vec<usize>,
        /// The bound on their product.
        limit: usize,
    },
    /// The file ends too early.
    #[error("the file ends after {found} of {declared} bytes; fetch or copy it again")]
    Truncated {
        /// Bytes that the header announces (or 4, for each part of the header).
        declared: usize,
        /// Bytes that came.
        found: usize,
    },
    /// The file goes on after its last element.
    #[error(
        "bytes follow the last element that the header declares; the file is damaged, or two files in one"
    )]
    TrailingBytes,
    /// The gzip stream is damaged.
    #[error("the gzip stream is damaged ({source}); fetch or copy the file again")]
    Gzip {
        /// What the decoder said.
        source: io::Error,
    },
    /// A shape and its bytes do not fit.
    #[error(
        "{bytes} bytes do not fill the shape {shape:?}; give one to 255 dimensions and their product in bytes"
    )]
    IdxShape {
        /// The shape.
        shape: Vec<usize>,
        /// Bytes given.
        bytes: usize,
    },
    /// A file has another number of dimensions than its role needs.
    #[error(
        "the {file} have shape {shape:?}, and should have {expected} dimension(s), \
         none of a picture zero; are the files swapped?"
    )]
    IdxDimensions {
        /// `pictures` or `labels`.
        file: &'static str,
        /// Dimensions it should have.
        expected: usize,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// 2 x 2 blocks do not cover the picture.
    #[error("pictures of {height} x {width} cannot be halved; both sides must be even")]
    OddPicture {
        /// Rows of pixels.
        height: usize,
        /// Columns of pixels.
        width: usize,
    },
    /// Both classes are the same label.
    #[error("label {class} cannot be both classes; choose two")]
    SameClass {
        /// The label.
        class: u8,
    },
    /// No picture carries this label.
    #[error("no picture has label {class}; choose labels that the file has")]
    ClassAbsent {
        /// The label.
        class: u8,
    },
}
