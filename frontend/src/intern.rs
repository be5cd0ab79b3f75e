//! Interned names: a sharded concurrent map from text to number, with lock-free reads from number to text.

use crate::shards::{Contention, MAP_SHARDS, Shards};
use crate::words::WORDS;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};

/// An interned string. Its number depends on the schedule, so it must never order output.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Symbol(NonZeroU32);

impl Symbol {
    /// The symbol of a number that `to_raw` gave.
    pub fn from_raw(raw: u32) -> Self {
        Symbol(NonZeroU32::new(raw).expect("symbols are numbered from 1"))
    }

    pub(crate) const fn fixed(raw: u32) -> Self {
        Symbol(NonZeroU32::new(raw).expect("symbols are numbered from 1"))
    }

    /// Its number.
    pub const fn to_raw(self) -> u32 {
        self.0.get()
    }
}

/// All names of a compilation. It knows the words of the language from the start: see the constants of [`Symbol`].
pub struct Interner {
    index: Shards<HashTable<Indexed>>,
    texts: boxcar::Vec<Box<str>>,
    id: u64,
}

/// An entry of the index, with half of its text's hash: a table that grows need not look at texts.
struct Indexed {
    hash: u32,
    symbol: Symbol,
}

impl Indexed {
    /// The hash as tables want it, which look at its lowest and its highest bits.
    fn spread(hash: u32) -> u64 {
        u64::from(hash) << 32 | u64::from(hash)
    }
}

impl Default for Interner {
    fn default() -> Self {
        Self::new(MAP_SHARDS)
    }
}

impl Interner {
    /// An interner without names, whose index has that many shards.
    pub fn new(shards: usize) -> Self {
        static IDS: AtomicU64 = AtomicU64::new(1);
        let names = Interner {
            index: Shards::new(shards),
            texts: boxcar::Vec::new(),
            id: IDS.fetch_add(1, Ordering::Relaxed),
        };
        for (index, word) in WORDS.iter().enumerate() {
            let symbol = names.intern(word);
            debug_assert_eq!(symbol.to_raw() as usize, index + 1, "`{word}` is listed twice");
        }
        names
    }

    /// The symbol of a text.
    pub fn intern(&self, text: &str) -> Symbol {
        self.intern_hashed(text, hash_of(text))
    }

    pub(crate) fn intern_hashed(&self, text: &str, hash: u64) -> Symbol {
        let mut table = self.index.write(hash);
        let hash = hash as u32;
        let is_it = |entry: &Indexed| entry.hash == hash && self.get(entry.symbol) == text;
        match table.entry(Indexed::spread(hash), is_it, |entry| Indexed::spread(entry.hash)) {
            Entry::Occupied(entry) => entry.get().symbol,
            Entry::Vacant(entry) => {
                let symbol = Symbol::from_raw(self.texts.push(text.into()) as u32 + 1);
                entry.insert(Indexed { hash, symbol });
                symbol
            }
        }
    }

    /// The text of a symbol of this interner.
    pub fn get(&self, symbol: Symbol) -> &str {
        &self.texts[symbol.to_raw() as usize - 1]
    }

    /// What happened at the locks of the index.
    pub fn contention(&self) -> Vec<Contention> {
        self.index.contention()
    }

    /// A number that no other interner of this process has.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }
}

pub(crate) fn hash_of(text: &str) -> u64 {
    FxBuildHasher.hash_one(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_one_symbol() {
        let names = Interner::default();
        let (a, b) = (names.intern("alpha"), names.intern("beta"));
        assert_ne!(a, b);
        assert_eq!(a, names.intern("alpha"));
        assert_eq!((names.get(a), names.get(b)), ("alpha", "beta"));
    }

    #[test]
    fn words_are_constants() {
        let names = Interner::default();
        for (index, word) in WORDS.iter().enumerate() {
            assert_eq!(names.intern(word).to_raw() as usize, index + 1);
        }
        assert_eq!(names.get(Symbol::VALIDATE), "validate");
    }
}
