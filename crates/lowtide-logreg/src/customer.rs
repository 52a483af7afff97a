//! What the owner of the data does: keys, encryption of rows, decryption of the model.

use lowtide_circuit::program::ProgramInput;
use lowtide_ckks::{EvaluationKeys, SecretKey};
use lowtide_encoding::Encoder;
use rand::{CryptoRng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use rayon::prelude::*;

use crate::{
    EncryptedDataset, EncryptedModel, Error, Plan,
    rows::{SignedRows, undivide},
    twin::slots,
};

/// The keys that a service needs for the plan, each no higher than the level at which it is used.
///
/// # Errors
/// When the secret key belongs to other parameters.
pub fn evaluation_keys(
    plan: &Plan,
    secret: &SecretKey,
    rng: &mut impl CryptoRng,
) -> Result<EvaluationKeys, Error> {
    check_key(plan, secret)?;
    Ok(lowtide_circuit::customer::keys(plan.program(), secret, rng)?)
}

/// Encrypts the matrices that the plan reads, tile by tile, calling `on_tile` after each from any thread. The same
/// generator gives the same ciphertexts on any number of threads.
///
/// # Errors
/// [`Error::Length`] when the rows are not those that the plan was made for, or when the secret key belongs to other
/// parameters.
pub fn encrypt(
    plan: &Plan,
    secret: &SecretKey,
    rows: &SignedRows,
    rng: &mut impl CryptoRng,
    on_tile: &(dyn Fn() + Sync),
) -> Result<EncryptedDataset, Error> {
    check_key(plan, secret)?;
    plan.request().check_rows(rows)?;
    let rows = rows.divided(plan.request().divisor);
    let encoder = Encoder::new(plan.params())?;
    let mut matrices = Vec::with_capacity(plan.inputs().len());
    for (index, input) in plan.inputs().iter().enumerate() {
        let grid = slots(plan.tile(), plan.batches(), &rows, None, input);
        let streams: Vec<_> = grid.tiles().iter().map(|_| fork(rng)).collect();
        let encrypt =
            |((values, input), mut stream): ((&Vec<f64>, &ProgramInput), ChaCha20Rng)| -> Result<_, Error> {
                let plain = encoder.encode(values, input.level, &input.scale)?;
                let ciphertext = secret.encrypt(&plain, &mut stream)?;
                on_tile();
                Ok(ciphertext)
            };
        let tiles = grid.tiles().par_iter().zip(plan.tiles(index)).zip(streams);
        matrices.push(tiles.map(encrypt).collect::<Result<_, _>>()?);
    }
    EncryptedDataset::new(plan.clone(), matrices)
}

/// The weights of a decrypted model, bias first, on the features as they were encrypted.
#[derive(Clone, Debug, PartialEq)]
pub struct Decrypted {
    /// The weights: every row of slots holds them, and this is their mean.
    pub weights: Vec<f64>,
    /// How far a row of slots is from the mean at most: a measure of the noise that a service which computed
    /// something else would hardly keep.
    pub spread: f64,
}

impl Decrypted {
    /// The weights rounded to `bits` bits after the binary point: what may be shown to others. Exact decryptions are
    /// evidence about the key (Li and Micciancio, ePrint 2020/1533).
    #[must_use]
    pub fn rounded(&self, bits: u32) -> Vec<f64> {
        let unit = 2.0_f64.powi(bits.min(52).cast_signed());
        self.weights.iter().map(|weight| (weight * unit).round_ties_even() / unit).collect()
    }
}

/// Decrypts a model and checks that what came back is weights: finite, the same in every row of slots, and nothing
/// beyond the last feature.
///
/// # Errors
/// [`Error::NotWeights`], or when the secret key belongs to other parameters.
pub fn decrypt(secret: &SecretKey, model: &EncryptedModel) -> Result<Decrypted, Error> {
    let plan = model.plan();
    check_key(plan, secret)?;
    let (encoder, tile, width) = (Encoder::new(plan.params())?, plan.tile(), plan.request().width());
    let (mut weights, mut spread) = (Vec::with_capacity(width), 0.0_f64);
    for ciphertext in model.weights() {
        let slots = encoder.decode(&secret.decrypt(ciphertext)?);
        let rows = || slots.chunks_exact(tile.width());
        for column in 0..tile.columns() {
            let mean = rows().map(|row| row[column]).sum::<f64>() / tile.rows() as f64;
            // Beyond the last feature there are zeros.
            let expected = if weights.len() < width { mean } else { 0.0 };
            spread = rows().map(|row| (row[column] - expected).abs()).fold(spread, f64::max);
            if weights.len() < width {
                weights.push(mean);
            }
        }
    }
    if spread.is_nan() || spread > MAX_SPREAD || weights.iter().any(|weight| !weight.is_finite()) {
        return Err(Error::NotWeights { spread, limit: MAX_SPREAD });
    }
    undivide(&mut weights, plan.request().divisor);
    Ok(Decrypted { weights, spread })
}

/// The most by which copies of a weight may differ.
const MAX_SPREAD: f64 = 1.0 / 64.0;

fn check_key(plan: &Plan, secret: &SecretKey) -> Result<(), Error> {
    let (left, right) = (plan.params().fingerprint(), secret.params().fingerprint());
    if left == right { Ok(()) } else { Err(lowtide_ckks::Error::ParameterMismatch { left, right }.into()) }
}

/// A generator of its own stream.
fn fork(rng: &mut impl CryptoRng) -> ChaCha20Rng {
    let mut seed = [0; 32];
    rng.fill_bytes(&mut seed);
    ChaCha20Rng::from_seed(seed)
}
