//! Expressions: the dispatcher, literals, names, containers, struct literals.

use super::names::{TypeName, Value};
use super::{Checker, Expect};
use crate::decl::{AdtKind, Const, Def};
use crate::hir::{self, ExprId as E, ExprKind as H};
use crate::types::{AdtId, FnId, Ty, TyKind, TyList};
use sigil_frontend::syntax::{self, ExprKind, UnOp};
use sigil_frontend::{Span, Symbol};

/// Stack that must be left for one more level of nesting; below it a new segment is taken.
const RED_ZONE: usize = 128 * 1024;
const SEGMENT: usize = 1024 * 1024;

impl Checker<'_> {
    /// Adds an expression.
    pub(super) fn new_expr(&mut self, kind: H, ty: Ty, pos: u32) -> E {
        self.s.body.exprs.push(hir::Expr { kind, ty, pos });
        E((self.s.body.exprs.len() - 1) as u32)
    }

    /// Stands for something that was reported.
    pub(super) fn error_expr(&mut self, span: Span) -> E {
        self.failed = true;
        self.new_expr(H::Unit, Ty::ERROR, span.start)
    }

    /// Type of a checked expression.
    pub(super) fn ty(&mut self, e: E) -> Ty {
        let ty = self.s.body[e].ty;
        self.shallow(ty)
    }

    /// Drains the stack of expressions above `base` into a run of the body.
    pub(super) fn take_exprs(&mut self, base: usize) -> hir::Exprs {
        let s = &mut *self.s;
        let run = hir::Exprs { start: s.body.expr_lists.len() as u32, len: (s.exprs.len() - base) as u32 };
        s.body.expr_lists.extend(s.exprs.drain(base..));
        run
    }

    /// A run of expressions.
    pub(super) fn expr_list(&mut self, list: &[E]) -> hir::Exprs {
        let body = &mut self.s.body;
        let run = hir::Exprs { start: body.expr_lists.len() as u32, len: list.len() as u32 };
        body.expr_lists.extend_from_slice(list);
        run
    }

    /// A run of locals.
    pub(super) fn local_list(&mut self, list: &[hir::LocalId]) -> hir::Locals {
        let body = &mut self.s.body;
        let run = hir::Locals { start: body.local_lists.len() as u32, len: list.len() as u32 };
        body.local_lists.extend_from_slice(list);
        run
    }

    /// Infers an expression.
    pub(super) fn infer(&mut self, id: syntax::ExprId) -> E {
        self.expr(id, Expect::None)
    }

    /// Checks an expression against a type.
    pub(super) fn check(&mut self, id: syntax::ExprId, ty: Ty) -> E {
        let e = self.expr(id, Expect::Hard(ty));
        self.coerce(e, ty, self.tree[id].span);
        e
    }

    /// Reports `E0308` if an expression is not of a type (nor `Never`).
    pub(super) fn coerce(&mut self, e: E, expected: Ty, span: Span) -> bool {
        let actual = self.ty(e);
        if actual == expected || actual == Ty::NEVER {
            return true;
        }
        self.here = span;
        if self.unify(actual, expected) {
            return true;
        }
        self.mismatch(expected, actual, span);
        // So that what contains it is not reported again.
        self.s.body.exprs[e.0 as usize].ty = expected;
        false
    }

    /// Reports `E0308`.
    pub(super) fn mismatch(&mut self, expected: Ty, actual: Ty, span: Span) {
        let (expected_text, actual_text) = (self.show(expected), self.show(actual));
        self.error(308, span, format!("mismatched types: expected {expected_text}, found {actual_text}"));
        self.poison(expected);
        self.poison(actual);
    }

    /// The head of an expression's type, which must be known here (rule 8).
    pub(super) fn known_head(&mut self, e: E, span: Span) -> TyKind {
        let ty = self.ty(e);
        if let Some(kind) = self.head(ty) {
            return kind;
        }
        self.cannot_infer(span);
        self.poison(ty);
        TyKind::Error
    }

    /// Reports `E0305`.
    pub(super) fn cannot_infer(&mut self, span: Span) {
        self.error_help(305, span, "cannot infer type", Some("add a type annotation".into()));
    }

    /// Checks any expression. `Hard` expectations still need [`Checker::coerce`] afterwards.
    pub(super) fn expr(&mut self, id: syntax::ExprId, expect: Expect) -> E {
        self.isolated(false, |checker| {
            stacker::maybe_grow(RED_ZONE, SEGMENT, || checker.expr_inner(id, expect))
        })
    }

    fn expr_inner(&mut self, id: syntax::ExprId, expect: Expect) -> E {
        let syntax::Expr { kind, span } = self.tree[id];
        self.here = span;
        let pos = span.start;
        match kind {
            ExprKind::Error => self.error_expr(span),
            ExprKind::Int(value) => self.int(value, expect, span),
            ExprKind::Float(value) => self.constant(Const::Float(value), Ty::FLOAT, pos),
            ExprKind::Str(value) => self.constant(Const::Str(value), Ty::STR, pos),
            ExprKind::Char(value) => self.constant(Const::Char(value), Ty::CHAR, pos),
            ExprKind::Duration(value) => self.constant(Const::Duration(value), Ty::DURATION, pos),
            ExprKind::Size(value) => self.constant(Const::Size(value), Ty::SIZE, pos),
            ExprKind::Bool(value) => self.constant(Const::Bool(value), Ty::BOOL, pos),
            ExprKind::Void => self.new_expr(H::Unit, Ty::VOID, pos),
            ExprKind::SelfValue => self.self_value(span),
            ExprKind::SelfType => {
                self.error(100, span, "`Self` is a type, not a value");
                self.error_expr(span)
            }
            ExprKind::Hash => self.hash(span),
            ExprKind::Config(name) => self.config(name, span),
            ExprKind::Name(name, targs) => self.name(name, targs, expect, span),
            ExprKind::OpValue(op) => self.op_value(op, expect, span),
            ExprKind::Paren(inner) => self.expr(inner, expect),
            ExprKind::Tuple(parts) => self.tuple(parts, expect, span),
            ExprKind::List(elems) => self.list(elems, expect, span),
            ExprKind::Map(entries) => self.map(entries, expect, span),
            ExprKind::StructLit(lit) => self.struct_lit(lit, expect, span),
            ExprKind::Lambda(lambda) => self.lambda(lambda, expect, span),
            ExprKind::Call(call) => self.call(call, expect, span),
            ExprKind::Member(member) => self.member(member, expect, span),
            ExprKind::TupleField(base, index) => self.tuple_field(base, index, span),
            ExprKind::ConfigField(base, name) => self.config_field(base, name, span),
            ExprKind::Index(base, index) => self.index(base, index, span),
            ExprKind::Try(inner) => self.propagate(inner, span),
            ExprKind::Unary(op, operand) => self.unary(op, operand, expect, span),
            ExprKind::Binary(..) => self.binary(id, expect),
            ExprKind::If(_) => self.if_chain(id, expect),
            ExprKind::For(for_) => self.for_loop(for_, expect, span),
            ExprKind::Match(match_) => self.match_(match_, expect, span),
            ExprKind::CondMatch(parts) => self.cond_match(parts, expect, span),
            ExprKind::Loop(elems) => self.loop_(elems, span),
            ExprKind::Run(elems) => self.run(elems, expect, span),
            ExprKind::TrySeq(elems) => self.try_seq(elems, expect, span),
            ExprKind::WithCapability(with) => self.with_capability(with, expect, span),
            ExprKind::Pattern(call) => self.builtin(call, expect, span),
            ExprKind::Break => self.break_(span),
            ExprKind::Continue => self.continue_(span),
            ExprKind::Assign(assign) => self.assign_expr(assign, span),
        }
    }

    /// Reports `E0900`.
    pub(super) fn unsupported(&mut self, what: &str, span: Span) -> E {
        self.error(900, span, format!("{what} is not supported at conformance level core"));
        self.error_expr(span)
    }

    pub(super) fn constant(&mut self, value: Const, ty: Ty, pos: u32) -> E {
        self.new_expr(H::Const(value), ty, pos)
    }

    fn int(&mut self, value: u64, expect: Expect, span: Span) -> E {
        if let Some(ty) = expect.ty()
            && self.shallow(ty) == Ty::BYTE
        {
            let byte = u8::try_from(value).unwrap_or_else(|_| {
                self.error(307, span, format!("{value} does not fit in byte"));
                0
            });
            return self.constant(Const::Byte(byte), Ty::BYTE, span.start);
        }
        match i64::try_from(value) {
            Ok(value) => self.constant(Const::Int(value), Ty::INT, span.start),
            Err(_) => {
                self.error(7, span, "number literal is too large");
                self.error_expr(span)
            }
        }
    }

    fn self_value(&mut self, span: Span) -> E {
        if !self.decl.takes_self() {
            self.error(106, span, "`self` outside a method");
            return self.error_expr(span);
        }
        match self.read_local(self.sym.self_) {
            Some(local) => self.local(local, span.start),
            None => self.error_expr(span),
        }
    }

    /// Reads a local.
    pub(super) fn local(&mut self, local: hir::LocalId, pos: u32) -> E {
        let ty = self.s.body[local].ty;
        self.new_expr(H::Local(local), ty, pos)
    }

    fn config(&mut self, name: Symbol, span: Span) -> E {
        match self.p.lookup_config(self.module, name) {
            Some(def) => self.config_def(def, span),
            None if self.p.is_silent_import(self.module, name) => self.error_expr(span),
            None => {
                let text = self.text(name);
                let mut names = Vec::new();
                self.p.config_names(self.module, &mut |symbol| names.push(self.p.names.get(symbol)));
                let help = self.did_you_mean(text, names.into_iter());
                self.error_help(104, span, format!("unknown config `${text}`"), help);
                self.error_expr(span)
            }
        }
    }

    pub(super) fn config_def(&mut self, def: Def, span: Span) -> E {
        match def {
            Def::Config(module, index) => {
                let decl = self.p.config(module, index);
                if decl.ty == Ty::ERROR {
                    self.failed = true;
                }
                self.constant(decl.value, decl.ty, span.start)
            }
            _ => self.error_expr(span),
        }
    }

    /// A name as a value.
    fn name(&mut self, name: Symbol, targs: syntax::List<syntax::TypeExpr>, expect: Expect, span: Span) -> E {
        if targs.is_empty()
            && let Some(local) = self.read_local(name)
        {
            return self.local(local, span.start);
        }
        if self.is_variant_name(name) {
            return match self.variant_name(name, expect, span) {
                Some((id, index)) => {
                    let args = self.adt_with(id, targs, span);
                    self.ctor_value(id, index, args, expect, span.start)
                }
                None => self.error_expr(span),
            };
        }
        match self.value_name(name, span) {
            Value::Def(def) => self.def_value(def, targs, expect, name, span),
            Value::Special(_) => {
                let text = self.text(name);
                self.error(308, span, format!("`{text}` is overloaded and cannot be used as a value"));
                self.error_expr(span)
            }
            Value::Missing => self.error_expr(span),
        }
    }

    /// An item as a value.
    pub(super) fn def_value(
        &mut self,
        def: Def,
        targs: syntax::List<syntax::TypeExpr>,
        expect: Expect,
        name: Symbol,
        span: Span,
    ) -> E {
        match def {
            Def::Fn(id) => self.fn_value(id, targs, expect, span),
            Def::Variant(id, index) => {
                let args = self.adt_with(id, targs, span);
                self.ctor_value(id, index, args, expect, span.start)
            }
            _ => {
                let text = self.text(name);
                self.error(100, span, format!("`{text}` is not a value"));
                self.error_expr(span)
            }
        }
    }

    fn fn_value(&mut self, id: FnId, targs: syntax::List<syntax::TypeExpr>, expect: Expect, span: Span) -> E {
        let decl = self.p.fn_decl(id);
        if !self.callable(decl, span) {
            return self.error_expr(span);
        }
        if self.special_fn(id).is_some() {
            let text = self.text(decl.name);
            self.error(308, span, format!("`{text}` is special and cannot be used as a value"));
            return self.error_expr(span);
        }
        let args = self.fn_args(decl, None, targs, span);
        let params: Vec<Ty> = decl.params.iter().map(|p| self.inst(p.ty, args)).collect();
        let result = self.inst(decl.result, args);
        let ty = self.fn_ty(&params, result);
        if let Some(expected) = expect.ty()
            && matches!(self.head(expected), Some(TyKind::Fn(..)))
            && self.could_unify(ty, expected)
        {
            self.unify(ty, expected);
        }
        self.require_all(&decl.generics, args, span);
        let function = hir::FnRef::Direct(id, args);
        if !decl.capabilities.is_empty() {
            return self.bound_fn(decl, function, (&params, result), span);
        }
        self.new_expr(H::FnValue(function), ty, span.start)
    }

    /// A nullary variant, or a constructor as a function value.
    pub(super) fn ctor_value(&mut self, id: AdtId, index: u32, args: TyList, expect: Expect, pos: u32) -> E {
        let ty = self.make(TyKind::Adt(id, args));
        let variant = &self.p.adt(id).variants[index as usize];
        self.require_all(&self.p.adt(id).generics, args, Span::new(pos, pos));
        if variant.fields.is_empty() {
            self.meet(ty, expect);
            return self.new_expr(H::Construct(index, hir::Exprs::default()), ty, pos);
        }
        let params: Vec<Ty> = variant.fields.iter().map(|f| self.inst(f.ty, args)).collect();
        let ty = self.fn_ty(&params, ty);
        self.meet(ty, expect);
        self.new_expr(H::CtorValue(index), ty, pos)
    }

    /// Unifies with the expectation if that can succeed.
    pub(super) fn meet(&mut self, ty: Ty, expect: Expect) {
        if let Some(expected) = expect.ty()
            && self.head(expected).is_some()
            && self.could_unify(ty, expected)
        {
            self.unify(ty, expected);
        }
    }

    /// Unifies the type of a value to be constructed with a hard expectation. A soft one of the same type only gives
    /// its type arguments as a hint: a mismatch is one of the whole value, not of the part that shows it.
    pub(super) fn meet_or_hint(&mut self, id: AdtId, ty: Ty, expect: Expect) -> Option<TyList> {
        let Expect::Soft(hoped) = expect else {
            self.meet(ty, expect);
            return None;
        };
        match self.head(hoped) {
            Some(TyKind::Adt(of, args)) if of == id => Some(args),
            _ => None,
        }
    }

    /// Checks a part of a value to be constructed. Where its type is open, the hint only helps to find it.
    pub(super) fn check_hinted(&mut self, id: syntax::ExprId, ty: Ty, hint: Option<Ty>) -> E {
        match hint {
            Some(hint) if self.has_unknowns(ty) => {
                let e = self.expr(id, Expect::Soft(hint));
                self.coerce(e, ty, self.tree[id].span);
                e
            }
            _ => self.check(id, ty),
        }
    }

    fn tuple(&mut self, parts: syntax::List<syntax::Expr>, expect: Expect, span: Span) -> E {
        let wanted = match expect.ty().and_then(|ty| self.head(ty)) {
            Some(TyKind::Tuple(list)) if self.list_len(list) == parts.len as usize => Some(list),
            Some(TyKind::Error) => Some(self.ty_list(&vec![Ty::ERROR; parts.len as usize])),
            _ => None,
        };
        let base = self.s.exprs.len();
        let mut tys = Vec::with_capacity(parts.len as usize);
        for (i, part) in self.tree.ids(parts).enumerate() {
            let e = match wanted {
                Some(list) => {
                    let ty = self.list_at(list, i);
                    self.within(part, ty, expect)
                }
                None => self.infer(part),
            };
            let ty = self.ty(e);
            tys.push(match wanted {
                Some(list) if ty == Ty::NEVER => self.list_at(list, i),
                _ => ty,
            });
            self.s.exprs.push(e);
        }
        let exprs = self.take_exprs(base);
        let ty = self.tuple_ty(&tys);
        self.new_expr(H::Tuple(exprs), ty, span.start)
    }

    /// A part of an expression with an expectation: checked if that is hard, hinted if it is soft.
    fn within(&mut self, id: syntax::ExprId, ty: Ty, outer: Expect) -> E {
        match outer {
            Expect::Hard(_) => self.check(id, ty),
            _ => self.expr(id, Expect::Soft(ty)),
        }
    }

    fn list(&mut self, elems: syntax::List<syntax::Expr>, expect: Expect, span: Span) -> E {
        let wanted = match expect.ty().and_then(|ty| self.head(ty)) {
            Some(TyKind::List(t)) => Some(t),
            Some(TyKind::Error) => Some(Ty::ERROR),
            _ => None,
        };
        let (exprs, elem) = self.elements(self.tree.ids(elems), wanted, expect, span);
        let ty = self.list_ty(elem);
        self.new_expr(H::List(exprs), ty, span.start)
    }

    /// Elements of one type: the wanted one, else that of the first that says something.
    fn elements(
        &mut self,
        ids: impl Iterator<Item = syntax::ExprId> + Clone,
        wanted: Option<Ty>,
        expect: Expect,
        span: Span,
    ) -> (hir::Exprs, Ty) {
        let hard = matches!(expect, Expect::Hard(_));
        let mut elem = wanted.filter(|_| hard);
        let base = self.s.exprs.len();
        for id in ids {
            let e = match elem {
                Some(ty) => self.check(id, ty),
                None => {
                    let e = match wanted {
                        Some(ty) => self.expr(id, Expect::Soft(ty)),
                        None => self.infer(id),
                    };
                    let ty = self.ty(e);
                    if ty != Ty::NEVER {
                        elem = Some(ty);
                    }
                    e
                }
            };
            self.s.exprs.push(e);
        }
        let elem = match (elem, wanted) {
            (Some(ty), _) | (None, Some(ty)) => ty,
            (None, None) => self.unknown(span),
        };
        (self.take_exprs(base), elem)
    }

    fn map(&mut self, entries: syntax::List<syntax::Expr>, expect: Expect, span: Span) -> E {
        let hard = matches!(expect, Expect::Hard(_));
        let wanted = match expect.ty().and_then(|ty| self.head(ty)) {
            Some(TyKind::Map(k, v)) => Some([k, v]),
            Some(TyKind::Error) => Some([Ty::ERROR; 2]),
            _ => None,
        };
        // A type that is known already was looked at where it was written.
        let is_known = hard && wanted.is_some_and(|w| !self.has_unknowns(w[0]));
        let mut known = [None; 2];
        if let (Some(w), true) = (wanted, hard) {
            known = w.map(Some);
        }
        let base = self.s.exprs.len();
        for (i, id) in self.tree.ids(entries).enumerate() {
            let side = i % 2;
            let e = match (known[side], wanted) {
                (Some(ty), _) => self.check(id, ty),
                (None, Some(w)) => self.expr(id, Expect::Soft(w[side])),
                (None, None) => self.infer(id),
            };
            let ty = self.ty(e);
            if known[side].is_none() && ty != Ty::NEVER {
                known[side] = Some(ty);
            }
            self.s.exprs.push(e);
        }
        let exprs = self.take_exprs(base);
        let key = self.or_unknown(known[0], wanted.map(|w| w[0]), span);
        let value = self.or_unknown(known[1], wanted.map(|w| w[1]), span);
        if !is_known {
            self.require(self.lang.hashable, self.none, key, span);
        }
        let ty = self.make(TyKind::Map(key, value));
        self.new_expr(H::Map(exprs), ty, span.start)
    }

    fn or_unknown(&mut self, first: Option<Ty>, second: Option<Ty>, span: Span) -> Ty {
        match first.or(second) {
            Some(ty) => ty,
            None => self.unknown(span),
        }
    }

    fn struct_lit(&mut self, id: syntax::Id<syntax::StructLit>, expect: Expect, span: Span) -> E {
        let lit = self.tree[id];
        let Some((adt, args)) = self.struct_type(&lit, span) else {
            return self.abandon_fields(&lit, span);
        };
        let ty = self.make(TyKind::Adt(adt, args));
        let hint = self.meet_or_hint(adt, ty, expect);
        let decl = self.p.adt(adt);
        self.require_all(&decl.generics, args, span);
        let fields = &decl.variants[0].fields;
        let base = self.s.exprs.len();
        let stmts = self.s.stmts.len();
        let mut slots: Vec<Option<E>> = vec![None; fields.len()];
        let mut order = Vec::with_capacity(fields.len());
        let mut n_unknown = 0;
        for init in self.tree.list(lit.fields) {
            let at = fields.iter().position(|f| f.name == Some(init.name.symbol));
            let e = match at {
                Some(i) => {
                    let wanted = self.inst(fields[i].ty, args);
                    let hint = hint.map(|hint| self.inst(fields[i].ty, hint));
                    self.field_value(init, wanted, hint)
                }
                None => {
                    n_unknown += 1;
                    self.unknown_field(adt, init.name);
                    self.field_value(init, Ty::ERROR, None)
                }
            };
            let Some(i) = at else { continue };
            if slots[i].is_some() {
                let text = self.text(init.name.symbol);
                self.error(312, init.name.span, format!("duplicate field `{text}`"));
            }
            slots[i] = Some(e);
            order.push(i);
        }
        let missing: Vec<&str> = fields
            .iter()
            .zip(&slots)
            .filter(|(_, slot)| slot.is_none())
            .filter_map(|(field, _)| field.name.map(|n| self.text(n)))
            .collect();
        self.meet(ty, expect);
        if !missing.is_empty() {
            // An unknown field may be a missing one, misspelt.
            if missing.len() > n_unknown {
                let s = if missing.len() == 1 { "" } else { "s" };
                self.error(314, span, format!("missing field{s} {}", missing.join(", ")));
            }
            self.failed = true;
            return self.new_expr(H::Unit, ty, span.start);
        }
        if !order.is_sorted() {
            for &i in &order {
                let hoisted = slots[i].map(|e| self.hoist(e));
                slots[i] = hoisted;
            }
        }
        self.s.exprs.extend(slots.into_iter().flatten());
        let exprs = self.take_exprs(base);
        let e = self.new_expr(H::Construct(0, exprs), ty, span.start);
        self.wrap_hoisted(stmts, e)
    }

    fn struct_type(&mut self, lit: &syntax::StructLit, span: Span) -> Option<(AdtId, TyList)> {
        if lit.is_self {
            let Some(ty) = self.decl.self_ty else {
                self.error(301, span, "`Self` outside a trait or impl");
                return None;
            };
            return match self.p.types.kind(ty) {
                TyKind::Adt(id, args) if self.p.adt(id).kind == AdtKind::Struct => Some((id, args)),
                TyKind::Error => None,
                _ => {
                    self.error(303, span, "`Self` is not a struct");
                    None
                }
            };
        }
        let path: Vec<syntax::Name> = self.tree.list(lit.path).copied().collect();
        let found = self.type_path(&path)?;
        if let TypeName::Adt(id) = found
            && self.p.adt(id).kind == AdtKind::Struct
        {
            let args = self.adt_with(id, lit.targs, span);
            return Some((id, args));
        }
        let text = path.last().map_or("", |n| self.text(n.symbol));
        self.error(303, span, format!("`{text}` is not a struct"));
        None
    }

    fn abandon_fields(&mut self, lit: &syntax::StructLit, span: Span) -> E {
        for init in self.tree.list(lit.fields) {
            self.field_value(init, Ty::ERROR, None);
        }
        self.error_expr(span)
    }

    fn field_value(&mut self, init: &syntax::FieldInit, wanted: Ty, hint: Option<Ty>) -> E {
        match init.value {
            Some(value) => self.check_hinted(value, wanted, hint),
            None => {
                let expect = Expect::Hard(wanted);
                let e = self.name(init.name.symbol, syntax::List::EMPTY, expect, init.name.span);
                self.coerce(e, wanted, init.name.span);
                e
            }
        }
    }

    /// Reports `E0311`.
    pub(super) fn unknown_field(&mut self, adt: AdtId, name: syntax::Name) {
        let decl = self.p.adt(adt);
        let text = self.text(name.symbol);
        let fields = decl.variants.iter().flat_map(|v| &v.fields).filter_map(|f| f.name);
        let names: Vec<&str> = fields.map(|n| self.text(n)).collect();
        let help = self.did_you_mean(text, names.into_iter());
        let owner = self.text(decl.name);
        self.error_help(311, name.span, format!("no field `{text}` on {owner}"), help);
    }

    /// Binds a value to a fresh local, whose read is returned; see [`Checker::wrap_hoisted`].
    pub(super) fn hoist(&mut self, e: E) -> E {
        let hir::Expr { ty, pos, .. } = self.s.body[e];
        let local = self.new_local(self.sym.empty, ty, false);
        let pat = self.new_pat(hir::PatKind::Bind(local, None), ty, pos);
        self.s.stmts.push(hir::Stmt::Let(pat, e));
        self.new_expr(H::Local(local), ty, pos)
    }

    /// Wraps an expression in the statements hoisted above `base`, if any.
    pub(super) fn wrap_hoisted(&mut self, base: usize, e: E) -> E {
        if self.s.stmts.len() == base {
            return e;
        }
        let stmts = self.take_stmts(base);
        let hir::Expr { ty, pos, .. } = self.s.body[e];
        self.new_expr(H::Seq(stmts, Some(e)), ty, pos)
    }

    /// Drains the stack of statements above `base` into a run of the body.
    pub(super) fn take_stmts(&mut self, base: usize) -> hir::Stmts {
        let s = &mut *self.s;
        let run = hir::Stmts { start: s.body.stmts.len() as u32, len: (s.stmts.len() - base) as u32 };
        s.body.stmts.extend(s.stmts.drain(base..));
        run
    }

    fn unary(&mut self, op: UnOp, operand: syntax::ExprId, expect: Expect, span: Span) -> E {
        if let (UnOp::Neg, ExprKind::Int(value)) = (op, self.tree[operand].kind) {
            // The only place where 2^63 may stand.
            let negative = 0i64.checked_sub_unsigned(value);
            return match negative {
                Some(value) => self.constant(Const::Int(value), Ty::INT, span.start),
                None => {
                    self.error(7, span, "number literal is too large");
                    self.error_expr(span)
                }
            };
        }
        if let (UnOp::Neg, ExprKind::Float(value)) = (op, self.tree[operand].kind) {
            return self.constant(Const::Float(-value), Ty::FLOAT, span.start);
        }
        let hint = match (op, expect.ty()) {
            (UnOp::BitNot, Some(ty)) => Expect::Soft(ty),
            _ => Expect::None,
        };
        let e = self.expr(operand, hint);
        let kind = self.known_head(e, self.tree[operand].span);
        let fine = match op {
            UnOp::Not => matches!(kind, TyKind::Bool),
            UnOp::Neg => matches!(kind, TyKind::Int | TyKind::Float | TyKind::Duration),
            UnOp::BitNot => matches!(kind, TyKind::Int | TyKind::Byte),
        };
        let ty = self.ty(e);
        match kind {
            TyKind::Error => return self.error_expr(span),
            TyKind::Never => return e,
            _ => {}
        }
        if !fine {
            let sign = match op {
                UnOp::Not => "!",
                UnOp::Neg => "-",
                UnOp::BitNot => "~",
            };
            let text = self.show(ty);
            self.error(309, span, format!("operator `{sign}` cannot be applied to {text}"));
            return self.error_expr(span);
        }
        self.new_expr(H::Unary(op, e), ty, span.start)
    }
}
