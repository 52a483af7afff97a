//! In a computation that goes on, no operation of a service asks the system for memory of the size of a limb.
//!
//! Limbs come from the chain of primes, which keeps those that were given back: once as many have been in use together as
//! an operation needs, it gets all of them from there. What is left are lists of limbs and tasks, a few hundred bytes each.
//! All that an operation allocates together is less than one limb here, so that no allocation among them can be one.

#![cfg(feature = "customer")]
#![allow(clippy::unwrap_used)]

use std::alloc::System;

use lowtide_ckks::{Ciphertext, KeyList, Parameters, Plaintext, SecretKey, Shape};
use lowtide_ring::Ring;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const SHAPE: Shape =
    Shape { ring: Ring::Standard, log_degree: 14, first_bits: 50, scale_bits: 40, levels: 6, digits: 3 };

/// Alone in this file: another test would allocate at the same time. On one thread, where every run of an operation has the
/// same limbs in use together; on more, chance decides how many tasks meet, and the steady state is reached when the most
/// of them have.
#[test]
fn operations_in_a_steady_state_allocate_less_than_a_limb() {
    rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(check_operations);
}

fn check_operations() {
    let params = Parameters::new(SHAPE.literal().unwrap()).unwrap();
    let level = params.max_level();
    let rng = &mut ChaCha20Rng::from_seed([5; 32]);
    let secret = SecretKey::generate(&params, rng);
    let rotations = vec![(1, level), (2, level)];
    let list = KeyList { relinearization: Some(level), rotations, conjugation: Some(level) };
    let keys = secret.evaluation_keys(&list, rng).unwrap();
    let numbers: Vec<f64> = (0..params.ring_degree()).map(|i| (i as f64).sin()).collect();
    let plaintext = Plaintext::from_coefficients(&params, level, params.default_scale(), &numbers).unwrap();
    let x = secret.encrypt(&plaintext, rng).unwrap();
    let product = x.square();
    let limb = params.ring_degree() * size_of::<u64>();

    let check = |name: &str, operation: &dyn Fn()| {
        // The first ones find out how many limbs are in use together.
        (0..3).for_each(|_| operation());
        let region = Region::new(ALLOCATOR);
        operation();
        let stats = region.change();
        assert!(stats.bytes_allocated < limb, "{name} allocates {} bytes", stats.bytes_allocated);
        assert!(stats.bytes_reallocated.unsigned_abs() < limb, "{name}");
    };
    check("a sum", &|| drop(x.add(&x).unwrap()));
    check("a sum with a plaintext", &|| drop(x.add_plain(&plaintext).unwrap()));
    check("a product with a plaintext", &|| drop(x.mul_plain(&plaintext).unwrap()));
    check("a product", &|| drop(x.mul(&x).unwrap()));
    check("a sum of products", &|| drop(product.add(&product).unwrap()));
    check("a relinearization", &|| drop(product.relinearize(&keys).unwrap()));
    check("one with a rescale", &|| drop(product.relinearize_rescale(&keys).unwrap()));
    check("a product that is never stored", &|| drop(x.mul_relinearize_rescale(&x, &keys).unwrap()));
    check("an inner product", &|| drop(Ciphertext::inner_product(&[(&x, &x), (&x, &x)], &keys).unwrap()));
    check("a rescale", &|| drop(x.rescale().unwrap()));
    check("a rotation", &|| drop(x.rotate(1, &keys).unwrap()));
    check("a conjugation", &|| drop(x.conjugate(&keys).unwrap()));
    check("a level less", &|| drop(x.drop_to(level - 1).unwrap()));
    check("hoisted rotations", &|| {
        let hoisted = x.hoist();
        (1..=2).for_each(|steps| drop(hoisted.rotate(steps, &keys).unwrap()));
        drop(hoisted.rotate_sum(&[0, 1, 2], &keys).unwrap());
        drop(x.rotate_sum(&[0, 1, 2], &keys).unwrap());
    });
    check("a chain of them", &|| {
        let y = x.mul(&x).unwrap().relinearize_rescale(&keys).unwrap();
        let z = y.rotate(1, &keys).unwrap().add(&y).unwrap();
        drop(z.square().relinearize_rescale(&keys).unwrap());
    });
}
