//! One `Cargo.toml`: its package, its lints, and each dependency with its line.

use toml::{
    Spanned, Value,
    de::{DeTable, DeValue, Error},
};

use super::finding::Finding;

const KINDS: [(&str, Kind); 3] =
    [("dependencies", Kind::Normal), ("build-dependencies", Kind::Normal), ("dev-dependencies", Kind::Dev)];

/// A member's manifest.
#[derive(Debug)]
pub(super) struct Manifest {
    pub(super) path: String,
    /// `package.name`, empty where there is none.
    pub(super) name: String,
    pub(super) dependencies: Vec<Dependency>,
    /// The whole file, without lines.
    pub(super) value: Value,
}

/// Whether a dependency ships.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It does, or it helps to build what ships.
    Normal,
    /// It is for tests, examples and benches.
    Dev,
}

/// One line of a table of dependencies.
#[derive(Debug)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) line: usize,
    /// Whether it says `workspace = true` and nothing of a version.
    pub(super) inherited: bool,
}

impl Manifest {
    pub(super) fn parse(path: &str, text: &str) -> Result<Self, Error> {
        let value: Value = toml::from_str(text)?;
        let table = DeTable::parse(text)?.into_inner();
        let mut dependencies = Vec::new();
        collect(&table, text, &mut dependencies);
        for target in sub(&table, "target").into_iter().flat_map(|targets| targets.values()) {
            if let DeValue::Table(target) = target.get_ref() {
                collect(target, text, &mut dependencies);
            }
        }
        let name = value.get("package").and_then(|package| package.get("name")).and_then(Value::as_str);
        Ok(Self { path: path.to_owned(), name: name.unwrap_or_default().to_owned(), dependencies, value })
    }

    /// A finding at the line of a dependency, or at the top when it is not in this file.
    pub(super) fn finding(&self, line: usize, what: impl Into<String>, cure: impl Into<String>) -> Finding {
        Finding::new(&self.path, line, what, cure)
    }

    /// The line of a dependency of this kind, or the first when it stands nowhere.
    pub(super) fn line_of(&self, name: &str, kind: Kind) -> usize {
        let same = |it: &&Dependency| it.name == name && it.kind == kind;
        self.dependencies.iter().find(same).map_or(1, |it| it.line)
    }
}

fn collect(table: &DeTable<'_>, text: &str, dependencies: &mut Vec<Dependency>) {
    for (section, kind) in KINDS {
        for (name, value) in sub(table, section).into_iter().flatten() {
            let line = 1 + text[..name.span().start].matches('\n').count();
            let inherited = inherited(value);
            dependencies.push(Dependency { name: name.get_ref().to_string(), kind, line, inherited });
        }
    }
}

fn sub<'a, 'i>(table: &'a DeTable<'i>, name: &str) -> Option<&'a DeTable<'i>> {
    match table.get(name)?.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

fn inherited(value: &Spanned<DeValue<'_>>) -> bool {
    let DeValue::Table(table) = value.get_ref() else { return false };
    let workspace = table.get("workspace").is_some_and(|it| matches!(it.get_ref(), DeValue::Boolean(true)));
    workspace && ["version", "path", "git"].iter().all(|key| !table.contains_key(*key))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[package]\nname = \"a\"\n\n[dependencies]\nb = \"1\"\nc = { workspace = true }\n\n\
        [dev-dependencies]\nd.workspace = true\n\n[target.'cfg(unix)'.dependencies]\ne = { path = \"../e\" }\n";

    #[test]
    fn reads_every_table_of_dependencies_with_lines() {
        let manifest = Manifest::parse("crates/a/Cargo.toml", TEXT).unwrap();
        assert_eq!(manifest.name, "a");
        let found: Vec<_> = manifest
            .dependencies
            .iter()
            .map(|it| (it.name.as_str(), it.kind, it.line, it.inherited))
            .collect();
        let expected = [
            ("b", Kind::Normal, 5, false),
            ("c", Kind::Normal, 6, true),
            ("d", Kind::Dev, 9, true),
            ("e", Kind::Normal, 12, false),
        ];
        assert_eq!(found, expected);
        assert_eq!(manifest.line_of("c", Kind::Normal), 6);
        assert_eq!(manifest.line_of("c", Kind::Dev), 1);
    }
}
