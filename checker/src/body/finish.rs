//! The end of a body: unknowns replaced, matches looked at, the body handed over.

use super::Checker;
use crate::exhaustive::{self, Verdict};
use crate::hir::{self, ExprKind as H, FnRef};
use crate::program::BodyCheck;
use crate::types::{Ty, TyKind};
use sigil_frontend::{Code, Span};
use std::ops::Range;

/// What is looked at when types are known.
pub(super) enum Pending {
    /// A match; its arms are a run of `BodyScratch::pending_arms`.
    Match { arms: Range<usize>, ty: Ty, span: Span },
    /// A pattern that must always match.
    Irrefutable { pat: hir::PatId, span: Span },
    /// A value that is dropped.
    Dropped { ty: Ty, span: Span },
}

impl Checker<'_> {
    /// Lets what is known by now solve more: projections and trait arguments.
    pub(super) fn settle(&mut self) {
        for ty in std::mem::take(&mut self.s.table.endless) {
            if self.head(ty).is_none() {
                self.unify(ty, Ty::VOID);
            }
        }
        self.solve_obligations();
        let mut at = 0;
        while at < self.s.table.deferred.len() {
            let (a, b, span) = self.s.table.deferred[at];
            if self.head(a).is_none() || self.head(b).is_none() {
                at += 1;
                continue;
            }
            self.s.table.deferred.swap_remove(at);
            self.here = span;
            if !self.unify(a, b) {
                self.mismatch(b, a, span);
            }
        }
    }

    /// Hands over the body.
    pub(super) fn finish(mut self) -> BodyCheck {
        if self.needs_complete {
            return BodyCheck::NeedsComplete;
        }
        self.leave_scope(0);
        self.settle();
        // Unsolved unknowns are mistakes of their own only where nothing else was wrong, in the body or the expression.
        let quiet = self.failed;
        self.solved = Some(quiet);
        self.zonk_body();
        let never = std::mem::take(&mut self.s.table.never);
        if !quiet && let Some(&span) = never.first() {
            self.error_help(
                305,
                span,
                "cannot infer type: it would be Never",
                Some("add a type annotation".into()),
            );
        }
        self.s.table.never = never;
        self.check_obligations();
        self.check_pending();
        let found =
            self.p.check_capabilities(self.decl, &self.s.body, self.failed, &self.s.used_capabilities);
        found.into_iter().for_each(|diagnostic| self.report(diagnostic));
        let body = if self.failed { None } else { Some(self.s.body.clone()) };
        if self.failed {
            // What was given up may have used them.
            self.diagnostics.retain(|d| d.code != Code::warning(100));
        }
        self.diagnostics.sort_by_key(|d| (d.span.start, d.code));
        BodyCheck::Done { body, diagnostics: self.diagnostics, assumptions: self.assumptions }
    }

    /// Reports an unknown that nothing solved. `sound`: nothing else is wrong with the expression that it is of.
    pub(super) fn unsolved(&mut self, origin: Span, sound: bool) {
        let again = self.diagnostics.iter().any(|d| d.code.number == 305 && d.span == origin);
        let is_reported = sound && self.solved.is_some() || self.solved == Some(false);
        if is_reported && !again {
            self.cannot_infer(origin);
        }
        self.failed = true;
    }

    fn zonk_body(&mut self) {
        for at in 0..self.s.body.exprs.len() {
            let hir::Expr { kind, ty, .. } = self.s.body.exprs[at];
            let ty = self.zonk(ty);
            self.s.body.exprs[at].ty = ty;
            // Of a declaration that is wrong, which was reported there.
            self.failed |= self.p.types.has_error(ty);
            let callee = match kind {
                H::Call(callee, _) | H::FnValue(callee) => callee,
                _ => continue,
            };
            let callee = match callee {
                FnRef::Direct(id, args) => FnRef::Direct(id, self.zonk_list(args)),
                FnRef::Trait { of, method, args } => FnRef::Trait { of, method, args: self.zonk_list(args) },
            };
            match &mut self.s.body.exprs[at].kind {
                H::Call(slot, _) | H::FnValue(slot) => *slot = callee,
                _ => {}
            }
        }
        for at in 0..self.s.body.locals.len() {
            let ty = self.zonk(self.s.body.locals[at].ty);
            self.s.body.locals[at].ty = ty;
        }
        for at in 0..self.s.body.pats.len() {
            let ty = self.zonk(self.s.body.pats[at].ty);
            self.s.body.pats[at].ty = ty;
        }
    }

    fn check_pending(&mut self) {
        let pending = std::mem::take(&mut self.s.pending);
        for item in &pending {
            match item {
                Pending::Dropped { ty, span } => {
                    let ty = self.zonk(*ty);
                    if matches!(self.p.types.kind(ty), TyKind::Adt(id, _) if id == self.lang.result) {
                        self.warn(102, *span, "this Result is dropped");
                    }
                }
                Pending::Irrefutable { pat, span } => {
                    if !self.p.types.has_error(self.s.body[*pat].ty) {
                        self.check_irrefutable(*pat, *span);
                    }
                }
                Pending::Match { arms, ty, span } => {
                    let ty = self.zonk(*ty);
                    if !self.p.types.has_error(ty) {
                        self.check_match(arms.clone(), ty, *span);
                    }
                }
            }
        }
        self.s.pending = pending;
    }

    fn check_irrefutable(&mut self, pat: hir::PatId, span: Span) {
        match exhaustive::irrefutable(self.p, &self.s.body, pat) {
            Verdict::Known { missing: None, .. } => {}
            Verdict::Known { missing: Some(missing), .. } => {
                let message = format!("refutable pattern: {missing} is not matched");
                self.error_help(404, span, message, Some("use match".into()));
            }
            Verdict::TooComplex => self.error(217, span, "pattern is too complex"),
        }
    }

    fn check_match(&mut self, arms: Range<usize>, ty: Ty, span: Span) {
        let list: Vec<(hir::PatId, bool)> =
            self.s.pending_arms[arms.clone()].iter().map(|&(pat, guarded, _)| (pat, guarded)).collect();
        match exhaustive::check(self.p, &self.s.body, ty, &list) {
            Verdict::TooComplex => self.error(217, span, "match is too complex to check"),
            Verdict::Known { unreachable, missing } => {
                for arm in unreachable {
                    let (_, _, at) = self.s.pending_arms[arms.start + arm];
                    self.error(401, at, "unreachable match arm");
                }
                if let Some(missing) = missing {
                    let message = format!("non-exhaustive match: missing {missing}");
                    self.error_help(400, span, message, Some("add an arm for it, or `_`".into()));
                }
            }
        }
    }
}
