//! Loops: what they mention stays alive throughout.

use super::live::Live;
use super::{Analysis, BORROW, When};
use crate::body::facts::{ASSIGNS, root};
use sigil_checker::hir::{Clauses, ExprId, ExprKind, LocalId};

impl Analysis<'_> {
    /// One round of a loop: `live` holds what stays alive throughout.
    pub(super) fn round(&mut self, inner: ExprId, live: &mut Live) {
        let mut inside = live.clone();
        self.continues.push(live.clone());
        self.own(inner, &mut inside);
        self.continues.pop();
        self.enter(inner, live, &inside);
    }

    pub(super) fn for_(
        &mut self,
        id: ExprId,
        clauses: Clauses,
        (guard, inner): (Option<ExprId>, ExprId),
        live: &mut Live,
    ) {
        let clauses = self.body.clauses(clauses);
        let mut all = live.clone();
        guard.iter().chain([&inner]).for_each(|&e| self.mention(e, &mut all));
        for (i, clause) in clauses.iter().enumerate() {
            let local = root(self.body, self.targets, clause.iter);
            if let Some(local) = local.filter(|&l| !(self.body[l].is_mut && self.facts.has(id, ASSIGNS))) {
                self.mark(clause.iter, BORROW);
                // Locals of outer clauses are borrowed, never tracked; so this one is of the outside.
                if self.is_tracked(local) {
                    self.look_at(local, clause.iter, &mut all);
                }
            }
            if i > 0 {
                self.mention(clause.iter, &mut all);
            }
        }
        // Lists that a clause's pattern makes live as long as a round.
        let made: Vec<LocalId> = clauses.iter().flat_map(|clause| self.bound(clause.pat)).collect();
        made.iter().for_each(|&local| self.parts.remove(local, &mut all));
        self.drop_at(When::After, id, all.without(live));
        self.breaks.push(all.clone());
        *live = all;
        let mut held = live.clone();
        made.iter().for_each(|&local| self.parts.add(local, &mut held));
        self.round(inner, &mut held);
        self.breaks.pop();
        if let Some(guard) = guard {
            let mut inside = held.clone();
            self.own(guard, &mut inside);
            self.enter(guard, &held, &inside);
        }
        for (i, clause) in clauses.iter().enumerate().rev() {
            if self.out.borrowed(clause.iter) {
                self.place(clause.iter, live);
            } else if i > 0 {
                let mut inside = held.clone();
                self.own(clause.iter, &mut inside);
                self.enter(clause.iter, &held, &inside);
            } else {
                self.own(clause.iter, live);
            }
        }
    }

    /// A loop over `over`. A literal lambda is its body; `tail` is what may be evaluated in or after it.
    pub(super) fn data_pattern(
        &mut self,
        id: ExprId,
        over: ExprId,
        init: Option<ExprId>,
        f: Option<ExprId>,
        tail: &[ExprId],
        live: &mut Live,
    ) {
        let mut all = live.clone();
        tail.iter().for_each(|&e| self.mention(e, &mut all));
        if let ExprKind::PatFor { pat, .. } = self.body[id].kind {
            self.bound(pat).iter().for_each(|&local| self.parts.remove(local, &mut all));
        }
        let lambda = f.and_then(|f| match self.body[f].kind {
            ExprKind::Lambda { params, body, .. } => Some((f, params, body)),
            _ => None,
        });
        let mut assigns = tail.iter().chain(&init).chain(&f).any(|&e| self.facts.has(e, ASSIGNS));
        match (lambda, f) {
            (Some((f, ..)), _) => self.mention(f, &mut all),
            (None, Some(f)) => self.borrow_through(f, assigns, &mut all),
            _ => {}
        }
        assigns |= self.facts.has(over, ASSIGNS);
        self.borrow_through(over, assigns, &mut all);
        self.drop_at(When::After, id, all.without(live));
        *live = all;
        // Lists that the pattern of `for(` makes live until the guard is done.
        let made = match self.body[id].kind {
            ExprKind::PatFor { pat, .. } => self.bound(pat),
            _ => Vec::new(),
        };
        for &e in tail {
            let mut held = live.clone();
            made.iter().for_each(|&local| self.parts.add(local, &mut held));
            let mut inside = held.clone();
            self.own(e, &mut inside);
            self.enter(e, &held, &inside);
        }
        if let Some((_, params, inner)) = lambda {
            let mut inside = live.clone();
            self.function.push(live.clone());
            let tries = std::mem::take(&mut self.tries);
            self.own(inner, &mut inside);
            self.tries = tries;
            self.function.pop();
            for &param in self.body.locals(params) {
                self.bind(param, (When::Enter, inner), &mut inside);
            }
            self.enter(inner, live, &inside);
        }
        let f = if lambda.is_some() { None } else { f };
        for e in [f, init, Some(over)].into_iter().flatten() {
            if self.out.borrowed(e) {
                self.place(e, live);
            } else {
                self.own(e, live);
            }
        }
    }

    fn borrow_through(&mut self, e: ExprId, assigns: bool, all: &mut Live) {
        let Some(local) = root(self.body, self.targets, e) else { return };
        if !(assigns && self.body[local].is_mut) {
            self.mark(e, BORROW);
            if self.is_tracked(local) {
                self.look_at(local, e, all);
            }
        }
    }
}
