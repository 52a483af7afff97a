//! Two folders for two parties, and what is said of them. Nothing passes from one to the other but what is sent.

use std::{
    env,
    fmt::Display,
    fs,
    path::{Path, PathBuf},
};

use clap::Parser;
use lowtide_data::{Dataset, csv};
use tempfile::TempDir;

use crate::{
    error::Error,
    screen::{Screen, aside, heading},
    store,
    units::Bytes,
};

/// Where the demo plays.
pub(super) struct Stage {
    screen: Screen,
    /// The folder of each party.
    root: PathBuf,
    /// Who acts.
    party: &'static str,
    /// Where the user called from.
    home: PathBuf,
    /// Unless the user wants to keep the files.
    temporary: Option<TempDir>,
}

/// The width of a terminal of old.
const COLUMNS: usize = 80;

impl Stage {
    pub(super) const CUSTOMER: &str = "customer";
    pub(super) const SERVICE: &str = "service";

    /// A folder that is kept, or a temporary one, with a room for each party.
    pub(super) fn new(keep: Option<&Path>, screen: Screen) -> Result<Self, Error> {
        let home = env::current_dir().map_err(Error::file("find", "."))?;
        let (root, temporary) = match keep {
            Some(folder) => (empty(absolute(folder)?)?, None),
            None => {
                let folder =
                    TempDir::with_prefix("lowtide-").map_err(Error::file("make", env::temp_dir()))?;
                (absolute(folder.path())?, Some(folder))
            }
        };
        for party in [Self::CUSTOMER, Self::SERVICE] {
            let room = root.join(party);
            fs::create_dir_all(&room).map_err(Error::file("make the folder", room))?;
        }
        Ok(Self { screen, root, party: Self::CUSTOMER, home, temporary })
    }

    pub(super) const fn screen(&self) -> &Screen {
        &self.screen
    }

    /// The folder, when it stays.
    pub(super) fn kept(&self) -> Option<PathBuf> {
        self.temporary.is_none().then(|| self.root.clone())
    }

    pub(super) fn title(&self, title: &str, below: impl Display) -> Result<(), Error> {
        self.screen.say(heading(title))?;
        self.screen.say(below)
    }

    /// What follows is no part of the play.
    pub(super) fn chapter(&self, name: &str) -> Result<(), Error> {
        self.screen.say("")?;
        self.screen.say(heading(name))
    }

    /// Puts rows into the customer's room.
    pub(super) fn supply(&self, name: &str, data: &Dataset) -> Result<(), Error> {
        let path = self.root.join(Self::CUSTOMER).join(name);
        store::write(&path, |out| csv::write(data, out)).map(drop)
    }

    /// The party that acts now, in its own room, and what it holds there.
    pub(super) fn enter(&mut self, party: &'static str) -> Result<(), Error> {
        let room = self.root.join(party);
        env::set_current_dir(&room).map_err(Error::file("enter", &room))?;
        self.party = party;
        let mut names: Vec<String> = fs::read_dir(&room)
            .and_then(|entries| {
                entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
            })
            .map_err(Error::file("list", &room))?;
        names.sort();
        let (last, others) = names.split_last().map_or((None, &[][..]), |(last, rest)| (Some(last), rest));
        let mut words: Vec<String> = others.iter().map(|name| format!("{name},")).collect();
        words.extend(last.cloned());
        if party == Self::SERVICE {
            words.extend(["(no row,".into(), "no secret key)".into()]);
        }
        self.screen.say("")?;
        self.screen.say(heading(party.to_uppercase()))?;
        for line in folded("  holds", &words, "") {
            self.screen.say(aside(line))?;
        }
        Ok(())
    }

    /// A command, as the party would type it.
    pub(super) fn command<A: Parser>(&self, verb: &str, options: &str) -> Result<A, Error> {
        let shown: Vec<String> = options.replace(" --", "\n--").lines().map(str::to_owned).collect();
        for line in folded(&format!("  $ lowtide {verb}"), &shown, " \\") {
            self.screen.say(line)?;
        }
        let words = std::iter::once(verb).chain(options.split(' '));
        Ok(A::try_parse_from(words).expect("the demo says only what the verbs understand"))
    }

    /// What came of it.
    pub(super) fn outcome(&self, text: impl Display) -> Result<(), Error> {
        self.screen.say(aside(format_args!("    {text}")))
    }

    /// Copies files from the party that acts to the other one.
    pub(super) fn send(&self, files: &[(&str, u64)]) -> Result<(), Error> {
        let other = if self.party == Self::CUSTOMER { Self::SERVICE } else { Self::CUSTOMER };
        self.screen.say("")?;
        for (name, bytes) in files {
            let target = self.root.join(other).join(name);
            fs::copy(name, &target).map_err(Error::file("send", &target))?;
            self.screen.say(format_args!("  {name} ──▶ {other}, {}", Bytes(*bytes)))?;
        }
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // A folder that is in use cannot be removed everywhere.
        let _ = env::set_current_dir(&self.home);
    }
}

/// The same place, whatever the working directory becomes.
pub(super) fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(Error::file("find", path))
}

/// A folder that has nothing in it, made if it is not there.
fn empty(folder: PathBuf) -> Result<PathBuf, Error> {
    fs::create_dir_all(&folder).map_err(Error::file("make the folder", &folder))?;
    let used = fs::read_dir(&folder).map_err(Error::file("list", &folder))?.next().is_some();
    if used { Err(Error::FolderInUse { path: folder }) } else { Ok(folder) }
}

/// Words on lines that fit, with `tail` at the end of all but the last.
fn folded(head: &str, words: &[String], tail: &str) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::from(head));
    for word in words {
        if line.len() + 1 + word.len() + tail.len() > COLUMNS {
            lines.push(std::mem::replace(&mut line, "     ".into()) + tail);
        }
        line = line + " " + word;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_fold_between_options() {
        let options = vec![String::from("--steps 6"); 12];
        let lines = folded("  $ lowtide plan", &options, " \\");
        assert!(lines.len() > 1 && lines.iter().all(|line| line.len() <= COLUMNS));
        let joined: String = lines.iter().map(|line| line.trim_end_matches(" \\").to_owned()).collect();
        assert_eq!(
            joined.split_whitespace().collect::<Vec<_>>().join(" "),
            format!("$ lowtide plan {}", options.join(" "))
        );
    }
}
