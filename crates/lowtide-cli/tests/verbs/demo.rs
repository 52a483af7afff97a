//! The demo, short.

use std::fs;

use crate::party::{json, lowtide, names, refused, text};

#[test]
fn the_demo_reports_what_it_found() {
    let folder = tempfile::tempdir().unwrap();
    let report = json(folder.path(), "demo --steps 2 --batch 64 --picture weights.svg --keep kept");
    let number = |key: &str| report[key].as_f64().unwrap_or_else(|| panic!("{key} is missing: {report}"));
    for key in [
        "ring_degree",
        "log2_qp",
        "levels",
        "threads",
        "seconds_encrypt",
        "seconds_train",
        "seconds_total",
        "upload_bytes",
        "evaluation_key_bytes",
        "auc_clear",
    ] {
        assert!(number(key) > 0.0, "{key}");
    }
    assert_eq!(report["circuit"], "two-level");
    assert_eq!([number("steps"), number("batch"), number("security_bits")], [2.0, 64.0, 128.0]);
    // Two small steps leave the bias off; the order of rows is right.
    assert!(number("auc_encrypted") > 0.95);
    assert!((number("accuracy_encrypted") - number("accuracy_clear")).abs() <= 0.002);
    assert!(number("max_weight_error") < 1e-3);
    assert!(cfg!(not(target_os = "linux")) || number("peak_rss_bytes") > 1e6);
    let kept = folder.path().join("kept");
    assert_eq!(names(&kept.join("service")), ["data.enc", "evaluation.keys", "model.enc"]);
    assert!(names(&kept.join("customer")).contains(&"model.json".into()));
    assert!(fs::read_to_string(folder.path().join("weights.svg")).unwrap().trim_end().ends_with("</svg>"));
    refused(folder.path(), "demo --keep kept", 1, &["kept", "--keep"]);
}

#[test]
fn the_demo_fits_eighty_columns_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (circuit, steps) in [("baseline", 2), ("paired", 3)] {
        let line = format!("demo --steps {steps} --batch 64 --circuit {circuit} --threads 1");
        let output = lowtide(folder.path(), &line).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        let shown = text(&output.stdout);
        for line in shown.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        for word in ["CUSTOMER", "SERVICE", "secret.key stays", "test accuracy", "88 and 8 speak for 8"] {
            assert!(shown.contains(word), "{word}: {shown}");
        }
        assert!(names(folder.path()).is_empty());
    }
}

#[test]
fn a_demo_with_a_fixed_hessian_leads_further() {
    let folder = tempfile::tempdir().unwrap();
    let plain = json(folder.path(), "demo --steps 2 --batch 64");
    let options = "--preconditioner fixed-hessian --report report.html";
    let fixed = json(folder.path(), &format!("demo --steps 2 --batch 64 {options}"));
    let loss = |report: &serde_json::Value, of: &str| report[format!("log_loss_{of}")].as_f64().unwrap();
    assert!(loss(&fixed, "encrypted") < loss(&plain, "encrypted"));
    assert!((loss(&fixed, "encrypted") - loss(&fixed, "clear")).abs() < 1e-3);
    assert_eq!(fixed["levels"], plain["levels"]);
    assert!(fs::read_to_string(folder.path().join("report.html")).unwrap().contains("fixed Hessian"));
}

#[test]
fn a_demo_with_refreshes_goes_on_and_on() {
    let folder = tempfile::tempdir().unwrap();
    let report = json(folder.path(), "demo --steps 6 --refresh-every 1 --batch 32 --keep kept");
    let number = |key: &str| report[key].as_f64().unwrap_or_else(|| panic!("{key} is missing: {report}"));
    assert!(number("refreshes") >= 3.0 && number("refresh_bytes") > number("checkpoint_bytes"));
    assert!(number("max_weight_error") < 1e-3);
    assert!((number("accuracy_encrypted") - number("accuracy_clear")).abs() <= 0.002);
    let service = names(&folder.path().join("kept/service"));
    assert!(service.iter().any(|name| name.starts_with("fresh")) && service.contains(&"model.enc".into()));
    assert!(!service.contains(&"secret.key".into()));
}
