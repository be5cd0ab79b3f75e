//! What recording costs: `cargo run --release -p sigil-scheduler --example recording`.
//!
//! Runs 20,000 tasks of about a microsecond with and without recording in turn, and prints the least time of each: once
//! in 40 layers with 4 edges to a node, once without edges.

use sigil_scheduler::{Context, Job, NodeId, Pool};
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: usize = 60;
const LAYERS: usize = 40;
const WIDTH: usize = 500;

enum Task {
    /// Makes all others in layers.
    Layers,
    /// Makes all others.
    Spawn,
    Micro,
}

impl Job for Task {
    fn label(&self) -> String {
        String::new()
    }
}

fn execute(task: &mut Task, cx: &mut Context<'_, Task>) {
    match task {
        Task::Layers => layers(cx),
        Task::Spawn => (0..LAYERS * WIDTH).for_each(|_| cx.spawn(Task::Micro)),
        Task::Micro => _ = black_box((0..3600).fold(1u64, |x, _| black_box(x.wrapping_mul(3)))),
    }
}

fn layers(cx: &mut Context<'_, Task>) {
    let mut layer: Vec<NodeId> = Vec::new();
    let mut seed = 1u64;
    for _ in 0..LAYERS {
        let next = (0..WIDTH).map(|_| {
            let mut pick = || {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                layer[(seed >> 33) as usize % layer.len()]
            };
            let before: &[NodeId] = if layer.is_empty() { &[] } else { &[pick(), pick(), pick(), pick()] };
            cx.node(Task::Micro, before)
        });
        layer = next.collect();
    }
}

fn compare(workers: usize, name: &str, first: fn() -> Task) {
    let mut pool = Pool::new(workers);
    let mut least = [Duration::MAX; 2];
    for round in 0..2 * ROUNDS {
        pool.set_recording(round % 2 == 1);
        let start = Instant::now();
        assert!(pool.run(execute, |cx| cx.spawn(first())).is_ok());
        least[round % 2] = least[round % 2].min(start.elapsed());
    }
    let [off, on] = least.map(|time| time.as_nanos() as f64 / (LAYERS * WIDTH) as f64);
    let more = (on / off - 1.0) * 100.0;
    println!("{workers} workers, {name}: {off:.1} ns a task, recorded {on:.1} ns: {more:+.1}%");
}

fn main() {
    for workers in [1, 2] {
        compare(workers, "4 edges each", || Task::Layers);
        compare(workers, "no edges", || Task::Spawn);
    }
}
