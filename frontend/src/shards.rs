//! The locked parts of a shared map, which say how often and for how long somebody waited for them.

use parking_lot::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Shards of a map, unless something else is asked for: from here on, more of them gain nothing with 16 workers
/// (`cargo run --release -p sigil-benches --bin contention`).
pub const MAP_SHARDS: usize = 64;

/// Parts of a map, each behind a lock of its own and on cache lines of its own.
pub struct Shards<T>(Box<[Shard<T>]>);

/// 64 bytes are a cache line: a lock that is taken does not slow its neighbours down.
#[repr(align(64))]
struct Shard<T> {
    lock: RwLock<T>,
    waits: Waits,
}

/// Counts the waits at a lock.
#[derive(Default)]
pub struct Waits {
    collisions: AtomicU64,
    /// Nanoseconds.
    waited: AtomicU64,
}

/// How often a lock was found taken, and how long that held a thread up.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Contention {
    /// Times that the lock was found taken.
    pub collisions: u64,
    /// Time between then and getting it, summed over all threads.
    pub waited: Duration,
}

impl<T: Default> Shards<T> {
    /// A map in that many parts, rounded up to a power of two.
    pub fn new(count: usize) -> Self {
        let shard = || Shard { lock: RwLock::default(), waits: Waits::default() };
        Shards((0..count.max(1).next_power_of_two()).map(|_| shard()).collect())
    }

    /// The part that has the keys of this hash, for looking.
    pub fn read(&self, hash: u64) -> RwLockReadGuard<'_, T> {
        let shard = self.shard(hash);
        shard.lock.try_read().unwrap_or_else(|| shard.waits.count(|| shard.lock.read()))
    }

    /// The part that has the keys of this hash, for changing.
    pub fn write(&self, hash: u64) -> RwLockWriteGuard<'_, T> {
        let shard = self.shard(hash);
        shard.lock.try_write().unwrap_or_else(|| shard.waits.count(|| shard.lock.write()))
    }

    /// What happened at each shard's lock.
    pub fn contention(&self) -> Vec<Contention> {
        self.0.iter().map(|shard| shard.waits.contention()).collect()
    }

    fn shard(&self, hash: u64) -> &Shard<T> {
        // Hash tables use the lowest and the highest seven bits.
        &self.0[(hash >> 40) as usize & (self.0.len() - 1)]
    }
}

impl Waits {
    /// Takes a lock that was found taken.
    #[cold]
    #[expect(clippy::disallowed_methods, reason = "the time goes into statistics and nowhere else")]
    pub fn count<G>(&self, lock: impl FnOnce() -> G) -> G {
        let start = std::time::Instant::now();
        let guard = lock();
        self.collisions.fetch_add(1, Ordering::Relaxed);
        self.waited.fetch_add(start.elapsed().as_nanos() as u64, Ordering::Relaxed);
        guard
    }

    /// What has been counted so far.
    pub fn contention(&self) -> Contention {
        Contention {
            collisions: self.collisions.load(Ordering::Relaxed),
            waited: Duration::from_nanos(self.waited.load(Ordering::Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_powers_of_two() {
        for (asked, given) in [(0, 1), (1, 1), (3, 4), (64, 64)] {
            assert_eq!(Shards::<u32>::new(asked).contention().len(), given);
        }
    }

    #[test]
    fn hashes_find_their_shard_again() {
        let shards = Shards::<Vec<u64>>::new(8);
        let hashes: Vec<u64> = (0..32).map(|n| n << 40).collect();
        hashes.iter().for_each(|&hash| shards.write(hash).push(hash));
        assert!(hashes.iter().all(|hash| shards.read(*hash).contains(hash)));
        assert!(shards.contention().iter().all(|shard| *shard == Contention::default()));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a lock is only found taken by another thread")]
    fn waiting_is_counted() {
        let shards = Shards::<u32>::new(1);
        std::thread::scope(|scope| {
            let guard = shards.write(0);
            let reader = scope.spawn(|| *shards.read(0));
            // The count is raised once the lock is had, so the sleep is what makes the reader find it taken.
            std::thread::sleep(Duration::from_millis(20));
            drop(guard);
            assert_eq!(reader.join().ok(), Some(0));
        });
        let [all] = shards.contention()[..] else { panic!("not one shard") };
        assert!(all.collisions <= 1 && (all.collisions == 0) == all.waited.is_zero(), "{all:?}");
    }
}
