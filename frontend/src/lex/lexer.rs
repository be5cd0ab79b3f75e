//! The lexer proper: one pass over the bytes, dispatched by byte class.

use super::class::{CLASS, Class, IN_WORD};
use super::names::Words;
use crate::words::word_kind;
use crate::{Code, Diagnostic, FileId, Span, Symbol, Token, TokenKind, Tokens};
use memchr::memchr;

/// Lexes part of a text. `pos` always stands on a character boundary.
pub(super) struct Lexer<'a, W> {
    pub(super) text: &'a str,
    /// The text up to the end of the part.
    pub(super) bytes: &'a [u8],
    pub(super) pos: usize,
    pub(super) file: FileId,
    pub(super) words: W,
    pub(super) out: Tokens,
    pub(super) found: Vec<Diagnostic>,
    /// For strings with escapes and floats with `_`.
    pub(super) buffer: &'a mut String,
    /// A line feed, or the start of the part, stands between `pos` and the token before.
    newline: bool,
    /// Where the token before ended; beyond the text if there is none.
    last_end: usize,
}

impl<'a, W: Words> Lexer<'a, W> {
    pub(super) fn new(text: &'a str, part: Span, file: FileId, words: W, buffer: &'a mut String) -> Self {
        Lexer {
            text,
            bytes: &text.as_bytes()[..part.end as usize],
            pos: part.start as usize,
            file,
            words,
            out: Tokens::default(),
            found: Vec::new(),
            buffer,
            newline: true,
            last_end: usize::MAX,
        }
    }

    /// Lexes all that is left.
    pub(super) fn run(&mut self) {
        while self.step() {}
    }

    /// Lexes white space, a comment or a token. Says whether something was left.
    #[inline(always)]
    pub(super) fn step(&mut self) -> bool {
        let Some(&byte) = self.bytes.get(self.pos) else { return false };
        match CLASS[byte as usize] {
            Class::Space => self.pos += 1,
            Class::Newline => {
                self.newline = true;
                self.pos += 1;
            }
            Class::Word => self.word(),
            Class::Operator => {
                let (kind, len) = operator(byte, self.at(self.pos + 1), self.at(self.pos + 2));
                self.push(kind, self.pos + len, 0);
            }
            Class::Slash if self.at(self.pos + 1) == b'/' => self.pos = self.line_end(self.pos),
            Class::Slash => self.push(TokenKind::Slash, self.pos + 1, 0),
            Class::Digit => self.number(),
            Class::Quote => self.string(),
            Class::Apostrophe if self.at_path() => self.path(),
            Class::Apostrophe => self.char(),
            Class::Bad => self.bad_characters(),
        }
        true
    }

    #[inline(always)]
    fn word(&mut self) {
        let end = self.word_end(self.pos + 1);
        let raw = self.words.number(self.text, self.pos, end);
        self.push(word_kind(raw), end, raw);
    }

    /// Adds the token that reaches from `pos` to `end`, and moves there.
    #[inline(always)]
    pub(super) fn push(&mut self, kind: TokenKind, end: usize, value: u32) {
        let start = self.pos;
        self.out.tokens.push(Token {
            start: start as u32,
            len: (end - start) as u32,
            value,
            kind,
            first_on_line: self.newline,
            joined: start == self.last_end,
        });
        self.newline = false;
        self.last_end = end;
        self.pos = end;
    }

    /// The byte at a place; 0 at the end.
    #[inline(always)]
    pub(super) fn at(&self, pos: usize) -> u8 {
        self.bytes.get(pos).copied().unwrap_or(0)
    }

    /// Where the letters, digits and `_` from `pos` end.
    #[inline(always)]
    pub(super) fn word_end(&self, mut pos: usize) -> usize {
        while IN_WORD[self.at(pos) as usize] {
            pos += 1;
        }
        pos
    }

    pub(super) fn line_end(&self, pos: usize) -> usize {
        memchr(b'\n', &self.bytes[pos..]).map_or(self.bytes.len(), |len| pos + len)
    }

    /// The kind of the token before, if it is on this line.
    pub(super) fn last_on_line(&self) -> Option<Token> {
        if self.newline { None } else { self.out.tokens.last().copied() }
    }

    fn at_path(&self) -> bool {
        self.last_on_line().is_some_and(|last| match last.kind {
            TokenKind::Use => true,
            TokenKind::Ident => last.value == Symbol::EXTENSION.to_raw(),
            _ => false,
        })
    }

    #[cold]
    pub(super) fn report(&mut self, code: u16, start: usize, end: usize, message: impl Into<String>) {
        let span = Span::new(start as u32, end as u32);
        self.found.push(Diagnostic::new(Code::error(code), self.file, span, message));
    }

    #[cold]
    fn bad_characters(&mut self) {
        let start = self.pos;
        let mut end = start;
        while end < self.bytes.len() && CLASS[self.bytes[end] as usize] == Class::Bad {
            end += 1;
        }
        // NULs have been reported by `Source::new`.
        if let Some(bad) = self.text[start..end].chars().find(|c| *c != '\0') {
            self.report(8, start, end, format!("unexpected character '{}'", shown(bad)));
            if bad == ';' {
                let last = self.found.last_mut().expect("just reported");
                last.help = Some("Sigil has no statement terminators".into());
            }
        }
        self.push(TokenKind::Error, end, 0);
    }
}

/// A character as messages show it.
pub(super) fn shown(c: char) -> String {
    if c.is_ascii_graphic() { c.to_string() } else { c.escape_debug().to_string() }
}

/// The longest operator or delimiter that these bytes begin with, and its length.
#[inline(always)]
fn operator(first: u8, second: u8, third: u8) -> (TokenKind, usize) {
    use TokenKind::*;
    match (first, second) {
        (b'.', b'.') if third == b'=' => (DotDotEq, 3),
        (b'.', b'.') => (DotDot, 2),
        (b'-', b'>') => (Arrow, 2),
        (b'=', b'>') => (FatArrow, 2),
        (b'=', b'=') => (EqEq, 2),
        (b'!', b'=') => (NotEq, 2),
        (b'<', b'=') => (Le, 2),
        (b'>', b'=') => (Ge, 2),
        (b'&', b'&') => (AndAnd, 2),
        (b'|', b'|') => (OrOr, 2),
        (b'?', b'?') => (Coalesce, 2),
        (b':', b':') => (ColonColon, 2),
        _ => (SINGLE[first as usize], 1),
    }
}

const SINGLE: [TokenKind; 256] = {
    use TokenKind::*;
    let mut table = [Error; 256];
    let singles = [
        (b'+', Plus),
        (b'-', Minus),
        (b'*', Star),
        (b'/', Slash),
        (b'%', Percent),
        (b'!', Bang),
        (b'<', Lt),
        (b'>', Gt),
        (b'=', Assign),
        (b'&', Amp),
        (b'|', Pipe),
        (b'^', Caret),
        (b'~', Tilde),
        (b'?', Question),
        (b'(', LParen),
        (b')', RParen),
        (b'[', LBracket),
        (b']', RBracket),
        (b'{', LBrace),
        (b'}', RBrace),
        (b',', Comma),
        (b':', Colon),
        (b'.', Dot),
        (b'@', At),
        (b'$', Dollar),
        (b'#', Hash),
    ];
    let mut index = 0;
    while index < singles.len() {
        table[singles[index].0 as usize] = singles[index].1;
        index += 1;
    }
    table
};
