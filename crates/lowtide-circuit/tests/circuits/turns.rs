//! Sums of rotations of one value: which become one step, that they compute the same, and the keys that they take.

use std::collections::{BTreeMap, BTreeSet};

use lowtide_circuit::{
    Builder, Circuit, Program, Requirements, Wire, analyse,
    compile::{Lowering, compile, compile_for},
    customer,
    program::Instruction,
    read,
    run::{Options, run},
    speed::{Setting, Speed},
};
use lowtide_ckks::{Parameters, SecretKey, Shape};
use lowtide_ring::Ring;
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

const SMALL: Requirements = Requirements { output_bits: 12, security: None, ..Requirements::DEFAULT };
const APART: Requirements =
    Requirements { lowering: Lowering { double_hoisting: false, ..Lowering::ALL }, ..SMALL };

const SLOTS: usize = 64;

fn circuit(write: impl FnOnce(&Builder, &Wire) -> Wire) -> Circuit {
    let b = Builder::new(SLOTS);
    let result = write(&b, &b.input("x"));
    b.output("result", &result);
    b.finish().unwrap()
}

/// `x + rot(x, s)` for each number of steps in turn.
fn chain(x: &Wire, steps: &[i64]) -> Wire {
    steps.iter().fold(x.clone(), |x, steps| &x + x.rotate(*steps))
}

/// The sums of rotations of a program, and its rotations alone.
fn turns(program: &Program) -> (Vec<Vec<u32>>, Vec<u32>) {
    let (mut sums, mut alone) = (Vec::new(), Vec::new());
    for step in program.steps() {
        match &step.instruction {
            Instruction::RotateSum(_, steps) => sums.push(steps.to_vec()),
            Instruction::Rotate(_, steps) => alone.push(*steps),
            _ => {}
        }
    }
    alone.sort_unstable();
    (sums, alone)
}

fn found(write: impl FnOnce(&Builder, &Wire) -> Wire) -> (Vec<Vec<u32>>, Vec<u32>) {
    turns(&compile(&circuit(write), &SMALL).unwrap())
}

/// By input name, numbers that differ.
fn inputs(circuit: &Circuit) -> BTreeMap<String, Vec<f64>> {
    let vector = |i: usize| (0..circuit.slots()).map(|slot| ((i * 31 + slot * 7) as f64).sin()).collect();
    circuit.inputs().iter().enumerate().map(|(i, input)| (input.name.clone(), vector(i))).collect()
}

/// The outputs of an encrypted run with the keys that the program names.
fn run_encrypted(program: &Program, inputs: &BTreeMap<String, Vec<f64>>) -> BTreeMap<String, Vec<f64>> {
    let mut rng = ChaCha20Rng::from_seed([4; 32]);
    let secret = SecretKey::generate(program.params(), &mut rng);
    let keys = customer::keys(program, &secret, &mut rng).unwrap();
    let encrypted = customer::encrypt(program, &secret, inputs, &mut rng).unwrap();
    let outputs = run(program, &keys, &encrypted, Options::default()).unwrap();
    customer::decrypt(program, &secret, &outputs).unwrap()
}

#[test]
fn links_of_a_chain_are_paired_from_its_beginning() {
    let (sums, nothing) = (|sums: &[[u32; 4]]| sums.iter().map(|it| it.to_vec()).collect::<Vec<_>>(), vec![]);
    let double = |count: u32| found(|_, x| chain(x, &(0..count).map(|k| 1 << k).collect::<Vec<_>>()));
    assert_eq!(double(1), (vec![], vec![1]));
    assert_eq!(double(2), (sums(&[[0, 1, 2, 3]]), nothing.clone()));
    assert_eq!(double(3), (sums(&[[0, 1, 2, 3]]), vec![4]));
    assert_eq!(double(4), (sums(&[[0, 1, 2, 3], [0, 4, 8, 12]]), nothing.clone()));
    assert_eq!(double(5), (sums(&[[0, 1, 2, 3], [0, 4, 8, 12]]), vec![16]));
    // The columns of a half tile: a copy to the right first.
    assert_eq!(found(|_, x| chain(x, &[-4, 1, 2])), (sums(&[[0, 1, 60, 61]]), vec![2]));
    assert_eq!(found(|_, x| chain(x, &[-8, 1, 2, 4])), (sums(&[[0, 1, 56, 57], [0, 2, 4, 6]]), nothing));
}

#[test]
fn sums_that_are_written_out_are_found() {
    let sum = |x: &Wire, steps: &[i64]| steps.iter().map(|k| x.rotate(*k)).reduce(|sum, x| sum + x).unwrap();
    assert_eq!(found(|_, x| sum(x, &[0, 1, 2, 3])), (vec![vec![0, 1, 2, 3]], vec![]));
    assert_eq!(found(|_, x| sum(x, &[7, -1, 30])), (vec![vec![7, 30, 63]], vec![]));
    assert_eq!(found(|_, x| sum(x, &[1, 2]) + (sum(x, &[3, 4]) + x)), (vec![vec![0, 1, 2, 3, 4]], vec![]));
    // Small and giant steps, where the passes make them.
    let (sums, alone) = found(|_, x| sum(x, &(0..64).collect::<Vec<_>>()));
    assert_eq!((sums.iter().map(Vec::len).collect::<Vec<_>>(), alone), (vec![8, 8], vec![]));
    // Of a product, beside another value, which is added to the product first.
    assert_eq!(found(|b, x| b.input("y") + sum(&x.square(), &[0, 1, 5])), (vec![vec![1, 5]], vec![]));
    // One rotation is none, and two that share a decomposition with others stay with them.
    assert_eq!(found(|_, x| sum(x, &[0, 5])), (vec![], vec![5]));
    assert_eq!(found(|b, x| sum(x, &[1, 2]) + x.rotate(3) * b.input("y")), (vec![], vec![1, 2, 3]));
    assert_eq!(
        found(|b, x| sum(x, &[0, 1, 2, 4]) + x.rotate(3) * b.input("y")),
        (vec![vec![0, 1, 2, 4]], vec![3])
    );
}

#[test]
fn what_something_else_uses_is_computed() {
    let alone = (vec![], vec![1, 2]);
    let link = |x: &Wire, steps| x + x.rotate(steps);
    // The sum in the middle, as an output and as an operand; its rotation; the rotation before it.
    let middle = |b: &Builder, x: &Wire| {
        let y = link(x, 1);
        b.output("middle", &y);
        link(&y, 2)
    };
    assert_eq!(found(middle), alone);
    assert_eq!(found(|b, x| link(&link(x, 1), 2) * (link(x, 1) + b.input("y"))), alone);
    assert_eq!(found(|b, x| link(&link(x, 1), 2) * (link(x, 1).rotate(2) + b.input("y"))), alone);
    assert_eq!(found(|b, x| link(&link(x, 1), 2) * (x.rotate(1) + b.input("y"))), alone);
    // A difference is no sum, and the same steps twice are not different ones: 32 and 32 are none, as 16 and 48 are.
    assert_eq!(found(|_, x| link(&(x - x.rotate(1)), 2)), alone);
    assert_eq!(found(|_, x| link(&link(x, 32), 32)).0, Vec::<Vec<u32>>::new());
    assert_eq!(found(|_, x| link(&link(x, 16), 48)).0, Vec::<Vec<u32>>::new());
}

#[test]
fn programs_name_the_keys_of_their_sums() {
    let circuit = circuit(|_, x| chain(&x.square(), &[1, 2, 4, 8, 16]));
    let (sums, apart) = (compile(&circuit, &SMALL).unwrap(), compile(&circuit, &APART).unwrap());
    let steps = |program: &Program| program.rotations().iter().map(|(steps, _)| *steps).collect::<Vec<_>>();
    assert_eq!(steps(&sums), [1, 2, 3, 4, 8, 12, 16]);
    assert_eq!(steps(&apart), [1, 2, 4, 8, 16]);
    assert_eq!((sums.tally().rotation_count(), apart.tally().rotation_count()), (7, 5));
    assert!(sums.work() < apart.work() && sums.steps().len() < apart.steps().len());
    assert_eq!(sums.circuit(), apart.circuit());
    // In a ring as training uses them it is quicker.
    let setting = Setting { ring: Ring::Standard, log_degree: 15, special: 4 };
    let seconds = |program: &Program| program.usage_in(setting, &Speed::default(), 1).seconds(1);
    assert!(seconds(&sums) < 0.8 * seconds(&apart), "{} {}", seconds(&sums), seconds(&apart));
    // And it is no less exact, as foreseen.
    let error = |program: &Program| analyse(program, &[inputs(&circuit)], 1e-3).unwrap().outputs[0].error;
    assert!(error(&sums) <= error(&apart), "{} {}", error(&sums), error(&apart));
}

#[test]
fn vectors_that_a_ciphertext_repeats_are_turned_within_their_slots() {
    let circuit = circuit(|_, x| chain(&chain(x, &[-8, 1, 2, 4]), &[32, -16]));
    let shape = |ring| Shape { ring, log_degree: 9, first_bits: 50, scale_bits: 40, levels: 2, digits: 2 };
    for ring in Ring::ALL {
        let params = Parameters::insecure(shape(ring).literal().unwrap()).unwrap();
        assert!(params.slots() > SLOTS);
        let program = compile_for(&circuit, &params, &SMALL).unwrap();
        assert_eq!(turns(&program).0, [vec![0, 1, 56, 57], vec![0, 2, 4, 6], vec![0, 16, 32, 48]]);
        let inputs = inputs(&circuit);
        let (found, expected) = (run_encrypted(&program, &inputs), read::clear(&circuit, &inputs).unwrap());
        for (x, y) in found["result"].iter().zip(&expected["result"]) {
            assert!((x - y).abs() < 1e-6, "{x} {y}");
        }
    }
}

/// A step of a random circuit: what to do with the last value or one before it.
#[derive(Clone, Copy, Debug)]
struct Growth {
    kind: u8,
    back: usize,
    steps: i64,
}

/// Chains and sums of rotations, with other uses and outputs here and there.
fn grown(slots: usize, growth: &[Growth]) -> Circuit {
    let b = Builder::new(slots);
    let (mut wires, mut depth) = (vec![b.input("x"), b.input("y")], 0);
    for (i, Growth { kind, back, steps }) in growth.iter().enumerate() {
        let last = wires.last().unwrap().clone();
        let other = &wires[wires.len() - 1 - back % wires.len()];
        let wire = match kind {
            0..=7 => (&last + last.rotate(*steps)) * if i % 2 == 0 { 1.0 } else { -1.0 },
            8..=10 => (1..=*back as i64 % 5).fold(last.rotate(*steps), |sum, k| sum + last.rotate(steps + k)),
            11 | 12 => &last + other.rotate(*steps),
            13 => &last - other,
            14 | 15 if depth < 3 => {
                depth += 1;
                if *kind == 14 { &last * 0.125 } else { &last * other }
            }
            _ => {
                b.output(format!("w{i}"), &last);
                other.clone()
            }
        };
        wires.push(wire);
    }
    b.output("last", wires.last().unwrap());
    b.finish().unwrap()
}

fn growth() -> impl Strategy<Value = Vec<Growth>> {
    let growth =
        (0..18_u8, 0..6_usize, -9..9_i64).prop_map(|(kind, back, steps)| Growth { kind, back, steps });
    prop::collection::vec(growth, 1..14)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn sums_of_rotations_compute_the_same(
        log_slots in 1..6_u32, growth in growth(), ring in prop::sample::select(Ring::ALL.to_vec()), optimized in any::<bool>(),
    ) {
        let circuit = grown(1 << log_slots, &growth);
        let inputs = inputs(&circuit);
        let clear = read::clear_nodes(&circuit, &inputs).unwrap();
        let largest = clear.iter().flat_map(|x| x.to_vec(circuit.slots())).fold(0.0_f64, |m, x| m.max(x.abs()));
        prop_assume!(largest < 1000.0);
        let passes = if optimized { SMALL.passes } else { lowtide_circuit::pass::Passes::NONE };
        let expected = read::clear(&circuit, &inputs).unwrap();
        for requirements in [SMALL, APART] {
            let program = compile(&circuit, &Requirements { ring: Some(ring), passes, ..requirements }).unwrap();
            let analysis = analyse(&program, std::slice::from_ref(&inputs), 1e-3).unwrap();
            let found = run_encrypted(&program, &inputs);
            for output in &analysis.outputs {
                for (x, y) in found[&output.name].iter().zip(&expected[&output.name]) {
                    prop_assert!((x - y).abs() <= output.error + 1e-12 * (1.0 + largest), "{}: {} {}", output.name, x, y);
                }
            }
            // Exactly the keys that it uses, and sums of more than one rotation by different steps.
            let (sums, alone) = turns(&program);
            let is_sum = |steps: &Vec<u32>| {
                steps.is_sorted_by(|a, b| a < b) && steps.iter().filter(|steps| **steps > 0).count() > 1
            };
            prop_assert!(sums.iter().all(is_sum));
            let used: BTreeSet<u32> = sums.concat().into_iter().chain(alone).filter(|steps| *steps > 0).collect();
            let named = program.rotations().into_iter().map(|(steps, _)| steps as u32);
            prop_assert!(named.eq(used));
        }
    }
}
