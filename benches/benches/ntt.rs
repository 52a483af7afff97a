//! Transforms by instruction set, modulo one prime of 50 bits; when asked for, beside `tfhe-ntt` and `concrete-ntt`, which
//! choose theirs. Then forward ones modulo a prime of 45 bits, with room in a word for what grows.

use criterion::Criterion;
use lowtide_benches::{
    bound,
    kernels::{group, prime, residues, row, with_rivals},
    selection,
};
use lowtide_ring::{Isa, Modulus, Ntt, prime::ntt_primes};

fn main() {
    let mut criterion = selection::from_args(Criterion::default().without_plots());
    for n in [13, 14, 15, 16].map(|log| 1 << log) {
        transforms(&mut criterion, n);
        narrow(&mut criterion, n);
    }
    criterion.final_summary();
    if selection::is_measurement() {
        bound::print_transforms();
    }
}

fn transforms(c: &mut Criterion, n: usize) {
    let (q, start) = (prime(), residues(n, 0));
    let ours: Vec<Ntt> = Isa::available().map(|isa| Ntt::with_isa(n, q, isa).expect("a transform")).collect();
    let rivals = with_rivals().then(|| {
        let tfhe = tfhe_ntt::prime64::Plan::try_new(n, q.value()).expect("a plan");
        (tfhe, concrete_ntt::prime64::Plan::try_new(n, q.value()).expect("a plan"))
    });

    let mut forward = group(c, "forward", n);
    for ntt in &ours {
        row(&mut forward, (ntt.field().isa().name(), n), start.clone(), |x| ntt.forward(x));
    }
    if let Some((tfhe, concrete)) = &rivals {
        row(&mut forward, ("tfhe-ntt", n), start.clone(), |x| tfhe.fwd(x));
        row(&mut forward, ("concrete-ntt", n), start.clone(), |x| concrete.fwd(x));
    }
    forward.finish();

    // With the division by N, which the rivals do in a pass of its own.
    let mut inverse = group(c, "inverse", n);
    for ntt in &ours {
        row(&mut inverse, (ntt.field().isa().name(), n), start.clone(), |x| ntt.inverse(x));
    }
    if let Some((tfhe, concrete)) = &rivals {
        row(&mut inverse, ("tfhe-ntt", n), start.clone(), |x| {
            tfhe.inv(x);
            tfhe.normalize(x);
        });
        row(&mut inverse, ("concrete-ntt", n), start.clone(), |x| {
            concrete.inv(x);
            concrete.normalize(x);
        });
    }
    inverse.finish();
}

fn narrow(c: &mut Criterion, n: usize) {
    let prime = ntt_primes(45, 2 * n as u64).next().expect("there are primes of 45 bits");
    let q = Modulus::new(prime).expect("a prime of 45 bits is in range");
    let start: Vec<u64> = residues(n, 0).iter().map(|x| q.reduce(*x)).collect();
    let mut forward = group(c, "forward, 45 bits", n);
    for isa in Isa::available() {
        let ntt = Ntt::with_isa(n, q, isa).expect("a transform");
        row(&mut forward, (isa.name(), n), start.clone(), |x| ntt.forward(x));
    }
    forward.finish();
}
