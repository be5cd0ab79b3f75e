//! Where a file can be cut so that its parts are parsed alone, found from its tokens.
//!
//! Brackets are matched, kind by kind, over the whole file: the [`Outline`] of each chunk of tokens has the brackets
//! that it leaves unmatched, [`layout`] puts these together. Strings, chars and comments are no brackets any
//! more, so nothing else can hide or fake one. If anything is unmatched the file is one piece. Otherwise a file may be
//! cut before tokens of which all of this holds:
//!
//! 1. it is outside all brackets and first on its line, and it and what follows look like the start of an item that is
//!    no import (`@ name (`, `$ name`, `type name`, `#[`, …);
//! 2. the token before it can end an item. So it is no operand (`= $limit`), no name (`.type`, `uses type`), no target
//!    (`tests @f`), and not after an attribute or `pub`, which belong to the item that follows;
//! 3. it is not the `@` of a pattern: what follows it can only begin a function or a test.
//!
//! Such a token cannot continue what is before it (language.md 1.3), so a parser that has made no mistake so far begins
//! an item there. One that recovers from a mistake does too: skipping inside a bracket ends at its closing one, and
//! skipping outside brackets ends at the first such token. So the parts give the items and the reports of the whole.
//! Leaving a cut out does no harm, so every doubtful case is left out.
//!
//! [`layout`] finds those of them at which chunks meet, [`item_starts`] those inside a chunk.

use crate::{Span, Symbol, Token, TokenKind};
use TokenKind::{LBrace, LBracket, LParen, RBrace, RBracket, RParen};
use std::ops::Range;

/// What is known of a chunk from its own tokens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outline {
    brackets: Brackets,
    /// A file may be cut at its start, if the chunk before it closes and no bracket is open there.
    opens: bool,
    /// A file may be cut at its end, if the next chunk opens and no bracket is open there.
    closes: bool,
}

impl Outline {
    /// Whether these seem to be items and nothing else, so that parsing them alone is worth a try.
    pub fn is_whole(&self) -> bool {
        self.opens && self.closes && self.brackets == Brackets::default()
    }
}

/// Looks over the tokens of a chunk of a text.
pub fn outline(text: &str, chunk: Span, tokens: &[Token]) -> Outline {
    let rest = &text.as_bytes()[chunk.end as usize..];
    let before_operand = matches!(rest.first(), Some(b'$' | b'#'));
    Outline {
        brackets: brackets(tokens),
        opens: chunk.start == 0 || (may_start(kind_at(tokens, 0)) && starts_item(text, tokens, 0)),
        closes: rest.is_empty() || (opens_item(rest) && can_end_item(tokens, before_operand)),
    }
}

/// Whether a line looks like the start of an item.
pub(super) fn opens_item(line: &[u8]) -> bool {
    let words: [&[u8]; 4] = [b"pub ", b"type ", b"trait ", b"impl"];
    matches!(line.first(), Some(b'@' | b'$' | b'#')) || words.iter().any(|word| line.starts_with(word))
}

/// How the chunks of a file hang together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    /// How many brackets are open at the start of each chunk; nothing if the file's brackets do not match.
    pub depths: Option<Vec<u32>>,
    /// Runs of chunks, by their numbers, between which the file may be cut; together they are all chunks.
    pub sections: Vec<Range<usize>>,
}

/// Puts together what is known of all chunks of a file, in order.
pub fn layout(outlines: &[&Outline]) -> Layout {
    let depths = depths(outlines.iter().map(|outline| &outline.brackets));
    let mut sections = Vec::new();
    let mut start = 0;
    for next in 1..outlines.len() {
        let is_outside = depths.as_ref().is_some_and(|depths| depths[next] == 0);
        if is_outside && outlines[next - 1].closes && outlines[next].opens {
            sections.push(start..next);
            start = next;
        }
    }
    sections.push(start..outlines.len());
    Layout { depths, sections }
}

/// What a chunk leaves unmatched.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Brackets {
    /// Closing brackets without an opening one, in order; as the kinds that they would match.
    closes: Vec<TokenKind>,
    /// Opening brackets without a closing one, in order.
    opens: Vec<TokenKind>,
    /// Two brackets meet that do not match.
    mismatch: bool,
}

/// The unmatched brackets of a chunk.
fn brackets(tokens: &[Token]) -> Brackets {
    let mut left = Brackets::default();
    for token in tokens {
        match token.kind {
            LParen | LBracket | LBrace => left.opens.push(token.kind),
            RParen | RBracket | RBrace => left.close(opener(token.kind)),
            _ => {}
        }
    }
    left
}

impl Brackets {
    fn close(&mut self, kind: TokenKind) {
        match self.opens.pop() {
            None => self.closes.push(kind),
            Some(open) => self.mismatch |= open != kind,
        }
    }
}

/// How many brackets are open at the start of each chunk of a file; nothing if the file's brackets do not match.
fn depths<'a>(chunks: impl IntoIterator<Item = &'a Brackets>) -> Option<Vec<u32>> {
    let mut before = Brackets::default();
    let mut depths = Vec::new();
    for chunk in chunks {
        depths.push(before.opens.len() as u32);
        before.mismatch |= chunk.mismatch;
        for kind in &chunk.closes {
            before.close(*kind);
        }
        before.opens.extend_from_slice(&chunk.opens);
    }
    (!before.mismatch && before.opens.is_empty() && before.closes.is_empty()).then_some(depths)
}

/// The tokens of `range` at which a file whose brackets match may be cut; `depth` brackets are open at its start.
pub fn item_starts(text: &str, tokens: &[Token], range: Range<usize>, depth: u32) -> Vec<u32> {
    let mut starts = Vec::new();
    let mut depth = depth as usize;
    for index in range {
        match tokens[index].kind {
            LParen | LBracket | LBrace => depth += 1,
            RParen | RBracket | RBrace => depth = depth.saturating_sub(1),
            _ => {}
        }
        // A bracket starts no item, so the depth behind the token will do.
        if depth == 0 && tokens[index].first_on_line && is_cut(text, tokens, index) {
            starts.push(index as u32);
        }
    }
    starts
}

/// The cuts of a whole file: see [`item_starts`].
pub fn cuts(text: &str, tokens: &[Token]) -> Vec<u32> {
    match depths([&brackets(tokens)]) {
        Some(_) => item_starts(text, tokens, 0..tokens.len(), 0),
        None => Vec::new(),
    }
}

fn opener(close: TokenKind) -> TokenKind {
    match close {
        RParen => LParen,
        RBracket => LBracket,
        _ => LBrace,
    }
}

fn kind_at(tokens: &[Token], index: usize) -> TokenKind {
    tokens.get(index).map_or(TokenKind::Eof, |token| token.kind)
}

/// Points 1 (its second half), 2 and 3 of the module's header.
fn is_cut(text: &str, tokens: &[Token], index: usize) -> bool {
    let kind = tokens[index].kind;
    let is_operand = matches!(kind, TokenKind::Dollar | TokenKind::Hash);
    may_start(kind) && can_end_item(&tokens[..index], is_operand) && starts_item(text, tokens, index)
}

fn may_start(kind: TokenKind) -> bool {
    use TokenKind::{At, Dollar, Hash, Impl, Pub, Trait, Type};
    matches!(kind, At | Dollar | Type | Trait | Impl | Pub | Hash)
}

/// Does an item that is no import seem to start here?
fn starts_item(text: &str, tokens: &[Token], mut index: usize) -> bool {
    use TokenKind::{At, Dollar, Hash, Ident, Impl, Pub, Trait, Type};
    loop {
        let next = kind_at(tokens, index + 1);
        return match kind_at(tokens, index) {
            At => begins_function(text, tokens, index),
            Dollar | Type | Trait => next == Ident,
            Impl => true,
            Pub => {
                index += 1;
                continue;
            }
            Hash if next == LBracket => match attribute_end(tokens, index + 1) {
                Some(end) => {
                    index = end;
                    continue;
                }
                None => false,
            },
            _ => false,
        };
    }
}

/// Does the `@` at a place begin a function or test, and no pattern after a name? There a lowercase name is bound, and
/// neither `(` nor `<` can follow it.
pub(crate) fn begins_function(text: &str, tokens: &[Token], at: usize) -> bool {
    let name = tokens.get(at + 1).and_then(|name| text.as_bytes().get(name.start as usize));
    match kind_at(tokens, at + 2) {
        LParen | TokenKind::Lt => name.is_some_and(|first| first.is_ascii_lowercase() || *first == b'_'),
        _ => is_word(tokens, at + 2, Symbol::TESTS),
    }
}

/// One past the `]` that matches the `[` at `open`.
fn attribute_end(tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            LParen | LBracket | LBrace => depth += 1,
            RParen | RBracket | RBrace => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Some(index + 1);
        }
    }
    None
}

/// Can an item end with these tokens, before one that looks like the start of another?
fn can_end_item(tokens: &[Token], before_operand: bool) -> bool {
    use TokenKind::{Break, Char, Continue, Duration, False, Float, Gt, Ident, Int};
    use TokenKind::{Question, SelfType, SelfValue, Size, Str, True, Void};
    let Some(last) = tokens.last() else { return false };
    match last.kind {
        Ident => {
            let word = last.symbol();
            let opens =
                [Symbol::TESTS, Symbol::AS, Symbol::DYN, Symbol::DIV, Symbol::EXTEND, Symbol::EXTENSION];
            !opens.contains(&word)
        }
        RBracket => !ends_attribute(tokens, tokens.len() - 1),
        Int | Float | Duration | Size | Str | Char | True | False | Void => true,
        SelfValue | SelfType | Break | Continue | Question | RParen | RBrace => true,
        // `a >` wants an operand, `Option<int>` does not; only `$` and `#` can be one.
        Gt => !before_operand,
        _ => false,
    }
}

/// Is this `]` the end of `#[ … ]`? Each bracketed group is looked through once at most: from its own end.
fn ends_attribute(tokens: &[Token], close: usize) -> bool {
    let mut depth = 0usize;
    for index in (0..=close).rev() {
        match tokens[index].kind {
            RParen | RBracket | RBrace => depth += 1,
            LParen | LBracket | LBrace => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return index == 0 || tokens[index - 1].kind == TokenKind::Hash;
        }
    }
    // It begins in a chunk before.
    true
}

fn is_word(tokens: &[Token], index: usize, word: Symbol) -> bool {
    tokens.get(index).is_some_and(|token| token.kind == TokenKind::Ident && token.value == word.to_raw())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dialect, FileId, Interner, LexScratch, Tokens, chunks, join, lex, lex_chunk, parse_file};

    fn tokens_of(text: &str) -> Tokens {
        lex(text, FileId(0), &Interner::default(), &mut LexScratch::default()).0
    }

    /// Cuts stand where `¦` stands in the text with marks. Each must be where the parser begins an item.
    #[track_caller]
    fn check_cuts(marked: &str) {
        let text = marked.replace("¦", "");
        let tokens = tokens_of(&text);
        let mut shown = String::new();
        let mut from = 0;
        let parsed = parse_file(&text, FileId(0), Dialect::User, &Interner::default());
        for cut in cuts(&text, &tokens.tokens) {
            let start = tokens.tokens[cut as usize].start as usize;
            shown += &text[from..start];
            shown.push('¦');
            from = start;
            let items = &parsed.syntax.trees[0].items;
            assert!(items.iter().any(|item| item.span.start as usize == start), "{marked}");
        }
        assert_eq!(shown + &text[from..], marked);
    }

    #[test]
    fn items_are_cuts() {
        check_cuts(
            "@f () -> int = 1\n¦@g () -> int = f()\n¦@t tests\n@f () -> void = f()\n¦@u tests @f () -> void = ()",
        );
        check_cuts(
            "use './a' { b }\npub use c\n#[allow(x)]\nuse d\n¦$e = 1\n¦$f = -2\n¦type T = A | B\n¦@f () -> int = 1",
        );
        check_cuts(
            "type T = int\n¦#[derive(Eq)]\ntype S = { a: int }\n¦#[a] #[b]\n#[c]\npub\ntype U = int\n¦pub type V = int",
        );
        check_cuts(
            "trait A {\n@f (self) -> int\n type T }\n¦impl A for\nB {\n type T = int\n@f (self) -> int = 1 }\n¦impl C { }",
        );
        check_cuts(
            "type T = Option<int>\n¦@f () -> [int] = [1]\n¦#[derive(Eq)] type S = int\n¦type U = Option<int>\n#[derive(Eq)] type W = int",
        );
    }

    #[test]
    fn what_continues_an_item_is_no_cut() {
        check_cuts(
            "$a = 1\n¦@f () -> int =\n$a +\n$a\n¦@g (m: M) -> int = m.\n$a + m.\ntype\n@h () -> int = 1 $b = 2",
        );
        check_cuts(
            "@f () -> void = for x\n@ 1..5 in xs do g(x)\n¦@h () -> int = xs[\n# - 1]\n¦@i () -> int = f(\n@ 1)",
        );
        check_cuts("@f () -> void = for a in b, c\n@ 1 in d do e");
        check_cuts(
            "@f () -> void = for a @ A(..) | a\n@ B(_) in b, c\n@ [(d, _)] in e do g\n¦@b (c: d) -> e = f",
        );
        check_cuts("@f () -> str = \"(\" // (\n¦@g () -> char = '('\n¦@h () -> int = 1");
    }

    #[test]
    fn files_with_unmatched_brackets_have_no_cuts() {
        for text in ["@f (\n@g () -> int = 1", "@f )\n@g () -> int = 1", "@f (]\n@g [) -> int = 1"] {
            assert!(cuts(text, &tokens_of(text).tokens).is_empty(), "{text}");
        }
    }

    #[test]
    fn structure_of_chunks_is_that_of_the_whole() {
        let text = "@f () -> int = run(\n[1,\n2], {\n})\n@g () -> int =\n(\n1)\n@h () -> int = 1\n".repeat(5);
        let names = Interner::default();
        let mut scratch = LexScratch::default();
        let whole = tokens_of(&text);
        let mut sections = 0;
        for size in 1..text.len() {
            let spans = chunks(&text, size);
            let lexed = |chunk: &Span| lex_chunk(&text, *chunk, FileId(0), &names, &mut scratch).0;
            let parts: Vec<_> = spans.iter().map(lexed).collect();
            let outlines: Vec<_> =
                spans.iter().zip(&parts).map(|(span, part)| outline(&text, *span, &part.tokens)).collect();
            let layout = layout(&outlines.iter().collect::<Vec<_>>());
            let lens: Vec<_> = parts.iter().map(|part| part.tokens.len()).collect();
            let tokens = join(&text, parts);
            let (mut starts, mut from) = (Vec::new(), vec![0]);
            for (len, depth) in lens.into_iter().zip(layout.depths.expect("they match")) {
                let start = from[from.len() - 1];
                starts.extend(item_starts(&text, &tokens.tokens, start..start + len, depth));
                from.push(start + len);
            }
            let all = cuts(&text, &whole.tokens);
            assert_eq!(starts, all, "chunks of {size}");
            let between = &layout.sections[1..];
            assert!(between.iter().all(|section| all.contains(&(from[section.start] as u32))), "{size}");
            sections += between.len();
        }
        assert!(sections > 500, "{sections}");
    }
}
