//! What happened in a run: recorded if [`Pool::set_recording`](crate::Pool::set_recording) says so, kept in files, taken
//! apart, and run again in virtual time.
//!
//! ```
//! use sigil_scheduler::{Closure, Pool};
//! let mut pool = Pool::new(2);
//! pool.set_recording(true);
//! let report = pool.run(Closure::run, |cx| {
//!     let hello = cx.node(Closure::new("hello", |_| {}), &[]);
//!     cx.node(Closure::new("world", |_| {}), &[hello]);
//! });
//! let trace = report.recording.unwrap().trace(&["greeting"], |kind, tag| format!("{kind} {tag}"));
//! assert_eq!(trace.nodes[1].after, [0]);
//! let text = trace.to_text();
//! assert_eq!(sigil_scheduler::trace::Trace::from_text(&text).unwrap(), trace);
//! ```
//!
//! A [`Summary`] tells where the time went: work and span, the critical path, and an exact account of each worker's time.
//!
//! Jobs are gone when the run is over, so each leaves two numbers, [`Job::kind`](crate::Job::kind) and
//! [`Job::tag`](crate::Job::tag), from which labels are made afterwards. The format of files is described in
//! `scheduler/TRACE.md`.

mod account;
pub(crate) mod buffer;
mod calibrate;
mod clock;
mod company;
mod costs;
mod decode;
mod file;
mod load;
pub(crate) mod record;
mod simulate;
#[cfg(all(test, not(loom)))]
mod simulate_tests;
mod span;
mod summary;
#[cfg(all(test, not(loom)))]
mod tests;
mod whatif;

pub use account::{Times, account};
pub use calibrate::{Measured, calibrate};
pub use company::Company;
pub use costs::Costs;
pub use decode::Recording;
pub use file::TraceError;
pub use load::{Load, Step};
pub use simulate::{Setting, Simulated, simulate};
pub use span::{Graph, PathStep, Task};
pub use summary::{Stage, Summary};
pub use whatif::Change;

use serde::{Deserialize, Serialize};

/// The version of files that this library writes and reads.
pub const VERSION: u32 = 1;

/// Everything that happened in a run. Times are nanoseconds since its beginning.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Trace {
    /// The run as a whole.
    pub head: Head,
    /// Nodes and events in the order in which they were made.
    pub nodes: Vec<Node>,
    /// What each worker did besides running nodes.
    pub workers: Vec<Worker>,
}

/// A run as a whole.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Head {
    /// The version of the format.
    pub version: u32,
    /// How many workers there were.
    pub workers: u32,
    /// How many cores the machine had for them.
    pub cores: u32,
    /// How many child processes could run at once.
    pub children: u32,
    /// The policy's text.
    pub policy: String,
    /// Which clock was read.
    pub clock: String,
    /// How long the run took.
    pub wall: u64,
    /// Names of the kinds of nodes by number.
    pub kinds: Vec<String>,
}

/// A node or event.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Node {
    /// Its kind by number.
    #[serde(rename = "k", default, skip_serializing_if = "is_nought")]
    pub kind: u32,
    /// What it did.
    #[serde(rename = "l", default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Its weight, at most 15.
    #[serde(rename = "wt", default, skip_serializing_if = "is_nought")]
    pub weight: u32,
    /// Whether it has no job.
    #[serde(rename = "ev", default, skip_serializing_if = "std::ops::Not::not")]
    pub is_event: bool,
    /// Whether it waited for a completion by hand.
    #[serde(rename = "held", default, skip_serializing_if = "std::ops::Not::not")]
    pub is_held: bool,
    /// Whether it was made to run right after the job that made it.
    #[serde(rename = "nx", default, skip_serializing_if = "std::ops::Not::not")]
    pub is_next: bool,
    /// The node that made it; none if that was no job.
    #[serde(rename = "by", default, skip_serializing_if = "Option::is_none")]
    pub creator: Option<u32>,
    /// When it was made.
    #[serde(rename = "t")]
    pub created: u64,
    /// The nodes and events that it came after.
    #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<u32>,
    /// When it was completed by hand, and by which job.
    #[serde(rename = "done", default, skip_serializing_if = "Option::is_none")]
    pub done: Option<(u64, Option<u32>)>,
    /// When its child process ran: start and end.
    #[serde(rename = "child", default, skip_serializing_if = "Option::is_none")]
    pub child: Option<(u64, u64)>,
    /// Which of its job's questions whether anybody is hungry were answered by yes, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hungry: Vec<u32>,
    /// When the last thing that it waited for was there. For an event this is its end.
    #[serde(rename = "rdy", default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<u64>,
    /// Where and when it ran.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Ran>,
}

/// Where and when a node ran.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(from = "(u32, u64, u64)", into = "(u32, u64, u64)")]
pub struct Ran {
    /// On which worker.
    pub worker: u32,
    /// From when.
    pub start: u64,
    /// Until when.
    pub end: u64,
}

impl From<(u32, u64, u64)> for Ran {
    fn from((worker, start, end): (u32, u64, u64)) -> Self {
        Ran { worker, start, end }
    }
}

impl From<Ran> for (u32, u64, u64) {
    fn from(run: Ran) -> Self {
        (run.worker, run.start, run.end)
    }
}

/// What a worker did besides running nodes.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Worker {
    /// When it had no work of its own, sleep included: start and end.
    pub searches: Vec<(u64, u64)>,
    /// When it slept.
    pub parks: Vec<(u64, u64)>,
    /// Which worker woke it each time; none if another thread did, or the end of the run, or its turn in a replay. Empty
    /// in traces that do not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub woken_by: Vec<Option<u32>>,
    /// When it took nodes from another worker: start, end, victim, how many.
    pub steals: Vec<(u64, u64, u32, u32)>,
    /// When it woke another worker.
    pub wakes: Vec<u64>,
}

fn is_nought(number: &u32) -> bool {
    *number == 0
}

impl Node {
    /// When it was over: the end of its run or, for an event, its completion.
    pub fn end(&self) -> Option<u64> {
        if self.is_event { self.ready } else { self.run.map(|run| run.end) }
    }

    /// How long it ran.
    pub fn duration(&self) -> u64 {
        self.run.map_or(0, |run| run.end - run.start)
    }
}

impl Trace {
    /// The name of a node's kind.
    pub fn kind_name(&self, node: u32) -> &str {
        self.head.kinds.get(self.nodes[node as usize].kind as usize).map_or("?", String::as_str)
    }

    /// A node's label, or its kind and number if it has none.
    pub fn label(&self, node: u32) -> String {
        let it = &self.nodes[node as usize];
        match (it.label.is_empty(), it.is_event) {
            (false, _) => it.label.clone(),
            (true, true) => format!("event {node}"),
            (true, false) => format!("{} {node}", self.kind_name(node)),
        }
    }

    /// All nodes, each after its creator, what it came after, and who completed it.
    pub fn order(&self) -> Vec<u32> {
        let n = self.nodes.len();
        let mut open = vec![0u32; n];
        let mut first = vec![0u32; n + 1];
        self.each_arc(|before, after| {
            first[before as usize + 1] += 1;
            open[after as usize] += 1;
        });
        for at in 0..n {
            first[at + 1] += first[at];
        }
        let mut next = first.clone();
        let mut arcs = vec![0u32; first[n] as usize];
        self.each_arc(|before, after| {
            arcs[next[before as usize] as usize] = after;
            next[before as usize] += 1;
        });
        let mut order: Vec<u32> = (0..n as u32).filter(|&node| open[node as usize] == 0).collect();
        let mut at = 0;
        while let Some(&node) = order.get(at) {
            at += 1;
            for &after in &arcs[first[node as usize] as usize..first[node as usize + 1] as usize] {
                open[after as usize] -= 1;
                if open[after as usize] == 0 {
                    order.push(after);
                }
            }
        }
        order
    }

    /// Calls for every pair of which the first comes before the second.
    pub(crate) fn each_arc(&self, mut each: impl FnMut(u32, u32)) {
        for (node, it) in self.nodes.iter().enumerate() {
            let node = node as u32;
            it.creator.iter().for_each(|&creator| each(creator, node));
            it.after.iter().for_each(|&before| each(before, node));
            if let Some((_, Some(by))) = it.done
                && by != node
            {
                each(by, node);
            }
        }
    }
}
