//! The automorphisms `X -> X^g`: they permute slots, and so rotate and conjugate encrypted vectors.

use crate::{
    Error, Isa, Modulus, Ring,
    ntt::{
        kernel::{self, Blocks},
        reverse_bits,
    },
};

/// One automorphism of a ring, with its permutation of evaluations.
///
/// In the bit-reversed order of [`crate::Ntt`] entry `i` is the value at `psi^(2 brv(i) + 1)`, or `psi^(4 brv(i) + 1)` in the
/// conjugate-invariant ring; the value of `f(X^g)` there is the value of `f` at the `g`-th power of that point. The three
/// lowest bits of `i` are the highest of its exponent, so that they move among themselves: every block of eight comes
/// from one block.
#[derive(Clone, Debug)]
pub struct Automorphism {
    ring: Ring,
    degree: usize,
    element: u64,
    blocks: Blocks,
}

impl Automorphism {
    /// `X -> X^element` on polynomials of degree `degree`.
    ///
    /// # Errors
    /// [`Error::GaloisElement`] when the element is even or not below [`Ring::root_order`]; also, in the conjugate-invariant
    /// ring, when it is not 1 modulo 4: `X^g` and `X^-g` are the same there, and one of them has the name.
    pub fn new(ring: Ring, degree: usize, element: u64) -> Result<Self, Error> {
        Self::with_isa(ring, degree, element, Isa::best())
    }

    /// As [`Automorphism::new`], with at most the instructions of `isa`.
    ///
    /// # Errors
    /// As [`Automorphism::new`].
    pub fn with_isa(ring: Ring, degree: usize, element: u64, isa: Isa) -> Result<Self, Error> {
        let (order, stride) = (ring.root_order(degree), ring.stride() as u64);
        if element % stride != 1 || element >= order {
            return Err(Error::GaloisElement { element, order, stride });
        }
        let source = |i| {
            let exponent = (stride * reverse_bits(i, degree) as u64 + 1) * element % order;
            reverse_bits((exponent / stride) as usize, degree)
        };
        // A block's order follows from where its first number comes from: counted bit-reversed, it turns by `element`.
        let place = |first: usize, i: usize| {
            let turn = reverse_bits(i, 8) * (element % 8) as usize;
            reverse_bits((reverse_bits(first, 8) + turn) % 8, 8) as u64
        };
        let sources: Box<[u32]> = (0..degree).step_by(8).map(|i| source(i) as u32).collect();
        let mut targets: Box<[u32]> = sources.iter().map(|_| 0).collect();
        for (target, source) in (0..).zip(&sources) {
            targets[(source / 8) as usize] = 8 * target + source % 8;
        }
        let orders = std::array::from_fn(|first| std::array::from_fn(|i| place(first, i)));
        let blocks = Blocks { isa, sources, targets, orders };
        Ok(Self { ring, degree, element, blocks })
    }

    /// The Galois element of a rotation of the slots by `steps` to the left: `5^steps` modulo [`Ring::root_order`].
    /// Rotations are taken modulo the number of slots; negative steps turn right.
    #[must_use]
    pub fn rotation_element(ring: Ring, degree: usize, steps: i64) -> u64 {
        let order = ring.root_order(degree);
        let steps = steps.rem_euclid(ring.slots(degree) as i64);
        (0..steps.cast_unsigned()).fold(1, |power, _| power * 5 % order)
    }

    /// The Galois element of complex conjugation of the slots: `2 degree - 1`, and 1 where slots are real.
    #[must_use]
    pub const fn conjugation_element(ring: Ring, degree: usize) -> u64 {
        match ring {
            Ring::Standard => ring.root_order(degree) - 1,
            Ring::ConjugateInvariant => 1,
        }
    }

    /// The element whose automorphism undoes that of `element`.
    #[must_use]
    pub fn inverse_element(ring: Ring, degree: usize, element: u64) -> u64 {
        // The group of odd numbers modulo a power of two, from 8 on, has a quarter of it as exponent.
        let order = ring.root_order(degree);
        let square = |x: u64| x * x % order;
        let mut inverse = 1;
        let (mut power, mut exponent) = (element % order, order / 4 - 1);
        while exponent > 0 {
            if exponent % 2 == 1 {
                inverse = inverse * power % order;
            }
            power = square(power);
            exponent /= 2;
        }
        inverse
    }

    /// `g`.
    #[must_use]
    pub const fn element(&self) -> u64 {
        self.element
    }

    /// `N`.
    #[must_use]
    pub const fn degree(&self) -> usize {
        self.degree
    }

    pub(crate) const fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    /// One limb in evaluation form: `out` takes the values of `f(X^g)`.
    ///
    /// # Panics
    /// When a slice has another length than the ring degree.
    pub fn permute(&self, out: &mut [u64], values: &[u64]) {
        assert!(out.len() == self.degree() && values.len() == self.degree());
        kernel::permute(&self.blocks, out, values);
    }

    /// One limb in coefficient form: `out` takes the coefficients of `f(X^g)`.
    ///
    /// # Panics
    /// When a slice has another length than the ring degree.
    pub fn substitute(&self, out: &mut [u64], coefficients: &[u64], q: Modulus) {
        let n = self.degree();
        assert!(out.len() == n && coefficients.len() == n);
        for (i, x) in coefficients.iter().enumerate() {
            let power = i as u64 * self.element % self.ring.root_order(n);
            let (at, negative) = self.place(power as usize);
            out[at] = if negative { q.neg(*x) } else { *x };
        }
    }

    /// Where the coefficient of `X^power`, or of `X^power + X^-power`, stands, and whether with the other sign.
    const fn place(&self, power: usize) -> (usize, bool) {
        let n = self.degree;
        match self.ring {
            Ring::Standard => (power % n, power >= n),
            // X^2N is -1, and so X^(2N - k) is -X^-k.
            Ring::ConjugateInvariant => {
                let (k, negative) = (power % (2 * n), power >= 2 * n);
                if k > n { (2 * n - k, !negative) } else { (k, negative) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ntt, prime::ntt_primes};
    use proptest::prelude::*;

    #[test]
    fn rotations_form_a_group() {
        for ring in Ring::ALL {
            let (order, slots) = (ring.root_order(64), ring.slots(64) as i64);
            let element = |steps| Automorphism::rotation_element(ring, 64, steps);
            assert_eq!(element(0), 1);
            assert_eq!(element(1), 5);
            assert_eq!(element(-3) * element(3) % order, 1);
            assert_eq!(element(slots), element(0));
            assert!((1..slots).all(|steps| element(steps) != 1), "one cycle of all slots");
            for g in (1..order).step_by(2) {
                assert_eq!(Automorphism::inverse_element(ring, 64, g) * g % order, 1);
            }
        }
    }

    #[test]
    fn elements_that_name_no_automorphism_are_refused() {
        let refused = |ring: Ring, stride, elements: &[u64]| {
            for &element in elements {
                let made = Automorphism::new(ring, 64, element).map(|_| ());
                assert_eq!(made, Err(Error::GaloisElement { element, order: ring.root_order(64), stride }));
            }
        };
        refused(Ring::Standard, 2, &[0, 2, 128, 129]);
        refused(Ring::ConjugateInvariant, 4, &[0, 2, 3, 255, 256, 257]);
    }

    proptest! {
        #[test]
        fn both_forms_agree(
            ring in prop::sample::select(Ring::ALL.to_vec()),
            log_degree in 3..9_u32,
            power in 0..1000_u64,
            seed in any::<u64>(),
            isa in prop::sample::select(Isa::available().collect::<Vec<_>>()),
        ) {
            let degree = 1_usize << log_degree;
            let order = ring.root_order(degree);
            let element = (ring.stride() as u64 * power + 1) % order;
            let q = Modulus::new(ntt_primes(40, order).next().unwrap()).unwrap();
            let ntt = Ntt::for_ring(ring, degree, q, isa).unwrap();
            let map = Automorphism::with_isa(ring, degree, element, isa).unwrap();
            let f: Vec<u64> = (0..degree as u64).map(|i| q.mul(seed, i * i + 1)).collect();
            let (mut substituted, mut values, mut permuted) = (vec![0; degree], f.clone(), vec![0; degree]);
            map.substitute(&mut substituted, &f, q);
            ntt.forward(&mut substituted);
            ntt.forward(&mut values);
            map.permute(&mut permuted, &values);
            prop_assert_eq!(substituted, permuted);
        }
    }
}
