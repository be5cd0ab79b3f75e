//! Control structures: `if`, sequences, loops, `try`, `?`, `??`.

use super::Emitter;
use super::exits::Exit;
use super::facts::IMPURE;
use super::moves::When;
use super::value::{Code, Dest, Leave, LoopFrame, Val};
use crate::layout::Shape;
use sigil_checker::hir::{ExprId, ExprKind, Exprs, LocalId, PatKind, Stmt, Stmts, Target};
use sigil_checker::types::{Ty, TyKind};

impl Emitter<'_> {
    /// A control structure; its own drops excepted.
    pub(super) fn control(&mut self, id: ExprId, dest: Dest) {
        let body = self.body;
        match body[id].kind {
            ExprKind::If(cond, then, otherwise) => self.if_(id, (cond, then, otherwise), dest),
            ExprKind::Match(scrutinee, arms) => self.match_(scrutinee, body.arms(arms), dest),
            ExprKind::Loop(inner) => self.loop_(inner),
            ExprKind::Try(inner) => self.try_(id, inner, dest),
            ExprKind::Coalesce(list) => self.coalesce(list, dest),
            _ => self.emit(id, dest),
        }
    }

    /// `c ? a : b`, if both are scalars without effects.
    pub(super) fn ternary(&mut self, id: ExprId) -> Option<Val> {
        let ExprKind::If(cond, then, Some(otherwise)) = self.body[id].kind else { return None };
        let is_plain = |e| !self.facts.has(e, IMPURE) && self.moves.drops(When::Enter, e).is_empty();
        if !self.is_trivial(self.ty(id)) || !is_plain(then) || !is_plain(otherwise) {
            return None;
        }
        let cond = self.value(cond);
        if cond.never {
            return Some(cond);
        }
        let (a, b) = (self.value(then), self.value(otherwise));
        let text = format!("({} ? {} : {})", cond.string(), a.string(), b.string());
        let fickle = cond.fickle || a.fickle || b.fickle;
        Some(Val { effect: cond.effect, fickle, ..Val::text(text) })
    }

    /// `if`, with the whole chain of `else if`.
    fn if_(&mut self, id: ExprId, parts: (ExprId, ExprId, Option<ExprId>), dest: Dest) {
        let (mut id, (mut cond, mut then, mut otherwise)) = (id, parts);
        let mut end = None;
        let mut first = true;
        loop {
            let start = self.sink.text.len();
            if !first {
                self.drops(When::Enter, id);
            }
            let val = self.value(cond);
            if !first && self.sink.text.len() == start {
                // Nothing is evaluated in between.
                self.sink.text.truncate(start - 1);
                self.push(" else ");
            } else if !first && !matches!(dest, Dest::Return) {
                let label = *end.get_or_insert(self.labels + 1);
                self.labels = self.labels.max(label);
                let mut jump = String::from("goto L");
                super::value::number(&mut jump, label.into());
                jump.push_str(";\n");
                self.sink.text.insert_str(start - 2, &jump);
            }
            if val.never {
                break;
            }
            self.push("if (");
            self.push_condition(&val);
            self.push(") {\n");
            self.drops(When::Enter, then);
            self.emit(then, dest);
            self.push("}\n");
            first = false;
            let Some(next) = otherwise else {
                let skip = self.moves.drops(When::Skip, id);
                if !skip.is_empty() {
                    self.push("else {\n");
                    self.drops(When::Skip, id);
                    self.push("}\n");
                }
                if let Dest::Return = dest {
                    self.store(Val::unit(), Ty::VOID, dest);
                }
                break;
            };
            match self.body[next].kind {
                ExprKind::If(c, t, o) if self.moves.drops(When::After, next).is_empty() => {
                    (id, cond, then, otherwise) = (next, c, t, o);
                }
                _ => {
                    self.sink.text.truncate(self.sink.text.len() - 1);
                    self.push(" else {\n");
                    self.drops(When::Enter, next);
                    self.emit(next, dest);
                    self.push("}\n");
                    break;
                }
            }
        }
        if let Some(label) = end {
            self.push_label(label);
        }
    }

    pub(super) fn seq(&mut self, stmts: Stmts, value: Option<ExprId>) -> Val {
        if !self.stmts(stmts) {
            return Val::never();
        }
        match value {
            Some(value) => self.value(value),
            None => Val::unit(),
        }
    }

    /// Whether the end is reached.
    pub(super) fn stmts(&mut self, stmts: Stmts) -> bool {
        let body = self.body;
        for &stmt in body.stmts(stmts) {
            let (Stmt::Let(_, e) | Stmt::Expr(e) | Stmt::Assign(_, e)) = stmt;
            self.line(body[e].pos);
            match stmt {
                Stmt::Expr(e) => self.emit(e, Dest::Discard),
                Stmt::Assign(local, e) => {
                    let val = self.value(e);
                    if val.never {
                        return false;
                    }
                    let ty = self.local_ty(local);
                    if self.is_shared(local) {
                        self.assign_shared(local, &val);
                    } else if self.moves.dead_assign(e) || !self.facts.is_read(local) {
                        self.store(val, ty, Dest::Discard);
                    } else {
                        self.push_local(local);
                        self.push(" = ");
                        self.push_val(&val);
                        self.push(";\n");
                        self.drops(When::Bound, e);
                    }
                }
                Stmt::Let(pat, e) => match body[pat].kind {
                    PatKind::Wild => self.emit(e, Dest::Discard),
                    PatKind::Bind(local, None) => {
                        let val = self.value(e);
                        if val.never {
                            return false;
                        }
                        let ty = self.local_ty(local);
                        if !self.facts.is_read(local) {
                            self.store(val, ty, Dest::Discard);
                        } else {
                            self.declare_local(local, &val);
                            if self.moves.is_dead(local) {
                                self.drop_local(local);
                            }
                            self.drops(When::Bound, e);
                        }
                    }
                    _ => {
                        self.destructure(pat, e);
                        self.drops(When::Bound, e);
                    }
                },
            }
            if body[e].ty == Ty::NEVER {
                return false;
            }
        }
        true
    }

    fn loop_(&mut self, inner: ExprId) {
        let frame = self.push_loop();
        self.push("for (;;) {\nSI_TICK\n");
        self.drops(When::Enter, inner);
        self.emit(inner, Dest::Discard);
        self.end_round();
        self.push("}\n");
        self.pop_loop(frame);
    }

    pub(super) fn push_loop(&mut self) -> usize {
        let frame = LoopFrame {
            break_label: self.new_label(),
            break_used: false,
            continue_label: self.new_label(),
            continue_used: false,
            held: self.held.len(),
            continue_held: self.held.len(),
        };
        self.loops.push(frame);
        self.loops.len() - 1
    }

    /// The place that `continue` goes to.
    pub(super) fn end_round(&mut self) {
        if let Some(frame) = self.loops.last().copied().filter(|frame| frame.continue_used) {
            self.push_label(frame.continue_label);
        }
    }

    /// The place that `break` goes to.
    pub(super) fn pop_loop(&mut self, frame: usize) {
        self.loops.truncate(frame + 1);
        if let Some(frame) = self.loops.pop().filter(|frame| frame.break_used) {
            self.push_label(frame.break_label);
        }
    }

    pub(super) fn break_(&mut self, inside: u32) -> Val {
        if let Some(frame) = self.loops.iter_mut().nth_back(inside as usize) {
            frame.break_used = true;
            let frame = *frame;
            self.abandon_held(frame.held);
            self.goto(frame.break_label);
        } else {
            self.abandon_held(0);
            self.exit(Exit::Break(inside - self.loops.len() as u32));
        }
        Val::never()
    }

    pub(super) fn continue_(&mut self, inside: u32) -> Val {
        if let Some(frame) = self.loops.iter_mut().nth_back(inside as usize) {
            frame.continue_used = true;
            let frame = *frame;
            self.abandon_held(frame.continue_held);
            self.goto(frame.continue_label);
        } else {
            self.abandon_held(0);
            self.exit(Exit::Continue(inside - self.loops.len() as u32));
        }
        Val::never()
    }

    fn try_(&mut self, id: ExprId, inner: ExprId, dest: Dest) {
        let ty = self.ty(id);
        let label = self.new_label();
        self.tries.push(Leave { label, used: false, dest, ty, held: self.held.len() });
        self.emit(inner, dest);
        if let Some(leave) = self.tries.pop().filter(|leave| leave.used) {
            self.push_label(leave.label);
        }
    }

    /// Content of `e?`, or the way out.
    pub(super) fn propagate(&mut self, id: ExprId, inner: ExprId, target: Target) -> Val {
        let val = self.value(inner);
        if val.never {
            return val;
        }
        let ty = self.ty(inner);
        let val = self.named(val, ty);
        let Some(leave) = self.way_out(target) else { return Val::never() };
        self.push("if (");
        self.push_tag(&val, ty);
        self.push(" != 0) {\n");
        let out = self.failure(&val, ty, leave.ty);
        // It is in a variable before what it may be part of is released.
        let out = if self.held.len() > leave.held || !self.moves.drops(When::Leave, id).is_empty() {
            self.calm(out, leave.ty)
        } else {
            out
        };
        self.abandon_held(leave.held);
        self.drops(When::Leave, id);
        self.leave_with(out, leave);
        self.push("}\n");
        self.content(&val, ty, 0)
    }

    /// Where `?` leads to, which is used from here. A `try` around a `recurse` is the way out of its procedure.
    pub(super) fn way_out(&mut self, target: Target) -> Option<Leave> {
        let leaves = match target {
            Target::Try if !self.tries.is_empty() => &mut self.tries,
            _ => &mut self.leaves,
        };
        let leave = leaves.last_mut()?;
        leave.used |= !leave.dest.returns();
        Some(*leave)
    }

    /// Goes there with a value.
    pub(super) fn leave_with(&mut self, out: Val, leave: Leave) {
        self.store(out, leave.ty, leave.dest);
        if !leave.dest.returns() {
            self.goto(leave.label);
        }
    }

    pub(super) fn push_tag(&mut self, val: &Val, ty: Ty) {
        let mut out = String::new();
        self.sink.need_type(ty);
        self.cx.push_tag(ty, &val.string(), &mut out);
        self.push(&out);
    }

    /// The same `Err` or `None` as another Result or Option. Consumes the value.
    fn failure(&mut self, val: &Val, from: Ty, to: Ty) -> Val {
        if from == to {
            return val.clone();
        }
        match self.program.types.kind(from) {
            TyKind::Adt(id, _) if id == self.program.lang().result => {
                let content = self.content(val, from, 1);
                self.construct(to, 1, &[content])
            }
            _ => self.construct(to, 1, &[]),
        }
    }

    /// The one field of a variant, taken out of an owned value.
    pub(super) fn content(&mut self, val: &Val, ty: Ty, variant: u32) -> Val {
        let part = self.cx.layout(ty).variants[variant as usize][0];
        let place = self.member(val, ty, variant, 0);
        if self.cx.layout(ty).shape == Shape::Boxed {
            let taken = self.spill(&place, part);
            self.retain(part, &taken.string());
            self.release(ty, &val.string());
            return taken.owned(true);
        }
        place.owned(!self.is_trivial(part))
    }

    /// `a ?? b ?? c`.
    fn coalesce(&mut self, list: Exprs, dest: Dest) {
        let Some((&last, rest)) = self.body.exprs(list).split_last() else { return };
        let mut end = None;
        for (i, &e) in rest.iter().enumerate() {
            if i > 0 {
                self.drops(When::Enter, e);
            }
            let val = self.value(e);
            if val.never {
                return;
            }
            let from = self.ty(e);
            let val = self.named(val, from);
            self.push("if (");
            self.push_tag(&val, from);
            self.push(" == 0) {\n");
            let content = self.content(&val, from, 0);
            self.store(content, self.cx.layout(from).variants[0][0], dest);
            if !matches!(dest, Dest::Return) {
                let label = *end.get_or_insert(self.labels + 1);
                self.labels = self.labels.max(label);
                self.goto(label);
            }
            self.push("}\n");
            self.release_failure(&val, from);
        }
        self.drops(When::Enter, last);
        self.emit(last, dest);
        if let Some(label) = end {
            self.push_label(label);
        }
    }

    /// Gives up a value that is known to be an `Err` or `None`.
    fn release_failure(&mut self, val: &Val, ty: Ty) {
        let layout = self.cx.layout(ty);
        if layout.shape == Shape::Boxed {
            return self.release(ty, &val.string());
        }
        if let Some(&part) = layout.variants[1].first() {
            let place = self.member(val, ty, 1, 0);
            self.release(part, &place.string());
        }
    }

    /// Declares the variable of a local.
    pub(super) fn declare_local(&mut self, local: LocalId, val: &Val) {
        let ty = self.local_ty(local);
        self.push_c_type(ty);
        self.push(" ");
        self.push_val(&Val::pure(Code::Local(local)));
        self.push(" = ");
        self.push_val(val);
        self.push(";\n");
        if self.facts.has_dead_code || ty == Ty::VOID {
            self.push("(void)");
            self.push_local(local);
            self.push(";\n");
        }
    }
}
