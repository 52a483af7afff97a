//! Scales by their exact factors, and noise estimates.

use lowtide_ckks::{Noise, Parameters, Scale};
use lowtide_ring::Modulus;

use crate::{
    Error, Reader, Wire, Writer,
    limits::{MAX_LOG_SCALE, MAX_SCALE_PRIMES},
};

/// Far beyond what any circuit reaches, and far from overflowing in sums.
const LARGEST_EXPONENT: u64 = 1 << 40;

/// The bytes of a scale.
pub(crate) fn bytes(scale: &Scale) -> u64 {
    16 + 16 * scale.factors().1.len() as u64
}

impl Wire for Scale {
    const MIN_BYTES: usize = 16;

    fn write(&self, out: &mut Writer) {
        let (twos, primes) = self.factors();
        out.i64(twos);
        out.u64(primes.len() as u64);
        for (prime, exponent) in primes {
            out.u64(*prime);
            out.i64(*exponent);
        }
    }

    fn read(input: &mut Reader<'_>, _: &Parameters) -> Result<Self, Error> {
        read_scale(input)
    }
}

pub(crate) fn read_scale(input: &mut Reader<'_>) -> Result<Scale, Error> {
    let twos = input.i64()?;
    if twos.unsigned_abs() > LARGEST_EXPONENT {
        return Err(Error::ScaleFactor { prime: 2, exponent: twos });
    }
    let what = "factors of a scale";
    let count = input.count(what, 16)?;
    if count > MAX_SCALE_PRIMES {
        return Err(Error::Count { what, found: count as u64, most: MAX_SCALE_PRIMES as u64 });
    }
    let mut last = 2;
    let mut factor = || {
        let (prime, exponent) = (input.u64()?, input.i64()?);
        let next = prime > last && prime % 2 == 1 && prime < Modulus::LIMIT;
        if !next || exponent == 0 || exponent.unsigned_abs() > LARGEST_EXPONENT {
            return Err(Error::ScaleFactor { prime, exponent });
        }
        last = prime;
        Ok((prime, exponent))
    };
    let primes = (0..count).map(|_| factor()).collect::<Result<Vec<_>, _>>()?;
    let scale = Scale::from_factors(twos, primes);
    let log2 = scale.log2();
    if log2.abs() > f64::from(MAX_LOG_SCALE) {
        return Err(Error::ScaleSize { log2, limit: MAX_LOG_SCALE });
    }
    Ok(scale)
}

impl Wire for Noise {
    const MIN_BYTES: usize = 16;

    /// An estimate that has left the range of doubles is written as the largest of them.
    fn write(&self, out: &mut Writer) {
        for estimate in [self.magnitude, self.deviation] {
            out.f64(if estimate.is_finite() { estimate.abs() } else { f64::MAX });
        }
    }

    fn read(input: &mut Reader<'_>, _: &Parameters) -> Result<Self, Error> {
        read_noise(input)
    }
}

pub(crate) fn read_noise(input: &mut Reader<'_>) -> Result<Noise, Error> {
    let mut estimate = || match input.f64()? {
        value if value.is_finite() && value.is_sign_positive() => Ok(value),
        value => Err(Error::Estimate { value }),
    };
    Ok(Noise { magnitude: estimate()?, deviation: estimate()? })
}
