//! Counts unfinished nodes without a counter that workers share: each writes a stripe of its own, whoever is idle adds
//! them up.
//!
//! **Settled means settled.** Let F be the sum of all `finished`, read first, and C the sum of all `created`, read
//! after. A node that F counts was created before it was finished, and the creating store happens before the finishing
//! one (through the queue or edge that handed the node on), which happens before our read of it; so C counts it too.
//! If F = C, all that C counts is finished. Could a node be missing from C? Take the first such node. A job made it,
//! and the node of that job is not missing from C, so it is in F; but a worker stores `created` for the new node before
//! it stores `finished` for the job that made it, so having read the latter we read the former. Hence none is missing,
//! nothing is unfinished, and nobody is left who could create: it stays so.
//!
//! What comes from outside (handles, child processes) is counted like nodes, in a stripe that many threads write.

use crate::sync::{AtomicU64, Ordering};
use crossbeam_utils::CachePadded;

/// All stripes: one a worker, and one for the outside.
pub struct Tally {
    stripes: Box<[CachePadded<Stripe>]>,
}

/// What one worker made and finished.
#[derive(Default)]
pub struct Stripe {
    created: AtomicU64,
    finished: AtomicU64,
}

impl Tally {
    /// Nothing made yet.
    pub fn new(n_workers: usize) -> Self {
        Tally { stripes: (0..=n_workers).map(|_| CachePadded::default()).collect() }
    }

    /// The stripe that a worker writes.
    #[inline]
    pub fn stripe(&self, worker: usize) -> &Stripe {
        &self.stripes[worker]
    }

    /// Counts something that other threads keep alive.
    pub fn enter(&self) {
        self.outside().created.fetch_add(1, Ordering::AcqRel);
    }

    /// It is gone.
    pub fn leave(&self) {
        self.outside().finished.fetch_add(1, Ordering::AcqRel);
    }

    fn outside(&self) -> &Stripe {
        &self.stripes[self.stripes.len() - 1]
    }

    /// Whether nothing is unfinished. Once true for a run that has begun, it stays true.
    pub fn is_settled(&self) -> bool {
        // Pairs with the stores in `Stripe::finish`; the order of the two sums is what the proof rests on.
        let finished: u64 = self.stripes.iter().map(|s| s.finished.load(Ordering::Acquire)).sum();
        let created: u64 = self.stripes.iter().map(|s| s.created.load(Ordering::Acquire)).sum();
        finished == created
    }
}

impl Stripe {
    /// A node is made; by the stripe's worker only.
    #[inline]
    pub fn create(&self) {
        // One writer: no read-modify-write. The hand-over of the node publishes the count.
        self.created.store(self.created.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    /// A node is finished; by the stripe's worker only.
    #[inline]
    pub fn finish(&self) {
        // Pairs with the loads in `is_settled`: whoever counts this end counts what the job made.
        self.finished.store(self.finished.load(Ordering::Relaxed) + 1, Ordering::Release);
    }

    /// How many were made.
    pub fn created(&self) -> u64 {
        self.created.load(Ordering::Relaxed)
    }
}
