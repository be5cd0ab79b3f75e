//! Lambdas (rule 1).

use super::cursor::Parser;
use crate::TokenKind;
use crate::syntax::{ExprId, ExprKind, Lambda, List, Param};

impl Parser<'_> {
    /// Whether the `(` here starts a lambda: `->` follows its partner.
    pub(super) fn starts_lambda(&self) -> bool {
        self.mate(self.pos).is_some_and(|end| self.kind_at(end + 1) == TokenKind::Arrow)
    }

    /// `IDENT "->" stmt`.
    pub(super) fn name_lambda(&mut self) -> ExprId {
        let token = self.bump();
        self.bump();
        let param = self.tree.params(Param { name: Self::name_of(token), ty: None });
        let list = self.begin_list();
        self.push(param);
        let params = self.end_list(list);
        let body = self.stmt();
        let id = self.tree.lambdas(Lambda { params, result: None, body });
        self.expr_node(ExprKind::Lambda(id), token.start)
    }

    /// A lambda whose parameters stand in parentheses.
    pub(super) fn lambda(&mut self) -> ExprId {
        let open = self.token();
        let is_empty = self.peek(1) == TokenKind::RParen;
        let has_types = self.peek(2) == TokenKind::Colon;
        let list = self.begin_list();
        self.comma_list(|p| {
            if has_types {
                p.param();
            } else {
                p.untyped_param();
            }
        });
        let params: List<Param> = self.end_list(list);
        self.expect(TokenKind::Arrow, "`->`");
        let is_typed = (has_types || is_empty) && self.type_and_assign_follow();
        let result = is_typed.then(|| {
            let ty = self.ty();
            self.expect_assign();
            ty
        });
        if has_types && !is_typed && !self.is_silenced() {
            let help = "write the result type and `=`";
            self.error_help(209, open.span(), "a typed lambda is written `(x: T) -> R = body`", help);
        }
        let body = self.stmt();
        if has_types && !is_typed {
            return self.error_expr(open.start);
        }
        let id = self.tree.lambdas(Lambda { params, result, body });
        self.expr_node(ExprKind::Lambda(id), open.start)
    }

    fn untyped_param(&mut self) {
        let Some(name) = self.declared_name("a parameter name") else { return };
        let id = self.tree.params(Param { name, ty: None });
        self.push(id);
    }

    /// Whether a complete type and `=` follow. Looks at brackets as wholes; the end of a chain `A -> B -> C` is
    /// remembered for all its parts, since each part of a chain of lambdas asks again.
    fn type_and_assign_follow(&mut self) -> bool {
        if self.memory.chain.binary_search(&(self.pos as u32)).is_err() {
            self.memory.chain.clear();
            let mut at = self.pos;
            self.memory.chain_end = loop {
                self.memory.chain.push(at as u32);
                let Some(end) = self.component_end(at) else { break None };
                if self.kind_at(end) != TokenKind::Arrow {
                    break Some(end);
                }
                at = end + 1;
            };
        }
        // A `>=` at the end closes type arguments and is the `=` as well.
        self.memory.chain_end.is_some_and(|end| {
            self.kind_at(end) == TokenKind::Assign
                || (end > 0
                    && self.kind_at(end - 1) == TokenKind::Ge
                    && self.kind_at(end) != TokenKind::Arrow)
        })
    }

    /// The token after the type without `->` that starts at a place.
    fn component_end(&self, at: usize) -> Option<usize> {
        match self.kind_at(at) {
            TokenKind::LParen | TokenKind::LBracket | TokenKind::LBrace => Some(self.mate(at)? + 1),
            TokenKind::Void => Some(at + 1),
            TokenKind::Ident | TokenKind::SelfType => {
                let mut last = at;
                if self.word_at(at, "dyn") && self.kind_at(at + 1) == TokenKind::Ident {
                    last += 1;
                }
                while self.kind_at(last + 1) == TokenKind::Dot && self.kind_at(last + 2) == TokenKind::Ident {
                    last += 2;
                }
                if self.kind_at(last + 1) == TokenKind::Lt {
                    self.angles_end(last + 1)
                } else {
                    Some(last + 1)
                }
            }
            _ => None,
        }
    }

    /// The token after the `>` that closes the `<` at a place.
    fn angles_end(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        let mut at = open;
        loop {
            match self.kind_at(at) {
                TokenKind::Lt => depth += 1,
                TokenKind::Gt | TokenKind::Ge => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(at + 1);
                    }
                    if self.kind_at(at) == TokenKind::Ge {
                        return None;
                    }
                }
                TokenKind::LParen | TokenKind::LBracket | TokenKind::LBrace => at = self.mate(at)?,
                TokenKind::Ident
                | TokenKind::Void
                | TokenKind::SelfType
                | TokenKind::Comma
                | TokenKind::Dot
                | TokenKind::Arrow => {}
                _ => return None,
            }
            at += 1;
        }
    }
}
