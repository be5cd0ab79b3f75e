//! Who owns a counted local when: liveness, walked backwards.
//!
//! The invariant that the emitter relies on: at each point of a frame exactly the live locals are owned. So a read
//! that is the last one on every path takes the value (`CONSUME`), other owning reads retain; where a path begins on
//! which a local is not needed any more, it is dropped there (`drops`); what is only borrowed is kept alive until the
//! operation that borrows it is done, and dropped after it.
//!
//! What is said of locals here holds for each member of those that `parts` splits.
//!
//! Loops keep everything that they mention, and all that is needed after them, alive throughout. The right side of
//! `&&`, `||` and `??` drops nothing of the outside, so that conditions stay single C expressions.

mod live;
mod loops;
mod parts;

use super::exits::{Exit, exits};
use super::facts::{ASSIGNS, Facts, LEAVES, Read, borrows, root};
use super::target::Targets;
use super::tree::pattern_locals;
use live::Live;
pub(super) use parts::Part;
use parts::Parts;
use rustc_hash::{FxHashMap, FxHashSet};
use sigil_checker::hir::{
    Arms, BinOp, Body, ExprId, ExprKind, Exprs, FnRef, LocalId, Locals, PatId, PatKind, Stmt, Stmts, Target,
};
use sigil_checker::types::{Ty, TyKind};
use std::ops::Range;

/// Reads the last value of a local: takes it.
const CONSUME: u8 = 1;
/// Evaluated as a place that is borrowed.
const BORROW: u8 = 2;
/// The assigned value is never read.
const DEAD_ASSIGN: u8 = 4;
/// There are drops at some moment of it.
const DROPS: u8 = 8;
/// Reads the last value of some members only.
const SHARES: u8 = 16;

/// When something is dropped, relative to an expression.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum When {
    /// Before it is evaluated.
    Enter,
    /// After its value has been made.
    After,
    /// After its value has been bound or assigned.
    Bound,
    /// If its optional part is not evaluated.
    Skip,
    /// On the way out of it.
    Leave,
    /// On the way out of the procedure of a `recurse` that has this number.
    Exit(usize),
}

/// The result.
#[derive(Default)]
pub(super) struct Moves {
    bits: Vec<u8>,
    drops: FxHashMap<(When, ExprId), Vec<Part>>,
    /// The members of what is read or handed over that are needed once more.
    shares: FxHashMap<(ExprId, LocalId), Vec<Part>>,
    /// Locals that are never read after they are bound.
    dead: Vec<bool>,
    /// The same for parameters, by frame.
    dead_params: FxHashSet<(u32, LocalId)>,
    /// Captures, and parameters handed to a procedure, that are taken.
    taken: FxHashSet<(ExprId, LocalId)>,
}

impl Moves {
    /// This read takes the value.
    pub(super) fn consumes(&self, id: ExprId) -> bool {
        self.bits[id.0 as usize] & CONSUME != 0
    }

    /// This operand is a borrowed place.
    pub(super) fn borrowed(&self, id: ExprId) -> bool {
        self.bits[id.0 as usize] & BORROW != 0
    }

    /// This assigned value is never read.
    pub(super) fn dead_assign(&self, value: ExprId) -> bool {
        self.bits[value.0 as usize] & DEAD_ASSIGN != 0
    }

    /// The members of what this reads of a local that stay with the local as well; none if that goes for all.
    pub(super) fn shares(&self, id: ExprId, local: LocalId) -> Option<&[Part]> {
        if self.bits[id.0 as usize] & SHARES == 0 {
            return None;
        }
        self.shares.get(&(id, local)).map(Vec::as_slice)
    }

    /// All of a local is dropped at a moment.
    pub(super) fn drops_whole(&self, when: When, id: ExprId, local: LocalId) -> bool {
        self.drops(when, id).iter().any(|part| part.local == local && part.path.is_empty())
    }

    /// What is dropped at a moment.
    pub(super) fn drops(&self, when: When, id: ExprId) -> &[Part] {
        if self.bits[id.0 as usize] & DROPS == 0 {
            return &[];
        }
        self.drops.get(&(when, id)).map_or(&[], Vec::as_slice)
    }

    /// A binding that is never read.
    pub(super) fn is_dead(&self, local: LocalId) -> bool {
        self.dead[local.0 as usize]
    }

    /// A parameter of a frame that is never read.
    pub(super) fn is_dead_param(&self, frame: u32, local: LocalId) -> bool {
        self.dead_params.contains(&(frame, local))
    }

    /// A capture that is taken.
    pub(super) fn is_taken(&self, id: ExprId, local: LocalId) -> bool {
        self.taken.contains(&(id, local))
    }
}

/// A frame that is still to be analysed.
enum Frame {
    Lambda(ExprId),
    Procedure(ExprId),
    Task(ExprId),
}

struct Analysis<'a> {
    body: &'a Body,
    targets: &'a Targets<'a>,
    facts: &'a Facts,
    parts: Parts,
    out: Moves,
    frame: u32,
    /// Parameters of the procedure at hand, which it owns although the function declares them.
    procedure: &'a [LocalId],
    /// What is live where `break`, `continue`, `?` lead to; innermost last.
    breaks: Vec<Live>,
    continues: Vec<Live>,
    tries: Vec<Live>,
    function: Vec<Live>,
    pending: Vec<Frame>,
}

/// Analyses a body with all the frames inside it.
pub(super) fn analyse<'a>(body: &'a Body, targets: &'a Targets<'a>, facts: &'a Facts) -> Moves {
    let mut a = Analysis {
        body,
        targets,
        facts,
        parts: Parts::new(body, targets, &facts.counted),
        out: Moves {
            bits: vec![0; body.exprs.len()],
            dead: vec![false; body.locals.len()],
            ..Moves::default()
        },
        frame: 0,
        procedure: &[],
        breaks: Vec::new(),
        continues: Vec::new(),
        tries: Vec::new(),
        function: vec![Live::default()],
        pending: Vec::new(),
    };
    if let Some(root) = body.root {
        let mut live = Live::default();
        a.own(root, &mut live);
        a.params(&body.params, root, &live);
    }
    while let Some(frame) = a.pending.pop() {
        a.frame(&frame);
    }
    a.out
}

impl<'a> Analysis<'a> {
    fn frame(&mut self, frame: &Frame) {
        let (body, mut live) = (self.body, Live::default());
        self.procedure = &[];
        match *frame {
            Frame::Lambda(id) => {
                let ExprKind::Lambda { params, body: inner, .. } = body[id].kind else { return };
                self.frame = self.facts.frame_of(id, false);
                self.own(inner, &mut live);
                self.params(body.locals(params), inner, &live);
            }
            Frame::Procedure(id) => {
                let ExprKind::Recurse { cond, base, step, params, .. } = body[id].kind else { return };
                self.frame = self.facts.frame_of(id, false);
                self.procedure = body.locals(params);
                let mut other = live.clone();
                self.own(base, &mut live);
                self.own(step, &mut other);
                self.join(&mut live, base, other, step);
                self.own(cond, &mut live);
                self.params(body.locals(params), cond, &live);
            }
            Frame::Task(id) => {
                self.frame = self.facts.frame_of(id, true);
                self.own(id, &mut live);
            }
        }
    }

    /// Parameters of a frame, whose first expression is `first`.
    fn params(&mut self, params: &[LocalId], first: ExprId, live: &Live) {
        for &param in params {
            if !self.is_tracked(param) {
                continue;
            }
            if live.has(param) {
                self.drop_at(When::Enter, first, self.unread(param, live));
            } else {
                self.out.dead_params.insert((self.frame, param));
            }
        }
    }

    fn is_tracked(&self, local: LocalId) -> bool {
        self.facts.is_tracked(local, self.frame)
            || (self.facts.counted[local.0 as usize] && self.procedure.contains(&local))
    }

    fn mark(&mut self, id: ExprId, bit: u8) {
        self.out.bits[id.0 as usize] |= bit;
    }

    fn drop_at(&mut self, when: When, id: ExprId, units: Vec<LocalId>) {
        let parts = self.parts.name(&units);
        if !parts.is_empty() {
            self.mark(id, DROPS);
            self.out.drops.entry((when, id)).or_default().extend(parts);
        }
    }

    /// Nothing needs to be dropped on a path that ends in a panic or an endless loop.
    fn is_final(&self, id: ExprId) -> bool {
        self.body[id].ty == Ty::NEVER && !self.facts.has(id, LEAVES)
    }

    fn enter(&mut self, id: ExprId, before: &Live, inside: &Live) {
        if !self.is_final(id) {
            self.drop_at(When::Enter, id, before.without(inside));
        }
    }

    /// Joins two branches: what one of them does not need it drops first.
    fn join(&mut self, live: &mut Live, a: ExprId, other: Live, b: ExprId) {
        let first = live.clone();
        live.union(&other);
        self.enter(a, live, &first);
        self.enter(b, live, &other);
    }

    /// Adds the outer locals that an expression reads.
    fn mention(&self, id: ExprId, live: &mut Live) {
        for Read { local, place } in self.facts.outer_places(id) {
            if self.is_tracked(local) {
                self.look_at(local, place, live);
            }
        }
    }

    /// Makes what a place is part of live. The units that have not been.
    fn look_at(&self, local: LocalId, place: ExprId, live: &mut Live) -> Vec<LocalId> {
        let units = self.parts.of_place(self.body, local, place).map(LocalId);
        let new = units.filter(|&unit| live.add(unit)).collect();
        live.add(local);
        new
    }

    /// The members of a local that are not read.
    fn unread(&self, local: LocalId, live: &Live) -> Vec<LocalId> {
        self.parts.of_local(local).map(LocalId).filter(|&unit| !live.has(unit)).collect()
    }

    /// A local gets its value: `after` that, at some moment, what nobody reads of it is dropped.
    fn bind(&mut self, local: LocalId, after: (When, ExprId), live: &mut Live) {
        if self.is_tracked(local) {
            if live.has(local) {
                self.drop_at(after.0, after.1, self.unread(local, live));
            } else {
                self.out.dead[local.0 as usize] = true;
            }
            self.parts.remove(local, live);
        }
    }

    fn bound(&self, pat: PatId) -> Vec<LocalId> {
        let mut out = Vec::new();
        pattern_locals(self.body, pat, &mut |local, _| {
            if self.is_tracked(local) {
                out.push(local);
            }
        });
        out
    }

    /// The expression's value is wanted, owned. `live` is what is live after it and becomes what is live before.
    fn own(&mut self, id: ExprId, live: &mut Live) {
        stacker::maybe_grow(64 << 10, 1 << 20, || self.own_here(id, live));
    }

    fn own_here(&mut self, mut id: ExprId, live: &mut Live) {
        // Long chains of operators lean to the left.
        while let ExprKind::Binary(op, left, right) = self.body[id].kind {
            let (own_left, own_right) = self.binary_modes(op, left);
            self.operands_but_first(id, (left, !own_left), &[(right, !own_right)], live);
            if self.out.borrowed(left) {
                return self.place(left, live);
            }
            id = left;
        }
        self.own_other(id, live);
    }

    /// Whether an operator owns its operands.
    pub(super) fn binary_modes(&self, op: BinOp, left: ExprId) -> (bool, bool) {
        let kind = self.targets.kind(self.body[left].ty);
        (op == BinOp::Add && matches!(kind, TyKind::Str | TyKind::List(_)), false)
    }

    fn own_other(&mut self, id: ExprId, live: &mut Live) {
        let body = self.body;
        match body[id].kind {
            ExprKind::Local(local) if self.is_tracked(local) => {
                self.read(id, local, self.parts.of_local(local), live);
            }
            ExprKind::Local(_) => {}
            ExprKind::Call(function, args) => self.call(id, function, args, live),
            ExprKind::CallValue(f, args) => {
                let rest: Vec<_> = body.exprs(args).iter().map(|&e| (e, false)).collect();
                self.operands(id, (f, true), &rest, live);
            }
            ExprKind::Construct(_, list)
            | ExprKind::Tuple(list)
            | ExprKind::Record(list)
            | ExprKind::List(list)
            | ExprKind::Map(list) => {
                for &e in body.exprs(list).iter().rev() {
                    self.own(e, live);
                }
            }
            ExprKind::SelfCall(list) => {
                // A `?`, `break` or `continue` further down may end more than this call.
                self.drop_at(When::Leave, id, live.without(&Live::default()));
                for &e in body.exprs(list).iter().rev() {
                    self.own(e, live);
                }
            }
            ExprKind::Field(base, _) => match self.member(id) {
                Some((local, units)) => {
                    self.mark(base, BORROW);
                    self.read(id, local, units, live);
                }
                None => self.operands(id, (base, true), &[], live),
            },
            ExprKind::Index(base, index) => self.operands(id, (base, true), &[(index, true)], live),
            ExprKind::Unary(_, e) => self.operands(id, (e, true), &[], live),
            ExprKind::Range(a, b, _) => self.operands(id, (a, true), &[(b, true)], live),
            ExprKind::And(a, b) | ExprKind::Or(a, b) => self.optional(id, a, &[b], live),
            ExprKind::Coalesce(list) => {
                if let Some((&first, rest)) = body.exprs(list).split_first() {
                    self.optional(id, first, rest, live);
                }
            }
            ExprKind::If(cond, then, otherwise) => {
                let mut other = live.clone();
                self.own(then, live);
                match otherwise {
                    Some(otherwise) => {
                        self.own(otherwise, &mut other);
                        self.join(live, then, other, otherwise);
                    }
                    None => {
                        let inside = live.clone();
                        live.union(&other);
                        self.enter(then, live, &inside);
                        self.drop_at(When::Skip, id, live.without(&other));
                    }
                }
                self.own(cond, live);
            }
            ExprKind::Match(scrutinee, arms) => self.match_(scrutinee, arms, live),
            ExprKind::Seq(stmts, value) => self.seq(stmts, value, live),
            ExprKind::Loop(inner) => {
                let out = live.clone();
                self.mention(inner, live);
                self.breaks.push(out);
                self.round(inner, live);
                self.breaks.pop();
            }
            ExprKind::For { clauses, guard, body: inner, .. } => {
                self.for_(id, clauses, (guard, inner), live);
            }
            ExprKind::Break(inside) => *live = outside(&self.breaks, inside),
            ExprKind::Continue(inside) => *live = outside(&self.continues, inside),
            ExprKind::Try(inner) => {
                self.tries.push(live.clone());
                self.own(inner, live);
                self.tries.pop();
            }
            ExprKind::Propagate(inner, target) => {
                let targets = if target == Target::Try { &self.tries } else { &self.function };
                let outside = targets.last().cloned().unwrap_or_default();
                self.drop_at(When::Leave, id, live.without(&outside));
                self.drop_at(When::After, id, outside.without(live));
                live.union(&outside);
                self.own(inner, live);
            }
            ExprKind::Lambda { captures, .. } => {
                self.pending.push(Frame::Lambda(id));
                self.take(id, captures, live);
            }
            ExprKind::Recurse { params, parallel, .. } => {
                self.pending.push(Frame::Procedure(id));
                let mut all = live.clone();
                for Read { local, place } in self.facts.outer_places(id) {
                    if self.is_tracked(local) && !body.locals(params).contains(&local) {
                        self.look_at(local, place, &mut all);
                    }
                }
                let exits = exits(body, self.facts, id);
                let outsides: Vec<Live> = exits.into_iter().map(|exit| self.destination(exit)).collect();
                outsides.iter().for_each(|outside| all.union(outside));
                self.drop_at(When::After, id, all.without(live));
                for (number, outside) in outsides.iter().enumerate() {
                    self.drop_at(When::Exit(number), id, all.without(outside));
                }
                *live = all;
                self.take(id, params, live);
                if let Some(parallel) = parallel {
                    self.own(parallel, live);
                }
            }
            ExprKind::Parallel { tasks, results, value, .. } => {
                self.own(value, live);
                let inside = live.clone();
                for &result in body.locals(results) {
                    self.bind(result, (When::Enter, value), live);
                }
                for &task in body.exprs(tasks) {
                    self.pending.push(Frame::Task(task));
                    self.mention(task, live);
                }
                self.drop_at(When::Enter, value, live.without(&inside));
            }
            ExprKind::PatMap(over, f) | ExprKind::PatFilter(over, f) | ExprKind::PatCollect(over, f) => {
                self.data_pattern(id, over, None, Some(f), &[], live);
            }
            ExprKind::PatFold(over, init, f) => self.data_pattern(id, over, Some(init), Some(f), &[], live),
            ExprKind::PatFind { over, select, default, .. } => {
                let tail: Vec<_> = default.into_iter().collect();
                self.data_pattern(id, over, None, Some(select), &tail, live);
            }
            ExprKind::PatFor { over, map, guard, default, .. } => {
                let tail: Vec<_> = guard.into_iter().chain([default]).collect();
                self.data_pattern(id, over, None, map, &tail, live);
            }
            _ => {}
        }
    }

    /// What is live where the procedure of a `recurse` is left to.
    fn destination(&self, exit: Exit) -> Live {
        match exit {
            Exit::Propagate => self.tries.last().or(self.function.last()).cloned().unwrap_or_default(),
            Exit::Break(inside) => outside(&self.breaks, inside),
            Exit::Continue(inside) => outside(&self.continues, inside),
        }
    }

    /// Locals handed over as a whole, each taken if this is its last use.
    fn take(&mut self, id: ExprId, locals: Locals, live: &mut Live) {
        for &local in self.body.locals(locals).iter().rev() {
            if self.is_tracked(local) && self.hand_over(id, local, self.parts.of_local(local), live) {
                self.out.taken.insert((id, local));
            }
        }
    }

    /// The member of a split local that an expression is, if this frame owns it.
    fn member(&self, id: ExprId) -> Option<(LocalId, Range<u32>)> {
        self.parts.member(self.body, id).filter(|&(local, _)| self.is_tracked(local))
    }

    /// An expression is a local, or a member of one, whose value is wanted, owned.
    fn read(&mut self, id: ExprId, local: LocalId, units: Range<u32>, live: &mut Live) {
        if self.hand_over(id, local, units, live) {
            self.mark(id, CONSUME);
        }
    }

    /// A local, or a member of one, is handed over: whether it is taken, as all of it is not needed any more.
    fn hand_over(&mut self, id: ExprId, local: LocalId, units: Range<u32>, live: &mut Live) -> bool {
        let count = units.len();
        let mut shared: Vec<LocalId> = units.map(LocalId).collect();
        shared.retain(|&unit| !live.add(unit));
        live.add(local);
        if !shared.is_empty() && shared.len() < count {
            self.mark(id, SHARES);
            self.out.shares.insert((id, local), self.parts.name(&shared));
        }
        shared.is_empty()
    }

    fn call(&mut self, id: ExprId, function: FnRef, args: Exprs, live: &mut Live) {
        let Some(callee) = self.targets.callee(function) else { return };
        let args = self.targets.arguments(self.body, function, args);
        let modes: Vec<_> = args.iter().enumerate().map(|(i, &e)| (e, borrows(&callee, i))).collect();
        match modes.split_first() {
            Some((&first, rest)) if self.waits(first, rest) => {
                self.own(first.0, live);
                self.operands_but_first(id, first, rest, live);
            }
            Some((&first, rest)) => self.operands(id, first, rest, live),
            None => {}
        }
    }

    /// A local that is handed over stays in its variable until the call, as nothing in between changes it: the other
    /// arguments may read it without its being owned twice.
    fn waits(&self, first: (ExprId, bool), rest: &[(ExprId, bool)]) -> bool {
        if first.1 {
            return false;
        }
        let (local, units) = match self.body[first.0].kind {
            ExprKind::Local(local) if self.is_tracked(local) => (local, self.parts.of_local(local)),
            ExprKind::Field(..) => match self.member(first.0) {
                Some(member) => member,
                None => return false,
            },
            _ => return false,
        };
        // What the callee borrows must not be part of what it owns.
        let is_part = |e| {
            root(self.body, self.targets, e) == Some(local)
                && self.parts.of_place(self.body, local, e).any(|unit| units.contains(&unit))
        };
        let disturbs =
            |&(e, borrow): &(ExprId, bool)| self.facts.has(e, ASSIGNS | LEAVES) || (borrow && is_part(e));
        !rest.iter().any(disturbs)
    }

    fn operands(&mut self, op: ExprId, first: (ExprId, bool), rest: &[(ExprId, bool)], live: &mut Live) {
        self.operands_but_first(op, first, rest, live);
        if self.out.borrowed(first.0) {
            self.place(first.0, live);
        } else {
            self.own(first.0, live);
        }
    }

    /// Operands, each with a flag whether it is only borrowed: what is borrowed lives until the operation is done.
    fn operands_but_first(
        &mut self,
        op: ExprId,
        first: (ExprId, bool),
        rest: &[(ExprId, bool)],
        live: &mut Live,
    ) {
        let mut assigns = false;
        for &(e, borrow) in rest.iter().rev().chain([&first]) {
            assigns |= self.facts.has(e, ASSIGNS);
            if borrow {
                self.try_borrow(op, e, assigns, live);
            }
        }
        for &(e, _) in rest.iter().rev() {
            if self.out.borrowed(e) {
                self.place(e, live);
            } else {
                self.own(e, live);
            }
        }
    }

    /// Makes an operand a borrowed place if it can be one while `op` lasts.
    fn try_borrow(&mut self, op: ExprId, e: ExprId, assigns: bool, live: &mut Live) {
        let Some(local) = root(self.body, self.targets, e) else { return };
        if assigns && self.body[local].is_mut {
            return;
        }
        self.mark(e, BORROW);
        if self.is_tracked(local) {
            let new = self.look_at(local, e, live);
            self.drop_at(When::After, op, new);
        }
    }

    /// A borrowed place: only its indexes are evaluated.
    fn place(&mut self, id: ExprId, live: &mut Live) {
        let mut at = id;
        loop {
            match self.body[at].kind {
                ExprKind::Field(base, _) => at = base,
                ExprKind::Index(base, index) => {
                    self.own(index, live);
                    at = base;
                }
                _ => return,
            }
        }
    }

    /// The first part is always evaluated, the rest perhaps; the rest drops nothing of the outside.
    fn optional(&mut self, id: ExprId, first: ExprId, rest: &[ExprId], live: &mut Live) {
        let mut all = live.clone();
        rest.iter().for_each(|&e| self.mention(e, &mut all));
        self.drop_at(When::After, id, all.without(live));
        for &e in rest {
            let mut inside = all.clone();
            self.own(e, &mut inside);
            self.enter(e, &all, &inside);
        }
        *live = all;
        self.own(first, live);
    }

    fn match_(&mut self, scrutinee: ExprId, arms: Arms, live: &mut Live) {
        let arms = self.body.arms(arms);
        let mut all = Live::default();
        let mut insides = Vec::with_capacity(arms.len());
        for arm in arms {
            let mut inside = live.clone();
            self.own(arm.body, &mut inside);
            let mut outer = inside.clone();
            self.bound(arm.pat).iter().for_each(|&local| self.parts.remove(local, &mut outer));
            if let Some(guard) = arm.guard {
                let mut mentioned = Live::default();
                self.mention(guard, &mut mentioned);
                self.bound(arm.pat).iter().for_each(|&local| self.parts.remove(local, &mut mentioned));
                outer.union(&mentioned);
            }
            all.union(&outer);
            insides.push(inside);
        }
        let assigns = arms.iter().any(|arm| arm.guard.is_some_and(|guard| self.facts.has(guard, ASSIGNS)));
        let local = root(self.body, self.targets, scrutinee);
        if let Some(local) = local.filter(|&l| !(assigns && self.body[l].is_mut)) {
            self.mark(scrutinee, BORROW);
            if self.is_tracked(local) {
                self.look_at(local, scrutinee, &mut all);
            }
        }
        for (arm, inside) in arms.iter().zip(&insides) {
            let mut before = all.clone();
            let bound = self.bound(arm.pat);
            if let Some(guard) = arm.guard {
                bound.iter().for_each(|&local| self.parts.add(local, &mut before));
                let mut held = before.clone();
                self.own(guard, &mut held);
                self.enter(guard, &before, &held);
            } else {
                for local in bound {
                    if inside.has(local) {
                        self.parts.add(local, &mut before);
                    } else {
                        self.out.dead[local.0 as usize] = true;
                    }
                }
            }
            self.enter(arm.body, &before, inside);
        }
        *live = all;
        if self.out.borrowed(scrutinee) {
            self.place(scrutinee, live);
        } else {
            self.own(scrutinee, live);
        }
    }

    fn seq(&mut self, stmts: Stmts, value: Option<ExprId>, live: &mut Live) {
        if let Some(value) = value {
            self.own(value, live);
        }
        for &stmt in self.body.stmts(stmts).iter().rev() {
            match stmt {
                Stmt::Expr(e) => self.own(e, live),
                Stmt::Assign(local, e) => {
                    if self.is_tracked(local) {
                        if live.has(local) {
                            self.drop_at(When::Bound, e, self.unread(local, live));
                        } else {
                            self.mark(e, DEAD_ASSIGN);
                        }
                        self.parts.remove(local, live);
                    }
                    self.own(e, live);
                }
                Stmt::Let(pat, e) => {
                    for local in self.bound(pat) {
                        self.bind(local, (When::Bound, e), live);
                    }
                    match self.body[pat].kind {
                        PatKind::Bind(_, None) | PatKind::Wild => self.own(e, live),
                        _ => self.destructure(e, live),
                    }
                }
            }
        }
    }

    /// The value of a `let` whose pattern takes it apart.
    fn destructure(&mut self, e: ExprId, live: &mut Live) {
        let Some(local) = root(self.body, self.targets, e) else { return self.own(e, live) };
        self.mark(e, BORROW);
        if self.is_tracked(local) {
            let new = self.look_at(local, e, live);
            self.drop_at(When::Skip, e, new);
        }
        self.place(e, live);
    }
}

/// The one of a stack that so many others are inside of.
fn outside(stack: &[Live], inside: u32) -> Live {
    stack.iter().nth_back(inside as usize).cloned().unwrap_or_default()
}
