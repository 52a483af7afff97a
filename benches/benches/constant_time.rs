//! Whether secrets show in time: what touches them is timed on fixed and on random ones, in random order, and the two
//! classes are compared (dudect, ePrint 2016/1123; the statistic is in `lowtide_benches::welch`).
//!
//! A word on the command line selects subjects whose name holds it. The exit status says whether a difference beyond
//! chance was found, or whether the control, which leaks on purpose, went unnoticed. A statistic proves nothing: a pass
//! says that this many measurements on this machine saw no difference.
//!
//! `SECURITY.md` promises this of what draws secrets and of what computes on keys. Encoding and decoding rows and models
//! is measured and shown, and changes nothing in the exit status.

use std::{convert::Infallible, env, hint::black_box, process::ExitCode, time::Instant};

use lowtide_benches::welch;
use lowtide_ckks::{Ciphertext, Parameters, Plaintext, SecretKey, Shape};
use lowtide_encoding::Encoder;
use lowtide_ring::{
    Automorphism, Field, Finish, Isa, Modulus, Ntt, Packed, Poly, Ring, prime::ntt_primes, sample,
};
use rand::{Rng, SeedableRng, TryRng};
use rand_chacha::ChaCha20Rng;
use rayon::ThreadPoolBuilder;

/// Above this, the classes differ.
const THRESHOLD: f64 = 10.0;

/// The words that the fixed class consists of: ternary samplers make -1, 0 and 1 of them.
const FIXED: [u64; 3] = [0, 1 << 63, u64::MAX];

const WARM_UP: usize = 200;

/// A small secure set.
const SHAPE: Shape =
    Shape { ring: Ring::Standard, log_degree: 13, first_bits: 49, scale_bits: 36, levels: 3, digits: 4 };

/// Something timed.
struct Subject {
    name: String,
    /// How many secret words it takes.
    words: usize,
    samples: usize,
    /// Whether a difference is a failure.
    promised: bool,
    /// Makes secrets of words, and says how many nanoseconds work on them took.
    time: Box<Time>,
}

type Time = dyn FnMut(&[u64]) -> f64 + Send;

impl Subject {
    fn new(
        name: impl Into<String>,
        words: usize,
        samples: usize,
        time: impl FnMut(&[u64]) -> f64 + Send + 'static,
    ) -> Self {
        Self { name: name.into(), words, samples, promised: true, time: Box::new(time) }
    }

    /// `t` of `samples` measurements and their median.
    fn measure(&mut self, fixed: u64, samples: usize, rng: &mut impl Rng) -> (f64, f64) {
        let mut words = vec![0; self.words];
        let mut times = [const { Vec::new() }; 2];
        for i in 0..WARM_UP + samples {
            // Both classes are drawn and masked alike, so that they leave the same traces in caches and predictors.
            let class = rng.next_u64() % 2;
            let random = class.wrapping_neg();
            words.fill_with(|| (rng.next_u64() & random) | (fixed & !random));
            let time = (self.time)(&words);
            if i >= WARM_UP {
                times[class as usize].push(time);
            }
        }
        let t = welch::largest_t(&times[0], &times[1]);
        let mut all = times.concat();
        all.sort_unstable_by(f64::total_cmp);
        (t, all[all.len() / 2])
    }
}

/// A generator that says again what it was told, from the start when it comes to the end.
struct Replay<'a>(std::iter::Cycle<std::slice::Iter<'a, u64>>);

impl<'a> Replay<'a> {
    fn new(words: &'a [u64]) -> Self {
        Self(words.iter().cycle())
    }
}

impl TryRng for Replay<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.try_next_u64()? as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(*self.0.next().expect("a generator of at least one word"))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.chunks_mut(8).try_for_each(|chunk| {
            chunk.copy_from_slice(&self.try_next_u64()?.to_le_bytes()[..chunk.len()]);
            Ok(())
        })
    }
}

fn main() -> ExitCode {
    // Under `cargo test --benches` there is nothing to measure, only to see that it runs.
    let (bench, words): (Vec<_>, Vec<_>) = env::args().skip(1).partition(|word| word.starts_with('-'));
    let bench = bench.iter().any(|word| word == "--bench");
    let pool = ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let selected =
        |subject: &Subject| words.is_empty() || words.iter().any(|word| subject.name.contains(word));
    let failures = pool.install(|| {
        let mut rng = ChaCha20Rng::from_seed([9; 32]);
        let chosen = subjects().into_iter().filter(selected);
        let failed = |subject| !passes(subject, bench, &mut rng);
        chosen.map(failed).filter(|failed| *failed).count() + usize::from(!control(bench))
    });
    if failures == 0 {
        return ExitCode::SUCCESS;
    }
    eprintln!("constant_time: {failures} failed");
    ExitCode::FAILURE
}

/// Measures a subject against every fixed word and prints a line for each.
fn passes(mut subject: Subject, bench: bool, rng: &mut impl Rng) -> bool {
    let samples = if bench { subject.samples } else { 100 };
    let mut differs = |fixed: u64| {
        let (t, nanoseconds) = subject.measure(fixed, samples, rng);
        let differs = bench && t.abs() > THRESHOLD;
        let verdict = match (differs, subject.promised) {
            (false, _) => "",
            (true, true) => "  DIFFERS",
            (true, false) => "  differs, not promised otherwise",
        };
        let name = &subject.name;
        println!("{name:<44} {fixed:>16x} {samples:>7} x {nanoseconds:>9.0} ns   t = {t:>7.2}{verdict}");
        differs && subject.promised
    };
    !FIXED.map(&mut differs).contains(&true)
}

/// A sampler that leaks on purpose, by drawing again what it rejects, must be noticed.
fn control(bench: bool) -> bool {
    let rejecting = |rng: &mut Replay<'_>| loop {
        match rng.next_u64() >> 62 {
            3 => {}
            two_bits => break two_bits as i64 - 1,
        }
    };
    let mut subject = Subject::new("control: ternary by rejection", 1024, 10_000, move |words| {
        let mut replay = Replay::new(words);
        clock(|| (0..1024).map(|_| rejecting(&mut replay)).collect::<Vec<_>>())
    });
    let samples = if bench { subject.samples } else { 100 };
    let (t, _) = subject.measure(0, samples, &mut ChaCha20Rng::from_seed([10; 32]));
    println!("{:<44} t = {t:.0}, as it must be beyond {THRESHOLD}", subject.name);
    !bench || t.abs() > THRESHOLD
}

/// What `work` takes, in nanoseconds; what it makes is dropped afterwards.
fn clock<T>(work: impl FnOnce() -> T) -> f64 {
    let started = Instant::now();
    let made = black_box(work());
    let took = started.elapsed();
    drop(made);
    took.as_nanos() as f64
}

fn subjects() -> Vec<Subject> {
    [samplers(), residues(), vectors(), transforms(), scheme(), messages()].into_iter().flatten().collect()
}

fn samplers() -> Vec<Subject> {
    const N: usize = 1024;
    vec![
        Subject::new("sample::ternary", N, 50_000, |words| {
            clock(|| sample::ternary(N, &mut Replay::new(black_box(words))))
        }),
        Subject::new("sample::error", N, 50_000, |words| {
            clock(|| sample::error(N, &mut Replay::new(black_box(words))))
        }),
    ]
}

fn prime(bits: u32, degree: usize) -> Modulus {
    let prime = ntt_primes(bits, 2 * degree as u64).next().expect("there are such primes");
    Modulus::new(prime).expect("an odd prime")
}

/// One number at a time: reductions, and what rests on the final correction.
fn residues() -> Vec<Subject> {
    const N: usize = 1024;
    let q = prime(50, N);
    let signed = move |name, map: fn(Modulus, i64) -> u64| {
        Subject::new(name, N, 50_000, move |words| {
            let short = sample::ternary(N, &mut Replay::new(words));
            clock(|| short.iter().map(|x| map(q, *x)).collect::<Vec<_>>())
        })
    };
    let residue = move |name, map: fn(Modulus, u64) -> u64| {
        Subject::new(name, N, 50_000, move |words| {
            let residues: Vec<u64> = words.iter().map(|word| q.reduce(*word)).collect();
            clock(|| residues.iter().map(|x| map(q, *x)).collect::<Vec<_>>())
        })
    };
    vec![
        signed("Modulus::reduce_signed", Modulus::reduce_signed),
        residue("Modulus::reduce", Modulus::reduce),
        residue("Modulus::add", |q, x| q.add(x, q.value() / 3)),
        residue("Modulus::sub", |q, x| q.sub(q.value() / 3, x)),
        residue("Modulus::neg", Modulus::neg),
        residue("Modulus::mul", |q, x| q.mul(x, q.value() / 3)),
        residue("Modulus::center", |q, x| q.center(x).cast_unsigned()),
    ]
}

/// Vectors of residues, on every instruction set of this machine; one operand is secret.
fn vectors() -> Vec<Subject> {
    const N: usize = 4096;
    let q = prime(50, N);
    let public: Vec<u64> = (0..N as u64).map(|i| q.mul(q.value() / 3, i)).collect();
    let on = |isa: Isa| {
        let field = Field::new(q, isa);
        let public = public.clone();
        let subject = |name: &str, run: fn(&Field, &mut [u64], &mut [u64], &[u64])| {
            let (public, mut out) = (public.clone(), vec![0; N]);
            Subject::new(format!("Field::{name}, {}", isa.name()), N, 20_000, move |words| {
                let mut secret: Vec<u64> = words.iter().map(|word| q.reduce(*word)).collect();
                out.copy_from_slice(&public);
                clock(|| run(&field, &mut out, &mut secret, &public))
            })
        };
        [
            subject("add_assign", |field, out, secret, _| field.add_assign(out, secret)),
            subject("sub_assign", |field, out, secret, _| field.sub_assign(out, secret)),
            subject("neg_assign", |field, _, secret, _| field.neg_assign(secret)),
            subject("mul_assign", |field, out, secret, _| field.mul_assign(out, secret)),
            subject("mul_add_assign", |field, out, secret, public| field.mul_add_assign(out, secret, public)),
            subject("scale_assign", |field, _, secret, _| {
                field.scale_assign(secret, field.modulus().shoup(12345));
            }),
            subject("inner_products", |field, out, secret, public| {
                let packed = Packed::new(public, field.modulus());
                let finish = Finish::none(field.modulus());
                field.inner_products(
                    [out],
                    &[(secret, [packed.as_slice()]), (public, [packed.as_slice()])],
                    &finish,
                );
            }),
        ]
    };
    Isa::available().flat_map(on).collect()
}

/// Transforms of a secret, on every instruction set of this machine.
fn transforms() -> Vec<Subject> {
    const N: usize = 4096;
    let q = prime(50, N);
    let on = |isa: Isa| {
        let subject = |name: &str, run: fn(&Ntt, &mut [u64])| {
            let ntt = Ntt::with_isa(N, q, isa).expect("a prime with roots of unity");
            Subject::new(format!("Ntt::{name}, {}", isa.name()), N, 10_000, move |words| {
                let secret = sample::ternary(N, &mut Replay::new(words));
                let mut secret: Vec<u64> = secret.iter().map(|x| q.reduce_signed(*x)).collect();
                clock(|| run(&ntt, &mut secret))
            })
        };
        [subject("forward", Ntt::forward), subject("inverse", Ntt::inverse)]
    };
    Isa::available().flat_map(on).collect()
}

/// What the scheme does with a secret key, from lifting its coefficients on.
fn scheme() -> Vec<Subject> {
    const N: usize = 1 << SHAPE.log_degree;
    let params = parameters();
    let basis = params.key_basis(params.max_level());
    let public = ChaCha20Rng::from_seed([11; 32]);
    let plaintext = plaintext(&params);
    let ciphertext = SecretKey::generate(&params, &mut public.clone())
        .encrypt(&plaintext, &mut public.clone())
        .expect("one parameter set");
    let keyed = |name: &str, samples, run: fn(&SecretKey, &Ciphertext, &Plaintext, ChaCha20Rng)| {
        let (params, public) = (params.clone(), public.clone());
        let (plaintext, ciphertext) = (plaintext.clone(), ciphertext.clone());
        Subject::new(format!("SecretKey::{name}"), N, samples, move |words| {
            let coefficients = sample::ternary(N, &mut Replay::new(words));
            let secret = SecretKey::from_coefficients(&params, coefficients).expect("ternary coefficients");
            clock(|| run(&secret, &ciphertext, &plaintext, public.clone()))
        })
    };
    let (first, second) = (basis.clone(), basis);
    let turned = Automorphism::new(Ring::Standard, N, 5).expect("an odd element");
    vec![
        Subject::new("Poly::from_signed", N, 5000, move |words| {
            let secret = sample::ternary(N, &mut Replay::new(words));
            clock(|| Poly::from_signed(&first, &secret))
        }),
        Subject::new("Poly::automorphism", N, 5000, move |words| {
            let secret = sample::ternary(N, &mut Replay::new(words));
            let secret = Poly::from_signed(&second, &secret).into_evaluation();
            clock(|| secret.automorphism(&turned))
        }),
        keyed("encrypt", 3000, |secret, _, plaintext, mut rng| {
            black_box(secret.encrypt(plaintext, &mut rng).expect("one parameter set"));
        }),
        keyed("decrypt", 3000, |secret, ciphertext, _, _| {
            black_box(secret.decrypt(ciphertext).expect("one parameter set"));
        }),
        keyed("rotation_key", 1000, |secret, _, _, mut rng| {
            black_box(secret.rotation_key(1, secret.params().max_level(), &mut rng).expect("a level it has"));
        }),
    ]
}

/// Numbers of the customer's on their way in and out; no promise covers them.
fn messages() -> Vec<Subject> {
    let (params, number) = (parameters(), |word: &u64| word.cast_signed() as f64 / 2.0_f64.powi(63));
    let encoder = Encoder::new(&params).expect("a ring with an embedding");
    let encode = move |encoder: &Encoder, words: &[u64]| {
        let values: Vec<f64> = words.iter().map(number).collect();
        let params = encoder.params();
        let started = Instant::now();
        let plaintext = encoder.encode(&values, params.max_level(), params.default_scale());
        let took = started.elapsed();
        (plaintext.expect("small numbers"), took.as_nanos() as f64)
    };
    let (first, second, slots) = (encoder.clone(), encoder, params.slots());
    let subjects = [
        Subject::new("Encoder::encode", slots, 3000, move |words| encode(&first, words).1),
        Subject::new("Encoder::decode", slots, 3000, move |words| {
            let (plaintext, _) = encode(&second, words);
            clock(|| second.decode(&plaintext))
        }),
    ];
    subjects.map(|subject| Subject { promised: false, ..subject }).into()
}

fn parameters() -> Parameters {
    Parameters::new(SHAPE.literal().expect("there are such primes")).expect("a secure set")
}

fn plaintext(params: &Parameters) -> Plaintext {
    let coefficients: Vec<f64> = (0..params.ring_degree()).map(|i| (i as f64).sin()).collect();
    Plaintext::from_coefficients(params, params.max_level(), params.default_scale(), &coefficients)
        .expect("small coefficients")
}
