//! How training went: what each number of steps leads to.

use maud::{Markup, html};

use super::{Page, Point, number};
use crate::{
    chart::{Chart, Line, Style},
    units::{Count, Percent, Time},
    verb::decrypt,
};

/// A number of a point.
type Of = fn(&Point) -> f64;

impl Page<'_> {
    /// Accuracy and loss.
    pub(super) fn course(&self) -> Markup {
        html! {
            section id="course" {
                h2 { "Accuracy and loss, step by step" }
                p {
                    "On the pictures to test with, which no training saw. " strong { "Encrypted" } " is what the customer \
                     decrypted; " strong { "in the clear" } " are the same steps on plain numbers, with the same polynomial \
                     in place of the sigmoid; " strong { "exact sigmoid" } " does without the polynomial."
                }
                p class="soft" {
                    "Weights on the way stay encrypted, and the service could not draw these curves. Each point is a training \
                     run of its own, of so many steps, with keys and parameters of its own; the last one is the run that \
                     this page tells of."
                }
                div class="pair" {
                    (self.three("Accuracy", "accuracy on test pictures", " %", [
                        |p| p.accuracy_encrypted, |p| p.accuracy_clear, |p| p.accuracy_exact_sigmoid,
                    ]))
                    (self.three("Log-loss, nats a picture", "log-loss on test pictures", "", [
                        |p| p.log_loss_encrypted, |p| p.log_loss_clear, |p| p.log_loss_exact_sigmoid,
                    ]))
                }
            }
        }
    }

    /// Levels and precision by number of steps.
    pub(super) fn price(&self) -> Markup {
        let bits: Of = |p| -p.max_weight_error.log2();
        html! {
            div class="pair" {
                figure {
                    h3 { "Levels that so many steps take" }
                    (self.one("Levels", true, |p| p.levels as f64))
                }
                figure {
                    h3 { "Precision left, bits after the point" }
                    (self.one("Bits of precision of the weights", false, bits))
                }
            }
            div class="scroll" {
                table {
                    caption {
                        "Each line is a run of its own. The largest difference is that of any weight from training in the \
                         clear, after rounding to " (decrypt::BITS) " bits, as decryption does; precision is minus its binary logarithm."
                    }
                    thead {
                        tr {
                            th scope="col" { "steps" }
                            th scope="col" class="number" { "levels" }
                            th scope="col" class="number" { "ring degree" }
                            th scope="col" class="number" { "training" }
                            th scope="col" class="number" { "largest difference" }
                            th scope="col" class="number" { "precision" }
                        }
                    }
                    tbody {
                        @for point in self.history() {
                            tr {
                                th scope="row" { (point.steps) }
                                td class="number" { (number(point.levels, point.levels)) }
                                td class="number" { (number(point.ring_degree, Count(point.ring_degree))) }
                                td class="number" { (number(point.seconds_train, Time(point.seconds_train))) }
                                td class="number" { (number(point.max_weight_error, format_args!("{:.1e}", point.max_weight_error))) }
                                td class="number" { (format_args!("{:.1} bits", bits(point))) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Encrypted above the same in the clear, and what would be without the polynomial: a chart, and its numbers.
    fn three(&self, heading: &str, title: &str, unit: &str, of: [Of; 3]) -> Markup {
        let percent = !unit.is_empty();
        let drawn = |of: Of| move |p: &Point| if percent { 100.0 * of(p) } else { of(p) };
        let [encrypted, clear, exact] = of.map(|of| self.history().iter().map(drawn(of)).collect());
        let lines = [
            Line { style: Style::Other, name: "exact sigmoid", values: exact },
            Line { style: Style::Below, name: "in the clear", values: clear },
            Line { style: Style::Main, name: "encrypted", values: encrypted },
        ];
        let shown = |x: f64| {
            if percent { number(x, Percent(x)) } else { number(x, format_args!("{x:.4}")) }
        };
        html! {
            figure {
                h3 { (heading) }
                (Chart { title, unit, from_zero: false, finest: if percent { 1.0 } else { 0.01 }, lines: &lines }.html())
                table {
                    thead {
                        tr {
                            th scope="col" { "steps" }
                            @for line in lines.iter().rev() { th scope="col" class="number" { (line.name) } }
                        }
                    }
                    tbody {
                        @for point in self.history() {
                            tr {
                                th scope="row" { (point.steps) }
                                @for of in of { td class="number" { (shown(of(point))) } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn one(&self, title: &str, from_zero: bool, of: Of) -> Markup {
        let lines =
            [Line { style: Style::Main, name: "encrypted", values: self.history().iter().map(of).collect() }];
        Chart { title, unit: "", from_zero, finest: 1.0, lines: &lines }.html()
    }
}
