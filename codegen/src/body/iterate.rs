//! `for` and the data patterns: the templates of `template`, filled.

use super::Emitter;
use super::facts::ASSIGNS;
use super::fuse::{Consumer, Risk, Stage};
use super::moves::When;
use super::pattern::Bind;
use super::template::{Hole, Make, Over};
use super::value::{Code, Dest, Val};
use sigil_checker::hir::{Clause, ExprId, ExprKind, LocalId, PatId, PatKind};
use sigil_checker::types::{Ty, TyKind};
use std::cell::{Cell, RefCell};

/// Something to iterate over, evaluated.
pub(super) struct Iter {
    pub over: Over,
    /// The variable; for ranges that are written out the ends.
    pub val: Val,
    high: Val,
    /// Type of the elements.
    pub ty: Ty,
    index: u32,
    /// What is done to an element before anybody sees it.
    pub stages: Vec<Stage>,
    /// The consumer leaves its panics to the chain stage by stage, which is at this label if any stage does so.
    pub bails: bool,
    pub rescue: Option<u32>,
    /// The element after the stages, while a round is written.
    current: RefCell<Option<Val>>,
    /// What was held when the round began.
    pub round: Cell<Option<usize>>,
}

impl Iter {
    fn is_staged(&self) -> bool {
        !self.stages.is_empty() || self.over.makes_elements()
    }

    /// There may be fewer elements than are iterated over.
    pub(super) fn has_filter(&self) -> bool {
        self.stages.iter().any(|stage| stage.is_filter)
    }

    /// Type of the elements after the stages.
    pub(super) fn part(&self) -> Ty {
        self.stages.last().map_or(self.ty, |stage| stage.part)
    }
}

/// A loop that is being filled in.
pub(super) struct Job<'j> {
    pub iter: &'j Iter,
    pub out: &'j Val,
    pub part: Ty,
}

impl Emitter<'_> {
    /// Evaluates an iterable. A temporary is held, and released when the operation is done.
    pub(super) fn iterable(&mut self, e: ExprId, later: u8) -> Option<Iter> {
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
                return Some(self.iter(over, val, high, element));
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
        Some(self.iter(over, val, Val::unit(), element))
    }

    pub(super) fn iter(&mut self, over: Over, val: Val, high: Val, ty: Ty) -> Iter {
        self.labels += 1;
        Iter {
            over,
            val,
            high,
            ty,
            index: self.labels,
            stages: Vec::new(),
            bails: false,
            rescue: None,
            current: RefCell::default(),
            round: Cell::default(),
        }
    }

    /// The element at hand, after all stages.
    pub(super) fn at_hand(&mut self, iter: &Iter) -> Val {
        let current = iter.current.borrow().clone();
        current.unwrap_or_else(|| self.element_of(iter))
    }

    /// The element at hand: a place, or a number.
    pub(super) fn element_of(&mut self, iter: &Iter) -> Val {
        let (ty, index) = (iter.ty, iter.index);
        match iter.over {
            Over::Lines | Over::Split => {
                let text = self.written(|e| {
                    e.push(if iter.over == Over::Lines { "si_str_next_line(" } else { "si_str_next_part(" });
                    e.push_val(&iter.val);
                    if iter.over == Over::Split {
                        e.push(", ");
                        e.push_val(&iter.high);
                    }
                    e.push(", &i");
                    e.push_number(index);
                    e.push(")");
                });
                self.spill(&Val::effect(text).owned(true), ty)
            }
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
            (Over::Map, PatKind::Tuple(pats)) if !iter.is_staged() => {
                let parts = self.cx.layout(iter.ty).variants[0].clone();
                for (i, &part) in body.pats(pats).iter().enumerate() {
                    let place = self.entry(iter, i, parts[i]).string();
                    self.check_lists(part, &place);
                    self.bind(part, &place, Bind::Share, false);
                }
            }
            (_, PatKind::Bind(local, None)) if !self.facts.is_read(local) => {}
            _ => {
                let val = self.at_hand(iter);
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
    pub(super) fn made(&self, pat: PatId) -> Vec<LocalId> {
        let mut made = Vec::new();
        super::tree::pattern_locals(self.body, pat, &mut |local, is_rest| {
            if is_rest {
                made.push(local);
            }
        });
        made
    }

    /// Fills the template of a loop.
    pub(super) fn fill(&mut self, make: Make, job: &Job<'_>, parts: Parts<'_, Self>) {
        let value = RefCell::new(Val::unit());
        let ended = Cell::new(false);
        let template = self.templates.get(job.iter.over, make);
        let parts = RefCell::new(parts);
        let opened = RefCell::new(Vec::new());
        let round = Cell::new(0);
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
                    round.set(e.held.len());
                    if job.iter.is_staged() {
                        job.iter.round.set(Some(round.get()));
                        let element = e.staged(job.iter, &mut opened.borrow_mut());
                        ended.set(element.is_none());
                        job.iter.current.replace(element);
                    }
                    if ended.get() {
                        return;
                    }
                    let outer = std::mem::replace(&mut e.bail, job.iter.rescue.filter(|_| job.iter.bails));
                    let val = (parts.borrow_mut().body)(e);
                    e.bail = outer;
                    ended.set(val.never);
                    value.replace(val);
                }
                Hole::End => e.end_staged(round.get(), &opened.borrow()),
                Hole::Element | Hole::Found => (parts.borrow_mut().then)(e),
            },
        );
        if ended.get() {
            self.held.truncate(round.get());
            (0..=opened.borrow().len()).for_each(|_| self.push("}\n"));
        }
        job.iter.current.replace(None);
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
        let consumer = Consumer {
            risk: Risk::Effects,
            stops: true,
            assigns: later & ASSIGNS != 0,
            ..Consumer::default()
        };
        let iter = match is_first {
            true => self.iterable_for(clause.iter, later, &consumer),
            false => self.outside_loop(|e| {
                e.drops(When::Enter, clause.iter);
                e.iterable_for(clause.iter, later, &consumer)
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
}

/// What the holes of a loop are filled with.
pub(super) struct Parts<'p, E> {
    pub body: &'p mut dyn FnMut(&mut E) -> Val,
    pub then: &'p mut dyn FnMut(&mut E),
}

/// The inside of a `for`.
struct ForParts {
    id: ExprId,
    guard: Option<ExprId>,
    inner: ExprId,
    /// The list that it yields, and the type of its elements.
    out: Option<(Val, Ty)>,
}
