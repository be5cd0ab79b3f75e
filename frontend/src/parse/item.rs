//! Files and items.

use super::Dialect;
use super::cursor::Parser;
use super::function::Place;
use crate::syntax::{
    AssocDef, Attr, ConfigItem, ExprId, ExprKind, ExtendDef, FieldDecl, Generic, ImplDef, Item, ItemKind,
    List, TraitDef, TypeBody, TypeDef, TypeExprKind, UnOp, VariantDecl,
};
use crate::{Span, TokenKind};

impl Parser<'_> {
    /// Everything in the range; imports may come first only at the start of a file.
    pub(super) fn file(&mut self) {
        let mut imports_may_come = self.range.start == 0;
        while self.pos < self.range.end && !self.at(TokenKind::Eof) {
            if !self.starts_item() {
                let found = self.found();
                self.error(200, format!("expected an item, found {found}"));
                self.bump();
                // One word too many before an item.
                if self.starts_item() {
                    continue;
                }
                match imports_may_come {
                    true => self.skip_in_header(),
                    false => self.skip_to_item(),
                }
                continue;
            }
            self.item(&mut imports_may_come);
        }
    }

    fn item(&mut self, imports_may_come: &mut bool) {
        let start = self.token().start;
        let list = self.begin_list();
        self.attrs();
        let is_pub = self.eat(TokenKind::Pub);
        self.attrs();
        let attrs = self.end_list(list);
        if self.at_import() {
            if !*imports_may_come {
                self.error(204, "imports must come first");
            }
            self.check_attrs(attrs, false);
            match self.import(attrs, is_pub, start) {
                Some(import) if *imports_may_come => self.tree.imports.push(import),
                Some(import) => self.late_import(import),
                None => {}
            }
            return;
        }
        *imports_may_come = false;
        if self.starts_item() {
            self.check_attrs(attrs, self.at(TokenKind::Type));
        }
        let kind = match self.kind() {
            TokenKind::Dollar => self.config().map(ItemKind::Config),
            TokenKind::At => self.function_or_test().map(|id| match id {
                Ok(function) => ItemKind::Function(function),
                Err(test) => ItemKind::Test(test),
            }),
            TokenKind::Type => self.type_def().map(ItemKind::Type),
            TokenKind::Trait => self.trait_def().map(ItemKind::Trait),
            TokenKind::Impl => Some(ItemKind::Impl(self.impl_def())),
            TokenKind::Ident if self.starts_item() => self.extend_def().map(ItemKind::Extend),
            _ => {
                let found = self.found();
                self.error(200, format!("expected an item, found {found}"));
                None
            }
        };
        if let Some(kind) = kind {
            let span = self.span_from(start);
            self.tree.items.push(Item { attrs, is_pub, kind, span });
        }
    }

    // ---- attributes

    fn attrs(&mut self) {
        while self.at(TokenKind::Hash) && self.peek(1) == TokenKind::LBracket {
            self.bump();
            let group = self.open_group();
            if let Some(name) = self.declared_name("an attribute name") {
                let list = self.begin_list();
                if self.at(TokenKind::LParen) {
                    self.comma_list(|p| {
                        if let Some(name) = p.declared_name("a name") {
                            let id = p.tree.names(name);
                            p.push(id);
                        }
                    });
                }
                let args = self.end_list(list);
                let id = self.tree.attrs(Attr { name, args });
                self.push(id);
            }
            self.close_group(group);
        }
    }

    /// `E0210`.
    fn check_attrs(&mut self, attrs: List<Attr>, is_type: bool) {
        for index in 0..attrs.len {
            let one = List::<Attr>::new(attrs.start + index, 1);
            let Some(attr) = self.tree.list(one).next().copied() else { continue };
            let span = attr.name.span;
            let text = &self.text[span.start as usize..span.end as usize];
            let message = match text {
                "allow" => continue,
                "derive" if is_type => continue,
                "derive" => "`derive` stands at types only".to_string(),
                "intrinsic" if self.dialect == Dialect::Library => continue,
                _ => format!("unknown attribute `{text}`"),
            };
            self.error_at(210, span, message);
        }
    }

    // ---- config

    fn config(&mut self) -> Option<crate::syntax::Id<ConfigItem>> {
        self.bump();
        let name = self.declared_name("a name")?;
        let ty = self.eat(TokenKind::Colon).then(|| self.ty());
        let start = self.token();
        if !self.expect_assign() {
            return None;
        }
        let mut value = self.expr();
        if !self.is_literal(value, true) {
            let span = self.tree[value].span;
            if !matches!(self.tree[value].kind, ExprKind::Error) {
                self.error_at(211, span, "config value must be a literal");
            }
            value = self.error_expr(span.start.max(start.start));
        }
        Some(self.tree.configs(ConfigItem { name, ty, value }))
    }

    fn is_literal(&self, value: ExprId, may_be_negative: bool) -> bool {
        match self.tree[value].kind {
            ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Str(_)
            | ExprKind::Char(_)
            | ExprKind::Duration(_)
            | ExprKind::Size(_)
            | ExprKind::Bool(_) => true,
            ExprKind::Unary(UnOp::Neg, inner) => may_be_negative && self.is_literal(inner, false),
            _ => false,
        }
    }

    // ---- types

    fn type_def(&mut self) -> Option<crate::syntax::Id<TypeDef>> {
        self.bump();
        let name = self.upper_name("type")?;
        let generics = self.opt_generics();
        let bounds = self.opt_where();
        if !self.expect_assign() {
            return None;
        }
        let body = match self.kind() {
            TokenKind::LBrace if self.is_record() || self.peek(1) == TokenKind::RBrace => {
                TypeBody::Struct(self.fields())
            }
            TokenKind::Pipe => self.sum(),
            TokenKind::Ident
                if self.is_upper_at(self.pos)
                    && matches!(self.peek(1), TokenKind::Pipe | TokenKind::LParen) =>
            {
                self.sum()
            }
            _ => TypeBody::Newtype(self.ty()),
        };
        Some(self.tree.type_defs(TypeDef { name, generics, bounds, body }))
    }

    fn sum(&mut self) -> TypeBody {
        let list = self.begin_list();
        self.eat(TokenKind::Pipe);
        loop {
            if let Some(name) = self.upper_name("variant") {
                let fields = if self.at(TokenKind::LParen) { self.variant_fields() } else { List::EMPTY };
                let id = self.tree.variant_decls(VariantDecl { name, fields });
                self.push(id);
            }
            if !self.eat(TokenKind::Pipe) {
                break;
            }
        }
        TypeBody::Sum(self.end_list(list))
    }

    fn variant_fields(&mut self) -> List<FieldDecl> {
        if self.peek(1) == TokenKind::RParen {
            self.bump();
            let found = self.found();
            self.error(207, format!("expected a type, found {found}"));
            self.bump();
            return List::EMPTY;
        }
        let list = self.begin_list();
        let mut named = None;
        let mut mixed: Option<Span> = None;
        self.comma_list(|p| {
            let span = p.token().span();
            let is_named = p.peek(1) == TokenKind::Colon;
            let name = if is_named {
                let name = p.lower_name("field");
                p.expect(TokenKind::Colon, "`:`");
                name
            } else {
                None
            };
            if *named.get_or_insert(is_named) != is_named {
                mixed = mixed.or(Some(span));
            }
            let ty = p.ty();
            let id = p.tree.field_decls(FieldDecl { name, ty });
            p.push(id);
        });
        if let Some(span) = mixed {
            self.error_at(206, span, "either all or none of a variant's fields are named");
        }
        self.end_list(list)
    }

    // ---- traits and impls

    fn trait_def(&mut self) -> Option<crate::syntax::Id<TraitDef>> {
        self.bump();
        let name = self.upper_name("trait")?;
        let generics = self.opt_generics();
        let supers = self.opt_bounds();
        let mut assoc = Vec::new();
        let methods = self.members(Place::Trait, |p| match p.kind() {
            TokenKind::Type => {
                p.bump();
                if let Some(name) = p.upper_name("associated type") {
                    let bounds = p.opt_bounds();
                    assoc.push(p.tree.generics(Generic { name, bounds }));
                }
                true
            }
            TokenKind::At => p.member_method(Place::Trait, false),
            _ => false,
        });
        let assoc = if assoc.is_empty() { List::EMPTY } else { self.tree.make_list(&assoc) };
        Some(self.tree.traits(TraitDef { name, generics, supers, assoc, methods }))
    }

    fn impl_def(&mut self) -> crate::syntax::Id<ImplDef> {
        self.bump();
        let generics = self.opt_generics();
        let first = self.ty();
        let second = self.eat(TokenKind::For).then(|| self.ty());
        let (trait_ref, target) = match second {
            Some(target) => (Some(first), target),
            None => (None, first),
        };
        let bounds = self.opt_where();
        let mut assoc = Vec::new();
        let methods = self.members(Place::Impl, |p| match p.kind() {
            TokenKind::Type => {
                p.bump();
                if let Some(name) = p.upper_name("associated type") {
                    let ty = if p.expect_assign() {
                        p.ty()
                    } else {
                        let start = p.token().start;
                        p.type_node(TypeExprKind::Error, start)
                    };
                    assoc.push(p.tree.assoc_defs(AssocDef { name, ty }));
                }
                true
            }
            TokenKind::Pub if p.peek(1) == TokenKind::At => {
                p.bump();
                p.member_method(Place::Impl, true)
            }
            TokenKind::At => p.member_method(Place::Impl, false),
            _ => false,
        });
        let assoc = if assoc.is_empty() { List::EMPTY } else { self.tree.make_list(&assoc) };
        self.tree.impls(ImplDef { generics, trait_ref, target, bounds, assoc, methods })
    }

    fn extend_def(&mut self) -> Option<crate::syntax::Id<ExtendDef>> {
        self.bump();
        let name = self.declared_name("a trait name")?;
        let bounds = self.opt_where();
        let methods = self.members(Place::Impl, |p| match p.kind() {
            TokenKind::At => p.member_method(Place::Impl, false),
            _ => false,
        });
        Some(self.tree.extends(ExtendDef { name, bounds, methods }))
    }

    fn member_method(&mut self, place: Place, is_pub: bool) -> bool {
        if let Some(id) = self.method(place, is_pub) {
            self.push(id);
        }
        true
    }

    /// `{ … }` of a trait or impl; `member` pushes methods and says whether it knew what stands there.
    fn members(
        &mut self,
        place: Place,
        mut member: impl FnMut(&mut Self) -> bool,
    ) -> List<crate::syntax::Function> {
        let list = self.begin_list();
        if !self.at(TokenKind::LBrace) {
            self.expected("`{`");
            while self.at_method() && member(self) {}
            if self.list_len(list) > 0 {
                self.eat(TokenKind::RBrace);
            }
            return self.end_list(list);
        }
        let group = self.open_group();
        let mut is_misread = false;
        loop {
            match self.kind() {
                TokenKind::RBrace | TokenKind::Eof => break,
                TokenKind::At if group.is_never_closed() && self.at_function_line() => break,
                TokenKind::At | TokenKind::Type | TokenKind::Pub if member(self) => {}
                // An item that cannot be a member: the brace was never closed.
                _ if self.is_beyond(&group) => break,
                TokenKind::Ident if self.at_method_name() => {
                    self.expected("`@` or `}`");
                    let method = self.method_from_name(self.token().start, place, false);
                    method.into_iter().for_each(|id| self.push(id));
                }
                _ => {
                    self.expected("`@` or `}`");
                    is_misread = true;
                    self.bump();
                    while !matches!(
                        self.kind(),
                        TokenKind::RBrace | TokenKind::Eof | TokenKind::At | TokenKind::Type
                    ) {
                        self.skip_one();
                    }
                }
            }
        }
        if is_misread && group.is_never_closed() {
            // What was skipped may have been meant to close it.
            self.silence();
        }
        self.close_group(group);
        self.end_list(list)
    }

    /// Whether a line begins here that is more likely a function than a method.
    fn at_function_line(&self) -> bool {
        self.token().first_on_line && self.peek(2) == TokenKind::LParen && !self.at_method()
    }

    /// Whether a method with a receiver begins here: it is no function.
    fn at_method(&self) -> bool {
        self.at(TokenKind::At) && self.peek(2) == TokenKind::LParen && self.peek(3) == TokenKind::SelfValue
    }

    /// Whether a method begins here whose `@` is missing.
    fn at_method_name(&self) -> bool {
        !self.is_upper_at(self.pos) && matches!(self.peek(1), TokenKind::LParen | TokenKind::Lt)
    }
}
