//! Checker of the Sigil compiler: syntax trees in, declarations and typed bodies out.
//!
//! This crate knows no C, no threads and no files on disk.
//!
//! ```text
//! program            one compilation: modules, write-once slots
//! interface          a module's declarations, lowered to types
//! parts              long lists that several workers make beside each other
//! lookup             what a name stands for
//! impls              which types implement which traits
//! body               checking of one function
//! exhaustive         which cases a match leaves out
//! capabilities       `uses`
//! untested           the mandatory-test rule
//! ```

pub mod body;
mod capabilities;
pub mod decl;
mod exhaustive;
pub mod hir;
mod impls;
mod interface;
pub mod library;
mod lookup;
pub mod parts;
pub mod program;
mod sharded;
mod show;
mod suggest;
mod symbols;
pub mod types;
mod untested;

pub use impls::{ImplAnswer, ResolvedMethod};
pub use interface::{BegunInterface, InterfacePart, Space};
pub use lookup::Hidden;
pub use program::{Assumption, BodyCheck, Lang, Module, ModuleInfo, Program};
pub use suggest::did_you_mean;
