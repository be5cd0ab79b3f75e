//! Random graphs against what must hold of them: every job ran once, after all that it comes after.

use sigil_scheduler::{Capture, Closure, Context, Job, NodeId, Policy, Pool};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

const WORKERS: [usize; 6] = [1, 2, 3, 4, 8, 16];

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % bound as u64) as usize
    }
}

/// A task of a random graph.
#[derive(Clone, Copy)]
enum Task {
    /// Runs a vertex.
    Vertex(usize),
    /// Makes the nodes of all vertices, in order.
    Build,
}

impl Job for Task {
    fn label(&self) -> String {
        match self {
            Task::Vertex(v) => format!("vertex {v}"),
            Task::Build => "build".into(),
        }
    }

    fn weight(&self) -> u32 {
        match self {
            Task::Vertex(v) => *v as u32 % 3,
            Task::Build => 1,
        }
    }
}

struct Graph {
    before: Vec<Vec<usize>>,
    panics: Vec<bool>,
    runs: Vec<AtomicU32>,
    ended: Vec<AtomicBool>,
    early: AtomicUsize,
}

impl Graph {
    fn random(seed: u64, panics: bool) -> Graph {
        let mut random = Random(seed);
        let n = 1 + random.below(120);
        let before = (0..n)
            .map(|v| {
                let degree = if v == 0 { 0 } else { random.below(8.min(v + 1)) };
                (0..degree).map(|_| random.below(v)).collect()
            })
            .collect();
        let panics = (0..n).map(|_| panics && random.below(20) == 0).collect();
        Graph {
            before,
            panics,
            runs: (0..n).map(|_| AtomicU32::new(0)).collect(),
            ended: (0..n).map(|_| AtomicBool::new(false)).collect(),
            early: AtomicUsize::new(0),
        }
    }

    fn vertex(&self, v: usize) {
        self.runs[v].fetch_add(1, Ordering::Relaxed);
        if self.before[v].iter().any(|&b| !self.ended[b].load(Ordering::Relaxed)) {
            self.early.fetch_add(1, Ordering::Relaxed);
        }
        if self.panics[v] {
            std::panic::resume_unwind(Box::new("on purpose"));
        }
        self.ended[v].store(true, Ordering::Relaxed);
    }

    fn build(&self, seed: u64, cx: &mut Context<'_, Task>) {
        let mut random = Random(seed ^ 0xABCD);
        let mut ids: Vec<NodeId> = Vec::new();
        let mut held = Vec::new();
        for (v, before) in self.before.iter().enumerate() {
            let after: Vec<_> = before.iter().map(|&b| ids[b]).collect();
            match random.below(3) {
                0 => ids.push(cx.node(Task::Vertex(v), &after)),
                1 => {
                    let id = cx.held(Task::Vertex(v), &after[..after.len() / 2]);
                    for &before in &after[after.len() / 2..] {
                        assert!(cx.edge(before, id));
                    }
                    held.push(id);
                    ids.push(id);
                }
                _ => {
                    let event = cx.event();
                    for &before in &after {
                        assert!(cx.edge(before, event));
                    }
                    assert!(cx.complete(event));
                    assert!(!cx.complete(event));
                    ids.push(cx.node(Task::Vertex(v), &[event]));
                }
            }
        }
        let handle = cx.handle();
        for (at, id) in held.into_iter().enumerate() {
            if at % 2 == 0 { handle.complete(id) } else { assert!(cx.complete(id)) }
        }
    }
}

fn check(seed: u64, pool: &mut Pool, panics: bool) {
    let graph = Graph::random(seed, panics);
    let execute = |task: &mut Task, cx: &mut Context<'_, Task>| match *task {
        Task::Vertex(v) => graph.vertex(v),
        Task::Build => graph.build(seed, cx),
    };
    let report =
        pool.run(
            execute,
            |cx| if seed.is_multiple_of(2) { graph.build(seed, cx) } else { cx.spawn(Task::Build) },
        );
    let context = format!("seed {seed}, {} workers, policy {}", pool.n_workers(), pool.policy());
    assert!(report.stalled.is_empty(), "{context}: {:?}", report.stalled);
    assert_eq!(graph.early.load(Ordering::Relaxed), 0, "{context}: ran too early");
    let mut poisoned: Vec<bool> = Vec::new();
    let (mut n_panics, mut n_skipped) = (0, 0);
    for (v, before) in graph.before.iter().enumerate() {
        let is_skipped = before.iter().any(|&b| poisoned[b]);
        let expected = u32::from(!is_skipped);
        assert_eq!(graph.runs[v].load(Ordering::Relaxed), expected, "{context}: runs of vertex {v}");
        let is_panicking = !is_skipped && graph.panics[v];
        n_skipped += usize::from(is_skipped);
        n_panics += usize::from(is_panicking);
        poisoned.push(is_skipped || is_panicking);
    }
    assert_eq!((report.panics.len(), report.skipped.len()), (n_panics, n_skipped), "{context}");
}

#[test]
fn random_graphs_run_in_order_and_once() {
    for workers in WORKERS {
        let mut pool = Pool::new(workers);
        for seed in 0..150 {
            check(seed, &mut pool, false);
        }
    }
}

#[test]
fn panics_skip_what_depends_on_them_and_nothing_else() {
    for workers in WORKERS {
        let mut pool = Pool::new(workers);
        for seed in 0..100 {
            check(seed, &mut pool, true);
        }
    }
}

#[test]
fn every_policy_runs_every_graph() {
    for text in [
        "order=fifo,steal=one",
        "run-next=off,victim=round-robin,injector=1",
        "victim=near,spins=0",
        "victim=last,searchers=4",
        "priorities=on",
        "pin=compact",
    ] {
        let mut pool = Pool::with_policy(3, text.parse().unwrap());
        for seed in 0..40 {
            check(seed, &mut pool, seed % 3 == 0);
        }
    }
}

#[test]
fn chaos_runs_every_graph() {
    for seed in 0..60 {
        for kind in ["serial", "threads"] {
            let policy: Policy = format!("chaos={kind}:{seed}").parse().unwrap();
            check(seed, &mut Pool::with_policy(4, policy), seed % 3 == 0);
        }
    }
}

#[test]
fn serial_chaos_is_reproduced_by_its_seed() {
    let order = |seed: u64| {
        let order = Mutex::new(Vec::new());
        let policy = format!("chaos=serial:{seed}").parse().unwrap();
        let run = |task: &mut Task, _: &mut Context<'_, Task>| {
            if let Task::Vertex(v) = *task {
                order.lock().unwrap().push(v);
            }
        };
        let report =
            Pool::with_policy(4, policy).run(run, |cx| (0..20).for_each(|v| cx.spawn(Task::Vertex(v))));
        assert!(report.is_ok());
        order.into_inner().unwrap()
    };
    assert_eq!(order(7), order(7));
    assert_ne!(order(7), order(8));
}

#[test]
fn thousands_of_tiny_runs() {
    let mut pool = Pool::new(4);
    for n in 0..3000 {
        let count = AtomicUsize::new(0);
        let run = |task: &mut Task, cx: &mut Context<'_, Task>| {
            count.fetch_add(1, Ordering::Relaxed);
            if let Task::Vertex(v) = *task
                && v > 0
            {
                cx.spawn(Task::Vertex(v - 1));
            }
        };
        assert!(pool.run(run, |cx| cx.spawn(Task::Vertex(n % 5))).is_ok());
        assert_eq!(count.into_inner(), n % 5 + 1);
    }
    assert!(pool.run(|_: &mut Task, _: &mut Context<'_, Task>| {}, |_| {}).is_ok());
}

/// Runs of other job types, some of the same size, and failed ones, follow each other on one pool.
#[test]
fn runs_take_over_each_others_memory() {
    struct Small(u64);
    impl Job for Small {
        fn label(&self) -> String {
            "small".into()
        }
    }
    struct Dropped<'a>(&'a AtomicUsize);
    impl Job for Dropped<'_> {
        fn label(&self) -> String {
            "dropped".into()
        }
    }
    impl Drop for Dropped<'_> {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    for workers in WORKERS {
        let mut pool = Pool::new(workers);
        for round in 0..6 {
            let sum = std::sync::atomic::AtomicU64::new(0);
            let add = |Small(n): &mut Small, _: &mut Context<'_, Small>| {
                sum.fetch_add(*n, Ordering::Relaxed);
                assert!(round != 3 || *n != 50, "planned");
            };
            let report = pool.run(add, |cx| {
                let mut last = cx.node(Small(0), &[]);
                (1..100).for_each(|n| last = cx.node(Small(n), &[last]));
            });
            let runs = if round == 3 { 51 } else { 100 };
            assert_eq!(
                (report.total().run, report.skipped.len() as u64),
                (runs, 100 - runs),
                "{workers} {round}"
            );
            assert_eq!(sum.into_inner(), runs * (runs - 1) / 2);

            let count = AtomicUsize::new(0);
            let report = pool.run(
                |_: &mut Dropped<'_>, _: &mut Context<'_, Dropped<'_>>| {},
                |cx| {
                    let first: Vec<_> = (0..9).map(|_| cx.node(Dropped(&count), &[])).collect();
                    (0..200).for_each(|_| _ = cx.node(Dropped(&count), &first));
                },
            );
            assert!(report.is_ok() && report.total().run == 209);
            assert_eq!(count.into_inner(), 209);
            if round == 4 {
                pool.release_memory();
            }
        }
    }
}

#[test]
fn split_ranges_cover_everything_once() {
    enum Part {
        Range(std::ops::Range<usize>),
    }
    impl Job for Part {
        fn label(&self) -> String {
            "part".into()
        }
    }
    for workers in WORKERS {
        let counts: Vec<_> = (0..5000).map(|_| AtomicU32::new(0)).collect();
        let run = |Part::Range(range): &mut Part, cx: &mut Context<'_, Part>| {
            cx.split(range.clone(), Part::Range, |_, at| {
                counts[at].fetch_add(1, Ordering::Relaxed);
            });
        };
        assert!(Pool::new(workers).run(run, |cx| cx.spawn(Part::Range(0..5000))).is_ok());
        assert!(counts.iter().all(|count| count.load(Ordering::Relaxed) == 1));
    }
}

#[test]
fn a_chain_of_children_processes_holds_no_worker() {
    let outputs = Mutex::new(Vec::new());
    let report = Pool::new(1).run(Closure::run, |cx| {
        for n in 0..8 {
            let slot = std::sync::Arc::new(std::sync::OnceLock::new());
            let (filled, outputs) = (slot.clone(), &outputs);
            let mut command = std::process::Command::new("sh");
            command.args(["-c", &format!("echo {n}; exit {n}")]);
            let then = Closure::new(format!("after {n}"), move |_| {
                let output: &std::io::Result<std::process::Output> = slot.get().unwrap();
                let output = output.as_ref().unwrap();
                assert_eq!(output.status.code(), Some(n));
                outputs.lock().unwrap().push(String::from_utf8(output.stdout.clone()).unwrap());
            });
            let on_end = move |result| assert!(filled.set(result).is_ok());
            cx.child(command, Capture::Output, on_end, then);
        }
    });
    assert!(report.is_ok(), "{report:?}");
    let mut outputs = outputs.into_inner().unwrap();
    outputs.sort();
    assert_eq!(outputs, (0..8).map(|n| format!("{n}\n")).collect::<Vec<_>>());
}
