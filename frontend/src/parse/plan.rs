//! How a large file is cut into pieces that are parsed side by side; see `pieces.rs` for what becomes of them.

use super::brackets::{NONE, match_brackets};
use super::pattern_call::pattern_kind;
use crate::{Symbol, Token, TokenKind, Tokens};
use std::ops::Range;

/// A call below this share of the wanted size is not worth a piece of its own.
const SMALLEST_SHARE: usize = 8;

/// What can be parsed alone. Ranges are of tokens.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Plan {
    /// Calls, in source order; they are disjoint.
    pub calls: Vec<Range<usize>>,
    /// Runs of items, in source order; together they are all tokens of all sections.
    pub runs: Vec<Run>,
}

/// A run of items.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    /// Its tokens.
    pub range: Range<usize>,
    /// The calls inside it, by their place in [`Plan::calls`]: these are parsed before.
    pub calls: Range<usize>,
}

/// Plans pieces of about `size` tokens. `sections` are runs of tokens that certainly are items and nothing else, all of
/// the file or what of it is parsed in pieces. `cuts` are tokens that certainly begin items: outside all brackets,
/// first on their line, after what can end an item. If the brackets of the file do not match there must be none, and
/// one section.
pub fn plan(text: &str, tokens: &Tokens, sections: &[Range<usize>], cuts: &[u32], size: usize) -> Plan {
    let size = size.max(1);
    let mut plan = Plan::default();
    let mut cuts = cuts.iter().map(|&cut| cut as usize).peekable();
    for section in sections {
        let end = section.end;
        let mut start = section.start;
        while start < end || plan.runs.is_empty() {
            while cuts.next_if(|&cut| cut < start + size).is_some() {}
            let cut = cuts.peek().map_or(end, |&cut| cut.min(end));
            let first = plan.calls.len();
            if cut - start > 2 * size {
                choose_calls(text, &tokens.tokens, start..cut, size, &mut plan.calls);
            }
            plan.runs.push(Run { range: start..cut, calls: first..plan.calls.len() });
            start = cut;
        }
    }
    plan
}

/// The outermost calls of at most `size` tokens that are large enough, and larger ones without such calls.
fn choose_calls(
    text: &str,
    tokens: &[Token],
    range: Range<usize>,
    size: usize,
    chosen: &mut Vec<Range<usize>>,
) {
    let (mut mates, mut open) = (Vec::new(), Vec::new());
    match_brackets(text, &tokens[range.clone()], range.start, &mut mates, &mut open);
    let mut calls: Vec<Range<usize>> = Vec::new();
    for at in range.clone() {
        if tokens[at].kind != TokenKind::LParen || at == range.start || mates[at - range.start] == NONE {
            continue;
        }
        let call = at - 1..mates[at - range.start] as usize + 1;
        if call.len() * SMALLEST_SHARE >= size && stands_alone(text, tokens, &call) {
            calls.push(call);
        }
    }
    // What is larger than `size` and contains others is left to them: a call is followed by what it contains.
    let contains_next: Vec<bool> = calls.windows(2).map(|pair| pair[1].end <= pair[0].end).collect();
    let (mut index, mut end) = (0, range.start);
    calls.retain(|call| {
        let is_shell = call.len() > size && contains_next.get(index).copied().unwrap_or(false);
        index += 1;
        // A call that is nearly all of the run would only be parsed and moved.
        let take = call.start >= end && !is_shell && call.len() * 4 <= range.len() * 3;
        if take {
            end = call.end;
        }
        take
    });
    chosen.append(&mut calls);
}

/// Whether a call is an operand, wherever its word stands, that ends at its bracket.
fn stands_alone(text: &str, tokens: &[Token], call: &Range<usize>) -> bool {
    let kind = |at: usize| tokens.get(at).map_or(TokenKind::Eof, |token| token.kind);
    let before = call.start.checked_sub(1).map(kind);
    if matches!(before, Some(TokenKind::Dot | TokenKind::At | TokenKind::Dollar)) {
        return false;
    }
    let word = tokens[call.start];
    match word.kind {
        TokenKind::Match => true,
        TokenKind::Ident if [Symbol::RUN, Symbol::TRY].contains(&word.symbol()) => true,
        TokenKind::Ident | TokenKind::For | TokenKind::With => {
            let is_named = kind(call.start + 2) == TokenKind::Dot && kind(call.start + 4) == TokenKind::Colon;
            let span = word.span();
            is_named && pattern_kind(&text[span.start as usize..span.end as usize]).is_some()
        }
        _ => false,
    }
}
