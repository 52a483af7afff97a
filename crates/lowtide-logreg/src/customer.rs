//! What the owner of the data does: keys, encryption of rows, decryption of the model, and where a run is longer than its
//! levels, encryption of weights and momentum anew.

use lowtide_circuit::program::ProgramInput;
use lowtide_ckks::{Ciphertext, EvaluationKeys, SecretKey};
use lowtide_encoding::Encoder;
use rand::{CryptoRng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use rayon::prelude::*;

use crate::{
    EncryptedDataset, EncryptedModel, Error, FixedHessian, FreshStart, Plan,
    plan::Planned,
    rows::{SignedRows, undivide},
    twin::{slots, start_slots},
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
    Ok(secret.evaluation_keys(&plan.key_list(), rng)?)
}

/// Encrypts the matrices that all legs of the plan read, tile by tile, calling `on_tile` after each from any thread. The same
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
    let rows = rows.divided(&plan.request().units_of(rows)?);
    let sealer = Sealer { secret, encoder: Encoder::new(plan.params())? };
    let mut matrices = Vec::new();
    for planned in plan.rows() {
        let grid = slots(plan.tile(), plan.batches(), &rows, None, planned.input);
        matrices.push(sealer.seal(planned, grid.tiles(), rng, on_tile)?);
    }
    EncryptedDataset::new(plan.clone(), matrices)
}

/// Decrypts a checkpoint and encrypts its weights and momentum anew, at the levels at which the next leg reads them: a few
/// ciphertexts. Who trains learns nothing from them, and must not be told what was decrypted.
///
/// # Errors
/// [`Error::Finished`] when all steps were trained; [`Error::NotWeights`] as [`decrypt`], or when the secret key belongs to
/// other parameters.
pub fn refresh(
    secret: &SecretKey,
    checkpoint: &EncryptedModel,
    rng: &mut impl CryptoRng,
) -> Result<FreshStart, Error> {
    let (plan, leg) = (checkpoint.plan(), checkpoint.leg() + 1);
    check_key(plan, secret)?;
    if checkpoint.is_finished() {
        return Err(Error::Finished { steps: checkpoint.steps() });
    }
    let open = |ciphertexts| Ok::<_, Error>(open(plan, secret, ciphertexts)?.0);
    let state = plan.legs()[leg - 1].state(open(checkpoint.weights())?, &open(checkpoint.before())?);
    let sealer = Sealer { secret, encoder: Encoder::new(plan.params())? };
    let mut matrices = Vec::new();
    for planned in plan.legs()[leg].start() {
        let grid = start_slots(plan.tile(), &state, planned.input);
        matrices.push(sealer.seal(planned, grid.tiles(), rng, &|| ())?);
    }
    FreshStart::new(plan.clone(), leg, matrices)
}

/// Who encrypts matrices tile by tile.
struct Sealer<'a> {
    secret: &'a SecretKey,
    encoder: Encoder,
}

impl Sealer<'_> {
    fn seal(
        &self,
        planned: Planned<'_>,
        tiles: &[Vec<f64>],
        rng: &mut impl CryptoRng,
        on_tile: &(dyn Fn() + Sync),
    ) -> Result<Vec<Ciphertext>, Error> {
        let streams: Vec<_> = tiles.iter().map(|_| fork(rng)).collect();
        let encrypt =
            |((values, input), mut stream): ((&Vec<f64>, &ProgramInput), ChaCha20Rng)| -> Result<_, Error> {
                let plain = self.encoder.encode(values, input.level, &input.scale)?;
                let ciphertext = self.secret.encrypt(&plain, &mut stream)?;
                on_tile();
                Ok(ciphertext)
            };
        tiles.par_iter().zip(planned.tiles).zip(streams).map(encrypt).collect()
    }
}

/// The weights of a decrypted model, bias first, on features as [`encrypt`] was given them.
#[derive(Clone, Debug, PartialEq)]
pub struct Decrypted {
    /// The weights: every row of slots holds them, and this is their mean.
    pub weights: Vec<f64>,
    /// How far a row of slots is from the mean at most: a measure of the noise that a service which computed
    /// something else would hardly keep.
    pub spread: f64,
    /// By weight, what it was divided by after decryption.
    units: Vec<f64>,
}

impl Decrypted {
    /// The weights rounded to `bits` bits after the binary point: what may be shown to others. Exact decryptions are
    /// evidence about the key (Li and Micciancio, ePrint 2020/1533). A weight whose noise grew on the way back to features as
    /// they came is rounded to as many bits less.
    #[must_use]
    pub fn rounded(&self, bits: u32) -> Vec<f64> {
        let round = |(weight, unit): (&f64, &f64)| {
            let lost = unit.log2().floor().min(0.0) as i32;
            let scale = 2.0_f64.powi(bits.min(52).cast_signed() + lost);
            (weight * scale).round_ties_even() / scale
        };
        self.weights.iter().zip(&self.units).map(round).collect()
    }
}

/// Decrypts a model, or the one that a checkpoint holds, and checks that what came back is weights: finite, the same in every
/// row of slots, and nothing beyond the last feature. `hessian` is [`Request::fixed_hessian`](crate::Request::fixed_hessian)
/// of the rows that were encrypted, nothing where the plan has none.
///
/// # Errors
/// [`Error::NotWeights`]; [`Error::FixedHessian`] or [`Error::Length`] when the fixed Hessian is not one of the plan, or when
/// the secret key belongs to other parameters.
pub fn decrypt(
    secret: &SecretKey,
    model: &EncryptedModel,
    hessian: Option<&FixedHessian>,
) -> Result<Decrypted, Error> {
    check_key(model.plan(), secret)?;
    let units = model.plan().request().units(hessian)?;
    let (mut weights, spread) = open(model.plan(), secret, model.weights())?;
    undivide(&mut weights, &units);
    Ok(Decrypted { weights, spread, units })
}

/// Decrypts weights on entries as they were divided, by block of columns, with their spread.
fn open(plan: &Plan, secret: &SecretKey, ciphertexts: &[Ciphertext]) -> Result<(Vec<f64>, f64), Error> {
    let (encoder, tile, width) = (Encoder::new(plan.params())?, plan.tile(), plan.request().width());
    let (mut weights, mut spread) = (Vec::with_capacity(width), 0.0_f64);
    for ciphertext in ciphertexts {
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
    Ok((weights, spread))
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
