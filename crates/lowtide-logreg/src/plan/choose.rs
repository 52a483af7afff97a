//! How a plan is chosen: ring, digits, tiles.

use lowtide_ckks::{Error as Ckks, Level, Parameters, Shape};
use lowtide_linalg::{Grid, Tally, Tile};

use super::{Request, survey};
use crate::{Error, rows::Batches};

/// The smallest ring in which some digit count is secure, and there the digit count whose key switches are cheapest.
pub(super) fn shape(request: &Request) -> Result<Shape, Error> {
    let (wanted, levels) = (request.security()?, request.levels());
    // 64 primes in all, special ones included.
    let candidates: Vec<Shape> = (1..=levels.min(62) + 1)
        .map(|digits| request.shape(10, digits))
        .filter(|shape| levels + 1 + special(shape) <= 64)
        .filter_map(|shape| Some(Shape { log_degree: wanted.smallest_log_degree(shape.log2_qp())?, ..shape }))
        .collect();
    let smallest = candidates.iter().map(|shape| shape.log_degree).min();
    let cheapest = candidates
        .into_iter()
        .filter(|shape| Some(shape.log_degree) == smallest)
        .min_by_key(|shape| key_switch_work(levels, special(shape)));
    let log2_qp = || request.shape(10, levels + 1).log2_qp();
    cheapest.ok_or_else(|| Ckks::NoSecureRing { log2_qp: log2_qp(), wanted }.into())
}

const fn special(shape: &Shape) -> usize {
    (shape.levels + 1).div_ceil(shape.digits)
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
