//! What a circuit is, apart from the order of its nodes.

use std::collections::{BTreeSet, HashMap};

use lowtide_circuit::{Circuit, Input, NodeId, Op, Region};

/// A node by what it computes and where, and by what it uses; operands of sums and products in order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    op: String,
    operands: Vec<usize>,
    region: usize,
}

/// Keys by number; one for all circuits that are compared.
#[derive(Debug, Default)]
pub(crate) struct Forms(HashMap<Key, usize>);

/// Equal for circuits that compute the same in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    slots: usize,
    inputs: Vec<Input>,
    outputs: Vec<(String, usize)>,
    regions: Vec<Region>,
    nodes: BTreeSet<usize>,
}

impl Forms {
    /// The form of a circuit. Inputs that nothing uses need no node, and inputs and constants have no region.
    pub(crate) fn of(&mut self, circuit: &Circuit) -> Form {
        let mut keys: Vec<usize> = Vec::new();
        let mut nodes = BTreeSet::new();
        for node in circuit.nodes() {
            let mut operands: Vec<usize> = node.op.operands().map(|id| keys[id.index()]).collect();
            let (op, leaf) = match &node.op {
                Op::Constant(value) => {
                    let plain = value.map(|x| if x == 0.0 { 0.0 } else { x });
                    (format!("{plain:?}"), true)
                }
                Op::Input(input) => (format!("input {input}"), true),
                Op::Rotate(_, steps) => (format!("rotate {steps}"), false),
                Op::Add(..) | Op::Mul(..) => {
                    operands.sort_unstable();
                    (node.op.name().to_owned(), false)
                }
                op => (op.name().to_owned(), false),
            };
            let key = Key { op, operands, region: if leaf { 0 } else { node.region.index() } };
            let next = self.0.len();
            let number = *self.0.entry(key).or_insert(next);
            keys.push(number);
            if !matches!(node.op, Op::Input(_)) {
                nodes.insert(number);
            }
        }
        let output = |(name, id): &(String, NodeId)| (name.clone(), keys[id.index()]);
        Form {
            slots: circuit.slots(),
            inputs: circuit.inputs().to_vec(),
            outputs: circuit.outputs().iter().map(output).collect(),
            regions: circuit.regions().to_vec(),
            nodes,
        }
    }
}
