//! What the end-to-end tests share: cases on disk, what they expect, and how sigilc is run on them.
//!
//! The targets are in `harness/`; `README.md` says how a case is written.

mod case;
mod chain;
mod expect;
mod generate;
mod mutate;
mod table;
mod tool;

pub use case::{Case, Command, load_cases};
pub use chain::{CHAINS, chains};
pub use expect::{Expected, Reported, parse_reports};
pub use generate::generate;
pub use mutate::{Random, mutate};
pub use table::{Row, load_tables};
pub use tool::{Output, Tool, c_compiles, difference};
