//! Front end of the Sigil compiler: source text in, tokens and syntax trees out.
//!
//! This crate knows no types, no threads and no files on disk. Every stage is a plain function from finished
//! inputs to outputs, and bad input is data: stages return diagnostics, they never fail.

mod diagnostic;
mod intern;
mod span;
pub mod syntax;

pub use diagnostic::{Code, Diagnostic, FileId, Label};
pub use intern::Symbol;
pub use span::Span;
