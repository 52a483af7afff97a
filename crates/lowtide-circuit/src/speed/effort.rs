//! The elementary work of each operation.

use std::ops::{Add, Mul};

use lowtide_ckks::{Level, Literal};
use lowtide_ring::Ring;

use super::{OWN, from_memory};

/// What besides its level decides the work of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Setting {
    /// The kind of ring.
    pub ring: Ring,
    /// `log2 N`.
    pub log_degree: u32,
    /// Special primes: those of a digit of a key switch.
    pub special: usize,
}

/// Elementary work: how often each loop over residues runs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Effort {
    /// Butterflies of number-theoretic transforms: `N / 2 log2 N` for one limb.
    pub butterflies: f64,
    /// Multiply-accumulates of base conversions.
    pub conversions: f64,
    /// Multiply-accumulates of inner products: tensor products, and digits with keys.
    pub products: f64,
    /// Numbers that element-wise passes read or write.
    pub passes: f64,
    /// Butterflies of the embedding.
    pub embedding: f64,
    /// Numbers that come from beyond a core's own cache.
    pub far: f64,
    /// Numbers of keys that are read.
    pub keys: f64,
    /// Numbers of values that come from memory.
    pub memory: f64,
}

/// How many stages of a transform the one in which the conjugate-invariant ring meets its coefficients is worth.
const MEETING: f64 = 1.0;

impl Setting {
    /// The setting of some parameters.
    #[must_use]
    pub const fn of(literal: &Literal) -> Self {
        Self { ring: literal.ring, log_degree: literal.log_degree, special: literal.p.len() }
    }

    /// The number of digits of a key switch at a level.
    #[must_use]
    pub const fn digits(&self, level: Level) -> usize {
        (level + 1).div_ceil(self.special)
    }

    fn degree(&self) -> f64 {
        f64::from(self.log_degree).exp2()
    }

    /// Whether so many limbs, all of them used for each prime in turn, are more than a core's own cache keeps.
    fn is_far(&self, limbs: usize) -> bool {
        8.0 * self.degree() * limbs as f64 > OWN
    }

    /// Transforms of so many limbs.
    fn transforms(&self, limbs: usize) -> Effort {
        let meeting = if self.ring == Ring::ConjugateInvariant { MEETING } else { 0.0 };
        let stages = f64::from(self.log_degree) + meeting;
        let butterflies = 0.5 * self.degree() * stages * limbs as f64;
        Effort { butterflies, ..Effort::default() }
    }

    /// Conversion from so many primes, and the multiple of their product, to as many as there are targets; each loop over all
    /// limbs that it goes through for one target, `room`.
    fn conversion(&self, primes: usize, targets: usize, room: usize) -> Effort {
        let conversions = self.degree() * ((primes + 1) * targets) as f64;
        let far = if self.is_far(room) { conversions } else { 0.0 };
        Effort { conversions, far, ..Effort::default() }
    }

    /// The factors of transforms and their quotients, fetched anew for so many transforms unless `room` has them kept.
    fn factors(&self, transforms: usize, room: usize) -> Effort {
        let far = if self.is_far(room) { 2.0 * self.degree() * transforms as f64 } else { 0.0 };
        Effort { far, ..Effort::default() }
    }

    /// Element-wise passes that read or write so many limbs.
    fn pass(&self, limbs: usize) -> Effort {
        Effort { passes: self.degree() * limbs as f64, ..Effort::default() }
    }

    /// An operation on whole values that reads or writes so many limbs, of which there are so many different ones.
    fn values(&self, touched: usize, different: usize) -> Effort {
        let share = from_memory(8.0 * self.degree() * different as f64);
        Effort { memory: share * self.degree() * touched as f64, ..self.pass(touched) }
    }

    /// Cutting a component into digits and lifting them to the key basis, but for the primes that are their own. Prime by
    /// prime it goes through all digits and multiples, all lifted digits, a transform's factors and two sums.
    fn lift(&self, level: Level) -> Effort {
        let (own, special) = (level + 1, self.special);
        let (all, digits) = (own + special, self.digits(level));
        let room = own + 2 * digits + 4;
        let digit = |digit: usize| {
            let primes = special.min(own - digit * special);
            self.conversion(primes, all - primes, room) + self.factors(all - primes, primes + 4)
        };
        let rest = self.transforms(digits * all) + self.factors(all, room) + self.pass(4 * own);
        (0..digits).map(digit).fold(rest, Add::add)
    }

    /// Products of the lifted digits with both halves of a key.
    fn switch(&self, level: Level) -> Effort {
        let digits = self.digits(level);
        let terms = 2.0 * self.degree() * (digits * (level + 1 + self.special)) as f64;
        let far = if self.is_far(digits + 2) { terms } else { 0.0 };
        Effort { products: terms, keys: terms, far, ..Effort::default() }
    }

    /// Division of two sums over `from` primes by `divisor` of them.
    fn divide(&self, from: usize, divisor: usize) -> Effort {
        let (left, room) = (from - divisor, 2 * (divisor + 1) + 5);
        self.transforms(2 * from)
            + self.conversion(divisor, 2 * left, room)
            + self.factors(left, room)
            + self.pass(4 * divisor + 8 * left)
    }

    /// A relinearization that divides by the last prime as well, from `level` to the one below.
    #[must_use]
    pub fn relinearize_rescale(&self, level: Level) -> Effort {
        let own = level + 1;
        self.lift(level)
            + self.switch(level)
            + self.divide(own + self.special, self.special + 1)
            + self.pass(6 * own)
    }

    /// So many rotations of one ciphertext, which share its decomposition; also a conjugation.
    #[must_use]
    pub fn rotations(&self, level: Level, count: usize) -> Effort {
        let own = level + 1;
        // Lifted digits that are kept for several rotations are written, and read for each.
        let kept = if count > 1 { self.digits(level) * (own + self.special) } else { 0 };
        let each = self.switch(level)
            + self.divide(own + self.special, self.special)
            + self.pass(7 * own)
            + self.values(kept, kept);
        self.lift(level) + self.values(kept, kept) + each * count as f64
    }

    /// The sum of so many rotations of one ciphertext, and perhaps of itself. Prime by prime all keys meet the lifted digits,
    /// and each adds to both sums, which are divided once.
    #[must_use]
    pub fn rotation_sum(&self, level: Level, count: usize) -> Effort {
        let (own, all) = (level + 1, level + 1 + self.special);
        let each = self.switch(level) + self.pass(4 * all + own);
        self.lift(level) + each * count as f64 + self.divide(all, self.special) + self.pass(6 * own)
    }

    /// A rescale from `level` to the one below.
    #[must_use]
    pub fn rescale(&self, level: Level) -> Effort {
        let own = level + 1;
        Effort { passes: 0.0, ..self.values(4 * own, 4 * own) } + self.divide(own, 1)
    }

    /// A product of two ciphertexts or a square, not relinearized.
    #[must_use]
    pub fn product(&self, level: Level) -> Effort {
        let own = level + 1;
        let products = self.degree() * (4 * own) as f64;
        Effort { products, passes: self.degree() * (3 * own) as f64, ..self.values(7 * own, 7 * own) }
    }

    /// An element-wise operation on values of so many polynomials, in which so many numbers are read or written for each that
    /// comes out, of which `different` are not the same ones again.
    #[must_use]
    pub fn element_wise(&self, level: Level, polynomials: usize, numbers: usize, different: usize) -> Effort {
        let limbs = polynomials * (level + 1);
        self.values(numbers * limbs, different * limbs)
    }

    /// The encoding of a public vector.
    #[must_use]
    pub fn encode(&self, level: Level) -> Effort {
        let own = level + 1;
        let slots = self.ring.slots(1 << self.log_degree) as f64;
        let embedding = 0.5 * slots * f64::from(self.log_degree);
        Effort { embedding, ..self.transforms(own) + self.conversion(1, own, 2) + self.pass(8 + 2 * own) }
    }
}

impl Add for Effort {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            butterflies: self.butterflies + other.butterflies,
            conversions: self.conversions + other.conversions,
            products: self.products + other.products,
            passes: self.passes + other.passes,
            embedding: self.embedding + other.embedding,
            far: self.far + other.far,
            keys: self.keys + other.keys,
            memory: self.memory + other.memory,
        }
    }
}

impl Mul<f64> for Effort {
    type Output = Self;
    fn mul(self, factor: f64) -> Self {
        Self {
            butterflies: factor * self.butterflies,
            conversions: factor * self.conversions,
            products: factor * self.products,
            passes: factor * self.passes,
            embedding: factor * self.embedding,
            far: factor * self.far,
            keys: factor * self.keys,
            memory: factor * self.memory,
        }
    }
}
