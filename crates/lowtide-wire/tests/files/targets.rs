//! The fuzz targets: what each makes of its input. `fuzz/` runs them on what it invents, `findings` on what it found.

use std::sync::LazyLock;

use lowtide_ckks::{Literal, Parameters, Shape};
use lowtide_ring::Ring;
use lowtide_wire::{Limits, encode};

use crate::exercise::{any_file, seal};

static PARAMS: LazyLock<Parameters> = LazyLock::new(|| {
    let shape =
        Shape { ring: Ring::Standard, log_degree: 3, first_bits: 50, scale_bits: 40, levels: 2, digits: 2 };
    let literal = shape.literal().expect("there are such primes");
    Parameters::insecure(literal).expect("the literal of a shape is a good one")
});

fn limits() -> Limits {
    Limits::default().allow_insecure().log_degree(9)
}

/// Any bytes as a file.
pub(crate) fn wire_file(input: &[u8]) {
    any_file(input, &limits());
}

/// A kind, then what stands behind the literal in a file that is right in all else.
pub(crate) fn wire_payload(input: &[u8]) {
    let Some((kind, body)) = input.split_first() else { return };
    let literal = &encode(&*PARAMS)[56..];
    let literal = &literal[..literal.len() - 32];
    let file = seal(1, u32::from(kind % 13), &PARAMS.fingerprint().0, &[literal, body].concat());
    any_file(&file, &Limits::only(&PARAMS));
}

/// A payload that begins with a literal of any content, under its own fingerprint.
pub(crate) fn wire_parameters(input: &[u8]) {
    let Some(([kind, _, log_degree, log_scale, q, p], rest)) = input.split_first_chunk() else { return };
    let mut primes = rest.as_chunks().0.iter().map(|bytes| u64::from_le_bytes(*bytes));
    let mut take = |count: u8| primes.by_ref().take(count.into()).collect();
    let (q, p) = (take(*q), take(*p));
    let (log_degree, log_scale) = ((*log_degree).into(), (*log_scale).into());
    let fingerprint = Literal { ring: Ring::Standard, log_degree, q, p, log_scale }.fingerprint();
    any_file(&seal(1, u32::from(kind % 13), &fingerprint.0, &input[1..]), &limits());
}
