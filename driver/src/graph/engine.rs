//! What a job may do to the graph, and the plain loop that runs the same jobs on one thread without a pool.

use super::Job;
use std::io;
use std::process::{Command, Output};
use std::sync::{Arc, OnceLock};

/// A node or event. Only the engine that made it knows what the number means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Node(pub u64);

/// Where the end of a child process is left.
pub type ChildSlot = Arc<OnceLock<io::Result<Output>>>;

/// The graph as a running job sees it.
pub trait Graph {
    /// Adds a job that runs after some nodes and events; finished ones are met at once.
    fn node(&mut self, job: Job, after: &[Node]) -> Node;
    /// Adds an event.
    fn event(&mut self) -> Node;
    /// Completes an event, once.
    fn complete(&mut self, event: Node);
    /// Starts a child process without waiting for it; `then` runs when it has ended and `slot` is filled.
    fn child(&mut self, command: Command, slot: ChildSlot, then: Job);
    /// Number of the worker that runs the job.
    fn worker(&self) -> usize;
}

/// One thread, no pool: the newest ready job runs next.
#[derive(Default)]
pub struct Serial {
    nodes: Vec<SerialNode>,
    ready: Vec<u32>,
}

struct SerialNode {
    job: Option<Job>,
    /// Unmet dependencies; an event has one that is met by hand.
    open: u32,
    is_done: bool,
    next: Vec<u32>,
}

impl Serial {
    /// Runs everything. An error names what waits in vain.
    pub fn run(mut self, mut run: impl FnMut(Job, &mut dyn Graph)) -> Result<(), Vec<String>> {
        while let Some(id) = self.ready.pop() {
            if let Some(job) = self.nodes[id as usize].job {
                run(job, &mut self);
            }
            self.finish(id);
        }
        let waiting = self.nodes.iter().filter(|node| !node.is_done);
        let waiting: Vec<_> = waiting.filter_map(|node| node.job.map(|job| job.label())).collect();
        if waiting.is_empty() { Ok(()) } else { Err(waiting) }
    }

    fn finish(&mut self, id: u32) {
        let node = &mut self.nodes[id as usize];
        node.is_done = true;
        for next in std::mem::take(&mut node.next) {
            let node = &mut self.nodes[next as usize];
            node.open -= 1;
            if node.open == 0 {
                self.ready.push(next);
            }
        }
    }

    fn push(&mut self, job: Option<Job>, open: u32) -> u32 {
        self.nodes.push(SerialNode { job, open, is_done: false, next: Vec::new() });
        self.nodes.len() as u32 - 1
    }
}

impl Graph for Serial {
    fn node(&mut self, job: Job, after: &[Node]) -> Node {
        let id = self.push(Some(job), 0);
        for before in after {
            let before = &mut self.nodes[before.0 as usize];
            if !before.is_done {
                before.next.push(id);
                self.nodes[id as usize].open += 1;
            }
        }
        if self.nodes[id as usize].open == 0 {
            self.ready.push(id);
        }
        Node(u64::from(id))
    }

    fn event(&mut self) -> Node {
        Node(u64::from(self.push(None, 1)))
    }

    fn complete(&mut self, event: Node) {
        self.nodes[event.0 as usize].open = 0;
        self.finish(event.0 as u32);
    }

    fn child(&mut self, mut command: Command, slot: ChildSlot, then: Job) {
        // A second outcome cannot be: each child has a slot of its own.
        let _ = slot.set(command.output());
        self.node(then, &[]);
    }

    fn worker(&self) -> usize {
        0
    }
}
