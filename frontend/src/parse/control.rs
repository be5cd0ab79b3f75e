//! `if`, `for`, `match`, `with`, sequences and `let`.

use super::cursor::{Branch, Parser};
use crate::syntax::{
    Arm, Elem, ExprId, ExprKind, For, ForClause, If, Let, List, Match, Pat, PatKind, WithCapability,
};
use crate::words::is_reserved;
use crate::{Symbol, TokenKind};

impl Parser<'_> {
    /// `if … then … else if … else …`. A chain is as deep as one `if`.
    pub(super) fn if_chain(&mut self) -> ExprId {
        let base = self.memory.branches.len();
        let mut otherwise = None;
        loop {
            let start = self.bump().start;
            let cond = self.expr();
            self.legacy_colon(TokenKind::Then);
            let then = if self.expect(TokenKind::Then, "`then`") || self.starts_operand() {
                self.stmt()
            } else {
                let start = self.token().start;
                self.error_expr(start)
            };
            self.memory.branches.push(Branch { start, cond, then });
            self.legacy_colon(TokenKind::Else);
            if !self.eat(TokenKind::Else) {
                break;
            }
            if !self.at(TokenKind::If) {
                otherwise = Some(self.stmt());
                break;
            }
        }
        while self.memory.branches.len() > base {
            let Some(Branch { start, cond, then }) = self.memory.branches.pop() else { break };
            let id = self.tree.ifs(If { cond, then, otherwise });
            otherwise = Some(self.expr_node(ExprKind::If(id), start));
        }
        match otherwise {
            Some(chain) => chain,
            None => {
                let start = self.token().start;
                self.error_expr(start)
            }
        }
    }

    /// The `:` before `then` and `else`.
    fn legacy_colon(&mut self, word: TokenKind) {
        if self.at(TokenKind::Colon) && self.peek(1) == word {
            self.bump();
        }
    }

    /// `for`, in both forms.
    pub(super) fn for_expr(&mut self) -> ExprId {
        if let Some(call) = self.opt_pattern_call() {
            return call;
        }
        let start = self.bump().start;
        let list = self.begin_list();
        loop {
            let pat = self.pat();
            self.skip_near(TokenKind::In);
            self.expect(TokenKind::In, "`in`");
            let iter = self.expr();
            let id = self.tree.for_clauses(ForClause { pat, iter });
            self.push(id);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        let clauses = self.end_list(list);
        let guard = self.eat(TokenKind::If).then(|| self.expr());
        let is_yield = self.at(TokenKind::Yield);
        let body = if self.eat(TokenKind::Yield) {
            self.expr()
        } else if self.expect(TokenKind::Do, "`do` or `yield`") {
            self.stmt()
        } else {
            return self.error_expr(start);
        };
        let id = self.tree.fors(For { clauses, guard, body, is_yield });
        self.expr_node(ExprKind::For(id), start)
    }

    /// `match`, in both forms.
    pub(super) fn match_expr(&mut self) -> ExprId {
        let word = self.bump();
        if !self.at(TokenKind::LParen) {
            self.expected("`(`");
            return self.error_expr(word.start);
        }
        if self.peek(1) == TokenKind::RParen {
            self.error_at(214, word.span(), "empty `match`");
            self.bump();
            self.bump();
            return self.error_expr(word.start);
        }
        let list = self.begin_list();
        let mut form = Form { value: None, is_cond: false, has_default: false };
        self.comma_list(|p| p.match_part(&mut form));
        let kind = match form.value {
            None if form.is_cond => ExprKind::CondMatch(self.end_list(list)),
            None => ExprKind::Error,
            Some(value) => {
                let arms: List<Arm> = self.end_list(list);
                if arms.is_empty() && !self.is_reported_since(word.start) {
                    self.error_at(214, word.span(), "`match` without arms");
                }
                ExprKind::Match(self.tree.matches(Match { value, arms }))
            }
        };
        self.expr_node(kind, word.start)
    }

    fn match_part(&mut self, form: &mut Form) {
        if form.value.is_some() {
            let arm = self.arm();
            let id = self.tree.arms(arm);
            self.push(id);
            return;
        }
        if form.has_default {
            let found = self.found();
            self.error(201, format!("expected `)`, found {found}: the default comes last"));
        }
        let first = self.expr();
        if self.eat(TokenKind::Colon) {
            form.is_cond = true;
            let value = self.stmt();
            self.push(first);
            self.push(value);
        } else if form.is_cond {
            form.has_default = true;
            self.push(first);
        } else {
            form.value = Some(first);
        }
    }

    /// `pat [guard] "->" stmt`.
    fn arm(&mut self) -> Arm {
        let mut pat = self.pat();
        let guard = self.opt_guard();
        let body = if self.expect(TokenKind::Arrow, "`->`") {
            self.stmt()
        } else {
            // What was read is not all of the pattern.
            let start = self.token().start;
            pat = self.pat_node(PatKind::Error, start);
            self.error_expr(start)
        };
        Arm { pat, guard, body }
    }

    /// `[ "." "match" "(" expr ")" ]`.
    pub(super) fn opt_guard(&mut self) -> Option<ExprId> {
        if !(self.at(TokenKind::Dot) && self.peek(1) == TokenKind::Match) {
            return None;
        }
        self.bump();
        self.bump();
        if !self.at(TokenKind::LParen) {
            self.expected("`(`");
            return None;
        }
        let group = self.open_group();
        let guard = self.expr();
        self.close_group(group);
        Some(guard)
    }

    /// `with`, in both forms.
    pub(super) fn with_expr(&mut self) -> ExprId {
        if let Some(call) = self.opt_pattern_call() {
            return call;
        }
        let start = self.bump().start;
        let Some(name) = self.declared_name("a capability or `(`") else { return self.error_expr(start) };
        self.expect_assign();
        let value = self.expr();
        if !self.expect(TokenKind::In, "`in`") {
            return self.error_expr(start);
        }
        let body = self.stmt();
        let id = self.tree.with_capabilities(WithCapability { name, value, body });
        self.expr_node(ExprKind::WithCapability(id), start)
    }

    // ---- sequences

    /// `run(…)`, `try(…)`, `loop(…)`.
    pub(super) fn sequence(&mut self, kind: fn(List<Elem>) -> ExprKind) -> ExprId {
        let word = self.token();
        let text = self.text_at(self.pos);
        self.bump();
        if !self.at(TokenKind::LParen) {
            self.expected("`(`");
            return self.error_expr(word.start);
        }
        if self.peek(1) == TokenKind::RParen {
            self.error_at(214, word.span(), format!("empty `{text}`"));
            self.bump();
            self.bump();
            return self.error_expr(word.start);
        }
        let list = self.begin_list();
        self.sequence_list(|p| {
            let elem = if p.at(TokenKind::Let) { Elem::Let(p.binding()) } else { Elem::Expr(p.stmt()) };
            let id = p.tree.elems(elem);
            p.push(id);
        });
        let elems = self.end_list(list);
        self.expr_node(kind(elems), word.start)
    }

    /// `"let" ( ["mut"] IDENT | pat ) [ ":" type ] "=" expr`.
    fn binding(&mut self) -> Let {
        let start = self.bump().start;
        let is_mut = self.eat(TokenKind::Mut);
        let token = self.token();
        let pat = if is_mut && self.at(TokenKind::LParen) {
            self.expected("a name");
            self.pat()
        } else if is_mut || is_reserved(token.kind) && !self.at_bound(self.pos) {
            let kind = match self.declared_name("a name") {
                Some(name) if name.symbol == Symbol::UNDERSCORE => PatKind::Wild,
                Some(name) => PatKind::Bind(name.symbol),
                None => PatKind::Error,
            };
            let span = self.span_from(token.start);
            self.tree.pats(Pat { kind, span })
        } else {
            self.pat()
        };
        let ty = self.eat(TokenKind::Colon).then(|| self.ty());
        let value = if self.expect_assign() {
            self.expr()
        } else {
            let start = self.token().start;
            self.error_expr(start)
        };
        Let { pat, is_mut, ty, value, span: self.span_from(start) }
    }

    /// `let` where the grammar has none.
    pub(super) fn misplaced_let(&mut self) -> ExprId {
        let token = self.token();
        let in_list = self.pos > 0 && self.kind_at(self.pos - 1) == TokenKind::Comma;
        let help = match in_list && token.first_on_line {
            true => "wrap the expressions in `run(…)`, or close the bracket before",
            false => "wrap the expressions in `run(…)`",
        };
        if !self.is_silenced() {
            self.error_help(213, token.span(), "`let` outside `run`, `try` or `loop`", help);
        }
        self.silence();
        self.binding();
        self.error_expr(token.start)
    }
}

/// What is known of a `match` while its parts are read.
struct Form {
    value: Option<ExprId>,
    is_cond: bool,
    has_default: bool,
}
