//! Sequences, loops, assignment, `?` (language.md 6).

use super::finish::Pending;
use super::scope::{FrameKind, LoopContext, TryContext, Warn};
use super::{Checker, Expect};
use crate::hir::{self, ExprId as E, ExprKind as H, Stmt, Target};
use crate::types::{Ty, TyKind};
use sigil_frontend::Span;
use sigil_frontend::syntax::{self, Elem, ExprKind};

impl Checker<'_> {
    /// `run(...)`.
    pub(super) fn run(&mut self, elems: syntax::List<Elem>, expect: Expect, span: Span) -> E {
        let scope = self.s.scope.len();
        let stmts = self.s.stmts.len();
        let mut value = None;
        for (i, elem) in self.tree.list(elems).enumerate() {
            let is_last = i + 1 == elems.len as usize;
            match *elem {
                Elem::Let(let_) => self.let_(&let_, false),
                Elem::Expr(id) => match self.tree[id].kind {
                    ExprKind::Assign(assign) => self.assign(assign),
                    _ if is_last => {
                        let e = match expect {
                            Expect::Hard(ty) => self.check(id, ty),
                            _ => self.expr(id, expect),
                        };
                        value = Some(e);
                    }
                    _ => {
                        let e = self.statement(id);
                        self.s.stmts.push(Stmt::Expr(e));
                    }
                },
            }
        }
        self.leave_scope(scope);
        self.close_seq(stmts, value, span)
    }

    fn close_seq(&mut self, stmts: usize, value: Option<E>, span: Span) -> E {
        let stmts = self.take_stmts(stmts);
        let ty = match value {
            Some(e) => self.ty(e),
            None => Ty::VOID,
        };
        self.new_expr(H::Seq(stmts, value), ty, span.start)
    }

    /// An expression whose value is dropped.
    fn statement(&mut self, id: syntax::ExprId) -> E {
        let e = self.isolated(true, |checker| checker.infer(id));
        self.dropped(e, self.tree[id].span);
        e
    }

    /// Notes a dropped value: it must not be a Result, which is known in the end.
    pub(super) fn dropped(&mut self, e: E, span: Span) {
        let ty = self.ty(e);
        if super::infer::is_local(ty)
            || matches!(self.p.types.kind(ty), TyKind::Adt(id, _) if id == self.lang.result)
        {
            self.s.pending.push(Pending::Dropped { ty, span });
        }
    }

    /// `let`; in a `try` a Result is unwrapped.
    fn let_(&mut self, let_: &syntax::Let, in_try: bool) {
        let span = self.tree[let_.value].span;
        let (value, ty) = match let_.ty {
            Some(written) => {
                let wanted = self.written_type(written);
                let reports = self.diagnostics.len();
                let is_result =
                    matches!(self.head(wanted), Some(TyKind::Adt(id, _)) if id == self.lang.result);
                let e = if in_try && !is_result {
                    let e = self.expr(let_.value, Expect::Soft(wanted));
                    let e = self.unwrap_result(e, span);
                    self.coerce(e, wanted, span);
                    e
                } else {
                    self.check(let_.value, wanted)
                };
                let place = self.tree[written].span;
                self.explain_mismatch(reports, let_.value, self.module, place, "the type is declared here");
                (e, wanted)
            }
            None => {
                let failed = std::mem::take(&mut self.failed);
                let mut e = self.infer(let_.value);
                if in_try {
                    e = self.unwrap_result(e, span);
                }
                let ty = self.ty(e);
                if self.has_unknowns(ty) {
                    self.settle();
                }
                let ty = self.shallow(ty);
                if self.has_unknowns(ty) {
                    if !self.failed {
                        self.cannot_infer(span);
                    }
                    self.failed = true;
                    self.poison(ty);
                }
                self.failed |= failed;
                (e, ty)
            }
        };
        let pat = if let_.is_mut {
            let syntax::Pat { kind, span } = self.tree[let_.pat];
            match kind {
                syntax::PatKind::Bind(name) => {
                    let local = self.declare(name, ty, true, span, Warn::Unused);
                    self.new_pat(hir::PatKind::Bind(local, None), ty, span.start)
                }
                _ => self.pattern(let_.pat, ty, Warn::Unused),
            }
        } else {
            self.irrefutable(let_.pat, ty)
        };
        self.s.stmts.push(Stmt::Let(pat, value));
    }

    /// A pattern of `let` or `for`, which must always match.
    fn irrefutable(&mut self, id: syntax::PatId, ty: Ty) -> hir::PatId {
        let reports = self.diagnostics.len();
        let pat = self.pattern(id, ty, Warn::Unused);
        let plain = matches!(self.s.body[pat].kind, hir::PatKind::Bind(_, None) | hir::PatKind::Wild);
        if self.diagnostics.len() == reports && !plain {
            self.s.pending.push(Pending::Irrefutable { pat, span: self.tree[id].span });
        }
        pat
    }

    /// `name = value`.
    fn assign(&mut self, id: syntax::Id<syntax::Assign>) {
        let syntax::Assign { name, value } = self.tree[id];
        let text = self.text(name.symbol);
        let Some((local, declared, outside)) = self.assigned_local(name.symbol) else {
            self.infer(value);
            let known = self.p.lookup_value(self.module, name.symbol).is_some();
            if known {
                self.error(321, name.span, format!("cannot assign to `{text}`, which is not a local"));
            } else {
                let help = self.suggest_value(name.symbol);
                self.error_help(100, name.span, format!("unknown name `{text}`"), help);
                // A forgotten `let`: said once.
                self.declare(name.symbol, Ty::ERROR, true, name.span, Warn::Never);
            }
            return;
        };
        let hir::Local { ty, is_mut, .. } = self.s.body[local];
        let e = self.check(value, ty);
        if !is_mut || outside {
            let message = match is_mut {
                true => {
                    format!("cannot assign to `{text}` from inside a lambda or task: it is captured by value")
                }
                false => format!("cannot assign to immutable `{text}`"),
            };
            let help = (!is_mut).then(|| format!("declare it with `let mut {text}`"));
            self.error_help(321, name.span, message, help);
            if let (Some(last), false) = (self.diagnostics.last_mut(), is_mut) {
                let note = format!("`{text}` is bound here");
                last.labels.push(sigil_frontend::Label { file: self.module, span: declared, message: note });
            }
            return;
        }
        self.s.stmts.push(Stmt::Assign(local, e));
    }

    /// An assignment where a value could stand: void.
    pub(super) fn assign_expr(&mut self, id: syntax::Id<syntax::Assign>, span: Span) -> E {
        let stmts = self.s.stmts.len();
        self.assign(id);
        self.close_seq(stmts, None, span)
    }

    /// `try(...)`.
    pub(super) fn try_seq(&mut self, elems: syntax::List<Elem>, expect: Expect, span: Span) -> E {
        let ty = match expect.ty() {
            Some(ty) if self.is_carrier(ty) => ty,
            _ => self.unknown(span),
        };
        self.s.tries.push(TryContext { ty });
        let scope = self.s.scope.len();
        let stmts = self.s.stmts.len();
        let mut value = None;
        for (i, elem) in self.tree.list(elems).enumerate() {
            let is_last = i + 1 == elems.len as usize;
            match *elem {
                Elem::Let(let_) => self.let_(&let_, true),
                Elem::Expr(id) => {
                    let at = self.tree[id].span;
                    match self.tree[id].kind {
                        ExprKind::Assign(assign) => self.assign(assign),
                        _ if is_last => value = Some(self.try_value(id, ty)),
                        _ => {
                            let e = self.infer(id);
                            let e = self.unwrap_result(e, at);
                            self.s.stmts.push(Stmt::Expr(e));
                        }
                    }
                }
            }
        }
        self.leave_scope(scope);
        self.s.tries.pop();
        if value.is_none() {
            self.error_help(
                308,
                span,
                "mismatched types: the last element of `try` must be a Result or Option, found void",
                Some("end with `Ok(…)`".into()),
            );
            self.poison(ty);
        }
        let body = self.close_seq(stmts, value, span);
        let ty = self.shallow(ty);
        let ty = if self.head(ty).is_none() && self.ty(body) == Ty::NEVER { Ty::NEVER } else { ty };
        self.new_expr(H::Try(body), ty, span.start)
    }

    fn try_value(&mut self, id: syntax::ExprId, ty: Ty) -> E {
        let at = self.tree[id].span;
        let e = self.expr(id, Expect::Soft(ty));
        let actual = self.ty(e);
        if actual == Ty::NEVER || actual == Ty::ERROR {
            if actual == Ty::ERROR {
                self.poison(ty);
            }
            return e;
        }
        if !self.is_carrier(actual) {
            let text = self.show(actual);
            let message = format!(
                "mismatched types: the last element of `try` must be a Result or Option, found {text}"
            );
            self.error_help(308, at, message, Some("wrap it in `Ok(…)`".into()));
            self.poison(ty);
            return e;
        }
        self.coerce(e, ty, at);
        e
    }

    /// Whether a type is a Result or Option.
    fn is_carrier(&mut self, ty: Ty) -> bool {
        matches!(self.head(ty), Some(TyKind::Adt(id, _)) if id == self.lang.result || id == self.lang.option)
    }

    /// In a `try`: a Result's content, or leaves with its `Err`; other values as they are.
    fn unwrap_result(&mut self, e: E, span: Span) -> E {
        let ty = self.ty(e);
        match self.head(ty) {
            Some(TyKind::Adt(id, _)) if id == self.lang.result => self.propagate_value(e, span),
            _ => e,
        }
    }

    /// `e?`.
    pub(super) fn propagate(&mut self, inner: syntax::ExprId, span: Span) -> E {
        let e = self.infer(inner);
        self.propagate_value(e, span)
    }

    fn propagate_value(&mut self, e: E, span: Span) -> E {
        let ty = self.ty(e);
        let (id, args) = match self.known_head(e, span) {
            TyKind::Adt(id, args) if id == self.lang.result || id == self.lang.option => (id, args),
            TyKind::Error => return self.error_expr(span),
            TyKind::Never => return e,
            _ => {
                let text = self.show(ty);
                self.error(309, span, format!("operator `?` needs a Result or Option, found {text}"));
                return self.error_expr(span);
            }
        };
        let content = self.list_at(args, 0);
        let (outer, target) = match self.innermost_try() {
            Some(context) => (Some(context.ty), Target::Try),
            None => (self.frame().result, Target::Function),
        };
        let is_result = id == self.lang.result;
        let wanted = match outer {
            Some(outer) => self.head(outer),
            None => None,
        };
        match (outer, wanted) {
            (_, Some(TyKind::Error)) => self.failed = true,
            (_, Some(TyKind::Adt(outer_id, outer_args))) if outer_id == id => {
                if is_result {
                    let (mine, theirs) = (self.list_at(args, 1), self.list_at(outer_args, 1));
                    if !self.unify(mine, theirs) {
                        let (found, expected) = (self.show(mine), self.show(theirs));
                        let message = format!("mismatched error types: expected {expected}, found {found}");
                        self.error_help(308, span, message, Some("convert it with `.map_err(…)`".into()));
                    }
                }
            }
            (Some(outer), None) if target == Target::Try => {
                // The first `?` decides what the `try` is.
                let inner = self.unknown(span);
                let decided = if is_result {
                    let err = self.list_at(args, 1);
                    self.result_ty(inner, err)
                } else {
                    self.option_ty(inner)
                };
                self.unify(outer, decided);
            }
            _ => {
                let carrier = if is_result { "Result" } else { "Option" };
                let place = match self.frame().kind {
                    FrameKind::Function => "an enclosing try or function",
                    FrameKind::Lambda => "an enclosing try or a lambda known to be",
                    FrameKind::Task => "a try inside the task",
                };
                self.error(322, span, format!("`?` needs {place} returning {carrier}"));
            }
        }
        let content = self.shallow(content);
        self.new_expr(H::Propagate(e, target), content, span.start)
    }

    /// `loop(...)`.
    pub(super) fn loop_(&mut self, elems: syntax::List<Elem>, span: Span) -> E {
        self.s.loops.push(LoopContext::Loop(false));
        let scope = self.s.scope.len();
        let stmts = self.s.stmts.len();
        for elem in self.tree.list(elems) {
            match *elem {
                Elem::Let(let_) => self.let_(&let_, false),
                Elem::Expr(id) => match self.tree[id].kind {
                    ExprKind::Assign(assign) => self.assign(assign),
                    _ => {
                        let e = self.statement(id);
                        self.s.stmts.push(Stmt::Expr(e));
                    }
                },
            }
        }
        self.leave_scope(scope);
        let body = self.close_seq(stmts, None, span);
        let broken = self.s.loops.pop() == Some(LoopContext::Loop(true));
        let ty = if broken { Ty::VOID } else { Ty::NEVER };
        self.new_expr(H::Loop(body), ty, span.start)
    }

    /// `break`.
    pub(super) fn break_(&mut self, span: Span) -> E {
        match self.innermost_loop() {
            Some((LoopContext::Yield, _)) | None => self.outside_loop("break", span),
            Some((context, inside)) => {
                if let LoopContext::Loop(broken) = context {
                    *broken = true;
                }
                self.new_expr(H::Break(inside), Ty::NEVER, span.start)
            }
        }
    }

    /// `continue`.
    pub(super) fn continue_(&mut self, span: Span) -> E {
        match self.innermost_loop() {
            Some((LoopContext::Yield, _)) | None => self.outside_loop("continue", span),
            Some((_, inside)) => self.new_expr(H::Continue(inside), Ty::NEVER, span.start),
        }
    }

    fn outside_loop(&mut self, what: &str, span: Span) -> E {
        let place = match self.innermost_loop() {
            Some(_) => "inside `yield`",
            None => "outside a loop",
        };
        self.error(107, span, format!("`{what}` {place}"));
        self.new_expr(H::Unit, Ty::NEVER, span.start)
    }

    /// `for … do`, `for … yield`.
    pub(super) fn for_loop(&mut self, id: syntax::Id<syntax::For>, expect: Expect, span: Span) -> E {
        let for_ = self.tree[id];
        let scope = self.s.scope.len();
        let base = self.s.clauses.len();
        for clause in self.tree.list(for_.clauses) {
            let iter = self.infer(clause.iter);
            let elem = self.element_type(iter, self.tree[clause.iter].span);
            let pat = self.irrefutable(clause.pat, elem);
            self.s.clauses.push(hir::Clause { pat, iter });
        }
        let guard = for_.guard.map(|guard| self.check(guard, Ty::BOOL));
        self.s.loops.push(if for_.is_yield { LoopContext::Yield } else { LoopContext::Do });
        let (body, ty) = if for_.is_yield {
            let wanted = match expect.ty().and_then(|ty| self.head(ty)) {
                Some(TyKind::List(t)) => Some(t),
                _ => None,
            };
            let body = match (wanted, expect) {
                (Some(ty), Expect::Hard(_)) => self.check(for_.body, ty),
                (Some(ty), _) => self.expr(for_.body, Expect::Soft(ty)),
                (None, _) => self.infer(for_.body),
            };
            let elem = match (self.ty(body), wanted) {
                (Ty::NEVER, Some(ty)) => ty,
                (Ty::NEVER, None) => self.unknown(span),
                (ty, _) => ty,
            };
            (body, self.list_ty(elem))
        } else {
            (self.statement(for_.body), Ty::VOID)
        };
        self.s.loops.pop();
        self.leave_scope(scope);
        let s = &mut *self.s;
        let clauses =
            hir::Clauses { start: s.body.clauses.len() as u32, len: (s.clauses.len() - base) as u32 };
        s.body.clauses.extend(s.clauses.drain(base..));
        self.new_expr(H::For { clauses, guard, body, is_yield: for_.is_yield }, ty, span.start)
    }

    /// Type of the elements of an iterable (`E0310`).
    pub(super) fn element_type(&mut self, iter: E, span: Span) -> Ty {
        match self.known_head(iter, span) {
            TyKind::List(t) | TyKind::Range(t) => self.shallow(t),
            TyKind::Map(k, v) => self.tuple_ty(&[k, v]),
            TyKind::Error => Ty::ERROR,
            TyKind::Never => Ty::VOID,
            _ => {
                let ty = self.ty(iter);
                let text = self.show(ty);
                self.error(310, span, format!("{text} is not iterable"));
                Ty::ERROR
            }
        }
    }
}
