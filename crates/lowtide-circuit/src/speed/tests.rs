use lowtide_ckks::{Parameters, Shape};
use lowtide_ring::Ring;

use super::*;
use crate::{Builder, Program, Requirements, compile_for};

const SETTING: Setting = Setting { ring: Ring::Standard, log_degree: 14, special: 2 };

type Operation = fn(&Setting, usize) -> Effort;

const OPERATIONS: [Operation; 8] = [
    |setting, level| setting.relinearize_rescale(level),
    |setting, level| setting.rotations(level, 1),
    |setting, level| setting.rotations(level, 8),
    |setting, level| setting.rotation_sum(level, 3),
    |setting, level| setting.rescale(level),
    |setting, level| setting.product(level),
    |setting, level| setting.element_wise(level, 2, 5, 3),
    |setting, level| setting.encode(level),
];

#[test]
fn more_levels_and_larger_rings_take_longer() {
    let speed = Speed::default();
    for operation in OPERATIONS {
        let seconds =
            |log_degree, level| speed.seconds(&operation(&Setting { log_degree, ..SETTING }, level), 1 << 27);
        for log_degree in 12..17 {
            for level in 1..30 {
                let here = seconds(log_degree, level);
                assert!(here > 0.0 && here < seconds(log_degree, level + 1), "2^{log_degree}, level {level}");
                assert!(2.0 * here <= seconds(log_degree + 1, level), "2^{log_degree}, level {level}");
            }
        }
    }
}

#[test]
fn rotations_that_share_a_decomposition_cost_less_than_others() {
    let speed = Speed::default();
    for special in [1, 2, 5, 12] {
        let setting = Setting { special, ..SETTING };
        let (alone, together) = (setting.rotations(11, 1) * 8.0, setting.rotations(11, 8));
        assert!(speed.seconds(&together, 0) < speed.seconds(&alone, 0), "{special}");
        assert_eq!((together.keys, together.products), (alone.keys, alone.products));
    }
}

#[test]
fn a_sum_of_rotations_costs_less_than_they_do() {
    let speed = Speed::default();
    for special in [1, 2, 5, 12] {
        let setting = Setting { special, ..SETTING };
        let (apart, sum) = (setting.rotations(11, 3), setting.rotation_sum(11, 3));
        assert!(speed.seconds(&sum, 1 << 30) < speed.seconds(&apart, 1 << 30), "{special}");
        assert_eq!((sum.keys, sum.products), (apart.keys, apart.products));
        // Two links of a chain by doubling.
        let links = setting.rotations(11, 1) * 2.0;
        assert!(speed.seconds(&sum, 1 << 30) < speed.seconds(&links, 1 << 30), "{special}");
    }
}

#[test]
fn digits_trade_keys_for_conversions() {
    let effort = |special| Setting { special, ..SETTING }.rotations(11, 1);
    let (many, few) = (effort(1), effort(12));
    assert!(many.keys > few.keys && many.butterflies > few.butterflies && many.conversions < few.conversions);
    // Keys that fit the cache cost no more than their products.
    let speed = Speed::default();
    assert!(speed.seconds(&many, 1 << 20) < speed.seconds(&many, 1 << 30));
}

#[test]
fn this_machine_is_no_other_world() {
    let speed = Speed::measure().unwrap();
    let Speed { butterfly, conversion, product, pass, embedding, far, memory } = speed;
    for figure in [butterfly, conversion, product, pass, embedding] {
        assert!((1e-3..1e3).contains(&figure), "{speed:?}");
    }
    assert!((0.0..1e2).contains(&far) && (0.0..1e2).contains(&memory), "{speed:?}");
}

fn program(digits: usize) -> Program {
    let b = Builder::new(16);
    let (x, y) = (b.input("x"), b.input("y"));
    let sums = (0..4).map(|i| (&x * &y).rotate(1 << i)).reduce(|a, b| a + b).unwrap();
    b.output("z", &((&sums * &sums) * 0.3 + (&y * &y)));
    let shape =
        Shape { ring: Ring::Standard, log_degree: 6, first_bits: 49, scale_bits: 40, levels: 3, digits };
    let params = Parameters::insecure(shape.literal().unwrap()).unwrap();
    compile_for(&b.finish().unwrap(), &params, &Requirements::default()).unwrap()
}

#[test]
fn one_compilation_prices_all_digit_counts() {
    let speed = Speed::default();
    let (one, four) = (program(1), program(4));
    for setting in [one.setting(), four.setting(), SETTING] {
        let [mut one, four] = [&one, &four].map(|program| program.usage_in(setting, &speed, 2));
        // Special primes of another setting may be a bit longer or shorter.
        assert!(one.key_bytes.abs_diff(four.key_bytes) <= four.key_bytes / 10);
        one.key_bytes = four.key_bytes;
        assert_eq!(one, four);
    }
    let usage = one.usage_in(one.setting(), &speed, 1);
    assert_eq!((usage.key_bytes, usage.value_bytes), (one.key_bytes(), one.peak_bytes()));
}

#[test]
fn threads_share_the_work_down_to_the_dearest_chain() {
    let program = program(2);
    let usage = |threads| program.usage_in(SETTING, &Speed::default(), threads);
    let alone = usage(1);
    assert!(alone.span <= alone.work && alone.seconds(1) >= alone.work);
    let mut before = f64::INFINITY;
    for threads in [1, 2, 4, 8, 64] {
        let seconds = usage(threads).seconds(threads);
        assert!(seconds <= before && seconds >= alone.work / threads as f64);
        before = seconds;
    }
    assert!(before > alone.work / 64.0);
}
