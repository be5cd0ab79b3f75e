//! The loads, in a form that every contender can run: what a task does, and which tasks it sets free.

use std::hint::black_box;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

/// Tasks of the fine loads.
pub const N: u32 = 1_000_000;
/// Side of the wavefront.
pub const SIDE: u32 = 1000;
/// Depth of the tree, which has 2²⁰ − 1 tasks.
pub const DEPTH: u32 = 19;
const LAYERS: u32 = 200;
const WIDTH: u32 = 500;
/// Predecessors of a task of the layered graph.
pub const DEGREE: usize = 4;
const HEAVY: u32 = 40_000;
/// Mean of a heavy-tailed task in microseconds.
const HEAVY_MEAN: f64 = 5.0;

/// A load.
pub enum World {
    /// Each task frees the next.
    Chain,
    /// One task frees all others.
    Fan,
    /// Each task frees two.
    Tree,
    /// A grid in which a cell waits for the ones above and to the left.
    Wave(Vec<AtomicU8>),
    /// A layered random graph of tasks of a microsecond.
    Layers(Layers),
    /// Tasks of log-normal length, each of which frees two.
    Heavy(Vec<u32>),
}

/// A layered random graph.
pub struct Layers {
    /// What each task waits for; nothing in the first layer.
    pub before: Vec<Vec<u32>>,
    /// What comes after each task lies here one after the other, from `starts` of the task to that of the next one.
    after: Vec<u32>,
    starts: Vec<u32>,
    unmet: Vec<AtomicU8>,
}

/// Steps of [`work`] that take a microsecond.
pub fn steps_per_microsecond() -> u32 {
    let measure = || {
        let start = Instant::now();
        work(1_000_000);
        1e9 / start.elapsed().as_nanos() as f64
    };
    (0..9).map(|_| measure()).fold(1.0, f64::max) as u32
}

/// Keeps a core busy: a chain of operations in registers, since what goes through memory is faster or slower by where
/// the stack happens to be.
#[inline(never)]
pub fn work(steps: u32) {
    let mut x = black_box(1u64);
    for _ in 0..steps {
        x = (x ^ (x >> 7)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    black_box(x);
}

/// The same in every contender, the one in C++ included.
pub struct Random(
    /// Its state.
    pub u64,
);

impl Random {
    /// The next number, below 2³¹.
    pub fn draw(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as u32
    }
}

impl World {
    /// A wavefront at its beginning.
    pub fn wave() -> World {
        World::Wave((0..SIDE * SIDE).map(|at| AtomicU8::new(arrivals(at))).collect())
    }

    /// The layered graph.
    pub fn layers() -> World {
        let mut random = Random(1);
        let n = (LAYERS * WIDTH) as usize;
        let (mut before, mut after) = (vec![Vec::new(); n], vec![Vec::<u32>::new(); n]);
        for task in WIDTH..LAYERS * WIDTH {
            for _ in 0..DEGREE {
                let from = (task / WIDTH - 1) * WIDTH + random.draw() % WIDTH;
                before[task as usize].push(from);
                after[from as usize].push(task);
            }
        }
        let unmet = before.iter().map(|before| AtomicU8::new(before.len() as u8)).collect();
        let mut starts = vec![0];
        starts.extend(after.iter().scan(0, |end, after| {
            *end += after.len() as u32;
            Some(*end)
        }));
        World::Layers(Layers { before, after: after.concat(), starts, unmet })
    }

    /// The heavy tail: exp(1.2 z) with z from a sum of uniforms, scaled to the mean.
    pub fn heavy(steps_per_microsecond: u32) -> World {
        let mut random = Random(7);
        let mut lengths: Vec<f64> = (0..HEAVY)
            .map(|_| {
                let sum: f64 = (0..12).map(|_| f64::from(random.draw()) / f64::from(1u32 << 31)).sum();
                (1.2 * (sum - 6.0)).exp()
            })
            .collect();
        let mean = lengths.iter().sum::<f64>() / f64::from(HEAVY);
        lengths.iter_mut().for_each(|length| *length *= HEAVY_MEAN / mean * f64::from(steps_per_microsecond));
        World::Heavy(lengths.into_iter().map(|length| length as u32).collect())
    }

    /// How many tasks there are.
    pub fn count(&self) -> u64 {
        match self {
            World::Chain => u64::from(N),
            World::Fan => u64::from(N) + 1,
            World::Tree => (1 << (DEPTH + 1)) - 1,
            World::Wave(_) => u64::from(SIDE * SIDE),
            World::Layers(layers) => layers.before.len() as u64,
            World::Heavy(lengths) => lengths.len() as u64,
        }
    }

    /// The tasks that wait for nothing.
    pub fn first(&self) -> std::ops::Range<u32> {
        match self {
            World::Chain => N - 1..N,
            World::Fan => u32::MAX - 1..u32::MAX,
            World::Tree => DEPTH..DEPTH + 1,
            World::Wave(_) | World::Heavy(_) => 0..1,
            World::Layers(_) => 0..WIDTH,
        }
    }

    /// Whether a task is best followed by the last one that it frees, before any other.
    pub fn is_followed(&self) -> bool {
        !matches!(self, World::Heavy(_) | World::Fan)
    }

    /// Runs a task. The loads are their own state: each task puts back what it used up.
    #[inline]
    pub fn step(&self, task: u32, steps: u32, mut free: impl FnMut(u32)) {
        match self {
            World::Chain => {
                if task > 0 {
                    free(task - 1);
                }
            }
            World::Fan => {
                if task == u32::MAX - 1 {
                    (0..N).for_each(free);
                }
            }
            World::Tree => {
                if task > 0 {
                    free(task - 1);
                    free(task - 1);
                }
            }
            World::Wave(cells) => {
                let mut arrive = |at: u32| {
                    if is_last(&cells[at as usize], arrivals(at)) {
                        free(at);
                    }
                };
                if task / SIDE + 1 < SIDE {
                    arrive(task + SIDE);
                }
                if task % SIDE + 1 < SIDE {
                    arrive(task + 1);
                }
            }
            World::Layers(layers) => {
                work(steps);
                let (start, end) = (layers.starts[task as usize], layers.starts[task as usize + 1]);
                for &after in &layers.after[start as usize..end as usize] {
                    if is_last(&layers.unmet[after as usize], DEGREE as u8) {
                        free(after);
                    }
                }
            }
            World::Heavy(lengths) => {
                let n = lengths.len() as u32;
                [2 * task + 1, 2 * task + 2].into_iter().filter(|&at| at < n).for_each(free);
                work(lengths[task as usize]);
            }
        }
    }
}

fn arrivals(cell: u32) -> u8 {
    u8::from(cell / SIDE > 0) + u8::from(!cell.is_multiple_of(SIDE))
}

/// Whether nothing is unmet after this; then the counter is set for the next round.
#[inline]
fn is_last(counter: &AtomicU8, all: u8) -> bool {
    let is_last = counter.fetch_sub(1, Ordering::AcqRel) == 1;
    if is_last {
        counter.store(all, Ordering::Relaxed);
    }
    is_last
}
