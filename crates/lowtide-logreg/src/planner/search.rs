//! The search: cheap guesses first, compilations for those that have a chance.

use std::{cmp::Reverse, collections::BTreeMap, ops::Range};

use lowtide_circuit::speed::{Setting, Speed, Usage};
use lowtide_ckks::{Error as Ckks, Level, Literal, Parameters};
use lowtide_linalg::Tile;
use lowtide_ring::{Ntt, Ring};
use lowtide_wire::Sizes;

use super::{Candidate, Choice, Limit, Nearest, Outlook, SAME, SHOWN, Wish, precision, reason};
use crate::{
    Circuit, Error, Gram, Plan, Request,
    plan::{Compiler, Leg},
};

/// A circuit in a ring whose first shape of tiles takes longer than the best so far by this factor is left at that.
const HOPELESS: f64 = 2.0;

/// A circuit that takes longer by this factor in the smallest ring is not tried in others.
const OUT_OF_REACH: f64 = 2.0 * HOPELESS;

/// A circuit that takes longer by this factor is not tried with larger mini-batches.
const FAR_BEHIND: f64 = 1.3;

/// Shapes of tiles that take more ciphertexts than the best by this factor are not worth a look.
const MANY_TILES: usize = 2;

/// A new scale is taken this many bits larger than the reading asks for.
const SPARE_BITS: f64 = 0.5;

pub(super) fn choose(wish: &Wish) -> Result<Choice, Error> {
    let compiler = Compiler::default();
    let mut search = Search::new(wish, &compiler);
    let mut requests = wish.requests()?;
    if let Some(wanted) = wish.precision {
        requests = precise(&requests, wanted, &wish.rings())?;
    }
    // By circuit: a larger mini-batch takes longer, and one that is far behind is followed by none.
    let mut behind: Vec<(Circuit, Gram)> = Vec::new();
    for (request, levels) in &requests {
        let kind = (request.circuit, request.gram);
        if !behind.contains(&kind) && search.circuit(request, *levels)? > FAR_BEHIND * search.least {
            behind.push(kind);
        }
    }
    let tried = search.tried;
    let mut found = search.finish()?;
    let best = best(&found, wish.batches.len() > 1);
    let best = found.remove(best);
    let mut reasons = reason::reasons(&best, &found);
    found.insert(0, best);
    found.truncate(SHOWN);
    let mut read = Readings::default();
    for candidate in found.iter_mut().chain(reasons.iter_mut().map(|reason| &mut reason.other)) {
        candidate.outlook.precision = read.of(candidate);
    }
    Ok(Choice { candidates: found, reasons, tried })
}

/// The cheapest plan of a request in one of these rings, or in any, with this compiler, by the built-in speed: the same
/// everywhere.
pub(crate) fn cheapest(request: &Request, rings: &[Ring], compiler: &Compiler) -> Result<Plan, Error> {
    let wish = Wish::exactly(request, rings);
    let mut search = Search::new(&wish, compiler);
    search.circuit(request, request.levels_by(compiler)?)?;
    let found = search.finish()?;
    let best = &found[best(&found, false)];
    let params = Parameters::with_security(best.literal.clone(), request.security()?)?;
    Plan::assemble(request.clone(), &params, best.tile, compiler)
}

/// The plan under given parameters with the shape of tiles that takes the least time.
pub(crate) fn cheapest_tile(
    request: &Request,
    params: &Parameters,
    compiler: &Compiler,
) -> Result<Plan, Error> {
    let setting = Setting::of(params.literal());
    let mut best: Option<(f64, Plan)> = None;
    for (_, tile) in tiles(request, params.slots())? {
        let plan = Plan::assemble(request.clone(), params, tile, compiler)?;
        let time: f64 =
            plan.legs().iter().map(|leg| leg.program().usage_in(setting, &Speed::default(), 1).work).sum();
        if best.as_ref().is_none_or(|(least, _)| time < *least) {
            best = Some((time, plan));
        }
    }
    best.map(|(_, plan)| plan).ok_or_else(|| too_wide(request, params.slots()))
}

impl Wish {
    /// Nothing left open but ring, digits and tiles.
    fn exactly(request: &Request, rings: &[Ring]) -> Self {
        Self {
            request: request.clone(),
            circuits: Vec::new(),
            batches: Vec::new(),
            grams: Vec::new(),
            rings: rings.to_vec(),
            precision: None,
            memory: None,
            threads: 1,
            speed: Speed::default(),
        }
    }

    /// Every circuit with every mini-batch, those of few levels first: they set the time that others must meet.
    fn requests(&self) -> Result<Vec<(Request, Level)>, Error> {
        let own = [self.request.circuit];
        let circuits: &[Circuit] = if self.circuits.is_empty() { &own } else { &self.circuits };
        let own = [self.request.batch];
        let batches: &[usize] = if self.batches.is_empty() { &own } else { &self.batches };
        let own = [self.request.gram];
        let grams: &[Gram] = if self.grams.is_empty() { &own } else { &self.grams };
        let mut requests = Vec::new();
        for batch in batches {
            for circuit in circuits {
                // Of circuits without Gram matrices once.
                let grams = if circuit.reads_gram() { grams } else { &grams[..1] };
                for gram in grams {
                    let own = self.request.clone();
                    let request = Request { circuit: *circuit, batch: *batch, gram: *gram, ..own };
                    let levels = request.levels()?;
                    requests.push((request, levels));
                }
            }
        }
        requests.sort_by_key(|(request, levels)| (request.batch, *levels, request.circuit.name()));
        Ok(requests)
    }

    /// The rings to choose among. Those of more slots come first: they set the time, and errors are larger in them.
    fn rings(&self) -> Vec<Ring> {
        let mut rings = if self.rings.is_empty() { Ring::ALL.to_vec() } else { self.rings.clone() };
        rings.sort_by_key(|ring| Reverse(ring.slots(Ntt::MIN_DEGREE)));
        rings
    }
}

struct Search<'a> {
    wish: &'a Wish,
    compiler: &'a Compiler,
    found: Vec<Candidate>,
    tried: usize,
    /// The least time of a candidate within the limits.
    least: f64,
    /// What came closest to the limit on memory.
    nearest: Option<Candidate>,
    /// Why there is no ring for a circuit.
    refused: Option<Error>,
}

impl<'a> Search<'a> {
    const fn new(wish: &'a Wish, compiler: &'a Compiler) -> Self {
        Self {
            wish,
            compiler,
            found: Vec::new(),
            tried: 0,
            least: f64::INFINITY,
            nearest: None,
            refused: None,
        }
    }

    /// Every ring, digit count and shape of tiles for a circuit; the least time.
    fn circuit(&mut self, request: &Request, levels: Level) -> Result<f64, Error> {
        let mut least = f64::INFINITY;
        let rings = match literals(request, levels, &self.wish.rings()) {
            Ok(rings) => rings,
            Err(error @ Error::Ckks(Ckks::NoSecureRing { .. })) => {
                self.refused = Some(error);
                return Ok(least);
            }
            Err(error) => return Err(error),
        };
        for literals in rings {
            let params = Parameters::with_security(literals[0].clone(), request.security()?)?;
            let tiles = tiles(request, params.slots())?;
            if tiles.is_empty() {
                self.refused = Some(too_wide(request, params.slots()));
            }
            for (_, tile) in tiles {
                let plan = Plan::assemble(request.clone(), &params, tile, self.compiler)?;
                let best =
                    literals.iter().map(|literal| self.price(&plan, literal)).fold(f64::INFINITY, f64::min);
                least = least.min(best);
                if best > HOPELESS * self.least {
                    break;
                }
            }
            if least > OUT_OF_REACH * self.least {
                break;
            }
        }
        Ok(least)
    }

    /// What a plan would take with other primes; its time.
    fn price(&mut self, plan: &Plan, literal: &Literal) -> f64 {
        let wish = self.wish;
        let usage = |leg: &Leg| leg.program().usage_in(Setting::of(literal), &wish.speed, wish.threads);
        let usages: Vec<Usage> = plan.legs().iter().map(usage).collect();
        let seconds = usages.iter().map(|usage| usage.seconds(wish.threads)).sum();
        let sizes = Sizes::new(literal);
        let tiles = plan.rows().flat_map(|planned| planned.tiles);
        let tiles = tiles.map(|input| sizes.ciphertext(input.level, &input.scale, true));
        let keys = plan.key_list();
        let galois = keys.rotations.into_iter().map(|(_, level)| level);
        let candidate = Candidate {
            request: plan.request().clone(),
            literal: literal.clone(),
            tile: plan.tile(),
            outlook: Outlook {
                seconds,
                seconds_alone: usages.iter().map(|usage| usage.work).sum(),
                upload_bytes: sizes.file(tiles.sum()),
                key_bytes: sizes.file(sizes.evaluation_keys(keys.relinearization, galois)),
                // One leg after the other.
                memory_bytes: usages.iter().map(Usage::memory_bytes).max().unwrap_or(0),
                precision: None,
            },
        };
        self.tried += 1;
        let memory = |it: &Candidate| it.outlook.memory_bytes;
        if wish.memory.is_some_and(|limit| memory(&candidate) > limit) {
            if self.nearest.as_ref().is_none_or(|nearest| memory(&candidate) < memory(nearest)) {
                self.nearest = Some(candidate);
            }
            return seconds;
        }
        self.least = self.least.min(seconds);
        self.found.push(candidate);
        seconds
    }

    /// All candidates, the quickest first.
    fn finish(mut self) -> Result<Vec<Candidate>, Error> {
        if self.found.is_empty() {
            return Err(match (self.nearest, self.wish.memory, self.refused) {
                (Some(nearest), Some(wanted), _) => Error::NoCandidate {
                    limit: Limit::Memory { wanted, least: nearest.outlook.memory_bytes },
                    nearest: Nearest::of(&nearest),
                },
                (_, _, Some(refused)) => refused,
                _ => too_wide(&self.wish.request, 0),
            });
        }
        // Of circuits that come to the same, the last one of the list.
        let order =
            |it: &Candidate| (it.sent_bytes(), Reverse(it.request.circuit as usize), it.tile.columns());
        self.found.sort_by(|a, b| {
            let by_time = a.outlook.seconds.total_cmp(&b.outlook.seconds);
            by_time.then_with(|| order(a).cmp(&order(b)))
        });
        Ok(self.found)
    }
}

/// Which of the candidates to take, of those that are as quick as the first.
fn best(found: &[Candidate], batches: bool) -> usize {
    let limit = (1.0 + SAME) * found[0].outlook.seconds;
    let quick = found.iter().take_while(|it| it.outlook.seconds <= limit).enumerate();
    let key = |it: &Candidate| (Reverse(if batches { it.request.batch } else { 0 }), it.sent_bytes());
    quick.min_by_key(|(_, it)| key(it)).map_or(0, |(index, _)| index)
}

/// For each of the two smallest degrees in which some digit count is secure, and each kind of ring, all digit counts that
/// are.
fn literals(request: &Request, levels: Level, kinds: &[Ring]) -> Result<Vec<Vec<Literal>>, Error> {
    let wanted = request.security()?;
    let own = levels + 1;
    let shape = |ring, digits| request.shape(ring, 10, levels, digits);
    let refusal = Ckks::NoSecureRing { log2_qp: shape(Ring::Standard, own).log2_qp(), wanted };
    // 64 primes in all, special ones included. Digit counts that take as many special primes are the same.
    let mut specials: Vec<usize> = (1..=own).map(|digits| own.div_ceil(digits)).collect();
    specials.dedup();
    specials.retain(|special| own + special <= 64);
    let mut degrees: BTreeMap<u32, Vec<Vec<Literal>>> = BTreeMap::new();
    for special in specials {
        for (kind, ring) in kinds.iter().enumerate() {
            match shape(*ring, own.div_ceil(special)).secure_literal(wanted) {
                Ok(literal) => {
                    let rings = degrees.entry(literal.log_degree).or_insert(vec![Vec::new(); kinds.len()]);
                    rings[kind].push(literal);
                }
                Err(Ckks::NoSecureRing { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    let rings = degrees.into_values().take(2).flatten().filter(|literals| !literals.is_empty());
    let rings: Vec<Vec<Literal>> = rings.collect();
    if rings.is_empty() { Err(refusal.into()) } else { Ok(rings) }
}

/// Shapes of tiles that are worth a look, with their ciphertexts, the fewest first.
fn tiles(request: &Request, slots: usize) -> Result<Vec<(usize, Tile)>, Error> {
    let legs = request.cut(&Compiler::default())?;
    let shapes = (0..usize::BITS)
        .map_while(|log| Tile::new(slots, 1_usize.checked_shl(log)?, request.circuit.half_tiles()));
    let mut tiles = Vec::new();
    for tile in shapes {
        let count = |steps: &Range<usize>| Ok(request.job(tile, steps.clone())?.tiles());
        tiles.push((legs.iter().map(count).sum::<Result<usize, Error>>()?, tile));
    }
    tiles.sort_by_key(|(count, tile)| (*count, tile.columns()));
    let fewest = tiles.first().map_or(1, |(count, _)| *count);
    tiles.retain(|(count, _)| *count <= MANY_TILES * fewest);
    Ok(tiles)
}

fn too_wide(request: &Request, slots: usize) -> Error {
    Error::PlanRange { what: "features", found: request.features, limit: slots }
}

/// The requests that reach a precision, each at the smallest scale that gives it.
fn precise(
    requests: &[(Request, Level)],
    wanted: f64,
    rings: &[Ring],
) -> Result<Vec<(Request, Level)>, Error> {
    let mut precise = Vec::new();
    let mut nearest: Option<(f64, Nearest)> = None;
    for (request, levels) in requests {
        let Some((bits, candidate)) = read(request, *levels, rings)? else {
            precise.push((request.clone(), *levels));
            continue;
        };
        // An error is a number of integers over the scale: a bit more of it is a bit more of every weight.
        let scale_bits = f64::from(request.scale_bits) + (wanted - bits + SPARE_BITS).ceil();
        let scale_bits = scale_bits.max(Request::MIN_SCALE_BITS.into());
        if scale_bits <= Request::MAX_SCALE_BITS.into() {
            precise.push((Request { scale_bits: scale_bits as u32, ..request.clone() }, *levels));
            continue;
        }
        let most = bits + f64::from(Request::MAX_SCALE_BITS) - f64::from(request.scale_bits) - SPARE_BITS;
        if nearest.as_ref().is_none_or(|(best, _)| most > *best) {
            nearest = Some((most, candidate));
        }
    }
    match nearest {
        Some((most, nearest)) if precise.is_empty() => {
            Err(Error::NoCandidate { limit: Limit::Precision { wanted, most }, nearest })
        }
        _ => Ok(precise),
    }
}

/// The precision of a circuit at the scale of the request, in its smallest ring with the fewest tiles; nothing when there is
/// no ring, or too much to read.
fn read(request: &Request, levels: Level, rings: &[Ring]) -> Result<Option<(f64, Nearest)>, Error> {
    let Ok(rings) = literals(request, levels, rings) else { return Ok(None) };
    let literal = rings.into_iter().flatten().next().expect("no ring without a literal");
    let log_degree = literal.log_degree;
    let params = Parameters::with_security(literal, request.security()?)?;
    let Some((_, tile)) = tiles(request, params.slots())?.into_iter().next() else { return Ok(None) };
    let plan = Plan::assemble(request.clone(), &params, tile, &Compiler::default())?;
    Ok(precision::bits(&plan)?.map(|bits| (bits, Nearest::new(request, log_degree, tile))))
}

/// Precisions that were read: tiles and digits hardly change them.
#[derive(Default)]
struct Readings(BTreeMap<(&'static str, &'static str, usize, &'static str, u32), Option<f64>>);

impl Readings {
    fn of(&mut self, candidate: &Candidate) -> Option<f64> {
        let request = &candidate.request;
        let literal = &candidate.literal;
        let key = (
            request.circuit.name(),
            request.gram.name(),
            request.batch,
            literal.ring.name(),
            literal.log_degree,
        );
        let read = || candidate.plan().and_then(|plan| precision::bits(&plan)).ok().flatten();
        *self.0.entry(key).or_insert_with(read)
    }
}
