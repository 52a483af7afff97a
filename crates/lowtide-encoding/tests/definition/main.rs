//! The embedding against its definition.

mod fixed;
mod known;
mod oracle;
mod properties;
mod spectrum;
