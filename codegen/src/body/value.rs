//! C values: how they are written, when they go to a temporary, who releases them.

use super::Emitter;
use super::exits::Exit;
use super::facts::{ASSIGNS, IMPURE, LEAVES};
use super::moves::When;
pub(super) use crate::sink::number;
use sigil_checker::hir::{ExprId, LocalId};
use sigil_checker::types::Ty;

/// Text of a value.
#[derive(Clone, Debug)]
pub(super) enum Code {
    /// The unit value, or one that never arises.
    Unit,
    /// A whole number.
    Int(i64),
    /// The C variable of a local.
    Local(LocalId),
    /// A temporary.
    Temp(u32),
    /// An lvalue.
    Place(String),
    /// Any expression.
    Text(String),
}

/// A value.
#[derive(Clone, Debug)]
pub(super) struct Val {
    pub code: Code,
    /// Must be evaluated once, in its place in the order.
    pub effect: bool,
    /// Whoever has it must hand it on or release it.
    pub owned: bool,
    /// What comes after it is never reached.
    pub never: bool,
    /// Reads a variable that may be assigned.
    pub fickle: bool,
}

impl Val {
    pub(super) fn pure(code: Code) -> Self {
        Val { code, effect: false, owned: false, never: false, fickle: false }
    }

    pub(super) fn effect(text: String) -> Self {
        Val { effect: true, ..Val::pure(Code::Text(text)) }
    }

    pub(super) fn text(text: String) -> Self {
        Val::pure(Code::Text(text))
    }

    pub(super) fn unit() -> Self {
        Val::pure(Code::Unit)
    }

    pub(super) fn never() -> Self {
        Val { never: true, ..Val::unit() }
    }

    pub(super) fn owned(mut self, owned: bool) -> Self {
        self.owned = owned;
        self
    }
}

/// Where a value goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Dest {
    /// It is the C function's result.
    Return,
    /// It is the result of the `try` or function around the procedure of a `recurse`.
    Escape,
    /// Assigned to a temporary.
    Temp(u32),
    /// Dropped.
    Discard,
}

/// An owned value in a variable that someone waits for.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub code: Code,
    pub ty: Ty,
    /// Released when the operation is done; otherwise the operation consumes it.
    pub is_borrowed: bool,
}

/// A loop around the place at hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoopFrame {
    pub break_label: u32,
    pub break_used: bool,
    pub continue_label: u32,
    pub continue_used: bool,
    /// What was held when it began, and when its innermost round began.
    pub held: usize,
    pub continue_held: usize,
}

/// Where `?` goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leave {
    pub label: u32,
    pub used: bool,
    pub dest: Dest,
    pub ty: Ty,
    pub held: usize,
}

/// Expressions longer than this go to a temporary: text is copied into the text around it.
const LONG: usize = 240;

/// Writes a whole number as a C constant of type `si_int`.
pub(super) fn int(out: &mut String, n: i64) {
    if n == i64::MIN {
        return out.push_str("(-9223372036854775807LL - 1)");
    }
    if n < 0 {
        out.push_str("(-");
    }
    number(out, n.unsigned_abs());
    out.push_str("LL");
    if n < 0 {
        out.push(')');
    }
}

/// Writes the text of a value.
pub(super) fn push_code(out: &mut String, code: &Code) {
    match code {
        Code::Unit => out.push('0'),
        Code::Int(n) => int(out, *n),
        Code::Local(local) => {
            out.push('v');
            number(out, local.0.into());
        }
        Code::Temp(n) => {
            out.push('t');
            number(out, (*n).into());
        }
        Code::Place(text) | Code::Text(text) => out.push_str(text),
    }
}

impl Dest {
    /// What goes there has left the C function.
    pub(super) fn returns(self) -> bool {
        matches!(self, Dest::Return | Dest::Escape)
    }
}

impl Val {
    /// Its text.
    pub(super) fn string(&self) -> String {
        let mut out = String::new();
        push_code(&mut out, &self.code);
        out
    }

    fn len(&self) -> usize {
        match &self.code {
            Code::Place(text) | Code::Text(text) => text.len(),
            _ => 0,
        }
    }
}

impl Emitter<'_> {
    pub(super) fn push_val(&mut self, val: &Val) {
        push_code(&mut self.sink.text, &val.code);
    }

    pub(super) fn push_temp(&mut self, temp: u32) {
        self.push("t");
        self.push_number(temp);
    }

    pub(super) fn new_temp(&mut self) -> u32 {
        self.temps += 1;
        self.temps
    }

    pub(super) fn new_label(&mut self) -> u32 {
        self.labels += 1;
        self.labels
    }

    pub(super) fn push_label(&mut self, label: u32) {
        self.push("L");
        self.push_number(label);
        self.push(":;\n");
    }

    pub(super) fn goto(&mut self, label: u32) {
        self.push("goto L");
        self.push_number(label);
        self.push(";\n");
    }

    /// Declares a temporary without a value.
    pub(super) fn declare_temp(&mut self, ty: Ty) -> u32 {
        let temp = self.new_temp();
        self.push_c_type(ty);
        self.push(" ");
        self.push_temp(temp);
        self.push(";\n");
        temp
    }

    /// Puts a value into a temporary.
    pub(super) fn spill(&mut self, val: &Val, ty: Ty) -> Val {
        let temp = self.new_temp();
        self.push_c_type(ty);
        self.push(" ");
        self.push_temp(temp);
        self.push(" = ");
        self.push_val(val);
        self.push(";\n");
        Val::pure(Code::Temp(temp)).owned(val.owned)
    }

    /// Puts what has effects, or is long, into a temporary.
    pub(super) fn calm(&mut self, val: Val, ty: Ty) -> Val {
        if val.never || !(val.effect || val.len() > LONG) { val } else { self.spill(&val, ty) }
    }

    /// Puts what is long into a temporary.
    pub(super) fn short(&mut self, val: Val, ty: Ty) -> Val {
        if val.len() > LONG { self.spill(&val, ty) } else { val }
    }

    /// A variable or member with the value.
    pub(super) fn named(&mut self, val: Val, ty: Ty) -> Val {
        match val.code {
            Code::Local(_) | Code::Temp(_) => val,
            Code::Place(_) if !val.effect => val,
            _ if val.never => val,
            _ => self.spill(&val, ty),
        }
    }

    /// Keeps an owned value until the operation at hand is done.
    pub(super) fn hold(&mut self, val: &Val, ty: Ty, is_borrowed: bool) {
        if val.owned && !self.is_trivial(ty) {
            self.held.push(Held { code: val.code.clone(), ty, is_borrowed });
        }
    }

    /// Evaluates operands in order. Each is owned, or borrowed if its flag says so.
    pub(super) fn operands(&mut self, list: &[(ExprId, bool)]) -> Vec<Val> {
        let mut out = Vec::with_capacity(list.len());
        for (i, &(e, borrow)) in list.iter().enumerate() {
            let mut later = 0;
            for &(e, _) in &list[i + 1..] {
                later |= self.facts.effects[e.0 as usize];
                if later == IMPURE | ASSIGNS | LEAVES {
                    break;
                }
            }
            let val = self.operand(e, borrow, later);
            let never = val.never;
            out.push(val);
            if never {
                break;
            }
        }
        out
    }

    /// An operand, given the effects of those after it.
    pub(super) fn operand(&mut self, e: ExprId, borrow: bool, later: u8) -> Val {
        let val = if borrow { self.borrow(e) } else { self.value(e) };
        self.protect(val, e, borrow, later)
    }

    /// Makes an operand safe from what is evaluated after it.
    pub(super) fn protect(&mut self, mut val: Val, e: ExprId, borrow: bool, later: u8) -> Val {
        if val.never {
            return val;
        }
        let ty = self.ty(e);
        if (val.effect && later & IMPURE != 0) || (val.fickle && later & ASSIGNS != 0) || val.len() > LONG {
            val = self.spill(&val, ty);
        }
        if !borrow && val.owned && later & LEAVES != 0 {
            val = self.named(val, ty);
            self.hold(&val, ty, false);
        }
        val
    }

    /// A value that is only looked at: a place, or a temporary that is released when the operation is done.
    pub(super) fn borrow(&mut self, e: ExprId) -> Val {
        if self.moves.borrowed(e) {
            return self.place(e);
        }
        let val = self.value(e);
        let ty = self.ty(e);
        if val.never || !val.owned || self.is_trivial(ty) {
            return val;
        }
        self.wait(val, ty)
    }

    /// Keeps an owned value, in a variable that nothing else changes, until the operation at hand has looked at it.
    pub(super) fn wait(&mut self, val: Val, ty: Ty) -> Val {
        let val = if val.fickle { self.spill(&val, ty) } else { self.named(val, ty) };
        self.hold(&val, ty, true);
        Val { owned: false, ..val }
    }

    /// An expression's value, owned. What it held is released, what it borrowed for the last time dropped.
    pub(super) fn value(&mut self, id: ExprId) -> Val {
        stacker::maybe_grow(96 << 10, 2 << 20, || self.value_here(id))
    }

    /// Ends an operation: releases what was only borrowed.
    pub(super) fn settle(&mut self, id: ExprId, mark: usize, val: Val) -> Val {
        if val.never || self.body[id].ty == Ty::NEVER {
            self.held.truncate(mark);
            return self.end(val);
        }
        let moves = self.moves;
        let drops = moves.drops(When::After, id);
        let waits = self.held[mark..].iter().any(|held| held.is_borrowed);
        if drops.is_empty() && !waits {
            self.held.truncate(mark);
            return val;
        }
        let val = match val.code {
            Code::Unit | Code::Int(_) | Code::Temp(_) => val,
            Code::Local(local) if drops.iter().all(|part| part.local != local) => val,
            _ => self.spill(&val, self.ty(id)),
        };
        self.release_held(mark);
        drops.iter().for_each(|part| self.drop_part(part));
        val
    }

    /// Releases what is held above a mark for the operation's sake.
    pub(super) fn release_held(&mut self, mark: usize) {
        while self.held.len() > mark {
            if let Some(held) = self.held.pop().filter(|held| held.is_borrowed) {
                let name = Val::pure(held.code).string();
                self.release(held.ty, &name);
            }
        }
    }

    /// Releases all that is held above a mark, on a way out; it stays held on the other way.
    pub(super) fn abandon_held(&mut self, mark: usize) {
        for i in (mark..self.held.len()).rev() {
            let held = self.held[i].clone();
            let name = Val::pure(held.code).string();
            self.release(held.ty, &name);
        }
    }

    /// A value that never arises: its effects, as a statement.
    pub(super) fn end(&mut self, val: Val) -> Val {
        if val.effect {
            self.push_val(&val);
            self.push(";\n");
        }
        Val::never()
    }

    /// Hands a value to its destination.
    pub(super) fn store(&mut self, val: Val, ty: Ty, dest: Dest) {
        if val.never {
            return;
        }
        match dest {
            Dest::Return => {
                self.push("return ");
                self.push_val(&val);
                self.push(";\n");
            }
            Dest::Escape => {
                self.push("*e = ");
                self.push_val(&val);
                self.push(";\n");
                self.exit(Exit::Propagate);
            }
            Dest::Temp(temp) => {
                self.push_temp(temp);
                self.push(" = ");
                self.push_val(&val);
                self.push(";\n");
            }
            Dest::Discard => {
                if val.owned && !self.is_trivial(ty) {
                    let val = self.named(val, ty);
                    self.release(ty, &val.string());
                } else if val.effect
                    || matches!(val.code, Code::Text(_) | Code::Local(_) | Code::Temp(_) | Code::Place(_))
                {
                    // Literals are declared for whoever mentions them, and locals are to be read by somebody.
                    self.push("(void)");
                    self.push_val(&val);
                    self.push(";\n");
                }
            }
        }
    }

    /// Reads a variable for nothing, so that the C compiler does not call it unused.
    pub(super) fn mention(&mut self, place: &str) {
        if place.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            self.push("(void)");
            self.push(place);
            self.push(";\n");
        }
    }

    /// What something writes, as a text of its own.
    pub(super) fn written(&mut self, write: impl FnOnce(&mut Self)) -> String {
        let start = self.sink.text.len();
        write(self);
        self.sink.text.split_off(start)
    }
}
