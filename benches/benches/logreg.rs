//! Two steps of training on 32 rows of eight features, circuit by circuit, on one thread. How circuits compare at the size of
//! images is for `cargo xtask reproduce crockett` to say.

use std::{error::Error, time::Duration};

use criterion::{Criterion, SamplingMode};
use lowtide_benches::selection;
use lowtide_ckks::SecretKey;
use lowtide_logreg::{
    Circuit, Plan, Request, customer,
    rows::SignedRows,
    schedule::{Momentum, Schedule, StepSize},
    sigmoid::{Method, SigmoidPolynomial},
    train::train,
};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use rayon::ThreadPoolBuilder;

const FEATURES: usize = 8;
const BATCH: usize = 32;
const STEPS: usize = 2;

fn main() -> Result<(), Box<dyn Error>> {
    let short = Criterion::default().without_plots().nresamples(2000).sample_size(10);
    let times = short.warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(1500));
    let mut criterion = selection::from_args(times);
    let pool = ThreadPoolBuilder::new().num_threads(1).build()?;
    let mut group = criterion.benchmark_group("logreg");
    group.sampling_mode(SamplingMode::Flat);
    for circuit in Circuit::ALL {
        group.bench_function(circuit.name(), |bencher| {
            let run = prepare(circuit).expect("a plan");
            pool.install(|| bencher.iter(|| run().expect("keys and rows")));
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}

/// Plans, makes keys and encrypts rows: what is left is to train.
fn prepare(circuit: Circuit) -> Result<impl Fn() -> Result<(), lowtide_logreg::Error>, Box<dyn Error>> {
    let labels: Vec<bool> = (0..STEPS * BATCH).map(|row| row % 2 == 0).collect();
    let feature = |i: usize| ((31 * i) % 17) as f64 / 17.0;
    let features: Vec<f64> = (0..labels.len() * FEATURES).map(feature).collect();
    let rows = SignedRows::new(&features, FEATURES, &labels)?;
    let plan = Plan::new(&Request {
        circuit,
        features: FEATURES,
        rows: rows.len(),
        batch: BATCH,
        steps: STEPS,
        sigmoid: SigmoidPolynomial::fit(3, 8.0, Method::LeastSquares)?,
        schedule: Schedule::new(StepSize::constant(0.5), Momentum::Nesterov)?,
        divisor: 1.0,
        scale_bits: 34,
        security_bits: 128,
        is_weighted: false,
        gram: Default::default(),
        refresh_every: None,
    })?;
    let rng = &mut ChaCha20Rng::from_seed([6; 32]);
    let secret = SecretKey::generate(plan.params(), rng);
    let keys = customer::evaluation_keys(&plan, &secret, rng)?;
    let data = customer::encrypt(&plan, &secret, &rows, rng, &|| ())?;
    Ok(move || train(&keys, &data, &|_| ()).map(drop))
}
