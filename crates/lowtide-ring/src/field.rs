//! Vectors of residues modulo one prime, by the best kernel for it.

use crate::{Isa, Modulus, Shoup, ntt::kernel};

/// A modulus and the instruction set that computes with it: element-wise arithmetic on slices of residues.
///
/// Vector kernels serve moduli below `2^50` ([`Field::VECTOR_LIMIT`]); wider ones take the portable path. All kernels
/// give the same residues, bit for bit.
///
/// # Panics
/// Every method panics when its slices differ in length: a wrong shape is a bug in the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    modulus: Modulus,
    isa: Isa,
}

impl Field {
    /// One past the largest modulus that vector kernels serve.
    pub const VECTOR_LIMIT: u64 = 1 << 50;

    /// The most terms that [`Field::weighted_sum`] and [`Field::inner_product`] add.
    pub const MAX_TERMS: usize = 64;

    /// Arithmetic modulo `modulus` with at most the instructions of `isa`.
    #[must_use]
    pub fn new(modulus: Modulus, isa: Isa) -> Self {
        Self { modulus, isa: if modulus.value() < Self::VECTOR_LIMIT { isa } else { Isa::SCALAR } }
    }

    /// The modulus.
    #[must_use]
    pub const fn modulus(&self) -> Modulus {
        self.modulus
    }

    /// The instruction set in use.
    #[must_use]
    pub const fn isa(&self) -> Isa {
        self.isa
    }

    /// `a[i] <- a[i] + b[i]`, residues in, residues out.
    pub fn add_assign(&self, a: &mut [u64], b: &[u64]) {
        assert_eq!(a.len(), b.len());
        kernel::add_assign(self, a, b);
    }

    /// `out[i] <- a[i] + b[i]`, residues in, residues out.
    pub fn add(&self, out: &mut [u64], a: &[u64], b: &[u64]) {
        assert!(out.len() == a.len() && out.len() == b.len());
        kernel::add(self, out, a, b);
    }

    /// `out[i] <- a[i] - b[i]`, residues in, residues out.
    pub fn sub(&self, out: &mut [u64], a: &[u64], b: &[u64]) {
        assert!(out.len() == a.len() && out.len() == b.len());
        kernel::sub(self, out, a, b);
    }

    /// `out[i] <- a[i] b[i]`, residues in, residues out.
    pub fn mul(&self, out: &mut [u64], a: &[u64], b: &[u64]) {
        assert!(out.len() == a.len() && out.len() == b.len());
        kernel::mul(self, out, a, b);
    }

    /// `a[i] <- a[i] - b[i]`, residues in, residues out.
    pub fn sub_assign(&self, a: &mut [u64], b: &[u64]) {
        assert_eq!(a.len(), b.len());
        kernel::sub_assign(self, a, b);
    }

    /// `a[i] <- -a[i]`, residues in, residues out.
    pub fn neg_assign(&self, a: &mut [u64]) {
        kernel::neg_assign(self, a);
    }

    /// `a[i] <- a[i] b[i]`, residues in, residues out.
    pub fn mul_assign(&self, a: &mut [u64], b: &[u64]) {
        assert_eq!(a.len(), b.len());
        kernel::mul_assign(self, a, b);
    }

    /// `a[i] <- a[i] + b[i] c[i]`, residues in, residues out.
    pub fn mul_add_assign(&self, a: &mut [u64], b: &[u64], c: &[u64]) {
        assert!(a.len() == b.len() && a.len() == c.len());
        kernel::mul_add_assign(self, a, b, c);
    }

    /// `a[i] <- a[i] w`, residues in, residues out.
    pub fn scale_assign(&self, a: &mut [u64], w: Shoup) {
        kernel::scale_assign(self, a, w);
    }

    /// `a[i] <- (a[i] - b[i]) w`: the last step of a division by a factor of the modulus. Residues in, residues out.
    pub fn sub_scale_assign(&self, a: &mut [u64], b: &[u64], w: Shoup) {
        assert_eq!(a.len(), b.len());
        kernel::sub_scale_assign(self, a, b, w);
    }

    /// `a[i] <- a[i] + b[i] w`, residues in, residues out.
    pub fn add_scaled_assign(&self, a: &mut [u64], b: &[u64], w: Shoup) {
        assert_eq!(a.len(), b.len());
        kernel::add_scaled_assign(self, a, b, w);
    }

    /// `out[i] <- x[i] mod q` for signed numbers, in a time that depends on the size of the largest alone: whether it is
    /// below `q`.
    pub fn lift(&self, out: &mut [u64], x: &[i64]) {
        assert_eq!(out.len(), x.len());
        kernel::lift(self, out, x);
    }

    /// `a[0] b[0]`, `a[0] b[1] + a[1] b[0]` and `a[1] b[1]`, place by place, residues in, residues out: the product of two
    /// ciphertexts.
    pub fn tensor(&self, outs: [&mut [u64]; 3], a: [&[u64]; 2], b: [&[u64]; 2]) {
        let length = outs[0].len();
        assert!(outs.iter().all(|out| out.len() == length));
        assert!(a.iter().chain(&b).all(|x| x.len() == length));
        kernel::tensor(self, outs, a, b);
    }

    /// `out[i] <- a[i] mod q`, for any words.
    pub fn reduce(&self, out: &mut [u64], a: &[u64]) {
        assert_eq!(out.len(), a.len());
        kernel::reduce(self, out, a);
    }

    /// `out[i] <- sum_j terms[j].0[i] terms[j].1 mod q`, reduced once at the end: one column of a base conversion.
    ///
    /// The vectors need not be residues modulo `q`: their values are below [`Field::VECTOR_LIMIT`] when `q` is, and
    /// below `2^61` otherwise. The weights are residues.
    ///
    /// # Panics
    /// When there are more than [`Field::MAX_TERMS`] terms, or a vector is not as long as `out`.
    pub fn weighted_sum(&self, out: &mut [u64], terms: &[(&[u64], u64)]) {
        let mut each: [(&[u64], [u64; 1]); Self::MAX_TERMS] = [(&[], [0]); _];
        assert!(terms.len() <= Self::MAX_TERMS);
        each.iter_mut().zip(terms).for_each(|(each, (vector, weight))| *each = (vector, [*weight]));
        Self::weighted_sums([self], [out], &each[..terms.len()]);
    }

    /// `outs[t][i] <- sum_j terms[j].0[i] terms[j].1[t]` modulo the prime of `fields[t]`: several columns of a base conversion,
    /// for which each vector is read once. Otherwise as [`Field::weighted_sum`].
    ///
    /// # Panics
    /// When there are more than [`Field::MAX_TERMS`] terms, or not all vectors are of one length.
    pub fn weighted_sums<const T: usize>(
        fields: [&Self; T],
        outs: [&mut [u64]; T],
        terms: &[(&[u64], [u64; T])],
    ) {
        let Some(length) = outs.first().map(|out| out.len()) else { return };
        assert!(terms.len() <= Self::MAX_TERMS && outs.iter().all(|out| out.len() == length));
        assert!(terms.iter().all(|(vector, _)| vector.len() == length));
        if fields.iter().all(|field| field.isa == fields[0].isa) {
            return kernel::weighted_sums(fields, outs, terms);
        }
        for (t, (field, out)) in fields.into_iter().zip(outs).enumerate() {
            let mut each: [(&[u64], [u64; 1]); Self::MAX_TERMS] = [(&[], [0]); _];
            each.iter_mut().zip(terms).for_each(|(each, (vector, weights))| *each = (vector, [weights[t]]));
            kernel::weighted_sums([field], [out], &each[..terms.len()]);
        }
    }

    /// `out[i] <- round(sum_j terms[j].0[i] terms[j].1)` in double precision, to even at the half: the multiple of its modulus
    /// that a base conversion takes away. Vectors are added in their order, whatever the instruction set. Sums are below
    /// `2^51`, the vectors as for [`Field::weighted_sum`], and a modulus has no part in it.
    pub(crate) fn rounded_sum(&self, out: &mut [u64], terms: &[(&[u64], f64)]) {
        assert!(terms.iter().all(|(vector, _)| vector.len() == out.len()));
        kernel::rounded_sum(self, out, terms);
    }

    /// `out[i] <- sum_j pairs[j].0[i] pairs[j].1[i] mod q`, reduced once at the end, for residues.
    ///
    /// # Panics
    /// When there are more than [`Field::MAX_TERMS`] pairs, or a vector is not as long as `out`.
    pub fn inner_product(&self, out: &mut [u64], pairs: &[(&[u64], &[u64])]) {
        let mut terms: [(&[u64], [&[u64]; 1]); Self::MAX_TERMS] = [(&[], [&[]]); _];
        assert!(pairs.len() <= Self::MAX_TERMS);
        terms.iter_mut().zip(pairs).for_each(|(term, (a, b))| *term = (a, [b]));
        self.inner_products([out], &terms[..pairs.len()]);
    }

    /// `outs[k][i] <- sum_j terms[j].0[i] terms[j].1[k][i] mod q`, reduced once at the end, for residues: the inner
    /// products of a key switch, whose digits meet several halves of a key at once.
    ///
    /// # Panics
    /// When there are more than [`Field::MAX_TERMS`] terms, or not all vectors are of one length.
    pub fn inner_products<const K: usize>(&self, outs: [&mut [u64]; K], terms: &[(&[u64], [&[u64]; K])]) {
        let Some(length) = outs.first().map(|out| out.len()) else { return };
        assert!(terms.len() <= Self::MAX_TERMS && outs.iter().all(|out| out.len() == length));
        assert!(terms.iter().all(|(a, b)| a.len() == length && b.iter().all(|b| b.len() == length)));
        kernel::inner_products(self, outs, terms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    proptest! {
        #[test]
        fn rounded_sums_are_the_same_in_vectors(
            (vectors, factors) in (1_usize..12, 0_usize..600).prop_flat_map(|(terms, length)| {
                let number = prop_oneof![0..Field::VECTOR_LIMIT, Just(Field::VECTOR_LIMIT - 1), Just(0)];
                (vec(vec(number, length), terms), vec(0.0..1.0 / Field::VECTOR_LIMIT as f64, terms))
            }),
        ) {
            let terms: Vec<(&[u64], f64)> = vectors.iter().map(Vec::as_slice).zip(factors).collect();
            let sum = |i: usize| terms.iter().fold(0.0, |sum, (vector, factor)| sum + vector[i] as f64 * factor);
            let expected: Vec<u64> = (0..vectors[0].len()).map(|i| sum(i).round_ties_even() as u64).collect();
            for isa in Isa::available() {
                let mut found = vec![u64::MAX; expected.len()];
                Field::new(Modulus::new(97).expect("a modulus"), isa).rounded_sum(&mut found, &terms);
                prop_assert_eq!(&found, &expected, "{:?}", isa);
            }
        }
    }
}
