//! Storage that never moves: cells are found by number, used again after they are free, and [kept](Kept) for the next run.
//!
//! ```text
//!  number + 32 = 1 bbbbb ooooo     bucket = position of the leading one, offset = the rest
//!  buckets: [ 32 cells ][ 64 cells ][ 128 cells ] …   zeroed by the system: cells not yet used cost nothing
//! ```
//!
//! Numbers are handed out in blocks. Each worker keeps the free ones in a list of its own ([`Free`]); lists that grow
//! too long are shared, so that a worker which only makes nodes lives on what another one frees.

#![expect(unsafe_code, reason = "cells live in raw zeroed memory that is published by pointer")]

use crate::sync::{AtomicU32, AtomicUsize, Mutex, Ordering, lock};
use crossbeam_utils::CachePadded;
use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::sync::atomic::AtomicPtr;

/// Cells of the first bucket, and of a block.
const BLOCK: u32 = if cfg!(loom) { 4 } else { 32 };
/// With the last bucket there are 2²⁹ cells.
const BUCKETS: usize = 25;
/// Free numbers that a worker keeps before it shares. Small under loom, to get there.
const KEPT: usize = if cfg!(loom) { 4 } else { 512 };
/// So many go at once.
const SHARED: usize = KEPT / 2;

/// A type for which memory full of zeroes is a valid value that needs no drop.
///
/// # Safety
/// As the first line says; and what is a value of one type is a value of all types of its family with the same size and
/// alignment.
pub unsafe trait Zeroed {
    /// Types that can take over each other's memory.
    type Family;
}

/// Cells, shared by all workers.
pub struct Slab<T> {
    buckets: [AtomicPtr<T>; BUCKETS],
    /// Numbers handed out so far.
    claimed: CachePadded<AtomicU32>,
    /// Free numbers of which some worker had too many.
    spare: Mutex<Vec<u32>>,
    /// How many there are, for a look without the lock.
    n_spare: AtomicUsize,
}

// SAFETY: a slab hands out only `&T`, on any thread, which `T: Sync` allows. It creates no `T` but zeroed ones and
// drops none, so nothing of a `T` is ever sent.
unsafe impl<T: Sync> Send for Slab<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Slab<T> {}

#[inline]
fn place(number: u32) -> (usize, usize) {
    let biased = number.wrapping_add(BLOCK);
    // The lowest bit says nothing about the bucket; with it set, there is a leading one for sure.
    let bucket = (biased | 1).ilog2() - BLOCK.ilog2();
    (bucket as usize, (biased - (BLOCK << bucket)) as usize)
}

/// Of a bucket of cells.
fn layout(cell: Layout, bucket: usize) -> Layout {
    let size = cell.size().checked_mul((BLOCK as usize) << bucket);
    size.and_then(|size| Layout::from_size_align(size, cell.align()).ok())
        .expect("a bucket is smaller than the address space")
}

impl<T: Zeroed> Slab<T> {
    /// An empty slab.
    pub fn new() -> Self {
        Slab {
            buckets: [const { AtomicPtr::new(ptr::null_mut()) }; BUCKETS],
            claimed: CachePadded::new(AtomicU32::new(0)),
            spare: Mutex::new(Vec::new()),
            n_spare: AtomicUsize::new(0),
        }
    }

    /// An empty slab, with the memory of an earlier one if that had cells like these.
    pub fn with(kept: Option<Kept<T::Family>>) -> Self {
        let mut slab = Slab::new();
        if let Some(mut kept) = kept.filter(|kept| kept.memory.cell == Layout::new::<T>()) {
            let buckets = std::mem::replace(&mut kept.memory.buckets, [ptr::null_mut(); BUCKETS]);
            // What was a value of another type of the family is a value of this one.
            slab.buckets = buckets.map(|start| AtomicPtr::new(start.cast()));
        }
        slab
    }

    /// The memory, for a slab to come; what is in the cells stays there.
    pub fn keep(mut self) -> Kept<T::Family> {
        let buckets =
            std::mem::replace(&mut self.buckets, [const { AtomicPtr::new(ptr::null_mut()) }; BUCKETS]);
        let buckets = buckets.map(|start| start.into_inner().cast());
        Kept { memory: Memory { buckets, cell: Layout::new::<T>() }, _family: PhantomData }
    }

    /// The cell with a number, if there is one.
    #[inline]
    pub fn get(&self, number: u32) -> Option<&T> {
        if number >= MAX_CELLS { None } else { self.cell(number) }
    }

    #[inline]
    fn cell(&self, number: u32) -> Option<&T> {
        let (bucket, offset) = place(number);
        // Pairs with the exchange in `bucket`: the memory is zeroed before it is seen.
        let start = self.buckets[bucket].load(std::sync::atomic::Ordering::Acquire);
        if start.is_null() {
            return None;
        }
        // SAFETY: the bucket holds `BLOCK << bucket` cells, `offset` is below that by construction; zeroes are a valid
        // `T`, cells are never moved or freed before the slab is, and nobody ever has a `&mut T`.
        Some(unsafe { &*start.add(offset) })
    }

    /// The cell with a number that was handed out.
    #[inline]
    pub fn at(&self, number: u32) -> &T {
        self.cell(number).expect("the number was handed out")
    }

    /// How many numbers were handed out.
    pub fn claimed(&self) -> u32 {
        self.claimed.load(Ordering::Acquire)
    }

    fn claim(&self) -> u32 {
        let first = self.claimed.fetch_add(BLOCK, Ordering::AcqRel);
        assert!(first < MAX_CELLS - BLOCK, "more than {MAX_CELLS} unfinished nodes or edges");
        self.fill(place(first).0);
        first
    }

    /// Makes sure that a bucket has memory.
    fn fill(&self, bucket: usize) {
        let target = &self.buckets[bucket];
        if !target.load(std::sync::atomic::Ordering::Acquire).is_null() {
            return;
        }
        let layout = layout(Layout::new::<T>(), bucket);
        // SAFETY: no `T` of ours is of size zero, so the layout is not empty.
        let memory = unsafe { alloc_zeroed(layout) }.cast::<T>();
        let Some(memory) = NonNull::new(memory) else { handle_alloc_error(layout) };
        let (success, failure) = (std::sync::atomic::Ordering::AcqRel, std::sync::atomic::Ordering::Acquire);
        if target.compare_exchange(ptr::null_mut(), memory.as_ptr(), success, failure).is_err() {
            // SAFETY: allocated above with this layout, and shown to nobody.
            unsafe { dealloc(memory.as_ptr().cast(), layout) };
        }
    }
}

/// More cannot be numbered.
const MAX_CELLS: u32 = BLOCK << (BUCKETS - 1);

impl<T> Drop for Slab<T> {
    fn drop(&mut self) {
        // `&mut self` says that no reference is left.
        let buckets = self.buckets.each_mut().map(|start| start.get_mut().cast());
        drop(Memory { buckets, cell: Layout::new::<T>() });
    }
}

/// A slab's memory while there is no slab.
pub struct Kept<F> {
    memory: Memory,
    _family: PhantomData<fn() -> F>,
}

/// Buckets that nobody has.
struct Memory {
    buckets: [*mut u8; BUCKETS],
    /// Of each cell.
    cell: Layout,
}

// SAFETY: nothing else points to the memory, and nothing in it needs a drop.
unsafe impl Send for Memory {}
// SAFETY: who shares one can do nothing with it.
unsafe impl Sync for Memory {}

impl Drop for Memory {
    fn drop(&mut self) {
        for (bucket, &start) in self.buckets.iter().enumerate() {
            if !start.is_null() {
                // SAFETY: allocated in `fill` with this layout, and nobody has it any more.
                unsafe { dealloc(start, layout(self.cell, bucket)) };
            }
        }
    }
}

/// A worker's free numbers.
pub struct Free {
    numbers: Box<[u32; KEPT]>,
    len: usize,
}

impl Free {
    /// None yet.
    pub fn new() -> Self {
        Free { numbers: Box::new([0; KEPT]), len: 0 }
    }

    /// A free number.
    #[inline]
    pub fn take<T: Zeroed>(&mut self, slab: &Slab<T>) -> u32 {
        if self.len == 0 {
            self.refill(slab);
        }
        self.len -= 1;
        self.numbers[self.len]
    }

    #[cold]
    fn refill<T: Zeroed>(&mut self, slab: &Slab<T>) {
        // A stale zero only costs a new block.
        if slab.n_spare.load(Ordering::Relaxed) > 0 {
            let mut spare = lock(&slab.spare);
            let rest = spare.len().saturating_sub(SHARED);
            self.len = spare.len() - rest;
            self.numbers[..self.len].copy_from_slice(&spare[rest..]);
            spare.truncate(rest);
            slab.n_spare.store(rest, Ordering::Relaxed);
        }
        if self.len == 0 {
            let first = slab.claim();
            self.len = BLOCK as usize;
            (first..first + BLOCK).rev().zip(&mut *self.numbers).for_each(|(number, place)| *place = number);
        }
    }

    /// Gives a number back.
    #[inline]
    pub fn give<T: Zeroed>(&mut self, slab: &Slab<T>, number: u32) {
        if self.len == KEPT {
            self.share(slab);
        }
        self.numbers[self.len] = number;
        self.len += 1;
    }

    #[cold]
    fn share<T: Zeroed>(&mut self, slab: &Slab<T>) {
        // The lock also hands on what was written to the cells.
        let mut spare = lock(&slab.spare);
        spare.extend_from_slice(&self.numbers[..SHARED]);
        slab.n_spare.store(spare.len(), Ordering::Relaxed);
        drop(spare);
        // The newest stay: they are in the cache.
        self.numbers.copy_within(SHARED.., 0);
        self.len = KEPT - SHARED;
    }
}
