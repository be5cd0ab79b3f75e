//! Types, bounds and type parameters.

use super::cursor::Parser;
use crate::syntax::{FieldDecl, Generic, List, Path, TypeExpr, TypeExprKind, TypeId, WhereClause};
use crate::words::is_reserved;
use crate::{Span, TokenKind};

/// What stands before `->` decides what the parameters are.
enum Base {
    Type(TypeId),
    /// `(A, B)`, not yet a tuple.
    Parens(List<TypeExpr>, bool),
}

impl Parser<'_> {
    pub(super) fn type_node(&mut self, kind: TypeExprKind, start: u32) -> TypeId {
        let span = self.span_from(start);
        self.tree.types(TypeExpr { kind, span })
    }

    /// `type`.
    pub(super) fn ty(&mut self) -> TypeId {
        let start = self.token().start;
        if !self.enter() {
            return self.type_node(TypeExprKind::Error, start);
        }
        let base = self.base_type();
        let id = if self.eat(TokenKind::Arrow) {
            let params = match base {
                Base::Parens(list, _) => list,
                Base::Type(one) => {
                    let list = self.begin_list();
                    self.push(one);
                    self.end_list(list)
                }
            };
            let result = self.ty();
            self.type_node(TypeExprKind::Fn(params, result), start)
        } else {
            match base {
                Base::Type(id) => id,
                Base::Parens(list, trailing) => self.parenthesised(list, trailing, start),
            }
        };
        self.leave();
        id
    }

    fn parenthesised(&mut self, list: List<TypeExpr>, trailing: bool, start: u32) -> TypeId {
        match list.len {
            0 => self.type_node(TypeExprKind::Void, start),
            1 => {
                if trailing {
                    let span = self.span_from(start);
                    self.error_at(208, span, "there are no tuples of one element");
                }
                let first = self.tree.ids(list).next();
                match first {
                    Some(inner) => inner,
                    None => self.type_node(TypeExprKind::Error, start),
                }
            }
            _ => self.type_node(TypeExprKind::Tuple(list), start),
        }
    }

    fn base_type(&mut self) -> Base {
        let start = self.token().start;
        let kind = match self.kind() {
            TokenKind::LBracket => {
                let group = self.open_group();
                let element = self.ty();
                self.close_group(group);
                TypeExprKind::List(element)
            }
            TokenKind::LBrace if self.is_record() => TypeExprKind::Record(self.fields()),
            TokenKind::LBrace => {
                let group = self.open_group();
                let key = self.ty();
                self.expect(TokenKind::Colon, "`:`");
                let value = self.ty();
                self.close_group(group);
                TypeExprKind::Map(key, value)
            }
            TokenKind::LParen => {
                let list = self.begin_list();
                let trailing = self.comma_list(|p| {
                    let ty = p.ty();
                    p.push(ty);
                });
                return Base::Parens(self.end_list(list), trailing);
            }
            TokenKind::Void => {
                self.bump();
                TypeExprKind::Void
            }
            TokenKind::Ident if self.word_at(self.pos, "dyn") && self.peek(1) == TokenKind::Ident => {
                self.bump();
                let path = self.path();
                TypeExprKind::Dyn(self.tree.paths(path))
            }
            TokenKind::Ident | TokenKind::SelfType => {
                let path = self.path();
                TypeExprKind::Path(self.tree.paths(path))
            }
            kind => {
                let found = self.found();
                self.error(207, format!("expected a type, found {found}"));
                if kind == TokenKind::Error {
                    self.bump();
                }
                TypeExprKind::Error
            }
        };
        // What was misread may be another type.
        let kind = if self.is_reported_since(start) { TypeExprKind::Error } else { kind };
        Base::Type(self.type_node(kind, start))
    }

    /// Rule 4: whether `{` starts a record and not a map.
    pub(super) fn is_record(&self) -> bool {
        if self.peek(2) != TokenKind::Colon {
            return false;
        }
        let name = self.pos + 1;
        match self.kind_at(name) {
            TokenKind::Ident => {
                let primitive =
                    matches!(self.text_at(name), "int" | "float" | "bool" | "str" | "char" | "byte");
                !self.is_upper_at(name) && !primitive
            }
            TokenKind::Void | TokenKind::SelfType => false,
            kind => is_reserved(kind),
        }
    }

    /// `{ x: int, y: int }`.
    pub(super) fn fields(&mut self) -> List<FieldDecl> {
        let list = self.begin_list();
        self.comma_list(|p| {
            let Some(name) = p.lower_name("field") else { return };
            p.expect(TokenKind::Colon, "`:`");
            let ty = p.ty();
            let field = p.tree.field_decls(FieldDecl { name: Some(name), ty });
            p.push(field);
        });
        self.end_list(list)
    }

    /// `a.b.C<T>`. The current token is a name or `Self`, else `E0207`.
    pub(super) fn path(&mut self) -> Path {
        let first = self.token();
        let list = self.begin_list();
        let is_self = self.eat(TokenKind::SelfType);
        if !is_self {
            if first.kind != TokenKind::Ident {
                let found = self.found();
                self.error(207, format!("expected a type, found {found}"));
                let span = Span::new(first.start, first.start);
                return Path { is_self, names: List::EMPTY, targs: List::EMPTY, span };
            }
            self.bump();
            let id = self.tree.names(Self::name_of(first));
            self.push(id);
        }
        while self.at(TokenKind::Dot) && self.peek(1) == TokenKind::Ident {
            self.bump();
            let token = self.bump();
            let id = self.tree.names(Self::name_of(token));
            self.push(id);
        }
        let names = self.end_list(list);
        let targs = if self.at(TokenKind::Lt) { self.type_args() } else { List::EMPTY };
        Path { is_self, names, targs, span: self.span_from(first.start) }
    }

    /// `<A, B>`.
    pub(super) fn type_args(&mut self) -> List<TypeExpr> {
        let list = self.begin_list();
        self.angles(|p| {
            let ty = p.ty();
            p.push(ty);
        });
        self.end_list(list)
    }

    /// A list in `<` and `>`; it has at least one element.
    fn angles(&mut self, mut element: impl FnMut(&mut Self)) {
        self.bump();
        loop {
            element(self);
            if !self.eat(TokenKind::Comma) || self.at_close_angle() {
                break;
            }
        }
        self.close_angle();
    }

    fn at_close_angle(&self) -> bool {
        matches!(self.kind(), TokenKind::Gt | TokenKind::Ge)
    }

    fn close_angle(&mut self) {
        if self.at(TokenKind::Ge) && !self.half_eaten {
            // Of `>=`, the `=` stays.
            self.half_eaten = true;
        } else {
            self.expect(TokenKind::Gt, "`,` or `>`");
        }
    }

    /// `A + B`.
    pub(super) fn bounds(&mut self) -> List<Path> {
        let list = self.begin_list();
        loop {
            let path = self.path();
            if path.is_self || !path.names.is_empty() {
                let id = self.tree.paths(path);
                self.push(id);
            }
            if !self.eat(TokenKind::Plus) {
                break;
            }
        }
        self.end_list(list)
    }

    /// `[ ":" bounds ]`.
    pub(super) fn opt_bounds(&mut self) -> List<Path> {
        if self.eat(TokenKind::Colon) { self.bounds() } else { List::EMPTY }
    }

    /// `[generics]`.
    pub(super) fn opt_generics(&mut self) -> List<Generic> {
        if !self.at(TokenKind::Lt) {
            return List::EMPTY;
        }
        let list = self.begin_list();
        self.angles(|p| {
            if let Some(name) = p.upper_name("type parameter") {
                let bounds = p.opt_bounds();
                let id = p.tree.generics(Generic { name, bounds });
                p.push(id);
            }
        });
        self.end_list(list)
    }

    /// The clauses after `where`, pushed onto the list that is being parsed.
    pub(super) fn where_clauses(&mut self) {
        self.bump();
        loop {
            let path = self.path();
            if path.names.is_empty() && !path.is_self {
                return;
            }
            let subject = self.tree.paths(path);
            let (bounds, equals) = if self.eat_assign() {
                (List::EMPTY, Some(self.ty()))
            } else {
                self.expect(TokenKind::Colon, "`:`");
                (self.bounds(), None)
            };
            let id = self.tree.where_clauses(WhereClause { subject, bounds, equals });
            self.push(id);
            if !self.eat(TokenKind::Comma) {
                return;
            }
        }
    }

    /// `[where]`.
    pub(super) fn opt_where(&mut self) -> List<WhereClause> {
        let list = self.begin_list();
        while self.at(TokenKind::Where) {
            self.where_clauses();
        }
        self.end_list(list)
    }
}
