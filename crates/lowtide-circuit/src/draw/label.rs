//! What is written on a node.

use crate::{Circuit, NodeId, Op, RegionId, Secrecy, Value, circuit::Node};

/// Which nodes are numbers that are written in the operations that use them: `x 0.5`, not an arrow from `0.5`.
pub(super) fn inlined(circuit: &Circuit) -> Vec<bool> {
    let number = |id: NodeId| matches!(circuit.op(id), Op::Constant(value) if value.scalar().is_some());
    let mut used = vec![false; circuit.nodes().len()];
    let mut alone = vec![false; circuit.nodes().len()];
    for node in circuit.nodes() {
        let beside = match node.op {
            Op::Add(a, b) | Op::Sub(a, b) | Op::Mul(a, b) => number(a) != number(b),
            _ => false,
        };
        for id in node.op.operands() {
            used[id.index()] = true;
            alone[id.index()] |= !beside;
        }
    }
    circuit.outputs().iter().for_each(|(_, id)| alone[id.index()] = true);
    circuit.iter().map(|(id, _)| number(id) && used[id.index()] && !alone[id.index()]).collect()
}

/// A sign for an operation, with the number that is written in it.
pub(super) fn sign(circuit: &Circuit, op: &Op, inlined: &[bool]) -> String {
    let value = |id: &NodeId| match circuit.op(*id) {
        Op::Constant(value) if inlined[id.index()] => value.scalar(),
        _ => None,
    };
    match op {
        Op::Input(input) => circuit.inputs()[*input as usize].name.clone(),
        Op::Constant(constant) => vector(constant),
        Op::Add(a, b) => value(a).or(value(b)).map_or("+".into(), |x| plus(x, '+', '−')),
        Op::Sub(a, b) => match (value(a), value(b)) {
            (Some(x), _) => format!("{} −", number(x)),
            (_, Some(x)) => plus(x, '−', '+'),
            _ => "−".into(),
        },
        Op::Neg(_) => "neg".into(),
        Op::Mul(a, b) => value(a).or(value(b)).map_or("×".into(), |x| format!("× {}", number(x))),
        Op::Square(_) => "x²".into(),
        Op::Rotate(_, steps) => format!("↺ {steps}"),
        Op::Conjugate(_) => "conj".into(),
    }
}

fn plus(x: f64, positive: char, negative: char) -> String {
    format!("{} {}", if x < 0.0 { negative } else { positive }, number(x.abs()))
}

/// A constant: the number, or a vector's first numbers.
pub(super) fn vector(value: &Value) -> String {
    match value {
        Value::Scalar(x) => number(*x),
        Value::Vector(values) => {
            let first: Vec<_> = values.iter().take(3).map(|x| number(*x)).collect();
            format!("[{}{}]", first.join(", "), if values.len() > 3 { ", …" } else { "" })
        }
    }
}

/// A number with four digits that count.
pub(super) fn number(x: f64) -> String {
    let size = x.abs();
    let text = if size == 0.0 {
        "0".into()
    } else if !(1e-4..1e6).contains(&size) {
        format!("{x:.3e}").replace(".000e", "e")
    } else {
        let decimals = (3 - size.log10().floor() as i32).max(0) as usize;
        let text = format!("{x:.decimals$}");
        let trimmed = if decimals > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        trimmed.into()
    };
    text.replace('-', "−")
}

/// All there is to say of a node, in one line.
pub(super) fn title(circuit: &Circuit, id: NodeId, node: &Node, depth: usize, secrecy: Secrecy) -> String {
    let what = match &node.op {
        Op::Input(input) => format!("input {}", circuit.inputs()[*input as usize].name),
        Op::Constant(value) => format!("constant {}", vector(value)),
        Op::Rotate(a, steps) => format!("rotate {a} by {steps}"),
        op => {
            let operands: Vec<_> = op.operands().map(|id| id.to_string()).collect();
            format!("{} {}", op.name(), operands.join(", "))
        }
    };
    let place = place(circuit, node.region);
    let region = if place.is_empty() { place } else { format!(" · in {place}") };
    let secrecy = if secrecy == Secrecy::Encrypted { format!("depth {depth}") } else { "public".into() };
    clean(&format!("{id} {what} · {secrecy}{region}"))
}

/// The last part of a region's full name, however deep it is.
pub(super) fn place(circuit: &Circuit, region: RegionId) -> String {
    let parent = |region: &RegionId| Some(circuit.regions()[region.index()].parent);
    let inner = || std::iter::successors(Some(region), parent).take_while(|region| region.index() > 0);
    let mut names: Vec<_> =
        inner().take(6).map(|region| elide(&circuit.regions()[region.index()].name, 64)).collect();
    if inner().nth(6).is_some() {
        names.push("…".into());
    }
    names.reverse();
    names.join("/")
}

/// Text that any XML or DOT file can hold: what no font shows is replaced.
pub(super) fn clean(text: &str) -> String {
    let shown = |c: char| if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') { '\u{fffd}' } else { c };
    text.chars().map(shown).collect()
}

/// The first `length` letters, with a mark where there are more.
pub(super) fn elide(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        Some(_) => text.chars().take(length.saturating_sub(1)).chain(['…']).collect(),
        None => text.into(),
    }
}
