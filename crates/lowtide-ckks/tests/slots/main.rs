//! The scheme, operation by operation, against the slots it stands for, by a direct evaluation of the embedding.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![cfg(feature = "customer")]

mod oracle;

use lowtide_ckks::{
    BridgeKeys, Ciphertext, Error, EvaluationKeys, KeyList, Parameters, Plaintext, Scale, SecretKey, Shape,
};
use lowtide_ring::Ring;
use oracle::{assert_close, decode, encode, worst};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

const SLOTS: usize = 32;

fn shape(ring: Ring, digits: usize) -> Shape {
    let log_degree = if ring.slots(SLOTS) == SLOTS { 5 } else { 6 };
    Shape { ring, log_degree, first_bits: 50, scale_bits: 40, levels: 4, digits }
}

fn rings() -> impl Strategy<Value = Ring> {
    prop::sample::select(Ring::ALL.to_vec())
}

struct Setup {
    params: Parameters,
    secret: SecretKey,
    keys: EvaluationKeys,
    rng: ChaCha20Rng,
}

impl Setup {
    fn new(digits: usize) -> Self {
        Self::of(Ring::Standard, digits)
    }

    fn of(ring: Ring, digits: usize) -> Self {
        Self::with(shape(ring, digits))
    }

    fn with(shape: Shape) -> Self {
        let params = Parameters::insecure(shape.literal().unwrap()).unwrap();
        let mut rng = ChaCha20Rng::from_seed([shape.digits as u8; 32]);
        let secret = SecretKey::generate(&params, &mut rng);
        let level = params.max_level();
        let list = KeyList {
            relinearization: Some(level),
            rotations: [1, 5, -3, 16].map(|steps| (steps, level)).to_vec(),
            conjugation: Some(level),
        };
        let keys = secret.evaluation_keys(&list, &mut rng).unwrap();
        Self { params, secret, keys, rng }
    }

    fn plain(&self, values: &[f64], level: usize) -> Plaintext {
        encode(&self.params, values, level, self.params.default_scale())
    }

    fn encrypt(&mut self, values: &[f64]) -> Ciphertext {
        let plain = self.plain(values, self.params.max_level());
        self.secret.encrypt(&plain, &mut self.rng).unwrap()
    }

    /// The slots, which must be as precise as the ciphertext says, give or take four bits.
    fn decrypt(&self, ciphertext: &Ciphertext) -> Vec<f64> {
        decode(&self.secret.decrypt(ciphertext).unwrap())
    }
}

fn vectors() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-4.0..4.0_f64, SLOTS)
}

fn zip(a: &[f64], b: &[f64], f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    a.iter().zip(b).map(|(x, y)| f(*x, *y)).collect()
}

fn left(a: &[f64], steps: i64) -> Vec<f64> {
    (0..a.len() as i64).map(|i| a[(i + steps).rem_euclid(a.len() as i64) as usize]).collect()
}

/// The result is right, and about as precise as its noise estimate: within 4 bits of the worst of 32 slots.
fn check(setup: &Setup, found: &Ciphertext, expected: &[f64]) {
    let error = worst(&setup.decrypt(found), expected);
    let estimate = found.noise().deviation / found.scale().to_f64();
    assert!(error < 8.0 * estimate, "error {error:e}, estimate {estimate:e}");
    let largest = expected.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    assert!(largest <= found.noise().magnitude * (1.0 + 1e-9), "{largest} {}", found.noise().magnitude);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn operations_act_slot_by_slot(
        ring in rings(), a in vectors(), b in vectors(), c in -2.0..2.0_f64, digits in 1..6_usize,
    ) {
        let mut setup = Setup::of(ring, digits);
        let (x, y) = (setup.encrypt(&a), setup.encrypt(&b));
        let level = setup.params.max_level();
        let plain = setup.plain(&b, level);
        let scale = setup.params.default_scale().clone();
        check(&setup, &x, &a);
        check(&setup, &x.add(&y).unwrap(), &zip(&a, &b, |x, y| x + y));
        check(&setup, &x.sub(&y).unwrap(), &zip(&a, &b, |x, y| x - y));
        check(&setup, &x.neg(), &zip(&a, &b, |x, _| -x));
        check(&setup, &x.add_plain(&plain).unwrap(), &zip(&a, &b, |x, y| x + y));
        check(&setup, &x.sub_plain(&plain).unwrap(), &zip(&a, &b, |x, y| x - y));
        check(&setup, &x.add_constant(c).unwrap(), &zip(&a, &b, |x, _| x + c));
        check(&setup, &x.mul_integer(-3), &zip(&a, &b, |x, _| -3.0 * x));
        check(&setup, &x.mul_power_of_two(-5), &zip(&a, &b, |x, _| x / 32.0));
        check(&setup, &x.mul_constant(c, &Scale::power_of_two(30)).unwrap(), &zip(&a, &b, |x, _| c * x));
        let constant = x.mul_constant_to(c, &scale).unwrap();
        assert_eq!((constant.scale(), constant.level()), (&scale, level - 1));
        check(&setup, &constant, &zip(&a, &b, |x, _| c * x));
        let product = zip(&a, &b, |x, y| x * y);
        let relinearized = x.mul(&y).unwrap().relinearize(&setup.keys).unwrap();
        check(&setup, &relinearized, &product);
        check(&setup, &relinearized.rescale().unwrap(), &product);
        let merged = x.mul(&y).unwrap().relinearize_rescale(&setup.keys).unwrap();
        assert_eq!((merged.scale(), merged.level()), (relinearized.rescale().unwrap().scale(), level - 1));
        check(&setup, &merged, &product);
        let (fused, keys) = (x.mul_relinearize_rescale(&y, &setup.keys).unwrap(), &setup.keys);
        assert!(fused == merged && fused.noise() == merged.noise());
        let merged = x.square().relinearize_rescale(keys).unwrap();
        let fused = x.square_relinearize_rescale(keys).unwrap();
        assert!(fused == merged && fused.noise() == merged.noise());
        let sum = x.mul(&y).unwrap().add(&x.square()).unwrap().add(&y.square()).unwrap();
        let merged = sum.relinearize_rescale(keys).unwrap();
        let fused = Ciphertext::inner_product(&[(&x, &y), (&x, &x), (&y, &y)], keys).unwrap();
        assert!(fused == merged && fused.noise() == merged.noise());
        check(&setup, &fused, &zip(&a, &b, |x, y| x * y + x * x + y * y));
        check(&setup, &x.mul(&y).unwrap().rescale().unwrap().relinearize(&setup.keys).unwrap(), &product);
        check(&setup, &x.mul_plain(&plain).unwrap().rescale().unwrap(), &product);
        let square = x.square().relinearize(&setup.keys).unwrap();
        check(&setup, &square, &zip(&a, &a, |x, y| x * y));
        let sum = x.mul(&y).unwrap().add(&x.square()).unwrap().sub(&y.square().neg()).unwrap();
        let expected = zip(&a, &b, |x, y| x * y + x * x + y * y);
        assert_close(&decode(&setup.secret.decrypt_product(&sum).unwrap()), &expected, 1e-6);
        check(&setup, &sum.relinearize(&setup.keys).unwrap().rescale().unwrap(), &expected);
        check(&setup, &x.drop_to(1).unwrap(), &a);
        // The same integers, not only the same numbers: a message that fits a lower level can be decrypted there.
        let coefficients = |x: &Ciphertext| setup.secret.decrypt(x).unwrap().coefficients();
        assert_eq!(coefficients(&x.drop_to(1).unwrap()), coefficients(&x));
        for steps in [1, 5, -3, 16, 32, 0] {
            check(&setup, &x.rotate(steps, &setup.keys).unwrap(), &left(&a, steps));
        }
        check(&setup, &x.conjugate(&setup.keys).unwrap(), &a);
    }

    #[test]
    fn a_chain_of_squares_uses_every_level(
        ring in rings(), a in prop::collection::vec(-1.0..1.0_f64, SLOTS), digits in 1..6_usize,
    ) {
        let mut setup = Setup::of(ring, digits);
        let (mut x, mut expected) = (setup.encrypt(&a), a);
        for level in (0..setup.params.max_level()).rev() {
            // By one division at even levels, by two at odd ones.
            x = if level % 2 == 0 {
                x.square().relinearize_rescale(&setup.keys).unwrap()
            } else {
                x.square().relinearize(&setup.keys).unwrap().rescale().unwrap()
            };
            expected = zip(&expected, &expected, |x, y| x * y);
            assert_eq!(x.level(), level);
            check(&setup, &x, &expected);
            check(&setup, &x.rotate(5, &setup.keys).unwrap(), &left(&expected, 5));
        }
        assert_eq!(x.rescale().unwrap_err(), Error::OutOfLevels);
    }

    #[test]
    fn public_encryption_decrypts(ring in rings(), a in vectors(), level in 0..5_usize) {
        let mut setup = Setup::of(ring, 2);
        let public = setup.secret.public_key(&mut setup.rng);
        let encrypted = public.encrypt(&setup.plain(&a, level), &mut setup.rng).unwrap();
        assert_eq!((encrypted.level(), encrypted.seed()), (level, None));
        check(&setup, &encrypted, &a);
    }
}

#[test]
fn products_that_are_never_stored_are_the_same_bit_for_bit() {
    // Several blocks of coefficients.
    for (ring, digits) in Ring::ALL.into_iter().flat_map(|ring| [1, 2, 4].map(|digits| (ring, digits))) {
        let mut setup = Setup::with(Shape { log_degree: 11, ..shape(ring, digits) });
        let mut encrypt = |step: f64| {
            let numbers: Vec<f64> = (0..1 << 11).map(|i| (step * f64::from(i)).sin()).collect();
            let (params, scale) = (&setup.params, setup.params.default_scale());
            let plain = Plaintext::from_coefficients(params, 3, scale, &numbers).unwrap();
            setup.secret.encrypt(&plain, &mut setup.rng).unwrap()
        };
        let (x, y) = (encrypt(0.1), encrypt(0.7));
        let keys = &setup.keys;
        let product = x.mul(&y).unwrap();
        assert_eq!(x.mul_relinearize_rescale(&y, keys), product.relinearize_rescale(keys));
        let sum = product.add(&y.square()).unwrap().add(&product).unwrap();
        assert_eq!(
            Ciphertext::inner_product(&[(&x, &y), (&y, &y), (&y, &x)], keys),
            sum.relinearize_rescale(keys),
        );
    }
}

#[test]
fn inner_products_name_what_does_not_fit() {
    let mut setup = Setup::new(2);
    let (x, low) = (setup.encrypt(&[0.5; SLOTS]), setup.encrypt(&[0.5; SLOTS]).drop_to(0).unwrap());
    let keys = &setup.keys;
    let wide = x.mul_constant(1.0, &Scale::power_of_two(10)).unwrap();
    let of = |pairs: &[(&Ciphertext, &Ciphertext)]| Ciphertext::inner_product(pairs, keys).unwrap_err();
    assert_eq!(of(&[]), Error::EmptySum);
    assert_eq!(of(&[(&x, &x), (&x, &low)]), Error::LevelMismatch { left: 4, right: 0 });
    let (left, right) = (x.scale() * x.scale(), x.scale() * wide.scale());
    assert_eq!(of(&[(&x, &x), (&x, &wide)]), Error::ScaleMismatch { left, right });
    assert_eq!(of(&[(&low, &low)]), Error::OutOfLevels);
}

#[test]
fn hoisted_rotations_are_the_same_bit_for_bit() {
    for ring in Ring::ALL {
        let mut setup = Setup::of(ring, 3);
        let x = setup.encrypt(&[1.5; SLOTS]).drop_to(3).unwrap();
        let hoisted = x.hoist();
        for steps in [1, 5, -3, 16, 0] {
            let alone = x.rotate(steps, &setup.keys).unwrap();
            assert_eq!(hoisted.rotate(steps, &setup.keys).unwrap(), alone, "{steps}");
        }
    }
}

#[test]
fn a_sum_of_rotations_is_divided_once() {
    let values: Vec<f64> = (0..SLOTS).map(|i| (0.7 * i as f64).sin()).collect();
    for (ring, digits) in Ring::ALL.into_iter().flat_map(|ring| [1, 2, 3, 5].map(|digits| (ring, digits))) {
        let mut setup = Setup::of(ring, digits);
        for level in [4, 2, 0] {
            let x = setup.encrypt(&values).drop_to(level).unwrap();
            let hoisted = x.hoist();
            for steps in [&[1][..], &[0], &[0, 1, 5, -3], &[5, 5, 0, 32, 16]] {
                let found = x.rotate_sum(steps, &setup.keys).unwrap();
                assert_eq!(hoisted.rotate_sum(steps, &setup.keys).unwrap(), found);
                assert_eq!((found.level(), found.scale()), (level, x.scale()));
                let turned =
                    |i: usize, steps: &i64| values[(i as i64 + steps).rem_euclid(SLOTS as i64) as usize];
                let expected: Vec<f64> =
                    (0..SLOTS).map(|i| steps.iter().map(|steps| turned(i, steps)).sum()).collect();
                check(&setup, &found, &expected);
                // Of one term there is one rounding either way.
                if let [one] = steps {
                    assert_eq!(found, hoisted.rotate(*one, &setup.keys).unwrap());
                }
            }
            assert_eq!(x.rotate_sum(&[], &setup.keys), Err(Error::EmptySum));
            let missing = x.rotate_sum(&[0, 2], &setup.keys);
            assert!(matches!(missing, Err(Error::MissingRotation { steps: 2, .. })));
        }
    }
}

#[test]
fn real_slots_are_conjugated_without_a_key() {
    let mut setup = Setup::of(Ring::ConjugateInvariant, 2);
    let x = setup.encrypt(&[0.5; SLOTS]);
    let bare = EvaluationKeys::new(&setup.params, None, []);
    assert_eq!(x.conjugate(&bare).unwrap().components(), x.components());
    let list = KeyList { conjugation: Some(1), ..KeyList::default() };
    assert_eq!(setup.secret.evaluation_keys(&list, &mut setup.rng).unwrap().galois().len(), 0);
}

#[test]
fn a_seeded_ciphertext_is_rebuilt_from_its_half() {
    let mut setup = Setup::new(2);
    let x = setup.encrypt(&[0.25; SLOTS]);
    let (c0, seed) = (x.components()[0].clone(), *x.seed().unwrap());
    let rebuilt = Ciphertext::from_seed(&setup.params, c0, seed, x.scale().clone(), x.noise()).unwrap();
    assert_eq!(rebuilt, x);
    assert_eq!(x.neg().seed(), None, "only fresh ciphertexts have a seed");
}

#[test]
fn fresh_ciphertexts_of_one_message_differ() {
    let mut setup = Setup::new(2);
    assert_ne!(setup.encrypt(&[1.0; SLOTS]).components(), setup.encrypt(&[1.0; SLOTS]).components());
}

#[test]
fn keys_for_lower_levels_serve_those() {
    let mut setup = Setup::new(2);
    let list = KeyList { relinearization: Some(2), rotations: vec![(1, 2)], conjugation: None };
    let keys = setup.secret.evaluation_keys(&list, &mut setup.rng).unwrap();
    let a: Vec<f64> = (0..SLOTS).map(|i| i as f64).collect();
    let x = setup.encrypt(&a);
    assert_eq!(x.rotate(1, &keys).unwrap_err(), Error::KeyLevel { key: 2, operand: 4 });
    assert_eq!(x.square().relinearize(&keys).unwrap_err(), Error::KeyLevel { key: 2, operand: 4 });
    check(&setup, &x.drop_to(2).unwrap().rotate(1, &keys).unwrap(), &left(&a, 1));
    check(&setup, &x.drop_to(1).unwrap().rotate(1, &keys).unwrap(), &left(&a, 1));
}

#[test]
fn errors_name_both_operands() {
    let mut setup = Setup::new(2);
    let x = setup.encrypt(&[1.0; SLOTS]);
    let low = x.drop_to(1).unwrap();
    assert_eq!(x.add(&low).unwrap_err(), Error::LevelMismatch { left: 4, right: 1 });
    assert_eq!(x.mul(&low).unwrap_err(), Error::LevelMismatch { left: 4, right: 1 });
    assert_eq!(low.drop_to(3).unwrap_err(), Error::NoSuchLevel { wanted: 3, highest: 1 });
    let scaled = x.mul_power_of_two(1);
    let error = x.add(&scaled).unwrap_err();
    assert_eq!(error, Error::ScaleMismatch { left: Scale::power_of_two(40), right: Scale::power_of_two(39) });
    assert!(error.to_string().contains("2^40 and 2^39"));
    let error = x.rotate(7, &setup.keys).unwrap_err();
    assert_eq!(error, Error::MissingRotation { steps: 7, have: vec![-3, 1, 5, 16] });
    let bare = EvaluationKeys::new(&setup.params, None, []);
    assert_eq!(x.square().relinearize(&bare).unwrap_err(), Error::MissingRelinearizationKey);
    assert_eq!(x.conjugate(&bare).unwrap_err(), Error::MissingConjugation);
    assert!(matches!(x.add_constant(f64::NAN), Err(Error::NotFinite { .. })));
    assert!(matches!(x.drop_to(0).unwrap().add_constant(1e9), Err(Error::Overflow { level: 0, .. })));
    assert!(matches!(x.mul_constant(1.0, &Scale::power_of_two(-1)), Err(Error::ConstantScale { .. })));
    let mut other = Setup::new(3);
    let foreign = other.encrypt(&[1.0; SLOTS]);
    assert!(matches!(x.add(&foreign), Err(Error::ParameterMismatch { .. })));
    assert!(matches!(setup.secret.decrypt(&foreign), Err(Error::ParameterMismatch { .. })));
}

#[test]
fn a_secret_key_prints_nothing_and_round_trips() {
    let setup = Setup::new(2);
    let printed = format!("{:?}", setup.secret);
    assert!(printed.starts_with("SecretKey { params: Fingerprint(") && printed.len() < 70, "{printed}");
    let coefficients = zeroize::Zeroizing::new(setup.secret.coefficients().to_vec());
    assert!(SecretKey::from_coefficients(&setup.params, coefficients.clone()).is_ok());
    let mut bad = coefficients;
    bad[3] = 2;
    assert!(matches!(SecretKey::from_coefficients(&setup.params, bad), Err(Error::Malformed { .. })));
}

/// The two ends of a bridge: 32 real slots, 32 complex ones.
fn bridge(rng: &mut ChaCha20Rng) -> (SecretKey, SecretKey) {
    let real = Parameters::insecure(shape(Ring::ConjugateInvariant, 3).literal().unwrap()).unwrap();
    let complex = real.complex().unwrap();
    (SecretKey::generate(&real, rng), SecretKey::generate(&complex, rng))
}

#[test]
fn a_bridge_leads_to_complex_slots_and_back() {
    let mut rng = ChaCha20Rng::from_seed([6; 32]);
    let (real, complex) = bridge(&mut rng);
    let keys = real.bridge_keys(&complex, 3, &mut rng).unwrap();
    let values: Vec<f64> = (0..SLOTS).map(|i| (i as f64).sin()).collect();
    let plain = encode(real.params(), &values, 3, real.params().default_scale());
    let encrypted = real.encrypt(&plain, &mut rng).unwrap();
    let above = keys.to_complex(&encrypted).unwrap();
    assert_eq!((above.level(), above.scale()), (3, encrypted.scale()));
    let error = worst(&decode(&complex.decrypt(&above).unwrap()), &values);
    assert!(error < 8.0 * above.noise().deviation / above.scale().to_f64(), "{error:e}");
    let back = keys.to_real(&above).unwrap();
    assert_eq!((back.level(), back.scale()), (3, &(encrypted.scale() * &Scale::power_of_two(1))));
    let error = worst(&decode(&real.decrypt(&back).unwrap()), &values);
    assert!(error < 8.0 * back.noise().deviation / back.scale().to_f64(), "{error:e}");
    assert_eq!(keys.to_complex(&back).unwrap().scale(), back.scale());
}

#[test]
fn the_imaginary_part_stays_on_the_other_side() {
    // X^(N/2) is i in every slot: 0.75 + 0.5 i.
    let mut rng = ChaCha20Rng::from_seed([7; 32]);
    let (real, complex) = bridge(&mut rng);
    let keys = real.bridge_keys(&complex, 2, &mut rng).unwrap();
    let params = complex.params();
    let mut coefficients = vec![0.0; params.ring_degree()];
    (coefficients[0], coefficients[SLOTS]) = (0.75, 0.5);
    let plain = Plaintext::from_coefficients(params, 2, params.default_scale(), &coefficients).unwrap();
    let encrypted = complex.encrypt(&plain, &mut rng).unwrap();
    let back = real.decrypt(&keys.to_real(&encrypted).unwrap()).unwrap();
    assert_close(&decode(&back), &[0.75; SLOTS], 1e-6);
}

#[test]
fn a_bridge_needs_both_its_ends() {
    let mut rng = ChaCha20Rng::from_seed([8; 32]);
    let (real, complex) = bridge(&mut rng);
    assert!(matches!(complex.bridge_keys(&real, 1, &mut rng), Err(Error::NoBridge { .. })));
    assert!(matches!(real.bridge_keys(&real, 1, &mut rng), Err(Error::ParameterMismatch { .. })));
    let keys = real.bridge_keys(&complex, 1, &mut rng).unwrap();
    let plain = encode(real.params(), &[1.0; SLOTS], 2, real.params().default_scale());
    let encrypted = real.encrypt(&plain, &mut rng).unwrap();
    assert_eq!(keys.to_complex(&encrypted).unwrap_err(), Error::KeyLevel { key: 1, operand: 2 });
    assert!(matches!(keys.to_real(&encrypted), Err(Error::ParameterMismatch { .. })));
    // Keys of the smaller ring are no bridge.
    let own = real.relinearization_key(1, &mut rng).unwrap().0;
    let refused = BridgeKeys::from_parts(real.params(), [keys.keys()[0].clone(), own]).unwrap_err();
    assert_eq!(refused, Error::Malformed { part: "a bridge", found: 1, expected: 2 });
}

/// Keys, ciphertexts and parameters cross threads.
#[test]
fn types_cross_threads() {
    fn assert<T: Send + Sync>() {}
    assert::<(Parameters, SecretKey, EvaluationKeys, Ciphertext, Plaintext)>();
}

/// The same seeds give the same residues on every instruction set (capped by `LOWTIDE_ISA` in a run of its own) and on
/// any number of threads.
#[test]
fn thread_counts_do_not_change_a_bit() {
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut setup = Setup::new(2);
            let x = setup.encrypt(&[0.5; SLOTS]);
            let y = x.square().relinearize(&setup.keys).unwrap().rescale().unwrap();
            y.rotate(5, &setup.keys).unwrap()
        })
    };
    assert_eq!(run(1), run(3));
}
