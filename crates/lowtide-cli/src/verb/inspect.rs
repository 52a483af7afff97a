//! `lowtide inspect`: what a file is. Nothing is decrypted, and of secret keys nothing is shown.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

use clap::Parser;
use lowtide_ckks::SecurityLevel;
use lowtide_logreg::{Model, Preparation, Request};
use lowtide_wire::{Contents, Header, Kind, Limits, Summary};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    error::Error,
    facts::Facts,
    screen::printable,
    units::{Bytes, Count, Of},
};

const AFTER_HELP: &str = "\
Examples:
  lowtide inspect data.enc
  lowtide inspect model.json

The whole file is read and its digest checked; a damaged file is an error.";

/// Say what a file of Lowtide is
#[derive(Debug, Parser)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Any file that Lowtide writes
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// What can be said of a file.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    file: PathBuf,
    kind: String,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Parameters>,
    #[serde(flatten)]
    detail: Detail,
}

/// The parameters that a file belongs to.
#[derive(Debug, Serialize)]
struct Parameters {
    fingerprint: String,
    ring: &'static str,
    ring_degree: u64,
    levels: usize,
    special_primes: usize,
    scale_bits: u32,
    security_bits: Option<u32>,
}

/// What differs from kind to kind.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Detail {
    Nothing {},
    Keys {
        relinearization_level: Option<usize>,
        galois_keys: usize,
        highest_galois_level: Option<usize>,
    },
    Ciphertext {
        level: usize,
        log2_scale: f64,
        fresh: bool,
    },
    Job {
        request: Option<Request>,
        ciphertexts: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        leg: Option<Leg>,
    },
    Preparation {
        features: usize,
        label_column: String,
        negative: String,
        positive: String,
    },
    Model {
        features: usize,
        negative: String,
        positive: String,
        circuit: String,
        steps: usize,
        batch: usize,
    },
}

/// Where between two refreshes a file belongs; legs count from 1.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Leg {
    /// A checkpoint, or the model.
    After(usize),
    /// A fresh start.
    Before(usize),
}

/// The part of a text that tells what is trained.
#[derive(Deserialize)]
struct Text {
    request: Request,
    #[serde(default)]
    leg: usize,
}

pub(crate) fn run(args: &Args) -> Result<Report, Error> {
    let path = args.file.as_path();
    // It may be a secret key.
    let bytes = Zeroizing::new(fs::read(path).map_err(Error::file("read", path))?);
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
        return model(path, &bytes);
    }
    let content = |source| Error::Content { path: path.into(), source };
    if bytes.is_empty() {
        return Err(Error::Unknown { path: path.into() });
    }
    let summary = lowtide_wire::inspect(&bytes).map_err(content)?;
    if let Some(damage) = summary.damage {
        return Err(content(damage));
    }
    let Header { version, kind, .. } = summary.header;
    let detail = if kind == Kind::Preparation {
        let read: Preparation = lowtide_wire::decode(&bytes, &Limits::default()).map_err(content)?;
        let labels = read.labels().clone();
        let (features, label_column) = (read.features().len(), read.label_column().to_owned());
        Detail::Preparation { features, label_column, negative: labels.negative, positive: labels.positive }
    } else {
        summary.contents.as_ref().map_or(Detail::Nothing {}, |contents| detail(kind, contents))
    };
    Ok(Report {
        file: path.into(),
        kind: kind.to_string(),
        bytes: summary.file_bytes,
        version: Some(version),
        parameters: parameters(&summary),
        detail,
    })
}

fn parameters(summary: &Summary) -> Option<Parameters> {
    let literal = summary.literal.as_ref()?;
    Some(Parameters {
        fingerprint: summary.header.fingerprint.to_string(),
        ring: literal.ring.name(),
        ring_degree: 1 << literal.log_degree.min(63),
        levels: literal.q.len().saturating_sub(1),
        special_primes: literal.p.len(),
        scale_bits: literal.log_scale,
        security_bits: summary.security().map(SecurityLevel::bits),
    })
}

fn detail(kind: Kind, contents: &Contents) -> Detail {
    let job = |text: &str, ciphertexts| {
        let Some(Text { request, leg }) = serde_json::from_str(text).ok() else {
            return Detail::Job { request: None, ciphertexts, leg: None };
        };
        let leg = match kind {
            Kind::Model if request.refresh_every.is_some() => Some(Leg::After(leg.saturating_add(1))),
            Kind::Start => Some(Leg::Before(leg.saturating_add(1))),
            _ => None,
        };
        Detail::Job { request: Some(request), ciphertexts, leg }
    };
    match contents {
        Contents::EvaluationKeys { relinearization, galois } => Detail::Keys {
            relinearization_level: *relinearization,
            galois_keys: galois.len(),
            highest_galois_level: galois.iter().map(|(_, level)| *level).max(),
        },
        Contents::Ciphertext { level, seeded, scale, .. } => {
            Detail::Ciphertext { level: *level, log2_scale: scale.log2(), fresh: *seeded }
        }
        Contents::Collection { text, ciphertexts } => job(text, Some(*ciphertexts)),
        Contents::Text { text } => job(text, None),
        _ => Detail::Nothing {},
    }
}

fn model(path: &Path, bytes: &[u8]) -> Result<Report, Error> {
    let unfit = |source| Error::unfit(path, source);
    let text = std::str::from_utf8(bytes).map_err(|_| Error::Unknown { path: path.into() })?;
    let model = Model::from_json(text).map_err(unfit)?;
    let (labels, training) = (model.labels().clone(), model.training().clone());
    Ok(Report {
        file: path.into(),
        kind: "model".into(),
        bytes: bytes.len() as u64,
        version: Some(lowtide_logreg::model::VERSION),
        parameters: None,
        detail: Detail::Model {
            features: model.features().len(),
            negative: labels.negative,
            positive: labels.positive,
            circuit: training.circuit,
            steps: training.steps,
            batch: training.batch,
        },
    })
}

impl Detail {
    fn tell(&self, facts: Facts) -> Facts {
        match self {
            Self::Nothing {} => facts,
            Self::Keys { relinearization_level, galois_keys, highest_galois_level } => {
                let up_to =
                    |level: &Option<usize>| level.map_or("none".into(), |l| format!("up to level {l}"));
                facts.fact("products", up_to(relinearization_level)).remarked(
                    "rotations",
                    Of(*galois_keys, "key"),
                    up_to(highest_galois_level),
                )
            }
            Self::Ciphertext { level, log2_scale, fresh } => facts
                .remarked("level", level, if *fresh { "fresh: half of it is a seed" } else { "computed" })
                .fact("scale", format_args!("2^{log2_scale:.1}")),
            Self::Job { request, ciphertexts, leg } => {
                let facts = match ciphertexts {
                    Some(count) => facts.fact("ciphertexts", Count(*count as usize)),
                    None => facts,
                };
                let Some(request) = request else { return facts };
                let facts = match leg {
                    Some(Leg::After(leg)) => facts.fact("holds", format_args!("the weights after leg {leg}")),
                    Some(Leg::Before(leg)) => facts.fact("begins", format_args!("leg {leg}")),
                    None => facts,
                };
                let Request { circuit, features, rows, batch, steps, sigmoid, .. } = request;
                let bound = sigmoid.bound();
                let facts = facts.remarked("trains", Of(*steps, "step"), format_args!("{circuit} circuit"));
                let facts = match request.refresh_every {
                    Some(every) => facts.fact("refreshes", format_args!("every {}", Of(every, "step"))),
                    None => facts,
                };
                facts
                    .remarked("rows", Count(*rows), format_args!("mini-batches of up to {batch}"))
                    .fact("features", Count(*features))
                    .fact("sigmoid", format_args!("degree {} on [-{bound}, {bound}]", sigmoid.degree()))
            }
            Self::Preparation { features, label_column, negative, positive } => {
                facts.fact("features", Count(*features)).remarked(
                    "labels",
                    format_args!("{} or {}", printable(negative), printable(positive)),
                    format_args!("in column `{}`", printable(label_column)),
                )
            }
            Self::Model { features, negative, positive, circuit, steps, batch } => facts
                .fact("features", Count(*features))
                .fact("labels", format_args!("{} or {}", printable(negative), printable(positive)))
                .remarked(
                    "circuit",
                    printable(circuit),
                    format_args!("{} of up to {batch} rows", Of(*steps, "step")),
                ),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = self.version.map_or(String::new(), |version| format!("format version {version}"));
        let facts = Facts::under(format_args!("{}: {}", self.file.display(), self.kind)).remarked(
            "size",
            Bytes(self.bytes),
            version,
        );
        let facts = match &self.parameters {
            Some(Parameters {
                fingerprint,
                ring,
                ring_degree,
                levels,
                special_primes,
                scale_bits,
                security_bits,
            }) => facts
                .remarked("parameters", fingerprint, "files that go together have this in common")
                .fact(
                    "security",
                    security_bits.map_or("NONE: for tests alone".into(), |bits| format!("{bits} bits")),
                )
                .remarked(
                    "ring degree",
                    Count(*ring_degree as usize),
                    format_args!(
                        "{ring}, {}, {}, scale 2^{scale_bits}",
                        Of(*levels, "level"),
                        Of(*special_primes, "special prime")
                    ),
                ),
            None => facts,
        };
        self.detail.tell(facts).fmt(f)
    }
}
