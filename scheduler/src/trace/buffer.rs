//! Where a worker's notes go: chunks that never move, so that nothing is copied while the run goes on.

use memmap2::{Advice, MmapMut};

/// Words of the first chunk, which small runs do not leave.
const FIRST: usize = 4096;
/// Words of later chunks: huge pages, as the first touch of small ones would cost more than everything else together.
const LATER: usize = 1 << 20;

/// Words in the order in which they came.
#[derive(Debug, Default)]
pub struct Buffer {
    /// Full chunks.
    full: Vec<Chunk>,
    chunk: Chunk,
    /// The next byte's place in the chunk.
    at: usize,
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
    fn bytes(&self) -> &[u8] {
        match self {
            Chunk::Plain(bytes) => bytes,
            Chunk::Mapped(map) => map,
        }
    }

    fn later() -> Self {
        let Ok(map) = MmapMut::map_anon(LATER * 8) else { return Chunk::Plain(vec![0; LATER * 8].into()) };
        // Where there are no huge pages, small ones do.
        #[cfg(target_os = "linux")]
        let _ = map.advise(Advice::HugePage);
        Chunk::Mapped(map)
    }
}

impl Buffer {
    /// Without words.
    pub fn new() -> Self {
        Buffer { full: Vec::new(), chunk: Chunk::Plain(vec![0; FIRST * 8].into()), at: 0 }
    }

    /// Adds words.
    #[inline]
    pub fn push<const N: usize>(&mut self, words: [u64; N]) {
        for word in words {
            self.push_one(word);
        }
    }

    /// Adds a word.
    #[inline]
    pub fn push_one(&mut self, word: u64) {
        let bytes: &mut [u8] = match &mut self.chunk {
            Chunk::Mapped(map) => map,
            Chunk::Plain(bytes) => bytes,
        };
        match bytes.get_mut(self.at..self.at + 8) {
            Some(place) => {
                place.copy_from_slice(&word.to_ne_bytes());
                self.at += 8;
            }
            None => self.push_to_next(word),
        }
    }

    #[cold]
    fn push_to_next(&mut self, word: u64) {
        let chunk = std::mem::replace(&mut self.chunk, Chunk::later());
        self.full.push(chunk);
        self.at = 0;
        self.push_one(word);
    }

    /// All words.
    pub fn words(&self) -> Vec<u64> {
        let last = &self.chunk.bytes()[..self.at];
        let chunks = self.full.iter().map(Chunk::bytes).chain([last]);
        let words = chunks.flat_map(|chunk| chunk.chunks_exact(8));
        words.map(|word| u64::from_ne_bytes(word.try_into().expect("eight bytes"))).collect()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_across_chunks() {
        let mut buffer = Buffer::new();
        let n = (FIRST + LATER + 7) as u64;
        (0..n).for_each(|word| buffer.push_one(word));
        assert!(buffer.words().into_iter().eq(0..n));
        assert!(Buffer::default().words().is_empty());
    }
}
