//! Lists of what a large module has thousands of, in parts that several workers make beside each other.

use std::ops::{Index, IndexMut, Range};
use std::sync::OnceLock;

/// Elements a part.
const PART: usize = 256;

/// How many parts a list has.
pub fn part_count(len: usize) -> usize {
    len.div_ceil(PART)
}

/// The elements of a part.
pub fn part_range(part: usize, len: usize) -> Range<usize> {
    part * PART..len.min((part + 1) * PART)
}

/// A list that was made in parts.
#[derive(Debug, Default)]
pub struct Parts<T> {
    parts: Vec<Vec<T>>,
    len: usize,
}

impl<T> Parts<T> {
    /// Of all parts in order; all but the last are full.
    pub(crate) fn new(parts: Vec<Vec<T>>) -> Self {
        let len = parts.iter().map(Vec::len).sum();
        let is_full = |(number, part): (usize, &Vec<T>)| part.len() == part_range(number, len).len();
        assert!(parts.iter().enumerate().all(is_full), "a part that is not the last is not full");
        Parts { parts, len }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.len
    }

    /// No element.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All elements in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> + Clone {
        self.parts.iter().flatten()
    }
}

impl<T> Index<usize> for Parts<T> {
    type Output = T;

    fn index(&self, index: usize) -> &T {
        &self.parts[index / PART][index % PART]
    }
}

impl<T> IndexMut<usize> for Parts<T> {
    fn index_mut(&mut self, index: usize) -> &mut T {
        &mut self.parts[index / PART][index % PART]
    }
}

/// A list of slots, each part made by whoever asks first for one of its slots.
#[derive(Debug)]
pub struct Slots<T> {
    parts: Box<[OnceLock<Box<[T]>>]>,
    len: usize,
}

impl<T: Default> Slots<T> {
    /// So many slots.
    pub fn new(len: usize) -> Self {
        Slots { parts: (0..part_count(len)).map(|_| OnceLock::new()).collect(), len }
    }

    /// A slot.
    pub fn get(&self, index: usize) -> &T {
        let part = index / PART;
        let make = || part_range(part, self.len).map(|_| T::default()).collect();
        &self.parts[part].get_or_init(make)[index % PART]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_in_their_parts() {
        for len in [0, 1, PART - 1, PART, PART + 1, 3 * PART] {
            let made = (0..part_count(len)).map(|part| part_range(part, len).collect()).collect();
            let parts: Parts<usize> = Parts::new(made);
            assert!(parts.iter().copied().eq(0..len));
            assert_eq!((parts.len(), parts.is_empty()), (len, len == 0));
            let slots: Slots<OnceLock<usize>> = Slots::new(len);
            (0..len).rev().for_each(|index| slots.get(index).set(index).expect("a slot of its own"));
            assert!((0..len).all(|index| slots.get(index).get() == Some(&index)));
        }
    }

    #[test]
    #[should_panic(expected = "is not full")]
    fn gaps_are_noticed() {
        Parts::new(vec![vec![1], vec![2]]);
    }
}
