//! The order of a recorded run: what each worker ran, and what of the other workers' had ended before.

use crate::trace::Trace;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What each worker runs, in its order, and what it waits for.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// Nodes by worker.
    pub workers: Vec<Vec<u32>>,
    /// Where each node is among those, if it ran: worker, place.
    pub places: Vec<Option<(u32, u32)>>,
    /// By node: other workers, and how many of their nodes end before it begins; only what the worker does not know
    /// from its earlier nodes.
    pub waits: Vec<Vec<(u32, u32)>>,
}

impl Order {
    /// From lists of nodes by worker, with nothing to wait for.
    pub fn new(workers: Vec<Vec<u32>>, n_nodes: usize) -> Self {
        let mut places = vec![None; n_nodes];
        for (worker, list) in workers.iter().enumerate() {
            for (place, &node) in list.iter().enumerate() {
                places[node as usize] = Some((worker as u32, place as u32));
            }
        }
        Order { workers, places, waits: vec![Vec::new(); n_nodes] }
    }

    /// Whether a worker takes part in the replay: it has something to run, or it is the first one, which begins.
    pub fn takes_part(&self, worker: usize) -> bool {
        worker == 0 || !self.workers[worker].is_empty()
    }

    /// The order of a trace. None if its times contradict what comes after what.
    ///
    /// What ended before another node began is waited for. But clocks of different cores differ by some nanoseconds, so
    /// times alone could close a circle; only what also agrees with one line of all nodes counts.
    pub fn of(trace: &Trace) -> Option<Self> {
        let mut workers: Vec<Vec<u32>> = vec![Vec::new(); trace.workers.len()];
        for (node, run) in trace.nodes.iter().enumerate().filter_map(|(node, it)| Some((node, it.run?))) {
            workers[run.worker as usize].push(node as u32);
        }
        let start = |node: u32| trace.nodes[node as usize].run.map_or(0, |run| run.start);
        for list in &mut workers {
            list.sort_by_key(|&node| (start(node), trace.nodes[node as usize].end()));
        }
        let mut order = Order::new(workers, trace.nodes.len());
        let line = order.line(trace)?;
        order.find_waits(trace, &line);
        Some(order)
    }

    /// All nodes in a line, by start as far as causes and the workers' orders allow; each node's place in it.
    fn line(&self, trace: &Trace) -> Option<Vec<u32>> {
        let n = trace.nodes.len();
        let mut after: Vec<Vec<u32>> = vec![Vec::new(); n];
        let mut open = vec![0u32; n];
        let mut arc = |before: u32, next: u32| {
            after[before as usize].push(next);
            open[next as usize] += 1;
        };
        trace.each_arc(&mut arc);
        for list in &self.workers {
            list.windows(2).for_each(|pair| arc(pair[0], pair[1]));
        }
        let time = |node: u32| {
            let it = &trace.nodes[node as usize];
            Reverse((it.run.map_or(it.created, |run| run.start), node))
        };
        let mut heap: BinaryHeap<_> =
            (0..n as u32).filter(|&node| open[node as usize] == 0).map(time).collect();
        let mut line = vec![0; n];
        let mut n_placed = 0;
        while let Some(Reverse((_, node))) = heap.pop() {
            line[node as usize] = n_placed;
            n_placed += 1;
            for &next in &after[node as usize] {
                open[next as usize] -= 1;
                if open[next as usize] == 0 {
                    heap.push(time(next));
                }
            }
        }
        (n_placed as usize == n).then_some(line)
    }

    fn find_waits(&mut self, trace: &Trace, line: &[u32]) {
        let run = |node: u32| trace.nodes[node as usize].run.unwrap_or_default();
        for (worker, list) in self.workers.iter().enumerate() {
            // How many nodes of each other worker have ended, as far as this one knows.
            let mut known = vec![0; self.workers.len()];
            for &node in list {
                for (other, others) in self.workers.iter().enumerate().filter(|&(other, _)| other != worker) {
                    let mut n_ended = known[other];
                    while others.get(n_ended).is_some_and(|&earlier| {
                        run(earlier).end <= run(node).start && line[earlier as usize] < line[node as usize]
                    }) {
                        n_ended += 1;
                    }
                    if n_ended > known[other] {
                        known[other] = n_ended;
                        self.waits[node as usize].push((other as u32, n_ended as u32));
                    }
                }
            }
        }
    }
}
