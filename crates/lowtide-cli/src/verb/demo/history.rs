//! What training for one step, two steps and so on would lead to.
//!
//! Weights on the way are ciphertexts that need not even exist: a circuit makes what it has to give, and nothing else. So
//! each number of steps is a training run of its own, with its own parameters, as short as it may be.

use std::time::Instant;

use lowtide_ckks::SecretKey;
use lowtide_data::Dataset;
use lowtide_logreg::{
    Model, Plan, Request, clear::Activation, customer, metrics::Metrics, model::Scaling, rows::SignedRows,
    train, trial,
};
use lowtide_wire::Limits;
use serde::Serialize;

use super::{Run, Stage, compare::Compared};
use crate::{
    error::Error, progress::Bar, random, rows, store, units::Seconds, verb::decrypt, verb::score::measure,
};

/// What so many steps lead to, encrypted, in the clear, and with the sigmoid itself.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Point {
    pub(super) steps: usize,
    pub(super) levels: usize,
    pub(super) ring_degree: usize,
    pub(super) seconds_train: f64,
    pub(super) accuracy_encrypted: f64,
    pub(super) accuracy_clear: f64,
    pub(super) accuracy_exact_sigmoid: f64,
    pub(super) log_loss_encrypted: f64,
    pub(super) log_loss_clear: f64,
    pub(super) log_loss_exact_sigmoid: f64,
    pub(super) max_weight_error: f64,
}

/// What all runs share.
struct Setting<'a> {
    request: &'a Request,
    rows: &'a SignedRows,
    test: &'a Dataset,
    /// A model with the names that all of them have.
    like: &'a Model,
}

/// Every number of steps up to that of the run, which is the last point itself.
pub(super) fn trace(
    stage: &Stage,
    seed: u64,
    [train, test]: [&Dataset; 2],
    run: &Run,
    compared: &Compared,
) -> Result<Vec<Point>, Error> {
    let plan: Plan = store::load("job.plan".as_ref(), &Limits::default())?;
    let like = store::load_model("clear.json".as_ref())?;
    let ordered = train.shuffle(seed);
    let rows = SignedRows::new(ordered.features(), ordered.columns(), &rows::labels(&ordered))?;
    let setting = Setting { request: plan.request(), rows: &rows, test, like: &like };
    let (begin, last) = (Instant::now(), run.plan.steps);
    let mut points = Vec::with_capacity(last);
    if last > 1 {
        stage.chapter("FOR THE REPORT")?;
        let bar = Bar::new(stage.screen(), "training for the report", last as u64 - 1);
        for steps in 1..last {
            points.push(setting.point(steps)?);
            bar.advance();
        }
        drop(bar);
        let runs =
            if last == 2 { "a run of 1 step".into() } else { format!("runs of 1 to {} steps", last - 1) };
        let seconds = Seconds(begin.elapsed().as_secs_f64());
        stage.outcome(format_args!("{runs}, as customer and service again; {seconds}"))?;
    }
    points.push(Point {
        steps: last,
        levels: run.plan.levels,
        ring_degree: run.plan.ring_degree,
        seconds_train: run.training.iter().map(|leg| leg.seconds).sum(),
        accuracy_encrypted: compared.encrypted.accuracy,
        accuracy_clear: compared.clear.accuracy,
        accuracy_exact_sigmoid: compared.exact.accuracy,
        log_loss_encrypted: compared.encrypted.log_loss,
        log_loss_clear: compared.clear.log_loss,
        log_loss_exact_sigmoid: compared.exact.log_loss,
        max_weight_error: compared.max_weight_error,
    });
    Ok(points)
}

impl Setting<'_> {
    /// A run of so many steps, start to end.
    fn point(&self, steps: usize) -> Result<Point, Error> {
        let plan = Plan::new(&Request { steps, ..self.request.clone() })?;
        let mut rng = random::from_system()?;
        let secret = SecretKey::generate(plan.params(), &mut rng);
        let keys = customer::evaluation_keys(&plan, &secret, &mut rng)?;
        let data = customer::encrypt(&plan, &secret, self.rows, &mut rng, &|| ())?;
        let begin = Instant::now();
        let model = train::train(&keys, &data, &|_| ())?;
        let seconds_train = begin.elapsed().as_secs_f64();
        let hessian = plan.request().fixed_hessian(self.rows)?;
        let found = customer::decrypt(&secret, &model, hessian.as_ref())?.rounded(decrypt::BITS);
        let in_clear = |activation| trial::rehearse(plan.request(), self.rows, &activation);
        let expected = in_clear(Activation::Polynomial(self.request.sigmoid.clone()))?.weights;
        let exact = in_clear(Activation::Exact)?.weights;
        let errors = found.iter().zip(&expected).map(|(a, b)| (a - b).abs());
        let (encrypted, clear, exact) = (self.score(&found)?, self.score(&expected)?, self.score(&exact)?);
        Ok(Point {
            steps,
            levels: plan.params().max_level(),
            ring_degree: plan.params().ring_degree(),
            seconds_train,
            accuracy_encrypted: encrypted.accuracy,
            accuracy_clear: clear.accuracy,
            accuracy_exact_sigmoid: exact.accuracy,
            log_loss_encrypted: encrypted.log_loss,
            log_loss_clear: clear.log_loss,
            log_loss_exact_sigmoid: exact.log_loss,
            max_weight_error: errors.fold(0.0, f64::max),
        })
    }

    fn score(&self, weights: &[f64]) -> Result<Metrics, Error> {
        let (features, labels) = (self.like.features().to_vec(), self.like.labels().clone());
        let scaling = Scaling::none(features.len());
        let model = Model::from_scaled(weights, scaling, features, labels, self.like.training().clone())?;
        Ok(measure(&model, self.test)?)
    }
}
