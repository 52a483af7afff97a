//! Constants as text.

use crate::Value;

/// As many equal numbers in a row are written as `8 of 0`.
const RUN: usize = 8;

/// The shortest decimal that is read back as the same number. Zero has no sign.
pub(super) fn number(x: f64) -> String {
    let x = if x == 0.0 { 0.0 } else { x };
    let text = format!("{x:?}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// A constant in one line.
pub(super) fn constant(value: &Value) -> String {
    match value {
        Value::Scalar(x) => number(*x),
        Value::Vector(values) => format!("[{}]", items(values).join(", ")),
    }
}

/// What stands between the brackets.
pub(super) fn items(values: &[f64]) -> Vec<String> {
    let same = |x: &f64, y: &f64| x.to_bits() == y.to_bits() || (*x == 0.0 && *y == 0.0);
    let mut items = Vec::new();
    for run in values.chunk_by(same) {
        if run.len() >= RUN {
            items.push(format!("{} of {}", run.len(), number(run[0])));
        } else {
            items.extend(run.iter().map(|x| number(*x)));
        }
    }
    items
}

/// How wide a constant is in one line; anything over `enough` may be short of it.
pub(super) fn width(value: &Value, enough: usize) -> usize {
    match value {
        Value::Vector(values) if values.len() > enough => {
            // Long vectors are short only when most of their numbers stand in runs.
            let changes = values.windows(2).filter(|pair| pair[0].to_bits() != pair[1].to_bits()).count();
            if changes > enough { changes } else { constant(value).len() }
        }
        value => constant(value).len(),
    }
}
