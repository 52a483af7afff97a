//! Products: inner, outer, of matrices and vectors, and of two matrices.
//!
//! `rb` and `cb` are the matrix's blocks of rows and of columns.
//!
//! | | levels: half tiles, full tiles | products | rotations: half tiles, full tiles |
//! |---|---|---|---|
//! | `x.inner(&y)?`, row-indexed | 1, 1 | tiles | `log2 R` |
//! | `x.inner(&y)?`, column-indexed | 1, 1 | tiles | `log2 W` |
//! | `x.outer(&y)?` | 1, 1 | `rb cb` | 0 |
//! | `(&x * &a)?`, a row vector times a matrix | 1, 1 | `rb cb` | `cb log2 R` |
//! | `(&a * &y)?`, a matrix times a column vector | 1, 2 | `rb cb` | `rb (1 + log2 C)`, `rb 2 log2 C` |
//! | [`a.times_transposed(&b)?`](Matrix::times_transposed), `A B^T` | 3, 3 | | |
//! | [`a.times_transposed_shallow(&b)?`](Matrix::times_transposed_shallow) | 2, refused | | |
//! | [`a.transposed_times(&b)?`](Matrix::transposed_times), `A^T B` | 3, 3 | | |
//! | [`a.transposed_times_shallow(&b)?`](Matrix::transposed_times_shallow) | 2, refused | | |
//! | `(&a * &b)?`, from both as they are | 3, 4 | | |
//!
//! What a vector is indexed by decides what it meets: a row vector that multiplies a matrix from the left has an entry for
//! each of its rows, and is row-indexed; the result is column-indexed. A column vector
//! that a matrix multiplies has an entry for each of its columns, and is column-indexed; the result is row-indexed.
//!
//! **Two matrices** are multiplied from `A` and `B^T`, whose columns are summed over, or from `A^T` and `B`, whose rows are.
//! Of the result the transposed comes at the same price: `(A B^T)^T = B A^T`, so that the operands change places. The counts
//! are sums that the methods' documentation spells out. Of `64x197` by `197x64` in half tiles of 64x64:
//!
//! | | levels | products | relinearizations | public products | rotations |
//! |---|---|---|---|---|---|
//! | `a.times_transposed(&b)?` | 3 | 128 | 32 | 572 | 129 |
//! | `a.times_transposed_shallow(&b)?` | 2 | 256 | 64 | 1024 | 271 |
//!
//! A test holds these; relinearizations are the compiler's, which brings a sum of products back once. A public factor
//! of the result costs no further level: the passes fold it into the last mask.

use std::ops::Mul;

use lowtide_circuit::Wire;

mod columns;
mod plan;
mod rows;

use crate::{
    ColumnIndexed, Error, Matrix, MatrixShape, Orientation, RowIndexed, Scalar, Spread, Vector, VectorShape,
    sum,
};

impl<A: Spread> Vector<A> {
    /// The inner product with a vector of the same orientation. Levels: 1. Products: one a tile. Rotations: `log2 R` of
    /// row-indexed vectors, `log2 W` of column-indexed ones.
    ///
    /// # Errors
    /// [`Error::Tiles`] or [`Error::Shapes`] unless both have one layout.
    pub fn inner(&self, other: &Self) -> Result<Scalar, Error> {
        let cure = "both must be of one length";
        self.fits(other, "the inner product", (self.length(), other.length()), cure)?;
        Ok(self.hadamard(other)?.sum())
    }
}

impl Vector<RowIndexed> {
    /// The outer product, `x[i] y[k]`. Levels: 1. Products: one a tile of the result. No rotations.
    ///
    /// # Errors
    /// [`Error::Tiles`] unless both lie in the same tile.
    pub fn outer(&self, y: &Vector<ColumnIndexed>) -> Result<Matrix, Error> {
        self.same_tile(y)?;
        let tiles = self.tiles().iter().flat_map(|x| y.tiles().iter().map(move |y| x * y));
        Ok(self.make(MatrixShape::new(self.length(), y.length()), tiles.collect()))
    }
}

/// A row vector times a matrix: levels 1, rotations `log2 R` a block of columns.
impl Mul<&Matrix> for &Vector<RowIndexed> {
    type Output = Result<Vector<ColumnIndexed>, Error>;
    fn mul(self, matrix: &Matrix) -> Self::Output {
        let cure = "the matrix must have a row for each entry";
        self.fits(matrix, "the product", (self.length(), matrix.rows()), cure)?;
        let blocks = lines(self, matrix);
        Ok(self.make(VectorShape::new(matrix.columns()), blocks))
    }
}

/// A matrix times a column vector: levels 1 in half tiles, 2 in full ones; a block of rows takes `1 + log2 C` rotations in half
/// tiles, `2 log2 C` and a mask in full ones.
impl Mul<&Vector<ColumnIndexed>> for &Matrix {
    type Output = Result<Vector<RowIndexed>, Error>;
    fn mul(self, vector: &Vector<ColumnIndexed>) -> Self::Output {
        let cure = "the vector must have an entry for each column";
        self.fits(vector, "the product", (self.columns(), vector.length()), cure)?;
        let blocks = lines(vector, self);
        Ok(self.make(VectorShape::new(self.rows()), blocks))
    }
}

/// A matrix times a matrix, from both as they are: the second is [transposed](Matrix::transposed) first, which is a level and its
/// rotations. Levels: 3 in half tiles, with [`Matrix::times_transposed_shallow`]; 4 in full ones, with
/// [`Matrix::times_transposed`]. Whoever can keep one operand transposed should.
impl Mul for &Matrix {
    type Output = Result<Matrix, Error>;
    fn mul(self, other: Self) -> Self::Output {
        let cure = "the second must have a row for each column of the first";
        self.fits(other, "the product", (self.columns(), other.rows()), cure)?;
        let transposed = other.transposed();
        if self.tile().is_half() {
            self.times_transposed_shallow(&transposed)
        } else {
            self.times_transposed(&transposed)
        }
    }
}

/// By block of the result: the products of a vector's blocks with the tiles that they meet, added up and summed.
fn lines<A: Spread>(vector: &Vector<A>, matrix: &Matrix) -> Vec<Wire> {
    let (b, tile) = (matrix.builder(), matrix.tile());
    let line = |tiles: Vec<Wire>| {
        let products: Vec<Wire> = tiles.iter().zip(vector.tiles()).map(|(tile, x)| tile * x).collect();
        let total = sum::of(&products).expect("a matrix has tiles");
        match A::ORIENTATION {
            Orientation::Row => sum::rows(tile, &total),
            Orientation::Column => sum::columns(b, tile, &total),
        }
    };
    matrix.lines(A::ORIENTATION).into_iter().map(line).collect()
}
