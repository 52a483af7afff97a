//! How long a program takes: its operations in elementary work, and how fast a machine does each kind of that.
//!
//! An operation of the scheme is a few loops over residues, and how often each of them runs follows from the ring degree,
//! the level and the number of special primes alone. So a handful of figures, measured in a quarter of a second
//! ([`Speed::measure`]) or built in ([`Speed::default`]), price every program in every ring with every digit count.
//!
//! Most of the time goes into three loops: transforms, inner products with keys, and base conversions. What they read decides
//! as much as what they compute: digits of many primes do not fit a core's cache in a large ring, and are fetched again for
//! every four primes that they are lifted to; keys that fit no cache come from memory for every switch. The first makes few
//! digits dear, the second many.

mod effort;
mod measure;
mod program;

use lowtide_ring::Isa;

pub use effort::{Effort, Setting};
pub use program::Usage;

/// Nanoseconds of each kind of elementary work, on one thread: loops over numbers in a core's own cache, and what it takes
/// longer to fetch numbers from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed {
    /// A butterfly of a number-theoretic transform.
    pub butterfly: f64,
    /// A multiply-accumulate of a base conversion.
    pub conversion: f64,
    /// A multiply-accumulate of an inner product.
    pub product: f64,
    /// A number read or written by an element-wise pass.
    pub pass: f64,
    /// A butterfly of the embedding, on complex numbers.
    pub embedding: f64,
    /// A number from beyond the core's own cache, while keys stream through the caches beyond.
    pub far: f64,
    /// A number from memory, beyond all caches.
    pub memory: f64,
}

/// Bytes that a core's own cache keeps.
const OWN: f64 = (1 << 20) as f64;

/// Bytes of keys, or of the operands of one operation, that stay in some cache from one use to the next.
const CACHED: f64 = (12 << 20) as f64;

/// The share of so many bytes that has to come from memory when they are used again.
fn from_memory(bytes: f64) -> f64 {
    (1.0 - CACHED / bytes.max(1.0)).max(0.0)
}

impl Speed {
    const AVX512_IFMA: Self = Self {
        butterfly: 0.21,
        conversion: 0.105,
        product: 0.29,
        pass: 0.06,
        embedding: 4.2,
        far: 0.01,
        memory: 0.1,
    };

    /// What was measured with these instructions on a server of 2023, those without IFMA as their ratio to AVX2 on one of 2019:
    /// good enough to compare one program with another.
    #[must_use]
    pub fn of(isa: Isa) -> Self {
        match isa.name() {
            "avx512ifma" => Self::AVX512_IFMA,
            "avx512" => Self { conversion: 0.19, product: 0.39, embedding: 4.3, ..Self::AVX512_IFMA },
            "avx2" => {
                Self { butterfly: 0.33, conversion: 0.32, product: 0.76, embedding: 4.4, ..Self::AVX512_IFMA }
            }
            _ => Self {
                butterfly: 1.2,
                conversion: 1.1,
                product: 2.3,
                pass: 0.1,
                embedding: 6.4,
                ..Self::AVX512_IFMA
            },
        }
    }

    /// Seconds of so much work on one thread, for keys of so many bytes in all.
    #[must_use]
    pub fn seconds(&self, effort: &Effort, key_bytes: u64) -> f64 {
        let Effort { butterflies, conversions, products, passes, embedding, far, keys, memory } = *effort;
        1e-9 * (self.butterfly * butterflies
            + self.conversion * conversions
            + self.product * products
            + self.pass * passes
            + self.embedding * embedding
            + self.far * far
            + self.memory * (keys * from_memory(key_bytes as f64) + memory))
    }
}

/// That of AVX-512 with IFMA, whatever the machine: plans that nobody measured for are the same everywhere.
impl Default for Speed {
    fn default() -> Self {
        Self::AVX512_IFMA
    }
}

#[cfg(test)]
mod tests;
