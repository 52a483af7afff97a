//! How much a file may hold before reading stops.

/// The most that a reader takes in. Each bound is checked before the memory behind it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a CSV file, or of an IDX file once it is unpacked.
    pub bytes: u64,
    /// Bytes of a CSV file between two line feeds.
    pub line_bytes: u64,
    /// Data rows.
    pub rows: usize,
    /// Columns, the label column among them.
    pub columns: usize,
    /// Numbers kept: rows times features, each eight bytes of memory.
    pub values: usize,
}

impl Limits {
    /// 1 GiB of file, 16 MiB a line, ten million rows, 65,536 columns, 2^27 values (1 GiB of memory).
    pub const DEFAULT: Self =
        Self { bytes: 1 << 30, line_bytes: 1 << 24, rows: 10_000_000, columns: 1 << 16, values: 1 << 27 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
