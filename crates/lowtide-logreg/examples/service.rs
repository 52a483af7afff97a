//! A whole service: evaluation keys and an encrypted data set in, an encrypted model out.
//!
//! ```text
//! service evaluation.keys data.enc model.enc
//! ```
//!
//! Built without the feature `customer` it cannot name a secret key: there is no such type in what it links.

use std::{env, error::Error, process::ExitCode};

use lowtide_ckks::EvaluationKeys;
use lowtide_logreg::{EncryptedDataset, train::train};
use lowtide_wire::{Limits, load, save};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [keys, data, model] = &arguments[..] else {
        eprintln!("usage: service EVALUATION_KEYS DATA MODEL");
        return ExitCode::from(2);
    };
    match serve(keys, data, model) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(keys: &str, data: &str, model: &str) -> Result<(), Box<dyn Error>> {
    let data: EncryptedDataset = load(data, &Limits::default())?;
    let keys: EvaluationKeys = load(keys, &Limits::only(data.plan().params()))?;
    let trained = train(&keys, &data, &|_| ())?;
    save(model, &trained)?;
    Ok(())
}
