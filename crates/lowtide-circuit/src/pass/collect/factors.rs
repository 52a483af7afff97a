//! Common factors of the terms of one sum.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
};

use super::super::usage::Usage;
use crate::{NodeId, Op, Value, read};

/// What multiplies a term: a node, or a number, which has no sign here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Factor {
    Node(NodeId),
    /// Its bits.
    Number(u64),
}

/// A product: `times a b`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Product {
    pub(super) times: i64,
    pub(super) factors: [Factor; 2],
}

impl Product {
    /// A product or square that takes a level, as a multiple of itself; the sign of a number goes into `times`.
    pub(super) fn of(usage: &Usage<'_>, id: NodeId, times: i64) -> Option<Self> {
        let op = usage.circuit.op(id);
        let (a, b) = match *op {
            Op::Mul(a, b) if read::takes_level(op, |id| usage.circuit.op(id)) => (a, b),
            Op::Square(a) => (a, a),
            _ => return None,
        };
        let mut product = Self { times, factors: [Factor::Node(a), Factor::Node(b)] };
        for (factor, id) in product.factors.iter_mut().zip([a, b]) {
            if let Op::Constant(Value::Scalar(x)) = usage.circuit.op(id)
                && x.is_normal()
                && x.abs().log2().abs() < 256.0
            {
                *factor = Factor::Number(x.abs().to_bits());
                if *x < 0.0 {
                    product.times = -product.times;
                }
            }
        }
        Some(product)
    }

    /// What is left without a factor that it has.
    pub(super) fn without(&self, factor: Factor) -> Factor {
        self.factors[usize::from(self.factors[0] == factor)]
    }
}

/// A factor and the products that have it.
pub(super) struct Group {
    pub(super) factor: Factor,
    /// Their places in what was given.
    pub(super) products: Vec<usize>,
}

/// Groups of products with a common factor, no product in two of them. The factor that saves most comes first: products
/// of ciphertexts before public ones, then many before few.
pub(super) fn groups(usage: &Usage<'_>, products: &[Product]) -> Vec<Group> {
    let is_public = |factor: Factor| match factor {
        Factor::Node(id) => !usage.is_encrypted(id),
        Factor::Number(_) => true,
    };
    let is_split = |product: &Product| product.factors.iter().any(|factor| is_public(*factor));
    let mut having: HashMap<Factor, Having> = HashMap::new();
    for (i, product) in products.iter().enumerate() {
        let [a, b] = product.factors;
        for factor in [Some(a), Some(b).filter(|b| *b != a)].into_iter().flatten() {
            let having = having.entry(factor).or_default();
            having.places.push(i);
            *having.count(is_split(product)) += 1;
        }
    }
    let mut best: BinaryHeap<_> =
        having.iter().map(|(factor, having)| (having.saved(), Reverse(*factor))).collect();
    let mut is_taken = vec![false; products.len()];
    let mut groups = Vec::new();
    while let Some((saved, Reverse(factor))) = best.pop() {
        if saved == (0, 0) {
            break;
        }
        let now = having[&factor].saved();
        if now != saved {
            best.push((now, Reverse(factor)));
            continue;
        }
        let places = std::mem::take(&mut having.get_mut(&factor).expect("it was counted").places);
        let places: Vec<usize> = places.into_iter().filter(|i| !is_taken[*i]).collect();
        for i in &places {
            is_taken[*i] = true;
            let [a, b] = products[*i].factors;
            for factor in [Some(a), Some(b).filter(|b| *b != a)].into_iter().flatten() {
                *having.get_mut(&factor).expect("it was counted").count(is_split(&products[*i])) -= 1;
            }
        }
        groups.push(Group { factor, products: places });
    }
    groups
}

/// The products that have a factor, and how many of them are not taken.
#[derive(Default)]
struct Having {
    places: Vec<usize>,
    ciphertexts: usize,
    public: usize,
}

impl Having {
    fn count(&mut self, is_split: bool) -> &mut usize {
        if is_split { &mut self.public } else { &mut self.ciphertexts }
    }

    /// How many products of ciphertexts and public products are saved when they become one.
    fn saved(&self) -> (usize, usize) {
        match (self.ciphertexts, self.public) {
            (0, public) => (0, public.saturating_sub(1)),
            (ciphertexts, public) => (ciphertexts - 1, public),
        }
    }
}
