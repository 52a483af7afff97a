//! Characters to tokens.

use super::Fault;

/// A fault, and the byte at which it stands.
pub(super) type Outcome<T> = Result<T, (usize, Fault)>;

/// A piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A letter or `_`, then letters, digits and `_`.
    Word(&'a str),
    /// A digit, and what belongs to its number.
    Number(&'a str),
    /// What stands between quotes, escapes and all.
    Quoted(&'a str),
    /// One of `= + - * ^ ( ) [ ] { } ,`.
    Sign(char),
    /// The end of a line, outside parentheses and brackets.
    Line,
    /// The end of the text.
    End,
}

/// Where a text is read.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// Parentheses and brackets that are open.
    open: usize,
}

impl<'a> Lexer<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0, open: 0 }
    }

    /// The next token, and the byte at which it begins.
    pub(super) fn next(&mut self) -> Outcome<(usize, Token<'a>)> {
        self.skip();
        let (start, rest) = (self.at, &self.text[self.at..]);
        let Some(first) = rest.chars().next() else { return Ok((start, Token::End)) };
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let (length, token) = match first {
            '\n' => (1, Token::Line),
            '=' | '+' | '-' | '*' | '^' | '(' | ')' | '[' | ']' | '{' | '}' | ',' => (1, Token::Sign(first)),
            '0'..='9' => {
                let length = number_length(rest);
                (length, Token::Number(&rest[..length]))
            }
            '"' => {
                let length = quoted_length(rest).ok_or_else(|| (start, unexpected(first)))?;
                (length, Token::Quoted(&rest[1..length - 1]))
            }
            c if word(c) => {
                let length = rest.find(|c| !word(c)).unwrap_or(rest.len());
                (length, Token::Word(&rest[..length]))
            }
            c => return Err((start, unexpected(c))),
        };
        match first {
            '(' | '[' => self.open += 1,
            ')' | ']' => self.open = self.open.saturating_sub(1),
            _ => {}
        }
        self.at += length;
        Ok((start, token))
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        position(self.text, at).0
    }

    /// Passes over spaces and comments, and over line ends inside parentheses.
    fn skip(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let blank = |c: char| matches!(c, ' ' | '\t' | '\r') || (c == '\n' && self.open > 0);
            let begin = rest.find(|c| !blank(c)).unwrap_or(rest.len());
            self.at += begin;
            if !rest[begin..].starts_with('#') {
                return;
            }
            self.at += rest[begin..].find('\n').unwrap_or(rest.len() - begin);
        }
    }
}

/// Line and column of a byte, from 1; columns count characters.
pub(super) fn position(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at];
    let begin = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[begin..].chars().count() + 1)
}

/// Digits, a point with digits, an exponent; and letters and points that follow at once, for a number that is none to be
/// shown as it stands.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let belongs = |at: usize| {
        let sign = matches!(bytes[at], b'+' | b'-') && matches!(bytes[at - 1], b'e' | b'E');
        bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'.' | b'_') || sign
    };
    (1..bytes.len()).find(|at| !belongs(*at)).unwrap_or(bytes.len())
}

/// The length with both quotes, when there is a second one in the same line.
fn quoted_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'\n' => return None,
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// The fault of a character that begins nothing.
fn unexpected(found: char) -> Fault {
    let (expected, cure) = match found {
        '/' => ("an operator", "there is no division; multiply by the inverse. Comments begin with `#`"),
        ';' => ("the end of the line", "each statement has a line of its own"),
        '.' => ("a number", "write a digit before the point"),
        '"' => ("a name in quotes", "close the quotes in the same line"),
        _ => ("a name, a number or an operator", ""),
    };
    let found =
        if found == '\u{feff}' { "a byte order mark".into() } else { format!("`{}`", found.escape_debug()) };
    Fault::Unexpected { found, expected, cure }
}

impl Token<'_> {
    /// As it is named in an error.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Word(text) | Self::Number(text) => format!("`{}`", cut(text)),
            Self::Quoted(text) => format!("`\"{}\"`", cut(text)),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::Line => "the end of the line".into(),
            Self::End => "the end of the text".into(),
        }
    }
}

/// At most 64 characters, for errors.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(64) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
