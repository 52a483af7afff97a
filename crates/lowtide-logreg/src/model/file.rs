//! Models as JSON: for people to read, for programs to trust.
//!
//! The last member is a BLAKE3 checksum of the text before it, spaces between tokens left out, so that
//! reformatting a file does no harm and a damaged digit never becomes another model. A person who
//! edits a model on purpose removes that line.

use serde::{Deserialize, Serialize};

use super::{Labels, Model, Scaling, TrainingFacts};
use crate::Error;

/// What a model file says its format is.
pub const FORMAT: &str = "lowtide-model";
/// The version of the format written and read here.
pub const VERSION: u32 = 1;

/// What every version of the format begins with, whatever follows.
#[derive(Deserialize)]
struct Header {
    format: String,
    version: u32,
}

/// The whole file, in its order.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    version: u32,
    labels: Labels,
    features: Vec<String>,
    bias: f64,
    weights: Vec<f64>,
    scaling: Scaling,
    training: TrainingFacts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checksum: Option<String>,
}

impl Model {
    /// The model as JSON, indented, with a checksum.
    ///
    /// # Errors
    /// None in practice: a model holds nothing that JSON cannot.
    pub fn to_json(&self) -> Result<String, Error> {
        let malformed = |source| Error::MalformedModel { source };
        let mut document = Document::of(self.clone());
        let content = serde_json::to_string(&document).map_err(malformed)?;
        document.checksum = Some(digest(&content));
        let mut text = serde_json::to_string_pretty(&document).map_err(malformed)?;
        text.push('\n');
        Ok(text)
    }

    /// Reads a model, and checks everything that it says.
    ///
    /// # Errors
    /// [`Error::MalformedModel`], [`Error::ModelFormat`], [`Error::ModelVersion`],
    /// [`Error::ModelChecksum`], or what is wrong with its content.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let malformed = |source| Error::MalformedModel { source };
        let Header { format, version } = serde_json::from_str(text).map_err(malformed)?;
        if format != FORMAT {
            return Err(Error::ModelFormat { found: format });
        }
        if version != VERSION {
            return Err(Error::ModelVersion { found: version, supported: VERSION });
        }
        let document: Document = serde_json::from_str(text).map_err(malformed)?;
        if let Some(stated) = &document.checksum {
            check_digest(stated, text)?;
        }
        document.into_model().checked()
    }
}

impl Document {
    fn of(model: Model) -> Self {
        let Model { labels, features, bias, weights, scaling, training } = model;
        let (format, version, checksum) = (FORMAT.to_owned(), VERSION, None);
        Self { format, version, labels, features, bias, weights, scaling, training, checksum }
    }

    fn into_model(self) -> Model {
        let Self { labels, features, bias, weights, scaling, training, .. } = self;
        Model { labels, features, bias, weights, scaling, training }
    }
}

fn check_digest(stated: &str, text: &str) -> Result<(), Error> {
    let mut content = without_spaces(text);
    let member = format!(r#","checksum":"{stated}"}}"#);
    if content.ends_with(&member) {
        content.truncate(content.len() - member.len());
        content.push('}');
    }
    let computed = digest(&content);
    if computed == stated {
        Ok(())
    } else {
        Err(Error::ModelChecksum { stated: stated.to_owned(), computed })
    }
}

fn digest(content: &str) -> String {
    format!("blake3:{}", blake3::hash(content.as_bytes()).to_hex())
}

/// JSON without the spaces between its tokens.
fn without_spaces(json: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    json.chars()
        .filter(|&c| {
            let keep = quoted || !c.is_ascii_whitespace();
            quoted ^= c == '"' && !escaped;
            escaped = quoted && c == '\\' && !escaped;
            keep
        })
        .collect()
}
