//! The normal form of vectors: sums of products of matrices with what is not linear.

use std::{collections::HashMap, rc::Rc};

use super::{Chain, Kind, Store};

/// `constant M_1 M_2 … atom`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term {
    pub(super) constant: f64,
    /// The matrices, the leftmost first; none when the vector stands alone.
    pub(super) chain: Chain,
    /// A vector that is not taken apart: an input, a constant, a function or a product of others.
    pub(super) atom: usize,
}

/// Forms and ranks of vectors, each found once.
pub(super) struct Forms<'a> {
    store: &'a Store,
    /// Whether what the author wants seen as a whole is.
    pub(super) keeps_wholes: bool,
    forms: HashMap<usize, Rc<[Term]>>,
    ranks: HashMap<usize, usize>,
}

impl<'a> Forms<'a> {
    pub(super) fn new(store: &'a Store, keeps_wholes: bool) -> Self {
        Self { store, keeps_wholes, forms: HashMap::new(), ranks: HashMap::new() }
    }

    /// The form of a vector, with one term for each chain and atom.
    pub(super) fn of(&mut self, id: usize) -> Rc<[Term]> {
        if let Some(form) = self.forms.get(&id) {
            return Rc::clone(form);
        }
        let mut terms: Vec<Term> = Vec::new();
        let mut add = |constant: f64, chain: Chain, atom: usize| match terms
            .iter_mut()
            .find(|term| term.atom == atom && term.chain == chain)
        {
            Some(term) => term.constant += constant,
            None => terms.push(Term { constant, chain, atom }),
        };
        let store = self.store;
        match &store.nodes[id].kind {
            Kind::Sum(parts) => {
                for (constant, part) in parts {
                    let form = self.of(*part);
                    form.iter().for_each(|term| add(constant * term.constant, term.chain.clone(), term.atom));
                }
            }
            Kind::Product(factor, of) => {
                for term in self.of(*of).iter() {
                    let chain = [*factor].into_iter().chain(term.chain.iter().copied()).collect();
                    add(term.constant, chain, term.atom);
                }
            }
            Kind::Whole(of) if !self.keeps_wholes => {
                self.of(*of).iter().for_each(|term| add(term.constant, term.chain.clone(), term.atom));
            }
            _ => add(1.0, Vec::new(), id),
        }
        terms.retain(|term| term.constant != 0.0);
        let form: Rc<[Term]> = terms.into();
        self.forms.insert(id, Rc::clone(&form));
        form
    }

    /// How many functions and products stand one upon the other in an atom: the higher, the newer.
    pub(super) fn rank(&mut self, atom: usize) -> usize {
        if let Some(rank) = self.ranks.get(&atom) {
            return *rank;
        }
        let rank = match self.store.nodes[atom].kind {
            Kind::Odd(_, of) => 1 + self.highest(of),
            Kind::Times(x, y) => 1 + self.highest(x).max(self.highest(y)),
            Kind::Whole(of) => self.highest(of),
            _ => 0,
        };
        self.ranks.insert(atom, rank);
        rank
    }

    fn highest(&mut self, id: usize) -> usize {
        self.of(id).iter().map(|term| self.rank(term.atom)).max().unwrap_or(0)
    }
}
