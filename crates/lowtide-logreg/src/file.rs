//! Files: plans, encrypted data sets and models, and what a customer must remember between the two.
//!
//! Each is an envelope of `lowtide-wire` (kind, version, parameters, checksum) around a JSON text and, for data sets and
//! models, a list of ciphertexts.

use lowtide_circuit::program::ProgramInput;
use lowtide_ckks::{Ciphertext, Parameters};
use lowtide_linalg::{Grid, Tile};
use lowtide_wire::{Error as WireError, Kind, Payload, Reader, Sizes, Wire, Writer};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    EncryptedDataset, EncryptedModel, Error, Plan, Request,
    model::{Labels, Scaling},
    plan::Compiler,
};

/// What a plan is made of besides its parameters; the rest follows and is worked out again.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanText {
    request: Request,
    tile_columns: usize,
}

impl Wire for Plan {
    const MIN_BYTES: usize = 8;

    fn write(&self, out: &mut Writer) {
        write_text(out, &PlanText { request: self.request().clone(), tile_columns: self.tile().columns() });
    }

    fn read(input: &mut Reader<'_>, params: &Parameters) -> Result<Self, WireError> {
        let PlanText { request, tile_columns } = read_text(input)?;
        Self::received(request, params, tile_columns).map_err(WireError::content)
    }
}

impl Plan {
    /// A plan of received parts: the parameters have passed their door, and everything else is held against them.
    fn received(request: Request, params: &Parameters, tile_columns: usize) -> Result<Self, Error> {
        request.check()?;
        let wanted = request.security()?;
        // Parameters without any security were let in by a caller who said so.
        if params.security().is_some_and(|reached| reached < wanted) {
            let (log_degree, log2_qp) = (params.literal().log_degree, params.log2_qp());
            let limit = wanted.max_log2_qp(log_degree);
            return Err(lowtide_ckks::Error::Insecure { log_degree, log2_qp, wanted, limit }.into());
        }
        let (expected, found) = (request.levels()?, params.max_level());
        if found != expected {
            return Err(Error::PlanMismatch { what: "levels of the parameters", expected, found });
        }
        let (expected, found) = (request.scale_bits as usize, params.literal().log_scale as usize);
        if found != expected {
            return Err(Error::PlanMismatch { what: "bits of the scale", expected, found });
        }
        let tile = Tile::new(params.slots(), tile_columns, request.circuit.half_tiles());
        let range = Error::PlanRange { what: "tile columns", found: tile_columns, limit: params.slots() };
        Self::assemble(request, params, tile.ok_or(range)?, &Compiler::default())
    }

    /// Bytes of the data set that the customer sends.
    #[must_use]
    pub fn upload_bytes(&self) -> u64 {
        let sizes = self.sizes();
        let tile = |input: &ProgramInput| sizes.ciphertext(input.level, &input.scale, true);
        let tiles: u64 = self.program().inputs().iter().map(tile).sum();
        sizes.file(self.text_bytes() + 8 + tiles)
    }

    /// Bytes of the evaluation keys that the customer sends.
    #[must_use]
    pub fn evaluation_key_bytes(&self) -> u64 {
        let (sizes, program) = (self.sizes(), self.program());
        let levels = program.rotations().into_iter().map(|(_, level)| level);
        sizes.file(sizes.evaluation_keys(program.relinearization_level(), levels))
    }

    /// Bytes of the encrypted model that the service sends back.
    #[must_use]
    pub fn model_bytes(&self) -> u64 {
        let sizes = self.sizes();
        let weights = self.program().outputs().iter().map(|(_, output)| {
            let step = &self.program().steps()[output.index()];
            sizes.ciphertext(step.level, &step.scale, false)
        });
        sizes.file(self.text_bytes() + 8 + weights.sum::<u64>())
    }

    fn sizes(&self) -> Sizes<'_> {
        Sizes::new(self.params().literal())
    }

    fn text_bytes(&self) -> u64 {
        let mut out = Writer::counting();
        self.write(&mut out);
        out.count()
    }
}

impl Payload for Plan {
    const KIND: Kind = Kind::Plan;

    fn params(&self) -> &Parameters {
        self.params()
    }
}

impl Wire for EncryptedDataset {
    const MIN_BYTES: usize = Plan::MIN_BYTES + 8;

    fn write(&self, out: &mut Writer) {
        self.plan().write(out);
        out.list(self.matrices().iter().flat_map(Grid::tiles));
    }

    fn read(input: &mut Reader<'_>, params: &Parameters) -> Result<Self, WireError> {
        let plan = Plan::read(input, params)?;
        let mut tiles = input.list::<Ciphertext>(params)?.into_iter();
        let found = tiles.len();
        if found != plan.ciphertexts() {
            let expected = plan.ciphertexts();
            return Err(WireError::content(Error::Length {
                what: "tiles of an encrypted data set",
                expected,
                found,
            }));
        }
        let matrix = |index| tiles.by_ref().take(plan.tiles(index).len()).collect();
        let matrices = (0..plan.inputs().len()).map(matrix).collect();
        Self::new(plan, matrices).map_err(WireError::content)
    }
}

impl Payload for EncryptedDataset {
    const KIND: Kind = Kind::Dataset;

    fn params(&self) -> &Parameters {
        self.plan().params()
    }
}

impl Wire for EncryptedModel {
    const MIN_BYTES: usize = Plan::MIN_BYTES + 8;

    fn write(&self, out: &mut Writer) {
        self.plan().write(out);
        out.list(self.weights());
    }

    fn read(input: &mut Reader<'_>, params: &Parameters) -> Result<Self, WireError> {
        let plan = Plan::read(input, params)?;
        Self::new(plan, input.list(params)?).map_err(WireError::content)
    }
}

impl Payload for EncryptedModel {
    const KIND: Kind = Kind::Model;

    fn params(&self) -> &Parameters {
        self.plan().params()
    }
}

/// What a customer must remember from encryption to decryption: whose weights they are. It never leaves the customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Preparation {
    params: Parameters,
    text: PreparationText,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PreparationText {
    features: Vec<String>,
    label_column: String,
    labels: Labels,
    scaling: Scaling,
}

impl Preparation {
    /// The names of features, of the column of labels and of its two values, and how features were scaled.
    ///
    /// # Errors
    /// [`Error::Length`] unless names and scaling are as many as the plan has features.
    pub fn new(
        plan: &Plan,
        features: Vec<String>,
        label_column: String,
        labels: Labels,
        scaling: Scaling,
    ) -> Result<Self, Error> {
        let expected = plan.request().features;
        for (what, found) in [("names of features", features.len()), ("scaled features", scaling.len())] {
            if found != expected {
                return Err(Error::Length { what, expected, found });
            }
        }
        let text = PreparationText { features, label_column, labels, scaling };
        Ok(Self { params: plan.params().clone(), text })
    }

    /// The names of the features.
    #[must_use]
    pub fn features(&self) -> &[String] {
        &self.text.features
    }

    /// The name of the column of labels.
    #[must_use]
    pub fn label_column(&self) -> &str {
        &self.text.label_column
    }

    /// The names of the classes.
    #[must_use]
    pub const fn labels(&self) -> &Labels {
        &self.text.labels
    }

    /// How features were scaled.
    #[must_use]
    pub const fn scaling(&self) -> &Scaling {
        &self.text.scaling
    }
}

impl Wire for Preparation {
    const MIN_BYTES: usize = 8;

    fn write(&self, out: &mut Writer) {
        write_text(out, &self.text);
    }

    fn read(input: &mut Reader<'_>, params: &Parameters) -> Result<Self, WireError> {
        let text: PreparationText = read_text(input)?;
        let (expected, found) = (text.features.len(), text.scaling.len());
        if found != expected {
            return Err(WireError::content(Error::Length { what: "scaled features", expected, found }));
        }
        Ok(Self { params: params.clone(), text })
    }
}

impl Payload for Preparation {
    const KIND: Kind = Kind::Preparation;

    fn params(&self) -> &Parameters {
        &self.params
    }
}

fn write_text(out: &mut Writer, value: &impl Serialize) {
    out.text(&serde_json::to_string(value).expect("names and finite numbers are JSON"));
}

fn read_text<T: DeserializeOwned>(input: &mut Reader<'_>) -> Result<T, WireError> {
    serde_json::from_str(input.text()?).map_err(|source| WireError::content(Error::MalformedText { source }))
}
