//! One file of Rust: its text, and its words outside comments and strings.

use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::finding::Finding;

/// One file of Rust.
pub(super) struct Source {
    path: String,
    text: String,
}

/// A word, a sign, a bracket or a literal, with its line counted from one. Comments are none; a doc comment
/// is an attribute around a literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) line: usize,
    pub(super) text: String,
}

impl Source {
    pub(super) fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// The path from the root of the checkout, with `/`.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn lines(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.text.lines().collect::<Vec<_>>().into_iter()
    }

    /// A finding in this file.
    pub(super) fn finding(&self, line: usize, what: impl Into<String>, cure: impl Into<String>) -> Finding {
        Finding::new(&self.path, line, what, cure)
    }

    /// The tokens in order, brackets included.
    ///
    /// # Errors
    /// The line at which this stops being Rust.
    pub(super) fn tokens(&self) -> Result<Vec<Token>, usize> {
        let stream = TokenStream::from_str(&self.text).map_err(|error| error.span().start().line)?;
        let mut tokens = Vec::new();
        flatten(stream, &mut tokens);
        Ok(tokens)
    }
}

/// The positions at which these texts follow one another.
pub(super) fn positions(tokens: &[Token], pattern: &[&str]) -> Vec<usize> {
    let matches = |window: &[Token]| window.iter().zip(pattern).all(|(token, text)| token.text == *text);
    tokens
        .windows(pattern.len())
        .enumerate()
        .filter(|(_, window)| matches(window))
        .map(|(at, _)| at)
        .collect()
}

fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    for tree in stream {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                tokens.push(Token { line, text: open.to_owned() });
                flatten(group.stream(), tokens);
                tokens.push(Token { line: group.span_close().start().line, text: close.to_owned() });
            }
            other => tokens.push(Token { line, text: other.to_string() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(usize, String)> {
        let tokens = Source::new("a.rs", text).tokens().unwrap();
        tokens.into_iter().map(|token| (token.line, token.text)).collect()
    }

    #[test]
    fn words_and_brackets_with_their_lines() {
        let expected = [(1, "a"), (1, "("), (2, "b"), (3, ")"), (3, ";")];
        assert_eq!(texts("a(\n b\n);"), expected.map(|(line, text)| (line, text.to_owned())));
    }

    #[test]
    fn comments_are_none_and_strings_are_whole() {
        let found = texts("// unsafe\n/* unsafe */ \"unsafe { }\" r#\"unsafe\"# 'a' &'a x");
        assert!(found.iter().all(|(_, text)| text != "unsafe"), "{found:?}");
    }

    #[test]
    fn what_is_no_rust_says_at_which_line() {
        assert_eq!(Source::new("a.rs", "fn a() {}\nfn b() { ) }").tokens(), Err(2));
    }

    #[test]
    fn finds_a_pattern_wherever_it_begins() {
        let tokens = Source::new("a.rs", "dbg!(dbg!(1));").tokens().unwrap();
        assert_eq!(positions(&tokens, &["dbg", "!"]), [0, 3]);
    }
}
