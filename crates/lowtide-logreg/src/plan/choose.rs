//! How a plan is chosen: ring, digits, tiles.

use std::collections::BTreeMap;

use lowtide_ckks::{Error as Ckks, Level, Literal, Parameters};
use lowtide_linalg::{Grid, Tally, Tile};

use super::{Plan, Request, survey};
use crate::{Error, rows::Batches};

/// For each of the two smallest rings in which some digit count is secure, the one whose key switches are cheapest there.
pub(super) fn literals(request: &Request) -> Result<Vec<Literal>, Error> {
    let (wanted, levels) = (request.security()?, request.levels());
    // 64 primes in all, special ones included.
    let fits = |digits: &usize| levels + 1 + (levels + 1).div_ceil(*digits) <= 64;
    let mut rings: BTreeMap<u32, Literal> = BTreeMap::new();
    let mut refused = Ckks::NoSecureRing { log2_qp: request.shape(10, levels + 1).log2_qp(), wanted };
    for digits in (1..=levels.min(62) + 1).filter(fits) {
        match request.shape(10, digits).secure_literal(wanted) {
            Ok(literal) => {
                let work = |literal: &Literal| key_switch_work(levels, literal.p.len());
                let best = rings.entry(literal.log_degree).or_insert_with(|| literal.clone());
                if work(&literal) < work(best) {
                    *best = literal;
                }
            }
            Err(error) => refused = error,
        }
    }
    if rings.is_empty() { Err(refused.into()) } else { Ok(rings.into_values().take(2).collect()) }
}

/// What a plan costs, to compare it with another: the time of its transforms, and as much again for every GiB of keys,
/// which are sent, kept and read.
pub(super) fn cost(plan: &Plan) -> f64 {
    let degree = plan.params().ring_degree() as f64;
    let keys = plan.evaluation_key_bytes() as f64 / f64::from(1 << 30);
    plan.work() as f64 * degree * degree.log2() * (1.0 + keys)
}

/// Transforms of one limb in a key switch at `level` with `special` special primes: every digit in every prime of the key
/// basis, and the division by `P` of both components.
pub(super) fn key_switch_work(level: Level, special: usize) -> u64 {
    let (limbs, digits) = (level + 1 + special, (level + 1).div_ceil(special));
    ((level + 1) + digits * limbs + 2 * limbs) as u64
}

/// The shape of tiles that takes the least work, and among equals the least upload.
pub(super) fn tile(request: &Request, params: &Parameters) -> Result<Tile, Error> {
    let batches = Batches::new(request.rows, request.batch)?;
    let tiles: Vec<Tile> = (0..usize::BITS)
        .map_while(|log| Tile::new(params.slots(), 1_usize.checked_shl(log)?, request.circuit.half_tiles()))
        .collect();
    let count = |tile: &Tile| {
        let (rows, columns) = Grid::<()>::blocks(tile, batches.largest(), request.width());
        rows * columns
    };
    // Shapes that take many more ciphertexts than the best are not worth a survey.
    let fewest = tiles.iter().map(count).min().unwrap_or(1);
    let mut best = None;
    for tile in tiles.into_iter().filter(|tile| count(tile) <= 2 * fewest) {
        let (_, tally) = survey(request, params.literal(), tile, batches)?;
        let cost = (work(&tally, params), count(&tile));
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, tile));
        }
    }
    let (_, tile) =
        best.ok_or(Error::PlanRange { what: "features", found: request.features, limit: params.slots() })?;
    Ok(tile)
}

fn work(tally: &Tally, params: &Parameters) -> u64 {
    let special = params.literal().p.len();
    tally.key_switches().iter().map(|(level, count)| key_switch_work(*level, special) * *count as u64).sum()
}
