//! Calls of functions, constructors and function values (language.md 7.1 and rule 5 of 4.3).

use super::names::{Value, arity_message};
use super::{Checker, Expect};
use crate::decl::{Def, FnDecl, FnOwner, VariantDecl};
use crate::hir::{self, ExprId as E, ExprKind as H, FnRef};
use crate::types::{AdtId, FnId, Ty, TyKind, TyList};
use sigil_frontend::syntax::{self, Arg, ExprKind, TypeExpr};
use sigil_frontend::{Span, Symbol};

/// An argument on its way to its parameter.
#[derive(Clone, Copy)]
pub(super) struct ArgSlot {
    param: u32,
    value: syntax::ExprId,
    out: Option<E>,
}

/// What is called: where parameter types and names come from.
#[derive(Clone, Copy)]
pub(super) enum Signature<'d> {
    /// A declared function with arguments for its type parameters.
    Fn(&'d FnDecl, TyList),
    /// A variant of a type with these arguments, and with those that a soft expectation has.
    Variant(&'d VariantDecl, TyList, Option<TyList>),
    /// Parameter types alone: positional arguments only.
    Types(TyList),
}

impl Checker<'_> {
    fn sig_len(&self, sig: Signature<'_>) -> usize {
        match sig {
            Signature::Fn(decl, _) => decl.params.len(),
            Signature::Variant(variant, ..) => variant.fields.len(),
            Signature::Types(list) => self.list_len(list),
        }
    }

    fn sig_ty(&mut self, sig: Signature<'_>, index: usize) -> Ty {
        match sig {
            Signature::Fn(decl, args) => self.inst(decl.params[index].ty, args),
            Signature::Variant(variant, args, _) => self.inst(variant.fields[index].ty, args),
            Signature::Types(list) => self.list_at(list, index),
        }
    }

    /// What a parameter's type will be if the value called for is what a soft expectation hopes.
    fn sig_hint(&mut self, sig: Signature<'_>, index: usize) -> Option<Ty> {
        match sig {
            Signature::Variant(variant, _, Some(hint)) => Some(self.inst(variant.fields[index].ty, hint)),
            _ => None,
        }
    }

    /// Whether named arguments are allowed, and the parameter of a name.
    fn sig_named(&self, sig: Signature<'_>) -> bool {
        match sig {
            Signature::Fn(decl, _) => {
                let method = matches!(decl.owner, FnOwner::Impl(_));
                !(method && self.p.module(decl.id.module).info.is_library)
            }
            Signature::Variant(variant, ..) => variant.fields.iter().all(|f| f.name.is_some()),
            Signature::Types(_) => false,
        }
    }

    fn sig_find(&self, sig: Signature<'_>, name: Symbol) -> Option<usize> {
        match sig {
            Signature::Fn(decl, _) => decl.params.iter().position(|p| p.name == name),
            Signature::Variant(variant, ..) => variant.fields.iter().position(|f| f.name == Some(name)),
            Signature::Types(_) => None,
        }
    }

    fn sig_name(&self, sig: Signature<'_>, index: usize) -> Option<Symbol> {
        match sig {
            Signature::Fn(decl, _) => Some(decl.params[index].name),
            Signature::Variant(variant, ..) => variant.fields[index].name,
            Signature::Types(_) => None,
        }
    }

    fn sig_text(&self, sig: Signature<'_>) -> String {
        match sig {
            Signature::Fn(decl, _) => format!("`{}`", self.text(decl.name)),
            Signature::Variant(variant, ..) => format!("`{}`", self.text(variant.name)),
            Signature::Types(_) => "the function".to_string(),
        }
    }

    /// `callee(args)`.
    pub(super) fn call(&mut self, id: syntax::Id<syntax::Call>, expect: Expect, span: Span) -> E {
        let syntax::Call { callee, args } = self.tree[id];
        match self.tree[callee].kind {
            ExprKind::Name(name, targs) => {
                let at = self.tree[callee].span;
                if targs.is_empty()
                    && let Some(local) = self.read_local(name)
                {
                    let callee = self.local(local, at.start);
                    return self.call_value(callee, at, args, span);
                }
                if self.is_variant_name(name) {
                    return match self.variant_name(name, expect, at) {
                        Some((id, index)) => self.construct(id, index, targs, args, expect, span),
                        None => self.abandon_args(args, span),
                    };
                }
                match self.value_name(name, at) {
                    Value::Def(def) => self.call_def(def, targs, args, expect, name, span),
                    Value::Special(special) => self.special(special, args, expect, span),
                    Value::Missing => self.abandon_args(args, span),
                }
            }
            ExprKind::SelfValue => self.self_call(args, span),
            _ => {
                let at = self.tree[callee].span;
                let callee = self.infer(callee);
                self.call_value(callee, at, args, span)
            }
        }
    }

    /// Calls an item.
    pub(super) fn call_def(
        &mut self,
        def: Def,
        targs: syntax::List<TypeExpr>,
        args: syntax::List<Arg>,
        expect: Expect,
        name: Symbol,
        span: Span,
    ) -> E {
        match def {
            Def::Fn(id) => match self.special_fn(id) {
                Some(special) => self.special(special, args, expect, span),
                None => self.call_fn(id, targs, args, expect, span),
            },
            Def::Variant(id, index) => self.construct(id, index, targs, args, expect, span),
            _ => {
                let text = self.text(name);
                self.error(303, span, format!("`{text}` is not callable"));
                self.abandon_args(args, span)
            }
        }
    }

    /// Whether a function may be mentioned; reports `E0105` for tests.
    pub(super) fn callable(&mut self, decl: &FnDecl, span: Span) -> bool {
        if decl.owner == FnOwner::Test {
            let text = self.text(decl.name);
            self.error(105, span, format!("test `@{text}` cannot be called"));
            return false;
        }
        if decl.broken {
            self.failed = true;
        }
        !decl.broken
    }

    /// Arguments for all type parameters of a function: `first` for those of its impl or trait, then as written or
    /// unknown.
    pub(super) fn fn_args(
        &mut self,
        decl: &FnDecl,
        first: Option<TyList>,
        targs: syntax::List<TypeExpr>,
        span: Span,
    ) -> TyList {
        let total = decl.generics.names.len();
        let outer = decl.generics.parent_count as usize;
        let own = decl.own_generics();
        let mut given = match first {
            Some(list) => (0..self.list_len(list).min(outer)).map(|i| self.list_at(list, i)).collect(),
            None => Vec::new(),
        };
        while given.len() < outer {
            let ty = self.unknown(span);
            given.push(ty);
        }
        if !targs.is_empty() {
            let written = self.written_types(targs);
            if written.len() == own {
                given.extend(written);
            } else {
                let name = self.text(decl.name);
                self.error(302, span, arity_message(name, own, written.len()));
            }
        }
        if !decl.capabilities.is_empty() {
            while given.len() < outer + own {
                let ty = self.unknown(span);
                given.push(ty);
            }
            self.capability_types(decl, span, &mut given);
        }
        let missing = total - given.len();
        if given.is_empty() && missing == 0 {
            return self.none;
        }
        self.unknowns(&given, missing, span)
    }

    /// Calls a module-level function.
    fn call_fn(
        &mut self,
        id: FnId,
        targs: syntax::List<TypeExpr>,
        args: syntax::List<Arg>,
        expect: Expect,
        span: Span,
    ) -> E {
        let decl = self.p.fn_decl(id);
        if !self.callable(decl, span) {
            return self.abandon_args(args, span);
        }
        let fn_args = self.fn_args(decl, None, targs, span);
        self.finish_call(FnRef::Direct(id, fn_args), decl, fn_args, None, args, expect, span, span.start)
    }

    /// The common end of function and method calls.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn finish_call(
        &mut self,
        callee: FnRef,
        decl: &FnDecl,
        fn_args: TyList,
        receiver: Option<E>,
        args: syntax::List<Arg>,
        expect: Expect,
        span: Span,
        pos: u32,
    ) -> E {
        let result = self.inst(decl.result, fn_args);
        let sig = Signature::Fn(decl, fn_args);
        let stmts = self.s.stmts.len();
        let at = Span::new(pos, span.end.max(pos));
        let Some(exprs) = self.arguments(sig, args, receiver, Some((result, expect)), at) else {
            self.poison_list(fn_args);
            return self.error_expr(span);
        };
        self.require_callee(decl, fn_args, at);
        let exprs = self.with_capabilities(decl, exprs, pos);
        let result = self.shallow(result);
        let kind = self.list_pattern(decl, exprs).unwrap_or(H::Call(callee, exprs));
        let e = self.new_expr(kind, result, pos);
        self.wrap_hoisted(stmts, e)
    }

    /// The data pattern that a method of lists is, so that chains of methods become one loop as those of patterns do.
    fn list_pattern(&mut self, decl: &FnDecl, args: hir::Exprs) -> Option<H> {
        let sym = self.sym;
        if ![sym.map, sym.filter, sym.fold, sym.find].contains(&decl.name)
            || Some(decl.id.module) != self.p.prelude()
            || !matches!(decl.owner, FnOwner::Impl(_))
        {
            return None;
        }
        let (over, f, op) = match *self.s.body.exprs(args) {
            [over, f] => (over, f, None),
            [over, init, op] => (over, init, Some(op)),
            _ => return None,
        };
        let ty = self.ty(over);
        if !matches!(self.head(ty), Some(TyKind::List(_))) {
            return None;
        }
        match (decl.name, op) {
            (name, None) if name == sym.map => Some(H::PatMap(over, f)),
            (name, None) if name == sym.filter => Some(H::PatFilter(over, f)),
            (name, None) if name == sym.find => {
                Some(H::PatFind { over, select: f, is_map: false, default: None })
            }
            (name, Some(op)) if name == sym.fold => Some(H::PatFold(over, f, op)),
            _ => None,
        }
    }

    /// Calls a constructor.
    pub(super) fn construct(
        &mut self,
        id: AdtId,
        index: u32,
        targs: syntax::List<TypeExpr>,
        args: syntax::List<Arg>,
        expect: Expect,
        span: Span,
    ) -> E {
        let adt_args = self.adt_with(id, targs, span);
        self.construct_with(id, index, adt_args, args, expect, span)
    }

    /// Calls a constructor of a type with known or unknown arguments.
    pub(super) fn construct_with(
        &mut self,
        id: AdtId,
        index: u32,
        adt_args: TyList,
        args: syntax::List<Arg>,
        expect: Expect,
        span: Span,
    ) -> E {
        let decl = self.p.adt(id);
        let variant = &decl.variants[index as usize];
        if variant.lacks_fields {
            return self.abandon_args(args, span);
        }
        if variant.fields.is_empty() {
            let text = self.text(variant.name);
            let message = format!("`{text}` is a variant without fields, which is not callable");
            self.error_help(303, span, message, Some(format!("write `{text}`")));
            return self.abandon_args(args, span);
        }
        let ty = self.make(TyKind::Adt(id, adt_args));
        let hint = self.meet_or_hint(id, ty, expect);
        let sig = Signature::Variant(variant, adt_args, hint);
        let stmts = self.s.stmts.len();
        let Some(exprs) = self.arguments(sig, args, None, None, span) else {
            self.poison(ty);
            return self.error_expr(span);
        };
        self.meet(ty, expect);
        self.require_all(&decl.generics, adt_args, span);
        let e = self.new_expr(H::Construct(index, exprs), ty, span.start);
        self.wrap_hoisted(stmts, e)
    }

    /// Calls a function value.
    pub(super) fn call_value(&mut self, callee: E, at: Span, args: syntax::List<Arg>, span: Span) -> E {
        let ty = self.ty(callee);
        match self.known_head(callee, at) {
            TyKind::Fn(params, result) => {
                let Some(exprs) = self.arguments(Signature::Types(params), args, None, None, span) else {
                    return self.error_expr(span);
                };
                let pos = span.start;
                let result = self.shallow(result);
                self.new_expr(H::CallValue(callee, exprs), result, pos)
            }
            TyKind::Never => callee,
            kind => {
                if kind != TyKind::Error {
                    let text = self.show(ty);
                    self.error(303, at, format!("{text} is not callable"));
                }
                self.abandon_args(args, span)
            }
        }
    }

    /// Checks the arguments of a call that cannot be resolved, for their own errors.
    pub(super) fn abandon_args(&mut self, args: syntax::List<Arg>, span: Span) -> E {
        for arg in self.tree.list(args) {
            self.check(arg.value, Ty::ERROR);
        }
        self.error_expr(span)
    }

    /// Untyped lambdas and operators: they need to know what is expected.
    pub(super) fn is_untyped(&self, id: syntax::ExprId) -> bool {
        match self.tree[id].kind {
            ExprKind::Paren(inner) => self.is_untyped(inner),
            ExprKind::Lambda(lambda) => self.tree[lambda].result.is_none(),
            ExprKind::OpValue(_) => true,
            _ => false,
        }
    }

    /// Checks arguments in the order of rule 5 and puts them into parameter order, the receiver first.
    pub(super) fn arguments(
        &mut self,
        sig: Signature<'_>,
        args: syntax::List<Arg>,
        receiver: Option<E>,
        result: Option<(Ty, Expect)>,
        span: Span,
    ) -> Option<hir::Exprs> {
        let base = self.s.args.len();
        if !self.match_arguments(sig, args, span) {
            self.s.args.truncate(base);
            self.abandon_args(args, span);
            return None;
        }
        let count = self.s.args.len() - base;
        let mut skipped = false;
        for i in base..base + count {
            let slot = self.s.args[i];
            if self.is_untyped(slot.value) {
                skipped = true;
                continue;
            }
            self.argument(sig, i);
        }
        if skipped {
            if let Some((result, expect)) = result
                && let Some(expected) = expect.ty()
                && !self.has_unknowns(expected)
                && self.could_unify(result, expected)
            {
                self.unify(result, expected);
            }
            for i in base..base + count {
                if self.s.args[i].out.is_none() {
                    self.argument(sig, i);
                }
            }
        }
        Some(self.order_arguments(base, receiver))
    }

    /// Checks the argument in a slot.
    fn argument(&mut self, sig: Signature<'_>, slot: usize) {
        let ArgSlot { param, value, .. } = self.s.args[slot];
        let ty = self.sig_ty(sig, param as usize);
        let hint = self.sig_hint(sig, param as usize);
        let reports = self.diagnostics.len();
        let e = self.check_hinted(value, ty, hint);
        self.s.args[slot].out = Some(e);
        if let Signature::Fn(decl, _) = sig
            && !self.p.module(decl.id.module).info.is_library
        {
            let param = &decl.params[param as usize];
            let note = format!("parameter `{}` is declared here", self.text(param.name));
            self.explain_mismatch(reports, value, decl.id.module, param.span, &note);
        }
    }

    /// Moves the slots above `base` into a run in parameter order; hoists where the written order is another.
    fn order_arguments(&mut self, base: usize, receiver: Option<E>) -> hir::Exprs {
        let start = self.s.exprs.len();
        let sorted = self.s.args[base..].is_sorted_by_key(|slot| slot.param);
        let mut receiver = receiver;
        if !sorted {
            receiver = receiver.map(|e| self.hoist(e));
            for i in base..self.s.args.len() {
                if let Some(e) = self.s.args[i].out {
                    let e = self.hoist(e);
                    self.s.args[i].out = Some(e);
                }
            }
            self.s.args[base..].sort_by_key(|slot| slot.param);
        }
        self.s.exprs.extend(receiver);
        let s = &mut *self.s;
        s.exprs.extend(s.args.drain(base..).filter_map(|slot| slot.out));
        self.take_exprs(start)
    }

    /// Finds the parameter of each argument; false after a report.
    fn match_arguments(&mut self, sig: Signature<'_>, args: syntax::List<Arg>, span: Span) -> bool {
        let expected = self.sig_len(sig);
        let mut fine = true;
        let named = self.tree.list(args).any(|arg| arg.name.is_some());
        if !named || !self.sig_named(sig) {
            if !self.takes_positional(|c| c.sig_text(sig), expected, args, span) {
                return false;
            }
            for (i, arg) in self.tree.list(args).enumerate() {
                self.s.args.push(ArgSlot { param: i as u32, value: arg.value, out: None });
            }
            return true;
        }
        let base = self.s.args.len();
        for arg in self.tree.list(args) {
            let Some(name) = arg.name else {
                // Mixed with positional ones: E0212 was reported.
                self.failed = true;
                return false;
            };
            match self.sig_find(sig, name.symbol) {
                Some(i) if self.s.args[base..].iter().any(|slot| slot.param == i as u32) => {
                    self.failed = true;
                    fine = false;
                }
                Some(i) => self.s.args.push(ArgSlot { param: i as u32, value: arg.value, out: None }),
                None => {
                    self.unknown_argument(sig, name);
                    fine = false;
                }
            }
        }
        if fine && self.s.args.len() - base != expected {
            let missing: Vec<&str> = (0..expected)
                .filter(|&i| !self.s.args[base..].iter().any(|slot| slot.param == i as u32))
                .filter_map(|i| self.sig_name(sig, i))
                .map(|name| self.text(name))
                .collect();
            let text = self.sig_text(sig);
            let s = if missing.len() == 1 { "" } else { "s" };
            self.error(304, span, format!("{text} misses argument{s} .{}", missing.join(", .")));
            fine = false;
        }
        fine
    }

    fn unknown_argument(&mut self, sig: Signature<'_>, name: syntax::Name) {
        let names: Vec<&str> = (0..self.sig_len(sig))
            .filter_map(|i| self.sig_name(sig, i))
            .map(|name| self.text(name))
            .collect();
        let text = self.text(name.symbol);
        let help = self.did_you_mean(text, names.into_iter());
        self.error_help(306, name.span, format!("unknown argument `.{text}`"), help);
    }

    /// Whether arguments are positional and as many as expected; reports `E0304` if not.
    pub(super) fn takes_positional(
        &mut self,
        callee: impl Fn(&Self) -> String,
        expected: usize,
        args: syntax::List<Arg>,
        span: Span,
    ) -> bool {
        let got = args.len as usize;
        match self.tree.list(args).filter(|arg| arg.name.is_some()).count() {
            0 if got == expected => return true,
            0 => {
                let s = if expected == 1 { "" } else { "s" };
                let callee = callee(self);
                self.error(304, span, format!("{callee} expects {expected} argument{s}, got {got}"));
            }
            named if named == got => {
                let callee = callee(self);
                self.error(304, span, format!("{callee} takes positional arguments only"));
            }
            // Mixed: E0212 was reported.
            _ => self.failed = true,
        }
        false
    }
}
