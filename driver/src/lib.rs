//! The compiler's driver: the command line, the project on disk, the task graph, the C compiler, and reports.
//!
//! The only crate that reads arguments and files, starts processes and prints. It knows nothing of how lexing,
//! checking, emission or scheduling are done; it knows in which order they may happen.

pub mod cli;
pub mod commands;
pub mod graph;
pub mod interrupt;
pub mod native;
pub mod predict;
pub mod progress;
pub mod project;
pub mod report;
pub mod results;
pub mod session;
pub mod stats;
pub mod trace;
pub mod tune;
