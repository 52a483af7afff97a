//! Ciphertexts: level, form, scale, noise estimate, the first component, then the second one or its seed.
//!
//! A fresh ciphertext travels as one component and 32 bytes, and keeps its seed when it is written again.

use lowtide_ckks::{Ciphertext, Level, Noise, Parameters, Scale};

use crate::{Error, Kind, Payload, Reader, Wire, Writer};

/// The bytes in front of the scale.
pub(crate) const PREFIX_BYTES: u64 = 2;

impl Writer {
    /// A level, in one byte.
    pub fn level(&mut self, level: Level) {
        self.u8(u8::try_from(level).expect("parameters have at most 64 levels"));
    }
}

impl Reader<'_> {
    /// A level that the parameters have.
    ///
    /// # Errors
    /// [`Error::Scheme`] for one that they do not have, [`Error::PayloadEnds`].
    pub fn level(&mut self, params: &Parameters) -> Result<Level, Error> {
        let level = self.u8()?.into();
        params.check_level(level)?;
        Ok(level)
    }
}

impl Wire for Ciphertext {
    /// Prefix, scale, noise estimate, eight residues of two bits and a seed.
    const MIN_BYTES: usize = 2 + Scale::MIN_BYTES + Noise::MIN_BYTES + 2 + 32;

    fn write(&self, out: &mut Writer) {
        let [c0, c1] = self.components();
        out.level(self.level());
        out.u8(self.seed().is_some().into());
        self.scale().write(out);
        self.noise().write(out);
        out.poly(c0);
        match self.seed() {
            Some(seed) => out.raw(seed),
            None => out.poly(c1),
        }
    }

    fn read(input: &mut Reader<'_>, params: &Parameters) -> Result<Self, Error> {
        let basis = params.basis(input.level(params)?);
        let seeded = input.flag()?;
        let (scale, noise) = (Scale::read(input, params)?, Noise::read(input, params)?);
        let c0 = input.poly(&basis)?;
        if seeded {
            return Ok(Self::from_seed(params, c0, input.array()?, scale, noise)?);
        }
        Ok(Self::from_parts(params, [c0, input.poly(&basis)?], scale, noise)?)
    }
}

impl Payload for Ciphertext {
    const KIND: Kind = Kind::Ciphertext;

    fn params(&self) -> &Parameters {
        self.params()
    }
}
