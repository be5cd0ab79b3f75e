//! `parallel` (language.md 8.3).

use super::Checker;
use super::scope::FrameKind;
use crate::decl::Const;
use crate::hir::{self, ExprId as E, ExprKind as H, LocalId, Target};
use crate::types::{Ty, TyKind};
use sigil_frontend::syntax::{ExprKind, PatternCall, PropValue};
use sigil_frontend::{Span, Symbol};

/// A task: its name, the local that receives its value, the value's type.
struct Task {
    name: Symbol,
    local: LocalId,
    ty: Ty,
    span: Span,
}

impl Checker<'_> {
    /// `parallel(.a: e, .b: f)`, `parallel(.tasks: fs)`.
    pub(super) fn parallel(&mut self, call: &PatternCall, span: Span) -> E {
        let sym = self.sym;
        if self.tree.list(call.props).any(|prop| prop.name.symbol == sym.tasks) {
            return self.task_list(call, span);
        }
        let mut collect_all = false;
        let mut tasks: Vec<Task> = Vec::new();
        let mut seen: Vec<Symbol> = Vec::new();
        let stmts = self.s.stmts.len();
        let limit = self.tree.list(call.props).find_map(|prop| match prop.value {
            PropValue::Expr(value) if prop.name.symbol == sym.timeout => Some(value),
            _ => None,
        });
        let after = limit.map(|limit| self.duration(limit));
        let base = self.s.exprs.len();
        for prop in self.tree.list(call.props) {
            let name = prop.name;
            if seen.contains(&name.symbol) {
                self.bad_prop(call, name, true, [].iter());
                continue;
            }
            seen.push(name.symbol);
            let PropValue::Expr(value) = prop.value else { continue };
            if name.symbol == sym.on_error {
                collect_all = self.on_error(value);
                continue;
            }
            if name.symbol == sym.timeout {
                continue;
            }
            self.enter_frame(FrameKind::Task, None);
            let body = self.infer(value);
            self.leave_frame();
            let mut ty = self.ty(body);
            if ty == Ty::NEVER {
                ty = Ty::VOID;
            }
            let local = self.new_local(sym.empty, ty, false);
            self.s.exprs.push(body);
            tasks.push(Task { name: name.symbol, local, ty, span: self.tree[value].span });
        }
        let bodies = self.take_exprs(base);
        if tasks.is_empty() {
            self.error(410, call.name, "parallel needs a task");
            return self.error_expr(span);
        }
        let results: Vec<LocalId> = tasks.iter().map(|t| t.local).collect();
        let results = self.local_list(&results);
        let value = if collect_all { self.record_of(&tasks, span) } else { self.fail_fast(&tasks, span) };
        if let Some(after) = after {
            let e = self.timed(after, bodies, results, value, span);
            return self.wrap_hoisted(stmts, e);
        }
        let ty = self.ty(value);
        self.new_expr(H::Parallel { tasks: bodies, results, value, in_order: false }, ty, span.start)
    }

    /// `parallel(.tasks, .max_concurrent, .on_error)`.
    fn task_list(&mut self, call: &PatternCall, span: Span) -> E {
        let sym = self.sym;
        let optional = [sym.max_concurrent, sym.on_error, sym.timeout];
        let Some(props) = self.props(call, &[sym.tasks], &optional) else {
            return self.abandon_props(call);
        };
        let Some(tasks) = props[0] else { return self.error_expr(span) };
        let pos = span.start;
        let stmts = self.s.stmts.len();
        let out = self.unknown(span);
        let task = self.fn_ty(&[], out);
        let wanted = self.list_ty(task);
        let mut values = vec![(self.check(tasks.0, wanted), tasks.1)];
        self.may_be_endless(values[0].0, out);
        if let Some(max) = props[1] {
            values.push((self.check(max.0, Ty::INT), max.1));
        }
        let collect_all = props[2].is_some_and(|(value, _)| self.on_error(value));
        let after = props[3].map(|(after, rank)| (self.check(after, Ty::DURATION), rank));
        values.extend(after);
        let locals = self.bind_in_order(&values);
        if let (Some(_), Some(&max)) = (props[1], locals.get(1)) {
            self.at_least_one(max, "parallel: max_concurrent must be at least 1", pos);
        }
        let read = self.local(locals[0], pos);
        let out = self.task_result(out, span);
        let list = self.list_ty(out);
        let most = match (props[1], locals.get(1)) {
            (Some(_), Some(&max)) => self.local(max, pos),
            _ => self.constant(Const::Int(i64::MAX), Ty::INT, pos),
        };
        let mut value = self.prelude_call(sym.run_tasks, &[out], &[read, most], list, pos);
        if let (false, Some(TyKind::Adt(id, args))) = (collect_all, self.head(out))
            && id == self.lang.result
        {
            let (ok, err) = (self.list_at(args, 0), self.list_at(args, 1));
            let oks = self.list_ty(ok);
            let ty = self.result_ty(oks, err);
            value = self.prelude_call(sym.first_error, &[ok, err], &[value], ty, pos);
        }
        if let (Some(_), Some(&after)) = (after, locals.last()) {
            value = self.timed_task(after, value, span);
        }
        self.wrap_hoisted(stmts, value)
    }

    /// `.on_error: fail_fast` or `collect_all`.
    fn on_error(&mut self, value: sigil_frontend::syntax::ExprId) -> bool {
        if let ExprKind::Name(name, _) = self.tree[value].kind {
            if name == self.sym.collect_all {
                return true;
            }
            if name == self.sym.fail_fast {
                return false;
            }
        }
        self.error(412, self.tree[value].span, ".on_error must be fail_fast or collect_all");
        false
    }

    /// The record of the tasks' values.
    fn record_of(&mut self, tasks: &[Task], span: Span) -> E {
        let values: Vec<(Symbol, E)> =
            tasks.iter().map(|task| (task.name, self.local(task.local, task.span.start))).collect();
        self.record(values, span)
    }

    /// A record of values whose effects are over.
    fn record(&mut self, mut values: Vec<(Symbol, E)>, span: Span) -> E {
        values.sort_by(|a, b| self.text(a.0).cmp(self.text(b.0)));
        let names: Vec<Symbol> = values.iter().map(|v| v.0).collect();
        let exprs: Vec<E> = values.iter().map(|v| v.1).collect();
        let tys: Vec<Ty> = exprs.iter().map(|&e| self.ty(e)).collect();
        let names = self.p.types.name_list(&names);
        let tys = self.ty_list(&tys);
        let ty = self.make(TyKind::Record(names, tys));
        let exprs = self.expr_list(&exprs);
        self.new_expr(H::Record(exprs), ty, span.start)
    }

    /// The record, or, if a task is a Result, `Ok` of the record of contents or the first `Err` in source order.
    fn fail_fast(&mut self, tasks: &[Task], span: Span) -> E {
        let mut error: Option<Ty> = None;
        let mut carriers = vec![false; tasks.len()];
        for (carrier, task) in carriers.iter_mut().zip(tasks) {
            let Some(TyKind::Adt(id, args)) = self.head(task.ty) else { continue };
            if id != self.lang.result {
                continue;
            }
            *carrier = true;
            let own = self.list_at(args, 1);
            match error {
                None => error = Some(own),
                Some(first) => {
                    if !self.unify(own, first) {
                        let (expected, found) = (self.show(first), self.show(own));
                        let message = format!("mismatched error types: expected {expected}, found {found}");
                        self.error_help(
                            308,
                            task.span,
                            message,
                            Some("convert it with `.map_err(…)`".into()),
                        );
                    }
                }
            }
        }
        let Some(error) = error else { return self.record_of(tasks, span) };
        let stmts = self.s.stmts.len();
        let mut values = Vec::with_capacity(tasks.len());
        for (task, carrier) in tasks.iter().zip(carriers) {
            let pos = task.span.start;
            let mut value = self.local(task.local, pos);
            if carrier {
                let Some(TyKind::Adt(_, args)) = self.head(task.ty) else { continue };
                let content = self.list_at(args, 0);
                let content = self.shallow(content);
                let unwrapped = self.new_expr(H::Propagate(value, Target::Try), content, pos);
                value = self.hoist(unwrapped);
            }
            values.push((task.name, value));
        }
        let record = self.record(values, span);
        let record_ty = self.ty(record);
        let ty = self.result_ty(record_ty, error);
        let list = self.expr_list(&[record]);
        let ok = self.new_expr(H::Construct(0, list), ty, span.start);
        let run = self.take_stmts(stmts);
        let body = self.new_expr(hir::ExprKind::Seq(run, Some(ok)), ty, span.start);
        self.new_expr(H::Try(body), ty, span.start)
    }
}
