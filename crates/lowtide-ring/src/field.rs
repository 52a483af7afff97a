//! Vectors of residues modulo one prime, by the best kernel for it.

use crate::{
    Automorphism, Isa, Modulus, PackedSlice, Shoup,
    ntt::kernel::{self, Sources},
};

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

    /// The most terms that [`Field::weighted_sum`] and [`Field::inner_products`] add.
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

    /// `out[i] <- a[i] w - b[i]`: the last step of a division by a factor of the modulus. Residues in, residues out.
    pub fn scale_sub(&self, out: &mut [u64], a: &[u64], w: Shoup, b: &[u64]) {
        assert!(out.len() == a.len() && out.len() == b.len());
        kernel::scale_sub(self, out, a, w, b);
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
        // Of larger numbers the portable kernel alone takes sums, which asks for no limit.
        let below = Self::VECTOR_LIMIT;
        Self::weighted_sums_of(fields, outs, Sources { terms, bytes: None, below });
    }

    /// As [`Field::weighted_sums`], of sources about which more is known.
    pub(crate) fn weighted_sums_of<const T: usize>(
        fields: [&Self; T],
        outs: [&mut [u64]; T],
        sources: Sources<'_, T>,
    ) {
        let Sources { terms, bytes, below } = sources;
        let Some(length) = outs.first().map(|out| out.len()) else { return };
        assert!(terms.len() + usize::from(bytes.is_some()) <= Self::MAX_TERMS);
        assert!(outs.iter().all(|out| out.len() == length));
        assert!(terms.iter().all(|(vector, _)| vector.len() == length));
        assert!(bytes.is_none_or(|(bytes, _)| bytes.len() >= length.div_ceil(8)));
        if fields.iter().all(|field| field.isa == fields[0].isa) {
            return kernel::weighted_sums(fields, outs, sources);
        }
        for (t, (field, out)) in fields.into_iter().zip(outs).enumerate() {
            let mut each: [(&[u64], [u64; 1]); Self::MAX_TERMS] = [(&[], [0]); _];
            let own = |(vector, weights): &(_, [u64; T])| (*vector, [weights[t]]);
            each.iter_mut().zip(terms).for_each(|(each, term)| *each = own(term));
            let sources = Sources { terms: &each[..terms.len()], bytes: bytes.as_ref().map(own), below };
            kernel::weighted_sums([field], [out], sources);
        }
    }

    /// Bytes `i` of `out <- round(sum_j terms[j].0[i] terms[j].1)` in double precision, to even at the half: the multiples of
    /// its modulus that a base conversion takes away. Vectors are added in their order, whatever the instruction set; they
    /// are as for [`Field::weighted_sum`], and as long as `out` has bytes. A modulus has no part in it.
    pub(crate) fn rounded_sum(&self, out: &mut [u64], terms: &[(&[u64], f64)]) {
        assert!(terms.iter().all(|(vector, _)| vector.len() == 8 * out.len()));
        kernel::rounded_sum(self, out, terms);
    }

    /// `outs[k][i] <- sum_j terms[j].0[i] terms[j].1[k][i] mod q`, reduced once at the end, for residues, and finished: the
    /// inner products of a key switch, whose digits meet both halves of a key at once.
    ///
    /// # Panics
    /// When there are [`Field::MAX_TERMS`] terms or more, not all vectors are of one length, that of an automorphism included,
    /// or packed ones are of another modulus.
    pub fn inner_products<const K: usize>(
        &self,
        outs: [&mut [u64]; K],
        terms: &[(&[u64], [PackedSlice<'_>; K])],
        finish: &Finish<'_, K>,
    ) {
        let Some(length) = outs.first().map(|out| out.len()) else { return };
        let fits = |packed: &PackedSlice<'_>| packed.len() == length && packed.bits() == self.modulus.bits();
        assert!(terms.len() < Self::MAX_TERMS && outs.iter().all(|out| out.len() == length));
        assert!(terms.iter().all(|(a, b)| a.len() == length && b.iter().all(fits)));
        assert!(finish.addends.iter().flatten().all(|addend| addend.len() == length));
        assert!(finish.less.iter().flatten().all(|less| less.len() == length));
        assert!(finish.turn.is_none_or(|turn| turn.degree() == length));
        kernel::inner_products(self, outs, terms, finish);
    }
}

/// What becomes of inner products while they are in registers: `sum <- (sum + weight addend) scale - less`, then an
/// automorphism, of which they are the values, and then they may join what stands there. All numbers are residues.
#[derive(Clone, Copy, Debug)]
pub struct Finish<'a, const K: usize> {
    /// Added to each sum, if anything is.
    pub addends: [Option<&'a [u64]>; K],
    /// How many times.
    pub weight: u64,
    /// What the sums are multiplied by.
    pub scale: Shoup,
    /// Taken away then.
    pub less: Option<[&'a [u64]; K]>,
    /// What the results go through then.
    pub turn: Option<&'a Automorphism>,
    /// Whether they are added to the outputs, and not written over them.
    pub joins: bool,
}

impl<const K: usize> Finish<'_, K> {
    /// The sums as they are.
    #[must_use]
    pub fn none(modulus: Modulus) -> Self {
        Self { addends: [None; K], weight: 0, scale: modulus.shoup(1), less: None, turn: None, joins: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    proptest! {
        #[test]
        fn rounded_sums_are_the_same_in_vectors(
            (vectors, factors) in (1_usize..12, 0_usize..80).prop_flat_map(|(terms, words)| {
                let length = 8 * words;
                let number = prop_oneof![0..Field::VECTOR_LIMIT, Just(Field::VECTOR_LIMIT - 1), Just(0)];
                (vec(vec(number, length), terms), vec(0.0..1.0 / Field::VECTOR_LIMIT as f64, terms))
            }),
        ) {
            let terms: Vec<(&[u64], f64)> = vectors.iter().map(Vec::as_slice).zip(factors).collect();
            let sum = |i: usize| terms.iter().fold(0.0, |sum, (vector, factor)| sum + vector[i] as f64 * factor);
            let expected: Vec<u8> = (0..vectors[0].len()).map(|i| sum(i).round_ties_even() as u8).collect();
            let expected: Vec<u64> = expected.as_chunks().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect();
            for isa in Isa::available() {
                let mut found = vec![u64::MAX; expected.len()];
                Field::new(Modulus::new(97).expect("a modulus"), isa).rounded_sum(&mut found, &terms);
                prop_assert_eq!(&found, &expected, "{:?}", isa);
            }
        }

        #[test]
        fn bytes_are_one_vector_more(
            (vectors, weights) in (0_usize..12, 0_usize..100).prop_flat_map(|(terms, length)| {
                (vec(vec(0..Field::VECTOR_LIMIT, length), terms + 1), vec([0..97_u64, 0..101_u64, 0..103_u64], terms + 1))
            }),
        ) {
            let length = vectors[0].len();
            let mut vectors = vectors;
            vectors[0].iter_mut().for_each(|x| *x %= 256);
            let mut bytes = vec![0; length.div_ceil(8)];
            vectors[0].iter().enumerate().for_each(|(i, x)| bytes[i / 8] |= x << (8 * (i % 8)));
            let terms: Vec<(&[u64], [u64; 3])> = vectors.iter().map(Vec::as_slice).zip(weights).collect();
            for isa in Isa::available() {
                let fields = [97, 101, 103].map(|q| Field::new(Modulus::new(q).expect("a modulus"), isa));
                let [mut expected, mut found] = [(); 2].map(|()| [(); 3].map(|()| vec![u64::MAX; length]));
                Field::weighted_sums(fields.each_ref(), expected.each_mut().map(Vec::as_mut_slice), &terms);
                let found_sums = found.each_mut().map(Vec::as_mut_slice);
                let sources = Sources { terms: &terms[1..], bytes: Some((&bytes, terms[0].1)), below: Field::VECTOR_LIMIT };
                Field::weighted_sums_of(fields.each_ref(), found_sums, sources);
                prop_assert_eq!(found, expected, "{:?}", isa);
            }
        }
    }

    #[test]
    fn sums_of_the_largest_numbers_below_a_limit() {
        let moduli = [97, (1 << 48) - 59, (1 << 50) - 27].map(|q| Modulus::new(q).expect("a prime"));
        for (q, bits) in moduli.into_iter().flat_map(|q| (0..=50).map(move |bits| (q, bits))) {
            let vector = [(1_u64 << bits) - 1; 64];
            // The largest residue, and the one that is the largest times 2^52.
            let weights = [q.value() - 1, q.neg(q.inverse(q.reduce(1 << 52)))];
            for count in 0..Field::MAX_TERMS {
                let terms = vec![(&vector[..], weights); count];
                let sources =
                    Sources { terms: &terms, bytes: Some((&[u64::MAX; 8], weights)), below: 1 << bits };
                let sums = |isa| {
                    let (field, mut outs) = (Field::new(q, isa), [[u64::MAX; 64]; 2]);
                    Field::weighted_sums_of([&field; 2], outs.each_mut().map(|out| &mut out[..]), sources);
                    outs
                };
                let expected = sums(Isa::SCALAR);
                assert!(
                    Isa::available().all(|isa| sums(isa) == expected),
                    "{count} of {bits} bits modulo {q:?}"
                );
            }
        }
    }
}
