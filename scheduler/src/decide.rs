//! The decisions of the policy, as functions of plain values: the pool calls them, and so can a simulator.

use crate::policy::{Pin, Policy, StealAmount, Victim};

/// How many nodes a worker runs before it looks again at what came from outside.
#[inline]
pub fn until_mail(policy: &Policy) -> u32 {
    policy.injector
}

/// Where a thief begins to look, among `n_workers` in a circle; it goes on from there and skips itself.
pub fn first_victim(policy: &Policy, n_workers: usize, thief: usize, last: usize, random: u64) -> usize {
    match policy.victim {
        Victim::Random => (random % n_workers as u64) as usize,
        Victim::RoundRobin => (last + 1) % n_workers,
        Victim::Last => last,
        Victim::Near => thief,
    }
}

/// The victim at a step of the circle that begins at `first`.
pub fn victim(policy: &Policy, n_workers: usize, thief: usize, first: usize, step: usize) -> usize {
    if policy.victim != Victim::Near {
        return (first + step) % n_workers;
    }
    // thief + 1, thief − 1, thief + 2, …
    let distance = step / 2 + 1;
    let shift = if step.is_multiple_of(2) { distance } else { n_workers - distance % n_workers };
    (thief + shift) % n_workers
}

/// How many of a victim's nodes are taken.
pub fn steal_amount(policy: &Policy, available: usize) -> usize {
    match policy.steal {
        StealAmount::One => 1,
        StealAmount::Half => available.div_ceil(2).clamp(1, 32),
    }
}

/// How many workers may search at once.
pub fn max_searchers(policy: &Policy, n_workers: usize, n_cores: usize) -> usize {
    match policy.searchers {
        0 if n_workers > n_cores => 4,
        0 => 1,
        n => n as usize,
    }
}

/// Whether a searcher lets other threads have the core in this round.
pub fn yields(round: u32, n_workers: usize, n_cores: usize) -> bool {
    n_workers > n_cores || round % 16 == 15
}

/// A worker's core.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Core {
    /// By its place among those that the system lets us use.
    Place(usize),
    /// By its number.
    Number(usize),
}

/// The core of a worker; none if it is not pinned.
pub fn core(policy: &Policy, worker: usize, n_workers: usize, n_cores: usize) -> Option<Core> {
    // The calling thread is worker 0 and not ours to pin; what it starts would inherit that.
    if worker == 0 {
        return None;
    }
    let has_room = n_workers <= n_cores;
    match policy.pin {
        Pin::Compact if has_room => Some(Core::Place(worker)),
        Pin::Spread if has_room => Some(Core::Place(worker * n_cores / n_workers)),
        Pin::Cores(list) => Some(Core::Number(list.of(worker))),
        _ => None,
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn every_other_worker_is_tried_once_a_round() {
        for order in ["random", "round-robin", "last", "near"] {
            let policy: Policy = format!("victim={order}").parse().unwrap();
            for (n, thief) in [(2, 0), (2, 1), (5, 3), (16, 0)] {
                let first = first_victim(&policy, n, thief, 1, 12345);
                let mut victims: Vec<_> = (0..n).map(|step| victim(&policy, n, thief, first, step)).collect();
                victims.sort_unstable();
                victims.dedup();
                victims.retain(|&v| v != thief);
                assert_eq!(victims.len(), n - 1, "{order} {n} {thief}");
            }
        }
    }

    #[test]
    fn workers_are_pinned_to_different_cores_if_there_are_enough() {
        let policy: Policy = "pin=spread".parse().unwrap();
        let cores: Vec<_> = (0..4).map(|worker| core(&policy, worker, 4, 8)).collect();
        assert_eq!(cores, [None, Some(Core::Place(2)), Some(Core::Place(4)), Some(Core::Place(6))]);
        assert_eq!(core(&policy, 1, 4, 2), None);
        let policy: Policy = "pin=cores:7+5".parse().unwrap();
        let cores: Vec<_> = (0..4).map(|worker| core(&policy, worker, 4, 2)).collect();
        assert_eq!(cores, [None, Some(Core::Number(7)), Some(Core::Number(5)), Some(Core::Number(7))]);
    }
}
