//! The loads on `sigil-scheduler`. Graphs are live: nodes and edges are made while the run is on.

use super::contender::{Contender, Load, Wake, now};
use super::world::{DEGREE, Layers, N, SIDE, World, work};
use sigil_scheduler::{Context, Job, NodeId, Policy, Pool};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A pool of the scheduler.
pub struct Ours {
    name: &'static str,
    pool: Pool,
    steps: u32,
}

/// A task of a world, which has a job type of its own, as it has with the peers: else each would choose among all loads.
struct Step(u32);

impl Job for Step {
    fn label(&self) -> String {
        String::new()
    }
}

#[derive(Clone, Copy)]
enum Task {
    Part(u32, u32),
    Micro,
    LiveChain,
    LiveWave,
    LiveLayers(&'static Layers),
    Nothing,
    Sleep(Duration),
    Waker,
    Woken,
}

impl Job for Task {
    fn label(&self) -> String {
        String::new()
    }
}

impl Ours {
    /// With the default policy; `steps` of work take a microsecond.
    pub fn new(workers: usize, steps: u32) -> Self {
        Ours::with_policy(workers, steps, Policy::default(), "ours")
    }

    /// With a policy, and a name to be called by.
    pub fn with_policy(workers: usize, steps: u32, policy: Policy, name: &'static str) -> Self {
        Ours { name, pool: Pool::with_policy(workers, policy), steps }
    }

    fn timed_world(&mut self, world: &World) -> Duration {
        let steps = self.steps;
        let start = Instant::now();
        let report = self.pool.run(
            |task: &mut Step, cx: &mut Context<'_, Step>| step(task.0, cx, world, steps),
            |cx| world.first().for_each(|task| cx.spawn(Step(task))),
        );
        assert!(report.is_ok(), "{report:?}");
        start.elapsed()
    }

    fn timed(&mut self, first: Task) -> Duration {
        let steps = self.steps;
        let start = Instant::now();
        let report = self.pool.run(
            |task: &mut Task, cx: &mut Context<'_, Task>| execute(task, cx, steps),
            |cx| cx.spawn(first),
        );
        assert!(report.is_ok(), "{report:?}");
        start.elapsed()
    }
}

impl Contender for Ours {
    fn name(&self) -> &'static str {
        self.name
    }

    fn run(&mut self, load: Load) -> Option<Duration> {
        Some(match load {
            Load::World(_, world) => self.timed_world(world),
            Load::Range => self.timed(Task::Part(0, N)),
            Load::LiveChain => self.timed(Task::LiveChain),
            Load::LiveWave => self.timed(Task::LiveWave),
            Load::LiveLayers(layers) => self.timed(Task::LiveLayers(layers)),
            Load::Idle(time) => self.timed(Task::Sleep(time)),
        })
    }

    fn trickle(&mut self, n: u32, pause: Duration) -> bool {
        let report = self.pool.run(
            |_: &mut Task, _: &mut Context<'_, Task>| {},
            |cx| {
                let nodes: Vec<_> = (0..n).map(|_| cx.held(Task::Nothing, &[])).collect();
                let handle = cx.handle();
                std::thread::spawn(move || {
                    for node in nodes {
                        std::thread::sleep(pause);
                        handle.complete(node);
                    }
                });
            },
        );
        report.is_ok()
    }

    fn wake(&mut self) -> Option<Wake> {
        let (posted, started) = (AtomicU64::new(0), AtomicU64::new(0));
        let run = |task: &mut Task, cx: &mut Context<'_, Task>| match task {
            Task::Waker => {
                std::thread::sleep(super::contender::ASLEEP);
                posted.store(now(), Ordering::SeqCst);
                cx.spawn(Task::Woken);
                super::contender::wait_for(&started);
            }
            _ => started.store(now(), Ordering::SeqCst),
        };
        self.pool.run(run, |cx| cx.spawn(Task::Waker));
        Some(Wake::of(&posted, &started))
    }
}

fn step(task: u32, cx: &mut Context<'_, Step>, world: &World, steps: u32) {
    if !world.is_followed() {
        return world.step(task, steps, |freed| cx.spawn(Step(freed)));
    }
    let mut last = None;
    world.step(task, steps, |freed| {
        if let Some(earlier) = last.replace(freed) {
            cx.spawn(Step(earlier));
        }
    });
    if let Some(last) = last {
        cx.next(Step(last));
    }
}

fn execute(task: &Task, cx: &mut Context<'_, Task>, steps: u32) {
    // Read in the pieces in which it was written: to copy it whole would stall the processor.
    match *task {
        Task::Part(low, high) => {
            let rest = |part: std::ops::Range<usize>| Task::Part(part.start as u32, part.end as u32);
            cx.split(low as usize..high as usize, rest, |_, at| _ = black_box(at));
        }
        Task::Micro => work(steps),
        Task::LiveLayers(layers) => {
            let mut ids: Vec<NodeId> = Vec::with_capacity(layers.before.len());
            for before in &layers.before {
                let mut after = [NodeId::from_bits(0); DEGREE];
                before.iter().zip(&mut after).for_each(|(&at, place)| *place = ids[at as usize]);
                ids.push(cx.node(Task::Micro, &after[..before.len()]));
            }
        }
        Task::LiveChain => {
            let mut last = cx.node(Task::Nothing, &[]);
            (1..N).for_each(|_| last = cx.node(Task::Nothing, &[last]));
        }
        Task::LiveWave => {
            let mut row: Vec<NodeId> = Vec::new();
            for at in 0..SIDE * SIDE {
                let x = (at % SIDE) as usize;
                let node = match (at < SIDE, x) {
                    (true, 0) => cx.node(Task::Nothing, &[]),
                    (true, x) => cx.node(Task::Nothing, &[row[x - 1]]),
                    (false, 0) => cx.node(Task::Nothing, &[row[0]]),
                    (false, x) => cx.node(Task::Nothing, &[row[x], row[x - 1]]),
                };
                if at < SIDE { row.push(node) } else { row[x] = node }
            }
        }
        Task::Sleep(time) => std::thread::sleep(time),
        Task::Nothing | Task::Waker | Task::Woken => {}
    }
}
