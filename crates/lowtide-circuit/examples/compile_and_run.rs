//! A circuit on encrypted numbers: compiled, run, decrypted.
//!
//! ```sh
//! cargo run --release -p lowtide-circuit --example compile_and_run
//! ```

use std::{collections::BTreeMap, error::Error};

use lowtide_circuit::{Builder, Requirements, compile, customer, run, run::Options};
use lowtide_ckks::SecretKey;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

fn main() -> Result<(), Box<dyn Error>> {
    let b = Builder::new(4);
    let x = b.input("x");
    b.output("y", &(&x * &x * &x * &x + 2.0));
    // Levels, scales and the smallest secure ring are found.
    let program = compile(&b.finish()?, &Requirements::default())?;
    println!("{}", program.explanation());

    // The customer makes a secret key from randomness that nobody can repeat, and exactly the keys that the run needs.
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    let mut rng = ChaCha20Rng::from_seed(seed);
    let secret = SecretKey::generate(program.params(), &mut rng);
    let keys = customer::keys(&program, &secret, &mut rng)?;
    let inputs = BTreeMap::from([("x".to_owned(), vec![0.0, 1.0, 2.0, -3.0])]);
    let encrypted = customer::encrypt(&program, &secret, &inputs, &mut rng)?;

    // The service runs the program; only the customer can read what comes out.
    let outputs = run(&program, &keys, &encrypted, Options::default())?;
    let y = &customer::decrypt(&program, &secret, &outputs)?["y"];
    println!("{y:.6?}");
    assert!(y.iter().zip([2.0, 3.0, 18.0, 83.0]).all(|(found, expected)| (found - expected).abs() < 1e-4));
    Ok(())
}
