//! What a reader lets in. Bytes from outside can ask for memory and for weak parameters; here they are refused before
//! either is granted.

use lowtide_ckks::{self as ckks, Fingerprint, Literal, Parameters, SecurityLevel};

use crate::{Error, Header, Reader, literal};

/// The largest scale that a ciphertext may claim, as its logarithm: no modulus of the security table is larger.
pub(crate) const MAX_LOG_SCALE: u32 = 4096;
/// The most odd primes in a scale: more than a chain has.
pub(crate) const MAX_SCALE_PRIMES: usize = 128;

/// What a reader lets in: by default any parameters of at least 128 bits of security, in files of up to 16 GiB.
#[derive(Clone, Debug)]
pub struct Limits {
    params: Option<Parameters>,
    insecure: bool,
    log_degree: u32,
    bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { params: None, insecure: false, log_degree: literal::MAX_LOG_DEGREE, bytes: 16 << 30 }
    }
}

impl Limits {
    /// Only files of these parameters, which passed their door already: whoever made them decided on their security.
    #[must_use]
    pub fn only(params: &Parameters) -> Self {
        Self { params: Some(params.clone()), ..Self::default() }
    }

    /// Lets in parameters of no security at all: for tests.
    #[must_use]
    pub const fn allow_insecure(mut self) -> Self {
        self.insecure = true;
        self
    }

    /// Only rings of degree up to `2^log_degree`. The tables of a parameter set take memory in proportion to the degree once
    /// something is computed, up to a quarter of a gigabyte at `2^17`, however short the file.
    #[must_use]
    pub const fn log_degree(mut self, log_degree: u32) -> Self {
        self.log_degree = log_degree;
        self
    }

    /// Only files of up to so many bytes. What is read takes more memory, since seeds are expanded and residues unpacked:
    /// about three times as much under primes of 40 bits, ten times under the shortest that are secure.
    #[must_use]
    pub const fn bytes(mut self, bytes: u64) -> Self {
        self.bytes = bytes;
        self
    }

    pub(crate) const fn max_bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) const fn check_bytes(&self, header: &Header) -> Result<(), Error> {
        let declared = header.file_bytes();
        if declared > self.bytes { Err(Error::TooLarge { declared, limit: self.bytes }) } else { Ok(()) }
    }

    /// The parameters that a payload begins with, when they are let in and are those that the header names.
    pub(crate) fn admit(&self, declared: Fingerprint, input: &mut Reader<'_>) -> Result<Parameters, Error> {
        if let Some(expected) = self.params.as_ref().map(Parameters::fingerprint)
            && expected != declared
        {
            return Err(Error::OtherParameters { found: declared, expected });
        }
        let literal = literal::read(input)?;
        let found = literal.fingerprint();
        if found != declared {
            return Err(Error::Fingerprint { declared, found });
        }
        match &self.params {
            Some(params) => Ok(params.clone()),
            None => self.build(literal),
        }
    }

    /// Through the door, with a look at the size of the literal before.
    fn build(&self, literal: Literal) -> Result<Parameters, Error> {
        let (found, limit) = (literal.log_degree, self.log_degree);
        if found > limit {
            return Err(Error::RingTooLarge { found, limit });
        }
        if self.insecure {
            return Ok(Parameters::insecure(literal)?);
        }
        if security(&literal).is_none() {
            let wanted = SecurityLevel::Classical128;
            let (log2_qp, limit) = (literal.log2_qp(), wanted.max_log2_qp(found));
            return Err(ckks::Error::Insecure { log_degree: found, log2_qp, wanted, limit }.into());
        }
        Ok(Parameters::new(literal)?)
    }
}

/// The security that a literal's size would reach.
pub(crate) fn security(literal: &Literal) -> Option<SecurityLevel> {
    SecurityLevel::reached(literal.log_degree, literal.log2_qp())
}
