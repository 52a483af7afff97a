//! Licences, bans and sources of what ships, and advisories where their database can be reached.

use std::path::Path;

use crate::{cargo::Run, error::Error};

pub(super) fn run(root: &Path) -> Result<(), Error> {
    if !Run::cargo(root, "deny --version").works() {
        return Err(Error::Missing { tool: "cargo-deny", cure: "cargo install cargo-deny --locked" });
    }
    Run::cargo(root, "deny --config ci/deny.toml check licenses bans sources").run()?;
    if !Run::cargo(root, "deny --config ci/deny.toml fetch db").works() {
        return Err(Error::Missing {
            tool: "the database of advisories",
            cure: "it needs a network; licences, bans and sources passed without it",
        });
    }
    Run::cargo(root, "deny --config ci/deny.toml --offline check advisories").run()
}
