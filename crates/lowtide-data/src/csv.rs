//! CSV: a header, numbers below it, and one column of labels.
//!
//! * The first line names the columns; names are distinct.
//! * One column holds the labels: the last, or the one that [`Reader::label`] names. It has exactly two
//!   values: `0`/`1`, `-1`/`1`, or names. Values that are numbers are compared as numbers (`1` is `1.0`).
//! * Positive is the value that [`Reader::positive`] names; without it, of two numbers the larger, else
//!   the value later in the alphabet. [`Dataset::classes`] says which it became.
//! * Every other cell is a finite number. An empty cell, `NA`, `N/A`, `null`, `none` or `?` is a missing value,
//!   and an error as any text is: what to put there is for the owner of the data to decide.
//! * Blanks around cells and names do not count; empty lines are passed over; a byte order mark too.
//!
//! A file to predict on is read by the [`Schema`] of the model: columns in any order, the label column
//! not needed, columns that the model does not have ignored with a warning.

mod classes;
mod sheet;
mod write;

pub use write::write;

use crate::scale::Range;
use crate::{Dataset, Error, Limits, Loaded, Schema, Table, Warning};
use classes::Seen;
use sheet::Sheet;
use std::collections::HashSet;
use std::io;

/// How to read a CSV file: `Reader::new().label("diagnosis").positive("malignant").dataset(file)`.
#[derive(Clone, Debug)]
pub struct Reader {
    label: Option<String>,
    positive: Option<String>,
    delimiter: u8,
    limits: Limits,
}

impl Reader {
    /// Commas, labels in the last column, [`Limits::DEFAULT`].
    #[must_use]
    pub fn new() -> Self {
        Self { label: None, positive: None, delimiter: b',', limits: Limits::DEFAULT }
    }

    /// The name of the label column, in place of the last.
    #[must_use]
    pub fn label(mut self, name: impl Into<String>) -> Self {
        self.label = Some(name.into());
        self
    }

    /// The label that means +1.
    #[must_use]
    pub fn positive(mut self, value: impl Into<String>) -> Self {
        self.positive = Some(value.into());
        self
    }

    /// What stands between two cells, in place of the comma.
    #[must_use]
    pub fn delimiter(mut self, delimiter: u8) -> Self {
        self.delimiter = delimiter;
        self
    }

    /// How much to take in.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Reads rows with labels, to train on: every column but the label is a feature.
    ///
    /// # Errors
    /// Each is a variant of [`Error`] that names the line and the column, where there is one.
    pub fn dataset(&self, input: impl io::Read) -> Result<Loaded<Dataset>, Error> {
        let mut sheet = self.open(input)?;
        let mut warnings = sheet.check_header()?;
        let label = self.label_column(&sheet)?;
        let features: Vec<usize> = (0..sheet.names().len()).filter(|&column| column != label).collect();
        if features.is_empty() {
            return Err(Error::NoFeatures { label: sheet.names()[label].clone() });
        }
        let mut seen = Seen::default();
        let table = rows(&mut sheet, &features, |sheet| seen.push(sheet, label))?;
        let (labels, classes) = seen.finish(&sheet.names()[label], self.positive.as_deref())?;
        warnings.extend(constant_columns(&table));
        Ok(Loaded { data: Dataset::new(table, labels, classes)?, warnings })
    }

    /// Reads rows with labels by the schema of a model, to score it. One class alone will do here.
    ///
    /// [`Reader::label`] and [`Reader::positive`] do not matter: the schema says both.
    ///
    /// # Errors
    /// As [`Reader::dataset`]; [`Error::MissingColumns`] when a column of the model, or the label column,
    /// is not in the file; [`Error::UnknownClass`] when a label is neither of the two.
    pub fn dataset_like(&self, schema: &Schema, input: impl io::Read) -> Result<Loaded<Dataset>, Error> {
        schema.check()?;
        let mut sheet = self.open(input)?;
        let columns = sheet.find(&schema.features)?;
        let label = sheet.find(std::slice::from_ref(&schema.classes.column))?[0];
        let warnings = ignored_columns(&sheet, schema);
        let mut labels = Vec::new();
        let table = rows(&mut sheet, &columns, |sheet| {
            labels.push(classes::known(sheet, label, &schema.classes)?);
            Ok(())
        })?;
        Ok(Loaded { data: Dataset::new(table, labels, schema.classes.clone())?, warnings })
    }

    /// Reads rows without labels by the schema of a model, to predict on. A label column may be there; it
    /// is not looked at.
    ///
    /// # Errors
    /// As [`Reader::dataset_like`], labels apart.
    pub fn table_like(&self, schema: &Schema, input: impl io::Read) -> Result<Loaded<Table>, Error> {
        schema.check()?;
        let mut sheet = self.open(input)?;
        let columns = sheet.find(&schema.features)?;
        let warnings = ignored_columns(&sheet, schema);
        let data = rows(&mut sheet, &columns, |_| Ok(()))?;
        Ok(Loaded { data, warnings })
    }

    fn open<R: io::Read>(&self, input: R) -> Result<Sheet<R>, Error> {
        Sheet::open(input, self.delimiter, self.limits)
    }

    fn label_column<R: io::Read>(&self, sheet: &Sheet<R>) -> Result<usize, Error> {
        let names = sheet.names();
        let Some(label) = &self.label else { return Ok(names.len() - 1) };
        names.iter().position(|name| name == label).ok_or_else(|| Error::LabelNotFound {
            name: label.clone(),
            nearest: crate::nearest::nearest(label, names).map(str::to_owned),
            names: names.to_vec(),
        })
    }
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

/// Reads all rows: `each` first, on every one, then its cells in `columns`.
fn rows<R: io::Read>(
    sheet: &mut Sheet<R>,
    columns: &[usize],
    mut each: impl FnMut(&Sheet<R>) -> Result<(), Error>,
) -> Result<Table, Error> {
    let mut features = Vec::new();
    let mut lines = Vec::new();
    while sheet.next()? {
        each(sheet)?;
        sheet.check_room(features.len() + columns.len())?;
        for &column in columns {
            features.push(sheet.number(column)?);
        }
        lines.push(sheet.line());
    }
    if lines.is_empty() {
        return Err(Error::NoRows);
    }
    let names = columns.iter().map(|&column| sheet.names()[column].clone()).collect();
    Ok(Table::from_checked(names, features, lines))
}

fn constant_columns(table: &Table) -> Vec<Warning> {
    let Some(Range { low, high }) = Range::of(table) else { return Vec::new() };
    let constant = table.names().iter().zip(low.iter().zip(&high)).filter(|(_, (low, high))| low == high);
    constant.map(|(column, (&value, _))| Warning::ConstantColumn { column: column.clone(), value }).collect()
}

/// A warning that names the columns which are neither features nor the label, if there are any.
fn ignored_columns<R: io::Read>(sheet: &Sheet<R>, schema: &Schema) -> Vec<Warning> {
    let mut known: HashSet<&String> = schema.features.iter().collect();
    known.insert(&schema.classes.column);
    let names: Vec<String> = sheet.names().iter().filter(|name| !known.contains(name)).cloned().collect();
    if names.is_empty() { Vec::new() } else { vec![Warning::IgnoredColumns { names }] }
}
