//! The RNS-CKKS scheme.
