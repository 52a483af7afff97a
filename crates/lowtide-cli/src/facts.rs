//! Facts under headings, one a line, aligned.

use std::fmt::{self, Display};

use crate::screen::{aside, heading};

/// What a verb has to tell. Labels align over all sections.
#[derive(Default)]
pub(crate) struct Facts(Vec<Line>);

enum Line {
    Heading(String),
    Fact { label: &'static str, value: String, remark: String },
    Text(String),
}

/// Remarks align behind values of up to this length.
const COLUMN: usize = 24;

impl Facts {
    /// A list that begins under a heading.
    pub(crate) fn under(text: impl Display) -> Self {
        Self::default().heading(text)
    }

    /// What follows belongs under this.
    pub(crate) fn heading(mut self, text: impl Display) -> Self {
        self.0.push(Line::Heading(text.to_string()));
        self
    }

    /// A fact.
    pub(crate) fn fact(self, label: &'static str, value: impl Display) -> Self {
        self.remarked(label, value, "")
    }

    /// A fact that wants a remark.
    pub(crate) fn remarked(mut self, label: &'static str, value: impl Display, remark: impl Display) -> Self {
        self.0.push(Line::Fact { label, value: value.to_string(), remark: remark.to_string() });
        self
    }

    /// A line of its own.
    pub(crate) fn text(mut self, text: impl Display) -> Self {
        self.0.push(Line::Text(text.to_string()));
        self
    }
}

impl Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = self.0.iter().filter_map(|line| match line {
            Line::Fact { label, .. } => Some(label.len()),
            _ => None,
        });
        let width = labels.max().unwrap_or(0);
        let values = self.0.iter().filter_map(|line| match line {
            Line::Fact { value, remark, .. } if !remark.is_empty() => Some(value.chars().count()),
            _ => None,
        });
        let column = values.filter(|length| *length <= COLUMN).max().unwrap_or(0);
        for line in &self.0 {
            match line {
                Line::Heading(text) => writeln!(f, "{}", heading(text))?,
                Line::Text(text) => writeln!(f, "  {text}")?,
                Line::Fact { label, value, remark } if remark.is_empty() => {
                    writeln!(f, "  {label:width$}  {value}")?;
                }
                Line::Fact { label, value, remark } => {
                    writeln!(f, "  {label:width$}  {value:column$}  {}", aside(remark))?;
                }
            }
        }
        Ok(())
    }
}
