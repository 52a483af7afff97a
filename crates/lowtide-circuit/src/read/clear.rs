//! What the circuit computes, in double precision.

use std::collections::BTreeMap;

use crate::{Circuit, Error, NodeId, Op, Value};

/// The outputs, by name, for inputs given by name. Conjugation leaves real numbers as they are.
///
/// # Errors
/// [`Error::MissingInput`], or [`Error::Length`] unless an input has one number a slot.
pub fn clear(
    circuit: &Circuit,
    inputs: &BTreeMap<String, Vec<f64>>,
) -> Result<BTreeMap<String, Vec<f64>>, Error> {
    let mut outputs: BTreeMap<NodeId, Option<Value>> =
        circuit.outputs().iter().map(|(_, id)| (*id, None)).collect();
    visit(circuit, inputs, |id, value| {
        if let Some(output) = outputs.get_mut(&id) {
            *output = Some(value.clone());
        }
    })?;
    let vector = |id| outputs[id].as_ref().expect("every node is visited").to_vec(circuit.slots());
    Ok(circuit.outputs().iter().map(|(name, id)| (name.clone(), vector(id))).collect())
}

/// The value of every node, for inputs given by name.
///
/// # Errors
/// As [`clear`].
pub fn clear_nodes(circuit: &Circuit, inputs: &BTreeMap<String, Vec<f64>>) -> Result<Vec<Value>, Error> {
    let given = self::inputs(circuit, inputs)?;
    Ok(circuit
        .fold(|_, op, before| compute(op, &|input| given[input as usize].clone(), &|id| &before[id.index()])))
}

/// Shows every node's value, in order. A value is let go once nothing uses it any more.
pub(super) fn visit(
    circuit: &Circuit,
    inputs: &BTreeMap<String, Vec<f64>>,
    mut see: impl FnMut(NodeId, &Value),
) -> Result<(), Error> {
    walk(circuit, inputs, |id, value| {
        see(id, &value);
        value
    })
}

/// As [`visit`], and lets it put another value in place of each.
pub(super) fn walk(
    circuit: &Circuit,
    inputs: &BTreeMap<String, Vec<f64>>,
    mut change: impl FnMut(NodeId, Value) -> Value,
) -> Result<(), Error> {
    let given = self::inputs(circuit, inputs)?;
    let mut last = vec![None; circuit.nodes().len()];
    for (id, node) in circuit.iter() {
        node.op.operands().for_each(|operand| last[operand.index()] = Some(id));
    }
    let mut values: Vec<Option<Value>> = vec![None; last.len()];
    for (id, node) in circuit.iter() {
        let value = compute(&node.op, &|input| given[input as usize].clone(), &|id| {
            values[id.index()].as_ref().expect("kept up to its last use")
        });
        let value = change(id, value);
        if last[id.index()].is_some() {
            values[id.index()] = Some(value);
        }
        for operand in node.op.operands().filter(|operand| last[operand.index()] == Some(id)) {
            values[operand.index()] = None;
        }
    }
    Ok(())
}

/// The inputs in order.
fn inputs(circuit: &Circuit, inputs: &BTreeMap<String, Vec<f64>>) -> Result<Vec<Value>, Error> {
    let slots = circuit.slots();
    let values = |name: &String| {
        let values = inputs.get(name).ok_or_else(|| Error::MissingInput { name: name.clone(), slots })?;
        if values.len() != slots {
            return Err(Error::Length {
                what: format!("input {name:?}"),
                found: values.len(),
                expected: slots,
            });
        }
        Ok(Value::Vector(values.as_slice().into()))
    };
    circuit.inputs().iter().map(|input| values(&input.name)).collect()
}

/// One operation on numbers.
pub(crate) fn compute<'a>(
    op: &Op,
    input: &dyn Fn(u32) -> Value,
    value: &dyn Fn(NodeId) -> &'a Value,
) -> Value {
    match op {
        Op::Input(number) => input(*number),
        Op::Constant(constant) => constant.clone(),
        Op::Add(a, b) => value(*a).zip(value(*b), |x, y| x + y),
        Op::Sub(a, b) => value(*a).zip(value(*b), |x, y| x - y),
        Op::Mul(a, b) => value(*a).zip(value(*b), |x, y| x * y),
        Op::Neg(a) => value(*a).map(|x| -x),
        Op::Square(a) => value(*a).map(|x| x * x),
        Op::Rotate(a, steps) => value(*a).rotate((*steps).into()),
        Op::Conjugate(a) => value(*a).clone(),
    }
}
