//! Reading: expressions. One function a strength of binding, loosest first.

use super::{
    Fault, edit,
    lex::{Outcome, Token, cut},
    parse::Parser,
};
use crate::{NodeId, Op};

const OPERATIONS: [&str; 3] = ["rotate", "conjugate", "square"];
const VALUE: &str = "a value";

impl<'a> Parser<'a> {
    /// Sums and differences.
    pub(super) fn expression(&mut self) -> Outcome<NodeId> {
        let mut left = self.product()?;
        while let Token::Sign(sign @ ('+' | '-')) = self.token {
            let at = self.at;
            self.advance()?;
            let right = self.product()?;
            let op = if sign == '+' { Op::Add(left, right) } else { Op::Sub(left, right) };
            left = self.intern(op, at)?;
        }
        Ok(left)
    }

    fn product(&mut self) -> Outcome<NodeId> {
        let mut left = self.unary()?;
        while self.token == Token::Sign('*') {
            let at = self.at;
            self.advance()?;
            if self.token == Token::Sign('*') {
                return Err(self.unexpected(VALUE, "a power is written `x^4`"));
            }
            let right = self.unary()?;
            left = self.intern(Op::Mul(left, right), at)?;
        }
        Ok(left)
    }

    /// Any number of signs before a power. A sign before a number that has no power belongs to the number.
    fn unary(&mut self) -> Outcome<NodeId> {
        let at = self.at;
        let mut signs = 0;
        while self.token == Token::Sign('-') {
            signs += 1;
            self.advance()?;
        }
        let mut value = if let Token::Number(text) = self.token {
            let mut x = self.number(text)?;
            if self.token != Token::Sign('^') && signs > 0 {
                signs -= 1;
                x = -x;
            }
            let value = self.scope.scalar(x).map_err(|fault| (at, fault))?;
            self.power(value)?
        } else {
            let value = self.atom()?;
            self.power(value)?
        };
        for _ in 0..signs {
            value = self.intern(Op::Neg(value), at)?;
        }
        Ok(value)
    }

    /// `x^4` is `((x x) x) x`.
    fn power(&mut self, base: NodeId) -> Outcome<NodeId> {
        if self.token != Token::Sign('^') {
            return Ok(base);
        }
        self.advance()?;
        let at = self.at;
        if self.token == Token::Sign('-') {
            return Err(
                self.unexpected("an exponent", "there is no division, so exponents are whole and positive")
            );
        }
        let exponent = self.integer("an exponent")?;
        if exponent == 0 {
            return Err((at, Fault::Number { found: "0".into(), expected: "an exponent: `x^0` is 1" }));
        }
        (1..exponent).try_fold(base, |power, _| self.intern(Op::Mul(power, base), at))
    }

    /// A name, an operation, a vector, or an expression in parentheses.
    fn atom(&mut self) -> Outcome<NodeId> {
        let at = self.at;
        match self.token {
            Token::Word(name) => {
                self.advance()?;
                if self.token == Token::Sign('(') {
                    return self.operation(name, at);
                }
                self.scope.value(name).map_err(|fault| (at, fault))
            }
            Token::Sign('(') => {
                let value = self.inside(Self::expression)?;
                self.close('(', at)?;
                Ok(value)
            }
            Token::Sign('[') => self.vector(),
            Token::Line => {
                Err(self.unexpected(VALUE, "an expression goes on in the next line only inside parentheses"))
            }
            _ => Err(self.unexpected(VALUE, "")),
        }
    }

    /// `square(x)`, from the parenthesis on.
    fn operation(&mut self, name: &'a str, begin: usize) -> Outcome<NodeId> {
        if !OPERATIONS.contains(&name) {
            let nearest = edit::nearest(name, OPERATIONS.into_iter());
            return Err((begin, Fault::Unknown { what: "operation", name: cut(name), nearest }));
        }
        let at = self.at;
        let value = self.inside(Self::expression)?;
        let result = match name {
            "square" => self.intern(Op::Square(value), begin)?,
            "conjugate" => self.intern(Op::Conjugate(value), begin)?,
            _ => {
                if self.token != Token::Sign(',') {
                    return Err(
                        self.unexpected("`,`", "a rotation names its steps to the left: `rotate(x, 3)`")
                    );
                }
                self.advance()?;
                match self.steps()? {
                    0 => value,
                    steps => self.intern(Op::Rotate(value, steps), begin)?,
                }
            }
        };
        self.close('(', at)?;
        Ok(result)
    }

    /// Steps to the left, or with a sign to the right, as steps from 0 to slots - 1 to the left.
    fn steps(&mut self) -> Outcome<u32> {
        let right = self.token == Token::Sign('-');
        if right {
            self.advance()?;
        }
        let steps = self.integer("a number of steps")? % self.scope.slots;
        Ok(if right { (self.scope.slots - steps) % self.scope.slots } else { steps } as u32)
    }

    /// `[1, -0.5, 6 of 0]`, from the bracket on.
    fn vector(&mut self) -> Outcome<NodeId> {
        let (begin, mut values) = (self.at, Vec::new());
        self.advance()?;
        while self.token != Token::Sign(']') {
            let at = self.at;
            let (count, x) = self.numbers()?;
            self.scope.extend(&mut values, x, count).map_err(|fault| (at, fault))?;
            if self.token != Token::Sign(',') {
                break;
            }
            self.advance()?;
        }
        self.close('[', begin)?;
        self.scope.vector(values).map_err(|fault| (begin, fault))
    }

    /// A number, or how many of one.
    fn numbers(&mut self) -> Outcome<(usize, f64)> {
        let (at, token) = (self.at, self.token);
        let x = self.signed()?;
        if self.token != Token::Word("of") {
            return Ok((1, x));
        }
        let Token::Number(text) = token else {
            return Err((at, Fault::Unexpected { found: "`-`".into(), expected: "how many", cure: "" }));
        };
        let count = text.parse::<u32>().map_err(|_| {
            (at, Fault::Number { found: cut(text), expected: "a whole number of at most nine digits" })
        })?;
        self.advance()?;
        Ok((count as usize, self.signed()?))
    }

    fn signed(&mut self) -> Outcome<f64> {
        let negative = self.token == Token::Sign('-');
        if negative {
            self.advance()?;
        }
        let Token::Number(text) = self.token else {
            return Err(self.unexpected("a number", "vectors hold numbers only, or `5 of 0` for five zeros"));
        };
        let x = self.number(text)?;
        Ok(if negative { -x } else { x })
    }

    /// The number that is looked at.
    fn number(&mut self, text: &str) -> Outcome<f64> {
        let fault = |expected| (self.at, Fault::Number { found: cut(text), expected });
        let x: f64 = text.parse().map_err(|_| fault("a number: write, say, `12`, `0.5` or `1.5e-3`"))?;
        if !x.is_finite() {
            return Err(fault("a number that double precision holds: the largest is about 1.8e308"));
        }
        self.advance()?;
        Ok(x)
    }

    /// Reads one level of parentheses deeper, from the opening one on.
    fn inside(&mut self, read: fn(&mut Self) -> Outcome<NodeId>) -> Outcome<NodeId> {
        if self.nesting >= self.limits.nesting {
            let fault = Fault::Limit { what: "parentheses within parentheses", limit: self.limits.nesting };
            return Err((self.at, fault));
        }
        self.advance()?;
        self.nesting += 1;
        let value = read(self)?;
        self.nesting -= 1;
        Ok(value)
    }

    fn intern(&mut self, op: Op, at: usize) -> Outcome<NodeId> {
        self.scope.intern(op).map_err(|fault| (at, fault))
    }
}
