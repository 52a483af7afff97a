//! One file of every kind, small.

use std::sync::LazyLock;

use lowtide_ckks::{Ciphertext, EvaluationKeys, KeyList, Parameters, Plaintext, PublicKey, SecretKey, Shape};
use lowtide_ring::Ring;
use lowtide_wire::{Limits, encode};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::exercise::{Collection, seal};

pub(crate) const SHAPE: Shape =
    Shape { ring: Ring::Standard, log_degree: 3, first_bits: 50, scale_bits: 40, levels: 2, digits: 2 };

/// Everything that a customer has.
pub(crate) struct Stock {
    pub(crate) params: Parameters,
    pub(crate) secret: SecretKey,
    pub(crate) public: PublicKey,
    pub(crate) keys: EvaluationKeys,
    /// Half of it is a seed.
    pub(crate) fresh: Ciphertext,
    /// A level lower, at a scale with odd factors.
    pub(crate) computed: Ciphertext,
    pub(crate) collection: Collection,
}

pub(crate) static STOCK: LazyLock<Stock> =
    LazyLock::new(|| Stock::new(Parameters::insecure(SHAPE.literal().unwrap()).unwrap()));

impl Stock {
    /// The value in all slots is 1.5 in fresh ciphertexts.
    pub(crate) fn new(params: Parameters) -> Self {
        let mut rng = ChaCha20Rng::from_seed([7; 32]);
        let secret = SecretKey::generate(&params, &mut rng);
        let top = params.max_level();
        let list = KeyList {
            relinearization: Some(top),
            rotations: vec![(1, top), (-1, top - 1)],
            conjugation: Some(top),
        };
        let keys = secret.evaluation_keys(&list, &mut rng).unwrap();
        let mut coefficients = vec![0.0; params.ring_degree()];
        coefficients[0] = 1.5;
        let plain =
            Plaintext::from_coefficients(&params, top, params.default_scale(), &coefficients).unwrap();
        let fresh = secret.encrypt(&plain, &mut rng).unwrap();
        let computed = fresh.square().relinearize(&keys).unwrap().rescale().unwrap();
        let collection = Collection {
            params: params.clone(),
            text: "{\"rows\": 4, \"name\": \"Prüfung\"}".into(),
            ciphertexts: vec![fresh.clone(), computed.clone(), fresh.clone()],
        };
        Self { public: secret.public_key(&mut rng), params, secret, keys, fresh, computed, collection }
    }

    /// Files of all kinds, with names.
    pub(crate) fn files(&self) -> [(&'static str, Vec<u8>); 7] {
        [
            ("parameters", encode(&self.params)),
            ("secret-key", encode(&self.secret)),
            ("public-key", encode(&self.public)),
            ("evaluation-keys", encode(&self.keys)),
            ("fresh-ciphertext", encode(&self.fresh)),
            ("computed-ciphertext", encode(&self.computed)),
            ("dataset", encode(&self.collection)),
        ]
    }

    /// Where the payload goes on after the literal.
    pub(crate) fn literal_bytes(&self) -> usize {
        let literal = self.params.literal();
        5 + 8 * (literal.q.len() + literal.p.len())
    }
}

pub(crate) fn any_limits() -> Limits {
    Limits::default().allow_insecure()
}

/// The same file with another payload and a digest to match.
pub(crate) fn forge(file: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut payload = file[56..file.len() - 32].to_vec();
    change(&mut payload);
    let number = |at: usize| u32::from_le_bytes(*file[at..].first_chunk().unwrap());
    seal(number(8), number(12), file[24..].first_chunk().unwrap(), &payload)
}

/// The same file with other bytes in its header and a digest to match.
pub(crate) fn with_header(file: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = file[..file.len() - 32].to_vec();
    file[at..at + bytes.len()].copy_from_slice(bytes);
    let digest = blake3::hash(&file);
    file.extend(digest.as_bytes());
    file
}
