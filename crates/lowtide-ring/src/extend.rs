//! Base conversion: from residues modulo one basis to residues modulo another, and the divisions made of it.
//!
//! Halevi, Polyakov and Shoup, "An improved RNS variant of the BFV scheme" (ePrint 2018/117), section 2: with
//! `y_j = x (Q/q_j)^-1 mod q_j`, the representative of `x` in `[-Q/2, Q/2)` is `sum_j y_j Q/q_j - v Q` where
//! `v = round(sum_j y_j / q_j)`. The sum is taken in double precision, in the same order everywhere: a value within
//! about `2^-46 Q` of `Q/2` may come out as its neighbour modulo `Q`, which costs a key switch nothing.

use std::ops::Range;

use rayon::prelude::*;

use crate::{
    Basis, Buffer, Coefficient, Evaluation, Field, Isa, Ntt, Poly, Shoup, buffer, ntt::kernel::Sources,
};

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
    /// The largest `q_j`.
    below: u64,
    /// By target prime: `Q/q_j mod p`, then `-Q mod p`.
    weights: Vec<Vec<u64>>,
    /// By target prime: its arithmetic, portable when a source prime is too wide for vector kernels.
    fields: Vec<Field>,
}

/// A polynomial between its two bases: the digits `y_j` and the multiple `v`.
#[derive(Debug)]
pub struct Digits {
    limbs: Buffer,
    /// As many bytes as there are coefficients, at the beginning of a limb: `v` is at most the number of digits.
    multiple: Buffer,
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
            below: limbs.iter().map(|limb| limb.modulus().value()).max().unwrap_or(0),
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
        let mut buffers = [(); K].map(|()| self.target.scratch(self.source_len()));
        let mut limbs: Vec<_> = buffer::limbs(&mut buffers).collect();
        buffer::for_each_tile(&mut limbs, fill);
        buffers.map(|limbs| Digits { multiple: self.multiple(&limbs), limbs })
    }

    /// `v = round(sum_j y_j / q_j)`.
    fn multiple(&self, digits: &Buffer) -> Buffer {
        const WORDS: usize = 1 << 9;
        let mut multiple = self.target.scratch(1);
        let bytes = &mut multiple[0][..self.target.degree() / 8];
        bytes.par_chunks_mut(WORDS).enumerate().for_each(|(block, out)| {
            let mut terms: [(&[u64], f64); Field::MAX_TERMS] = [(&[], 0.0); _];
            for (term, (limb, reciprocal)) in terms.iter_mut().zip(digits.iter().zip(&self.reciprocals)) {
                *term = (&limb[block * 8 * WORDS..][..8 * out.len()], *reciprocal);
            }
            self.fields[0].rounded_sum(out, &terms[..digits.len()]);
        });
        multiple
    }

    /// The residues of those digits modulo the target primes of these numbers, an output for each.
    ///
    /// Each digit is read once for four targets, and block by block, so that it comes from nearby for all further ones.
    ///
    /// # Panics
    /// When an output has not the ring degree as length.
    pub fn convert(&self, digits: &Digits, targets: &[usize], outs: &mut [&mut [u64]]) {
        const BLOCK: usize = 1 << 12;
        let degree = self.target.degree();
        assert!(targets.len() == outs.len() && outs.iter().all(|out| out.len() == degree));
        for start in (0..degree).step_by(BLOCK) {
            let block = start..degree.min(start + BLOCK);
            for (targets, outs) in targets.chunks(4).zip(outs.chunks_mut(4)) {
                match targets.len() {
                    4 => self.columns::<4>(digits, block.clone(), targets, outs),
                    3 => self.columns::<3>(digits, block.clone(), targets, outs),
                    2 => self.columns::<2>(digits, block.clone(), targets, outs),
                    _ => self.columns::<1>(digits, block.clone(), targets, outs),
                }
            }
        }
    }

    /// As [`Extension::convert`], for a block of coefficients and `T` targets.
    fn columns<const T: usize>(
        &self,
        digits: &Digits,
        block: Range<usize>,
        targets: &[usize],
        outs: &mut [&mut [u64]],
    ) {
        let targets: [usize; T] = targets.try_into().expect("as many as are asked for");
        let outs: &mut [&mut [u64]; T] = outs.try_into().expect("an output for each target");
        let mut terms: [(&[u64], [u64; T]); Field::MAX_TERMS] = [(&[], [0; T]); _];
        let count = digits.limbs.len();
        for (j, (term, limb)) in terms.iter_mut().zip(&*digits.limbs).enumerate() {
            *term = (&limb[block.clone()], targets.map(|i| self.weights[i][j]));
        }
        let multiple = (&digits.multiple[0][block.start / 8..], targets.map(|i| self.weights[i][count]));
        let fields = targets.map(|i| &self.fields[i]);
        let outs = outs.each_mut().map(|out| &mut out[block.clone()]);
        let sources = Sources { terms: &terms[..count], bytes: Some(multiple), below: self.below };
        Field::weighted_sums_of(fields, outs, sources);
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
///
/// The quotient of `x` is `x D^-1 - t`, where the conversion of what `x` leaves by the divisor `D` comes out as
/// `t`, that factor included.
#[derive(Debug)]
pub struct Division {
    extension: Extension,
    /// `D^-1 mod q_i`.
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
        let inverses: Vec<Shoup> = quotient.limbs().iter().map(inverse).collect();
        let mut extension = Extension::new(divisor, quotient);
        for (weights, (inverse, limb)) in
            extension.weights.iter_mut().zip(inverses.iter().zip(quotient.limbs()))
        {
            weights.iter_mut().for_each(|weight| *weight = inverse.mul(*weight, limb.modulus()));
        }
        Self { extension, inverses }
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

    /// `D^-1` modulo prime number `i` of those.
    #[must_use]
    pub fn inverse(&self, i: usize) -> Shoup {
        self.inverses[i]
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

    /// The quotients modulo their primes of a tile, of polynomials that leave these remainders: for each prime, `finish(i,
    /// limbs, t)` has to write `x D^-1 - t`.
    ///
    /// # Panics
    /// When there are not as many limbs as primes, or a limb has not the ring degree as length.
    pub fn quotients<const K: usize>(
        &self,
        remainders: &[Digits; K],
        tile: Range<usize>,
        limbs: &mut [[&mut [u64]; K]],
        mut finish: impl FnMut(usize, [&mut [u64]; K], [&[u64]; K]),
    ) {
        assert_eq!(limbs.len(), tile.len());
        let targets: Vec<usize> = tile.collect();
        let mut converted: [Buffer; K] = [(); K].map(|()| self.quotient().scratch(targets.len()));
        for (remainder, converted) in remainders.iter().zip(&mut converted) {
            let mut outs: Vec<&mut [u64]> = converted.iter_mut().map(|limb| &mut **limb).collect();
            self.extension.convert(remainder, &targets, &mut outs);
        }
        for ((i, limbs), mut converted) in targets.iter().zip(limbs).zip(buffer::limbs(&mut converted)) {
            converted.iter_mut().for_each(|limb| self.quotient().limbs()[*i].forward(limb));
            finish(*i, limbs.each_mut().map(|limb| &mut **limb), converted.map(|limb| &*limb));
        }
    }

    /// `round(poly / D)`, coefficient by coefficient, for polynomials whose basis holds divisor and quotient.
    ///
    /// # Panics
    /// When the basis of one lacks a prime of either.
    #[must_use]
    pub fn divide<const K: usize>(&self, polys: [&Poly<Evaluation>; K]) -> [Poly<Evaluation>; K] {
        let Extension { source, places, target: quotient, .. } = &self.extension;
        let own = |window: &Basis, i: usize| -> [&[u64]; K] {
            polys.map(|poly| {
                let start = poly.basis().position(window).expect("a window of the basis");
                poly.limb(start + i)
            })
        };
        let copy = |(window, place): &(usize, usize)| {
            let own = own(&source[*window], *place);
            move |outs: [&mut [u64]; K]| {
                outs.into_iter().zip(own).for_each(|(out, own)| out.copy_from_slice(own));
            }
        };
        let remainders = self.remainders(|tile| places[tile].iter().map(copy).collect());
        Poly::generate_tiles(quotient, |tile, limbs| {
            self.quotients(&remainders, tile, limbs, |i, outs, t| {
                let field = quotient.limbs()[i].field();
                for ((out, own), t) in outs.into_iter().zip(own(quotient, i)).zip(t) {
                    field.scale_sub(out, own, self.inverses[i], t);
                }
            });
        })
    }
}
