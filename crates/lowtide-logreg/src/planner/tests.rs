use super::*;
use crate::{
    schedule::{Momentum, Schedule, StepSize},
    sigmoid::{Method, SigmoidPolynomial},
};

fn request(features: usize, rows: usize, batch: usize, steps: usize) -> Request {
    Request {
        circuit: Circuit::Fused,
        features,
        rows,
        batch,
        steps,
        sigmoid: SigmoidPolynomial::fit(3, 8.0, Method::LeastSquares).unwrap(),
        schedule: Schedule::new(StepSize { initial: 0.9, decay: 0.1 }, Momentum::Nesterov).unwrap(),
        scale_bits: 34,
        security_bits: 128,
        is_weighted: false,
        gram: Gram::Customer,
        divisor: 1.0,
        refresh_every: None,
    }
}

/// For a tiny problem, where two circuits are enough to tell them apart.
fn wish(features: usize, rows: usize, batch: usize, steps: usize) -> Wish {
    Wish {
        request: request(features, rows, batch, steps),
        circuits: vec![Circuit::Fused, Circuit::TwoLevel],
        batches: Vec::new(),
        grams: Vec::new(),
        rings: Vec::new(),
        precision: None,
        memory: None,
        threads: 1,
        speed: Speed::default(),
    }
}

#[test]
fn the_choice_is_as_quick_as_any_and_the_same_every_time() {
    let wish = wish(9, 189, 64, 3);
    let choice = choose(&wish).unwrap();
    let (best, all) = (choice.best(), choice.candidates());
    assert!(all.len() <= SHOWN && choice.tried() >= all.len() && all.len() > 3);
    let least = all.iter().map(|it| it.outlook.seconds).fold(f64::INFINITY, f64::min);
    assert!(best.outlook.seconds <= (1.0 + SAME) * least);
    assert!(all[1..].is_sorted_by(|a, b| a.outlook.seconds <= b.outlook.seconds));
    assert!(all[1..].iter().all(|it| it != best));
    for candidate in all {
        assert!(candidate.outlook.precision.is_some_and(|bits| (8.0..24.0).contains(&bits)));
        assert_eq!(candidate.gram().is_some(), candidate.request.circuit.reads_gram());
    }
    let again = choose(&wish).unwrap();
    assert_eq!((again.candidates(), again.reasons()), (all, choice.reasons()));
}

#[test]
fn what_is_foreseen_is_what_the_plan_takes() {
    let choice = choose(&wish(9, 189, 64, 3)).unwrap();
    for candidate in &choice.candidates()[..3] {
        let plan = candidate.plan().unwrap();
        assert_eq!(plan.request(), &candidate.request);
        assert_eq!((plan.params().literal(), plan.tile()), (&candidate.literal, candidate.tile));
        assert_eq!(plan.evaluation_key_bytes(), candidate.outlook.key_bytes);
        // All but the text of the plan.
        let text = plan.upload_bytes() - candidate.outlook.upload_bytes;
        assert!((1..2000).contains(&text), "{text}");
        let held = plan.legs()[0].program().key_bytes() + plan.legs()[0].program().peak_bytes();
        assert!(candidate.outlook.memory_bytes > held);
    }
}

#[test]
fn every_reason_decides_one_thing_otherwise() {
    let choice = choose(&Wish { batches: vec![32, 64], ..wish(9, 189, 64, 3) }).unwrap();
    let best = choice.best();
    for Reason { aspect, other } in choice.reasons() {
        match aspect {
            Aspect::Circuit => assert_ne!(other.request.circuit, best.request.circuit),
            Aspect::Gram => assert_ne!(other.gram(), best.gram()),
            Aspect::Batch => assert_ne!(other.request.batch, best.request.batch),
            Aspect::Ring => {
                let ring = |it: &Candidate| (it.literal.ring, it.literal.log_degree);
                assert_ne!(ring(other), ring(best));
            }
            Aspect::Digits => assert_ne!(other.digits(), best.digits()),
            Aspect::Tile => assert_ne!(other.tile, best.tile),
        }
    }
    let told: Vec<Aspect> = choice.reasons().iter().map(|reason| reason.aspect).collect();
    assert!(told.contains(&Aspect::Circuit) && told.contains(&Aspect::Batch), "{told:?}");
}

#[test]
fn gram_matrices_are_made_where_it_costs_less() {
    let (free, both) = (wish(3, 40, 16, 2), vec![Gram::Customer, Gram::Service]);
    let choice = choose(&Wish { circuits: vec![Circuit::Paired], grams: both, ..free.clone() }).unwrap();
    assert_eq!(choice.best().gram(), Some(Gram::Customer));
    let other = choice.reasons().iter().find(|reason| reason.aspect == Aspect::Gram).unwrap();
    assert_eq!(other.other.gram(), Some(Gram::Service));
    assert!(other.other.levels() > choice.best().levels());
    // It is nothing to decide where there are none.
    let fused = Wish { circuits: vec![Circuit::Fused], grams: vec![Gram::Service], ..free };
    assert_eq!(choose(&fused).unwrap().best().gram(), None);
}

#[test]
fn rows_that_come_for_nothing_are_taken() {
    // Tiles have room for all of them.
    let choice = choose(&Wish { batches: vec![8, 16], ..wish(5, 1000, 8, 2) }).unwrap();
    assert_eq!(choice.best().request.batch, 16);
    assert_eq!(batches(189), [32, 64, 128, 189]);
    assert_eq!(batches(11_982), [32, 64, 128, 256, 512, 1024]);
    assert_eq!(batches(20), [20]);
}

#[test]
fn a_limit_on_memory_is_kept_or_named() {
    let free = wish(9, 189, 64, 3);
    let unbound = choose(&free).unwrap();
    let needed = unbound.best().outlook.memory_bytes;
    let bound = choose(&Wish { memory: Some(needed - 1), ..free.clone() }).unwrap();
    assert!(bound.candidates().iter().all(|it| it.outlook.memory_bytes < needed));
    let error = choose(&Wish { memory: Some(1 << 20), ..free.clone() }).unwrap_err();
    let Error::NoCandidate { limit: Limit::Memory { wanted, least }, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(wanted, 1 << 20);
    assert!(error.to_string().contains("1.0 MiB") && error.to_string().contains("ring degree"), "{error}");
    // The least there is will do.
    choose(&Wish { memory: Some(least), ..free }).unwrap();
}

#[test]
fn a_precision_is_reached_or_its_most_is_named() {
    let free = wish(9, 189, 64, 3);
    for wanted in [8.0, 18.0] {
        let choice = choose(&Wish { precision: Some(wanted), ..free.clone() }).unwrap();
        let best = choice.best();
        let bits = best.outlook.precision.unwrap();
        assert!((wanted..wanted + 2.5).contains(&bits), "{bits} for {wanted}");
        assert_eq!(best.literal.log_scale, best.request.scale_bits);
    }
    let error = choose(&Wish { precision: Some(60.0), ..free }).unwrap_err();
    assert!(
        matches!(error, Error::NoCandidate { limit: Limit::Precision { wanted: 60.0, .. }, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("60 bits"), "{error}");
}

#[test]
fn other_numbers_to_train_by_change_nothing_else() {
    let choice = choose(&wish(9, 189, 64, 3)).unwrap();
    let best = choice.best();
    let schedule = Schedule::new(StepSize::constant(0.3), Momentum::Nesterov).unwrap();
    let sigmoid = SigmoidPolynomial::fit(3, 16.0, Method::LeastSquares).unwrap();
    let plan = best.plan_with(&Request { schedule, sigmoid, ..best.request.clone() }).unwrap();
    assert_eq!((plan.params().literal(), plan.tile()), (&best.literal, best.tile));
    assert_eq!(plan.request().schedule, schedule);
    let deeper = SigmoidPolynomial::fit(5, 8.0, Method::LeastSquares).unwrap();
    assert!(matches!(
        best.plan_with(&Request { sigmoid: deeper, ..best.request.clone() }),
        Err(Error::PlanMismatch { .. })
    ));
}

#[test]
fn what_no_ring_holds_is_refused_with_the_reason() {
    let refused = |wish: Wish| choose(&wish).unwrap_err().to_string();
    assert!(refused(wish(9, 189, 64, 40)).contains("not secure"));
    assert!(refused(wish(0, 189, 64, 2)).contains("features"));
}

#[cfg(feature = "customer")]
#[test]
fn the_precision_foreseen_is_that_of_an_encrypted_run() {
    use lowtide_ckks::SecretKey;
    use rand::SeedableRng;

    use crate::{customer, rows::SignedRows, train, twin};

    let mut rng = rand_chacha::ChaCha20Rng::from_seed([5; 32]);
    let values: Vec<f64> = (0..24 * 3).map(|i| (0.754_877 * f64::from(i)).fract() - 0.5).collect();
    let labels: Vec<bool> = (0..24).map(|i| i % 5 < 2).collect();
    let rows = SignedRows::new(&values, 3, &labels).unwrap();
    for circuit in Circuit::ALL {
        let plan = Plan::insecure(&Request { circuit, ..request(3, 24, 8, 3) }, 9).unwrap();
        let secret = SecretKey::generate(plan.params(), &mut rng);
        let keys = customer::evaluation_keys(&plan, &secret, &mut rng).unwrap();
        let data = customer::encrypt(&plan, &secret, &rows, &mut rng, &|| ()).unwrap();
        let model = customer::decrypt(&secret, &train::train(&keys, &data, &|_| ()).unwrap(), None).unwrap();
        let expected = twin::train_twin(&plan, &rows).unwrap();
        let apart = model.weights.iter().zip(&expected).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
        let (found, foreseen) = (-apart.log2(), precision::bits(&plan).unwrap().unwrap());
        assert!(
            (foreseen - 1.5..foreseen + 5.0).contains(&found),
            "{circuit}: {found:.1}, not {foreseen:.1}"
        );
    }
}
