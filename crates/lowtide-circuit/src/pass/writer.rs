//! A circuit on the way from one form to another.

use crate::{Circuit, NodeId, Op, Value, build::Draft};

/// The new circuit as far as it is written, and where the nodes of the old one went.
pub(super) struct Writer<'a> {
    circuit: &'a Circuit,
    pub(super) draft: Draft,
    /// Nothing for nodes that are not written, or not yet.
    moved: Vec<Option<NodeId>>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(circuit: &'a Circuit) -> Self {
        Self { circuit, draft: Draft::like(circuit), moved: vec![None; circuit.nodes().len()] }
    }

    /// The node that took the place of an old one.
    ///
    /// # Panics
    /// When there is none: a pass leaves out only what it has no use for.
    pub(super) fn at(&self, id: NodeId) -> NodeId {
        self.moved[id.index()].expect("what is used was written before")
    }

    /// The draft, in the region of an old node.
    pub(super) fn enter(&mut self, id: NodeId) -> &mut Draft {
        self.draft.region = self.circuit.nodes()[id.index()].region;
        &mut self.draft
    }

    /// Says what took the place of an old node.
    pub(super) fn put(&mut self, id: NodeId, moved: NodeId) {
        self.moved[id.index()] = Some(moved);
    }

    /// An old node's operation on what took the place of its operands.
    pub(super) fn op(&self, id: NodeId) -> Op {
        self.circuit.op(id).map(|operand| self.at(operand))
    }

    /// Writes an old node as it is.
    pub(super) fn copy(&mut self, id: NodeId) -> NodeId {
        let op = self.op(id);
        let moved = self.enter(id).intern(op);
        self.put(id, moved);
        moved
    }

    /// A public value of the new circuit, turned to the left.
    pub(super) fn turn(&mut self, public: NodeId, steps: u32) -> NodeId {
        let slots = self.circuit.slots() as u32;
        match self.draft.op(public) {
            Op::Constant(Value::Scalar(_)) => public,
            _ if steps.is_multiple_of(slots) => public,
            _ => self.draft.intern(Op::Rotate(public, steps % slots)),
        }
    }

    /// The new circuit.
    pub(super) fn finish(mut self) -> Circuit {
        for (name, id) in self.circuit.outputs() {
            let id = self.at(*id);
            self.draft.output(name.clone(), id);
        }
        self.draft.finish().expect("a pass keeps a circuit sound")
    }
}
