//! Checker of the Sigil compiler: syntax trees in, declarations and typed bodies out.
//!
//! This crate knows no C, no threads and no files on disk.

pub mod decl;
pub mod hir;
pub mod types;
