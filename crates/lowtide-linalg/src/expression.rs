//! Matrix expressions: written as in a book, brought to circuits of little depth.
//!
//! An author writes what is to be computed, and nothing about slots, levels or the order of products:
//!
//! ```
//! use lowtide_circuit::{Builder, read};
//! use lowtide_linalg::{Tile, expression::{Algebra, Derivation, Merge, Odd}};
//!
//! // Two steps along a gradient, from zero, on two batches of four rows with two features.
//! let algebra = Algebra::new();
//! let batches = [algebra.matrix(4, 2), algebra.matrix(4, 2)];
//! let q = Odd::cubic(0.5, -0.15, 0.0016, 8.0);
//! let mut w = algebra.zero(2);
//! for z in &batches {
//!     w = &w + z.transpose() * q.of(&(z * &w)) * 0.25;
//! }
//!
//! // Margins through the weights: three levels a step. Through the product `Z_2 Z_1^T`, which depends on inputs alone: two.
//! let tile = Tile::new(32, 4, true).expect("powers of two");
//! let depth = |merge| {
//!     let b = Builder::new(tile.slots());
//!     Derivation::new(&[("w", &w)], merge, &tile).write(&b, &|given| given.to_string());
//!     Ok::<_, lowtide_circuit::Error>(read::depth(&b.finish()?).depth)
//! };
//! assert_eq!((depth(Merge::None)?, depth(Merge::All)?), (3, 2));
//! # Ok::<(), lowtide_circuit::Error>(())
//! ```
//!
//! A [`Derivation`] does the rest, in three steps that have a file each:
//!
//! * `form`: every vector is a sum of products `c M_1 M_2 … x`, with `x` an input or something that is not linear in
//!   others. That is a normal form, so it does not matter how the author wrote it.
//! * `derive`: `A (B x)` becomes `(A B) x` where that saves depth, since `A B` depends on inputs alone: for none of the
//!   vectors in a sum, the newest few, or all of them ([`Merge`]). What several sums share is computed once.
//! * `orient`: a product with a matrix turns a vector from one orientation into the other. Which vector lies how, which is
//!   turned, and which function is taken together with the product that follows, is chosen such that nothing gets deeper
//!   than it must, and then such that little is rotated.
//!
//! `lower` writes the circuit. Matrices are inputs, and products of two matrices as well, if whoever encrypts
//! them multiplies in clear ([`Products`]). Each is divided by a number, its unit, before it is encrypted, and the unit is chosen such that the first
//! product with the matrix needs no other constant.

use std::{
    cell::RefCell,
    fmt,
    ops::{Add, Mul, Sub},
    rc::Rc,
};

use crate::Orientation;

mod derive;
mod form;
mod lower;
mod odd;
mod orient;

pub use derive::{Derivation, Merge, Products, Strategy};
pub use lower::{Given, Laid};
pub use odd::{Even, Odd};

/// Where expressions are written.
#[derive(Clone, Debug, Default)]
pub struct Algebra(Rc<RefCell<Store>>);

/// A matrix that is given, or its transpose.
#[derive(Clone, Debug)]
pub struct Matrix {
    store: Rc<RefCell<Store>>,
    factor: Factor,
}

/// A vector: given, or made of others. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Vector {
    store: Rc<RefCell<Store>>,
    id: usize,
}

/// A matrix, by its number, or its transpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Factor {
    /// The number of the matrix: they count from 0 as they are made.
    pub matrix: usize,
    /// Whether it is transposed.
    pub is_transposed: bool,
}

impl Factor {
    /// The transpose.
    #[must_use]
    pub const fn transpose(self) -> Self {
        Self { is_transposed: !self.is_transposed, ..self }
    }
}

/// A product of matrices, the first one leftmost. Never empty.
pub type Chain = Vec<Factor>;

/// The transpose of a product.
fn transposed(chain: &[Factor]) -> Chain {
    chain.iter().rev().map(|factor| factor.transpose()).collect()
}

/// The matrix whose tiles a product is taken with when the result has an orientation: sums of columns leave row-indexed
/// results, and for column-indexed ones it lies transposed.
fn laid(chain: &[Factor], result: Orientation) -> Chain {
    match result {
        Orientation::Row => chain.to_vec(),
        Orientation::Column => transposed(chain),
    }
}

#[derive(Debug, Default)]
struct Store {
    /// Rows and columns.
    matrices: Vec<(usize, usize)>,
    nodes: Vec<Node>,
    section: Rc<str>,
}

#[derive(Clone, Debug)]
struct Node {
    length: usize,
    place: Place,
    kind: Kind,
}

/// Where a vector belongs when the circuit is drawn: a section, and a name in it, either empty if it has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Place {
    section: Rc<str>,
    name: Rc<str>,
}

#[derive(Clone, Debug)]
enum Kind {
    /// The same number in every entry.
    Constant(f64),
    Input(Rc<str>),
    Sum(Vec<(f64, usize)>),
    Product(Factor, usize),
    Odd(Rc<Odd>, usize),
    /// Entry by entry.
    Times(usize, usize),
    /// What it holds, seen as a whole.
    Whole(usize),
}

impl Store {
    fn shape(&self, factor: Factor) -> (usize, usize) {
        let (rows, columns) = self.matrices[factor.matrix];
        if factor.is_transposed { (columns, rows) } else { (rows, columns) }
    }

    fn is_zero(&self, id: usize) -> bool {
        matches!(self.nodes[id].kind, Kind::Constant(0.0))
    }

    fn push(&mut self, length: usize, kind: Kind) -> usize {
        let place = Place { section: Rc::clone(&self.section), name: Rc::default() };
        self.nodes.push(Node { length, place, kind });
        self.nodes.len() - 1
    }
}

impl Algebra {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A given matrix.
    ///
    /// # Panics
    /// When it has no entries.
    #[must_use]
    pub fn matrix(&self, rows: usize, columns: usize) -> Matrix {
        assert!(rows > 0 && columns > 0, "a matrix of {rows} x {columns} has no entries");
        let mut store = self.0.borrow_mut();
        store.matrices.push((rows, columns));
        let factor = Factor { matrix: store.matrices.len() - 1, is_transposed: false };
        Matrix { store: Rc::clone(&self.0), factor }
    }

    /// A given vector.
    #[must_use]
    pub fn vector(&self, name: &str, length: usize) -> Vector {
        self.put(length, Kind::Input(name.into()))
    }

    /// The zero vector. Products with it are zero, and cost nothing.
    #[must_use]
    pub fn zero(&self, length: usize) -> Vector {
        self.put(length, Kind::Constant(0.0))
    }

    /// Names the section of the circuit that what is written from now on belongs to.
    pub fn section(&self, name: impl Into<Rc<str>>) {
        self.0.borrow_mut().section = name.into();
    }

    fn put(&self, length: usize, kind: Kind) -> Vector {
        let id = self.0.borrow_mut().push(length, kind);
        Vector { store: Rc::clone(&self.0), id }
    }
}

impl Matrix {
    /// The transpose: the same matrix, read the other way.
    #[must_use]
    pub fn transpose(&self) -> Self {
        Self { store: Rc::clone(&self.store), factor: self.factor.transpose() }
    }

    /// Rows and columns.
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        self.store.borrow().shape(self.factor)
    }
}

impl Vector {
    /// How many entries it has.
    #[must_use]
    pub fn length(&self) -> usize {
        self.store.borrow().nodes[self.id].length
    }

    /// The same vector, with a name for its part of the circuit.
    #[must_use]
    pub fn named(self, name: impl Into<Rc<str>>) -> Self {
        self.store.borrow_mut().nodes[self.id].place.name = name.into();
        self
    }

    /// The product entry by entry.
    ///
    /// # Panics
    /// When the lengths differ, or with vectors of another algebra.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        self.same_length(other, "multiply entry by entry");
        let is_zero = self.store.borrow().is_zero(self.id) || self.store.borrow().is_zero(other.id);
        self.put(if is_zero { Kind::Constant(0.0) } else { Kind::Times(self.id, other.id) })
    }

    /// The same vector, computed as written: what it is made of is not taken apart.
    #[must_use]
    pub fn whole(&self) -> Self {
        if self.store.borrow().is_zero(self.id) { self.clone() } else { self.put(Kind::Whole(self.id)) }
    }

    fn put(&self, kind: Kind) -> Self {
        let length = self.length();
        let id = self.store.borrow_mut().push(length, kind);
        Self { store: Rc::clone(&self.store), id }
    }

    fn same_length(&self, other: &Self, what: impl fmt::Display) {
        assert!(Rc::ptr_eq(&self.store, &other.store), "vectors of two algebras");
        let (left, right) = (self.length(), other.length());
        assert_eq!(left, right, "cannot {what} vectors of {left} and {right} entries");
    }

    fn join(&self, constant: f64, other: &Self) -> Self {
        self.same_length(other, "add");
        let store = self.store.borrow();
        let terms = [(1.0, self.id), (constant, other.id)];
        let terms: Vec<_> = terms.into_iter().filter(|(_, id)| !store.is_zero(*id)).collect();
        drop(store);
        self.put(if terms.is_empty() { Kind::Constant(0.0) } else { Kind::Sum(terms) })
    }

    fn scaled(&self, constant: f64) -> Self {
        let is_zero = constant == 0.0 || self.store.borrow().is_zero(self.id);
        self.put(if is_zero { Kind::Constant(0.0) } else { Kind::Sum(vec![(constant, self.id)]) })
    }
}

impl Odd {
    /// The function of every entry.
    #[must_use]
    pub fn of(&self, x: &Vector) -> Vector {
        let is_zero = x.store.borrow().is_zero(x.id);
        x.put(if is_zero { Kind::Constant(self.constant) } else { Kind::Odd(Rc::new(self.clone()), x.id) })
    }
}

fn product(matrix: &Matrix, x: &Vector) -> Vector {
    assert!(Rc::ptr_eq(&matrix.store, &x.store), "a matrix and a vector of two algebras");
    let ((rows, columns), length) = (matrix.shape(), x.length());
    assert_eq!(
        columns, length,
        "cannot multiply a matrix of {rows} x {columns} and a vector of {length} entries"
    );
    let kind =
        if x.store.borrow().is_zero(x.id) { Kind::Constant(0.0) } else { Kind::Product(matrix.factor, x.id) };
    let id = x.store.borrow_mut().push(rows, kind);
    Vector { store: Rc::clone(&x.store), id }
}

/// An operator in each of the four ways of owning its operands.
macro_rules! operator {
    ($trait:ident, $method:ident, $left:ty, $right:ty, |$x:ident, $y:ident| $body:expr) => {
        impl $trait<&$right> for &$left {
            type Output = Vector;
            fn $method(self, other: &$right) -> Vector {
                let ($x, $y) = (self, other);
                $body
            }
        }
        impl $trait<$right> for &$left {
            type Output = Vector;
            fn $method(self, other: $right) -> Vector {
                self.$method(&other)
            }
        }
        impl $trait<&$right> for $left {
            type Output = Vector;
            fn $method(self, other: &$right) -> Vector {
                (&self).$method(other)
            }
        }
        impl $trait<$right> for $left {
            type Output = Vector;
            fn $method(self, other: $right) -> Vector {
                (&self).$method(&other)
            }
        }
    };
}

operator!(Add, add, Vector, Vector, |x, y| x.join(1.0, y));
operator!(Sub, sub, Vector, Vector, |x, y| x.join(-1.0, y));
operator!(Mul, mul, Vector, f64, |x, y| x.scaled(*y));
operator!(Mul, mul, Matrix, Vector, |x, y| product(x, y));
