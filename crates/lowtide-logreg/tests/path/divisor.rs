//! Features that are divided while training.

use lowtide_ckks::SecretKey;
use lowtide_logreg::{Circuit, Plan, Request, clear::Activation, customer, train, trial, twin};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::problem::{request, rows};

#[test]
fn weights_come_back_on_features_as_they_were() {
    let rows = rows(100, 20);
    for circuit in Circuit::ALL {
        let request = Request { divisor: 4.0, ..request(circuit, 20, 100, 50, 3, 3) };
        let plan = Plan::insecure(&request, 9).unwrap();
        let mut rng = ChaCha20Rng::from_seed([9; 32]);
        let secret = SecretKey::generate(plan.params(), &mut rng);
        let keys = customer::evaluation_keys(&plan, &secret, &mut rng).unwrap();
        let data = customer::encrypt(&plan, &secret, &rows, &mut rng, &|| ()).unwrap();
        let found =
            customer::decrypt(&secret, &train::train(&keys, &data, &|_| ()).unwrap(), None).unwrap().weights;
        let activation = Activation::Polynomial(request.sigmoid.clone());
        let clear = trial::rehearse(&request, &rows, &activation).unwrap().weights;
        for ((x, y), z) in found.iter().zip(&twin::train_twin(&plan, &rows).unwrap()).zip(&clear) {
            assert!((x - y).abs() < 1e-7 && (y - z).abs() < 1e-9, "{circuit}: {x} {y} {z}");
        }
        let undivided = trial::rehearse(&Request { divisor: 1.0, ..request }, &rows, &activation).unwrap();
        assert!(clear.iter().zip(&undivided.weights).any(|(x, y)| (x - y).abs() > 1e-3));
    }
}
