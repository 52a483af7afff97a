//! Writes a circuit with plain operators, and prints it as the text that a `.circuit` file holds.
//!
//! ```sh
//! cargo run -p lowtide-circuit --example write > score.circuit
//! ```

use lowtide_circuit::{Builder, Error, text};

fn main() -> Result<(), Error> {
    // Vectors of eight numbers: one input is encrypted, the other is known to whoever computes.
    let b = Builder::new(8);
    let (x, weights) = (b.input("x"), b.public("weights"));
    // A dot product: rotations fold the slots onto each other. Regions have names in reports.
    let products = x * weights;
    let sum = b.region("sum", || [4, 2, 1].iter().fold(products, |sum, steps| &sum + sum.rotate(*steps)));
    b.output("score", &(0.5 * &sum + sum.square()));

    let circuit = b.finish()?;
    print!("{}", text::print(&circuit));
    assert_eq!(text::parse(&text::print(&circuit))?, circuit);
    Ok(())
}
