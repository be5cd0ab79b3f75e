//! `cache` (language.md 13): through the `Cache` in force to what is stored, or else to the operation.

use super::capability::InForce;
use super::{Checker, Expect};
use crate::hir::{ExprId as E, ExprKind as H, FnRef, LocalId, Stmt};
use crate::types::{TraitId, Ty, TyKind};
use sigil_frontend::Span;
use sigil_frontend::Symbol;
use sigil_frontend::syntax::{self, PatternCall};

/// Where results are kept, and how.
struct Store {
    found: InForce,
    key: LocalId,
    ttl: Option<LocalId>,
    at: Span,
}

impl Checker<'_> {
    /// `cache(.key, .op, .ttl)`.
    pub(super) fn cache(&mut self, call: &PatternCall, expect: Expect, span: Span) -> E {
        let sym = self.sym;
        let Some(props) = self.props(call, &[sym.key, sym.op], &[sym.ttl]) else {
            return self.abandon_props(call);
        };
        let (Some(key), Some(op)) = (props[0], props[1]) else { return self.error_expr(span) };
        let stmts = self.s.stmts.len();
        let mut values = vec![(self.check(key.0, Ty::STR), key.1)];
        if let Some((ttl, rank)) = props[2] {
            values.push((self.check(ttl, Ty::DURATION), rank));
        }
        let locals = self.bind_in_order(&values);
        let found = self.cache_in_force(call.name);
        let Some(found) = found else {
            self.s.stmts.truncate(stmts);
            self.infer(op.0);
            return self.error_expr(span);
        };
        let store = Store { found, key: locals[0], ttl: locals.get(1).copied(), at: call.name };
        let e = self.look_up(&store, op.0, expect, span);
        self.wrap_hoisted(stmts, e)
    }

    /// The value in force of the trait that the name `Cache` stands for, or of another one that is called so.
    fn cache_in_force(&mut self, at: Span) -> Option<InForce> {
        let cache = self.sym.cache;
        let of = self.p.capability_trait(self.module, cache);
        let mut all = self.s.capabilities.iter().rev();
        let found = all.find(|found| Some(found.of) == of || self.p.trait_name(found.of) == cache).copied();
        if found.is_none() {
            match of {
                Some(of) => self.lacks_capability("cache", of, at),
                None if self.s.no_capabilities.contains(&cache) => self.failed = true,
                None => self.error(602, at, "`cache` uses a capability `Cache`, and here that is no trait"),
            }
        }
        found
    }

    /// `match(get(key), Some(hit) -> hit, None -> what is done and stored)`.
    fn look_up(&mut self, store: &Store, op: syntax::ExprId, expect: Expect, span: Span) -> E {
        let (sym, pos) = (self.sym, span.start);
        let option = self.option_ty(Ty::STR);
        let Some(got) = self.cache_call(store, sym.get, &[(store.key, Ty::STR)], Some(option)) else {
            self.infer(op);
            return self.error_expr(span);
        };
        let inner = self.s.stmts.len();
        let (value, ty, is_result) = self.cached_op(op, expect);
        let Some(miss) = self.keep(store, value, (ty, is_result), pos) else {
            self.s.stmts.truncate(inner);
            return self.error_expr(span);
        };
        let miss = self.wrap_hoisted(inner, miss);
        let hit = self.new_local(sym.empty, Ty::STR, false);
        let bind = self.new_pat(crate::hir::PatKind::Bind(hit, None), Ty::STR, pos);
        let mut read = self.local(hit, pos);
        if is_result {
            let list = self.expr_list(&[read]);
            read = self.new_expr(H::Construct(0, list), ty, pos);
        }
        let some = self.variant_of_one(0, Some(bind), option, pos);
        let none = self.variant_of_one(1, None, option, pos);
        self.match_arms(got, &[(some, read), (none, miss)], ty, pos)
    }

    /// The operation: its type is `str` or `Result<str, E>` (the flag).
    fn cached_op(&mut self, op: syntax::ExprId, expect: Expect) -> (E, Ty, bool) {
        let span = self.tree[op].span;
        let is_result = |kind| matches!(kind, Some(TyKind::Adt(id, _)) if id == self.lang.result);
        let wanted = expect.ty().and_then(|ty| self.head(ty));
        let err = self.unknown(span);
        let result = self.result_ty(Ty::STR, err);
        if let (Some(ty), true) = (expect.ty(), is_result(wanted)) {
            let e = self.check(op, ty);
            if !self.unify(result, ty) {
                self.mismatch(result, ty, span);
                return (e, Ty::ERROR, false);
            }
            return (e, result, true);
        }
        if wanted == Some(TyKind::Str) {
            return (self.check(op, Ty::STR), Ty::STR, false);
        }
        let e = self.infer(op);
        let ty = self.ty(e);
        match self.head(ty) {
            kind if is_result(kind) => {
                self.coerce(e, result, span);
                (e, result, true)
            }
            Some(TyKind::Str | TyKind::Never) => {
                self.poison(err);
                (e, Ty::STR, false)
            }
            Some(kind) => {
                if kind != TyKind::Error {
                    let text = self.show(ty);
                    let message = format!("mismatched types: expected str or Result<str, E>, found {text}");
                    self.error(308, span, message);
                }
                self.failed = true;
                self.poison(err);
                (e, Ty::ERROR, false)
            }
            None => {
                self.coerce(e, Ty::STR, span);
                (e, Ty::STR, false)
            }
        }
    }

    /// Stores a value, if it is not an `Err`, and gives it back.
    fn keep(&mut self, store: &Store, value: E, (ty, is_result): (Ty, bool), pos: u32) -> Option<E> {
        let sym = self.sym;
        let value = self.bind_value(value, false);
        // An operation that never returns is of the type that is wanted of it.
        self.s.body.locals[value.0 as usize].ty = ty;
        let content = if is_result { self.new_local(sym.empty, Ty::STR, false) } else { value };
        let mut args = vec![(store.key, Ty::STR), (content, Ty::STR)];
        args.extend(store.ttl.map(|ttl| (ttl, Ty::DURATION)));
        let name = if store.ttl.is_some() { sym.set_with_ttl } else { sym.set };
        let mut set = self.cache_call(store, name, &args, None)?;
        if is_result {
            let TyKind::Adt(_, parts) = self.head(ty)? else { return None };
            let error = self.list_at(parts, 1);
            let run = self.s.stmts.len();
            self.s.stmts.push(Stmt::Expr(set));
            let unit = self.new_expr(H::Unit, Ty::VOID, pos);
            let stored = self.wrap_hoisted(run, unit);
            let bind = self.new_pat(crate::hir::PatKind::Bind(content, None), Ty::STR, pos);
            let wild = self.new_pat(crate::hir::PatKind::Wild, error, pos);
            let good = self.variant_of_one(0, Some(bind), ty, pos);
            let bad = self.variant_of_one(1, Some(wild), ty, pos);
            let unit = self.new_expr(H::Unit, Ty::VOID, pos);
            let read = self.local(value, pos);
            set = self.match_arms(read, &[(good, stored), (bad, unit)], Ty::VOID, pos);
        }
        self.s.stmts.push(Stmt::Expr(set));
        Some(self.local(value, pos))
    }

    /// Calls a method of the `Cache` in force; reports if it has none of this form.
    fn cache_call(
        &mut self,
        store: &Store,
        name: Symbol,
        args: &[(LocalId, Ty)],
        result: Option<Ty>,
    ) -> Option<E> {
        let (of, at) = (store.found.of, store.at);
        let method = self.cache_method(of, name, args, result, at)?;
        let decl = self.p.fn_decl(self.p.trait_decl(of).methods[method as usize]);
        let this = self.capability_ty(store.found);
        let outer = self.ty_list(&[this]);
        let fn_args = self.fn_args(decl, Some(outer), syntax::List::EMPTY, at);
        let mut list = vec![self.read_capability(store.found, at.start)];
        for &(local, _) in args {
            list.push(self.local(local, at.start));
        }
        let list = self.expr_list(&list);
        let list = self.with_capabilities(decl, list, at.start);
        let ty = self.inst(decl.result, fn_args);
        Some(self.new_expr(H::Call(FnRef::Trait { of, method, args: fn_args }, list), ty, at.start))
    }

    /// The number of a method that takes these arguments.
    fn cache_method(
        &mut self,
        of: TraitId,
        name: Symbol,
        args: &[(LocalId, Ty)],
        result: Option<Ty>,
        at: Span,
    ) -> Option<u32> {
        let methods = &self.p.trait_decl(of).methods;
        let (text, owner) = (self.text(name), self.text(self.p.trait_name(of)));
        let Some(method) = methods.iter().position(|&method| self.p.fn_decl(method).name == name) else {
            self.error(
                323,
                at,
                format!("`cache` needs a method `{text}`, which trait {owner} does not have"),
            );
            return None;
        };
        let decl = self.p.fn_decl(methods[method]);
        if decl.broken {
            self.failed = true;
            return None;
        }
        let params = decl.params.iter().map(|param| param.ty);
        let fits = params.eq(args.iter().map(|arg| arg.1))
            && result.is_none_or(|result| decl.result == result)
            && decl.own_generics() == 0;
        if !fits {
            let wanted = match text {
                "get" => "(key: str) -> Option<str>",
                "set" => "(key: str, value: str)",
                _ => "(key: str, value: str, ttl: Duration)",
            };
            let label =
                sigil_frontend::Label { file: of.module, span: decl.span, message: "declared here".into() };
            let message = format!("mismatched types: `cache` needs `{text} {wanted}` of trait {owner}");
            let mut diagnostic =
                sigil_frontend::Diagnostic::new(sigil_frontend::Code::error(308), self.module, at, message);
            diagnostic.labels.push(label);
            self.report(diagnostic);
            return None;
        }
        Some(method as u32)
    }
}
