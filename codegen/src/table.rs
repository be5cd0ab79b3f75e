//! What is known of types, filed by type number: read without locks, filled by whoever asks first.

use std::sync::OnceLock;

/// Number of entries in the first bucket; each further one is twice as large.
const FIRST: usize = 64;
const BUCKETS: usize = 27;

type Bucket<T> = OnceLock<Box<[OnceLock<T>]>>;

/// A vector of write-once slots that never moves them.
pub(crate) struct Table<T> {
    buckets: [Bucket<T>; BUCKETS],
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { buckets: [const { OnceLock::new() }; BUCKETS] }
    }
}

impl<T> Table<T> {
    fn slot(&self, index: u32) -> &OnceLock<T> {
        let at = index as usize + FIRST;
        let bucket = (at.ilog2() - FIRST.ilog2()) as usize;
        let size = FIRST << bucket;
        let slots = self.buckets[bucket].get_or_init(|| (0..size).map(|_| OnceLock::new()).collect());
        &slots[at - size]
    }

    /// The entry; `make` is called without any lock, as it may ask for other entries. When two make the same entry,
    /// one of the (equal) results is dropped.
    pub(crate) fn get(&self, index: u32, make: impl FnOnce() -> T) -> &T {
        let slot = self.slot(index);
        match slot.get() {
            Some(found) => found,
            None => {
                let made = make();
                slot.get_or_init(|| made)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_stay_apart() {
        let table = Table::default();
        for index in (0..5000).chain(1 << 20..(1 << 20) + 3) {
            assert_eq!(*table.get(index, || index), index);
        }
        assert!((0..5000).all(|index| *table.get(index, || 0) == index));
    }
}
