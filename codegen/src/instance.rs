//! The unit of emission.

use sigil_checker::types::{FnId, Ty, TyList};

/// Something that is emitted once a program, by whoever needs it first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Instance {
    /// A function with concrete arguments for all its type parameters.
    Fn(FnId, TyList),
    /// What values of a type need to be owned and given up; of a function type without parameters, its runner.
    Glue(Ty),
    /// A type's descriptor and its functions of the prelude traits.
    Traits(Ty),
}
