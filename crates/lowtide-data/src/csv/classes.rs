//! Two label values, found as the rows go by, and which of them is positive.

use super::sheet::Sheet;
use crate::error::excerpt;
use crate::{Classes, Error, Label};
use std::io::Read;

/// The label values met so far, in the order of their first row, and which of them each row has.
#[derive(Default)]
pub(super) struct Seen {
    values: Vec<String>,
    rows: Vec<usize>,
}

impl Seen {
    /// Notes the label of the row on which `sheet` stands.
    pub(super) fn push<R: Read>(&mut self, sheet: &Sheet<R>, column: usize) -> Result<(), Error> {
        let text = text(sheet, column)?;
        let value = match self.values.iter().position(|value| same(value, text)) {
            Some(value) => value,
            None => {
                if let [first, second] = &self.values[..] {
                    let two = Box::new([excerpt(first), excerpt(second)]);
                    return Err(Error::ThirdClass { cell: sheet.cell(column), third: excerpt(text), two });
                }
                self.values.push(text.to_owned());
                self.values.len() - 1
            }
        };
        self.rows.push(value);
        Ok(())
    }

    /// The labels of all rows, once the positive value is settled.
    pub(super) fn finish(self, column: &str, positive: Option<&str>) -> Result<(Vec<Label>, Classes), Error> {
        let (first, second) = match <[String; 2]>::try_from(self.values) {
            Ok([first, second]) => (first, second),
            Err(values) => {
                let value = values.first().map_or_else(String::new, |value| excerpt(value));
                return Err(Error::OneClass { column: column.to_owned(), value, rows: self.rows.len() });
            }
        };
        let positive_is_first = match positive {
            Some(positive) if same(&first, positive.trim()) => true,
            Some(positive) if same(&second, positive.trim()) => false,
            Some(positive) => {
                let two = Box::new([excerpt(&first), excerpt(&second)]);
                return Err(Error::PositiveNotFound {
                    column: column.into(),
                    positive: positive.into(),
                    two,
                });
            }
            None => match (number(&first), number(&second)) {
                (Some(first), Some(second)) => first > second,
                _ => first > second,
            },
        };
        let (positive, negative) = if positive_is_first { (first, second) } else { (second, first) };
        let labels = self.rows.iter().map(|&value| match (value == 0) == positive_is_first {
            true => Label::Positive,
            false => Label::Negative,
        });
        Ok((labels.collect(), Classes { column: column.to_owned(), negative, positive }))
    }
}

/// The label of the row on which `sheet` stands, for a model that knows its classes.
pub(super) fn known<R: Read>(sheet: &Sheet<R>, column: usize, classes: &Classes) -> Result<Label, Error> {
    let text = text(sheet, column)?;
    if same(text, &classes.positive) {
        return Ok(Label::Positive);
    }
    if same(text, &classes.negative) {
        return Ok(Label::Negative);
    }
    let two = Box::new([classes.negative.clone(), classes.positive.clone()]);
    Err(Error::UnknownClass { cell: sheet.cell(column), text: excerpt(text), two })
}

/// The text of a label: there, and not NaN or infinite.
fn text<R: Read>(sheet: &Sheet<R>, column: usize) -> Result<&str, Error> {
    let text = sheet.text(column)?;
    if text.is_empty() {
        return Err(Error::MissingValue { cell: sheet.cell(column) });
    }
    if text.parse::<f64>().is_ok_and(|number| !number.is_finite()) {
        return Err(Error::NotFinite { cell: sheet.cell(column), text: excerpt(text) });
    }
    Ok(text)
}

/// Whether two spellings are one label: as numbers if both are, else letter by letter.
fn same(left: &str, right: &str) -> bool {
    match (number(left), number(right)) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}
