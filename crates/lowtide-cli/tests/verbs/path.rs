//! From rows to a scored model, each party in its folder.

use std::fs;

use serde_json::Value;

use crate::party::{Parties, STEPS, json, names, ok, refused, text};

#[test]
fn rows_become_a_model_that_nobody_else_saw() {
    let parties = Parties::new();
    let (customer, service) = (parties.customer(), parties.service());
    let plan =
        json(&customer, &format!("plan --data train.csv {STEPS} --out job.plan --clear-model clear.json"));
    assert_eq!(
        [&plan["circuit"], &plan["features"], &plan["rows"], &plan["steps"], &plan["security_bits"]],
        [&Value::from("two-level"), &4.into(), &60.into(), &2.into(), &128.into()]
    );
    assert!(plan["clear"]["largest_margin"].as_f64().unwrap() < plan["sigmoid_bound"].as_f64().unwrap());

    let keys = json(&customer, "keygen --plan job.plan --out keys");
    assert_eq!(names(&customer.join("keys")), ["evaluation.keys", "secret.key"]);
    let data = json(
        &customer,
        "encrypt --plan job.plan --key keys/secret.key --data train.csv --out data.enc --preparation rows.prep",
    );
    // What was foretold is what came.
    for (report, file, key) in
        [(&keys, "keys/evaluation.keys", "evaluation_key_bytes"), (&data, "data.enc", "upload_bytes")]
    {
        assert_eq!(plan[key], report[key], "{key}");
        assert_eq!(plan[key], fs::metadata(customer.join(file)).unwrap().len(), "{key}");
    }

    // The service has two files and needs no other.
    fs::copy(customer.join("keys/evaluation.keys"), service.join("evaluation.keys")).unwrap();
    parties.send("data.enc");
    let trained = json(&service, "train --keys evaluation.keys --data data.enc --out model.enc");
    assert_eq!(names(&service), ["data.enc", "evaluation.keys", "model.enc"]);
    assert_eq!(trained["model_bytes"], plan["model_bytes"]);
    assert_eq!(trained["steps"], 2);

    fs::copy(service.join("model.enc"), customer.join("model.enc")).unwrap();
    let decrypt = "decrypt --key keys/secret.key --model model.enc --preparation rows.prep --out";
    let model = json(&customer, &format!("{decrypt} model.json"));
    assert_eq!((&model["rounded_bits"], &model["features"]), (&Value::from(20), &Value::from(4)));
    assert!(json(&customer, &format!("{decrypt} raw.json --raw"))["rounded_bits"].is_null());

    let read = |name: &str| -> Value {
        serde_json::from_str(&fs::read_to_string(customer.join(name)).unwrap()).unwrap()
    };
    let (found, expected) = (read("model.json"), read("clear.json"));
    for (a, b) in found["weights"].as_array().unwrap().iter().zip(expected["weights"].as_array().unwrap()) {
        assert!((a.as_f64().unwrap() - b.as_f64().unwrap()).abs() < 1e-3, "{a} {b}");
    }
    assert_eq!(found["features"], expected["features"]);
    assert_eq!(found["training"]["security_bits"], 128);

    let score = |model: &str| json(&customer, &format!("score --model {model} --data test.csv"));
    let (encrypted, clear) = (score("model.json"), score("clear.json"));
    assert_eq!((&encrypted["rows"], &encrypted["positive"]), (&Value::from(200), &Value::from("well")));
    let accuracy = |score: &Value| score["accuracy"].as_f64().unwrap();
    assert!(accuracy(&encrypted) > 0.85 && (accuracy(&encrypted) - accuracy(&clear)).abs() <= 0.01);
}

#[test]
fn classes_weigh_what_the_customer_says() {
    let parties = Parties::new();
    let customer = parties.customer();
    let weights = "--class-weights 1,4 --ridge 0.1";
    let plan = format!("plan --data train.csv {STEPS} {weights} --out job.plan --clear-model clear.json");
    let plan = json(&customer, &plan);
    assert_eq!((&plan["class_weights"], &plan["ridge"]), (&Value::from(true), &Value::from(0.1)));
    ok(&customer, "keygen --plan job.plan --out .");
    let encrypt =
        "encrypt --plan job.plan --key secret.key --data train.csv --out data.enc --preparation rows.prep";
    refused(&customer, encrypt, 1, &["job.plan", "class weights"]);
    refused(&customer, &format!("{encrypt} --class-weights 1,0"), 1, &["weight of 0"]);
    refused(&customer, &format!("{encrypt} --class-weights much"), 2, &["balanced"]);
    ok(&customer, &format!("{encrypt} --class-weights 1,4"));
    ok(&customer, "train --keys evaluation.keys --data data.enc --out model.enc");
    ok(&customer, "decrypt --key secret.key --model model.enc --preparation rows.prep --out model.json");
    let weights = |name: &str| -> Vec<f64> {
        let model: Value = serde_json::from_str(&fs::read_to_string(customer.join(name)).unwrap()).unwrap();
        model["weights"].as_array().unwrap().iter().map(|weight| weight.as_f64().unwrap()).collect()
    };
    assert!(weights("model.json").iter().zip(weights("clear.json")).all(|(a, b)| (a - b).abs() < 1e-3));
}

#[test]
fn a_fixed_hessian_stays_with_the_customer() {
    let parties = Parties::new();
    let customer = parties.customer();
    // Four features as they come, some a hundred times as large as others: no single step size fits them.
    let rows = "--data train.csv --scaling none";
    let plan = |options: &str| format!("plan {rows} {STEPS} --step-size 1 --sigmoid-bound 8 {options}");
    let clear = "--preconditioner fixed-hessian --out job.plan --clear-model clear.json";
    let report = json(&customer, &plan(clear));
    assert_eq!(report["preconditioner"], "fixed-hessian");
    let margin = |report: &Value| report["clear"]["largest_margin"].as_f64().unwrap();
    assert!(margin(&report) < 8.0 && margin(&json(&customer, &plan(""))) > 8.0);
    ok(&customer, "keygen --plan job.plan --out .");
    let encrypt = format!("encrypt --key secret.key {rows}");
    ok(&customer, &format!("{encrypt} --plan job.plan --out data.enc --preparation rows.prep"));
    ok(&customer, "train --keys evaluation.keys --data data.enc --out model.enc");
    let decrypt = "decrypt --key secret.key --model model.enc --out model.json --preparation";
    ok(&customer, &format!("{decrypt} rows.prep"));
    let score = |model: &str| json(&customer, &format!("score --model {model} --data train.csv"));
    let (encrypted, clear) = (score("model.json"), score("clear.json"));
    let loss = |score: &Value| score["log_loss"].as_f64().unwrap();
    assert!((loss(&encrypted) - loss(&clear)).abs() < 1e-3, "{encrypted} {clear}");

    // What was kept for a plan without it does not bring the weights back.
    ok(&customer, &plan("--out plain.plan"));
    ok(&customer, &format!("{encrypt} --plan plain.plan --out plain.enc --preparation plain.prep"));
    refused(&customer, &format!("{decrypt} plain.prep"), 1, &["model.enc", "fixed Hessian"]);

    // Where there are no rows yet, the step size is one that always fits.
    let blind = "plan --features 4 --rows 60 --preconditioner fixed-hessian";
    assert_eq!(json(&customer, &format!("{blind} {STEPS}"))["step_size"], 1.0);
    assert!(ok(&customer, &format!("{blind} {STEPS}")).contains("the service does not learn it"));
}

#[test]
fn predictions_go_to_stdout_or_to_a_file() {
    let parties = Parties::finished();
    let customer = parties.customer();
    // Other columns, another order, no label.
    fs::write(customer.join("new.csv"), "name,sugar,site,age,pressure\nA,5,7,70,135\nB,5,7,30,105\n")
        .unwrap();
    let predict = "predict --model model.json --data new.csv";
    let shown = ok(&customer, predict);
    assert_eq!(shown.lines().next(), Some("probability,class"));
    let classes: Vec<&str> = shown.lines().skip(1).map(|line| line.split_once(',').unwrap().1).collect();
    assert_eq!(classes, ["ill", "well"]);
    assert_eq!(ok(&customer, &format!("{predict} --out new-classes.csv --quiet")), "");
    assert_eq!(fs::read_to_string(customer.join("new-classes.csv")).unwrap(), shown);
    let object = json(&customer, predict);
    assert_eq!(object["predictions"][0]["class"], "ill");
    assert!(json(&customer, &format!("{predict} --out new-classes.csv"))["predictions"].is_null());
}

#[test]
fn inspect_knows_every_file() {
    let parties = Parties::finished();
    let customer = parties.customer();
    for (file, kind) in [
        ("job.plan", "plan"),
        ("secret.key", "secret key"),
        ("evaluation.keys", "evaluation keys"),
        ("data.enc", "encrypted data set"),
        ("rows.prep", "preparation"),
        ("model.enc", "encrypted model"),
        ("model.json", "model"),
    ] {
        let report = json(&customer, &format!("inspect {file}"));
        assert_eq!((report["file"].as_str(), report["kind"].as_str()), (Some(file), Some(kind)));
        assert_eq!(report["bytes"], fs::metadata(customer.join(file)).unwrap().len());
        if file != "model.json" {
            assert_eq!(report["parameters"]["security_bits"], 128);
        }
        assert!(ok(&customer, &format!("inspect {file}")).starts_with(&format!("{file}: {kind}\n")));
    }
    assert_eq!(json(&customer, "inspect data.enc")["request"]["steps"], 2);
}

#[test]
#[cfg(unix)]
fn what_is_secret_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let parties = Parties::ready();
    for secret in ["secret.key", "rows.prep"] {
        let mode = fs::metadata(parties.customer().join(secret)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{secret}");
    }
}

#[test]
fn keys_are_not_lost_by_accident() {
    let parties = Parties::ready();
    let customer = parties.customer();
    let before = fs::read(customer.join("secret.key")).unwrap();
    refused(&customer, "keygen --plan job.plan --out .", 1, &["secret.key", "--force"]);
    assert_eq!(fs::read(customer.join("secret.key")).unwrap(), before);
    ok(&customer, "keygen --plan job.plan --out . --force");
    assert_ne!(fs::read(customer.join("secret.key")).unwrap(), before);
}

#[test]
fn a_reader_who_leaves_is_no_error() {
    let parties = Parties::finished();
    let long = crate::party::rows(5000, 3);
    fs::write(parties.customer().join("long.csv"), long).unwrap();
    let mut child = crate::party::lowtide(&parties.customer(), "predict --model model.json --data long.csv")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(text(&output.stderr), "");
}
