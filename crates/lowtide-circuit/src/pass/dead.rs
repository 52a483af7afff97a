//! What no output uses goes away.

use super::{usage::live, writer::Writer};
use crate::Circuit;

/// The circuit without nodes that no output uses. Inputs keep their names and numbers, used or not.
#[must_use]
pub fn remove_dead(circuit: &Circuit) -> Circuit {
    let live = live(circuit);
    let mut writer = Writer::new(circuit);
    for (id, _) in circuit.iter().filter(|(id, _)| live[id.index()]) {
        writer.copy(id);
    }
    writer.finish()
}
