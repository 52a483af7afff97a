//! Sums, differences, negatives, multiples, products entry by entry and squares: of objects of one shape, tile by tile.
//!
//! With `t` tiles (those of the operands and of the result):
//!
//! | | levels | products | public products | sums |
//! |---|---|---|---|---|
//! | `(&a + &b)?`, `(&a - &b)?` | 0 | | | `t` |
//! | `-&a` | 0 | | | |
//! | `&a + 0.5`, `&a - 0.5`: every entry | 0 | | | `t` |
//! | `&a * 0.5` | 1 | | `t` | |
//! | `(&a * &scalar)?` | 1 | `t` | | |
//! | `a.hadamard(&b)?` | 1 | `t` | | |
//! | `a.square()` | 1 | `t` squares | | |
//! | `a.scale_rows(&x)?`, `a.scale_columns(&y)?` | 1 | `t` | | |
//!
//! There are no rotations. With one public operand a product is a public product, at the same level. An integer up to 1024
//! in absolute value costs no level as a factor.

use std::ops::{Add, Mul, Neg, Sub};

use lowtide_circuit::Wire;

use crate::{ColumnIndexed, Error, Matrix, Object, RowIndexed, Scalar, Shape, Vector};

const SAME: &str = "both must have the same shape";

impl<S: Shape> Object<S> {
    /// The product, entry by entry. Levels: 1. Products: one a tile.
    ///
    /// # Errors
    /// [`Error::Tiles`] or [`Error::Shapes`] unless both have one layout.
    pub fn hadamard(&self, other: &Self) -> Result<Self, Error> {
        self.zip(other, "the product, entry by entry,", |x, y| x * y)
    }

    /// The square of every entry. Levels: 1. Squares: one a tile.
    #[must_use]
    pub fn square(&self) -> Self {
        self.map(Wire::square)
    }

    fn zip(
        &self,
        other: &Self,
        operation: &'static str,
        f: impl Fn(&Wire, &Wire) -> Wire,
    ) -> Result<Self, Error> {
        self.same_tile(other)?;
        if self.shape() != other.shape() {
            return Err(Error::Shapes { operation, left: self.extent(), right: other.extent(), cure: SAME });
        }
        let tiles = self.tiles().iter().zip(other.tiles()).map(|(x, y)| f(x, y));
        Ok(self.make(*self.shape(), tiles.collect()))
    }

    /// A public number at every entry, zero elsewhere, added tile by tile.
    fn shifted(&self, by: f64) -> Self {
        let tile =
            |(block, tile): (usize, &Wire)| tile + self.builder().vector(self.layout().fill(block, |_| by));
        self.make(*self.shape(), self.tiles().iter().enumerate().map(tile).collect())
    }
}

/// The sum of objects of one layout; anything else is refused.
impl<S: Shape> Add for &Object<S> {
    type Output = Result<Object<S>, Error>;
    fn add(self, other: Self) -> Self::Output {
        self.zip(other, "the sum", |x, y| x + y)
    }
}

/// The difference of objects of one layout; anything else is refused.
impl<S: Shape> Sub for &Object<S> {
    type Output = Result<Object<S>, Error>;
    fn sub(self, other: Self) -> Self::Output {
        self.zip(other, "the difference", |x, y| x - y)
    }
}

impl<S: Shape> Neg for &Object<S> {
    type Output = Object<S>;
    fn neg(self) -> Object<S> {
        self.map(|x| -x)
    }
}

/// A public number added to every entry.
impl<S: Shape> Add<f64> for &Object<S> {
    type Output = Object<S>;
    fn add(self, number: f64) -> Object<S> {
        self.shifted(number)
    }
}

/// A public number taken from every entry.
impl<S: Shape> Sub<f64> for &Object<S> {
    type Output = Object<S>;
    fn sub(self, number: f64) -> Object<S> {
        self.shifted(-number)
    }
}

/// A public multiple.
impl<S: Shape> Mul<f64> for &Object<S> {
    type Output = Object<S>;
    fn mul(self, number: f64) -> Object<S> {
        self.map(|x| x * number)
    }
}

/// A multiple by a scalar in the same tile; one in another tile is refused.
impl<S: Shape> Mul<&Scalar> for &Object<S> {
    type Output = Result<Object<S>, Error>;
    fn mul(self, scalar: &Scalar) -> Self::Output {
        self.same_tile(scalar)?;
        Ok(self.map(|x| x * &scalar.tiles()[0]))
    }
}

impl Matrix {
    /// Row `i` times `x[i]`. Levels: 1. Products: one a tile.
    ///
    /// # Errors
    /// [`Error::Tiles`] or [`Error::Shapes`] unless there is an entry for each row.
    pub fn scale_rows(&self, x: &Vector<RowIndexed>) -> Result<Self, Error> {
        let cure = "the vector must have an entry for each row";
        self.fits(x, "the product, row by row,", (self.rows(), x.length()), cure)?;
        let blocks = self.column_blocks();
        let tiles = self.tiles().iter().enumerate().map(|(block, tile)| tile * &x.tiles()[block / blocks]);
        Ok(self.make(*self.shape(), tiles.collect()))
    }

    /// Column `k` times `y[k]`. Levels: 1. Products: one a tile.
    ///
    /// # Errors
    /// [`Error::Tiles`] or [`Error::Shapes`] unless there is an entry for each column.
    pub fn scale_columns(&self, y: &Vector<ColumnIndexed>) -> Result<Self, Error> {
        let cure = "the vector must have an entry for each column";
        self.fits(y, "the product, column by column,", (self.columns(), y.length()), cure)?;
        let blocks = self.column_blocks();
        let tiles = self.tiles().iter().enumerate().map(|(block, tile)| tile * &y.tiles()[block % blocks]);
        Ok(self.make(*self.shape(), tiles.collect()))
    }
}
