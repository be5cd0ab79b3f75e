//! Quoted tokens: STRING, CHAR, PATH. None contains a line feed.

use super::lexer::{Lexer, shown};
use super::names::Words;
use crate::TokenKind;
use memchr::{memchr2, memchr3};

impl<W: Words> Lexer<'_, W> {
    pub(super) fn string(&mut self) {
        let from = self.pos + 1;
        let end = memchr3(b'"', b'\\', b'\n', &self.bytes[from..]).map(|len| from + len);
        match end {
            Some(end) if self.bytes[end] == b'"' => {
                let raw = self.words.number(self.text, from, end);
                self.push(TokenKind::Str, end + 1, raw);
            }
            Some(end) if self.bytes[end] == b'\\' => self.string_with_escapes(end),
            _ => self.unterminated("string literal"),
        }
    }

    /// `at` is the place of the first backslash.
    #[inline(never)]
    fn string_with_escapes(&mut self, at: usize) {
        let reported = self.found.len();
        let Some(end) = self.resolve(at) else {
            // The quotes may be where they are by mistake, so what looks like bad escapes need not be.
            self.found.truncate(reported);
            return self.unterminated("string literal");
        };
        if self.found.len() > reported {
            return self.push(TokenKind::Error, end, 0);
        }
        let buffer = std::mem::take(self.buffer);
        let raw = self.words.number(&buffer, 0, buffer.len());
        *self.buffer = buffer;
        self.push(TokenKind::Str, end, raw);
    }

    /// Puts the string at `pos` into the buffer, escapes resolved; `at` is its first backslash. The result is one past
    /// its closing quote.
    fn resolve(&mut self, mut at: usize) -> Option<usize> {
        self.buffer.clear();
        let mut copied = self.pos + 1;
        while self.bytes[at] == b'\\' {
            self.buffer.push_str(&self.text[copied..at]);
            let c = self.escaped(at)?;
            match unescape(c).filter(|_| c != '0' && c != '\'') {
                Some(value) => self.buffer.push(value),
                None => self.bad_escape(at, c),
            }
            copied = at + 1 + c.len_utf8();
            at = copied + memchr3(b'"', b'\\', b'\n', &self.bytes[copied..])?;
        }
        self.buffer.push_str(&self.text[copied..at]);
        (self.bytes[at] == b'"').then_some(at + 1)
    }

    pub(super) fn char(&mut self) {
        let start = self.pos;
        let mut rest = self.text[start + 1..self.bytes.len()].chars();
        match rest.next() {
            None | Some('\n') => self.unterminated("character literal"),
            Some('\'') => {
                let end = if self.at(start + 2) == b'\'' { start + 3 } else { start + 2 };
                self.bad_char(end);
            }
            Some('\\') => {
                let Some(c) = self.escaped(start + 1) else { return self.unterminated("character literal") };
                let after = start + 2 + c.len_utf8();
                let closed = self.at(after) == b'\'';
                match (unescape(c).filter(|_| c != '"'), closed) {
                    (Some(value), true) => self.push(TokenKind::Char, after + 1, value as u32),
                    (Some(_), false) => self.long_char(after),
                    (None, _) => match self.closing(after) {
                        Some(end) => {
                            self.bad_escape(start + 1, c);
                            self.push(TokenKind::Error, end, 0);
                        }
                        None => self.unterminated("character literal"),
                    },
                }
            }
            Some(c) => {
                let after = start + 1 + c.len_utf8();
                match self.at(after) {
                    b'\'' => self.push(TokenKind::Char, after + 1, c as u32),
                    _ => self.long_char(after),
                }
            }
        }
    }

    /// A char that goes on after its first code point.
    fn long_char(&mut self, after: usize) {
        match self.closing(after) {
            Some(end) => self.bad_char(end),
            None => self.unterminated("character literal"),
        }
    }

    pub(super) fn path(&mut self) {
        let from = self.pos + 1;
        match memchr2(b'\'', b'\n', &self.bytes[from..]).map(|len| from + len) {
            Some(end) if self.bytes[end] == b'\'' => {
                let raw = self.words.number(self.text, from, end);
                self.push(TokenKind::Path, end + 1, raw);
            }
            _ => self.unterminated("import path"),
        }
    }

    /// The character after the backslash at `at`, if the line has one.
    fn escaped(&self, at: usize) -> Option<char> {
        self.text[at + 1..self.bytes.len()].chars().next().filter(|c| *c != '\n')
    }

    /// One past the quote that ends a char, if there is one on this line.
    fn closing(&self, mut pos: usize) -> Option<usize> {
        loop {
            pos += memchr3(b'\'', b'\\', b'\n', self.bytes.get(pos..)?)?;
            match self.bytes[pos] {
                b'\'' => return Some(pos + 1),
                b'\\' => pos += 1 + self.escaped(pos)?.len_utf8(),
                _ => return None,
            }
        }
    }

    fn bad_char(&mut self, end: usize) {
        self.report(6, self.pos, end, "invalid character literal");
        let last = self.found.last_mut().expect("just reported");
        last.help = Some("a character literal holds one character; strings stand in double quotes".into());
        self.push(TokenKind::Error, end, 0);
    }

    fn bad_escape(&mut self, at: usize, c: char) {
        let end = at + 1 + c.len_utf8();
        self.report(5, at, end, format!("invalid escape '\\{}'", shown(c)));
    }

    fn unterminated(&mut self, what: &str) {
        let end = self.line_end(self.pos);
        self.report(4, self.pos, end, format!("unterminated {what}"));
        self.push(TokenKind::Error, end, 0);
    }
}

/// What stands for what after a backslash, in strings and chars together.
fn unescape(c: char) -> Option<char> {
    Some(match c {
        '\\' | '"' | '\'' => c,
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '0' => '\0',
        _ => return None,
    })
}
