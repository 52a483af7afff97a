//! What a file is, without opening it: no tables are built, no polynomial is unpacked.

use lowtide_ckks::{Level, Literal, Noise, Scale, SecurityLevel};

use crate::{
    Envelope, Error, Header, Kind, Reader, Sizes, limits, literal,
    scale::{read_noise, read_scale},
};

/// What can be said of a file.
#[derive(Debug)]
pub struct Summary {
    /// What its first bytes say.
    pub header: Header,
    /// The bytes there are.
    pub file_bytes: u64,
    /// What is wrong with it; then nothing is said of its content.
    pub damage: Option<Error>,
    /// Its parameters, which have passed no door yet.
    pub literal: Option<Literal>,
    /// What it holds.
    pub contents: Option<Contents>,
}

impl Summary {
    /// The security that the parameters would reach; `None` for insecure or unknown ones.
    #[must_use]
    pub fn security(&self) -> Option<SecurityLevel> {
        self.literal.as_ref().and_then(limits::security)
    }
}

/// What is in a file, by kind.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub enum Contents {
    /// Parameters alone.
    Parameters,
    /// A secret key, of which nothing is said.
    SecretKey,
    /// A public key.
    PublicKey,
    /// Evaluation keys.
    EvaluationKeys {
        /// The highest level that the relinearization key serves.
        relinearization: Option<Level>,
        /// The Galois elements, with the highest level that each key serves.
        galois: Vec<(u64, Level)>,
    },
    /// The keys of a bridge.
    BridgeKeys {
        /// The highest level that both ways serve.
        level: Level,
    },
    /// One ciphertext.
    Ciphertext {
        /// Its level.
        level: Level,
        /// Whether it is fresh, half of it a seed.
        seeded: bool,
        /// Its scale.
        scale: Scale,
        /// Its noise estimate.
        noise: Noise,
    },
    /// An encrypted data set or model, or a fresh start.
    Collection {
        /// The text in front. It is not to be trusted, and may hold control characters.
        text: String,
        /// The number of ciphertexts.
        ciphertexts: u64,
    },
    /// A plan, or a customer's preparation of its rows.
    Text {
        /// Its text. It is not to be trusted, and may hold control characters.
        text: String,
    },
}

/// What can be said of the bytes of a file. A damaged one gives a summary as long as its header can be read.
///
/// # Errors
/// As [`Header::read`].
pub fn inspect(bytes: &[u8]) -> Result<Summary, Error> {
    let header = Header::read(bytes)?;
    let mut summary =
        Summary { header, file_bytes: bytes.len() as u64, damage: None, literal: None, contents: None };
    match look_inside(bytes) {
        Ok((literal, contents)) => (summary.literal, summary.contents) = (Some(literal), Some(contents)),
        Err(damage) => summary.damage = Some(damage),
    }
    Ok(summary)
}

fn look_inside(bytes: &[u8]) -> Result<(Literal, Contents), Error> {
    let envelope = Envelope::read(bytes)?;
    let mut input = Reader::new(envelope.payload());
    let literal = literal::read(&mut input)?;
    let (declared, found) = (envelope.header().fingerprint, literal.fingerprint());
    if found != declared {
        return Err(Error::Fingerprint { declared, found });
    }
    let contents = match envelope.header().kind {
        Kind::Parameters => Contents::Parameters,
        Kind::SecretKey => Contents::SecretKey,
        Kind::PublicKey => Contents::PublicKey,
        Kind::EvaluationKeys => evaluation_keys(&mut input, &literal)?,
        Kind::BridgeKeys => {
            let complex = Literal { log_degree: literal.log_degree + 1, ..literal.clone() };
            let mut key = || switching_key(&mut input, &complex);
            Contents::BridgeKeys { level: key()?.min(key()?) }
        }
        Kind::Ciphertext => Contents::Ciphertext {
            level: level(&mut input, &literal)?,
            seeded: input.flag()?,
            scale: read_scale(&mut input)?,
            noise: read_noise(&mut input)?,
        },
        Kind::Dataset | Kind::Model | Kind::Start => {
            Contents::Collection { text: input.text()?.into(), ciphertexts: input.u64()? }
        }
        Kind::Plan | Kind::Preparation => Contents::Text { text: input.text()?.into() },
    };
    Ok((literal, contents))
}

fn evaluation_keys(input: &mut Reader<'_>, literal: &Literal) -> Result<Contents, Error> {
    let relinearization = if input.flag()? { Some(switching_key(input, literal)?) } else { None };
    let count = input.count("Galois keys", 4)?;
    let mut galois = || Ok((input.u32()?.into(), switching_key(input, literal)?));
    let galois = (0..count).map(|_| galois()).collect::<Result<_, Error>>()?;
    Ok(Contents::EvaluationKeys { relinearization, galois })
}

/// Skips a switching key and says which level it serves.
fn switching_key(input: &mut Reader<'_>, literal: &Literal) -> Result<Level, Error> {
    let level = level(&mut input.clone(), literal)?;
    input.raw(Sizes::new(literal).switching_key(level) as usize)?;
    Ok(level)
}

fn level(input: &mut Reader<'_>, literal: &Literal) -> Result<Level, Error> {
    let level = input.u8()?;
    if usize::from(level) < literal.q.len() {
        return Ok(level.into());
    }
    Err(Error::Code { what: "level of these parameters", found: level.into() })
}
