//! What a circuit will take and what will go wrong, before anything is encrypted.
//!
//! ```sh
//! cargo run -p lowtide-circuit --example analyse
//! ```

use std::collections::BTreeMap;

use lowtide_circuit::{Error, Requirements, analyse, compile, text};

fn main() -> Result<(), Error> {
    let circuit = text::parse("lowtide circuit 1\nslots 4\ninput x\noutput y = x * x * x * x + 2\n")?;
    // Inputs such as those that will be encrypted.
    let samples = [[0.5, -1.0, 2.0, 3.0], [0.0, 9.0, -4.0, 1.0]];
    let samples = samples.map(|x| BTreeMap::from([("x".to_owned(), x.to_vec())]));

    for output_bits in [8, 13] {
        let program = compile(&circuit, &Requirements { output_bits, ..Requirements::default() })?;
        println!("{}, in {} bytes at most", program.explanation(), program.peak_bytes());
        let analysis = analyse(&program, &samples, 1e-4)?;
        for output in &analysis.outputs {
            println!("  {}: up to {}, off by {:.1e} at most", output.name, output.range.max, output.error);
        }
        analysis.faults.iter().for_each(|fault| println!("  {fault}"));
        assert_eq!(analysis.faults.is_empty(), output_bits == 13);
    }
    Ok(())
}
