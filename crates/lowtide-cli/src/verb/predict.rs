//! `lowtide predict`: a probability and a class for every row.

use std::{
    fmt,
    io::{self, Write},
    path::PathBuf,
};

use clap::Parser;
use serde::Serialize;

use super::score::schema;
use crate::{
    error::Error,
    facts::Facts,
    rows::{self, Cells},
    screen::{Screen, printable},
    store,
    units::Of,
};

const AFTER_HELP: &str = "\
Examples:
  lowtide predict --model model.json --data rows.csv
  lowtide predict --model model.json --data rows.csv --out predictions.csv

Columns may stand in any order, and others may stand beside them. The output is
CSV, one line a row in the order of the rows.";

/// Apply a model: a probability and a class for every row
#[derive(Debug, Parser)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The model
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// The rows: CSV with a header; labels may be there or not
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    #[command(flatten)]
    cells: Cells,
    /// Where predictions go [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What was found.
#[derive(Debug, Serialize)]
struct Report {
    model: PathBuf,
    data: PathBuf,
    rows: usize,
    positive: String,
    rows_positive: usize,
    out: Option<PathBuf>,
    /// Unless they went to a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    predictions: Option<Vec<Prediction>>,
}

#[derive(Clone, Debug, Serialize)]
struct Prediction {
    probability: f64,
    class: String,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<(), Error> {
    args.out.as_deref().map_or(Ok(()), store::check_room)?;
    let model = store::load_model(&args.model)?;
    // No column is named so: a label column is one among those that are passed over.
    let schema = schema(&model, String::new());
    let reader = args.cells.reader();
    // Columns beside those of the model are as they should be.
    let read = reader.table_like(&schema, store::open(&args.data)?);
    let table = rows::told(&args.data, read, &screen.for_known_data())?;
    let predict = |row: &[f64]| -> Result<_, Error> {
        Ok(Prediction { probability: model.probability(row)?, class: model.predict(row)?.into() })
    };
    let predictions: Vec<Prediction> = table.iter().map(predict).collect::<Result<_, _>>()?;
    match &args.out {
        Some(path) => drop(store::write(path, |out| write(&predictions, out))?),
        None if screen.is_json() => (),
        None => return write(&predictions, &mut io::stdout().lock()).map_err(Error::Output),
    }
    let positive = &model.labels().positive;
    screen.done(&Report {
        model: args.model.clone(),
        data: args.data.clone(),
        rows: predictions.len(),
        positive: positive.clone(),
        rows_positive: predictions.iter().filter(|prediction| prediction.class == *positive).count(),
        out: args.out.clone(),
        predictions: args.out.is_none().then_some(predictions),
    })
}

fn write(predictions: &[Prediction], out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["probability", "class"]).map_err(cause)?;
    for Prediction { probability, class } in predictions {
        writer.write_record([&probability.to_string(), class]).map_err(cause)?;
    }
    writer.flush()
}

/// What went wrong below CSV: a reader who left, or a full disk.
fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(cause) => cause,
        _ => io::ErrorKind::InvalidData.into(),
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let out = self.out.as_deref().unwrap_or(&self.data);
        Facts::under(format_args!("{} predicted: {}", Of(self.rows, "row"), out.display()))
            .fact("positive", format_args!("{} {}", self.rows_positive, printable(&self.positive)))
            .fmt(f)
    }
}
