//! How a plan is chosen: ring, digits, tiles.

use std::{collections::BTreeMap, ops::Range};

use lowtide_ckks::{Error as Ckks, Level, Literal, Parameters};
use lowtide_linalg::Tile;

use super::{Compiler, Plan, Request};
use crate::Error;

/// For each of the two smallest rings in which some digit count is secure, the one whose key switches are cheapest there.
pub(super) fn literals(request: &Request, levels: Level) -> Result<Vec<Literal>, Error> {
    let wanted = request.security()?;
    // 64 primes in all, special ones included.
    let fits = |digits: &usize| levels + 1 + (levels + 1).div_ceil(*digits) <= 64;
    let mut rings: BTreeMap<u32, Literal> = BTreeMap::new();
    let mut refused = Ckks::NoSecureRing { log2_qp: request.shape(10, levels, levels + 1).log2_qp(), wanted };
    for digits in (1..=levels.min(62) + 1).filter(fits) {
        match request.shape(10, levels, digits).secure_literal(wanted) {
            Ok(literal) => {
                let work = |literal: &Literal| literal.key_switch_work(levels);
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

/// The plan with the shape of tiles that takes the least work, and among equals the least upload.
pub(super) fn best_tile(request: &Request, params: &Parameters, compiler: &Compiler) -> Result<Plan, Error> {
    let tiles: Vec<Tile> = (0..usize::BITS)
        .map_while(|log| Tile::new(params.slots(), 1_usize.checked_shl(log)?, request.circuit.half_tiles()))
        .collect();
    let legs = request.cut(compiler)?;
    let count = |tile: Tile| -> Result<(usize, Tile), Error> {
        let tiles = |steps: &Range<usize>| Ok(request.job(tile, steps.clone())?.tiles());
        Ok((legs.iter().map(tiles).sum::<Result<usize, Error>>()?, tile))
    };
    let counts = tiles.into_iter().map(count).collect::<Result<Vec<_>, _>>()?;
    // Shapes that take many more ciphertexts than the best are not worth a look.
    let fewest = counts.iter().map(|(count, _)| *count).min().unwrap_or(1);
    let mut best: Option<((u64, usize), Plan)> = None;
    for (count, tile) in counts.into_iter().filter(|(count, _)| *count <= 2 * fewest) {
        let plan = Plan::assemble(request.clone(), params, tile, compiler)?;
        let cost = (plan.work(), count);
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, plan));
        }
    }
    let refused = Error::PlanRange { what: "features", found: request.features, limit: params.slots() };
    best.map(|(_, plan)| plan).ok_or(refused)
}
