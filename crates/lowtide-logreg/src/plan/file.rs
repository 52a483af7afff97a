//! Plans as text: the request, the parameters and the shape of tiles; the rest follows and is worked out again.

use lowtide_ckks::{Literal, Parameters};
use lowtide_linalg::Tile;
use serde::{Deserialize, Serialize};

use super::{Plan, Request};
use crate::Error;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    request: Request,
    log_degree: u32,
    q: Vec<u64>,
    p: Vec<u64>,
    log_scale: u32,
    tile_columns: usize,
}

impl Plan {
    /// The plan as JSON.
    ///
    /// # Errors
    /// None in practice: a plan holds nothing that JSON cannot.
    pub fn to_json(&self) -> Result<String, Error> {
        let literal = self.params.literal().clone();
        let written = Written {
            request: self.request.clone(),
            log_degree: literal.log_degree,
            q: literal.q,
            p: literal.p,
            log_scale: literal.log_scale,
            tile_columns: self.tile.columns(),
        };
        serde_json::to_string(&written).map_err(|source| Error::MalformedPlan { source })
    }

    /// Reads a plan, from anyone: its parameters must be as secure as it asks for, and everything else is checked or
    /// worked out again. With `allow_insecure` its security is not checked, for tests alone.
    ///
    /// # Errors
    /// [`Error::MalformedPlan`], or what is wrong with the content.
    pub fn from_json(text: &str, allow_insecure: bool) -> Result<Self, Error> {
        let written: Written =
            serde_json::from_str(text).map_err(|source| Error::MalformedPlan { source })?;
        let Written { request, log_degree, q, p, log_scale, tile_columns } = written;
        request.check()?;
        let literal = Literal { ring: Default::default(), log_degree, q, p, log_scale };
        let params = if allow_insecure {
            Parameters::insecure(literal)?
        } else {
            Parameters::with_security(literal, request.security()?)?
        };
        let (levels, has) = (request.levels(), params.max_level());
        if levels != has || log_scale != request.scale_bits {
            return Err(Error::PlanMismatch {
                what: "levels of the parameters",
                expected: levels,
                found: has,
            });
        }
        let tile = Tile::new(params.slots(), tile_columns, request.circuit.half_tiles());
        let tile = tile.ok_or(Error::PlanRange {
            what: "tile columns",
            found: tile_columns,
            limit: params.slots(),
        })?;
        Self::assemble(request, params, tile)
    }
}
