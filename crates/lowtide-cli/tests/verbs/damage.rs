//! A damaged byte anywhere gives an error and no output, never a wrong model.

use std::fs;

use crate::party::{Parties, names, refused};

/// Each kind of file, with a verb that reads it. What that verb would write is called `out`.
const READERS: [(&str, &str); 9] = [
    ("job.plan", "keygen --plan job.plan --out out"),
    (
        "job.plan",
        "encrypt --plan job.plan --key secret.key --data train.csv --out out --preparation out.prep",
    ),
    (
        "secret.key",
        "encrypt --plan job.plan --key secret.key --data train.csv --out out --preparation out.prep",
    ),
    ("secret.key", "decrypt --key secret.key --model model.enc --preparation rows.prep --out out"),
    ("evaluation.keys", "train --keys evaluation.keys --data data.enc --out out"),
    ("data.enc", "train --keys evaluation.keys --data data.enc --out out"),
    ("model.enc", "decrypt --key secret.key --model model.enc --preparation rows.prep --out out"),
    ("rows.prep", "decrypt --key secret.key --model model.enc --preparation rows.prep --out out"),
    ("model.json", "predict --model model.json --data test.csv --out out"),
];

#[test]
fn a_flipped_bit_is_found_wherever_it_is() {
    let parties = Parties::finished();
    let customer = parties.customer();
    let before = names(&customer);
    for (file, verb) in READERS {
        let good = fs::read(customer.join(file)).unwrap();
        // In the magic, version, kind, length, fingerprint, parameters, content and digest.
        let places = [0, 8, 12, 17, 30, 60, good.len() / 3, good.len() / 2, good.len() - 40, good.len() - 2];
        for place in places {
            let mut bad = good.clone();
            bad[place] ^= 1 << (place % 7);
            fs::write(customer.join(file), bad).unwrap();
            refused(&customer, verb, 1, &[file]);
            refused(&customer, &format!("inspect {file}"), 1, &[file]);
        }
        for bad in [&good[..good.len() - 3], &good[..20], &[], &[&good[..], b"!"].concat()] {
            fs::write(customer.join(file), bad).unwrap();
            refused(&customer, verb, 1, &[file]);
        }
        fs::write(customer.join(file), good).unwrap();
    }
    assert_eq!(names(&customer), before, "nothing was left behind");
}
