//! Sets of locals, and of the parts of locals that `parts` numbers like locals.

use sigil_checker::hir::LocalId;

/// A set of them.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Live(Vec<u64>);

impl Live {
    pub(super) fn has(&self, local: LocalId) -> bool {
        self.0.get(local.0 as usize / 64).is_some_and(|word| word >> (local.0 % 64) & 1 == 1)
    }

    /// Whether it is new.
    pub(super) fn add(&mut self, local: LocalId) -> bool {
        let (word, bit) = (local.0 as usize / 64, 1u64 << (local.0 % 64));
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        let is_new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        is_new
    }

    pub(super) fn remove(&mut self, local: LocalId) {
        if let Some(word) = self.0.get_mut(local.0 as usize / 64) {
            *word &= !(1 << (local.0 % 64));
        }
    }

    pub(super) fn union(&mut self, other: &Live) {
        if other.0.len() > self.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine |= theirs;
        }
    }

    /// The members that another set lacks.
    pub(super) fn without(&self, other: &Live) -> Vec<LocalId> {
        let mut out = Vec::new();
        for (i, &word) in self.0.iter().enumerate() {
            let mut rest = word & !other.0.get(i).copied().unwrap_or(0);
            while rest != 0 {
                out.push(LocalId(i as u32 * 64 + rest.trailing_zeros()));
                rest &= rest - 1;
            }
        }
        out
    }
}
