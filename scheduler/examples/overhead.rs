//! What a node costs, against rayon in the same run: `cargo run --release -p sigil-scheduler --example overhead`.
//!
//! Prints nanoseconds per empty task (medians of 7, interleaved) and the ratio to rayon; for tasks of a microsecond the
//! efficiency: serial work / (min(workers, cores) · time).

use sigil_scheduler::{Context, Job, NodeId, Pool};
use std::hint::black_box;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

const N: u32 = 1_000_000;
const DEPTH: u32 = 19;
const SIDE: u32 = 1000;
const ROUNDS: usize = 7;

#[derive(Clone, Copy)]
enum Task {
    Nothing,
    Chain(u32),
    Fan,
    Part(u32, u32),
    Tree(u32),
    Cell(u32),
    Live,
    Micro,
    Layers,
}

impl Job for Task {
    fn label(&self) -> String {
        String::new()
    }
}

struct Bench {
    cells: Vec<AtomicU8>,
}

impl Bench {
    fn new() -> Self {
        let count = |n: u32| AtomicU8::new(u8::from(n / SIDE > 0) + u8::from(!n.is_multiple_of(SIDE)));
        Bench { cells: (0..SIDE * SIDE).map(count).collect() }
    }

    /// Whether a cell's last neighbour has just come by; it is made ready for the next round.
    fn arrives(&self, cell: u32) -> bool {
        let counter = &self.cells[cell as usize];
        let is_last = counter.fetch_sub(1, Ordering::AcqRel) == 1;
        if is_last {
            counter
                .store(u8::from(cell / SIDE > 0) + u8::from(!cell.is_multiple_of(SIDE)), Ordering::Relaxed);
        }
        is_last
    }

    fn execute(&self, task: &mut Task, cx: &mut Context<'_, Task>) {
        match *task {
            Task::Nothing => {}
            Task::Chain(0) | Task::Tree(0) => {}
            Task::Chain(n) => cx.next(Task::Chain(n - 1)),
            Task::Fan => (0..N).for_each(|_| cx.spawn(Task::Nothing)),
            Task::Part(low, high) => {
                let rest = |r: std::ops::Range<usize>| Task::Part(r.start as u32, r.end as u32);
                cx.split(low as usize..high as usize, rest, |_, at| {
                    black_box(at);
                });
            }
            Task::Tree(n) => {
                cx.spawn(Task::Tree(n - 1));
                cx.next(Task::Tree(n - 1));
            }
            Task::Cell(at) => {
                if at / SIDE + 1 < SIDE && self.arrives(at + SIDE) {
                    cx.spawn(Task::Cell(at + SIDE));
                }
                if at % SIDE + 1 < SIDE && self.arrives(at + 1) {
                    cx.next(Task::Cell(at + 1));
                }
            }
            Task::Live => {
                let mut row: Vec<NodeId> = Vec::new();
                for at in 0..N {
                    let before = if at < SIDE { &row[..0] } else { &row[(at % SIDE) as usize..][..1] };
                    let id = cx.node(Task::Nothing, before);
                    if at < SIDE { row.push(id) } else { row[(at % SIDE) as usize] = id }
                }
            }
            Task::Micro => micro(),
            Task::Layers => {
                let mut layer: Vec<NodeId> = Vec::new();
                let mut seed = 1u64;
                for _ in 0..200 {
                    let next = (0..500).map(|_| {
                        let mut pick = || {
                            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                            layer[(seed >> 33) as usize % layer.len()]
                        };
                        let before: &[NodeId] =
                            if layer.is_empty() { &[] } else { &[pick(), pick(), pick(), pick()] };
                        cx.node(Task::Micro, before)
                    });
                    layer = next.collect();
                }
            }
        }
    }
}

fn micro() {
    let mut x = 1u64;
    for _ in 0..MICRO {
        x = black_box(x.wrapping_mul(3));
    }
}

/// Steps of `micro` in about a microsecond.
const MICRO: u32 = 3600;

fn ours(pool: &mut Pool, bench: &Bench, first: Task) -> Duration {
    let start = Instant::now();
    let report =
        pool.run(|task: &mut Task, cx: &mut Context<'_, Task>| bench.execute(task, cx), |cx| cx.spawn(first));
    assert!(report.is_ok());
    start.elapsed()
}

fn chain<'s>(scope: &rayon::Scope<'s>, n: u32) {
    if n > 0 {
        scope.spawn(move |scope| chain(scope, n - 1));
    }
}

fn tree<'s>(scope: &rayon::Scope<'s>, n: u32) {
    if n > 0 {
        scope.spawn(move |scope| tree(scope, n - 1));
        scope.spawn(move |scope| tree(scope, n - 1));
    }
}

fn cell<'s>(scope: &rayon::Scope<'s>, bench: &'s Bench, at: u32) {
    if at / SIDE + 1 < SIDE && bench.arrives(at + SIDE) {
        scope.spawn(move |scope| cell(scope, bench, at + SIDE));
    }
    if at % SIDE + 1 < SIDE && bench.arrives(at + 1) {
        scope.spawn(move |scope| cell(scope, bench, at + 1));
    }
}

fn join(low: u32, high: u32) {
    if high - low < 2 {
        black_box(low);
    } else {
        let middle = low + (high - low) / 2;
        rayon::join(|| join(low, middle), || join(middle, high));
    }
}

fn theirs(pool: &rayon::ThreadPool, bench: &Bench, first: Task) -> Option<Duration> {
    let start = Instant::now();
    match first {
        Task::Chain(n) => pool.scope(|scope| chain(scope, n)),
        Task::Fan => pool.scope(|scope| (0..N).for_each(|_| scope.spawn(|_| ()))),
        Task::Part(low, high) => pool.install(|| join(low, high)),
        Task::Tree(n) => pool.scope(|scope| tree(scope, n)),
        Task::Cell(at) => pool.scope(|scope| cell(scope, bench, at)),
        _ => return None,
    }
    Some(start.elapsed())
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_nanos() as f64
}

fn main() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let bench = Bench::new();
    let start = Instant::now();
    (0..100_000).for_each(|_| micro());
    let micro_ns = start.elapsed().as_nanos() as f64 / 100_000.0;
    println!("{cores} cores; ns per task, rayon's, and ours / rayon's; a microsecond is {micro_ns:.0} ns");
    let kinds = [
        ("chain", Task::Chain(N), f64::from(N)),
        ("fan-out", Task::Fan, f64::from(N)),
        ("split range / join", Task::Part(0, N), f64::from(N)),
        ("tree", Task::Tree(DEPTH), f64::from(1u32 << (DEPTH + 1))),
        ("wavefront", Task::Cell(0), f64::from(SIDE * SIDE)),
        ("live graph", Task::Live, f64::from(N)),
        ("1 µs graph", Task::Layers, 100_000.0),
    ];
    for workers in [1, 2, 16] {
        let mut pool = Pool::new(workers);
        let rayon = rayon::ThreadPoolBuilder::new().num_threads(workers).build().expect("threads start");
        for (name, task, count) in kinds {
            let (mut a, mut b) = (Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                a.push(ours(&mut pool, &bench, task));
                b.extend(theirs(&rayon, &bench, task));
            }
            let ns = median(a) / count;
            if matches!(task, Task::Layers) {
                let efficiency = micro_ns / (workers.min(cores) as f64 * ns);
                println!("{workers:>2} workers  {name:<20} {ns:>7.1}  efficiency {efficiency:.3}");
            } else if b.is_empty() {
                println!("{workers:>2} workers  {name:<20} {ns:>7.1}");
            } else {
                let peer = median(b) / count;
                println!("{workers:>2} workers  {name:<20} {ns:>7.1} {peer:>7.1}  {:.2}×", ns / peer);
            }
        }
    }
}
