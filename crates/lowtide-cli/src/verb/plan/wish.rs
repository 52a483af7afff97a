//! What is left to the planner, and what it is held to.

use std::str::FromStr;

use lowtide_circuit::speed::Speed;
use lowtide_logreg::{
    Circuit, Error as Trainer, Gram, Request,
    planner::{self, Choice, Wish},
};
use lowtide_ring::Ring;

/// Rows of a mini-batch, or leave to choose them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Batch {
    Auto,
    Rows(usize),
}

impl FromStr for Batch {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            _ => text.parse().map(Self::Rows).map_err(|_| "give a number of rows, or `auto`"),
        }
    }
}

/// Bytes, as people write them: `800MiB`, `8G`, `1073741824`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room(u64);

impl FromStr for Room {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const CURE: &str = "give bytes, or a number with MiB or GiB, such as 8GiB";
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let shift = match unit.trim().to_ascii_lowercase().as_str() {
            "" | "b" => 0,
            "k" | "kib" => 10,
            "m" | "mib" => 20,
            "g" | "gib" => 30,
            "t" | "tib" => 40,
            _ => return Err(CURE),
        };
        let number: f64 = number.parse().map_err(|_| CURE)?;
        let bytes = number * f64::from(shift).exp2();
        if (1.0..1e18).contains(&bytes) { Ok(Self(bytes as u64)) } else { Err(CURE) }
    }
}

/// What is left open, and limits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left {
    /// Nothing for a free choice.
    pub(super) circuit: Option<Circuit>,
    pub(super) batch: Batch,
    /// Nothing for a free choice.
    pub(super) gram: Option<Gram>,
    /// Nothing for a free choice.
    pub(super) ring: Option<Ring>,
    pub(super) precision: Option<f64>,
    pub(super) memory: Option<Room>,
}

impl Left {
    /// The circuit to begin with, before one is chosen.
    pub(super) fn circuit(&self) -> Circuit {
        self.circuit.unwrap_or(Circuit::TwoLevel)
    }

    /// The mini-batch to begin with.
    pub(super) fn batch(&self, rows: usize) -> usize {
        match self.batch {
            Batch::Auto => planner::batches(rows).last().copied().unwrap_or(1),
            Batch::Rows(batch) => batch,
        }
    }

    /// The planner's choice, for this machine and the threads in use.
    pub(super) fn choose(&self, request: &Request) -> Result<Choice, Trainer> {
        planner::choose(&Wish {
            request: request.clone(),
            circuits: self.circuit.map_or_else(|| Circuit::ALL.to_vec(), |circuit| vec![circuit]),
            batches: match self.batch {
                Batch::Auto => planner::batches(request.rows),
                Batch::Rows(_) => Vec::new(),
            },
            grams: self.gram.map_or_else(|| Gram::ALL.to_vec(), |gram| vec![gram]),
            rings: self.ring.into_iter().collect(),
            precision: self.precision,
            memory: self.memory.map(|Room(bytes)| bytes),
            threads: rayon::current_num_threads(),
            speed: Speed::measure()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_read_as_people_write_it() {
        for (text, bytes) in [("1024", 1024), ("8GiB", 8 << 30), ("1.5g", 3 << 29), ("800 MiB", 800 << 20)] {
            assert_eq!(text.parse(), Ok(Room(bytes)), "{text}");
        }
        for text in ["", "GiB", "8 apples", "0", "1e30", "-4"] {
            assert!(text.parse::<Room>().is_err(), "{text}");
        }
        assert_eq!(("auto".parse(), "64".parse()), (Ok(Batch::Auto), Ok(Batch::Rows(64))));
        assert!("many".parse::<Batch>().is_err());
    }
}
