//! `for` and the data patterns: the templates of `template`, filled.

use super::Emitter;
use super::closure::Function;
use super::facts::{ASSIGNS, LEAVES};
use super::moves::When;
use super::pattern::Bind;
use super::template::{Hole, Make, Over};
use super::value::{Code, Dest, Leave, Val};
use sigil_checker::hir::{Clause, ExprId, ExprKind, LocalId, PatId, PatKind};
use sigil_checker::types::{Ty, TyKind};
use std::cell::{Cell, RefCell};

/// Something to iterate over, evaluated.
struct Iter {
    over: Over,
    /// The variable; for ranges that are written out the ends.
    val: Val,
    high: Val,
    /// Type of the elements.
    ty: Ty,
    index: u32,
}

/// A loop that is being filled in.
struct Job<'j> {
    iter: &'j Iter,
    out: &'j Val,
    part: Ty,
}

impl Emitter<'_> {
    /// Evaluates an iterable. A temporary is held, and released when the operation is done.
    fn iterable(&mut self, e: ExprId, later: u8) -> Option<Iter> {
        let ty = self.ty(e);
        let kind = self.program.types.kind(ty);
        if let (ExprKind::Range(lo, hi, closed), TyKind::Range(element)) = (self.body[e].kind, kind)
            && self.program.types.kind(element) != TyKind::Char
        {
            let is_byte = self.program.types.kind(element) == TyKind::Byte;
            let vals = self.operands(&[(lo, true), (hi, true)]);
            if vals.iter().any(|val| val.never) {
                return None;
            }
            let steady = |e: &mut Self, val: &Val| {
                if val.effect || val.fickle || matches!(val.code, Code::Text(_)) {
                    e.spill(val, element)
                } else {
                    val.clone()
                }
            };
            if !(is_byte && closed) {
                let (val, high) = (steady(self, &vals[0]), steady(self, &vals[1]));
                let over = if closed { Over::Through } else { Over::Upto };
                self.labels += 1;
                return Some(Iter { over, val, high, ty: element, index: self.labels });
            }
        }
        let val = self.operand(e, true, later);
        if val.never {
            return None;
        }
        let val = match val.code {
            Code::Text(_) => self.spill(&val, ty),
            _ if val.fickle => self.spill(&val, ty),
            _ => self.variable(val, ty),
        };
        let types = &self.program.types;
        let (over, element) = match kind {
            TyKind::List(element) => (Over::List, element),
            TyKind::Map(key, val) => (Over::Map, types.tuple_ty(&[key, val])),
            TyKind::Range(element) => match types.kind(element) {
                TyKind::Char => (Over::Chars, element),
                TyKind::Byte => (Over::Bytes, element),
                _ => (Over::Range, element),
            },
            _ => (Over::List, Ty::VOID),
        };
        self.labels += 1;
        Some(Iter { over, val, high: Val::unit(), ty: element, index: self.labels })
    }

    /// The element at hand: a place, or a number.
    fn element_of(&mut self, iter: &Iter) -> Val {
        let (ty, index) = (iter.ty, iter.index);
        match iter.over {
            Over::List => Val::pure(Code::Place(self.written(|e| {
                e.push("((");
                e.push_c_type(ty);
                e.push(" *)");
                e.push_val(&iter.val);
                e.push("->data)[i");
                e.push_number(index);
                e.push("]");
            }))),
            Over::Map => {
                let parts = self.cx.layout(ty).variants[0].clone();
                let vals: Vec<Val> =
                    parts.iter().enumerate().map(|(i, &part)| self.entry(iter, i, part)).collect();
                let pair = self.construct(ty, 0, &vals);
                Val { owned: false, ..self.spill(&pair, ty) }
            }
            Over::Chars => Val::text(format!("((si_char)i{index})")),
            Over::Bytes => Val::text(format!("((si_byte)i{index})")),
            _ if self.program.types.kind(ty) == TyKind::Byte => Val::text(format!("((si_byte)i{index})")),
            _ => Val::text(format!("i{index}")),
        }
    }

    /// Key or value of the entry at hand.
    fn entry(&mut self, iter: &Iter, part: usize, ty: Ty) -> Val {
        let text = self.written(|e| {
            e.push("(*(");
            e.push_c_type(ty);
            e.push(if part == 0 { " *)si_map_key(" } else { " *)si_map_val(" });
            e.push_val(&iter.val);
            e.push(", i");
            e.push_number(iter.index);
            e.push("))");
        });
        Val::pure(Code::Place(text))
    }

    /// Binds a clause's pattern to the element at hand.
    fn bind_element(&mut self, iter: &Iter, pat: PatId) {
        let body = self.body;
        match (iter.over, body[pat].kind) {
            (_, PatKind::Wild) => {}
            (Over::Map, PatKind::Tuple(pats)) => {
                let parts = self.cx.layout(iter.ty).variants[0].clone();
                for (i, &part) in body.pats(pats).iter().enumerate() {
                    let place = self.entry(iter, i, parts[i]).string();
                    self.check_lists(part, &place);
                    self.bind(part, &place, Bind::Share, false);
                }
            }
            (_, PatKind::Bind(local, None)) if !self.facts.is_read(local) => {}
            _ => {
                let val = self.element_of(iter);
                let place = val.string();
                self.check_lists(pat, &place);
                self.bind(pat, &place, Bind::Share, false);
            }
        }
        // Lists that `..rest` makes live as long as a round.
        for local in self.made(pat) {
            if self.facts.is_read(local) {
                self.hold(&Val::pure(Code::Local(local)).owned(true), self.local_ty(local), true);
            }
        }
    }

    /// The lists that a pattern makes.
    fn made(&self, pat: PatId) -> Vec<LocalId> {
        let mut made = Vec::new();
        super::tree::pattern_locals(self.body, pat, &mut |local, is_rest| {
            if is_rest {
                made.push(local);
            }
        });
        made
    }

    /// Fills the template of a loop.
    fn fill(&mut self, make: Make, job: &Job<'_>, parts: Parts<'_, Self>) {
        let value = RefCell::new(Val::unit());
        let ended = Cell::new(false);
        let template = self.templates.get(job.iter.over, make);
        let parts = RefCell::new(parts);
        template.fill(
            self,
            |e, text| {
                if !ended.get() {
                    e.push(text);
                }
            },
            |e, hole| match hole {
                _ if ended.get() => {}
                Hole::Iter | Hole::Low => e.push_val(&job.iter.val),
                Hole::High => e.push_val(&job.iter.high),
                Hole::Index => e.push_number(job.iter.index),
                Hole::Out => e.push_val(job.out),
                Hole::Type => e.push_c_type(job.part),
                Hole::Desc => e.push_desc(job.part),
                Hole::Value => {
                    let val = value.borrow().clone();
                    e.push_condition(&val);
                }
                Hole::Body => {
                    let val = (parts.borrow_mut().body)(e);
                    ended.set(val.never);
                    value.replace(val);
                }
                Hole::Element | Hole::Found => (parts.borrow_mut().then)(e),
            },
        );
        if ended.get() {
            self.push("}\n");
        }
    }

    /// `for`.
    pub(super) fn for_expr(&mut self, id: ExprId) -> Val {
        let body = self.body;
        let ExprKind::For { clauses, guard, body: inner, is_yield } = body[id].kind else {
            return Val::unit();
        };
        let ty = self.ty(id);
        let out = match (is_yield, self.program.types.kind(ty)) {
            (true, TyKind::List(part)) => {
                let temp = Val::pure(Code::Temp(self.new_list(part, |e| e.push("0")))).owned(true);
                self.hold(&temp, ty, false);
                Some((temp, part))
            }
            _ => None,
        };
        let rest = ForParts { id, guard, inner, out: out.clone() };
        let ended = self.clause(body.clauses(clauses), &rest, true);
        match out {
            _ if ended => Val::never(),
            Some((temp, _)) => temp,
            None => Val::unit(),
        }
    }

    /// One clause and all inside it. Whether the iterable never arises.
    fn clause(&mut self, clauses: &[Clause], rest: &ForParts, is_first: bool) -> bool {
        let Some((clause, inner)) = clauses.split_first() else {
            self.for_body(rest);
            return false;
        };
        let mark = self.held.len();
        let later = if self.facts.has(rest.id, ASSIGNS) { ASSIGNS } else { 0 };
        let iter = match is_first {
            true => self.iterable(clause.iter, later),
            false => self.outside_loop(|e| {
                e.drops(When::Enter, clause.iter);
                e.iterable(clause.iter, later)
            }),
        };
        let Some(iter) = iter else { return true };
        let frame = if is_first { Some(self.push_loop()) } else { None };
        let job = Job { iter: &iter, out: &Val::unit(), part: Ty::VOID };
        let pat = clause.pat;
        self.fill(
            Make::Nothing,
            &job,
            Parts {
                body: &mut |e| {
                    let round = e.held.len();
                    e.bind_element(&iter, pat);
                    if let (Some(frame), true) = (e.loops.last_mut(), inner.is_empty()) {
                        frame.continue_held = e.held.len();
                    }
                    e.clause(inner, rest, false);
                    if inner.is_empty() {
                        e.end_round();
                    }
                    e.release_held(round);
                    Val::unit()
                },
                then: &mut |_| {},
            },
        );
        if !is_first {
            self.release_held(mark);
        }
        if let Some(frame) = frame {
            self.pop_loop(frame);
        }
        false
    }

    /// Something in the head of a `for`, where `break` and `continue` mean the loop around it.
    fn outside_loop<T>(&mut self, head: impl FnOnce(&mut Self) -> T) -> T {
        let frame = self.loops.pop();
        let out = head(self);
        self.loops.extend(frame);
        out
    }

    /// Guard and body of a `for`.
    fn for_body(&mut self, rest: &ForParts) {
        if let Some(guard) = rest.guard {
            let val = self.outside_loop(|e| {
                e.drops(When::Enter, guard);
                e.value(guard)
            });
            if val.never {
                return;
            }
            self.push("if (");
            self.push_condition(&val);
            self.push(") {\n");
        }
        self.line(self.body[rest.inner].pos);
        self.drops(When::Enter, rest.inner);
        match &rest.out {
            None => self.emit(rest.inner, Dest::Discard),
            Some((temp, part)) => {
                let val = self.value(rest.inner);
                if !val.never {
                    let val = self.calm(val, *part);
                    self.append(temp, &val, *part);
                }
            }
        }
        if rest.guard.is_some() {
            self.push("}\n");
        }
    }

    fn append(&mut self, list: &Val, val: &Val, part: Ty) {
        self.push_val(list);
        self.push(" = si_list_room(");
        self.push_val(list);
        self.push(", ");
        self.push_desc(part);
        self.push(");\n((");
        self.push_c_type(part);
        self.push(" *)");
        self.push_val(list);
        self.push("->data)[");
        self.push_val(list);
        self.push("->len++] = ");
        self.push_val(val);
        self.push(";\n");
    }

    /// `map`, `filter`, `fold`, `find`, `collect`, `for(`.
    pub(super) fn data_pattern(&mut self, id: ExprId) -> Val {
        match self.body[id].kind {
            ExprKind::PatMap(over, f) | ExprKind::PatCollect(over, f) => self.pat_map(id, over, f),
            ExprKind::PatFilter(over, f) => self.pat_filter(id, over, f),
            ExprKind::PatFold(over, init, f) => self.pat_fold(id, over, init, f),
            ExprKind::PatFind { over, select, is_map, default } => {
                self.pat_find(id, over, select, is_map, default)
            }
            ExprKind::PatFor { over, map, pat, guard, default } => {
                self.pat_for(id, (over, map), (pat, guard), default)
            }
            _ => Val::unit(),
        }
    }

    fn effects(&self, list: &[Option<ExprId>]) -> u8 {
        list.iter().flatten().fold(0, |all, e| all | self.facts.effects[e.0 as usize])
    }

    fn pat_map(&mut self, id: ExprId, over: ExprId, f: ExprId) -> Val {
        let ty = self.ty(id);
        let TyKind::List(part) = self.program.types.kind(ty) else { return Val::unit() };
        let Some(iter) = self.iterable(over, self.effects(&[Some(f)])) else { return Val::never() };
        let Some(function) = self.function_operand(f, 0) else { return Val::never() };
        let out = self.new_list(part, |e| match iter.over {
            Over::List | Over::Map => {
                e.push_val(&iter.val);
                e.push("->len");
            }
            _ => e.push("0"),
        });
        let out = Val::pure(Code::Temp(out)).owned(true);
        let job = Job { iter: &iter, out: &out, part };
        self.fill(
            Make::List,
            &job,
            Parts {
                body: &mut |e| {
                    let element = e.element_of(&iter);
                    let val = e.apply(&function, vec![(element, iter.ty)]);
                    e.calm(val, part)
                },
                then: &mut |_| {},
            },
        );
        out
    }

    fn pat_filter(&mut self, id: ExprId, over: ExprId, f: ExprId) -> Val {
        let ty = self.ty(id);
        let TyKind::List(part) = self.program.types.kind(ty) else { return Val::unit() };
        let Some(iter) = self.iterable(over, self.effects(&[Some(f)])) else { return Val::never() };
        let Some(function) = self.function_operand(f, 0) else { return Val::never() };
        let out = Val::pure(Code::Temp(self.new_list(part, |e| e.push("0")))).owned(true);
        let job = Job { iter: &iter, out: &out, part };
        let element = RefCell::new(Val::unit());
        self.fill(
            Make::Filter,
            &job,
            Parts {
                body: &mut |e| {
                    let val = e.element_of(&iter);
                    element.replace(val.clone());
                    let val = e.apply(&function, vec![(val, iter.ty)]);
                    // The element's retain is written in its place, where the condition holds.
                    e.calm(val, Ty::BOOL)
                },
                then: &mut |e| {
                    let val = element.borrow().clone();
                    let is_trivial = e.is_trivial(part);
                    if is_trivial {
                        e.push_val(&val);
                    } else {
                        let name = val.string();
                        let text = e.written(|e| crate::glue::clone(e.cx, e.sink, part, &name));
                        e.push(&text);
                    }
                },
            },
        );
        out
    }

    fn pat_fold(&mut self, id: ExprId, over: ExprId, init: ExprId, f: ExprId) -> Val {
        let ty = self.ty(id);
        let Some(iter) = self.iterable(over, self.effects(&[Some(init), Some(f)])) else {
            return Val::never();
        };
        let start = self.operand(init, false, self.effects(&[Some(f)]));
        if start.never {
            return start;
        }
        let Some(function) = self.function_operand(f, 0) else { return Val::never() };
        let out = self.spill(&start, ty).owned(!self.is_trivial(ty));
        let job = Job { iter: &iter, out: &out, part: ty };
        self.fill(
            Make::Fold,
            &job,
            Parts {
                body: &mut |e| {
                    let element = e.element_of(&iter);
                    e.apply(&function, vec![(Val { fickle: true, ..out.clone() }, ty), (element, iter.ty)])
                },
                then: &mut |_| {},
            },
        );
        out
    }

    fn pat_find(
        &mut self,
        id: ExprId,
        over: ExprId,
        select: ExprId,
        is_map: bool,
        default: Option<ExprId>,
    ) -> Val {
        let ty = self.ty(id);
        let Some(iter) = self.iterable(over, self.effects(&[Some(select), default])) else {
            return Val::never();
        };
        let Some(function) = self.function_operand(select, 0) else { return Val::never() };
        let out = self.declare_temp(ty);
        let (label, used) = (self.new_label(), Cell::new(false));
        let job = Job { iter: &iter, out: &Val::unit(), part: ty };
        let element = RefCell::new(Val::unit());
        let option = match is_map {
            true => self.result_of(select),
            false => ty,
        };
        self.fill(
            Make::First,
            &job,
            Parts {
                body: &mut |e| {
                    let val = e.element_of(&iter);
                    element.replace(val.clone());
                    let val = e.apply(&function, vec![(val, iter.ty)]);
                    if val.never || !is_map {
                        return val;
                    }
                    let val = e.named(val, option);
                    element.replace(val.clone());
                    let text = e.written(|e| {
                        e.push_tag(&val, option);
                        e.push(" == 0");
                    });
                    Val::text(text)
                },
                then: &mut |e| {
                    let val = element.borrow().clone();
                    let found = match (is_map, default) {
                        (true, None) => val,
                        (true, Some(_)) => e.content(&val, option, 0),
                        (false, Some(_)) => e.copy(val, iter.ty),
                        (false, None) => {
                            let content = e.copy(val, iter.ty);
                            e.construct(ty, 0, &[content])
                        }
                    };
                    e.store(found, ty, Dest::Temp(out));
                    used.set(true);
                    e.goto(label);
                },
            },
        );
        match default {
            Some(default) => {
                self.drops(When::Enter, default);
                self.emit(default, Dest::Temp(out));
            }
            None => {
                let none = self.construct(ty, 1, &[]);
                self.store(none, ty, Dest::Temp(out));
            }
        }
        if used.get() {
            self.push_label(label);
        }
        Val::pure(Code::Temp(out)).owned(!self.is_trivial(ty))
    }

    fn pat_for(
        &mut self,
        id: ExprId,
        (over, map): (ExprId, Option<ExprId>),
        (pat, guard): (PatId, Option<ExprId>),
        default: ExprId,
    ) -> Val {
        let ty = self.ty(id);
        let Some(iter) = self.iterable(over, self.effects(&[map, guard, Some(default)])) else {
            return Val::never();
        };
        let function = match map {
            Some(map) => match self.function_operand(map, self.effects(&[guard])) {
                Some(function) => Some(function),
                None => return Val::never(),
            },
            None => None,
        };
        let out = self.declare_temp(ty);
        let (label, used) = (self.new_label(), Cell::new(false));
        let job = Job { iter: &iter, out: &Val::unit(), part: ty };
        self.fill(
            Make::Nothing,
            &job,
            Parts {
                body: &mut |e| {
                    let element = e.element_of(&iter);
                    let val = match &function {
                        Some(function) => e.apply(function, vec![(element, iter.ty)]),
                        None => element,
                    };
                    if val.never {
                        return val;
                    }
                    let val = e.variable(val, ty);
                    used.set(true);
                    e.first_match(&val, ty, (pat, guard), (out, label));
                    Val::unit()
                },
                then: &mut |_| {},
            },
        );
        self.drops(When::Enter, default);
        self.emit(default, Dest::Temp(out));
        if used.get() {
            self.push_label(label);
        }
        Val::pure(Code::Temp(out)).owned(!self.is_trivial(ty))
    }

    /// One round of `for(`: the element itself, if it matches.
    fn first_match(
        &mut self,
        val: &Val,
        ty: Ty,
        (pat, guard): (PatId, Option<ExprId>),
        (out, label): (u32, u32),
    ) {
        let place = val.string();
        let mark = self.held.len();
        self.hold(val, ty, false);
        let mut tests = String::new();
        self.test(pat, &place, &mut tests);
        self.push("if (");
        self.push(if tests.is_empty() { "1" } else { super::expr::without_parentheses(&tests) });
        self.push(") {\n");
        self.bind(pat, &place, Bind::Share, true);
        let made = self.made(pat);
        if let Some(guard) = guard {
            self.drops(When::Enter, guard);
            let accepted = self.value(guard);
            let accepted = if accepted.never { accepted } else { self.calm(accepted, Ty::BOOL) };
            made.iter().for_each(|&local| self.drop_local(local));
            self.push("if (");
            self.push_condition(&accepted);
            self.push(") {\n");
        } else {
            made.iter().for_each(|&local| self.drop_local(local));
        }
        let found = if val.owned { val.clone() } else { self.copy(val.clone(), ty) };
        self.store(found, ty, Dest::Temp(out));
        self.goto(label);
        self.push(if guard.is_some() { "}\n}\n" } else { "}\n" });
        self.held.truncate(mark);
        if val.owned {
            self.release(ty, &place);
        }
    }

    /// A literal lambda as part of a loop.
    pub(super) fn inline(&mut self, f: ExprId, args: Vec<(Val, Ty)>) -> Val {
        let body = self.body;
        let ExprKind::Lambda { params, body: inner, .. } = body[f].kind else { return Val::unit() };
        for (&param, (val, ty)) in body.locals(params).iter().zip(args) {
            if self.facts.is_read(param) {
                self.declare_local(param, &val);
                if self.facts.is_tracked(param, self.frame) && self.moves.is_dead(param) {
                    self.drop_local(param);
                }
            } else if val.owned {
                self.release(ty, &val.string());
            }
        }
        self.drops(When::Enter, inner);
        let ty = self.result_of(f);
        if !self.facts.has(inner, LEAVES) {
            return self.value(inner);
        }
        let out = self.declare_temp(ty);
        let label = self.new_label();
        let held = self.held.len();
        self.leaves.push(Leave { label, used: false, dest: Dest::Temp(out), ty, held });
        let tries = std::mem::take(&mut self.tries);
        self.emit(inner, Dest::Temp(out));
        self.tries = tries;
        if let Some(leave) = self.leaves.pop().filter(|leave| leave.used) {
            self.push_label(leave.label);
        }
        Val::pure(Code::Temp(out)).owned(!self.is_trivial(ty))
    }

    /// Result type of a function.
    fn result_of(&self, f: ExprId) -> Ty {
        match self.targets.kind(self.body[f].ty) {
            TyKind::Fn(_, result) => result,
            _ => Ty::VOID,
        }
    }

    /// The function operand of a data pattern.
    fn function_operand(&mut self, f: ExprId, later: u8) -> Option<Function> {
        let function = self.function_of(f);
        if let Function::Value(..) = function {
            let val = self.operand(f, true, later);
            if val.never {
                return None;
            }
            let ty = self.ty(f);
            let val = match val.code {
                Code::Text(_) if val.effect => self.spill(&val, ty),
                _ => self.calm(val, ty),
            };
            return Some(Function::Value(val, ty));
        }
        Some(function)
    }
}

/// What the holes of a loop are filled with.
struct Parts<'p, E> {
    body: &'p mut dyn FnMut(&mut E) -> Val,
    then: &'p mut dyn FnMut(&mut E),
}

/// The inside of a `for`.
struct ForParts {
    id: ExprId,
    guard: Option<ExprId>,
    inner: ExprId,
    /// The list that it yields, and the type of its elements.
    out: Option<(Val, Ty)>,
}
