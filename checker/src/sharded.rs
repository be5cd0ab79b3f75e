//! A concurrent map whose readers share.

use rustc_hash::{FxBuildHasher, FxHashMap};
use sigil_frontend::{Contention, Shards};
use std::hash::{BuildHasher, Hash};

/// Sharded by the hash of the key.
pub(crate) struct ShardedMap<K, V>(Shards<FxHashMap<K, V>>);

impl<K: Hash + Eq, V: Clone> ShardedMap<K, V> {
    /// An empty map with that many shards.
    pub(crate) fn new(shards: usize) -> Self {
        ShardedMap(Shards::new(shards))
    }

    /// A copy of the value, if there is one.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        self.0.read(hash_of(key)).get(key).cloned()
    }

    /// Changes the value of a key, starting from `V::default()`.
    pub(crate) fn update(&self, key: K, change: impl FnOnce(&mut V))
    where
        V: Default,
    {
        change(self.0.write(hash_of(&key)).entry(key).or_default());
    }

    /// Sets the value of a key.
    pub(crate) fn insert(&self, key: K, value: V) {
        self.0.write(hash_of(&key)).insert(key, value);
    }

    /// What happened at its locks.
    pub(crate) fn contention(&self) -> Vec<Contention> {
        self.0.contention()
    }
}

fn hash_of(key: &impl Hash) -> u64 {
    FxBuildHasher.hash_one(key)
}
