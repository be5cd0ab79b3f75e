//! What the later passes ask about a body again and again: effects, reads, who owns which local.

use super::target::{Callee, Targets};
use super::tree::{each_child, pattern_locals};
use crate::glue::Cx;
use crate::intrinsics::Pass;
use rustc_hash::FxHashMap;
use sigil_checker::hir::{Body, ExprId, ExprKind, LocalId, PatId, PatKind, Stmt};
use sigil_checker::types::{Ty, TyKind};

/// Evaluating it emits statements, calls, or may panic: its place in the order matters.
pub(super) const IMPURE: u8 = 1;
/// It assigns to a local.
pub(super) const ASSIGNS: u8 = 2;
/// It may leave what encloses it: `break`, `continue`, `?`.
pub(super) const LEAVES: u8 = 4;

/// No frame: such a local is borrowed from something that outlives it.
const BORROWED: u32 = u32::MAX;

/// Makes it so many zeros, in the memory it has.
fn refill<T: Clone + Default>(list: &mut Vec<T>, len: usize) {
    list.clear();
    list.resize(len, T::default());
}

/// One read of a local.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read {
    pub local: LocalId,
    /// The member of the local that it is, the local, or what reads all of it.
    pub place: ExprId,
}

/// Facts of one instance of a body.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Effects of each expression.
    pub effects: Vec<u8>,
    /// How often each local is read.
    pub reads: Vec<u32>,
    /// The frame (function, lambda, procedure) that owns each local; `BORROWED` if none does.
    owner: Vec<u32>,
    /// When each local was declared, on the clock of the walk.
    declared: Vec<u32>,
    /// When the walk entered each expression.
    entered: Vec<u32>,
    /// Reads in the order of the walk, and for each expression its part of them.
    read_list: Vec<Read>,
    read_span: Vec<(u32, u32)>,
    /// Retain and release of the local's type do something.
    pub counted: Vec<bool>,
    /// Frame numbers of lambdas, procedures and (flagged) tasks, by expression.
    frames: FxHashMap<(ExprId, bool), u32>,
    /// Something in it never ends: what comes after may not be written, and leave variables without a use.
    pub has_dead_code: bool,
    clock: u32,
}

impl Facts {
    /// The local is owned by the frame and its type is counted.
    pub(super) fn is_tracked(&self, local: LocalId, frame: u32) -> bool {
        self.counted[local.0 as usize] && self.owner[local.0 as usize] == frame
    }

    /// Locals from outside of an expression that are read in it.
    pub(super) fn outer_reads(&self, id: ExprId) -> impl Iterator<Item = LocalId> + '_ {
        self.outer_places(id).map(|read| read.local)
    }

    /// The same, with what is read of them.
    pub(super) fn outer_places(&self, id: ExprId) -> impl Iterator<Item = Read> + '_ {
        let (start, end) = self.read_span[id.0 as usize];
        let entered = self.entered[id.0 as usize];
        self.read_list[start as usize..end as usize]
            .iter()
            .copied()
            .filter(move |read| self.declared[read.local.0 as usize] < entered)
    }

    /// It is read somewhere.
    pub(super) fn is_read(&self, local: LocalId) -> bool {
        self.reads[local.0 as usize] > 0
    }

    /// Effects of an expression.
    pub(super) fn has(&self, id: ExprId, effects: u8) -> bool {
        self.effects[id.0 as usize] & effects != 0
    }

    /// The number of the frame that a lambda or procedure opens, or the expression as a task.
    pub(super) fn frame_of(&self, id: ExprId, is_task: bool) -> u32 {
        self.frames.get(&(id, is_task)).copied().unwrap_or(0)
    }
}

/// Computes the facts.
pub(super) struct Walk<'a> {
    pub cx: &'a dyn Cx,
    pub body: &'a Body,
    pub targets: &'a Targets<'a>,
    pub facts: Facts,
    /// `ASSIGNS` if the body does so anywhere.
    assigns: u8,
}

impl<'a> Walk<'a> {
    /// A walk in the memory of an earlier one.
    pub(super) fn new(cx: &'a dyn Cx, body: &'a Body, targets: &'a Targets<'a>, facts: Facts) -> Self {
        let assigns = body.stmts.iter().any(|stmt| matches!(stmt, Stmt::Assign(..)));
        Walk { cx, body, targets, facts, assigns: if assigns { ASSIGNS } else { 0 } }
    }

    /// All of them.
    pub(super) fn run(mut self) -> Facts {
        let (locals, exprs) = (self.body.locals.len(), self.body.exprs.len());
        let f = &mut self.facts;
        refill(&mut f.reads, locals);
        refill(&mut f.owner, locals);
        refill(&mut f.declared, locals);
        refill(&mut f.entered, exprs);
        refill(&mut f.read_span, exprs);
        f.read_list.clear();
        f.frames.clear();
        f.clock = 0;
        f.counted.clear();
        let is_counted = |ty| !self.cx.is_trivial(self.targets.concrete(ty));
        f.counted.extend(self.body.locals.iter().map(|local| is_counted(local.ty)));
        self.effects();
        self.facts.has_dead_code = self.body.exprs.iter().any(|e| e.ty == Ty::NEVER);
        for &param in &self.body.params {
            self.declare(param, 0);
        }
        if let Some(root) = self.body.root {
            self.expr(root, 0);
        }
        self.facts
    }

    fn ty(&self, id: ExprId) -> Ty {
        self.targets.concrete(self.body[id].ty)
    }

    /// Children come before their parents, so one pass over the table will do.
    fn effects(&mut self) {
        refill(&mut self.facts.effects, self.body.exprs.len());
        for index in 0..self.body.exprs.len() {
            let id = ExprId(index as u32);
            let mut effects = 0;
            each_child(self.body, id, &mut |child| effects |= self.facts.effects[child.0 as usize]);
            effects |= self.own_effects(id);
            if matches!(self.body[id].kind, ExprKind::Lambda { .. }) {
                effects = IMPURE;
            }
            self.facts.effects[index] = effects;
        }
    }

    fn own_effects(&self, id: ExprId) -> u8 {
        match self.body[id].kind {
            ExprKind::Const(_)
            | ExprKind::Unit
            | ExprKind::Local(_)
            | ExprKind::FnValue(_)
            | ExprKind::OpValue(_)
            | ExprKind::CtorValue(_)
            | ExprKind::And(..)
            | ExprKind::Or(..) => 0,
            ExprKind::Field(base, _) if self.cx.is_trivial(self.ty(base)) => 0,
            ExprKind::Unary(..) | ExprKind::Binary(..) if self.is_calm(id) => 0,
            ExprKind::Break(_) | ExprKind::Continue(_) | ExprKind::Propagate(..) => IMPURE | LEAVES,
            // A `?`, `break` or `continue` further down may end more than this call, and anything may be assigned to.
            ExprKind::SelfCall(_) => IMPURE | LEAVES | self.assigns,
            ExprKind::Seq(stmts, _) => {
                let assigns = self.body.stmts(stmts).iter().any(|stmt| matches!(stmt, Stmt::Assign(..)));
                IMPURE | if assigns { ASSIGNS } else { 0 }
            }
            _ => IMPURE,
        }
    }

    /// An operator that cannot panic, on scalars.
    fn is_calm(&self, id: ExprId) -> bool {
        use sigil_checker::hir::{BinOp, UnOp};
        let kind = |id| self.cx.program().types.kind(self.ty(id));
        let scalar = |id| {
            matches!(
                kind(id),
                TyKind::Int
                    | TyKind::Float
                    | TyKind::Bool
                    | TyKind::Char
                    | TyKind::Byte
                    | TyKind::Duration
                    | TyKind::Size
            )
        };
        match self.body[id].kind {
            ExprKind::Unary(UnOp::Neg, e) => kind(e) == TyKind::Float,
            ExprKind::Unary(..) => true,
            ExprKind::Binary(op, a, _) => match op {
                BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Gt | BinOp::Le | BinOp::Ge => scalar(a),
                BinOp::BitAnd | BinOp::BitOr | BinOp::BitXor => true,
                BinOp::Add | BinOp::Sub | BinOp::Mul => matches!(kind(a), TyKind::Float | TyKind::Byte),
                BinOp::Div => kind(a) == TyKind::Float,
                _ => false,
            },
            _ => false,
        }
    }

    fn declare(&mut self, local: LocalId, owner: u32) {
        self.facts.clock += 1;
        self.facts.declared[local.0 as usize] = self.facts.clock;
        self.facts.owner[local.0 as usize] = owner;
    }

    /// Declares the locals of a pattern. Lists that `..rest` makes are always owned.
    fn pattern(&mut self, pat: PatId, owner: u32, frame: u32) {
        let body = self.body;
        pattern_locals(body, pat, &mut |local, is_rest| {
            self.declare(local, if is_rest { frame } else { owner });
        });
    }

    fn expr(&mut self, id: ExprId, frame: u32) {
        stacker::maybe_grow(64 << 10, 1 << 20, || self.expr_here(id, frame));
    }

    fn enter(&mut self, id: ExprId) -> u32 {
        self.facts.clock += 1;
        self.facts.entered[id.0 as usize] = self.facts.clock;
        self.facts.read_list.len() as u32
    }

    fn expr_here(&mut self, id: ExprId, frame: u32) {
        // Long chains of operators lean to the left.
        let mut spine = Vec::new();
        let mut at = id;
        while let ExprKind::Binary(_, left, _) = self.body[at].kind {
            spine.push((at, self.enter(at)));
            at = left;
        }
        let start = self.enter(at);
        self.inside(at, frame);
        self.facts.read_span[at.0 as usize] = (start, self.facts.read_list.len() as u32);
        while let Some((at, start)) = spine.pop() {
            if let ExprKind::Binary(_, _, right) = self.body[at].kind {
                self.expr(right, frame);
            }
            self.facts.read_span[at.0 as usize] = (start, self.facts.read_list.len() as u32);
        }
    }

    fn read(&mut self, local: LocalId, place: ExprId) {
        self.facts.reads[local.0 as usize] += 1;
        self.facts.read_list.push(Read { local, place });
    }

    /// What has been read of a local is only a member of that.
    fn narrow(&mut self, base: ExprId, member: ExprId) {
        if let Some(read) = self.facts.read_list.last_mut().filter(|read| read.place == base) {
            read.place = member;
        }
    }

    /// The function operand of a data pattern: a literal lambda becomes part of the loop.
    fn inlined(&mut self, f: ExprId, first_owned: bool, frame: u32) {
        let ExprKind::Lambda { params, body, .. } = self.body[f].kind else {
            return self.expr(f, frame);
        };
        let start = self.enter(f);
        for (i, &param) in self.body.locals(params).iter().enumerate() {
            self.declare(param, if i == 0 && first_owned { frame } else { BORROWED });
        }
        self.expr(body, frame);
        self.facts.read_span[f.0 as usize] = (start, self.facts.read_list.len() as u32);
    }

    fn new_frame(&mut self, id: ExprId, is_task: bool) -> u32 {
        let frame = self.facts.frames.len() as u32 + 1;
        self.facts.frames.insert((id, is_task), frame);
        frame
    }

    fn inside(&mut self, id: ExprId, frame: u32) {
        let body = self.body;
        match body[id].kind {
            ExprKind::Local(local) => self.read(local, id),
            ExprKind::Field(base, _) => {
                self.expr(base, frame);
                self.narrow(base, id);
            }
            ExprKind::Call(function, args) => {
                let args = self.targets.arguments(body, function, args);
                args.iter().for_each(|&arg| self.expr(arg, frame));
            }
            ExprKind::Lambda { params, body: inner, captures } => {
                for &local in body.locals(captures) {
                    self.read(local, id);
                }
                let own = self.new_frame(id, false);
                for &param in body.locals(params) {
                    self.declare(param, own);
                }
                self.expr(inner, own);
            }
            ExprKind::Match(scrutinee, arms) => {
                self.expr(scrutinee, frame);
                let owner = self.binding_owner(scrutinee, frame);
                for arm in body.arms(arms) {
                    self.pattern(arm.pat, owner, frame);
                    if let Some(guard) = arm.guard {
                        self.expr(guard, frame);
                    }
                    self.expr(arm.body, frame);
                }
            }
            ExprKind::Seq(stmts, value) => {
                for &stmt in body.stmts(stmts) {
                    match stmt {
                        Stmt::Let(pat, e) => {
                            self.expr(e, frame);
                            let owner = match body[pat].kind {
                                PatKind::Bind(_, None) => frame,
                                _ => self.binding_owner(e, frame),
                            };
                            self.pattern(pat, owner, frame);
                        }
                        Stmt::Expr(e) => self.expr(e, frame),
                        Stmt::Assign(local, e) => {
                            self.expr(e, frame);
                            // The procedure of a `recurse` is given where it is.
                            if self.facts.owner[local.0 as usize] != frame {
                                self.read(local, id);
                            }
                        }
                    }
                }
                if let Some(value) = value {
                    self.expr(value, frame);
                }
            }
            ExprKind::For { clauses, guard, body: inner, .. } => {
                for clause in body.clauses(clauses) {
                    self.expr(clause.iter, frame);
                    self.pattern(clause.pat, BORROWED, frame);
                }
                if let Some(guard) = guard {
                    self.expr(guard, frame);
                }
                self.expr(inner, frame);
            }
            ExprKind::PatMap(over, f) | ExprKind::PatFilter(over, f) | ExprKind::PatCollect(over, f) => {
                self.expr(over, frame);
                self.inlined(f, false, frame);
            }
            ExprKind::PatFold(over, init, f) => {
                self.expr(over, frame);
                self.expr(init, frame);
                self.inlined(f, true, frame);
            }
            ExprKind::PatFind { over, select, default, .. } => {
                self.expr(over, frame);
                self.inlined(select, false, frame);
                if let Some(default) = default {
                    self.expr(default, frame);
                }
            }
            ExprKind::PatFor { over, map, pat, guard, default } => {
                self.expr(over, frame);
                if let Some(map) = map {
                    self.inlined(map, false, frame);
                }
                self.pattern(pat, BORROWED, frame);
                if let Some(guard) = guard {
                    self.expr(guard, frame);
                }
                self.expr(default, frame);
            }
            ExprKind::Recurse { cond, base, step, parallel, params, .. } => {
                if let Some(parallel) = parallel {
                    self.expr(parallel, frame);
                }
                for &param in body.locals(params) {
                    self.read(param, id);
                }
                let own = self.new_frame(id, false);
                let give = |facts: &mut Facts, frame| {
                    body.locals(params).iter().for_each(|p| facts.owner[p.0 as usize] = frame);
                };
                give(&mut self.facts, own);
                for e in [cond, base, step] {
                    self.expr(e, own);
                }
                give(&mut self.facts, frame);
            }
            ExprKind::Parallel { tasks, results, value, .. } => {
                for &task in body.exprs(tasks) {
                    let own = self.new_frame(task, true);
                    self.expr(task, own);
                }
                for &result in body.locals(results) {
                    self.declare(result, frame);
                }
                self.expr(value, frame);
            }
            _ => each_child(body, id, &mut |child| self.expr(child, frame)),
        }
    }

    /// Bindings are taken out of what is matched, unless that belongs to someone else for the whole time.
    fn binding_owner(&self, scrutinee: ExprId, frame: u32) -> u32 {
        match root(self.body, self.targets, scrutinee) {
            Some(root) if self.facts.owner[root.0 as usize] != frame => BORROWED,
            _ => frame,
        }
    }
}

/// The local that a place is part of; none if the expression is no place.
pub(super) fn root(body: &Body, targets: &Targets<'_>, id: ExprId) -> Option<LocalId> {
    let mut at = id;
    loop {
        match body[at].kind {
            ExprKind::Local(local) => return Some(local),
            ExprKind::Field(base, _) => at = base,
            ExprKind::Index(base, _) if targets.is_list(body[base].ty) => at = base,
            _ => return None,
        }
    }
}

/// Whether a call only borrows its argument.
pub(super) fn borrows(callee: &Callee, argument: usize) -> bool {
    match callee {
        Callee::Intrinsic(intrinsic, ..) => {
            matches!(intrinsic.args.get(argument), Some(Pass::Borrow | Pass::BorrowRef))
        }
        Callee::Glue(..) => true,
        Callee::Fn(..) => false,
    }
}
