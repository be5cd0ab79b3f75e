//! `base.name` in all its meanings: qualified names, fields, methods (language.md 4.4).

use super::method::Method;
use super::names::{Base, Reported};
use super::scope::HashContext;
use super::{Checker, Expect};
use crate::decl::{AdtKind, Def, FnOwner};
use crate::hir::{ExprId as E, ExprKind as H, FnRef};
use crate::interface::Space;
use crate::types::{FnId, Head, ModuleId, TraitId, Ty, TyKind, TyList};
use sigil_frontend::syntax::{self, Arg, ExprKind, Member, Name};
use sigil_frontend::{Span, Symbol};

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
}
