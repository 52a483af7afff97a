//! Scaling: known answers, the margins it must keep, and the values it must refuse.

use lowtide_data::{Error, Method, Scaling, Table};
use proptest::prelude::*;

fn table(columns: usize, features: &[f64]) -> Table {
    Table::new((0..columns).map(|j| format!("x{j}")).collect(), features.to_vec())
        .expect("finite, whole rows")
}

fn margin(weights: &[f64], row: &[f64]) -> f64 {
    weights[0] + weights[1..].iter().zip(row).map(|(w, x)| w * x).sum::<f64>()
}

#[test]
fn standard_known_answer() {
    let rows = table(2, &[1.0, 10.0, 2.0, 10.0, 3.0, 40.0, 4.0, 40.0]);
    let scaling = Scaling::fit(Method::Standard, &rows).unwrap();
    assert_eq!(scaling.center(), [2.5, 25.0]);
    assert!((scaling.width()[0] - 1.25f64.sqrt()).abs() < 1e-15);
    assert_eq!(scaling.width()[1], 15.0);
    assert_eq!(rows.scaled(&scaling).unwrap().row(3)[1], 1.0);
}

#[test]
fn min_max_fills_the_unit_interval_and_does_not_clamp() {
    let scaling = Scaling::fit(Method::MinMax, &table(1, &[-2.0, 3.0, 0.5])).unwrap();
    let scaled = table(1, &[-2.0, 3.0, 0.5, 8.0, -7.0]).scaled(&scaling).unwrap();
    assert_eq!(scaled.features(), [0.0, 1.0, 0.5, 2.0, -1.0]);
}

#[test]
fn a_constant_column_becomes_zero_in_any_row() {
    for method in [Method::Standard, Method::MinMax] {
        // The mean of ten times 0.1 is not 0.1 in binary.
        let scaling = Scaling::fit(method, &table(1, &[0.1; 10])).unwrap();
        assert_eq!(scaling.width(), [0.0]);
        assert_eq!(table(1, &[0.1, 900.0]).scaled(&scaling).unwrap().features(), [0.0, 0.0]);
        assert_eq!(scaling.unscale_weights(&[0.5, 1e-9]).unwrap(), [0.5, 0.0]);
    }
}

#[test]
fn a_large_offset_costs_no_digits() {
    let scaling = Scaling::fit(Method::Standard, &table(1, &[1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0])).unwrap();
    assert!((scaling.width()[0] - (2.0f64 / 3.0).sqrt()).abs() < 1e-12);
}

#[test]
fn values_too_far_apart_name_the_column() {
    let far = Scaling::fit(Method::MinMax, &table(2, &[0.0, f64::MAX, 0.0, f64::MIN]));
    assert!(matches!(far, Err(Error::SpreadOverflow { column, .. }) if column == "x1"));
    let far = Scaling::fit(Method::Standard, &table(1, &[f64::MAX, f64::MIN]));
    assert!(matches!(far, Err(Error::SpreadOverflow { .. })));
}

#[test]
fn very_large_and_very_small_values_have_a_deviation() {
    for size in [1e290, 1.0, 1e-290] {
        let scaling = Scaling::fit(Method::Standard, &table(1, &[size, -size, size, -size])).unwrap();
        assert!((scaling.width()[0] / size - 1.0).abs() < 1e-15);
        assert_eq!(scaling.center(), [0.0]);
    }
}

#[test]
fn a_value_that_overflows_names_row_and_column() {
    let scaling = Scaling::fit(Method::MinMax, &table(2, &[0.0, 0.0, 1.0, 1e-200])).unwrap();
    let overflow = table(2, &[0.0, 0.0, 0.0, 1e200]).scaled(&scaling);
    assert!(matches!(overflow, Err(Error::Overflow { row: 1, column }) if column == "x1"));
    assert!(matches!(scaling.unscale_weights(&[0.0, 1.0, 1e200]), Err(Error::WeightOverflow { weight: 2 })));
}

#[test]
fn shapes_are_checked() {
    let scaling = Scaling::unscaled(2);
    assert!(matches!(
        table(3, &[1.0, 2.0, 3.0]).scaled(&scaling),
        Err(Error::ColumnMismatch { expected: 2, found: 3 })
    ));
    assert!(matches!(scaling.scale_weights(&[1.0]), Err(Error::WeightCount { expected: 3, found: 1 })));
    assert!(matches!(Scaling::fit(Method::Standard, &table(1, &[])), Err(Error::NoRows)));
    assert_eq!(Scaling::fit(Method::Unscaled, &table(1, &[])).unwrap(), Scaling::unscaled(1));
}

#[test]
fn a_model_file_cannot_smuggle_in_a_bad_scaling() {
    let text = r#"{"method":"min-max","center":[0.5],"width":[2.0]}"#;
    let scaling: Scaling = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&scaling).unwrap(), text);
    for bad in [
        r#"{"method":"min-max","center":[0.5],"width":[]}"#,
        r#"{"method":"min-max","center":[0.5],"width":[-1.0]}"#,
        r#"{"method":"squeeze","center":[],"width":[]}"#,
    ] {
        assert!(serde_json::from_str::<Scaling>(bad).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn margins_survive_the_change_of_weights(
        rows in prop::collection::vec(-1e3..1e3f64, 12),
        weights in prop::collection::vec(-5.0..5.0f64, 4),
        standard: bool,
    ) {
        let raw = table(3, &rows);
        let method = if standard { Method::Standard } else { Method::MinMax };
        let scaling = Scaling::fit(method, &raw).unwrap();
        let scaled = raw.scaled(&scaling).unwrap();
        let on_raw = scaling.unscale_weights(&weights).unwrap();
        let back = scaling.scale_weights(&on_raw).unwrap();
        for (raw, scaled) in raw.iter().zip(scaled.iter()) {
            let size = 1.0 + on_raw.iter().zip(raw).map(|(w, x)| (w * x).abs()).sum::<f64>() + on_raw[0].abs();
            prop_assert!((margin(&on_raw, raw) - margin(&weights, scaled)).abs() < 1e-9 * size);
            prop_assert!((margin(&back, scaled) - margin(&weights, scaled)).abs() < 1e-9 * size);
        }
    }

    #[test]
    fn any_finite_column_fits_or_is_refused(rows in prop::collection::vec(prop::num::f64::NORMAL, 1..9)) {
        let table = table(1, &rows);
        for method in [Method::Standard, Method::MinMax] {
            if let Ok(scaling) = Scaling::fit(method, &table) {
                let _ = table.scaled(&scaling);
                let _ = scaling.unscale_weights(&[1.0, 1.0]);
            }
        }
    }
}
