//! Large files in pieces.
//!
//! A file is cut where items certainly begin (see `lex/structure.rs`) into *runs* of items, each parsed into a tree of
//! its own. An item that is still too large has its largest independent *calls* (built-in patterns, `run(`, `try(`,
//! `match(`) parsed alone before it; when the item is parsed, their trees are put in where the calls stand. So
//! everything but the shell around the calls is parsed side by side:
//!
//! ```text
//! tokens ─► plan ─► parse_call (each call) ─► parse_items (each run, after its own calls) ─► assemble
//! ```
//!
//! A chunk of a file that seems to be items and nothing else is parsed as soon as it is lexed, while its tokens are at
//! hand ([`parse_chunk`]). The tree is good if the layout of the file says later that the chunk is such a section.
//!
//! Trees and reports are those of the whole file, whatever the plan: a call is only used if it had no reports and if
//! its levels of nesting are within the limit where it stands; else it is parsed again in its place, with the reports
//! that it has there.

use super::cursor::{MAX_DEPTH, Parser};
use super::{Dialect, ParseScratch, Parsed};
use crate::syntax::{ExprId, FileSyntax, Id, Tree};
use crate::{Diagnostic, FileId, Tokens};
use std::ops::Range;

/// A call that was parsed alone.
#[derive(Clone, Debug)]
pub struct ParsedCall {
    range: Range<usize>,
    tree: Tree,
    /// None if it must be parsed in its place.
    root: Option<ExprId>,
    depth: u32,
    reads_self: bool,
}

/// Parses a call of a plan alone.
pub fn parse_call(
    text: &str,
    tokens: &Tokens,
    range: Range<usize>,
    file: FileId,
    dialect: Dialect,
    scratch: &mut ParseScratch,
) -> ParsedCall {
    let mut parser = Parser::new(text, tokens, range.clone(), file, dialect, &mut scratch.memory);
    let root = parser.primary(false);
    let (ends, depth, reads_self) = (parser.pos == range.end, parser.max_depth, parser.reads_self);
    let (tree, diagnostics) = parser.finish();
    let root = (ends && diagnostics.is_empty()).then_some(root);
    ParsedCall { range, tree, root, depth, reads_self }
}

/// Parses a chunk that seems to be items and nothing else, before anything is known of what is around it. None if
/// something is wrong: reports may name what follows.
pub fn parse_chunk(
    text: &str,
    tokens: &Tokens,
    file: FileId,
    dialect: Dialect,
    scratch: &mut ParseScratch,
) -> Option<Tree> {
    let (tree, diagnostics) = parse_items(text, tokens, 0..tokens.tokens.len(), &[], file, dialect, scratch);
    diagnostics.is_empty().then_some(tree)
}

/// Parses a run of items; `calls` are those of the run, parsed, in source order. The reports are in order.
pub fn parse_items(
    text: &str,
    tokens: &Tokens,
    range: Range<usize>,
    calls: &[&ParsedCall],
    file: FileId,
    dialect: Dialect,
    scratch: &mut ParseScratch,
) -> (Tree, Vec<Diagnostic>) {
    let mut parser = Parser::new(text, tokens, range, file, dialect, &mut scratch.memory);
    parser.give_calls(calls);
    let sizes: Vec<_> = calls.iter().map(|call| call.tree.sizes()).collect();
    parser.tree.reserve(&sizes);
    parser.file();
    parser.finish()
}

/// Puts parsed runs and chunks together, in source order.
pub fn assemble(runs: impl IntoIterator<Item = (Tree, Vec<Diagnostic>)>) -> Parsed {
    let mut parsed = Parsed { syntax: FileSyntax::default(), diagnostics: Vec::new() };
    for (tree, diagnostics) in runs {
        parsed.syntax.trees.push(tree);
        parsed.diagnostics.extend(diagnostics);
    }
    parsed
}

impl<'a> Parser<'a> {
    fn give_calls(&mut self, calls: &'a [&'a ParsedCall]) {
        self.calls = calls;
        self.next_call = calls.first().map_or(usize::MAX, |call| call.range.start);
    }

    /// The call that was parsed before, if one begins here.
    pub(super) fn take_call(&mut self) -> Option<ExprId> {
        // Those that were skipped after an error come first.
        let skipped = self.calls.iter().take_while(|call| call.range.start < self.pos).count();
        let calls = &self.calls[skipped..];
        self.give_calls(calls);
        let (call, rest) = calls.split_first().filter(|(call, _)| call.range.start == self.pos)?;
        self.give_calls(rest);
        let root = call.root.filter(|_| self.depth + call.depth <= MAX_DEPTH)?;
        self.max_depth = self.max_depth.max(self.depth + call.depth);
        self.reads_self |= call.reads_self;
        let by = self.tree.append(&call.tree);
        self.pos = call.range.end;
        Some(Id::new(root.index() + by.exprs as usize))
    }
}
