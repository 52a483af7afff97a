//! There and back: the same values, the same bytes.

use lowtide_ckks::{BridgeKeys, Ciphertext, EvaluationKeys, Noise, Parameters, PublicKey, Scale, SecretKey};
use lowtide_ring::Ring;
use lowtide_wire::{Contents, Envelope, Error, Kind, Limits, Payload, Wire, Writer, decode, encode, inspect};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::{
    exercise::{Collection, any_file},
    stock::{SHAPE, STOCK, Stock, any_limits, forge, with_header},
};

/// Reads with the file's own parameters, then with ours; both must give the same bytes again.
fn again<T: Payload>(value: &T, own: &Limits) -> T {
    let bytes = encode(value);
    let read: T = decode(&bytes, own).unwrap();
    assert_eq!(read.params().literal(), value.params().literal());
    assert_eq!(encode(&read), bytes);
    let read: T = decode(&bytes, &Limits::only(value.params())).unwrap();
    assert_eq!(encode(&read), bytes);
    read
}

fn everything_comes_back(stock: &Stock, own: &Limits) {
    assert_eq!(again::<Parameters>(&stock.params, own), stock.params);
    let secret = again::<SecretKey>(&stock.secret, own);
    assert_eq!(secret.coefficients(), stock.secret.coefficients());
    let public = again::<PublicKey>(&stock.public, own);
    assert_eq!(public, stock.public);
    let fresh = again::<Ciphertext>(&stock.fresh, own);
    assert_eq!(fresh, stock.fresh);
    assert!(fresh.seed().is_some() && fresh.seed() == stock.fresh.seed());
    assert_eq!(again::<Ciphertext>(&stock.computed, own), stock.computed);
    assert_eq!(again::<Collection>(&stock.collection, own), stock.collection);
    // What was read computes and decrypts as what was written.
    let keys = again::<EvaluationKeys>(&stock.keys, own);
    assert_eq!(keys.rotations(), stock.keys.rotations());
    assert_eq!(fresh.square().relinearize(&keys).unwrap().rescale().unwrap(), stock.computed);
    let turned = stock.computed.rotate(1, &stock.keys).unwrap();
    assert_eq!(stock.computed.rotate(1, &keys).unwrap(), turned);
    assert_eq!(stock.computed.conjugate(&keys).unwrap(), stock.computed.conjugate(&stock.keys).unwrap());
    assert_eq!(secret.decrypt(&turned).unwrap(), stock.secret.decrypt(&turned).unwrap());
    let rng = || ChaCha20Rng::from_seed([1; 32]);
    let plain = stock.secret.decrypt(&fresh).unwrap();
    assert_eq!(
        public.encrypt(&plain, &mut rng()).unwrap(),
        stock.public.encrypt(&plain, &mut rng()).unwrap()
    );
}

#[test]
fn everything_comes_back_under_small_parameters() {
    everything_comes_back(&STOCK, &any_limits());
    let shapes = [
        lowtide_ckks::Shape { log_degree: 6, digits: 3, ..SHAPE },
        lowtide_ckks::Shape { log_degree: 5, first_bits: 60, scale_bits: 57, levels: 5, digits: 1, ..SHAPE },
        lowtide_ckks::Shape { log_degree: 4, first_bits: 31, scale_bits: 20, levels: 4, digits: 5, ..SHAPE },
        lowtide_ckks::Shape { ring: Ring::ConjugateInvariant, log_degree: 4, ..SHAPE },
    ];
    for shape in shapes {
        let stock = Stock::new(Parameters::insecure(shape.literal().unwrap()).unwrap());
        everything_comes_back(&stock, &any_limits());
        stock.files().iter().for_each(|(_, file)| any_file(file, &any_limits()));
    }
}

#[test]
fn everything_comes_back_under_secure_parameters() {
    let shape = lowtide_ckks::Shape { log_degree: 13, scale_bits: 36, levels: 2, digits: 3, ..SHAPE };
    everything_comes_back(
        &Stock::new(Parameters::new(shape.literal().unwrap()).unwrap()),
        &Limits::default(),
    );
}

#[test]
fn bridges_come_back() {
    let shape = lowtide_ckks::Shape { ring: Ring::ConjugateInvariant, ..SHAPE };
    let params = Parameters::insecure(shape.literal().unwrap()).unwrap();
    let mut rng = ChaCha20Rng::from_seed([4; 32]);
    let real = SecretKey::generate(&params, &mut rng);
    let complex = SecretKey::generate(&params.complex().unwrap(), &mut rng);
    let keys = real.bridge_keys(&complex, 1, &mut rng).unwrap();
    let read = again::<BridgeKeys>(&keys, &any_limits());
    assert_eq!((read.complex(), read.keys()), (complex.params(), keys.keys()));
    let file = encode(&keys);
    any_file(&file, &any_limits());
    assert_eq!(inspect(&file).unwrap().contents, Some(Contents::BridgeKeys { level: 1 }));
    // A bridge has to begin at real slots.
    let mut switch = Writer::counting();
    STOCK.keys.relinearization().unwrap().write(&mut switch);
    let standard = forge(&encode(&STOCK.keys), |payload| {
        let key = payload[STOCK.literal_bytes() + 1..][..switch.count() as usize].to_vec();
        payload.truncate(STOCK.literal_bytes());
        payload.extend([key.clone(), key].concat());
    });
    let standard = with_header(&standard, 12, &Kind::BridgeKeys.code().to_le_bytes());
    let refused = decode::<BridgeKeys>(&standard, &any_limits()).unwrap_err();
    assert!(matches!(refused, Error::Scheme(lowtide_ckks::Error::NoBridge { .. })), "{refused}");
}

/// Streams give one file after another.
#[test]
fn files_follow_one_another_in_a_stream() {
    let files: Vec<Vec<u8>> = STOCK.files().into_iter().map(|(_, file)| file).collect();
    let stream = files.concat();
    let mut input = stream.as_slice();
    for file in &files {
        let envelope = Envelope::read_from(&mut input, 1 << 20).unwrap();
        assert_eq!(envelope.payload(), Envelope::read(file).unwrap().payload());
    }
    assert!(input.is_empty());
}

#[test]
fn whatever_the_scheme_makes_can_be_read() {
    let with = |scale: Scale, noise| {
        Ciphertext::from_parts(&STOCK.params, STOCK.fresh.components().clone(), scale, noise).unwrap()
    };
    let [_, q1, q2] = STOCK.params.literal().q[..] else { panic!("two levels") };
    for scale in [
        Scale::ONE,
        Scale::power_of_two(-3),
        Scale::from_factors(40 << 20, [(q1, -(1 << 20)), (q2, 3), (3, 1)]),
    ] {
        assert_eq!(again(&with(scale.clone(), STOCK.fresh.noise()), &any_limits()).scale(), &scale);
    }
    // Estimates that have left the doubles are kept as the largest of them.
    let lost = Noise { magnitude: f64::INFINITY, deviation: f64::NAN };
    let read = again(&with(Scale::ONE, lost), &any_limits());
    assert_eq!(read.noise(), Noise { magnitude: f64::MAX, deviation: f64::MAX });
}
