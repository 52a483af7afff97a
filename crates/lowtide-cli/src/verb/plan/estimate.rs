//! How long training will take here, from the speed of one rotation.

use lowtide_ckks::Level;
use lowtide_logreg::Plan;

use crate::speed;

/// What training takes besides its key switches, measured on plans of 2 to 8 steps.
const OTHER_WORK: f64 = 1.2;

/// Seconds of training with this plan, on this machine and the threads in use: right to a factor of about two.
pub(super) fn seconds(plan: &Plan) -> Result<f64, lowtide_logreg::Error> {
    let level = usual_level(plan);
    let switches = plan.work() as f64 / plan.params().literal().key_switch_work(level) as f64;
    Ok(OTHER_WORK * switches * speed::rotation(plan.params(), level)?)
}

/// The level at which half of the work is done.
fn usual_level(plan: &Plan) -> Level {
    let (mut left, mut usual) = (plan.work() / 2, 0);
    for (level, count) in plan.tally().key_switches() {
        usual = level;
        let work = plan.params().literal().key_switch_work(level) * count as u64;
        if work >= left {
            break;
        }
        left -= work;
    }
    usual
}
