//! A concurrent map whose readers share.

use rustc_hash::{FxBuildHasher, FxHashMap};
use std::hash::{BuildHasher, Hash};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

const SHARDS: usize = 64;

/// Sharded by the hash of the key.
pub(crate) struct ShardedMap<K, V> {
    shards: Box<[RwLock<FxHashMap<K, V>>]>,
    contended: AtomicU64,
}

impl<K: Hash + Eq, V: Clone> ShardedMap<K, V> {
    pub(crate) fn new() -> Self {
        Self { shards: (0..SHARDS).map(|_| RwLock::default()).collect(), contended: AtomicU64::new(0) }
    }

    fn shard(&self, key: &K) -> &RwLock<FxHashMap<K, V>> {
        &self.shards[(FxBuildHasher.hash_one(key) >> 40) as usize % SHARDS]
    }

    /// A copy of the value, if there is one.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let shard = self.shard(key);
        let map = match shard.try_read() {
            Ok(map) => map,
            Err(_) => {
                self.contended.fetch_add(1, Ordering::Relaxed);
                shard.read().unwrap_or_else(PoisonError::into_inner)
            }
        };
        map.get(key).cloned()
    }

    /// Changes the value of a key, starting from `V::default()`.
    pub(crate) fn update(&self, key: K, change: impl FnOnce(&mut V))
    where
        V: Default,
    {
        let mut map = self.shard(&key).write().unwrap_or_else(PoisonError::into_inner);
        change(map.entry(key).or_default());
    }

    /// Sets the value of a key.
    pub(crate) fn insert(&self, key: K, value: V) {
        let mut map = self.shard(&key).write().unwrap_or_else(PoisonError::into_inner);
        map.insert(key, value);
    }

    /// How often a reader found its shard locked for writing.
    pub(crate) fn contended(&self) -> u64 {
        self.contended.load(Ordering::Relaxed)
    }
}
