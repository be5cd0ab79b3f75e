//! `timeout`, and `.timeout` of `parallel` (language.md 8.3, 8.4): tasks between the start and the end of a timer.

use super::Checker;
use super::scope::FrameKind;
use crate::hir::{self, ExprId as E, ExprKind as H, LocalId, Stmt};
use crate::types::{Ty, TyKind};
use sigil_frontend::Span;
use sigil_frontend::syntax::{self, PatternCall};

impl Checker<'_> {
    /// `timeout(.op, .after)`.
    pub(super) fn timeout(&mut self, call: &PatternCall, span: Span) -> E {
        let sym = self.sym;
        let Some(props) = self.props(call, &[sym.op, sym.after], &[]) else {
            return self.abandon_props(call);
        };
        let (Some(op), Some(after)) = (props[0], props[1]) else { return self.error_expr(span) };
        let stmts = self.s.stmts.len();
        let after = self.duration(after.0);
        self.enter_frame(FrameKind::Task, None);
        let task = self.infer(op.0);
        self.leave_frame();
        let e = self.timed_task(after, task, span);
        self.wrap_hoisted(stmts, e)
    }

    /// Evaluates a Duration first.
    pub(super) fn duration(&mut self, value: syntax::ExprId) -> LocalId {
        let e = self.check(value, Ty::DURATION);
        self.bind_value(e, false)
    }

    /// One task with a time limit: a Result of its value.
    pub(super) fn timed_task(&mut self, after: LocalId, task: E, span: Span) -> E {
        let pos = span.start;
        let ty = self.ty(task);
        let ty = self.task_result(ty, span);
        let result = self.new_local(self.sym.empty, ty, false);
        let value = self.local(result, pos);
        let tasks = self.expr_list(&[task]);
        let results = self.local_list(&[result]);
        self.timed(after, tasks, results, value, span)
    }

    /// Tasks with a time limit. If one of them was cancelled, all results are given up.
    pub(super) fn timed(
        &mut self,
        after: LocalId,
        tasks: hir::Exprs,
        results: hir::Locals,
        value: E,
        span: Span,
    ) -> E {
        let (sym, pos) = (self.sym, span.start);
        let none = self.none;
        let read = self.local(after, pos);
        let start = self.prelude_call(sym.timer_start, &[], &[read], Ty::VOID, pos);
        self.s.stmts.push(Stmt::Expr(start));
        let inner = self.s.stmts.len();
        let late = self.prelude_call(sym.timer_late, &[], &[], Ty::BOOL, pos);
        let late = self.hoist(late);
        let error_ty = self.make(TyKind::Adt(self.lang.timeout_error, none));
        let value_ty = self.ty(value);
        let ty = self.result_ty(value_ty, error_ty);
        let read = self.local(after, pos);
        let list = self.expr_list(&[read]);
        let error = self.new_expr(H::Construct(0, list), error_ty, pos);
        let list = self.expr_list(&[error]);
        let bad = self.new_expr(H::Construct(1, list), ty, pos);
        let list = self.expr_list(&[value]);
        let good = self.new_expr(H::Construct(0, list), ty, pos);
        let value = self.new_expr(H::If(late, bad, Some(good)), ty, pos);
        let value = self.wrap_hoisted(inner, value);
        self.new_expr(H::Parallel { tasks, results, value, in_order: false }, ty, pos)
    }
}
