//! The encrypted reading: ciphertexts, with the keys of a service.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use lowtide_ckks::{Ciphertext, Error, EvaluationKeys, Level, Plaintext, Scale};
use lowtide_encoding::Encoder;

use crate::Arithmetic;

/// Computes a circuit on ciphertexts.
pub struct Encrypted<'a> {
    keys: &'a EvaluationKeys,
    encoder: Encoder,
    /// Masks that have been encoded, by level and by where they are one.
    masks: Mutex<HashMap<(Level, Vec<u64>), Plaintext>>,
    /// Called after every key switch with its level: work done, for progress.
    on_key_switch: &'a (dyn Fn(Level) + Sync),
}

impl<'a> Encrypted<'a> {
    /// Arithmetic with these keys; `on_key_switch` hears of every relinearization and rotation, which is where the time
    /// goes, from whichever thread did it.
    ///
    /// # Errors
    /// What the encoder says of the parameters.
    pub fn new(
        keys: &'a EvaluationKeys,
        on_key_switch: &'a (dyn Fn(Level) + Sync),
    ) -> Result<Self, lowtide_encoding::Error> {
        Ok(Self { keys, encoder: Encoder::new(keys.params())?, masks: Mutex::default(), on_key_switch })
    }

    /// The mask as a plaintext at the scale of the prime of `level`, so that the product's scale stays.
    fn mask(&self, mask: &[f64], level: Level) -> Result<Plaintext, Error> {
        let key = (level, mask.iter().map(|x| x.to_bits()).collect());
        let mut masks = self.masks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = masks.get(&key) {
            return Ok(found.clone());
        }
        let encoded = self.encoder.encode(mask, level, &Scale::prime(self.prime(level))).map_err(
            |error| match error {
                lowtide_encoding::Error::Ckks(error) => error,
                _ => Error::NotFinite { value: f64::NAN },
            },
        )?;
        masks.insert(key, encoded.clone());
        Ok(encoded)
    }

    fn switched(&self, x: Ciphertext) -> Ciphertext {
        (self.on_key_switch)(x.level());
        x
    }
}

impl Arithmetic for Encrypted<'_> {
    type Vector = Ciphertext;

    fn slots(&self) -> usize {
        self.keys.params().slots()
    }

    fn prime(&self, level: Level) -> u64 {
        self.keys.params().literal().q[level]
    }

    fn level(&self, x: &Ciphertext) -> Level {
        x.level()
    }

    fn scale(&self, x: &Ciphertext) -> Scale {
        x.scale().clone()
    }

    fn add(&self, x: &Ciphertext, y: &Ciphertext) -> Result<Ciphertext, Error> {
        x.add(y)
    }

    fn add_constant(&self, x: &Ciphertext, constant: f64) -> Result<Ciphertext, Error> {
        x.add_constant(constant)
    }

    fn sum_of_products(&self, pairs: &[(&Ciphertext, &Ciphertext)]) -> Result<Ciphertext, Error> {
        let (first, rest) = pairs.split_first().expect("a sum of at least one product");
        let sum = rest.iter().try_fold(first.0.mul(first.1)?, |sum, (x, y)| sum.add(&x.mul(y)?))?;
        self.switched(sum.relinearize(self.keys)?).rescale()
    }

    fn square(&self, x: &Ciphertext) -> Result<Ciphertext, Error> {
        self.switched(x.square().relinearize(self.keys)?).rescale()
    }

    fn mul_constant_to(
        &self,
        x: &Ciphertext,
        constant: f64,
        level: Level,
        scale: &Scale,
    ) -> Result<Ciphertext, Error> {
        x.drop_to(level + 1)?.mul_constant_to(constant, scale)
    }

    fn mul_mask(&self, x: &Ciphertext, mask: &[f64]) -> Result<Ciphertext, Error> {
        x.mul_plain(&self.mask(mask, x.level())?)?.rescale()
    }

    fn rotate(&self, x: &Ciphertext, steps: i64) -> Result<Ciphertext, Error> {
        Ok(self.switched(x.rotate(steps, self.keys)?))
    }

    fn drop_to(&self, x: &Ciphertext, level: Level) -> Result<Ciphertext, Error> {
        x.drop_to(level)
    }

    fn mul_power_of_two(&self, x: &Ciphertext, exponent: i32) -> Ciphertext {
        x.mul_power_of_two(exponent)
    }

    fn bounded(&self, x: Ciphertext, magnitude: f64) -> Ciphertext {
        x.with_magnitude(magnitude)
    }
}
