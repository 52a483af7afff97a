//! The clear reading: plain numbers, with the levels and scales that ciphertexts would have, and a tally of the cost.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use lowtide_ckks::{Error, Level, Literal, Scale};

use crate::Arithmetic;

/// Computes a circuit on numbers. With no slots at all it computes nothing and counts everything: a survey.
#[derive(Debug)]
pub struct Clear {
    q: Vec<u64>,
    slots: usize,
    tally: Mutex<Tally>,
}

/// Numbers, with the level and scale of the ciphertext they stand for.
#[derive(Clone, Debug, PartialEq)]
pub struct ClearVector {
    values: Vec<f64>,
    level: Level,
    scale: Scale,
}

/// What a circuit asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Products and squares of two ciphertexts, by level.
    pub products: BTreeMap<Level, usize>,
    /// Relinearizations, by level.
    pub relinearizations: BTreeMap<Level, usize>,
    /// Products with public constants and masks, by level.
    pub public_products: BTreeMap<Level, usize>,
    /// Rotations: by steps, then how many by level.
    pub rotations: BTreeMap<i64, BTreeMap<Level, usize>>,
}

impl Tally {
    /// The highest level at which each rotation is used: the keys that are needed, no more.
    #[must_use]
    pub fn rotation_levels(&self) -> Vec<(i64, Level)> {
        let highest = |levels: &BTreeMap<Level, usize>| levels.keys().max().copied().unwrap_or(0);
        self.rotations.iter().map(|(steps, levels)| (*steps, highest(levels))).collect()
    }

    /// The highest level at which a product is relinearized.
    #[must_use]
    pub fn relinearization_level(&self) -> Level {
        self.relinearizations.keys().max().copied().unwrap_or(0)
    }

    /// The number of products of two ciphertexts.
    #[must_use]
    pub fn product_count(&self) -> usize {
        self.products.values().sum()
    }

    /// The number of rotations.
    #[must_use]
    pub fn rotation_count(&self) -> usize {
        self.rotations.values().flat_map(BTreeMap::values).sum()
    }

    /// Key switches: relinearizations and rotations, by level.
    #[must_use]
    pub fn key_switches(&self) -> BTreeMap<Level, usize> {
        let mut all = self.relinearizations.clone();
        for (level, count) in self.rotations.values().flatten() {
            *all.entry(*level).or_default() += count;
        }
        all
    }
}

impl Clear {
    /// Vectors of `slots` numbers, with the primes of `literal`.
    #[must_use]
    pub fn new(literal: &Literal, slots: usize) -> Self {
        Self { q: literal.q.clone(), slots, tally: Mutex::default() }
    }

    /// Vectors of no numbers: levels, scales and counts alone.
    #[must_use]
    pub fn survey(literal: &Literal) -> Self {
        Self::new(literal, 0)
    }

    /// What has been asked for so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A vector as a ciphertext of it would come in. A survey takes no values.
    ///
    /// # Panics
    /// When there are not as many values as slots.
    #[must_use]
    pub fn input(&self, values: Vec<f64>, level: Level, scale: Scale) -> ClearVector {
        assert_eq!(values.len(), self.slots);
        ClearVector { values, level, scale }
    }

    fn count(&self, add: impl FnOnce(&mut Tally)) {
        add(&mut self.tally.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn rescaled(&self, x: ClearVector) -> Result<ClearVector, Error> {
        let level = x.level.checked_sub(1).ok_or(Error::OutOfLevels)?;
        Ok(ClearVector { level, scale: &x.scale / &Scale::prime(self.q[x.level]), values: x.values })
    }
}

impl ClearVector {
    /// The numbers.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    fn zip(&self, other: &Self, f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        self.values.iter().zip(&other.values).map(|(x, y)| f(*x, *y)).collect()
    }

    fn map(&self, f: impl Fn(f64) -> f64) -> Vec<f64> {
        self.values.iter().map(|x| f(*x)).collect()
    }

    fn check_level(&self, other: &Self) -> Result<(), Error> {
        let (left, right) = (self.level, other.level);
        if left == right { Ok(()) } else { Err(Error::LevelMismatch { left, right }) }
    }
}

fn tick(levels: &mut BTreeMap<Level, usize>, level: Level, by: usize) {
    *levels.entry(level).or_default() += by;
}

impl Arithmetic for Clear {
    type Vector = ClearVector;

    fn slots(&self) -> usize {
        self.slots
    }

    fn prime(&self, level: Level) -> u64 {
        self.q[level]
    }

    fn level(&self, x: &ClearVector) -> Level {
        x.level
    }

    fn scale(&self, x: &ClearVector) -> Scale {
        x.scale.clone()
    }

    fn add(&self, x: &ClearVector, y: &ClearVector) -> Result<ClearVector, Error> {
        x.check_level(y)?;
        if x.scale != y.scale {
            return Err(Error::ScaleMismatch { left: x.scale.clone(), right: y.scale.clone() });
        }
        Ok(ClearVector { values: x.zip(y, |a, b| a + b), ..x.clone() })
    }

    fn add_constant(&self, x: &ClearVector, constant: f64) -> Result<ClearVector, Error> {
        Ok(ClearVector { values: x.map(|a| a + constant), ..x.clone() })
    }

    fn sum_of_products(&self, pairs: &[(&ClearVector, &ClearVector)]) -> Result<ClearVector, Error> {
        let product = |(x, y): &(&ClearVector, &ClearVector)| -> Result<ClearVector, Error> {
            x.check_level(y)?;
            Ok(ClearVector { values: x.zip(y, |a, b| a * b), level: x.level, scale: &x.scale * &y.scale })
        };
        let products = pairs.iter().map(product).collect::<Result<Vec<_>, _>>()?;
        let sum = self.sum(&products)?;
        self.count(|tally| {
            tick(&mut tally.products, sum.level, pairs.len());
            tick(&mut tally.relinearizations, sum.level, 1);
        });
        self.rescaled(sum)
    }

    fn square(&self, x: &ClearVector) -> Result<ClearVector, Error> {
        self.sum_of_products(&[(x, x)])
    }

    fn mul_constant_to(
        &self,
        x: &ClearVector,
        constant: f64,
        level: Level,
        scale: &Scale,
    ) -> Result<ClearVector, Error> {
        let x = self.drop_to(x, level + 1)?;
        self.count(|tally| tick(&mut tally.public_products, x.level, 1));
        Ok(ClearVector { values: x.map(|a| a * constant), level, scale: scale.clone() })
    }

    fn mul_mask(&self, x: &ClearVector, mask: &[f64]) -> Result<ClearVector, Error> {
        let level = x.level.checked_sub(1).ok_or(Error::OutOfLevels)?;
        self.count(|tally| tick(&mut tally.public_products, x.level, 1));
        let values = x.values.iter().zip(mask).map(|(a, b)| a * b).collect();
        Ok(ClearVector { values, level, scale: x.scale.clone() })
    }

    fn rotate(&self, x: &ClearVector, steps: i64) -> Result<ClearVector, Error> {
        self.count(|tally| tick(tally.rotations.entry(steps).or_default(), x.level, 1));
        let mut out = x.clone();
        if !out.values.is_empty() {
            let places = steps.rem_euclid(out.values.len() as i64);
            out.values.rotate_left(places as usize);
        }
        Ok(out)
    }

    fn drop_to(&self, x: &ClearVector, level: Level) -> Result<ClearVector, Error> {
        if level > x.level {
            return Err(Error::NoSuchLevel { wanted: level, highest: x.level });
        }
        Ok(ClearVector { level, ..x.clone() })
    }

    fn mul_power_of_two(&self, x: &ClearVector, exponent: i32) -> ClearVector {
        let factor = 2.0_f64.powi(exponent);
        let scale = &x.scale / &Scale::power_of_two(exponent.into());
        ClearVector { values: x.map(|a| a * factor), level: x.level, scale }
    }
}
