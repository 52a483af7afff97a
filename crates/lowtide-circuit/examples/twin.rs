//! An encrypted run beside the clear one, value by value: where they first differ by more than they may.
//!
//! ```sh
//! cargo run --release -p lowtide-circuit --example twin
//! ```

use std::{collections::BTreeMap, error::Error};

use lowtide_circuit::{
    Builder, Requirements, compile,
    customer::{self, Bound},
};
use lowtide_ckks::SecretKey;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

fn main() -> Result<(), Box<dyn Error>> {
    let b = Builder::new(4);
    let x = b.input("x");
    let small = b.region("shrink", || (&x * 1e-4).square());
    b.output("y", &b.region("grow", || small * 1e8));
    let program = compile(&b.finish()?, &Requirements::default())?;

    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    let mut rng = ChaCha20Rng::from_seed(seed);
    let secret = SecretKey::generate(program.params(), &mut rng);
    let keys = customer::keys(&program, &secret, &mut rng)?;
    let inputs = BTreeMap::from([("x".to_owned(), vec![0.25, 0.5, -0.75, 1.0])]);

    // Every value on the way is decrypted: for development, with data that may be known.
    let twin = customer::twin(&program, &secret, &keys, &inputs, 1e-5, &mut rng)?;
    println!("the largest error is {:.1e}", twin.largest_error());
    let first = twin.deviation.ok_or("numbers that small should drown in noise")?;
    println!("{first}");
    assert!(first.place.ends_with("in grow"));

    // Relative to the numbers, it is lost before.
    let twin = customer::twin(&program, &secret, &keys, &inputs, Bound::Relative(1e-5), &mut rng)?;
    let first = twin.deviation.ok_or("numbers that small should drown in noise")?;
    println!("{first}");
    assert!(first.place.ends_with("in shrink"));
    Ok(())
}
