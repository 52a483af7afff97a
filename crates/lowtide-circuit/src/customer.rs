//! What the owner of the data does: keys for a program, encryption of its inputs, decryption of its outputs, and the twin.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use lowtide_ckks::{EvaluationKeys, Level, Scale, SecretKey};
use lowtide_encoding::Encoder;
use rand::CryptoRng;

use crate::{
    Error, NodeId, Program, Secrecy,
    program::Register,
    read::{self, Prediction},
    run::{Datum, Held, Options, place, repeated, watched},
};

/// Exactly the keys that the program uses, each for the highest level of its use.
///
/// # Errors
/// When the secret key belongs to other parameters.
pub fn keys(
    program: &Program,
    secret: &SecretKey,
    rng: &mut impl CryptoRng,
) -> Result<EvaluationKeys, Error> {
    Ok(secret.evaluation_keys(&program.key_list(), rng)?)
}

/// Encrypts the inputs that the program wants encrypted, at their levels, and passes the others on.
///
/// # Errors
/// [`Error::MissingInput`], [`Error::Length`], or what the encoding says of a number.
pub fn encrypt(
    program: &Program,
    secret: &SecretKey,
    inputs: &BTreeMap<String, Vec<f64>>,
    rng: &mut impl CryptoRng,
) -> Result<BTreeMap<String, Datum<'static>>, Error> {
    let (encoder, slots) = (Encoder::new(program.params())?, program.slots());
    let mut encrypted = BTreeMap::new();
    for input in program.inputs() {
        let name = input.name.clone();
        let Some(values) = inputs.get(&name) else { return Err(Error::MissingInput { name, slots }) };
        if values.len() != slots {
            let what = format!("input {name:?}");
            return Err(Error::Length { what, found: values.len(), expected: slots });
        }
        let datum = match input.secrecy {
            Secrecy::Public => Datum::Public(values.clone()),
            Secrecy::Encrypted => {
                let plain = encoder.encode(&repeated(values, encoder.slots()), input.level, &input.scale)?;
                Datum::Encrypted(Cow::Owned(secret.encrypt(&plain, rng)?))
            }
        };
        encrypted.insert(name, datum);
    }
    Ok(encrypted)
}

/// Decrypts the outputs. What leaves the customer should be rounded first; see [`SecretKey::decrypt`].
///
/// # Errors
/// When the secret key belongs to other parameters.
pub fn decrypt(
    program: &Program,
    secret: &SecretKey,
    outputs: &BTreeMap<String, Datum<'_>>,
) -> Result<BTreeMap<String, Vec<f64>>, Error> {
    let encoder = Encoder::new(program.params())?;
    let open = |(name, datum): (&String, &Datum<'_>)| {
        let mut values = match datum {
            Datum::Public(values) => values.clone(),
            Datum::Encrypted(ciphertext) => encoder.decode(&secret.decrypt(ciphertext)?),
        };
        values.truncate(program.slots());
        Ok((name.clone(), values))
    };
    outputs.iter().map(open).collect()
}

/// How large an error of an encrypted run may be.
#[derive(Clone, Copy, Debug)]
pub enum Bound<'a> {
    /// As large as this.
    Absolute(f64),
    /// As large as this part of the largest number of the vector.
    Relative(f64),
    /// In each step as large as predicted, for inputs in the ranges that the prediction was made for.
    Predicted(&'a Prediction),
}

/// As large as this.
impl From<f64> for Bound<'_> {
    fn from(bound: f64) -> Self {
        Self::Absolute(bound)
    }
}

/// An encrypted run beside the clear one.
#[derive(Clone, Debug, PartialEq)]
pub struct Twin {
    /// The first step in the order of the program whose error passes the bound.
    pub deviation: Option<Deviation>,
    /// Every ciphertext and product that is the value of a node, in the order of the program.
    pub values: Vec<Observed>,
}

/// A value that was decrypted on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// Its step.
    pub step: Register,
    /// The largest error in any slot.
    pub error: f64,
    /// The level of the ciphertext.
    pub level: Level,
    /// Its scale.
    pub scale: Scale,
}

/// Where an encrypted run first leaves the clear one.
#[derive(Clone, Debug, PartialEq)]
pub struct Deviation {
    /// The step.
    pub step: Register,
    /// The node.
    pub node: NodeId,
    /// The node with its operation and region.
    pub place: String,
    /// The slot of the largest error.
    pub slot: usize,
    /// The number in clear.
    pub expected: f64,
    /// The number decrypted.
    pub found: f64,
    /// How far they may be apart.
    pub bound: f64,
    /// The level of the ciphertext.
    pub level: Level,
    /// Its scale.
    pub scale: Scale,
}

/// Both numbers, and where they are.
impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, slot, expected, found, bound, level, scale, .. } = self;
        write!(
            f,
            "{place}: {found:e} in slot {slot}, where {expected:e} belongs, within {bound:.2e}; level {level}, scale {scale}"
        )
    }
}

impl Twin {
    /// The largest error of all.
    #[must_use]
    pub fn largest_error(&self) -> f64 {
        self.values.iter().map(|value| value.error).fold(0.0, f64::max)
    }
}

/// Runs a program encrypted and clear side by side, decrypting every value on the way. For development, with data that
/// may be known.
///
/// # Errors
/// As [`crate::run()`].
pub fn twin<'a>(
    program: &Program,
    secret: &SecretKey,
    keys: &EvaluationKeys,
    inputs: &BTreeMap<String, Vec<f64>>,
    bound: impl Into<Bound<'a>>,
    rng: &mut impl CryptoRng,
) -> Result<Twin, Error> {
    let bound = bound.into();
    let clear = read::clear_nodes(program.circuit(), inputs)?;
    let encoder = Encoder::new(program.params())?;
    let seen = Mutex::new(BTreeMap::new());
    // Steps finish in any order, on any thread; the map puts them back into the program's.
    let look = |index: usize, held: &Held<'_>| {
        let (at, step) = (Register(index as u32), &program.steps()[index]);
        let Some(node) = step.node else { return Ok(()) };
        let (plain, level, scale) = match held {
            Held::Public(_) | Held::Plaintext(_) => return Ok(()),
            Held::Ciphertext(x) => (secret.decrypt(x)?, x.level(), x.scale()),
            Held::Product(x) => (secret.decrypt_product(x)?, x.level(), x.scale()),
        };
        let found = encoder.decode(&plain);
        let expected = &clear[node.index()];
        let error = |slot: usize| (found[slot] - expected.at(slot)).abs();
        let slot = (0..program.slots()).max_by(|a, b| error(*a).total_cmp(&error(*b))).unwrap_or(0);
        let size = || (0..program.slots()).map(|slot| expected.at(slot).abs()).fold(0.0, f64::max);
        let bound = match bound {
            Bound::Absolute(bound) => bound,
            Bound::Relative(bound) => bound * size(),
            Bound::Predicted(prediction) => prediction.steps()[index].error,
        };
        let observed = Observed { step: at, error: error(slot), level, scale: scale.clone() };
        // Whatever is no number is off.
        let off = observed.error.is_nan() || observed.error > bound;
        let deviation = off.then(|| Deviation {
            step: at,
            node,
            place: place(program, step),
            slot,
            expected: expected.at(slot),
            found: found[slot],
            bound,
            level,
            scale: scale.clone(),
        });
        seen.lock().unwrap_or_else(PoisonError::into_inner).insert(at, (observed, deviation));
        Ok(())
    };
    let encrypted = encrypt(program, secret, inputs, rng)?;
    watched(program, keys, &encrypted, Options::default(), &look)?;
    let seen = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (values, deviations): (Vec<_>, Vec<_>) = seen.into_values().unzip();
    Ok(Twin { deviation: deviations.into_iter().flatten().next(), values })
}
