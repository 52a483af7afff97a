//! Base conversion: from residues modulo one basis to residues modulo another, and the divisions made of it.
//!
//! Halevi, Polyakov and Shoup, "An improved RNS variant of the BFV scheme" (ePrint 2018/117), section 2: with
//! `y_j = x (Q/q_j)^-1 mod q_j`, the representative of `x` in `[-Q/2, Q/2)` is `sum_j y_j Q/q_j - v Q` where
//! `v = round(sum_j y_j / q_j)`. The sum is taken in double precision, in the same order everywhere: a value within
//! about `2^-46 Q` of `Q/2` may come out as its neighbour modulo `Q`, which costs a key switch nothing.

use std::ops::Range;

use rayon::prelude::*;

use crate::{Basis, Buffer, Coefficient, Evaluation, Field, Isa, Limb, Ntt, Poly, Shoup, buffer};

/// Conversion from one basis to another, exact and centred.
#[derive(Debug)]
pub struct Extension {
    /// Windows of one chain.
    source: Vec<Basis>,
    /// By source prime: its window and its place there.
    places: Vec<(usize, usize)>,
    target: Basis,
    /// `(Q/q_j)^-1 mod q_j`.
    inverses: Vec<Shoup>,
    /// `1 / q_j`.
    reciprocals: Vec<f64>,
    /// By target prime: `Q/q_j mod p`, then `-Q mod p`.
    weights: Vec<Vec<u64>>,
    /// By target prime: its arithmetic, portable when a source prime is too wide for vector kernels.
    fields: Vec<Field>,
}

/// A polynomial between its two bases: the digits `y_j` and the multiple `v`.
#[derive(Debug)]
pub struct Digits {
    /// The digits, and the multiple.
    limbs: Buffer,
}

impl Extension {
    /// Conversion from the primes of `source`, window after window, to `target`. A prime in both keeps its residues.
    ///
    /// # Panics
    /// When the ring degrees differ.
    #[must_use]
    pub fn new(source: &[Basis], target: &Basis) -> Self {
        assert!(source.iter().all(|window| window.degree() == target.degree()), "bases of different rings");
        let places: Vec<(usize, usize)> = source
            .iter()
            .enumerate()
            .flat_map(|(w, window)| (0..window.len()).map(move |j| (w, j)))
            .collect();
        let limbs: Vec<&Ntt> = source.iter().flat_map(Basis::limbs).collect();
        let product_modulo = |p: crate::Modulus, skip: Option<usize>| {
            let factors = limbs.iter().enumerate().filter(|(j, _)| Some(*j) != skip);
            factors.fold(1, |product, (_, limb)| p.mul(product, p.reduce(limb.modulus().value())))
        };
        let inverse = |(j, limb): (usize, &&Ntt)| {
            let q = limb.modulus();
            q.shoup(q.inverse(product_modulo(q, Some(j))))
        };
        let weights = |limb: &Ntt| {
            let p = limb.modulus();
            let cofactors = (0..limbs.len()).map(|j| product_modulo(p, Some(j)));
            cofactors.chain([p.neg(product_modulo(p, None))]).collect()
        };
        let wide = limbs.iter().any(|limb| limb.modulus().value() >= Field::VECTOR_LIMIT);
        let field = |limb: &Ntt| if wide { Field::new(limb.modulus(), Isa::SCALAR) } else { *limb.field() };
        Self {
            inverses: limbs.iter().enumerate().map(inverse).collect(),
            reciprocals: limbs.iter().map(|limb| 1.0 / limb.modulus().value() as f64).collect(),
            weights: target.limbs().iter().map(weights).collect(),
            fields: target.limbs().iter().map(field).collect(),
            source: source.to_vec(),
            places,
            target: target.clone(),
        }
    }

    /// How many primes are converted from.
    #[must_use]
    pub const fn source_len(&self) -> usize {
        self.places.len()
    }

    /// The transform modulo source prime number `j`.
    fn source_limb(&self, j: usize) -> &Ntt {
        let (window, place) = self.places[j];
        &self.source[window].limbs()[place]
    }

    /// The basis converted to.
    #[must_use]
    pub const fn target(&self) -> &Basis {
        &self.target
    }

    /// The digits of `K` polynomials given by their values: `values(tile)` makes, on any thread, what writes those modulo
    /// the source primes of a tile, one writer a prime.
    #[must_use]
    pub fn decompose<const K: usize, W: FnOnce([&mut [u64]; K])>(
        &self,
        values: impl Fn(Range<usize>) -> Vec<W> + Sync,
    ) -> [Digits; K] {
        self.digits_by(|tile, limbs| {
            for ((j, limbs), write) in tile.clone().zip(limbs).zip(values(tile)) {
                write(limbs.each_mut().map(|limb| &mut **limb));
                let (ntt, factor) = (self.source_limb(j), self.inverses[j].value());
                limbs.iter_mut().for_each(|limb| ntt.inverse_scaled(limb, factor));
            }
        })
    }

    /// The digits of a polynomial given by its coefficients.
    fn digits(&self, poly: &Poly<Coefficient>) -> Digits {
        let [digits] = self.digits_by(|tile, limbs| {
            for (j, [limb]) in tile.zip(limbs) {
                limb.copy_from_slice(poly.limb(j));
                self.source_limb(j).field().scale_assign(limb, self.inverses[j]);
            }
        });
        digits
    }

    /// `fill(tile, limbs)` writes the digits of a tile; the multiple follows from them.
    fn digits_by<const K: usize>(
        &self,
        fill: impl Fn(Range<usize>, &mut [[&mut [u64]; K]]) + Sync,
    ) -> [Digits; K] {
        let k = self.source_len();
        let mut buffers = [(); K].map(|()| self.target.scratch(k + 1));
        let mut limbs: Vec<_> = buffer::limbs(&mut buffers).take(k).collect();
        buffer::for_each_tile(&mut limbs, fill);
        buffers.map(|mut limbs| {
            if let Some((multiple, digits)) = limbs.split_last_mut() {
                self.multiple(digits, multiple);
            }
            Digits { limbs }
        })
    }

    /// `v = round(sum_j y_j / q_j)`.
    fn multiple(&self, digits: &[Limb], multiple: &mut [u64]) {
        const BLOCK: usize = 1 << 12;
        multiple.par_chunks_mut(BLOCK).enumerate().for_each(|(block, out)| {
            let mut terms: [(&[u64], f64); Field::MAX_TERMS] = [(&[], 0.0); _];
            for (term, (limb, reciprocal)) in terms.iter_mut().zip(digits.iter().zip(&self.reciprocals)) {
                *term = (&limb[block * BLOCK..][..out.len()], *reciprocal);
            }
            self.fields[0].rounded_sum(out, &terms[..digits.len()]);
        });
    }

    /// The residues of those digits modulo the target primes of these numbers, an output for each.
    ///
    /// # Panics
    /// When an output has not the ring degree as length.
    pub fn convert(&self, digits: &Digits, targets: &[usize], outs: &mut [&mut [u64]]) {
        assert_eq!(targets.len(), outs.len());
        let (pairs, rest) = targets.as_chunks::<2>();
        let (out_pairs, out_rest) = outs.as_chunks_mut::<2>();
        for (pair, outs) in pairs.iter().zip(out_pairs) {
            self.columns(digits, *pair, outs.each_mut().map(|out| &mut **out));
        }
        rest.iter().zip(out_rest).for_each(|(i, out)| self.columns(digits, [*i], [out]));
    }

    fn columns<const T: usize>(&self, digits: &Digits, targets: [usize; T], outs: [&mut [u64]; T]) {
        let mut terms: [(&[u64], [u64; T]); Field::MAX_TERMS] = [(&[], [0; T]); _];
        for (j, (term, limb)) in terms.iter_mut().zip(&*digits.limbs).enumerate() {
            *term = (limb, targets.map(|i| self.weights[i][j]));
        }
        Field::weighted_sums(targets.map(|i| &self.fields[i]), outs, &terms[..digits.limbs.len()]);
    }

    /// The polynomial modulo the target basis whose coefficients are the representatives nearest zero of `poly`'s.
    ///
    /// # Panics
    /// When `poly` is over another basis than the source, or the source is not one window.
    #[must_use]
    pub fn extend(&self, poly: &Poly<Coefficient>) -> Poly<Coefficient> {
        assert_eq!(std::slice::from_ref(poly.basis()), self.source);
        let digits = self.digits(poly);
        Poly::generate(&self.target, |i, _, limb| self.convert(&digits, &[i], &mut [limb]))
    }
}

/// Division with rounding by the product of a part of the basis: a rescale when that part is the last prime, a
/// ModDown when it is the special primes.
#[derive(Debug)]
pub struct Division {
    extension: Extension,
    /// `D^-1 mod q_i` for the divisor `D`.
    inverses: Vec<Shoup>,
}

impl Division {
    /// Division by the product of all primes of `divisor`, leaving residues modulo `quotient`.
    ///
    /// # Panics
    /// When the ring degrees differ, or the bases share a prime.
    #[must_use]
    pub fn new(divisor: &[Basis], quotient: &Basis) -> Self {
        let primes: Vec<u64> = divisor.iter().flat_map(Basis::primes).collect();
        assert!(quotient.primes().all(|q| !primes.contains(&q)), "bases that share a prime");
        let inverse = |limb: &Ntt| {
            let q = limb.modulus();
            q.shoup(q.inverse(primes.iter().fold(1, |product, d| q.mul(product, q.reduce(*d)))))
        };
        let inverses = quotient.limbs().iter().map(inverse).collect();
        Self { extension: Extension::new(divisor, quotient), inverses }
    }

    /// How many primes are divided by.
    #[must_use]
    pub const fn divisor_len(&self) -> usize {
        self.extension.source_len()
    }

    /// The primes that are left.
    #[must_use]
    pub const fn quotient(&self) -> &Basis {
        self.extension.target()
    }

    /// What is left of `K` polynomials by the divisor: `values(tile)` makes what writes their values modulo its primes of a
    /// tile, one writer a prime.
    #[must_use]
    pub fn remainders<const K: usize, W: FnOnce([&mut [u64]; K])>(
        &self,
        values: impl Fn(Range<usize>) -> Vec<W> + Sync,
    ) -> [Digits; K] {
        self.extension.decompose(values)
    }

    /// The quotients modulo their primes of a tile, of polynomials that leave these remainders: a writer for each prime
    /// writes their values modulo it.
    ///
    /// # Panics
    /// When there are not as many writers and limbs as primes, or a limb has not the ring degree as length.
    pub fn quotients<const K: usize>(
        &self,
        remainders: &[Digits; K],
        tile: Range<usize>,
        values: Vec<impl FnOnce([&mut [u64]; K])>,
        limbs: &mut [[&mut [u64]; K]],
    ) {
        assert!(values.len() == tile.len() && limbs.len() == tile.len());
        let targets: Vec<usize> = tile.collect();
        let mut lifted: [Buffer; K] = [(); K].map(|()| self.quotient().scratch(targets.len()));
        for (remainder, lifted) in remainders.iter().zip(&mut lifted) {
            let mut outs: Vec<&mut [u64]> = lifted.iter_mut().map(|limb| &mut **limb).collect();
            self.extension.convert(remainder, &targets, &mut outs);
        }
        for (((i, limbs), lifted), write) in
            targets.iter().zip(limbs).zip(buffer::limbs(&mut lifted)).zip(values)
        {
            let ntt = &self.quotient().limbs()[*i];
            write(limbs.each_mut().map(|limb| &mut **limb));
            for (limb, lifted) in limbs.iter_mut().zip(lifted) {
                ntt.forward(lifted);
                ntt.field().sub_scale_assign(limb, lifted, self.inverses[*i]);
            }
        }
    }

    /// `round(poly / D)`, coefficient by coefficient, for polynomials whose basis holds divisor and quotient.
    ///
    /// # Panics
    /// When the basis of one lacks a prime of either.
    #[must_use]
    pub fn divide<const K: usize>(&self, polys: [&Poly<Evaluation>; K]) -> [Poly<Evaluation>; K] {
        let Extension { source, places, target: quotient, .. } = &self.extension;
        let limb = |poly: usize, window: &Basis, i: usize| {
            let start = polys[poly].basis().position(window).expect("a window of the basis");
            polys[poly].limb(start + i)
        };
        let copy = |window: &Basis, i: usize| {
            let own: [&[u64]; K] = std::array::from_fn(|poly| limb(poly, window, i));
            move |outs: [&mut [u64]; K]| {
                outs.into_iter().zip(own).for_each(|(out, own)| out.copy_from_slice(own));
            }
        };
        let copy_divisor = |(window, place): &(usize, usize)| copy(&source[*window], *place);
        let remainders = self.remainders(|tile| places[tile].iter().map(copy_divisor).collect());
        Poly::generate_tiles(quotient, |tile, limbs| {
            let values = tile.clone().map(|i| copy(quotient, i)).collect();
            self.quotients(&remainders, tile, values, limbs);
        })
    }
}
