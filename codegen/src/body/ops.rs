//! Operators.

use super::Emitter;
use super::value::{Code, Val};
use crate::glue;
use sigil_checker::hir::{BinOp, ExprId, ExprKind, UnOp};
use sigil_checker::types::{Ty, TyKind};

/// How an operator on scalars is written.
enum Form {
    /// `(a op b)`, converted back to this type if that is named.
    Infix(&'static str, &'static str),
    /// A function of the runtime that may panic.
    Checked(&'static str),
}

/// The operator on operands of a scalar type.
fn form(op: BinOp, kind: TyKind) -> Form {
    use BinOp::*;
    use Form::*;
    let is_byte = kind == TyKind::Byte;
    let is_size = kind == TyKind::Size;
    match (op, kind) {
        (Lt, _) => Infix(" < ", ""),
        (Gt, _) => Infix(" > ", ""),
        (Le, _) => Infix(" <= ", ""),
        (Ge, _) => Infix(" >= ", ""),
        (Eq, _) => Infix(" == ", ""),
        (Ne, _) => Infix(" != ", ""),
        (Add, TyKind::Float) => Infix(" + ", ""),
        (Sub, TyKind::Float) => Infix(" - ", ""),
        (Mul, TyKind::Float) => Infix(" * ", ""),
        (Div, TyKind::Float) => Infix(" / ", ""),
        (Add, _) if is_byte => Infix(" + ", "(si_byte)"),
        (Sub, _) if is_byte => Infix(" - ", "(si_byte)"),
        (Mul, _) if is_byte => Infix(" * ", "(si_byte)"),
        (BitAnd, _) => Infix(" & ", if is_byte { "(si_byte)" } else { "" }),
        (BitOr, _) => Infix(" | ", if is_byte { "(si_byte)" } else { "" }),
        (BitXor, _) => Infix(" ^ ", if is_byte { "(si_byte)" } else { "" }),
        (And, _) => Infix(" && ", ""),
        (Or, _) => Infix(" || ", ""),
        (Div, _) if is_byte => Checked("si_byte_div"),
        (Rem, _) if is_byte => Checked("si_byte_rem"),
        (Sub, _) if is_size => Checked("si_size_sub"),
        (Mul, _) if is_size => Checked("si_size_mul"),
        (Div, _) if is_size => Checked("si_size_div"),
        (Add, _) => Checked("si_add"),
        (Sub, _) => Checked("si_sub"),
        (Mul, _) => Checked("si_mul"),
        (Div, _) => Checked("si_div"),
        (Rem, _) => Checked("si_rem"),
        _ => Checked("si_fdiv"),
    }
}

/// Values of this type are compared and computed with by C's own operators.
pub(super) fn is_scalar(kind: TyKind) -> bool {
    use TyKind::*;
    matches!(kind, Int | Float | Bool | Char | Byte | Duration | Size)
}

impl Emitter<'_> {
    /// A binary operator whose left operand has been evaluated.
    pub(super) fn binary(&mut self, id: ExprId, left: Val) -> Val {
        let ExprKind::Binary(op, a, b) = self.body[id].kind else { return left };
        let (kind, pos) = (self.targets.kind(self.body[a].ty), self.body[id].pos);
        let owns_left = op == BinOp::Add && matches!(kind, TyKind::Str | TyKind::List(_));
        let later = self.facts.effects[b.0 as usize];
        let left = match !owns_left && left.owned && !self.is_trivial(self.ty(a)) {
            true => self.wait(left, self.ty(a)),
            false => left,
        };
        let left = self.protect(left, a, !owns_left, later);
        let right = self.borrow(b);
        if right.never {
            return right;
        }
        // C compilers have limits of their own: the left one was named if it was long.
        let right = self.short(right, self.ty(b));
        let scaled = self.targets.kind(self.body[b].ty);
        self.operate(op, (left, self.ty(a)), right, scaled, pos)
    }

    /// An operator on values. The right one is borrowed; the left one owned by `+` on strings and lists.
    pub(super) fn operate(
        &mut self,
        op: BinOp,
        (left, ty): (Val, Ty),
        right: Val,
        right_kind: TyKind,
        pos: u32,
    ) -> Val {
        let kind = self.program.types.kind(ty);
        if is_scalar(kind) {
            // `2 * 3kb` counts as bytes.
            let kind = if right_kind == TyKind::Size { TyKind::Size } else { kind };
            return self.scalar(op, kind, left, right, pos);
        }
        match (op, kind) {
            (BinOp::Add, TyKind::Str) => self.runtime("si_str_concat", &[&left, &right]).owned(true),
            (BinOp::Add, TyKind::List(_)) => self.runtime("si_list_concat", &[&left, &right]).owned(true),
            (BinOp::Eq | BinOp::Ne, _) => self.equality(op == BinOp::Eq, ty, left, right),
            _ => self.comparison(op, ty, left, right),
        }
    }

    fn runtime(&mut self, function: &str, args: &[&Val]) -> Val {
        Val::effect(self.written(|e| {
            e.push(function);
            for (i, arg) in args.iter().enumerate() {
                e.push(if i == 0 { "(" } else { ", " });
                e.push_val(arg);
            }
            e.push(")");
        }))
    }

    fn scalar(&mut self, op: BinOp, kind: TyKind, left: Val, right: Val, pos: u32) -> Val {
        let fickle = left.fickle || right.fickle;
        match form(op, kind) {
            Form::Infix(sign, cast) => {
                let text = self.written(|e| {
                    e.push("(");
                    if !cast.is_empty() {
                        e.push(cast);
                        e.push("(");
                    }
                    e.push_val(&left);
                    e.push(sign);
                    e.push_val(&right);
                    e.push(if cast.is_empty() { ")" } else { "))" });
                });
                Val { effect: left.effect || right.effect, fickle, ..Val::text(text) }
            }
            Form::Checked(function @ ("si_add" | "si_sub" | "si_mul")) if self.bail.is_some() => {
                self.or_bail(function, &left, &right)
            }
            Form::Checked(function) => Val::effect(self.written(|e| {
                e.push(function);
                e.push("(");
                e.push_val(&left);
                e.push(", ");
                e.push_val(&right);
                e.push(", ");
                e.push_site(pos);
                e.push(")");
            })),
        }
    }

    /// A checked operation that leaves a fused loop instead of panicking.
    fn or_bail(&mut self, function: &str, left: &Val, right: &Val) -> Val {
        let Some(label) = self.bail else { return Val::unit() };
        self.bailed.insert(label);
        let temp = self.declare_temp(Ty::INT);
        self.push("if (");
        self.push(function);
        self.push("_fails(");
        self.push_val(left);
        self.push(", ");
        self.push_val(right);
        self.push(", &");
        self.push_temp(temp);
        self.push(")) ");
        self.goto(label);
        Val::pure(Code::Temp(temp))
    }

    /// A value as glue wants it: the text of an lvalue, or of any expression for what is no struct.
    pub(super) fn glue_operand(&mut self, val: Val, ty: Ty) -> String {
        let val = if glue::is_aggregate(self.cx, ty) { self.variable(val, ty) } else { val };
        val.string()
    }

    fn equality(&mut self, equal: bool, ty: Ty, left: Val, right: Val) -> Val {
        let effect = left.effect || right.effect;
        let (a, b) = (self.glue_operand(left, ty), self.glue_operand(right, ty));
        let text = self.written(|e| {
            e.push(if equal { "" } else { "(!" });
            if e.program.types.kind(ty) == TyKind::Void {
                e.push("1");
            } else {
                glue::eq(e.cx, e.sink, ty, &a, &b);
            }
            e.push(if equal { "" } else { ")" });
        });
        // What is compared may be given up by what comes later.
        Val { effect: effect || !self.is_trivial(ty), ..Val::text(text) }
    }

    fn comparison(&mut self, op: BinOp, ty: Ty, left: Val, right: Val) -> Val {
        let (a, b) = (self.glue_operand(left, ty), self.glue_operand(right, ty));
        let sign = match op {
            BinOp::Lt => " < 0)",
            BinOp::Gt => " > 0)",
            BinOp::Le => " <= 0)",
            _ => " >= 0)",
        };
        Val::effect(self.written(|e| {
            e.push("(");
            glue::cmp(e.cx, e.sink, ty, &a, &b);
            e.push(sign);
        }))
    }

    /// A prefix operator.
    pub(super) fn unary(&mut self, id: ExprId, op: UnOp, e: ExprId) -> Val {
        let val = self.borrow(e);
        if val.never {
            return val;
        }
        let kind = self.targets.kind(self.body[e].ty);
        let pos = self.body[id].pos;
        let effect = val.effect;
        let fickle = val.fickle;
        let text = match (op, kind, &val.code) {
            (UnOp::Neg, TyKind::Int | TyKind::Duration, Code::Int(n)) if *n != i64::MIN => {
                return Val::pure(Code::Int(-n));
            }
            (UnOp::Neg, TyKind::Int | TyKind::Duration | TyKind::Size, _) => {
                return Val::effect(self.written(|e| {
                    e.push("si_neg(");
                    e.push_val(&val);
                    e.push(", ");
                    e.push_site(pos);
                    e.push(")");
                }));
            }
            (UnOp::BitNot, TyKind::Byte, _) => format!("((si_byte)~{})", val.string()),
            (UnOp::BitNot, ..) => format!("(~{})", val.string()),
            (UnOp::Neg, ..) => format!("(-{})", val.string()),
            (UnOp::Not, ..) => format!("(!{})", val.string()),
        };
        Val { effect, fickle, ..Val::text(text) }
    }
}
