//! What the owner of the data does: keys for a program, encryption of its inputs, decryption of its outputs, and the twin.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use lowtide_ckks::{EvaluationKeys, Rotations, SecretKey};
use lowtide_encoding::Encoder;
use rand::CryptoRng;

use crate::{
    Error, Program, Secrecy, read,
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
    let rotations = Rotations { steps: program.rotations(), conjugation: program.conjugation_level() };
    Ok(secret.evaluation_keys(program.relinearization_level().unwrap_or(0), &rotations, rng)?)
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

/// Where an encrypted run first leaves the clear one.
#[derive(Clone, Debug, PartialEq)]
pub struct Deviation {
    /// The node, with its region.
    pub place: String,
    /// The slot of the largest error.
    pub slot: usize,
    /// The number in clear.
    pub expected: f64,
    /// The number decrypted.
    pub found: f64,
    /// The level of the ciphertext.
    pub level: usize,
    /// `log2` of its scale.
    pub log2_scale: f64,
}

/// Runs a program encrypted and clear side by side, decrypting every value on the way: the first whose error passes
/// `bound`, if any, and the largest error of all. For development, with data that may be known.
///
/// # Errors
/// As [`crate::run()`].
pub fn twin(
    program: &Program,
    secret: &SecretKey,
    keys: &EvaluationKeys,
    inputs: &BTreeMap<String, Vec<f64>>,
    bound: f64,
    rng: &mut impl CryptoRng,
) -> Result<(Option<Deviation>, f64), Error> {
    let clear = read::clear_nodes(program.circuit(), inputs)?;
    let encoder = Encoder::new(program.params())?;
    let seen: Mutex<(Option<(usize, Deviation)>, f64)> = Mutex::default();
    let compare = |index: usize, held: &Held<'_>| {
        let step = &program.steps()[index];
        let Some(id) = step.node else { return Ok(()) };
        let (plain, level, scale) = match held {
            Held::Public(_) | Held::Plaintext(_) => return Ok(()),
            Held::Ciphertext(x) => (secret.decrypt(x)?, x.level(), x.scale()),
            Held::Product(x) => (secret.decrypt_product(x)?, x.level(), x.scale()),
        };
        let found = encoder.decode(&plain);
        let expected = &clear[id.index()];
        let error = |slot: usize| (found[slot] - expected.at(slot)).abs();
        let worst = (0..program.slots()).max_by(|a, b| error(*a).total_cmp(&error(*b))).unwrap_or(0);
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.1 = seen.1.max(error(worst));
        let off = error(worst).is_nan() || error(worst) > bound;
        // The first in the order of the program, not of time.
        if off && seen.0.as_ref().is_none_or(|(first, _)| index < *first) {
            let deviation = Deviation {
                place: place(program.circuit(), step),
                slot: worst,
                expected: expected.at(worst),
                found: found[worst],
                level,
                log2_scale: scale.log2(),
            };
            seen.0 = Some((index, deviation));
        }
        Ok(())
    };
    let encrypted = encrypt(program, secret, inputs, rng)?;
    watched(program, keys, &encrypted, Options::default(), &compare)?;
    let (first, largest) = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok((first.map(|(_, deviation)| deviation), largest))
}
