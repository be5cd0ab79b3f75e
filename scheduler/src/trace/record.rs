//! What a worker writes down while it works: words in a buffer of its own, read after the run by `decode`.
//!
//! ```text
//!  Ran    [ id : 60 | 1 ] [ end − base : 32 | duration : 32 ]
//!  Made   [ id : 60 | 2 ] [ time − base : 32 | edges : 16 | kind : 8 | weight : 4 | flags : 4 ] [ tag ]? [ edges ]? [ id ]…
//!  Edge   [ before : 60 | 3 ] [ after ]
//!  Done   [ id : 60 | 4 ] [ time − base : 32 | in a job : 32 ]
//!  Steal  [ count : 28 | victim : 32 | 5 ] [ end − base : 32 | duration : 32 ]
//!  Park   [ by + 1 : 60 | 6 ] [ end − base : 32 | duration : 32 ]
//!  Search [ 7 ] [ end − base : 32 | duration : 32 ]
//!  Wake   [ 8 ] [ time − base : 32 | 0 ]
//!  Time   [ time : 60 | 9 ]                  the base, where the difference does not fit
//!  Hungry [ n : 60 | 11 ]                    the job at hand asked, for the n-th time, and the answer was yes
//!  Next   [ id : 60 | 12 ]                   a node that was just made is to run right after the job at hand
//!  Long   [ duration : 60 | 10 ]             the next record's duration, where it does not fit
//! ```
//!
//! Each record's time is the base of the next. An id is a node's number and 28 bits of its generation. What a job made
//! stands before the `Ran` of its own node.

use super::buffer::{Buffer, Store};
use super::clock::{Clock, Moment};
use crate::Job;
use crate::node::NodeId;
use crate::sleep::Waker;
use crate::sync::{Mutex, lock};
use std::sync::Arc;

pub const RAN: u64 = 1;
pub const MADE: u64 = 2;
pub const EDGE: u64 = 3;
pub const DONE: u64 = 4;
pub const STEAL: u64 = 5;
pub const PARK: u64 = 6;
pub const SEARCH: u64 = 7;
pub const WAKE: u64 = 8;
pub const TIME: u64 = 9;
pub const LONG: u64 = 10;
pub const HUNGRY: u64 = 11;
pub const NEXT: u64 = 12;

/// Made inside a job.
pub const IN_JOB: u64 = 1;
/// An event.
pub const EVENT: u64 = 2;
/// Waits for a completion by hand.
pub const HELD: u64 = 4;

/// Has a tag.
pub const TAGGED: u64 = 8;

/// So many edges have their number in a word of its own.
pub const MANY: u32 = 0xffff;

/// A node as 60 bits.
pub fn pack(id: NodeId) -> u64 {
    u64::from(id.number) | u64::from(id.generation & 0xfff_ffff) << 32
}

/// A worker's notes.
pub struct Recorder {
    clock: Clock,
    words: Buffer,
    /// The last record's time.
    base: u64,
    /// When the job at hand began.
    start: u64,
    /// How long it took from the end of a job to the start of the next.
    gaps: [Gap; 3],
    /// Which of them fits, if nothing has happened since the base but what always happens.
    gap: Option<usize>,
    /// Counts nodes that the job at hand has made.
    n_made: u32,
}

/// How long it took from the end of a job to the start of the next, after so many nodes that it made ready.
#[derive(Clone, Copy, Default)]
struct Gap {
    /// Ticks, when last looked at.
    ticks: u64,
    /// How often it was asked for.
    n_asked: u32,
}

// Reading the clock is most of what recording costs. So some times are reckoned from others.

/// All but every n-th start of a job that follows another one at once: from the usual gap.
const GAPS: u32 = 16;
/// Ticks that a gap may be reckoned to have.
const MAX_GAP: u64 = 400;
/// The making of all but every n-th of many nodes: from the last one.
const MADE_AT_ONCE: u32 = 8;

impl Recorder {
    /// Without notes. `base` is a moment at or before the first note.
    pub fn new(clock: Clock, base: u64, store: Arc<Store>) -> Self {
        Recorder {
            clock,
            words: Buffer::new(store),
            base,
            start: 0,
            gaps: [Gap::default(); 3],
            gap: None,
            n_made: 0,
        }
    }

    /// The time.
    #[inline]
    pub fn now(&self) -> u64 {
        self.clock.now()
    }

    /// The difference to the base, which moves.
    #[inline]
    fn step(&mut self, time: u64) -> u64 {
        // Counters of different cores may differ by a few ticks, and a thread may have moved.
        let delta = time.saturating_sub(self.base);
        self.base = self.base.max(time);
        if delta > u64::from(u32::MAX) {
            self.words.push_one(self.base << 4 | TIME);
            return 0;
        }
        delta
    }

    #[inline]
    fn interval(&mut self, head: u64, since: u64) {
        let end = self.now();
        let delta = self.step(end);
        let mut duration = end.saturating_sub(since);
        if duration > u64::from(u32::MAX) {
            self.words.push_one(duration << 4 | LONG);
            duration = 0;
        }
        self.words.push([head, delta << 32 | duration]);
    }

    /// A job begins.
    #[inline]
    pub fn begin(&mut self) {
        self.n_made = 0;
        let Some(gap) = self.gap.take() else {
            self.start = self.now();
            return;
        };
        let is_reckoned = !self.gaps[gap].n_asked.is_multiple_of(GAPS);
        self.start = if is_reckoned { self.base + self.gaps[gap].ticks } else { self.now() };
        let gap = &mut self.gaps[gap];
        gap.n_asked = gap.n_asked.wrapping_add(1);
        if !is_reckoned {
            gap.ticks = self.start.saturating_sub(self.base).min(MAX_GAP);
        }
    }

    /// More nodes than a few waited for the last job.
    pub fn met(&mut self, n_nodes: u32) {
        self.gap = self.gap.and(match n_nodes {
            0..=4 => Some(0),
            5..=8 => Some(1),
            9..=16 => Some(2),
            _ => None,
        });
    }

    /// The job that began last has ended.
    #[inline]
    pub fn ran(&mut self, id: NodeId) {
        self.interval(pack(id) << 4 | RAN, self.start);
        self.gap = Some(0);
    }

    /// A node is made. If it has edges, they follow.
    #[inline]
    pub fn made<J: Job>(&mut self, id: NodeId, job: Option<&J>, n_edges: u32, flags: u64) {
        self.n_made += 1;
        let is_reckoned = self.n_made > MADE_AT_ONCE && !self.n_made.is_multiple_of(MADE_AT_ONCE);
        let delta = if is_reckoned { 0 } else { self.step(self.now()) };
        let (kind, weight, tag) =
            job.map_or((0, 0, 0), |job| (u64::from(job.kind()), u64::from(job.weight().min(15)), job.tag()));
        let short = u64::from(n_edges.min(MANY));
        let head = [pack(id) << 4 | MADE, delta << 32 | short << 16 | kind << 8 | weight << 4 | flags];
        match tag {
            0 => self.words.push(head),
            tag => self.words.push([head[0], head[1] | TAGGED, tag]),
        }
        if n_edges >= MANY {
            self.words.push_one(u64::from(n_edges));
        }
    }

    /// The node that was just made is to run right after the job at hand.
    pub fn next(&mut self, id: NodeId) {
        self.words.push_one(pack(id) << 4 | NEXT);
    }

    /// The edges to the node that was just made.
    #[inline]
    pub fn edges(&mut self, after: &[NodeId]) {
        self.words.extend(after.iter().map(|&before| pack(before)));
    }

    /// An edge that came later.
    pub fn edge(&mut self, before: NodeId, after: NodeId) {
        self.words.push([pack(before) << 4 | EDGE, pack(after)]);
    }

    /// An event was completed by hand, or a held node let go.
    pub fn done(&mut self, id: NodeId, is_in_job: bool) {
        let delta = self.step(self.now());
        self.words.push([pack(id) << 4 | DONE, delta << 32 | u64::from(is_in_job)]);
    }

    /// Nodes were taken from another worker.
    pub fn steal(&mut self, victim: usize, count: u64, since: u64) {
        self.interval((count & 0xfff_ffff) << 36 | (victim as u64) << 4 | STEAL, since);
    }

    /// Was asleep until it was woken.
    pub fn park(&mut self, since: u64, by: Waker) {
        let by = if let Waker::Worker(worker) = by { u64::from(worker) + 1 } else { 0 };
        self.interval(by << 4 | PARK, since);
    }

    /// Had no work of its own.
    pub fn search(&mut self, since: u64) {
        self.gap = None;
        self.interval(SEARCH, since);
    }

    /// The job at hand asked for the n-th time whether anybody is hungry, and somebody is.
    pub fn hungry(&mut self, nth: u32) {
        self.words.push_one(u64::from(nth) << 4 | HUNGRY);
    }

    /// Has woken somebody.
    pub fn wake(&mut self) {
        let delta = self.step(self.now());
        self.words.push([WAKE, delta << 32]);
    }
}

/// A child process, in ticks.
#[derive(Clone, Copy, Debug)]
pub struct RawChild {
    /// The node that waits for it.
    pub node: u64,
    /// When it was started.
    pub start: u64,
    /// When its end was known.
    pub end: u64,
}

/// What all workers of a run write down in the end, and other threads in between.
pub struct Collector {
    /// The clock of all notes.
    pub clock: Clock,
    /// When the run began.
    pub begin: Moment,
    children: Mutex<Vec<RawChild>>,
    /// Workers' notes by worker.
    workers: Mutex<Vec<Buffer>>,
    /// Memory for them.
    store: Arc<Store>,
}

impl Collector {
    /// Of a run of as many workers, which begins now.
    pub fn new(n_workers: usize, store: Arc<Store>) -> Self {
        let clock = Clock::new();
        let workers = Mutex::new((0..n_workers).map(|_| Buffer::default()).collect());
        Collector { clock, begin: Moment::now(clock), children: Mutex::new(Vec::new()), workers, store }
    }

    /// For a worker.
    pub fn recorder(&self) -> Box<Recorder> {
        Box::new(Recorder::new(self.clock, self.begin.ticks, self.store.clone()))
    }

    /// A child process has ended.
    pub fn child(&self, node: NodeId, start: u64) {
        let child = RawChild { node: pack(node), start, end: self.clock.now() };
        lock(&self.children).push(child);
    }

    /// A worker has ended.
    pub fn worker(&self, index: usize, recorder: Recorder) {
        lock(&self.workers)[index] = recorder.words;
    }

    /// All notes, and when the run ended: now.
    pub fn take(&self) -> Notes {
        Notes {
            clock: self.clock,
            begin: self.begin,
            end: Moment::now(self.clock),
            workers: std::mem::take(&mut *lock(&self.workers)),
            children: std::mem::take(&mut *lock(&self.children)),
        }
    }
}

/// The notes of a run.
#[derive(Debug)]
pub struct Notes {
    /// Their clock.
    pub clock: Clock,
    /// When the run began.
    pub begin: Moment,
    /// When it ended.
    pub end: Moment,
    /// Words by worker.
    pub workers: Vec<Buffer>,
    /// Child processes.
    pub children: Vec<RawChild>,
}
