//! Hybrid key switching: from a ciphertext component under one secret to two under another.
//!
//! Han and Ki, "Better bootstrapping for approximate homomorphic encryption" (ePrint 2019/688), section 3. The primes of
//! `Q` fall into digits of as many primes as `P` has. A component `c` is cut into its residues modulo each digit, each
//! is lifted to all of `P Q` (ModUp), multiplied with its part of the key, which holds `P s'` modulo the primes of that
//! digit and zero elsewhere; the sum is divided by `P` (ModDown).
//!
//! The loops run prime by prime: the digits of one prime are lifted, meet the key, and are forgotten; the sums modulo
//! special primes leave remainders, and with those each prime's sums become the result at once. Neither lifted digits nor
//! sums are ever kept.

use lowtide_ring::{Basis, Division, Evaluation, Extension, Ntt, Poly, Shoup, extend::Digits};
use rayon::prelude::*;

use crate::{Error, Level, Parameters, SwitchingKey};

/// What key switching and rescaling need at one level.
pub(crate) struct Tables {
    /// By digit: its conversion to the key basis.
    digits: Vec<Extension>,
    /// Division by `P`.
    mod_down: Division,
    /// Above level 0.
    lower: Option<Lower>,
}

/// What leads one level down.
pub(crate) struct Lower {
    /// Division by the last prime.
    pub(crate) rescale: Division,
    /// Division by `P` and the last prime at once.
    mod_down: Division,
    /// `P` modulo each prime of the level.
    special: Vec<Shoup>,
}

impl Tables {
    pub(crate) fn new(params: &Parameters, level: Level) -> Self {
        let (special, basis, extended) =
            (params.special_basis(), params.basis(level), params.key_basis(level));
        let width = params.special_count();
        let digit = |start| Extension::new(&[basis.window(start..basis.len().min(start + width))], &extended);
        let product = |limb: &Ntt| {
            let q = limb.modulus();
            q.shoup(special.primes().fold(1, |product, p| q.mul(product, q.reduce(p))))
        };
        let lower = level.checked_sub(1).map(|lower| {
            let (last, lower) = (basis.window(level..level + 1), params.basis(lower));
            Lower {
                mod_down: Division::new(&[special.clone(), last.clone()], &lower),
                rescale: Division::new(&[last], &lower),
                special: basis.limbs().iter().map(product).collect(),
            }
        });
        Self {
            digits: (0..basis.len()).step_by(width).map(digit).collect(),
            mod_down: Division::new(&[special], &basis),
            lower,
        }
    }

    pub(crate) const fn lower(&self) -> Option<&Lower> {
        self.lower.as_ref()
    }
}

/// A component cut into digits, before they are lifted.
struct Cut<'a> {
    component: &'a Poly<Evaluation>,
    tables: &'a Tables,
    digits: Vec<Digits>,
    /// Primes of a digit, as many as there are special ones.
    width: usize,
}

impl<'a> Cut<'a> {
    fn new(params: &'a Parameters, component: &'a Poly<Evaluation>) -> Self {
        let (tables, width) = (params.tables(component.basis().len() - 1), params.special_count());
        let digit = |(d, extension): (usize, &Extension)| {
            let [digits] =
                extension.decompose(|j, [limb]| limb.copy_from_slice(component.limb(d * width + j)));
            digits
        };
        let digits = tables.digits.par_iter().enumerate().map(digit).collect();
        Self { component, tables, digits, width }
    }

    /// The basis of keys at this level: special primes, then those of the component.
    fn basis(&self) -> &Basis {
        self.tables.digits[0].target()
    }

    /// The component's own limb modulo prime `i` of the key basis, when digit `d` has that prime: it needs no lifting.
    fn own(&self, d: usize, i: usize) -> Option<&'a [u64]> {
        let own = i.checked_sub(self.width)?;
        (own / self.width == d).then(|| self.component.limb(own))
    }

    /// Digit `d` modulo prime `i` of the key basis, by values, unless the component has it.
    fn lift(&self, d: usize, i: usize, out: &mut [u64]) {
        let extension = &self.tables.digits[d];
        extension.convert(&self.digits[d], i, out);
        extension.target().limbs()[i].forward(out);
    }

    /// The products of all digits with the halves of a key, modulo prime `i` of the key basis.
    fn products(&self, key: &SwitchingKey, i: usize, [b, a]: [&mut [u64]; 2]) {
        let (basis, count) = (self.basis(), self.digits.len());
        let mut room = basis.scratch(count);
        let mut lifted: Vec<&[u64]> = Vec::with_capacity(count);
        for (d, out) in room.chunks_exact_mut(basis.degree()).enumerate() {
            lifted.push(self.own(d, i).unwrap_or_else(|| {
                self.lift(d, i, out);
                out
            }));
        }
        products(&basis.limbs()[i], &lifted, key, i, [b, a]);
    }
}

/// `sum_d lifted[d] key[d]` modulo prime `i` of the key basis, for both halves.
fn products(ntt: &Ntt, lifted: &[&[u64]], key: &SwitchingKey, i: usize, sums: [&mut [u64]; 2]) {
    for (half, sum) in sums.into_iter().enumerate() {
        let digits = lifted.iter().zip(key.digits());
        let pairs: Vec<(&[u64], &[u64])> = digits.map(|(lifted, key)| (*lifted, key[half].limb(i))).collect();
        ntt.field().inner_product(sum, &pairs);
    }
}

/// `round(sums / D)`, where `sums(i, limbs)` writes both sums modulo prime `i` of the key basis: their residues modulo the
/// divisor's primes first, which stand at `place(j)` there, then, one prime after the other, those of the result, which
/// `finished` sees.
fn divided(
    division: &Division,
    place: impl Fn(usize) -> usize + Sync,
    first: usize,
    sums: impl Fn(usize, [&mut [u64]; 2]) + Sync,
    finished: impl Fn(usize, &Ntt, [&mut [u64]; 2]) + Sync,
) -> [Poly<Evaluation>; 2] {
    let remainders = division.remainders(|j, limbs| sums(place(j), limbs));
    Poly::generate_each(division.quotient(), |i, ntt, [b, a]| {
        sums(first + i, [&mut *b, &mut *a]);
        for (sum, remainder) in [&mut *b, &mut *a].into_iter().zip(&remainders) {
            division.finish(remainder, i, sum);
        }
        finished(i, ntt, [b, a]);
    })
}

/// Division of two sums by `P`, plus addends.
fn mod_down(
    tables: &Tables,
    addends: [Option<&Poly<Evaluation>>; 2],
    sums: impl Fn(usize, [&mut [u64]; 2]) + Sync,
) -> [Poly<Evaluation>; 2] {
    let division = &tables.mod_down;
    divided(
        division,
        |j| j,
        division.divisor_len(),
        sums,
        |i, ntt, limbs| {
            for (limb, addend) in limbs.into_iter().zip(addends) {
                if let Some(addend) = addend {
                    ntt.field().add_assign(limb, addend.limb(i));
                }
            }
        },
    )
}

/// The components `(b, a)` with `b + a s' = c s` up to noise, for a key from `s` to `s'`, plus the addends.
pub(crate) fn switch(
    params: &Parameters,
    component: &Poly<Evaluation>,
    key: &SwitchingKey,
    addends: [Option<&Poly<Evaluation>>; 2],
) -> Result<[Poly<Evaluation>; 2], Error> {
    key.check_level(component.basis().len() - 1)?;
    let cut = Cut::new(params, component);
    Ok(mod_down(cut.tables, addends, |i, sums| cut.products(key, i, sums)))
}

/// As [`switch`], and divided by the last prime: one division by both, and a quarter fewer transforms than two.
pub(crate) fn switch_and_rescale(
    params: &Parameters,
    component: &Poly<Evaluation>,
    key: &SwitchingKey,
    addends: [&Poly<Evaluation>; 2],
) -> Result<[Poly<Evaluation>; 2], Error> {
    let level = component.basis().len() - 1;
    key.check_level(level)?;
    let cut = Cut::new(params, component);
    let Lower { mod_down, special, .. } = cut.tables.lower().ok_or(Error::OutOfLevels)?;
    let first = cut.width;
    let place = |j: usize| if j < first { j } else { first + level };
    let sums = |i: usize, limbs: [&mut [u64]; 2]| {
        let [b, a] = limbs;
        cut.products(key, i, [&mut *b, &mut *a]);
        if let Some(own) = i.checked_sub(first) {
            let field = cut.basis().limbs()[i].field();
            for (sum, addend) in [b, a].into_iter().zip(addends) {
                field.add_scaled_assign(sum, addend.limb(own), special[own]);
            }
        }
    };
    Ok(divided(mod_down, place, first, sums, |_, _, _| ()))
}

/// A component cut and lifted, kept for many keys: what rotations of one ciphertext share.
pub(crate) struct Lifted(Vec<Poly<Evaluation>>);

impl Lifted {
    pub(crate) fn new(params: &Parameters, component: &Poly<Evaluation>) -> Self {
        let cut = Cut::new(params, component);
        let lift = |d| {
            Poly::generate(cut.basis(), |i, _, out| match cut.own(d, i) {
                Some(own) => out.copy_from_slice(own),
                None => cut.lift(d, i, out),
            })
        };
        Self((0..cut.digits.len()).map(lift).collect())
    }

    /// As [`switch`].
    pub(crate) fn switch(
        &self,
        params: &Parameters,
        key: &SwitchingKey,
        addends: [Option<&Poly<Evaluation>>; 2],
    ) -> Result<[Poly<Evaluation>; 2], Error> {
        let basis = self.0[0].basis();
        let level = basis.len() - 1 - params.special_count();
        key.check_level(level)?;
        Ok(mod_down(params.tables(level), addends, |i, sums| {
            let lifted: Vec<&[u64]> = self.0.iter().map(|digit| digit.limb(i)).collect();
            products(&basis.limbs()[i], &lifted, key, i, sums);
        }))
    }
}
