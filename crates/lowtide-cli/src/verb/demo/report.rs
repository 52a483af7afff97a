//! What a demo found: one object for a program, a table and a picture for a person.

use std::{fmt, path::PathBuf};

use serde::Serialize;

use super::{Run, compare::Compared, history::Point};
use crate::{
    facts::Facts,
    memory,
    screen::{aside, heading},
    units::{Bytes, Percent, Seconds},
    verb::train::region::Region,
};

/// What a demo found.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(super) circuit: &'static str,
    pub(super) steps: usize,
    pub(super) batch: usize,
    pub(super) ring_degree: usize,
    pub(super) log2_qp: f64,
    pub(super) security_bits: Option<u32>,
    pub(super) levels: usize,
    pub(super) scale_bits: u32,
    pub(super) threads: usize,
    pub(super) isa: &'static str,
    pub(super) seconds_keygen: f64,
    pub(super) seconds_encrypt: f64,
    pub(super) seconds_train: f64,
    pub(super) seconds_load: f64,
    pub(super) seconds_refresh: f64,
    pub(super) seconds_train_estimate: f64,
    pub(super) seconds_total: f64,
    pub(super) ciphertexts: usize,
    pub(super) products: usize,
    pub(super) rotations: usize,
    pub(super) upload_bytes: u64,
    pub(super) evaluation_key_bytes: u64,
    pub(super) relinearization_key_bytes: u64,
    pub(super) model_bytes: u64,
    pub(super) refreshes: usize,
    /// To the service, and back.
    pub(super) refresh_bytes: u64,
    pub(super) checkpoint_bytes: u64,
    pub(super) largest_margin: Option<f64>,
    pub(super) accuracy_encrypted: f64,
    pub(super) accuracy_clear: f64,
    pub(super) accuracy_exact_sigmoid: f64,
    pub(super) auc_encrypted: f64,
    pub(super) auc_clear: f64,
    pub(super) auc_exact_sigmoid: f64,
    pub(super) log_loss_encrypted: f64,
    pub(super) log_loss_clear: f64,
    pub(super) log_loss_exact_sigmoid: f64,
    pub(super) max_weight_error: f64,
    pub(super) peak_rss_bytes: Option<u64>,
    /// Where the time of training went.
    pub(super) regions: Vec<Region>,
    /// By number of steps, for a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) history: Option<Vec<Point>>,
    pub(super) picture: Option<PathBuf>,
    pub(super) report: Option<PathBuf>,
    pub(super) folder: Option<PathBuf>,
    #[serde(skip)]
    drawing: Vec<String>,
}

impl Report {
    pub(super) fn new(
        run: &Run,
        compared: &Compared,
        seconds_total: f64,
        drawing: Vec<String>,
        picture: Option<PathBuf>,
        folder: Option<PathBuf>,
    ) -> Self {
        let Run { plan, keys, data, training, refreshes } = run;
        let Compared { encrypted, clear, exact, max_weight_error } = *compared;
        Self {
            circuit: plan.circuit,
            steps: plan.steps,
            batch: plan.batch,
            ring_degree: plan.ring_degree,
            log2_qp: plan.log2_qp,
            security_bits: plan.security_bits,
            levels: plan.levels,
            scale_bits: plan.scale_bits,
            threads: plan.threads,
            isa: plan.isa,
            seconds_keygen: keys.seconds,
            seconds_encrypt: data.seconds,
            seconds_train: training.iter().map(|leg| leg.seconds).sum(),
            seconds_load: training.iter().map(|leg| leg.seconds_load).sum(),
            seconds_refresh: refreshes.iter().map(|refresh| refresh.seconds).sum(),
            seconds_train_estimate: plan.seconds_train_estimate,
            seconds_total,
            ciphertexts: data.ciphertexts,
            products: training.iter().map(|leg| leg.products).sum(),
            rotations: training.iter().map(|leg| leg.rotations).sum(),
            upload_bytes: data.upload_bytes,
            evaluation_key_bytes: keys.evaluation_key_bytes,
            relinearization_key_bytes: keys.relinearization_key_bytes,
            model_bytes: training.last().map_or(0, |leg| leg.model_bytes),
            refreshes: refreshes.len(),
            refresh_bytes: refreshes.iter().map(|refresh| refresh.start_bytes).sum(),
            checkpoint_bytes: training.iter().rev().skip(1).map(|leg| leg.model_bytes).sum(),
            largest_margin: plan.clear.as_ref().map(|clear| clear.largest_margin),
            accuracy_encrypted: encrypted.accuracy,
            accuracy_clear: clear.accuracy,
            accuracy_exact_sigmoid: exact.accuracy,
            auc_encrypted: encrypted.auc,
            auc_clear: clear.auc,
            auc_exact_sigmoid: exact.auc,
            log_loss_encrypted: encrypted.log_loss,
            log_loss_clear: clear.log_loss,
            log_loss_exact_sigmoid: exact.log_loss,
            max_weight_error,
            peak_rss_bytes: memory::peak(),
            regions: training.iter().flat_map(|leg| leg.regions.clone()).collect(),
            history: None,
            picture,
            report: None,
            folder,
            drawing,
        }
    }

    fn table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |f: &mut fmt::Formatter<'_>, label: &str, [a, b, c]: [String; 3]| {
            writeln!(f, "  {label:<16}{a:>12}{b:>14}{c:>16}")
        };
        let plain = |x: f64| format!("{x:.4}");
        let head = ["encrypted", "in the clear", "exact sigmoid"].map(String::from);
        row(f, "trained", head)?;
        let accuracy = [self.accuracy_encrypted, self.accuracy_clear, self.accuracy_exact_sigmoid];
        row(f, "test accuracy", accuracy.map(|x| Percent(x).to_string()))?;
        row(f, "AUC", [self.auc_encrypted, self.auc_clear, self.auc_exact_sigmoid].map(plain))?;
        row(
            f,
            "log-loss",
            [self.log_loss_encrypted, self.log_loss_clear, self.log_loss_exact_sigmoid].map(plain),
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}", heading("RESULT"))?;
        self.table(f)?;
        writeln!(
            f,
            "{}",
            aside("  in the clear: same steps, same polynomial; exact sigmoid: no polynomial")
        )?;
        writeln!(f)?;
        let facts = Facts::default()
            .remarked(
                "weights differ",
                format_args!("{:.1e}", self.max_weight_error),
                "at most, encrypted from clear",
            )
            .remarked(
                "time",
                Seconds(self.seconds_total),
                format_args!(
                    "of which training {}, encryption {}",
                    Seconds(self.seconds_train),
                    Seconds(self.seconds_encrypt)
                ),
            )
            .remarked(
                "sent",
                Bytes(self.upload_bytes + self.evaluation_key_bytes),
                format_args!("and {} back", Bytes(self.model_bytes)),
            );
        let facts = match self.refreshes {
            0 => facts,
            count => facts.remarked(
                "refreshed",
                format_args!("{count} times, {}", Seconds(self.seconds_refresh)),
                format_args!("{} sent, {} back", Bytes(self.refresh_bytes), Bytes(self.checkpoint_bytes)),
            ),
        };
        let facts = match self.peak_rss_bytes {
            Some(bytes) => facts.remarked("memory", Bytes(bytes), "at most, both parties in one process"),
            None => facts,
        };
        write!(f, "{facts}")?;
        writeln!(f, "\n{}", heading("THE WEIGHTS, PIXEL BY PIXEL"))?;
        for line in &self.drawing {
            writeln!(f, "  {line}")?;
        }
        for (what, path) in [("picture", &self.picture), ("page", &self.report), ("files", &self.folder)] {
            if let Some(path) = path {
                writeln!(f, "\n  {what}: {}", path.display())?;
            }
        }
        Ok(())
    }
}
