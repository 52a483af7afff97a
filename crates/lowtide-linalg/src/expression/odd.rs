//! Functions of one number: a constant and an odd polynomial, in factors.

use lowtide_circuit::Wire;

/// `constant + lead x (even factors)`, on `[-bound, bound]`: what stands for a function that is odd but for a constant.
///
/// In this form a product `T f(x) = constant T + (lead T x) (even factors)` runs side by side with the powers of `x`: it is
/// no deeper than `f(x)` alone up to degree seven.
#[derive(Clone, Debug, PartialEq)]
pub struct Odd {
    /// The value at zero.
    pub constant: f64,
    /// The coefficient of the highest power.
    pub lead: f64,
    /// Even factors with leading coefficient 1, none deeper than the one after it.
    pub factors: Vec<Even>,
    /// How large arguments may be: they are divided by it, or by a power of two near it, so that all their powers are
    /// numbers of about one.
    pub bound: f64,
}

/// An even polynomial with leading coefficient 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Even {
    /// `x^2 + alpha`, one level below `x`.
    Quadratic {
        /// What joins `x^2`.
        alpha: f64,
    },
    /// `x^4 + b x^2 + c`, two levels below `x`.
    Quartic {
        /// The coefficient of `x^2`.
        b: f64,
        /// The constant.
        c: f64,
    },
}

impl Even {
    /// The value at a number whose square is given.
    #[must_use]
    pub fn evaluate(self, square: f64) -> f64 {
        match self {
            Self::Quadratic { alpha } => square + alpha,
            Self::Quartic { b, c } => square * (square + b) + c,
        }
    }

    const fn levels(self) -> usize {
        match self {
            Self::Quadratic { .. } => 1,
            Self::Quartic { .. } => 2,
        }
    }

    fn of(self, square: &Wire) -> Wire {
        match self {
            Self::Quadratic { alpha } => square + alpha,
            Self::Quartic { b, c } => square.square() + square * b + c,
        }
    }
}

impl Odd {
    /// `constant + first x + third x^3`. A third of zero leaves a line.
    #[must_use]
    pub fn cubic(constant: f64, first: f64, third: f64, bound: f64) -> Self {
        if third == 0.0 {
            return Self { constant, lead: first, factors: Vec::new(), bound };
        }
        Self { constant, lead: third, factors: vec![Even::Quadratic { alpha: first / third }], bound }
    }

    /// The degree.
    #[must_use]
    pub fn degree(&self) -> usize {
        1 + self.factors.iter().map(|factor| 2 * factor.levels()).sum::<usize>()
    }

    /// The value at a number.
    #[must_use]
    pub fn evaluate(&self, x: f64) -> f64 {
        let even: f64 = self.factors.iter().map(|factor| factor.evaluate(x * x)).product();
        self.constant + self.lead * x * even
    }

    /// `f(unit x)` as a function of `x`.
    #[must_use]
    pub fn of_multiple(&self, unit: f64) -> Self {
        let square = unit * unit;
        let factor = |even: &Even| match *even {
            Even::Quadratic { alpha } => Even::Quadratic { alpha: alpha / square },
            Even::Quartic { b, c } => Even::Quartic { b: b / square, c: c / (square * square) },
        };
        Self {
            constant: self.constant,
            lead: self.lead * unit.powi(self.degree() as i32),
            factors: self.factors.iter().map(factor).collect(),
            bound: self.bound / unit,
        }
    }

    /// The power of two by which arguments are divided.
    pub(super) fn argument_unit(&self) -> f64 {
        self.bound.log2().ceil().clamp(0.0, 16.0).exp2()
    }

    /// Levels of `x (even factors)` below `x`.
    pub(super) fn levels(&self) -> usize {
        self.depth_from(0, 0)
    }

    /// The depth of `T x (even factors)`, from those of `x` and of the tile `T`.
    pub(super) fn depth_with_tile(&self, x: usize, tile: usize) -> usize {
        self.depth_from(x, x.max(tile) + 1)
    }

    fn depth_from(&self, x: usize, odd: usize) -> usize {
        self.factors.iter().fold(odd, |odd, factor| odd.max(x + factor.levels()) + 1)
    }

    /// The even factors of a value.
    pub(super) fn even(&self, x: &Wire) -> Vec<Wire> {
        let square = x.square();
        self.factors.iter().map(|factor| factor.of(&square)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multiple_is_the_same_function() {
        let f = Odd {
            constant: 0.5,
            lead: -0.25,
            factors: vec![Even::Quadratic { alpha: -3.0 }, Even::Quartic { b: 0.5, c: 2.0 }],
            bound: 4.0,
        };
        assert_eq!(f.degree(), 7);
        let scaled = f.of_multiple(4.0);
        for x in [-4.0, -1.0, 0.0, 0.5, 3.0] {
            assert!((f.evaluate(x) - scaled.evaluate(x / 4.0)).abs() < 1e-9);
        }
        assert_eq!((f.argument_unit(), scaled.bound), (4.0, 1.0));
    }

    #[test]
    fn levels_are_those_of_the_products() {
        let (quadratic, quartic) = (Even::Quadratic { alpha: 1.0 }, Even::Quartic { b: 1.0, c: 1.0 });
        let levels = |factors: &[Even]| {
            let f = Odd { constant: 0.5, lead: 1.0, factors: factors.to_vec(), bound: 1.0 };
            (f.levels(), f.depth_with_tile(0, 0))
        };
        assert_eq!(levels(&[]), (0, 1));
        assert_eq!(levels(&[quadratic]), (2, 2));
        assert_eq!(levels(&[quartic]), (3, 3));
        assert_eq!(levels(&[quadratic, quartic]), (3, 3));
    }
}
