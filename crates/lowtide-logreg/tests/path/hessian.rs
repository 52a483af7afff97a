//! Runs with a fixed Hessian, which the customer alone knows.

use lowtide_ckks::SecretKey;
use lowtide_logreg::{
    Circuit, Error, Plan, Preparation, Request,
    clear::Activation,
    customer,
    model::{Labels, Scaling},
    rows::SignedRows,
    schedule::Preconditioner,
    train, trial, twin,
};
use lowtide_wire::{Limits, decode, encode};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::problem::{request, rows};

fn fixed(request: Request) -> Request {
    Request { schedule: request.schedule.with_preconditioner(Preconditioner::FixedHessian), ..request }
}

/// Rows whose second feature is a hundred times as large as the others.
fn uneven(count: usize, features: usize) -> SignedRows {
    let even = rows(count, features);
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for row in even.batch(0..count) {
        values.extend(row[1..].iter().enumerate().map(|(k, x)| if k == 1 { 100.0 * x } else { *x } * row[0]));
        labels.push(row[0] > 0.0);
    }
    SignedRows::new(&values, features, &labels).unwrap()
}

#[test]
fn every_circuit_trains_with_it_leg_after_leg() {
    let rows = uneven(60, 20).with_class_weights(0.5, 2.0).unwrap();
    for circuit in Circuit::ALL {
        let request = fixed(Request {
            is_weighted: true,
            refresh_every: Some(2),
            ..request(circuit, 20, 60, 16, 6, 3)
        });
        let plan = Plan::insecure(&request, 9).unwrap();
        let mut rng = ChaCha20Rng::from_seed([13; 32]);
        let secret = SecretKey::generate(plan.params(), &mut rng);
        let keys = customer::evaluation_keys(&plan, &secret, &mut rng).unwrap();
        let data = customer::encrypt(&plan, &secret, &rows, &mut rng, &|| ()).unwrap();
        let mut model = train::train(&keys, &data, &|_| ()).unwrap();
        while !model.is_finished() {
            let start = customer::refresh(&secret, &model, &mut rng).unwrap();
            model = train::go_on(&keys, &data, &start, &|_| ()).unwrap();
        }
        let hessian = request.fixed_hessian(&rows).unwrap();
        let found = customer::decrypt(&secret, &model, hessian.as_ref()).unwrap();
        let clear =
            trial::rehearse(&request, &rows, &Activation::Polynomial(request.sigmoid.clone())).unwrap();
        for ((x, y), z) in
            found.weights.iter().zip(&twin::train_twin(&plan, &rows).unwrap()).zip(&clear.weights)
        {
            assert!((x - y).abs() < 1e-6 && (y - z).abs() < 1e-9, "{circuit}: {x} {y} {z}");
        }
        let error = customer::decrypt(&secret, &model, None).unwrap_err();
        assert!(matches!(error, Error::FixedHessian { is_planned: true }), "{error}");
    }
}

#[test]
fn circuits_and_what_is_sent_are_the_same() {
    for circuit in Circuit::ALL {
        let request = request(circuit, 20, 90, 30, 3, 3);
        let (plain, with) =
            (Plan::insecure(&request, 9).unwrap(), Plan::insecure(&fixed(request), 9).unwrap());
        let steps = |plan: &Plan| plan.legs()[0].program().steps().to_vec();
        assert_eq!(steps(&plain), steps(&with));
        assert_eq!(plain.tally(), with.tally());
        let note = r#","preconditioner":"fixed-hessian""#.len() as u64;
        assert_eq!(plain.upload_bytes() + note, with.upload_bytes());
        let read: Plan = decode(&encode(&with), &Limits::default().allow_insecure()).unwrap();
        assert!(read.is_same(&with) && !read.is_same(&plain));
    }
}

#[test]
fn weights_whose_noise_grew_are_rounded_to_fewer_bits() {
    // Far below 1, so weights come out far above what was encrypted.
    let small: Vec<f64> = (0..24).map(|i| f64::from(i % 7 - 3) / 1e4).collect();
    let rows = SignedRows::new(&small, 1, &(0..24).map(|i| i % 7 > 3).collect::<Vec<_>>()).unwrap();
    let request = fixed(request(Circuit::Fused, 1, 24, 8, 2, 3));
    let plan = Plan::insecure(&request, 6).unwrap();
    let mut rng = ChaCha20Rng::from_seed([14; 32]);
    let secret = SecretKey::generate(plan.params(), &mut rng);
    let keys = customer::evaluation_keys(&plan, &secret, &mut rng).unwrap();
    let data = customer::encrypt(&plan, &secret, &rows, &mut rng, &|| ()).unwrap();
    let model = train::train(&keys, &data, &|_| ()).unwrap();
    let hessian = request.fixed_hessian(&rows).unwrap().unwrap();
    let root = hessian.diagonal()[1].sqrt();
    assert!(root < 1.0 / 64.0, "{root}");
    let decrypted = customer::decrypt(&secret, &model, Some(&hessian)).unwrap();
    let [bias, weight] = decrypted.rounded(20)[..] else { panic!("two weights") };
    assert!(
        (bias * 20_f64.exp2()).fract() == 0.0 && (bias - decrypted.weights[0]).abs() <= 1.0 / 20_f64.exp2()
    );
    // Six bits fewer at least, and what was trained is still exact to 19.
    assert_eq!((weight * 14_f64.exp2()).fract(), 0.0);
    assert!((weight - decrypted.weights[1]).abs() * root <= 1.0 / 20_f64.exp2());
}

#[test]
fn a_preparation_keeps_it() {
    let request = fixed(request(Circuit::Fused, 3, 24, 8, 3, 3));
    let (plan, rows) = (Plan::insecure(&request, 6).unwrap(), rows(24, 3));
    let make = |hessian| {
        let names = ["a", "b", "c"].map(String::from).to_vec();
        let labels = Labels { negative: "no".into(), positive: "yes".into() };
        Preparation::new(&plan, names, "y".into(), labels, Scaling::none(3), hessian)
    };
    assert!(matches!(make(None), Err(Error::FixedHessian { is_planned: true })));
    let hessian = request.fixed_hessian(&rows).unwrap();
    let kept = make(hessian.clone()).unwrap();
    let read: Preparation = decode(&encode(&kept), &Limits::default().allow_insecure()).unwrap();
    assert_eq!((&read, read.fixed_hessian()), (&kept, hessian.as_ref()));
}
