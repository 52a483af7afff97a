//! Encrypted training against its twin, for every circuit and every shape of problem, in small insecure rings.

use lowtide_ckks::SecretKey;
use lowtide_logreg::{
    Circuit, Plan,
    clear::{self, Activation},
    customer, train, twin,
};
use lowtide_ring::Ring;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::problem::{request, rows};

#[test]
fn encrypted_training_is_its_twin() {
    let mut rings = [(Ring::Standard, 9), (Ring::ConjugateInvariant, 8)].into_iter().cycle();
    for circuit in Circuit::ALL {
        // The other ring than the circuit before had.
        rings.next();
        for (features, count, batch, steps, degree) in [
            (5, 40, 16, 4, 3),
            (20, 100, 100, 3, 3),
            (70, 30, 7, 2, 3),
            (3, 9, 4, 1, 3),
            (6, 24, 8, 3, 1),
            (6, 24, 8, 3, 7),
            (6, 24, 8, 4, 5),
            (20, 40, 16, 6, 3),
        ] {
            let (ring, log_degree) = rings.next().unwrap();
            let request = request(circuit, features, count, batch, steps, degree);
            let plan = Plan::insecure_in(ring, &request, log_degree).unwrap();
            let rows = rows(count, features);
            let mut rng = ChaCha20Rng::from_seed([9; 32]);
            let secret = SecretKey::generate(plan.params(), &mut rng);
            let keys = customer::evaluation_keys(&plan, &secret, &mut rng).unwrap();
            let data = customer::encrypt(&plan, &secret, &rows, &mut rng, &|| ()).unwrap();
            let last = std::sync::Mutex::new(None);
            let model =
                train::train(&keys, &data, &|p| *last.lock().unwrap() = Some((p.done, p.total))).unwrap();
            let progress = last.lock().unwrap().unwrap();
            assert_eq!(progress, (plan.work(), plan.work()), "all work was planned");
            let found = customer::decrypt(&secret, &model, None).unwrap();
            let expected = twin::train_twin(&plan, &rows).unwrap();
            let worst = found.weights.iter().zip(&expected).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-7, "{ring} {circuit} {features} {count} {batch} {steps} {degree}: {worst:e}");
            let activation = Activation::Polynomial(plan.request().sigmoid.clone());
            let steps = plan.request().schedule.steps(steps);
            let oracle = clear::train(&rows, plan.batches(), steps, &activation).weights;
            assert!(oracle.iter().zip(&expected).all(|(x, y)| (x - y).abs() < 1e-9));
        }
    }
}
