//! A worker's own queue of ready nodes: the owner works at the bottom, thieves take from the top.
//!
//! The algorithm is that of Chase and Lev ("Dynamic circular work-stealing deque", SPAA 2005) with the orderings of
//! Lê et al. ("Correct and efficient work-stealing for weak memory models", PPoPP 2013), fences replaced by `SeqCst`
//! accesses. Items are node numbers in atomic slots, so there is no unsafe code and no data race to argue away.
//!
//! ```text
//!   top ─► [ oldest ][        ][        ][ newest ] ◄─ bottom
//!   thieves: compare-and-swap top        owner: plain moves; the last item is raced for at top
//! ```
//!
//! Buffers that were outgrown stay until the deque is dropped, so that a slow thief may still read from them: at most
//! as much memory again as the largest one.

use crate::sync::{AtomicU32, AtomicUsize, Ordering, publish, settle};
use crossbeam_utils::CachePadded;
use std::sync::OnceLock;

/// Slots of the smallest buffer. Small under loom, so that growth is reached.
const FIRST: usize = if cfg!(loom) { 2 } else { 64 };
/// Each level's buffer has twice the slots; the last one holds more nodes than there can be.
const LEVELS: usize = 24;

/// What all workers share of a deque.
pub struct Deque {
    /// Number of the oldest item. Written by whoever takes it, with a compare-and-swap.
    top: CachePadded<AtomicUsize>,
    /// Number after the newest item. Written by the owner.
    bottom: CachePadded<AtomicUsize>,
    /// Which buffer is in use. Written by the owner.
    level: AtomicU32,
    buffers: [OnceLock<Box<[AtomicU32]>>; LEVELS],
}

/// How an attempt to steal ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Steal {
    /// An item.
    Success(u32),
    /// There was none.
    Empty,
    /// Somebody else was faster.
    Retry,
}

impl Deque {
    /// An empty deque without a buffer.
    pub fn new() -> Self {
        Deque {
            top: CachePadded::new(AtomicUsize::new(0)),
            bottom: CachePadded::new(AtomicUsize::new(0)),
            level: AtomicU32::new(0),
            buffers: [const { OnceLock::new() }; LEVELS],
        }
    }

    fn buffer(&self, level: usize) -> &[AtomicU32] {
        self.buffers[level].get_or_init(|| (0..FIRST << level).map(|_| AtomicU32::new(0)).collect())
    }

    /// Whether there is nothing to steal, by a look that writes nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many items there are, about.
    pub fn len(&self) -> usize {
        // Top first: it only grows, so the difference is never more than there was at some time in between.
        let top = self.top.load(Ordering::SeqCst);
        self.bottom.load(Ordering::SeqCst).saturating_sub(top)
    }

    /// Takes the oldest item.
    pub fn steal(&self) -> Steal {
        let top = self.top.load(Ordering::SeqCst);
        settle();
        // Pairs with the owner's stores of `bottom`: the slot and the node behind it are visible.
        let bottom = self.bottom.load(Ordering::SeqCst);
        if top >= bottom {
            return Steal::Empty;
        }
        // Pairs with the store in `Owner::grow`: a new buffer is filled before it is seen.
        let buffer = self.buffer(self.level.load(Ordering::Acquire) as usize);
        let item = buffer[top & (buffer.len() - 1)].load(Ordering::Relaxed);
        // Whoever moves `top` has the item. A slot is overwritten only after that, so the item read is the right one.
        match self.top.compare_exchange(top, top + 1, Ordering::SeqCst, Ordering::Relaxed) {
            Ok(_) => Steal::Success(item),
            Err(_) => Steal::Retry,
        }
    }
}

/// The owner's side. There is one a deque, or items are lost and doubled.
pub struct Owner<'a> {
    deque: &'a Deque,
    buffer: &'a [AtomicU32],
    level: usize,
    /// `top` as last read: a lower bound, which saves a look at a cache line that thieves write.
    top: usize,
    /// Whether there are no thieves, so that nothing has to be made visible to anybody.
    is_alone: bool,
}

impl<'a> Owner<'a> {
    /// Takes the owner's side. `is_alone`: nobody will ever steal.
    pub fn new(deque: &'a Deque, is_alone: bool) -> Self {
        let level = deque.level.load(Ordering::Acquire) as usize;
        let top = deque.top.load(Ordering::Acquire);
        Owner { deque, buffer: deque.buffer(level), level, top, is_alone }
    }

    /// The shared side.
    pub fn shared(&self) -> &'a Deque {
        self.deque
    }

    /// Adds the newest item and makes it visible before any later `SeqCst` load of the caller.
    #[inline]
    pub fn push(&mut self, item: u32) {
        let bottom = self.deque.bottom.load(Ordering::Relaxed);
        if bottom - self.top >= self.buffer.len() {
            // Pairs with `steal`: slots below it may be used again.
            self.top = self.deque.top.load(Ordering::Acquire);
            if bottom - self.top >= self.buffer.len() {
                self.grow(bottom);
            }
        }
        self.buffer[bottom & (self.buffer.len() - 1)].store(item, Ordering::Relaxed);
        self.set_bottom(bottom + 1);
    }

    #[inline]
    fn set_bottom(&self, bottom: usize) {
        if self.is_alone {
            self.deque.bottom.store(bottom, Ordering::Relaxed);
        } else {
            publish(&self.deque.bottom, bottom);
        }
    }

    #[cold]
    fn grow(&mut self, bottom: usize) {
        let new = self.deque.buffer(self.level + 1);
        for number in self.top..bottom {
            let item = self.buffer[number & (self.buffer.len() - 1)].load(Ordering::Relaxed);
            new[number & (new.len() - 1)].store(item, Ordering::Relaxed);
        }
        self.level += 1;
        self.buffer = new;
        self.deque.level.store(self.level as u32, Ordering::Release);
    }

    /// Takes the newest item.
    #[inline]
    pub fn pop(&mut self) -> Option<u32> {
        let bottom = self.deque.bottom.load(Ordering::Relaxed);
        // Only the owner adds, so an empty deque stays empty: no need to write.
        if self.deque.top.load(Ordering::Relaxed) >= bottom {
            return None;
        }
        let last = bottom - 1;
        self.set_bottom(last);
        if self.is_alone {
            return Some(self.buffer[last & (self.buffer.len() - 1)].load(Ordering::Relaxed));
        }
        let top = self.deque.top.load(Ordering::SeqCst);
        if top < last {
            return Some(self.buffer[last & (self.buffer.len() - 1)].load(Ordering::Relaxed));
        }
        // The last item, or none: race with the thieves for it.
        let is_ours = top == last
            && self.deque.top.compare_exchange(top, top + 1, Ordering::SeqCst, Ordering::Relaxed).is_ok();
        let item = is_ours.then(|| self.buffer[last & (self.buffer.len() - 1)].load(Ordering::Relaxed));
        self.deque.bottom.store(bottom, Ordering::Release);
        item
    }

    /// Takes the oldest item, as a thief would.
    pub fn pop_oldest(&mut self) -> Option<u32> {
        loop {
            match self.deque.steal() {
                Steal::Success(item) => return Some(item),
                Steal::Empty => return None,
                Steal::Retry => {}
            }
        }
    }
}
