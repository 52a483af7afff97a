//! How exact a ciphertext is: fresh, after one squaring, and after one rotation, at several scales and in both kinds of ring.

use clap::Parser;
use lowtide_ckks::{Ciphertext, KeyList, Parameters, SecretKey, Shape};
use lowtide_encoding::{Encoder, Precision};
use lowtide_ring::Ring;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde::Serialize;

use crate::{Failure, table};

const AFTER_HELP: &str = "\
Slots are uniform in [-1, 1]; errors are the largest of all slots and of all runs, as
binary digits behind the point. The largest error of so many numbers lies about two
bits above their standard deviation.";

/// The worst slot, fresh and after each operation, by scale and ring
#[derive(Parser)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The ring degree, as a power of two
    #[arg(long, value_name = "LOG", default_value_t = 15)]
    log_degree: u32,
    /// Bits of the scale
    #[arg(long, value_name = "BITS", value_delimiter = ',', default_values_t = [40, 45, 50, 54])]
    scale_bits: Vec<u32>,
    /// How often, with other numbers and other keys
    #[arg(long, value_name = "N", default_value_t = 3)]
    runs: u64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Binary digits behind the point that the worst slot has.
#[derive(Clone, Copy, Debug, Serialize)]
struct Line {
    scale_bits: u32,
    ring: &'static str,
    fresh: f64,
    squared: f64,
    rotated: f64,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut lines = Vec::new();
    for scale_bits in &args.scale_bits {
        for ring in Ring::ALL {
            lines.push(worst(args, ring, *scale_bits)?);
        }
    }
    if args.json {
        println!(
            "{}",
            serde_json::json!({ "log_degree": args.log_degree, "runs": args.runs, "rows": lines })
        );
        return Ok(());
    }
    let bits = |bits: f64| format!("2^-{bits:.1}");
    let cells = |line: &Line| {
        let errors = [line.fresh, line.squared, line.rotated].map(bits);
        [format!("2^{}", line.scale_bits), line.ring.to_owned()].into_iter().chain(errors).collect()
    };
    println!("Ring degree 2^{}, the worst slot of {} runs", args.log_degree, args.runs);
    println!();
    let cells: Vec<Vec<String>> = lines.iter().map(cells).collect();
    table::print(&["scale", "ring", "fresh", "after one squaring", "after one rotation"], &cells);
    Ok(())
}

fn worst(args: &Args, ring: Ring, scale_bits: u32) -> Result<Line, Failure> {
    let first_bits = (scale_bits + 8).min(60);
    let shape = Shape { ring, log_degree: args.log_degree, first_bits, scale_bits, levels: 3, digits: 2 };
    let params = Parameters::new(shape.literal()?)?;
    let (level, encoder) = (params.max_level(), Encoder::new(&params)?);
    let mut worst = Line {
        scale_bits,
        ring: ring.name(),
        fresh: f64::INFINITY,
        squared: f64::INFINITY,
        rotated: f64::INFINITY,
    };
    for run in 0..args.runs.max(1) {
        let rng = &mut ChaCha20Rng::seed_from_u64(run);
        let secret = SecretKey::generate(&params, rng);
        let list =
            KeyList { relinearization: Some(level), rotations: vec![(1, level)], ..KeyList::default() };
        let keys = secret.evaluation_keys(&list, rng)?;
        let mut values: Vec<f64> = (0..params.slots()).map(|_| rng.random_range(-1.0..1.0)).collect();
        let x = secret.encrypt(&encoder.encode(&values, level, params.default_scale())?, rng)?;
        let bits = |expected: &[f64], found: &Ciphertext| -> Result<f64, Failure> {
            Ok(Precision::between(expected, &encoder.decode(&secret.decrypt(found)?)).worst())
        };
        worst.fresh = worst.fresh.min(bits(&values, &x)?);
        let squares: Vec<f64> = values.iter().map(|x| x * x).collect();
        let squared = bits(&squares, &x.square().relinearize_rescale(&keys)?)?;
        worst.squared = worst.squared.min(squared);
        values.rotate_left(1);
        worst.rotated = worst.rotated.min(bits(&values, &x.rotate(1, &keys)?)?);
    }
    Ok(worst)
}
