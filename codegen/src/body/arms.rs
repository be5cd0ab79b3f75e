//! `match`: which arm, by a switch or by tests in order; its bindings, guard and body.

use super::Emitter;
use super::moves::When;
use super::pattern::Bind;
use super::value::{Code, Dest, Val};
use crate::glue;
use sigil_checker::hir::{Arm, ExprId, ExprKind, LocalId, PatId, PatKind};
use sigil_checker::types::Ty;

/// Up to here arms are chained by `else if`.
const CHAIN: usize = 64;

impl Emitter<'_> {
    /// `match`, exhaustive.
    pub(super) fn match_(&mut self, scrutinee: ExprId, arms: &[Arm], dest: Dest) {
        let ty = self.ty(scrutinee);
        let guarded = arms.iter().any(|arm| arm.guard.is_some());
        let mark = self.held.len();
        let mut val = match self.moves.borrowed(scrutinee) {
            true => self.place(scrutinee),
            false => self.value(scrutinee),
        };
        if val.never {
            return;
        }
        val = match val.code {
            Code::Place(_) => self.calm(val, ty),
            _ if val.fickle && guarded => self.spill(&val, ty),
            Code::Text(_) if val.effect || glue::is_aggregate(self.cx, ty) => self.spill(&val, ty),
            _ => self.calm(val, ty),
        };
        let owned = val.owned && !self.is_trivial(ty);
        self.hold(&val, ty, false);
        let place = val.string();
        let source = match self.body[scrutinee].kind {
            ExprKind::Local(local) if !owned && self.moves.borrowed(scrutinee) => Some(local),
            _ => None,
        };
        let matched = Matched { place, ty, owned, source, mark };
        if let Some(tag) = self.switch_on(arms, &matched) {
            self.switch(arms, &matched, &tag, dest);
        } else {
            self.chain(arms, &matched, dest);
        }
        self.held.truncate(mark);
    }

    fn chain(&mut self, arms: &[Arm], matched: &Matched, dest: Dest) {
        let jumps = arms.len() > CHAIN || arms.iter().any(|arm| arm.guard.is_some());
        let mut end = None;
        for (i, arm) in arms.iter().enumerate() {
            let mut tests = String::new();
            let is_last = arm.guard.is_none() && i + 1 == arms.len();
            if !is_last {
                self.test(arm.pat, &matched.place, &mut tests);
            }
            if i == 0 && tests.is_empty() {
                self.mention(&matched.place);
            }
            if i > 0 && !jumps {
                self.sink.text.truncate(self.sink.text.len() - 1);
                self.push(" else ");
            }
            if !tests.is_empty() {
                self.push("if (");
                self.push(super::expr::without_parentheses(&tests));
                self.push(") ");
            }
            self.push("{\n");
            let leaves = self.arm(arm, matched, dest);
            let is_final = tests.is_empty() && arm.guard.is_none();
            if jumps && leaves && !is_final && !matches!(dest, Dest::Return) {
                let label = *end.get_or_insert(self.labels + 1);
                self.labels = self.labels.max(label);
                self.goto(label);
            }
            if arm.guard.is_some() {
                self.push("}\n");
                self.reject(arm, matched);
            }
            self.push("}\n");
            if is_final {
                break;
            }
        }
        if let Some(label) = end {
            self.push_label(label);
        }
    }

    /// Bindings, guard, body. Whether its end is reached. With a guard, the block of the `if` on it stays open.
    fn arm(&mut self, arm: &Arm, matched: &Matched, dest: Dest) -> bool {
        self.line(self.body[arm.body].pos);
        let mut skip = None;
        if let Some(guard) = arm.guard {
            self.bind(arm.pat, &matched.place, Bind::Share, true);
            self.drops(When::Enter, guard);
            let val = self.value(guard);
            self.push("if (");
            if val.never {
                self.push("0");
            } else {
                self.push_condition(&val);
            }
            self.push(") {\n");
            if matched.owned {
                self.release(matched.ty, &matched.place);
            }
        } else if matched.owned {
            self.bind(arm.pat, &matched.place, Bind::Take, false);
        } else {
            let local = matched.source.filter(|&local| self.moves.drops_whole(When::Enter, arm.body, local));
            let how = if local.is_some() { Bind::Take } else { Bind::Share };
            self.bind(arm.pat, &matched.place, how, false);
            skip = local;
        }
        let moves = self.moves;
        for part in moves.drops(When::Enter, arm.body) {
            if Some(part.local) != skip {
                self.drop_part(part);
            }
        }
        let held = self.held.split_off(matched.mark);
        self.emit(arm.body, dest);
        self.held.extend(held);
        self.body[arm.body].ty != Ty::NEVER
    }

    /// The guard has failed: bindings are given up.
    fn reject(&mut self, arm: &Arm, _matched: &Matched) {
        let mut bound = Vec::new();
        super::tree::pattern_locals(self.body, arm.pat, &mut |local, _| bound.push(local));
        for local in bound {
            if self.owns(local) {
                self.drop_local(local);
            }
        }
    }

    /// The frame at hand owns this binding.
    pub(super) fn owns(&self, local: LocalId) -> bool {
        self.facts.is_tracked(local, self.frame)
    }

    /// The value to switch on, if the arms are told apart by one.
    fn switch_on(&mut self, arms: &[Arm], matched: &Matched) -> Option<String> {
        if arms.len() < 3 || arms.iter().any(|arm| arm.guard.is_some()) {
            return None;
        }
        let is_sum = self.cx.layout(matched.ty).is_sum;
        for (i, arm) in arms.iter().enumerate() {
            let is_default = i + 1 == arms.len() && self.is_catch_all(arm.pat);
            if !is_default && !self.is_case(arm.pat, is_sum) {
                return None;
            }
        }
        if !is_sum {
            return Some(matched.place.clone());
        }
        let mut tag = String::new();
        self.cx.push_tag(matched.ty, &matched.place, &mut tag);
        Some(tag)
    }

    pub(super) fn is_catch_all(&self, pat: PatId) -> bool {
        matches!(self.body[pat].kind, PatKind::Wild | PatKind::Bind(_, None))
    }

    /// It is told by the tag, or the number, alone.
    fn is_case(&mut self, pat: PatId, is_sum: bool) -> bool {
        let body = self.body;
        match body[pat].kind {
            PatKind::Variant(_, pats) if is_sum => {
                body.pats(pats).iter().all(|&part| self.is_irrefutable(part))
            }
            PatKind::Interval(lo, hi) => lo == hi,
            PatKind::Or(pats) => body.pats(pats).iter().all(|&part| self.is_case(part, is_sum)),
            _ => false,
        }
    }

    fn is_irrefutable(&mut self, pat: PatId) -> bool {
        let mut tests = String::new();
        self.test(pat, "x", &mut tests);
        tests.is_empty()
    }

    fn switch(&mut self, arms: &[Arm], matched: &Matched, tag: &str, dest: Dest) {
        self.push("switch (");
        self.push(tag);
        self.push(") {\n");
        let mut seen = Vec::new();
        for (i, arm) in arms.iter().enumerate() {
            let start = self.sink.text.len();
            let mut any = false;
            if i + 1 == arms.len() {
                self.push("default:");
                any = true;
            } else {
                self.cases(arm.pat, &mut seen, &mut any);
            }
            if !any {
                self.sink.text.truncate(start);
                continue;
            }
            self.push(" {\n");
            let leaves = self.arm(arm, matched, dest);
            if leaves && !matches!(dest, Dest::Return) {
                self.push("break;\n");
            }
            self.push("}\n");
        }
        self.push("}\n");
    }

    fn cases(&mut self, pat: PatId, seen: &mut Vec<i64>, any: &mut bool) {
        let body = self.body;
        match body[pat].kind {
            PatKind::Or(pats) => {
                body.pats(pats).iter().for_each(|&part| self.cases(part, seen, any));
            }
            PatKind::Variant(n, _) => self.case(i64::from(n), seen, any),
            PatKind::Interval(n, _) => self.case(n, seen, any),
            _ => {}
        }
    }

    fn case(&mut self, n: i64, seen: &mut Vec<i64>, any: &mut bool) {
        if seen.contains(&n) {
            return;
        }
        seen.push(n);
        *any = true;
        self.push("case ");
        self.push_val(&Val::pure(Code::Int(n)));
        self.push(":\n");
    }
}

/// What a `match` looks at.
struct Matched {
    place: String,
    ty: Ty,
    /// A temporary that the arms must give up.
    owned: bool,
    /// The local that it is, as a whole.
    source: Option<LocalId>,
    /// What was held before it.
    mark: usize,
}
