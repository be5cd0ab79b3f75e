//! How small may tasks be? The minimum effective task granularity: the size of a task at which half (or 95%) of the
//! workers' time is work (Slaughter and others, Task Bench, SC 2020).
//!
//! Efficiency is the time of the same spinning without any scheduler / (workers x time), both taken in the same round.
//! Sizes are halved from 64 us on; between the last one that reaches the efficiency and the next, the size is interpolated.

use clap::Parser;
use rayon::{Scope, ThreadPool, ThreadPoolBuilder};
use serde_json::{Value, json};
use sigil_benches::measure::{Failure, exit, median, table};
use sigil_driver::results::{Better, Measure, Results};
use sigil_driver::tune::spin::Spinner;
use sigil_scheduler::{Context, Job, NodeId, Pool};
use std::process::ExitCode;
use std::time::Instant;

/// Prints the task sizes at which the scheduler reaches 50% and 95% efficiency
#[derive(Parser)]
struct Arguments {
    /// For scripts
    #[arg(long)]
    json: bool,
    /// Times that each size is measured
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Numbers of workers; not more than there are cores
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2])]
    workers: Vec<usize>,
}

/// Sizes of tasks in nanoseconds.
const LARGEST: f64 = 64_000.0;
const HALVINGS: u32 = 11;
/// The work of one measurement, a worker: enough to outlast the start of all workers.
const WORK: f64 = 10e6;
const MOST_TASKS: usize = 100_032;
/// Columns of the stencil.
const WIDTH: usize = 64;
/// What is asked for.
const GOALS: [f64; 2] = [0.5, 0.95];

/// Which tasks there are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pattern {
    /// One task makes all others, which do not depend on each other.
    Independent,
    /// Rows: each task comes after three of the row before; all are made beforehand, and that counts.
    Stencil,
    /// Each task makes two.
    Tree,
}

/// Who runs them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Runner {
    Ours,
    Rayon,
}

const CONTENDERS: [(&str, Pattern, Runner); 5] = [
    ("independent, ours", Pattern::Independent, Runner::Ours),
    ("independent, rayon", Pattern::Independent, Runner::Rayon),
    ("tree, ours", Pattern::Tree, Runner::Ours),
    ("tree, rayon", Pattern::Tree, Runner::Rayon),
    ("stencil, ours", Pattern::Stencil, Runner::Ours),
];

/// A contender with a number of workers.
struct Curve {
    name: String,
    /// By size: efficiencies of all rounds.
    efficiencies: Vec<Vec<f64>>,
}

/// A task.
enum Task {
    Spin,
    /// Makes the others.
    Make(usize),
    /// A tree of so many.
    Tree(usize),
}

impl Job for Task {
    fn label(&self) -> String {
        "task".to_owned()
    }
}

fn main() -> ExitCode {
    exit(measure(&Arguments::parse()))
}

fn measure(arguments: &Arguments) -> Result<(), Failure> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let spinner = Spinner::calibrate();
    let mut curves = Vec::new();
    for &workers in arguments.workers.iter().filter(|&&workers| (1..=cores).contains(&workers)) {
        let rayon = ThreadPoolBuilder::new().num_threads(workers).build();
        let rayon = rayon.map_err(|error| format!("rayon: {error}"))?;
        curves.extend(of_workers(workers, arguments.rounds.max(1), spinner, &mut Pool::new(workers), &rayon));
    }
    if arguments.json {
        let measures = curves.iter().flat_map(measures).collect();
        print!("{}", Results::new("metg", measures, curves.iter().map(details).collect()).to_json());
    } else {
        print!("{}", as_text(&curves));
    }
    Ok(())
}

/// Nanoseconds.
fn sizes() -> Vec<f64> {
    (0..HALVINGS).map(|n| LARGEST / f64::from(1 << n)).collect()
}

/// In turns, so that a slow second of the machine spoils no single size.
fn of_workers(
    workers: usize,
    rounds: usize,
    spinner: Spinner,
    pool: &mut Pool,
    rayon: &ThreadPool,
) -> Vec<Curve> {
    let curve = |(name, ..): &(&str, Pattern, Runner)| Curve {
        name: format!("{name}, {workers} workers"),
        efficiencies: vec![Vec::new(); HALVINGS as usize],
    };
    let mut curves: Vec<Curve> = CONTENDERS.iter().map(curve).collect();
    for round in 0..=rounds {
        for (at, size) in sizes().into_iter().enumerate() {
            let count = ((WORK * workers as f64 / size) as usize).min(MOST_TASKS) / WIDTH * WIDTH;
            let spin = || spinner.spin(size as u64);
            let serial = seconds(|| (0..count).for_each(|_| spin()));
            for ((_, pattern, runner), curve) in CONTENDERS.iter().zip(&mut curves) {
                let time = seconds(|| match runner {
                    Runner::Ours => on_ours(pool, *pattern, count, &spin),
                    Runner::Rayon => on_rayon(rayon, *pattern, count, &spin),
                });
                if round > 0 {
                    curve.efficiencies[at].push(serial / (time * workers as f64));
                }
            }
        }
    }
    curves
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn on_ours(pool: &mut Pool, pattern: Pattern, count: usize, spin: &(dyn Fn() + Sync)) {
    let job = |task: &mut Task, cx: &mut Context<'_, Task>| match *task {
        Task::Spin => spin(),
        Task::Make(count) => (0..count).for_each(|_| cx.spawn(Task::Spin)),
        Task::Tree(count) => {
            let (left, right) = halves(count);
            [left, right].into_iter().filter(|&half| half > 0).for_each(|half| cx.spawn(Task::Tree(half)));
            spin();
        }
    };
    let report = pool.run(job, |cx| match pattern {
        Pattern::Independent => cx.spawn(Task::Make(count)),
        Pattern::Tree => cx.spawn(Task::Tree(count)),
        Pattern::Stencil => make_stencil(cx, count),
    });
    assert!(report.is_ok(), "nothing here fails");
}

/// What a tree of so many tasks has below its first one.
fn halves(count: usize) -> (usize, usize) {
    ((count - 1) / 2, count - 1 - (count - 1) / 2)
}

fn make_stencil(cx: &mut Context<'_, Task>, count: usize) {
    let mut row: Vec<NodeId> = (0..WIDTH).map(|_| cx.node(Task::Spin, &[])).collect();
    for _ in 1..count / WIDTH {
        let next = |at: usize| {
            let (from, to) = (at.saturating_sub(1), (at + 2).min(WIDTH));
            cx.node(Task::Spin, &row[from..to])
        };
        row = (0..WIDTH).map(next).collect();
    }
}

fn on_rayon(pool: &ThreadPool, pattern: Pattern, count: usize, spin: &(dyn Fn() + Sync)) {
    fn tree<'s>(scope: &Scope<'s>, count: usize, spin: &'s (dyn Fn() + Sync)) {
        let (left, right) = halves(count);
        for half in [left, right].into_iter().filter(|&half| half > 0) {
            scope.spawn(move |scope| tree(scope, half, spin));
        }
        spin();
    }
    pool.scope(|scope| match pattern {
        Pattern::Tree => tree(scope, count, spin),
        Pattern::Independent | Pattern::Stencil => (0..count).for_each(|_| scope.spawn(|_| spin())),
    });
}

impl Curve {
    /// By size.
    fn medians(&self) -> Vec<f64> {
        self.efficiencies.iter().map(|all| median(all)).collect()
    }

    /// The size of a task from which on this efficiency is reached, in nanoseconds; none if the largest one is too small.
    fn granularity(&self, goal: f64) -> Option<f64> {
        granularity(&sizes(), &self.medians(), goal)
    }
}

/// Of efficiencies by size, the largest size first.
fn granularity(sizes: &[f64], efficiencies: &[f64], goal: f64) -> Option<f64> {
    let first_below = efficiencies.iter().position(|&it| it < goal).unwrap_or(sizes.len());
    let last = first_below.checked_sub(1)?;
    if first_below == sizes.len() {
        return Some(sizes[last]);
    }
    let part = (efficiencies[last] - goal) / (efficiencies[last] - efficiencies[first_below]);
    Some(sizes[last] * (sizes[first_below] / sizes[last]).powf(part))
}

fn as_text(curves: &[Curve]) -> String {
    let smallest = sizes().last().copied().unwrap_or(0.0);
    let micros = |size: f64| format!("{:.2}", size / 1e3);
    let mut head = vec!["efficiency, task of".to_owned()];
    head.extend(sizes().into_iter().rev().map(|size| format!("{} us", micros(size))));
    head.extend(GOALS.map(|goal| format!("METG {:.0}% us", goal * 100.0)));
    let row = |curve: &Curve| {
        let mut row = vec![curve.name.clone()];
        row.extend(curve.medians().iter().rev().map(|it| format!("{it:.2}")));
        row.extend(GOALS.map(|goal| match curve.granularity(goal) {
            None => "above all".to_owned(),
            Some(size) if size <= smallest => format!("below {}", micros(smallest)),
            Some(size) => micros(size),
        }));
        row
    };
    let rows: Vec<Vec<String>> = curves.iter().map(row).collect();
    table(&head.iter().map(String::as_str).collect::<Vec<_>>(), &rows)
}

fn measures(curve: &Curve) -> Vec<Measure> {
    let of = |(size, efficiencies): (f64, &Vec<f64>)| {
        Measure::new(format!("{}, tasks of {size} ns", curve.name), "efficiency", Better::More, efficiencies)
    };
    sizes().into_iter().zip(&curve.efficiencies).map(of).collect()
}

fn details(curve: &Curve) -> Value {
    json!({
        "name": curve.name,
        "metg_nanoseconds": GOALS.map(|goal| json!({ "efficiency": goal, "size": curve.granularity(goal) })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn granularity_is_where_the_curve_crosses() {
        let sizes = [400.0, 200.0, 100.0];
        assert_eq!(granularity(&sizes, &[0.9, 0.6, 0.4], 0.5).map(f64::round), Some(141.0));
        assert_eq!(granularity(&sizes, &[0.9, 0.8, 0.7], 0.5), Some(100.0));
        assert_eq!(granularity(&sizes, &[0.4, 0.3, 0.2], 0.5), None);
    }

    #[test]
    fn every_pattern_has_all_its_tasks() {
        let count = |pattern, runner| {
            let spun = std::sync::atomic::AtomicUsize::new(0);
            let spin = || {
                spun.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            };
            match runner {
                Runner::Ours => on_ours(&mut Pool::new(2), pattern, 4 * WIDTH, &spin),
                Runner::Rayon => on_rayon(
                    &ThreadPoolBuilder::new().num_threads(2).build().expect("threads"),
                    pattern,
                    4 * WIDTH,
                    &spin,
                ),
            }
            spun.into_inner()
        };
        for (name, pattern, runner) in CONTENDERS {
            assert_eq!(count(pattern, runner), 4 * WIDTH, "{name}");
        }
    }
}
