//! The speed of this machine, measured.

use std::time::Instant;

use lowtide_ckks::{Ciphertext, Error, EvaluationKeys, GaloisKey, Noise, Parameters, Shape, SwitchingKey};
use lowtide_encoding::Encoder;
use lowtide_ring::{
    Automorphism, Basis, Evaluation, Field, Finish, Ntt, Packed, PackedPoly, PackedSlice, Poly, Ring, sample,
};
use rayon::ThreadPoolBuilder;

use super::{Setting, Speed};

/// What is measured in: a ring of a middle size, as most plans have it, and digits of two primes.
const SHAPE: Shape = Shape {
    ring: Ring::Standard,
    log_degree: LOG_DEGREE,
    first_bits: 44,
    scale_bits: 34,
    levels: LIMBS - 1,
    digits: LIMBS / 2,
};

const LOG_DEGREE: u32 = 14;
const DEGREE: usize = 1 << LOG_DEGREE;

/// Limbs of a middling polynomial.
const LIMBS: usize = 8;

/// Terms of a sum, as many as a middling digit has primes or a key switch digits.
const TERMS: usize = 4;

/// Vectors that stand for keys in memory: more than a cache holds.
const KEYS: u64 = 384;

/// Keys that a rotation takes in turn, so that each comes from memory.
const TURNS: u64 = 4;

impl Speed {
    /// Measures each kind of work for some hundredths of a second, on one thread, however many there are: operations would
    /// share themselves out among them. Whatever else the machine does only ever makes work take longer, so the quickest of
    /// several readings counts.
    ///
    /// # Errors
    /// None, unless there are no primes.
    pub fn measure() -> Result<Self, Error> {
        match ThreadPoolBuilder::new().num_threads(1).build() {
            Ok(alone) => alone.install(Self::measure_here),
            // The system has no more threads to give: then there are few to share anything.
            Err(_) => Self::measure_here(),
        }
    }

    fn measure_here() -> Result<Self, Error> {
        let params = Parameters::new(SHAPE.literal()?)?;
        let basis = params.basis(LIMBS - 1);
        let limbs = basis.limbs();
        // Residues below every prime: half a word is too much, and kernels say so.
        let below = limbs.iter().map(|ntt| ntt.modulus().value().ilog2()).min().unwrap_or(0);
        let numbers = |count: usize, seed: u64| -> Vec<u64> {
            let number = |i: u64| (i ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - below);
            (0..count as u64).map(number).collect()
        };
        let mut values: Vec<Vec<u64>> = (0..LIMBS as u64).map(|i| numbers(DEGREE, i)).collect();
        let butterflies = (LIMBS * DEGREE / 2) as f64 * f64::from(LOG_DEGREE);
        let both_ways = |values: &mut [Vec<u64>]| {
            values.iter_mut().zip(limbs).for_each(|(values, ntt)| ntt.forward(values));
            values.iter_mut().zip(limbs).for_each(|(values, ntt)| ntt.inverse(values));
        };
        let butterfly = quickest(12, || both_ways(&mut values)) / (2.0 * butterflies);
        let (sources, outs) = values.split_at_mut(TERMS);
        let macs = (TERMS * TERMS * DEGREE) as f64;
        let conversion = quickest(12, || {
            let terms: Vec<(&[u64], [u64; 2])> =
                sources.iter().map(|source| (source.as_slice(), [12_345; 2])).collect();
            for (outs, ntts) in outs.as_chunks_mut::<2>().0.iter_mut().zip(limbs.as_chunks::<2>().0) {
                let outs = outs.each_mut().map(Vec::as_mut_slice);
                Field::weighted_sums(ntts.each_ref().map(Ntt::field), outs, &terms);
            }
        }) / macs;
        let pack = |seed: u64| Packed::new(&numbers(DEGREE, seed), limbs[0].modulus());
        let keys: Vec<Packed> = (0..KEYS).map(pack).collect();
        // Both halves of a key with the same digits, from a cache and from memory.
        let sums = outs.first_chunk_mut().expect("an output for each half");
        let product = inner_products(&limbs[0], sources, &keys[..2 * TERMS], sums, 12);
        let from_memory = inner_products(&limbs[0], sources, &keys, sums, 3);
        let (a, b) = values.split_at_mut(LIMBS / 2);
        let pass = quickest(16, || {
            for (a, (b, ntt)) in a.iter_mut().zip(b.iter().zip(limbs)) {
                ntt.field().add_assign(a, b);
            }
        }) / (3 * LIMBS / 2 * DEGREE) as f64;
        let memory = (from_memory - product).max(0.0);
        let embedding = embedding(&params)?;
        let near = Self { butterfly, conversion, product, pass, embedding, far: 0.0, memory };
        // What a rotation takes beyond that is what it waits for numbers from beyond the core's own cache.
        let setting = Setting::of(params.literal());
        let effort = setting.rotations(LIMBS - 1, 1);
        let waited = rotation(&params)? - 1e9 * near.seconds(&effort, u64::MAX);
        Ok(Self { far: (waited / effort.far).max(0.0), ..near })
    }
}

/// Nanoseconds of a rotation with a key from memory. The numbers do not matter, so that no secret is needed: all of them are
/// noise.
fn rotation(params: &Parameters) -> Result<f64, Error> {
    let level = params.max_level();
    let noise = |basis: &Basis, seed: u64| -> Poly<Evaluation> { sample::uniform(basis, &[seed as u8; 32]) };
    let key = |turn: u64| {
        let half = PackedPoly::from(&noise(&params.key_basis(level), turn));
        let key = SwitchingKey::from_parts(params, level, [9; 32], vec![half; params.digits(level)])?;
        let element = Automorphism::rotation_element(params.ring(), params.ring_degree(), turn as i64);
        GaloisKey::new(params, element, key)
    };
    let keys = EvaluationKeys::new(params, None, (1..=TURNS).map(key).collect::<Result<Vec<_>, _>>()?);
    let unknown = Noise { magnitude: 1.0, deviation: 1.0 };
    let basis = params.basis(level);
    let components = [noise(&basis, 7), noise(&basis, 8)];
    let ciphertext = Ciphertext::from_parts(params, components, params.default_scale().clone(), unknown)?;
    let mut turns = (1..=TURNS as i64).cycle();
    let mut result = Ok(());
    let time = quickest(2 * TURNS as usize, || {
        let turn = turns.next().unwrap_or(1);
        if let Err(error) = ciphertext.rotate(turn, &keys) {
            result = Err(error);
        }
    });
    result.map(|()| time)
}

/// Nanoseconds of a multiply-accumulate, with keys one after the other.
fn inner_products(
    ntt: &Ntt,
    digits: &[Vec<u64>],
    keys: &[Packed],
    sums: &mut [Vec<u64>; 2],
    times: usize,
) -> f64 {
    let (keys, finish) = (keys.as_chunks().0, Finish::none(ntt.modulus()));
    quickest(times, || {
        for key in keys.chunks_exact(TERMS) {
            let terms: Vec<(&[u64], [PackedSlice<'_>; 2])> = digits
                .iter()
                .map(Vec::as_slice)
                .zip(key.iter().map(|halves| halves.each_ref().map(Packed::as_slice)))
                .collect();
            ntt.field().inner_products(sums.each_mut().map(Vec::as_mut_slice), &terms, &finish);
        }
    }) / (2 * keys.len() * DEGREE) as f64
}

/// Nanoseconds of a butterfly of the embedding, what comes with an encoding included.
fn embedding(params: &Parameters) -> Result<f64, Error> {
    let values: Vec<f64> = (0..params.slots()).map(|i| (0.37 * i as f64).sin()).collect();
    let Ok(encoder) = Encoder::new(params) else { return Ok(Speed::default().embedding) };
    let scale = params.default_scale();
    let time = quickest(4, || drop(std::hint::black_box(encoder.encode(&values, 0, scale))));
    Ok(time / (0.25 * DEGREE as f64 * f64::from(LOG_DEGREE)))
}

/// Nanoseconds of the quickest of several runs, after one that does not count.
fn quickest(times: usize, mut run: impl FnMut()) -> f64 {
    run();
    let once = |run: &mut dyn FnMut()| {
        let begin = Instant::now();
        run();
        begin.elapsed().as_secs_f64() * 1e9
    };
    (0..times).map(|_| once(&mut run)).fold(f64::INFINITY, f64::min)
}
