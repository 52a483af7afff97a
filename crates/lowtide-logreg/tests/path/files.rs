//! Files of every kind: read back, predicted in size, and refused when anything is wrong with them.

use lowtide_ckks::{EvaluationKeys, SecretKey};
use lowtide_logreg::{
    Circuit, EncryptedDataset, EncryptedModel, FreshStart, Plan, Preparation, Request, customer,
    model::{Labels, Scaling},
    train,
};
use lowtide_wire::{Limits, Payload, decode, encode};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::problem::{request, rows};

struct Files {
    plan: Plan,
    preparation: Preparation,
    secret: SecretKey,
    keys: EvaluationKeys,
    data: EncryptedDataset,
    model: EncryptedModel,
    /// Of the same run with refreshes: after the first leg, and before the second.
    checkpoint: EncryptedModel,
    start: FreshStart,
}

fn files() -> Files {
    files_of(Circuit::Fused)
}

fn files_of(circuit: Circuit) -> Files {
    let plan = Plan::insecure(&request(circuit, 3, 24, 8, 3, 3), 6).unwrap();
    let mut rng = ChaCha20Rng::from_seed([5; 32]);
    let secret = SecretKey::generate(plan.params(), &mut rng);
    let keys = customer::evaluation_keys(&plan, &secret, &mut rng).unwrap();
    let data = customer::encrypt(&plan, &secret, &rows(24, 3), &mut rng, &|| ()).unwrap();
    let model = train::train(&keys, &data, &|_| ()).unwrap();
    let names = ["a", "b", "c"].map(String::from).to_vec();
    let labels = Labels { negative: "no".into(), positive: "yes".into() };
    let preparation = Preparation::new(&plan, names, "y".into(), labels, Scaling::none(3), None).unwrap();
    let (checkpoint, start) = refreshed(circuit);
    Files { plan, preparation, secret, keys, data, model, checkpoint, start }
}

/// A run up to the first refresh.
fn refreshed(circuit: Circuit) -> (EncryptedModel, FreshStart) {
    let request = Request { refresh_every: Some(1), ..request(circuit, 3, 24, 8, 4, 3) };
    let plan = Plan::insecure(&request, 6).unwrap();
    let mut rng = ChaCha20Rng::from_seed([6; 32]);
    let secret = SecretKey::generate(plan.params(), &mut rng);
    let keys = customer::evaluation_keys(&plan, &secret, &mut rng).unwrap();
    let data = customer::encrypt(&plan, &secret, &rows(24, 3), &mut rng, &|| ()).unwrap();
    assert_eq!(plan.upload_bytes(), encode(&data).len() as u64);
    assert_eq!(plan.evaluation_key_bytes(), encode(&keys).len() as u64);
    let checkpoint = train::train(&keys, &data, &|_| ()).unwrap();
    let start = customer::refresh(&secret, &checkpoint, &mut rng).unwrap();
    (checkpoint, start)
}

/// Bytes again, if they are let in.
fn again<T: Payload>(bytes: &[u8]) -> Result<Vec<u8>, lowtide_wire::Error> {
    decode::<T>(bytes, &Limits::default().allow_insecure()).map(|value| encode(&value))
}

type Again = fn(&[u8]) -> Result<Vec<u8>, lowtide_wire::Error>;

fn every_kind(files: &Files) -> [(Vec<u8>, Again); 7] {
    [
        (encode(&files.plan), again::<Plan>),
        (encode(&files.preparation), again::<Preparation>),
        (encode(&files.secret), again::<SecretKey>),
        (encode(&files.keys), again::<EvaluationKeys>),
        (encode(&files.data), again::<EncryptedDataset>),
        (encode(&files.model), again::<EncryptedModel>),
        (encode(&files.start), again::<FreshStart>),
    ]
}

#[test]
fn what_is_read_is_what_was_written() {
    for (bytes, again) in Circuit::ALL.into_iter().flat_map(|circuit| every_kind(&files_of(circuit))) {
        assert_eq!(again(&bytes).unwrap(), bytes);
    }
    let checkpoint = encode(&files().checkpoint);
    assert_eq!(again::<EncryptedModel>(&checkpoint).unwrap(), checkpoint);
}

#[test]
fn a_damaged_byte_anywhere_is_an_error() {
    for (bytes, again) in every_kind(&files()) {
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            assert!(again(&damaged).is_err(), "byte {at} of {}", bytes.len());
        }
        for len in [0, 1, 10, bytes.len() / 2, bytes.len() - 1] {
            assert!(again(&bytes[..len]).is_err(), "{len} of {}", bytes.len());
        }
    }
}

#[test]
fn a_file_of_another_kind_is_refused() {
    let files = files();
    let kinds = every_kind(&files);
    for (i, (bytes, _)) in kinds.iter().enumerate() {
        for (j, (_, again)) in kinds.iter().enumerate() {
            assert_eq!(again(bytes).is_ok(), i == j, "{i} read as {j}");
        }
    }
}

#[test]
fn insecure_files_need_the_word() {
    for (bytes, _) in every_kind(&files()) {
        let refused = decode::<Plan>(&bytes, &Limits::default()).unwrap_err();
        assert!(
            refused.to_string().contains("not secure") || refused.to_string().contains("plan"),
            "{refused}"
        );
    }
}

#[test]
fn sizes_are_predicted_to_the_byte() {
    for files in Circuit::ALL.map(files_of) {
        assert_eq!(files.plan.upload_bytes(), encode(&files.data).len() as u64);
        assert_eq!(files.plan.evaluation_key_bytes(), encode(&files.keys).len() as u64);
        assert_eq!(files.plan.model_bytes(0), encode(&files.model).len() as u64);
        let (checkpoint, start) = (&files.checkpoint, &files.start);
        assert_eq!(start.plan().model_bytes(0), encode(checkpoint).len() as u64);
        assert_eq!(start.plan().start_bytes(1), encode(start).len() as u64);
    }
}

#[test]
fn a_plan_read_back_plans_the_same() {
    let plan = Plan::new(&request(Circuit::Baseline, 7, 50, 10, 3, 5)).unwrap();
    let read: Plan = decode(&encode(&plan), &Limits::default()).unwrap();
    assert_eq!((read.request(), read.tally()), (plan.request(), plan.tally()));
    assert_eq!(read.legs()[0].program().steps(), plan.legs()[0].program().steps());
    assert_eq!((read.params(), read.tile()), (plan.params(), plan.tile()));
}

#[test]
fn a_data_set_of_another_plan_is_refused() {
    let files = files();
    let grids: Vec<_> = files.data.matrices().iter().map(|grid| grid.tiles().to_vec()).collect();
    assert!(EncryptedDataset::new(files.plan.clone(), grids.clone()).is_ok());
    assert!(EncryptedDataset::new(files.plan.clone(), grids[..1].to_vec()).is_err());
    // The first two are first used at one level.
    let swapped = vec![grids[0].clone(), grids[2].clone(), grids[1].clone()];
    let error = EncryptedDataset::new(files.plan, swapped).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("mini-batch 1") && error.contains("another plan"), "{error}");
}

#[test]
fn a_gram_matrix_of_another_plan_is_refused() {
    let files = files_of(Circuit::Paired);
    let grids: Vec<_> = files.data.matrices().iter().map(|grid| grid.tiles().to_vec()).collect();
    let names: Vec<String> = files.plan.rows().map(|planned| planned.input.source.to_string()).collect();
    let gram = "the Gram matrix of mini-batches ";
    // Of three steps the second has column-indexed margins, and the Gram matrix before the third lies transposed for it.
    let expected = [
        "mini-batch 0".to_owned(),
        "mini-batch 1".to_owned(),
        "mini-batch 2".to_owned(),
        format!("{gram}0 and 1"),
        format!("{gram}2 and 1"),
    ];
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!(sorted, expected);
    assert!(EncryptedDataset::new(files.plan.clone(), grids.clone()).is_ok());
    let of = |name: &str| names.iter().position(|other| other == name).unwrap();
    // The last mini-batch meets its margins two steps below.
    let (gram_at, low) = (of(&expected[3]), of(&expected[2]));
    let mut swapped = grids;
    swapped[gram_at] = vec![swapped[low][0].clone(); swapped[gram_at].len()];
    let error = EncryptedDataset::new(files.plan, swapped).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains(gram) && error.contains("another plan"), "{error}");
}
