//! Walking typed bodies.

use sigil_checker::hir::{Body, ExprId, ExprKind, LocalId, PatId, PatKind, Stmt};

/// Visits the immediate parts of an expression in the order of evaluation, as far as there is one.
pub(super) fn each_child(body: &Body, id: ExprId, visit: &mut dyn FnMut(ExprId)) {
    match body[id].kind {
        ExprKind::Const(_)
        | ExprKind::Unit
        | ExprKind::Local(_)
        | ExprKind::FnValue(_)
        | ExprKind::CtorValue(_)
        | ExprKind::OpValue(_)
        | ExprKind::Break(_)
        | ExprKind::Continue(_) => {}
        ExprKind::Call(_, list)
        | ExprKind::Construct(_, list)
        | ExprKind::Tuple(list)
        | ExprKind::Record(list)
        | ExprKind::List(list)
        | ExprKind::Map(list)
        | ExprKind::Coalesce(list)
        | ExprKind::SelfCall(list) => body.exprs(list).iter().for_each(|&e| visit(e)),
        ExprKind::CallValue(f, list) => {
            visit(f);
            body.exprs(list).iter().for_each(|&e| visit(e));
        }
        ExprKind::Field(e, _)
        | ExprKind::Unary(_, e)
        | ExprKind::Loop(e)
        | ExprKind::Try(e)
        | ExprKind::Propagate(e, _)
        | ExprKind::Lambda { body: e, .. } => visit(e),
        ExprKind::Index(a, b)
        | ExprKind::Binary(_, a, b)
        | ExprKind::And(a, b)
        | ExprKind::Or(a, b)
        | ExprKind::Range(a, b, _)
        | ExprKind::PatMap(a, b)
        | ExprKind::PatFilter(a, b)
        | ExprKind::PatCollect(a, b) => {
            visit(a);
            visit(b);
        }
        ExprKind::PatFold(a, b, c) => [a, b, c].into_iter().for_each(visit),
        ExprKind::If(a, b, c) => [Some(a), Some(b), c].into_iter().flatten().for_each(visit),
        ExprKind::Match(scrutinee, arms) => {
            visit(scrutinee);
            for arm in body.arms(arms) {
                arm.guard.into_iter().for_each(&mut *visit);
                visit(arm.body);
            }
        }
        ExprKind::Seq(stmts, value) => {
            for stmt in body.stmts(stmts) {
                let (Stmt::Let(_, e) | Stmt::Expr(e) | Stmt::Assign(_, e)) = *stmt;
                visit(e);
            }
            value.into_iter().for_each(visit);
        }
        ExprKind::For { clauses, guard, body: inner, .. } => {
            body.clauses(clauses).iter().for_each(|clause| visit(clause.iter));
            guard.into_iter().for_each(&mut *visit);
            visit(inner);
        }
        ExprKind::PatFind { over, select, default, .. } => {
            [Some(over), Some(select), default].into_iter().flatten().for_each(visit);
        }
        ExprKind::PatFor { over, map, guard, default, .. } => {
            [Some(over), map, guard, Some(default)].into_iter().flatten().for_each(visit);
        }
        ExprKind::Recurse { cond, base, step, parallel, .. } => {
            [Some(cond), Some(base), Some(step), parallel].into_iter().flatten().for_each(visit);
        }
        ExprKind::Parallel { tasks, value, .. } => {
            body.exprs(tasks).iter().for_each(|&e| visit(e));
            visit(value);
        }
    }
}

/// Visits the locals that a pattern binds; the flag says whether it is the rest of a list. Alternatives bind the
/// same ones, so only the first is looked at.
pub(super) fn pattern_locals(body: &Body, pat: PatId, visit: &mut dyn FnMut(LocalId, bool)) {
    stacker::maybe_grow(64 << 10, 1 << 20, || match body[pat].kind {
        PatKind::Wild | PatKind::Const(_) | PatKind::Interval(..) => {}
        PatKind::Bind(local, inner) => {
            visit(local, false);
            if let Some(inner) = inner {
                pattern_locals(body, inner, visit);
            }
        }
        PatKind::Variant(_, pats) | PatKind::Record(pats) | PatKind::Tuple(pats) => {
            body.pats(pats).iter().for_each(|&pat| pattern_locals(body, pat, visit));
        }
        PatKind::List { prefix, rest, suffix } => {
            body.pats(prefix).iter().for_each(|&pat| pattern_locals(body, pat, visit));
            if let Some(local) = rest.and_then(|rest| rest.binding) {
                visit(local, true);
            }
            body.pats(suffix).iter().for_each(|&pat| pattern_locals(body, pat, visit));
        }
        PatKind::Or(pats) => {
            if let Some(&first) = body.pats(pats).first() {
                pattern_locals(body, first, visit);
            }
        }
    });
}
