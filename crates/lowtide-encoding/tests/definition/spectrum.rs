//! A second opinion at full size: an ordinary FFT of the twisted coefficients gives the values at all odd powers.

use lowtide_encoding::{Complex64, Precision};
use lowtide_ring::Ring;
use rustfft::FftPlanner;

use crate::oracle::{embedding, powers_of_five, uniform};

#[test]
fn slots_are_a_reordered_spectrum() {
    for log_degree in [1, 2, 3, 8, 13, 16] {
        let degree = 1 << log_degree;
        let coefficients = uniform(degree, log_degree);
        // a(zeta^(2k + 1)) = sum_t (a_t zeta^t) exp(2 pi i k t / N).
        let zeta = |t: usize| Complex64::from_polar(1.0, std::f64::consts::PI * t as f64 / degree as f64);
        let mut spectrum: Vec<_> = coefficients.iter().enumerate().map(|(t, a)| a * zeta(t)).collect();
        FftPlanner::new().plan_fft_inverse(degree).process(&mut spectrum);
        let expected: Vec<_> = powers_of_five(degree).map(|power| spectrum[power / 2]).collect();
        let found = embedding(Ring::Standard, degree).to_slots(&coefficients, degree / 2);
        let precision = Precision::between_complex(&expected, &found);
        // Values grow as the square root of the degree.
        assert!(precision.worst() > 48.0 - log_degree as f64 / 2.0, "degree {degree}: {precision}");
    }
}
