//! Composition: from residues to the numbers they stand for, in double precision.
//!
//! Garner's mixed-radix digits, centred: with `Q_i = q_0 .. q_(i-1)`, a number is `sum_i d_i Q_i` for digits between
//! `-q_i / 2` and `q_i / 2`, and
//!
//! ```text
//! d_i = (x - sum_(j < i) d_j Q_j) Q_i^-1 mod q_i.
//! ```
//!
//! That is a weighted sum of one residue and of the digits below it, which vector kernels take for many coefficients at
//! once. There a digit is `d_j + h_j`, `h_j = (q_j - 1) / 2`, so that it is never negative, and the `h_j` come together in
//! a constant. A digit above the lowest that is zero throughout a block is no term of those above it. Numbers of one digit,
//! as most are that someone decodes, are compared with their residues modulo the other primes: no product is taken.

use rayon::prelude::*;

use crate::{Basis, Coefficient, Field, Isa, Ntt, Poly};

/// Coefficients that are composed together: their digits stay in the first cache.
const BLOCK: usize = 1024;

impl Poly<Coefficient> {
    /// The coefficients' representatives in `(-Q/2, Q/2)`, rounded to 53 bits.
    ///
    /// A coefficient far below `Q` has zero digits above its size, so that it is exact up to `2^53` however large `Q` is.
    /// How long it takes depends on how many primes the largest coefficient of every block fills, and on whether each prime is
    /// above its lowest digit, and on nothing else of them.
    ///
    /// # Panics
    /// When there are as many primes as [`Field::MAX_TERMS`], or more.
    #[must_use]
    pub fn to_centered(&self) -> Vec<f64> {
        self.to_centered_over(1.0)
    }

    /// [`Poly::to_centered`], divided by a number.
    ///
    /// # Panics
    /// As [`Poly::to_centered`].
    #[must_use]
    pub fn to_centered_over(&self, divisor: f64) -> Vec<f64> {
        let composition = Composition::new(self.basis());
        let mut out = vec![0.0; self.basis().degree()];
        let scratch = || vec![0; self.basis().len() * BLOCK];
        out.par_chunks_mut(BLOCK).enumerate().for_each_init(scratch, |scratch, (block, out)| {
            composition.block(out, |i| &self.limb(i)[block * BLOCK..], scratch);
            out.iter_mut().for_each(|x| *x /= divisor);
        });
        out
    }
}

/// What the digits modulo one prime come from.
struct Place {
    field: Field,
    /// `-Q_j / Q_i`, by lower digit `j`.
    lower: Vec<u64>,
    /// `1 / Q_i`.
    residue: u64,
}

struct Composition {
    places: Vec<Place>,
}

impl Composition {
    fn new(basis: &Basis) -> Self {
        assert!(basis.len() < Field::MAX_TERMS, "at most {} primes", Field::MAX_TERMS - 1);
        // A digit may be too wide for the vector kernels of another prime.
        let narrow = basis.primes().all(|q| q < Field::VECTOR_LIMIT);
        let place = |(i, limb): (usize, &Ntt)| {
            let q = limb.modulus();
            let isa = if narrow { limb.field().isa() } else { Isa::SCALAR };
            let (mut lower, mut residue) = (vec![0; i], 1);
            for j in (0..i).rev() {
                residue = basis.inverse(j, i).mul(residue, q);
                lower[j] = q.neg(residue);
            }
            Place { field: Field::new(q, isa), lower, residue }
        };
        Self { places: basis.limbs().iter().enumerate().map(place).collect() }
    }

    /// The numbers behind the first of `residues`, by prime; `digits` has room for a block of digits a prime.
    fn block<'a>(&self, out: &mut [f64], residues: impl Fn(usize) -> &'a [u64], digits: &mut [u64]) {
        let ones = &[1; BLOCK][..out.len()];
        // The primes whose digits are kept.
        let mut live: Vec<usize> = Vec::new();
        let mut lowest = Lowest::new(out.len());
        for (i, Place { field, lower, residue }) in self.places.iter().enumerate() {
            if live.len() == 1 && lowest.is_all(field, &residues(i)[..out.len()]) {
                continue;
            }
            let (below, digit) = digits.split_at_mut(live.len() * BLOCK);
            let (digit, q, own) = (&mut digit[..out.len()], field.modulus(), half(field));
            let constant =
                live.iter().fold(own, |sum, j| q.sub(sum, q.mul(half(&self.places[*j].field), lower[*j])));
            let below = live.iter().zip(below.chunks(BLOCK));
            let below = below.map(|(j, digit)| (&digit[..out.len()], lower[*j]));
            let terms: Vec<(&[u64], u64)> =
                [(&residues(i)[..out.len()], *residue), (ones, constant)].into_iter().chain(below).collect();
            field.weighted_sum(digit, &terms);
            // The lowest one is kept in any case: that numbers are zero shall not show in time.
            if i == 0 || digit.iter().fold(0, |any, x| any | (x ^ own)) != 0 {
                live.push(i);
            }
            if i == 0 {
                lowest.set(digit, own);
            }
        }
        self.evaluate(out, &live, digits);
    }

    /// Horner's rule, from the highest digit that is not zero.
    fn evaluate(&self, out: &mut [f64], live: &[usize], digits: &[u64]) {
        let mut digits = live.iter().zip(digits.chunks(BLOCK)).rev().peekable();
        let Some(top) = live.last() else { return };
        for (i, place) in self.places[..=*top].iter().enumerate().rev() {
            let (q, half) = (place.field.modulus().value() as f64, half(&place.field));
            match digits.next_if(|(j, _)| **j == i) {
                Some((_, digit)) => out.iter_mut().zip(digit).for_each(|(sum, x)| {
                    *sum = *sum * q + x.wrapping_sub(half).cast_signed() as f64;
                }),
                None => out.iter_mut().for_each(|sum| *sum *= q),
            }
        }
    }
}

/// The lowest digits of a block, as signed numbers.
struct Lowest {
    numbers: Vec<i64>,
    /// At least all absolute values.
    bound: u64,
}

impl Lowest {
    fn new(length: usize) -> Self {
        Self { numbers: vec![0; length], bound: 0 }
    }

    fn set(&mut self, digit: &[u64], half: u64) {
        let mut any = 0;
        for (number, x) in self.numbers.iter_mut().zip(digit) {
            *number = x.wrapping_sub(half).cast_signed();
            // Of a negative number the complement: less by one.
            any |= (*number ^ (*number >> 63)).cast_unsigned();
        }
        self.bound = any + 1;
    }

    /// Whether these are the numbers behind residues modulo another prime. If they are too large to be compared at once
    /// that is not known.
    fn is_all(&self, field: &Field, residues: &[u64]) -> bool {
        if self.bound >= field.modulus().value() {
            return false;
        }
        let mut lifted = [0; BLOCK];
        let lifted = &mut lifted[..residues.len()];
        field.lift(lifted, &self.numbers);
        lifted.iter().zip(residues).fold(0, |any, (x, y)| any | (x ^ y)) == 0
    }
}

/// What makes a digit at least zero.
const fn half(field: &Field) -> u64 {
    field.modulus().value() / 2
}
