//! Parts of a body that become C functions of their own: `recurse`, and the tasks of `parallel`.

use super::Emitter;
use super::exits::{Exit, exits};
use super::facts::ASSIGNS;
use super::moves::When;
use super::value::{Code, Dest, Leave, Val};
use sigil_checker::hir::{ExprId, ExprKind, Exprs, LocalId, Locals, Stmt, Target};
use sigil_checker::types::{Ty, TyKind};

/// The procedure of a `recurse`.
#[derive(Clone, Debug)]
pub(super) struct Procedure {
    number: u32,
    params: Vec<LocalId>,
    /// Locals of outside that it reads, handed on by each call.
    free: Vec<LocalId>,
    /// Those of outside that it assigns to: each call is told where they are.
    shared: Vec<LocalId>,
    /// Type of the keys of its memory, if it has one.
    memo: Option<Ty>,
    result: Ty,
    /// Ways out that end more than the procedure: the flag that each call hands on is the number of one, from 1.
    exits: Vec<Exit>,
    /// Type of what `?` leaves with, if that is a way out.
    escapes: Option<Ty>,
}

impl Procedure {
    /// What each call hands on besides arguments and free locals.
    fn handed_on(&self) -> Vec<String> {
        let memory = self.memo.map(|_| "m");
        let escape = self.escapes.map(|_| "e");
        let flag = (!self.exits.is_empty()).then_some("x");
        [memory, escape, flag].into_iter().flatten().map(str::to_owned).collect()
    }
}

impl Emitter<'_> {
    /// Locals of outside that an expression reads, each once.
    fn free_locals(&self, id: ExprId, but: &[LocalId]) -> Vec<LocalId> {
        let mut out: Vec<LocalId> = self.facts.outer_reads(id).filter(|local| !but.contains(local)).collect();
        out.sort_unstable_by_key(|local| local.0);
        out.dedup();
        out
    }

    pub(super) fn recurse(&mut self, id: ExprId) -> Val {
        let body = self.body;
        let ExprKind::Recurse { cond, base, step, memo, parallel, params } = body[id].kind else {
            return Val::unit();
        };
        if let Some(parallel) = parallel {
            self.emit(parallel, Dest::Discard);
        }
        let params = body.locals(params).to_vec();
        let outside = self.free_locals(id, &params);
        let mut assigned = Vec::new();
        [cond, base, step].iter().for_each(|&e| self.assigned(e, &mut assigned));
        let (shared, free) = outside.into_iter().partition(|local| assigned.contains(local));
        let memo = memo.then(|| {
            let types: Vec<Ty> = params.iter().map(|&param| self.local_ty(param)).collect();
            match types[..] {
                [] => Ty::VOID,
                [one] => one,
                _ => self.program.types.tuple_ty(&types),
            }
        });
        let exits = exits(body, self.facts, id);
        let leave = if exits.contains(&Exit::Propagate) { self.way_out(Target::Try) } else { None };
        let procedure = Procedure {
            number: self.new_function(),
            params,
            free,
            shared,
            memo,
            result: self.ty(id),
            exits,
            escapes: leave.map(|leave| leave.ty),
        };
        let outer = self.procedure.replace(procedure.clone());
        let frame = self.facts.frame_of(id, false);
        self.nested(frame, |e| e.procedure_text(&procedure, (cond, base, step)));
        self.procedure = outer;
        let args: Vec<Val> = procedure
            .params
            .iter()
            .map(|&param| {
                let val = Val::pure(Code::Local(param));
                if !self.moves.is_taken(id, param) {
                    self.share(id, param, &val, self.local_ty(param));
                }
                val
            })
            .collect();
        self.outermost(id, &procedure, &args)
    }

    /// Calls the procedure, with a memory of its own if it keeps results.
    fn outermost(&mut self, id: ExprId, procedure: &Procedure, args: &[Val]) -> Val {
        let mut extra = Vec::new();
        let memory = self.new_temp();
        if let Some(key) = procedure.memo {
            self.push("si_map *");
            self.push_temp(memory);
            self.push(" = si_map_new(");
            self.push_desc(key);
            self.push(", ");
            self.push_desc(procedure.result);
            self.push(", 0);\n");
            extra.push(format!("&t{memory}"));
        }
        let (early, flag) = (self.new_temp(), self.new_temp());
        if let Some(ty) = procedure.escapes {
            self.push_c_type(ty);
            self.push(&format!(" t{early} = "));
            self.push_own("y", procedure.number);
            self.push(";\n");
            extra.push(format!("&t{early}"));
        }
        if !procedure.exits.is_empty() {
            self.push(&format!("int t{flag} = 0;\n"));
            extra.push(format!("&t{flag}"));
        }
        let text = self.written(|e| e.push_procedure_call(procedure, "r", args, &extra));
        let mut val = Val::effect(text).owned(!self.is_trivial(procedure.result));
        if !extra.is_empty() {
            val = self.spill(&val, procedure.result);
        }
        if procedure.memo.is_some() {
            self.push(&format!("si_release(t{memory}, si_map_free);\n"));
        }
        for (number, &exit) in procedure.exits.iter().enumerate() {
            self.push(&format!("if (t{flag} == {}) {{\n", number + 1));
            self.drops(When::Exit(number), id);
            match exit {
                Exit::Propagate => {
                    if let Some(leave) = self.way_out(Target::Try) {
                        self.abandon_held(leave.held);
                        self.leave_with(Val::pure(Code::Temp(early)).owned(true), leave);
                    }
                }
                Exit::Break(inside) => drop(self.break_(inside)),
                Exit::Continue(inside) => drop(self.continue_(inside)),
            }
            self.push("}\n");
        }
        val
    }

    /// Ends all calls of a procedure.
    pub(super) fn exit(&mut self, exit: Exit) {
        let exits = self.procedure.iter().flat_map(|procedure| &procedure.exits);
        let number = exits.take_while(|&&other| other != exit).count() + 1;
        self.push(&format!("*x = {number};\n"));
        self.return_nothing();
    }

    /// Returns from a procedure whose result nobody looks at.
    fn return_nothing(&mut self) {
        if let Some(number) = self.procedure.as_ref().map(|procedure| procedure.number) {
            self.push("return ");
            self.push_own("z", number);
            self.push(";\n");
        }
    }

    fn push_procedure_call(&mut self, procedure: &Procedure, letter: &str, args: &[Val], extra: &[String]) {
        self.push_own(letter, procedure.number);
        self.push("(");
        let free: Vec<Val> = procedure.free.iter().map(|&local| Val::pure(self.local_code(local))).collect();
        let place = |&local: &LocalId| {
            let name = local.0;
            Val::text(if self.is_shared(local) { format!("p{name}") } else { format!("&v{name}") })
        };
        let shared: Vec<Val> = procedure.shared.iter().map(place).collect();
        let extra = extra.iter().map(|text| Val::text(text.clone()));
        for (i, val) in args.iter().cloned().chain(free).chain(shared).chain(extra).enumerate() {
            self.push(if i > 0 { ", " } else { "" });
            self.push_val(&val);
        }
        self.push(")");
    }

    fn procedure_head(&mut self, procedure: &Procedure, letter: &str) {
        self.push("static ");
        self.push_c_type(procedure.result);
        self.push(" ");
        self.push_own(letter, procedure.number);
        self.push("(");
        let all: Vec<LocalId> = procedure.params.iter().chain(&procedure.free).copied().collect();
        self.param_list(&all);
        let mut comma = if all.is_empty() { "" } else { ", " };
        for &local in &procedure.shared {
            self.push(comma);
            self.push_c_type(self.local_ty(local));
            self.push(&format!(" *p{}", local.0));
            comma = ", ";
        }
        if procedure.memo.is_some() {
            self.push(comma);
            self.push("si_map **m");
            comma = ", ";
        }
        if let Some(ty) = procedure.escapes {
            self.push(comma);
            self.push_c_type(ty);
            self.push(" *e");
            comma = ", ";
        }
        if !procedure.exits.is_empty() {
            self.push(comma);
            self.push("int *x");
            comma = ", ";
        }
        if comma.is_empty() {
            self.push("void");
        }
        self.push(")");
    }

    fn procedure_text(&mut self, procedure: &Procedure, (cond, base, step): (ExprId, ExprId, ExprId)) {
        let nothing = (!procedure.exits.is_empty()).then_some(("z", procedure.result));
        for (letter, ty) in procedure.escapes.map(|ty| ("y", ty)).into_iter().chain(nothing) {
            self.push("static ");
            self.push_c_type(ty);
            self.push(" ");
            self.push_own(letter, procedure.number);
            self.push(";\n");
        }
        if let Some(ty) = procedure.escapes {
            self.leaves.push(Leave { label: 0, used: false, dest: Dest::Escape, ty, held: 0 });
        }
        if let Some(key) = procedure.memo {
            self.procedure_head(procedure, "r");
            self.push(";\n");
            self.remember(procedure, key);
        }
        self.procedure_head(procedure, "r");
        self.push(" {\n");
        let places = procedure.shared.iter().map(|local| format!("p{}", local.0));
        for name in procedure.handed_on().into_iter().chain(places) {
            self.push(&format!("(void){name};\n"));
        }
        for &local in &procedure.free {
            self.push("(void)");
            self.push_local(local);
            self.push(";\n");
        }
        for &param in &procedure.params {
            if self.moves.is_dead_param(self.frame, param) {
                self.drop_local(param);
            }
            self.push("(void)");
            self.push_local(param);
            self.push(";\n");
        }
        self.push("SI_TICK\n");
        self.drops(When::Enter, cond);
        let val = self.value(cond);
        if !val.never {
            self.push("if (");
            self.push_condition(&val);
            self.push(") {\n");
            self.drops(When::Enter, base);
            self.emit(base, Dest::Return);
            self.push("} else {\n");
            self.drops(When::Enter, step);
            self.emit(step, Dest::Return);
            self.push("}\n");
        }
        self.push("}\n");
    }

    /// The function that looks into the memory first.
    fn remember(&mut self, procedure: &Procedure, key: Ty) {
        self.procedure_head(procedure, "m");
        self.push(" {\n");
        for &param in &procedure.params {
            let ty = self.local_ty(param);
            self.retain(ty, &format!("v{}", param.0));
        }
        let parts: Vec<Val> = procedure.params.iter().map(|&p| Val::pure(Code::Local(p))).collect();
        let whole = match parts.len() {
            0 => Val::unit(),
            1 => parts[0].clone(),
            _ => self.construct(key, 0, &parts),
        };
        let whole = self.spill(&whole, key);
        let name = whole.string();
        let result = procedure.result;
        self.push_c_type(result);
        self.push(&format!(" *found = si_map_find(*m, &{name});\nif (found) {{\n"));
        for &param in &procedure.params {
            self.drop_local(param);
        }
        self.release(key, &name);
        self.retain(result, "(*found)");
        self.push("return *found;\n}\n");
        let extra = procedure.handed_on();
        let text = self.written(|e| e.push_procedure_call(procedure, "r", &parts, &extra));
        let val = self.spill(&Val::effect(text), result);
        if !procedure.exits.is_empty() {
            self.push("if (*x) {\n");
            self.release(key, &name);
            self.return_nothing();
            self.push("}\n");
        }
        let copy = self.spill(&val, result);
        self.retain(result, &val.string());
        self.push("*m = ");
        self.put(&Val::text("*m".into()), (&whole, key), (&copy, result));
        self.push(";\n");
        self.store(val, result, Dest::Return);
        self.push("}\n");
    }

    /// `self(…)`.
    pub(super) fn self_call(&mut self, id: ExprId, args: Exprs) -> Val {
        let mark = self.held.len();
        let Some(vals) = self.owned_operands(args) else { return Val::never() };
        let Some(procedure) = self.procedure.clone() else {
            self.unsupported(self.body[id].pos, "`self(…)` here");
            return Val::unit();
        };
        let letter = if procedure.memo.is_some() { "m" } else { "r" };
        let extra = procedure.handed_on();
        let text = self.written(|e| e.push_procedure_call(&procedure, letter, &vals, &extra));
        let val = Val::effect(text).owned(!self.is_trivial(procedure.result));
        if procedure.exits.is_empty() {
            return val;
        }
        let val = self.spill(&val, procedure.result);
        // The arguments have been consumed.
        self.held.truncate(mark);
        self.push("if (*x) {\n");
        self.abandon_held(0);
        self.drops(When::Leave, id);
        self.return_nothing();
        self.push("}\n");
        val
    }

    /// Adds the locals that are assigned to in an expression.
    fn assigned(&self, id: ExprId, found: &mut Vec<LocalId>) {
        if !self.facts.has(id, ASSIGNS) {
            return;
        }
        if let ExprKind::Seq(stmts, _) = self.body[id].kind {
            let assigned = |stmt: &Stmt| if let Stmt::Assign(local, _) = *stmt { Some(local) } else { None };
            found.extend(self.body.stmts(stmts).iter().filter_map(assigned));
        }
        stacker::maybe_grow(64 << 10, 1 << 20, || {
            super::tree::each_child(self.body, id, &mut |child| self.assigned(child, found));
        });
    }

    /// Whether a local belongs to the function around the procedure at hand, which assigns to it.
    pub(super) fn is_shared(&self, local: LocalId) -> bool {
        self.procedure.as_ref().is_some_and(|procedure| procedure.shared.contains(&local))
    }

    /// The variable of a local.
    pub(super) fn local_code(&self, local: LocalId) -> Code {
        if self.is_shared(local) { Code::Place(format!("(*p{})", local.0)) } else { Code::Local(local) }
    }

    /// Whoever calls the procedure finds a value there, and always owns it.
    pub(super) fn assign_shared(&mut self, local: LocalId, val: &Val) {
        let ty = self.local_ty(local);
        let val = self.spill(val, ty);
        let place = Val::pure(self.local_code(local)).string();
        self.release(ty, &place);
        self.push(&place);
        self.push(" = ");
        self.push_val(&val);
        self.push(";\n");
    }

    /// Tasks, side by side or in order; a panic of one waits until all have ended.
    pub(super) fn parallel(&mut self, tasks: Exprs, results: Locals, value: ExprId, in_order: bool) -> Val {
        let body = self.body;
        let (tasks, results) = (body.exprs(tasks), body.locals(results));
        let mut started = Vec::with_capacity(tasks.len());
        for (&task, &result) in tasks.iter().zip(results) {
            started.push(self.task(task, result));
        }
        self.run_tasks(&started, in_order);
        for &number in &started {
            self.push(&format!("si_reraise(&c{number});\n"));
        }
        for (&result, &number) in results.iter().zip(&started) {
            let ty = self.local_ty(result);
            if self.facts.is_read(result) {
                self.declare_local(result, &Val::text(format!("k{number}.r")));
                if self.facts.is_tracked(result, self.frame) && self.moves.is_dead(result) {
                    self.drop_local(result);
                }
            } else {
                self.release(ty, &format!("k{number}.r"));
            }
        }
        self.drops(When::Enter, value);
        self.value(value)
    }

    /// Tasks in order, and a single one, are run by this thread; others by whichever has the time.
    fn run_tasks(&mut self, started: &[u32], in_order: bool) {
        if let [number] = *started {
            self.push(&format!("si_protect(&c{number}, "));
            self.push_own("t", number);
            return self.push(&format!(", &k{number});\n"));
        }
        let first = started.first().copied().unwrap_or(0);
        self.push(&format!("si_task j{first}[] = {{"));
        for &number in started {
            self.push("{");
            self.push_own("t", number);
            self.push(&format!(", &k{number}, &c{number}}}, "));
        }
        let run = if in_order { "si_run_in_order" } else { "si_run_all" };
        self.push(&format!("}};\n{run}(j{first}, {});\n", started.len()));
    }

    /// What a task takes and gives; its number.
    fn task(&mut self, task: ExprId, result: LocalId) -> u32 {
        let free = self.free_locals(task, &[]);
        let number = self.new_function();
        let ty = self.local_ty(result);
        let frame = self.facts.frame_of(task, true);
        let procedure = self.procedure.take();
        self.nested(frame, |e| {
            e.captured_struct(number, &free, |e| {
                e.push_c_type(ty);
                e.push(" r;\n");
            });
            e.push("static void ");
            e.push_own("t", number);
            e.push("(void *p) {\n");
            e.open_struct(number, &free, "p");
            if free.is_empty() {
                e.push("struct ");
                e.push_own("e", number);
                e.push(" *e = p;\n");
            }
            let val = e.value(task);
            if !val.never {
                // A call without a value is made all the same.
                let val = if e.program.types.kind(ty) == TyKind::Void {
                    e.store(val, ty, Dest::Discard);
                    Val::unit()
                } else {
                    val
                };
                e.push("e->r = ");
                e.push_val(&val);
                e.push(";\n");
            } else {
                e.push("(void)e;\n");
            }
            e.push("}\n");
        });
        self.procedure = procedure;
        self.push("struct ");
        self.push_own("e", number);
        self.push(&format!(" k{number} = {{0}};\nsi_caught c{number} = {{0, 0, 0}};\n"));
        for &local in &free {
            let name = Val::pure(self.local_code(local)).string();
            self.push(&format!("k{number}.v{} = {name};\n", local.0));
        }
        number
    }
}
