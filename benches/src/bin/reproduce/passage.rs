//! One training run from end to end, as customer and service make it together: keys, encryption, training, decryption.

use std::time::Instant;

use lowtide_ckks::SecretKey;
use lowtide_logreg::{Plan, customer, rows::SignedRows, train, twin};
use rand::CryptoRng;

use crate::{Failure, memory, processor};

/// What came of it, and what it took.
pub(crate) struct Passage {
    /// Seconds of making keys and of encrypting.
    pub(crate) seconds_before: f64,
    /// Seconds of training: the median, where it was repeated.
    pub(crate) seconds: f64,
    /// Seconds of training on a processor, all threads together: the median; nothing where the system does not say.
    pub(crate) processor_seconds: Option<f64>,
    /// The most that was resident while training; 0 where the system does not say.
    pub(crate) peak_rss_bytes: u64,
    /// The weights as the customer shows them.
    pub(crate) weights: Vec<f64>,
    /// Those of the plaintext twin.
    pub(crate) expected: Vec<f64>,
    /// The largest difference between a decrypted weight, not rounded, and that of the twin.
    pub(crate) max_weight_error: f64,
}

/// Bits after the point to which `lowtide decrypt` rounds unless told otherwise.
const ROUNDED_BITS: u32 = 20;

impl Passage {
    /// Goes all the way on these rows, and trains `runs` times.
    pub(crate) fn new(
        plan: &Plan,
        rows: &SignedRows,
        runs: usize,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, Failure> {
        let begin = Instant::now();
        let secret = SecretKey::generate(plan.params(), rng);
        let keys = customer::evaluation_keys(plan, &secret, rng)?;
        let encrypted = customer::encrypt(plan, &secret, rows, rng, &|| ())?;
        let seconds_before = begin.elapsed().as_secs_f64();
        memory::forget_peak();
        let (mut seconds, mut processor, mut model) = (Vec::with_capacity(runs), Vec::new(), None);
        for _ in 0..runs.max(1) {
            let (begin, busy) = (Instant::now(), processor::seconds());
            model = Some(train::train(&keys, &encrypted, &|_| ())?);
            seconds.push(begin.elapsed().as_secs_f64());
            processor.extend(processor::seconds().zip(busy).map(|(now, before)| now - before));
        }
        let peak_rss_bytes = memory::peak().unwrap_or(0);
        let hessian = plan.request().fixed_hessian(rows)?;
        let decrypted = customer::decrypt(&secret, &model.ok_or("no run")?, hessian.as_ref())?;
        let expected = twin::train_twin(plan, rows)?;
        let errors = decrypted.weights.iter().zip(&expected).map(|(x, y)| (x - y).abs());
        Ok(Self {
            seconds_before,
            seconds: median(seconds),
            processor_seconds: (!processor.is_empty()).then(|| median(processor)),
            peak_rss_bytes,
            max_weight_error: errors.fold(0.0, f64::max),
            weights: decrypted.rounded(ROUNDED_BITS),
            expected,
        })
    }
}

/// The one in the middle of at least one; of an even number, the upper of the two.
pub(crate) fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!([vec![4.0], vec![3.0, 1.0, 2.0], vec![1.0, 2.0]].map(median), [4.0, 2.0, 2.0]);
    }
}
