//! What a compiled circuit should offer.

use lowtide_circuit::Requirements;

use crate::{ring::RingChoice, security::SecurityChoice};

/// What a compiled circuit should offer.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Wanted {
    /// Bits of the scale: more are more exact, and may take a larger ring
    #[arg(long, value_name = "BITS", default_value_t = 40, help_heading = "Encryption",
          value_parser = clap::value_parser!(u32).range(20..=50))]
    scale_bits: u32,
    /// Bits of the largest output before the point: 8 for outputs up to 256
    #[arg(long, value_name = "BITS", default_value_t = 8, help_heading = "Encryption")]
    output_bits: u32,
    /// The kind of ring: `auto` is the one of the smaller degree
    #[arg(long, value_enum, default_value_t = RingChoice::Auto, value_name = "KIND",
          help_heading = "Encryption")]
    ring: RingChoice,
    /// Bits of security
    #[arg(long, value_enum, default_value_t = SecurityChoice::Bits128, value_name = "BITS",
          help_heading = "Encryption")]
    security: SecurityChoice,
    /// The most that evaluation keys may take while the circuit runs; rotations then share less, and rare ones are made of
    /// others
    #[arg(long, value_name = "MIB", help_heading = "Encryption")]
    key_memory: Option<u32>,
}

impl Wanted {
    /// An error that leaves half of the scale's bits behind the point.
    pub(super) fn half_precision(&self) -> f64 {
        (-f64::from(self.scale_bits) / 2.0).exp2()
    }
}

impl From<Wanted> for Requirements {
    fn from(Wanted { scale_bits, output_bits, ring, security, key_memory }: Wanted) -> Self {
        let key_bytes = key_memory.map(|mebibytes| u64::from(mebibytes) << 20);
        let (security, ring) = (Some(security.into()), ring.named());
        Self { scale_bits, output_bits, security, ring, key_bytes, ..Self::DEFAULT }
    }
}

/// A size of errors, as an option takes it.
pub(super) fn error_size(text: &str) -> Result<f64, String> {
    let size = text.parse().ok().filter(|size: &f64| size.is_finite() && *size > 0.0);
    size.ok_or_else(|| "take a number above 0, such as 1e-6".into())
}
