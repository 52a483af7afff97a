//! How long training will take here, from the speed of one rotation.

use std::time::Instant;

use lowtide_ckks::{Ciphertext, Error, EvaluationKeys, GaloisKey, Level, Noise, Parameters, SwitchingKey};
use lowtide_logreg::Plan;
use lowtide_ring::{Automorphism, Poly, sample};

/// What training takes besides its key switches, measured on plans of 2 to 8 steps.
const OTHER_WORK: f64 = 1.2;

/// Seconds of training with this plan, on this machine and the threads in use: right to a factor of about two.
pub(super) fn seconds(plan: &Plan) -> Result<f64, lowtide_logreg::Error> {
    let level = usual_level(plan);
    let switches = plan.work() as f64 / plan.work_of(level) as f64;
    Ok(OTHER_WORK * switches * rotation(plan.params(), level)?)
}

/// The level at which half of the work is done.
fn usual_level(plan: &Plan) -> Level {
    let (mut left, mut usual) = (plan.work() / 2, 0);
    for (level, count) in plan.tally().key_switches() {
        usual = level;
        let work = plan.work_of(level) * count as u64;
        if work >= left {
            break;
        }
        left -= work;
    }
    usual
}

/// Seconds of one rotation at `level`. The numbers do not matter, so that no key is needed: all of them are noise.
fn rotation(params: &Parameters, level: Level) -> Result<f64, Error> {
    let noise = |basis| sample::uniform(&basis, &[1; 32]);
    let halves = (0..params.digits(level)).map(|_| noise(params.key_basis(level))).collect();
    let key = SwitchingKey::from_parts(params, level, [2; 32], halves)?;
    let element = Automorphism::rotation_element(params.ring(), params.ring_degree(), 1);
    let keys = EvaluationKeys::new(params, None, [GaloisKey::new(params, element, key)?]);
    let (zero, scale) = (Poly::zero(&params.basis(level)), params.default_scale().clone());
    let unknown = Noise { magnitude: 1.0, deviation: 1.0 };
    let ciphertext = Ciphertext::from_parts(params, [zero, noise(params.basis(level))], scale, unknown)?;
    // The first one fills tables.
    ciphertext.rotate(1, &keys)?;
    let mut best = f64::INFINITY;
    for _ in 0..3 {
        let begin = Instant::now();
        ciphertext.rotate(1, &keys)?;
        best = best.min(begin.elapsed().as_secs_f64());
    }
    Ok(best)
}
