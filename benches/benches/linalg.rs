//! Products and sums of encrypted matrices, on one thread, in the smallest ring of 128 bits of security that each can do with.

use std::{collections::BTreeMap, error::Error, hint::black_box, time::Duration};

use criterion::{Criterion, SamplingMode};
use lowtide_benches::selection;
use lowtide_circuit::{Builder, Requirements, compile, customer, pass, run};
use lowtide_ckks::SecretKey;
use lowtide_linalg::{Layout, Tile};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use rayon::ThreadPoolBuilder;

/// Rows and columns of every matrix: one half tile of 2^11 slots.
const SIDE: usize = 32;

type Failure = Box<dyn Error>;

/// Writes an operation on the inputs `a`, `b` (matrices), `x` and `y` (vectors along rows and along columns).
type Write = fn(&Builder, Tile) -> Result<(), lowtide_linalg::Error>;

const OPERATIONS: [(&str, Write); 6] = [
    ("vector times matrix", |b, tile| {
        let x = Layout::row_indexed(tile, SIDE)?.input(b, "x")?;
        (&x * &matrix(b, tile, "a")?)?.output("out");
        Ok(())
    }),
    ("matrix times vector", |b, tile| {
        let y = Layout::column_indexed(tile, SIDE)?.input(b, "y")?;
        (&matrix(b, tile, "a")? * &y)?.output("out");
        Ok(())
    }),
    ("matrix product", |b, tile| {
        (&matrix(b, tile, "a")? * &matrix(b, tile, "b")?)?.output("out");
        Ok(())
    }),
    ("matrix product, transposed", |b, tile| {
        matrix(b, tile, "a")?.times_transposed(&matrix(b, tile, "b")?)?.output("out");
        Ok(())
    }),
    ("sum of rows", |b, tile| {
        matrix(b, tile, "a")?.sum_rows().output("out");
        Ok(())
    }),
    ("sum of columns", |b, tile| {
        matrix(b, tile, "a")?.sum_columns().output("out");
        Ok(())
    }),
];

fn matrix(b: &Builder, tile: Tile, name: &str) -> Result<lowtide_linalg::Matrix, lowtide_linalg::Error> {
    Layout::matrix(tile, SIDE, SIDE)?.input(b, name)
}

fn main() -> Result<(), Failure> {
    let short = Criterion::default().without_plots().nresamples(2000).sample_size(10);
    let times = short.warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(1500));
    let mut criterion = selection::from_args(times);
    let pool = ThreadPoolBuilder::new().num_threads(1).build()?;
    let mut group = criterion.benchmark_group("linalg");
    group.sampling_mode(SamplingMode::Flat);
    for (name, write) in OPERATIONS {
        group.bench_function(name, |bencher| {
            let run = prepare(write).expect("a circuit that compiles");
            pool.install(|| bencher.iter(|| run().expect("keys and inputs")));
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}

/// Compiles an operation, makes its keys and encrypts its inputs: what is left is to run it.
fn prepare(write: Write) -> Result<impl Fn() -> Result<(), lowtide_circuit::Error>, Failure> {
    let tile = Tile::new(2 * SIDE * SIDE, SIDE, true).ok_or("no tile")?;
    let b = Builder::new(tile.slots());
    write(&b, tile)?;
    let program = compile(&pass::optimize(&b.finish()?), &Requirements::default())?;
    let rng = &mut ChaCha20Rng::from_seed([5; 32]);
    let secret = SecretKey::generate(program.params(), rng);
    let keys = customer::keys(&program, &secret, rng)?;
    let slots = |(i, name): (usize, &str)| (name.to_owned(), vec![0.25 * i as f64; program.slots()]);
    let names: Vec<String> = program.inputs().iter().map(|input| input.name.clone()).collect();
    let inputs: BTreeMap<_, _> = names.iter().map(String::as_str).enumerate().map(slots).collect();
    let encrypted = customer::encrypt(&program, &secret, &inputs, rng)?;
    Ok(move || {
        black_box(run(&program, &keys, &encrypted, run::Options::default())?);
        Ok(())
    })
}
