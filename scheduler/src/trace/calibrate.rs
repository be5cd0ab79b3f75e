//! What the scheduler's own work costs on the machine at hand: measured on the pool itself, from records of small runs.

use super::account::account;
use super::costs::{Costs, middle, steal_times};
use super::load::Load;
use super::{Recording, Trace};
use crate::deque::{Deque, Owner};
use crate::{Context, Job, Pool};
use serde::{Deserialize, Serialize};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// What was measured. Times are nanoseconds.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Measured {
    /// To put a node into one's own queue.
    pub push: f64,
    /// To take one from it.
    pub pop: f64,
    /// To make a node without edges, its push included. Recorded work of its maker holds this already.
    pub make: f64,
    /// What the simulation uses.
    pub costs: Costs,
}

/// Runs of each kind; their medians count.
const RUNS: usize = 9;
/// Nodes of a run that makes and ends nodes.
const NODES: u64 = 20_000;
/// Wakes of a run; of more nodes, not all times would be recorded exactly.
const WAKES: u64 = 7;
/// Long enough for a worker to give up and fall asleep.
const ASLEEP: Duration = Duration::from_micros(500);
/// Long enough for it to wake.
const AWAKE: Duration = Duration::from_micros(300);
/// How long a task is that is worth a steal.
const TASK: Duration = Duration::from_micros(3);

enum Probe {
    /// Makes many nodes that do nothing.
    Many,
    /// Makes a node now and then, when nobody else is awake.
    Trickle,
    /// Makes nodes for others to steal.
    Share,
    Nothing,
    Spin,
}

impl Job for Probe {
    fn label(&self) -> String {
        String::new()
    }
}

fn spin(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        std::hint::spin_loop();
    }
}

/// Measures for about a tenth of a second. On a machine with one core, what two workers do to one another cannot be
/// measured and is taken from measurements elsewhere.
pub fn calibrate() -> Measured {
    let (push, pop) = queue();
    let (make, node) = node();
    let mut costs = Costs { node, ..Costs::USUAL };
    if std::thread::available_parallelism().map_or(1, usize::from) > 1 {
        let trickles: Vec<Trace> = (0..RUNS).map(|_| record(2, Probe::Trickle)).collect();
        let wakes: Vec<Wake> = trickles.iter().flat_map(wakes).collect();
        let of = |is_first: bool, get: fn(&Wake) -> u64, usual: u64| {
            let times = wakes.iter().filter(|wake| wake.is_first == is_first).map(get);
            middle(times.collect()).unwrap_or(usual)
        };
        costs.wake = of(false, |wake| wake.delay, costs.wake);
        costs.waking = of(false, |wake| wake.cost, costs.waking);
        costs.start = of(true, |wake| wake.delay, costs.start);
        costs.starting = of(true, |wake| wake.cost, costs.starting);
        costs.round = middle(trickles.iter().filter_map(round).collect()).unwrap_or(costs.round);
        let steals = (0..RUNS).flat_map(|_| steal_times(&record(2, Probe::Share)));
        costs.steal = middle(steals.collect()).unwrap_or(costs.steal);
    }
    Measured { push, pop, make, costs }
}

/// Nanoseconds to push and to pop.
fn queue() -> (f64, f64) {
    let time = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed().as_nanos() as u64
    };
    let (mut pushes, mut pops) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let deque = Deque::new();
        let mut owner = Owner::new(&deque, false);
        let mut all = |owner: &mut Owner<'_>| {
            pushes.push(time(&mut || (0..NODES as u32).for_each(|item| owner.push(black_box(item)))));
            pops.push(time(&mut || while black_box(owner.pop()).is_some() {}));
        };
        all(&mut owner);
        // The first time, the queue grows.
        all(&mut owner);
    }
    let each = |times: Vec<u64>| times.into_iter().min().unwrap_or(0) as f64 / NODES as f64;
    (each(pushes), each(pops))
}

/// Nanoseconds to make a node, and between two nodes.
fn node() -> (f64, u64) {
    let (mut makes, mut gaps) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let trace = record(1, Probe::Many);
        let times = account(&trace, &Load::new(&trace));
        makes.push(trace.nodes[0].duration());
        gaps.push(times[0].overhead / NODES);
    }
    (middle(makes).unwrap_or(0) as f64 / NODES as f64, middle(gaps).unwrap_or(0))
}

/// A wake of a run.
struct Wake {
    /// Whether it started a thread.
    is_first: bool,
    /// Until the woken worker looked.
    delay: u64,
    /// What it cost the one that woke.
    cost: u64,
}

/// The wakes of a run: each was for a node of its own.
fn wakes(trace: &Trace) -> Vec<Wake> {
    let [maker, woken] = &trace.workers[..] else { return Vec::new() };
    let first = woken.searches.first().map(|search| search.0);
    let of = |node: &super::Node| {
        let made = node.created;
        let asleep = woken.parks.iter().find(|park| park.0 < made && made < park.1).map(|park| park.1);
        let end = asleep.or(first.filter(|&first| made < first))?;
        let noted = *maker.wakes.iter().find(|&&wake| wake >= made)?;
        Some(Wake { is_first: asleep.is_none(), delay: end - made, cost: noted - made })
    };
    trace.nodes.iter().filter_map(of).collect()
}

/// The length of a round of a search that nothing came of.
fn round(trace: &Trace) -> Option<u64> {
    let rounds = u64::from(crate::Policy::default().spins) + 1;
    let worker = trace.workers.last()?;
    let given_up = worker.searches.iter().filter_map(|&(start, end)| {
        let park = worker.parks.iter().find(|park| start <= park.0 && park.1 <= end)?;
        Some((park.0 - start) / rounds)
    });
    middle(given_up.collect())
}

/// A recorded run of what a probe makes.
fn record(workers: usize, first: Probe) -> Trace {
    let execute = |probe: &mut Probe, cx: &mut Context<'_, Probe>| match probe {
        Probe::Nothing => {}
        Probe::Spin => spin(TASK),
        Probe::Many => (0..NODES).for_each(|_| cx.spawn(Probe::Nothing)),
        Probe::Share => {
            (0..200).for_each(|_| cx.spawn(Probe::Spin));
            spin(AWAKE);
        }
        Probe::Trickle => {
            for _ in 0..WAKES {
                spin(ASLEEP);
                cx.spawn(Probe::Nothing);
                spin(AWAKE);
            }
        }
    };
    let mut pool = Pool::new(workers);
    pool.set_recording(true);
    let recording: Option<Recording> = pool.run(execute, |cx| cx.spawn(first)).recording;
    recording.map(|recording| recording.trace(&[""], |_, _| String::new())).unwrap_or_default()
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn everything_costs_something() {
        let measured = calibrate();
        assert!(measured.push > 0.0 && measured.pop > 0.0 && measured.make > 0.0, "{measured:?}");
        let costs = measured.costs;
        assert!(costs.wake > 0 && costs.steal > 0 && costs.round > 0, "{measured:?}");
    }
}
