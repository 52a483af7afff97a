//! What the fuzz target `circuit_compile` does with any bytes, and what it found, replayed. It panics where a pass, a
//! reading or the compiler is wrong.

use std::collections::BTreeMap;

use lowtide_circuit::{
    Builder, Circuit, Requirements, Wire, analyse,
    compile::{Lowering, compile},
    pass::{self, Passes},
    read, text,
};

/// Bytes of an operation.
const STEP: usize = 4;

/// A circuit from bytes: each step uses any of the wires before it, so that chains are deep and sums of sums of one wire
/// grow beyond all bounds. Texts are circuits too.
fn circuit(input: &[u8]) -> Option<Circuit> {
    if let Ok(written) = std::str::from_utf8(input) {
        let limits = text::Limits { operations: 1000, numbers: 10_000, ..text::Limits::default() };
        return text::parse_within(written, &limits).ok();
    }
    let (head, steps) = input.split_first()?;
    let b = Builder::new(1 << (head & 3));
    let mut wires = vec![b.input("x"), b.input("y"), b.public("p")];
    for step in steps.chunks_exact(STEP).take(300) {
        let at = |place: u8| -> &Wire {
            // Near the end or near the beginning, so that both chains and wide circuits are met.
            let back = usize::from(place >> 1) % wires.len();
            &wires[if place & 1 == 0 { wires.len() - 1 - back } else { back }]
        };
        let (x, y, number) = (at(step[1]), at(step[2]), f64::from(step[3].cast_signed()));
        let wire = match step[0] % 14 {
            0 => x * y,
            1 | 2 => x + y,
            3 => x - y,
            4 => -x,
            5 => x.square(),
            6 => x.rotate(number as i64),
            7 => x.conjugate(),
            8 => x * (number / 16.0),
            9 => x + number / 16.0,
            10 => x * number,
            11 => b.constant((number * 6.0).exp2()),
            12 => x * f64::MIN_POSITIVE,
            _ => b.region(format!("region {number}"), || x * x - y),
        };
        wires.push(wire);
    }
    b.output("last", wires.last()?);
    b.output("middle", &wires[wires.len() / 2]);
    b.finish().ok()
}

/// Whatever the circuit, passes keep it a circuit, and the compiler refuses it or makes a program that holds together.
pub(crate) fn circuit_compile(input: &[u8]) {
    let Some(circuit) = circuit(input) else { return };
    let better = pass::optimize(&circuit);
    assert!(read::depth(&better).depth <= read::depth(&circuit).depth);
    if read::depth(&circuit).depth > 24 {
        // Deeper ones take seconds to find parameters for.
        return;
    }
    let lowerings = [Lowering::ALL, Lowering::NONE];
    for (passes, lowering) in [Passes::ALL, Passes::NONE].into_iter().zip(lowerings) {
        let requirements = Requirements { security: None, passes, lowering, ..Requirements::DEFAULT };
        let Ok(program) = compile(&circuit, &requirements) else { continue };
        assert!(program.steps().iter().enumerate().all(|(i, step)| {
            step.instruction.operands().all(|operand| operand.index() < i)
                && step.level <= program.params().max_level()
        }));
        let _ = (program.peak_bytes(), program.work(), program.key_list());
        let inputs = circuit.inputs().iter().map(|input| (input.name.clone(), vec![0.75; circuit.slots()]));
        let inputs: BTreeMap<String, Vec<f64>> = inputs.collect();
        let _ = analyse(&program, &[inputs], 1e-3);
    }
}

/// Bytes from a small generator, to show on every run what the fuzz target looks at.
#[test]
fn random_circuits_compile_or_are_refused() {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    for length in 0..150 {
        // The first byte is no text.
        let input: Vec<u8> =
            std::iter::once(0xff).chain(std::iter::repeat_with(&mut next).take(8 * length)).collect();
        circuit_compile(&input);
    }
}

#[test]
fn findings_stay_cured() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings/circuit_compile");
    for input in std::fs::read_dir(folder).unwrap() {
        circuit_compile(&std::fs::read(input.unwrap().path()).unwrap());
    }
}
