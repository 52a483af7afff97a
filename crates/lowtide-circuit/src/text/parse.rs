//! Reading: lines to statements.

use super::{
    Fault, Limits, VERSION, edit,
    lex::{Lexer, Outcome, Token, cut, position},
    scope::Scope,
};
use crate::{Circuit, Error, Secrecy};

const HEADER: &str = "a circuit's text begins with the line `lowtide circuit 1`";
const STATEMENTS: [&str; 5] = ["input", "public", "output", "region", "again"];
/// However deep the caller lets parentheses nest, no deeper than this: the stack is not the caller's to give.
const NESTING: usize = 64;
/// The longest name that a circuit takes.
const NAME: usize = 64;

/// The circuit of a text.
pub(super) fn parse(text: &str, limits: &Limits) -> Result<Circuit, Error> {
    let limits = Limits { nesting: limits.nesting.min(NESTING), ..*limits };
    if text.len() > limits.bytes {
        return Err(locate("", (0, Fault::Limit { what: "bytes", limit: limits.bytes })));
    }
    let scope = read(text, limits).map_err(|error| locate(text, error))?;
    scope.finish()
}

fn locate(text: &str, (at, fault): (usize, Fault)) -> Error {
    let (line, column) = position(text, at);
    Error::Text { line, column, fault }
}

fn read(text: &str, limits: Limits) -> Outcome<Scope<'_>> {
    let mut parser = Parser::new(text, limits)?;
    parser.header()?;
    while parser.token != Token::End {
        parser.statement()?;
    }
    if let Some((name, at)) = parser.scope.innermost() {
        let fault = Fault::OpenRegion { name: cut(name), line: parser.lexer.line(at) };
        return Err((parser.at, fault));
    }
    Ok(parser.scope)
}

/// Where in the text we are, and what it has said so far.
#[derive(Debug)]
pub(super) struct Parser<'a> {
    lexer: Lexer<'a>,
    /// The token that is looked at, and where it begins.
    pub(super) token: Token<'a>,
    pub(super) at: usize,
    pub(super) scope: Scope<'a>,
    pub(super) limits: Limits,
    /// Parentheses that are open.
    pub(super) nesting: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, limits: Limits) -> Outcome<Self> {
        let mut lexer = Lexer::new(text);
        let (at, token) = lexer.next()?;
        Ok(Self { lexer, token, at, scope: Scope::new(1, limits), limits, nesting: 0 })
    }

    /// `lowtide circuit 1`, `slots 8`.
    fn header(&mut self) -> Outcome<()> {
        self.blank_lines()?;
        for word in ["lowtide", "circuit"] {
            if self.token != Token::Word(word) {
                return Err(self.unexpected("`lowtide circuit 1`", HEADER));
            }
            self.advance()?;
        }
        let Token::Number(version) = self.token else {
            return Err(self.unexpected("the version of the format", HEADER));
        };
        if version.parse() != Ok(VERSION) {
            return Err((self.at, Fault::Version { found: cut(version) }));
        }
        self.advance()?;
        self.end_of_statement()?;
        self.blank_lines()?;
        if self.token != Token::Word("slots") {
            return Err(self.unexpected("`slots`", "the second line names the number of slots: `slots 8`"));
        }
        self.advance()?;
        let at = self.at;
        let slots = self.integer("a number of slots")?;
        if !slots.is_power_of_two() || slots > Circuit::MAX_SLOTS {
            return Err((at, Fault::Slots { found: slots, max: Circuit::MAX_SLOTS }));
        }
        self.scope = Scope::new(slots, self.limits);
        self.end_of_statement()
    }

    /// One statement, or an empty line.
    fn statement(&mut self) -> Outcome<()> {
        let (at, word) = match self.token {
            Token::Line => return self.advance(),
            Token::Sign('}') if self.scope.close() => {
                self.advance()?;
                return self.end_of_statement();
            }
            Token::Sign('}') => return Err(self.unexpected("a statement", "no region is open here")),
            Token::Word(word) => (self.at, word),
            _ => {
                return Err(self.unexpected(
                    "a statement",
                    "expressions have names: write `name = ...` or `output name = ...`",
                ));
            }
        };
        self.advance()?;
        if self.token == Token::Sign('=') {
            return self.binding(word, at);
        }
        match word {
            "input" => self.input(Secrecy::Encrypted),
            "public" => self.input(Secrecy::Public),
            "output" => self.output(),
            "region" | "again" => self.region(word == "again", at),
            _ if matches!(self.token, Token::Word(_)) => {
                let nearest = edit::nearest(word, STATEMENTS.into_iter());
                Err((at, Fault::Unknown { what: "statement", name: cut(word), nearest }))
            }
            _ => {
                Err(self
                    .unexpected("`=`", "expressions have names: write `name = ...` or `output name = ...`"))
            }
        }
    }

    /// `name = expression`, from the sign on.
    fn binding(&mut self, name: &'a str, at: usize) -> Outcome<()> {
        self.check_new(name, at)?;
        self.advance()?;
        let id = self.expression()?;
        self.scope.bind(name, id, at).map_err(|fault| (at, fault))?;
        self.end_of_statement()
    }

    /// `input name`, `public name`, from the name on.
    fn input(&mut self, secrecy: Secrecy) -> Outcome<()> {
        let (at, name) = self.name("the name of an input")?;
        self.check_new(name, at)?;
        let id = self.scope.input(name, secrecy).map_err(|fault| (at, fault))?;
        self.scope.bind(name, id, at).map_err(|fault| (at, fault))?;
        self.end_of_statement()
    }

    /// `output name`, `output name = expression`, from the name on.
    fn output(&mut self) -> Outcome<()> {
        let (at, name) = self.name("the name of an output")?;
        let lexer = &self.lexer;
        check_length(name, NAME)
            .and_then(|()| self.scope.check_output(name, |at| lexer.line(at)))
            .map_err(|fault| (at, fault))?;
        let id = if self.token == Token::Sign('=') {
            self.advance()?;
            self.expression()?
        } else {
            self.scope.value(name).map_err(|fault| (at, fault))?
        };
        self.scope.output(name, id, at).map_err(|fault| (at, fault))?;
        self.end_of_statement()
    }

    /// `region name {`, `again name {`, `again name 2 {`, from the name on.
    fn region(&mut self, again: bool, begin: usize) -> Outcome<()> {
        let at = self.at;
        let name = match self.token {
            Token::Word(name) => name.to_owned(),
            Token::Quoted(quoted) => unescape(quoted).ok_or_else(|| {
                self.unexpected("a name in quotes", r#"the escapes are \" \\ \n \t and, say, \u{e9}"#)
            })?,
            _ => return Err(self.unexpected("the name of a region", "")),
        };
        check_length(&name, self.limits.region_name).map_err(|fault| (at, fault))?;
        self.advance()?;
        let number = match self.token {
            Token::Number(_) if again => Some(self.integer("the number of a region")?),
            _ => None,
        };
        if self.token != Token::Sign('{') {
            let cure = "a name of several words stands in quotes: `region \"step 1\" {`";
            return Err(self.unexpected("`{`", cure));
        }
        self.advance()?;
        let opened =
            if again { self.scope.reopen(name, number, begin) } else { self.scope.open(name, begin) };
        opened.map_err(|fault| (at, fault))
    }

    /// The next word, as a name.
    fn name(&mut self, expected: &'static str) -> Outcome<(usize, &'a str)> {
        let Token::Word(name) = self.token else {
            return Err(self.unexpected(expected, "names are letters, digits and `_`, a letter first"));
        };
        let at = self.at;
        self.advance()?;
        Ok((at, name))
    }

    fn check_new(&self, name: &str, at: usize) -> Outcome<()> {
        check_length(name, NAME)
            .and_then(|()| self.scope.check_new(name, |at| self.lexer.line(at)))
            .map_err(|fault| (at, fault))
    }

    /// A natural number, as large as a circuit needs one.
    pub(super) fn integer(&mut self, expected: &'static str) -> Outcome<usize> {
        let Token::Number(text) = self.token else {
            return Err(self.unexpected(expected, "write a whole number"));
        };
        let number = text.parse::<u32>().map_err(|_| {
            (self.at, Fault::Number { found: cut(text), expected: "a whole number of at most nine digits" })
        })?;
        self.advance()?;
        Ok(number as usize)
    }

    pub(super) fn advance(&mut self) -> Outcome<()> {
        (self.at, self.token) = self.lexer.next()?;
        Ok(())
    }

    /// The fault of the token that is looked at.
    pub(super) fn unexpected(&self, expected: &'static str, cure: &'static str) -> (usize, Fault) {
        (self.at, Fault::Unexpected { found: self.token.describe(), expected, cure })
    }

    /// Passes over what closes a parenthesis or bracket.
    pub(super) fn close(&mut self, opened: char, at: usize) -> Outcome<()> {
        let expected = if opened == '(' { ')' } else { ']' };
        if self.token != Token::Sign(expected) {
            let (found, line) = (self.token.describe(), self.lexer.line(at));
            return Err((self.at, Fault::Open { found, expected, opened, line }));
        }
        self.advance()
    }

    /// Statements end with their line, or with their region.
    fn end_of_statement(&mut self) -> Outcome<()> {
        let cure = match self.token {
            Token::Line => return self.advance(),
            Token::Sign('}') | Token::End => return Ok(()),
            Token::Word(_) | Token::Number(_) | Token::Sign('(' | '[') => {
                "a product is written with `*`, and each statement has a line of its own"
            }
            Token::Sign('^') => "one power of another wants parentheses",
            _ => "",
        };
        Err(self.unexpected("the end of the line", cure))
    }

    fn blank_lines(&mut self) -> Outcome<()> {
        while self.token == Token::Line {
            self.advance()?;
        }
        Ok(())
    }
}

fn check_length(name: &str, limit: usize) -> Result<(), Fault> {
    if name.len() <= limit { Ok(()) } else { Err(Fault::Limit { what: "bytes in a name", limit }) }
}

/// What stands between quotes, as meant.
fn unescape(quoted: &str) -> Option<String> {
    let mut name = String::new();
    let mut rest = quoted.chars();
    while let Some(c) = rest.next() {
        name.push(match c {
            '\\' => match rest.next()? {
                c @ ('"' | '\\') => c,
                'n' => '\n',
                't' => '\t',
                'u' => {
                    let (code, behind) = rest.as_str().strip_prefix('{')?.split_once('}')?;
                    rest = behind.chars();
                    char::from_u32(u32::from_str_radix(code, 16).ok()?)?
                }
                _ => return None,
            },
            c => c,
        });
    }
    Some(name)
}
