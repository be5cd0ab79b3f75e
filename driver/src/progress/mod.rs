//! The progress bar: on a terminal only, and only for runs long enough to be waited for. What is left is told from the
//! last run of the same project that ended well.

mod course;

use crate::cli::{Color, MessageFormat, Options};
use crate::session::Request;
use crate::stats::Counters;
use course::{Course, Sample};
use indicatif::{ProgressBar, ProgressStyle};
use parking_lot::{Condvar, Mutex};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Runs shorter than this show nothing.
const PATIENCE: Duration = Duration::from_millis(100);

/// Whether and how to show progress.
pub struct Progress {
    is_shown: bool,
    /// Where the last run is kept.
    file: Option<PathBuf>,
    /// This run, once it has been shown.
    course: Mutex<Option<Course>>,
}

impl Progress {
    /// Decides by the options and by where messages go.
    pub fn start(request: &Request, options: &Options) -> Progress {
        let is_human = options.message_format == MessageFormat::Human && options.color != Color::Never;
        let is_shown = !options.quiet && is_human && std::io::stderr().is_terminal();
        let place = || course::place(&request.input, request.goal, request.tests, options.optimize);
        let file = is_shown.then(place).flatten();
        Progress { is_shown, file, course: Mutex::default() }
    }

    /// Whether anybody will look at it.
    pub fn is_shown(&self) -> bool {
        self.is_shown
    }

    /// Runs `work`, showing what `counters` say meanwhile.
    pub fn watch<R>(&self, counters: &Counters, work: impl FnOnce() -> R) -> R {
        if !self.is_shown {
            return work();
        }
        let is_over = Mutex::new(false);
        let ended = Condvar::new();
        std::thread::scope(|scope| {
            scope.spawn(|| self.show(counters, &is_over, &ended));
            let result = work();
            *is_over.lock() = true;
            ended.notify_all();
            result
        })
    }

    /// Keeps how this run went for the next one; to be called if all went well.
    pub fn keep(&self) {
        if let (Some(file), Some(course)) = (&self.file, &*self.course.lock()) {
            course.write(file);
        }
    }

    fn show(&self, counters: &Counters, is_over: &Mutex<bool>, ended: &Condvar) {
        let mut over = is_over.lock();
        ended.wait_for(&mut over, PATIENCE);
        if *over {
            return;
        }
        let last = self.file.as_deref().and_then(Course::read);
        let mut this = Course::new();
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
            bar.set_style(style);
        }
        while !*over {
            let now = sample(counters);
            this.add(now);
            let left = last.as_ref().and_then(|last| last.left(now));
            bar.set_message(message(counters, now, left));
            bar.tick();
            ended.wait_for(&mut over, PATIENCE);
        }
        this.add(sample(counters));
        *self.course.lock() = Some(this);
        bar.finish_and_clear();
    }
}

fn sample(counters: &Counters) -> Sample {
    let millis = counters.start.elapsed().as_millis() as u64;
    let of = [&counters.parsed, &counters.bodies, &counters.emitted, &counters.compiled];
    (millis, of.map(|count| count.sum()))
}

fn message(counters: &Counters, (_, done): Sample, left: Option<u64>) -> String {
    let [parsed, bodies, emitted, compiled] = done;
    let (files, units) = (counters.files.sum(), counters.units.sum());
    let running = counters.running.sum() + counters.children.load(Ordering::Relaxed);
    let left = left.map_or(String::new(), |millis| format!("{} left, ", about(millis)));
    // What matters most stands first, and all of it fits into 80 columns.
    format!(
        "{left}{running} running; files {parsed}/{files}, checked {bodies}, emitted {emitted}, \
         units {compiled}/{units}"
    )
}

/// No more digits than an estimate has.
fn about(millis: u64) -> String {
    match millis {
        0..120_000 => format!("{} s", millis.div_ceil(1_000)),
        _ => format!("{} min", millis.div_ceil(60_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_tells_counts_what_runs_and_what_is_left() {
        let counters = Counters::new(2, 1, false);
        counters.files.add(0, 7);
        counters.parsed.add(1, 5);
        counters.running.set(1, 1);
        counters.children.store(2, Ordering::Relaxed);
        assert_eq!(
            message(&counters, sample(&counters), Some(2_500)),
            "3 s left, 3 running; files 5/7, checked 0, emitted 0, units 0/0"
        );
        assert!(message(&counters, sample(&counters), None).starts_with("3 running; "));
        assert_eq!(about(500), "1 s");
        assert_eq!(about(150_000), "3 min");
    }
}
