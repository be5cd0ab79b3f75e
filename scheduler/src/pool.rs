//! The pool, and what belongs to one run of it.

use crate::Job;
use crate::child::Reaper;
use crate::context::Context;
use crate::crew::Crew;
use crate::decide::{self, Core};
use crate::deque::Deque;
use crate::node::{Edge, Header, Node};
use crate::outside::Outside;
use crate::policy::{Chaos, Pin, Policy};
use crate::replay::{Divergence, Replay, Schedule};
use crate::report::{Metrics, Panicked, Report, Skipped};
use crate::slab::{Kept, Slab};
use crate::sync::{AtomicU64, Mutex, Ordering, lock};
use crate::trace::Recording;
use crate::trace::buffer::Store;
use crate::trace::record::Collector;
use crate::{leftover, worker};
use core_affinity::CoreId;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::Instant;

/// Workers that run task graphs. The thread that calls [`run`](Pool::run) is one of them; the others are started when
/// there is work for them, and kept for later runs.
pub struct Pool {
    n_workers: usize,
    /// Asked for once: the answer is in files of the system, which cost as much as a run of thousands of nodes.
    n_cores: usize,
    policy: Policy,
    crew: Arc<Crew>,
    reaper: Arc<Reaper>,
    is_recording: bool,
    /// For what is recorded.
    store: Arc<Store>,
    /// Empty between runs.
    deques: Box<[Deques]>,
    /// Of the last run, in which all ended well.
    memory: Memory,
}

/// Memory for nodes and edges, which it costs more to get from the system than to use.
#[derive(Default)]
struct Memory {
    nodes: Option<Kept<Header>>,
    edges: Option<Kept<Edge>>,
}

/// Each worker's deques: for nodes that have a weight, if priorities are on, and for all others.
pub type Deques = [Deque; 2];

/// What the workers of one run share.
pub struct Run<'p, J> {
    pub policy: Policy,
    since: Instant,
    pub nodes: Slab<Node<J>>,
    pub edges: Slab<Edge>,
    pub deques: &'p [Deques],
    pub outside: Arc<Outside>,
    pub reaper: &'p Arc<Reaper>,
    pub n_cores: usize,
    /// Cores to pin to; empty if no worker is pinned.
    cores: Vec<CoreId>,
    pub panics: Mutex<Vec<Panicked>>,
    pub skipped: Mutex<Vec<Skipped>>,
    /// By number of node: what made it fail, or will. Such cells are not used again, but for those of anonymous nodes.
    pub causes: Mutex<HashMap<u32, String>>,
    pub dropped: AtomicU64,
    /// How many nodes and events are unfinished: what the workers made less what they ended, once they have left.
    pub n_unfinished: AtomicU64,
    pub metrics: Mutex<Vec<Metrics>>,
    /// The record that this run follows, if any.
    pub replay: Option<Replay<'p>>,
}

impl Pool {
    /// A pool of as many workers, with the default policy. Starts no thread.
    pub fn new(n_workers: usize) -> Self {
        Pool::with_policy(n_workers, Policy::default())
    }

    /// A pool with a policy. `n_workers` counts the calling thread: it is at least 1, and at most 1024.
    pub fn with_policy(n_workers: usize, policy: Policy) -> Self {
        let n_workers = match policy.chaos {
            Chaos::Serial(_) => 1,
            _ => n_workers.clamp(1, 1024),
        };
        let n_children = if policy.children == 0 { n_workers } else { policy.children as usize };
        let reaper = Arc::new(Reaper::new(n_children, policy.jobserver));
        if policy.pin != Pin::Off {
            // What a pinned worker starts is pinned to the same core.
            reaper.start_all();
        }
        let n_cores = std::thread::available_parallelism().map_or(1, usize::from);
        Pool {
            n_workers,
            n_cores,
            policy,
            crew: Arc::default(),
            reaper,
            is_recording: false,
            store: Arc::default(),
            deques: (0..n_workers).map(|_| [Deque::new(), Deque::new()]).collect(),
            memory: Memory::default(),
        }
    }

    /// How many workers there are at most.
    pub fn n_workers(&self) -> usize {
        self.n_workers
    }

    /// Gives back the memory of the last run, which is kept for the next: as much as its unfinished nodes took at most,
    /// and recordings that were dropped.
    pub fn release_memory(&mut self) {
        self.memory = Memory::default();
        self.store = Arc::default();
        self.deques = self.deques.iter().map(|_| [Deque::new(), Deque::new()]).collect();
    }

    /// Whether later runs are recorded: [`Report::recording`]. It costs some tens of nanoseconds a node.
    pub fn set_recording(&mut self, is_on: bool) {
        self.is_recording = is_on;
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Runs a graph. `start` makes the first nodes; `execute` runs a job, which may make more. Returns when no node is
    /// unfinished, or when nothing can run any more.
    ///
    /// Neither the jobs nor the closures need to be `'static`.
    ///
    /// # Panics
    /// If `start` does, after the nodes that it had made were dropped. Panics of jobs are caught and reported.
    pub fn run<J, E, S>(&mut self, execute: E, start: S) -> Report
    where
        J: Job,
        E: Fn(&mut J, &mut Context<'_, J>) + Sync,
        S: FnOnce(&mut Context<'_, J>),
    {
        self.carry_out(None, execute, start)
    }

    /// Runs a graph that was recorded, as it went then: each worker runs the same nodes in the same order, and begins none
    /// before what had ended before it in the record. `label` makes labels as it did for the trace.
    ///
    /// Where the graph is not the one that was recorded, the rest is dropped, and the report's
    /// [`divergence`](Report::divergence) says what is different; no worker waits for ever. The pool needs as many workers
    /// as the record. Its own policy only counts for panics and child processes.
    ///
    /// ```
    /// use sigil_scheduler::{Closure, Context, Pool, Schedule};
    /// fn start(cx: &mut Context<'_, Closure<'_>>) {
    ///     (0..10).for_each(|n| cx.spawn(Closure::new(format!("job {n}"), |_| {})));
    /// }
    /// fn label(_kind: u8, _tag: u64) -> String {
    ///     String::new() // nodes are known by the order in which they are made
    /// }
    /// let mut pool = Pool::new(2);
    /// pool.set_recording(true);
    /// let trace = pool.run(Closure::run, start).recording.unwrap().trace(&[], label);
    /// let schedule = Schedule::new(&trace)?;
    /// let report = pool.replay(&schedule, &label, Closure::run, start);
    /// assert!(report.is_ok());
    /// let again = report.recording.unwrap().trace(&[], label);
    /// assert_eq!(Schedule::new(&again)?, schedule);
    /// // Another graph.
    /// let report = pool.replay(&schedule, &label, Closure::run, |cx| cx.spawn(Closure::new("one", |_| {})));
    /// assert!(report.divergence.unwrap().to_string().contains("which was not made"));
    /// # Ok::<(), sigil_scheduler::trace::TraceError>(())
    /// ```
    ///
    /// # Panics
    /// As [`run`](Self::run).
    pub fn replay<J, E, S>(
        &mut self,
        schedule: &Schedule,
        label: &(dyn Fn(u8, u64) -> String + Sync),
        execute: E,
        start: S,
    ) -> Report
    where
        J: Job,
        E: Fn(&mut J, &mut Context<'_, J>) + Sync,
        S: FnOnce(&mut Context<'_, J>),
    {
        let (needed, there) = (schedule.n_workers(), self.n_workers);
        if needed > there {
            let text = format!("the record has {needed} workers, the pool only {there}");
            return Report { divergence: Some(Divergence::Workers(text)), ..Report::default() };
        }
        self.carry_out(Some(Replay::new(schedule, label)), execute, start)
    }

    fn carry_out<J, E, S>(&mut self, replay: Option<Replay<'_>>, execute: E, start: S) -> Report
    where
        J: Job,
        E: Fn(&mut J, &mut Context<'_, J>) + Sync,
        S: FnOnce(&mut Context<'_, J>),
    {
        let memory = std::mem::take(&mut self.memory);
        let run = Run::new(self, memory, replay);
        let body = |index: usize| {
            run.pin(index, self.n_workers);
            worker::work(&mut Context::new(&run, index), &execute);
        };
        let panic = self.crew.run(&body, || {
            let mut context = Context::new(&run, 0);
            run.start_replay();
            let result = catch_unwind(AssertUnwindSafe(|| start(&mut context)));
            if result.is_err() {
                run.outside.cancel();
            }
            context.set_up();
            worker::work(&mut context, &execute);
            result.err()
        });
        if let Some(payload) = panic {
            leftover::drop_jobs(&run);
            resume_unwind(payload);
        }
        let (report, memory) = run.report(self.n_workers);
        self.memory = memory;
        report
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.reaper.dismiss();
        self.crew.dismiss();
    }
}

impl<'p, J: Job> Run<'p, J> {
    fn new(pool: &'p Pool, memory: Memory, replay: Option<Replay<'p>>) -> Self {
        let n_cores = pool.n_cores;
        let number = pool.crew.next_run();
        let n_searchers = decide::max_searchers(&pool.policy, pool.n_workers, n_cores);
        let is_pinned = decide::core(&pool.policy, 1, pool.n_workers, n_cores).is_some();
        let collector = pool.is_recording.then(|| Collector::new(pool.n_workers, pool.store.clone()));
        let stage = replay.as_ref().map(Replay::stage);
        let outside = Outside::new(pool.crew.clone(), number, pool.n_workers, n_searchers, collector, stage);
        let outside = Arc::new(outside);
        Run {
            policy: pool.policy,
            since: Instant::now(),
            // As all ended well, each node is free in some generation, and edges mean nothing.
            nodes: Slab::with(memory.nodes),
            edges: Slab::with(memory.edges),
            deques: &pool.deques,
            outside,
            reaper: &pool.reaper,
            n_cores,
            cores: if is_pinned { core_affinity::get_core_ids().unwrap_or_default() } else { Vec::new() },
            panics: Mutex::default(),
            skipped: Mutex::default(),
            causes: Mutex::default(),
            dropped: AtomicU64::new(0),
            n_unfinished: AtomicU64::new(0),
            metrics: Mutex::new(vec![Metrics::default(); pool.n_workers]),
            replay,
        }
    }

    fn start_replay(&self) {
        if let (Some(replay), Some(stage)) = (&self.replay, &self.outside.stage)
            && let Err(error) = self.outside.start_all(stage)
        {
            replay.diverge(Divergence::Workers(error));
        }
    }

    fn pin(&self, worker: usize, n_workers: usize) {
        let core = match decide::core(&self.policy, worker, n_workers, self.n_cores) {
            None => return,
            Some(Core::Place(place)) => self.cores.get(place).copied(),
            Some(Core::Number(id)) => Some(CoreId { id }),
        };
        if !core.is_some_and(core_affinity::set_for_current) {
            lock(&self.outside.warnings).push(format!("worker {worker} could not be pinned to a core"));
        }
    }

    /// Whether any queue holds anything.
    pub fn has_work(&self) -> bool {
        self.outside.has_mail() || self.deques.iter().flatten().any(|deque| !deque.is_empty())
    }

    /// A node fails, or will, because another one did.
    pub fn pass_on_cause(&self, from: u32, to: u32) {
        let mut causes = lock(&self.causes);
        if let Some(cause) = causes.get(&from).cloned() {
            causes.entry(to).or_insert(cause);
        }
    }

    /// How it went, and its memory if that can be used again.
    fn report(self, n_workers: usize) -> (Report, Memory) {
        let recording = self.outside.collector.as_ref().map(|collector| {
            let children = self.reaper.max_children();
            Recording::new(collector.take(), n_workers, self.n_cores, children, self.policy.to_string())
        });
        let is_cancelled = self.outside.is_cancelled.load(Ordering::Acquire);
        let replay = self.replay.as_ref().zip(self.outside.stage.as_ref());
        let divergence = replay.and_then(|(replay, stage)| replay.conclude(stage, is_cancelled));
        let is_cancelled = is_cancelled || divergence.is_some();
        let is_stuck = self.n_unfinished.load(Ordering::Acquire) > 0;
        let stalled = if is_stuck && !is_cancelled { leftover::stalled(&self) } else { Vec::new() };
        let left = if is_stuck { leftover::drop_jobs(&self) } else { 0 };
        let dropped = self.dropped.load(Ordering::Relaxed) + if is_cancelled { left } else { 0 };
        let mut workers = std::mem::take(&mut *lock(&self.metrics));
        workers.truncate(n_workers);
        let wall = self.since.elapsed();
        for worker in &mut workers {
            worker.overhead = wall.saturating_sub(worker.busy + worker.searching + worker.parked);
        }
        let report = Report {
            panics: std::mem::take(&mut *lock(&self.panics)),
            stalled,
            skipped: std::mem::take(&mut *lock(&self.skipped)),
            dropped,
            is_cancelled,
            divergence,
            warnings: std::mem::take(&mut *lock(&self.outside.warnings)),
            wall,
            workers,
            recording,
        };
        // Cells of nodes that failed are not free.
        if report.is_ok() {
            let memory = Memory { nodes: Some(self.nodes.keep()), edges: Some(self.edges.keep()) };
            return (report, memory);
        }
        (report, Memory::default())
    }
}
