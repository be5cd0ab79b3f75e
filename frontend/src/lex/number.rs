//! Numbers: INT, FLOAT, DURATION, SIZE.

use super::lexer::Lexer;
use super::names::Words;
use crate::TokenKind;

/// What the suffixes are worth: nanoseconds and bytes.
const UNITS: [(&[u8], TokenKind, u64); 8] = [
    (b"ms", TokenKind::Duration, 1_000_000),
    (b"s", TokenKind::Duration, 1_000_000_000),
    (b"m", TokenKind::Duration, 60_000_000_000),
    (b"h", TokenKind::Duration, 3_600_000_000_000),
    (b"b", TokenKind::Size, 1),
    (b"kb", TokenKind::Size, 1 << 10),
    (b"mb", TokenKind::Size, 1 << 20),
    (b"gb", TokenKind::Size, 1 << 30),
];

/// The limit of INT, for `-9223372036854775808`: the parser refuses it elsewhere.
const INT_MAX: u64 = 1 << 63;

impl<W: Words> Lexer<'_, W> {
    pub(super) fn number(&mut self) {
        // After `.` it is an index into a tuple: `t.0.1`. Chunks end at line feeds, so what is before one cannot count.
        let index = self.last_on_line().is_some_and(|last| last.kind == TokenKind::Dot);
        let (start, end) = (self.pos, self.digits_end(self.pos));
        if index {
            return self.integer(start, end, 10);
        }
        match self.at(end) {
            b'.' if self.at(end + 1).is_ascii_digit() => self.float(end + 1),
            b'x' if end == start + 1 && self.at(start) == b'0' && self.at(start + 2).is_ascii_hexdigit() => {
                let end = self.run_end(start + 2, |byte| byte.is_ascii_hexdigit());
                self.integer(start + 2, end, 16);
            }
            b'a'..=b'z' => self.suffixed(end),
            _ => self.integer(start, end, 10),
        }
    }

    fn integer(&mut self, from: usize, end: usize, radix: u64) {
        if self.runs_on(end) {
            return;
        }
        match self.value(from, end, radix) {
            Some(value) if value <= INT_MAX => self.push_number(TokenKind::Int, end, value),
            _ => self.too_large(end),
        }
    }

    /// `digits` is where the digits end and letters follow.
    fn suffixed(&mut self, digits: usize) {
        let end = self.word_end(digits);
        let suffix = &self.bytes[digits..end];
        let Some((_, kind, unit)) = UNITS.iter().find(|(text, ..)| *text == suffix) else {
            self.runs_on(digits);
            return;
        };
        match self.value(self.pos, digits, 10).and_then(|value| value.checked_mul(*unit)) {
            Some(value) if value < INT_MAX => self.push_number(*kind, end, value),
            _ => self.too_large(end),
        }
    }

    fn float(&mut self, fraction: usize) {
        let mut end = self.digits_end(fraction);
        if matches!(self.at(end), b'e' | b'E') {
            let sign = usize::from(matches!(self.at(end + 1), b'+' | b'-'));
            if self.at(end + 1 + sign).is_ascii_digit() {
                end = self.digits_end(end + 1 + sign);
            }
        }
        if self.runs_on(end) {
            return;
        }
        self.buffer.clear();
        self.buffer.extend(self.text[self.pos..end].chars().filter(|c| *c != '_'));
        match self.buffer.parse::<f64>() {
            Ok(value) if value.is_finite() => self.push_number(TokenKind::Float, end, value.to_bits()),
            _ => self.too_large(end),
        }
    }

    /// Reports a number that ends at `end` but goes on with a letter, a digit or `_`.
    fn runs_on(&mut self, end: usize) -> bool {
        let word_end = self.word_end(end);
        if word_end == end {
            return false;
        }
        let text = &self.text[self.pos..word_end];
        self.report(7, self.pos, word_end, format!("invalid number literal '{text}'"));
        self.push(TokenKind::Error, word_end, 0);
        true
    }

    fn too_large(&mut self, end: usize) {
        self.report(7, self.pos, end, "number literal is too large");
        self.push(TokenKind::Error, end, 0);
    }

    fn push_number(&mut self, kind: TokenKind, end: usize, value: u64) {
        let index = self.out.numbers.len() as u32;
        self.out.numbers.push(value);
        self.push(kind, end, index);
    }

    /// The value of digits and `_`, if it fits.
    fn value(&self, from: usize, end: usize, radix: u64) -> Option<u64> {
        let mut value = 0u64;
        for byte in &self.bytes[from..end] {
            if *byte == b'_' {
                continue;
            }
            let digit = (*byte as char).to_digit(radix as u32)?;
            value = value.checked_mul(radix)?.checked_add(u64::from(digit))?;
        }
        Some(value)
    }

    fn digits_end(&self, pos: usize) -> usize {
        self.run_end(pos, |byte| byte.is_ascii_digit())
    }

    /// Where digits with `_` between them end; the first one is at `pos`.
    fn run_end(&self, pos: usize, is_digit: impl Fn(u8) -> bool) -> usize {
        let mut end = pos + 1;
        while is_digit(self.at(end)) || self.at(end) == b'_' {
            end += 1;
        }
        while self.at(end - 1) == b'_' {
            end -= 1;
        }
        end
    }
}
