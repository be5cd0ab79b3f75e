//! From C to a program: the C compiler, the cache of objects, and files that are never half written.

mod cache;
mod compiler;
mod output;

pub use cache::Cache;
pub use compiler::{Compiler, Family, Flags};
pub use output::{Pending, replace_file, write_if_changed};
