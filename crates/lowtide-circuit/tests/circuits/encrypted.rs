//! Compiled circuits on ciphertexts, in small insecure rings, against the clear reading.

use std::{borrow::Cow, collections::BTreeMap, sync::atomic::AtomicBool};

use lowtide_circuit::{
    Builder, Circuit, Error, Program, Requirements, compile,
    customer::{self, Bound},
    pass,
    program::Instruction,
    read,
    run::{Datum, Options, Progress, run},
};
use lowtide_ckks::SecretKey;
use lowtide_ring::Ring;
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::random;

const SMALL: Requirements = Requirements { output_bits: 12, security: None, ..Requirements::DEFAULT };

struct Setup {
    program: Program,
    secret: SecretKey,
    keys: lowtide_ckks::EvaluationKeys,
    rng: ChaCha20Rng,
}

fn setup(circuit: &Circuit) -> Setup {
    setup_in(Ring::Standard, circuit)
}

fn setup_in(ring: Ring, circuit: &Circuit) -> Setup {
    let program = compile(circuit, &Requirements { ring: Some(ring), ..SMALL }).unwrap();
    let mut rng = ChaCha20Rng::from_seed([2; 32]);
    let secret = SecretKey::generate(program.params(), &mut rng);
    let keys = customer::keys(&program, &secret, &mut rng).unwrap();
    Setup { program, secret, keys, rng }
}

fn run_encrypted(setup: &mut Setup, inputs: &BTreeMap<String, Vec<f64>>) -> BTreeMap<String, Vec<f64>> {
    let encrypted = customer::encrypt(&setup.program, &setup.secret, inputs, &mut setup.rng).unwrap();
    let outputs = run(&setup.program, &setup.keys, &encrypted, Options::default()).unwrap();
    customer::decrypt(&setup.program, &setup.secret, &outputs).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn encrypted_runs_compute_the_circuit(
        ring in prop::sample::select(Ring::ALL.to_vec()), circuit in random::circuits(30), inputs in random::inputs(),
    ) {
        let clear = read::clear_nodes(&pass::optimize(&circuit), &inputs).unwrap();
        let largest = clear.iter().flat_map(|value| value.to_vec(random::SLOTS)).fold(0.0_f64, |m, x| m.max(x.abs()));
        prop_assume!(largest < 1000.0);
        let depth = read::depth(&pass::optimize(&circuit)).depth;
        prop_assume!(depth <= 8);
        let mut setup = setup_in(ring, &circuit);
        prop_assert_eq!(setup.program.params().max_level(), depth);
        let expected = read::clear(&circuit, &inputs).unwrap();
        let found = run_encrypted(&mut setup, &inputs);
        for (name, expected) in &expected {
            for (x, y) in found[name].iter().zip(expected) {
                prop_assert!((x - y).abs() < 1e-4 * (1.0 + largest), "{}: {} where {} belongs", name, x, y);
            }
        }
        let bound = Bound::Absolute(1e-4 * (1.0 + largest));
        let twin =
            customer::twin(&setup.program, &setup.secret, &setup.keys, &inputs, bound, &mut setup.rng).unwrap();
        prop_assert_eq!(&twin.deviation, &None);
        prop_assert!(twin.largest_error() < 1e-4 * (1.0 + largest));
    }
}

fn quartic() -> Circuit {
    let b = Builder::new(4);
    let x = b.input("x");
    b.output("y", &(&x * &x * &x * &x + 2.0));
    b.finish().unwrap()
}

#[test]
fn a_chain_compiles_to_depth_two_at_128_bits_and_runs() {
    let program = compile(&quartic(), &Requirements::default()).unwrap();
    assert_eq!(program.params().max_level(), 2);
    assert!(program.explanation().contains("2^13") && program.explanation().contains("128 bits"));
    let mut rng = ChaCha20Rng::from_seed([3; 32]);
    let secret = SecretKey::generate(program.params(), &mut rng);
    let keys = customer::keys(&program, &secret, &mut rng).unwrap();
    let mut setup = Setup { program, secret, keys, rng };
    let inputs = BTreeMap::from([("x".to_owned(), vec![0.0, 1.0, -1.5, 2.0])]);
    let found = run_encrypted(&mut setup, &inputs);
    for (x, y) in found["y"].iter().zip([2.0, 3.0, 7.0625, 18.0]) {
        assert!((x - y).abs() < 1e-6, "{x} {y}");
    }
}

#[test]
fn a_sum_of_products_is_relinearized_once() {
    let b = Builder::new(4);
    let wires: Vec<_> = (0..4).map(|i| b.input(format!("x{i}"))).collect();
    b.output("y", &(&wires[0] * &wires[1] + &wires[2] * &wires[3] - &wires[0] * 0.5 + wires[1].square()));
    let program = compile(&b.finish().unwrap(), &SMALL).unwrap();
    let count =
        |is: fn(&Instruction) -> bool| program.steps().iter().filter(|step| is(&step.instruction)).count();
    assert_eq!(count(|i| matches!(i, Instruction::RelinearizeRescale(_))), 1);
    assert_eq!(count(|i| matches!(i, Instruction::Rescale(_))), 0);
}

#[test]
fn scales_stay_near_the_wanted_one_over_many_levels() {
    let b = Builder::new(4);
    let product = (0..30).fold(b.input("x"), |x, _| x.square());
    b.output("y", &product);
    let program = compile(&b.finish().unwrap(), &SMALL).unwrap();
    for level in 0..=30 {
        assert!((program.scale(level).log2() - 40.0).abs() < 1e-4, "{level}: {}", program.scale(level));
    }
}

#[test]
fn inputs_of_another_form_are_refused_by_name() {
    let mut setup = setup(&quartic());
    let inputs = BTreeMap::from([("x".to_owned(), vec![1.0; 4])]);
    let encrypted = customer::encrypt(&setup.program, &setup.secret, &inputs, &mut setup.rng).unwrap();
    let run = |inputs| run(&setup.program, &setup.keys, &inputs, Options::default()).unwrap_err().to_string();
    assert!(run(BTreeMap::new()).contains("\"x\""));
    assert!(run(BTreeMap::from([("x".to_owned(), Datum::Public(vec![1.0; 4]))])).contains("a ciphertext"));
    let Datum::Encrypted(x) = &encrypted["x"] else { panic!("encrypted") };
    let low = Datum::Encrypted(Cow::Owned(x.drop_to(1).unwrap()));
    assert!(run(BTreeMap::from([("x".to_owned(), low)])).contains("level 1"));
}

#[test]
fn a_run_can_be_cancelled_and_tells_its_progress() {
    let mut setup = setup(&quartic());
    let inputs = BTreeMap::from([("x".to_owned(), vec![1.0; 4])]);
    let encrypted = customer::encrypt(&setup.program, &setup.secret, &inputs, &mut setup.rng).unwrap();
    let cancel = AtomicBool::new(true);
    let options = Options { cancel: Some(&cancel), ..Options::default() };
    assert_eq!(run(&setup.program, &setup.keys, &encrypted, options).unwrap_err(), Error::Cancelled);
    let last = std::sync::Mutex::new((0, 0));
    let on_progress = |progress: Progress<'_>| *last.lock().unwrap() = (progress.done, progress.total);
    let options = Options { on_progress: Some(&on_progress), ..Options::default() };
    run(&setup.program, &setup.keys, &encrypted, options).unwrap();
    let work = setup.program.work();
    assert_eq!(*last.lock().unwrap(), (work, work));
}
