//! Runs that go on: leg after leg, each from weights and momentum that the customer has encrypted anew.

use lowtide_ckks::{EvaluationKeys, SecretKey};
use lowtide_logreg::{
    Circuit, EncryptedDataset, EncryptedModel, Error, FreshStart, Plan, Request,
    clear::{self, Activation},
    customer, train, twin,
};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::problem::{request, rows};

/// A customer, and what it has sent.
struct Run {
    plan: Plan,
    rng: ChaCha20Rng,
    secret: SecretKey,
    keys: EvaluationKeys,
    data: EncryptedDataset,
}

impl Run {
    fn new(request: &Request, log_degree: u32, weigh: bool) -> Self {
        let plan = Plan::insecure(request, log_degree).unwrap();
        let mut rng = ChaCha20Rng::from_seed([21; 32]);
        let secret = SecretKey::generate(plan.params(), &mut rng);
        let keys = customer::evaluation_keys(&plan, &secret, &mut rng).unwrap();
        let mut rows = rows(request.rows, request.features);
        if weigh {
            rows = rows.with_class_weights(0.5, 2.0).unwrap();
        }
        let data = customer::encrypt(&plan, &secret, &rows, &mut rng, &|| ()).unwrap();
        Self { plan, rng, secret, keys, data }
    }

    fn first(&self) -> EncryptedModel {
        train::train(&self.keys, &self.data, &|_| ()).unwrap()
    }

    fn refresh(&mut self, checkpoint: &EncryptedModel) -> FreshStart {
        customer::refresh(&self.secret, checkpoint, &mut self.rng).unwrap()
    }

    fn go_on(&self, start: &FreshStart) -> EncryptedModel {
        train::go_on(&self.keys, &self.data, start, &|_| ()).unwrap()
    }
}

fn worst(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
}

#[test]
fn every_leg_leaves_what_plain_training_gives() {
    for circuit in Circuit::ALL {
        for (features, count, batch, steps, every, degree, weigh) in
            [(5, 40, 16, 7, 2, 3, false), (20, 30, 7, 7, 3, 3, true), (6, 24, 8, 7, 1, 1, false)]
        {
            let request = Request {
                refresh_every: Some(every),
                is_weighted: weigh,
                ..request(circuit, features, count, batch, steps, degree)
            };
            let mut run = Run::new(&request, 8, weigh);
            let mut rows = rows(count, features);
            if weigh {
                rows = rows.with_class_weights(0.5, 2.0).unwrap();
            }
            let activation = Activation::Polynomial(request.sigmoid.clone());
            let after = |steps| {
                let steps = request.schedule.steps(steps);
                clear::train(&rows, run.plan.batches(), steps, &activation).weights
            };
            let expected: Vec<Vec<f64>> = (0..=steps).map(after).collect();
            assert!(worst(&twin::train_twin(&run.plan, &rows).unwrap(), &expected[steps]) < 1e-9);
            let mut model = run.first();
            assert!(run.plan.legs().len() > 1 && !model.is_finished());
            loop {
                let found = customer::decrypt(&run.secret, &model, None).unwrap();
                let worst = worst(&found.weights, &expected[model.steps()]);
                assert!(worst < 1e-6, "{circuit} {features} after {} of {steps}: {worst:e}", model.steps());
                if model.is_finished() {
                    break;
                }
                let start = run.refresh(&model);
                model = run.go_on(&start);
            }
            assert_eq!((model.steps(), model.leg() + 1), (steps, run.plan.legs().len()));
        }
    }
}

#[test]
fn what_does_not_go_together_is_refused() {
    let plan = |steps| Request { refresh_every: Some(2), ..request(Circuit::Fused, 3, 24, 8, steps, 3) };
    let mut run = Run::new(&plan(7), 6, false);
    let checkpoint = run.first();
    let start = run.refresh(&checkpoint);
    let second = run.go_on(&start);
    assert_eq!((checkpoint.leg(), start.leg(), second.leg()), (0, 1, 1));

    // Of another plan, though its parameters are the same.
    let other = Run::new(&plan(8), 6, false);
    assert_eq!(other.plan.params(), run.plan.params());
    let error = train::go_on(&other.keys, &other.data, &start, &|_| ()).unwrap_err();
    assert!(matches!(error, Error::OtherPlan), "{error}");

    // After the last leg.
    let third = run.refresh(&second);
    let last = run.go_on(&third);
    let error = customer::refresh(&run.secret, &last, &mut run.rng).unwrap_err();
    assert!(
        matches!(error, Error::Finished { steps: 7 }) && error.to_string().contains("decrypt"),
        "{error}"
    );
    assert!(last.before().is_empty() && !second.before().is_empty());

    // Of another leg: the first has no start, and there is none behind the last.
    let tiles = |start: &FreshStart| -> Vec<_> {
        start.matrices().iter().map(|grid| grid.tiles().to_vec()).collect()
    };
    for leg in [0, 3] {
        let error = FreshStart::new(run.plan.clone(), leg, tiles(&start)).unwrap_err();
        assert!(error.to_string().contains(&format!("leg {} of a plan with 3", leg + 1)), "{error}");
    }
    let outputs = |model: &EncryptedModel| [model.weights(), model.before()].concat();
    assert!(EncryptedModel::new(run.plan.clone(), 3, outputs(&second)).is_err());
    assert!(EncryptedModel::new(run.plan.clone(), 2, outputs(&second)).is_err());
    let swapped = [second.before(), second.weights()].concat();
    if second.weights()[0].level() != second.before()[0].level() {
        let error = EncryptedModel::new(run.plan.clone(), 1, swapped).unwrap_err().to_string();
        assert!(error.contains("of the encrypted weights"), "{error}");
    }

    // With another key of the same parameters there is only noise.
    let stranger = SecretKey::generate(run.plan.params(), &mut run.rng);
    let error = customer::refresh(&stranger, &second, &mut run.rng).unwrap_err();
    assert!(matches!(error, Error::NotWeights { .. }), "{error}");
}

#[test]
fn a_fresh_start_says_nothing_twice() {
    let request = Request { refresh_every: Some(2), ..request(Circuit::Paired, 3, 24, 8, 6, 3) };
    let mut run = Run::new(&request, 6, false);
    let checkpoint = run.first();
    let [once, again] = [run.refresh(&checkpoint), run.refresh(&checkpoint)];
    for (a, b) in once.matrices().iter().zip(again.matrices()) {
        for (a, b) in a.tiles().iter().zip(b.tiles()) {
            assert!(a.seed().is_some() && a.seed() != b.seed() && a.components() != b.components());
        }
    }
}
