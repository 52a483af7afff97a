//! Public and evaluation keys: of each pair of polynomials the one that is not random, beside the seed of the other.

use lowtide_ckks::{
    BridgeKeys, EvaluationKeys, GaloisKey, Parameters, PublicKey, RelinearizationKey, Seed, SwitchingKey,
};

use crate::{Error, Kind, Payload, Reader, Wire, Writer};

const SEED_BYTES: usize = size_of::<Seed>();

impl Wire for PublicKey {
    /// A seed, and two limbs of eight residues of two bits.
    const MIN_BYTES: usize = SEED_BYTES + 2 * 2;

    fn write(&self, out: &mut Writer) {
        out.raw(self.seed());
        out.poly(self.half());
    }

    fn read(input: &mut Reader<'_>, params: &Parameters) -> Result<Self, Error> {
        let seed = input.array()?;
        Ok(Self::from_parts(params, seed, input.poly(&params.public_key_basis())?)?)
    }
}

impl Payload for PublicKey {
    const KIND: Kind = Kind::PublicKey;

    fn params(&self) -> &Parameters {
        self.params()
    }
}

impl Wire for SwitchingKey {
    /// Level, seed, and two limbs of eight residues of two bits.
    const MIN_BYTES: usize = 1 + SEED_BYTES + 2 * 2;

    fn write(&self, out: &mut Writer) {
        out.level(self.level());
        out.raw(self.seed());
        self.digits().iter().for_each(|[half, _]| out.packed(half));
    }

    fn read(input: &mut Reader<'_>, params: &Parameters) -> Result<Self, Error> {
        let (level, seed) = (input.level(params)?, input.array()?);
        let basis = params.key_basis(level);
        let halves = (0..params.digits(level)).map(|_| input.packed(&basis)).collect::<Result<_, _>>()?;
        Ok(Self::from_parts(params, level, seed, halves)?)
    }
}

impl Wire for RelinearizationKey {
    const MIN_BYTES: usize = SwitchingKey::MIN_BYTES;

    fn write(&self, out: &mut Writer) {
        self.0.write(out);
    }

    fn read(input: &mut Reader<'_>, params: &Parameters) -> Result<Self, Error> {
        Ok(Self(SwitchingKey::read(input, params)?))
    }
}

impl Wire for GaloisKey {
    const MIN_BYTES: usize = 4 + SwitchingKey::MIN_BYTES;

    fn write(&self, out: &mut Writer) {
        out.u32(u32::try_from(self.element()).expect("below twice the largest ring degree"));
        self.key().write(out);
    }

    fn read(input: &mut Reader<'_>, params: &Parameters) -> Result<Self, Error> {
        let element = input.u32()?.into();
        Ok(Self::new(params, element, SwitchingKey::read(input, params)?)?)
    }
}

/// Its parameters are those of real slots; the keys belong to the others, which follow from them.
impl Wire for BridgeKeys {
    const MIN_BYTES: usize = 2 * SwitchingKey::MIN_BYTES;

    fn write(&self, out: &mut Writer) {
        self.keys().iter().for_each(|key| key.write(out));
    }

    fn read(input: &mut Reader<'_>, params: &Parameters) -> Result<Self, Error> {
        let complex = params.complex()?;
        let keys = [SwitchingKey::read(input, &complex)?, SwitchingKey::read(input, &complex)?];
        Ok(Self::from_parts(params, keys)?)
    }
}

impl Payload for BridgeKeys {
    const KIND: Kind = Kind::BridgeKeys;

    fn params(&self) -> &Parameters {
        self.real()
    }
}

impl Wire for EvaluationKeys {
    const MIN_BYTES: usize = 1 + 8;

    fn write(&self, out: &mut Writer) {
        out.u8(self.relinearization().is_some().into());
        self.relinearization().into_iter().for_each(|key| key.write(out));
        out.u64(self.galois().len() as u64);
        self.galois().for_each(|key| key.write(out));
    }

    fn read(input: &mut Reader<'_>, params: &Parameters) -> Result<Self, Error> {
        let relinearization =
            if input.flag()? { Some(RelinearizationKey::read(input, params)?) } else { None };
        let galois: Vec<GaloisKey> = input.list(params)?;
        if let Some(pair) = galois.windows(2).find(|pair| pair[0].element() >= pair[1].element()) {
            return Err(Error::KeyOrder { element: pair[1].element() });
        }
        Ok(Self::new(params, relinearization, galois))
    }
}

impl Payload for EvaluationKeys {
    const KIND: Kind = Kind::EvaluationKeys;

    fn params(&self) -> &Parameters {
        self.params()
    }
}
