//! Mini-batch training by Nesterov's accelerated gradient, as one writes it down.

use lowtide_linalg::expression::{Algebra, Matrix, Vector};

use super::Job;

/// The weights after all steps, from zero. Matrix `b` of the algebra is mini-batch `b`.
///
/// What the published circuit computes as a whole, the weights and the point from which the next gradient is taken, is
/// marked as such; other circuits see through it.
pub(super) fn weights(job: &Job, algebra: &Algebra) -> Vector {
    let batches: Vec<Matrix> = job.rows.iter().map(|rows| algebra.matrix(*rows, job.width)).collect();
    let (mut v, mut w) = (algebra.zero(job.width), algebra.zero(job.width));
    for (i, (step, rows)) in job.steps.iter().enumerate() {
        algebra.section(format!("step {}", i + 1));
        let z = &batches[i % batches.len()];
        let margins = (z * &v).named("margins");
        let pull = job.activation.of(&margins).named("activation");
        let gradient = (z.transpose() * pull).named("gradient");
        let new = (v + gradient * (step.gamma / *rows as f64)).whole();
        v = (&new * (1.0 - step.eta) + w * step.eta).whole().named("momentum");
        w = new;
    }
    algebra.section("weights");
    w
}
