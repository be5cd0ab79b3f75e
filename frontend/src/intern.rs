//! Interned names: a sharded concurrent map from text to number, with lock-free reads from number to text.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

/// An interned string. Its number depends on the schedule, so it must never order output.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Symbol(NonZeroU32);

impl Symbol {
    /// The symbol of a number that `to_raw` gave.
    pub fn from_raw(raw: u32) -> Self {
        Symbol(NonZeroU32::new(raw).expect("symbols are numbered from 1"))
    }

    /// Its number.
    pub fn to_raw(self) -> u32 {
        self.0.get()
    }
}

const SHARDS: usize = 64;

/// All names of a compilation.
pub struct Interner {
    shards: Box<[Mutex<HashTable<Symbol>>]>,
    texts: boxcar::Vec<Box<str>>,
}

impl Default for Interner {
    fn default() -> Self {
        Self::new()
    }
}

impl Interner {
    /// An interner without names.
    pub fn new() -> Self {
        Interner { shards: (0..SHARDS).map(|_| Mutex::default()).collect(), texts: boxcar::Vec::new() }
    }

    /// The symbol of a text.
    pub fn intern(&self, text: &str) -> Symbol {
        let hash = FxBuildHasher.hash_one(text);
        let shard = &self.shards[(hash >> 40) as usize % SHARDS];
        let mut table = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let hash_of = |symbol: &Symbol| FxBuildHasher.hash_one(self.get(*symbol));
        match table.entry(hash, |symbol| self.get(*symbol) == text, hash_of) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                let symbol = Symbol::from_raw(self.texts.push(text.into()) as u32 + 1);
                entry.insert(symbol);
                symbol
            }
        }
    }

    /// The text of a symbol of this interner.
    pub fn get(&self, symbol: Symbol) -> &str {
        &self.texts[symbol.to_raw() as usize - 1]
    }
}
