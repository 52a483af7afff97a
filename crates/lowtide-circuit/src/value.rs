//! Constants.

use std::{
    hash::{Hash, Hasher},
    ops::Deref,
    sync::Arc,
};

use crate::Error;

/// A public constant: one number in every slot, or a vector. Equal when equal to the bit, so that constants can be
/// shared.
#[derive(Clone, Debug)]
pub enum Value {
    /// The same number in every slot.
    Scalar(f64),
    /// One number a slot.
    Vector(Numbers),
}

impl Value {
    /// The number in a slot.
    #[must_use]
    pub fn at(&self, slot: usize) -> f64 {
        match self {
            Self::Scalar(x) => *x,
            Self::Vector(values) => values[slot],
        }
    }

    /// As a vector of `slots` numbers.
    #[must_use]
    pub fn to_vec(&self, slots: usize) -> Vec<f64> {
        (0..slots).map(|slot| self.at(slot)).collect()
    }

    /// The one number, when it is the same in every slot.
    #[must_use]
    pub fn scalar(&self) -> Option<f64> {
        match self {
            Self::Scalar(x) => Some(*x),
            Self::Vector(values) => {
                let first = values[0];
                values.iter().all(|x| x.to_bits() == first.to_bits()).then_some(first)
            }
        }
    }

    /// Slot by slot.
    #[must_use]
    pub fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        match self {
            Self::Scalar(x) => Self::Scalar(f(*x)),
            Self::Vector(values) => Self::Vector(values.iter().map(|x| f(*x)).collect()),
        }
    }

    /// Slot by slot.
    #[must_use]
    pub fn zip(&self, other: &Self, f: impl Fn(f64, f64) -> f64) -> Self {
        match (self, other) {
            (Self::Scalar(x), Self::Scalar(y)) => Self::Scalar(f(*x, *y)),
            (Self::Vector(values), _) => {
                Self::Vector(values.iter().enumerate().map(|(slot, x)| f(*x, other.at(slot))).collect())
            }
            (_, Self::Vector(values)) => {
                Self::Vector(values.iter().enumerate().map(|(slot, y)| f(self.at(slot), *y)).collect())
            }
        }
    }

    /// Turned `steps` places to the left.
    #[must_use]
    pub fn rotate(&self, steps: i64) -> Self {
        match self {
            Self::Scalar(_) => self.clone(),
            Self::Vector(values) => {
                let mut turned = values.to_vec();
                turned.rotate_left(steps.rem_euclid(values.len() as i64) as usize);
                Self::Vector(turned.into())
            }
        }
    }

    pub(crate) fn is_finite(&self) -> bool {
        match self {
            Self::Scalar(x) => x.is_finite(),
            Self::Vector(values) => values.iter().all(|x| x.is_finite()),
        }
    }

    /// A number where a vector holds only that.
    pub(crate) fn compact(self) -> Self {
        self.scalar().map_or(self, Self::Scalar)
    }

    pub(crate) fn check(&self, slots: usize) -> Result<(), Error> {
        let numbers = match self {
            Self::Scalar(x) => std::slice::from_ref(x),
            Self::Vector(values) => values,
        };
        if matches!(self, Self::Vector(_)) && numbers.len() != slots {
            return Err(Error::Length { what: "a constant".into(), found: numbers.len(), expected: slots });
        }
        numbers.iter().find(|x| !x.is_finite()).map_or(Ok(()), |x| Err(Error::NotFinite { value: *x }))
    }
}

/// What equality and hashes go by: zeros of either sign are one number.
const fn bits(x: f64) -> u64 {
    if x == 0.0 { 0 } else { x.to_bits() }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Scalar(x), Self::Scalar(y)) => bits(*x) == bits(*y),
            (Self::Vector(x), Self::Vector(y)) => x == y,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Scalar(x) => bits(*x).hash(state),
            Self::Vector(numbers) => numbers.digest.hash(state),
        }
    }
}

/// The numbers of a vector. Cheap to clone, and to compare with others: a pass looks every constant up among all, and a mask
/// has as many numbers as there are slots.
#[derive(Clone, Debug)]
pub struct Numbers {
    values: Arc<[f64]>,
    /// Equal numbers have equal digests.
    digest: u64,
}

impl<T: Into<Arc<[f64]>>> From<T> for Numbers {
    fn from(values: T) -> Self {
        let values: Arc<[f64]> = values.into();
        // Multiplicative hashing, word by word; the constant is 2^64 over the golden ratio (Knuth, volume 3, 6.4).
        let mix =
            |digest: u64, x: &f64| (digest.rotate_left(5) ^ bits(*x)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let digest = values.iter().fold(values.len() as u64, mix);
        Self { values, digest }
    }
}

impl FromIterator<f64> for Numbers {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        values.into_iter().collect::<Arc<[f64]>>().into()
    }
}

impl Deref for Numbers {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        &self.values
    }
}

impl PartialEq for Numbers {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.values, &other.values)
            || self.digest == other.digest
                && self.len() == other.len()
                && self.iter().zip(other.iter()).all(|(x, y)| bits(*x) == bits(*y))
    }
}

impl Eq for Numbers {}
