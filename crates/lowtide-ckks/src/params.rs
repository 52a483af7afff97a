//! Parameters: a literal that anyone can write, and the one door through which it becomes usable.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use lowtide_ring::{Basis, Ntt, Ring};

use crate::{Error, Scale, SecurityLevel, keyswitch::Tables};

/// How many rescales a ciphertext has left: at level `l` it is modulo `l + 1` primes.
pub type Level = usize;

/// What names a parameter set: BLAKE3 over everything in its literal.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

/// The first eight bytes in hexadecimal.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0[..8].iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// Everything that defines a parameter set, unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The ring.
    pub ring: Ring,
    /// `log2 N`.
    pub log_degree: u32,
    /// The primes of `Q`, the one of level 0 first. A rescale at level `l` divides by `q[l]`.
    pub q: Vec<u64>,
    /// The special primes, whose product `P` exists in key switching alone. A digit has as many primes as `P`.
    pub p: Vec<u64>,
    /// `log2` of the scale that fresh plaintexts have unless told otherwise.
    pub log_scale: u32,
}

impl Literal {
    /// What names these parameters: BLAKE3 over the fields in order, each list with its length in front, numbers
    /// little-endian.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let ring: u64 = match self.ring {
            Ring::Standard => 0,
            Ring::ConjugateInvariant => 1,
            _ => unreachable!("every ring has its number here"),
        };
        let numbers = [ring, self.log_degree.into(), self.log_scale.into()].into_iter();
        let list = |primes: &[u64]| std::iter::once(primes.len() as u64).chain(primes.to_vec());
        let mut hasher = blake3::Hasher::new_derive_key("lowtide parameters 1");
        numbers.chain(list(&self.q)).chain(list(&self.p)).for_each(|number| {
            hasher.update(&number.to_le_bytes());
        });
        Fingerprint(*hasher.finalize().as_bytes())
    }
}

/// The most primes of a parameter set, special ones included.
pub(crate) const MAX_PRIMES: usize = 64;

/// A checked parameter set with everything precomputed from it. Cheap to clone.
#[derive(Clone)]
pub struct Parameters(Arc<Inner>);

struct Inner {
    literal: Literal,
    fingerprint: Fingerprint,
    security: Option<SecurityLevel>,
    scale: Scale,
    /// Special primes, then those of `Q`: every window that is needed is one of consecutive primes.
    chain: Basis,
    /// By level, made when first used.
    tables: Vec<OnceLock<Tables>>,
}

impl Parameters {
    /// The door for parameters of at least 128 bits of security.
    ///
    /// # Errors
    /// [`Error::Insecure`], or what else is wrong with the literal.
    pub fn new(literal: Literal) -> Result<Self, Error> {
        Self::with_security(literal, SecurityLevel::Classical128)
    }

    /// The door for parameters of at least the security wanted.
    ///
    /// # Errors
    /// As [`Parameters::new`].
    pub fn with_security(literal: Literal, wanted: SecurityLevel) -> Result<Self, Error> {
        let params = Self::unchecked(literal)?;
        if params.security() >= Some(wanted) {
            return Ok(params);
        }
        let (log_degree, log2_qp) = (params.literal().log_degree, params.log2_qp());
        Err(Error::Insecure { log_degree, log2_qp, wanted, limit: wanted.max_log2_qp(log_degree) })
    }

    /// Parameters of no security at all, for tests: small rings make them fast. Logs a warning.
    ///
    /// # Errors
    /// What is wrong with the literal, other than its security.
    pub fn insecure(literal: Literal) -> Result<Self, Error> {
        let params = Self::unchecked(literal)?;
        if params.security().is_none() {
            tracing::warn!(log_degree = params.literal().log_degree, "INSECURE parameters: for tests alone");
        }
        Ok(params)
    }

    fn unchecked(literal: Literal) -> Result<Self, Error> {
        check_degree(literal.log_degree)?;
        let (ciphertext, special) = (literal.q.len(), literal.p.len());
        if ciphertext == 0 || special == 0 || ciphertext + special > MAX_PRIMES {
            return Err(Error::PrimeCount { ciphertext, special });
        }
        if !(10..=60).contains(&literal.log_scale) {
            return Err(Error::ScaleRange { log_scale: literal.log_scale });
        }
        let special_bits = log2_product(&literal.p);
        for (digit, primes) in literal.q.chunks(special).enumerate() {
            let digit_bits = log2_product(primes);
            if digit_bits > special_bits {
                return Err(Error::SpecialTooSmall { digit, digit_bits, special_bits });
            }
        }
        let primes: Vec<u64> = literal.p.iter().chain(&literal.q).copied().collect();
        let chain = Basis::new(literal.ring, 1 << literal.log_degree, &primes)?;
        Ok(Self(Arc::new(Inner {
            fingerprint: literal.fingerprint(),
            security: SecurityLevel::reached(literal.log_degree, log2_product(&primes)),
            scale: Scale::power_of_two(literal.log_scale.into()),
            tables: (0..literal.q.len()).map(|_| OnceLock::new()).collect(),
            chain,
            literal,
        })))
    }

    /// The parameters at the other end of a bridge from real slots to complex ones: the standard ring of twice the degree,
    /// with the same primes and scale. They are as secure, and more.
    ///
    /// # Errors
    /// [`Error::NoBridge`] from another ring than the conjugate-invariant one, [`Error::RingDegree`] from the largest.
    pub fn complex(&self) -> Result<Self, Error> {
        if self.ring() != Ring::ConjugateInvariant {
            return Err(Error::NoBridge { from: self.fingerprint() });
        }
        let literal = self.literal().clone();
        let literal = Literal { ring: Ring::Standard, log_degree: literal.log_degree + 1, ..literal };
        match self.security() {
            Some(reached) => Self::with_security(literal, reached),
            None => Self::insecure(literal),
        }
    }

    /// What the parameters were made from.
    #[must_use]
    pub fn literal(&self) -> &Literal {
        &self.0.literal
    }

    /// The name of the parameters, in files and in errors.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.0.fingerprint
    }

    /// The security the parameters reach; `None` for insecure ones.
    #[must_use]
    pub fn security(&self) -> Option<SecurityLevel> {
        self.0.security
    }

    /// The ring.
    #[must_use]
    pub fn ring(&self) -> Ring {
        self.0.literal.ring
    }

    /// `N`.
    #[must_use]
    pub fn ring_degree(&self) -> usize {
        self.0.chain.degree()
    }

    /// The number of slots of a ciphertext.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.ring().slots(self.ring_degree())
    }

    /// The level of a fresh ciphertext.
    #[must_use]
    pub fn max_level(&self) -> Level {
        self.0.literal.q.len() - 1
    }

    /// The scale of a fresh plaintext unless told otherwise.
    #[must_use]
    pub fn default_scale(&self) -> &Scale {
        &self.0.scale
    }

    /// `log2(Q P)`, the number that security depends on.
    #[must_use]
    pub fn log2_qp(&self) -> f64 {
        self.0.chain.log2()
    }

    /// The number of digits of a key switch at `level`.
    #[must_use]
    pub fn digits(&self, level: Level) -> usize {
        (level + 1).div_ceil(self.special_count())
    }

    /// The basis of ciphertexts at `level`.
    ///
    /// # Panics
    /// When there is no such level.
    #[must_use]
    pub fn basis(&self, level: Level) -> Basis {
        let start = self.special_count();
        self.0.chain.window(start..start + level + 1)
    }

    /// The basis of keys for `level`: the special primes, then those of the level.
    ///
    /// # Panics
    /// When there is no such level.
    #[must_use]
    pub fn key_basis(&self, level: Level) -> Basis {
        self.0.chain.window(0..self.special_count() + level + 1)
    }

    /// The basis of public keys: the last special prime, then the primes of the highest level.
    #[must_use]
    pub fn public_key_basis(&self) -> Basis {
        let first = self.special_count() - 1;
        self.0.chain.window(first..self.0.chain.len())
    }

    /// The special primes.
    pub(crate) fn special_basis(&self) -> Basis {
        self.0.chain.window(0..self.special_count())
    }

    pub(crate) fn special_count(&self) -> usize {
        self.0.literal.p.len()
    }

    pub(crate) fn special_log2(&self) -> f64 {
        log2_product(&self.0.literal.p)
    }

    /// The size of the largest digit.
    pub(crate) fn digit_log2(&self) -> f64 {
        self.0.literal.q.chunks(self.special_count()).map(log2_product).fold(0.0, f64::max)
    }

    pub(crate) fn tables(&self, level: Level) -> &Tables {
        self.0.tables[level].get_or_init(|| Tables::new(self, level))
    }

    /// The residue of an integer modulo each prime of `level`.
    pub(crate) fn residues(&self, integer: i128, level: Level) -> Vec<u64> {
        let residue = |limb: &Ntt| {
            let q = limb.modulus();
            let magnitude = q.reduce_wide(integer.unsigned_abs());
            if integer < 0 { q.neg(magnitude) } else { magnitude }
        };
        self.basis(level).limbs().iter().map(residue).collect()
    }

    pub(crate) fn check_same(&self, other: &Self) -> Result<(), Error> {
        if Arc::ptr_eq(&self.0, &other.0) || self.fingerprint() == other.fingerprint() {
            return Ok(());
        }
        Err(Error::ParameterMismatch { left: self.fingerprint(), right: other.fingerprint() })
    }

    /// # Errors
    /// [`Error::NoSuchLevel`] above the highest.
    pub fn check_level(&self, level: Level) -> Result<(), Error> {
        let highest = self.max_level();
        if level > highest { Err(Error::NoSuchLevel { wanted: level, highest }) } else { Ok(()) }
    }
}

/// The same literal.
impl PartialEq for Parameters {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint() == other.fingerprint()
    }
}

impl Eq for Parameters {}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parameters")
            .field("fingerprint", &self.fingerprint())
            .field("ring_degree", &self.ring_degree())
            .field("levels", &self.max_level())
            .field("log2_qp", &self.log2_qp())
            .field("scale", self.default_scale())
            .field("security", &self.security())
            .finish()
    }
}

pub(crate) fn check_degree(log_degree: u32) -> Result<(), Error> {
    if (3..=17).contains(&log_degree) { Ok(()) } else { Err(Error::RingDegree { log_degree }) }
}

fn log2_product(primes: &[u64]) -> f64 {
    primes.iter().map(|prime| (*prime as f64).log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shape;

    const SHAPE: Shape =
        Shape { ring: Ring::Standard, log_degree: 13, first_bits: 50, scale_bits: 36, levels: 3, digits: 4 };

    #[test]
    fn a_shape_becomes_parameters_near_its_scale() {
        let params = Parameters::new(SHAPE.literal().unwrap()).unwrap();
        assert_eq!(params.security(), Some(SecurityLevel::Classical128));
        assert_eq!((params.max_level(), params.digits(3), params.slots()), (3, 4, 1 << 12));
        assert!((params.log2_qp() - SHAPE.log2_qp()).abs() < 1.0);
        assert!(params.literal().q[1..].iter().all(|q| ((*q as f64).log2() - 36.0).abs() < 1e-3));
    }

    #[test]
    fn insecure_parameters_need_the_word() {
        let literal = Shape { levels: 6, digits: 7, ..SHAPE }.literal().unwrap();
        let error = Parameters::new(literal.clone()).unwrap_err();
        assert!(matches!(error, Error::Insecure { limit: 214, .. }), "{error}");
        assert!(Parameters::with_security(SHAPE.literal().unwrap(), SecurityLevel::Classical192).is_err());
        assert_eq!(Parameters::insecure(literal).unwrap().security(), None);
    }

    #[test]
    fn malformed_literals_are_refused() {
        let good = SHAPE.literal().unwrap();
        let refused = |change: fn(&mut Literal)| {
            let mut literal = good.clone();
            change(&mut literal);
            Parameters::insecure(literal).unwrap_err()
        };
        assert!(matches!(refused(|l| l.p.clear()), Error::PrimeCount { special: 0, .. }));
        assert!(matches!(refused(|l| l.q.clear()), Error::PrimeCount { ciphertext: 0, .. }));
        assert!(matches!(refused(|l| l.log_degree = 40), Error::RingDegree { log_degree: 40 }));
        assert!(matches!(refused(|l| l.log_scale = 61), Error::ScaleRange { .. }));
        assert!(matches!(refused(|l| l.q[1] = l.q[0]), Error::Ring(_)));
        assert!(matches!(refused(|l| l.q[1] += 2), Error::Ring(_)));
        assert!(matches!(refused(|l| l.p[0] = l.q.pop().unwrap()), Error::SpecialTooSmall { digit: 0, .. }));
        assert!(matches!(Shape { digits: 0, ..SHAPE }.literal(), Err(Error::PrimeCount { .. })));
        assert!(matches!(Shape { first_bits: 3, ..SHAPE }.literal(), Err(Error::Ring(_))));
    }

    #[test]
    fn every_field_enters_the_fingerprint() {
        let good = SHAPE.literal().unwrap();
        let mut variants = vec![good.clone(); 6];
        variants[1].log_degree += 1;
        variants[2].log_scale += 1;
        variants[3].q.pop();
        let moved = variants[4].q.pop().unwrap();
        variants[4].p.insert(0, moved);
        variants[5].ring = Ring::ConjugateInvariant;
        for (i, a) in variants.iter().enumerate() {
            assert!(variants[..i].iter().all(|b| a.fingerprint() != b.fingerprint()));
        }
    }
}
