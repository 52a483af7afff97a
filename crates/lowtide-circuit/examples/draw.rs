//! Draws a circuit: an SVG for a browser into the file named, or text for Graphviz on standard output.
//!
//! ```sh
//! cargo run -p lowtide-circuit --example draw dot_product.svg
//! ```

use std::{env, error::Error, fs};

use lowtide_circuit::{draw, text};

fn main() -> Result<(), Box<dyn Error>> {
    let circuit = text::parse(include_str!("../../../examples/circuits/dot_product.circuit"))?;
    match env::args().nth(1) {
        Some(path) => fs::write(path, draw::svg(&circuit))?,
        None => print!("{}", draw::dot(&circuit)),
    }
    Ok(())
}
