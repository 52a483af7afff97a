//! What stops a verb: one sentence with the file, the value and the cure.

use std::{error, fmt, io, path::PathBuf, process::ExitCode};

/// Why a verb stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Options that do not go together, beyond what the parser can tell.
    #[error("{0}")]
    Usage(#[from] Usage),
    /// A file could not be opened, read or written.
    #[error("cannot {verb} {}: {source}", path.display())]
    File { verb: &'static str, path: PathBuf, source: io::Error },
    /// There is no folder for a file.
    #[error("cannot write {}: its folder is not there; make it, or name another", path.display())]
    NoFolder { path: PathBuf },
    /// Standard output is gone or full.
    #[error("cannot write to standard output: {0}")]
    Output(io::Error),
    /// A JSON object could not be written to standard output.
    #[error("cannot write to standard output: {0}")]
    Json(#[from] serde_json::Error),
    /// A table of rows is not as it should be.
    #[error("{}: {source}", path.display())]
    Rows { path: PathBuf, source: lowtide_data::Error },
    /// A file of Lowtide is not as it should be, or is the wrong one.
    #[error("{}: {}", path.display(), Told(source))]
    Content { path: PathBuf, source: lowtide_wire::Error },
    /// A file could not be written, or stands where another was to be made. The source names it.
    #[error(transparent)]
    Save(lowtide_wire::Error),
    /// Something about a file that only training can tell.
    #[error("{}: {}", path.display(), Told(&**source))]
    Unfit { path: PathBuf, source: Box<lowtide_logreg::Error> },
    /// What the trainer says.
    #[error("{}", Told(.0))]
    Trainer(#[from] lowtide_logreg::Error),
    /// A circuit is not as it should be, or cannot be compiled or run.
    #[error("{}: {}", path.display(), Told(&**source))]
    Circuit { path: PathBuf, source: Box<lowtide_circuit::Error> },
    /// Values for the inputs of a circuit are not as they should be.
    #[error("{0}")]
    Inputs(#[from] InputFault),
    /// The file of a circuit is no text.
    #[error(
        "{}: line {line}, column {column}: this is no text (UTF-8): name a file that begins with `lowtide circuit 1`",
        path.display()
    )]
    NotText { path: PathBuf, line: usize, column: usize },
    /// The rows are not those that the plan was made for.
    #[error(
        "{} has {found} {what}, the plan {} was made for {expected}: encrypt the rows that it was made for, or make a new \
         plan",
        data.display(), plan.display()
    )]
    OtherRows { what: &'static str, data: PathBuf, found: usize, plan: PathBuf, expected: usize },
    /// No column is left that could hold the labels.
    #[error(
        "{}: no column besides the model's features can hold the labels; name it with --label, or use `lowtide predict`",
        path.display()
    )]
    NoLabelColumn { path: PathBuf },
    /// What training should go on from has no level left.
    #[error(
        "{} is a checkpoint or a model, whose levels are spent: the customer refreshes it first, with `lowtide refresh`",
        path.display()
    )]
    NotRefreshed { path: PathBuf },
    /// A key would be lost.
    #[error(
        "{} exists already and is kept, because what it encrypts would be lost with it: choose another folder, or \
         replace it with --force",
        path.display()
    )]
    KeyExists { path: PathBuf },
    /// The folder for the files of a demo is in use.
    #[error("{} is not an empty folder: name a new one for --keep", path.display())]
    FolderInUse { path: PathBuf },
    /// A file is none of those that Lowtide writes.
    #[error("{}: this is not a file of Lowtide: check the path", path.display())]
    Unknown { path: PathBuf },
    /// No step size that was tried keeps the margins where the polynomial stands for the sigmoid.
    #[error(
        "none of the {tried} schedules tried keeps the margins of {} inside the sigmoid's interval: scale the features \
         (--scaling standard), widen it (--sigmoid-bound {}), or take fewer --steps",
        path.display(), 2.0 * bound
    )]
    NoStepSize { path: PathBuf, tried: usize, bound: f64 },
    /// The operating system gives no randomness.
    #[error("the operating system gives no randomness ({0}): no key can be made here")]
    Randomness(getrandom::Error),
    /// Threads could not be started.
    #[error("cannot start {threads} threads ({source}): ask for fewer with --threads")]
    Threads { threads: u16, source: rayon::ThreadPoolBuildError },
}

/// Options that do not go together.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum Usage {
    /// There is nothing to choose by.
    #[error("{option} auto looks at rows: add --data FILE, or give a number")]
    AutoWithoutData { option: &'static str },
    /// The demo has this many rows.
    #[error("--batch {found} is more than the {rows} rows of the data: take at most that many")]
    BatchTooLarge { found: usize, rows: usize },
}

/// What is wrong with values for the inputs of a circuit.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputFault {
    /// Inputs without a value.
    #[error(
        "no value for input {}: give it with --input {}=NUMBERS, {}, or in a file with --inputs",
        quoted(names), names.first().map_or("", String::as_str), one_a_slot(*slots)
    )]
    Missing { names: Vec<String>, slots: usize },
    /// A value for what is no input.
    #[error("there is no input `{name}`: the circuit's inputs are {}", quoted(known))]
    Unknown { name: String, known: Vec<String> },
    /// An input is not as long as the vectors of the circuit.
    #[error("{found} numbers for input `{name}`, where the circuit has {slots} slots: give {}", one_a_slot(*slots))]
    Length { name: String, found: usize, slots: usize },
    /// An option is there twice.
    #[error("--input {name}=... is there twice: give each input one value")]
    Twice { name: String },
    /// The file is no JSON.
    #[error("{}: {source}", path.display())]
    Json { path: PathBuf, source: serde_json::Error },
    /// The file is something else than values by name.
    #[error("{}: inputs are one object, such as {{\"x\": [1, 2, 3, 4]}}", path.display())]
    NoObject { path: PathBuf },
    /// A value is something else than numbers.
    #[error("{}: input `{name}` should be a number or a list of numbers", path.display())]
    NoNumbers { path: PathBuf, name: String },
    /// There is more than one set of values.
    #[error("{}: {count} sets of inputs, where one is run: give one object", path.display())]
    Several { path: PathBuf, count: usize },
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn one_a_slot(slots: usize) -> String {
    if slots == 1 { "one".into() } else { format!("{slots} of them, or one for all slots") }
}

impl Error {
    /// For [`Result::map_err`]: a failure to `verb` the file at `path`.
    pub(crate) fn file(verb: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { verb, path: path.into(), source }
    }

    /// What training says of the file at `path`.
    pub(crate) fn unfit(path: impl Into<PathBuf>, source: lowtide_logreg::Error) -> Self {
        Self::Unfit { path: path.into(), source: Box::new(source) }
    }

    /// Whether it is only that nobody reads standard output any more.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        match self {
            Self::Output(source) => source.kind() == io::ErrorKind::BrokenPipe,
            Self::Json(source) => source.io_error_kind() == Some(io::ErrorKind::BrokenPipe),
            _ => false,
        }
    }

    /// 2 for wrong usage, 1 for everything else.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

/// An error with what stands behind it, where its own words do not say it.
struct Told<'a>(&'a (dyn error::Error + 'static));

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = self.0.to_string();
        let causes = std::iter::successors(self.0.source(), |error| error.source());
        for cause in causes.map(ToString::to_string) {
            if !told.contains(&cause) {
                told = format!("{told} ({cause})");
            }
        }
        f.write_str(&told)
    }
}
