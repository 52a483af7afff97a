//! What the fuzz target does with any bytes. It panics where the reader or the printer is wrong.

use lowtide_circuit::text::{self, Limits};

/// A text is refused or read; what was read is written, read again, and written the same.
pub(crate) fn circuit_text(input: &[u8]) {
    let Ok(input) = std::str::from_utf8(input) else { return };
    let limits = Limits { operations: 10_000, numbers: 100_000, ..Limits::default() };
    let Ok(circuit) = text::parse_within(input, &limits) else { return };
    let written = text::print(&circuit);
    let again = text::parse(&written).expect("what is written is read");
    assert_eq!(again.inputs(), circuit.inputs());
    assert_eq!(again.regions(), circuit.regions());
    let names = |circuit: &lowtide_circuit::Circuit| {
        circuit.outputs().iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&again), names(&circuit));
    assert_eq!(again.nodes().len(), circuit.nodes().len());
    assert_eq!(text::print(&again), written);
}
