//! Where each worker's time went, to the nanosecond: the parts add up to the run's length.

use super::load::Load;
use super::{Trace, Worker};
use serde::Serialize;

/// Where a worker's time went.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Times {
    /// Running nodes, by kind.
    pub running: Vec<u64>,
    /// Idle while no node was ready but a child process ran.
    pub child: u64,
    /// Looking for work while no node was ready.
    pub starved: u64,
    /// Asleep, or not started yet, while no node was ready.
    pub asleep: u64,
    /// Idle while a node was ready that it had not found yet.
    pub unfound: u64,
    /// Taking nodes from others.
    pub stealing: u64,
    /// Between nodes: ending one, queues, finding the next.
    pub overhead: u64,
}

impl Times {
    /// Without time.
    fn new(n_kinds: usize) -> Self {
        Times { running: vec![0; n_kinds], ..Times::default() }
    }

    /// All running time.
    pub fn busy(&self) -> u64 {
        self.running.iter().sum()
    }

    /// All of it.
    pub fn total(&self) -> u64 {
        self.busy() + self.idle() + self.overhead
    }

    /// All time with nothing to run.
    pub fn idle(&self) -> u64 {
        self.child + self.starved + self.asleep + self.unfound + self.stealing
    }

    /// Adds another worker's.
    pub fn add(&mut self, other: &Times) {
        for (sum, time) in self.running.iter_mut().zip(&other.running) {
            *sum += time;
        }
        self.child += other.child;
        self.starved += other.starved;
        self.asleep += other.asleep;
        self.unfound += other.unfound;
        self.stealing += other.stealing;
        self.overhead += other.overhead;
    }

    /// The causes of time that was not spent running, with their names.
    pub fn causes(&self) -> [(&'static str, u64); 6] {
        [
            ("waiting for a child process", self.child),
            ("no ready node, looking", self.starved),
            ("no ready node, asleep", self.asleep),
            ("ready node not yet found", self.unfound),
            ("stealing", self.stealing),
            ("overhead between nodes", self.overhead),
        ]
    }
}

/// Each worker's times.
pub fn account(trace: &Trace, load: &Load) -> Vec<Times> {
    let mut runs = vec![Vec::new(); trace.workers.len()];
    for node in &trace.nodes {
        if let Some(run) = node.run {
            runs[run.worker as usize].push((run.start, run.end, node.kind as usize));
        }
    }
    let n_kinds = trace.nodes.iter().map(|node| node.kind as usize + 1).max().unwrap_or(0);
    let n_kinds = n_kinds.max(trace.head.kinds.len());
    let workers = trace.workers.iter().zip(runs).enumerate();
    workers
        .map(|(number, (worker, runs))| one(trace.head.wall, number, worker, runs, n_kinds, load))
        .collect()
}

fn one(
    wall: u64,
    number: usize,
    worker: &Worker,
    mut runs: Vec<(u64, u64, usize)>,
    n_kinds: usize,
    load: &Load,
) -> Times {
    let mut times = Times::new(n_kinds);
    runs.sort_unstable();
    let first_run = runs.first().map_or(wall, |run| run.0);
    let first = worker.searches.first().map_or(first_run, |search| search.0.min(first_run));
    let mut marks = Marks::new(worker);
    if number > 0 {
        // Not started yet.
        marks.parks.insert(0, (0, first));
    }
    let mut now = 0;
    for (start, end, kind) in runs {
        let start = start.clamp(now, wall);
        let end = end.clamp(start, wall);
        marks.gap(now, start, load, &mut times);
        times.running[kind] += end - start;
        now = end;
    }
    marks.gap(now, wall, load, &mut times);
    times
}

type Span = (u64, u64);

/// What a worker noted about times without work, each list in order.
struct Marks {
    steals: Vec<Span>,
    parks: Vec<Span>,
    searches: Vec<Span>,
    /// How many of each lie behind.
    passed: [usize; 3],
}

impl Marks {
    fn new(worker: &Worker) -> Self {
        let sorted = |mut spans: Vec<Span>| {
            spans.sort_unstable();
            spans
        };
        Marks {
            steals: sorted(worker.steals.iter().map(|&(start, end, ..)| (start, end)).collect()),
            parks: sorted(worker.parks.clone()),
            searches: sorted(worker.searches.clone()),
            passed: [0; 3],
        }
    }

    /// Accounts for a time in which no node ran.
    fn gap(&mut self, start: u64, end: u64, load: &Load, times: &mut Times) {
        let [steals, parks, searches] = &mut self.passed;
        let steals = within(&self.steals, steals, start, end);
        let parks = within(&self.parks, parks, start, end);
        let searches = within(&self.searches, searches, start, end);
        let mut now = start;
        while now < end {
            let (steal, until_steal) = at(steals, now, end);
            let (park, until_park) = at(parks, now, end);
            let (search, until_search) = at(searches, now, end);
            let until = until_steal.min(until_park).min(until_search);
            if steal {
                times.stealing += until - now;
            } else if park || search {
                load.each(now, until, |step, time| {
                    let part = match step {
                        step if step.ready > 0 => &mut times.unfound,
                        step if step.children > 0 => &mut times.child,
                        _ if park => &mut times.asleep,
                        _ => &mut times.starved,
                    };
                    *part += time;
                });
            } else {
                times.overhead += until - now;
            }
            now = until;
        }
    }
}

/// The spans that may meet an interval; `passed` goes past those that end before it.
fn within<'a>(spans: &'a [Span], passed: &mut usize, start: u64, end: u64) -> &'a [Span] {
    while spans.get(*passed).is_some_and(|span| span.1 <= start) {
        *passed += 1;
    }
    let rest = &spans[*passed..];
    &rest[..rest.partition_point(|span| span.0 < end)]
}

/// Whether a moment lies in a span, and until when that stays so.
fn at(spans: &[Span], now: u64, end: u64) -> (bool, u64) {
    match spans.iter().find(|span| span.1 > now) {
        Some(&(start, until)) if start <= now => (true, until.min(end)),
        Some(&(start, _)) => (false, start.min(end)),
        None => (false, end),
    }
}
