//! Transforms in two steps, so that what comes before an inverse transform or after a forward one is done part by part,
//! while the part is in a near cache: outer stages mix all values, inner ones those of one part.

use super::{Ntt, kernel};
use crate::Shoup;

/// A part of the values of one limb: consecutive ones, at the same places in every limb of a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    number: usize,
    start: usize,
    end: usize,
}

impl Part {
    /// Its values in a limb.
    #[must_use]
    pub fn of<'a>(&self, limb: &'a [u64]) -> &'a [u64] {
        &limb[self.start..self.end]
    }

    /// Its values in a limb, to write.
    #[must_use]
    pub fn of_mut<'a>(&self, limb: &'a mut [u64]) -> &'a mut [u64] {
        &mut limb[self.start..self.end]
    }
}

impl Ntt {
    /// The parts of a limb, in order.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = Part> + use<> {
        let count = kernel::parts(self);
        let len = self.degree / count;
        (0..count).map(move |number| Part { number, start: number * len, end: (number + 1) * len })
    }

    /// The first stages of [`Ntt::forward`]: [`Ntt::forward_inner`] of every part is left to do. What stands there in
    /// between is the kernel's own.
    ///
    /// # Panics
    /// When `values.len() != N`.
    pub fn forward_outer(&self, values: &mut [u64]) {
        assert_eq!(values.len(), self.degree);
        if let Some([minus_i, _]) = self.halving {
            self.meet(values, minus_i);
        }
        kernel::forward_outer(self, values);
    }

    /// The other stages of [`Ntt::forward`], for one part of the values: after them they are final.
    ///
    /// # Panics
    /// When `values.len() != N`, or the part is of another length of limbs.
    pub fn forward_inner(&self, part: Part, values: &mut [u64]) {
        kernel::forward_inner(self, self.check(part, values), part.number);
    }

    /// The first stages of [`Ntt::inverse`], for one part of the values, which may be written just before:
    /// [`Ntt::inverse_outer`] is left to do when all parts are. What stands there in between is the kernel's own.
    ///
    /// # Panics
    /// As [`Ntt::forward_inner`].
    pub fn inverse_inner(&self, part: Part, values: &mut [u64]) {
        kernel::inverse_inner(self, self.check(part, values), part.number);
    }

    /// The other stages of [`Ntt::inverse`].
    ///
    /// # Panics
    /// When `values.len() != N`.
    pub fn inverse_outer(&self, values: &mut [u64]) {
        self.inverse_outer_with(values, self.last);
    }

    /// The other stages of [`Ntt::inverse_scaled`].
    ///
    /// # Panics
    /// When `values.len() != N`.
    pub fn inverse_outer_scaled(&self, values: &mut [u64], factor: u64) {
        let q = self.modulus();
        let (scale, twiddle) = self.last;
        let times = |w: Shoup| q.shoup(w.mul(factor, q));
        self.inverse_outer_with(values, (times(scale), times(twiddle)));
    }

    fn inverse_outer_with(&self, values: &mut [u64], last: (Shoup, Shoup)) {
        assert_eq!(values.len(), self.degree);
        kernel::inverse_outer(self, values, last);
        if let Some([_, i]) = self.halving {
            self.meet(values, i);
            // It is its own mirror image, and halved as all others are.
            values[0] = self.modulus().add(values[0], values[0]);
        }
    }

    fn check<'a>(&self, part: Part, values: &'a mut [u64]) -> &'a mut [u64] {
        assert_eq!(values.len(), self.degree);
        assert_eq!((part.end - part.start) * kernel::parts(self), self.degree, "a part of other limbs");
        part.of_mut(values)
    }
}
