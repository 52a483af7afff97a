//! A plan, told.

use std::{fmt, path::PathBuf};

use lowtide_ckks::SecurityLevel;
use lowtide_logreg::{
    Plan,
    metrics::Metrics,
    planner::Choice,
    schedule::{Momentum, Preconditioner},
    trial::Trial,
};
use lowtide_ring::isa::Isa;
use serde::Serialize;

use super::candidates::Weighed;
use crate::{
    facts::Facts,
    units::{About, Bytes, Count, Of, Percent},
};

/// What a plan says, and what it will take.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) circuit: &'static str,
    pub(crate) features: usize,
    pub(crate) rows: usize,
    pub(crate) rows_used: usize,
    pub(crate) batch: usize,
    pub(crate) batches: usize,
    pub(crate) steps: usize,
    pub(crate) sigmoid_degree: usize,
    pub(crate) sigmoid_bound: f64,
    pub(crate) sigmoid_worst_error: f64,
    pub(crate) step_size: f64,
    pub(crate) step_decay: f64,
    pub(crate) divisor: f64,
    pub(crate) momentum: Momentum,
    pub(crate) preconditioner: Preconditioner,
    pub(crate) ridge: f64,
    pub(crate) class_weights: bool,
    pub(crate) security_bits: Option<u32>,
    pub(crate) ring: &'static str,
    pub(crate) ring_degree: usize,
    pub(crate) log2_qp: f64,
    pub(crate) log2_qp_limit: u32,
    pub(crate) levels: usize,
    pub(crate) digits: usize,
    pub(crate) scale_bits: u32,
    pub(crate) slots: usize,
    pub(crate) tile_rows: usize,
    pub(crate) tile_columns: usize,
    pub(crate) products: usize,
    pub(crate) rotations: usize,
    pub(crate) rotation_keys: usize,
    pub(crate) ciphertexts: usize,
    pub(crate) evaluation_key_bytes: u64,
    pub(crate) upload_bytes: u64,
    pub(crate) model_ciphertexts: usize,
    /// How many there are, and the bytes of all checkpoints and of all fresh starts.
    pub(crate) refreshes: usize,
    pub(crate) checkpoint_bytes: u64,
    pub(crate) refresh_bytes: u64,
    /// The step up to which each leg trains.
    pub(crate) legs: Vec<usize>,
    pub(crate) model_bytes: u64,
    pub(crate) seconds_train_estimate: f64,
    pub(crate) memory_bytes: u64,
    pub(crate) threads: usize,
    pub(crate) isa: &'static str,
    pub(crate) parameters: String,
    /// What was weighed.
    #[serde(flatten)]
    pub(crate) weighed: Weighed,
    /// The same steps in the clear, where there are rows.
    pub(crate) clear: Option<Clear>,
    pub(crate) plan: Option<PathBuf>,
    pub(crate) clear_model: Option<PathBuf>,
}

/// What the same steps do in the clear, on the rows to train on.
#[derive(Debug, Serialize)]
pub(crate) struct Clear {
    pub(crate) schedules_tried: usize,
    pub(crate) largest_margin: f64,
    #[serde(flatten)]
    pub(crate) metrics: Metrics,
}

impl Report {
    pub(super) fn new(
        plan: &Plan,
        choice: &Choice,
        trial: Option<&Trial>,
        out: Option<PathBuf>,
        clear_model: Option<PathBuf>,
    ) -> Self {
        let (request, params, tally) = (plan.request(), plan.params(), plan.tally());
        let security = params.security();
        let (log_degree, last) = (params.literal().log_degree, plan.legs().len() - 1);
        let step_size = request.schedule.step_size();
        Self {
            circuit: request.circuit.name(),
            features: request.features,
            rows: request.rows,
            rows_used: plan.rows_used(),
            batch: plan.batches().largest(),
            batches: plan.batches_used(),
            steps: request.steps,
            sigmoid_degree: request.sigmoid.degree(),
            sigmoid_bound: request.sigmoid.bound(),
            sigmoid_worst_error: request.sigmoid.worst_error(),
            step_size: step_size.initial,
            step_decay: step_size.decay,
            divisor: request.divisor,
            momentum: request.schedule.momentum(),
            preconditioner: request.schedule.preconditioner(),
            ridge: request.schedule.ridge(),
            class_weights: request.is_weighted,
            security_bits: security.map(SecurityLevel::bits),
            ring: params.ring().name(),
            ring_degree: params.ring_degree(),
            log2_qp: params.log2_qp(),
            log2_qp_limit: security.map_or(0, |level| level.max_log2_qp(log_degree)),
            levels: params.max_level(),
            digits: params.digits(params.max_level()),
            scale_bits: request.scale_bits,
            slots: params.slots(),
            tile_rows: plan.tile().rows(),
            tile_columns: plan.tile().columns(),
            products: tally.product_count(),
            rotations: tally.rotation_count(),
            rotation_keys: tally.rotations.len(),
            ciphertexts: plan.ciphertexts(),
            evaluation_key_bytes: plan.evaluation_key_bytes(),
            upload_bytes: plan.upload_bytes(),
            model_ciphertexts: plan.model_ciphertexts(),
            refreshes: last,
            checkpoint_bytes: (0..last).map(|leg| plan.model_bytes(leg)).sum(),
            refresh_bytes: (1..=last).map(|leg| plan.start_bytes(leg)).sum(),
            legs: plan.legs().iter().map(|leg| leg.steps().end).collect(),
            model_bytes: plan.model_bytes(last),
            seconds_train_estimate: choice.best().outlook.seconds,
            memory_bytes: choice.best().outlook.memory_bytes,
            threads: rayon::current_num_threads(),
            weighed: Weighed::new(choice),
            isa: Isa::best().name(),
            parameters: params.fingerprint().to_string(),
            clear: trial.map(|trial| Clear {
                schedules_tried: trial.tried,
                largest_margin: trial.largest_margin,
                metrics: trial.metrics,
            }),
            plan: out,
            clear_model,
        }
    }

    fn training(&self, facts: Facts) -> Facts {
        let Self { batch, batches, rows_used, sigmoid_bound, .. } = self;
        let decay =
            if self.step_decay == 0.0 { String::new() } else { format!(" / (1 + {} i)", self.step_decay) };
        let divided = match self.divisor {
            1.0 => String::new(),
            divisor => format!("divided by {divisor} while training"),
        };
        let facts = facts
            .remarked(
                "rows",
                format_args!("{} of {}", Count(*rows_used), Count(self.rows)),
                format_args!("{} of up to {}", Of(*batches, "mini-batch"), Count(*batch)),
            )
            .remarked("features", Count(self.features), divided)
            .remarked("circuit", self.circuit, Of(self.levels, "level"))
            .remarked(
                "step size",
                format_args!("{}{decay}", self.step_size),
                match self.momentum {
                    Momentum::Nesterov => "Nesterov momentum",
                    Momentum::None => "no momentum",
                },
            );
        let facts = match self.preconditioner {
            Preconditioner::None => facts,
            Preconditioner::FixedHessian => facts.remarked(
                "preconditioner",
                "fixed Hessian",
                "of the rows: the service does not learn it",
            ),
        };
        let facts = facts.remarked(
            "sigmoid",
            format_args!("degree {} on [-{sigmoid_bound}, {sigmoid_bound}]", self.sigmoid_degree),
            format_args!("off by {:.3} at most", self.sigmoid_worst_error),
        );
        let facts = match self.ridge {
            0.0 => facts,
            ridge => facts.fact("ridge", ridge),
        };
        let facts = match self.class_weights {
            false => facts,
            true => facts.remarked("class weights", "yes", "which, the service does not learn"),
        };
        let Some(Clear { schedules_tried, largest_margin, metrics }) = &self.clear else { return facts };
        let chosen = match schedules_tried {
            1 => String::from("tried here, in the clear"),
            tried => format!("best of {tried} tried here, in the clear"),
        };
        facts
            .remarked(
                "largest margin",
                format_args!("{largest_margin:.2}"),
                format_args!("of {sigmoid_bound}"),
            )
            .remarked(
                "fits the rows",
                format_args!("{}, AUC {:.4}", Percent(metrics.accuracy), metrics.auc),
                chosen,
            )
    }

    fn encryption(&self, facts: Facts) -> Facts {
        let log_degree = self.ring_degree.ilog2();
        facts
            .remarked(
                "security",
                self.security_bits.map_or("none".into(), |bits| format!("{bits} bits")),
                format_args!("log2(QP) {:.0} of {} allowed", self.log2_qp, self.log2_qp_limit),
            )
            .remarked(
                "ring degree",
                Count(self.ring_degree),
                format_args!("2^{log_degree}, {}: {} slots", self.ring, Count(self.slots)),
            )
            .remarked(
                "levels",
                self.levels,
                format_args!("scale 2^{}, {} a key switch", self.scale_bits, Of(self.digits, "digit")),
            )
            .remarked("tiles", format_args!("{} x {}", self.tile_rows, self.tile_columns), "rows by columns")
    }

    fn cost(&self, facts: Facts) -> Facts {
        let facts = match self.refreshes {
            0 => facts,
            count => facts.remarked(
                "refreshes",
                format_args!("{count}, after steps"),
                self.legs[..count].iter().map(usize::to_string).collect::<Vec<_>>().join(", "),
            ),
        };
        let facts = match self.refreshes {
            0 => facts,
            _ => facts.remarked(
                "of them",
                Bytes(self.refresh_bytes),
                format_args!("to the service in all, {} back", Bytes(self.checkpoint_bytes)),
            ),
        };
        facts
            .remarked(
                "keys",
                Bytes(self.evaluation_key_bytes),
                format_args!("to the service, once: {}", Of(self.rotation_keys + 1, "key")),
            )
            .remarked(
                "rows",
                Bytes(self.upload_bytes),
                format_args!("to the service: {}", Of(self.ciphertexts, "ciphertext")),
            )
            .remarked(
                "model",
                Bytes(self.model_bytes),
                format_args!("back: {}", Of(self.model_ciphertexts, "ciphertext")),
            )
            .remarked(
                "training",
                About(self.seconds_train_estimate),
                format_args!("here, on {} ({})", Of(self.threads, "thread"), self.isa),
            )
            .remarked("memory", Bytes(self.memory_bytes), "at the service, tables and rows included")
            .remarked(
                "operations",
                Of(self.products, "product"),
                format_args!("{} of ciphertexts", Of(self.rotations, "rotation")),
            )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = Facts::under(format_args!("Training of {}", Of(self.steps, "step")));
        let facts = self.training(facts).heading("Encryption");
        let facts = self.cost(self.encryption(facts).heading("What it takes"));
        let facts = match &self.clear_model {
            Some(path) => facts.remarked("in the clear", path.display(), "the model of the same steps"),
            None => facts,
        };
        let facts = match &self.plan {
            Some(path) => facts.fact("plan", path.display()),
            None => facts,
        };
        self.weighed.told(facts).fmt(f)
    }
}
