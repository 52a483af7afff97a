//! The parameter literal, which every payload begins with: a file says all that is needed to read it.

use lowtide_ckks::{self as ckks, Literal, Parameters};
use lowtide_ring::{Modulus, Ntt, Ring};

use crate::{Error, Kind, Payload, Reader, Wire, Writer};

const MIN_LOG_DEGREE: u32 = Ntt::MIN_DEGREE.ilog2();
/// The largest ring there is.
pub(crate) const MAX_LOG_DEGREE: u32 = Ntt::MAX_DEGREE.ilog2();

/// The bytes of a literal.
pub(crate) const fn bytes(literal: &Literal) -> u64 {
    5 + 8 * (literal.q.len() + literal.p.len()) as u64
}

/// Writes a literal that has passed the door: its numbers fit a byte.
pub(crate) fn write(literal: &Literal, out: &mut Writer) {
    let Literal { ring, log_degree, q, p, log_scale } = literal;
    let ring = match ring {
        Ring::Standard => 0,
        Ring::ConjugateInvariant => 1,
        _ => unreachable!("every ring has its code here"),
    };
    [ring, *log_degree, *log_scale, q.len() as u32, p.len() as u32].iter().for_each(|x| out.u8(*x as u8));
    q.iter().chain(p).for_each(|prime| out.u64(*prime));
}

/// Reads a literal. It has yet to pass the door, but sizes can be taken of it: its numbers are in range.
pub(crate) fn read(input: &mut Reader<'_>) -> Result<Literal, Error> {
    let [ring, log_degree, log_scale, q, p] = input.array()?;
    let ring = match ring {
        0 => Ring::Standard,
        1 => Ring::ConjugateInvariant,
        code => return Err(Error::Code { what: "ring", found: code.into() }),
    };
    if !(MIN_LOG_DEGREE..=MAX_LOG_DEGREE).contains(&log_degree.into()) {
        return Err(ckks::Error::RingDegree { log_degree: log_degree.into() }.into());
    }
    if q == 0 || p == 0 {
        return Err(ckks::Error::PrimeCount { ciphertext: q.into(), special: p.into() }.into());
    }
    let mut prime = || Ok(Modulus::new(input.u64()?)?.value());
    let mut primes = |count| (0..count).map(|_| prime()).collect::<Result<Vec<_>, Error>>();
    let (q, p) = (primes(q)?, primes(p)?);
    Ok(Literal { ring, log_degree: log_degree.into(), q, p, log_scale: log_scale.into() })
}

/// A file of parameters: nothing follows the literal.
impl Wire for Parameters {
    const MIN_BYTES: usize = 0;

    fn write(&self, _: &mut Writer) {}

    fn read(_: &mut Reader<'_>, params: &Parameters) -> Result<Self, Error> {
        Ok(params.clone())
    }
}

impl Payload for Parameters {
    const KIND: Kind = Kind::Parameters;

    fn params(&self) -> &Parameters {
        self
    }
}
