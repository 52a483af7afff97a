//! Circuits as text: what a person writes in a `.circuit` file, and the form in which a circuit is kept and sent.
//!
//! ```text
//! lowtide circuit 1
//! slots 8
//!
//! input x                      # encrypted
//! public p
//!
//! square = x * x
//! region powers {
//!     fourth = square * square
//! }
//!
//! output y = fourth + 2 - rotate(x, 3) * [1, 0.5, 5 of 0, -1] * p
//! ```
//!
//! A text is lines. The first names the format and its version, the second the number of slots; then come statements:
//!
//! | statement               | meaning                                                                        |
//! |-------------------------|--------------------------------------------------------------------------------|
//! | `input NAME`            | an encrypted input                                                             |
//! | `public NAME`           | an input that is known in clear when the circuit runs                          |
//! | `NAME = EXPRESSION`     | a name for a value, bound once and known from there on, in and out of regions  |
//! | `output NAME = EXPRESSION` | an output; `output NAME` is short for `output NAME = NAME`                  |
//! | `region NAME { ... }`   | a region; regions nest, and a name that is no word stands in quotes: `"step 1"` |
//! | `again NAME { ... }`    | goes on with the last region of this name in this place; `again NAME 2` with the second |
//!
//! Expressions are `+`, `-`, `*` and unary `-`; `x^4`, which is `x * x * x * x`; `square(e)`, `conjugate(e)`,
//! `rotate(e, steps)` to the left; parentheses; numbers; and vectors of as many numbers as there are slots, where
//! `5 of 0` stands for five zeros. An expression goes on in the next line inside parentheses and brackets. `#` begins
//! a comment. Names of inputs and values are one family, those of outputs another; no word is reserved.
//!
//! # What is kept
//!
//! [`parse`] of what [`print()`] wrote is the same circuit: slots, inputs, outputs, regions, and the same operations in the
//! same regions, used or not. Their order may be another. Nothing is kept of these, for they mean nothing: equal
//! operations that stand twice (they become one, as in a [`Builder`](crate::Builder)), the order of the operands of a sum
//! or product, the region of an input or a number, the sign of zero. Names of values and comments belong to the text, not
//! to the circuit. Printing once more what was read gives the same text, to the byte.
//!
//! # Strangers' texts
//!
//! [`parse`] holds [`Limits`] on everything that grows, in time and memory proportional to the text's length or a limit,
//! and recursion to a fixed depth. What it refuses it refuses with line, column, and the cure.

mod edit;
mod expression;
mod fault;
mod lex;
mod number;
mod parse;
mod phrase;
mod plan;
mod print;
mod scope;

pub use fault::Fault;
pub use print::print;

use crate::{Circuit, Error};

/// The version of the format that is written, and the only one that is read.
pub const VERSION: u32 = 1;

/// How much a text may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Its length in bytes.
    pub bytes: usize,
    /// Operations, constants and names as written: also an operation that was written before, and every product that a
    /// power stands for.
    pub operations: usize,
    /// Numbers in vectors, all vectors together; those that `5 of 0` stands for too.
    pub numbers: usize,
    /// Regions.
    pub regions: usize,
    /// Regions within regions, and parentheses within parentheses.
    pub nesting: usize,
    /// The length in bytes of a region's name. All other names have at most 64, as in every circuit.
    pub region_name: usize,
}

/// 64 MiB of text, 2^20 operations, 2^22 numbers, 2^16 regions, 64 deep, with names of 256 bytes.
impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 1 << 26,
            operations: 1 << 20,
            numbers: 1 << 22,
            regions: 1 << 16,
            nesting: 64,
            region_name: 256,
        }
    }
}

/// The circuit of a text, within the usual limits.
///
/// # Errors
/// [`Error::Text`], which names line and column; [`Error::NoOutput`].
///
/// ```
/// use lowtide_circuit::{read, text};
///
/// let circuit = text::parse("lowtide circuit 1\nslots 4\ninput x\noutput y = x * x * x * x + 2\n")?;
/// assert_eq!(read::depth(&circuit).depth, 3);
/// let error = text::parse("lowtide circuit 1\nslots 4\ninput price\noutput y = prise + 1\n").unwrap_err();
/// assert_eq!(error.to_string(), "line 4, column 12: there is no value named `prise`: did you mean `price`?");
/// # Ok::<(), lowtide_circuit::Error>(())
/// ```
pub fn parse(text: &str) -> Result<Circuit, Error> {
    parse_within(text, &Limits::default())
}

/// The circuit of a text, within limits of your own. Nesting is held to 64 whatever they say.
///
/// # Errors
/// As [`parse`].
pub fn parse_within(text: &str, limits: &Limits) -> Result<Circuit, Error> {
    parse::parse(text, limits)
}
