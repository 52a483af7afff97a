//! What every pass promises.

use std::collections::BTreeMap;

use lowtide_circuit::{
    Circuit, pass,
    read::{self, Prices},
};
use proptest::test_runner::TestCaseError;

type Pricing = fn(usize) -> Prices;

/// Prices under which one kind of operation alone costs something, and two of the scheme: operations cost as much as the
/// primes they run at, or key switches as much as their square.
const PRICES: [(&str, Pricing); 6] = [
    ("products", |_| Prices { product: 1.0, ..Prices::default() }),
    ("products and public ones", |_| Prices { product: 1.0, public_product: 1.0, ..Prices::default() }),
    ("rotations", |_| Prices { rotation: 1.0, ..Prices::default() }),
    ("work", |_| Prices { product: 30.0, public_product: 3.0, sum: 1.0, rotation: 25.0 }),
    ("work at levels", |level| {
        let primes = (level + 1) as f64;
        Prices { product: 30.0 * primes, public_product: 3.0 * primes, sum: primes, rotation: 25.0 * primes }
    }),
    ("work at levels of many digits", |level| {
        let primes = (level + 1) as f64;
        let switch = 5.0 * primes * primes;
        Prices { product: switch + 6.0 * primes, public_product: 4.0 * primes, sum: primes, rotation: switch }
    }),
];

/// So many of them are the same at every level.
const FLAT: usize = 4;

/// What the circuit computes, and the largest number on the way.
fn compute(circuit: &Circuit, inputs: &BTreeMap<String, Vec<f64>>) -> (BTreeMap<String, Vec<f64>>, f64) {
    let nodes = read::clear_nodes(circuit, inputs).unwrap();
    let all = nodes.iter().flat_map(|value| value.to_vec(circuit.slots()));
    let largest = all.fold(0.0_f64, |largest, x| if x.is_nan() { f64::NAN } else { largest.max(x.abs()) });
    (read::clear(circuit, inputs).unwrap(), largest)
}

/// That `after` computes what `before` does, where numbers stay small enough to tell.
pub(super) fn assert_same(
    before: &Circuit,
    after: &Circuit,
    inputs: &BTreeMap<String, Vec<f64>>,
) -> Result<(), TestCaseError> {
    let ((expected, largest), (found, also)) = (compute(before, inputs), compute(after, inputs));
    let largest = largest.max(also);
    if largest.is_nan() || largest > 1e5 {
        return Ok(());
    }
    // What is rounded on the way may be multiplied by something as large as anything.
    let tolerance = 1e-12 * (1.0 + largest * largest);
    if expected.len() != found.len() {
        return Err(TestCaseError::fail("other outputs"));
    }
    for (name, expected) in expected {
        for (x, y) in found[&name].iter().zip(&expected) {
            if (x - y).abs() > tolerance {
                return Err(TestCaseError::fail(format!("{name}: {x} where {y} belongs")));
            }
        }
    }
    Ok(())
}

/// That `after` is no deeper and no dearer than `before`, dead nodes aside; under all prices, or those alone that do not
/// ask for levels.
pub(super) fn assert_no_dearer(before: &Circuit, after: &Circuit, levels: bool) -> Result<(), TestCaseError> {
    let (before, after) = (pass::remove_dead(before), pass::remove_dead(after));
    let depths = [&before, &after].map(|circuit| read::depth(circuit).depth);
    if depths[1] > depths[0] {
        return Err(TestCaseError::fail(format!("depth {} where there was {}", depths[1], depths[0])));
    }
    let prices = if levels { &PRICES[..] } else { &PRICES[..FLAT] };
    for (name, prices) in prices {
        let work = [&before, &after].map(|circuit| read::cost(circuit, prices).work);
        if work[1] > work[0] * (1.0 + 1e-12) {
            return Err(TestCaseError::fail(format!("{name}: {} where there was {}", work[1], work[0])));
        }
    }
    Ok(())
}
