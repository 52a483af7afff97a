//! `crates/README.md` is the map: every crate is on it, under the name of its folder.

use super::{finding::Finding, tree::Tree};
use crate::error::Error;

const MAP: &str = "crates/README.md";

pub(super) fn check(tree: &Tree) -> Result<Vec<Finding>, Error> {
    let map = tree.read(MAP)?;
    let mut findings = lost(&map, tree.crates());
    for folder in tree.crates() {
        let path = format!("crates/{folder}/Cargo.toml");
        let manifest = tree.manifest(&path)?;
        if manifest.name != *folder {
            let what = format!("the package `{}` sits in the folder `{folder}`", manifest.name);
            findings.push(manifest.finding(1, what, "give both one name"));
        }
        if !map.contains(&link(folder)) {
            let cure = format!("add a row with `[`{folder}`]({folder}/)`");
            findings.push(Finding::new(MAP, 1, format!("`{folder}` is missing from the map"), cure));
        }
    }
    Ok(findings)
}

fn link(folder: &str) -> String {
    format!("]({folder}/)")
}

/// Crates on the map that are not in the house.
fn lost(map: &str, crates: &[String]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in map.lines().enumerate() {
        for target in
            line.split("](").skip(1).filter_map(|rest| rest.split_once("/)")).map(|(target, _)| target)
        {
            if target.starts_with("lowtide-") && !crates.iter().any(|name| name == target) {
                let what = format!("there is no crate `{target}`");
                findings.push(Finding::new(MAP, number + 1, what, "take it off the map"));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::Fixture;

    fn findings(map: &str, package: &str) -> Vec<String> {
        let manifest = format!("[package]\nname = \"{package}\"\n");
        let fixture = Fixture::new(&[(MAP, map), ("crates/lowtide-a/Cargo.toml", &manifest)]);
        check(&fixture.tree()).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_crate_on_the_map_passes() {
        assert_eq!(findings("[`lowtide-a`](lowtide-a/)", "lowtide-a"), Vec::<String>::new());
    }

    #[test]
    fn a_crate_off_the_map_does_not() {
        assert_eq!(findings("lowtide-a is nice", "lowtide-a").len(), 1);
    }

    #[test]
    fn a_folder_bears_the_name_of_its_package() {
        assert_eq!(findings("[a](lowtide-a/)", "lowtide-b").len(), 1);
    }

    #[test]
    fn a_crate_that_is_gone_leaves_the_map() {
        let found = findings("[a](lowtide-a/)\n[b](lowtide-b/)", "lowtide-a");
        assert_eq!(found, ["crates/README.md:2: there is no crate `lowtide-b`: take it off the map"]);
    }
}
