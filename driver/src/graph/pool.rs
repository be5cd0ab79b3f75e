//! Runs the jobs of a compilation: on the pool, or one after the other on this thread.

use super::Job;
use super::engine::{ChildSlot, Graph, Node, Serial};
use super::state::Compilation;
use crate::cli::Schedule;
use sigil_scheduler::trace::Recording;
use sigil_scheduler::{Capture, Chaos, Context, Metrics, NodeId, Policy, PolicyError, Pool, Stalled};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How a run ended, apart from what the compilation itself recorded.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Jobs that panicked, and what they said: bugs of the compiler.
    pub panics: Vec<(String, String)>,
    /// Jobs that wait for something that never comes: bugs of the graph.
    pub stalled: Vec<String>,
    /// Lines about workers for `-v`.
    pub workers: Vec<String>,
    /// What happened, if it was to be recorded.
    pub recording: Option<Recording>,
    /// What was not as in the record, where one is replayed.
    pub divergence: Option<String>,
}

/// Runs everything that follows from `first`.
pub fn run(compilation: &Compilation<'_>, first: Job) -> Outcome {
    match compilation.plan.schedule {
        Schedule::Serial => run_serial(compilation, first),
        Schedule::Graph | Schedule::Phased => run_pool(compilation, first),
    }
}

impl sigil_scheduler::Job for Job {
    fn label(&self) -> String {
        Job::label(*self)
    }

    fn weight(&self) -> u32 {
        Job::weight(*self)
    }

    fn kind(&self) -> u8 {
        self.stage()
    }

    fn tag(&self) -> u64 {
        crate::trace::tag(*self)
    }
}

/// The pool's graph as jobs see it, and the number of child processes.
struct PoolGraph<'c, 'r>(&'c mut Context<'r, Job>, &'c Arc<AtomicU64>);

impl Graph for PoolGraph<'_, '_> {
    fn node(&mut self, job: Job, after: &[Node]) -> Node {
        if let [one] = after {
            return Node(self.0.node(job, &[NodeId::from_bits(one.0)]).to_bits());
        }
        let after: Vec<NodeId> = after.iter().map(|node| NodeId::from_bits(node.0)).collect();
        Node(self.0.node(job, &after).to_bits())
    }

    fn event(&mut self) -> Node {
        Node(self.0.event().to_bits())
    }

    fn complete(&mut self, event: Node) {
        self.0.complete(NodeId::from_bits(event.0));
    }

    fn child(&mut self, command: Command, slot: ChildSlot, then: Job) {
        self.1.fetch_add(1, Ordering::Relaxed);
        let running = self.1.clone();
        let keep = move |outcome| {
            running.fetch_sub(1, Ordering::Relaxed);
            // A second outcome cannot be: each child has a slot of its own.
            let _ = slot.set(outcome);
        };
        self.0.child(command, Capture::Output, keep, then);
    }

    fn worker(&self) -> usize {
        self.0.worker()
    }
}

fn run_pool(compilation: &Compilation<'_>, first: Job) -> Outcome {
    let plan = &compilation.plan;
    // The text was looked at when the command line was read.
    let mut policy = policy(plan.policy.as_deref()).unwrap_or_default();
    if let Some(seed) = plan.chaos {
        policy.chaos = if plan.workers == 1 { Chaos::Serial(seed) } else { Chaos::Threads(seed) };
    }
    let mut pool = Pool::with_policy(plan.workers, policy);
    pool.set_recording(plan.is_recorded);
    let execute = |job: &mut Job, context: &mut Context<'_, Job>| {
        timed(compilation, *job, &mut PoolGraph(context, &compilation.counters.children));
    };
    let start = |context: &mut Context<'_, Job>| context.spawn(first);
    let report = match &plan.replay {
        Some(schedule) => {
            let label = |_, tag| crate::trace::label(compilation, tag);
            pool.replay(schedule, &label, execute, start)
        }
        None => pool.run(execute, start),
    };
    Outcome {
        panics: report.panics.into_iter().map(|panic| (panic.label, panic.message)).collect(),
        stalled: report.stalled.into_iter().map(stalled_text).collect(),
        workers: report
            .workers
            .iter()
            .enumerate()
            .map(|(number, worker)| worker_line(number, worker))
            .collect(),
        recording: report.recording,
        divergence: report.divergence.map(|divergence| divergence.to_string()),
    }
}

fn stalled_text(stalled: Stalled) -> String {
    if stalled.waits_for.is_empty() {
        return stalled.label;
    }
    format!("{} for {}", stalled.label, stalled.waits_for.join(" and "))
}

/// What a worker did, for `-v`.
fn worker_line(number: usize, worker: &Metrics) -> String {
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    format!(
        "worker {number:<3} {:>9} jobs, {} stolen, {} sleeps, {} wakes; busy {:.2} ms, searching {:.2} ms, asleep {:.2} ms",
        worker.run,
        worker.stolen,
        worker.parks,
        worker.wakes,
        ms(worker.busy),
        ms(worker.searching),
        ms(worker.parked),
    )
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
    if !counters.is_timed && !counters.is_watched {
        return compilation.execute(job, g);
    }
    counters.running.set(g.worker(), 1);
    measured(compilation, job, g);
    counters.running.set(g.worker(), 0);
}

fn measured(compilation: &Compilation<'_>, job: Job, g: &mut dyn Graph) {
    let counters = &compilation.counters;
    if !counters.is_timed {
        return compilation.execute(job, g);
    }
    match job {
        Job::EmitFunction(_) | Job::EmitFunctions(_) | Job::EmitInstance(_) => counters.first_emit.mark(),
        _ => {}
    }
    let start = Instant::now();
    compilation.execute(job, g);
    let nanos = start.elapsed().as_nanos() as u64;
    match job {
        Job::Parse(_) | Job::Assemble(_) => counters.last_parse.mark(),
        Job::CheckBody(_) | Job::CheckBodies(_) => counters.last_check.mark(),
        _ => {}
    }
    let (count, time) = &counters.stages[usize::from(job.stage())];
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
pub fn check_policy(text: &str) -> Option<String> {
    policy(Some(text)).err().map(|error| error.to_string())
}

/// The compiler's policy where the command line does not say otherwise: what finds more work goes first. So each stage
/// comes in long runs, and its code stays in the processor's caches, but nothing ever waits for a stage to end.
const POLICY: &str = "priorities=on";

fn policy(text: Option<&str>) -> Result<Policy, PolicyError> {
    match text {
        None => POLICY.parse(),
        Some(text) => format!("{POLICY},{text}").parse(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_goes_before_the_compilers_own_policy() {
        assert!(policy(None).is_ok_and(|policy| policy.priorities));
        let given = policy(Some("order=fifo,priorities=off")).unwrap();
        assert!(!given.priorities);
        assert_eq!(given.order, sigil_scheduler::Order::Fifo);
        assert!(check_policy("order=up").is_some());
    }
}
