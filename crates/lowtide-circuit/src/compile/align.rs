//! The scale of every value.
//!
//! A **tight** value has the scale of its level. A value that comes down from a higher level meets it only after a product
//! with 1, which costs a rescale; so such values are kept **loose** where they can be. Sums, rotations and the like are
//! loose when they are used by products with constants alone, by outputs, or by other loose values: they keep the scale of
//! the level that their operands come from, drop for free, and the constant's own scale makes the product fit. A product
//! of two ciphertexts, one from above and the other a product with a constant, fits by the scale of that constant too.

use lowtide_ckks::{Level, Scale};

use super::levels::Levels;
use crate::{Circuit, NodeId, Op, read};

/// The scale of every encrypted node's value, at its level. Sums whose operands all come from above move up to them, so
/// that one product with 1 brings the whole sum down.
pub(super) fn align(circuit: &Circuit, levels: &mut Levels, canonical: &[Scale], chosen: bool) -> Vec<Scale> {
    let mut alignment = Alignment::new(circuit, levels, chosen);
    if alignment.raise() {
        alignment = Alignment::new(circuit, levels, chosen);
    }
    let class = alignment.class;
    let mut scales: Vec<Scale> = class.iter().map(|class| canonical[*class].clone()).collect();
    if chosen {
        compensate(circuit, levels, canonical, &mut scales);
    }
    scales
}

struct Alignment<'a> {
    circuit: &'a Circuit,
    levels: &'a mut Levels,
    loose: Vec<bool>,
    /// By node: the level whose scale it has.
    class: Vec<Level>,
}

/// After so many rounds everything that is left becomes tight, which is always right.
const ROUNDS: usize = 8;

impl<'a> Alignment<'a> {
    fn new(circuit: &'a Circuit, levels: &'a mut Levels, chosen: bool) -> Self {
        let loose = circuit.iter().map(|(id, node)| chosen && levels.is_linear(id, &node.op)).collect();
        let class = levels.level.clone();
        let mut alignment = Self { circuit, levels, loose, class };
        let settled = (0..ROUNDS).any(|_| {
            alignment.tighten();
            alignment.classify()
        });
        if !settled {
            alignment.loose.fill(false);
            alignment.class.clone_from(&alignment.levels.level);
        }
        alignment
    }

    /// From the outputs up: what somebody uses at its own level and that level's scale is tight.
    fn tighten(&mut self) {
        for (id, node) in self.circuit.iter().rev().filter(|(id, _)| self.levels.is_encrypted(*id)) {
            let rescaled = self.levels.rescaled[id.index()];
            let encrypted = |operand: &NodeId| self.levels.is_encrypted(*operand);
            let wants_scale = match node.op {
                // The constant adapts.
                Op::Mul(a, b) if rescaled => encrypted(&a) && encrypted(&b),
                _ => rescaled || !self.loose[id.index()],
            };
            let at = self.levels.of(id) + usize::from(rescaled);
            if wants_scale {
                let met =
                    node.op.operands().filter(encrypted).filter(|operand| self.levels.of(*operand) == at);
                met.for_each(|operand| self.loose[operand.index()] = false);
            }
        }
    }

    /// From the inputs down: loose values have the scale of their operands; where those differ, they are not loose.
    /// Whether all that were loose still are.
    fn classify(&mut self) -> bool {
        let mut settled = true;
        for (id, node) in self.circuit.iter().filter(|(id, _)| self.levels.is_encrypted(*id)) {
            let i = id.index();
            self.class[i] = self.levels.of(id);
            if !self.loose[i] {
                continue;
            }
            let mut classes = node
                .op
                .operands()
                .filter(|id| self.levels.is_encrypted(*id))
                .map(|id| self.class[id.index()]);
            let first = classes.next().unwrap_or(self.levels.of(id));
            if classes.all(|class| class == first) {
                self.class[i] = first;
            } else {
                (self.loose[i], settled) = (false, false);
            }
        }
        settled
    }

    /// Moves tight sums up to their operands; whether any moved.
    fn raise(&mut self) -> bool {
        let mut raised = false;
        for (id, node) in self.circuit.iter() {
            let i = id.index();
            let moves = matches!(node.op, Op::Add(..) | Op::Sub(..) | Op::Neg(_) | Op::Mul(..));
            if self.loose[i] || !moves || !self.levels.is_linear(id, &node.op) {
                continue;
            }
            let operands = node.op.operands().filter(|id| self.levels.is_encrypted(*id));
            let lowest = operands.map(|id| self.levels.of(id)).min().unwrap_or(0);
            raised |= lowest > self.levels.of(id);
            self.levels.level[i] = lowest;
        }
        raised
    }
}

/// Where a value from above meets a product with a constant that nothing else uses, that product takes the scale that
/// makes the two fit.
fn compensate(circuit: &Circuit, levels: &Levels, canonical: &[Scale], scales: &mut [Scale]) {
    let uses = read::uses(circuit);
    for (id, node) in circuit.iter().filter(|(id, _)| levels.rescaled[id.index()]) {
        let Op::Mul(a, b) = node.op else { continue };
        let above = levels.of(id) + 1;
        for (high, low) in [(a, b), (b, a)] {
            let adapts = |id: NodeId| {
                let public = circuit.op(id).operands().any(|operand| !levels.is_encrypted(operand));
                levels.rescaled[id.index()] && public && uses[id.index()] == 1 && levels.of(id) == above
            };
            if levels.is_encrypted(high) && levels.of(high) > above && adapts(low) {
                scales[low.index()] = &(&canonical[above] * &canonical[above]) / &scales[high.index()];
            }
        }
    }
}
