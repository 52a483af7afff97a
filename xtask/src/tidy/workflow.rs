//! A job of the GitHub workflow is a checkout, a toolchain and one `cargo xtask ci JOB`, so that whatever runs
//! there runs on any desk by the same words.
//!
//! Reads the plain shape that those files have (`jobs:`, two spaces, a name) and not all of YAML.

use clap::ValueEnum;

use super::{finding::Finding, tree::Tree};
use crate::{ci::Job, error::Error};

const FOLDER: &str = ".github/workflows";
const VERB: &str = "cargo xtask ci ";

/// Actions that fetch the source, a cache or a tool, and decide nothing.
const ACTIONS: [&str; 3] = ["actions/checkout@", "Swatinem/rust-cache@", "taiki-e/install-action@"];

pub(super) fn check(tree: &Tree) -> Result<Vec<Finding>, Error> {
    let (mut findings, mut texts) = (Vec::new(), String::new());
    for path in tree.entries(FOLDER)? {
        if path.ends_with(".yml") || path.ends_with(".yaml") {
            let text = tree.read(&path)?;
            findings.extend(workflow(&path, &text));
            texts.push_str(&text);
        }
    }
    findings.extend(forgotten(&texts));
    Ok(findings)
}

/// Jobs of xtask that no workflow runs.
fn forgotten(texts: &str) -> Vec<Finding> {
    let runs = |job: &Job| {
        let mut steps = texts.lines().filter_map(step);
        steps.any(|step| matches!(step, Step::Runs(command) if named(command) == Some(job.name())))
    };
    let jobs = Job::value_variants().iter().filter(|job| **job != Job::All && !runs(job));
    jobs.map(|job| {
        let what = format!("no workflow runs `{VERB}{}`", job.name());
        Finding::new(FOLDER, 1, what, "add a job for it")
    })
    .collect()
}

fn workflow(path: &str, text: &str) -> Vec<Finding> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    let mut jobs: Vec<JobOfWorkflow<'_>> = Vec::new();
    for (number, line) in lines.skip_while(|(_, line)| *line != "jobs:").skip(1) {
        if let Some(name) = name_of_job(line) {
            jobs.push(JobOfWorkflow { line: number, name, steps: Vec::new() });
        } else if let (Some(job), Some(step)) = (jobs.last_mut(), step(line)) {
            job.steps.push((number, step));
        }
    }
    jobs.iter().flat_map(|job| job.check(path)).collect()
}

struct JobOfWorkflow<'a> {
    line: usize,
    name: &'a str,
    steps: Vec<(usize, Step<'a>)>,
}

enum Step<'a> {
    Uses(&'a str),
    Runs(&'a str),
}

impl JobOfWorkflow<'_> {
    fn check(&self, path: &str) -> Vec<Finding> {
        let mut findings: Vec<_> =
            self.steps.iter().filter_map(|(line, step)| step.check(path, *line)).collect();
        let verbs = self.steps.iter().filter(|(_, step)| step.is_verb()).count();
        if verbs != 1 {
            let what = format!("the job `{}` runs `{VERB}JOB` {verbs} times", self.name);
            findings.push(Finding::new(path, self.line, what, "run exactly one job of xtask in it"));
        }
        findings
    }
}

impl Step<'_> {
    fn is_verb(&self) -> bool {
        matches!(self, Self::Runs(command) if command.starts_with(VERB))
    }

    fn check(&self, path: &str, line: usize) -> Option<Finding> {
        let cure = "move it into a job of `cargo xtask ci`";
        match self {
            Self::Uses(action) if ACTIONS.iter().any(|known| action.starts_with(known)) => None,
            Self::Uses(action) => Some(Finding::new(path, line, format!("the action `{action}`"), cure)),
            Self::Runs(command) if command.starts_with("rustup ") && !command.contains(['&', ';', '|']) => {
                None
            }
            Self::Runs(command) if !command.starts_with(VERB) => {
                Some(Finding::new(path, line, format!("the command `{command}`"), cure))
            }
            Self::Runs(command) => unknown(command).then(|| {
                let cure = format!("name one of {}, and perhaps --no-skip", jobs());
                Finding::new(path, line, format!("there is no job `{command}`"), cure)
            }),
        }
    }
}

fn unknown(command: &str) -> bool {
    let name = named(command);
    !Job::value_variants().iter().any(|job| Some(job.name()) == name)
}

/// `fmt` in `cargo xtask ci fmt --no-skip`.
fn named(command: &str) -> Option<&str> {
    let words = command.strip_prefix(VERB)?;
    Some(words.strip_suffix(" --no-skip").unwrap_or(words))
}

fn jobs() -> String {
    Job::value_variants().iter().map(|job| job.name()).collect::<Vec<_>>().join(", ")
}

fn name_of_job(line: &str) -> Option<&str> {
    let name = line.strip_prefix("  ")?.strip_suffix(':')?;
    (!name.starts_with([' ', '#'])).then_some(name)
}

fn step(line: &str) -> Option<Step<'_>> {
    let line = line.trim_start();
    let line = line.strip_prefix("- ").unwrap_or(line);
    let uses = line.strip_prefix("uses:").map(|action| Step::Uses(action.trim()));
    uses.or_else(|| line.strip_prefix("run:").map(|command| Step::Runs(command.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(steps: &str) -> Vec<String> {
        let text =
            format!("name: ci\non: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n{steps}");
        workflow("ci.yml", &text).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn checkout_toolchain_and_one_job_pass() {
        let steps = "      - uses: actions/checkout@v5\n      - run: rustup toolchain install stable\n      \
            - run: cargo xtask ci fuzz --no-skip\n";
        assert_eq!(findings(steps), Vec::<String>::new());
    }

    #[test]
    fn no_job_or_two_do_not() {
        assert_eq!(findings("      - uses: actions/checkout@v5\n").len(), 1);
        assert_eq!(findings("      - run: cargo xtask ci fmt\n      - run: cargo xtask ci doc\n").len(), 1);
    }

    #[test]
    fn a_job_that_is_none_is_found_with_its_line() {
        let found = findings("      - run: cargo xtask ci everything\n");
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("ci.yml:7: there is no job `cargo xtask ci everything`"),
            "{}",
            found[0]
        );
    }

    #[test]
    fn other_commands_and_actions_are_found() {
        let one = "      - run: cargo xtask ci fmt\n";
        for step in
            ["run: cargo test", "run: |", "uses: someone/something@v1", "run: rustup show && cargo test"]
        {
            assert_eq!(findings(&format!("{one}      - {step}\n")).len(), 1, "{step}");
        }
    }

    #[test]
    fn every_job_of_a_file_is_looked_at() {
        let text = "jobs:\n  one:\n    steps:\n      - run: cargo xtask ci fmt\n\n  two:\n    steps: []\n";
        let found = workflow("ci.yml", text);
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with("ci.yml:6: "), "{}", found[0]);
    }

    #[test]
    fn a_job_that_no_workflow_runs_is_found() {
        let every: String =
            Job::value_variants().iter().map(|job| format!("- run: {VERB}{}\n", job.name())).collect();
        assert_eq!(forgotten(&every), []);
        let found = forgotten(&every.replace("ci fuzz", "ci fmt"));
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().contains("no workflow runs `cargo xtask ci fuzz`"), "{}", found[0]);
    }
}
