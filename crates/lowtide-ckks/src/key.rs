//! Evaluation keys: all that a service holds.

use std::collections::BTreeMap;

use lowtide_ring::{Automorphism, Evaluation, PackedPoly, Poly, sample};

use crate::{Error, Level, Parameters};

/// The public randomness that half of a key or a fresh ciphertext is expanded from.
pub type Seed = sample::Seed;

/// A key that moves a ciphertext component from one secret to another, at every level up to its own.
///
/// By digit `d` the pair `(b_d, a_d)` over the key basis, with `b_d + a_d s' = e_d + P s` modulo the primes of the digit
/// and `= e_d` modulo all others. The `a_d` come from a seed. Both are kept packed: a key is read from memory whole, and
/// takes the longer the larger it is.
#[derive(Clone, Debug, PartialEq)]
pub struct SwitchingKey {
    level: Level,
    seed: Seed,
    digits: Vec<[PackedPoly; 2]>,
}

impl SwitchingKey {
    /// A key from the halves that are not random, one a digit, over the key basis of `level`.
    ///
    /// # Errors
    /// [`Error::NoSuchLevel`], or [`Error::Malformed`] when the number of halves or their bases do not fit the level.
    pub fn from_parts(
        params: &Parameters,
        level: Level,
        seed: Seed,
        halves: Vec<PackedPoly>,
    ) -> Result<Self, Error> {
        params.check_level(level)?;
        let (basis, expected) = (params.key_basis(level), params.digits(level));
        let found = halves.iter().filter(|half| half.basis() == &basis).count();
        if found != expected || halves.len() != expected {
            return Err(Error::Malformed { part: "a switching key", found, expected });
        }
        let with_random = |(digit, b)| [b, PackedPoly::from(&Self::random_half(params, level, &seed, digit))];
        Ok(Self::from_digits(level, seed, halves.into_iter().enumerate().map(with_random).collect()))
    }

    /// A key from both halves, those of the seed included.
    pub(crate) const fn from_digits(level: Level, seed: Seed, digits: Vec<[PackedPoly; 2]>) -> Self {
        Self { level, seed, digits }
    }

    /// `a_d`: uniform, from the seed hashed with the digit's number.
    pub(crate) fn random_half(
        params: &Parameters,
        level: Level,
        seed: &Seed,
        digit: usize,
    ) -> Poly<Evaluation> {
        let own = blake3::keyed_hash(seed, &(digit as u64).to_le_bytes());
        sample::uniform(&params.key_basis(level), own.as_bytes())
    }

    /// The highest level the key serves.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.level
    }

    /// What the random halves come from.
    #[must_use]
    pub const fn seed(&self) -> &Seed {
        &self.seed
    }

    /// `(b_d, a_d)`, digit by digit.
    #[must_use]
    pub fn digits(&self) -> &[[PackedPoly; 2]] {
        &self.digits
    }

    pub(crate) const fn check_level(&self, operand: Level) -> Result<(), Error> {
        if operand > self.level { Err(Error::KeyLevel { key: self.level, operand }) } else { Ok(()) }
    }
}

/// The key from `s^2` to `s`: it brings a product back to two components.
#[derive(Clone, Debug, PartialEq)]
pub struct RelinearizationKey(pub SwitchingKey);

/// The key for one automorphism `X -> X^g`, from `s` to `s(X^(1/g))`: the switch comes first and the automorphism,
/// applied to its two outputs, turns that secret into `s`. Rotations that share a lifted input need this order.
#[derive(Clone, Debug)]
pub struct GaloisKey {
    automorphism: Automorphism,
    key: SwitchingKey,
}

impl GaloisKey {
    /// The key for `X -> X^element`.
    ///
    /// # Errors
    /// The ring's word on the element.
    pub fn new(params: &Parameters, element: u64, key: SwitchingKey) -> Result<Self, Error> {
        Ok(Self { automorphism: Automorphism::new(params.ring(), params.ring_degree(), element)?, key })
    }

    /// `g`.
    #[must_use]
    pub const fn element(&self) -> u64 {
        self.automorphism.element()
    }

    /// The automorphism.
    #[must_use]
    pub const fn automorphism(&self) -> &Automorphism {
        &self.automorphism
    }

    /// The switch.
    #[must_use]
    pub const fn key(&self) -> &SwitchingKey {
        &self.key
    }
}

/// Which evaluation keys there should be, each for the highest level at which it is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyList {
    /// Up to which level products are relinearized, if any are.
    pub relinearization: Option<Level>,
    /// By how many steps to the left slots are turned, and up to which level.
    pub rotations: Vec<(i64, Level)>,
    /// Up to which level slots are conjugated, if at all. It takes no key where slots are real.
    pub conjugation: Option<Level>,
}

impl KeyList {
    /// The keys of both lists, each for the higher of its levels.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        let mut rotations = BTreeMap::new();
        for (steps, level) in self.rotations.into_iter().chain(other.rotations) {
            rotations
                .entry(steps)
                .and_modify(|highest: &mut Level| *highest = level.max(*highest))
                .or_insert(level);
        }
        Self {
            relinearization: self.relinearization.max(other.relinearization),
            rotations: rotations.into_iter().collect(),
            conjugation: self.conjugation.max(other.conjugation),
        }
    }
}

/// The keys a service computes with. None of them decrypts.
#[derive(Clone, Debug)]
pub struct EvaluationKeys {
    params: Parameters,
    relinearization: Option<RelinearizationKey>,
    galois: BTreeMap<u64, GaloisKey>,
}

impl EvaluationKeys {
    /// A set of keys. Of two Galois keys for one element the later one is kept.
    #[must_use]
    pub fn new(
        params: &Parameters,
        relinearization: Option<RelinearizationKey>,
        galois: impl IntoIterator<Item = GaloisKey>,
    ) -> Self {
        let galois = galois.into_iter().map(|key| (key.element(), key)).collect();
        Self { params: params.clone(), relinearization, galois }
    }

    /// The parameters the keys belong to.
    #[must_use]
    pub const fn params(&self) -> &Parameters {
        &self.params
    }

    /// The relinearization key, if there is one.
    #[must_use]
    pub const fn relinearization(&self) -> Option<&RelinearizationKey> {
        self.relinearization.as_ref()
    }

    /// The Galois keys, by increasing element.
    pub fn galois(&self) -> impl ExactSizeIterator<Item = &GaloisKey> {
        self.galois.values()
    }

    /// Bytes of the residues of all keys, which is nearly all that they take.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let galois = self.galois.values().map(GaloisKey::key);
        let keys = self.relinearization.iter().map(|key| &key.0).chain(galois);
        let limbs = keys.flat_map(|key| key.digits.iter().flatten().flat_map(PackedPoly::limbs));
        limbs.map(|limb| limb.bytes().len() as u64).sum()
    }

    /// The rotations there are keys for, in `(-slots/2, slots/2]`, increasing.
    #[must_use]
    pub fn rotations(&self) -> Vec<i64> {
        let (order, slots) =
            (self.params.ring().root_order(self.params.ring_degree()), self.params.slots() as i64);
        // Walk the powers of 5 once, from step 0 on.
        let powers = std::iter::successors(Some(1), |power| Some(power * 5 % order));
        let steps = powers.zip(0..slots).filter(|(element, _)| self.galois.contains_key(element));
        let mut rotations: Vec<i64> =
            steps.map(|(_, steps)| if steps > slots / 2 { steps - slots } else { steps }).collect();
        rotations.sort_unstable();
        rotations
    }

    pub(crate) fn require_relinearization(&self) -> Result<&SwitchingKey, Error> {
        self.relinearization.as_ref().map(|key| &key.0).ok_or(Error::MissingRelinearizationKey)
    }

    pub(crate) fn require_rotation(&self, steps: i64) -> Result<&GaloisKey, Error> {
        let element = Automorphism::rotation_element(self.params.ring(), self.params.ring_degree(), steps);
        self.galois.get(&element).ok_or_else(|| Error::MissingRotation { steps, have: self.rotations() })
    }

    pub(crate) fn require_conjugation(&self) -> Result<&GaloisKey, Error> {
        let element = Automorphism::conjugation_element(self.params.ring(), self.params.ring_degree());
        self.galois.get(&element).ok_or(Error::MissingConjugation)
    }
}
