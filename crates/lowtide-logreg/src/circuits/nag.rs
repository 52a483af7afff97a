//! Mini-batch training by Nesterov's accelerated gradient, as one writes it down.

use lowtide_linalg::expression::{Algebra, Matrix, Vector};

use super::{Job, Outcome, Part};

/// `w` after all steps, or before the last. Matrix `b` of the algebra is the mini-batch of step `b`, and those behind them are
/// the same with every row times the weight of its class.
///
/// What the published circuit computes as a whole, the weights and the point from which the next gradient is taken, is
/// marked as such; other circuits see through it.
pub(super) fn train(job: &Job, algebra: &Algebra) -> impl Fn(Outcome) -> Vector {
    let matrices = || job.rows.iter().map(|rows| algebra.matrix(*rows, job.width)).collect::<Vec<Matrix>>();
    let (batches, weighted) = (matrices(), matrices());
    let start = |part: Part| match job.is_from_zero {
        true => algebra.zero(job.width),
        false => algebra.vector(part.name(), job.width),
    };
    let (mut w, mut v) = (start(Part::Weights), start(Part::Momentum));
    let mut before = w.clone();
    for (i, (step, rows)) in job.steps.iter().enumerate() {
        algebra.section(format!("step {}", i + 1));
        let batch = i % batches.len();
        let z = &batches[batch];
        let pulled = if job.is_weighted { &weighted[batch] } else { z };
        let margins = (z * &v).named("margins");
        let pull = job.activation.of(&margins).named("activation");
        let gradient = (pulled.transpose() * pull).named("gradient");
        let new = (v * step.keep + gradient * (step.gamma / *rows as f64)).whole();
        v = (&new * (1.0 - step.eta) + &w * step.eta).whole().named("momentum");
        before = std::mem::replace(&mut w, new);
    }
    algebra.section("weights");
    // As vectors of their own, so that they have a section of their own.
    let [weights, before] = [w * 1.0, before * 1.0];
    move |outcome| match outcome {
        Outcome::Weights => weights.clone(),
        Outcome::Before => before.clone(),
    }
}
