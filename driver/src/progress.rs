//! The progress bar: on a terminal only, and only for runs long enough to be waited for.

use crate::cli::{Color, MessageFormat, Options};
use crate::stats::Counters;
use indicatif::{ProgressBar, ProgressStyle};
use parking_lot::{Condvar, Mutex};
use std::io::IsTerminal;
use std::time::Duration;

/// Runs shorter than this show nothing.
const PATIENCE: Duration = Duration::from_millis(100);

/// Whether and how to show progress.
pub struct Progress {
    is_shown: bool,
}

impl Progress {
    /// Decides by the options and by where messages go.
    pub fn start(options: &Options) -> Progress {
        let is_human = options.message_format == MessageFormat::Human && options.color != Color::Never;
        Progress { is_shown: !options.quiet && is_human && std::io::stderr().is_terminal() }
    }

    /// Runs `work`, showing what `counters` say meanwhile.
    pub fn watch<R>(&self, counters: &Counters, work: impl FnOnce() -> R) -> R {
        if !self.is_shown {
            return work();
        }
        let is_over = Mutex::new(false);
        let ended = Condvar::new();
        std::thread::scope(|scope| {
            scope.spawn(|| tick(counters, &is_over, &ended));
            let result = work();
            *is_over.lock() = true;
            ended.notify_all();
            result
        })
    }
}

fn tick(counters: &Counters, is_over: &Mutex<bool>, ended: &Condvar) {
    let mut over = is_over.lock();
    ended.wait_for(&mut over, PATIENCE);
    if *over {
        return;
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
        bar.set_style(style);
    }
    while !*over {
        let (parsed, files) = (counters.parsed.sum(), counters.files.sum());
        let (bodies, emitted) = (counters.bodies.sum(), counters.emitted.sum());
        let (compiled, units) = (counters.compiled.sum(), counters.units.sum());
        bar.set_message(format!(
            "files parsed {parsed}/{files}, functions checked {bodies}, emitted {emitted}, units compiled {compiled}/{units}"
        ));
        bar.tick();
        ended.wait_for(&mut over, PATIENCE);
    }
    bar.finish_and_clear();
}
