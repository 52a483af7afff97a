//! What is predicted is what is written.

use lowtide_ckks::{EvaluationKeys, KeyList, Parameters, Shape};
use lowtide_wire::{Payload, Sizes, encode};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::stock::{SHAPE, Stock};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn predictions_hold(log_degree in 3..7_u32, scale_bits in 22..50_u32, levels in 1..6_usize, digits in 1..7_usize) {
        let shape = Shape { log_degree, first_bits: scale_bits + 8, scale_bits, levels, digits, ..SHAPE };
        let stock = Stock::new(Parameters::insecure(shape.literal().unwrap()).unwrap());
        let sizes = Sizes::new(stock.params.literal());
        fn real<T: Payload>(value: &T) -> u64 {
            encode(value).len() as u64
        }
        prop_assert_eq!(sizes.file(0), real(&stock.params));
        prop_assert_eq!(sizes.file(sizes.secret_key()), real(&stock.secret));
        prop_assert_eq!(sizes.file(sizes.public_key()), real(&stock.public));
        for ciphertext in [&stock.fresh, &stock.computed] {
            let predicted = sizes.ciphertext(ciphertext.level(), ciphertext.scale(), ciphertext.seed().is_some());
            prop_assert_eq!(sizes.file(predicted), real(ciphertext));
        }
        let (top, below) = (levels, levels - 1);
        let galois = stock.keys.galois().map(|key| key.key().level());
        prop_assert_eq!(sizes.file(sizes.evaluation_keys(Some(top), galois)), real(&stock.keys));
        let mut rng = ChaCha20Rng::from_seed([3; 32]);
        let list =
            KeyList { relinearization: Some(below), rotations: vec![(1, below), (2, 0)], conjugation: None };
        let keys = stock.secret.evaluation_keys(&list, &mut rng).unwrap();
        let distinct = keys.galois().map(|key| key.key().level()).collect::<Vec<_>>();
        prop_assert_eq!(sizes.file(sizes.evaluation_keys(Some(below), distinct)), real(&keys));
        let none = EvaluationKeys::new(&stock.params, None, []);
        prop_assert_eq!(sizes.file(sizes.evaluation_keys(None, [])), real(&none));
    }
}
