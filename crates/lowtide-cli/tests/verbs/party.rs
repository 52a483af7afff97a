//! Two parties with a folder each, and the program they run.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;
use tempfile::TempDir;

/// A plan that is secure and quick.
pub(crate) const STEPS: &str = "--steps 2 --batch 32";

/// A customer's and a service's folder.
pub(crate) struct Parties {
    root: TempDir,
}

impl Parties {
    /// A customer with rows, and a service with nothing.
    pub(crate) fn new() -> Self {
        let parties = Self { root: TempDir::new().unwrap() };
        fs::create_dir(parties.customer()).unwrap();
        fs::create_dir(parties.service()).unwrap();
        fs::write(parties.customer().join("train.csv"), rows(60, 1)).unwrap();
        fs::write(parties.customer().join("test.csv"), rows(200, 2)).unwrap();
        parties
    }

    /// A customer that has encrypted its rows, and a service that has what was sent.
    pub(crate) fn ready() -> Self {
        let parties = Self::new();
        let customer = parties.customer();
        ok(&customer, &format!("plan --data train.csv {STEPS} --out job.plan --clear-model clear.json"));
        ok(&customer, "keygen --plan job.plan --out .");
        ok(
            &customer,
            "encrypt --plan job.plan --key secret.key --data train.csv --out data.enc --preparation rows.prep",
        );
        parties.send("evaluation.keys");
        parties.send("data.enc");
        parties
    }

    /// The whole run, up to the decrypted model.
    pub(crate) fn finished() -> Self {
        let parties = Self::ready();
        ok(&parties.service(), "train --keys evaluation.keys --data data.enc --out model.enc");
        fs::copy(parties.service().join("model.enc"), parties.customer().join("model.enc")).unwrap();
        ok(
            &parties.customer(),
            "decrypt --key secret.key --model model.enc --preparation rows.prep --out model.json",
        );
        parties
    }

    pub(crate) fn customer(&self) -> PathBuf {
        self.root.path().join("customer")
    }

    pub(crate) fn service(&self) -> PathBuf {
        self.root.path().join("service")
    }

    /// From customer to service.
    pub(crate) fn send(&self, name: &str) {
        fs::copy(self.customer().join(name), self.service().join(name)).unwrap();
    }
}

/// Rows with a rule that a line can learn, and a constant column.
pub(crate) fn rows(count: usize, seed: u64) -> String {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1 << 30) - 1.0
    };
    let mut text = String::from("age,pressure,site,sugar,outcome\n");
    for _ in 0..count {
        let [age, pressure, sugar, luck] = std::array::from_fn(|_| next());
        let outcome = if age + 0.8 * pressure - 0.5 * sugar + 0.3 * luck > 0.0 { "ill" } else { "well" };
        let (age, pressure, sugar) = (50.0 + 20.0 * age, 120.0 + 15.0 * pressure, 5.0 + 2.0 * sugar);
        text += &format!("{age:.1},{pressure:.1},7,{sugar:.2},{outcome}\n");
    }
    text
}

/// The program, in a folder.
pub(crate) fn lowtide(folder: &Path, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lowtide"));
    command.current_dir(folder).args(arguments.split_whitespace());
    command.env_remove("LOWTIDE_ISA").env_remove("FORCE_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

/// Runs the program and gives its stdout; it has to end well.
pub(crate) fn ok(folder: &Path, arguments: &str) -> String {
    let output = lowtide(folder, arguments).output().unwrap();
    assert!(output.status.success(), "{arguments}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// Runs the program with `--json`: stdout is one object.
pub(crate) fn json(folder: &Path, arguments: &str) -> Value {
    let stdout = ok(folder, &format!("{arguments} --json"));
    let value: Value = serde_json::from_str(&stdout).unwrap();
    assert!(value.is_object(), "{stdout}");
    value
}

/// Runs the program, which has to refuse: with this exit code, nothing on stdout, and one sentence on stderr that has
/// all these words.
pub(crate) fn refused(folder: &Path, arguments: &str, code: i32, words: &[&str]) {
    let Output { status, stdout, stderr } = lowtide(folder, arguments).output().unwrap();
    let said = text(&stderr);
    assert_eq!(status.code(), Some(code), "{arguments}: {said}");
    assert_eq!(text(&stdout), "", "{arguments}");
    assert!(!said.contains("panicked") && said.contains("error: "), "{arguments}: {said}");
    if code == 1 {
        assert_eq!(said.lines().filter(|line| line.starts_with("error: ")).count(), 1, "{said}");
    }
    for word in words {
        assert!(said.contains(word), "{arguments}: no {word:?} in: {said}");
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The names in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
