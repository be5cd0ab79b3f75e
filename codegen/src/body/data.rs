//! The data patterns; a literal lambda becomes the body of the loop.

use super::Emitter;
use super::closure::Function;
use super::facts::LEAVES;
use super::fuse::{Consumer, Risk};
use super::iterate::{Job, Parts};
use super::moves::When;
use super::pattern::Bind;
use super::template::{Make, Over};
use super::value::{Code, Dest, Leave, Val};
use sigil_checker::hir::{ExprId, ExprKind, PatId};
use sigil_checker::types::{Ty, TyKind};
use std::cell::{Cell, RefCell};

impl Emitter<'_> {
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
        let consumer = self.consumer(Some(f), None);
        let later = self.effects(&[Some(f)]);
        let Some(iter) = self.iterable_for(over, later, &consumer) else { return Val::never() };
        let Some(function) = self.function_operand(f, 0) else { return Val::never() };
        let out = self.new_list(part, |e| match iter.over {
            Over::List | Over::Map if !iter.has_filter() => {
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
                    let element = e.at_hand(&iter);
                    let val = e.apply(&function, vec![(element, iter.part())]);
                    e.calm(val, part)
                },
                then: &mut |_| {},
            },
        );
        self.rescue(id, &iter);
        out
    }

    fn pat_filter(&mut self, id: ExprId, over: ExprId, f: ExprId) -> Val {
        let ty = self.ty(id);
        let TyKind::List(part) = self.program.types.kind(ty) else { return Val::unit() };
        let consumer = self.consumer(Some(f), None);
        let later = self.effects(&[Some(f)]);
        let Some(iter) = self.iterable_for(over, later, &consumer) else { return Val::never() };
        let Some(function) = self.function_operand(f, 0) else { return Val::never() };
        let out = Val::pure(Code::Temp(self.new_list(part, |e| e.push("0")))).owned(true);
        let job = Job { iter: &iter, out: &out, part };
        let element = RefCell::new(Val::unit());
        self.fill(
            Make::Filter,
            &job,
            Parts {
                body: &mut |e| {
                    let val = e.at_hand(&iter);
                    element.replace(val.clone());
                    let val = e.apply(&function, vec![(val, iter.part())]);
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
        self.rescue(id, &iter);
        out
    }

    fn pat_fold(&mut self, id: ExprId, over: ExprId, init: ExprId, f: ExprId) -> Val {
        let ty = self.ty(id);
        let consumer = self.consumer(Some(f), Some(init));
        let later = self.effects(&[Some(init), Some(f)]);
        let Some(iter) = self.iterable_for(over, later, &consumer) else { return Val::never() };
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
                    let element = e.at_hand(&iter);
                    let sum = (Val { fickle: true, ..out.clone() }, ty);
                    e.apply(&function, vec![sum, (element, iter.part())])
                },
                then: &mut |_| {},
            },
        );
        self.rescue(id, &iter);
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
        let consumer = Consumer { stops: true, ..self.consumer(Some(select), None) };
        let later = self.effects(&[Some(select), default]);
        let Some(iter) = self.iterable_for(over, later, &consumer) else { return Val::never() };
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
                    let val = e.at_hand(&iter);
                    element.replace(val.clone());
                    let val = e.apply(&function, vec![(val, iter.part())]);
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
                        (false, Some(_)) => e.copy(val, iter.part()),
                        (false, None) => {
                            let content = e.copy(val, iter.part());
                            e.construct(ty, 0, &[content])
                        }
                    };
                    e.store(found, ty, Dest::Temp(out));
                    used.set(true);
                    e.leave_round(&job, e.held.len());
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
        let consumer = Consumer { stops: true, risk: Risk::Effects, ..self.consumer(map, None) };
        let later = self.effects(&[map, guard, Some(default)]);
        let Some(iter) = self.iterable_for(over, later, &consumer) else { return Val::never() };
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
                    let element = e.at_hand(&iter);
                    let val = match &function {
                        Some(function) => e.apply(function, vec![(element, iter.part())]),
                        None => element,
                    };
                    if val.never {
                        return val;
                    }
                    let val = e.variable(val, ty);
                    used.set(true);
                    e.first_match((&val, ty), (pat, guard), (out, label), &job);
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
        (val, ty): (&Val, Ty),
        (pat, guard): (PatId, Option<ExprId>),
        (out, label): (u32, u32),
        job: &Job<'_>,
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
        self.leave_round(job, mark);
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
    pub(super) fn function_operand(&mut self, f: ExprId, later: u8) -> Option<Function> {
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
