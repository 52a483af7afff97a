//! Whether the planner chooses well: its ten best candidates, foreseen beside measured, for three shapes of problem.

use std::{
    env,
    process::{Command, Stdio},
};

use clap::Parser;
use lowtide_circuit::speed::Speed;
use lowtide_logreg::{
    Circuit, Request,
    planner::{self, Candidate, Choice, Wish},
    rows::SignedRows,
    schedule::{Momentum, Schedule, StepSize},
    sigmoid::{Method, SigmoidPolynomial},
};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};

use crate::{
    Failure,
    passage::{Passage, median},
    table::{self, degree, mebibytes},
};

const AFTER_HELP: &str = "\
Each of the ten best candidates is trained by in processes of its own, --rounds
times, one candidate after the other in every round, so that whatever else the
machine does falls on all of them; the median counts. On one thread that is time
on a processor, not on the wall, where the system tells it. Rows are made up: time does
not depend on them. The command fails where the choice takes longer than the
quickest by more than --within.";

/// The planner's ten best candidates for three shapes of problem, foreseen and measured
#[derive(Parser)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// These problems alone: `features x rows x batch x steps`, such as 196x11982x64x6
    #[arg(long, value_name = "PROBLEM", value_delimiter = ',')]
    only: Vec<Problem>,
    /// Rounds
    #[arg(long, value_name = "N", default_value_t = 3)]
    rounds: usize,
    /// Threads
    #[arg(long, value_name = "N", default_value_t = 1)]
    threads: usize,
    /// How much longer than the quickest the choice may take, as a share of it
    #[arg(long, value_name = "X", default_value_t = 0.15)]
    within: f64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// A candidate to be measured, in a process of its own.
#[derive(Parser)]
pub(crate) struct OneArgs {
    /// The problem
    problem: Problem,
    /// The candidate
    candidate: usize,
    /// Threads
    threads: usize,
    /// The speed of the machine, as it was measured for the choice
    #[arg(value_parser = |text: &str| serde_json::from_str::<Figures>(text))]
    speed: Figures,
}

/// A shape of problem.
#[derive(Clone, Copy, Debug, Serialize)]
struct Problem {
    features: usize,
    rows: usize,
    batch: usize,
    steps: usize,
}

/// MNIST, 3 against 8; a small clinical set; few steps of large mini-batches.
const PROBLEMS: [Problem; 3] = [
    Problem { features: 196, rows: 11_982, batch: 64, steps: 6 },
    Problem { features: 9, rows: 189, batch: 64, steps: 7 },
    Problem { features: 80, rows: 4096, batch: 512, steps: 3 },
];

/// A [`Speed`], on its way to another process: both should choose from the same candidates.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Figures {
    butterfly: f64,
    conversion: f64,
    product: f64,
    pass: f64,
    embedding: f64,
    far: f64,
    memory: f64,
}

/// A candidate, foreseen and measured.
#[derive(Debug, Serialize)]
struct Line {
    circuit: Circuit,
    log_degree: u32,
    digits: usize,
    tile_rows: usize,
    tile_columns: usize,
    foreseen_seconds: f64,
    foreseen_memory_bytes: u64,
    upload_bytes: u64,
    evaluation_key_bytes: u64,
    precision_bits: Option<f64>,
    seconds: f64,
    peak_rss_bytes: u64,
    max_weight_error: f64,
}

/// What one process measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Measured {
    seconds: f64,
    peak_rss_bytes: u64,
    max_weight_error: f64,
}

/// A problem and its candidates, the planner's choice first.
#[derive(Debug, Serialize)]
struct Outcome {
    problem: Problem,
    tried: usize,
    /// The time of the choice over that of the quickest.
    ratio: f64,
    candidates: Vec<Line>,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    rayon::ThreadPoolBuilder::new().num_threads(args.threads).build_global()?;
    let problems = if args.only.is_empty() { &PROBLEMS[..] } else { &args.only };
    let outcomes = problems.iter().map(|problem| measure(args, *problem)).collect::<Result<Vec<_>, _>>()?;
    if args.json {
        println!(
            "{}",
            serde_json::json!({ "rounds": args.rounds, "threads": args.threads, "problems": outcomes })
        );
    } else {
        outcomes.iter().for_each(show);
    }
    match outcomes.iter().find(|outcome| outcome.ratio > 1.0 + args.within) {
        None => Ok(()),
        Some(Outcome { problem, ratio, .. }) => Err(format!(
            "{problem}: the choice takes {:.0} % longer than the quickest candidate, more than {:.0} %",
            100.0 * (ratio - 1.0),
            100.0 * args.within
        )
        .into()),
    }
}

/// Measures one candidate in this process and prints it as JSON.
pub(crate) fn run_one(args: &OneArgs) -> Result<(), Failure> {
    rayon::ThreadPoolBuilder::new().num_threads(args.threads).build_global()?;
    let choice = args.problem.choose(args.threads, args.speed.into())?;
    let candidate = choice.candidates().get(args.candidate).ok_or("there are not so many candidates")?;
    let (plan, rows) = (candidate.plan()?, args.problem.made_up()?);
    let passage = Passage::new(&plan, &rows, 1, &mut ChaCha20Rng::from_seed([1; 32]))?;
    let Passage { seconds, processor_seconds, peak_rss_bytes, max_weight_error, .. } = passage;
    // On one thread, what others take from it does not count.
    let seconds = processor_seconds.filter(|_| args.threads == 1).unwrap_or(seconds);
    println!("{}", serde_json::to_string(&Measured { seconds, peak_rss_bytes, max_weight_error })?);
    Ok(())
}

fn measure(args: &Args, problem: Problem) -> Result<Outcome, Failure> {
    let speed = Speed::measure()?;
    let choice = problem.choose(args.threads, speed)?;
    let count = choice.candidates().len();
    let mut measured: Vec<Vec<Measured>> = vec![Vec::new(); count];
    for round in 0..args.rounds.max(1) {
        for (candidate, measured) in measured.iter_mut().enumerate() {
            eprintln!(
                "{problem}: round {} of {}, candidate {} of {count}",
                round + 1,
                args.rounds,
                candidate + 1
            );
            measured.push(apart(args, problem, candidate, speed)?);
        }
    }
    let lines = choice.candidates().iter().zip(&measured).map(|(it, measured)| Line::new(it, measured));
    let candidates: Vec<Line> = lines.collect();
    let quickest = candidates.iter().map(|line| line.seconds).fold(f64::INFINITY, f64::min);
    Ok(Outcome { problem, tried: choice.tried(), ratio: candidates[0].seconds / quickest, candidates })
}

/// One run of a candidate in a process of its own.
fn apart(args: &Args, problem: Problem, candidate: usize, speed: Speed) -> Result<Measured, Failure> {
    let mut command = Command::new(env::current_exe()?);
    command.arg("candidate").arg(problem.to_string());
    command.args([candidate.to_string(), args.threads.to_string()]);
    command.arg(serde_json::to_string(&Figures::from(speed))?);
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{problem}: candidate {candidate} ended with {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

impl Line {
    fn new(candidate: &Candidate, measured: &[Measured]) -> Self {
        let outlook = candidate.outlook;
        Self {
            circuit: candidate.request.circuit,
            log_degree: candidate.literal.log_degree,
            digits: candidate.digits(),
            tile_rows: candidate.tile.rows(),
            tile_columns: candidate.tile.columns(),
            foreseen_seconds: outlook.seconds,
            foreseen_memory_bytes: outlook.memory_bytes,
            upload_bytes: outlook.upload_bytes,
            evaluation_key_bytes: outlook.key_bytes,
            precision_bits: outlook.precision,
            seconds: median(measured.iter().map(|it| it.seconds).collect()),
            peak_rss_bytes: measured.iter().map(|it| it.peak_rss_bytes).max().unwrap_or(0),
            max_weight_error: measured.iter().map(|it| it.max_weight_error).fold(0.0, f64::max),
        }
    }
}

fn show(outcome: &Outcome) {
    let Outcome { problem, tried, ratio, candidates } = outcome;
    println!(
        "{problem}: {tried} candidates; the choice takes {ratio:.2} times what the quickest of the best takes\n"
    );
    let headings = [
        "candidate",
        "N",
        "digits",
        "tiles",
        "foreseen, s",
        "measured, s",
        "ratio",
        "foreseen, MiB",
        "peak, MiB",
        "upload, MiB",
        "keys, MiB",
        "foreseen bits",
        "weight error",
    ];
    let cells = |line: &Line| {
        vec![
            line.circuit.to_string(),
            degree(1 << line.log_degree),
            line.digits.to_string(),
            format!("{} x {}", line.tile_rows, line.tile_columns),
            format!("{:.3}", line.foreseen_seconds),
            format!("{:.3}", line.seconds),
            format!("{:.2}", line.seconds / line.foreseen_seconds),
            mebibytes(line.foreseen_memory_bytes),
            mebibytes(line.peak_rss_bytes),
            mebibytes(line.upload_bytes),
            mebibytes(line.evaluation_key_bytes),
            line.precision_bits.map_or("-".into(), |bits| format!("{bits:.1}")),
            format!("2^{:.1}", line.max_weight_error.log2()),
        ]
    };
    table::print(&headings, &candidates.iter().map(cells).collect::<Vec<_>>());
    println!();
}

impl Problem {
    fn choose(self, threads: usize, speed: Speed) -> Result<Choice, Failure> {
        let Self { features, rows, batch, steps } = self;
        let request = Request {
            circuit: Circuit::Fused,
            features,
            rows,
            batch,
            steps,
            sigmoid: SigmoidPolynomial::fit(3, 8.0, Method::LeastSquares)?,
            schedule: Schedule::new(StepSize { initial: 0.3, decay: 0.1 }, Momentum::Nesterov)?,
            scale_bits: 34,
            security_bits: 128,
            is_weighted: false,
            gram: Default::default(),
            refresh_every: None,
            divisor: 1.0,
        };
        let circuits = Circuit::ALL.to_vec();
        let wish = Wish {
            request,
            circuits,
            batches: Vec::new(),
            grams: Vec::new(),
            rings: Vec::new(),
            precision: None,
            memory: None,
            threads,
            speed,
        };
        Ok(planner::choose(&wish)?)
    }

    /// Rows of the problem's size, small enough that margins stay where they should.
    fn made_up(self) -> Result<SignedRows, Failure> {
        let Self { features, rows, .. } = self;
        let size = 1.0 / (features as f64).sqrt();
        let value = |i: usize| size * (0.754_877 * i as f64).fract();
        let values: Vec<f64> = (0..rows * features).map(value).collect();
        let labels: Vec<bool> = (0..rows).map(|i| i % 7 < 3).collect();
        Ok(SignedRows::new(&values, features, &labels)?)
    }
}

impl std::str::FromStr for Problem {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const CURE: &str = "four numbers, features x rows x batch x steps, such as 196x11982x64x6";
        let numbers: Result<Vec<usize>, _> = text.split('x').map(|number| number.trim().parse()).collect();
        match numbers.map_err(|_| CURE)?[..] {
            [features, rows, batch, steps] => Ok(Self { features, rows, batch, steps }),
            _ => Err(CURE),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { features, rows, batch, steps } = self;
        write!(f, "{features}x{rows}x{batch}x{steps}")
    }
}

impl From<Speed> for Figures {
    fn from(speed: Speed) -> Self {
        let Speed { butterfly, conversion, product, pass, embedding, far, memory } = speed;
        Self { butterfly, conversion, product, pass, embedding, far, memory }
    }
}

impl From<Figures> for Speed {
    fn from(figures: Figures) -> Self {
        let Figures { butterfly, conversion, product, pass, embedding, far, memory } = figures;
        Self { butterfly, conversion, product, pass, embedding, far, memory }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_read_as_they_are_told() {
        for problem in PROBLEMS {
            assert_eq!(problem.to_string().parse::<Problem>().unwrap().to_string(), problem.to_string());
        }
        assert!("196x64".parse::<Problem>().is_err() && "axbxcxd".parse::<Problem>().is_err());
    }

    #[test]
    fn speeds_travel_unchanged() {
        let speed = Speed::default();
        let text = serde_json::to_string(&Figures::from(speed)).unwrap();
        assert_eq!(Speed::from(serde_json::from_str::<Figures>(&text).unwrap()), speed);
    }
}
