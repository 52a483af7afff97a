//! What the run took: levels, time, bytes.

use maud::{Markup, html};

use super::{Page, bar, number};
use crate::{
    units::{Bytes, Count, Of, Percent, Seconds},
    verb::{keygen, train::region::Region},
};

/// Something that crosses the line between the parties.
struct Parcel {
    what: String,
    file: &'static str,
    bytes: u64,
    back: bool,
}

impl Page<'_> {
    /// What levels and precision are, and where they went.
    pub(super) fn budget(&self) -> Markup {
        let (levels, regions) = (self.report.levels, &self.report.regions);
        let spent = |level: usize| levels.saturating_sub(level) as f64 / levels.max(1) as f64;
        html! {
            section id="levels" {
                h2 { "Levels spent, precision left" }
                p {
                    "A ciphertext comes with a budget of levels. A product of two encrypted numbers takes one of them and \
                     adds a little noise; when none is left, nothing can be multiplied any more. More levels need a larger \
                     ring, in which everything is slower: depth decides the cost."
                }
                (self.price())
                div class="scroll" {
                    table {
                        caption {
                            "This run: the levels at which each part of the circuit worked, from " (Of(levels, "level"))
                            " at the left to none at the right."
                        }
                        thead {
                            tr {
                                th scope="col" { "part" }
                                th scope="col" { "levels left" }
                                th scope="col" class="number" { "from" }
                                th scope="col" class="number" { "to" }
                                th scope="col" class="number" { "spent" }
                            }
                        }
                        tbody {
                            @for Region { name, highest_level, lowest_level, .. } in regions {
                                @if let (Some(high), Some(low)) = (highest_level, lowest_level) {
                                    tr {
                                        th scope="row" { (part(name)) }
                                        td class="bar" { (bar(spent(*high), spent(*low), false)) }
                                        td class="number" { (number(high, high)) }
                                        td class="number" { (number(low, low)) }
                                        td class="number" { (high - low) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    pub(super) fn time(&self) -> Markup {
        let report = self.report;
        let most = report.regions.iter().map(|region| region.seconds).fold(f64::MIN_POSITIVE, f64::max);
        let other =
            report.seconds_total - report.seconds_keygen - report.seconds_encrypt - report.seconds_train;
        html! {
            section id="time" {
                h2 { "Where the time went" }
                p {
                    "Training on " (Of(report.threads, "thread")) " with " (report.isa) " code: "
                    (number(report.products, Count(report.products))) " products of ciphertexts and "
                    (number(report.rotations, Count(report.rotations))) " rotations. Parts of the circuit run side by side \
                     where they can; while several do, the time is divided among them, so that the parts add up to the time of training."
                }
                div class="scroll" {
                    table {
                        thead {
                            tr {
                                th scope="col" { "part" }
                                th scope="col" { "time" }
                                th scope="col" class="number" { "seconds" }
                                th scope="col" class="number" { "share" }
                                th scope="col" class="number" { "key switches" }
                            }
                        }
                        tbody {
                            @for region in &report.regions {
                                tr {
                                    th scope="row" { (part(&region.name)) }
                                    td class="bar" { (bar(0.0, region.seconds / most, false)) }
                                    td class="number" { (number(region.seconds, format_args!("{:.3} s", region.seconds))) }
                                    td class="number" { (format_args!("{:.1} %", 100.0 * region.seconds / report.seconds_train)) }
                                    td class="number" { (number(region.key_switches, Count(region.key_switches))) }
                                }
                            }
                        }
                    }
                }
                div class="scroll" {
                    table {
                        caption { "The whole run, both parties, without what was done for this page alone." }
                        tbody {
                            @for (what, who, seconds) in [
                                ("keys", "customer", report.seconds_keygen),
                                ("encryption", "customer", report.seconds_encrypt),
                                ("training", "service", report.seconds_train),
                                ("planning, files, decryption, comparison", "both", other),
                            ] {
                                tr {
                                    th scope="row" { (what) }
                                    td class="soft" { (who) }
                                    td class="bar" { (bar(0.0, seconds / report.seconds_total, false)) }
                                    td class="number" { (number(seconds, format_args!("{seconds:.2} s"))) }
                                }
                            }
                        }
                        tfoot {
                            tr {
                                th scope="row" { "in all" }
                                td {} td {}
                                td class="number" { (number(report.seconds_total, Seconds(report.seconds_total))) }
                            }
                        }
                    }
                }
            }
        }
    }

    pub(super) fn bytes(&self) -> Markup {
        let parcels = self.parcels();
        let most = parcels.iter().map(|parcel| parcel.bytes).max().unwrap_or(1).max(1) as f64;
        let sent = self.report.evaluation_key_bytes + self.report.upload_bytes;
        html! {
            section id="bytes" {
                h2 { "What was sent" }
                p {
                    "To the service go keys to compute with and encrypted rows, " (Bytes(sent)) " in all; back comes the \
                     encrypted model."
                }
                div class="scroll" {
                    table {
                        thead {
                            tr {
                                th scope="col" { "what" }
                                th scope="col" { "size" }
                                th scope="col" class="number" { "bytes" }
                                th scope="col" class="number" { "share" }
                            }
                        }
                        tbody {
                            @for Parcel { what, file, bytes, back } in &parcels {
                                tr {
                                    th scope="row" {
                                        (what) br;
                                        small class="soft" { (if *back { "to the customer: " } else { "to the service: " }) (file) }
                                    }
                                    td class="bar" { (bar(0.0, *bytes as f64 / most, *back)) }
                                    td class="number" { (number(bytes, Bytes(*bytes))) }
                                    td class="number" {
                                        (Percent(*bytes as f64 / (sent + self.report.model_bytes) as f64))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn parcels(&self) -> Vec<Parcel> {
        let (report, keys) = (self.report, &self.run.keys);
        let rotations = report.evaluation_key_bytes.saturating_sub(report.relinearization_key_bytes);
        let parcel = |what: String, file, bytes, back| Parcel { what, file, bytes, back };
        vec![
            parcel(
                format!("{} for rotations", Of(keys.rotation_keys, "key")),
                keygen::EVALUATION,
                rotations,
                false,
            ),
            parcel("key for products".into(), keygen::EVALUATION, report.relinearization_key_bytes, false),
            parcel(
                format!("rows, in {}", Of(report.ciphertexts, "ciphertext")),
                "data.enc",
                report.upload_bytes,
                false,
            ),
            parcel("model".into(), "model.enc", report.model_bytes, true),
        ]
    }
}

/// A part of the circuit, named or not.
fn part(name: &str) -> &str {
    if name.is_empty() { "elsewhere" } else { name }
}
