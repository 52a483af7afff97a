//! From a CSV file to rows ready for training, the same way wherever it is done.

use std::{
    io::BufReader,
    path::{Path, PathBuf},
    str::FromStr,
};

use clap::ValueEnum;
use lowtide_data::{Dataset, Label, Loaded, Method, Scaling, Warning, csv::Reader};
use lowtide_logreg::{
    Plan, Preparation,
    model::{self, Labels, ScalingKind},
    rows::SignedRows,
};
use serde::Serialize;

use crate::{error::Error, screen::Screen, store};

/// How to read rows with labels, and how to make them ready.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// The column of labels [default: the last]
    #[arg(long, value_name = "COLUMN", help_heading = "Rows")]
    pub(crate) label: Option<String>,
    /// The label that means yes [default: the larger, or the later in the alphabet]
    #[arg(long, value_name = "NAME", help_heading = "Rows")]
    pub(crate) positive: Option<String>,
    #[command(flatten)]
    pub(crate) cells: Cells,
    /// How features are brought to one size
    #[arg(long, value_enum, default_value_t, value_name = "HOW", help_heading = "Rows")]
    pub(crate) scaling: ScalingChoice,
    /// Orders the rows; it has no part in any secret
    #[arg(long, value_name = "SEED", default_value_t = 1, help_heading = "Rows")]
    pub(crate) shuffle_seed: u64,
    /// Take the rows in the order of the file
    #[arg(long, conflicts_with = "shuffle_seed", help_heading = "Rows")]
    pub(crate) keep_order: bool,
    /// What a row of each class counts: `balanced`, or NEGATIVE,POSITIVE such as 1,5 [default: all the same]
    #[arg(long, value_name = "WEIGHTS", help_heading = "Rows")]
    pub(crate) class_weights: Option<ClassWeights>,
}

/// What a row of each class counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ClassWeights {
    /// More, the rarer its class is.
    Balanced,
    /// So much for the negative and for the positive class.
    Given(f64, f64),
}

/// How a CSV file is divided.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Cells {
    /// What stands between two cells: a character, or `tab`
    #[arg(long, value_name = "CHAR", default_value = ",", help_heading = "Rows")]
    pub(crate) delimiter: Delimiter,
}

/// One character of ASCII.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delimiter(u8);

/// How features are scaled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ScalingChoice {
    /// To mean 0 and standard deviation 1
    #[default]
    Standard,
    /// To the range from 0 to 1
    MinMax,
    /// Not at all
    None,
}

/// Rows ready for training, with what made them so.
pub(crate) struct Prepared {
    /// The rows as they came, in the order of training.
    pub(crate) data: Dataset,
    /// How features were scaled.
    pub(crate) scaling: model::Scaling,
    /// The scaled rows with their signs.
    pub(crate) rows: SignedRows,
}

impl FromStr for Delimiter {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.as_bytes() {
            b"tab" | b"\\t" => Ok(Self(b'\t')),
            [byte] if byte.is_ascii() && !matches!(byte, b'\n' | b'\r' | b'"') => Ok(Self(*byte)),
            _ => Err("take one character such as `;`, or `tab`"),
        }
    }
}

impl FromStr for ClassWeights {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let pair = || {
            let (negative, positive) = text.split_once(',')?;
            Some(Self::Given(negative.trim().parse().ok()?, positive.trim().parse().ok()?))
        };
        match text {
            "balanced" => Ok(Self::Balanced),
            _ => pair().ok_or(
                "say `balanced`, or two numbers such as 1,5: for the negative and for the positive class",
            ),
        }
    }
}

impl ClassWeights {
    fn of(self, rows: SignedRows) -> Result<SignedRows, lowtide_logreg::Error> {
        match self {
            Self::Balanced => rows.with_balanced_classes(),
            Self::Given(negative, positive) => rows.with_class_weights(negative, positive),
        }
    }
}

impl From<ScalingChoice> for Method {
    fn from(choice: ScalingChoice) -> Self {
        match choice {
            ScalingChoice::Standard => Self::Standard,
            ScalingChoice::MinMax => Self::MinMax,
            ScalingChoice::None => Self::Unscaled,
        }
    }
}

impl Cells {
    /// A reader of such files.
    pub(crate) fn reader(self) -> Reader {
        Reader::new().delimiter(self.delimiter.0)
    }

    /// The names of the columns of a file.
    pub(crate) fn header(self, path: &Path) -> Result<Vec<String>, Error> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(self.delimiter.0)
            .trim(csv::Trim::All)
            .from_reader(BufReader::new(store::open(path)?));
        let source = |error: csv::Error| match error.into_kind() {
            csv::ErrorKind::Io(source) => Error::file("read", path)(source),
            _ => Error::Rows { path: path.into(), source: lowtide_data::Error::Empty },
        };
        Ok(reader.headers().map_err(source)?.iter().map(str::to_owned).collect())
    }
}

impl Options {
    /// Reads the rows of a file and makes them ready.
    pub(crate) fn prepare(&self, path: &Path, screen: &Screen) -> Result<Prepared, Error> {
        let mut reader = self.cells.reader();
        if let Some(label) = &self.label {
            reader = reader.label(label);
        }
        if let Some(positive) = &self.positive {
            reader = reader.positive(positive);
        }
        let failed = |source| Error::Rows { path: path.into(), source };
        let data = told(path, reader.dataset(store::open(path)?), screen)?;
        let data = if self.keep_order { data } else { data.shuffle(self.shuffle_seed) };
        let scaling = Scaling::fit(self.scaling.into(), data.table()).map_err(failed)?;
        let scaled = data.scaled(&scaling).map_err(failed)?;
        let rows = SignedRows::new(scaled.features(), scaled.columns(), &labels(&scaled))?;
        let rows = match self.class_weights {
            Some(weights) => weights.of(rows)?,
            None => rows,
        };
        Ok(Prepared { scaling: kept(&scaling)?, data, rows })
    }
}

impl Prepared {
    /// What the customer keeps until decryption.
    pub(crate) fn preparation(&self, plan: &Plan) -> Result<Preparation, Error> {
        let (names, column) = (self.data.names().to_vec(), self.data.classes().column.clone());
        let hessian = plan.request().fixed_hessian(&self.rows)?;
        Ok(Preparation::new(plan, names, column, self.labels(), self.scaling.clone(), hessian)?)
    }

    /// The names of the classes.
    pub(crate) fn labels(&self) -> Labels {
        let classes = self.data.classes().clone();
        Labels { negative: classes.negative, positive: classes.positive }
    }
}

/// What was read, once its warnings are told.
pub(crate) fn told<T>(
    path: &Path,
    read: Result<Loaded<T>, lowtide_data::Error>,
    screen: &Screen,
) -> Result<T, Error> {
    let loaded = read.map_err(|source| Error::Rows { path: PathBuf::from(path), source })?;
    let is_constant = |warning: &&Warning| matches!(warning, Warning::ConstantColumn { .. });
    let (constant, others): (Vec<_>, Vec<_>) = loaded.warnings.iter().partition(is_constant);
    match &constant[..] {
        [first, _, ..] => screen.remark(format_args!(
            "{}: {} columns have one value each; the first: {first}",
            path.display(),
            constant.len()
        )),
        few => few.iter().for_each(|warning| screen.remark(format_args!("{}: {warning}", path.display()))),
    }
    for warning in others {
        screen.remark(format_args!("{}: {warning}", path.display()));
    }
    Ok(loaded.data)
}

/// The labels, `true` for the positive class.
pub(crate) fn labels(data: &Dataset) -> Vec<bool> {
    data.labels().iter().map(|label| *label == Label::Positive).collect()
}

/// A scaling as a model keeps it: factors in place of widths.
fn kept(scaling: &Scaling) -> Result<model::Scaling, Error> {
    let kind = match scaling.method() {
        Method::Unscaled => ScalingKind::None,
        Method::Standard => ScalingKind::Standard,
        Method::MinMax => ScalingKind::MinMax,
    };
    let factors = scaling.width().iter().map(|width| if *width == 0.0 { 0.0 } else { width.recip() });
    Ok(model::Scaling::new(kind, scaling.center().to_vec(), factors.collect())?)
}
