//! Hybrid key switching: from a ciphertext component under one secret to two under another.
//!
//! Han and Ki, "Better bootstrapping for approximate homomorphic encryption" (ePrint 2019/688), section 3. The primes of
//! `Q` fall into digits of as many primes as `P` has. A component `c` is cut into its residues modulo each digit, each
//! is lifted to all of `P Q` (ModUp), multiplied with its part of the key, which holds `P s'` modulo the primes of that
//! digit and zero elsewhere; the sum is divided by `P` (ModDown).
//!
//! The loops run prime by prime: the digits of one prime meet the key and are forgotten.

use lowtide_ring::{Basis, Division, Evaluation, Extension, Poly, extend::Digits};
use rayon::prelude::*;

use crate::{Error, Level, Parameters, SwitchingKey};

/// What key switching and rescaling need at one level.
pub(crate) struct Tables {
    /// By digit: its conversion to the key basis.
    digits: Vec<Extension>,
    /// Division by `P`.
    mod_down: Division,
    /// Division by the last prime, above level 0.
    rescale: Option<Division>,
}

impl Tables {
    pub(crate) fn new(params: &Parameters, level: Level) -> Self {
        let (special, basis, extended) =
            (params.special_basis(), params.basis(level), params.key_basis(level));
        let width = params.special_count();
        let digit = |start| Extension::new(&basis.window(start..basis.len().min(start + width)), &extended);
        let rescale = level
            .checked_sub(1)
            .map(|lower| Division::new(&basis.window(level..level + 1), &params.basis(lower)));
        Self {
            digits: (0..basis.len()).step_by(width).map(digit).collect(),
            mod_down: Division::new(&special, &basis),
            rescale,
        }
    }

    pub(crate) const fn rescale(&self) -> Option<&Division> {
        self.rescale.as_ref()
    }
}

/// A component cut into digits, before they are lifted.
struct Cut<'a> {
    component: &'a Poly<Evaluation>,
    tables: &'a Tables,
    digits: Vec<Digits>,
    width: usize,
}

impl<'a> Cut<'a> {
    fn new(params: &'a Parameters, component: &'a Poly<Evaluation>) -> Self {
        let (tables, width) = (params.tables(component.basis().len() - 1), params.special_count());
        let coefficients = component.clone().into_coefficients();
        let limbs: Vec<&[u64]> = coefficients.limbs().collect();
        let digit = |(limbs, extension): (&[&[u64]], &Extension)| extension.digits(limbs.iter().copied());
        let digits = limbs.par_chunks(width).zip(&tables.digits).map(digit).collect();
        Self { component, tables, digits, width }
    }

    fn basis(&self) -> Basis {
        self.tables.digits[0].target().clone()
    }

    /// Limb `i` of the key basis of lifted digit `d`, in evaluation form: the component's own limb where the digit
    /// has that prime.
    fn lift(&self, d: usize, i: usize, out: &mut [u64]) {
        let extension = &self.tables.digits[d];
        if let Some(own) = i.checked_sub(self.width).filter(|own| own / self.width == d) {
            out.copy_from_slice(self.component.limb(own));
        } else {
            extension.convert(&self.digits[d], i, out);
            extension.target().limbs()[i].forward(out);
        }
    }
}

/// The components `(b, a)` with `b + a s' = c s` up to noise, for a key from `s` to `s'`.
pub(crate) fn switch(
    params: &Parameters,
    component: &Poly<Evaluation>,
    key: &SwitchingKey,
) -> Result<[Poly<Evaluation>; 2], Error> {
    key.check_level(component.basis().len() - 1)?;
    let cut = Cut::new(params, component);
    let (n, count) = (params.ring_degree(), cut.digits.len());
    let sums = Poly::pair(&cut.basis(), |i, ntt, b, a| {
        let mut lifted = vec![0; n * count];
        lifted.chunks_exact_mut(n).enumerate().for_each(|(d, out)| cut.lift(d, i, out));
        let against = |half: usize| -> Vec<(&[u64], &[u64])> {
            lifted
                .chunks_exact(n)
                .zip(key.digits())
                .map(|(digit, parts)| (digit, parts[half].limb(i)))
                .collect()
        };
        ntt.field().inner_product(b, &against(0));
        ntt.field().inner_product(a, &against(1));
    });
    Ok(sums.map(|sum| cut.tables.mod_down.divide(&sum)))
}

/// A component cut and lifted, kept for many keys: what rotations of one ciphertext share.
pub(crate) struct Lifted(Vec<Poly<Evaluation>>);

impl Lifted {
    pub(crate) fn new(params: &Parameters, component: &Poly<Evaluation>) -> Self {
        let cut = Cut::new(params, component);
        let lift = |d| {
            let mut poly = Poly::zero(&cut.basis());
            poly.for_each_limb(|i, _, out| cut.lift(d, i, out));
            poly
        };
        Self((0..cut.digits.len()).map(lift).collect())
    }

    /// As [`switch`].
    pub(crate) fn switch(
        &self,
        params: &Parameters,
        key: &SwitchingKey,
    ) -> Result<[Poly<Evaluation>; 2], Error> {
        let basis = self.0[0].basis();
        let level = basis.len() - 1 - params.special_count();
        key.check_level(level)?;
        let sums = Poly::pair(basis, |i, ntt, b, a| {
            let against = |half: usize| -> Vec<(&[u64], &[u64])> {
                self.0
                    .iter()
                    .zip(key.digits())
                    .map(|(digit, parts)| (digit.limb(i), parts[half].limb(i)))
                    .collect()
            };
            ntt.field().inner_product(b, &against(0));
            ntt.field().inner_product(a, &against(1));
        });
        Ok(sums.map(|sum| params.tables(level).mod_down.divide(&sum)))
    }
}
