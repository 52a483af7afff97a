//! What is known before a run, against the run.

use std::collections::BTreeMap;

use lowtide_circuit::{
    Builder, Circuit, NodeId, Program, Requirements, Wire, analyse,
    analyse::{Analysis, Fault},
    compile,
    customer::{self, Bound, Deviation, Twin},
    pass::Passes,
    program::{Instruction, Kind},
    read,
};
use lowtide_ckks::{EvaluationKeys, SecretKey};
use lowtide_ring::Ring;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::random_bounded as random;

const SMALL: Requirements = Requirements { output_bits: 12, security: None, ..Requirements::DEFAULT };

/// A compiled circuit, what is known of it on its inputs, and keys.
struct Setup {
    program: Program,
    analysis: Analysis,
    inputs: BTreeMap<String, Vec<f64>>,
    secret: SecretKey,
    keys: EvaluationKeys,
    rng: ChaCha20Rng,
}

impl Setup {
    fn new(circuit: &Circuit, requirements: &Requirements, inputs: BTreeMap<String, Vec<f64>>) -> Self {
        let program = compile(circuit, requirements).unwrap();
        let analysis = analyse(&program, std::slice::from_ref(&inputs), 1e-3).unwrap();
        let mut rng = ChaCha20Rng::from_seed([5; 32]);
        let secret = SecretKey::generate(program.params(), &mut rng);
        let keys = customer::keys(&program, &secret, &mut rng).unwrap();
        Self { program, analysis, inputs, secret, keys, rng }
    }

    /// Even seeds are of the standard ring, odd ones of the conjugate-invariant.
    fn random(circuit: &Circuit, seed: u64) -> Self {
        let ring = Some(Ring::ALL[(seed % 2) as usize]);
        Self::new(circuit, &Requirements { ring, ..SMALL }, random::inputs(circuit, seed))
    }

    fn twin(&mut self, bound: Option<Bound<'_>>) -> Twin {
        let bound = bound.unwrap_or(Bound::Predicted(&self.analysis.prediction));
        customer::twin(&self.program, &self.secret, &self.keys, &self.inputs, bound, &mut self.rng).unwrap()
    }

    fn predicted(&self, value: &customer::Observed) -> f64 {
        self.analysis.prediction.steps()[value.step.index()].error
    }

    /// By how many bits the bounds of the outputs are too large.
    fn slack(&self, twin: &Twin) -> Vec<f64> {
        let is_output = |value: &&customer::Observed| {
            self.program.outputs().iter().any(|(_, output)| *output == value.step)
        };
        let slack = |value: &customer::Observed| (self.predicted(value) / value.error).log2();
        twin.values.iter().filter(is_output).map(slack).collect()
    }
}

fn all_ones(circuit: &Circuit) -> BTreeMap<String, Vec<f64>> {
    circuit.inputs().iter().map(|input| (input.name.clone(), vec![1.0; circuit.slots()])).collect()
}

fn median(mut numbers: Vec<f64>) -> f64 {
    let middle = numbers.len() / 2;
    *numbers.select_nth_unstable_by(middle, f64::total_cmp).1
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn runs_are_as_predicted(circuit in random::circuits(200), seed in any::<u64>()) {
        let mut setup = Setup::random(&circuit, seed);
        let twin = setup.twin(None);
        prop_assert_eq!(twin.deviation.as_ref().map(Deviation::to_string), None);
        // Every value on the way, at the level and the scale foreseen.
        let steps = setup.program.steps();
        let hidden = |step: &lowtide_circuit::program::Step| match step.instruction {
            Instruction::Input(input) => {
                circuit.inputs()[input as usize].secrecy == lowtide_circuit::Secrecy::Encrypted
            }
            _ => matches!(step.kind, Kind::Ciphertext | Kind::Product),
        };
        prop_assert_eq!(
            twin.values.len(),
            steps.iter().filter(|step| step.node.is_some() && hidden(step)).count()
        );
        for value in &twin.values {
            let step = &steps[value.step.index()];
            prop_assert_eq!((value.level, &value.scale), (step.level, &step.scale));
        }
        for (id, _) in setup.program.circuit().iter() {
            let own = twin.values.iter().filter(|value| steps[value.step.index()].node == Some(id));
            let placed = &setup.analysis.nodes[id.index()].placed;
            let seen = own.map(|value| (value.level, value.scale.clone())).any(|own| Some(own) == *placed);
            prop_assert_eq!(seen, placed.is_some(), "{}", id);
        }
        // The circuit as it was written, in clear, against a run without an observer.
        let expected = read::clear(&circuit, &setup.inputs).unwrap();
        let encrypted =
            customer::encrypt(&setup.program, &setup.secret, &setup.inputs, &mut setup.rng).unwrap();
        let outputs =
            lowtide_circuit::run(&setup.program, &setup.keys, &encrypted, Default::default()).unwrap();
        let found = customer::decrypt(&setup.program, &setup.secret, &outputs).unwrap();
        for output in &setup.analysis.outputs {
            for (x, y) in found[&output.name].iter().zip(&expected[&output.name]) {
                // Passes change how numbers in clear are rounded.
                prop_assert!((x - y).abs() <= output.error + 1e-14, "{}: {} where {} belongs", output.name, x, y);
            }
        }
    }
}

#[test]
fn bounds_are_three_bits_above_the_largest_error() {
    let (mut runner, strategy) = (TestRunner::deterministic(), random::circuits(200));
    let (mut outputs, mut nodes, mut largest) = (Vec::new(), Vec::new(), (0, 0));
    for seed in 0..100 {
        let circuit = strategy.new_tree(&mut runner).unwrap().current();
        let mut setup = Setup::random(&circuit, seed);
        let twin = setup.twin(None);
        outputs.extend(setup.slack(&twin));
        nodes.extend(twin.values.iter().map(|value| (setup.predicted(value) / value.error).log2()));
        let size = (circuit.nodes().len(), setup.program.params().max_level());
        largest = (largest.0.max(size.0), largest.1.max(size.1));
    }
    assert!(largest.0 > 180 && largest.1 == 8, "{largest:?}");
    assert!(outputs.iter().all(|bits| *bits >= 0.0));
    let (outputs, nodes) = (median(outputs), median(nodes));
    assert!(outputs < 4.0 && nodes < 4.0, "{outputs} {nodes}");
}

#[test]
fn bounds_hold_in_secure_rings() {
    // Vectors that fill a ciphertext, and vectors that fill it many times over.
    for log_slots in [2, 12] {
        let b = Builder::new(1 << log_slots);
        let (x, y) = (b.input("x"), b.input("y"));
        let sum = (0..log_slots).fold(&x * &y, |sum, k| &sum + &sum.rotate(1 << k));
        b.output("sum", &(&sum * (1.0 / 64.0)));
        b.output("cubic", &(&x * 0.3 - x.square() * &y * 0.7 + 0.1));
        let circuit = b.finish().unwrap();
        let mut setup = Setup::new(&circuit, &Requirements::DEFAULT, random::inputs(&circuit, 1));
        let twin = setup.twin(None);
        assert_eq!(twin.deviation, None);
        let slack = setup.slack(&twin);
        assert!(slack.len() == 2 && slack.iter().all(|bits| *bits < 6.0), "{log_slots}: {slack:?}");
    }
}

#[test]
fn exactly_the_keys_of_a_program_are_needed() {
    let (mut runner, strategy) = (TestRunner::deterministic(), random::circuits(60));
    let mut tried = [0; 3];
    for seed in 0..35 {
        let circuit = strategy.new_tree(&mut runner).unwrap().current();
        let mut setup = Setup::random(&circuit, seed);
        let Setup { program, secret, inputs, rng, .. } = &mut setup;
        let encrypted = customer::encrypt(program, secret, inputs, rng).unwrap();
        let run = |keys: &EvaluationKeys| {
            lowtide_circuit::run(program, keys, &encrypted, Default::default()).map(|_| ())
        };
        let relinearization =
            program.relinearization_level().map(|level| secret.relinearization_key(level, rng).unwrap());
        let mut galois = Vec::new();
        for (steps, level) in program.rotations() {
            galois.push(("rotate", level, secret.rotation_key(steps, level, rng).unwrap(), Some(steps)));
        }
        if let Some(level) = program.conjugation_level() {
            galois.push(("conjugate", level, secret.conjugation_key(level, rng).unwrap(), None));
        }
        let keys = |without: Option<usize>| {
            let kept = galois.iter().enumerate().filter(|(i, _)| Some(*i) != without);
            kept.map(|(_, (.., key, _))| key.clone()).collect::<Vec<_>>()
        };
        let all = EvaluationKeys::new(program.params(), relinearization.clone(), keys(None));
        assert_eq!(run(&all), Ok(()));
        assert_eq!(program.key_bytes(), all.bytes());
        for (i, (name, level, _, steps)) in galois.iter().enumerate() {
            let missing = EvaluationKeys::new(program.params(), relinearization.clone(), keys(Some(i)));
            let error = run(&missing).unwrap_err().to_string();
            assert!(error.starts_with("at %") && error.contains(name), "{error}");
            tried[0] += 1;
            // One level too low.
            let Some(lower) = level.checked_sub(1) else { continue };
            let key = match steps {
                Some(steps) => secret.rotation_key(*steps, lower, rng),
                None => secret.conjugation_key(lower, rng),
            };
            let mut galois = keys(Some(i));
            galois.push(key.unwrap());
            let error =
                run(&EvaluationKeys::new(program.params(), relinearization.clone(), galois)).unwrap_err();
            assert!(error.to_string().starts_with("at %") && error.to_string().contains(name), "{error}");
            tried[1] += 1;
        }
        if let Some(level) = program.relinearization_level() {
            let missing = EvaluationKeys::new(program.params(), None, keys(None));
            assert!(run(&missing).unwrap_err().to_string().starts_with("at %"));
            let lower = level.checked_sub(1).map(|lower| secret.relinearization_key(lower, rng).unwrap());
            let low = EvaluationKeys::new(program.params(), lower, keys(None));
            assert!(run(&low).unwrap_err().to_string().starts_with("at %"));
            tried[2] += 1;
        }
    }
    assert!(tried.iter().all(|count| *count > 10), "{tried:?}");
}

#[test]
fn an_overflow_is_foreseen_and_found_at_its_node() {
    // Room for values up to 2^5 at level 0: four output bits and one to spare.
    let requirements = Requirements { output_bits: 4, ..SMALL };
    let b = Builder::new(4);
    let x = b.input("x");
    let large = b.region("step 1", || b.region("margins", || (&x + 2.0).rotate(1) * 15.0));
    b.output("y", &(large - 20.0));
    let circuit = b.finish().unwrap();
    let mut setup = Setup::new(&circuit, &requirements, all_ones(&circuit));
    let [Fault::Overflow(overflow)] = &setup.analysis.faults[..] else {
        panic!("{:?}", setup.analysis.faults);
    };
    let (node, text) = (overflow.site.node, overflow.to_string());
    assert!(overflow.site.place.ends_with("multiply in step 1/margins"), "{text}");
    assert!(text.contains("values up to 45 ") && text.ends_with("take 1 more output bit"), "{text}");
    assert_eq!(overflow.bits.ceil() - 1.0, overflow.room.ceil(), "{text}");
    let deviation = setup.twin(Some(Bound::Relative(1e-3))).deviation.unwrap();
    assert_eq!(Some(deviation.node), node);
    assert_eq!(setup.twin(None).deviation.unwrap().node, deviation.node);
    // The cure works.
    let requirements = Requirements { output_bits: 5, ..requirements };
    let mut setup = Setup::new(&circuit, &requirements, all_ones(&circuit));
    assert_eq!(setup.analysis.faults, []);
    assert_eq!(setup.twin(None).deviation, None);
}

#[test]
fn lost_precision_is_foreseen_and_found_at_its_node() {
    // 1e-12 x is below what a scale of 2^40 holds; made large again it shows. The passes would make the constants one.
    let passes = Passes { fuse_factors: false, ..Passes::ALL };
    let b = Builder::new(4);
    let small = b.region("shrink", || (b.input("x") * 0.000_000_000_001).rotate(1));
    b.output("y", &b.region("grow", || small * 1e12));
    b.output("z", &(b.input("x") + 1.0));
    let circuit = b.finish().unwrap();
    let mut setup = Setup::new(&circuit, &Requirements { passes, ..SMALL }, all_ones(&circuit));
    let loss = |fault: &&Fault| matches!(fault, Fault::PrecisionLoss(_));
    let [Fault::PrecisionLoss(loss)] = setup.analysis.faults.iter().filter(loss).collect::<Vec<_>>()[..]
    else {
        panic!("{:?}", setup.analysis.faults);
    };
    let text = loss.to_string();
    assert!(loss.output == "y" && loss.site.place.ends_with("multiply in shrink"), "{text}");
    assert!(text.contains("lost at %") && text.contains("values are up to 1.00e-12"), "{text}");
    let node = loss.site.node;
    let deviation = setup.twin(Some(Bound::Relative(1e-3))).deviation.unwrap();
    assert_eq!(Some(deviation.node), node, "{deviation}");
    // As an absolute error it shows when it has grown.
    let deviation = setup.twin(Some(Bound::Absolute(1e-3))).deviation.unwrap();
    assert!(deviation.place.ends_with("in grow"), "{deviation}");
    assert_eq!((deviation.expected, deviation.bound), (1.0, 1e-3));
    assert_eq!(deviation.scale, setup.program.steps()[deviation.step.index()].scale);
}

#[test]
fn inputs_beyond_the_samples_are_noticed_by_their_error() {
    let b = Builder::new(4);
    b.output("y", &b.region("power", || b.input("x").square()));
    let circuit = b.finish().unwrap();
    let mut setup = Setup::new(&circuit, &SMALL, all_ones(&circuit));
    assert_eq!(setup.twin(None).deviation, None);
    setup.inputs = BTreeMap::from([("x".to_owned(), vec![40.0; 4])]);
    let deviation = setup.twin(None).deviation.unwrap();
    assert!(deviation.place.ends_with("square in power"), "{deviation}");
}

/// The bound on an output's error, in units of the bound on input `x`.
fn growth(slots: usize, write: impl Fn(&Builder) -> Wire) -> f64 {
    let b = Builder::new(slots);
    let x = b.input("x");
    b.output("same", &(&x + 0.0));
    b.output("y", &write(&b));
    let circuit = b.finish().unwrap();
    let program = compile(&circuit, &Requirements { scale_bits: 30, ..SMALL }).unwrap();
    let analysis = analyse(&program, &[all_ones(&circuit)], 1e-3).unwrap();
    analysis.outputs[1].error / analysis.outputs[0].error
}

#[test]
fn errors_of_one_origin_add_up_with_their_signs_and_others_in_squares() {
    let near = |x: f64, y: f64| assert!((x / y - 1.0).abs() < 0.01, "{x} {y}");
    near(growth(4, |b| b.input("x") + b.input("z")), 2.0_f64.sqrt());
    near(growth(4, |b| (b.input("x") + b.input("z")) + (b.input("x") - b.input("z"))), 2.0);
    assert!(
        growth(4, |b| (b.input("x") + b.input("z")) - (b.input("z") + b.input("x") * 2.0 - b.input("x")))
            < 1e-3
    );
    // A thousand inputs, one after the other.
    let sum = |b: &Builder| (0..1000).fold(b.input("x"), |sum, i| sum + b.input(format!("x{i}")));
    near(growth(4, sum), 1001.0_f64.sqrt());
    // The same inputs twice, so that none is in one value alone: the rest adds up as if it had one sign.
    let shared = |b: &Builder| {
        let inputs: Vec<Wire> = (0..1000).map(|i| b.input(format!("x{i}"))).collect();
        let total = |step: i32| inputs.iter().fold(b.input("x"), |sum, x| sum + x.clone() * f64::from(step));
        total(2) + total(3)
    };
    let grown = growth(4, shared) / (25.0_f64 * 1000.0).sqrt();
    assert!((1.0..8.0).contains(&grown), "{grown}");
}

#[test]
fn constants_below_the_scale_take_their_numbers_with_them() {
    // Each coefficient of a lone 2^-35 in 64 slots is below a half at a scale of 2^40.
    let b = Builder::new(64);
    let mut lone = vec![0.0; 64];
    lone[3] = (-35.0_f64).exp2();
    b.output("y", &(b.input("x") * 100.0 * b.vector(lone)));
    let circuit = b.finish().unwrap();
    let mut setup = Setup::new(&circuit, &SMALL, all_ones(&circuit));
    assert_eq!(setup.twin(None).deviation, None);
}

#[test]
fn circuits_of_twenty_levels_keep_their_precision() {
    let b = Builder::new(4);
    b.output("y", &(0..20).fold(b.input("x"), |x, _| x.square() * 0.5 + 0.5));
    let circuit = b.finish().unwrap();
    let mut setup = Setup::new(&circuit, &SMALL, random::inputs(&circuit, 7));
    let twin = setup.twin(None);
    assert!(setup.program.params().max_level() >= 20);
    assert_eq!(twin.deviation, None);
    assert!(twin.largest_error() < 1e-6, "{}", twin.largest_error());
}

#[test]
fn a_prediction_needs_samples() {
    let b = Builder::new(4);
    b.output("y", &b.input("x"));
    let program = compile(&b.finish().unwrap(), &SMALL).unwrap();
    assert!(analyse(&program, &[], 1e-3).unwrap_err().to_string().contains("no sample"));
    let ids: Vec<NodeId> = program.circuit().iter().map(|(id, _)| id).collect();
    let inputs = BTreeMap::from([("x".to_owned(), vec![1.0; 4])]);
    let analysis = analyse(&program, &[inputs], 1e-3).unwrap();
    assert_eq!(analysis.prediction.node(ids[0]), analysis.outputs[0].error);
    assert_eq!(analysis.outputs[0].bits_before(), 0.0);
    assert!(analysis.outputs[0].bits_behind() > 30.0);
}
