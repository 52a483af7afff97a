//! From expressions to sums of products that a circuit can be written from.

use std::{cell::Ref, collections::HashMap, rc::Rc};

use super::{
    Chain, Factor, Kind, Odd, Place, Store, Vector,
    form::{Forms, Term},
    orient::Orientations,
};
use crate::Tile;

/// Which products `A (B x)` become `(A B) x`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Merge {
    /// None, and what the author wants seen as a whole is: everything is computed as it is written.
    AsWritten,
    /// None: every vector `B x` is computed, and shared by all sums that need it.
    None,
    /// In every sum those of the newest vectors: the ones that took most functions and products to compute, one upon the
    /// other. `1` is enough for the least depth where every step builds on the one before.
    Newest(usize),
    /// All: `B x` is not computed at all unless it is wanted for itself.
    All,
}

/// Who multiplies matrices with each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Products {
    /// Whoever encrypts them: a product of two matrices is an input of its own.
    #[default]
    Given,
    /// The circuit, at two levels or three: [`crate::product`]. A product is used where the vector that it meets took functions
    /// to compute; constants go the other way, which is shorter.
    Computed,
}

/// How expressions are brought to circuits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Strategy {
    /// Which products `A (B x)` become `(A B) x`.
    pub merge: Merge,
    /// Who computes `A B`.
    pub products: Products,
}

impl From<Merge> for Strategy {
    /// Products of matrices are given.
    fn from(merge: Merge) -> Self {
        Self { merge, products: Products::Given }
    }
}

impl Merge {
    const fn count(self) -> usize {
        match self {
            Self::AsWritten | Self::None => 0,
            Self::Newest(count) => count,
            Self::All => usize::MAX,
        }
    }
}

/// What is to be computed, in which order, and how every vector lies.
#[derive(Clone, Debug)]
pub struct Derivation {
    pub(super) tile: Tile,
    /// What a vector is made of comes before it.
    pub(super) vectors: Vec<Derived>,
    pub(super) outputs: Vec<(String, usize)>,
    /// Rows and columns, by matrix.
    pub(super) matrices: Vec<(usize, usize)>,
    pub(super) orientations: Orientations,
    pub(super) products: Products,
}

#[derive(Clone, Debug)]
pub(super) struct Derived {
    pub(super) kind: Made,
    pub(super) length: usize,
    pub(super) place: Place,
    /// The number by which it is divided, where that does not depend on who uses it first.
    pub(super) unit: Option<f64>,
    /// Who uses it first.
    pub(super) first_user: Option<usize>,
}

/// How a vector is made.
#[derive(Clone, Debug)]
pub(super) enum Made {
    Input(Rc<str>),
    /// One in every entry.
    Ones,
    Linear(Vec<Item>),
    Odd(Rc<Odd>, usize),
    Times(usize, usize),
}

/// `constant M x`, or `constant x`.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) constant: f64,
    pub(super) through: Option<Chain>,
    pub(super) of: usize,
}

impl Derivation {
    /// The vectors with these names, for a shape of tiles. They come out column-indexed.
    ///
    /// # Panics
    /// Without outputs, or with those of two algebras.
    #[must_use]
    pub fn new(outputs: &[(&str, &Vector)], strategy: impl Into<Strategy>, tile: &Tile) -> Self {
        let Strategy { merge, products } = strategy.into();
        let (_, first) = outputs.first().expect("at least one output");
        assert!(outputs.iter().all(|(_, x)| Rc::ptr_eq(&x.store, &first.store)), "vectors of two algebras");
        let store: Ref<'_, Store> = first.store.borrow();
        let mut deriver = Deriver {
            store: &store,
            forms: Forms::new(&store, merge == Merge::AsWritten),
            strategy: Strategy { merge, products },
            vectors: Vec::new(),
            atoms: HashMap::new(),
            products: HashMap::new(),
        };
        let outputs: Vec<(String, usize)> = outputs
            .iter()
            .map(|(name, vector)| {
                let output = deriver.vector(vector.id);
                deriver.vectors[output].unit = Some(1.0);
                ((*name).to_owned(), output)
            })
            .collect();
        let mut vectors = deriver.vectors;
        inline(&mut vectors, &outputs);
        let orientations = Orientations::new(&vectors, &outputs, tile, products);
        let matrices = store.matrices.clone();
        Self { tile: *tile, vectors, outputs, matrices, orientations, products }
    }
}

struct Deriver<'a> {
    store: &'a Store,
    forms: Forms<'a>,
    strategy: Strategy,
    vectors: Vec<Derived>,
    atoms: HashMap<usize, usize>,
    products: HashMap<(Chain, usize), usize>,
}

impl Deriver<'_> {
    fn vector(&mut self, id: usize) -> usize {
        let form = self.forms.of(id);
        let node = &self.store.nodes[id];
        self.linear(&form, node.length, &node.place)
    }

    /// The sum of some terms.
    fn linear(&mut self, form: &[Term], length: usize, place: &Place) -> usize {
        let is_given = self.strategy.products == Products::Given;
        let may_merge = |term: &&Term| if is_given { term.chain.len() > 1 } else { term.chain.len() == 2 };
        let ranks = form.iter().filter(may_merge).map(|term| self.forms.rank(term.atom));
        let mut ranks: Vec<usize> = ranks.filter(|rank| is_given || *rank > 0).collect();
        ranks.sort_unstable_by(|a, b| b.cmp(a));
        ranks.dedup();
        ranks.truncate(self.strategy.merge.count());
        let (mut items, mut apart): (Vec<Item>, Vec<(Factor, Vec<Term>)>) = (Vec::new(), Vec::new());
        for term in form {
            match &term.chain[..] {
                [] => items.push(self.item(term, None)),
                [factor] => {
                    let of = self.product(*factor, term);
                    items.push(Item { constant: term.constant, through: None, of });
                }
                chain if may_merge(&term) && ranks.contains(&self.forms.rank(term.atom)) => {
                    items.push(self.item(term, Some(chain.to_vec())));
                }
                [first, rest @ ..] => {
                    let rest = Term { chain: rest.to_vec(), ..term.clone() };
                    match apart.iter_mut().find(|(factor, _)| factor == first) {
                        Some((_, terms)) => terms.push(rest),
                        None => apart.push((*first, vec![rest])),
                    }
                }
            }
        }
        for (factor, terms) in apart {
            let (_, length) = self.store.shape(factor);
            let of = self.linear(&terms, length, place);
            self.vectors[of].unit.get_or_insert(1.0);
            items.push(Item { constant: 1.0, through: Some(vec![factor]), of });
        }
        match items[..] {
            [Item { constant: 1.0, through: None, of }] => of,
            _ => self.push(Made::Linear(items), length, place),
        }
    }

    fn item(&mut self, term: &Term, through: Option<Chain>) -> Item {
        let (value, of) = self.atom(term.atom);
        Item { constant: term.constant * value, through, of }
    }

    /// The product of one matrix with an atom: shared by all who need it.
    fn product(&mut self, factor: Factor, term: &Term) -> usize {
        let key = (vec![factor], term.atom);
        if let Some(of) = self.products.get(&key) {
            return *of;
        }
        let item = self.item(&Term { constant: 1.0, ..term.clone() }, Some(key.0.clone()));
        let written =
            |node: &&super::Node| matches!(node.kind, Kind::Product(by, x) if (by, x) == (factor, term.atom));
        let place =
            self.store.nodes.iter().find(written).unwrap_or(&self.store.nodes[term.atom]).place.clone();
        let (length, _) = self.store.shape(factor);
        let of = self.push(Made::Linear(vec![item]), length, &place);
        self.products.insert(key, of);
        of
    }

    /// An atom as a constant and a vector.
    fn atom(&mut self, id: usize) -> (f64, usize) {
        let node = &self.store.nodes[id];
        if let (Some(of), false) = (self.atoms.get(&id), matches!(node.kind, Kind::Constant(_))) {
            return (1.0, *of);
        }
        let (value, kind) = match &node.kind {
            Kind::Constant(value) => (*value, Made::Ones),
            Kind::Input(name) => (1.0, Made::Input(Rc::clone(name))),
            Kind::Odd(odd, of) => {
                let of = self.vector(*of);
                self.vectors[of].unit.get_or_insert(odd.argument_unit());
                (1.0, Made::Odd(Rc::clone(odd), of))
            }
            Kind::Times(x, y) => {
                let operands = [*x, *y].map(|operand| self.vector(operand));
                operands.iter().for_each(|of| _ = self.vectors[*of].unit.get_or_insert(1.0));
                (1.0, Made::Times(operands[0], operands[1]))
            }
            Kind::Whole(of) => {
                let of = self.vector(*of);
                self.vectors[of].unit.get_or_insert(1.0);
                self.atoms.insert(id, of);
                return (1.0, of);
            }
            Kind::Sum(_) | Kind::Product(..) => unreachable!("forms take sums and products apart"),
        };
        let of = self.push(kind, node.length, &node.place);
        self.atoms.insert(id, of);
        (value, of)
    }

    fn push(&mut self, kind: Made, length: usize, place: &Place) -> usize {
        self.vectors.push(Derived { kind, length, place: place.clone(), unit: None, first_user: None });
        self.vectors.len() - 1
    }
}

/// Products that one sum alone uses become part of it, so that they are added before slots are summed; and who uses a
/// vector first is noted.
fn inline(vectors: &mut [Derived], outputs: &[(String, usize)]) {
    let mut users = vec![0_usize; vectors.len()];
    outputs.iter().for_each(|(_, output)| users[*output] += 1);
    for vector in vectors.iter() {
        vector.kind.operands().for_each(|of| users[of] += 1);
    }
    for user in 0..vectors.len() {
        let Made::Linear(mut items) = vectors[user].kind.clone() else { continue };
        for item in items.iter_mut().filter(|item| item.through.is_none() && users[item.of] == 1) {
            if let Made::Linear(inner) = &vectors[item.of].kind
                && let [Item { constant, through: through @ Some(_), of }] = &inner[..]
            {
                *item = Item { constant: item.constant * constant, through: through.clone(), of: *of };
            }
        }
        vectors[user].kind = Made::Linear(items);
    }
    // From the outputs down: what an inlined product used is used by its sum.
    let mut is_used = vec![false; vectors.len()];
    outputs.iter().for_each(|(_, output)| is_used[*output] = true);
    for user in (0..vectors.len()).rev().filter(|user| is_used[*user]).collect::<Vec<_>>() {
        vectors[user].kind.operands().for_each(|of| is_used[of] = true);
    }
    for user in 0..vectors.len() {
        if is_used[user] {
            for of in vectors[user].kind.clone().operands() {
                vectors[of].first_user.get_or_insert(user);
            }
        }
    }
}

impl Made {
    pub(super) fn operands(&self) -> impl Iterator<Item = usize> {
        let (items, pair) = match self {
            Self::Linear(items) => (&items[..], [None, None]),
            Self::Odd(_, of) => (&[][..], [Some(*of), None]),
            Self::Times(x, y) => (&[][..], [Some(*x), Some(*y)]),
            Self::Input(_) | Self::Ones => (&[][..], [None, None]),
        };
        items.iter().map(|item| item.of).chain(pair.into_iter().flatten())
    }
}
