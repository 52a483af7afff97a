//! What each part of the compiler is worth: the trainer's circuits with all of it, and with one part less in turn.

use clap::Parser;
use lowtide_logreg::{Circuit, plan::Compiler};

use crate::{
    Failure,
    case::{self, Row},
    table::{self, degree, mebibytes},
};

/// The trainer's circuits with each part of the compiler left out in turn
#[derive(Parser)]
pub(crate) struct Args {
    /// These circuits alone
    #[arg(long, value_name = "CIRCUIT", value_delimiter = ',', value_parser = case::circuit)]
    only: Vec<Circuit>,
    /// Mini-batches
    #[arg(long, default_value_t = 6)]
    steps: usize,
    /// How often to train for each row; the median time counts
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Threads
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let parts = Compiler::each_off().into_iter().map(|(name, _)| Some(name.to_owned()));
    let parts: Vec<Option<String>> = [None].into_iter().chain(parts).collect();
    let wanted = |circuit: &Circuit| args.only.is_empty() || args.only.contains(circuit);
    let mut rows = Vec::new();
    for circuit in Circuit::ALL.into_iter().filter(wanted) {
        for without in &parts {
            eprintln!("{circuit} without {}", without.as_deref().unwrap_or("nothing"));
            rows.push(case::measure(&case::Args {
                ring: None,
                circuit,
                service: false,
                steps: args.steps,
                batch: 128,
                without: without.clone(),
                runs: args.runs,
                threads: args.threads,
            })?);
        }
    }
    if args.json {
        println!("{}", serde_json::json!({ "rows": rows }));
        return Ok(());
    }
    let headings = [
        "circuit, without",
        "levels",
        "N",
        "products",
        "relin.",
        "rescales",
        "public products",
        "rotations",
        "keys, MiB",
        "upload, MiB",
        "values, MiB",
        "peak, MiB",
        "seconds",
        "ratio",
    ];
    let cells = |row: &Row| {
        let whole = rows.iter().find(|other| other.circuit == row.circuit && other.without.is_none());
        let ratio = whole.map_or(1.0, |whole| row.seconds / whole.seconds);
        vec![
            format!("{}, {}", row.circuit, row.without.as_deref().unwrap_or("nothing")),
            row.levels.to_string(),
            degree(row.ring_degree),
            row.ct_products.to_string(),
            row.relinearizations.to_string(),
            row.rescales.to_string(),
            row.public_products.to_string(),
            row.rotations.to_string(),
            mebibytes(row.evaluation_key_bytes),
            mebibytes(row.upload_bytes),
            mebibytes(row.foreseen_bytes),
            mebibytes(row.peak_rss_bytes),
            format!("{:.2}", row.seconds),
            format!("{ratio:.2}"),
        ]
    };
    table::print(&headings, &rows.iter().map(cells).collect::<Vec<_>>());
    Ok(())
}
