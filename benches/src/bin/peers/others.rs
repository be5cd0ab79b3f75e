//! The loads on schedulers written in Rust: rayon, tokio, and a loop as one would write it in an afternoon.

use crossbeam_deque::{Injector, Steal, Stealer, Worker};
use crossbeam_utils::CachePadded;
use sigil_benches::loads::{ASLEEP, Contender, Load, N, Wake, World, now, wait_for};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

pub struct Rayon {
    pool: rayon::ThreadPool,
    steps: u32,
}

impl Rayon {
    pub fn new(workers: usize, steps: u32) -> Option<Self> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(workers).build().ok()?;
        Some(Rayon { pool, steps })
    }
}

fn rayon_task<'s>(scope: &rayon::Scope<'s>, world: &'static World, task: u32, steps: u32) {
    world.step(task, steps, |freed| scope.spawn(move |scope| rayon_task(scope, world, freed, steps)));
}

fn rayon_range(low: u32, high: u32) {
    if high - low < 2 {
        black_box(low);
    } else {
        let middle = low + (high - low) / 2;
        rayon::join(|| rayon_range(low, middle), || rayon_range(middle, high));
    }
}

impl Contender for Rayon {
    fn name(&self) -> &'static str {
        "rayon"
    }

    fn run(&mut self, load: Load) -> Option<Duration> {
        let (start, steps) = (Instant::now(), self.steps);
        match load {
            Load::World(_, world) => self.pool.scope(|scope| {
                for task in world.first() {
                    scope.spawn(move |scope| rayon_task(scope, world, task, steps));
                }
            }),
            Load::Range => self.pool.install(|| rayon_range(0, N)),
            Load::Idle(time) => self.pool.install(|| std::thread::sleep(time)),
            Load::LiveChain | Load::LiveWave | Load::LiveLayers(_) => return None,
        }
        Some(start.elapsed())
    }

    fn trickle(&mut self, n: u32, pause: Duration) -> bool {
        let (sender, receiver) = mpsc::channel::<()>();
        for _ in 0..n {
            std::thread::sleep(pause);
            let sender = sender.clone();
            self.pool.spawn(move || drop(sender));
        }
        drop(sender);
        receiver.recv().is_err()
    }

    fn wake(&mut self) -> Option<Wake> {
        let (posted, started) = (AtomicU64::new(0), AtomicU64::new(0));
        self.pool.scope(|scope| {
            std::thread::sleep(ASLEEP);
            posted.store(now(), Ordering::SeqCst);
            scope.spawn(|_| started.store(now(), Ordering::SeqCst));
            wait_for(&started);
        });
        Some(Wake::of(&posted, &started))
    }
}

pub struct Tokio {
    runtime: tokio::runtime::Runtime,
    steps: u32,
}

impl Tokio {
    pub fn new(workers: usize, steps: u32) -> Option<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).build().ok()?;
        Some(Tokio { runtime, steps })
    }
}

/// What counts the ends: the last task tells the thread that waits.
struct Ends {
    left: AtomicU64,
    done: mpsc::Sender<()>,
}

fn tokio_task(world: &'static World, task: u32, steps: u32, ends: Arc<Ends>) {
    tokio::spawn(async move {
        world.step(task, steps, |freed| tokio_task(world, freed, steps, ends.clone()));
        if ends.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            // The receiver waits for it.
            let _ = ends.done.send(());
        }
    });
}

impl Contender for Tokio {
    fn name(&self) -> &'static str {
        "tokio"
    }

    fn run(&mut self, load: Load) -> Option<Duration> {
        let (start, steps) = (Instant::now(), self.steps);
        let (done, receiver) = mpsc::channel();
        match load {
            Load::World(_, world) => {
                let ends = Arc::new(Ends { left: AtomicU64::new(world.count()), done });
                self.runtime.spawn(async move {
                    world.first().for_each(|task| tokio_task(world, task, steps, ends.clone()));
                });
            }
            Load::Idle(time) => {
                self.runtime.spawn(async move {
                    std::thread::sleep(time);
                    let _ = done.send(());
                });
            }
            Load::Range | Load::LiveChain | Load::LiveWave | Load::LiveLayers(_) => return None,
        }
        receiver.recv().ok()?;
        Some(start.elapsed())
    }

    fn trickle(&mut self, n: u32, pause: Duration) -> bool {
        let (sender, receiver) = mpsc::channel::<()>();
        for _ in 0..n {
            std::thread::sleep(pause);
            let sender = sender.clone();
            self.runtime.spawn(async move { drop(sender) });
        }
        drop(sender);
        receiver.recv().is_err()
    }

    fn wake(&mut self) -> Option<Wake> {
        let times = Arc::new((AtomicU64::new(0), AtomicU64::new(0)));
        let shared = times.clone();
        let (done, receiver) = mpsc::channel::<()>();
        self.runtime.spawn(async move {
            std::thread::sleep(ASLEEP);
            shared.0.store(now(), Ordering::SeqCst);
            let woken = shared.clone();
            tokio::spawn(async move {
                woken.1.store(now(), Ordering::SeqCst);
                drop(done);
            });
            wait_for(&shared.1);
        });
        // Nothing is sent: the end of the last sender is the news.
        let _ = receiver.recv();
        Some(Wake::of(&times.0, &times.1))
    }
}

/// Crossbeam's deques of numbers, threads that yield while there is nothing, and no more: no nodes, no sleep, no panics.
pub struct Naive {
    workers: usize,
    steps: u32,
}

impl Naive {
    pub fn new(workers: usize, steps: u32) -> Self {
        Naive { workers, steps }
    }
}

fn naive_worker(
    own: &Worker<u32>,
    injector: &Injector<u32>,
    others: &[Stealer<u32>],
    mut step: impl FnMut(u32),
    is_done: impl Fn() -> bool,
) {
    let find = || {
        own.pop().or_else(|| {
            std::iter::once(injector.steal_batch_and_pop(own))
                .chain(others.iter().map(|other| other.steal_batch_and_pop(own)))
                .find_map(Steal::success)
        })
    };
    loop {
        match find() {
            Some(task) => step(task),
            None if is_done() => return,
            None => std::thread::yield_now(),
        }
    }
}

impl Contender for Naive {
    fn name(&self) -> &'static str {
        "naive loop"
    }

    fn run(&mut self, load: Load) -> Option<Duration> {
        let Load::World(_, world) = load else { return None };
        let (start, steps) = (Instant::now(), self.steps);
        let injector = Injector::new();
        world.first().for_each(|task| injector.push(task));
        let ended: Vec<_> = (0..self.workers).map(|_| CachePadded::new(AtomicU64::new(0))).collect();
        let queues: Vec<_> = (0..self.workers).map(|_| Worker::new_lifo()).collect();
        let stealers: Vec<_> = queues.iter().map(Worker::stealer).collect();
        let is_done = || ended.iter().map(|n| n.load(Ordering::Relaxed)).sum::<u64>() == world.count();
        std::thread::scope(|scope| {
            for (queue, ended) in queues.into_iter().zip(&ended) {
                let (injector, stealers) = (&injector, &stealers);
                scope.spawn(move || {
                    let step = |task| {
                        world.step(task, steps, |freed| queue.push(freed));
                        ended.store(ended.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
                    };
                    naive_worker(&queue, injector, stealers, step, is_done);
                });
            }
        });
        Some(start.elapsed())
    }
}
