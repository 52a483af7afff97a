//! A data set as CSV, as [`Reader::dataset`](super::Reader::dataset) reads it back.

use crate::Dataset;
use std::io;

/// Writes a header, then each row with its label in the last column.
///
/// Numbers are written in the fewest digits that read back as the same number.
///
/// # Errors
/// Those of `output`.
pub fn write(data: &Dataset, output: impl io::Write) -> io::Result<()> {
    let mut writer = ::csv::Writer::from_writer(output);
    writer.write_record(data.names().iter().chain([&data.classes().column]))?;
    for (row, &label) in data.table().iter().zip(data.labels()) {
        for value in row {
            writer.write_field(value.to_string())?;
        }
        writer.write_field(data.classes().name(label))?;
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()
}
