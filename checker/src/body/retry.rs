//! `with` and `retry` (language.md 8.1, 8.5), made of simpler expressions.

use super::scope::{LoopContext, Warn};
use super::{Checker, Expect};
use crate::decl::Const;
use crate::hir::{self, ExprId as E, ExprKind as H, LocalId, PatKind, Stmt};
use crate::types::{Ty, TyKind};
use sigil_frontend::syntax::{self, BinOp, ExprKind, PatternCall, PropValue};
use sigil_frontend::{Span, Symbol};

impl Checker<'_> {
    /// `with(.acquire, .use, .release)`: using and releasing are two tasks in this order, so that the second runs
    /// although the first panics, and the panic goes on afterwards.
    pub(super) fn with_pattern(&mut self, call: &PatternCall, expect: Expect, span: Span) -> E {
        let sym = self.sym;
        let Some(props) = self.props(call, &[sym.acquire, sym.use_, sym.release], &[]) else {
            return self.abandon_props(call);
        };
        let (Some(acquire), Some(using), Some(release)) = (props[0], props[1], props[2]) else {
            return self.error_expr(span);
        };
        let stmts = self.s.stmts.len();
        let acquire_e = self.infer(acquire.0);
        let resource = self.ty(acquire_e);
        let (out, ignored) = (self.unknown(span), self.unknown(span));
        if self.is_untyped(using.0) {
            self.meet_known(out, expect);
        }
        let wanted = self.fn_ty(&[resource], out);
        let using_e = self.check(using.0, wanted);
        let wanted = self.fn_ty(&[resource], ignored);
        let release_e = self.check(release.0, wanted);
        self.may_be_endless(using_e, out);
        self.may_be_endless(release_e, ignored);
        let values = [(acquire_e, acquire.1), (using_e, using.1), (release_e, release.1)];
        let locals = self.bind_in_order(&values);
        let pos = span.start;
        let used = self.call_local(locals[1], locals[0], out, pos);
        let released = self.call_local(locals[2], locals[0], ignored, pos);
        let (out, ignored) = (self.task_result(out, span), self.task_result(ignored, span));
        // A timeout must not cut the release short.
        let inner = self.s.stmts.len();
        let shield = self.prelude_call(sym.timer_shield, &[], &[], Ty::VOID, pos);
        self.s.stmts.push(Stmt::Expr(shield));
        let released = self.wrap_hoisted(inner, released);
        let results = [self.new_local(sym.empty, out, false), self.new_local(sym.empty, ignored, false)];
        let value = self.local(results[0], pos);
        let tasks = self.expr_list(&[used, released]);
        let results = self.local_list(&results);
        let e = self.new_expr(H::Parallel { tasks, results, value, in_order: true }, out, pos);
        self.wrap_hoisted(stmts, e)
    }

    /// `f(x)` of two locals.
    fn call_local(&mut self, f: LocalId, x: LocalId, result: Ty, pos: u32) -> E {
        let (f, x) = (self.local(f, pos), self.local(x, pos));
        let args = self.expr_list(&[x]);
        self.new_expr(H::CallValue(f, args), result, pos)
    }

    /// Binds values to locals in the order in which they are written.
    pub(super) fn bind_in_order(&mut self, values: &[(E, usize)]) -> Vec<LocalId> {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by_key(|&i| values[i].1);
        let mut locals = vec![LocalId(0); values.len()];
        for i in order {
            locals[i] = self.bind_value(values[i].0, false);
        }
        locals
    }

    /// Binds a value to a fresh local.
    pub(super) fn bind_value(&mut self, e: E, is_mut: bool) -> LocalId {
        let hir::Expr { ty, pos, .. } = self.s.body[e];
        let local = self.new_local(self.sym.empty, ty, is_mut);
        let pat = self.new_pat(PatKind::Bind(local, None), ty, pos);
        self.s.stmts.push(Stmt::Let(pat, e));
        local
    }

    /// A call of a function of the prelude.
    pub(super) fn prelude_call(&mut self, name: Symbol, targs: &[Ty], args: &[E], result: Ty, pos: u32) -> E {
        let Some(id) = self.p.prelude_fn(name) else {
            let text = self.text(name);
            return self.unsupported(&format!("`{text}`"), Span::new(pos, pos));
        };
        let (targs, args) = (self.ty_list(targs), self.expr_list(args));
        self.new_expr(H::Call(hir::FnRef::Direct(id, targs), args), result, pos)
    }

    /// Panics if the value of a local is less than one.
    pub(super) fn at_least_one(&mut self, local: LocalId, message: &str, pos: u32) {
        let read = self.local(local, pos);
        let one = self.constant(Const::Int(1), Ty::INT, pos);
        let cond = self.new_expr(H::Binary(BinOp::Lt, read, one), Ty::BOOL, pos);
        let panic = self.panic(message, pos);
        let check = self.new_expr(H::If(cond, panic, None), Ty::VOID, pos);
        self.s.stmts.push(Stmt::Expr(check));
    }

    fn panic(&mut self, message: &str, pos: u32) -> E {
        let text = self.p.names.intern(message);
        let text = self.constant(Const::Str(text), Ty::STR, pos);
        self.prelude_call(self.sym.panic, &[], &[text], Ty::NEVER, pos)
    }

    /// `retry(.op, .attempts, .backoff, .on, .jitter)`: a loop that keeps the last result.
    pub(super) fn retry(&mut self, call: &PatternCall, expect: Expect, span: Span) -> E {
        let sym = self.sym;
        let optional = [sym.backoff, sym.on, sym.jitter];
        let Some(props) = self.props(call, &[sym.op, sym.attempts], &optional) else {
            return self.abandon_props(call);
        };
        let on = self.tree.list(call.props).find_map(|prop| match prop.value {
            PropValue::Patterns(pats) => Some(pats),
            _ => None,
        });
        if let Some((value, _)) = props[3] {
            self.error(412, self.tree[value].span, "retry .on must be a list of patterns");
            return self.error_expr(span);
        }
        let (Some(op), Some(attempts)) = (props[0], props[1]) else { return self.error_expr(span) };
        let pos = span.start;
        let stmts = self.s.stmts.len();
        let mut values = vec![(self.check(attempts.0, Ty::INT), attempts.1)];
        if let Some(backoff) = props[2] {
            values.push((self.backoff(backoff.0), backoff.1));
            let jitter = match props[4] {
                Some((jitter, rank)) => (self.check(jitter, Ty::BOOL), rank),
                None => (self.constant(Const::Bool(false), Ty::BOOL, pos), usize::MAX),
            };
            values.push(jitter);
        } else if let Some((jitter, rank)) = props[4] {
            values.push((self.check(jitter, Ty::BOOL), rank));
        }
        let locals = self.bind_in_order(&values);
        self.at_least_one(locals[0], "retry: attempts must be at least 1", pos);
        let pause = props[2].map(|_| (locals[1], locals[2]));
        let e = self.attempt_loop(op, locals[0], on, pause, expect, span);
        self.wrap_hoisted(stmts, e)
    }

    /// The loop, and the result kept.
    fn attempt_loop(
        &mut self,
        op: (syntax::ExprId, usize),
        attempts: LocalId,
        on: Option<syntax::List<syntax::Pat>>,
        pause: Option<(LocalId, LocalId)>,
        expect: Expect,
        span: Span,
    ) -> E {
        let pos = span.start;
        let (ok, err) = (self.unknown(span), self.unknown(span));
        let result = self.result_ty(ok, err);
        self.meet(result, expect);
        let option = self.option_ty(result);
        let one = self.constant(Const::Int(1), Ty::INT, pos);
        let round = self.bind_value(one, true);
        let none = self.expr_list(&[]);
        let none = self.new_expr(H::Construct(1, none), option, pos);
        let last = self.bind_value(none, true);

        let inner = self.s.stmts.len();
        self.s.loops.push(LoopContext::Retry);
        let op_e = self.check(op.0, result);
        self.s.loops.pop();
        let got = self.bind_value(op_e, false);
        // A result of an operation that never returns is of the type that is wanted of it.
        self.s.body.locals[got.0 as usize].ty = result;
        let stop = self.stops(got, (result, ok, err), (round, attempts), on, pos);
        let stop = self.bind_value(stop, false);
        let read = self.local(got, pos);
        let list = self.expr_list(&[read]);
        let some = self.new_expr(H::Construct(0, list), option, pos);
        self.s.stmts.push(Stmt::Assign(last, some));
        let stop = self.local(stop, pos);
        let leave = self.new_expr(H::Break(0), Ty::NEVER, pos);
        let leave = self.new_expr(H::If(stop, leave, None), Ty::VOID, pos);
        self.s.stmts.push(Stmt::Expr(leave));
        if let Some((backoff, jitter)) = pause {
            let args = [self.local(backoff, pos), self.local(jitter, pos), self.local(round, pos)];
            let wait = self.prelude_call(self.sym.retry_wait, &[], &args, Ty::VOID, pos);
            self.s.stmts.push(Stmt::Expr(wait));
        }
        let (read, one) = (self.local(round, pos), self.constant(Const::Int(1), Ty::INT, pos));
        let next = self.new_expr(H::Binary(BinOp::Add, read, one), Ty::INT, pos);
        self.s.stmts.push(Stmt::Assign(round, next));
        let run = self.take_stmts(inner);
        let body = self.new_expr(H::Seq(run, None), Ty::VOID, pos);
        let all = self.new_expr(H::Loop(body), Ty::VOID, pos);
        self.s.stmts.push(Stmt::Expr(all));

        let kept = self.new_local(self.sym.empty, result, false);
        let bind = self.new_pat(PatKind::Bind(kept, None), result, pos);
        let kept = self.local(kept, pos);
        let panic = self.panic("unreachable", pos);
        let some = self.variant_of_one(0, Some(bind), option, pos);
        let none = self.variant_of_one(1, None, option, pos);
        let read = self.local(last, pos);
        self.match_arms(read, &[(some, kept), (none, panic)], result, pos)
    }

    /// Whether the result of a round is the last: `Ok`, out of attempts, or an error that is not to be retried.
    fn stops(
        &mut self,
        got: LocalId,
        (result, ok, err): (Ty, Ty, Ty),
        (round, attempts): (LocalId, LocalId),
        on: Option<syntax::List<syntax::Pat>>,
        pos: u32,
    ) -> E {
        let (round, attempts) = (self.local(round, pos), self.local(attempts, pos));
        let mut stop = self.new_expr(H::Binary(BinOp::Ge, round, attempts), Ty::BOOL, pos);
        let mut error = self.new_pat(PatKind::Wild, err, pos);
        if let Some(on) = on {
            let local = self.new_local(self.sym.empty, err, false);
            error = self.new_pat(PatKind::Bind(local, None), err, pos);
            let read = self.local(local, pos);
            let mut arms = Vec::new();
            for pat in self.tree.ids(on) {
                let scope = self.s.scope.len();
                self.bare_variants = true;
                let pat = self.pattern(pat, err, Warn::Never);
                self.bare_variants = false;
                self.leave_scope(scope);
                arms.push((pat, self.constant(Const::Bool(false), Ty::BOOL, pos)));
            }
            let wild = self.new_pat(PatKind::Wild, err, pos);
            arms.push((wild, self.constant(Const::Bool(true), Ty::BOOL, pos)));
            let other = self.match_arms(read, &arms, Ty::BOOL, pos);
            stop = self.new_expr(H::Or(stop, other), Ty::BOOL, pos);
        }
        let yes = self.constant(Const::Bool(true), Ty::BOOL, pos);
        let content = self.new_pat(PatKind::Wild, ok, pos);
        let good = self.variant_of_one(0, Some(content), result, pos);
        let bad = self.variant_of_one(1, Some(error), result, pos);
        let read = self.local(got, pos);
        self.match_arms(read, &[(good, yes), (bad, stop)], Ty::BOOL, pos)
    }

    /// A pattern of a variant with at most one field.
    pub(super) fn variant_of_one(
        &mut self,
        index: u32,
        field: Option<hir::PatId>,
        ty: Ty,
        pos: u32,
    ) -> hir::PatId {
        let list = &mut self.s.body.pat_lists;
        let pats = hir::Pats { start: list.len() as u32, len: field.iter().len() as u32 };
        list.extend(field);
        self.new_pat(PatKind::Variant(index, pats), ty, pos)
    }

    pub(super) fn match_arms(&mut self, scrutinee: E, arms: &[(hir::PatId, E)], ty: Ty, pos: u32) -> E {
        let all = &mut self.s.body.arms;
        let run = hir::Arms { start: all.len() as u32, len: arms.len() as u32 };
        all.extend(arms.iter().map(|&(pat, body)| hir::Arm { pat, guard: None, body }));
        self.new_expr(H::Match(scrutinee, run), ty, pos)
    }

    /// `constant(…)`, `linear(…)`, `exponential(…)`, or a `Backoff`.
    fn backoff(&mut self, value: syntax::ExprId) -> E {
        let none = self.none;
        let ty = self.make(TyKind::Adt(self.lang.backoff, none));
        let syntax::Expr { kind, span } = self.tree[value];
        let ExprKind::Call(call) = kind else { return self.check(value, ty) };
        let call = self.tree[call];
        let ExprKind::Name(name, _) = self.tree[call.callee].kind else { return self.check(value, ty) };
        let sym = self.sym;
        if name == sym.constant {
            self.construct_with(self.lang.backoff, 0, none, call.args, Expect::None, span)
        } else if name == sym.linear {
            self.construct_with(self.lang.backoff, 1, none, call.args, Expect::None, span)
        } else if name == sym.exponential {
            self.exponential(call.args, span)
        } else {
            self.check(value, ty)
        }
    }

    /// `exponential(base, max)`; `max` may be absent, and is a Duration rather than an Option.
    fn exponential(&mut self, args: syntax::List<syntax::Arg>, span: Span) -> E {
        let sym = self.sym;
        let name = if args.len == 1 { sym.exponential_base } else { sym.exponential };
        let Some(id) = self.p.prelude_fn(name) else { return self.unsupported("`exponential`", span) };
        let none = self.none;
        let callee = hir::FnRef::Direct(id, none);
        self.finish_call(callee, self.p.fn_decl(id), none, None, args, Expect::None, span, span.start)
    }
}
