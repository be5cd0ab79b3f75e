//! What the scheduler's own work costs, as the simulation takes it.

use super::Trace;
use super::account::Times;
use serde::{Deserialize, Serialize};

/// What the scheduler's own work costs, in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Costs {
    /// From the end of a node to the start of the next one of the same worker.
    pub node: u64,
    /// To take nodes from another worker's queue.
    pub steal: u64,
    /// From a wake to the woken worker's first look.
    pub wake: u64,
    /// What a wake costs the one that wakes.
    pub waking: u64,
    /// The same two for a worker's first wake, which starts its thread.
    pub start: u64,
    /// See above.
    pub starting: u64,
    /// A searcher's round.
    pub round: u64,
}

impl Costs {
    /// What was measured of this scheduler on a usual machine; [`calibrate`](super::calibrate) measures another one.
    pub const USUAL: Costs = Costs {
        node: 40,
        steal: 170,
        wake: 23_000,
        waking: 9_000,
        start: 65_000,
        starting: 30_000,
        round: 800,
    };

    /// Of a recorded run; what it does not show is as usual.
    pub fn new(trace: &Trace, total: &Times) -> Self {
        Costs {
            steal: middle(steal_times(trace)).unwrap_or(Costs::USUAL.steal).clamp(20, 2000),
            wake: wake_delay(trace).unwrap_or(Costs::USUAL.wake),
            ..Costs::USUAL
        }
        .of(trace, total)
    }

    /// These costs, but for what is so much part of a record that only that tells it: the time between nodes, and
    /// whether wakes are in its nodes' times already.
    #[must_use]
    pub fn of(self, trace: &Trace, total: &Times) -> Self {
        let n_run = trace.nodes.iter().filter(|node| node.run.is_some()).count() as u64;
        Costs {
            node: (total.overhead / n_run.max(1)).clamp(5, 2000),
            waking: if trace.head.workers == 1 { self.waking } else { 0 },
            starting: if trace.head.workers == 1 { self.starting } else { 0 },
            ..self
        }
    }
}

/// The middle one of some numbers.
pub fn middle(mut numbers: Vec<u64>) -> Option<u64> {
    numbers.sort_unstable();
    numbers.get(numbers.len() / 2).copied()
}

/// What each steal took.
pub fn steal_times(trace: &Trace) -> Vec<u64> {
    let steals = trace.workers.iter().flat_map(|worker| &worker.steals);
    steals.filter(|steal| steal.3 > 0).map(|steal| steal.1 - steal.0).collect()
}

/// The median time from a wake to the end of somebody's sleep. Wakes are noted when they are done, which is later than
/// when they began by what they cost.
fn wake_delay(trace: &Trace) -> Option<u64> {
    let mut ends: Vec<u64> =
        trace.workers.iter().flat_map(|worker| &worker.parks).map(|park| park.1).collect();
    ends.sort_unstable();
    let wakes = trace.workers.iter().flat_map(|worker| &worker.wakes);
    let delays = wakes.filter_map(|&wake| {
        let begun = wake.saturating_sub(Costs::USUAL.waking);
        ends.get(ends.partition_point(|&end| end < begun)).map(|end| end - begun)
    });
    middle(delays.collect()).map(|delay| delay.clamp(5_000, 200_000))
}
