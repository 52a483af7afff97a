//! What is wrong is said in one sentence that names the file and the cure.

use std::fs;

use crate::party::{Parties, json, names, ok, refused, rows};

#[test]
fn files_in_the_wrong_place_are_told_apart() {
    let parties = Parties::finished();
    let customer = parties.customer();
    let before = names(&customer);
    for (arguments, words) in [
        ("train --keys secret.key --data data.enc --out out", &["secret.key", "evaluation keys"][..]),
        ("train --keys evaluation.keys --data model.enc --out out", &["model.enc", "encrypted data set"]),
        ("train --keys evaluation.keys --data train.csv --out out", &["train.csv", "not a Lowtide file"]),
        ("keygen --plan model.json --out keys", &["model.json"]),
        ("keygen --plan nowhere.plan --out keys", &["cannot open nowhere.plan"]),
        ("score --model job.plan --data test.csv", &["job.plan"]),
        ("inspect train.csv", &["train.csv"]),
        ("predict --model model.json --data nowhere.csv", &["nowhere.csv"]),
        ("train --keys evaluation.keys --data data.enc --out no/such/folder", &["no/such/folder", "folder"]),
        ("score --model model.json --data test.csv --label nothing", &["test.csv", "nothing"]),
    ] {
        refused(&customer, arguments, 1, words);
    }
    assert_eq!(names(&customer), before);
}

#[test]
fn keys_and_data_of_different_plans_do_not_mix() {
    let parties = Parties::finished();
    let customer = parties.customer();
    ok(&customer, "plan --features 4 --rows 60 --steps 2 --batch 32 --scale-bits 36 --out other.plan");
    ok(&customer, "keygen --plan other.plan --out other");
    for arguments in [
        "train --keys other/evaluation.keys --data data.enc --out out",
        "decrypt --key other/secret.key --model model.enc --preparation rows.prep --out out",
        "encrypt --plan other.plan --key secret.key --data train.csv --out out --preparation out.prep",
    ] {
        refused(&customer, arguments, 1, &["parameters", "together"]);
    }
    // Another key of the same plan is noticed when nothing sensible comes out.
    ok(&customer, "keygen --plan job.plan --out second");
    let decrypt = "decrypt --key second/secret.key --model model.enc --preparation rows.prep --out out";
    refused(&customer, decrypt, 1, &["model.enc", "does not decrypt"]);
    assert!(!customer.join("out").exists());
}

#[test]
fn rows_have_to_be_those_of_the_plan() {
    let parties = Parties::ready();
    let customer = parties.customer();
    let encrypt = "encrypt --plan job.plan --key secret.key --out out --preparation out.prep --data";
    fs::write(customer.join("more.csv"), rows(61, 1)).unwrap();
    refused(&customer, &format!("{encrypt} more.csv"), 1, &["more.csv", "61 rows", "job.plan", "60"]);
    fs::write(customer.join("narrow.csv"), "age,outcome\n1,ill\n2,well\n").unwrap();
    refused(&customer, &format!("{encrypt} narrow.csv"), 1, &["narrow.csv", "job.plan"]);
    let broken = rows(60, 1).replacen("7,", "seven,", 1);
    fs::write(customer.join("broken.csv"), broken).unwrap();
    refused(&customer, &format!("{encrypt} broken.csv"), 1, &["broken.csv", "line ", "column `", "seven"]);
    assert!(!customer.join("out").exists() && !customer.join("out.prep").exists());
}

#[test]
fn plans_that_cannot_be_are_refused() {
    let parties = Parties::new();
    let customer = parties.customer();
    for (arguments, code, words) in [
        ("plan --features 4 --rows 60 --step-size auto", 2, &["--step-size", "--data"][..]),
        ("plan --features 4", 2, &["--rows"]),
        ("plan --data train.csv --features 4", 2, &["--features"]),
        ("plan --features 4 --rows 60 --security 100", 2, &["128"]),
        ("plan --features 4 --rows 60 --threads 0", 2, &["threads"]),
        ("plan --features 4 --rows 60 --steps 100", 1, &["levels"]),
        ("plan --features 0 --rows 60", 1, &["features", "0"]),
        ("plan --features 4 --rows 60 --sigmoid-degree 4", 1, &["degree 4", "odd"]),
        ("plan --features 4 --rows 60 --scale-bits 60", 1, &["60", "20 to 50"]),
        ("frobnicate", 2, &["frobnicate"]),
    ] {
        refused(&customer, arguments, code, words);
    }
}

#[test]
fn margins_outside_the_interval_are_told() {
    let parties = Parties::new();
    let customer = parties.customer();
    let plan = "plan --data train.csv --steps 3 --batch 32 --sigmoid-bound 8";
    let output = crate::party::lowtide(&customer, &format!("{plan} --step-size 40 --json")).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("warning: in step"), "{output:?}");
    // A plan that was made without rows is tried on them before they are encrypted.
    ok(&customer, "plan --features 4 --rows 60 --steps 3 --batch 32 --step-size 40 --out job.plan");
    ok(&customer, "keygen --plan job.plan --out .");
    let encrypt =
        "encrypt --plan job.plan --key secret.key --data train.csv --out data.enc --preparation rows.prep";
    let output = crate::party::lowtide(&customer, encrypt).output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("train.csv: in step"), "{output:?}");
    // Raw features are far too large for any step size that is tried.
    refused(
        &customer,
        &format!("{plan} --divisor 1 --scaling none"),
        1,
        &["train.csv", "--scaling standard"],
    );
    let plan = json(&customer, &format!("{plan} --step-size auto"));
    assert!(plan["clear"]["largest_margin"].as_f64().unwrap() <= 6.4);
}
