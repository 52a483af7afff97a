//! The parameters, and how far they are from the edge of the table.

use lowtide_logreg::schedule::{Momentum, Preconditioner};
use maud::{Markup, html};

use super::{Page, bar, fact, number};
use crate::units::{Count, Of};

impl Page<'_> {
    pub(super) fn parameters(&self) -> Markup {
        let plan = &self.run.plan;
        let (used, limit) = (plan.log2_qp, plan.log2_qp_limit);
        let bits = plan.security_bits.unwrap_or(0);
        let log = plan.ring_degree.ilog2();
        let decay =
            if plan.step_decay == 0.0 { String::new() } else { format!(" / (1 + {} i)", plan.step_decay) };
        let preconditioner = match plan.preconditioner {
            Preconditioner::None => "none",
            Preconditioner::FixedHessian => "fixed Hessian",
        };
        let momentum = match plan.momentum {
            Momentum::Nesterov => "Nesterov's",
            Momentum::None => "none",
        };
        html! {
            section id="parameters" {
                h2 { "Parameters and their security" }
                p {
                    "The scheme is RNS-CKKS. The larger the modulus, the weaker the encryption; the larger the ring, the \
                     stronger. The " em { "Security Guidelines for Implementing Homomorphic Encryption" } " (2024, ePrint \
                     2024/463, table 5.2) say how large a modulus a ring bears, keys for key switching included:"
                }
                figure class="meter" {
                    (bar(0.0, used / f64::from(limit.max(1)), false))
                    p class="soft" {
                        "log" sub { "2" } "(QP) is " (number(used, format_args!("{used:.1}"))) " of at most " (number(limit, limit))
                        " for " (number(bits, bits)) " bits at ring degree " (power(log))
                    }
                }
                div class="pair" {
                    table {
                        caption { "Encryption" }
                        tbody {
                            (fact("security", html! { (number(bits, bits)) " bits, classical" }))
                            (fact("ring degree", html! { (power(log)) " = " (number(plan.ring_degree, Count(plan.ring_degree))) }))
                            (fact("bits of the modulus QP", html! { (number(used, format_args!("{used:.1}"))) " bits" }))
                            (fact("levels", number(plan.levels, plan.levels)))
                            (fact("scale", power(plan.scale_bits)))
                            (fact("digits of key switching", number(plan.digits, plan.digits)))
                            (fact("numbers in a ciphertext", number(plan.slots, Count(plan.slots))))
                            (fact("secret, error", "uniform ternary, deviation 3.19"))
                        }
                    }
                    table {
                        caption { "Training" }
                        tbody {
                            (fact("circuit", plan.circuit))
                            (fact("rows", html! { (number(plan.rows_used, Count(plan.rows_used))) " of " (Count(plan.rows)) }))
                            (fact("features", number(plan.features, Count(plan.features))))
                            (fact("steps", html! { (number(plan.steps, plan.steps)) ", " (Of(plan.batches, "mini-batch")) }))
                            (fact("rows of a mini-batch", html! { "at most " (number(plan.batch, plan.batch)) }))
                            (fact("size of step i", format!("{}{decay}", plan.step_size)))
                            (fact("preconditioner", preconditioner))
                            (fact("momentum", momentum))
                            (fact("sigmoid", format!("degree {} on [-{}, {}]", plan.sigmoid_degree, plan.sigmoid_bound, plan.sigmoid_bound)))
                            (fact("off from it by", html! { (number(plan.sigmoid_worst_error, format_args!("{:.3}", plan.sigmoid_worst_error))) " at most" }))
                        }
                    }
                }
                p class="soft" { "Fingerprint of the parameters: " code { (plan.parameters) } }
            }
        }
    }
}

/// A power of two; the exponent is what counts.
fn power(exponent: u32) -> Markup {
    html! { "2" sup { (number(exponent, exponent)) } }
}
