//! The trainer's circuits side by side: the same rows, mini-batches, steps and precision, and for each the smallest secure
//! parameters that it can do with. Beside them what Crockett published of two circuits of that kind.

use clap::Parser;
use lowtide_logreg::{Circuit, Gram};
use lowtide_ring::Ring;
use serde::Serialize;

use self::published::{BASELINE, LOW_DEPTH, Published};
use crate::{
    Failure,
    case::{self, Row},
    passage::median,
    scores::Scores,
    table::{self, degree, mebibytes, percent},
};

mod published;

const AFTER_HELP: &str = "\
Every row is measured in processes of its own, so that its memory is its own, and
the circuits take turns, so that noise hits them alike. Accuracy and AUC are those
of MNIST's 1,984 test rows: `clear` is the plaintext twin, `exact` the same steps
with the sigmoid itself. The peak is that of the process while it trains: keys,
rows and tables included, and the largest on any number of threads.";

/// The trainer's circuits side by side, with what Crockett published (ePrint 2020/1483)
#[derive(Parser)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// These circuits alone
    #[arg(long, value_name = "CIRCUIT", value_delimiter = ',', value_parser = case::circuit)]
    only: Vec<Circuit>,
    /// Mini-batches
    #[arg(long, value_name = "N", default_value_t = 6)]
    steps: usize,
    /// Rows of a mini-batch, for all circuits
    #[arg(long, value_name = "N", default_value_t = 64)]
    batch: usize,
    /// How often to measure; the median time counts
    #[arg(long, value_name = "N", default_value_t = 3)]
    runs: usize,
    /// Measure every circuit in the standard and in the conjugate-invariant ring, not in the cheaper one alone
    #[arg(long)]
    rings: bool,
    /// Measure also with Gram matrices that the service makes, which takes minutes
    #[arg(long)]
    service: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// A circuit, who makes Gram matrices for it, and in which kind of ring, unless in the cheaper.
type Case = (Circuit, Gram, Option<Ring>);

/// The numbers of threads that are measured.
const THREADS: [usize; 2] = [1, 2];

/// All that was measured of a circuit.
#[derive(Clone, Debug, Serialize)]
struct Line {
    /// Its name, with parts joined by `_`.
    circuit: String,
    /// Who makes Gram matrices, if the circuit reads some.
    gram: Option<&'static str>,
    levels: usize,
    ring: String,
    ring_degree: usize,
    log2_qp: f64,
    ct_products: usize,
    relinearizations: usize,
    rotations: usize,
    rotation_keys: usize,
    upload_bytes: u64,
    evaluation_key_bytes: u64,
    peak_rss_bytes: u64,
    seconds_1_thread: f64,
    seconds_2_threads: f64,
    #[serde(flatten)]
    scores: Scores,
    max_weight_error: f64,
    /// Divided by the same of `baseline`, where that was measured.
    #[serde(flatten)]
    beside_baseline: Option<Ratios>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Ratios {
    ct_products_ratio: f64,
    upload_ratio: f64,
    seconds_1_thread_ratio: f64,
    seconds_2_threads_ratio: f64,
}

impl Line {
    /// All rows of one circuit, `THREADS` in turn.
    fn new((circuit, gram, _): Case, rows: &[Row]) -> Self {
        let seconds = |threads| {
            median(rows.iter().filter(|row| row.threads == threads).map(|row| row.seconds).collect())
        };
        let row = &rows[0];
        Self {
            circuit: circuit.name().replace('-', "_"),
            gram: circuit.reads_gram().then_some(gram.name()),
            levels: row.levels,
            ring: row.ring.clone(),
            ring_degree: row.ring_degree,
            log2_qp: row.log2_qp,
            ct_products: row.ct_products,
            relinearizations: row.relinearizations,
            rotations: row.rotations,
            rotation_keys: row.rotation_keys,
            upload_bytes: row.upload_bytes,
            evaluation_key_bytes: row.evaluation_key_bytes,
            peak_rss_bytes: rows.iter().map(|row| row.peak_rss_bytes).max().unwrap_or(0),
            seconds_1_thread: seconds(THREADS[0]),
            seconds_2_threads: seconds(THREADS[1]),
            scores: row.scores,
            max_weight_error: row.max_weight_error,
            beside_baseline: None,
        }
    }

    fn heading(&self) -> String {
        let Self { circuit, gram, .. } = self;
        if *gram == Some(Gram::Service.name()) {
            format!("{circuit}, Gram by service")
        } else {
            circuit.clone()
        }
    }

    fn beside(&self, baseline: &Self) -> Ratios {
        Ratios {
            ct_products_ratio: self.ct_products as f64 / baseline.ct_products as f64,
            upload_ratio: self.upload_bytes as f64 / baseline.upload_bytes as f64,
            seconds_1_thread_ratio: self.seconds_1_thread / baseline.seconds_1_thread,
            seconds_2_threads_ratio: self.seconds_2_threads / baseline.seconds_2_threads,
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let wanted = |circuit: &Circuit| args.only.is_empty() || args.only.contains(circuit);
    let circuits = || Circuit::ALL.into_iter().filter(wanted);
    let service = |circuit: &Circuit| args.service && circuit.reads_gram();
    let made: Vec<(Circuit, Gram)> = circuits()
        .map(|circuit| (circuit, Gram::Customer))
        .chain(circuits().filter(service).map(|circuit| (circuit, Gram::Service)))
        .collect();
    let rings = if args.rings { Ring::ALL.map(Some).to_vec() } else { vec![None] };
    let in_rings = |(circuit, gram): (Circuit, Gram)| rings.iter().map(move |ring| (circuit, gram, *ring));
    let cases: Vec<Case> = made.into_iter().flat_map(in_rings).collect();
    let mut rows = vec![Vec::new(); cases.len()];
    for round in 1..=args.runs.max(1) {
        for ((circuit, gram, ring), rows) in cases.iter().zip(&mut rows) {
            for threads in THREADS {
                let in_ring = ring.map_or_else(String::new, |ring| format!(" in the {ring} ring"));
                eprintln!(
                    "round {round}: {circuit}{in_ring}, Gram matrices by the {gram}, threads: {threads}"
                );
                rows.push(case::measure(&case::Args {
                    circuit: *circuit,
                    ring: *ring,
                    service: *gram == Gram::Service,
                    steps: args.steps,
                    batch: args.batch,
                    without: None,
                    runs: 1,
                    threads,
                })?);
            }
        }
    }
    let lines = with_ratios(cases.iter().zip(&rows).map(|(case, rows)| Line::new(*case, rows)).collect());
    if args.json {
        let published = [BASELINE, LOW_DEPTH];
        let (batch, steps, runs) = (args.batch, args.steps, args.runs.max(1));
        let all = serde_json::json!({
            "data": "mnist, 3 against 8", "batch": batch, "steps": steps, "runs": runs, "rows": lines,
            "published": published,
        });
        println!("{all}");
        return Ok(());
    }
    println!(
        "MNIST, 3 against 8: {} mini-batches of {} rows, medians of {}",
        args.steps,
        args.batch,
        args.runs.max(1)
    );
    println!();
    let names: Vec<String> = lines.iter().map(Line::heading).collect();
    let headings: Vec<&str> = ["per training run"]
        .into_iter()
        .chain(names.iter().map(String::as_str))
        .chain(["published: baseline", "published: low depth"])
        .collect();
    table::print(&headings, &cells(&lines));
    println!();
    println!("{}", published::SOURCE);
    Ok(())
}

/// Each line beside that of `baseline`, where there is one.
fn with_ratios(mut lines: Vec<Line>) -> Vec<Line> {
    let Some(baseline) = lines.iter().find(|line| line.circuit == Circuit::Baseline.name()).cloned() else {
        return lines;
    };
    for line in &mut lines {
        line.beside_baseline = Some(line.beside(&baseline));
    }
    lines
}

/// What a row of the table says: its name, of a circuit, of what was published.
type Entry = (&'static str, fn(&Line) -> String, fn(&Published) -> Option<String>);

/// One measure a row, one circuit a column.
fn cells(lines: &[Line]) -> Vec<Vec<String>> {
    fn times(ratio: f64) -> String {
        format!("{ratio:.2}")
    }
    fn ratio(line: &Line, of: fn(&Ratios) -> f64) -> String {
        line.beside_baseline.as_ref().map_or_else(String::new, |ratios| times(of(ratios)))
    }
    let entries: [Entry; 24] = [
        ("levels", |line| line.levels.to_string(), |it| Some(it.levels.to_string())),
        ("ring", |line| line.ring.clone(), |_| None),
        ("ring degree", |line| degree(line.ring_degree), |_| None),
        ("log2 QP", |line| format!("{:.0}", line.log2_qp), |_| None),
        ("ciphertext products", |line| line.ct_products.to_string(), |_| None),
        ("relinearizations", |line| line.relinearizations.to_string(), |_| None),
        ("rotations", |line| line.rotations.to_string(), |_| None),
        ("rotation keys", |line| line.rotation_keys.to_string(), |_| None),
        ("upload, MiB", |line| mebibytes(line.upload_bytes), |_| None),
        ("keys, MiB", |line| mebibytes(line.evaluation_key_bytes), |_| None),
        ("peak memory, MiB", |line| mebibytes(line.peak_rss_bytes), |_| None),
        ("seconds, 1 thread", |line| format!("{:.2}", line.seconds_1_thread), |_| None),
        (
            "seconds, 2 threads (published: a server)",
            |line| format!("{:.2}", line.seconds_2_threads),
            |it| Some(format!("{:.0}", it.seconds)),
        ),
        ("accuracy, encrypted", |line| percent(line.scores.accuracy_encrypted), |_| None),
        ("accuracy, clear", |line| percent(line.scores.accuracy_clear), |_| None),
        ("accuracy, exact", |line| percent(line.scores.accuracy_exact), |_| None),
        ("AUC, encrypted", |line| format!("{:.4}", line.scores.auc_encrypted), |_| None),
        ("AUC, clear", |line| format!("{:.4}", line.scores.auc_clear), |_| None),
        ("AUC, exact", |line| format!("{:.4}", line.scores.auc_exact), |_| None),
        ("largest weight error", |line| format!("{:.1e}", line.max_weight_error), |_| None),
        (
            "products / baseline",
            |line| ratio(line, |it| it.ct_products_ratio),
            |it| Some(times(it.ct_products_ratio)),
        ),
        ("upload / baseline", |line| ratio(line, |it| it.upload_ratio), |it| Some(times(it.upload_ratio))),
        ("seconds / baseline, 1 thread", |line| ratio(line, |it| it.seconds_1_thread_ratio), |_| None),
        (
            "seconds / baseline, 2 threads",
            |line| ratio(line, |it| it.seconds_2_threads_ratio),
            |it| Some(times(it.seconds / BASELINE.seconds)),
        ),
    ];
    let row = |(name, of, published): &Entry| {
        let theirs = [BASELINE, LOW_DEPTH].map(|it| published(&it).unwrap_or_default());
        [String::from(*name)].into_iter().chain(lines.iter().map(of)).chain(theirs).collect()
    };
    entries.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(circuit: Circuit, threads: usize, seconds: f64) -> Row {
        Row {
            circuit,
            without: None,
            threads,
            levels: 24,
            ring: Ring::Standard.to_string(),
            ring_degree: 1 << 16,
            log2_qp: 1700.4,
            ct_products: if circuit == Circuit::Baseline { 20 } else { 35 },
            relinearizations: 20,
            public_products: 27,
            rescales: 38,
            rotations: 122,
            rotation_keys: 23,
            evaluation_key_bytes: 1 << 28,
            upload_bytes: if circuit == Circuit::Baseline { 1 << 22 } else { 1 << 21 },
            foreseen_bytes: 1 << 27,
            peak_rss_bytes: (threads as u64) << 30,
            seconds,
            scores: Scores { accuracy_encrypted: 0.9, ..Scores::default() },
            max_weight_error: 1.0e-5,
        }
    }

    fn line(circuit: Circuit, seconds: [f64; 3]) -> Line {
        let rows = seconds.map(|seconds| [row(circuit, 1, seconds), row(circuit, 2, seconds / 2.0)]);
        Line::new((circuit, Gram::Customer, None), rows.as_flattened())
    }

    #[test]
    fn a_line_holds_medians_the_largest_peak_and_ratios() {
        let lines = vec![line(Circuit::TwoLevel, [3.0, 1.0, 2.0]), line(Circuit::Baseline, [8.0, 80.0, 7.0])];
        let lines = with_ratios(lines);
        assert_eq!(lines[0].circuit, "two_level");
        assert_eq!((lines[0].seconds_1_thread, lines[0].seconds_2_threads), (2.0, 1.0));
        assert_eq!(lines[0].peak_rss_bytes, 2 << 30);
        let ratios = lines[0].beside_baseline.unwrap();
        assert_eq!((ratios.seconds_1_thread_ratio, ratios.upload_ratio), (0.25, 0.5));
        assert_eq!(ratios.ct_products_ratio, 1.75);
    }

    #[test]
    fn without_baseline_there_are_no_ratios() {
        let lines = with_ratios(vec![line(Circuit::Fused, [1.0; 3])]);
        assert_eq!(lines[0].beside_baseline, None);
        let json = serde_json::to_value(&lines[0]).unwrap();
        assert!(json.get("upload_ratio").is_none() && json.get("auc_encrypted").is_some());
    }

    #[test]
    fn the_object_has_the_fields_that_readers_expect() {
        let lines = with_ratios(vec![line(Circuit::Baseline, [1.0; 3])]);
        let json = serde_json::to_value(&lines[0]).unwrap();
        for field in [
            "circuit",
            "levels",
            "ring",
            "ring_degree",
            "log2_qp",
            "ct_products",
            "rotations",
            "upload_bytes",
            "evaluation_key_bytes",
            "peak_rss_bytes",
            "seconds_1_thread",
            "seconds_2_threads",
            "accuracy_encrypted",
            "accuracy_clear",
            "auc_encrypted",
            "auc_clear",
            "max_weight_error",
            "upload_ratio",
        ] {
            assert!(json.get(field).is_some(), "{field}");
        }
    }

    #[test]
    fn every_row_of_the_table_has_a_cell_for_each_column() {
        let lines = with_ratios(vec![line(Circuit::Baseline, [1.0; 3]), line(Circuit::Fused, [1.0; 3])]);
        let cells = cells(&lines);
        assert!(cells.iter().all(|row| row.len() == 5));
        let time = cells.iter().find(|row| row[0] == "seconds / baseline, 2 threads").unwrap();
        assert_eq!(time[1..], ["1.00", "1.00", "1.00", "0.16"]);
    }
}
