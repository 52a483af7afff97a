//! The two readings agree: on values, levels, scales, and on the rotations that are needed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use lowtide_ckks::{Error, EvaluationKeys, Level, Parameters, Rotations, Scale, SecretKey, Shape};
use lowtide_encoding::Encoder;
use lowtide_linalg::{Arithmetic, Clear, Encrypted, Grid, Tile, sum};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

const SLOTS: usize = 64;

fn params() -> Parameters {
    let shape = Shape {
        ring: Default::default(),
        log_degree: 7,
        first_bits: 50,
        scale_bits: 40,
        levels: 5,
        digits: 2,
    };
    Parameters::insecure(shape.literal().unwrap()).unwrap()
}

/// A bit of everything: `sum of columns of (z v)`, masked or not, a cubic of it, and a sum of rows.
fn circuit<A: Arithmetic>(a: &A, tile: &Tile, z: &A::Vector, v: &A::Vector) -> Result<A::Vector, Error> {
    let u = sum::columns(a, tile, &a.sum_of_products(&[(z, v)])?)?;
    let square = a.add_constant(&a.square(&u)?, -0.5)?;
    let level = a.level(&square);
    let lead = a.mul_constant_to(z, 0.25, level + 1, &a.scale(z))?;
    let cubic = a.sum_of_products(&[(&a.sum_of_products(&[(&lead, &u)])?, &square)])?;
    let scaled = a.mul_power_of_two(&cubic, -1);
    let line = a.combine_to(&[(0.5, z), (0.0, v), (-1.5, v)], a.level(&scaled), &a.scale(&scaled))?;
    sum::rows(a, tile, &a.add(&scaled, &line)?)
}

struct Setup {
    secret: SecretKey,
    keys: EvaluationKeys,
    encoder: Encoder,
    rng: ChaCha20Rng,
}

impl Setup {
    fn new(level: Level, rotations: Vec<(i64, Level)>) -> Self {
        let params = params();
        let mut rng = ChaCha20Rng::from_seed([4; 32]);
        let secret = SecretKey::generate(&params, &mut rng);
        let keys = secret
            .evaluation_keys(level, &Rotations { steps: rotations, conjugation: None }, &mut rng)
            .unwrap();
        Self { secret, keys, encoder: Encoder::new(&params).unwrap(), rng }
    }

    fn encrypt(&mut self, values: &[f64]) -> lowtide_ckks::Ciphertext {
        let params = self.secret.params();
        let plain = self.encoder.encode(values, params.max_level(), params.default_scale()).unwrap();
        self.secret.encrypt(&plain, &mut self.rng).unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn encrypted_and_clear_agree(
        z in prop::collection::vec(-1.0..1.0_f64, SLOTS),
        v in prop::collection::vec(-1.0..1.0_f64, SLOTS),
        log_columns in 0..4_u32,
        half in any::<bool>(),
    ) {
        let tile = Tile::new(SLOTS, 1 << log_columns, half).unwrap();
        let at = |values: &[f64]| tile.slots_of(|i, k| values[(i * tile.columns() + k) % SLOTS]);
        let (z, v) = (at(&z), at(&v));
        let params = params();

        let survey = Clear::survey(params.literal());
        let top = params.max_level();
        let nothing = survey.input(Vec::new(), top, Scale::power_of_two(40));
        let surveyed = circuit(&survey, &tile, &nothing, &nothing).unwrap();

        let clear = Clear::new(params.literal(), SLOTS);
        let input = |values: &[f64]| clear.input(values.to_vec(), top, Scale::power_of_two(40));
        let expected = circuit(&clear, &tile, &input(&z), &input(&v)).unwrap();
        prop_assert_eq!(clear.tally(), survey.tally());

        // Keys for exactly what the survey lists.
        let tally = survey.tally();
        let mut setup = Setup::new(tally.relinearization_level(), tally.rotation_levels());
        let (z, v) = (setup.encrypt(&z), setup.encrypt(&v));
        let switches = std::sync::Mutex::new(std::collections::BTreeMap::new());
        let count = |level| *switches.lock().unwrap().entry(level).or_insert(0) += 1;
        let encrypted = Encrypted::new(&setup.keys, &count).unwrap();
        let found = circuit(&encrypted, &tile, &z, &v).unwrap();
        prop_assert_eq!(&*switches.lock().unwrap(), &tally.key_switches());
        prop_assert_eq!(found.level(), clear.level(&expected));
        prop_assert_eq!(found.scale(), &clear.scale(&expected));
        prop_assert_eq!((survey.level(&surveyed), survey.scale(&surveyed)), (found.level(), found.scale().clone()));
        let decoded = setup.encoder.decode(&setup.secret.decrypt(&found).unwrap());
        for (found, expected) in decoded.iter().zip(expected.values()) {
            prop_assert!((found - expected).abs() < 1e-5, "{} {}", found, expected);
        }
    }

    #[test]
    fn sums_match_their_definition(
        values in prop::collection::vec(-1.0..1.0_f64, SLOTS),
        log_columns in 0..5_u32,
        half in any::<bool>(),
    ) {
        let tile = Tile::new(SLOTS, 1 << log_columns, half).unwrap();
        let entry = |i: usize, k: usize| values[i * tile.columns() + k];
        let clear = Clear::new(params().literal(), SLOTS);
        let x = clear.input(tile.slots_of(entry), 3, Scale::power_of_two(40));
        let (rows, columns) = (sum::rows(&clear, &tile, &x).unwrap(), sum::columns(&clear, &tile, &x).unwrap());
        prop_assert_eq!(clear.level(&rows), 3);
        prop_assert_eq!(clear.level(&columns), if half { 3 } else { 2 });
        for i in 0..tile.rows() {
            for k in 0..tile.columns() {
                let slot = i * tile.width() + k;
                let row_sum: f64 = (0..tile.rows()).map(|i| entry(i, k)).sum();
                let column_sum: f64 = (0..tile.columns()).map(|k| entry(i, k)).sum();
                prop_assert!((rows.values()[slot] - row_sum).abs() < 1e-12);
                prop_assert!((columns.values()[slot] - column_sum).abs() < 1e-12);
            }
        }
        let doublings = (tile.rows().ilog2() + tile.columns().ilog2()) as usize;
        let extra = if half { 1 } else { tile.columns().ilog2() as usize };
        prop_assert_eq!(clear.tally().rotation_count(), doublings + extra);
    }

    #[test]
    fn a_grid_holds_its_matrix(rows in 1..20_usize, columns in 1..20_usize, half in any::<bool>()) {
        let tile = Tile::new(32, 4, half).unwrap();
        let grid = Grid::of_matrix(&tile, rows, columns, |i, k| (1 + i * 100 + k) as f64);
        prop_assert_eq!((grid.row_blocks(), grid.column_blocks()), Grid::<()>::blocks(&tile, rows, columns));
        let total: f64 = grid.tiles().iter().flatten().sum();
        let expected: usize = (0..rows).flat_map(|i| (0..columns).map(move |k| 1 + i * 100 + k)).sum();
        prop_assert_eq!(total, expected as f64);
    }
}

#[test]
fn clear_refuses_what_ciphertexts_refuse() {
    let clear = Clear::survey(params().literal());
    let x = clear.input(Vec::new(), 1, Scale::power_of_two(40));
    let low = clear.drop_to(&x, 0).unwrap();
    assert_eq!(clear.add(&x, &low), Err(Error::LevelMismatch { left: 1, right: 0 }));
    assert_eq!(clear.sum_of_products(&[(&x, &low)]), Err(Error::LevelMismatch { left: 1, right: 0 }));
    assert_eq!(clear.square(&low), Err(Error::OutOfLevels));
    assert_eq!(clear.mul_mask(&low, &[]), Err(Error::OutOfLevels));
    assert!(matches!(clear.mul_constant_to(&low, 1.0, 0, &Scale::ONE), Err(Error::NoSuchLevel { .. })));
    assert!(matches!(clear.add(&x, &clear.mul_power_of_two(&x, 1)), Err(Error::ScaleMismatch { .. })));
}
