//! Runs one kernel on vectors of 2^13 coefficients a number of times, for `cargo xtask bench counts` to count instructions.

use std::{env, hint::black_box, process::ExitCode};

use lowtide_benches::kernels::{pairs, prime, residues};
use lowtide_ring::{Field, Finish, Isa, Ntt, Packed};

const DEGREE: usize = 1 << 13;

/// Terms of a sum: the digits of a key switch, or the primes of one.
const TERMS: u64 = 4;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let Some((kernel, isa, calls)) = parse(&words) else {
        eprintln!(
            "usage: counts forward|inverse|inner-product|base-conversion ISA CALLS, with an ISA of this CPU"
        );
        return ExitCode::FAILURE;
    };
    let (field, mut out) = (Field::new(prime(), isa), residues(DEGREE, 0));
    let vectors: Vec<Vec<u64>> = (0..TERMS).map(|seed| residues(DEGREE, seed)).collect();
    let packed: Vec<Packed> = vectors.iter().map(|vector| Packed::new(vector, prime())).collect();
    let (pairs, finish) = (pairs(&vectors, &packed), Finish::none(prime()));
    let terms: Vec<(&[u64], u64)> = vectors.iter().map(|x| (&x[..], x[0])).collect();
    let ntt = Ntt::with_isa(DEGREE, prime(), isa).expect("a transform");
    for _ in 0..calls {
        let out = black_box(&mut out[..]);
        match kernel {
            "forward" => ntt.forward(out),
            "inverse" => ntt.inverse(out),
            "inner-product" => field.inner_products([out], &pairs, &finish),
            _ => field.weighted_sum(out, &terms),
        }
    }
    ExitCode::SUCCESS
}

fn parse(words: &[String]) -> Option<(&str, Isa, u64)> {
    let [kernel, isa, calls] = words else { return None };
    let kernel =
        ["forward", "inverse", "inner-product", "base-conversion"].into_iter().find(|k| k == kernel)?;
    let isa = Isa::available().find(|known| known.name() == isa)?;
    Some((kernel, isa, calls.parse().ok()?))
}
