//! From a derivation to a circuit.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    rc::Rc,
};

use lowtide_circuit::{Builder, Wire};

use super::{
    Chain, Factor,
    derive::{Derivation, Item, Made, Products},
    laid,
    orient::How,
};
use crate::{Grid, Layout, Matrix, Orientation, orientation::turn, sum};

/// Something that is encrypted for a circuit: a matrix that lies in tiles, divided by its unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Laid {
    /// What it is.
    pub given: Given,
    /// Rows and columns.
    pub shape: (usize, usize),
    /// What it is divided by.
    pub unit: f64,
}

/// What is given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Given {
    /// A matrix or a product of matrices.
    Product(Chain),
    /// A vector with this name: row-indexed as a matrix of equal columns, column-indexed as one of equal rows.
    Vector(Rc<str>, Orientation),
}

impl Derivation {
    /// Everything that the circuit reads, in no particular order, with rows and columns.
    #[must_use]
    pub fn reads(&self) -> Vec<(Given, (usize, usize))> {
        let mut found = BTreeMap::new();
        let both = [Orientation::Row, Orientation::Column];
        for (index, vector) in self.vectors.iter().enumerate() {
            for o in both.into_iter().filter(|o| self.orientations.how(index, *o) == Some(How::Direct)) {
                match &vector.kind {
                    Made::Linear(items) => {
                        for chain in items.iter().filter_map(|item| item.through.as_ref()) {
                            for chain in self.given(laid(chain, o)) {
                                let shape = self.shape(&chain);
                                found.insert(Given::Product(chain), shape);
                            }
                        }
                    }
                    Made::Input(name) => {
                        found.insert(Given::Vector(Rc::clone(name), o), self.vector_shape(vector.length, o));
                    }
                    _ => {}
                }
            }
        }
        found.into_iter().collect()
    }

    /// Writes the circuit, and returns what it reads in the order of its inputs, each tile by tile, row block after row block.
    ///
    /// Tile `t` of an input is called `NAME_tilet`, where `name` gives the name, and block `t` of an output `NAMEt`.
    pub fn write(&self, b: &Builder, name: &dyn Fn(&Given) -> String) -> Vec<Laid> {
        let mut writer = Writer {
            derivation: self,
            b,
            name,
            inputs: Vec::new(),
            grids: HashMap::new(),
            values: HashMap::new(),
            units: self.vectors.iter().map(|vector| vector.unit).collect(),
        };
        // In the order in which vectors build upon each other, so that who comes first decides about units.
        for (vector, unit) in
            self.vectors.iter().enumerate().filter_map(|(i, vector)| Some((i, vector.unit?)))
        {
            for o in [Orientation::Row, Orientation::Column] {
                if self.orientations.how(vector, o).is_some() {
                    writer.value(vector, o, unit);
                }
            }
        }
        for (name, output) in &self.outputs {
            let value = writer.value(*output, Orientation::Column, 1.0);
            for (block, wire) in value.blocks.iter().enumerate() {
                b.output(format!("{name}{block}"), &scaled(wire, value.unit));
            }
        }
        writer.inputs
    }

    /// What must be given for a matrix as it lies.
    fn given(&self, laid: Chain) -> Vec<Chain> {
        match laid[..] {
            [left, right] if self.products == Products::Computed => vec![vec![left], vec![right.transpose()]],
            _ => vec![laid],
        }
    }

    fn shape(&self, chain: &[Factor]) -> (usize, usize) {
        let shape = |factor: &Factor| {
            let (rows, columns) = self.matrices[factor.matrix];
            if factor.is_transposed { (columns, rows) } else { (rows, columns) }
        };
        (shape(&chain[0]).0, shape(&chain[chain.len() - 1]).1)
    }

    fn vector_shape(&self, length: usize, o: Orientation) -> (usize, usize) {
        match o {
            Orientation::Row => (length, self.tile.columns()),
            Orientation::Column => (self.tile.rows(), length),
        }
    }
}

/// A name that a circuit takes: `m0_m1t` for the product of matrix 0 with the transpose of matrix 1.
impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Product(chain) => {
                for (i, factor) in chain.iter().enumerate() {
                    let (join, mark) =
                        (if i > 0 { "_" } else { "" }, if factor.is_transposed { "t" } else { "" });
                    write!(f, "{join}m{}{mark}", factor.matrix)?;
                }
                Ok(())
            }
            Self::Vector(name, Orientation::Row) => write!(f, "{name}_by_row"),
            Self::Vector(name, Orientation::Column) => write!(f, "{name}_by_column"),
        }
    }
}

/// A vector, divided by its unit.
#[derive(Clone)]
struct Value {
    blocks: Rc<[Wire]>,
    unit: f64,
}

struct Writer<'a> {
    derivation: &'a Derivation,
    b: &'a Builder,
    name: &'a dyn Fn(&Given) -> String,
    inputs: Vec<Laid>,
    grids: HashMap<Given, (Rc<Grid<Wire>>, f64)>,
    values: HashMap<(usize, Orientation), Value>,
    units: Vec<Option<f64>>,
}

impl Writer<'_> {
    /// A vector in an orientation. `wanted` is its unit, if nobody wanted another before.
    fn value(&mut self, vector: usize, o: Orientation, wanted: f64) -> Value {
        if let Some(value) = self.values.get(&(vector, o)) {
            return value.clone();
        }
        let derived = &self.derivation.vectors[vector];
        let value = if self.derivation.orientations.how(vector, o) == Some(How::Turned) {
            let Value { blocks, unit } = self.value(vector, o.other(), wanted);
            let tile = &self.derivation.tile;
            let turned = self.place(vector, || turn(self.b, tile, &blocks, o.other(), derived.length));
            Value { blocks: turned.into(), unit }
        } else {
            self.direct(vector, o, wanted)
        };
        self.values.insert((vector, o), value.clone());
        value
    }

    fn direct(&mut self, vector: usize, o: Orientation, wanted: f64) -> Value {
        let derived = &self.derivation.vectors[vector];
        match &derived.kind {
            Made::Ones => {
                let count = derived.length.div_ceil(o.block(&self.derivation.tile));
                Value { blocks: vec![self.b.constant(1.0); count].into(), unit: 1.0 }
            }
            Made::Input(name) => {
                let given = Given::Vector(Rc::clone(name), o);
                let shape = self.derivation.vector_shape(derived.length, o);
                let (grid, unit) = self.grid(given, shape, 1.0);
                Value { blocks: grid.tiles().into(), unit }
            }
            Made::Linear(items) => {
                let unit = *self.units[vector].get_or_insert(wanted);
                Value { blocks: self.linear(vector, items, o, unit).into(), unit }
            }
            Made::Odd(odd, of) => {
                let x = self.value(*of, o, 1.0);
                let f = odd.of_multiple(x.unit);
                let function = |x: &Wire| product(x.clone(), &f.even(x)) + f.constant / f.lead;
                let blocks = self.place(vector, || x.blocks.iter().map(function).collect());
                Value { blocks, unit: f.lead }
            }
            Made::Times(x, y) => {
                let (x, y) = (self.value(*x, o, 1.0), self.value(*y, o, 1.0));
                let blocks = x.blocks.iter().zip(y.blocks.iter()).map(|(x, y)| x * y).collect();
                Value { blocks, unit: x.unit * y.unit }
            }
        }
    }

    /// A sum of products with matrices, and of other vectors, by block.
    fn linear(&mut self, vector: usize, items: &[Item], o: Orientation, unit: f64) -> Vec<Wire> {
        let tile = self.derivation.tile;
        let blocks = self.derivation.vectors[vector].length.div_ceil(o.block(&tile));
        let mut products: Vec<Vec<Wire>> = vec![Vec::new(); blocks];
        let mut others: Vec<Vec<Wire>> = vec![Vec::new(); blocks];
        for (index, item) in items.iter().enumerate() {
            if let Some(chain) = &item.through {
                let is_fused = self.derivation.orientations.is_fused(vector, o, index);
                let line = Line { chain: laid(chain, o), of: item.of, at: o.other(), is_fused };
                let lines = self.products(vector, &line, item.constant / unit);
                products.iter_mut().zip(lines).for_each(|(block, line)| block.push(line));
            } else {
                let x = self.value(item.of, o, unit / item.constant);
                let terms = x.blocks.iter().map(|wire| scaled(wire, item.constant * x.unit / unit));
                others.iter_mut().zip(terms).for_each(|(block, term)| block.push(term));
            }
        }
        self.place(vector, || {
            let totals: Vec<Wire> = products.iter().filter_map(sum::of).collect();
            let sums = match o {
                // Nobody asks for zeros in the right half of these: what they are multiplied with has them.
                Orientation::Column => sum::rows_in_pairs(&tile, &totals),
                Orientation::Row => totals.iter().map(|all| sum::columns(self.b, &tile, all)).collect(),
            };
            let mut sums = sums.into_iter();
            let total = |mut others: Vec<Wire>| {
                others.extend(sums.next());
                sum::of(&others).expect("a sum of something")
            };
            others.into_iter().map(total).collect()
        })
    }

    /// `constant M x`, by block of the result, before slots are summed.
    fn products(&mut self, vector: usize, line: &Line, constant: f64) -> Vec<Wire> {
        let made = &self.derivation.vectors[line.of].kind;
        // What the tiles are multiplied by, as a constant and one wire or several for each block of the vector.
        let (lead, alone, factors): (f64, f64, Vec<Vec<Wire>>) = match made {
            Made::Ones => (constant, 0.0, Vec::new()),
            Made::Odd(odd, of) if line.is_fused => {
                let x = self.value(*of, line.at, 1.0);
                let f = odd.of_multiple(x.unit);
                let factors = self.place(line.of, || {
                    x.blocks.iter().map(|x| [x.clone()].into_iter().chain(f.even(x)).collect()).collect()
                });
                (constant * f.lead, constant * f.constant, factors)
            }
            _ => {
                let x = self.value(line.of, line.at, 1.0);
                (constant * x.unit, 0.0, x.blocks.iter().map(|x| vec![x.clone()]).collect())
            }
        };
        let (grid, unit) = self.matrix(line.chain.clone(), 1.0 / lead);
        self.place(vector, || {
            let sum = |tiles: &[&Wire]| sum::of(tiles.iter().copied()).expect("a line of tiles");
            let block = |tiles: Vec<&Wire>| {
                if factors.is_empty() {
                    return scaled(&sum(&tiles), lead * unit);
                }
                let product =
                    |(tile, factors): (&&Wire, &Vec<Wire>)| product(scaled(tile, lead * unit), factors);
                let products: Vec<Wire> = tiles.iter().zip(&factors).map(product).collect();
                let total = sum::of(&products).expect("a line of tiles");
                if alone == 0.0 { total } else { total + scaled(&sum(&tiles), alone * unit) }
            };
            line.at.lines(&grid).into_iter().map(block).collect()
        })
    }

    /// The tiles of a matrix as it lies and their unit, which is the one wanted if nobody used them before.
    fn matrix(&mut self, chain: Chain, wanted: f64) -> (Rc<Grid<Wire>>, f64) {
        let shape = self.derivation.shape(&chain);
        match chain[..] {
            [left, right] if self.derivation.products == Products::Computed => {
                let given = Given::Product(chain);
                if let Some(known) = self.grids.get(&given) {
                    return known.clone();
                }
                let computed = self.computed(left, right, shape, wanted);
                self.grids.insert(given, computed.clone());
                computed
            }
            _ => self.grid(Given::Product(chain), shape, wanted),
        }
    }

    /// A product of two matrices, computed from the first and the second transposed.
    fn computed(
        &mut self,
        left: Factor,
        right: Factor,
        shape: (usize, usize),
        wanted: f64,
    ) -> (Rc<Grid<Wire>>, f64) {
        let right = right.transpose();
        let known = |writer: &Self, factor: Factor| Some(writer.grids.get(&Given::Product(vec![factor]))?.1);
        let size = wanted.abs();
        let wanted = match (known(self, left), known(self, right)) {
            (Some(unit), _) => size / unit.abs(),
            (None, Some(unit)) => size / unit.abs(),
            (None, None) => size.sqrt(),
        };
        let tile = self.derivation.tile;
        let (_, inner) = self.derivation.shape(&[left]);
        let operand = |writer: &mut Self, factor: Factor, rows: usize| {
            let (grid, unit) = writer.grid(Given::Product(vec![factor]), (rows, inner), wanted);
            let layout = Layout::matrix(tile, rows, inner).expect("a matrix that is given fits its tiles");
            let matrix = Matrix::from_grid(writer.b, layout, (*grid).clone());
            (matrix.expect("as many tiles as the layout has"), unit)
        };
        let ((a, a_unit), (b, b_unit)) = (operand(self, left, shape.0), operand(self, right, shape.1));
        let chain = vec![left, right.transpose()];
        // A level more is a lot less to rotate.
        let is_shallow = tile.is_half() && self.derivation.orientations.product_deadline(&chain) < 3;
        let product = self.b.region("products of matrices", || {
            if is_shallow { a.times_transposed_shallow(&b) } else { a.times_transposed(&b) }
        });
        (Rc::new(product.expect("both have as many columns").grid()), a_unit * b_unit)
    }

    /// The tiles of what is given and their unit, which is the one wanted if nobody used them before.
    fn grid(&mut self, given: Given, shape: (usize, usize), wanted: f64) -> (Rc<Grid<Wire>>, f64) {
        if let Some(known) = self.grids.get(&given) {
            return known.clone();
        }
        let (rows, columns) = Grid::<()>::blocks(&self.derivation.tile, shape.0, shape.1);
        let name = (self.name)(&given);
        let tiles = (0..rows * columns).map(|tile| self.b.input(format!("{name}_tile{tile}"))).collect();
        let grid = Rc::new(Grid::new(columns, tiles).expect("whole rows of blocks"));
        self.inputs.push(Laid { given: given.clone(), shape, unit: wanted });
        self.grids.insert(given, (Rc::clone(&grid), wanted));
        (grid, wanted)
    }

    /// Writes in the section of a vector.
    fn place<T>(&self, vector: usize, body: impl FnOnce() -> T) -> T {
        let place = &self.derivation.vectors[vector].place;
        let named = |name: &Rc<str>, body: &mut dyn FnMut()| {
            if name.is_empty() { body() } else { self.b.region(&**name, body) }
        };
        let (mut body, mut result) = (Some(body), None);
        named(&place.section, &mut || {
            named(&place.name, &mut || result = body.take().map(|body| body()));
        });
        result.expect("the body ran")
    }
}

/// A product of a laid matrix with a vector.
struct Line {
    chain: Chain,
    of: usize,
    /// How the vector lies.
    at: Orientation,
    is_fused: bool,
}

fn product(first: Wire, factors: &[Wire]) -> Wire {
    factors.iter().fold(first, |product, factor| product * factor)
}

/// A multiple, but for one that is one up to rounding.
fn scaled(x: &Wire, constant: f64) -> Wire {
    if (constant - 1.0).abs() < 1e-14 { x.clone() } else { x * constant }
}
