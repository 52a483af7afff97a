//! Trials: the steps of a request in the clear, on the customer's own rows, to choose step size, interval and divisor before
//! anything is encrypted. Afterwards nobody sees a margin leave the interval, or a step that is too small.
//!
//! The divisor is for wide rows. Many features that say the same add up: their common direction allows only small steps, and
//! the bias, which is one entry, hardly moves in a few of them. Features divided by 4 allow steps 16 times as large.

use crate::{
    Error, Request,
    clear::{self, Activation, MarginEscape, TrainingTrace, dot},
    metrics::{Metrics, softplus},
    rows::{Batches, SignedRows, undivide},
    schedule::{Momentum, Preconditioner, Schedule, StepSize},
    sigmoid::{Method, SigmoidPolynomial},
};

/// What is tried: every combination of step size, decay, interval and divisor.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// First step sizes.
    pub sizes: Vec<f64>,
    /// How fast they shrink: see [`StepSize`].
    pub decays: Vec<f64>,
    /// How movement carries on.
    pub momentum: Momentum,
    /// The ridge term: see [`Schedule::with_ridge`].
    pub ridge: f64,
    /// What gradients are multiplied by.
    pub preconditioner: Preconditioner,
    /// Bounds of the interval on which a polynomial stands for the sigmoid.
    pub bounds: Vec<f64>,
    /// The degree of that polynomial.
    pub degree: usize,
    /// How it is fitted.
    pub fit: Method,
    /// By what features are divided: see [`Request::divisor`].
    pub divisors: Vec<f64>,
}

/// Where nothing is decided: first step sizes from 0.01 to 3, each 1.68 times the one before, constant or shrinking; cubics
/// for margins up to 8 or 16; features as they are, or divided by up to 8.
impl Default for Grid {
    fn default() -> Self {
        Self {
            sizes: vec![0.01, 0.0168, 0.0282, 0.0474, 0.0796, 0.134, 0.225, 0.377, 0.634, 1.06, 1.79, 3.0],
            decays: vec![0.0, 0.1],
            momentum: Momentum::Nesterov,
            ridge: 0.0,
            preconditioner: Preconditioner::None,
            bounds: vec![8.0, 16.0],
            degree: 3,
            fit: Method::LeastSquares,
            divisors: vec![1.0, 2.0, 4.0, 8.0],
        }
    }
}

impl Grid {
    /// The same for a fixed Hessian: first step sizes from 0.15 to 13, since 1 always fits and is seldom the best; and features
    /// as they are, since a divisor gains nothing where the bias has a step size of its own.
    #[must_use]
    pub fn fixed_hessian() -> Self {
        Self {
            sizes: vec![0.15, 0.225, 0.34, 0.5, 0.76, 1.14, 1.7, 2.56, 3.84, 5.77, 8.65, 13.0],
            preconditioner: Preconditioner::FixedHessian,
            divisors: vec![1.0],
            ..Self::default()
        }
    }

    /// The request with every combination in turn, in place of what it says itself, but for step sizes with which the ridge
    /// term would overshoot where there are others.
    ///
    /// # Errors
    /// What is wrong with a number.
    pub fn requests(&self, request: &Request) -> Result<Vec<Request>, Error> {
        let mut requests = Vec::new();
        let smallest = self.sizes.iter().copied().fold(f64::INFINITY, f64::min);
        let overshoots = |size: f64| size > smallest && self.ridge * size >= 1.0;
        for &bound in &self.bounds {
            let sigmoid = SigmoidPolynomial::fit(self.degree, bound, self.fit)?;
            for &initial in self.sizes.iter().filter(|size| !overshoots(**size)) {
                for &decay in &self.decays {
                    let schedule = Schedule::new(StepSize { initial, decay }, self.momentum)?
                        .with_ridge(self.ridge)?
                        .with_preconditioner(self.preconditioner);
                    requests.extend(self.divisors.iter().map(|&divisor| Request {
                        schedule,
                        sigmoid: sigmoid.clone(),
                        divisor,
                        ..request.clone()
                    }));
                }
            }
        }
        Ok(requests)
    }
}

/// A run in the clear.
#[derive(Clone, Debug)]
pub struct Trial {
    /// What was run.
    pub request: Request,
    /// How many combinations there were.
    pub tried: usize,
    /// The largest `|margin|` of all steps.
    pub largest_margin: f64,
    /// The first margin that left the interval, if one did: only where there was no choice.
    pub escape: Option<MarginEscape>,
    /// The weights that it led to, bias first.
    pub weights: Vec<f64>,
    /// How well they do on the rows.
    pub metrics: Metrics,
}

/// How much of the interval margins may fill when there is a choice.
const FILLED: f64 = 0.8;

/// The combination whose margins stay well inside the interval and whose model has the smallest log-loss on the rows, each
/// counted by the weight of its class. When there is no choice, it is taken as it is.
///
/// # Errors
/// [`Error::NoSchedule`] when the margins of every one go too far; [`Error::Length`] when the rows are not those of the
/// request; what is wrong with the request.
pub fn best(request: &Request, grid: &Grid, rows: &SignedRows) -> Result<Trial, Error> {
    let requests = grid.requests(request)?;
    let tried = requests.len();
    let (mut best, mut bound): (Option<(f64, Trial)>, f64) = (None, 0.0);
    for request in requests {
        bound = bound.max(request.sigmoid.bound());
        let Some(trial) = run(request, rows, tried)? else { continue };
        let loss = loss(&trial.weights, rows);
        if best.as_ref().is_none_or(|(least, _)| loss < *least) {
            best = Some((loss, trial));
        }
    }
    best.map(|(_, trial)| trial).ok_or(Error::NoSchedule { tried, bound })
}

/// The mean log-loss of rows, each as often as its class weighs.
fn loss(weights: &[f64], rows: &SignedRows) -> f64 {
    let of = |z: &[f64]| rows.class_weight(z) * softplus(-dot(z, weights));
    rows.batch(0..rows.len()).map(of).sum::<f64>() / rows.len() as f64
}

/// The steps of a request in the clear, with its polynomial or with the sigmoid itself.
///
/// # Errors
/// What is wrong with the request; [`Error::Length`] when the rows are not those that it speaks of.
pub fn rehearse(
    request: &Request,
    rows: &SignedRows,
    activation: &Activation,
) -> Result<TrainingTrace, Error> {
    request.check()?;
    let units = request.units_of(rows)?;
    let batches = Batches::new(request.rows, request.batch)?;
    let steps = request.schedule.steps(request.steps);
    let mut trace = clear::train(&rows.divided(&units), batches, steps, activation);
    undivide(&mut trace.weights, &units);
    undivide(&mut trace.momentum, &units);
    Ok(trace)
}

/// One run; nothing when its margins go too far and there are others to choose.
fn run(request: Request, rows: &SignedRows, tried: usize) -> Result<Option<Trial>, Error> {
    let trace = rehearse(&request, rows, &Activation::Polynomial(request.sigmoid.clone()))?;
    let largest_margin = trace.largest_margin();
    let inside = largest_margin <= FILLED * request.sigmoid.bound();
    if tried > 1 && !inside || trace.weights.iter().any(|weight| !weight.is_finite()) {
        return Ok(None);
    }
    let metrics = Metrics::of_weights(&trace.weights, rows)?;
    Ok(Some(Trial { request, tried, largest_margin, escape: trace.escape, weights: trace.weights, metrics }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Circuit;

    /// Rows of one feature, positive where it is large, at `size` times their natural size.
    fn rows(size: f64) -> SignedRows {
        let values: Vec<f64> = (0..40).map(|i| size * (f64::from(i) - 19.5) / 20.0).collect();
        let labels: Vec<bool> = (0..40).map(|i| i >= 20 || i % 7 == 3).collect();
        SignedRows::new(&values, 1, &labels).unwrap()
    }

    fn request() -> Request {
        Request {
            circuit: Circuit::Fused,
            features: 1,
            rows: 40,
            batch: 10,
            steps: 6,
            sigmoid: SigmoidPolynomial::fit(3, 8.0, Method::LeastSquares).unwrap(),
            schedule: Schedule::new(StepSize::constant(1.0), Momentum::Nesterov).unwrap(),
            divisor: 1.0,
            scale_bits: 34,
            security_bits: 128,
            is_weighted: false,
            gram: Default::default(),
            refresh_every: None,
        }
    }

    #[test]
    fn the_best_of_a_grid_is_no_worse_than_any_other_inside() {
        let grid = Grid::default();
        let best = best(&request(), &grid, &rows(1.0)).unwrap();
        assert_eq!(best.tried, 192);
        assert!(best.escape.is_none() && best.largest_margin <= FILLED * best.request.sigmoid.bound());
        for other in grid.requests(&request()).unwrap() {
            if let Some(other) = run(other, &rows(1.0), 192).unwrap() {
                assert!(best.metrics.log_loss <= other.metrics.log_loss);
            }
        }
    }

    #[test]
    fn a_divisor_divides_features_and_brings_weights_back() {
        let divided = Request { divisor: 4.0, ..request() };
        let found = rehearse(&divided, &rows(4.0), &Activation::Exact).unwrap();
        let expected = rehearse(&request(), &rows(1.0), &Activation::Exact).unwrap();
        assert_eq!(found.largest_margins, expected.largest_margins);
        assert_eq!(found.weights, [expected.weights[0], expected.weights[1] / 4.0]);
        for divisor in [0.0, -1.0, f64::NAN, 1e4] {
            let wrong = Request { divisor, ..request() };
            assert!(matches!(rehearse(&wrong, &rows(1.0), &Activation::Exact), Err(Error::Divisor { .. })));
        }
    }

    #[test]
    fn without_a_choice_the_one_is_taken_and_its_escape_told() {
        let grid = Grid {
            sizes: vec![3.0],
            decays: vec![0.0],
            bounds: vec![8.0],
            divisors: vec![1.0],
            ..Grid::default()
        };
        let only = best(&request(), &grid, &rows(4.0)).unwrap();
        assert!(only.escape.is_some());
        assert_eq!((only.tried, only.request.schedule.step_size()), (1, StepSize::constant(3.0)));
    }

    #[test]
    fn class_weights_and_the_ridge_term_have_a_say() {
        let grid = Grid { ridge: 0.5, ..Grid::default() };
        let sizes: Vec<f64> = grid
            .requests(&request())
            .unwrap()
            .iter()
            .map(|request| request.schedule.step_size().initial)
            .collect();
        assert!(sizes.contains(&1.79) && !sizes.contains(&3.0));
        let refused = Grid { sizes: vec![3.0], ..grid.clone() }.requests(&request());
        assert!(matches!(refused, Err(Error::Ridge { .. })));
        let weighted = rows(1.0).with_class_weights(1.0, 9.0).unwrap();
        let request = Request { is_weighted: true, ..request() };
        let positives = |trial: &Trial| {
            (0..40).filter(|i| dot(&trial.weights, &[1.0, (f64::from(*i) - 19.5) / 20.0]) > 0.0).count()
        };
        let [heavy, plain] = [
            best(&request, &grid, &weighted).unwrap(),
            best(&Request { is_weighted: false, ..request.clone() }, &grid, &rows(1.0)).unwrap(),
        ];
        assert!(positives(&heavy) > positives(&plain));
        assert!(matches!(best(&request, &grid, &rows(1.0)), Err(Error::Weighted { planned: true })));
    }

    #[test]
    fn rows_that_are_far_too_large_have_no_schedule() {
        let grid = Grid::default();
        let error = best(&request(), &grid, &rows(1e4)).unwrap_err();
        assert!(matches!(error, Error::NoSchedule { tried: 192, bound: 16.0 }));
        // With a step size for each weight there is one.
        let trial = best(&request(), &Grid::fixed_hessian(), &rows(1e4)).unwrap();
        assert_eq!(trial.request.schedule.preconditioner(), Preconditioner::FixedHessian);
        assert!(trial.tried == 48 && trial.escape.is_none() && trial.metrics.accuracy > 0.9);
        let few = SignedRows::new(&[1.0, -1.0], 1, &[true, false]).unwrap();
        assert!(matches!(best(&request(), &grid, &few), Err(Error::Length { expected: 40, .. })));
    }
}
