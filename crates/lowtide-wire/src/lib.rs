//! Versioned, bounded, checked bytes.
