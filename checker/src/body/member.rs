//! `base.name` in all its meanings: qualified names, fields, methods (language.md 4.4).

use super::names::{Base, Reported};
use super::scope::HashContext;
use super::{Checker, Expect};
use crate::decl::{AdtKind, Bound, Def, FnDecl, FnOwner, Generics, ImplDecl};
use crate::hir::{ExprId as E, ExprKind as H, FnRef};
use crate::impls::{ImplAnswer, MAX_SUPERTRAITS};
use crate::interface::Space;
use crate::program::Assumption;
use crate::types::{FnId, Head, ImplId, ModuleId, TraitId, Ty, TyKind, TyList};
use rustc_hash::FxHashSet;
use sigil_frontend::syntax::{self, Arg, ExprKind, Member, Name};
use sigil_frontend::{Span, Symbol};

/// A method found by name.
enum Method {
    /// Inherent, with arguments for its impl's parameters.
    Inherent(FnId, TyList),
    /// Of a trait: its method number, and `Self` with the trait's arguments.
    Trait(TraitId, u32, TyList),
    /// None.
    Missing,
    /// Reported.
    Error,
}

/// A trait that has the method sought, and how the receiver comes to implement it.
#[derive(Clone, Copy)]
struct Candidate {
    of: TraitId,
    method: u32,
    /// The trait's arguments, if a bound gives them.
    args: Option<TyList>,
}

fn no_value(method: &str) -> String {
    format!("a method is no value: write a lambda that calls `{method}`")
}

impl<'a> Checker<'a> {
    /// `base.name`, `base.name(args)`.
    pub(super) fn member(&mut self, id: syntax::Id<Member>, expect: Expect, span: Span) -> E {
        let member = self.tree[id];
        match self.base(member.base) {
            Base::Value => self.value_member(&member, expect, span),
            Base::Module(module) => self.module_member(module, &member, expect, span),
            Base::Type(ty) => self.type_member(ty, &member, expect, span),
            Base::Trait(of) => self.trait_member(of, &member, expect, span),
            Base::Error => self.abandon_member(&member, span),
        }
    }

    fn abandon_member(&mut self, member: &Member, span: Span) -> E {
        match member.args {
            Some(args) => self.abandon_args(args, span),
            None => self.error_expr(span),
        }
    }

    /// Where an access is positioned.
    fn at(member: &Member, span: Span) -> Span {
        Span::new(member.name.span.start, span.end.max(member.name.span.end))
    }

    /// `geo.area`, `geo.area(r)`.
    fn module_member(&mut self, module: ModuleId, member: &Member, expect: Expect, span: Span) -> E {
        let name = member.name;
        let Some(def) = self.exported_value(module, name) else {
            return self.abandon_member(member, span);
        };
        match member.args {
            Some(args) => self.call_def(def, member.targs, args, expect, name.symbol, span),
            None => self.def_value(def, member.targs, expect, name.symbol, span),
        }
    }

    fn exported_value(&mut self, module: ModuleId, name: Name) -> Option<Def> {
        match self.p.exported_value(module, name.symbol, self.module) {
            Ok(def) => Some(def),
            Err(hidden) => {
                self.hidden(hidden, module, name, Space::Value);
                None
            }
        }
    }

    /// `base.$name`.
    pub(super) fn config_field(&mut self, base: syntax::ExprId, name: Symbol, span: Span) -> E {
        let Base::Module(module) = self.base(base) else {
            let mut path = Vec::new();
            if self.dotted(base, &mut path) && self.p.is_silent_import(self.module, path[0].symbol) {
                return self.error_expr(span);
            }
            self.error(104, span, "a qualified config is written `module.$name`");
            return self.error_expr(span);
        };
        let text = self.text(name);
        let name = Name { symbol: name, span: Span::new(span.end - text.len() as u32, span.end) };
        match self.exported(module, name, Space::Config) {
            Ok(Some(def)) => return self.config_def(def, span),
            Ok(None) => self.error(104, span, format!("unknown config `${text}`")),
            Err(Reported) => {}
        }
        self.error_expr(span)
    }

    /// `T.V`, `T.static()`.
    fn type_member(&mut self, ty: Ty, member: &Member, expect: Expect, span: Span) -> E {
        let name = member.name;
        if let Some(TyKind::Adt(id, args)) = self.head(ty)
            && (self.is_upper(name.symbol) || self.variant_of(id, name.symbol).is_some())
        {
            let Some(index) = self.variant_of(id, name.symbol) else {
                let (text, owner) = (self.text(name.symbol), self.show(ty));
                let names: Vec<&str> = self.p.adt(id).variants.iter().map(|v| self.text(v.name)).collect();
                let help = self.did_you_mean(text, names.into_iter());
                self.error_help(315, name.span, format!("`{text}` is not a variant of {owner}"), help);
                return self.abandon_member(member, span);
            };
            return match member.args {
                Some(call_args) => self.construct_with(id, index, args, call_args, expect, span),
                None => self.ctor_value(id, index, args, expect, span.start),
            };
        }
        let Some(args) = member.args else {
            let (text, owner) = (self.text(name.symbol), self.show(ty));
            let help = self.inherent_any(ty, name.symbol).map(|_| no_value(text));
            self.error_help(311, name.span, format!("no field `{text}` on type {owner}"), help);
            return self.error_expr(span);
        };
        self.static_call(ty, member, args, expect, span)
    }

    fn static_call(
        &mut self,
        ty: Ty,
        member: &Member,
        args: syntax::List<Arg>,
        expect: Expect,
        span: Span,
    ) -> E {
        let at = Self::at(member, span);
        match self.find_method(ty, member.name, false) {
            Method::Inherent(id, outer) => {
                let decl = self.p.fn_decl(id);
                if !self.callable(decl, at) {
                    return self.abandon_args(args, span);
                }
                let fn_args = self.fn_args(decl, Some(outer), member.targs, at);
                self.finish_call(
                    FnRef::Direct(id, fn_args),
                    decl,
                    fn_args,
                    None,
                    args,
                    expect,
                    span,
                    at.start,
                )
            }
            Method::Trait(of, method, outer) => {
                if self.reads_self(of, method, ty) {
                    let (text, owner) = (self.text(member.name.symbol), self.show(ty));
                    let name = self.text(self.p.trait_name(of));
                    let message = format!("`{text}` of {owner} reads `self`: it needs a value");
                    let help = format!("write `with {name} = … in {name}.{text}(…)`");
                    self.error_help(323, member.name.span, message, Some(help));
                    return self.abandon_args(args, span);
                }
                self.call_trait(of, method, outer, None, member.targs, args, expect, (span, at))
            }
            Method::Missing => {
                self.no_static(ty, member.name);
                self.abandon_args(args, span)
            }
            Method::Error => self.abandon_args(args, span),
        }
    }

    fn no_static(&mut self, ty: Ty, name: Name) {
        if let Some(kind) = self.head(ty)
            && self.is_of_broken_impl(kind, name.symbol)
        {
            return;
        }
        let (text, owner) = (self.text(name.symbol), self.show(ty));
        let help = match self.inherent_any(ty, name.symbol) {
            Some(id) if self.p.fn_decl(id).has_self => {
                Some(format!("`{text}` has a receiver: write `value.{text}(…)`"))
            }
            Some(id) => self.other_instance(id, text),
            None => self.suggest_method(ty, name.symbol),
        };
        self.error_help(323, name.span, format!("no static method `{text}` on {owner}"), help);
    }

    /// Says for which instance of the type a method is.
    fn other_instance(&self, id: FnId, text: &str) -> Option<String> {
        let FnOwner::Impl(owner) = self.p.fn_decl(id).owner else { return None };
        let decl = self.p.impl_decl(owner);
        let target = self.p.show(decl.target, &decl.generics.names);
        Some(format!("`{text}` is a method of {target}"))
    }

    /// `Trait.m(v, …)`.
    fn trait_member(&mut self, of: TraitId, member: &Member, expect: Expect, span: Span) -> E {
        let name = member.name;
        let decl = self.p.trait_decl(of);
        let at = Self::at(member, span);
        let found = decl.methods.iter().position(|&m| self.p.fn_decl(m).name == name.symbol);
        let (Some(method), Some(args)) = (found, member.args) else {
            let (text, owner) = (self.text(name.symbol), self.text(decl.name));
            let (message, help) = match found {
                Some(_) => (format!("method `{text}` of trait {owner} is not called"), Some(no_value(text))),
                None => (format!("no method `{text}` in trait {owner}"), None),
            };
            self.error_help(323, name.span, message, help);
            return self.abandon_member(member, span);
        };
        let method_decl = self.p.fn_decl(decl.methods[method]);
        let has_receiver = method_decl.has_self && args.len as usize > method_decl.params.len();
        if let Some(found) = self.in_force(of).filter(|_| !has_receiver) {
            let this = self.capability_ty(found);
            let outer = self.ty_list(&[this]);
            let receiver = self.read_capability(found, at.start);
            let (method, targs) = (method as u32, member.targs);
            return self.call_trait(of, method, outer, Some(receiver), targs, args, expect, (span, at));
        }
        if !method_decl.has_self {
            self.static_of_trait(of, name);
            return self.abandon_args(args, span);
        }
        let first = self.tree.list(args).next().copied();
        let Some(Arg { name: None, value }) = first else {
            let text = self.text(name.symbol);
            self.error(304, at, format!("`{text}` expects its receiver as first argument"));
            return self.abandon_args(args, span);
        };
        let receiver = self.infer(value);
        if matches!(self.known_head(receiver, self.tree[value].span), TyKind::Error) {
            return self.abandon_args(args, span);
        }
        let ty = self.ty(receiver);
        let outer = self.unknowns(&[ty], decl.generics.names.len() - 1, at);
        self.solve_trait_args(of, outer);
        let rest = syntax::List::new(args.start + 1, args.len - 1);
        self.call_trait(of, method as u32, outer, Some(receiver), member.targs, rest, expect, (span, at))
    }

    /// Reports `Trait.m()` of a method without `self`: it needs a type, or the trait in force as a capability.
    fn static_of_trait(&mut self, of: TraitId, name: Name) {
        if self.s.no_capabilities.contains(&self.p.trait_name(of)) {
            self.failed = true;
            return;
        }
        let (text, owner) = (self.text(name.symbol), self.text(self.p.trait_name(of)));
        if self.is_capability_here(of) {
            self.lacks_capability(text, of, name.span);
            return;
        }
        let help = format!("call it on a type: `T.{text}(…)`, or where a capability `{owner}` is in force");
        self.error_help(305, name.span, "cannot infer type", Some(help));
    }

    /// Whether a method without `self` reads it all the same in the impl for a type that is known.
    fn reads_self(&mut self, of: TraitId, method: u32, ty: Ty) -> bool {
        let declared = self.p.fn_decl(self.p.trait_decl(of).methods[method as usize]);
        let given = self.only_impl(of, ty, None).and_then(|id| {
            let mut methods = self.p.impl_decl(id).methods.iter().map(|&given| self.p.fn_decl(given));
            methods.find(|given| given.name == declared.name)
        });
        given.unwrap_or(declared).implicit_self
    }

    /// `self.m(…)` of a method without `self` of the trait whose methods these are: `Self` with the trait's arguments.
    fn own_static(&mut self, receiver: syntax::ExprId, name: Symbol) -> Option<(TraitId, u32, TyList)> {
        if !matches!(self.tree[receiver].kind, ExprKind::SelfValue) {
            return None;
        }
        let of = match self.decl.owner {
            FnOwner::Trait(of) => of,
            FnOwner::Impl(id) => self.p.impl_decl(id).of?.0,
            _ => return None,
        };
        if self.p.trait_arity(of) > 0 || self.p.is_prelude_trait(of) {
            return None;
        }
        let methods = &self.p.trait_decl(of).methods;
        let method = methods.iter().position(|&method| self.p.fn_decl(method).name == name)?;
        let outer = self.ty_list(&[self.decl.self_ty?]);
        Some((of, method as u32, outer))
    }

    /// Calls a trait's method; `outer` are `Self` and the trait's arguments.
    #[allow(clippy::too_many_arguments)]
    fn call_trait(
        &mut self,
        of: TraitId,
        method: u32,
        outer: TyList,
        receiver: Option<E>,
        targs: syntax::List<syntax::TypeExpr>,
        args: syntax::List<Arg>,
        expect: Expect,
        (span, at): (Span, Span),
    ) -> E {
        let decl = self.p.fn_decl(self.p.trait_decl(of).methods[method as usize]);
        if !self.callable(decl, at) {
            return self.abandon_args(args, span);
        }
        let fn_args = self.fn_args(decl, Some(outer), targs, at);
        let this = self.list_at(outer, 0);
        let trait_args: Vec<Ty> = (1..self.list_len(outer)).map(|i| self.list_at(outer, i)).collect();
        let trait_args = self.ty_list(&trait_args);
        self.require(of, trait_args, this, at);
        let callee = FnRef::Trait { of, method, args: fn_args };
        self.finish_call(callee, decl, fn_args, receiver, args, expect, span, at.start)
    }

    /// A field or method of a value.
    fn value_member(&mut self, member: &Member, expect: Expect, span: Span) -> E {
        let receiver = self.infer(member.base);
        let kind = self.known_head(receiver, self.tree[member.base].span);
        if matches!(kind, TyKind::Error) {
            // `#` is no mistake of its own here.
            self.s.hashes.push(HashContext { ty: Ty::ERROR, local: None });
            let e = self.abandon_member(member, span);
            self.s.hashes.pop();
            return e;
        }
        if matches!(kind, TyKind::Never) {
            if let Some(args) = member.args {
                for arg in self.tree.list(args) {
                    if !self.is_untyped(arg.value) {
                        self.infer(arg.value);
                    }
                }
            }
            return receiver;
        }
        match member.args {
            Some(args) => self.method_call(receiver, kind, member, args, expect, span),
            None => self.field(receiver, kind, member, span),
        }
    }

    fn method_call(
        &mut self,
        receiver: E,
        kind: TyKind,
        member: &Member,
        args: syntax::List<Arg>,
        expect: Expect,
        span: Span,
    ) -> E {
        let ty = self.ty(receiver);
        let at = Self::at(member, span);
        if let Some(e) = self.newtype_unwrap(receiver, kind, member, args, span) {
            return e;
        }
        let method = self.find_method(ty, member.name, true);
        let counted = matches!(kind, TyKind::List(_) | TyKind::Str | TyKind::Map(..));
        if counted {
            self.s.hashes.push(HashContext { ty, local: None });
        }
        let e = match method {
            Method::Inherent(id, outer) => {
                let decl = self.p.fn_decl(id);
                if self.callable(decl, at) {
                    let fn_args = self.fn_args(decl, Some(outer), member.targs, at);
                    let callee = FnRef::Direct(id, fn_args);
                    self.finish_call(callee, decl, fn_args, Some(receiver), args, expect, span, at.start)
                } else {
                    self.abandon_args(args, span)
                }
            }
            Method::Trait(of, method, outer) => {
                self.call_trait(of, method, outer, Some(receiver), member.targs, args, expect, (span, at))
            }
            Method::Error => self.abandon_args(args, span),
            Method::Missing => match self.own_static(member.base, member.name.symbol) {
                Some((of, method, outer)) => {
                    let receiver = Some(receiver);
                    self.call_trait(of, method, outer, receiver, member.targs, args, expect, (span, at))
                }
                None => self.other_call(receiver, kind, member, args, span),
            },
        };
        if counted { self.bind_receiver(receiver, e) } else { e }
    }

    /// If `#` was used in the arguments of `call`: binds the receiver first and makes the call read it.
    fn bind_receiver(&mut self, receiver: E, call: E) -> E {
        let Some(HashContext { ty, local }) = self.s.hashes.pop() else { return call };
        let Some(local) = local else { return call };
        // The receiver moves to a new place; its old one becomes the read of the local, which is what the call uses.
        let old = self.s.body[receiver];
        let value = self.new_expr(old.kind, old.ty, old.pos);
        self.s.body.exprs[receiver.0 as usize].kind = H::Local(local);
        let pat = self.new_pat(crate::hir::PatKind::Bind(local, None), ty, old.pos);
        let stmts = self.s.stmts.len();
        self.s.stmts.push(crate::hir::Stmt::Let(pat, value));
        self.wrap_hoisted(stmts, call)
    }

    /// The built-in method of newtypes, unless the type has its own of that name.
    fn newtype_unwrap(
        &mut self,
        receiver: E,
        kind: TyKind,
        member: &Member,
        args: syntax::List<Arg>,
        span: Span,
    ) -> Option<E> {
        let TyKind::Adt(id, adt_args) = kind else { return None };
        let decl = self.p.adt(id);
        if decl.kind != AdtKind::Newtype || member.name.symbol != self.sym.unwrap {
            return None;
        }
        if !self.p.inherent_methods(Head::Adt(id), member.name.symbol).is_empty() {
            return None;
        }
        let at = Self::at(member, span);
        if args.len > 0 {
            self.error(304, at, format!("`unwrap` expects 0 arguments, got {}", args.len));
            return Some(self.abandon_args(args, span));
        }
        let Some(field) = decl.variants[0].fields.first() else { return Some(self.error_expr(span)) };
        let content = self.inst(field.ty, adt_args);
        Some(self.new_expr(H::Field(receiver, 0), content, at.start))
    }

    /// What `v.m(…)` means when there is no such method: a call of a field.
    fn other_call(
        &mut self,
        receiver: E,
        kind: TyKind,
        member: &Member,
        args: syntax::List<Arg>,
        span: Span,
    ) -> E {
        let name = member.name;
        let at = Self::at(member, span);
        let ty = self.ty(receiver);
        if let Some((index, field)) = self.find_field(kind, name.symbol)
            && matches!(self.head(field), Some(TyKind::Fn(..)))
        {
            let callee = self.new_expr(H::Field(receiver, index), field, at.start);
            return self.call_value(callee, at, args, at);
        }
        if !self.is_of_broken_impl(kind, name.symbol) {
            let (text, owner) = (self.text(name.symbol), self.show(ty));
            let help = self.suggest_method(ty, name.symbol);
            self.error_help(323, name.span, format!("no method `{text}` on {owner}"), help);
        }
        self.abandon_args(args, span)
    }

    /// Whether an impl or bound that is wrong, as was reported, has a method of the name, or might have it: of its own,
    /// though its trait has none, or as its trait's default.
    fn is_of_broken_impl(&self, kind: TyKind, name: Symbol) -> bool {
        let of_type = match kind {
            TyKind::Param(_) | TyKind::Assoc { .. } if self.lacks_bound() => return true,
            TyKind::Adt(id, _) => id.module,
            _ => self.module,
        };
        [self.module, of_type].into_iter().any(|module| {
            let mut impls = self.p.impls(module).iter();
            impls.any(|decl| match self.has_method(&decl.methods, name) {
                true => decl.broken || self.is_for(decl, kind) && !self.is_of_trait(decl, name),
                false => decl.broken && self.is_for(decl, kind) && self.is_of_trait(decl, name),
            })
        })
    }

    /// Whether an impl is for such a type.
    fn is_for(&self, decl: &ImplDecl, kind: TyKind) -> bool {
        let target = self.p.types.kind(decl.target);
        matches!(target, TyKind::Param(_) | TyKind::Error) || Head::of(target) == Head::of(kind)
    }

    /// Whether the trait of an impl has a method of the name; an inherent impl has only its own.
    fn is_of_trait(&self, decl: &ImplDecl, name: Symbol) -> bool {
        let methods = decl.of.map_or(&decl.methods, |(of, _)| &self.p.trait_decl(of).methods);
        self.has_method(methods, name)
    }

    fn has_method(&self, methods: &[FnId], name: Symbol) -> bool {
        methods.iter().any(|&method| self.p.fn_decl(method).name == name)
    }

    /// Whether one of the bounds that were written may be what is missing.
    pub(super) fn lacks_bound(&self) -> bool {
        let Generics { bounds, lacks_bound, .. } = &self.decl.generics;
        let lacks_super = |bound: &Bound| self.p.trait_decl(bound.of).generics.lacks_bound;
        self.decl.broken || *lacks_bound || bounds.iter().any(lacks_super)
    }

    /// A field's number and type.
    fn find_field(&mut self, kind: TyKind, name: Symbol) -> Option<(u32, Ty)> {
        match kind {
            TyKind::Adt(id, args) => {
                let decl = self.p.adt(id);
                if decl.kind != AdtKind::Struct {
                    return None;
                }
                let fields = &decl.variants[0].fields;
                let at = fields.iter().position(|f| f.name == Some(name))?;
                Some((at as u32, self.inst(fields[at].ty, args)))
            }
            TyKind::Record(names, tys) => {
                let at = self.p.types.name_list_of(names).iter().position(|&n| n == name)?;
                Some((at as u32, self.list_at(tys, at)))
            }
            _ => None,
        }
    }

    fn field(&mut self, receiver: E, kind: TyKind, member: &Member, span: Span) -> E {
        let name = member.name;
        if let Some((index, ty)) = self.find_field(kind, name.symbol) {
            return self.new_expr(H::Field(receiver, index), ty, name.span.start);
        }
        if let TyKind::Adt(id, _) = kind
            && self.p.adt(id).kind == AdtKind::Struct
        {
            self.unknown_field(id, name);
            return self.error_expr(span);
        }
        let ty = self.ty(receiver);
        let text = self.text(name.symbol);
        let owner = self.show(ty);
        let help = match kind {
            TyKind::Record(names, _) => {
                let names = self.p.types.name_list_of(names);
                self.did_you_mean(text, names.iter().map(|&n| self.text(n)))
            }
            _ => self.inherent_any(ty, name.symbol).map(|_| format!("call the method: `.{text}(…)`")),
        };
        self.error_help(311, name.span, format!("no field `{text}` on {owner}"), help);
        self.error_expr(span)
    }

    /// `t.0`.
    pub(super) fn tuple_field(&mut self, base: syntax::ExprId, index: u32, span: Span) -> E {
        let receiver = self.infer(base);
        match self.known_head(receiver, self.tree[base].span) {
            TyKind::Tuple(parts) if (index as usize) < self.list_len(parts) => {
                let ty = self.list_at(parts, index as usize);
                let ty = self.shallow(ty);
                // The member is the last token: its digits.
                let digits = if index == 0 { 1 } else { index.ilog10() + 1 };
                self.new_expr(H::Field(receiver, index), ty, span.end.saturating_sub(digits).max(span.start))
            }
            TyKind::Error => self.error_expr(span),
            TyKind::Never => receiver,
            _ => {
                let ty = self.ty(receiver);
                let owner = self.show(ty);
                self.error(311, span, format!("no field `{index}` on {owner}"));
                self.error_expr(span)
            }
        }
    }

    /// An inherent method on a type, whether or not it has a receiver.
    fn inherent_any(&mut self, ty: Ty, name: Symbol) -> Option<FnId> {
        let head = Head::of(self.head(ty)?)?;
        self.p.inherent_methods(head, name).first().copied()
    }

    /// The nearest method name.
    fn suggest_method(&mut self, ty: Ty, name: Symbol) -> Option<String> {
        let kind = self.head(ty)?;
        let mut names = Vec::new();
        if let Some(head) = Head::of(kind) {
            self.p.inherent_names(head, &mut |symbol| names.push(self.p.names.get(symbol)));
        }
        self.did_you_mean(self.text(name), names.into_iter())
    }

    /// The inherent (or built-in) method of a type, with arguments for its impl's parameters.
    pub(super) fn inherent(&mut self, ty: Ty, name: Symbol, span: Span) -> Option<(FnId, TyList)> {
        self.inherent_with(ty, name, true, span)
    }

    fn inherent_with(&mut self, ty: Ty, name: Symbol, has_self: bool, span: Span) -> Option<(FnId, TyList)> {
        let head = Head::of(self.head(ty)?)?;
        let p: &'a crate::program::Program = self.p;
        for &id in p.inherent_methods(head, name).iter() {
            let decl = p.fn_decl(id);
            if decl.has_self != has_self {
                continue;
            }
            let crate::decl::FnOwner::Impl(impl_id) = decl.owner else { continue };
            let impl_decl = p.impl_decl(impl_id);
            let args = self.unknowns(&[], impl_decl.generics.names.len(), span);
            let target = self.inst(impl_decl.target, args);
            if self.could_unify(target, ty) {
                self.unify(target, ty);
                return Some((id, args));
            }
        }
        None
    }

    /// `v.m` or (without receiver) `T.m`: inherent first, then traits.
    fn find_method(&mut self, ty: Ty, name: Name, has_self: bool) -> Method {
        if let Some((id, args)) = self.inherent_with(ty, name.symbol, has_self, name.span) {
            return Method::Inherent(id, args);
        }
        let Some(kind) = self.head(ty) else {
            self.cannot_infer(name.span);
            self.poison(ty);
            return Method::Error;
        };
        if kind == TyKind::Error {
            return Method::Error;
        }
        let candidates = match kind {
            TyKind::Param(_) | TyKind::Assoc { .. } => self.bound_candidates(ty, name.symbol, has_self),
            _ => {
                let candidates = self.impl_candidates(ty, kind, name.symbol, has_self);
                if !self.p.is_complete() {
                    if candidates.len() != 1 {
                        self.needs_complete = true;
                        self.failed = true;
                        return Method::Error;
                    }
                    if let Some(head) = Head::of(kind) {
                        let assumption = Assumption { name: name.symbol, head, of: candidates[0].of };
                        self.assumptions.push(assumption);
                    }
                }
                candidates
            }
        };
        match candidates[..] {
            [] => Method::Missing,
            [Candidate { of, method, args }] => {
                let count = self.p.trait_decl(of).generics.names.len() - 1;
                let outer = match args {
                    Some(list) => {
                        let mut all = vec![ty];
                        all.extend((0..self.list_len(list)).map(|i| self.list_at(list, i)));
                        self.ty_list(&all)
                    }
                    None => self.unknowns(&[ty], count, name.span),
                };
                if args.is_none() && count > 0 && !self.solve_trait_args(of, outer) {
                    return self.ambiguous(name, &candidates);
                }
                Method::Trait(of, method, outer)
            }
            _ => self.ambiguous(name, &candidates),
        }
    }

    fn ambiguous(&mut self, name: Name, candidates: &[Candidate]) -> Method {
        let text = self.text(name.symbol);
        let mut names: Vec<&str> =
            candidates.iter().map(|c| self.text(self.p.trait_decl(c.of).name)).collect();
        names.sort_unstable();
        let help = names.first().map(|first| format!("write `{first}.{text}(…)`"));
        let message = format!("method `{text}` is ambiguous: {}", names.join(", "));
        self.error_help(810, name.span, message, help);
        Method::Error
    }

    /// Traits with such a method that the bounds of a parameter or opaque type give it.
    fn bound_candidates(&mut self, ty: Ty, name: Symbol, has_self: bool) -> Vec<Candidate> {
        let mut out = Vec::new();
        for bound in self.bounds_of(ty) {
            let methods = &self.p.trait_decl(bound.of).methods;
            let found = methods.iter().position(|&m| {
                let decl: &FnDecl = self.p.fn_decl(m);
                decl.name == name && decl.has_self == has_self
            });
            if let Some(method) = found {
                out.push(Candidate { of: bound.of, method: method as u32, args: Some(bound.args) });
            }
        }
        out
    }

    /// All bounds on a parameter or opaque type, supertraits included, each once.
    pub(super) fn bounds_of(&mut self, ty: Ty) -> Vec<Bound> {
        let mut out: Vec<Bound> = Vec::new();
        for bound in &self.decl.generics.bounds {
            if bound.subject == ty && !out.contains(bound) {
                out.push(*bound);
            }
        }
        if let Some(TyKind::Assoc { of, name, args }) = self.head(ty)
            && let Some((_, bounds)) = self.p.trait_decl(of).assoc.iter().find(|(n, _)| *n == name)
        {
            for bound in bounds {
                let args = self.inst_list(bound.args, args);
                let bound = Bound { subject: ty, of: bound.of, args };
                if !out.contains(&bound) {
                    out.push(bound);
                }
            }
        }
        let mut seen: FxHashSet<Bound> = out.iter().copied().collect();
        let (mut at, mut with_args) = (0, 0);
        while let Some(&bound) = out.get(at) {
            at += 1;
            let supers = &self.p.trait_decl(bound.of).supers;
            if supers.is_empty() {
                continue;
            }
            let mut all = vec![ty];
            all.extend((0..self.list_len(bound.args)).map(|i| self.list_at(bound.args, i)));
            let all = self.ty_list(&all);
            for up in supers {
                let args = self.inst_list(up.args, all);
                let up = Bound { subject: ty, of: up.of, args };
                let has_args = self.list_len(args) > 0;
                if !(has_args && with_args == MAX_SUPERTRAITS) && seen.insert(up) {
                    with_args += usize::from(has_args);
                    out.push(up);
                }
            }
        }
        out
    }

    /// Traits with such a method that a concrete type implements.
    fn impl_candidates(&mut self, ty: Ty, kind: TyKind, name: Symbol, has_self: bool) -> Vec<Candidate> {
        let mut out = Vec::new();
        for (of, method) in self.p.trait_methods_named(name) {
            let decl = self.p.fn_decl(self.p.trait_decl(of).methods[method as usize]);
            if decl.has_self == has_self && self.implements(of, ty, kind) {
                out.push(Candidate { of, method, args: None });
            }
        }
        out
    }

    /// Whether a concrete type, whose parts may be unknown, has an impl of a trait; bounds are looked at later.
    fn implements(&mut self, of: TraitId, ty: Ty, kind: TyKind) -> bool {
        if let Some(head) = Head::of(kind) {
            for id in self.p.impls_of(of, head) {
                if self.impl_fits(id, ty, None) {
                    return true;
                }
            }
        }
        if let TyKind::Adt(id, _) = kind
            && self.p.adt(id).derives.iter().any(|&(derived, _)| derived == of)
        {
            return true;
        }
        if !self.p.is_prelude_trait(of) {
            return false;
        }
        let closed = self.closed(ty);
        !matches!(self.p.find_impl(of, closed, None, &self.decl.generics.bounds), ImplAnswer::No { .. })
    }

    /// Whether an impl's target (and trait arguments, after `Self` in `args`) fits; solves nothing.
    fn impl_fits(&mut self, id: ImplId, ty: Ty, args: Option<TyList>) -> bool {
        let snapshot = self.snapshot();
        let fits = self.unify_impl(id, ty, args);
        self.rollback(snapshot);
        fits
    }

    fn unify_impl(&mut self, id: ImplId, ty: Ty, args: Option<TyList>) -> bool {
        let decl = self.p.impl_decl(id);
        let own = self.unknowns(&[], decl.generics.names.len(), self.here);
        let target = self.inst(decl.target, own);
        if !self.unify(target, ty) {
            return false;
        }
        let (Some(args), Some((_, given))) = (args, decl.of) else { return true };
        (0..self.list_len(given)).all(|i| {
            let given = self.list_at(given, i);
            let given = self.inst(given, own);
            let wanted = self.list_at(args, i + 1);
            self.unify(given, wanted)
        })
    }

    /// The only impl of a trait that fits a type (and the trait's arguments, after `Self` in `args`).
    pub(super) fn only_impl(&mut self, of: TraitId, ty: Ty, args: Option<TyList>) -> Option<ImplId> {
        let head = Head::of(self.head(ty)?)?;
        let mut found = None;
        for id in self.p.impls_of(of, head) {
            if self.impl_fits(id, ty, args) {
                if found.is_some() {
                    return None;
                }
                found = Some(id);
            }
        }
        found
    }

    /// Solves a trait's arguments (after `Self` in `args`) by the bound or impl that the type has; false if several
    /// fit.
    pub(super) fn solve_trait_args(&mut self, of: TraitId, args: TyList) -> bool {
        if self.list_len(args) < 2 {
            return true;
        }
        let ty = self.list_at(args, 0);
        match self.head(ty) {
            Some(TyKind::Param(_) | TyKind::Assoc { .. }) => {
                let bounds = self.bounds_of(ty);
                let mut fitting = bounds.iter().filter(|b| b.of == of);
                if let (Some(bound), None) = (fitting.next(), fitting.next()) {
                    for i in 0..self.list_len(bound.args) {
                        let (a, b) = (self.list_at(bound.args, i), self.list_at(args, i + 1));
                        self.unify(a, b);
                    }
                }
                true
            }
            Some(_) => match self.only_impl(of, ty, Some(args)) {
                Some(id) => self.unify_impl(id, ty, Some(args)),
                None => false,
            },
            None => false,
        }
    }
}
