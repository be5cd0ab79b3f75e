//! Measurements of the compiler and of the programs that it makes.
//!
//! ```text
//! generate   realistic Sigil projects, the same bytes for the same arguments
//! measure    running programs, medians, tables
//! inputs     what the criterion benches work on
//! loads      graphs for the scheduler and its peers
//! on_rayon   the compiler's graph on another pool
//! ```
//!
//! Programs: `generate` writes a project, `stages` prints how fast the compiler's stages are, `programs` how fast the
//! programs are that it makes, `contention` and `memory` what workers cost one another. The criterion benches lie beside `Cargo.toml`, one file a question.

pub mod generate;
pub mod inputs;
pub mod loads;
pub mod measure;
pub mod on_rayon;
