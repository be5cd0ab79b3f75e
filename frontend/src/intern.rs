//! Interned names. Placeholder until the sharded interner lands.

use std::num::NonZeroU32;

/// An interned string. Its number depends on the schedule, so it must never order output.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Symbol(NonZeroU32);
