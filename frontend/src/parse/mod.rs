//! From tokens to syntax trees.
//!
//! A recursive-descent parser over the grammar of language.md, chapter 2. A rule always yields a node; where
//! something was reported the node is an `Error` one. A rule that finds nothing it knows consumes nothing, and a second
//! report at the same token is dropped, so that one mistake gives one diagnostic: the enclosing bracketed list, or else
//! the list of items, skips to where it can go on.
//!
//! Matching brackets are found once, before parsing. Whether a parenthesis starts a lambda, and how far to skip after
//! an error, are then look-ups, and parsing takes linear time whatever the input.

mod brackets;
mod control;
mod cursor;
mod expr;
mod foreign;
mod function;
mod import;
mod item;
mod lambda;
mod pat;
mod pattern_call;
mod pieces;
mod plan;
mod primary;
mod recover;
mod types;

use crate::syntax::FileSyntax;
use crate::{Diagnostic, FileId, Interner, LexScratch, Tokens};
use cursor::Memory;

pub use pieces::{ParsedCall, assemble, parse_call, parse_chunk, parse_items};
pub use plan::{Plan, Run, plan};

/// Which rules a file follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Dialect {
    /// The language.
    #[default]
    User,
    /// The compiler's own library: functions may lack bodies, names may be reserved words, and the
    /// attribute `intrinsic` is known.
    Library,
}

/// Memory that lexing and parsing reuse: one for each worker.
#[derive(Default)]
pub struct ParseScratch {
    /// For lexing.
    pub lex: LexScratch,
    memory: Memory,
}

/// A parsed file.
#[derive(Debug, Default)]
pub struct Parsed {
    /// Its trees.
    pub syntax: FileSyntax,
    /// Findings, those of lexing included.
    pub diagnostics: Vec<Diagnostic>,
}

/// Lexes and parses a whole file: one tree.
pub fn parse_file(text: &str, file: FileId, dialect: Dialect, names: &Interner) -> Parsed {
    let mut scratch = ParseScratch::default();
    let (tokens, mut diagnostics) = crate::lex(text, file, names, &mut scratch.lex);
    let parsed = parse_tokens(text, &tokens, file, dialect, &mut scratch);
    diagnostics.extend(parsed.diagnostics);
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.code));
    Parsed { syntax: parsed.syntax, diagnostics }
}

/// Parses the tokens of a whole file: one tree.
pub fn parse_tokens(
    text: &str,
    tokens: &Tokens,
    file: FileId,
    dialect: Dialect,
    scratch: &mut ParseScratch,
) -> Parsed {
    let (tree, diagnostics) = parse_items(text, tokens, 0..tokens.tokens.len(), &[], file, dialect, scratch);
    Parsed { syntax: FileSyntax { trees: vec![tree] }, diagnostics }
}
