//! `if`, `match` and cond-match: several branches of one type (rules 6 and 7 of 4.3).

use super::finish::Pending;
use super::scope::Warn;
use super::{Checker, Expect};
use crate::hir::{self, ExprId as E, ExprKind as H};
use crate::types::{Ty, TyKind};
use sigil_frontend::Span;
use sigil_frontend::syntax::{self, ExprKind};

/// The common type of branches, as it becomes known.
pub(super) struct Join {
    expect: Expect,
    /// Every branch is checked against this.
    ty: Option<Ty>,
    /// A branch did not end in `Never`.
    returns: bool,
}

impl Checker<'_> {
    /// Begins joining branches.
    pub(super) fn join(&mut self, expect: Expect) -> Join {
        let ty = match expect {
            Expect::Hard(ty) => Some(ty),
            _ => None,
        };
        Join { expect, ty, returns: false }
    }

    /// Checks one branch.
    pub(super) fn branch(&mut self, join: &mut Join, id: syntax::ExprId) -> E {
        let e = match join.ty {
            Some(ty) => self.check(id, ty),
            None => self.expr(id, join.expect),
        };
        let ty = self.ty(e);
        if ty != Ty::NEVER {
            join.returns = true;
            if join.ty.is_none() {
                join.ty = Some(ty);
            }
        }
        e
    }

    /// The type of the whole.
    pub(super) fn joined(&mut self, join: &Join) -> Ty {
        match join.ty {
            Some(ty) if join.returns => ty,
            _ => Ty::NEVER,
        }
    }

    /// `if` with all its `else if`s, which may be thousands.
    pub(super) fn if_chain(&mut self, id: syntax::ExprId, expect: Expect) -> E {
        let mut links = Vec::new();
        let mut at = id;
        let last = loop {
            let ExprKind::If(if_) = self.tree[at].kind else { break Some(at) };
            let if_ = self.tree[if_];
            links.push((if_.cond, if_.then, self.tree[at].span));
            match if_.otherwise {
                Some(otherwise) => at = otherwise,
                None => break None,
            }
        };
        let expect = match (last, expect) {
            (None, Expect::Hard(ty)) => match self.head(ty) {
                // Reported for the whole, once.
                Some(kind) if kind != TyKind::Void => expect,
                _ => Expect::Hard(Ty::VOID),
            },
            (None, _) => Expect::Hard(Ty::VOID),
            (Some(_), _) => expect,
        };
        self.conditional(&links, last, expect, last.is_none())
    }

    /// `match(c: e, …, default)`.
    pub(super) fn cond_match(&mut self, parts: syntax::List<syntax::Expr>, expect: Expect, span: Span) -> E {
        let ids: Vec<syntax::ExprId> = self.tree.ids(parts).collect();
        let mut links = Vec::new();
        for pair in ids.chunks_exact(2) {
            links.push((pair[0], pair[1], self.tree[pair[0]].span.to(self.tree[pair[1]].span)));
        }
        let last = if ids.len() % 2 == 1 { ids.last().copied() } else { None };
        if last.is_none() {
            self.error_help(
                400,
                span,
                "non-exhaustive match: missing default",
                Some("add a last value".into()),
            );
        }
        match links.first_mut() {
            Some(first) => first.2 = span,
            None => {
                return match last {
                    Some(last) => self.expr(last, expect),
                    None => self.error_expr(span),
                };
            }
        }
        self.conditional(&links, last, expect, false)
    }

    /// Conditions with values, in order, then a default. `optional`: the whole is void without one.
    fn conditional(
        &mut self,
        links: &[(syntax::ExprId, syntax::ExprId, Span)],
        last: Option<syntax::ExprId>,
        expect: Expect,
        optional: bool,
    ) -> E {
        let mut join = self.join(expect);
        let count = links.len();
        let mut conds = Vec::with_capacity(count);
        let mut thens: Vec<Option<E>> = vec![None; count + 1];
        for &(cond, _, _) in links {
            conds.push(self.check(cond, Ty::BOOL));
        }
        let branch_at = |i: usize| if i < count { Some(links[i].1) } else { last };
        // Rule 6: branches that say their type come first, unless there is an expectation.
        let passes: &[bool] = if join.ty.is_some() { &[true] } else { &[false, true] };
        for &all in passes {
            for (i, slot) in thens.iter_mut().enumerate() {
                let Some(id) = branch_at(i) else { continue };
                if slot.is_none() && (all || !self.is_form(id)) {
                    *slot = Some(self.branch(&mut join, id));
                }
            }
        }
        let ty = if optional { Ty::VOID } else { self.joined(&join) };
        let mut result = thens[count];
        for (i, &(_, _, span)) in links.iter().enumerate().rev() {
            let Some(then) = thens[i] else { continue };
            result = Some(self.new_expr(H::If(conds[i], then, result), ty, span.start));
        }
        match result {
            Some(e) => e,
            None => self.error_expr(links[0].2),
        }
    }

    /// `match(value, arms)`.
    pub(super) fn match_(&mut self, id: syntax::Id<syntax::Match>, expect: Expect, span: Span) -> E {
        let syntax::Match { value, arms } = self.tree[id];
        let scrutinee = self.infer(value);
        let kind = self.known_head(scrutinee, self.tree[value].span);
        if arms.is_empty() {
            // The parser has reported it.
            return self.error_expr(span);
        }
        let unreached = kind == TyKind::Never;
        let ty = if unreached { self.any_type(span) } else { self.ty(scrutinee) };
        let count = arms.len as usize;
        let base = self.s.arms.len();
        let mut join = self.join(expect);
        let mut done = vec![false; count];
        let placeholder = hir::Arm { pat: hir::PatId(0), guard: None, body: scrutinee };
        self.s.arms.extend(std::iter::repeat_n(placeholder, count));
        let first_pending = self.s.pending_arms.len();
        let spare = (hir::PatId(0), false, span);
        self.s.pending_arms.extend(std::iter::repeat_n(spare, count));
        let mut failed = false;
        let passes: &[bool] = if join.ty.is_some() { &[true] } else { &[false, true] };
        for &all in passes {
            for (i, arm) in self.tree.list(arms).enumerate() {
                if done[i] || (!all && self.is_form(arm.body)) {
                    continue;
                }
                done[i] = true;
                let scope = self.s.scope.len();
                let before = (self.diagnostics.len(), self.broken_pats);
                let pat = self.pattern(arm.pat, ty, Warn::Unused);
                failed |= (self.diagnostics.len(), self.broken_pats) != before;
                let guard = arm.guard.map(|guard| self.guard(guard));
                let body = self.branch(&mut join, arm.body);
                self.leave_scope(scope);
                self.s.arms[base + i] = hir::Arm { pat, guard, body };
                let at = self.tree[arm.pat].span;
                self.s.pending_arms[first_pending + i] = (pat, guard.is_some(), at);
            }
        }
        let s = &mut *self.s;
        let run = hir::Arms { start: s.body.arms.len() as u32, len: count as u32 };
        s.body.arms.extend(s.arms.drain(base..));
        if !failed && !unreached && kind != TyKind::Error {
            let end = first_pending + count;
            self.s.pending.push(Pending::Match { arms: first_pending..end, ty, span });
        }
        let ty = self.joined(&join);
        if unreached {
            let stmts = self.s.stmts.len();
            self.s.stmts.push(hir::Stmt::Expr(scrutinee));
            let stmts = self.take_stmts(stmts);
            return self.new_expr(H::Seq(stmts, None), ty, span.start);
        }
        self.new_expr(H::Match(scrutinee, run), ty, span.start)
    }

    /// The type that a value of type `Never` has where it is taken for one of another type: what its use makes of it.
    fn any_type(&mut self, span: Span) -> Ty {
        let ty = self.unknown(span);
        self.s.table.endless.push(ty);
        ty
    }

    /// `.match(cond)`.
    pub(super) fn guard(&mut self, id: syntax::ExprId) -> E {
        let e = self.expr(id, Expect::None);
        let ty = self.ty(e);
        if !matches!(ty, Ty::BOOL | Ty::NEVER | Ty::ERROR) && !self.unify(ty, Ty::BOOL) {
            let text = self.show(ty);
            self.error(405, self.tree[id].span, format!("guard must be bool, found {text}"));
        }
        e
    }
}
