//! Functions as values: closures of their own C functions, constants where nothing is captured.

use super::Emitter;
use super::facts::borrows;
use super::moves::When;
use super::target::Callee;
use super::value::{Code, Dest, Leave, Val};
use sigil_checker::hir::{BinOp, ExprId, ExprKind, FnRef, LocalId, Locals};
use sigil_checker::types::{Ty, TyKind};

/// A function that is called in a loop, or by an adapter.
pub(super) enum Function {
    /// A literal lambda.
    Inline(ExprId),
    /// A known function, its result, and where a panic in it is reported.
    Known(Callee, Ty, u32),
    /// An operator.
    Op(BinOp, u32),
    /// A constructor of this type.
    Ctor(u32, Ty),
    /// A closure.
    Value(Val, Ty),
}

impl Emitter<'_> {
    /// What an expression of function type is, before it is evaluated; `Value` if that takes evaluation.
    pub(super) fn function_of(&mut self, f: ExprId) -> Function {
        let pos = self.body[f].pos;
        let ty = self.ty(f);
        let result = match self.program.types.kind(ty) {
            TyKind::Fn(_, result) => result,
            _ => Ty::VOID,
        };
        match self.body[f].kind {
            ExprKind::Lambda { .. } => Function::Inline(f),
            ExprKind::FnValue(function) => match self.targets.callee(function) {
                Some(callee) => Function::Known(callee, result, pos),
                None => Function::Value(Val::unit(), ty),
            },
            ExprKind::OpValue(op) => Function::Op(op, pos),
            ExprKind::CtorValue(variant) => Function::Ctor(variant, result),
            _ => Function::Value(Val::unit(), ty),
        }
    }

    /// Calls it. Arguments that are owned are consumed, others only looked at.
    pub(super) fn apply(&mut self, function: &Function, args: Vec<(Val, Ty)>) -> Val {
        match function {
            Function::Inline(f) => self.inline(*f, args),
            Function::Known(callee, result, pos) => self.apply_known(*callee, args, *result, *pos),
            Function::Op(op, pos) => self.apply_op(*op, args, *pos),
            Function::Ctor(variant, ty) => {
                let vals = self.copies(args);
                self.construct(*ty, *variant, &vals)
            }
            Function::Value(f, ty) => {
                let vals = self.copies(args);
                self.call_closure(f, *ty, &vals)
            }
        }
    }

    fn copies(&mut self, args: Vec<(Val, Ty)>) -> Vec<Val> {
        args.into_iter().map(|(val, ty)| if val.owned { val } else { self.copy(val, ty) }).collect()
    }

    fn apply_known(&mut self, callee: Callee, args: Vec<(Val, Ty)>, result: Ty, pos: u32) -> Val {
        let types: Vec<Ty> = args.iter().map(|arg| arg.1).collect();
        let mut waiting = Vec::new();
        let mut vals = Vec::with_capacity(args.len());
        for (i, (val, ty)) in args.into_iter().enumerate() {
            vals.push(match (borrows(&callee, i), val.owned && !self.is_trivial(ty)) {
                (true, true) => {
                    let val = self.named(val, ty);
                    waiting.push((val.string(), ty));
                    val
                }
                (true, false) => val,
                (false, true) => val,
                (false, false) => self.copy(val, ty),
            });
        }
        let val = self.invoke(callee, vals, &types, result, pos);
        self.release_all(val, result, &waiting)
    }

    /// The result is there, so what was only looked at may go.
    fn release_all(&mut self, val: Val, ty: Ty, waiting: &[(String, Ty)]) -> Val {
        if waiting.is_empty() || val.never {
            return val;
        }
        let val = match val.code {
            Code::Unit => val,
            _ => self.spill(&val, ty),
        };
        waiting.iter().for_each(|(name, ty)| self.release(*ty, name));
        val
    }

    fn apply_op(&mut self, op: BinOp, mut args: Vec<(Val, Ty)>, pos: u32) -> Val {
        let (Some((b, right_ty)), Some((a, ty))) = (args.pop(), args.pop()) else { return Val::unit() };
        let kind = self.program.types.kind(ty);
        let owns_left = op == BinOp::Add && matches!(kind, TyKind::Str | TyKind::List(_));
        let mut waiting = Vec::new();
        let a = match (owns_left, a.owned) {
            (true, false) => self.copy(a, ty),
            (true, true) => a,
            (false, _) => self.waits(a, ty, &mut waiting),
        };
        let b = self.waits(b, right_ty, &mut waiting);
        let result = match op {
            BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Gt | BinOp::Le | BinOp::Ge => Ty::BOOL,
            _ => ty,
        };
        let right_kind = self.program.types.kind(right_ty);
        let val = self.operate(op, (a, ty), b, right_kind, pos);
        self.release_all(val, result, &waiting)
    }

    fn waits(&mut self, val: Val, ty: Ty, waiting: &mut Vec<(String, Ty)>) -> Val {
        if !val.owned || self.is_trivial(ty) {
            return val;
        }
        let val = self.named(val, ty);
        waiting.push((val.string(), ty));
        val
    }

    pub(super) fn fn_value(&mut self, id: ExprId, function: FnRef) -> Val {
        let pos = self.body[id].pos;
        if self.targets.callee(function).is_none() {
            self.unsupported(pos, "this function as a value");
            return Val::unit();
        }
        self.adapter(id)
    }

    pub(super) fn ctor_value(&mut self, id: ExprId, _variant: u32) -> Val {
        self.adapter(id)
    }

    pub(super) fn op_value(&mut self, id: ExprId, _op: BinOp) -> Val {
        self.adapter(id)
    }

    /// A constant closure around a C function that does what the function value does.
    fn adapter(&mut self, id: ExprId) -> Val {
        let function = self.function_of(id);
        let TyKind::Fn(params, result) = self.targets.kind(self.body[id].ty) else { return Val::unit() };
        let params = self.program.types.list_of(params);
        let number = self.new_function();
        self.nested(self.frame, |e| {
            e.closure_head("a", number, result);
            for (i, &param) in params.iter().enumerate() {
                e.push(", ");
                e.push_c_type(param);
                e.push(" p");
                e.push_number(i as u64);
            }
            e.push(") {\n(void)f;\n");
            let args = params
                .iter()
                .enumerate()
                .map(|(i, &ty)| {
                    let owned = !e.is_trivial(ty);
                    (Val::pure(Code::Place(format!("p{i}"))).owned(owned), ty)
                })
                .collect();
            let val = e.apply(&function, args);
            e.store(val, result, Dest::Return);
            e.push("}\n");
            e.constant_closure(number, "a");
        });
        self.closure_address(number)
    }

    pub(super) fn new_function(&mut self) -> u32 {
        self.functions += 1;
        self.functions
    }

    /// `static R NAME_aN(si_fn *f`.
    fn closure_head(&mut self, letter: &str, number: u32, result: Ty) {
        self.push("static ");
        self.push_c_type(result);
        self.push(" ");
        self.push_own(letter, number);
        self.push("(si_fn *f");
    }

    /// A name of this instance's own.
    pub(super) fn push_own(&mut self, letter: &str, number: u32) {
        let name = std::mem::take(&mut self.name);
        self.push(&name);
        self.name = name;
        self.push("_");
        self.push(letter);
        self.push_number(number);
    }

    fn constant_closure(&mut self, number: u32, letter: &str) {
        self.push("static si_fn ");
        self.push_own("c", number);
        self.push(" = {SI_IMMORTAL, (void (*)(void))");
        self.push_own(letter, number);
        self.push(", 0};\n");
    }

    fn closure_address(&mut self, number: u32) -> Val {
        Val::text(self.written(|e| {
            e.push("(&");
            e.push_own("c", number);
            e.push(")");
        }))
    }

    /// Writes C functions of their own, before the one at hand.
    pub(super) fn nested(&mut self, frame: u32, write: impl FnOnce(&mut Self)) {
        let text = std::mem::take(&mut self.sink.text);
        let held = std::mem::take(&mut self.held);
        let loops = std::mem::take(&mut self.loops);
        let tries = std::mem::take(&mut self.tries);
        let leaves = std::mem::take(&mut self.leaves);
        let outer = std::mem::replace(&mut self.frame, frame);
        let line = std::mem::take(&mut self.line);
        write(self);
        let written = std::mem::replace(&mut self.sink.text, text);
        self.nested.push_str(&written);
        self.held = held;
        self.loops = loops;
        self.tries = tries;
        self.leaves = leaves;
        self.frame = outer;
        self.line = line;
    }

    /// A lambda. It borrows what it captured from its closure.
    pub(super) fn lambda(&mut self, id: ExprId, params: Locals, inner: ExprId, captures: Locals) -> Val {
        let body = self.body;
        let (params, captures) = (body.locals(params), body.locals(captures));
        let number = self.new_function();
        let TyKind::Fn(_, result) = self.targets.kind(body[id].ty) else { return Val::unit() };
        let frame = self.facts.frame_of(id, false);
        let procedure = self.procedure.take();
        self.nested(frame, |e| {
            if !captures.is_empty() {
                e.captured_struct(number, captures, |e| e.push("si_fn fn;\n"));
                e.captured_drop(number, captures);
            }
            e.closure_head("l", number, result);
            for &param in params {
                e.push(", ");
                e.push_c_type(e.local_ty(param));
                e.push(" ");
                e.push_local(param);
            }
            e.push(") {\n");
            e.open_struct(number, captures, "f");
            e.drop_dead_params(params);
            e.push("SI_TICK\n");
            let leave = Leave { label: 0, used: false, dest: Dest::Return, ty: result, held: 0 };
            e.leaves.push(leave);
            e.drops(When::Enter, inner);
            e.emit(inner, Dest::Return);
            e.push("}\n");
            if captures.is_empty() {
                e.constant_closure(number, "l");
            }
        });
        self.procedure = procedure;
        if captures.is_empty() {
            return self.closure_address(number);
        }
        self.new_closure(id, number, captures)
    }

    /// `struct NAME_eN { …, captured locals };`
    pub(super) fn captured_struct(
        &mut self,
        number: u32,
        captures: &[LocalId],
        head: impl FnOnce(&mut Self),
    ) {
        self.push("struct ");
        self.push_own("e", number);
        self.push(" {\n");
        head(self);
        for &local in captures {
            self.push_c_type(self.local_ty(local));
            self.push(" ");
            self.push_local(local);
            self.push(";\n");
        }
        self.push("};\n");
    }

    fn captured_drop(&mut self, number: u32, captures: &[LocalId]) {
        if captures.iter().all(|&local| self.is_trivial(self.local_ty(local))) {
            return;
        }
        self.push("static void ");
        self.push_own("d", number);
        self.push("(si_fn *f) {\n");
        self.push("struct ");
        self.push_own("e", number);
        self.push(" *e = (void *)f;\n");
        for &local in captures {
            let member = format!("e->v{}", local.0);
            self.release(self.local_ty(local), &member);
        }
        self.push("}\n");
    }

    /// Declares the captured locals as variables.
    pub(super) fn open_struct(&mut self, number: u32, captures: &[LocalId], from: &str) {
        if captures.is_empty() {
            self.push("(void)");
            self.push(from);
            return self.push(";\n");
        }
        self.push("struct ");
        self.push_own("e", number);
        self.push(" *e = (void *)");
        self.push(from);
        self.push(";\n");
        for &local in captures {
            self.declare_local(local, &Val::text(format!("e->v{}", local.0)));
            self.push("(void)");
            self.push_local(local);
            self.push(";\n");
        }
    }

    fn new_closure(&mut self, id: ExprId, number: u32, captures: &[LocalId]) -> Val {
        let temp = self.new_temp();
        self.push("struct ");
        self.push_own("e", number);
        self.push(" *t");
        self.push_number(temp);
        self.push(&format!(
            " = si_alloc(sizeof *t{temp});\nt{temp}->fn.rc = 1;\nt{temp}->fn.code = (void (*)(void))"
        ));
        self.push_own("l", number);
        self.push(&format!(";\nt{temp}->fn.drop = "));
        if captures.iter().all(|&local| self.is_trivial(self.local_ty(local))) {
            self.push("0");
        } else {
            self.push_own("d", number);
        }
        self.push(";\n");
        for &local in captures {
            let place = Val::pure(self.local_code(local));
            if !self.moves.is_taken(id, local) {
                self.share(id, local, &place, self.local_ty(local));
            }
            let name = place.string();
            self.push(&format!("t{temp}->v{} = {name};\n", local.0));
        }
        let ty = self.ty(id);
        self.spill(&Val::text(format!("&t{temp}->fn")).owned(true), ty)
    }
}
