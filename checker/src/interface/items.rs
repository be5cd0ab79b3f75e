//! Declarations, in the order in which they need each other.

use super::{Build, EnvRef, Lower, generics};
use crate::decl::{
    AdtDecl, AdtKind, Bound, ConfigDecl, Const, FieldDecl, FnOwner, Generics, ImplDecl, TraitDecl,
    VariantDecl,
};
use crate::impls::ImplTable;
use crate::types::{AdtId, FnId, Head, ImplId, TraitId, Ty, TyKind, TyList};
use sigil_frontend::syntax::{self, ExprKind, Id, Tree, TypeBody, TypeExprKind, UnOp};
use sigil_frontend::{Span, Symbol};
use std::ops::Range;

/// The scope of a signature besides its type parameters.
#[derive(Clone, Copy, Default)]
pub(super) struct Around {
    pub(super) self_ty: Option<Ty>,
    pub(super) impl_id: Option<ImplId>,
}

impl<'p> Build<'p> {
    pub(super) fn tree(&self, number: u32) -> &'p Tree {
        let module = self.module;
        &module.syntax().trees[number as usize]
    }

    pub(super) fn generics(
        &mut self,
        tree: &Tree,
        own: syntax::List<syntax::Generic>,
        clauses: syntax::List<syntax::WhereClause>,
        parent: Generics,
        around: Around,
    ) -> Generics {
        generics::lower(
            self.p,
            self.module,
            tree,
            own,
            clauses,
            parent,
            around.self_ty,
            around.impl_id,
            &mut self.out,
        )
    }

    pub(super) fn lower<'a>(
        &'a mut self,
        tree: &'a Tree,
        generics: &'a Generics,
        around: Around,
    ) -> Lower<'a> {
        Lower {
            p: self.p,
            module: self.module,
            tree,
            generics,
            self_ty: around.self_ty,
            impl_id: around.impl_id,
            out: &mut self.out,
        }
    }

    pub(super) fn aliases(&mut self) {
        for (index, entry) in self.module.names().aliases.iter().enumerate() {
            super::lower::lower_alias(self.p, self.module, index as u32, &mut self.out);
            self.alias_derives(entry.attrs, self.tree(entry.tree));
        }
    }

    // ---- configs

    pub(super) fn configs(&mut self) -> Vec<ConfigDecl> {
        let names = self.module.names();
        names.config_items.iter().map(|entry| self.config(entry.tree, entry.syntax, entry.is_pub)).collect()
    }

    fn config(&mut self, tree: u32, syntax: Id<syntax::ConfigItem>, is_pub: bool) -> ConfigDecl {
        let tree = self.tree(tree);
        let item = &tree[syntax];
        let none = Generics::default();
        let written = item.ty.map(|ty| self.lower(tree, &none, Around::default()).ty(ty));
        let (own, value) = self.literal(tree, item.value);
        let mut decl = ConfigDecl { name: item.name.symbol, span: item.name.span, ty: own, value, is_pub };
        let Some(written) = written.filter(|&ty| ty != own && ty != Ty::ERROR && own != Ty::ERROR) else {
            return decl;
        };
        decl.ty = written;
        let span = tree[item.value].span;
        match (written, value) {
            (Ty::BYTE, Const::Int(number)) => match u8::try_from(number) {
                Ok(byte) => decl.value = Const::Byte(byte),
                Err(_) => {
                    self.error(307, span, format!("{number} does not fit in byte"));
                    decl.ty = Ty::ERROR;
                }
            },
            _ => {
                let expected = self.p.show(written, &[]);
                let found = self.p.show(own, &[]);
                self.error(308, span, format!("mismatched types: expected {expected}, found {found}"));
                decl.ty = Ty::ERROR;
            }
        }
        decl
    }

    /// Type and value of a literal; the error type if it is none (which was reported).
    fn literal(&mut self, tree: &Tree, id: syntax::ExprId) -> (Ty, Const) {
        let expr = tree[id];
        match expr.kind {
            ExprKind::Int(value) => (Ty::INT, Const::Int(value as i64)),
            ExprKind::Float(value) => (Ty::FLOAT, Const::Float(value)),
            ExprKind::Str(value) => (Ty::STR, Const::Str(value)),
            ExprKind::Char(value) => (Ty::CHAR, Const::Char(value)),
            ExprKind::Bool(value) => (Ty::BOOL, Const::Bool(value)),
            ExprKind::Duration(value) => (Ty::DURATION, Const::Duration(value)),
            ExprKind::Size(value) => (Ty::SIZE, Const::Size(value)),
            ExprKind::Unary(UnOp::Neg, inner) => match self.literal(tree, inner) {
                (ty, Const::Int(value)) => (ty, Const::Int(value.wrapping_neg())),
                (ty, Const::Float(value)) => (ty, Const::Float(-value)),
                (ty, Const::Duration(value)) => (ty, Const::Duration(value.wrapping_neg())),
                (Ty::ERROR, value) => (Ty::ERROR, value),
                (ty, value) => {
                    let ty = self.p.show(ty, &[]);
                    self.error(309, expr.span, format!("operator `-` cannot be applied to {ty}"));
                    (Ty::ERROR, value)
                }
            },
            _ => (Ty::ERROR, Const::Int(0)),
        }
    }

    // ---- traits

    pub(super) fn traits(&mut self) -> Vec<TraitDecl> {
        let names = self.module.names();
        (0..names.traits.len()).map(|index| self.trait_decl(index)).collect()
    }

    fn trait_decl(&mut self, index: usize) -> TraitDecl {
        let entry = &self.module.names().traits[index];
        let tree = self.tree(entry.tree);
        let def = &tree[entry.syntax];
        let id = TraitId { module: self.module.id, index: index as u32 };
        let types = &self.p.types;
        self.out.env = EnvRef::Trait(index as u32);
        let self_ty = types.param(0);
        let around = Around { self_ty: Some(self_ty), impl_id: None };
        let own: Vec<Ty> = (1..=entry.arity).map(|number| types.param(number)).collect();
        let path: Vec<Ty> = std::iter::once(self_ty).chain(own.iter().copied()).collect();
        let parent = Generics {
            parent_count: 0,
            names: vec![self.p.symbols.self_type],
            bounds: vec![Bound { subject: self_ty, of: id, args: types.list(&own) }],
            lacks_bound: false,
        };
        let mut generics = self.generics(tree, def.generics, syntax::List::EMPTY, parent, around);
        let mut supers = Vec::new();
        for path in tree.list(def.supers) {
            match self.lower(tree, &generics, around).bound(path) {
                Some((of, args)) => supers.push(Bound { subject: self_ty, of, args }),
                None => generics.lacks_bound = true,
            }
        }
        let mut assoc: Vec<(Symbol, Vec<Bound>)> = Vec::new();
        for item in tree.list(def.assoc) {
            let name = item.name.symbol;
            if assoc.iter().any(|(other, _)| *other == name) {
                let message = format!("associated type `{}` is defined twice", self.text(name));
                self.error(102, item.name.span, message);
                continue;
            }
            let subject = types.intern(TyKind::Assoc { of: id, name, args: types.list(&path) });
            let mut bounds = Vec::new();
            for path in tree.list(item.bounds) {
                if let Some((of, args)) = self.lower(tree, &generics, around).bound(path) {
                    bounds.push(Bound { subject, of, args });
                }
            }
            assoc.push((name, bounds));
        }
        let methods = self.method_ids(entry.first_fn, def.methods.len);
        self.duplicate_methods(tree, def.methods);
        TraitDecl {
            id,
            name: def.name.symbol,
            span: def.name.span,
            generics,
            supers,
            assoc,
            methods,
            is_pub: entry.is_pub,
        }
    }

    fn method_ids(&self, first: u32, count: u32) -> Vec<FnId> {
        (first..first + count).map(|index| FnId { module: self.module.id, index }).collect()
    }

    fn duplicate_methods(&mut self, tree: &Tree, methods: syntax::List<syntax::Function>) {
        let mut seen: Vec<Symbol> = Vec::with_capacity(methods.len as usize);
        for method in tree.list(methods) {
            if seen.contains(&method.name.symbol) {
                let message = format!("method `{}` is defined twice", self.text(method.name.symbol));
                self.error(102, method.name.span, message);
            } else {
                seen.push(method.name.symbol);
            }
        }
    }

    // ---- impls

    pub(super) fn impls(&mut self) -> ImplTable {
        let names = self.module.names();
        let mut table = ImplTable::default();
        for index in 0..names.impls.len() {
            let decl = self.impl_decl(index);
            self.file_impl(&mut table, &decl);
            table.decls.push(decl);
        }
        table
    }

    fn impl_decl(&mut self, index: usize) -> ImplDecl {
        let entry = &self.module.names().impls[index];
        let tree = self.tree(entry.tree);
        let def = &tree[entry.syntax];
        let id = ImplId { module: self.module.id, index: index as u32 };
        let before = self.out.diagnostics.len();
        self.out.env = EnvRef::Impl(index as u32);
        let nowhere = Around::default();
        let generics = self.generics(tree, def.generics, def.bounds, Generics::default(), nowhere);
        let target = self.lower(tree, &generics, nowhere).ty(def.target);
        let around = Around { self_ty: Some(target), impl_id: None };
        let of = def.trait_ref.and_then(|of| match tree[of].kind {
            TypeExprKind::Path(path) => self.lower(tree, &generics, around).bound(&tree[path]),
            TypeExprKind::Error => None,
            _ => {
                self.error(800, tree[of].span, "this is not a trait");
                None
            }
        });
        let assoc = tree
            .list(def.assoc)
            .map(|assoc| (assoc.name.symbol, self.lower(tree, &generics, around).ty(assoc.ty)))
            .collect();
        self.duplicate_methods(tree, def.methods);
        let header_is_broken = self.p.types.has_error(target) || (def.trait_ref.is_some() && of.is_none());
        if !header_is_broken {
            self.coherence(entry.span, tree[def.target].span, target, of, def.trait_ref.is_some());
        }
        ImplDecl {
            id,
            span: entry.span,
            tree: entry.tree,
            syntax: entry.syntax,
            generics,
            of,
            target,
            assoc,
            methods: self.method_ids(entry.first_fn, def.methods.len),
            broken: header_is_broken || self.out.diagnostics.len() > before,
        }
    }

    /// Where an impl may stand, and for what.
    fn coherence(
        &mut self,
        header: Span,
        target_span: Span,
        target: Ty,
        of: Option<(TraitId, TyList)>,
        is_trait_impl: bool,
    ) {
        let kind = self.p.types.kind(target);
        if matches!(kind, TyKind::Param(_) | TyKind::Assoc { .. }) {
            self.error(806, target_span, "impl target must not be a bare type parameter");
            return;
        }
        if self.p.types.has_assoc(target) {
            self.error(806, target_span, "impl target must not contain associated types");
            return;
        }
        let here = self.module.id;
        let is_own_type = match kind {
            TyKind::Adt(id, _) => id.module == here,
            _ => self.p.prelude() == Some(here),
        };
        let is_own_trait = of.is_some_and(|(of, _)| of.module == here);
        if !is_own_type && !is_own_trait {
            let message = if is_trait_impl {
                "impl for a foreign trait and foreign type"
            } else {
                "inherent methods are only allowed in the type's own module"
            };
            let help = if is_trait_impl {
                "declare the trait or the type in this module, or wrap the type in a newtype"
            } else {
                "write a function, or declare a trait with these methods"
            };
            self.error(805, header, message).help = Some(help.into());
        }
    }

    fn file_impl(&mut self, table: &mut ImplTable, decl: &ImplDecl) {
        let Some(head) = Head::of(self.p.types.kind(decl.target)) else { return };
        if let Some((of, _)) = decl.of {
            let others = table.by_trait.entry((of, head)).or_default();
            let others_decls = others.iter().map(|other| &table.decls[other.index as usize]);
            // What an unknown type in a header would be cannot be told.
            let is_known = |decl: &ImplDecl| !self.p.header_has_error(decl);
            let mut known = others_decls.filter(|other| is_known(decl) && is_known(other));
            let clash = known.find(|other| self.p.impls_overlap(decl, other));
            match clash.map(|other| other.span) {
                Some(first) => self.conflict(decl, of, first),
                None => others.push(decl.id),
            }
            return;
        }
        let tree = self.tree(decl.tree);
        let def = &tree[decl.syntax];
        if def.trait_ref.is_some() {
            return;
        }
        let fns = &self.module.names().fns;
        for (method, &id) in tree.list(def.methods).zip(&decl.methods) {
            let others = table.inherent.entry((head, method.name.symbol)).or_default();
            let is_taken = others.iter().any(|other| match fns[other.index as usize].owner {
                FnOwner::Impl(owner) => {
                    owner != decl.id && self.p.impls_overlap(decl, &table.decls[owner.index as usize])
                }
                _ => false,
            });
            if is_taken {
                let text = self.text(method.name.symbol);
                self.error(102, method.name.span, format!("method `{text}` is defined twice for this type"));
            } else {
                others.push(id);
            }
        }
    }

    pub(super) fn conflict(&mut self, decl: &ImplDecl, of: TraitId, first: Span) {
        let module = self.module.id;
        let name = self.p.trait_name(of);
        let of = self.text(name);
        let ty = self.p.show(decl.target, &decl.generics.names);
        let message = format!("conflicting impls of `{of}` for `{ty}`");
        let label =
            sigil_frontend::Label { file: module, span: first, message: "the other one is here".into() };
        self.error(803, decl.span, message).labels.push(label);
    }

    // ---- types

    pub(super) fn adts(&mut self, part: Range<usize>) -> Vec<AdtDecl> {
        part.map(|index| self.adt(index)).collect()
    }

    fn adt(&mut self, index: usize) -> AdtDecl {
        let entry = &self.module.names().adts[index];
        let tree = self.tree(entry.tree);
        let def = &tree[entry.syntax];
        let id = AdtId { module: self.module.id, index: index as u32 };
        let before = self.out.diagnostics.len();
        self.out.env = EnvRef::Adt(index as u32);
        let generics = self.generics(tree, def.generics, def.bounds, Generics::default(), Around::default());
        let name = def.name;
        let (kind, variants) = match def.body {
            TypeBody::Struct(fields) => (AdtKind::Struct, vec![self.variant(tree, &generics, name, fields)]),
            TypeBody::Sum(variants) => {
                let variants = tree.list(variants);
                let lower = |variant: &syntax::VariantDecl| {
                    self.variant(tree, &generics, variant.name, variant.fields)
                };
                (AdtKind::Sum, variants.map(lower).collect())
            }
            TypeBody::Newtype(body) => {
                let ty = self.lower(tree, &generics, Around::default()).ty(body);
                let field = FieldDecl { name: None, span: tree[body].span, ty };
                let (span, fields) = (name.span, vec![field]);
                let content = VariantDecl { name: name.symbol, span, fields, lacks_fields: false };
                (AdtKind::Newtype, vec![content])
            }
        };
        let has_error = variants
            .iter()
            .any(|variant| variant.fields.iter().any(|field| self.p.types.has_error(field.ty)));
        let derives = self.derives(id, kind, entry.attrs, tree);
        AdtDecl {
            id,
            name: name.symbol,
            span: name.span,
            kind,
            generics,
            variants,
            derives,
            is_pub: entry.is_pub,
            broken: has_error || self.out.diagnostics.len() > before,
        }
    }

    fn variant(
        &mut self,
        tree: &Tree,
        generics: &Generics,
        name: syntax::Name,
        fields: syntax::List<syntax::FieldDecl>,
    ) -> VariantDecl {
        let count = fields.len as usize;
        let fields = self.fields(tree, generics, fields);
        let lacks_fields = fields.len() < count;
        VariantDecl { name: name.symbol, span: name.span, fields, lacks_fields }
    }

    fn fields(
        &mut self,
        tree: &Tree,
        generics: &Generics,
        fields: syntax::List<syntax::FieldDecl>,
    ) -> Vec<FieldDecl> {
        let mut out: Vec<FieldDecl> = Vec::with_capacity(fields.len as usize);
        for field in tree.list(fields) {
            let ty = self.lower(tree, generics, Around::default()).ty(field.ty);
            let span = field.name.map_or(tree[field.ty].span, |name| name.span);
            let name = field.name.map(|name| name.symbol);
            if let Some(name) = name
                && let Some(first) = out.iter().find(|other| other.name == Some(name))
            {
                let label = sigil_frontend::Label {
                    file: self.module.id,
                    span: first.span,
                    message: "first defined here".into(),
                };
                let message = format!("duplicate field `{}`", self.text(name));
                self.error(312, span, message).labels.push(label);
                continue;
            }
            out.push(FieldDecl { name, span, ty });
        }
        out
    }
}
