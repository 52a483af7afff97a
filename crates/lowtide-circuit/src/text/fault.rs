//! What can be wrong with a text.

/// What is wrong at one place of a text. Whatever is quoted from the text is cut to a few words.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Something else belongs here.
    #[error("found {found} where {expected} belongs{}{cure}", if .cure.is_empty() { "" } else { ": " })]
    Unexpected {
        /// What stands there.
        found: String,
        /// What could.
        expected: &'static str,
        /// What to do, or nothing.
        cure: &'static str,
    },
    /// A parenthesis or bracket is not closed where it should be.
    #[error("found {found} where `{expected}` belongs: the `{opened}` of line {line} is still open")]
    Open {
        /// What stands there.
        found: String,
        /// What closes it.
        expected: char,
        /// What opened it.
        opened: char,
        /// Where.
        line: usize,
    },
    /// A region is not closed at the end.
    #[error("the text ends within region {name:?} of line {line}: close it with `}}`")]
    OpenRegion {
        /// Its name.
        name: String,
        /// Where it was opened.
        line: usize,
    },
    /// The text has a version that is not known here.
    #[error("version {found} of the format is not known here: this is version {}", super::VERSION)]
    Version {
        /// Its version.
        found: String,
    },
    /// A name stands for nothing.
    #[error("there is no {what} named `{name}`{}", guess(.nearest.as_deref()))]
    Unknown {
        /// Value, operation, statement or region.
        what: &'static str,
        /// The name.
        name: String,
        /// A known name much like it.
        nearest: Option<String>,
    },
    /// A name is bound twice.
    #[error("{what} `{name}` was named in line {line} already: take another name")]
    Repeated {
        /// Value or output.
        what: &'static str,
        /// The name.
        name: String,
        /// Where it was bound.
        line: usize,
    },
    /// A number is not of the kind that belongs here.
    #[error("`{found}` is not {expected}")]
    Number {
        /// The number.
        found: String,
        /// What it should be.
        expected: &'static str,
    },
    /// The number of slots is not one that a circuit has.
    #[error("{found} slots: take a power of two up to {max}")]
    Slots {
        /// The number given.
        found: usize,
        /// The largest.
        max: usize,
    },
    /// A vector has not as many numbers as there are slots.
    #[error(
        "{found} numbers in a vector, where there are {expected} slots: write one a slot; `5 of 0` stands for five zeros"
    )]
    Length {
        /// Its length, up to here.
        found: usize,
        /// The number of slots.
        expected: usize,
    },
    /// There is more of something than the reader accepts.
    #[error("more {what} than the limit of {limit}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How much there may be.
        limit: usize,
    },
}

fn guess(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!(": did you mean `{nearest}`?"))
}
