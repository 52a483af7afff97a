//! How far kernels are from what the core can do at best: quickest times of many, in cycles of the clock that the core runs
//! at meanwhile.

use std::{hint::black_box, time::Instant};

use lowtide_ring::{Field, Finish, Isa, Ntt, Packed};

use crate::kernels::{pairs, prime, residues};

/// Operations of a butterfly, by instruction set with eight lanes. Two of them start in a cycle at best.
const OPERATIONS: [(&str, f64); 2] = [("avx512", 8.0), ("avx512ifma", 9.0)];

/// Transforms on eight lanes beside the bound of their multiplications. Nothing, where the CPU has no such lanes.
pub fn print_transforms() {
    for isa in Isa::available() {
        if let Some((_, operations)) = OPERATIONS.iter().find(|(name, _)| *name == isa.name()) {
            print_transforms_on(isa, operations / 2.0);
        }
    }
}

/// Those of one instruction set, whose butterflies take no fewer cycles than `bound`.
fn print_transforms_on(isa: Isa, bound: f64) {
    println!(
        "\nButterflies of eight lanes with {}, in cycles; {bound} is the bound of the ports.",
        isa.name()
    );
    println!("| N | forward | times the bound | inverse | times the bound |\n|---|---|---|---|---|");
    for log_degree in 13..=16 {
        let n = 1 << log_degree;
        let ntt = Ntt::with_isa(n, prime(), isa).expect("a transform");
        let butterflies = (n / 16 * log_degree) as f64;
        let mut values = residues(n, 0);
        let forward = cycles(|| ntt.forward(black_box(&mut values))) / butterflies;
        let inverse = cycles(|| ntt.inverse(black_box(&mut values))) / butterflies;
        let [more, most] = [forward, inverse].map(|cycles| cycles / bound);
        println!("| 2^{log_degree} | {forward:.2} | {more:.2} | {inverse:.2} | {most:.2} |");
    }
}

/// Inner products beside the time that reading their operands takes, which grows with how far away they lie.
pub fn print_inner_products() {
    const DEGREE: usize = 1 << 15;
    let field = Field::new(prime(), Isa::best());
    println!("\nInner products on {}, in cycles a product.", field.isa().name());
    println!("| products | operands, MiB | inner product | reading alone | ratio |\n|---|---|---|---|---|");
    for terms in [1, 4, 12, Field::MAX_TERMS - 1] {
        let vectors: Vec<Vec<u64>> = (0..terms as u64).map(|seed| residues(DEGREE, seed)).collect();
        let packed: Vec<Packed> = vectors.iter().map(|vector| Packed::new(vector, field.modulus())).collect();
        let (pairs, finish) = (pairs(&vectors, &packed), Finish::none(field.modulus()));
        let mut out = vec![0; DEGREE];
        let products = (terms * DEGREE) as f64;
        let product = cycles(|| field.inner_products([black_box(&mut out[..])], &pairs, &finish)) / products;
        let sum = |words: &[u64]| words.iter().fold(0_u64, |sum, x| sum.wrapping_add(*x));
        let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
        let sum_packed = |packed: &Packed| {
            packed.bytes().as_chunks().0.iter().fold(0_u64, |sum, bytes| sum.wrapping_add(word(bytes)))
        };
        let reading = cycles(|| {
            vectors.iter().for_each(|vector| _ = black_box(sum(vector)));
            packed.iter().for_each(|packed| _ = black_box(sum_packed(packed)));
        }) / products;
        let bytes = terms * (DEGREE * 8 + packed[0].bytes().len());
        let (size, ratio) = (bytes as f64 / f64::from(1 << 20), product / reading);
        println!("| {terms} | {size:.1} | {product:.2} | {reading:.2} | {ratio:.2} |");
    }
}

/// The fewest cycles that a call takes, of many.
fn cycles(mut run: impl FnMut()) -> f64 {
    const CALLS: usize = 60;
    let clock = clock();
    run();
    clock * (0..CALLS).map(|_| seconds(&mut run)).fold(f64::INFINITY, f64::min)
}

/// Cycles a second: of a chain of rotations and additions, each of which takes one and waits for the one before.
fn clock() -> f64 {
    const STEPS: u32 = 1 << 17;
    let chain = || {
        let (mut x, step) = black_box((1_u64, 3));
        for _ in 0..STEPS {
            x = x.rotate_left(7).wrapping_add(step);
        }
        black_box(x);
    };
    let quickest = (0..20).map(|_| seconds(chain)).fold(f64::INFINITY, f64::min);
    f64::from(2 * STEPS) / quickest
}

fn seconds(run: impl FnOnce()) -> f64 {
    let started = Instant::now();
    run();
    started.elapsed().as_secs_f64()
}
