//! From text to tokens: whole files, chunks of large files, and the `use` header alone.
//!
//! No token and no comment contains a line feed, and what a token is never depends on anything before the line feed in
//! front of it. So a text may be cut after any line feed, its pieces lexed alone and [`join`]ed: the result is that
//! of lexing it whole. A quote need not be looked at to find such a cut.

mod class;
mod header;
mod lexer;
mod names;
mod number;
mod quote;
mod structure;

pub use header::{Header, HeaderImport, HeaderSource, header};
pub(crate) use structure::begins_function;
pub use structure::{Layout, Outline, cuts, item_starts, layout, outline};

use crate::{Diagnostic, FileId, Interner, Span, Token, TokenKind, Tokens};
use lexer::Lexer;
use memchr::memchr;
use names::NameCache;

/// Memory that lexing reuses: one for each worker. Results do not depend on what was lexed with it before.
#[derive(Default)]
pub struct LexScratch {
    names: NameCache,
    buffer: String,
    spare: Tokens,
}

impl LexScratch {
    /// Takes back tokens that nobody needs any longer, for their memory.
    pub fn recycle(&mut self, tokens: Tokens) {
        if tokens.tokens.capacity() > self.spare.tokens.capacity() {
            self.spare = tokens;
        }
    }
}

/// Lexes a whole file; the stream ends in `Eof`.
pub fn lex(
    text: &str,
    file: FileId,
    names: &Interner,
    scratch: &mut LexScratch,
) -> (Tokens, Vec<Diagnostic>) {
    let (mut tokens, found) = lex_chunk(text, Span::new(0, text.len() as u32), file, names, scratch);
    tokens.tokens.push(end_of_file(text, tokens.tokens.last()));
    (tokens, found)
}

/// Cuts a text after line feeds into ranges of about `size` bytes, before what looks like an item if that is not far.
/// There is at least one range; together they cover the text.
pub fn chunks(text: &str, size: usize) -> Vec<Span> {
    let count = (text.len() / size.max(1)).max(1);
    let mut spans = Vec::with_capacity(count);
    let mut start = 0;
    for index in 1..count {
        let target = (text.len() as u64 * index as u64 / count as u64) as usize;
        if target <= start {
            continue;
        }
        let Some(end) = cut_near(text.as_bytes(), target, size / 2) else { break };
        if end < text.len() {
            spans.push(Span::new(start as u32, end as u32));
            start = end;
        }
    }
    spans.push(Span::new(start as u32, text.len() as u32));
    spans
}

/// The first line from `target` on that looks like an item, if it is within `reach` bytes; else the first line.
fn cut_near(text: &[u8], target: usize, reach: usize) -> Option<usize> {
    // From the byte before, so that a line feed just before the target is a cut there.
    let mut lines = memchr::memchr_iter(b'\n', &text[target - 1..]).map(|len| target + len);
    let first = lines.next()?;
    let near = std::iter::once(first).chain(lines).take_while(|line| line - target <= reach);
    let is_cut = |&line: &usize| structure::opens_item(&text[line..]) && !follows_attribute(text, line);
    Some(near.into_iter().find(is_cut).unwrap_or(first))
}

/// Whether the line before this one starts with an attribute, which belongs to what follows.
fn follows_attribute(text: &[u8], line: usize) -> bool {
    let before = memchr::memrchr(b'\n', &text[..line - 1]).map_or(0, |at| at + 1);
    text[before] == b'#'
}

/// Lexes one chunk; no `Eof`. Spans count from the start of the file.
pub fn lex_chunk(
    text: &str,
    chunk: Span,
    file: FileId,
    names: &Interner,
    scratch: &mut LexScratch,
) -> (Tokens, Vec<Diagnostic>) {
    let mut lexer = Lexer::new(text, chunk, file, scratch.names.bind(names), &mut scratch.buffer);
    lexer.out = std::mem::take(&mut scratch.spare);
    lexer.out.tokens.clear();
    lexer.out.numbers.clear();
    // Ordinary text has a token for every four bytes.
    lexer.out.tokens.reserve((chunk.end - chunk.start) as usize / 4 + 16);
    lexer.run();
    (lexer.out, lexer.found)
}

/// Tokens that the parser looks at beyond those that it is given, or more.
const OPENING: usize = 4;

/// The first few tokens of a chunk: what follows the one before.
pub fn opening(tokens: &Tokens) -> Tokens {
    let first = &tokens.tokens[..tokens.tokens.len().min(OPENING)];
    let numbers = first.iter().filter(|token| token.kind.is_number()).count();
    Tokens { tokens: first.to_vec(), numbers: tokens.numbers[..numbers].to_vec() }
}

/// Puts the tokens of all chunks of a text, in order, together; the stream ends in `Eof`.
pub fn join(text: &str, parts: impl IntoIterator<Item = Tokens>) -> Tokens {
    let mut parts: Vec<_> = parts.into_iter().collect();
    let rest = if parts.is_empty() { Vec::new() } else { parts.split_off(1) };
    let mut joined = parts.pop().unwrap_or_default();
    joined.tokens.reserve_exact(rest.iter().map(|part| part.tokens.len()).sum::<usize>() + 1);
    joined.numbers.reserve_exact(rest.iter().map(|part| part.numbers.len()).sum());
    for part in rest {
        let base = joined.numbers.len() as u32;
        joined.numbers.extend_from_slice(&part.numbers);
        let start = joined.tokens.len();
        joined.tokens.extend_from_slice(&part.tokens);
        // Without a branch, and most tokens are no numbers: the copy is what this costs.
        for token in &mut joined.tokens[start..] {
            token.value += base * u32::from(token.kind.is_number());
        }
    }
    joined.tokens.push(end_of_file(text, joined.tokens.last()));
    joined
}

fn end_of_file(text: &str, last: Option<&Token>) -> Token {
    let last_end = last.map_or(0, |last| last.span().end as usize);
    Token {
        start: text.len() as u32,
        len: 0,
        value: 0,
        kind: TokenKind::Eof,
        first_on_line: last.is_none() || memchr(b'\n', &text.as_bytes()[last_end..]).is_some(),
        joined: last.is_some() && last_end == text.len(),
    }
}

#[cfg(test)]
mod tests;
