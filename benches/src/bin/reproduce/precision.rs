//! How exact a ciphertext is: fresh, after one squaring, and after one rotation, at several scales and in both kinds of ring.

use clap::Parser;
use lowtide_ckks::{Ciphertext, KeyList, Parameters, SecretKey, Shape};
use lowtide_encoding::{Encoder, Precision};
use lowtide_ring::Ring;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde::Serialize;

use crate::{Failure, passage::median, table};

const AFTER_HELP: &str = "\
Slots are uniform in [-1, 1]. Errors are those of the worst slot and the root mean square
of all, as binary digits behind the point, each the median of the runs. The worst of so
many lies about two bits above the root mean square where errors are normal, and about
three after a rescale, whose error is that of rounding times a slot of the secret; it
moves by half a bit from run to run.";

/// The errors of slots, fresh and after each operation, by scale and ring
#[derive(Parser)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The ring degree, as a power of two
    #[arg(long, value_name = "LOG", default_value_t = 15)]
    log_degree: u32,
    /// Bits of the scale
    #[arg(long, value_name = "BITS", value_delimiter = ',', default_values_t = [40, 45, 50, 54])]
    scale_bits: Vec<u32>,
    /// How often, with other numbers and other keys; medians count
    #[arg(long, value_name = "N", default_value_t = 5)]
    runs: u64,
    /// Encrypt by the public key, not by the secret one
    #[arg(long)]
    public_key: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Binary digits behind the point.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Bits {
    worst: f64,
    rms: f64,
}

impl Bits {
    fn between(expected: &[f64], found: &[f64]) -> Self {
        let squares: f64 = expected.iter().zip(found).map(|(x, y)| (x - y) * (x - y)).sum();
        let mean = squares / expected.len() as f64;
        Self { worst: Precision::between(expected, found).worst(), rms: -mean.log2() / 2.0 }
    }

    fn medians(runs: &[Self]) -> Self {
        let middle = |of: fn(&Self) -> f64| median(runs.iter().map(of).collect());
        Self { worst: middle(|bits| bits.worst), rms: middle(|bits| bits.rms) }
    }
}

impl std::fmt::Display for Bits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "2^-{:.1}, 2^-{:.1}", self.worst, self.rms)
    }
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Line {
    scale_bits: u32,
    ring: &'static str,
    fresh: Bits,
    squared: Bits,
    rotated: Bits,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut lines = Vec::new();
    for scale_bits in &args.scale_bits {
        for ring in Ring::ALL {
            lines.push(line(args, ring, *scale_bits)?);
        }
    }
    let encrypted_by = if args.public_key { "public key" } else { "secret key" };
    if args.json {
        println!(
            "{}",
            serde_json::json!({
                "log_degree": args.log_degree,
                "runs": args.runs,
                "encrypted_by": encrypted_by,
                "rows": lines,
            })
        );
        return Ok(());
    }
    let cells = |line: &Line| {
        let errors = [line.fresh, line.squared, line.rotated].map(|bits| bits.to_string());
        [format!("2^{}", line.scale_bits), line.ring.to_owned()].into_iter().chain(errors).collect()
    };
    println!(
        "Ring degree 2^{}, encrypted by the {encrypted_by}: worst slot and root mean square, medians of {}",
        args.log_degree, args.runs
    );
    println!();
    let cells: Vec<Vec<String>> = lines.iter().map(cells).collect();
    table::print(&["scale", "ring", "fresh", "after one squaring", "after one rotation"], &cells);
    Ok(())
}

fn line(args: &Args, ring: Ring, scale_bits: u32) -> Result<Line, Failure> {
    let first_bits = (scale_bits + 8).min(60);
    let shape = Shape { ring, log_degree: args.log_degree, first_bits, scale_bits, levels: 3, digits: 2 };
    let params = Parameters::new(shape.literal()?)?;
    let (level, encoder) = (params.max_level(), Encoder::new(&params)?);
    let [mut fresh, mut squared, mut rotated] = [(); 3].map(|()| Vec::new());
    for run in 0..args.runs.max(1) {
        let rng = &mut ChaCha20Rng::seed_from_u64(run);
        let secret = SecretKey::generate(&params, rng);
        let list =
            KeyList { relinearization: Some(level), rotations: vec![(1, level)], ..KeyList::default() };
        let keys = secret.evaluation_keys(&list, rng)?;
        let mut values: Vec<f64> = (0..params.slots()).map(|_| rng.random_range(-1.0..1.0)).collect();
        let plaintext = encoder.encode(&values, level, params.default_scale())?;
        let x = match args.public_key {
            true => secret.public_key(rng).encrypt(&plaintext, rng)?,
            false => secret.encrypt(&plaintext, rng)?,
        };
        let bits = |expected: &[f64], found: &Ciphertext| -> Result<Bits, Failure> {
            Ok(Bits::between(expected, &encoder.decode(&secret.decrypt(found)?)))
        };
        fresh.push(bits(&values, &x)?);
        let squares: Vec<f64> = values.iter().map(|x| x * x).collect();
        squared.push(bits(&squares, &x.square().relinearize_rescale(&keys)?)?);
        values.rotate_left(1);
        rotated.push(bits(&values, &x.rotate(1, &keys)?)?);
    }
    let [fresh, squared, rotated] = [fresh, squared, rotated].map(|runs| Bits::medians(&runs));
    Ok(Line { scale_bits, ring: ring.name(), fresh, squared, rotated })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_of_the_worst_slot_and_of_the_mean_square() {
        let bits = Bits::between(&[1.0; 4], &[1.5, 1.0, 1.0, 1.0]);
        assert_eq!(bits, Bits { worst: 1.0, rms: 2.0 });
        assert_eq!(bits.to_string(), "2^-1.0, 2^-2.0");
        let others = [bits, Bits { worst: 3.0, rms: 1.0 }, Bits { worst: 2.0, rms: 5.0 }];
        assert_eq!(Bits::medians(&others), Bits { worst: 2.0, rms: 2.0 });
    }
}
