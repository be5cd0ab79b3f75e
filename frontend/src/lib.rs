//! Front end of the Sigil compiler: source text in, tokens and syntax trees out.
//!
//! This crate knows no types, no threads and no files on disk. Every stage is a plain function from finished
//! inputs to outputs, and bad input is data: stages return diagnostics, they never fail.

mod diagnostic;
mod dump;
mod intern;
mod lex;
mod parse;
mod relocate;
mod shards;
mod source;
mod span;
pub mod syntax;
mod token;
mod words;

pub use diagnostic::{Code, Diagnostic, FileId, Label};
pub use dump::dump;
pub use intern::{Interner, Symbol};
pub use lex::{
    Header, HeaderImport, HeaderSource, LexScratch, chunks, header, join, lex, lex_chunk, opening,
};
pub use lex::{Layout, Outline, cuts, item_starts, layout, outline};
pub use parse::{
    Dialect, ParseScratch, Parsed, ParsedCall, Plan, Run, assemble, parse_call, parse_chunk, parse_file,
    parse_items, parse_tokens, plan,
};
pub use shards::{Contention, MAP_SHARDS, Shards, Waits};
pub use source::Source;
pub use span::Span;
pub use token::{Token, TokenKind, Tokens};
