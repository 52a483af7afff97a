//! Step sizes and momentum: the two numbers that each training step is given.
//!
//! They depend on the step alone, never on the data, so customer and service know them in the clear.

use serde::{Deserialize, Serialize};

use crate::Error;

/// The step size of step `i`: `initial / (1 + decay i)`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepSize {
    /// The first step size, above 0.
    pub initial: f64,
    /// How fast it shrinks, at least 0.
    pub decay: f64,
}

impl StepSize {
    /// The same step size at every step.
    pub fn constant(initial: f64) -> Self {
        Self { initial, decay: 0.0 }
    }

    /// The size of step `i`, counting from 0.
    pub fn at(self, i: usize) -> f64 {
        self.initial / (1.0 + self.decay * i as f64)
    }
}

/// How much of the last movement carries on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Momentum {
    /// Nesterov's: `eta_i = (1 - l_i) / l_{i+1}`, `l_0 = 1`, `l_{i+1} = (1 + sqrt(1 + 4 l_i^2)) / 2`
    /// (Nesterov 1983). `eta_0 = 0`, then `eta` falls towards -1.
    Nesterov,
    /// None, `eta_i = 0`: plain gradient descent.
    None,
}

/// What gradients are multiplied by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preconditioner {
    /// Nothing: one step size for all weights.
    #[default]
    None,
    /// A step size for each weight, from a bound on the curvature of the loss: see [`FixedHessian`](crate::FixedHessian). Step
    /// size 1 never overshoots. It costs no level.
    FixedHessian,
}

/// The constants of one training step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// `gamma_i`: how far to move along the mean gradient.
    pub gamma: f64,
    /// `eta_i`, in `(-1, 0]`: `v = (1 - eta) w_new + eta w_old`.
    pub eta: f64,
    /// `1 - gamma_i lambda`, in `(0, 1]`: what the ridge term leaves of `v`.
    pub keep: f64,
}

/// Step sizes with momentum, checked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Schedule {
    step_size: StepSize,
    momentum: Momentum,
    #[serde(skip_serializing_if = "is_zero")]
    ridge: f64,
    #[serde(skip_serializing_if = "is_none")]
    preconditioner: Preconditioner,
}

impl Schedule {
    /// A schedule of these step sizes and this momentum.
    ///
    /// # Errors
    /// [`Error::StepSize`] unless the first step size is positive, the decay is at least 0, and both
    /// are finite.
    pub fn new(step_size: StepSize, momentum: Momentum) -> Result<Self, Error> {
        let StepSize { initial, decay } = step_size;
        if initial.is_finite() && initial > 0.0 && decay.is_finite() && decay >= 0.0 {
            Ok(Self { step_size, momentum, ridge: 0.0, preconditioner: Preconditioner::None })
        } else {
            Err(Error::StepSize { initial, decay })
        }
    }

    /// The same with a ridge term: `lambda / 2 |w|^2` joins the loss, the bias included. It costs no level.
    ///
    /// # Errors
    /// [`Error::Ridge`] unless `lambda` is at least 0 and less than one over the first step size, so that no step overshoots.
    pub fn with_ridge(self, ridge: f64) -> Result<Self, Error> {
        let limit = 1.0 / self.step_size.initial;
        if (0.0..limit).contains(&ridge) {
            Ok(Self { ridge, ..self })
        } else {
            Err(Error::Ridge { ridge, limit })
        }
    }

    /// The same with a preconditioner. The ridge term of a fixed Hessian `D` is `lambda / 2 w^T D w`: it shrinks all weights
    /// alike.
    #[must_use]
    pub const fn with_preconditioner(self, preconditioner: Preconditioner) -> Self {
        Self { preconditioner, ..self }
    }

    /// `lambda`, the strength of the ridge term.
    pub fn ridge(&self) -> f64 {
        self.ridge
    }

    /// The first `k` steps. To go on from a checkpoint after `j` steps, skip `j`.
    ///
    /// ```
    /// use lowtide_logreg::schedule::{Momentum, Schedule, StepSize};
    ///
    /// let schedule = Schedule::new(StepSize { initial: 1.0, decay: 0.1 }, Momentum::Nesterov)?;
    /// let steps: Vec<_> = schedule.steps(3).collect();
    /// assert_eq!((steps[0].gamma, steps[0].eta), (1.0, 0.0));
    /// assert!((steps[1].eta + 0.28175352).abs() < 1e-8);
    /// # Ok::<(), lowtide_logreg::Error>(())
    /// ```
    pub fn steps(&self, k: usize) -> impl Iterator<Item = Step> + use<> {
        let Self { step_size, momentum, ridge, .. } = *self;
        let mut l = 1.0;
        (0..k).map(move |i| {
            let next = 0.5 * (1.0 + f64::sqrt(1.0 + 4.0 * l * l));
            let eta = match momentum {
                Momentum::Nesterov => (1.0 - l) / next,
                Momentum::None => 0.0,
            };
            l = next;
            let gamma = step_size.at(i);
            Step { gamma, eta, keep: 1.0 - gamma * ridge }
        })
    }

    /// The step sizes.
    pub fn step_size(&self) -> StepSize {
        self.step_size
    }

    /// The momentum.
    pub fn momentum(&self) -> Momentum {
        self.momentum
    }

    /// What gradients are multiplied by.
    pub const fn preconditioner(&self) -> Preconditioner {
        self.preconditioner
    }
}

/// A schedule as files hold it, not yet checked.
#[derive(Deserialize)]
#[serde(rename = "Schedule", deny_unknown_fields)]
struct Written {
    step_size: StepSize,
    momentum: Momentum,
    #[serde(default)]
    ridge: f64,
    #[serde(default)]
    preconditioner: Preconditioner,
}

impl TryFrom<Written> for Schedule {
    type Error = Error;

    fn try_from(written: Written) -> Result<Self, Error> {
        let Written { step_size, momentum, ridge, preconditioner } = written;
        Ok(Self::new(step_size, momentum)?.with_ridge(ridge)?.with_preconditioner(preconditioner))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
fn is_zero(x: &f64) -> bool {
    *x == 0.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
const fn is_none(preconditioner: &Preconditioner) -> bool {
    matches!(preconditioner, Preconditioner::None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nesterov() -> Schedule {
        Schedule::new(StepSize { initial: 2.0, decay: 0.5 }, Momentum::Nesterov).unwrap()
    }

    #[test]
    fn momentum_starts_at_zero_and_falls_towards_minus_one() {
        let etas: Vec<f64> = nesterov().steps(200).map(|step| step.eta).collect();
        // l = 1, 1.618034, 2.193527, 2.749792, ...
        for (eta, expected) in etas.iter().zip([0.0, -0.281_753_5, -0.434_042_2]) {
            assert!((eta - expected).abs() < 1e-6, "{eta}, not {expected}");
        }
        assert!(etas.windows(2).all(|pair| pair[1] < pair[0]) && etas.iter().all(|eta| *eta > -1.0));
        assert_eq!(etas[0].to_bits() << 1, 0);
    }

    #[test]
    fn step_sizes_decay() {
        let gammas: Vec<f64> = nesterov().steps(3).map(|step| step.gamma).collect();
        assert_eq!(gammas, [2.0, 2.0 / 1.5, 1.0]);
        let plain = Schedule::new(StepSize::constant(0.5), Momentum::None).unwrap();
        assert!(plain.steps(9).all(|step| step == Step { gamma: 0.5, eta: 0.0, keep: 1.0 }));
    }

    #[test]
    fn steps_go_on_from_a_checkpoint() {
        let whole: Vec<Step> = nesterov().steps(7).collect();
        let parts: Vec<Step> = nesterov().steps(3).chain(nesterov().steps(7).skip(3)).collect();
        assert_eq!(whole, parts);
    }

    #[test]
    fn refuses_steps_that_do_not_move() {
        for (initial, decay) in [(0.0, 0.0), (-1.0, 0.0), (f64::NAN, 0.0), (1.0, -0.1), (1.0, f64::INFINITY)]
        {
            assert!(matches!(
                Schedule::new(StepSize { initial, decay }, Momentum::None),
                Err(Error::StepSize { .. })
            ));
        }
        let json = serde_json::to_string(&nesterov()).unwrap();
        assert_eq!(json, r#"{"step_size":{"initial":2.0,"decay":0.5},"momentum":"nesterov"}"#);
        assert_eq!(serde_json::from_str::<Schedule>(&json).unwrap(), nesterov());
        assert!(serde_json::from_str::<Schedule>(&json.replace("2.0", "-2.0")).is_err());
        let fixed = nesterov().with_preconditioner(Preconditioner::FixedHessian);
        let json = json.replace(r#""nesterov""#, r#""nesterov","preconditioner":"fixed-hessian""#);
        assert_eq!(serde_json::to_string(&fixed).unwrap(), json);
        assert_eq!(serde_json::from_str::<Schedule>(&json).unwrap(), fixed);
    }
}
