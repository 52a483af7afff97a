//! Secret keys, in builds for customers alone: two bits a coefficient. Time does not depend on the coefficients, and
//! every buffer is wiped.

use lowtide_ckks::{Parameters, SecretKey};
use zeroize::Zeroizing;

use crate::{Error, Kind, Payload, Reader, Wire, Writer};

const PER_BYTE: usize = 4;

impl Wire for SecretKey {
    const MIN_BYTES: usize = 2;

    fn write(&self, out: &mut Writer) {
        let Some(bytes) = out.claim(self.coefficients().len() / PER_BYTE) else { return };
        for (byte, coefficients) in bytes.iter_mut().zip(self.coefficients().chunks_exact(PER_BYTE)) {
            *byte = coefficients.iter().rev().fold(0, |byte, x| byte << 2 | (x & 3) as u8);
        }
    }

    fn read(input: &mut Reader<'_>, params: &Parameters) -> Result<Self, Error> {
        let bytes = input.raw(params.ring_degree() / PER_BYTE)?;
        let mut coefficients = Zeroizing::new(vec![0; params.ring_degree()]);
        for (byte, out) in bytes.iter().zip(coefficients.chunks_exact_mut(PER_BYTE)) {
            for (i, x) in out.iter_mut().enumerate() {
                let code = i64::from(byte >> (2 * i) & 3);
                *x = (code ^ 2) - 2;
            }
        }
        Ok(Self::from_coefficients(params, coefficients)?)
    }
}

impl Payload for SecretKey {
    const KIND: Kind = Kind::SecretKey;

    fn params(&self) -> &Parameters {
        self.params()
    }
}
