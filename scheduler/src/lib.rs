//! A dynamic task graph on a work-stealing pool.
//!
//! ```
//! use sigil_scheduler::{Closure, Pool};
//! use std::sync::Mutex;
//!
//! let said = Mutex::new(Vec::new());
//! let report = Pool::new(4).run(Closure::run, |cx| {
//!     let hello = cx.node(Closure::new("hello", |_| said.lock().unwrap().push("hello")), &[]);
//!     cx.node(Closure::new("world", |_| said.lock().unwrap().push("world")), &[hello]);
//! });
//! assert!(report.is_ok());
//! assert_eq!(*said.lock().unwrap(), ["hello", "world"]);
//! ```
//!
//! # The model
//!
//! A **node** has a **job** and runs when all nodes that it comes after have finished. Nodes are made before a run or by
//! jobs while it runs, and so are edges: one from a node that has finished is met at once. An **event** is a node without
//! a job that is completed by hand, so that one can wait for what nobody has made yet. A run ends when no node is
//! unfinished. If unfinished nodes remain and nothing can run, it is **stalled**, and its [`Report`] names them and what
//! each waits for.
//!
//! # Jobs of your own
//!
//! Closures cost an allocation each. A small type of your own costs none: it lies in its node. State is borrowed by the
//! function that runs the jobs; neither needs to be `'static`. Jobs return nothing: results go where those that come after
//! look for them, such as a `OnceLock` for each; what a job wrote is seen by all that come after it.
//!
//! ```
//! use sigil_scheduler::{Context, Job, Pool};
//! use std::sync::atomic::{AtomicU64, Ordering};
//!
//! enum Step {
//!     Count(u64),
//!     Done,
//! }
//! impl Job for Step {
//!     fn label(&self) -> String {
//!         match self {
//!             Step::Count(n) => format!("count {n}"),
//!             Step::Done => "done".into(),
//!         }
//!     }
//! }
//!
//! let sum = AtomicU64::new(0);
//! let run = |step: &mut Step, cx: &mut Context<'_, Step>| match step {
//!     Step::Count(n) => {
//!         sum.fetch_add(*n, Ordering::Relaxed);
//!         if *n > 1 {
//!             cx.spawn(Step::Count(*n - 1)); // as it runs
//!         }
//!     }
//!     Step::Done => assert!(sum.load(Ordering::Relaxed) >= 7),
//! };
//! let mut pool = Pool::new(2);
//! let report = pool.run(run, |cx| {
//!     let event = cx.event();
//!     let seven = cx.node(Step::Count(7), &[]);
//!     cx.node(Step::Done, &[seven, event]);
//!     cx.complete(event);
//! });
//! assert!(report.is_ok());
//! assert_eq!(sum.into_inner(), 28);
//! ```
//!
//! # When things go wrong
//!
//! A panic is caught and reported with the job's label; what depends on the job is skipped, or all is cancelled
//! ([`OnPanic`]). The pool can be used again. What never became ready is reported:
//!
//! ```
//! use sigil_scheduler::{Closure, Pool};
//! let report = Pool::new(1).run(Closure::run, |cx| {
//!     let never = cx.labelled_event(Closure::new("interface of b", |_| {}));
//!     cx.node(Closure::new("check a", |_| {}), &[never]);
//!     cx.node(Closure::new("bad", |_| panic!("oh")), &[]);
//! });
//! assert_eq!(report.panics[0].label, "bad");
//! assert_eq!(report.stalled[0].label, "check a");
//! assert_eq!(report.stalled[0].waits_for, ["interface of b"]);
//! ```
//!
//! # Events, held nodes, late edges
//!
//! What nobody has made yet is waited for through an event. [`Context::held`] makes a node that takes edges until it is
//! let go; [`Context::edge`] adds one, also from a node that has finished. A [`Handle`] completes events from threads that
//! are no workers, and keeps the run from ending.
//!
//! ```
//! use sigil_scheduler::{Closure, Pool};
//! let report = Pool::new(2).run(Closure::run, |cx| {
//!     let ready = cx.event();
//!     let last = cx.held(Closure::new("last", |_| {}), &[ready]);
//!     let first = cx.node(Closure::new("first", |_| {}), &[]);
//!     assert!(cx.edge(first, last));
//!     cx.complete(last); // no more edges to it
//!     let handle = cx.handle();
//!     std::thread::spawn(move || handle.complete(ready));
//! });
//! assert_eq!(report.total().run, 2);
//! ```
//!
//! # Child processes
//!
//! [`Context::child`] starts a process when there is a token for it and makes a node that runs when it has ended;
//! meanwhile no worker waits. `children` limits how many there are; GNU make's jobserver is asked if it started us.
//! `examples/mini_make.rs` is a make of a hundred lines.
//!
//! ```
//! use sigil_scheduler::{Capture, Closure, Pool};
//! use std::process::Command;
//! use std::sync::{Arc, OnceLock};
//!
//! let said = Arc::new(OnceLock::new());
//! let report = Pool::new(1).run(Closure::run, |cx| {
//!     let mut command = Command::new("echo");
//!     command.arg("hello");
//!     let (filled, filled_before) = (said.clone(), said.clone());
//!     // On some thread; it only stores what came.
//!     let on_end = move |result: std::io::Result<std::process::Output>| {
//!         filled.set(result.map(|output| output.stdout)).expect("there is one end");
//!     };
//!     let then = Closure::new("after echo", move |_| assert!(filled_before.get().is_some()));
//!     cx.child(command, Capture::Output, on_end, then);
//! });
//! assert!(report.is_ok());
//! assert_eq!(said.get().unwrap().as_deref().unwrap(), b"hello\n");
//! ```
//!
//! # Cancellation
//!
//! [`Context::cancel`] and [`Handle::cancel`] drop what is queued or waits. What runs is not disturbed; a long job looks at
//! [`Context::is_cancelled`] now and then. The run returns when the last job has: one that never returns keeps it for ever.
//!
//! ```
//! use sigil_scheduler::{Closure, Pool};
//! let report = Pool::new(1).run(Closure::run, |cx| {
//!     let first = cx.node(Closure::new("first", |cx| cx.cancel()), &[]);
//!     cx.node(Closure::new("second", |_| unreachable!()), &[first]);
//! });
//! assert!(report.is_cancelled);
//! assert_eq!(report.dropped, 1);
//! ```
//!
//! # Priorities and other policies
//!
//! A [`Policy`] has a knob for every decision that is open, and a text form for command lines and reports. With
//! `priorities=on`, nodes whose [`Job::weight`] is above nought are taken before all others, by their worker and by
//! thieves: give a weight to what a long chain hangs on (`examples/priorities.rs`).
//!
//! ```
//! use sigil_scheduler::{Policy, Pool};
//! let policy: Policy = "order=fifo,steal=one,priorities=on".parse()?;
//! let pool = Pool::with_policy(8, policy);
//! assert!(pool.policy().to_string().starts_with("order=fifo,run-next=on,steal=one,"));
//! # Ok::<(), sigil_scheduler::PolicyError>(())
//! ```
//!
//! # Reading the counters
//!
//! [`Report::workers`] says what each worker did; counting is always on. Much `own` and `run_next` is good: work stayed
//! where its data is. `thefts` are the times it did not; `lost_steals` that workers fight for too small pieces. Many
//! `parks` with little `searching` time mean that there was too little parallel work, and much `busy` time with a bad
//! `wall` time that one chain of jobs was longer than the rest. `mail` counts what came from other threads.
//! `run + passed = run_next + own + thefts`, and `busy + searching + parked + overhead` is the wall time, for each worker;
//! `created` of all together is all nodes and events.
//!
//! # The same again
//!
//! What happens depends on who is faster. With `chaos=serial:SEED` one worker runs ready nodes in an order that the seed
//! fixes. A run on several workers is recorded ([`Pool::set_recording`]) and replayed: [`Pool::replay`] follows a
//! [`Schedule`] node by node, and says where a run departs from it.
//!
//! # Which library when
//!
//! | you have | take |
//! |---|---|
//! | loops and recursive calls over data in memory | rayon |
//! | much waiting for sockets and timers | tokio |
//! | C++ | Taskflow for graphs that are run again and again, oneTBB for the rest |
//! | a graph that is known only while it runs, with failures, stalls and child processes to report | this one |
//!
//! **rayon.** `join` and parallel iterators make no tasks for what is not stolen, so a loop costs a fraction of any node,
//! and there are ready-made sorts, reductions and collections. A `scope` waits for all that it spawned, and inside one can
//! return a value; but one task cannot wait for another by name, edges have to be counted down by hand, a panic comes
//! out of the scope when all is over, and who waits for whom is not known. A worker that waits in `join` runs other work
//! meanwhile, on the same stack and under the same locks.
//!
//! **tokio.** Tasks can be suspended in the middle, so thousands of them wait for sockets at no cost; timers, sockets and
//! channels are there. For work that computes, a task costs ten times as much, and everything has to be `'static`. Our jobs
//! cannot be suspended: a job that has to wait makes another one that comes after what it waits for.
//!
//! **Taskflow** (C++) builds a graph once and runs it many times, with conditions, loops, subflows and pipelines, and draws
//! it. Running it again costs nothing for edges, where we make all nodes anew for each run. For graphs that grow while they
//! run its dependent async tasks cost several times as much as our nodes.
//!
//! **oneTBB** (C++) has parallel algorithms, flow graphs with messages and limits, arenas, and a scalable allocator;
//! it is the choice for pipelines of messages, and for NUMA machines, of which we know nothing. Its workers spin
//! longer before they sleep, so it costs more when there is little to do.
//!
//! We have no futures, no nested waiting (a job makes what comes after it instead), no graphs that are built once and run
//! many times, and no scopes: a run is the scope. `scheduler/README.md` has figures.
//!
//! # Inside
//!
//! | module | what |
//! |---|---|
//! | `node` | a node's two words, the edges; why each node runs once and none is used again early |
//! | `slab` | where nodes lie |
//! | `deque` | a worker's queue |
//! | `sleep` | who sleeps, who searches, who wakes whom; the protocol and why no wakeup is lost |
//! | `decide` | the policy's decisions, as functions of plain values |
//! | `worker`, `context` | what a worker does; what a job can do |
//! | `pool`, `crew` | a run; the threads, from their start to their end |
//! | `trace` | what happened in a run: recorded, kept, taken apart |
//! | `replay` | a recorded run again; the protocol by which workers wait for their turn |
//! | `outside`, `child`, `tokens` | other threads, cancelling and stalling; child processes; make's jobserver |
//! | `models` | all of these protocols for loom |
//!
//! `unsafe` code is only in `node`, `slab`, `crew`, `tokens`, `trace::clock`, and where jobs are put, run and
//! dropped: `context`, `worker`, `leftover`.
//!
//! The protocols are explored by loom: `RUSTFLAGS="--cfg loom" cargo test --release -p sigil-scheduler --lib`, in a target
//! directory of its own.

mod chaos;
mod child;
mod closure;
mod context;
mod crew;
mod decide;
mod deque;
mod leftover;
#[cfg(all(test, loom))]
mod models;
mod node;
mod outside;
mod policy;
mod pool;
mod replay;
mod report;
mod slab;
mod sleep;
mod sync;
mod tokens;
pub mod trace;
mod worker;

pub use child::Capture;
pub use closure::Closure;
pub use context::Context;
pub use node::NodeId;
pub use outside::Handle;
pub use policy::{Chaos, CoreList, OnPanic, Order, Pin, Policy, PolicyError, StealAmount, Victim};
pub use pool::Pool;
pub use replay::{Divergence, Lagging, Schedule, Want};
pub use report::{Metrics, Panicked, Report, Skipped, Stalled};

/// What a node does when it runs: plain data, which the function given to [`Pool::run`] carries out.
pub trait Job: Send {
    /// Its name in reports.
    fn label(&self) -> String;

    /// How much hangs on it: nodes above nought go first where [`Policy::priorities`] is on. Must not panic.
    fn weight(&self) -> u32 {
        0
    }

    /// Its kind in a [recording](Pool::set_recording). Must not panic.
    fn kind(&self) -> u8 {
        0
    }

    /// What a recording keeps of it, to make its label afterwards. Must not panic.
    fn tag(&self) -> u64 {
        0
    }
}
