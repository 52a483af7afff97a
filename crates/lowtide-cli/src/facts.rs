//! Facts under headings, one a line, aligned.

use std::fmt::{self, Display};

use crate::screen::{aside, heading};

/// What a verb has to tell. Labels align over all sections.
#[derive(Default)]
pub(crate) struct Facts(Vec<Line>);

enum Line {
    Heading(String),
    Fact { label: &'static str, value: String, remark: String },
    Told { label: &'static str, text: String },
    Text(String),
}

/// The widest line of what is told.
const WIDTH: usize = 80;

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

    /// A fact in words, over several lines if need be.
    pub(crate) fn told(mut self, label: &'static str, text: impl Display) -> Self {
        self.0.push(Line::Told { label, text: text.to_string() });
        self
    }

    /// A paragraph of its own.
    pub(crate) fn wrapped(self, text: impl Display) -> Self {
        let lines = wrapped(&text.to_string(), WIDTH - 4);
        let indented = |(i, line): (usize, String)| if i == 0 { line } else { format!("  {line}") };
        lines.into_iter().enumerate().map(indented).fold(self, Self::text)
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
            Line::Fact { label, .. } | Line::Told { label, .. } => Some(label.len()),
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
                Line::Told { label, text } => {
                    let lines = wrapped(text, WIDTH.saturating_sub(width + 4));
                    for (i, line) in lines.iter().enumerate() {
                        writeln!(f, "  {:width$}  {line}", if i == 0 { label } else { "" })?;
                    }
                }
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

/// Words in lines of up to so many characters; longer words stand alone.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_in_lines() {
        assert_eq!(wrapped("a bc  def ghij klmnopqrstu v", 8), ["a bc def", "ghij", "klmnopqrstu", "v"]);
        assert_eq!(wrapped("", 8), Vec::<String>::new());
        let told = Facts::default().fact("ab", 1).told("c", "x ".repeat(60)).to_string();
        assert!(told.lines().all(|line| line.len() <= WIDTH), "{told}");
        assert_eq!(told.lines().count(), 3);
    }
}
