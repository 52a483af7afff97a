//! The bridge between real and complex slots: from the conjugate-invariant ring of degree `N` to the standard ring of degree
//! `2N` and back, for what needs complex numbers on the way (Kim and Song, ICISC 2018, section 4).
//!
//! A ciphertext of the first ring is one of the second as it is, under the same secret seen there; a key switch takes it to
//! the secret of the second. Back, a key switch comes first, and then the trace: `c + c(1/X)` lies in the first ring again, and
//! holds twice the real part of each slot.

use lowtide_ring::Basis;
#[cfg(feature = "customer")]
use rand::CryptoRng;
#[cfg(feature = "customer")]
use zeroize::Zeroizing;

#[cfg(feature = "customer")]
use crate::SecretKey;
use crate::{Ciphertext, Error, Parameters, Scale, SwitchingKey, ciphertext::Components, keyswitch};

/// The keys of a bridge, both ways, up to one level.
#[derive(Clone, Debug)]
pub struct BridgeKeys {
    real: Parameters,
    complex: Parameters,
    /// There, from the secret of real slots, seen in the larger ring, to that of complex ones; and back.
    keys: [SwitchingKey; 2],
}

impl BridgeKeys {
    /// The keys of a bridge from `real`, there and back, both over [`Parameters::complex`] of it.
    ///
    /// # Errors
    /// As [`Parameters::complex`]; [`Error::Malformed`] for keys of other parameters.
    pub fn from_parts(real: &Parameters, keys: [SwitchingKey; 2]) -> Result<Self, Error> {
        let complex = real.complex()?;
        let fits = |key: &&SwitchingKey| {
            let is_own = |basis: &Basis| *basis == complex.key_basis(key.level());
            complex.check_level(key.level()).is_ok()
                && key.digits().iter().flatten().all(|half| is_own(half.basis()))
        };
        let found = keys.iter().filter(fits).count();
        if found != keys.len() {
            return Err(Error::Malformed { part: "a bridge", found, expected: keys.len() });
        }
        Ok(Self { real: real.clone(), complex, keys })
    }

    /// There and back.
    #[must_use]
    pub const fn keys(&self) -> &[SwitchingKey; 2] {
        &self.keys
    }

    /// The parameters of real slots, those of the conjugate-invariant ring.
    #[must_use]
    pub const fn real(&self) -> &Parameters {
        &self.real
    }

    /// The parameters of complex slots.
    #[must_use]
    pub const fn complex(&self) -> &Parameters {
        &self.complex
    }

    /// The same slots as complex numbers: level and scale stay.
    ///
    /// # Errors
    /// [`Error::ParameterMismatch`], or [`Error::KeyLevel`] above the level of the keys.
    pub fn to_complex(&self, ciphertext: &Ciphertext) -> Result<Ciphertext, Error> {
        self.real.check_same(ciphertext.params())?;
        let level = ciphertext.level();
        let basis = self.complex.basis(level);
        let [c0, c1] = ciphertext.components().each_ref().map(|poly| poly.embed(&basis));
        let c = keyswitch::switch(&self.complex, &c1, &self.keys[0], [Some(&c0), None])?;
        let noise = ciphertext.noise().switched(&self.complex, self.complex.digits(level));
        Ok(Components { params: self.complex.clone(), c, scale: ciphertext.scale().clone(), noise }.into())
    }

    /// The real parts of the slots: the level stays, scales `s -> 2 s`.
    ///
    /// # Errors
    /// [`Error::ParameterMismatch`], or [`Error::KeyLevel`] above the level of the keys.
    pub fn to_real(&self, ciphertext: &Ciphertext) -> Result<Ciphertext, Error> {
        self.complex.check_same(ciphertext.params())?;
        let level = ciphertext.level();
        let [c0, c1] = ciphertext.components();
        let switched = keyswitch::switch(&self.complex, c1, &self.keys[1], [Some(c0), None])?;
        let basis = self.real.basis(level);
        let mut noise = ciphertext.noise().switched(&self.complex, self.complex.digits(level));
        // Of the error, too, twice the real part is taken.
        noise.deviation *= 2.0;
        let scale = ciphertext.scale() * &Scale::power_of_two(1);
        let c = switched.map(|poly| poly.trace(&basis));
        Ok(Components { params: self.real.clone(), c, scale, noise }.into())
    }
}

#[cfg(feature = "customer")]
impl SecretKey {
    /// The keys that lead from this secret, of real slots, to another of complex slots and back, up to `level`.
    ///
    /// # Errors
    /// As [`Parameters::complex`]; [`Error::ParameterMismatch`] when the other secret has not those parameters;
    /// [`Error::NoSuchLevel`].
    pub fn bridge_keys(
        &self,
        complex: &Self,
        level: crate::Level,
        rng: &mut impl CryptoRng,
    ) -> Result<BridgeKeys, Error> {
        let larger = self.params().complex()?;
        larger.check_same(complex.params())?;
        let seen = Zeroizing::new(self.s.embed(&larger.key_basis(larger.max_level())));
        let there = complex.switching_key(&seen, &complex.s, level, rng)?;
        let back = complex.switching_key(&complex.s, &seen, level, rng)?;
        Ok(BridgeKeys { real: self.params().clone(), complex: larger, keys: [there, back] })
    }
}
