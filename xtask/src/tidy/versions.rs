//! Every dependency's version stands in the workspace manifest, once.

use super::{finding::Finding, manifest::Manifest, tree::Tree};
use crate::error::Error;

pub(super) fn check(tree: &Tree) -> Result<Vec<Finding>, Error> {
    Ok(tree.members()?.iter().flat_map(member).collect())
}

fn member(manifest: &Manifest) -> Vec<Finding> {
    let own = manifest.dependencies.iter().filter(|dependency| !dependency.inherited);
    own.map(|dependency| {
        let name = &dependency.name;
        let what = format!("`{name}` does not inherit its version");
        let cure = format!(
            "name the version in the root Cargo.toml and write `{name} = {{ workspace = true }}` here"
        );
        manifest.finding(dependency.line, what, cure)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::Fixture;

    #[test]
    fn an_inherited_version_passes_and_an_own_one_does_not() {
        let manifest = "[package]\nname = \"a\"\n[dependencies]\nb = { workspace = true }\nc = \"1\"\n";
        let fixture = Fixture::new(&[("crates/a/Cargo.toml", manifest)]);
        let findings = check(&fixture.tree()).unwrap();
        assert_eq!(findings.len(), 1);
        assert!(findings[0].to_string().starts_with("crates/a/Cargo.toml:5: `c` "), "{}", findings[0]);
    }

    #[test]
    fn benches_and_xtask_inherit_too() {
        let manifest = "[package]\nname = \"xtask\"\n[dev-dependencies]\nc = { git = \"x\" }\n";
        let fixture = Fixture::new(&[("xtask/Cargo.toml", manifest)]);
        assert_eq!(check(&fixture.tree()).unwrap().len(), 1);
    }
}
