//! The compiler's graph on rayon: what the same work takes on the pool that most Rust programs use.
//!
//! rayon knows no edges. A node counts what it waits for and is spawned when that has ended, as any user of rayon
//! would write it.

use parking_lot::Mutex;
use rayon::{Scope, ThreadPoolBuilder};
use sigil_driver::graph::{ChildSlot, Compilation, Graph, Job, Node, Outcome};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// Runs everything that follows from `first` with rayon, on as many threads as the compilation has workers.
///
/// # Panics
/// If the threads cannot be started, or a job panics.
pub fn run(compilation: &Compilation<'_>, first: Job) -> Outcome {
    let pool = ThreadPoolBuilder::new().num_threads(compilation.plan.workers).build();
    let nodes = Nodes(boxcar::Vec::new());
    pool.expect("rayon can start its threads").scope(|scope| {
        OnRayon { compilation, nodes: &nodes, scope }.node(first, &[]);
    });
    let waiting = nodes.0.iter().filter(|(_, node)| !node.successors.lock().is_done);
    let stalled = waiting.filter_map(|(_, node)| node.job.map(Job::label)).collect();
    Outcome { stalled, ..Outcome::default() }
}

struct Nodes(boxcar::Vec<RayonNode>);

struct RayonNode {
    /// Events have none.
    job: Option<Job>,
    /// What it waits for, plus one while its edges are being added.
    open: AtomicU32,
    successors: Mutex<Successors>,
}

#[derive(Default)]
struct Successors {
    is_done: bool,
    ids: Vec<usize>,
}

#[derive(Clone, Copy)]
struct OnRayon<'s, 'scope, 'p> {
    compilation: &'scope Compilation<'p>,
    nodes: &'scope Nodes,
    scope: &'s Scope<'scope>,
}

impl<'scope> OnRayon<'_, 'scope, '_> {
    fn push(&self, job: Option<Job>) -> usize {
        let successors = Mutex::default();
        self.nodes.0.push(RayonNode { job, open: AtomicU32::new(1), successors })
    }

    /// One thing less that a node waits for.
    fn step(&self, id: usize) {
        if self.nodes.0[id].open.fetch_sub(1, Ordering::AcqRel) != 1 {
            return;
        }
        let OnRayon { compilation, nodes, .. } = *self;
        self.scope.spawn(move |scope| {
            let mut graph = OnRayon { compilation, nodes, scope };
            if let Some(job) = nodes.0[id].job {
                compilation.execute(job, &mut graph);
            }
            graph.finish(id);
        });
    }

    fn finish(&self, id: usize) {
        let ids = {
            let mut successors = self.nodes.0[id].successors.lock();
            successors.is_done = true;
            std::mem::take(&mut successors.ids)
        };
        ids.into_iter().for_each(|id| self.step(id));
    }
}

impl Graph for OnRayon<'_, '_, '_> {
    fn node(&mut self, job: Job, after: &[Node]) -> Node {
        let id = self.push(Some(job));
        for before in after {
            let mut successors = self.nodes.0[before.0 as usize].successors.lock();
            if !successors.is_done {
                self.nodes.0[id].open.fetch_add(1, Ordering::Relaxed);
                successors.ids.push(id);
            }
        }
        self.step(id);
        Node(id as u64)
    }

    fn event(&mut self) -> Node {
        Node(self.push(None) as u64)
    }

    fn complete(&mut self, event: Node) {
        self.finish(event.0 as usize);
    }

    fn child(&mut self, mut command: Command, slot: ChildSlot, then: Job) {
        // rayon has no way to wait for a process without a thread.
        let _ = slot.set(command.output());
        self.node(then, &[]);
    }

    fn worker(&self) -> usize {
        rayon::current_thread_index().expect("jobs run on the pool's threads")
    }
}
