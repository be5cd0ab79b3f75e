//! What is asked of each contender.

use super::world::{Layers, World};
use rustix::time::{ClockId, clock_gettime};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A load that takes a while.
#[derive(Clone, Copy)]
pub enum Load {
    /// Tasks that free tasks. Twice, so that patterns can look at it and contenders keep it.
    World(&'static World, &'static World),
    /// A million empty steps, given as one range.
    Range,
    /// A chain whose nodes are made, with their edges, while it runs.
    LiveChain,
    /// A wavefront made in the same way.
    LiveWave,
    /// The layered graph of tasks of a microsecond made in the same way.
    LiveLayers(&'static Layers),
    /// One task that sleeps, while all workers but one have nothing to do.
    Idle(Duration),
}

/// How long it took from making a task to its start by another worker, which was asleep.
#[derive(Clone, Copy)]
pub struct Wake {
    /// That.
    pub time: Duration,
    /// Whether it was not started while the worker that made it was busy.
    pub is_stranded: bool,
}

/// A scheduler with a number of workers.
pub trait Contender {
    /// How it is called.
    fn name(&self) -> &'static str;

    /// Runs a load; none if there is no such thing here.
    fn run(&mut self, load: Load) -> Option<Duration>;

    /// Gives it single tasks from outside, with pauses; false if there is no such thing here.
    fn trickle(&mut self, _n: u32, _pause: Duration) -> bool {
        false
    }

    /// Has a worker wake another one.
    fn wake(&mut self) -> Option<Wake> {
        None
    }

    /// Time that the threads which do the work have run.
    fn cpu(&mut self) -> Option<Duration> {
        // Counts to the nanosecond what runs now; the figures of `/proc` are of the last tick.
        clock_gettime(ClockId::ProcessCPUTime).try_into().ok()
    }
}

/// Time for the other worker to fall asleep.
pub const ASLEEP: Duration = Duration::from_millis(3);
/// A worker that has made a task is busy for so long at most.
const STRANDED: u64 = 5_000_000;

/// Nanoseconds since the first call.
pub fn now() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64 + 1
}

/// Keeps a worker busy until a task has started somewhere else, or for some milliseconds.
pub fn wait_for(started: &AtomicU64) {
    let since = now();
    while started.load(Ordering::SeqCst) == 0 && now() - since < STRANDED {
        std::hint::spin_loop();
    }
}

impl Wake {
    /// From when it was made and when it started.
    pub fn of(posted: &AtomicU64, started: &AtomicU64) -> Wake {
        let time = started.load(Ordering::SeqCst).saturating_sub(posted.load(Ordering::SeqCst));
        Wake { time: Duration::from_nanos(time), is_stranded: time >= STRANDED }
    }
}

/// The floor of all wakes: a parked thread.
pub struct Futex;

impl Contender for Futex {
    fn name(&self) -> &'static str {
        "futex"
    }

    fn run(&mut self, _: Load) -> Option<Duration> {
        None
    }

    fn wake(&mut self) -> Option<Wake> {
        let (posted, started) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            let sleeper = scope.spawn(|| {
                while posted.load(Ordering::SeqCst) == 0 {
                    std::thread::park();
                }
                started.store(now(), Ordering::SeqCst);
            });
            std::thread::sleep(ASLEEP);
            posted.store(now(), Ordering::SeqCst);
            sleeper.thread().unpark();
            wait_for(&started);
        });
        Some(Wake::of(&posted, &started))
    }
}
