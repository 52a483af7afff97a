//! Files of every kind: there and back, predicted, damaged, foreign, forged, on disk.

#![allow(clippy::unwrap_used)]

mod damage;
mod disk;
mod exercise;
mod findings;
mod forged;
mod golden;
mod inspect;
mod limits;
mod mutation;
mod round_trip;
mod sizes;
mod stock;
mod targets;
