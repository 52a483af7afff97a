use super::*;
use crate::{
    schedule::{Momentum, StepSize},
    sigmoid::Method,
};

fn request(circuit: Circuit, steps: usize) -> Request {
    Request {
        circuit,
        features: 196,
        rows: 11_982,
        batch: 128,
        steps,
        sigmoid: SigmoidPolynomial::fit(3, 8.0, Method::LeastSquares).unwrap(),
        schedule: Schedule::new(StepSize { initial: 0.9, decay: 0.1 }, Momentum::Nesterov).unwrap(),
        divisor: 1.0,
        scale_bits: 40,
        security_bits: 128,
        is_weighted: false,
        gram: Default::default(),
        refresh_every: None,
    }
}

#[test]
fn a_plan_takes_a_secure_ring() {
    let fused = Plan::new(&request(Circuit::Fused, 6)).unwrap();
    assert_eq!((fused.params().ring_degree(), fused.params().max_level()), (1 << 15, 15));
    assert_eq!(fused.params().security(), Some(SecurityLevel::Classical128));
    let baseline = Plan::new(&request(Circuit::Baseline, 6)).unwrap();
    assert_eq!((baseline.params().ring_degree(), baseline.params().max_level()), (1 << 16, 23));
    // Work is counted in transforms, each as long as the ring is large.
    let time = |plan: &Plan| plan.work() * plan.params().ring_degree() as u64;
    assert!(time(&baseline) > time(&fused));
}

#[test]
fn real_slots_are_taken_where_they_save_ciphertexts() {
    let wide = request(Circuit::TwoLevel, 6);
    let (plan, standard) = (Plan::new(&wide).unwrap(), Plan::in_ring(&wide, Ring::Standard).unwrap());
    assert_eq!((plan.params().ring(), standard.params().ring()), (Ring::ConjugateInvariant, Ring::Standard));
    assert!(plan.upload_bytes() * 3 < standard.upload_bytes() * 2);
    // One ciphertext is as few as there can be.
    let narrow = Plan::new(&Request { features: 7, rows: 16, batch: 16, ..wide }).unwrap();
    assert_eq!(narrow.params().ring(), Ring::Standard);
}

#[test]
fn inputs_sit_where_they_are_first_used() {
    let plan = Plan::new(&request(Circuit::Fused, 6)).unwrap();
    let levels: Vec<_> = (0..plan.batches_used()).map(|batch| plan.legs()[0].tiles(batch)[0].level).collect();
    assert_eq!(levels, [15, 15, 12, 9, 6, 3]);
    assert!(plan.key_list().rotations.iter().all(|(_, level)| *level <= 15));
}

#[test]
fn rows_that_come_round_again_are_encrypted_once() {
    let plan = Plan::insecure(&Request { rows: 200, ..request(Circuit::Fused, 6) }, 10).unwrap();
    assert_eq!((plan.batches_used(), plan.rows_used()), (2, 200));
    let leg = &plan.legs()[0];
    assert_eq!(plan.ciphertexts(), leg.tiles(0).len() + leg.tiles(1).len());
}

#[test]
fn requests_without_sense_are_refused() {
    let refused = |change: fn(&mut Request)| {
        let mut request = request(Circuit::Fused, 2);
        change(&mut request);
        Plan::new(&request).unwrap_err().to_string()
    };
    assert!(refused(|r| r.features = 0).contains("features: 0"));
    assert!(refused(|r| r.steps = 1 << 30).contains("steps"));
    assert!(refused(|r| r.scale_bits = 60).contains("60 bits"));
    assert!(refused(|r| r.security_bits = 100).contains("100 bits"));
    assert!(refused(|r| r.steps = 100).contains("not secure"));
    assert!(refused(|r| r.refresh_every = Some(0)).contains("between refreshes"));
    assert!(refused(|r| (r.steps, r.refresh_every) = (5000, Some(4))).contains("steps"));
    assert!(
        refused(|r| (r.features, r.rows, r.batch) = (1 << 20, 1 << 20, 1 << 20))
            .contains("tiles of what is encrypted")
    );
}

#[test]
fn every_ordinary_request_has_a_plan() {
    for circuit in Circuit::ALL {
        for steps in 1..9 {
            for (scale_bits, security_bits) in [(34, 128), (34, 192)] {
                let plan =
                    Plan::new(&Request { scale_bits, security_bits, ..request(circuit, steps) }).unwrap();
                assert!(plan.params().security().unwrap().bits() >= security_bits);
                // Keys of many gigabytes serve nobody.
                assert!(
                    plan.evaluation_key_bytes() < 3 << 30,
                    "{circuit} {steps} {scale_bits} {security_bits}"
                );
            }
        }
    }
}

#[test]
fn levels_are_those_of_the_family() {
    let levels = |circuit, steps| request(circuit, steps).levels().unwrap();
    // From a zero start the first step is a plain sum: 5 k, 3 k, 2.5 k and 2 k, less what falls away by that.
    for steps in 2..=12 {
        assert_eq!(levels(Circuit::Fused, steps), 3 * steps - 3);
        assert_eq!(levels(Circuit::Unrolled, steps), 5 * steps / 2 - 2);
        assert_eq!(levels(Circuit::Paired, steps), 2 * steps - 2);
        assert_eq!(levels(Circuit::TwoLevel, steps), 2 * steps - 2);
        assert_eq!(levels(Circuit::Baseline, steps), (5 * steps - 7).max(4 * (steps - 1)));
    }
    for circuit in Circuit::ALL {
        assert_eq!(levels(circuit, 1), 0);
        let degrees = [1, 3, 5, 7].map(|degree| {
            let sigmoid = SigmoidPolynomial::fit(degree, 8.0, Method::LeastSquares).unwrap();
            Request { sigmoid, ..request(circuit, 6) }.levels().unwrap()
        });
        let (start, step) = (degrees[1], [1, 0, 1, 1].map(|more| more * (6 - 1)));
        assert!(degrees[0] <= start - step[0], "{circuit} {degrees:?}");
        assert_eq!([degrees[2], degrees[3]], [start + step[2], start + step[3]], "{circuit}");
    }
}

#[test]
fn gram_matrices_by_the_service_take_their_levels_once() {
    let levels = |circuit, steps, gram| Request { gram, ..request(circuit, steps) }.levels().unwrap();
    for steps in 3..9 {
        for (circuit, more) in [(Circuit::Paired, 2), (Circuit::TwoLevel, 2), (Circuit::Unrolled, 3)] {
            let [customer, service] =
                [Gram::Customer, Gram::Service].map(|gram| levels(circuit, steps, gram));
            assert!(
                (customer..=customer + more).contains(&service),
                "{circuit} {steps}: {customer}, {service}"
            );
        }
        // Where there are none, who makes them does not matter.
        assert_eq!(
            levels(Circuit::Fused, steps, Gram::Service),
            levels(Circuit::Fused, steps, Gram::Customer)
        );
    }
    // What is read off a small tile holds in a large one.
    for circuit in [Circuit::Paired, Circuit::Unrolled] {
        let request =
            Request { features: 20, rows: 90, batch: 30, gram: Gram::Service, ..request(circuit, 4) };
        let plan = Plan::insecure(&request, 11).unwrap();
        assert!(plan.legs()[0].inputs().iter().all(|input| !input.source.to_string().contains("Gram")));
    }
}

#[test]
fn many_tiles_are_no_deeper_than_one() {
    for circuit in Circuit::ALL {
        for (steps, degree) in [(1, 3), (2, 3), (3, 1), (3, 7), (4, 5), (5, 1), (6, 3)] {
            let sigmoid = SigmoidPolynomial::fit(degree, 8.0, Method::LeastSquares).unwrap();
            let request = Request { features: 20, rows: 90, batch: 30, sigmoid, ..request(circuit, steps) };
            // A plan that needs more levels than there are is refused.
            let plan = Plan::insecure(&request, 7).unwrap();
            assert!(plan.legs()[0].tiles(0).len() > 1);
            let highest =
                plan.rows().flat_map(|planned| planned.tiles).map(|input| input.level).max().unwrap();
            assert_eq!(highest, request.levels().unwrap(), "{circuit} {steps} {degree}");
            Plan::insecure(&request, 12).unwrap();
        }
    }
}

/// A plan in small rings, with refreshes.
fn refreshed(circuit: Circuit, steps: usize, every: usize) -> Plan {
    let request = Request { features: 6, rows: 70, batch: 8, ..request(circuit, steps) };
    Plan::insecure(&Request { refresh_every: Some(every), ..request }, 8).unwrap()
}

#[test]
fn legs_cover_every_step_once_and_none_is_deeper_than_a_later_one() {
    for circuit in Circuit::ALL {
        for (steps, every) in [(1, 1), (5, 1), (7, 2), (11, 3), (3, 40)] {
            let plan = refreshed(circuit, steps, every);
            let mut next = 0;
            for leg in plan.legs() {
                assert_eq!(leg.steps().start, next);
                assert!(leg.steps().len() <= every || next == 0, "{circuit} {steps} {every}");
                assert_eq!((leg.start().count() == 0, leg.is_last()), (next == 0, leg.steps().end == steps));
                next = leg.steps().end;
            }
            assert_eq!(next, steps);
            // The first starts from zero: more steps, no more levels.
            assert!(plan.legs()[0].steps().len() >= every.min(steps));
            let later = Request { steps: 9, ..plan.request().clone() };
            let later = later.levels_of(every..2 * every, &Compiler::default()).unwrap();
            assert!(plan.params().max_level() <= later, "{circuit} {steps} {every}");
            let first = plan.legs()[0].steps().end;
            if first < steps {
                let more = plan.request().levels_of(0..first + 1, &Compiler::default()).unwrap();
                assert!(more > later, "{circuit} {steps} {every}");
            }
        }
    }
}

#[test]
fn keys_serve_every_leg() {
    for circuit in Circuit::ALL {
        let plan = refreshed(circuit, 7, 2);
        assert!(plan.legs().len() > 2);
        let list = plan.key_list();
        for leg in plan.legs() {
            let wanted = leg.program().key_list();
            assert!(wanted.relinearization <= list.relinearization);
            for (steps, level) in wanted.rotations {
                assert!(list.rotations.iter().any(|(other, highest)| *other == steps && *highest >= level));
            }
        }
    }
}

#[test]
fn a_leg_reads_the_mini_batches_of_its_steps() {
    // Nine mini-batches: the last leg comes round to the first again.
    let plan = refreshed(Circuit::Fused, 11, 3);
    assert_eq!(plan.batches_used(), 9);
    let read: Vec<Vec<String>> = plan
        .legs()
        .iter()
        .map(|leg| {
            let mut names: Vec<_> = leg.rows().map(|planned| planned.input.source.to_string()).collect();
            names.sort();
            names
        })
        .collect();
    let expected = |leg: &Leg| -> Vec<String> {
        let mut batches: Vec<_> =
            leg.steps().clone().map(|step| format!("mini-batch {}", step % 9)).collect();
        batches.sort();
        batches
    };
    assert_eq!(read, plan.legs().iter().map(expected).collect::<Vec<_>>());
}
