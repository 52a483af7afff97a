//! How many levels a circuit takes, and which chain of products takes them, before and after the passes.
//!
//! ```sh
//! cargo run -p lowtide-circuit --example depth
//! ```

use lowtide_circuit::{Builder, Error, pass, read};

fn main() -> Result<(), Error> {
    let b = Builder::new(4);
    let x = b.input("x");
    let power = b.region("power", || (1..8).fold(x.clone(), |power, _| power * &x));
    b.output("y", &(power + 2.0));
    let written = b.finish()?;

    let better = pass::optimize(&written);
    for (name, circuit) in [("x^8 + 2 as written", &written), ("after the passes", &better)] {
        let depth = read::depth(circuit);
        println!("{name}: depth {}", depth.depth);
        println!("  {}", depth.path_names(circuit).join(", "));
    }
    assert_eq!([&written, &better].map(|circuit| read::depth(circuit).depth), [7, 3]);
    Ok(())
}
