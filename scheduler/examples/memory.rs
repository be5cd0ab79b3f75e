//! What nodes keep in memory: `cargo run --release -p sigil-scheduler --example memory`.
//!
//! Ten million nodes pass through the pool, at most 10,000 of them unfinished at a time; then a chain of ten million.
//! Prints how much the resident memory grew at its peak.

use sigil_scheduler::{Context, Job, Pool};

const N: u32 = 10_000_000;
const UNFINISHED: u32 = 10_000;

enum Step {
    /// Makes so many nodes, then the next batch after them.
    Batch(u32),
    Chain(u32),
    Nothing,
}

impl Job for Step {
    fn label(&self) -> String {
        String::new()
    }
}

fn run(step: &mut Step, cx: &mut Context<'_, Step>) {
    match *step {
        Step::Nothing | Step::Batch(0) | Step::Chain(0) => {}
        Step::Chain(left) => _ = cx.node(Step::Chain(left - 1), &[]),
        Step::Batch(left) => {
            let nodes: Vec<_> = (1..UNFINISHED).map(|_| cx.node(Step::Nothing, &[])).collect();
            cx.node(Step::Batch(left - 1), &nodes);
        }
    }
}

/// The largest resident size so far, in KiB; zero where the system does not tell.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

fn main() {
    for workers in [1, 2, 16] {
        let mut pool = Pool::new(workers);
        for (name, first) in [("batches", Step::Batch(N / UNFINISHED)), ("chain", Step::Chain(N))] {
            let before = peak();
            let report = pool.run(run, |cx| cx.spawn(first));
            assert!(report.is_ok());
            let (count, grown) = (report.total().run, peak() - before);
            println!("{workers:>2} workers  {name:<8} {count} nodes, peak + {grown} KiB");
        }
    }
}
