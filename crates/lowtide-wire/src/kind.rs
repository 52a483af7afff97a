//! What files are there.

use std::fmt;

/// What a file holds. The code of each is part of the format.
///
/// The payload of every kind begins with the parameter literal, and what follows is said in [`crate::format`]. Those from
/// [`Kind::Dataset`] to [`Kind::Start`] belong to crates above this one, which put a text of their own in front, so that
/// any file can be inspected here.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Kind {
    /// A parameter set: nothing follows the literal.
    Parameters = 1,
    /// A secret key. Only builds with the feature `customer` read one.
    SecretKey = 2,
    /// Evaluation keys.
    EvaluationKeys = 4,
    /// One ciphertext.
    Ciphertext = 5,
    /// An encrypted data set: a text, then a list of ciphertexts.
    Dataset = 6,
    /// An encrypted model, or a checkpoint on the way to one: a text, then a list of ciphertexts.
    Model = 7,
    /// A plan of a training run: a text.
    Plan = 8,
    /// How a customer made its rows ready for encryption: a text. It stays with the customer.
    Preparation = 9,
    /// What a training run goes on from after a refresh: a text, then a list of ciphertexts.
    Start = 10,
    /// The keys of a bridge from real slots to complex ones.
    BridgeKeys = 11,
    /// A public key. Those of kind 3 were over one prime fewer, and are no longer read.
    PublicKey = 12,
}

impl Kind {
    /// All kinds, by code.
    pub const ALL: [Self; 11] = [
        Self::Parameters,
        Self::SecretKey,
        Self::EvaluationKeys,
        Self::Ciphertext,
        Self::Dataset,
        Self::Model,
        Self::Plan,
        Self::Preparation,
        Self::Start,
        Self::BridgeKeys,
        Self::PublicKey,
    ];

    /// What public keys were before: a number that no kind has again.
    pub(crate) const OLD_PUBLIC_KEY: u32 = 3;

    /// The number that stands for the kind in a header.
    #[must_use]
    pub const fn code(self) -> u32 {
        self as u32
    }

    /// The kind of a number.
    #[must_use]
    pub fn from_code(code: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether files of this kind are for their owner alone: they are created so, and buffers of them are wiped.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::SecretKey | Self::Preparation)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parameters => "parameters",
            Self::SecretKey => "secret key",
            Self::PublicKey => "public key",
            Self::EvaluationKeys => "evaluation keys",
            Self::Ciphertext => "ciphertext",
            Self::Dataset => "encrypted data set",
            Self::Model => "encrypted model",
            Self::Plan => "plan",
            Self::Preparation => "preparation",
            Self::Start => "fresh start",
            Self::BridgeKeys => "bridge keys",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_frozen_and_lead_back() {
        let codes: Vec<u32> = Kind::ALL.into_iter().map(Kind::code).collect();
        assert_eq!(codes, [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        assert!(Kind::ALL.into_iter().all(|kind| Kind::from_code(kind.code()) == Some(kind)));
        assert_eq!([0, Kind::OLD_PUBLIC_KEY, 13, u32::MAX].map(Kind::from_code), [None; 4]);
    }
}
