//! Circuits as text: what is written is read back, what a person writes is understood, and strangers do no harm.

#![allow(clippy::unwrap_used)]

mod examples;
mod faults;
mod findings;
mod form;
mod grammar;
mod hostile;
mod random;
mod round_trip;
mod targets;
