//! Progress on stderr, for a person at a terminal: silent anywhere else.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::screen::Screen;

/// A bar for work whose length is known. It is wiped when dropped.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar that fills up to `total`.
    pub(crate) fn new(screen: &Screen, what: &'static str, total: u64) -> Self {
        let bar = if screen.is_quiet() { ProgressBar::hidden() } else { ProgressBar::new(total) };
        let style = ProgressStyle::with_template("{msg:<24} {wide_bar} {percent:>3} % {eta:>4} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(250));
        Self(bar)
    }

    /// A sign of life for work whose length is not known.
    pub(crate) fn spinner(screen: &Screen, what: &'static str) -> Self {
        let bar = if screen.is_quiet() { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    /// One unit more is done.
    pub(crate) fn advance(&self) {
        self.0.inc(1);
    }

    /// So much is done.
    pub(crate) fn reach(&self, done: u64) {
        self.0.set_position(done);
    }

    /// What is being done.
    pub(crate) fn say(&self, what: String) {
        self.0.set_message(what);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
