//! A node: what it waits for, what waits for it, and its job.
//!
//! Two words hold all of its state; both begin with the generation of the node, so that an id from the node's former
//! life is recognised in the very operation that would use it.
//!
//! ```text
//!  successors  [ generation : 32 | link : 32 ]                       link: the newest successor, 0 for none
//!  pending     [ generation : 32 | poisoned : 1 | held : 1 | unmet : 30 ]
//! ```
//!
//! | step | operation | by |
//! |---|---|---|
//! | made | `pending` stored; not shared yet | its creator |
//! | an edge from it | `successors`: compare-and-swap to a longer list, fails if the generation has passed | creators of successors |
//! | an edge to it, later | `pending`: compare-and-swap + 1, only while held | anybody with its id |
//! | completed by hand | `pending`: compare-and-swap, clears held | anybody with its id, once |
//! | a dependency met | `pending` − 1 | whoever finished the dependency |
//! | run | | whoever brought `pending` to nought, or took it from a queue |
//! | finished | `successors` swapped for the next generation and an empty list | who ran it |
//!
//! **An edge is met exactly once.** The compare-and-swap of an edge and the swap of the end are in one order: either the
//! edge comes first, then the swap returns it in the list, or it comes second, then it fails and counts as met there.
//! **A node becomes ready exactly once.** The creator's own unit in `unmet` keeps it above nought until all edges are
//! laid, later edges are only added while `held` keeps it there, and no operation raises it again from nought.
//! **A nameless node has no life in these words.** Nobody ever gets its id, so no edge or completion can race with it: it is
//! ready when it is made, and both words stay as the cell's last named life left them, neither held nor poisoned (a
//! poisoned node fails, and its cell is not used again). Ids of that life find its generation passed, as before.
//!
//! **No node is used again early.** The number of a node is free only after that swap; who holds an old id sees the
//! generation passed. The list's links lie in the successors (or in edge cells), which cannot run before the walk
//! has met them: the walk reads the next link before it meets.

#![expect(unsafe_code, reason = "the job lies in the node, and only the node's state says who may touch it")]

use crate::slab::Zeroed;
use crate::sync::{AtomicU32, AtomicU64, Ordering};
use std::cell::UnsafeCell;
use std::mem::MaybeUninit;

/// Edges to a node for which it has room itself.
pub const INLINE_LINKS: usize = 4;

const POISONED: u32 = 1 << 31;
const HELD: u32 = 1 << 30;
const UNMET: u32 = HELD - 1;

/// Has no edge's worth of meaning: the end of a list.
pub const NO_LINK: u32 = 0;
const EDGE_CELL: u32 = 1 << 31;
/// Instead of a list: the node has failed. Its cell is not used again, so that later edges from it know.
const FAILED: u32 = u32::MAX;

/// Names a node for as long as its run lasts; copied freely.
///
/// A node that has finished may be named too: an edge from it is met at once. In another run the id means nothing: it may
/// be taken for a node that has finished, or for another one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct NodeId {
    /// Its cell.
    pub(crate) number: u32,
    /// Which life of the cell.
    pub(crate) generation: u32,
}

impl NodeId {
    /// As a number, for those who store ids in a form of their own.
    pub fn to_bits(self) -> u64 {
        u64::from(self.generation) << 32 | u64::from(self.number)
    }

    /// The id whose number this is.
    pub fn from_bits(bits: u64) -> Self {
        NodeId { number: bits as u32, generation: (bits >> 32) as u32 }
    }
}

/// Where an edge lies: in its successor, or in a cell of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Link {
    /// In a node's n-th place.
    Inline(u32, usize),
    /// In an edge cell.
    Cell(u32),
}

impl Link {
    /// As a non-zero number.
    pub fn pack(self) -> u32 {
        match self {
            // Numbers are below 2²⁹ (see `slab`), so they leave room for the place, the flag and the one that is added.
            Link::Inline(number, place) => ((number + 1) << 2) | place as u32,
            Link::Cell(number) => EDGE_CELL | number,
        }
    }

    /// Back from a number; none for the end of a list.
    pub fn unpack(link: u32) -> Option<Self> {
        match link {
            NO_LINK => None,
            _ if link & EDGE_CELL != 0 => Some(Link::Cell(link & !EDGE_CELL)),
            _ => Some(Link::Inline((link >> 2) - 1, link as usize & (INLINE_LINKS - 1))),
        }
    }
}

/// An edge that has no room in its successor.
pub struct Edge {
    /// The successor's number.
    pub successor: AtomicU32,
    /// The next link of the same list.
    pub next: AtomicU32,
}

// SAFETY: two atomic integers; zero is a value of both, and neither needs a drop.
unsafe impl Zeroed for Edge {
    type Family = Edge;
}

/// Whether something is ready to run, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Met {
    /// It still waits.
    Waits,
    /// It is ready.
    Ready,
}

/// What became of an edge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Laid {
    /// It will be met when the node finishes.
    Yes,
    /// The node has finished: the edge is met.
    Finished,
    /// The node has failed: the edge is met and poisons.
    Failed,
}

/// Everything about a node but its job.
pub struct Header {
    successors: AtomicU64,
    pending: AtomicU64,
    /// The next links of the lists in which this node is a successor.
    pub links: [AtomicU32; INLINE_LINKS],
    /// What it is; written when it is made and when it has ended, by who has it then.
    kind: AtomicU32,
}

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kind {
    /// Whether it has a job, to run or for its label.
    pub has_job: bool,
    /// Whether its job is only there for the label.
    pub is_event: bool,
    /// Whether nobody has its id, so that nobody can add an edge from it.
    pub is_anonymous: bool,
}

const LIVE: u32 = 1;
const JOB: u32 = 2;
const EVENT: u32 = 4;
const ANONYMOUS: u32 = 8;

fn word(generation: u32, low: u32) -> u64 {
    u64::from(generation) << 32 | u64::from(low)
}

fn split(word: u64) -> (u32, u32) {
    ((word >> 32) as u32, word as u32)
}

impl Header {
    /// A header as it is in zeroed memory.
    #[cfg(all(test, loom))]
    pub fn new() -> Self {
        Header {
            successors: AtomicU64::new(0),
            pending: AtomicU64::new(0),
            links: [(); INLINE_LINKS].map(|()| AtomicU32::new(0)),
            kind: AtomicU32::new(0),
        }
    }

    /// The life that a free cell would begin now, or a live one is in.
    pub fn generation(&self) -> u32 {
        split(self.successors.load(Ordering::Relaxed)).0
    }

    /// Begins a life: the cell was free and is its creator's alone.
    #[inline]
    pub fn open(&self, kind: Kind, is_held: bool, unmet: u32) -> u32 {
        let generation = self.generation();
        let bits = LIVE
            | if kind.has_job { JOB } else { 0 }
            | if kind.is_event { EVENT } else { 0 }
            | if kind.is_anonymous { ANONYMOUS } else { 0 };
        self.kind.store(bits, Ordering::Relaxed);
        self.pending.store(word(generation, unmet | if is_held { HELD } else { 0 }), Ordering::Relaxed);
        generation
    }

    /// Begins the life of a node of which nobody will have the id: one store. It has no generation of its own, so it must
    /// not be named in records either, and ends without being [closed](Self::close).
    #[inline]
    pub fn open_nameless(&self) {
        // Of its former life nothing is left that would matter: it was neither held nor poisoned in the end.
        self.kind.store(JOB | ANONYMOUS, Ordering::Relaxed);
    }

    /// What it is; none if the cell is free. Only for who has the node, or when nobody works.
    #[inline]
    pub fn kind(&self) -> Option<Kind> {
        let bits = self.kind.load(Ordering::Relaxed);
        (bits & LIVE != 0).then_some(Kind {
            has_job: bits & JOB != 0,
            is_event: bits & EVENT != 0,
            is_anonymous: bits & ANONYMOUS != 0,
        })
    }

    /// Whether nobody has its id; as for [`kind`](Self::kind).
    #[inline]
    pub fn is_anonymous(&self) -> bool {
        self.kind.load(Ordering::Relaxed) & ANONYMOUS != 0
    }

    /// Whether it has no job to run; as for [`kind`](Self::kind).
    #[inline]
    pub fn is_event(&self) -> bool {
        self.kind.load(Ordering::Relaxed) & EVENT != 0
    }

    /// Adds an edge from this node; `set_next` writes the next link of the new one.
    #[inline]
    pub fn link(&self, generation: u32, link: u32, set_next: impl Fn(u32)) -> Laid {
        // Acquire, here and below: where the node has finished, its job's effects are visible. Pairs with `close`.
        let mut seen = self.successors.load(Ordering::Acquire);
        loop {
            let (now, first) = split(seen);
            if now != generation {
                return Laid::Finished;
            }
            if first == FAILED {
                return Laid::Failed;
            }
            set_next(first);
            // Release: `close` sees the next link, and the successor's state and job.
            let new = word(generation, link);
            match self.successors.compare_exchange_weak(seen, new, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Laid::Yes,
                Err(now) => seen = now,
            }
        }
    }

    /// Ends a life; the first link of the list of successors.
    #[inline]
    pub fn close(&self, is_anonymous: bool) -> u32 {
        self.kind.store(0, Ordering::Relaxed);
        let generation = self.generation().wrapping_add(1);
        if is_anonymous {
            // Nobody has the id, so there is no edge, and nobody races.
            self.successors.store(word(generation, NO_LINK), Ordering::Release);
            return NO_LINK;
        }
        // Acquire for the list, release for those whose edges fail from now on; both pair with `link`.
        split(self.successors.swap(word(generation, NO_LINK), Ordering::AcqRel)).1
    }

    /// Ends a life in failure, and is never used again; the first link of the list of successors.
    pub fn fail(&self) -> u32 {
        self.kind.store(0, Ordering::Relaxed);
        split(self.successors.swap(word(self.generation(), FAILED), Ordering::AcqRel)).1
    }

    /// Whether a life is over.
    pub fn is_over(&self, generation: u32) -> bool {
        let (now, first) = split(self.successors.load(Ordering::Acquire));
        now != generation || first == FAILED
    }

    /// The list of successors, when nobody works.
    pub fn first_link(&self) -> u32 {
        split(self.successors.load(Ordering::Acquire)).1
    }

    /// Some dependencies are met.
    #[inline]
    pub fn met(&self, count: u32) -> Met {
        // Acquire, here and below: who makes it ready has seen all that its dependencies did, as each met with release.
        // A single unmet dependency, nothing held: it is ours, and nobody else writes the word any more.
        if split(self.pending.load(Ordering::Acquire)).1 & (HELD | UNMET) == count {
            return Met::Ready;
        }
        let before = split(self.pending.fetch_sub(u64::from(count), Ordering::AcqRel)).1;
        if before & (HELD | UNMET) == count { Met::Ready } else { Met::Waits }
    }

    /// A dependency failed: the node will not be run. Before it is met.
    pub fn poison(&self) {
        self.pending.fetch_or(u64::from(POISONED), Ordering::AcqRel);
    }

    /// Whether a dependency failed; for who has the node.
    #[inline]
    pub fn is_poisoned(&self) -> bool {
        split(self.pending.load(Ordering::Relaxed)).1 & POISONED != 0
    }

    /// Whether it waits for a completion by hand.
    pub fn is_held(&self) -> bool {
        split(self.pending.load(Ordering::Relaxed)).1 & HELD != 0
    }

    /// Counts one dependency more, if the node is held.
    pub fn expect_another(&self, generation: u32) -> bool {
        let raise = |low| (low & HELD != 0).then_some(low + 1);
        self.change(generation, raise).is_some()
    }

    /// Completes it by hand; none if it was not held.
    pub fn release(&self, generation: u32) -> Option<Met> {
        let clear = |low| (low & HELD != 0).then_some(low & !HELD);
        let low = self.change(generation, clear)?;
        Some(if low & UNMET == 0 { Met::Ready } else { Met::Waits })
    }

    /// Changes the low half of `pending` if the generation is right; what it is now.
    fn change(&self, generation: u32, change: impl Fn(u32) -> Option<u32>) -> Option<u32> {
        let mut seen = self.pending.load(Ordering::Acquire);
        loop {
            let (now, low) = split(seen);
            if now != generation {
                return None;
            }
            let new = change(low)?;
            let exchange = self.pending.compare_exchange_weak(
                seen,
                word(generation, new),
                Ordering::AcqRel,
                Ordering::Acquire,
            );
            match exchange {
                Ok(_) => return Some(new),
                Err(now) => seen = now,
            }
        }
    }
}

/// A node in its cell.
#[repr(C)]
pub struct Node<J> {
    /// Its state.
    pub header: Header,
    job: UnsafeCell<MaybeUninit<J>>,
}

// SAFETY: atomic integers, for which zero is a value, and memory that may be uninitialised; nothing needs a drop. Nodes
// of all jobs begin with the header, by `repr(C)`.
unsafe impl<J> Zeroed for Node<J> {
    type Family = Header;
}

// SAFETY: the job is only touched through unsafe functions whose callers have the node for themselves, one thread at a
// time; so jobs move between threads (`J: Send`) but are never shared.
unsafe impl<J: Send> Sync for Node<J> {}

impl<J> Node<J> {
    /// Puts the job in.
    ///
    /// # Safety
    /// The caller has the node for itself: it just took the cell, or it is the one that runs the node.
    #[inline]
    pub unsafe fn put(&self, job: J) {
        // SAFETY: the caller's promise; what was there was dropped or never initialised.
        unsafe { (*self.job.get()).write(job) };
    }

    /// The job.
    ///
    /// # Safety
    /// The caller has the node for itself, and the job was put in and not dropped.
    #[inline]
    #[expect(clippy::mut_from_ref, reason = "the node's state makes the caller the only one")]
    pub unsafe fn job(&self) -> &mut J {
        // SAFETY: the caller's promise.
        unsafe { (*self.job.get()).assume_init_mut() }
    }

    /// Drops the job.
    ///
    /// # Safety
    /// As for [`job`](Self::job); nobody uses the job again.
    #[inline]
    pub unsafe fn drop_job(&self) {
        // SAFETY: the caller's promise.
        unsafe { (*self.job.get()).assume_init_drop() };
    }
}
