//! From rows to a decrypted model, in small insecure rings: every circuit, every shape of problem.

#![cfg(feature = "customer")]

use lowtide_ckks::SecretKey;
use lowtide_logreg::{
    Circuit, Plan, Request,
    clear::{self, Activation},
    customer,
    rows::SignedRows,
    schedule::{Momentum, Schedule, StepSize},
    sigmoid::{Method, SigmoidPolynomial},
    train, twin,
};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

fn rows(count: usize, features: usize) -> SignedRows {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1_u64 << 30) as f64 - 1.0
    };
    let values: Vec<f64> = (0..count * features).map(|_| next()).collect();
    let labels: Vec<bool> = values.chunks_exact(features).map(|row| row[0] + 0.3 * next() > 0.0).collect();
    SignedRows::new(&values, features, &labels).unwrap()
}

fn request(
    circuit: Circuit,
    features: usize,
    rows: usize,
    batch: usize,
    steps: usize,
    degree: usize,
) -> Request {
    Request {
        circuit,
        features,
        rows,
        batch,
        steps,
        sigmoid: SigmoidPolynomial::fit(degree, 8.0, Method::LeastSquares).unwrap(),
        schedule: Schedule::new(StepSize { initial: 1.0, decay: 0.1 }, Momentum::Nesterov).unwrap(),
        scale_bits: 40,
        security_bits: 128,
    }
}

#[test]
fn encrypted_training_is_its_twin() {
    for circuit in Circuit::ALL {
        for (features, count, batch, steps, degree) in [
            (5, 40, 16, 4, 3),
            (20, 100, 100, 3, 3),
            (70, 30, 7, 2, 3),
            (3, 9, 4, 1, 3),
            (6, 24, 8, 3, 1),
            (6, 24, 8, 3, 7),
        ] {
            let plan = Plan::insecure(request(circuit, features, count, batch, steps, degree), 9).unwrap();
            let rows = rows(count, features);
            let mut rng = ChaCha20Rng::from_seed([9; 32]);
            let secret = SecretKey::generate(plan.params(), &mut rng);
            let keys = customer::evaluation_keys(&plan, &secret, &mut rng).unwrap();
            let data = customer::encrypt(&plan, &secret, &rows, &mut rng, &|| ()).unwrap();
            let last = std::sync::Mutex::new(None);
            let model =
                train::train(&keys, &data, &|progress| *last.lock().unwrap() = Some(progress)).unwrap();
            let progress = last.lock().unwrap().unwrap();
            assert_eq!((progress.steps, progress.done), (steps, progress.total), "all work was planned");
            let found = customer::decrypt(&secret, &model).unwrap();
            let expected = twin::train_twin(&plan, &rows).unwrap();
            let worst = found.weights.iter().zip(&expected).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-7, "{circuit} {features} {count} {batch} {steps} {degree}: {worst:e}");
            let activation = Activation::Polynomial(plan.request().sigmoid.clone());
            let steps = plan.request().schedule.steps(steps);
            let oracle = clear::train(&rows, plan.batches(), steps, &activation).weights;
            assert!(oracle.iter().zip(&expected).all(|(x, y)| (x - y).abs() < 1e-9));
        }
    }
}
