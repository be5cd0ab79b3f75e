//! The project on disk: which files a command starts from, what modules are called, and where an import leads.
//!
//! The only place that asks the file system whether a file exists. Paths are compared after joining and removing
//! `.` and `..`, so a file has one module key however it is written.

mod input;
mod paths;
mod resolve;

pub use input::{Input, InputError, find_input};
pub use paths::{file_name_is_valid, join, key_of, stem_of};
pub use resolve::{ResolveError, Resolved, Resolver};
