//! The same seed gives the same bits: on every instruction set, and on any number of threads.

use std::{collections::BTreeSet, env, process::Command};

use lowtide_ckks::SecretKey;
use lowtide_logreg::{Circuit, Plan, Request, customer, train};
use lowtide_ring::Isa;
use lowtide_wire::encode;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::problem::{request, rows};

/// From rows to an encrypted model at 128-bit security: the digests of keys, data and model.
fn digests() -> String {
    let plan = Plan::new(&Request { scale_bits: 34, ..request(Circuit::Fused, 5, 20, 10, 2, 3) }).unwrap();
    let mut rng = ChaCha20Rng::from_seed([11; 32]);
    let secret = SecretKey::generate(plan.params(), &mut rng);
    let keys = customer::evaluation_keys(&plan, &secret, &mut rng).unwrap();
    let data = customer::encrypt(&plan, &secret, &rows(20, 5), &mut rng, &|| ()).unwrap();
    let model = train::train(&keys, &data, &|_| ()).unwrap();
    let digest = |bytes: &[u8]| blake3::hash(bytes).to_hex().to_string();
    format!("{} {} {}", digest(&encode(&keys)), digest(&encode(&data)), digest(&encode(&model)))
}

/// What the children of the test below run; on its own it shows that a run repeats itself.
#[test]
fn one_run() {
    let digests = digests();
    println!("ran on {} with {}: {digests}", Isa::best().name(), rayon::current_num_threads());
    assert_eq!(digests, self::digests());
}

#[test]
fn every_instruction_set_and_thread_count_gives_the_same_bits() {
    let mut results = BTreeSet::new();
    let mut settings = BTreeSet::new();
    for isa in ["scalar", "avx2", "avx512", "avx512ifma"] {
        for threads in ["1", "2"] {
            let output = Command::new(env::current_exe().unwrap())
                .args(["--exact", "bits::one_run", "--nocapture"])
                .env("LOWTIDE_ISA", isa)
                .env("RAYON_NUM_THREADS", threads)
                .output()
                .unwrap();
            let printed = String::from_utf8(output.stdout).unwrap();
            let line = printed.lines().find_map(|line| line.split_once("ran on ")).map(|(_, rest)| rest);
            let (setting, digests) = line.and_then(|line| line.split_once(": ")).expect(&printed);
            settings.insert(setting.to_owned());
            results.insert(digests.to_owned());
        }
    }
    // Each set that this CPU has was really in use, with both thread counts.
    assert!(settings.len() >= 2 * Isa::available().count(), "{settings:?}");
    assert_eq!(results.len(), 1, "{results:?}");
}
