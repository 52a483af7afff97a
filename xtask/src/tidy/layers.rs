//! Downward only: `ci/layers.toml` is the table of crates, bottom up, and `cargo metadata` is what they do.

use std::path::Path;

use cargo_metadata::{DependencyKind, MetadataCommand};
use serde::Deserialize;

use super::{
    finding::Finding,
    manifest::{Kind, Manifest},
    tree::Tree,
};
use crate::{error::Error, join};

const TABLE: &str = "ci/layers.toml";

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Table {
    /// Packages of the workspace that nothing may import.
    outside: Vec<String>,
    /// Packages of others that only tests, examples and benches may import.
    never_shipped: Vec<String>,
    /// Bottom up.
    #[serde(rename = "crate")]
    rows: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    /// What it imports, every one of them above this row.
    imports: Vec<String>,
}

/// A package of the workspace and what it imports, tests included.
struct Package {
    manifest: Manifest,
    imports: Vec<(String, Kind)>,
}

pub(super) fn check(tree: &Tree) -> Result<Vec<Finding>, Error> {
    let table: Table = tree.read_toml(TABLE)?;
    let metadata = MetadataCommand::new().manifest_path(join(tree.root(), "Cargo.toml")).no_deps().exec()?;
    let packages = metadata.workspace_packages().into_iter().map(|package| {
        let imports = package.dependencies.iter().map(|it| (it.name.clone(), kind(it.kind))).collect();
        let path = relative(package.manifest_path.as_std_path(), metadata.workspace_root.as_std_path());
        Ok(Package { manifest: tree.manifest(&path)?, imports })
    });
    Ok(table.compare(&packages.collect::<Result<Vec<_>, Error>>()?))
}

fn kind(kind: DependencyKind) -> Kind {
    match kind {
        DependencyKind::Development => Kind::Dev,
        _ => Kind::Normal,
    }
}

fn relative(path: &Path, root: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

impl Table {
    fn compare(&self, packages: &[Package]) -> Vec<Finding> {
        let mut findings = self.consistent();
        for package in packages {
            let name = &package.manifest.name;
            match self.rows.iter().position(|row| row.name == *name) {
                Some(at) => findings.extend(self.room(at, package)),
                None if self.outside.contains(name) => {}
                None => {
                    let cure = format!("give it a row in {TABLE}, above those that will import it");
                    findings.push(package.manifest.finding(1, format!("`{name}` is in no layer"), cure));
                }
            }
        }
        let gone = self
            .rows
            .iter()
            .map(|row| &row.name)
            .filter(|name| !packages.iter().any(|package| package.manifest.name == **name));
        findings.extend(gone.map(|name| in_table(format!("there is no crate `{name}`"), "remove its row")));
        findings
    }

    /// The table itself goes downward only.
    fn consistent(&self) -> Vec<Finding> {
        let upward = self.rows.iter().enumerate().flat_map(|(at, row)| {
            let up = row.imports.iter().filter(move |import| !self.above(at, import));
            up.map(|import| {
                in_table(
                    format!("`{}` lists `{import}`, which does not stand above it", row.name),
                    "turn the import around, or move the rows",
                )
            })
        });
        upward.collect()
    }

    /// One crate's imports against its row: exactly those listed, and in tests only those above.
    fn room(&self, at: usize, package: &Package) -> Vec<Finding> {
        let (row, manifest) = (&self.rows[at], &package.manifest);
        let mut findings = Vec::new();
        for (import, kind) in &package.imports {
            let line = manifest.line_of(import, *kind);
            let mut found = |what: String, cure: &str| findings.push(manifest.finding(line, what, cure));
            if self.outside.contains(import) {
                found(format!("`{import}` stands outside the house"), "nothing in the house imports it");
            } else if self.never_shipped.contains(import) && *kind == Kind::Normal {
                found(format!("`{import}` never ships"), "import it for tests alone, as a dev-dependency");
            } else if self.rows.iter().any(|row| row.name == *import) {
                let above = self.above(at, import);
                if !above && *import != row.name {
                    found(
                        format!("`{import}` does not stand above `{}`", row.name),
                        "imports go downward only",
                    );
                } else if *kind == Kind::Normal && !row.imports.contains(import) {
                    found(
                        format!("`{import}` is not among the imports of `{}`", row.name),
                        "do without it, or list it in ci/layers.toml",
                    );
                }
            }
        }
        let unused = row.imports.iter().filter(|import| {
            !package.imports.iter().any(|(name, kind)| name == *import && *kind == Kind::Normal)
        });
        findings.extend(unused.map(|import| {
            in_table(format!("`{}` does not import `{import}`", row.name), "take it off the row")
        }));
        findings
    }

    fn above(&self, at: usize, import: &str) -> bool {
        self.rows[..at].iter().any(|row| row.name == import)
    }
}

fn in_table(what: String, cure: &str) -> Finding {
    Finding::new(TABLE, 1, what, cure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::Fixture;

    const ROWS: &str = "outside = [\"benches\"]\nnever-shipped = [\"rival\"]\n\
        [[crate]]\nname = \"ring\"\nimports = []\n\
        [[crate]]\nname = \"scheme\"\nimports = [\"ring\"]\n\
        [[crate]]\nname = \"trainer\"\nimports = [\"scheme\"]\n";

    fn package(name: &str, normal: &[&str], dev: &[&str]) -> Package {
        let text = format!("[package]\nname = \"{name}\"\n");
        let manifest = Manifest::parse(&format!("crates/{name}/Cargo.toml"), &text).unwrap();
        let normal = normal.iter().map(|import| ((*import).to_owned(), Kind::Normal));
        let dev = dev.iter().map(|import| ((*import).to_owned(), Kind::Dev));
        Package { manifest, imports: normal.chain(dev).collect() }
    }

    /// What is found when the scheme has these imports and all else is as it should be.
    fn scheme(normal: &[&str], dev: &[&str]) -> Vec<String> {
        let table: Table = toml::from_str(ROWS).unwrap();
        let packages = [
            package("ring", &[], &["rival"]),
            package("scheme", normal, dev),
            package("trainer", &["scheme"], &["ring"]),
            package("benches", &["ring", "rival"], &[]),
        ];
        table.compare(&packages).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn downward_passes_in_code_and_in_tests() {
        assert_eq!(scheme(&["ring", "rand"], &["proptest", "ring"]), Vec::<String>::new());
    }

    #[test]
    fn upward_is_found_in_code_and_in_tests() {
        assert_eq!(scheme(&["ring", "trainer"], &[]).len(), 1);
        assert_eq!(scheme(&["ring"], &["trainer"]).len(), 1);
    }

    #[test]
    fn nothing_imports_what_stands_outside() {
        let found = scheme(&["ring"], &["benches"]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("`benches` stands outside the house"), "{}", found[0]);
    }

    #[test]
    fn a_rival_is_for_tests_alone() {
        assert_eq!(scheme(&["ring"], &["rival"]), Vec::<String>::new());
        assert_eq!(scheme(&["ring", "rival"], &[]).len(), 1);
    }

    #[test]
    fn a_row_lists_what_its_crate_imports_and_no_more() {
        assert_eq!(
            scheme(&[], &[]),
            ["ci/layers.toml:1: `scheme` does not import `ring`: take it off the row"]
        );
        let table: Table = toml::from_str(ROWS).unwrap();
        let packages = [
            package("ring", &[], &[]),
            package("scheme", &["ring"], &[]),
            package("trainer", &["scheme", "ring"], &[]),
        ];
        let found = table.compare(&packages);
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().contains("not among the imports"), "{}", found[0]);
    }

    #[test]
    fn crates_and_rows_come_in_pairs() {
        let table: Table = toml::from_str(ROWS).unwrap();
        let packages =
            [package("ring", &[], &[]), package("scheme", &["ring"], &[]), package("attic", &[], &[])];
        let found: Vec<_> = table.compare(&packages).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("`attic` is in no layer"), "{}", found[0]);
        assert!(found[1].contains("there is no crate `trainer`"), "{}", found[1]);
    }

    #[test]
    fn a_table_that_goes_upward_is_found() {
        let rows = "outside = []\nnever-shipped = []\n[[crate]]\nname = \"a\"\nimports = [\"b\"]\n\
            [[crate]]\nname = \"b\"\nimports = []\n";
        let table: Table = toml::from_str(rows).unwrap();
        assert_eq!(table.consistent().len(), 1);
    }

    #[test]
    fn reads_a_real_workspace_through_cargo() {
        let own =
            "[package]\nname = \"NAME\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n";
        let ring = own.replace("NAME", "ring") + "[dependencies]\nscheme = { workspace = true }\n";
        let fixture = Fixture::new(&[
            (
                "Cargo.toml",
                "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n[workspace.dependencies]\nscheme = { path = \"crates/scheme\" }\n",
            ),
            (
                TABLE,
                "outside = []\nnever-shipped = []\n[[crate]]\nname = \"ring\"\nimports = []\n[[crate]]\nname = \"scheme\"\nimports = []\n",
            ),
            ("crates/ring/Cargo.toml", &ring),
            ("crates/ring/lib.rs", ""),
            ("crates/scheme/Cargo.toml", &own.replace("NAME", "scheme")),
            ("crates/scheme/lib.rs", ""),
        ]);
        let found: Vec<_> = check(&fixture.tree()).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            ["crates/ring/Cargo.toml:8: `scheme` does not stand above `ring`: imports go downward only"]
        );
    }
}
