//! Bracketed lists, and where to go on after an error.

use super::brackets::closer;
use super::cursor::{MAX_DEPTH, Parser};
use crate::lex::begins_function;
use crate::words::starts_item;
use crate::{Code, TokenKind};

/// The text of a closing bracket in reports.
fn closing_text(close: TokenKind) -> (&'static str, &'static str) {
    match close {
        TokenKind::RParen => ("`)`", "`,` or `)`"),
        TokenKind::RBracket => ("`]`", "`,` or `]`"),
        _ => ("`}`", "`,` or `}`"),
    }
}

impl Parser<'_> {
    /// Parses a bracketed comma list with a trailing comma allowed, from the opening bracket (which is the current
    /// token) on. Returns whether there was a trailing comma.
    pub(super) fn comma_list(&mut self, element: impl FnMut(&mut Self)) -> bool {
        self.list_of(false, element)
    }

    /// The elements of a sequence: a list in which a line may begin with `let`.
    pub(super) fn sequence_list(&mut self, element: impl FnMut(&mut Self)) {
        self.list_of(true, element);
    }

    fn list_of(&mut self, is_sequence: bool, mut element: impl FnMut(&mut Self)) -> bool {
        let group = self.open_group();
        let close = group.close;
        let (_, separators) = closing_text(close);
        let mut trailing = false;
        while !self.at(close) {
            // Where a bracket is never closed, a `let` belongs to the sequence around it.
            let ends_at_let = !is_sequence && group.end.is_none() && self.is_let_line();
            if ends_at_let || self.is_beyond(&group) {
                break;
            }
            element(self);
            trailing = self.eat_separator();
            if trailing || self.at(close) {
                continue;
            }
            self.expected(separators);
            let Some(end) = group.end.filter(|&end| self.pos < end) else { break };
            self.skip_to_comma(end);
            trailing = self.eat_separator();
        }
        self.close_group(group);
        trailing
    }

    /// Consumes a comma, or a `;` that was meant as one and has been reported.
    fn eat_separator(&mut self) -> bool {
        self.eat(TokenKind::Comma) || self.at_semicolon() && self.eat(TokenKind::Error)
    }

    fn at_semicolon(&self) -> bool {
        self.at(TokenKind::Error) && self.text_at(self.pos).starts_with(';')
    }

    fn is_let_line(&self) -> bool {
        self.at(TokenKind::Let) && self.token().first_on_line
    }

    /// Consumes an opening bracket. `|` is an operator again inside.
    pub(super) fn open_group(&mut self) -> Group {
        let end = self.mate(self.pos);
        let close = closer(self.kind()).unwrap_or(TokenKind::RParen);
        self.bump();
        Group { close, end, stop_at_pipe: std::mem::replace(&mut self.stop_at_pipe, false) }
    }

    /// Consumes the closing bracket; if other things stand before it they are reported and skipped.
    pub(super) fn close_group(&mut self, group: Group) {
        self.stop_at_pipe = group.stop_at_pipe;
        if self.eat(group.close) {
            return;
        }
        if group.end.is_none_or(|end| self.pos <= end) {
            self.expected(closing_text(group.close).0);
        }
        if let Some(end) = group.end {
            self.pos = self.pos.max(end + 1);
        }
    }

    /// Whether the group has ended without its closing bracket: it has none, or what is in it was given up.
    pub(super) fn is_beyond(&self, group: &Group) -> bool {
        match group.end {
            Some(end) => self.pos > end,
            None => self.is_end(),
        }
    }

    /// Skips to the next comma of the list that ends at `end`.
    fn skip_to_comma(&mut self, end: usize) {
        while self.pos < end && !self.at(TokenKind::Comma) && !self.at_semicolon() {
            self.skip_one();
        }
        self.pos = self.pos.min(end);
    }

    /// Skips a token or a whole bracketed group.
    pub(super) fn skip_one(&mut self) {
        let opens = closer(self.kind()).is_some();
        match self.mate(self.pos).filter(|_| opens) {
            Some(end) => self.pos = end + 1,
            None => drop(self.bump()),
        }
    }

    /// Whether a list whose bracket is never closed certainly ends here.
    pub(super) fn is_end(&self) -> bool {
        self.at(TokenKind::Eof) || self.is_item_line()
    }

    /// Whether an item starts here: a starting word, first on its line.
    pub(super) fn is_item_line(&self) -> bool {
        self.token().first_on_line && self.starts_item()
    }

    /// Whether the current token can start an item.
    pub(super) fn starts_item(&self) -> bool {
        starts_item(self.token().value, |n| self.peek(n))
    }

    /// Whether the `@` at a place begins a function or test, first on its line: no pattern that may stand after the `@`
    /// of a pattern begins like one.
    pub(super) fn is_function_at(&self, at: usize) -> bool {
        self.token_at(at).first_on_line && begins_function(self.text, self.tokens, at)
    }

    /// After an error: skips to a token that stands close by, if it does.
    pub(super) fn skip_near(&mut self, kind: TokenKind) {
        if !self.is_silenced() {
            return;
        }
        if let Some(distance) = (0..4).find(|&n| self.peek(n) == kind) {
            for _ in 0..distance {
                self.bump();
            }
        }
    }

    /// Skips to the next line that starts an item, outside of what is in brackets here.
    pub(super) fn skip_to_item(&mut self) {
        while self.pos < self.range.end && !self.is_end() {
            self.skip_one();
        }
    }

    /// Skips to the next line that starts an item, as the reader of the `use` header does, which knows no brackets.
    pub(super) fn skip_in_header(&mut self) {
        while !self.is_end() {
            self.bump();
        }
    }

    /// Goes one level deeper. If that is too deep, reports `E0217` and gives up the item.
    pub(super) fn enter(&mut self) -> bool {
        if self.depth < MAX_DEPTH {
            self.depth += 1;
            self.max_depth = self.max_depth.max(self.depth);
            return true;
        }
        self.error(217, "nesting too deep");
        self.bump();
        self.skip_to_item();
        self.silence();
        false
    }

    /// Whether `E0217` was the last report, at or after a byte.
    pub(super) fn is_too_deep_since(&self, start: u32) -> bool {
        self.diagnostics.last().is_some_and(|last| last.code == Code::error(217) && last.span.start >= start)
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }
}

/// A bracketed group that is being parsed.
#[must_use]
pub(super) struct Group {
    close: TokenKind,
    /// Its closing bracket, if it is ever closed.
    end: Option<usize>,
    stop_at_pipe: bool,
}

impl Group {
    /// Whether it has no closing bracket.
    pub(super) fn is_never_closed(&self) -> bool {
        self.end.is_none()
    }
}
