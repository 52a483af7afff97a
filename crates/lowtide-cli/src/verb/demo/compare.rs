//! The decrypted model beside those that training in the clear gives, on the rows to test with.

use lowtide_data::Dataset;
use lowtide_logreg::{
    Model, Plan, clear::Activation, metrics::Metrics, model::Scaling, rows::SignedRows, trial,
};
use lowtide_wire::Limits;

use super::{Args, Stage};
use crate::{
    error::Error,
    rows, store,
    verb::score::{self, measure},
};

/// Three models on the same rows.
pub(super) struct Compared {
    /// Trained on ciphertexts.
    pub(super) encrypted: Metrics,
    /// The same steps on numbers.
    pub(super) clear: Metrics,
    /// The same schedule with the sigmoid itself.
    pub(super) exact: Metrics,
    /// Between the first two, the largest difference of a weight.
    pub(super) max_weight_error: f64,
}

/// Scores all three, the first two by the verb.
pub(super) fn all(args: &Args, stage: &Stage, train: &Dataset, test: &Dataset) -> Result<Compared, Error> {
    let score: score::Args = stage.command("score", "--model model.json --data test.csv")?;
    let encrypted = score::run(&score, stage.screen())?.metrics;
    let (decrypted, clear) =
        (store::load_model("model.json".as_ref())?, store::load_model("clear.json".as_ref())?);
    let differences =
        decrypted.scaled_weights().into_iter().zip(clear.scaled_weights()).map(|(a, b)| (a - b).abs());
    Ok(Compared {
        encrypted,
        clear: measure(&clear, test)?,
        exact: measure(&exact(args, train, &clear)?, test)?,
        max_weight_error: differences.fold(0.0, f64::max),
    })
}

/// The model of the same schedule on the same rows with no polynomial: what training in the clear would be.
fn exact(args: &Args, train: &Dataset, like: &Model) -> Result<Model, Error> {
    let ordered = train.shuffle(args.seed);
    let rows = SignedRows::new(ordered.features(), ordered.columns(), &rows::labels(&ordered))?;
    let mut training = like.training().clone();
    training.sigmoid = None;
    let plan: Plan = store::load("job.plan".as_ref(), &Limits::default())?;
    let weights = trial::rehearse(plan.request(), &rows, &Activation::Exact)?.weights;
    let (features, labels) = (like.features().to_vec(), like.labels().clone());
    Ok(Model::from_scaled(&weights, Scaling::none(features.len()), features, labels, training)?)
}
