//! Where text is written, and what it refers to.

use crate::Instance;
use rustc_hash::FxHashSet;
use sigil_checker::types::{FnId, Ty};
use sigil_frontend::Symbol;
use std::hash::Hash;

/// C text with all that it refers to.
#[derive(Debug, Default)]
pub struct Sink {
    /// C text.
    pub text: String,
    /// Instances that it refers to.
    pub needs: Distinct<Instance>,
    /// Types that must be complete in C.
    pub types: Distinct<Ty>,
    /// String literals that it refers to.
    pub literals: Distinct<Symbol>,
    /// Functions whose place it refers to.
    pub places: Distinct<FnId>,
}

impl Sink {
    /// Appends text.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// The text refers to an instance.
    pub fn need(&mut self, instance: Instance) {
        self.needs.add(instance);
    }

    /// The text declares or looks into a value of a type.
    pub fn need_type(&mut self, ty: Ty) {
        self.types.add(ty);
    }

    /// Appends a number in any form.
    pub fn number(&mut self, n: impl std::fmt::Display) {
        use std::fmt::Write;
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{n}");
    }
}

/// Two digits for each number below a hundred.
const DIGITS: &str = concat!(
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748",
    "495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"
);

/// Writes a number.
pub(crate) fn number(out: &mut String, n: u64) {
    if n < 10 {
        return out.push(char::from(b'0' + n as u8));
    }
    if n >= 100 {
        number(out, n / 100);
    }
    let at = (n % 100) as usize * 2;
    out.push_str(&DIGITS[at..at + 2]);
}

/// A list without repetition.
#[derive(Debug)]
pub struct Distinct<T> {
    items: Vec<T>,
    /// The same, once there are many.
    seen: FxHashSet<T>,
}

impl<T> Default for Distinct<T> {
    fn default() -> Self {
        Distinct { items: Vec::new(), seen: FxHashSet::default() }
    }
}

/// Up to here looking through all is faster than hashing.
const FEW: usize = 16;

impl<T: Copy + Eq + Hash> Distinct<T> {
    /// Adds an item unless it is there.
    pub fn add(&mut self, item: T) {
        if self.items.len() <= FEW {
            if self.items.contains(&item) {
                return;
            }
            if self.items.len() == FEW {
                self.seen.extend(self.items.iter().copied().chain([item]));
            }
        } else if !self.seen.insert(item) {
            return;
        }
        self.items.push(item);
    }

    /// The items in the order in which they came.
    pub fn items(&self) -> &[T] {
        &self.items
    }
}

impl<T> From<Distinct<T>> for Vec<T> {
    fn from(list: Distinct<T>) -> Self {
        list.items
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_all_their_digits() {
        for n in (0..1000).chain([1000, 12_345, 1_000_001, u64::MAX]) {
            let mut out = String::new();
            number(&mut out, n);
            assert_eq!(out, n.to_string());
        }
    }

    #[test]
    fn many_items_stay_distinct_and_in_order() {
        let mut list = Distinct::default();
        for n in (0..100).chain(0..100).map(|n| n * 7 % 100) {
            list.add(n);
        }
        let expect: Vec<i32> = (0..100).map(|n| n * 7 % 100).collect();
        assert_eq!(list.items(), expect);
    }
}
