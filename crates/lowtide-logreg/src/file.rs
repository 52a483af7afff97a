//! Files: plans, encrypted data sets, models and fresh starts, and what a customer must remember until decryption.
//!
//! Each is an envelope of `lowtide-wire` (kind, version, parameters, checksum) around a JSON text and, for what is encrypted, a
//! list of ciphertexts.

use lowtide_circuit::program::ProgramInput;
use lowtide_ckks::{Ciphertext, Parameters};
use lowtide_linalg::{Grid, Tile};
use lowtide_wire::{Error as WireError, Kind, Payload, Reader, Sizes, Wire, Writer};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    EncryptedDataset, EncryptedModel, Error, FixedHessian, FreshStart, Plan, Request,
    model::{Labels, Scaling},
    plan::{Compiler, Leg, Planned},
};

/// What a plan is made of besides its parameters; the rest follows and is worked out again.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanText {
    request: Request,
    tile_columns: usize,
}

/// A plan, and a leg of it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LegText {
    request: Request,
    tile_columns: usize,
    /// Counting from 0, and left out where it is the first.
    #[serde(default, skip_serializing_if = "is_zero")]
    leg: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
const fn is_zero(leg: &usize) -> bool {
    *leg == 0
}

impl LegText {
    fn of(plan: &Plan, leg: usize) -> Self {
        Self { request: plan.request().clone(), tile_columns: plan.tile().columns(), leg }
    }

    fn read(input: &mut Reader<'_>, params: &Parameters) -> Result<(Plan, usize), WireError> {
        let Self { request, tile_columns, leg } = read_text(input)?;
        let plan = Plan::received(request, params, tile_columns).map_err(WireError::content)?;
        Ok((plan, leg))
    }
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
        let mut text = Writer::counting();
        self.write(&mut text);
        self.sizes().file(text.count() + 8 + self.fresh_bytes(self.rows()))
    }

    /// Bytes of the evaluation keys that the customer sends.
    #[must_use]
    pub fn evaluation_key_bytes(&self) -> u64 {
        let (sizes, list) = (self.sizes(), self.key_list());
        let levels = list.rotations.into_iter().map(|(_, level)| level);
        sizes.file(sizes.evaluation_keys(list.relinearization, levels))
    }

    /// Bytes of what the service sends back after leg number `leg`, counting from 0: the encrypted model after the last, a
    /// checkpoint after any other.
    ///
    /// # Panics
    /// When there is no such leg.
    #[must_use]
    pub fn model_bytes(&self, leg: usize) -> u64 {
        let (sizes, of) = (self.sizes(), &self.legs()[leg]);
        let outputs = of.outputs().map(|(outcome, block)| {
            let (level, scale, is_fresh) = of.output_form(outcome, block);
            sizes.ciphertext(level, scale, is_fresh)
        });
        sizes.file(self.leg_text_bytes(leg) + 8 + outputs.sum::<u64>())
    }

    /// Bytes of the fresh start that the customer sends before leg number `leg`.
    ///
    /// # Panics
    /// When there is no such leg.
    #[must_use]
    pub fn start_bytes(&self, leg: usize) -> u64 {
        let start = self.fresh_bytes(self.legs()[leg].start());
        self.sizes().file(self.leg_text_bytes(leg) + 8 + start)
    }

    fn fresh_bytes<'a>(&self, planned: impl Iterator<Item = Planned<'a>>) -> u64 {
        let sizes = self.sizes();
        let tile = |input: &ProgramInput| sizes.ciphertext(input.level, &input.scale, true);
        planned.flat_map(|planned| planned.tiles).map(tile).sum()
    }

    fn sizes(&self) -> Sizes<'_> {
        Sizes::new(self.params().literal())
    }

    fn leg_text_bytes(&self, leg: usize) -> u64 {
        let mut out = Writer::counting();
        write_text(&mut out, &LegText::of(self, leg));
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
        let matrices = matrices(input.list(params)?, plan.rows()).map_err(WireError::content)?;
        Self::new(plan, matrices).map_err(WireError::content)
    }
}

/// Ciphertexts divided into matrices, tile by tile.
fn matrices<'a>(
    tiles: Vec<Ciphertext>,
    planned: impl Iterator<Item = Planned<'a>>,
) -> Result<Vec<Vec<Ciphertext>>, Error> {
    let counts: Vec<usize> = planned.map(|planned| planned.tiles.len()).collect();
    let (expected, found) = (counts.iter().sum(), tiles.len());
    if found != expected {
        return Err(Error::Length { what: "encrypted tiles", expected, found });
    }
    let mut tiles = tiles.into_iter();
    Ok(counts.into_iter().map(|count| tiles.by_ref().take(count).collect()).collect())
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
        write_text(out, &LegText::of(self.plan(), self.leg()));
        out.list(self.weights().iter().chain(self.before()));
    }

    fn read(input: &mut Reader<'_>, params: &Parameters) -> Result<Self, WireError> {
        let (plan, leg) = LegText::read(input, params)?;
        Self::new(plan, leg, input.list(params)?).map_err(WireError::content)
    }
}

impl Payload for EncryptedModel {
    const KIND: Kind = Kind::Model;

    fn params(&self) -> &Parameters {
        self.plan().params()
    }
}

impl Wire for FreshStart {
    const MIN_BYTES: usize = Plan::MIN_BYTES + 8;

    fn write(&self, out: &mut Writer) {
        write_text(out, &LegText::of(self.plan(), self.leg()));
        out.list(self.matrices().iter().flat_map(Grid::tiles));
    }

    fn read(input: &mut Reader<'_>, params: &Parameters) -> Result<Self, WireError> {
        let (plan, leg) = LegText::read(input, params)?;
        let start = plan.legs().get(leg).into_iter().flat_map(Leg::start);
        let matrices = matrices(input.list(params)?, start).map_err(WireError::content)?;
        Self::new(plan, leg, matrices).map_err(WireError::content)
    }
}

impl Payload for FreshStart {
    const KIND: Kind = Kind::Start;

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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fixed_hessian: Option<FixedHessian>,
}

impl Preparation {
    /// The names of features, of the column of labels and of its two values, how features were scaled, and
    /// [`Request::fixed_hessian`] of the scaled rows.
    ///
    /// # Errors
    /// [`Error::Length`] unless names and scaling are as many as the plan has features; [`Error::FixedHessian`] or
    /// [`Error::Length`] unless the fixed Hessian is one of the plan.
    pub fn new(
        plan: &Plan,
        features: Vec<String>,
        label_column: String,
        labels: Labels,
        scaling: Scaling,
        fixed_hessian: Option<FixedHessian>,
    ) -> Result<Self, Error> {
        let expected = plan.request().features;
        for (what, found) in [("names of features", features.len()), ("scaled features", scaling.len())] {
            if found != expected {
                return Err(Error::Length { what, expected, found });
            }
        }
        plan.request().units(fixed_hessian.as_ref())?;
        let text = PreparationText { features, label_column, labels, scaling, fixed_hessian };
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

    /// What weights are brought back with to features as they came, where the plan has a fixed Hessian.
    #[must_use]
    pub const fn fixed_hessian(&self) -> Option<&FixedHessian> {
        self.text.fixed_hessian.as_ref()
    }
}

impl Wire for Preparation {
    const MIN_BYTES: usize = 8;

    fn write(&self, out: &mut Writer) {
        write_text(out, &self.text);
    }

    fn read(input: &mut Reader<'_>, params: &Parameters) -> Result<Self, WireError> {
        let text: PreparationText = read_text(input)?;
        let (features, hessian) = (text.features.len(), text.fixed_hessian.as_ref());
        for (what, expected, found) in [
            ("scaled features", features, text.scaling.len()),
            (
                "entries of the fixed Hessian",
                features + 1,
                hessian.map_or(features + 1, |it| it.diagonal().len()),
            ),
        ] {
            if found != expected {
                return Err(WireError::content(Error::Length { what, expected, found }));
            }
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
