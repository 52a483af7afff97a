//! Rotations under a limit on their keys.

use std::collections::BTreeMap;

use lowtide_circuit::{
    Builder, Circuit, Error, Requirements,
    compile::{Lowering, compile},
    pass::{Passes, limit_rotations},
    read,
};
use proptest::prelude::*;

use crate::random;

/// A weighted sum of many rotations; those by one and two are used twice.
fn turns(slots: usize, count: i64) -> Circuit {
    let b = Builder::new(slots);
    let (x, y) = (b.input("x"), b.input("y"));
    let terms = (1..=count).map(|k| x.rotate(k) * (0.5 + k as f64));
    let sum = terms.reduce(|sum, term| sum + term).unwrap();
    b.output("z", &(sum + y.rotate(1) + y.rotate(2)));
    b.finish().unwrap()
}

fn distinct(circuit: &Circuit) -> usize {
    read::rotations(circuit).len()
}

proptest! {
    #[test]
    fn values_and_depth_stay(circuit in random::circuits(40), inputs in random::inputs(), keys in 1..4_usize) {
        match limit_rotations(&circuit, keys) {
            Ok(limited) => {
                prop_assert!(distinct(&limited) <= keys);
                prop_assert_eq!(read::depth(&limited).depth, read::depth(&circuit).depth);
                let (expected, found) =
                    (read::clear(&circuit, &inputs).unwrap(), read::clear(&limited, &inputs).unwrap());
                for (name, values) in &expected {
                    let same = |(x, y): (&f64, &f64)| x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan());
                    prop_assert!(values.iter().zip(&found[name]).all(same));
                }
            }
            // Four slots turn by one and by two.
            Err(error) => {
                prop_assert_eq!(keys, 1);
                prop_assert_eq!(error, Error::TooFewKeys { keys: 1, least: 2 });
            }
        }
    }
}

#[test]
fn sixty_four_rotations_do_with_as_many_keys_as_there_are() {
    let circuit = turns(256, 64);
    assert_eq!(distinct(&circuit), 64);
    let rotations = |keys| {
        let limited = limit_rotations(&circuit, keys).unwrap();
        assert!(distinct(&limited) <= keys);
        read::counts(&limited).rotation_count()
    };
    // Fewer keys, more rotations; powers of two alone are seven.
    let counts: Vec<usize> = [64, 40, 20, 12, 7].map(rotations).to_vec();
    assert!(counts.is_sorted() && counts[0] == 66 && counts[4] < 66 * 7, "{counts:?}");
    assert_eq!(limit_rotations(&circuit, 6).unwrap_err(), Error::TooFewKeys { keys: 6, least: 7 });
}

#[test]
fn programs_keep_to_a_limit_on_keys() {
    let small = Requirements { security: None, passes: Passes::NONE, ..Requirements::DEFAULT };
    let circuit = turns(32, 31);
    let free = compile(&circuit, &small).unwrap();
    let limit = free.key_bytes() / 3;
    let tight = compile(&circuit, &Requirements { key_bytes: Some(limit), ..small }).unwrap();
    assert!(tight.key_bytes() <= limit && tight.key_bytes() > limit / 2);
    // What rotations have in common is turned once, so that there need not be more of them; but fewer share a decomposition.
    assert!(tight.tally().rotation_count() >= free.tally().rotation_count());
    assert!(tight.tasks().len() > free.tasks().len());
    let inputs = |seed: usize| (0..32).map(|i| ((i * seed) % 7) as f64).collect();
    let inputs = BTreeMap::from([("x".to_owned(), inputs(3)), ("y".to_owned(), inputs(5))]);
    assert_eq!(read::clear(tight.circuit(), &inputs).unwrap(), read::clear(free.circuit(), &inputs).unwrap());
    let refused = compile(&circuit, &Requirements { key_bytes: Some(1000), ..small }).unwrap_err();
    assert!(matches!(refused, Error::KeyBytes { limit: 1000, needed } if needed > 1000));
}

#[test]
fn chains_by_doubling_give_up_their_sums_first() {
    let b = Builder::new(64);
    let chain = (0..6).fold(b.input("x"), |x, k| &x + x.rotate(1 << k));
    b.output("y", &chain);
    let (circuit, small) = (b.finish().unwrap(), Requirements { security: None, ..Requirements::DEFAULT });
    let free = compile(&circuit, &small).unwrap();
    assert_eq!((free.rotations().len(), free.steps().len()), (9, 4));
    let limit = free.key_bytes() - 1;
    let tight = compile(&circuit, &Requirements { key_bytes: Some(limit), ..small }).unwrap();
    assert_eq!((tight.rotations().len(), tight.tally().rotation_count()), (6, 6));
    assert_eq!(tight.circuit(), free.circuit());
    let lowering = Lowering { double_hoisting: false, ..Lowering::ALL };
    let apart = compile(&circuit, &Requirements { lowering, ..small }).unwrap();
    assert_eq!(tight.key_bytes(), apart.key_bytes());
}
