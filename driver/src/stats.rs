//! Counts of what was done, kept by each worker for itself: the progress bar reads them, `-v` prints them.

use crossbeam_utils::CachePadded;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// A number that each worker counts for itself.
pub struct PerWorker(Vec<CachePadded<AtomicU64>>);

impl PerWorker {
    fn new(workers: usize) -> Self {
        PerWorker((0..workers).map(|_| CachePadded::default()).collect())
    }

    /// Adds to a worker's own count.
    pub fn add(&self, worker: usize, n: u64) {
        // Only this worker writes, so no read-modify-write is needed.
        let count = &self.0[worker];
        count.store(count.load(Ordering::Relaxed) + n, Ordering::Relaxed);
    }

    /// Replaces a worker's own count.
    pub fn set(&self, worker: usize, n: u64) {
        self.0[worker].store(n, Ordering::Relaxed);
    }

    /// All counts together.
    pub fn sum(&self) -> u64 {
        self.0.iter().map(|count| count.load(Ordering::Relaxed)).sum()
    }
}

/// The first or last time that something happened, in nanoseconds since the start.
pub struct Moment {
    start: Instant,
    at: AtomicU64,
    is_first: bool,
}

impl Moment {
    fn new(start: Instant, is_first: bool) -> Self {
        Moment { start, at: AtomicU64::new(if is_first { u64::MAX } else { 0 }), is_first }
    }

    /// It happens now.
    pub fn mark(&self) {
        let now = self.start.elapsed().as_nanos() as u64;
        if self.is_first {
            self.at.fetch_min(now, Ordering::Relaxed);
        } else {
            self.at.fetch_max(now, Ordering::Relaxed);
        }
    }

    /// When it happened, in milliseconds; never is none.
    pub fn millis(&self) -> Option<f64> {
        match self.at.load(Ordering::Relaxed) {
            0 | u64::MAX => None,
            nanos => Some(nanos as f64 / 1e6),
        }
    }
}

/// What was done and when.
pub struct Counters {
    /// When the compilation started.
    pub start: Instant,
    /// Files read.
    pub files: PerWorker,
    /// Bytes read.
    pub bytes: PerWorker,
    /// Files parsed.
    pub parsed: PerWorker,
    /// Interfaces built.
    pub interfaces: PerWorker,
    /// Bodies checked.
    pub bodies: PerWorker,
    /// Impls checked.
    pub impls: PerWorker,
    /// Instances emitted.
    pub emitted: PerWorker,
    /// Units made.
    pub units: PerWorker,
    /// Units compiled by the C compiler.
    pub compiled: PerWorker,
    /// Jobs and their nanoseconds, by stage.
    pub stages: Vec<(PerWorker, PerWorker)>,
    /// One for each worker that runs a job, while the progress bar is shown.
    pub running: PerWorker,
    /// Child processes that run.
    pub children: Arc<AtomicU64>,
    /// Times are taken.
    pub is_timed: bool,
    /// The progress bar is shown.
    pub is_watched: bool,
    /// Last file parsed.
    pub last_parse: Moment,
    /// Last body checked.
    pub last_check: Moment,
    /// First function emitted.
    pub first_emit: Moment,
    /// First start of the C compiler.
    pub first_compiler: Moment,
}

impl Counters {
    /// Nothing done yet.
    pub fn new(workers: usize, stages: usize, is_timed: bool) -> Self {
        let start = Instant::now();
        let count = || PerWorker::new(workers);
        Counters {
            start,
            files: count(),
            bytes: count(),
            parsed: count(),
            interfaces: count(),
            bodies: count(),
            impls: count(),
            emitted: count(),
            units: count(),
            compiled: count(),
            stages: (0..stages).map(|_| (count(), count())).collect(),
            running: count(),
            children: Arc::default(),
            is_timed,
            is_watched: false,
            last_parse: Moment::new(start, false),
            last_check: Moment::new(start, false),
            first_emit: Moment::new(start, true),
            first_compiler: Moment::new(start, true),
        }
    }
}

/// The most memory that the process ever held, in bytes, where the system tells.
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}
