//! Random graphs against a sequential oracle. `SIGIL_GRAPHS=10000` asks for more of them; a failure prints its seed,
//! and `SIGIL_SEED` runs that one alone.

mod plan;

use plan::{Fate, Plan, Vertex, Way};
use sigil_scheduler::{Context, Job, NodeId, Policy, Pool, Report, Schedule};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

const WORKERS: [usize; 5] = [1, 2, 3, 8, 64];

/// What is seen of a vertex while the graph runs.
#[derive(Default)]
struct Seen {
    made: AtomicU32,
    runs: AtomicU32,
    drops: AtomicU32,
    /// Whether its job has ended; written last.
    has_ended: AtomicBool,
    /// The id of its node, and of the event that stands for it.
    node: AtomicU64,
    event: AtomicU64,
}

struct World {
    plan: Plan,
    seen: Vec<Seen>,
    n_early: AtomicU32,
}

/// The job of a vertex.
struct Task<'w> {
    world: &'w World,
    vertex: usize,
}

impl Job for Task<'_> {
    fn label(&self) -> String {
        assert!(!self.world.plan.vertices[self.vertex].label_panics, "a label on purpose");
        format!("vertex {}", self.vertex)
    }

    fn weight(&self) -> u32 {
        self.vertex as u32 % 3
    }

    fn tag(&self) -> u64 {
        self.vertex as u64
    }
}

impl Drop for Task<'_> {
    fn drop(&mut self) {
        self.world.seen[self.vertex].drops.fetch_add(1, Ordering::Relaxed);
        if self.world.plan.vertices[self.vertex].drop_panics {
            std::panic::resume_unwind(Box::new("a drop on purpose"));
        }
    }
}

impl World {
    fn new(plan: Plan) -> World {
        let seen = plan.vertices.iter().map(|_| Seen::default()).collect();
        World { plan, seen, n_early: AtomicU32::new(0) }
    }

    fn vertex(&self, v: usize) -> &Vertex {
        &self.plan.vertices[v]
    }

    /// All events, then the nodes that no job makes.
    fn start<'w>(&'w self, cx: &mut Context<'_, Task<'w>>) {
        for (v, seen) in self.seen.iter().enumerate() {
            if self.vertex(v).maker.is_some() {
                seen.event.store(cx.event().to_bits(), Ordering::Relaxed);
            }
        }
        self.make_those_of(None, cx);
    }

    fn make_those_of<'w>(&'w self, maker: Option<usize>, cx: &mut Context<'_, Task<'w>>) {
        for v in (0..self.seen.len()).filter(|&v| self.vertex(v).maker == maker) {
            self.make(v, cx);
        }
    }

    /// What stands for a vertex in the edges from it.
    fn source(&self, v: usize) -> NodeId {
        let seen = &self.seen[v];
        let id = if self.vertex(v).maker.is_some() { &seen.event } else { &seen.node };
        NodeId::from_bits(id.load(Ordering::Relaxed))
    }

    fn make<'w>(&'w self, v: usize, cx: &mut Context<'_, Task<'w>>) {
        let vertex = self.vertex(v);
        let task = Task { world: self, vertex: v };
        self.seen[v].made.fetch_add(1, Ordering::Relaxed);
        let before: Vec<_> = vertex.before.iter().map(|&b| self.source(b)).collect();
        let node = match vertex.way {
            Way::Spawn => return cx.spawn(task),
            Way::Next => return cx.next(task),
            Way::Node => cx.node(task, &before),
            Way::Late | Way::LateByHandle => {
                let (now, later) = before.split_at(before.len() / 2);
                let node = cx.held(task, now);
                for &b in later {
                    assert!(cx.edge(b, node));
                }
                if vertex.way == Way::Late {
                    assert!(cx.complete(node));
                    assert!(!cx.complete(node));
                } else {
                    cx.handle().complete(node);
                }
                node
            }
            Way::Event => {
                let event = cx.event();
                for &b in &before {
                    assert!(cx.edge(b, event));
                }
                assert!(cx.complete(event));
                cx.node(task, &[event])
            }
        };
        if vertex.maker.is_some() {
            let event = NodeId::from_bits(self.seen[v].event.load(Ordering::Relaxed));
            assert!(cx.edge(node, event));
            assert!(cx.complete(event));
        } else {
            self.seen[v].node.store(node.to_bits(), Ordering::Relaxed);
        }
    }

    fn run<'w>(&'w self, v: usize, cx: &mut Context<'_, Task<'w>>) {
        let (vertex, seen) = (self.vertex(v), &self.seen[v]);
        seen.runs.fetch_add(1, Ordering::Relaxed);
        let is_early = |&b: &usize| !self.seen[b].has_ended.load(Ordering::Relaxed);
        if vertex.before.iter().any(is_early) {
            self.n_early.fetch_add(1, Ordering::Relaxed);
        }
        self.make_those_of(Some(v), cx);
        if vertex.cancels {
            cx.cancel();
        }
        seen.has_ended.store(true, Ordering::Relaxed);
        if vertex.panics {
            std::panic::resume_unwind(Box::new("on purpose"));
        }
    }
}

fn count(counter: &AtomicU32) -> u32 {
    counter.load(Ordering::Relaxed)
}

/// What holds of every run.
fn check_always(world: &World, report: &Report, context: &str) {
    assert_eq!(count(&world.n_early), 0, "{context}: ran too early");
    let mut n_runs = 0;
    for (v, seen) in world.seen.iter().enumerate() {
        assert!(count(&seen.runs) <= count(&seen.made), "{context}: runs of {v}");
        assert_eq!(count(&seen.drops), count(&seen.made), "{context}: drops of {v}");
        n_runs += u64::from(count(&seen.runs));
    }
    let total = report.total();
    assert_eq!(total.run, n_runs, "{context}: runs counted");
    let mut created = world.plan.vertices.iter().filter(|vertex| vertex.maker.is_some()).count();
    let mut mail = 0;
    for (vertex, seen) in
        world.plan.vertices.iter().zip(&world.seen).filter(|(_, seen)| count(&seen.made) > 0)
    {
        let per_vertex = if vertex.way == Way::Event { 2 } else { 1 };
        created += per_vertex * count(&seen.made) as usize;
        mail += u64::from(vertex.way == Way::LateByHandle);
    }
    assert_eq!((total.created, total.mail), (created as u64, mail), "{context}: nodes and mail counted");
    for worker in &report.workers {
        let found = worker.run_next + worker.own + worker.thefts;
        assert_eq!(worker.run + worker.passed, found, "{context}: {worker:?}");
        let time = worker.busy + worker.searching + worker.parked + worker.overhead;
        assert_eq!(time, report.wall, "{context}: {worker:?}");
    }
}

/// What holds where nothing is cancelled: exactly what the oracle says.
fn check_fates(world: &World, report: &Report, context: &str) {
    let fates = world.plan.fates();
    let mut expected: [BTreeSet<String>; 3] = Default::default();
    for (v, fate) in fates.iter().enumerate() {
        let (made, runs) = (count(&world.seen[v].made), count(&world.seen[v].runs));
        let vertex = world.vertex(v);
        let label =
            if vertex.label_panics { "a job whose label panics".into() } else { format!("vertex {v}") };
        match fate {
            Fate::NotMade => assert_eq!((made, runs), (0, 0), "{context}: {v} is made"),
            Fate::Stalls => {
                assert_eq!((made, runs), (1, 0), "{context}: {v} is stalled");
                expected[1].insert(label);
            }
            Fate::Skipped(_) => {
                assert_eq!((made, runs), (1, 0), "{context}: {v} is skipped");
                expected[0].insert(label);
            }
            Fate::Runs => {
                assert_eq!((made, runs), (1, 1), "{context}: {v} runs");
                if vertex.panics {
                    expected[2].insert(label);
                }
            }
        }
    }
    let of = |labels: Vec<&String>| labels.into_iter().cloned().collect::<BTreeSet<_>>();
    let is_vertex = |label: &&String| !label.starts_with("event") && !label.ends_with("drop");
    let skipped = of(report.skipped.iter().map(|s| &s.label).collect());
    let stalled = of(report.stalled.iter().map(|s| &s.label).filter(is_vertex).collect());
    let panicked = of(report.panics.iter().map(|p| &p.label).filter(is_vertex).collect());
    assert_eq!([skipped, stalled, panicked], expected, "{context}: skipped, stalled, panicked");
    for skipped in &report.skipped {
        let Some(v) = skipped.label.strip_prefix("vertex ").and_then(|v| v.parse::<usize>().ok()) else {
            continue;
        };
        let Fate::Skipped(causes) = &fates[v] else { unreachable!("compared above") };
        assert!(causes.contains(&skipped.because), "{context}: {skipped:?}, not for {causes:?}");
    }
}

fn execute<'w>(task: &mut Task<'w>, cx: &mut Context<'_, Task<'w>>) {
    task.world.run(task.vertex, cx);
}

fn check(seed: u64, pool: &mut Pool) {
    let world = World::new(Plan::random(seed));
    let report = pool.run(execute, |cx| world.start(cx));
    check_report(seed, &world, &report, pool);
}

/// A run, and the same again: as recorded, with whatever comes of it.
fn check_replay(seed: u64, pool: &mut Pool) {
    // Half of the graphs have labels to know the nodes by.
    let label = |_, tag| if seed.is_multiple_of(2) { format!("vertex {tag}") } else { String::new() };
    let schedule = |report: &Report| {
        let trace = report.recording.as_ref().expect("the pool records").trace(&[], label);
        Schedule::new(&trace).expect("what happened can happen")
    };
    let worlds = [(); 2].map(|()| World::new(Plan::random(seed)));
    pool.set_recording(true);
    let first = schedule(&pool.run(execute, |cx| worlds[0].start(cx)));
    let report = pool.replay(&first, &label, execute, |cx| worlds[1].start(cx));
    let context = format!("SIGIL_SEED={seed}, {} workers", pool.n_workers());
    assert_eq!(report.divergence, None, "{context}");
    assert_eq!(schedule(&report), first, "{context}");
    check_report(seed, &worlds[1], &report, pool);
    pool.set_recording(false);
}

fn check_report(seed: u64, world: &World, report: &Report, pool: &Pool) {
    let context = format!("SIGIL_SEED={seed}, {} workers, policy {}", pool.n_workers(), pool.policy());
    check_always(world, report, &context);
    assert_eq!(report.is_cancelled, world.vertex_has_cancelled(), "{context}");
    if !report.is_cancelled {
        check_fates(world, report, &context);
    }
}

impl World {
    fn vertex_has_cancelled(&self) -> bool {
        (0..self.seen.len()).any(|v| self.vertex(v).cancels && count(&self.seen[v].runs) == 1)
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn random_graphs_do_what_the_oracle_says() {
    let seeds = match number("SIGIL_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SIGIL_GRAPHS").unwrap_or(200),
    };
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !info.payload().downcast_ref::<&str>().is_some_and(|text| text.ends_with("on purpose")) {
            hook(info);
        }
    }));
    for workers in WORKERS {
        let mut pool = Pool::new(workers);
        let mut prior = Pool::with_policy(workers, "priorities=on,spins=0,victim=near".parse().unwrap());
        for seed in seeds.clone() {
            check(seed, &mut pool);
            check_replay(seed, &mut pool);
            if seed % 4 == 0 {
                check(seed, &mut prior);
                let policy: Policy = format!("chaos=threads:{seed}").parse().unwrap();
                check(seed, &mut Pool::with_policy(workers.min(8), policy));
            }
        }
    }
}
