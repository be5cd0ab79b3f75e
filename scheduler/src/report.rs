//! How a run went.

use crate::Divergence;
use crate::trace::Recording;
use std::time::Duration;

/// How a run went.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Jobs that panicked.
    pub panics: Vec<Panicked>,
    /// Nodes that wait for what never comes.
    pub stalled: Vec<Stalled>,
    /// Jobs that were not run because something they depend on failed.
    pub skipped: Vec<Skipped>,
    /// How many nodes were dropped because the run was cancelled.
    pub dropped: u64,
    /// Whether the run was cancelled.
    pub is_cancelled: bool,
    /// Where a [replay](crate::Pool::replay) went another way than its record; the run is cancelled then.
    pub divergence: Option<Divergence>,
    /// What went wrong without stopping the run: threads or cores refused by the system.
    pub warnings: Vec<String>,
    /// From the call of the run to the end of its last worker.
    pub wall: Duration,
    /// What each worker did; those that were not needed did nothing.
    pub workers: Vec<Metrics>,
    /// What happened, if it was to be recorded.
    pub recording: Option<Recording>,
}

impl Report {
    /// Whether every node ran.
    pub fn is_ok(&self) -> bool {
        let went_wrong = self.is_cancelled || self.divergence.is_some();
        self.panics.is_empty() && self.stalled.is_empty() && self.skipped.is_empty() && !went_wrong
    }

    /// All workers together.
    pub fn total(&self) -> Metrics {
        let mut total = Metrics::default();
        for worker in &self.workers {
            total.add(worker);
        }
        total
    }
}

/// A job that panicked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Panicked {
    /// The job's label.
    pub label: String,
    /// What the panic said.
    pub message: String,
}

/// A job that was not run because something failed before it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Skipped {
    /// Its label.
    pub label: String,
    /// What panicked: the label of one such job that it comes after, maybe by way of others that were skipped.
    pub because: String,
}

/// A node that nothing made ready.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stalled {
    /// Its label.
    pub label: String,
    /// Whether it waits to be completed by hand: an event, or a held node.
    pub is_held: bool,
    /// Labels of the unfinished nodes that it waits for.
    pub waits_for: Vec<String>,
}

/// What a worker did. The sums are exact: `run + passed = run_next + own + thefts`, and
/// `busy + searching + parked + overhead` is the run's [`wall`](Report::wall).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Metrics {
    /// Jobs run.
    pub run: u64,
    /// Ready nodes that were not run: skipped, or dropped because the run was cancelled.
    pub passed: u64,
    /// Nodes made.
    pub created: u64,
    /// Jobs run straight after what made them ready.
    pub run_next: u64,
    /// Nodes taken from its own queues.
    pub own: u64,
    /// Times it took nodes from another worker, and ran the first of them.
    pub thefts: u64,
    /// Nodes that it took so, with those that it put into its own queue.
    pub stolen: u64,
    /// Completions by other threads that it carried out.
    pub mail: u64,
    /// Looks at other workers that had nothing, or nothing any more.
    pub empty_looks: u64,
    /// Attempts to steal at which somebody else was faster.
    pub lost_steals: u64,
    /// Times it began to search.
    pub searches: u64,
    /// Times it went to sleep.
    pub parks: u64,
    /// Times it woke somebody.
    pub wakes: u64,
    /// Time with work at hand.
    pub busy: Duration,
    /// Time spent looking for work.
    pub searching: Duration,
    /// Time asleep.
    pub parked: Duration,
    /// The rest: not started yet, starting, making the first nodes, waiting for the others at the end.
    pub overhead: Duration,
}

impl Metrics {
    fn add(&mut self, other: &Metrics) {
        self.run += other.run;
        self.passed += other.passed;
        self.created += other.created;
        self.run_next += other.run_next;
        self.own += other.own;
        self.thefts += other.thefts;
        self.stolen += other.stolen;
        self.mail += other.mail;
        self.empty_looks += other.empty_looks;
        self.lost_steals += other.lost_steals;
        self.searches += other.searches;
        self.parks += other.parks;
        self.wakes += other.wakes;
        self.busy += other.busy;
        self.searching += other.searching;
        self.parked += other.parked;
        self.overhead += other.overhead;
    }
}
