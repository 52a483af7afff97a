//! The order of steps: one that keeps few values at a time.
//!
//! From each output down, operands before what uses them, and among operands the one first that needs more room while it
//! is made, as Sethi and Ullman order expressions ("The generation of optimal code for arithmetic expressions", 1970). For
//! shared values that is no longer optimal, and is a good order all the same. Rotations of one value stand together.

use std::collections::HashMap;

use super::Lowering as Choices;
use crate::program::{Instruction, Register, Step};

pub(super) struct Ordered {
    pub(super) steps: Vec<Step>,
    pub(super) outputs: Vec<(String, Register)>,
    /// Where each task begins: a step, or all rotations of one value.
    pub(super) tasks: Vec<Register>,
}

pub(super) fn order(steps: Vec<Step>, outputs: Vec<(String, Register)>, choices: &Choices) -> Ordered {
    let rotations = rotations(&steps);
    let mut places: Vec<usize> = Vec::with_capacity(steps.len());
    let mut seen = vec![false; steps.len()];
    let place = |i: usize, places: &mut Vec<usize>, seen: &mut Vec<bool>| {
        let together: &[usize] = match steps[i].instruction {
            Instruction::Rotate(source, _) if choices.hoisting => &rotations[&source],
            _ => &[i],
        };
        for i in together {
            if !std::mem::replace(&mut seen[*i], true) {
                places.push(*i);
            }
        }
    };
    if choices.ordered {
        let room = room(&steps);
        let mut stack: Vec<(usize, bool)> =
            outputs.iter().rev().map(|(_, output)| (output.index(), false)).collect();
        while let Some((i, ready)) = stack.pop() {
            if seen[i] {
                continue;
            }
            if ready {
                place(i, &mut places, &mut seen);
                continue;
            }
            stack.push((i, true));
            let mut operands: Vec<usize> = steps[i].instruction.operands().map(Register::index).collect();
            // The last one pushed comes first.
            operands.sort_by_key(|operand| room[*operand]);
            stack.extend(operands.into_iter().map(|operand| (operand, false)));
        }
    } else {
        (0..steps.len()).for_each(|i| {
            if !seen[i] {
                place(i, &mut places, &mut seen);
            }
        });
    }
    renumber(steps, outputs, &places, choices.hoisting)
}

/// By source: its rotations.
fn rotations(steps: &[Step]) -> HashMap<Register, Vec<usize>> {
    let mut rotations: HashMap<Register, Vec<usize>> = HashMap::new();
    for (i, step) in steps.iter().enumerate() {
        if let Instruction::Rotate(source, _) = step.instruction {
            rotations.entry(source).or_default().push(i);
        }
    }
    rotations
}

/// By step: limbs that are kept at once, at most, while its value is made from nothing.
fn room(steps: &[Step]) -> Vec<usize> {
    let mut room: Vec<usize> = Vec::with_capacity(steps.len());
    for step in steps {
        let mut operands: Vec<usize> = step.instruction.operands().map(Register::index).collect();
        operands.sort_by_key(|operand| std::cmp::Reverse(room[*operand]));
        let (mut kept, mut most) = (0, 0);
        for operand in operands {
            most = most.max(kept + room[operand]);
            kept += steps[operand].limbs();
        }
        room.push(most.max(kept + step.limbs()));
    }
    room
}

fn renumber(steps: Vec<Step>, outputs: Vec<(String, Register)>, places: &[usize], hoisting: bool) -> Ordered {
    let mut moved = vec![Register(0); steps.len()];
    places.iter().enumerate().for_each(|(new, old)| moved[*old] = Register(new as u32));
    let mut old: Vec<Option<Step>> = steps.into_iter().map(Some).collect();
    let mut steps: Vec<Step> = Vec::with_capacity(places.len());
    let mut tasks: Vec<Register> = Vec::new();
    for place in places {
        let mut step = old[*place].take().expect("each step has one place");
        let register = Register(steps.len() as u32);
        step.instruction.rename(|operand| moved[operand.index()]);
        step.last_use = register;
        for operand in step.instruction.operands() {
            steps[operand.index()].last_use = register;
        }
        let together = |last: &Step| match (&last.instruction, &step.instruction) {
            (Instruction::Rotate(a, _), Instruction::Rotate(b, _)) => hoisting && a == b,
            _ => false,
        };
        if !steps.last().is_some_and(together) {
            tasks.push(register);
        }
        steps.push(step);
    }
    let outputs = outputs.into_iter().map(|(name, register)| (name, moved[register.index()])).collect();
    Ordered { steps, outputs, tasks }
}
