//! The parts of a training run: how long each took, and at which levels it worked.

use lowtide_circuit::{
    Program, RegionId,
    program::{Instruction, Kind, Step},
};
use lowtide_logreg::train::{Span, time_by_region};
use serde::Serialize;

/// A part of the run, by the name that the circuit gives it. Parts of parts count with the whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Region {
    /// Its name; empty for what the circuit names nowhere.
    pub(crate) name: String,
    /// Its share of the time: while several parts are at work it is divided among them.
    pub(crate) seconds: f64,
    /// The highest level at which it computes, if it does anything but pass values on.
    pub(crate) highest_level: Option<usize>,
    /// The lowest.
    pub(crate) lowest_level: Option<usize>,
    /// Relinearizations, rotations and conjugations, each rotation of a sum counted.
    pub(crate) key_switches: usize,
}

/// All parts in the order in which the circuit names them; what has no name comes last.
pub(super) fn all(program: &Program, spans: &[Span]) -> Vec<Region> {
    let part = |id: RegionId| {
        let full = program.circuit().region_name(id);
        full.split('/').next().unwrap_or_default().to_owned()
    };
    let mut regions: Vec<Region> = Vec::new();
    let mut at = |name: String, add: &dyn Fn(&mut Region)| {
        if let Some(region) = regions.iter_mut().find(|region| region.name == name) {
            return add(region);
        }
        let mut region = Region { name, ..Region::default() };
        add(&mut region);
        regions.push(region);
    };
    for region in program.circuit().regions() {
        if region.parent.index() == 0 {
            at(region.name.clone(), &|_| ());
        }
    }
    for step in program.steps() {
        at(part(step.region), &|region| region.add(step));
    }
    for (id, time) in time_by_region(spans) {
        at(part(id), &|region| region.seconds += time.as_secs_f64());
    }
    regions.retain(|region| region.seconds > 0.0 || region.lowest_level.is_some());
    regions.sort_by_key(|region| region.name.is_empty());
    regions
}

impl Region {
    fn add(&mut self, step: &Step) {
        self.key_switches += step.instruction.key_switches();
        if computes(step) {
            self.highest_level = self.highest_level.max(Some(step.level));
            self.lowest_level = Some(self.lowest_level.map_or(step.level, |low| low.min(step.level)));
        }
    }
}

/// Whether a step makes a new ciphertext, other than by bringing one down to where it is used.
const fn computes(step: &Step) -> bool {
    matches!(step.kind, Kind::Ciphertext | Kind::Product)
        && !matches!(step.instruction, Instruction::Drop(..) | Instruction::Lower(..))
}
