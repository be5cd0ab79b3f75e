//! Functions, methods and tests.

use super::Dialect;
use super::cursor::Parser;
use crate::TokenKind;
use crate::syntax::{ExprId, Function, Id, List, Name, Param, Test, TypeExprKind, TypeId, WhereClause};

/// Where a function stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Module,
    Trait,
    Impl,
}

impl Parser<'_> {
    /// `@name …`: a function or a test; None if not even the name is there.
    pub(super) fn function_or_test(&mut self) -> Option<Result<Id<Function>, Id<Test>>> {
        let at = self.bump().start;
        let is_test = self.word_at(self.pos + 1, "tests");
        let name = if is_test { self.declared_name("a name") } else { self.lower_name("function") }?;
        if is_test {
            return Some(Err(self.test(name, at)));
        }
        Some(Ok(self.function(name, at, Place::Module, false)))
    }

    /// A method from its `@` on.
    pub(super) fn method(&mut self, place: Place, is_pub: bool) -> Option<Id<Function>> {
        let at = self.bump().start;
        self.method_from_name(at, place, is_pub)
    }

    /// The rest of a method that begins at a byte.
    pub(super) fn method_from_name(&mut self, at: u32, place: Place, is_pub: bool) -> Option<Id<Function>> {
        let name = self.lower_name("method")?;
        Some(self.function(name, at, place, is_pub))
    }

    fn test(&mut self, name: Name, at: u32) -> Id<Test> {
        let list = self.begin_list();
        while self.word_at(self.pos, "tests") {
            self.bump();
            if !self.expect(TokenKind::At, "`@`") && !self.at(TokenKind::Ident) {
                break;
            }
            if let Some(target) = self.declared_name("a name") {
                let id = self.tree.names(target);
                self.push(id);
            }
        }
        let targets = self.end_list(list);
        let params = if self.at(TokenKind::LParen) {
            self.params(Place::Module).1
        } else {
            self.expected("`(`");
            self.skip_near(TokenKind::Arrow);
            List::EMPTY
        };
        let result = self.result_type();
        let body = self.body(Place::Impl);
        let function = self.tree.functions(Function {
            name,
            at,
            generics: List::EMPTY,
            self_param: None,
            params,
            result,
            uses: List::EMPTY,
            bounds: List::EMPTY,
            body,
            reads_self: false,
            is_pub: false,
        });
        self.tree.tests(Test { function, targets })
    }

    fn function(&mut self, name: Name, at: u32, place: Place, is_pub: bool) -> Id<Function> {
        let generics = self.opt_generics();
        let (self_param, params) = if self.at(TokenKind::LParen) {
            self.params(place)
        } else {
            self.expected("`(`");
            self.skip_near(TokenKind::Arrow);
            (None, List::EMPTY)
        };
        let result = self.result_type();
        let (uses, bounds) = self.clauses();
        self.reads_self = false;
        let body = self.body(place);
        self.tree.functions(Function {
            name,
            at,
            generics,
            self_param,
            params,
            result,
            uses,
            bounds,
            body,
            reads_self: self.reads_self,
            is_pub,
        })
    }

    /// `( [self] list(IDENT ":" type) )`.
    fn params(&mut self, place: Place) -> (Option<crate::Span>, List<Param>) {
        let list = self.begin_list();
        let mut self_param = None;
        let mut first = true;
        self.comma_list(|p| {
            let is_first = std::mem::replace(&mut first, false);
            if is_first && place != Place::Module && p.at(TokenKind::SelfValue) {
                self_param = Some(p.bump().span());
                // The comma between is optional.
                if !p.at(TokenKind::Ident) {
                    return;
                }
            }
            p.param();
        });
        (self_param, self.end_list(list))
    }

    /// `IDENT ":" type`, pushed.
    pub(super) fn param(&mut self) {
        let is_name = self.at(TokenKind::Ident);
        let Some(name) = self.declared_name("a parameter name") else { return };
        if !self.at(TokenKind::Colon) && !is_name {
            // `self` where it cannot be: that was reported.
            return;
        }
        let ty = self.expect(TokenKind::Colon, "`:`").then(|| self.ty());
        let ty = ty.unwrap_or_else(|| {
            let start = self.token().start;
            self.type_node(TypeExprKind::Error, start)
        });
        let id = self.tree.params(Param { name, ty: Some(ty) });
        self.push(id);
    }

    /// `"->" type`; `E0205` if it is missing.
    fn result_type(&mut self) -> TypeId {
        if self.eat(TokenKind::Arrow) {
            return self.ty();
        }
        self.error(205, "missing return type");
        if matches!(self.kind(), TokenKind::Colon | TokenKind::FatArrow) {
            self.bump();
        }
        let is_type = matches!(
            self.kind(),
            TokenKind::Ident | TokenKind::LBracket | TokenKind::LParen | TokenKind::LBrace | TokenKind::Void
        );
        if is_type && !self.is_end() {
            return self.ty();
        }
        let start = self.token().start;
        self.type_node(TypeExprKind::Error, start)
    }

    /// `{ uses | where }`.
    fn clauses(&mut self) -> (List<Name>, List<WhereClause>) {
        let mut uses: Vec<Id<Name>> = Vec::new();
        let list = self.begin_list();
        loop {
            match self.kind() {
                TokenKind::Uses => self.uses(&mut uses),
                TokenKind::Where => self.where_clauses(),
                _ => break,
            }
        }
        let bounds = self.end_list(list);
        let uses = if uses.is_empty() { List::EMPTY } else { self.tree.make_list(&uses) };
        (uses, bounds)
    }

    fn uses(&mut self, uses: &mut Vec<Id<Name>>) {
        self.bump();
        loop {
            let Some(name) = self.declared_name("a capability name") else { return };
            uses.push(self.tree.names(name));
            if !self.eat(TokenKind::Comma) {
                return;
            }
        }
    }

    /// `[ "=" expr ]`.
    fn body(&mut self, place: Place) -> Option<ExprId> {
        let optional = place == Place::Trait || self.dialect == Dialect::Library;
        if self.eat_assign() {
            let start = self.token().start;
            let body = self.expr();
            // Every level around the place that is too deep has lost its end.
            return Some(if self.is_too_deep_since(start) { self.error_expr(start) } else { body });
        }
        if optional {
            return None;
        }
        self.expected("`=`");
        if self.at(TokenKind::Arrow) || self.at(TokenKind::FatArrow) {
            self.bump();
        }
        // What looks like a body is one.
        let looks_like_body = !self.is_end() && !self.starts_item() && self.starts_operand();
        looks_like_body.then(|| self.expr())
    }
}
