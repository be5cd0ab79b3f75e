//! Operators and what follows operands.

use super::brackets::{NONE, NOT_ANGLE, closer};
use super::cursor::{MAX_DEPTH, Parser, Pending};
use crate::TokenKind;
use crate::syntax::{Arg, Assign, BinOp, Call, ExprId, ExprKind, List, Member, Name, UnOp};

/// How tightly ranges bind; they do not chain.
const RANGE: u8 = 9;

impl Parser<'_> {
    /// `stmt`: an assignment or an expression.
    pub(super) fn stmt(&mut self) -> ExprId {
        if !(self.at(TokenKind::Ident) && self.peek(1) == TokenKind::Assign) {
            return self.expr();
        }
        self.assignment()
    }

    /// `IDENT "=" expr`.
    pub(super) fn assignment(&mut self) -> ExprId {
        let token = self.bump();
        self.bump();
        let value = self.expr();
        let id = self.tree.assigns(Assign { name: Self::name_of(token), value });
        self.expr_node(ExprKind::Assign(id), token.start)
    }

    /// `expr`.
    pub(super) fn expr(&mut self) -> ExprId {
        if !self.enter() {
            let start = self.token().start;
            return self.error_expr(start);
        }
        let base = self.memory.pending.len();
        let mut left = self.unary();
        while let Some((op, strength)) = self.binary_operator() {
            while self.memory.pending.len() > base
                && self.memory.pending.last().is_some_and(|top| top.strength >= strength)
            {
                let chained = strength == RANGE && self.top_is(RANGE);
                if chained {
                    let found = self.found();
                    self.error(201, format!("expected an operand, found {found}: ranges do not chain"));
                }
                left = self.reduce(left);
                if chained {
                    left = self.expr_node(ExprKind::Error, self.tree[left].span.start);
                }
            }
            self.bump();
            self.memory.pending.push(Pending { op, strength, left });
            left = self.unary();
        }
        while self.memory.pending.len() > base {
            left = self.reduce(left);
        }
        self.leave();
        left
    }

    fn top_is(&self, strength: u8) -> bool {
        self.memory.pending.last().is_some_and(|top| top.strength == strength)
    }

    /// Gives the innermost waiting operator its right side.
    fn reduce(&mut self, right: ExprId) -> ExprId {
        let Some(Pending { op, left, .. }) = self.memory.pending.pop() else { return right };
        let span = self.tree[left].span.to(self.tree[right].span);
        self.tree.exprs(crate::syntax::Expr { kind: ExprKind::Binary(op, left, right), span })
    }

    fn binary_operator(&self) -> Option<(BinOp, u8)> {
        let found = match self.kind() {
            TokenKind::Star => (BinOp::Mul, 11),
            TokenKind::Slash => (BinOp::Div, 11),
            TokenKind::Percent => (BinOp::Rem, 11),
            TokenKind::Ident if self.word_at(self.pos, "div") => (BinOp::FloorDiv, 11),
            TokenKind::Plus => (BinOp::Add, 10),
            TokenKind::Minus => (BinOp::Sub, 10),
            TokenKind::DotDot => (BinOp::Range, RANGE),
            TokenKind::DotDotEq => (BinOp::RangeInclusive, RANGE),
            TokenKind::Lt => (BinOp::Lt, 8),
            TokenKind::Gt => (BinOp::Gt, 8),
            TokenKind::Le => (BinOp::Le, 8),
            TokenKind::Ge => (BinOp::Ge, 8),
            TokenKind::EqEq => (BinOp::Eq, 7),
            TokenKind::NotEq => (BinOp::Ne, 7),
            TokenKind::Amp => (BinOp::BitAnd, 6),
            TokenKind::Caret => (BinOp::BitXor, 5),
            TokenKind::Pipe if !self.stop_at_pipe => (BinOp::BitOr, 4),
            TokenKind::AndAnd => (BinOp::And, 3),
            TokenKind::OrOr => (BinOp::Or, 2),
            TokenKind::Coalesce => (BinOp::Coalesce, 1),
            _ => return None,
        };
        Some(found)
    }

    /// `( "!" | "-" | "~" ) unary | postfix`. Each prefix is a level of nesting, though nothing recurses here.
    fn unary(&mut self) -> ExprId {
        let base = self.memory.prefixes.len();
        let depth = self.depth;
        loop {
            let op = match self.kind() {
                TokenKind::Minus if !self.at_op_value() => UnOp::Neg,
                TokenKind::Bang => UnOp::Not,
                TokenKind::Tilde => UnOp::BitNot,
                _ => break,
            };
            if self.depth >= MAX_DEPTH {
                self.enter();
                break;
            }
            self.depth += 1;
            self.max_depth = self.max_depth.max(self.depth);
            let start = self.bump().start;
            self.memory.prefixes.push((op, start));
        }
        let negative = self.memory.prefixes[base..].last().is_some_and(|last| last.0 == UnOp::Neg);
        let mut operand = self.postfix(negative);
        while self.memory.prefixes.len() > base {
            let Some((op, start)) = self.memory.prefixes.pop() else { break };
            operand = self.expr_node(ExprKind::Unary(op, operand), start);
        }
        self.depth = depth;
        operand
    }

    /// Rule 6: an operator that stands for a function. The current token is an operator.
    pub(super) fn at_op_value(&self) -> bool {
        matches!(self.peek(1), TokenKind::Comma | TokenKind::RParen)
    }

    fn postfix(&mut self, negative: bool) -> ExprId {
        let mut base = self.primary(negative);
        loop {
            let start = self.tree[base].span.start;
            let kind = match self.kind() {
                TokenKind::Dot => match self.after_dot(base) {
                    Some(kind) => kind,
                    None => return self.error_expr(start),
                },
                TokenKind::LParen => {
                    let args = self.args();
                    ExprKind::Call(self.tree.calls(Call { callee: base, args }))
                }
                TokenKind::LBracket => {
                    let group = self.open_group();
                    let index = self.expr();
                    self.close_group(group);
                    ExprKind::Index(base, index)
                }
                TokenKind::Question => {
                    self.bump();
                    ExprKind::Try(base)
                }
                _ => return base,
            };
            base = self.expr_node(kind, start);
        }
    }

    fn after_dot(&mut self, base: ExprId) -> Option<ExprKind> {
        match self.peek(1) {
            TokenKind::Int => {
                self.bump();
                let token = self.bump();
                let value = self.numbers.get(token.value as usize).copied().unwrap_or(0);
                Some(ExprKind::TupleField(base, u32::try_from(value).unwrap_or(u32::MAX)))
            }
            TokenKind::Dollar => {
                self.bump();
                self.bump();
                let token = self.token();
                if !self.expect(TokenKind::Ident, "a name") {
                    return None;
                }
                Some(ExprKind::ConfigField(base, token.symbol()))
            }
            _ => {
                self.bump();
                let name = self.member_name()?;
                let targs = self.opt_type_args();
                let args = self.at(TokenKind::LParen).then(|| self.args());
                Some(ExprKind::Member(self.tree.members(Member { base, name, targs, args })))
            }
        }
    }

    /// `args`; the current token is `(`.
    pub(super) fn args(&mut self) -> List<Arg> {
        let list = self.begin_list();
        let (mut named, mut mixed, mut count) = (None, None, 0_usize);
        self.comma_list(|p| {
            let start = p.token();
            let name = p.arg_name();
            if *named.get_or_insert(name.is_some()) != name.is_some() {
                mixed = mixed.or(Some(start.span()));
            }
            count += usize::from(name.is_some());
            let value = p.expr();
            let id = p.tree.args(Arg { name, value });
            p.push(id);
        });
        if let Some(span) = mixed {
            self.error_at(212, span, "arguments are all positional or all named");
        } else if count > 1 {
            self.repeated_args(list);
        }
        self.end_list(list)
    }

    /// `.n:` or `n:`.
    fn arg_name(&mut self) -> Option<Name> {
        match self.kind() {
            TokenKind::Dot => {
                self.bump();
                let name = self.member_name()?;
                self.expect(TokenKind::Colon, "`:`");
                Some(name)
            }
            TokenKind::Ident if self.peek(1) == TokenKind::Colon => {
                let name = self.bump();
                self.bump();
                Some(Self::name_of(name))
            }
            _ => None,
        }
    }

    /// `E0212` for a name that stands twice.
    fn repeated_args(&mut self, base: usize) {
        let pushed = self.pushed::<Arg>(base);
        let repeated = if pushed.len() <= 8 {
            let names: [Option<Name>; 8] = {
                let mut names = [None; 8];
                for (slot, id) in names.iter_mut().zip(pushed) {
                    *slot = self.tree[id].name;
                }
                names
            };
            let mut all = names.iter().flatten().enumerate();
            all.find(|&(i, name)| names[..i].iter().flatten().any(|other| other.symbol == name.symbol))
                .map(|(_, name)| *name)
        } else {
            let mut names: Vec<Name> = pushed.filter_map(|id| self.tree[id].name).collect();
            names.sort_by_key(|name| (name.symbol, name.span.start));
            let twice = names.windows(2).filter(|pair| pair[0].symbol == pair[1].symbol).map(|pair| pair[1]);
            twice.min_by_key(|name| name.span.start)
        };
        if let Some(name) = repeated {
            let text = &self.text[name.span.start as usize..name.span.end as usize];
            self.error_at(212, name.span, format!("argument `{text}` is given twice"));
        }
    }

    // ---- type arguments in expressions

    /// Rule 2: type arguments, if the `<` here opens some.
    pub(super) fn opt_type_args(&mut self) -> List<crate::syntax::TypeExpr> {
        if self.at(TokenKind::Lt) && self.opens_type_args(self.pos) { self.type_args() } else { List::EMPTY }
    }

    /// Rule 2, for the `<` at a place.
    pub(super) fn opens_type_args(&mut self, at: usize) -> bool {
        self.type_args_end(at).is_some()
    }

    /// Where the type arguments that a `<` opens end: the place of `>`.
    pub(super) fn type_args_end(&mut self, at: usize) -> Option<usize> {
        if !self.token_at(at).joined {
            return None;
        }
        if self.raw_mate(at) == NONE {
            self.match_angles(at);
        }
        let end = self.raw_mate(at);
        if end >= NOT_ANGLE {
            return None;
        }
        let end = end as usize;
        matches!(self.kind_at(end + 1), TokenKind::LParen | TokenKind::Dot | TokenKind::LBrace).then_some(end)
    }

    /// Finds the partners of this `<` and of all that are met on the way, so that no token is looked at twice.
    fn match_angles(&mut self, first: usize) {
        self.memory.open.clear();
        let mut at = first;
        loop {
            let kind = self.kind_at(at);
            match kind {
                TokenKind::Lt | TokenKind::LParen | TokenKind::LBracket | TokenKind::LBrace => {
                    self.memory.open.push(at as u32);
                }
                TokenKind::Gt => match self.memory.open.pop() {
                    Some(open) if self.kind_at(open as usize) == TokenKind::Lt => {
                        self.set_mate(open as usize, at as u32);
                        if open as usize == first {
                            break;
                        }
                    }
                    Some(open) => {
                        self.memory.open.push(open);
                        break;
                    }
                    None => break,
                },
                TokenKind::RParen | TokenKind::RBracket | TokenKind::RBrace => {
                    let opener = self.memory.open.pop();
                    if let Some(open) = opener
                        && closer(self.kind_at(open as usize)) != Some(kind)
                    {
                        self.memory.open.push(open);
                        break;
                    }
                    if opener.is_none() {
                        break;
                    }
                }
                TokenKind::Ident
                | TokenKind::Void
                | TokenKind::SelfType
                | TokenKind::Comma
                | TokenKind::Dot
                | TokenKind::Colon
                | TokenKind::Arrow => {}
                _ => break,
            }
            at += 1;
        }
        while let Some(open) = self.memory.open.pop() {
            if self.kind_at(open as usize) == TokenKind::Lt {
                self.set_mate(open as usize, NOT_ANGLE);
            }
        }
    }
}
