//! What Crockett published of a baseline and of a circuit of low depth, on MNIST.

use serde::Serialize;

/// Where it stands, and what it does not say.
pub(super) const SOURCE: &str = "\
Published: Crockett, \"A Low-Depth Homomorphic Circuit for Logistic Regression Model Training\", ePrint 2020/1483 (WAHC 2020):
six mini-batches of MNIST on a parallel server, depth 5k and 2.5k for k of them, the accuracy of training in the clear. Another
machine and other parameters: hold the ratios beside ours, not the seconds.";

/// One circuit, for six mini-batches.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Published {
    pub(super) circuit: &'static str,
    /// Depth.
    pub(super) levels: usize,
    pub(super) seconds: f64,
    /// Multiplications, by those of the baseline.
    pub(super) ct_products_ratio: f64,
    /// Ciphertext bytes sent, by those of the baseline.
    pub(super) upload_ratio: f64,
}

pub(super) const BASELINE: Published =
    Published { circuit: "baseline", levels: 30, seconds: 80.0, ct_products_ratio: 1.0, upload_ratio: 1.0 };

pub(super) const LOW_DEPTH: Published =
    Published { circuit: "low_depth", levels: 15, seconds: 13.0, ct_products_ratio: 4.0, upload_ratio: 1.8 };
