//! What the scheme's operations cost at 128 bits of security, on one thread and on two, in milliseconds and in units of
//! one forward transform of `tfhe-ntt`, which is timed beside every sample: milliseconds do not travel from one machine
//! to another, and on a shared one not even from one minute to the next.

use std::{
    cell::LazyCell,
    collections::BTreeSet,
    error::Error,
    hint::black_box,
    time::{Duration, Instant},
};

use criterion::{Criterion, SamplingMode};
use lowtide_benches::{selection, unit::Unit};
use lowtide_ckks::{Ciphertext, EvaluationKeys, KeyList, Parameters, Plaintext, PublicKey, SecretKey, Shape};
use lowtide_encoding::Encoder;
use lowtide_ring::Ring;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Parameters of 128 bits of security, by the name that they have in the tables.
///
/// First as many levels as the budget of each ring degree pays for, with a head room of ten bits or so over the scale and
/// no prime above 50 bits: `log2(QP)` is 207, 425, 825 and 1712. Then the same at 2^15 with real slots alone. At last few
/// wide primes, as libraries with 64-bit arithmetic have them, in as few digits as the budget of the ring allows where
/// that is fastest: `log2(QP)` is 425, 853 and 1694.
const SHAPES: [(&str, Shape); 8] = [
    ("2^13", Shape { log_degree: 13, first_bits: 49, scale_bits: 36, levels: 3, digits: 4, ..BASE }),
    ("2^14", Shape { log_degree: 14, levels: 6, ..BASE }),
    ("2^15", Shape { log_degree: 15, levels: 14, ..BASE }),
    ("2^16", Shape { log_degree: 16, levels: 30, ..BASE }),
    ("2^15 real", Shape { ring: Ring::ConjugateInvariant, log_degree: 15, levels: 14, ..BASE }),
    ("2^14 wide", Shape { log_degree: 14, first_bits: 47, scale_bits: 47, levels: 6, digits: 4, ..BASE }),
    ("2^15 wide", Shape { log_degree: 15, first_bits: 48, scale_bits: 47, levels: 11, digits: 2, ..BASE }),
    ("2^16 wide", Shape { log_degree: 16, first_bits: 50, scale_bits: 48, levels: 22, digits: 2, ..BASE }),
];

const BASE: Shape =
    Shape { ring: Ring::Standard, log_degree: 0, first_bits: 50, scale_bits: 40, levels: 0, digits: 3 };

const SAMPLES: usize = 10;

/// An operation as it is timed: what it makes is dropped within the time, as in a long computation.
type Operation = fn(&Set, &mut ChaCha20Rng) -> Result<(), Box<dyn Error>>;

const OPERATIONS: [(&str, Operation); 17] = [
    ("encode", |set, _| {
        let params = &set.params;
        keep(set.encoder.encode(&set.values, params.max_level(), params.default_scale())?)
    }),
    ("decode", |set, _| keep(set.encoder.decode(&set.plaintext))),
    ("encrypt, secret key", |set, rng| keep(set.secret.encrypt(&set.plaintext, rng)?)),
    ("encrypt, public key", |set, rng| keep(set.public.encrypt(&set.plaintext, rng)?)),
    ("decrypt", |set, _| keep(set.secret.decrypt(&set.x)?)),
    // All that this message needs.
    ("decrypt modulo two primes", |set, _| keep(set.secret.decrypt(&set.x.drop_to(1)?)?)),
    ("add", |set, _| keep(set.x.add(&set.y)?)),
    ("multiply by plaintext", |set, _| keep(set.x.mul_plain(&set.plaintext)?)),
    ("multiply by plaintext, rescale", |set, _| keep(set.x.mul_plain(&set.plaintext)?.rescale()?)),
    ("multiply, relinearize, rescale", |set, _| keep(set.x.mul_relinearize_rescale(&set.y, &set.keys)?)),
    ("square, relinearize, rescale", |set, _| keep(set.x.square_relinearize_rescale(&set.keys)?)),
    ("rotate", |set, _| keep(set.x.rotate(1, &set.keys)?)),
    ("eight hoisted rotations", |set, _| {
        let hoisted = set.x.hoist();
        (1..=8).try_for_each(|steps| keep(hoisted.rotate(steps, &set.keys)?))
    }),
    ("sum of eight rotations", |set, _| keep(set.x.rotate_sum(&[1, 2, 3, 4, 5, 6, 7, 8], &set.keys)?)),
    ("sum of three rotations", |set, _| keep(set.x.rotate_sum(&[1, 2, 3], &set.keys)?)),
    ("one rotation key", |set, rng| keep(set.secret.rotation_key(1, set.params.max_level(), rng)?)),
    ("two independent products", |set, _| {
        let product = |x: &Ciphertext, y: &Ciphertext| x.mul_relinearize_rescale(y, &set.keys);
        let (first, second) = rayon::join(|| product(&set.x, &set.y), || product(&set.y, &set.x));
        keep((first?, second?))
    }),
];

fn keep<T>(made: T) -> Result<(), Box<dyn Error>> {
    black_box(made);
    Ok(())
}

/// Everything that the operations need at one ring degree.
struct Set {
    params: Parameters,
    encoder: Encoder,
    values: Vec<f64>,
    plaintext: Plaintext,
    secret: SecretKey,
    public: PublicKey,
    keys: EvaluationKeys,
    x: Ciphertext,
    y: Ciphertext,
}

impl Set {
    fn new(shape: &Shape) -> Result<Self, Box<dyn Error>> {
        let params = Parameters::new(shape.literal()?)?;
        let (level, encoder) = (params.max_level(), Encoder::new(&params)?);
        let values: Vec<f64> = (0..params.slots()).map(|i| (0.37 * i as f64).sin()).collect();
        let plaintext = encoder.encode(&values, level, params.default_scale())?;
        let rng = &mut ChaCha20Rng::from_seed([7; 32]);
        let secret = SecretKey::generate(&params, rng);
        let public = secret.public_key(rng);
        let rotations = (1..=8).map(|steps| (steps, level)).collect();
        let list = KeyList { relinearization: Some(level), rotations, conjugation: None };
        let keys = secret.evaluation_keys(&list, rng)?;
        let (x, y) = (secret.encrypt(&plaintext, rng)?, public.encrypt(&plaintext, rng)?);
        Ok(Self { params, encoder, values, plaintext, secret, public, keys, x, y })
    }
}

/// One operation at one ring degree on one number of threads: medians.
struct Figure {
    operation: &'static str,
    name: &'static str,
    log_degree: u32,
    threads: usize,
    time: Duration,
    units: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let short = Criterion::default().without_plots().nresamples(2000).sample_size(SAMPLES);
    let times = short.warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(1500));
    let mut criterion = selection::from_args(times);
    let pool = |threads| ThreadPoolBuilder::new().num_threads(threads).build();
    let pools = [pool(1)?, pool(2)?];
    let mut figures = Vec::new();
    for (name, shape) in SHAPES {
        let set = LazyCell::new(|| Set::new(&shape).expect("a parameter set that holds"));
        for pool in &pools {
            figures.extend(group(&mut criterion, name, shape.log_degree, pool, &set));
        }
    }
    criterion.final_summary();
    print(&figures);
    Ok(())
}

/// The operations on one pool, and the unit on its own.
fn group<F: FnOnce() -> Set>(
    criterion: &mut Criterion,
    name: &'static str,
    log_degree: u32,
    pool: &ThreadPool,
    set: &LazyCell<Set, F>,
) -> Vec<Figure> {
    let threads = pool.current_num_threads();
    let plural = if threads == 1 { "thread" } else { "threads" };
    let mut group = criterion.benchmark_group(format!("N={name}, {threads} {plural}"));
    group.sampling_mode(SamplingMode::Flat);
    let mut unit = Unit::new(1 << log_degree);
    if threads == 1 {
        group.bench_function("unit: tfhe-ntt forward", |bencher| bencher.iter(|| unit.run()));
    }
    let mut figures = Vec::new();
    for (operation, run) in OPERATIONS {
        let mut samples = Vec::new();
        group.bench_function(operation, |bencher| {
            let (set, rng) = (&**set, &mut ChaCha20Rng::from_seed([8; 32]));
            let mut once = || {
                let started = Instant::now();
                run(set, rng).expect("operands that fit, and their keys");
                started.elapsed()
            };
            let sample = |count: u64| {
                let mut times: Vec<Duration> = (0..count).map(|_| once()).collect();
                let time = median(&mut times);
                samples.push((time, unit.time()));
                // Not their sum, which holds whatever else ran meanwhile.
                time.mul_f64(count as f64)
            };
            pool.install(|| bencher.iter_custom(sample));
        });
        figures.extend(Figure::new(operation, (name, log_degree), threads, &samples));
    }
    group.finish();
    figures
}

impl Figure {
    /// From all samples, those of the warm-up first; none when criterion was asked for something else than a measurement.
    fn new(
        operation: &'static str,
        (name, log_degree): (&'static str, u32),
        threads: usize,
        samples: &[(Duration, Duration)],
    ) -> Option<Self> {
        let measured = samples.last_chunk::<SAMPLES>()?;
        let time = median(&mut measured.map(|(time, _)| time));
        let mut ratios = measured.map(|(time, unit)| time.div_duration_f64(unit));
        ratios.sort_unstable_by(f64::total_cmp);
        Some(Self { operation, name, log_degree, threads, time, units: ratios[SAMPLES / 2] })
    }
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// A table for people, one line an operation, as `benches/README.md` has it.
fn print(figures: &[Figure]) {
    if figures.is_empty() {
        return;
    }
    println!("| operation | N | ms | units | ms, 2 threads | speed-up |\n|---|---|---|---|---|---|");
    for alone in figures.iter().filter(|figure| figure.threads == 1) {
        let Figure { operation, name, time, units, .. } = alone;
        let same = |other: &&Figure| (other.threads, other.operation, other.name) == (2, *operation, *name);
        let two = figures.iter().find(same).map_or_else(
            || String::from("| |"),
            |both| format!("{:.3} | {:.2} |", milliseconds(both.time), units / both.units),
        );
        println!("| {operation} | {name} | {:.3} | {units:.1} | {two}", milliseconds(*time));
    }
    println!("\n| N | unit, us | where vectors are allocated, us |\n|---|---|---|");
    let degrees: BTreeSet<u32> = figures.iter().map(|figure| figure.log_degree).collect();
    for log_degree in degrees {
        let mut units = [Unit::new(1 << log_degree), Unit::as_allocated(1 << log_degree)];
        let mut times = [const { Vec::new() }; 2];
        for _ in 0..SAMPLES {
            units.iter_mut().zip(&mut times).for_each(|(unit, times)| times.push(unit.time()));
        }
        let [unit, allocated] = times.map(|mut times| 1e3 * milliseconds(median(&mut times)));
        println!("| 2^{log_degree} | {unit:.1} | {allocated:.1} |");
    }
}

fn milliseconds(time: Duration) -> f64 {
    1e3 * time.as_secs_f64()
}
