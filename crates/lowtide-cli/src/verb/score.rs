//! `lowtide score`: how good a model is on rows with labels.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use clap::Parser;
use lowtide_data::{Classes, Dataset, Label, Schema};
use lowtide_logreg::{Model, metrics::Metrics};
use serde::Serialize;

use crate::{
    error::Error,
    facts::Facts,
    rows::{self, Cells},
    screen::{Screen, printable},
    store,
    units::{Count, Percent},
};

const AFTER_HELP: &str = "\
Example:
  lowtide score --model model.json --data test.csv

Columns may stand in any order. The labels are in the column that --label names,
or else in the last one that is not a feature of the model.";

/// Measure a model on rows with labels: accuracy, AUC, log-loss
#[derive(Debug, Parser)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The model
    #[arg(long, value_name = "FILE")]
    pub(crate) model: PathBuf,
    /// The rows: CSV with a header and a column of labels
    #[arg(long, value_name = "FILE")]
    pub(crate) data: PathBuf,
    /// The column of labels [default: the last that is not a feature]
    #[arg(long, value_name = "COLUMN", help_heading = "Rows")]
    pub(crate) label: Option<String>,
    #[command(flatten)]
    pub(crate) cells: Cells,
}

/// How good the model is.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) model: PathBuf,
    pub(crate) data: PathBuf,
    pub(crate) rows: usize,
    pub(crate) rows_positive: usize,
    pub(crate) negative: String,
    pub(crate) positive: String,
    #[serde(flatten)]
    pub(crate) metrics: Metrics,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Report, Error> {
    let model = store::load_model(&args.model)?;
    let data = read(args, &model, screen)?;
    let metrics = measure(&model, &data).map_err(|source| Error::unfit(&args.data, source))?;
    Ok(Report {
        model: args.model.clone(),
        data: args.data.clone(),
        rows: data.rows(),
        rows_positive: data.count(Label::Positive),
        negative: model.labels().negative.clone(),
        positive: model.labels().positive.clone(),
        metrics,
    })
}

/// Scores a model on rows as they came.
pub(crate) fn measure(model: &Model, data: &Dataset) -> Result<Metrics, lowtide_logreg::Error> {
    let margins: Vec<f64> = data.table().iter().map(|row| model.margin(row)).collect::<Result<_, _>>()?;
    Metrics::of(&margins, &rows::labels(data))
}

/// What the model wants to read, with the labels in a column of this name.
pub(crate) fn schema(model: &Model, column: String) -> Schema {
    let labels = model.labels().clone();
    let classes = Classes { column, negative: labels.negative, positive: labels.positive };
    Schema { features: model.features().to_vec(), classes }
}

fn read(args: &Args, model: &Model, screen: &Screen) -> Result<Dataset, Error> {
    let column = match &args.label {
        Some(label) => label.clone(),
        None => label_column(args.cells, model, &args.data)?,
    };
    let reader = args.cells.reader();
    rows::told(&args.data, reader.dataset_like(&schema(model, column), store::open(&args.data)?), screen)
}

fn label_column(cells: Cells, model: &Model, path: &Path) -> Result<String, Error> {
    let features: std::collections::HashSet<&String> = model.features().iter().collect();
    let last = cells.header(path)?.into_iter().rfind(|name| !features.contains(name));
    last.ok_or_else(|| Error::NoLabelColumn { path: path.into() })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, rows_positive, metrics, .. } = self;
        Facts::under(format_args!("{} on {}", self.model.display(), self.data.display()))
            .remarked(
                "rows",
                Count(*rows),
                format_args!(
                    "{rows_positive} {}, {} {}",
                    printable(&self.positive),
                    rows - rows_positive,
                    printable(&self.negative)
                ),
            )
            .remarked("accuracy", Percent(metrics.accuracy), "rows on their side of the line")
            .remarked("AUC", format_args!("{:.4}", metrics.auc), "area under the ROC curve")
            .remarked("log-loss", format_args!("{:.4}", metrics.log_loss), "nats a row")
            .fmt(f)
    }
}
