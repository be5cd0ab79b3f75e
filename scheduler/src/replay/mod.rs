//! A recorded run again: each worker runs the same nodes in the same order, and whatever differs is reported.
//!
//! | file | what |
//! |---|---|
//! | `order` | what each worker ran, and what had ended before |
//! | `schedule` | how nodes are found again |
//! | `stage` | who may go on, who waits, and how it is seen that nobody ever will |
//! | this one | what a worker does |

pub mod order;
mod schedule;
pub mod stage;

pub use schedule::Schedule;

use crate::Job;
use crate::context::Context;
use crate::leftover;
use crate::sleep::Waker;
use crate::sync::{Mutex, lock};
use schedule::Claims;
use stage::{Next, Stage};
use std::fmt;
use std::time::Instant;

/// Makes the label of a node from its kind and tag, as for a trace.
pub type Label<'p> = &'p (dyn Fn(u8, u64) -> String + Sync);

/// How a replay went another way than its record.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Divergence {
    /// A node was made that is not in the record, or was there once only.
    Unknown {
        /// Its label.
        label: String,
        /// Whose job made it; none for the first nodes.
        creator: Option<String>,
    },
    /// A node is skipped, because something before it panicked, that ran in the record.
    Skipped {
        /// Its label.
        label: String,
    },
    /// These got ready and were not run in the record.
    Unheard {
        /// Their labels.
        labels: Vec<String>,
    },
    /// Nobody can go on: what these workers are to run next does not come.
    Stuck(Vec<Lagging>),
    /// The replay cannot begin.
    Workers(String),
}

/// A worker that waits in vain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lagging {
    /// Its number.
    pub worker: usize,
    /// How many nodes it has run.
    pub n_run: usize,
    /// What it ran next in the record.
    pub label: String,
    /// What is wrong with that.
    pub want: Want,
}

/// What a node of the record lacks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Want {
    /// Nobody made it.
    NotMade,
    /// It comes after something that has not ended.
    NotReady,
    /// Something ended before it in the record, and now does not.
    NotItsTurn,
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Divergence::Unknown { label, creator } => {
                write!(f, "`{label}`, made by ")?;
                match creator {
                    Some(creator) => write!(f, "`{creator}`")?,
                    None => f.write_str("nobody")?,
                }
                f.write_str(", is not in the record")
            }
            Divergence::Skipped { label } => write!(f, "`{label}` ran in the record, and is skipped now"),
            Divergence::Unheard { labels } => {
                write!(f, "`{}` did not run in the record", labels.join("`, `"))
            }
            Divergence::Stuck(workers) => {
                f.write_str("nobody can go on as in the record")?;
                for (at, worker) in workers.iter().enumerate() {
                    write!(f, "{}{worker}", if at == 0 { ": " } else { "; " })?;
                }
                Ok(())
            }
            Divergence::Workers(reason) => f.write_str(reason),
        }
    }
}

impl fmt::Display for Lagging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let want = match self.want {
            Want::NotMade => "which was not made",
            Want::NotReady => "which waits for something",
            Want::NotItsTurn => "which is ready but comes after what others are to run",
        };
        let Lagging { worker, n_run, label, .. } = self;
        write!(f, "worker {worker}, after {n_run}, is to run `{label}`, {want}")
    }
}

/// What a replay needs besides the stage.
pub struct Replay<'p> {
    schedule: &'p Schedule,
    label: Label<'p>,
    claims: Mutex<Claims>,
    /// Labels of nodes that got ready and did not run in the record.
    unheard: Mutex<Vec<String>>,
    divergence: Mutex<Option<Divergence>>,
}

impl<'p> Replay<'p> {
    /// Before the first node.
    pub fn new(schedule: &'p Schedule, label: Label<'p>) -> Self {
        let (claims, unheard, divergence) = Default::default();
        Replay { schedule, label, claims, unheard, divergence }
    }

    /// Its stage.
    pub fn stage(&self) -> Stage {
        Stage::new(self.schedule.order.clone())
    }

    /// What a job was told in the record when it asked for the n-th time whether anybody is hungry.
    pub fn was_hungry(&self, node: Option<u32>, nth: u32) -> bool {
        let answers = node.and_then(|node| self.schedule.hungry.get(&node));
        answers.is_some_and(|answers| answers.binary_search(&nth).is_ok())
    }

    /// It went another way; the first such news counts.
    pub fn diverge(&self, divergence: Divergence) {
        lock(&self.divergence).get_or_insert(divergence);
    }

    /// After the end: whether and how it went another way. A run that was cancelled need not come to its end.
    pub fn conclude(&self, stage: &Stage, is_cancelled: bool) -> Option<Divergence> {
        let divergence = lock(&self.divergence).take();
        if divergence.is_some() || is_cancelled {
            return divergence;
        }
        let lagging: Vec<Lagging> = stage.lagging().map(|lag| self.lagging(lag)).collect();
        let labels = std::mem::take(&mut *lock(&self.unheard));
        match (lagging.is_empty(), labels.is_empty()) {
            (false, _) => Some(Divergence::Stuck(lagging)),
            (true, false) => Some(Divergence::Unheard { labels }),
            (true, true) => None,
        }
    }

    fn lagging(&self, lag: stage::Lag) -> Lagging {
        let want = match (lag.is_ready, lock(&self.claims).is_made(lag.node)) {
            (true, _) => Want::NotItsTurn,
            (false, true) => Want::NotReady,
            (false, false) => Want::NotMade,
        };
        let label = self.schedule.nodes[lag.node as usize].label.clone();
        Lagging { worker: lag.worker, n_run: lag.n_run, label, want }
    }
}

/// What workers do otherwise in a replay.
impl<J: Job> Context<'_, J> {
    /// A node is made in a cell.
    pub(crate) fn recognise(&mut self, replay: &Replay<'_>, cell: u32, job: &J) {
        let label = (replay.label)(job.kind(), job.tag());
        let name = (job.kind(), label.clone());
        if lock(&replay.claims).claim(replay.schedule, self.recorded, name, cell).is_none() {
            let label = if label.is_empty() { leftover::label(job) } else { label };
            let creator = self.recorded.map(|node| replay.schedule.nodes[node as usize].label.clone());
            self.depart(replay, Divergence::Unknown { label, creator });
        }
    }

    /// A node is ready.
    pub(crate) fn hand_over(&mut self, replay: &Replay<'_>, cell: u32) {
        // What is not in the record stays where it is: the replay ends.
        let Some(node) = lock(&replay.claims).node(cell) else { return };
        let label = &replay.schedule.nodes[node as usize].label;
        let ran = replay.schedule.order.places[node as usize].is_some();
        if self.run.nodes.at(cell).header.is_poisoned() {
            if ran {
                self.depart(replay, Divergence::Skipped { label: label.clone() });
            }
            self.bag.push(cell);
        } else if !ran {
            lock(&replay.unheard).push(label.clone());
        } else if let Some(stage) = &self.run.outside.stage {
            stage.ready(node, cell, self.index);
        }
    }

    fn depart(&self, replay: &Replay<'_>, divergence: Divergence) {
        replay.diverge(divergence);
        self.run.outside.stage.iter().for_each(Stage::stop);
        self.run.outside.cancel();
    }

    /// The next node, as recorded; none when the replay is over.
    pub(crate) fn follow(&mut self, stage: &Stage) -> Option<u32> {
        self.recorded = None;
        loop {
            // Nodes to pass over.
            if let Some(number) = self.bag.pop() {
                self.metrics.own += 1;
                return Some(number);
            }
            let (metrics, recorder) = (&mut self.metrics, &mut self.recorder);
            let mut since = (Instant::now(), 0);
            let next = stage.next(self.index, &*self.run.outside, |waits| match waits {
                true => {
                    metrics.parks += 1;
                    since = (Instant::now(), recorder.as_ref().map_or(0, |recorder| recorder.now()));
                }
                false => {
                    metrics.parked += since.0.elapsed();
                    recorder.iter_mut().for_each(|recorder| recorder.park(since.1, Waker::Outside));
                }
            });
            match next {
                Next::Mail => self.read_mail(),
                Next::Over => return None,
                Next::Run { node, cell, by } => {
                    self.recorded = Some(node);
                    self.n_asked = 0;
                    self.take_over(by);
                    return Some(cell);
                }
            }
        }
    }

    /// A node comes from another worker, or from this one.
    fn take_over(&mut self, by: usize) {
        if by == self.index {
            self.metrics.own += 1;
            return;
        }
        self.metrics.thefts += 1;
        self.metrics.stolen += 1;
        if let Some(recorder) = &mut self.recorder {
            recorder.steal(by, 1, recorder.now());
        }
    }
}
