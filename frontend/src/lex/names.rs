//! From words to symbols, without taking a lock for those seen lately.

use crate::intern::hash_of;
use crate::{Interner, Symbol};

const BITS: u32 = 11;

/// A name up to 16 bytes is held here whole; of a longer one the hash is, and the interner has the text.
#[derive(Clone, Copy, Default)]
struct Entry {
    low: u64,
    high: u64,
    len: u32,
    /// 0: empty.
    raw: u32,
}

type Entries = [Entry; 1 << BITS];

/// A direct-mapped cache in front of one interner. It is emptied when it meets another one.
#[derive(Default)]
pub(super) struct NameCache {
    /// [`Interner::id`] of the interner whose symbols these are.
    owner: u64,
    entries: Option<Box<Entries>>,
}

impl NameCache {
    /// Ready for the names of one interner.
    pub(super) fn bind<'a>(&'a mut self, names: &'a Interner) -> CachedNames<'a> {
        if self.owner != names.id() {
            self.owner = names.id();
            self.entries = None;
        }
        let empty = || vec![Entry::default(); 1 << BITS].into_boxed_slice().try_into().ok();
        let entries = match &mut self.entries {
            Some(entries) => entries,
            none => none.insert(empty().expect("it has this length")),
        };
        CachedNames { entries, names }
    }
}

/// Gives words their numbers.
pub(super) trait Words {
    /// The symbol number of `text[start..end]`.
    fn number(&mut self, text: &str, start: usize, end: usize) -> u32;
}

/// An interner with a cache in front.
pub(super) struct CachedNames<'a> {
    entries: &'a mut Entries,
    names: &'a Interner,
}

impl Words for CachedNames<'_> {
    #[inline]
    fn number(&mut self, text: &str, start: usize, end: usize) -> u32 {
        let len = end - start;
        if len.wrapping_sub(1) >= 16 {
            return self.long(&text[start..end]);
        }
        let wide = pack(text.as_bytes(), start, len);
        let (low, high) = (wide as u64, (wide >> 64) as u64);
        let slot = slot(low ^ high.rotate_left(29));
        let entry = &mut self.entries[slot];
        if entry.low == low && entry.high == high && entry.len == len as u32 {
            return entry.raw;
        }
        self.miss(slot, low, high, &text[start..end])
    }
}

impl CachedNames<'_> {
    #[cold]
    #[inline(never)]
    fn miss(&mut self, slot: usize, low: u64, high: u64, text: &str) -> u32 {
        let raw = self.names.intern(text).to_raw();
        self.entries[slot] = Entry { low, high, len: text.len() as u32, raw };
        raw
    }

    #[inline(never)]
    fn long(&mut self, text: &str) -> u32 {
        let hash = hash_of(text);
        let slot = slot(hash);
        let (entry, len) = (&mut self.entries[slot], text.len() as u32);
        // Short names have other lengths, so `raw` is a symbol whose text had this hash.
        let known = entry.raw != 0 && entry.low == hash && entry.len == len;
        if !known || self.names.get(Symbol::from_raw(entry.raw)) != text {
            let raw = self.names.intern_hashed(text, hash).to_raw();
            *entry = Entry { low: hash, high: 0, len, raw };
        }
        entry.raw
    }
}

#[inline]
fn slot(key: u64) -> usize {
    // The multiplier is 2^64 divided by the golden ratio; the top bits depend on all bits of the key.
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - BITS)) as usize
}

/// The bytes `start..start + len` (1 to 16), padded with zeros.
#[inline]
fn pack(bytes: &[u8], start: usize, len: usize) -> u128 {
    match bytes[start..].first_chunk() {
        Some(wide) => u128::from_le_bytes(*wide) & (u128::MAX >> (128 - 8 * len as u32)),
        None => {
            let mut wide = [0; 16];
            wide[..len].copy_from_slice(&bytes[start..start + len]);
            u128::from_le_bytes(wide)
        }
    }
}
