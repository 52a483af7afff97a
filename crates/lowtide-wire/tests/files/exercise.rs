//! What has to hold for any bytes whatever. Tests and fuzz targets share this file.

use lowtide_ckks::{BridgeKeys, Ciphertext, EvaluationKeys, Parameters, PublicKey, SecretKey};
use lowtide_wire::{Envelope, Error, Kind, Limits, Payload, Reader, Wire, Writer, decode, encode, inspect};

/// What crates above make: a text and ciphertexts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Collection {
    pub(crate) params: Parameters,
    pub(crate) text: String,
    pub(crate) ciphertexts: Vec<Ciphertext>,
}

impl Wire for Collection {
    const MIN_BYTES: usize = 16;

    fn write(&self, out: &mut Writer) {
        out.text(&self.text);
        out.list(&self.ciphertexts);
    }

    fn read(input: &mut Reader<'_>, params: &Parameters) -> Result<Self, Error> {
        Ok(Self { params: params.clone(), text: input.text()?.into(), ciphertexts: input.list(params)? })
    }
}

impl Payload for Collection {
    const KIND: Kind = Kind::Dataset;

    fn params(&self) -> &Parameters {
        &self.params
    }
}

/// A file by the words of the format's description.
pub(crate) fn seal(version: u32, kind: u32, fingerprint: &[u8; 32], payload: &[u8]) -> Vec<u8> {
    let mut file = b"\x89LOWTIDE".to_vec();
    file.extend(version.to_le_bytes());
    file.extend(kind.to_le_bytes());
    file.extend((payload.len() as u64).to_le_bytes());
    file.extend(fingerprint);
    file.extend(payload);
    let digest = blake3::hash(&file);
    file.extend(digest.as_bytes());
    file
}

/// Nothing panics, reading and inspecting agree, and what is read is used and written again as the same bytes.
pub(crate) fn any_file(file: &[u8], limits: &Limits) {
    let summary = inspect(file);
    let Ok(envelope) = Envelope::read(file) else {
        assert!(summary.is_err() || summary.is_ok_and(|summary| summary.damage.is_some()));
        return;
    };
    let opened = match envelope.header().kind {
        Kind::Parameters => again::<Parameters>(file, limits, |_| ()),
        Kind::SecretKey => again::<SecretKey>(file, limits, |_| ()),
        Kind::PublicKey => again::<PublicKey>(file, limits, |_| ()),
        Kind::EvaluationKeys => again::<EvaluationKeys>(file, limits, use_keys),
        Kind::BridgeKeys => again::<BridgeKeys>(file, limits, |_| ()),
        Kind::Ciphertext => again::<Ciphertext>(file, limits, use_ciphertext),
        Kind::Dataset => again::<Collection>(file, limits, |collection| {
            collection.ciphertexts.iter().for_each(use_ciphertext);
        }),
        _ => return,
    };
    match opened {
        Ok(()) => {
            assert!(summary.is_ok_and(|summary| summary.damage.is_none() && summary.contents.is_some()));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn again<T: Payload>(file: &[u8], limits: &Limits, using: impl Fn(&T)) -> Result<(), Error> {
    let value = decode::<T>(file, limits)?;
    assert_eq!(encode(&value), file, "one value, one form");
    using(&value);
    Ok(())
}

/// Errors are welcome, panics are not.
fn use_ciphertext(x: &Ciphertext) {
    let _ = (x.precision_bits(), x.scale().to_string(), x.scale().to_f64(), x.add(x), x.add_constant(0.5));
    let _ = (x.drop_to(0), x.rescale(), x.square().rescale(), x.mul_power_of_two(-1));
    let _ = (x.mul_constant(0.5, x.scale()), x.mul_constant_to(0.5, x.params().default_scale()));
}

fn use_keys(keys: &EvaluationKeys) {
    let params = keys.params();
    for level in 0..=params.max_level() {
        let zero = || lowtide_ring::Poly::zero(&params.basis(level));
        let noise = lowtide_ckks::Noise { magnitude: 1.0, deviation: 1.0 };
        let scale = params.default_scale().clone();
        let x = Ciphertext::from_parts(params, [zero(), zero()], scale, noise).expect("zero is a ciphertext");
        let _ = x.square().relinearize(keys);
        let _ = x.conjugate(keys);
        let hoisted = x.hoist();
        keys.rotations()
            .into_iter()
            .for_each(|steps| drop((x.rotate(steps, keys), hoisted.rotate(steps, keys))));
    }
}
