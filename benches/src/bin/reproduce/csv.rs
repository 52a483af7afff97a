//! Data sets from end to end: for each CSV file cross-validation of encrypted training, beside the same in the clear.

use std::path::{Path, PathBuf};

use clap::Parser;
use lowtide_data::{Dataset, Label, Method, Scaling, csv::Reader};
use lowtide_logreg::{
    Circuit, Plan, Request,
    schedule::{Momentum, Preconditioner, Schedule, StepSize},
    sigmoid::{Method as Fit, SigmoidPolynomial},
    trial::{self, Grid},
};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use serde::Serialize;

use self::published::{Published, SOURCE};
use crate::{
    Failure,
    case::{self, signed},
    passage::Passage,
    scores::Scores,
    table::{self, degree, percent},
};

mod published;

const AFTER_HELP: &str = "\
Each file has a header, numbers, and labels in the last column. Its rows are
shuffled by --seed and divided into --folds parts; each part is tested with once,
by a model trained on the others, and the table shows the means. Every fold goes
the way of `lowtide plan --data`, `keygen`, `encrypt`, `train`, `decrypt`, `score`:
the scaling is fitted to the rows to train on; step size, interval and divisor of
features are those of a grid that give the smallest log-loss on the same rows in
the clear; the rows to test with decide nothing. The command fails when the means
of the encrypted models differ from those of the plaintext twin by more than
--tolerance.";

/// Data sets of yours, trained on encrypted and in the clear, with cross-validation
#[derive(Parser)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// CSV files with a header, the labels in the last column
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The circuit
    #[arg(long, value_name = "NAME", default_value = "fused", value_parser = case::circuit)]
    circuit: Circuit,
    /// Mini-batches to train on
    #[arg(long, value_name = "N", default_value_t = 7)]
    steps: usize,
    /// Rows of a mini-batch, at most
    #[arg(long, value_name = "N", default_value_t = 128)]
    batch: usize,
    /// Parts of the rows for cross-validation
    #[arg(long, value_name = "N", default_value_t = 5)]
    folds: usize,
    /// Orders the rows
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    seed: u64,
    /// How features are brought to one size: `standard`, `min-max` or `none`
    #[arg(long, value_name = "HOW", default_value = "standard", value_parser = scaling)]
    scaling: Method,
    /// What gradients are multiplied by: `none` or `fixed-hessian`
    #[arg(long, value_name = "KIND", default_value = "none", value_parser = grid)]
    preconditioner: Grid,
    /// How far accuracy and AUC may be from the twin's
    #[arg(long, value_name = "X", default_value_t = 0.005)]
    tolerance: f64,
    /// Threads [default: one for each core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

fn scaling(word: &str) -> Result<Method, &'static str> {
    match word {
        "standard" => Ok(Method::Standard),
        "min-max" => Ok(Method::MinMax),
        "none" => Ok(Method::Unscaled),
        _ => Err("choose standard, min-max or none"),
    }
}

/// What is tried with a preconditioner.
fn grid(word: &str) -> Result<Grid, &'static str> {
    match word {
        "none" => Ok(Grid::default()),
        "fixed-hessian" => Ok(Grid::fixed_hessian()),
        _ => Err("choose none or fixed-hessian"),
    }
}

/// What came of one file.
#[derive(Clone, Debug, Serialize)]
struct Line {
    data: String,
    rows: usize,
    features: usize,
    /// The accuracy of whoever always says the larger class.
    majority: f64,
    circuit: Circuit,
    batch: usize,
    steps: usize,
    levels: usize,
    ring_degree: usize,
    /// By fold.
    chosen: Vec<Chosen>,
    /// Of keys and encryption, the mean of the folds.
    seconds_before: f64,
    /// Of training, the mean of the folds.
    seconds: f64,
    #[serde(flatten)]
    scores: Scores,
    /// Of any fold.
    max_weight_error: f64,
    published: Option<Published>,
}

/// What the rows to train on decided.
#[derive(Clone, Copy, Debug, Serialize)]
struct Chosen {
    step_size: StepSize,
    sigmoid_bound: f64,
    divisor: f64,
}

/// What came of one fold.
struct Fold {
    plan: Plan,
    passage: Passage,
    scores: Scores,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    rayon::ThreadPoolBuilder::new().num_threads(args.threads.unwrap_or(0)).build_global()?;
    // Whatever is wrong with a file is told before any time is spent.
    let sets = args.files.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    let line = |(path, data): (&PathBuf, &Dataset)| {
        train(args, path, data).map_err(|error| format!("{}: {error}", path.display()).into())
    };
    let lines = args.files.iter().zip(&sets).map(line).collect::<Result<Vec<_>, Failure>>()?;
    if args.json {
        let (folds, seed, tolerance) = (args.folds, args.seed, args.tolerance);
        println!(
            "{}",
            serde_json::json!({
                "folds": folds, "seed": seed, "scaling": args.scaling, "preconditioner": args.preconditioner.preconditioner, "tolerance": tolerance, "rows": lines
            })
        );
    } else {
        show(args, &lines);
    }
    check(&lines, args.tolerance)
}

/// Fails where encryption moved accuracy or AUC too far.
fn check(lines: &[Line], tolerance: f64) -> Result<(), Failure> {
    let far = |line: &&Line| line.scores.drift().is_nan() || line.scores.drift() > tolerance;
    match lines.iter().find(far) {
        None => Ok(()),
        Some(Line { data, scores, .. }) => Err(format!(
            "{data}: accuracy or AUC of the encrypted model is {:.4} from the twin's, more than {tolerance}",
            scores.drift()
        )
        .into()),
    }
}

fn read(path: &Path) -> Result<Dataset, Failure> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let file = std::fs::File::open(path).map_err(|error| failed(&error))?;
    let loaded = Reader::new().dataset(file).map_err(|error| failed(&error))?;
    loaded.warnings.iter().for_each(|warning| eprintln!("{}", failed(warning)));
    Ok(loaded.data)
}

/// Every fold of one file.
fn train(args: &Args, path: &Path, data: &Dataset) -> Result<Line, Failure> {
    let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let folds = data.folds(args.folds, args.seed)?;
    let number = |(index, (train, test)): (usize, &(Dataset, Dataset))| {
        eprintln!("{name}: fold {} of {}", index + 1, folds.len());
        fold(args, train, test)
    };
    let folds = folds.iter().enumerate().map(number).collect::<Result<Vec<_>, _>>()?;
    let mean = |of: fn(&Fold) -> f64| folds.iter().map(of).sum::<f64>() / folds.len() as f64;
    let larger = data.count(Label::Positive).max(data.count(Label::Negative));
    let chosen = |fold: &Fold| {
        let request = fold.plan.request();
        Chosen {
            step_size: request.schedule.step_size(),
            sigmoid_bound: request.sigmoid.bound(),
            divisor: request.divisor,
        }
    };
    Ok(Line {
        rows: data.rows(),
        features: data.columns(),
        majority: larger as f64 / data.rows() as f64,
        circuit: args.circuit,
        batch: args.batch,
        steps: args.steps,
        levels: folds.iter().map(|fold| fold.plan.params().max_level()).max().unwrap_or(0),
        ring_degree: folds.iter().map(|fold| fold.plan.params().ring_degree()).max().unwrap_or(0),
        chosen: folds.iter().map(chosen).collect(),
        seconds_before: mean(|fold| fold.passage.seconds_before),
        seconds: mean(|fold| fold.passage.seconds),
        scores: Scores::mean(&folds.iter().map(|fold| fold.scores).collect::<Vec<_>>()),
        max_weight_error: folds.iter().map(|fold| fold.passage.max_weight_error).fold(0.0, f64::max),
        published: Published::of(&name),
        data: name,
    })
}

/// Scales, chooses, plans, encrypts, trains, decrypts and scores.
fn fold(args: &Args, train: &Dataset, test: &Dataset) -> Result<Fold, Failure> {
    let scaling = Scaling::fit(args.scaling, train.table())?;
    let (rows, test) = (signed(&train.scaled(&scaling)?)?, signed(&test.scaled(&scaling)?)?);
    // Schedule, sigmoid and divisor are chosen below.
    let request = Request {
        circuit: args.circuit,
        features: train.columns(),
        rows: train.rows(),
        batch: args.batch,
        steps: args.steps,
        sigmoid: SigmoidPolynomial::fit(3, 8.0, Fit::LeastSquares)?,
        schedule: Schedule::new(StepSize::constant(1.0), Momentum::Nesterov)?,
        divisor: 1.0,
        scale_bits: 34,
        security_bits: 128,
        is_weighted: false,
        gram: Default::default(),
        refresh_every: None,
    };
    let plan = Plan::new(&trial::best(&request, &args.preconditioner, &rows)?.request)?;
    let passage = Passage::new(&plan, &rows, 1, &mut ChaCha20Rng::from_seed([1; 32]))?;
    let scores = Scores::of(&passage, &plan, &rows, &test)?;
    Ok(Fold { plan, passage, scores })
}

fn show(args: &Args, lines: &[Line]) {
    let Args { circuit, steps, batch, folds, seed, .. } = args;
    let hessian = match args.preconditioner.preconditioner {
        Preconditioner::None => "",
        Preconditioner::FixedHessian => " with a fixed Hessian",
    };
    println!(
        "`{circuit}`, {steps} steps{hessian} on mini-batches of up to {batch} rows; means of {folds} folds, seed {seed}, {} \
         thread(s)",
        rayon::current_num_threads()
    );
    println!();
    let headings = [
        "data",
        "rows x features",
        "larger class",
        "levels",
        "N",
        "before, s",
        "training, s",
        "accuracy, encrypted",
        "of the twin",
        "exact sigmoid",
        "AUC, encrypted",
        "of the twin",
        "exact sigmoid",
        "largest weight error",
        "published accuracy, AUC",
    ];
    table::print(&headings, &lines.iter().map(cells).collect::<Vec<_>>());
    if lines.iter().any(|line| line.published.is_some()) {
        println!();
        println!("{SOURCE}");
    }
}

fn cells(line: &Line) -> Vec<String> {
    let (scores, auc) = (&line.scores, |auc: f64| format!("{auc:.4}"));
    vec![
        line.data.clone(),
        format!("{} x {}", line.rows, line.features),
        percent(line.majority),
        line.levels.to_string(),
        degree(line.ring_degree),
        format!("{:.2}", line.seconds_before),
        format!("{:.2}", line.seconds),
        percent(scores.accuracy_encrypted),
        percent(scores.accuracy_clear),
        percent(scores.accuracy_exact),
        auc(scores.auc_encrypted),
        auc(scores.auc_clear),
        auc(scores.auc_exact),
        format!("{:.1e}", line.max_weight_error),
        line.published.map_or_else(String::new, |it| format!("{}, {:.3}", percent(it.accuracy), it.auc)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(data: &str, auc_encrypted: f64) -> Line {
        Line {
            data: data.into(),
            rows: 189,
            features: 9,
            majority: 0.6878,
            circuit: Circuit::Fused,
            batch: 128,
            steps: 7,
            levels: 18,
            ring_degree: 1 << 15,
            chosen: vec![Chosen { step_size: StepSize::constant(1.06), sigmoid_bound: 8.0, divisor: 1.0 }],
            seconds_before: 0.5,
            seconds: 1.25,
            scores: Scores { auc_encrypted, auc_clear: 0.7, ..Scores::default() },
            max_weight_error: 4e-5,
            published: Published::of(data),
        }
    }

    #[test]
    fn a_drift_beyond_the_tolerance_fails_and_names_the_file() {
        assert!(check(&[line("lbw", 0.7049), line("pcs", 0.6951)], 0.005).is_ok());
        let error = check(&[line("lbw", 0.7), line("pcs", 0.706)], 0.005).unwrap_err();
        assert!(error.to_string().starts_with("pcs: "), "{error}");
        assert!(check(&[line("lbw", f64::NAN)], 0.005).is_err());
    }

    #[test]
    fn what_was_published_stands_beside_the_sets_it_is_of() {
        assert_eq!(cells(&line("lbw", 0.7)).last().unwrap(), "69.19 %, 0.689");
        assert_eq!(cells(&line("rows", 0.7)).last().unwrap(), "");
    }

    #[test]
    fn a_small_set_goes_the_whole_way() {
        let path = std::env::temp_dir().join(format!("lowtide-reproduce-{}.csv", std::process::id()));
        let rows: String =
            (0..24).map(|i| format!("{i},{},{}\n", (i * 7) % 5, u8::from(i % 24 > 11))).collect();
        std::fs::write(&path, format!("a,b,y\n{rows}")).unwrap();
        let words = ["csv", "--steps", "2", "--folds", "2", "--batch", "8", path.to_str().unwrap()];
        let args = Args::try_parse_from(words).unwrap();
        let data = read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let line = train(&args, &path, &data).unwrap();
        assert_eq!((line.rows, line.features, line.chosen.len()), (24, 2, 2));
        assert!(line.scores.accuracy_encrypted > 0.8 && line.max_weight_error < 1e-3);
        check(&[line], args.tolerance).unwrap();
    }

    #[test]
    fn choices_go_by_the_names_of_the_program() {
        assert_eq!(scaling("min-max"), Ok(Method::MinMax));
        assert!(scaling("log").is_err());
        assert_eq!(grid("fixed-hessian"), Ok(Grid::fixed_hessian()));
        assert!(grid("hessian").is_err());
    }
}
