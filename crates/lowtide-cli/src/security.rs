//! Bits of security, as an option takes them.

use clap::ValueEnum;
use lowtide_ckks::SecurityLevel;

/// Bits of security.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SecurityChoice {
    #[value(name = "128")]
    Bits128,
    #[value(name = "192")]
    Bits192,
    #[value(name = "256")]
    Bits256,
}

impl From<SecurityChoice> for SecurityLevel {
    fn from(choice: SecurityChoice) -> Self {
        match choice {
            SecurityChoice::Bits128 => Self::Classical128,
            SecurityChoice::Bits192 => Self::Classical192,
            SecurityChoice::Bits256 => Self::Classical256,
        }
    }
}
