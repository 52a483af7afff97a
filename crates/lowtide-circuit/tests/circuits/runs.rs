//! How programs run: on any number of threads, within a limit, with every choice of the compiler.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use lowtide_circuit::{
    Builder, Circuit, Error, Program, Requirements, Wire,
    compile::{Lowering, compile},
    customer,
    pass::Passes,
    program::Instruction,
    read,
    run::{Datum, Options, Progress, Span, run, time_by_region},
};
use lowtide_ckks::{Ciphertext, EvaluationKeys, SecretKey};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::random;

const SMALL: Requirements = Requirements { output_bits: 12, security: None, ..Requirements::DEFAULT };

struct Setup {
    program: Program,
    secret: SecretKey,
    keys: EvaluationKeys,
    rng: ChaCha20Rng,
}

fn setup(circuit: &Circuit, lowering: Lowering) -> Setup {
    let program = compile(circuit, &Requirements { lowering, ..SMALL }).unwrap();
    let mut rng = ChaCha20Rng::from_seed([8; 32]);
    let secret = SecretKey::generate(program.params(), &mut rng);
    let keys = customer::keys(&program, &secret, &mut rng).unwrap();
    Setup { program, secret, keys, rng }
}

/// All choices, none, and each left out in turn.
fn choices() -> Vec<Lowering> {
    let each = Lowering::each_off().map(|(_, lowering)| lowering);
    [Lowering::ALL, Lowering::NONE].into_iter().chain(each).collect()
}

/// A wide circuit of many sums, products and rotations, with values that come down several levels.
fn wide(width: usize) -> Circuit {
    let b = Builder::new(4);
    let inputs: Vec<Wire> = (0..width).map(|i| b.input(format!("x{i}"))).collect();
    let products: Vec<Wire> =
        b.region("products", || inputs.iter().map(|x| x * (x.rotate(1) + x.rotate(2)) * (x * 0.5)).collect());
    let sum = products.iter().fold(&inputs[0] * 0.25, |sum, x| sum + x);
    let low = inputs.iter().fold(b.constant(0.0), |sum, x| sum + x) * 0.125;
    b.output("y", &(sum.square() + low));
    b.finish().unwrap()
}

fn wide_inputs(width: usize) -> BTreeMap<String, Vec<f64>> {
    let values = |i: usize| (0..4).map(|slot| ((7 * i + slot) % 5) as f64 / 8.0 - 0.25).collect();
    (0..width).map(|i| (format!("x{i}"), values(i))).collect()
}

fn ciphertext(outputs: &BTreeMap<String, Datum<'_>>) -> Ciphertext {
    match &outputs["y"] {
        Datum::Encrypted(x) => x.clone().into_owned(),
        Datum::Public(_) => panic!("encrypted"),
    }
}

#[test]
fn every_choice_computes_the_same() {
    let (circuit, inputs) = (wide(5), wide_inputs(5));
    let expected = read::clear(&circuit, &inputs).unwrap();
    for lowering in choices() {
        let mut setup = setup(&circuit, lowering);
        let encrypted = customer::encrypt(&setup.program, &setup.secret, &inputs, &mut setup.rng).unwrap();
        let outputs = run(&setup.program, &setup.keys, &encrypted, Options::default()).unwrap();
        let found = customer::decrypt(&setup.program, &setup.secret, &outputs).unwrap();
        for (x, y) in found["y"].iter().zip(&expected["y"]) {
            assert!((x - y).abs() < 1e-6, "{lowering:?}: {x} {y}");
        }
    }
}

#[test]
fn each_choice_is_worth_something() {
    let of = |lowering| compile(&wide(5), &Requirements { lowering, ..SMALL }).unwrap();
    let best = of(Lowering::ALL);
    let count = |program: &Program, is: fn(&Instruction) -> bool| {
        program.steps().iter().filter(|step| is(&step.instruction)).count()
    };
    let eager = of(Lowering { lazy_relinearization: false, ..Lowering::ALL });
    let relinearize: fn(&Instruction) -> bool = |i| matches!(i, Instruction::RelinearizeRescale(_));
    assert!(count(&best, relinearize) < count(&eager, relinearize));
    let single = of(Lowering { hoisting: false, ..Lowering::ALL });
    assert!(best.tasks().len() <= single.tasks().len());
    let apart = of(Lowering { double_hoisting: false, ..Lowering::ALL });
    let sum: fn(&Instruction) -> bool = |i| matches!(i, Instruction::RotateSum(..));
    assert!(count(&best, sum) == 5 && count(&apart, sum) == 0);
    let neither = of(Lowering { hoisting: false, double_hoisting: false, ..Lowering::ALL });
    assert!(apart.tasks().len() < neither.tasks().len());
    let high = of(Lowering { input_levels: false, ..Lowering::ALL });
    let levels = |program: &Program| program.inputs().iter().map(|input| input.level).sum::<usize>();
    assert!(levels(&best) <= levels(&high));
    let ones = of(Lowering { aligned_constants: false, ..Lowering::ALL });
    let lower: fn(&Instruction) -> bool = |i| matches!(i, Instruction::Lower(..));
    assert!(count(&best, lower) < count(&ones, lower));
    let written = of(Lowering { ordered: false, ..Lowering::ALL });
    assert!(best.peak_bytes() < written.peak_bytes());
}

#[test]
fn a_limit_on_memory_is_kept_on_any_number_of_threads() {
    let (circuit, inputs) = (wide(12), wide_inputs(12));
    let mut setup = setup(&circuit, Lowering::ALL);
    let encrypted = customer::encrypt(&setup.program, &setup.secret, &inputs, &mut setup.rng).unwrap();
    let least = setup.program.peak_bytes();
    let refused = Options { memory: Some(least - 1), ..Options::default() };
    let error = run(&setup.program, &setup.keys, &encrypted, refused).unwrap_err();
    assert_eq!(error, Error::Memory { needed: least, limit: least - 1 });
    let mut results = Vec::new();
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for limit in [least, least + least / 2, u64::MAX] {
            let most = Arc::new(AtomicU64::new(0));
            let on_progress = |progress: Progress<'_>| {
                most.fetch_max(progress.bytes, Ordering::Relaxed);
            };
            let options =
                Options { memory: Some(limit), on_progress: Some(&on_progress), ..Options::default() };
            let outputs = pool.install(|| run(&setup.program, &setup.keys, &encrypted, options)).unwrap();
            let most = most.load(Ordering::Relaxed);
            assert!(most > 0 && most <= limit, "{most} of {limit} on {threads} threads");
            results.push(ciphertext(&outputs));
        }
    }
    assert!(results.windows(2).all(|pair| pair[0] == pair[1]), "the same bits");
}

#[test]
fn every_task_is_timed_and_no_bit_changes() {
    let (circuit, inputs) = (wide(8), wide_inputs(8));
    let mut setup = setup(&circuit, Lowering::ALL);
    let encrypted = customer::encrypt(&setup.program, &setup.secret, &inputs, &mut setup.rng).unwrap();
    let silent = run(&setup.program, &setup.keys, &encrypted, Options::default()).unwrap();
    let spans = Mutex::new(Vec::new());
    let on_task = |span: Span| spans.lock().unwrap().push(span);
    let options = Options { on_task: Some(&on_task), ..Options::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    let timed = pool.install(|| run(&setup.program, &setup.keys, &encrypted, options)).unwrap();
    assert!(ciphertext(&timed) == ciphertext(&silent), "the same bits");
    let spans = spans.into_inner().unwrap();
    let mut tasks: Vec<usize> = spans.iter().map(|span| span.task).collect();
    tasks.sort_unstable();
    assert!(tasks.into_iter().eq(0..setup.program.tasks().len()), "each once");
    assert!(spans.iter().all(|span| span.begin <= span.end));
    let last = spans.iter().map(|span| span.end).max().unwrap();
    let shares = time_by_region(&spans);
    let names: Vec<String> =
        shares.keys().map(|region| setup.program.circuit().region_name(*region)).collect();
    assert!(names.contains(&"products".into()), "{names:?}");
    assert!(shares.values().sum::<std::time::Duration>() <= last);
}

#[test]
fn memory_is_foreseen() {
    // A long sum of products keeps a few values, however long; written breadth first it would keep them all.
    let peak = |width| compile(&wide(width), &SMALL).unwrap().peak_bytes();
    assert!(peak(64) < 2 * peak(8), "{} {}", peak(64), peak(8));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// What holds for every program, whatever the circuit and the choices.
    #[test]
    fn programs_are_sound(circuit in random::circuits(60), choice in 0..8_usize, passes in any::<bool>()) {
        let passes = if passes { Passes::ALL } else { Passes::NONE };
        let lowering = choices()[choice];
        prop_assume!(read::depth(&circuit).depth <= 20);
        let program = compile(&circuit, &Requirements { lowering, passes, ..SMALL }).unwrap();
        let steps = program.steps();
        for (i, step) in steps.iter().enumerate() {
            let operands: Vec<_> = step.instruction.operands().collect();
            prop_assert!(operands.iter().all(|operand| operand.index() < i));
            prop_assert!(operands.iter().all(|operand| steps[operand.index()].last_use.index() >= i));
            let of = |n: usize| &steps[operands[n].index()];
            match &step.instruction {
                Instruction::Add(..) | Instruction::Sub(..) => {
                    prop_assert_eq!((of(0).level, &of(0).scale), (of(1).level, &of(1).scale));
                    prop_assert_eq!((step.level, &step.scale), (of(0).level, &of(0).scale));
                }
                Instruction::Mul(..) => prop_assert_eq!(of(0).level, of(1).level),
                Instruction::Rescale(_) => prop_assert_eq!(step.level + 1, of(0).level),
                Instruction::Lower(..) | Instruction::Drop(..) => prop_assert!(step.level < of(0).level),
                _ => {}
            }
            // Everything that is kept as a ciphertext has a scale near the wanted one.
            if matches!(step.instruction, Instruction::Rescale(_) | Instruction::Lower(..) | Instruction::Rotate(..)) {
                prop_assert!((step.scale.log2() - 40.0).abs() < 0.01, "{}", step.scale);
            }
        }
        prop_assert!(program.outputs().iter().all(|(_, output)| steps[output.index()].level == 0));
        let tasks: usize = program.tasks().len();
        prop_assert!(tasks <= steps.len() && program.tasks().is_sorted());
    }
}
