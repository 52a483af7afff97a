//! How fast the scheme is here: the time of one rotation, from which that of everything else follows.

use std::time::Instant;

use lowtide_ckks::{Ciphertext, Error, EvaluationKeys, GaloisKey, Level, Noise, Parameters, SwitchingKey};
use lowtide_ring::{Automorphism, Poly, sample};

/// Seconds of one rotation at `level`. The numbers do not matter, so that no key is needed: all of them are noise.
pub(crate) fn rotation(params: &Parameters, level: Level) -> Result<f64, Error> {
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
