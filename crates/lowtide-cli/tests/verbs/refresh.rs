//! A run that goes on: the service stops where a refresh is due, and the customer refreshes.

use std::fs;

use serde_json::Value;

use crate::party::{Parties, json, names, ok, refused};

const PLAN: &str =
    "plan --data train.csv --steps 5 --batch 32 --refresh-every 1 --out job.plan --clear-model clear.json";

#[test]
fn training_goes_on_from_refresh_to_refresh() {
    let parties = Parties::new();
    let (customer, service) = (parties.customer(), parties.service());
    let plan = json(&customer, PLAN);
    let ends: Vec<u64> = plan["legs"].as_array().unwrap().iter().map(|end| end.as_u64().unwrap()).collect();
    assert_eq!((ends.last(), &plan["refreshes"]), (Some(&5), &Value::from(ends.len() - 1)));
    assert!(ends.len() > 2);
    ok(&customer, "keygen --plan job.plan --out .");
    let encrypt =
        "encrypt --plan job.plan --key secret.key --data train.csv --out data.enc --preparation rows.prep";
    assert_eq!(json(&customer, encrypt)["upload_bytes"], plan["upload_bytes"]);
    parties.send("evaluation.keys");
    parties.send("data.enc");
    let train = "train --keys evaluation.keys --data data.enc";
    let (mut from, mut sent, mut back) = (String::new(), 0, 0);
    for (leg, end) in ends.iter().enumerate() {
        let out = format!("after{leg}.enc");
        let trained = json(&service, &format!("{train}{from} --out {out}"));
        assert_eq!((&trained["steps_done"], &trained["leg"]), (&Value::from(*end), &Value::from(leg + 1)));
        fs::copy(service.join(&out), customer.join(&out)).unwrap();
        let is_last = leg + 1 == ends.len();
        assert_eq!(trained["refresh_needed"], !is_last);
        if is_last {
            assert_eq!(trained["model_bytes"], plan["model_bytes"]);
            break;
        }
        back += trained["model_bytes"].as_u64().unwrap();
        let fresh = format!("fresh{leg}.enc");
        let made = json(&customer, &format!("refresh --key secret.key --from {out} --out {fresh}"));
        assert_eq!((&made["steps_done"], &made["leg"]), (&Value::from(*end), &Value::from(leg + 2)));
        sent += made["start_bytes"].as_u64().unwrap();
        parties.send(&fresh);
        from = format!(" --from {fresh}");
    }
    assert_eq!((&plan["refresh_bytes"], &plan["checkpoint_bytes"]), (&sent.into(), &back.into()));
    assert!(names(&service).iter().all(|name| name.ends_with(".enc") || name == "evaluation.keys"));

    // The model is that of the same steps in the clear; a checkpoint is a model of fewer.
    let last = ends.len() - 1;
    let decrypt = "decrypt --key secret.key --preparation rows.prep";
    ok(&customer, &format!("{decrypt} --model after{last}.enc --out model.json"));
    let early = json(&customer, &format!("{decrypt} --model after0.enc --out early.json"));
    assert_eq!((&early["steps"], &early["steps_planned"]), (&Value::from(ends[0]), &Value::from(5)));
    let read = |name: &str| -> Value {
        serde_json::from_str(&fs::read_to_string(customer.join(name)).unwrap()).unwrap()
    };
    let weights = |name: &str| -> Vec<f64> {
        read(name)["weights"].as_array().unwrap().iter().map(|weight| weight.as_f64().unwrap()).collect()
    };
    assert!(weights("model.json").iter().zip(weights("clear.json")).all(|(a, b)| (a - b).abs() < 1e-3));
    assert_eq!(
        [&read("early.json")["training"]["steps"], &read("model.json")["training"]["steps"]],
        [&Value::from(ends[0]), &Value::from(5)]
    );

    // What is what.
    for (file, kind, leg) in [
        ("after1.enc", "encrypted model", serde_json::json!({"after": 2})),
        ("fresh0.enc", "fresh start", serde_json::json!({"before": 2})),
    ] {
        let report = json(&customer, &format!("inspect {file}"));
        assert_eq!((report["kind"].as_str(), &report["leg"]), (Some(kind), &leg));
        ok(&customer, &format!("inspect {file}"));
    }

    // What is not refreshed, finished, of another kind or plan, or damaged.
    refused(&service, &format!("{train} --from after0.enc --out out"), 1, &["after0.enc", "lowtide refresh"]);
    refused(&service, &format!("{train} --from data.enc --out out"), 1, &["data.enc", "fresh start"]);
    let refresh = "refresh --key secret.key --out out --from";
    refused(&customer, &format!("{refresh} after{last}.enc"), 1, &["all 5 steps", "decrypt"]);
    refused(&customer, &format!("{refresh} fresh0.enc"), 1, &["fresh0.enc", "encrypted model"]);
    ok(&customer, &PLAN.replace("--steps 5", "--steps 6").replace("job.plan", "other.plan"));
    ok(&customer, &encrypt.replace("job.plan", "other.plan").replace("data.enc", "other.enc"));
    refused(
        &customer,
        "train --keys evaluation.keys --data other.enc --from fresh0.enc --out out",
        1,
        &["fresh0.enc", "different plans"],
    );
    ok(&customer, "keygen --plan job.plan --out second");
    let other_key = "refresh --key second/secret.key --from after0.enc --out out";
    refused(&customer, other_key, 1, &["after0.enc", "does not decrypt"]);
    for (folder, file, verb) in [
        (&customer, "after0.enc", "refresh --key secret.key --from after0.enc --out out"),
        (&service, "fresh0.enc", "train --keys evaluation.keys --data data.enc --from fresh0.enc --out out"),
    ] {
        let good = fs::read(folder.join(file)).unwrap();
        for place in [0, 12, 60, good.len() / 2, good.len() - 2] {
            let mut bad = good.clone();
            bad[place] ^= 4;
            fs::write(folder.join(file), bad).unwrap();
            refused(folder, verb, 1, &[file]);
        }
        fs::write(folder.join(file), good).unwrap();
        assert!(!folder.join("out").exists());
    }
}
