//! The parser's state: where it is, what it has built, what it has reported.

use super::Dialect;
use super::brackets::{NONE, NOT_ANGLE, match_brackets};
use super::pieces::ParsedCall;
use crate::syntax::{BinOp, Expr, ExprId, ExprKind, Id, List, Name, Tree, UnOp};
use crate::words::{is_item_for_name, is_reserved};
use crate::{Code, Diagnostic, FileId, Span, Token, TokenKind, Tokens};
use std::ops::Range;

/// Levels of nesting that are parsed; more are `E0217`. At least 256 are promised, where `!(` are two of ours. A level
/// takes up to 1.5 KB of stack in a development build.
pub(super) const MAX_DEPTH: u32 = 640;

/// An operator that waits for its right side.
pub(super) struct Pending {
    pub(super) op: BinOp,
    pub(super) strength: u8,
    pub(super) left: ExprId,
}

/// An `if … then …` that waits for its `else`.
pub(super) struct Branch {
    pub(super) start: u32,
    pub(super) cond: ExprId,
    pub(super) then: ExprId,
}

/// Memory that is kept from one parse to the next.
#[derive(Default)]
pub(super) struct Memory {
    mates: Vec<u32>,
    pub(super) open: Vec<u32>,
    /// Elements of the lists that are being parsed, innermost last.
    ids: Vec<u32>,
    pub(super) pending: Vec<Pending>,
    pub(super) prefixes: Vec<(UnOp, u32)>,
    pub(super) branches: Vec<Branch>,
    /// Starts of the components of the last type chain that was looked at, and where the chain ends.
    pub(super) chain: Vec<u32>,
    pub(super) chain_end: Option<usize>,
    /// What is built is copied from here at the end: memory that is kept is not larger than it needs to be, and what
    /// tables outgrow is not touched anew for each piece.
    tree: Tree,
}

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) numbers: &'a [u64],
    pub(super) file: FileId,
    pub(super) dialect: Dialect,
    /// The tokens to parse. What follows is only looked at.
    pub(super) range: Range<usize>,
    pub(super) pos: usize,
    pub(super) tree: Tree,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) memory: &'a mut Memory,
    pub(super) depth: u32,
    /// The deepest level that was reached.
    pub(super) max_depth: u32,
    /// What was parsed before, in source order, and where the next of it begins (`usize::MAX`: nowhere).
    pub(super) calls: &'a [&'a ParsedCall],
    pub(super) next_call: usize,
    /// `|` ends the expression (rule 9).
    pub(super) stop_at_pipe: bool,
    /// The `>` of the current `>=` has been used to close type arguments; it stands for `=`.
    pub(super) half_eaten: bool,
    /// The value `self` was mentioned since a function began.
    pub(super) reads_self: bool,
    /// The token at which something was reported last.
    last_error: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn new(
        text: &'a str,
        tokens: &'a Tokens,
        range: Range<usize>,
        file: FileId,
        dialect: Dialect,
        memory: &'a mut Memory,
    ) -> Self {
        let all = &tokens.tokens[..];
        match_brackets(text, &all[range.clone()], range.start, &mut memory.mates, &mut memory.open);
        memory.ids.clear();
        memory.pending.clear();
        memory.prefixes.clear();
        memory.branches.clear();
        memory.chain.clear();
        let mut tree = std::mem::take(&mut memory.tree);
        tree.clear();
        Parser {
            text,
            tokens: all,
            numbers: &tokens.numbers,
            file,
            dialect,
            pos: range.start,
            range,
            tree,
            diagnostics: Vec::new(),
            memory,
            depth: 0,
            max_depth: 0,
            calls: &[],
            next_call: usize::MAX,
            stop_at_pipe: false,
            half_eaten: false,
            reads_self: false,
            last_error: usize::MAX,
        }
    }

    /// The tree and the reports in order of position.
    pub(super) fn finish(mut self) -> (Tree, Vec<Diagnostic>) {
        self.diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.code));
        let tree = self.tree.clone();
        self.memory.tree = self.tree;
        (tree, self.diagnostics)
    }

    // ---- tokens

    /// The token at a place; beyond the last one, `Eof`.
    pub(super) fn token_at(&self, at: usize) -> Token {
        let end = self.text.len() as u32;
        let eof =
            Token { start: end, len: 0, value: 0, kind: TokenKind::Eof, first_on_line: true, joined: false };
        self.tokens.get(at).copied().unwrap_or(eof)
    }

    pub(super) fn token(&self) -> Token {
        self.token_at(self.pos)
    }

    pub(super) fn kind_at(&self, at: usize) -> TokenKind {
        self.tokens.get(at).map_or(TokenKind::Eof, |token| token.kind)
    }

    pub(super) fn kind(&self) -> TokenKind {
        self.kind_at(self.pos)
    }

    /// Kind of the token `n` after the current one.
    pub(super) fn peek(&self, n: usize) -> TokenKind {
        self.kind_at(self.pos + n)
    }

    pub(super) fn at(&self, kind: TokenKind) -> bool {
        self.kind() == kind
    }

    pub(super) fn text_at(&self, at: usize) -> &'a str {
        let span = self.token_at(at).span();
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Whether a token is this contextual word.
    pub(super) fn word_at(&self, at: usize, word: &str) -> bool {
        self.kind_at(at) == TokenKind::Ident
            && self.tokens[at].len as usize == word.len()
            && self.text_at(at) == word
    }

    pub(super) fn is_upper_at(&self, at: usize) -> bool {
        let start = self.token_at(at).start as usize;
        self.text.as_bytes().get(start).is_some_and(u8::is_ascii_uppercase)
    }

    /// Whether `=` stands here.
    pub(super) fn at_assign(&self) -> bool {
        match self.kind() {
            TokenKind::Assign => true,
            TokenKind::Ge => self.half_eaten,
            _ => false,
        }
    }

    /// Consumes `=`.
    pub(super) fn eat_assign(&mut self) -> bool {
        let found = self.at_assign();
        if found {
            self.bump();
        }
        found
    }

    /// Consumes `=` or reports `E0201`.
    pub(super) fn expect_assign(&mut self) -> bool {
        let found = self.eat_assign();
        if !found {
            self.expected("`=`");
        }
        found
    }

    /// Consumes the current token; the end of the file stays.
    pub(super) fn bump(&mut self) -> Token {
        let token = self.token();
        self.half_eaten = false;
        if token.kind != TokenKind::Eof {
            self.pos += 1;
        }
        token
    }

    pub(super) fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.at(kind);
        if found {
            self.bump();
        }
        found
    }

    /// Consumes a token of this kind or reports `E0201`.
    pub(super) fn expect(&mut self, kind: TokenKind, text: &str) -> bool {
        let found = self.eat(kind);
        if !found {
            self.expected(text);
        }
        found
    }

    /// End of the last consumed token.
    pub(super) fn end(&self) -> u32 {
        match self.pos.checked_sub(1) {
            Some(before) => self.token_at(before).span().end,
            None => 0,
        }
    }

    /// From a byte to the end of the last consumed token.
    pub(super) fn span_from(&self, start: u32) -> Span {
        Span::new(start, self.end().max(start))
    }

    /// The partner of a bracket.
    pub(super) fn mate(&self, at: usize) -> Option<usize> {
        let mate = *self.memory.mates.get(at.checked_sub(self.range.start)?)?;
        (mate < NOT_ANGLE).then_some(mate as usize)
    }

    pub(super) fn raw_mate(&self, at: usize) -> u32 {
        at.checked_sub(self.range.start).and_then(|at| self.memory.mates.get(at)).copied().unwrap_or(NONE)
    }

    pub(super) fn set_mate(&mut self, at: usize, mate: u32) {
        let at = at - self.range.start;
        if let Some(slot) = self.memory.mates.get_mut(at) {
            *slot = mate;
        }
    }

    // ---- building

    pub(super) fn expr_node(&mut self, kind: ExprKind, start: u32) -> ExprId {
        let span = self.span_from(start);
        self.tree.exprs(Expr { kind, span })
    }

    /// An expression that was reported.
    pub(super) fn error_expr(&mut self, start: u32) -> ExprId {
        self.expr_node(ExprKind::Error, start)
    }

    /// Where the elements of a new list begin.
    pub(super) fn begin_list(&self) -> usize {
        self.memory.ids.len()
    }

    pub(super) fn push<T>(&mut self, id: Id<T>) {
        self.memory.ids.push(id.index() as u32);
    }

    pub(super) fn list_len(&self, base: usize) -> usize {
        self.memory.ids.len() - base
    }

    /// The elements of the list that is being parsed.
    pub(super) fn pushed<T>(&self, base: usize) -> impl ExactSizeIterator<Item = Id<T>> + '_ {
        self.memory.ids[base..].iter().map(|&raw| Id::new(raw as usize))
    }

    pub(super) fn end_list<T>(&mut self, base: usize) -> List<T> {
        let ids = &mut self.memory.ids;
        if ids.len() == base {
            return List::EMPTY;
        }
        let list = List::new(self.tree.lists.len() as u32, (ids.len() - base) as u32);
        self.tree.lists.extend(ids.drain(base..));
        list
    }

    pub(super) fn name_of(token: Token) -> Name {
        Name { symbol: token.symbol(), span: token.span() }
    }

    // ---- reports

    /// Reports at the current token, unless something was reported there before.
    pub(super) fn error(&mut self, code: u16, message: impl Into<String>) {
        let token = self.token();
        // What the lexer could not read is reported, and what follows it may belong to it.
        let is_bad = |at: usize| self.kind_at(at) == TokenKind::Error;
        let follows_bad = self.pos > self.range.start && is_bad(self.pos - 1);
        if self.last_error != self.pos && !is_bad(self.pos) && !follows_bad {
            let mut diagnostic = Diagnostic::new(Code::error(code), self.file, token.span(), message);
            diagnostic.help = self.foreign_help().map(Into::into);
            self.diagnostics.push(diagnostic);
        }
        self.last_error = self.pos;
    }

    /// Reports at a place.
    pub(super) fn error_at(&mut self, code: u16, span: Span, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::new(Code::error(code), self.file, span, message));
    }

    /// Reports at a place, with what to do.
    pub(super) fn error_help(&mut self, code: u16, span: Span, message: impl Into<String>, help: &str) {
        let diagnostic = Diagnostic::new(Code::error(code), self.file, span, message);
        self.diagnostics.push(diagnostic.help(help));
    }

    /// Reports `E0201`.
    pub(super) fn expected(&mut self, what: &str) {
        let found = self.found();
        self.error(201, format!("expected {what}, found {found}"));
    }

    /// Reports `E0201`, with what to do.
    pub(super) fn expected_help(&mut self, what: &str, help: &str) {
        let before = self.diagnostics.len();
        self.expected(what);
        if let Some(diagnostic) = self.diagnostics.get_mut(before) {
            diagnostic.help = Some(help.into());
        }
    }

    /// What stands at the current token.
    pub(super) fn found(&self) -> String {
        match self.kind() {
            TokenKind::Eof => "the end of the file".into(),
            _ => format!("`{}`", self.text_at(self.pos)),
        }
    }

    /// Marks the current token as reported.
    pub(super) fn silence(&mut self) {
        self.last_error = self.pos;
    }

    /// Whether something was reported at or after a byte.
    pub(super) fn is_reported_since(&self, start: u32) -> bool {
        self.diagnostics.last().is_some_and(|last| last.span.start >= start)
    }

    /// Whether the current token was reported.
    pub(super) fn is_silenced(&self) -> bool {
        self.last_error == self.pos
    }

    // ---- names

    /// Whether the reserved word here begins an item although a name is due.
    fn is_item_for_name(&self) -> bool {
        is_item_for_name(self.token(), self.token_at(self.pos + 1))
    }

    /// A declared name: reserved words are `E0202`. Nothing is consumed if there is neither.
    pub(super) fn declared_name(&mut self, what: &str) -> Option<Name> {
        let token = self.token();
        match token.kind {
            TokenKind::Ident => {
                self.bump();
                Some(Self::name_of(token))
            }
            kind if is_reserved(kind) && !self.is_item_for_name() => {
                // The library declares methods like `then`; they are only mentioned after a `.`.
                if self.dialect == Dialect::User {
                    let text = self.text_at(self.pos);
                    self.error(202, format!("`{text}` is a reserved keyword"));
                }
                self.bump();
                Some(Self::name_of(token))
            }
            _ => {
                self.expected(what);
                None
            }
        }
    }

    /// A declared name that must start with an uppercase letter (`E0203`).
    pub(super) fn upper_name(&mut self, what: &str) -> Option<Name> {
        self.cased_name(what, true)
    }

    /// A declared name that must start with a lowercase letter or `_` (`E0203`).
    pub(super) fn lower_name(&mut self, what: &str) -> Option<Name> {
        self.cased_name(what, false)
    }

    fn cased_name(&mut self, what: &str, upper: bool) -> Option<Name> {
        let at = self.pos;
        let name = self.declared_name(if upper { "an uppercase name" } else { "a name" })?;
        if self.kind_at(at) == TokenKind::Ident && self.is_upper_at(at) != upper {
            let text = self.text_at(at);
            let case = if upper { "an uppercase letter" } else { "a lowercase letter or `_`" };
            self.error_at(203, name.span, format!("{what} name `{text}` must start with {case}"));
        }
        Some(name)
    }

    /// A name after `.`: any keyword is ordinary there.
    pub(super) fn member_name(&mut self) -> Option<Name> {
        let token = self.token();
        if token.kind == TokenKind::Ident || is_reserved(token.kind) && !self.is_item_for_name() {
            self.bump();
            return Some(Self::name_of(token));
        }
        self.expected("a name");
        None
    }
}
