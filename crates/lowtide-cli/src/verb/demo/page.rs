//! The run as a page for a browser: one file that fetches nothing. Every number stands in it as a reader wants it, and
//! exactly, in the `value` of a `data` element.

use std::fmt::Display;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Args, Run, history::Point, report::Report};
use crate::{
    picture::Picture,
    units::{Count, Of, Percent, Seconds},
};

mod cost;
mod course;
mod parameters;

/// What the page shows.
pub(super) struct Page<'a> {
    pub(super) report: &'a Report,
    pub(super) run: &'a Run,
    pub(super) picture: &'a Picture<'a>,
    /// What was asked for.
    pub(super) args: &'a Args,
    pub(super) bias: f64,
}

const STYLE: &str = include_str!("page/style.css");

impl Page<'_> {
    /// The text of the file.
    pub(super) fn html(&self) -> String {
        let title = "Lowtide: a model trained on data that the trainer could not read";
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    (self.header())
                    main {
                        (who_saw_what())
                        (self.course())
                        (self.budget())
                        (self.time())
                        (self.bytes())
                        (self.weights())
                        (self.parameters())
                    }
                    (self.footer())
                }
            }
        }
        .into_string()
    }

    /// By number of steps; empty only where nobody asked.
    fn history(&self) -> &[Point] {
        self.report.history.as_deref().unwrap_or_default()
    }

    fn header(&self) -> Markup {
        let (report, plan) = (self.report, &self.run.plan);
        let security = report.security_bits.unwrap_or(0);
        html! {
            header {
                p class="over" { "lowtide demo" }
                h1 { "A model trained on data that the trainer could not read" }
                p {
                    "A customer has pictures of handwritten threes and eights and does not want to show them. It encrypts "
                    (Count(plan.rows_used)) " of them and keeps the key. A service, which has no key, trains logistic \
                     regression on the ciphertexts and sends back a model that is a ciphertext itself. Only the customer \
                     can open it. This page tells of one such run, in which one machine played both parties."
                }
                ul class="tiles" {
                    (tile(
                        &number(report.accuracy_encrypted, Percent(report.accuracy_encrypted)),
                        &html! {
                            "of unseen pictures told apart; " (Percent(report.accuracy_clear))
                            " when trained in the clear"
                        },
                    ))
                    (tile(
                        &number(report.max_weight_error, format_args!("{:.1e}", report.max_weight_error)),
                        &html! { "the most by which a weight differs from training in the clear" },
                    ))
                    (tile(
                        &number(report.seconds_train, Seconds(report.seconds_train)),
                        &html! { "of training on ciphertexts, on " (Of(report.threads, "thread")) },
                    ))
                    (tile(
                        &html! { (number(security, security)) " bits" },
                        &html! { "of security, by the 2024 guidelines" },
                    ))
                }
            }
        }
    }

    fn weights(&self) -> Markup {
        let (picture, report) = (self.picture, self.report);
        html! {
            section id="model" {
                h2 { "What was learned" }
                div class="pair" {
                    figure { (PreEscaped(picture.svg())) }
                    div {
                        p {
                            "One weight a pixel, decrypted by the customer. Ink on a pixel of one hue speaks for "
                            (picture.positive) ", of the other for " (picture.negative)
                            ". The stronger the hue, the more it counts. Point at a pixel to read its weight."
                        }
                        table {
                            tbody {
                                (fact("weights", number(picture.weights.len(), Count(picture.weights.len()))))
                                (fact("bias", number(self.bias, format_args!("{:+.4}", self.bias))))
                                (fact("accuracy", number(report.accuracy_encrypted, Percent(report.accuracy_encrypted))))
                                (fact("AUC", number(report.auc_encrypted, format_args!("{:.4}", report.auc_encrypted))))
                                (fact("log-loss", number(report.log_loss_encrypted, format_args!("{:.4}", report.log_loss_encrypted))))
                            }
                        }
                    }
                }
            }
        }
    }

    fn footer(&self) -> Markup {
        let Args { circuit, steps, batch, seed, .. } = self.args;
        html! {
            footer {
                p {
                    "Made by " code {
                        (format_args!("lowtide demo --circuit {circuit} --steps {steps} --batch {batch} --seed {seed}"))
                        " --report FILE.html"
                    }
                    ", version " (env!("CARGO_PKG_VERSION")) ". Keys and noise are drawn anew every time, so that another \
                     run differs in the last digits. The pictures are from MNIST by Y. LeCun and C. Cortes (CC BY-SA 3.0), \
                     made smaller: 14 by 14 pixels."
                }
            }
        }
    }
}

/// Who has what in hand.
fn who_saw_what() -> Markup {
    let row = |what: &str, more: &str, [customer, service]: [&str; 2], hidden: bool| {
        html! {
            tr {
                th scope="row" {
                    (what)
                    @if !more.is_empty() { br; small class="soft" { (more) } }
                }
                td { (customer) }
                td class=[hidden.then_some("hidden")] { (service) }
            }
        }
    };
    let plan = "numbers of rows, features and steps, step sizes, polynomial";
    html! {
        section id="parties" {
            h2 { "Who saw what" }
            div class="scroll" {
                table class="thirds" {
                    thead { tr { td {} th scope="col" { "customer" } th scope="col" { "service" } } }
                    tbody {
                        (row("pictures and labels", "", ["in the clear", "encrypted"], true))
                        (row("secret key", "", ["makes and keeps it", "never has it"], true))
                        (row("evaluation keys", "", ["makes them", "computes with them; they open nothing"], false))
                        (row("margins and weights on the way", "", ["nothing", "encrypted"], true))
                        (row("trained model", "", ["decrypts it", "encrypted"], true))
                        (row("accuracy and loss", "as on this page", ["in the clear", "nothing"], true))
                        (row("the plan", plan, ["chooses it", "in the clear"], false))
                    }
                }
            }
        }
    }
}

/// A number for a reader, and exactly.
fn number(value: impl Display, shown: impl Display) -> Markup {
    html! { data value=(value) { (shown) } }
}

fn tile(value: &Markup, below: &Markup) -> Markup {
    html! { li { strong { (value) } span { (below) } } }
}

/// A line of a table of facts.
fn fact(label: &str, value: impl maud::Render) -> Markup {
    html! { tr { th scope="row" { (label) } td class="number" { (value) } } }
}

/// A bar from one part of the whole to another.
fn bar(from: f64, to: f64, back: bool) -> Markup {
    let percent = |share: f64| format!("{:.2}%", 100.0 * share.clamp(0.0, 1.0));
    html! {
        div class="track" aria-hidden="true" {
            i class=[back.then_some("back")] style=(format!("margin-left:{};width:{}", percent(from), percent(to - from))) {}
        }
    }
}
