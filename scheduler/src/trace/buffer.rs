//! Where a worker's notes go: chunks that never move, so that nothing is copied while the run goes on.
//!
//! The first touch of new memory costs more than everything else about a note. So chunks begin small, and the
//! [`Store`] keeps those of earlier runs for the next.

use memmap2::{Advice, MmapMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Words of the first chunk, which small runs do not leave. Each one after it is twice as large as the one before.
const FIRST: usize = 4096;
/// Words of the last of these.
const MIDDLE: usize = 1 << 16;
/// Words of later chunks: on huge pages, as those are touched for less where much of them is used.
const LATER: usize = 1 << 20;

/// Words in the order in which they came.
#[derive(Debug, Default)]
pub struct Buffer {
    /// Full chunks, and how many bytes of each are used.
    full: Vec<(Chunk, usize)>,
    chunk: Chunk,
    /// The next byte's place in the chunk.
    at: usize,
    /// Bytes that are left after it.
    room: usize,
    /// Where chunks come from, and go to in the end.
    store: Arc<Store>,
}

/// Chunks that nobody uses.
#[derive(Debug, Default)]
pub struct Store(Mutex<Vec<Chunk>>);

impl Store {
    fn lock(&self) -> MutexGuard<'_, Vec<Chunk>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The largest chunk.
    fn take(&self) -> Option<Chunk> {
        let mut chunks = self.lock();
        let (at, _) = chunks.iter().enumerate().max_by_key(|(_, chunk)| chunk.bytes().len())?;
        Some(chunks.swap_remove(at))
    }
}

#[derive(Debug)]
enum Chunk {
    Plain(Box<[u8]>),
    Mapped(MmapMut),
}

impl Default for Chunk {
    fn default() -> Self {
        Chunk::Plain(Box::default())
    }
}

impl Chunk {
    #[inline]
    fn bytes_mut(&mut self) -> &mut [u8] {
        match self {
            Chunk::Mapped(map) => map,
            Chunk::Plain(bytes) => bytes,
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Chunk::Plain(bytes) => bytes,
            Chunk::Mapped(map) => map,
        }
    }

    fn new(words: usize) -> Self {
        let plain = || Chunk::Plain(vec![0; words * 8].into());
        if words < LATER {
            return plain();
        }
        let Ok(map) = MmapMut::map_anon(words * 8) else { return plain() };
        // Where there are no huge pages, small ones do.
        #[cfg(target_os = "linux")]
        let _ = map.advise(Advice::HugePage);
        Chunk::Mapped(map)
    }
}

impl Buffer {
    /// Without words; it takes its chunks from a store.
    pub fn new(store: Arc<Store>) -> Self {
        Buffer { full: Vec::new(), chunk: Chunk::default(), at: 0, room: 0, store }
    }

    /// Adds words.
    #[inline]
    pub fn push<const N: usize>(&mut self, words: [u64; N]) {
        fill(self.place(N * 8), words);
    }

    /// Adds a word.
    #[inline]
    pub fn push_one(&mut self, word: u64) {
        self.push([word]);
    }

    /// Adds words of which there may be many.
    #[inline]
    pub fn extend(&mut self, mut words: impl ExactSizeIterator<Item = u64>) {
        if words.len() <= FIRST {
            fill(self.place(words.len() * 8), words);
        } else {
            words.by_ref().for_each(|word| self.push_one(word));
        }
    }

    /// The next bytes, all in one chunk.
    #[inline]
    fn place(&mut self, n_bytes: usize) -> &mut [u8] {
        if self.room < n_bytes {
            self.go_on();
        }
        let start = self.at;
        self.at += n_bytes;
        self.room -= n_bytes;
        &mut self.chunk.bytes_mut()[start..start + n_bytes]
    }

    #[cold]
    fn go_on(&mut self) {
        let words = match self.chunk.bytes().len() / 8 {
            0 => FIRST,
            last if last < MIDDLE => 2 * last,
            _ => LATER,
        };
        let next = self.store.take().unwrap_or_else(|| Chunk::new(words));
        let chunk = std::mem::replace(&mut self.chunk, next);
        self.full.push((chunk, self.at));
        (self.at, self.room) = (0, self.chunk.bytes().len());
    }

    /// All words.
    pub fn words(&self) -> Vec<u64> {
        let last = &self.chunk.bytes()[..self.at];
        let chunks = self.full.iter().map(|(chunk, used)| &chunk.bytes()[..*used]).chain([last]);
        let words = chunks.flat_map(|chunk| chunk.chunks_exact(8));
        words.map(|word| u64::from_ne_bytes(word.try_into().expect("eight bytes"))).collect()
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let chunks = self.full.drain(..).map(|(chunk, _)| chunk).chain([std::mem::take(&mut self.chunk)]);
        self.store.lock().extend(chunks.filter(|chunk| !chunk.bytes().is_empty()));
    }
}

#[inline]
fn fill(place: &mut [u8], words: impl IntoIterator<Item = u64>) {
    for (place, word) in place.chunks_exact_mut(8).zip(words) {
        place.copy_from_slice(&word.to_ne_bytes());
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_across_chunks() {
        let store = Arc::new(Store::default());
        for _ in 0..2 {
            let mut buffer = Buffer::new(store.clone());
            let mut all: Vec<u64> = Vec::new();
            // Pieces that do not fit are in the next chunk as a whole; the last one is larger than the first chunk.
            for n in [3, FIRST - 4, 2 * FIRST - 5, MIDDLE - 5, LATER - 5, 11, 0, 2 * FIRST] {
                let piece: Vec<u64> = (0..n as u64).map(|word| word + all.len() as u64).collect();
                buffer.extend(piece.iter().copied());
                buffer.push([1, 2, 3]);
                all.extend(piece.into_iter().chain([1, 2, 3]));
            }
            assert_eq!(buffer.words(), all);
            drop(buffer);
            // The second time, all of them had been there.
            let mut sizes: Vec<_> = store.lock().iter().map(|chunk| chunk.bytes().len() / 8).collect();
            sizes.sort_unstable();
            assert_eq!(sizes, [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST, MIDDLE, LATER]);
        }
        assert!(Buffer::default().words().is_empty());
    }
}
