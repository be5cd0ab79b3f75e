//! Where a worker's notes go: chunks that never move, so that nothing is copied while the run goes on.

use memmap2::{Advice, MmapMut};

/// Words of the first chunk, which small runs do not leave.
const FIRST: usize = 4096;
/// Words of later chunks: huge pages, as the first touch of small ones would cost more than everything else together.
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
        Buffer { full: Vec::new(), chunk: Chunk::Plain(vec![0; FIRST * 8].into()), at: 0, room: FIRST * 8 }
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
        let chunk = std::mem::replace(&mut self.chunk, Chunk::later());
        self.full.push((chunk, self.at));
        (self.at, self.room) = (0, LATER * 8);
    }

    /// All words.
    pub fn words(&self) -> Vec<u64> {
        let last = &self.chunk.bytes()[..self.at];
        let chunks = self.full.iter().map(|(chunk, used)| &chunk.bytes()[..*used]).chain([last]);
        let words = chunks.flat_map(|chunk| chunk.chunks_exact(8));
        words.map(|word| u64::from_ne_bytes(word.try_into().expect("eight bytes"))).collect()
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
        let mut buffer = Buffer::new();
        let mut all: Vec<u64> = Vec::new();
        // Pieces that do not fit are in the next chunk as a whole; the last one is larger than the first chunk.
        for n in [3, FIRST - 4, LATER - 5, 11, 0, 2 * FIRST] {
            let piece: Vec<u64> = (0..n as u64).map(|word| word + all.len() as u64).collect();
            buffer.extend(piece.iter().copied());
            buffer.push([1, 2, 3]);
            all.extend(piece.into_iter().chain([1, 2, 3]));
        }
        assert_eq!(buffer.words(), all);
        assert!(Buffer::default().words().is_empty());
    }
}
