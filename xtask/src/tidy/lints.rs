//! Every member has the workspace's lints. The crate of the corridor has a copy in which `unsafe_code` is
//! denied, where it is forbidden elsewhere, because a forbidden lint cannot be allowed in a module.

use toml::{Table, Value};

use super::{corridor, finding::Finding, manifest::Manifest, tree::Tree};
use crate::error::Error;

pub(super) fn check(tree: &Tree) -> Result<Vec<Finding>, Error> {
    let root = tree.manifest("Cargo.toml")?;
    let lints = root.value.get("workspace").and_then(|workspace| workspace.get("lints"));
    let house = lints.and_then(Value::as_table).cloned().unwrap_or_default();
    Ok(tree.members()?.iter().filter_map(|member| one(member, &house)).collect())
}

fn one(manifest: &Manifest, house: &Table) -> Option<Finding> {
    let own = manifest.value.get("lints").and_then(Value::as_table);
    if own.is_some_and(|own| own.get("workspace") == Some(&Value::Boolean(true))) {
        return None;
    }
    let Some(own) = own.filter(|_| manifest.name == corridor::CRATE) else {
        let cure = "write `[lints]` and `workspace = true`";
        return Some(manifest.finding(1, "this crate does not inherit the lints", cure));
    };
    (*own != in_corridor(house)).then(|| {
        let cure = "copy `[workspace.lints]` and change `unsafe_code` alone, to \"deny\"";
        manifest.finding(1, "these lints are not the workspace's", cure)
    })
}

fn in_corridor(house: &Table) -> Table {
    let mut lints = house.clone();
    if let Some(rust) = lints.get_mut("rust").and_then(Value::as_table_mut) {
        rust.insert(String::from("unsafe_code"), Value::from("deny"));
    }
    lints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::Fixture;

    const ROOT: &str = "[workspace.lints.rust]\nunsafe_code = \"forbid\"\nmissing_docs = \"warn\"\n";

    fn findings(name: &str, lints: &str) -> Vec<String> {
        let (path, manifest) =
            (format!("crates/{name}/Cargo.toml"), format!("[package]\nname = \"{name}\"\n{lints}"));
        let fixture = Fixture::new(&[("Cargo.toml", ROOT), (&path, &manifest)]);
        check(&fixture.tree()).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn inherited_lints_pass() {
        assert_eq!(findings("a", "[lints]\nworkspace = true\n"), Vec::<String>::new());
    }

    #[test]
    fn no_lints_and_own_lints_do_not() {
        assert_eq!(findings("a", "").len(), 1);
        assert_eq!(findings("a", "[lints.rust]\nunsafe_code = \"deny\"\nmissing_docs = \"warn\"\n").len(), 1);
    }

    #[test]
    fn the_corridor_denies_where_the_house_forbids() {
        let same = "[lints.rust]\nunsafe_code = \"deny\"\nmissing_docs = \"warn\"\n";
        assert_eq!(findings(corridor::CRATE, same), Vec::<String>::new());
        assert_eq!(findings(corridor::CRATE, "[lints.rust]\nunsafe_code = \"deny\"\n").len(), 1);
        assert_eq!(findings(corridor::CRATE, "[lints.rust]\nunsafe_code = \"allow\"\n").len(), 1);
    }
}
