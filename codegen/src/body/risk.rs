//! What evaluating an expression may do besides giving a value, as far as it can be seen without looking into other
//! functions.

use super::Emitter;
use super::target::Callee;
use crate::intrinsics::{Extra, Intrinsic};
use sigil_checker::decl::Const;
use sigil_checker::hir::{BinOp, ExprId, ExprKind, PatKind, Stmt, UnOp};
use sigil_checker::types::{Ty, TyKind};

/// From nothing to anything.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) enum Risk {
    /// Gives a value, always.
    #[default]
    None,
    /// May panic, but only where whole numbers are added, subtracted or multiplied.
    Overflows,
    /// May panic.
    Panics,
    /// May do anything.
    Effects,
}

/// Runtime functions that look at their arguments and nothing else. Those that call what a descriptor says may run
/// code of the program.
fn intrinsic_risk(intrinsic: &Intrinsic) -> Risk {
    const CALM: [&str; 10] = [
        "si_str_",
        "si_int_",
        "si_float_",
        "si_char_",
        "si_byte_",
        "si_math_",
        "si_duration_",
        "si_size_",
        "si_list_len",
        "si_map_len",
    ];
    if !CALM.iter().any(|prefix| intrinsic.symbol.starts_with(prefix)) {
        return Risk::Effects;
    }
    match intrinsic.extra.contains(&Extra::Site) {
        true => Risk::Panics,
        false => Risk::None,
    }
}

impl Emitter<'_> {
    /// What calling a function value does.
    pub(super) fn function_risk(&self, f: ExprId) -> Risk {
        match self.body[f].kind {
            ExprKind::Lambda { body: inner, .. } => self.risk(inner),
            ExprKind::CtorValue(_) => Risk::None,
            ExprKind::FnValue(function) => match self.targets.callee(function) {
                Some(Callee::Intrinsic(intrinsic, ..)) => intrinsic_risk(intrinsic),
                _ => Risk::Effects,
            },
            ExprKind::OpValue(op) => match self.targets.kind(self.body[f].ty) {
                TyKind::Fn(params, _) => match self.program.types.list_of(params) {
                    [left, right] => self.operator_risk(op, *left, *right, None),
                    _ => Risk::Effects,
                },
                _ => Risk::Effects,
            },
            _ => Risk::Effects,
        }
    }

    /// What evaluating an expression does.
    pub(super) fn risk(&self, id: ExprId) -> Risk {
        stacker::maybe_grow(64 << 10, 1 << 20, || {
            let mut risk = self.own_risk(id);
            if risk < Risk::Effects {
                super::tree::each_child(self.body, id, &mut |child| risk = risk.max(self.risk(child)));
            }
            risk
        })
    }

    fn own_risk(&self, id: ExprId) -> Risk {
        let body = self.body;
        match body[id].kind {
            ExprKind::Const(_)
            | ExprKind::Unit
            | ExprKind::Local(_)
            | ExprKind::Construct(..)
            | ExprKind::Tuple(_)
            | ExprKind::Record(_)
            | ExprKind::List(_)
            | ExprKind::Field(..)
            | ExprKind::And(..)
            | ExprKind::Or(..)
            | ExprKind::Coalesce(_)
            | ExprKind::Range(..)
            | ExprKind::If(..)
            | ExprKind::Match(..) => Risk::None,
            ExprKind::Seq(stmts, _) => {
                let is_plain = |stmt: &Stmt| match *stmt {
                    Stmt::Let(pat, _) => matches!(body[pat].kind, PatKind::Bind(_, None) | PatKind::Wild),
                    Stmt::Expr(_) => true,
                    Stmt::Assign(..) => false,
                };
                if body.stmts(stmts).iter().all(is_plain) { Risk::None } else { Risk::Effects }
            }
            ExprKind::Call(function, _) => match self.targets.callee(function) {
                Some(Callee::Intrinsic(intrinsic, ..)) => intrinsic_risk(intrinsic),
                _ => Risk::Effects,
            },
            ExprKind::Index(base, _) => match self.targets.kind(body[base].ty) {
                TyKind::Map(key, _) if !self.is_plain(key) => Risk::Effects,
                TyKind::Map(..) => Risk::None,
                _ => Risk::Panics,
            },
            ExprKind::Unary(UnOp::Neg, e) if self.targets.kind(body[e].ty) != TyKind::Float => Risk::Panics,
            ExprKind::Unary(..) => Risk::None,
            ExprKind::Binary(op, a, b) => {
                let divisor = match body[b].kind {
                    ExprKind::Const(Const::Int(n)) => Some(n),
                    _ => None,
                };
                self.operator_risk(op, self.ty(a), self.ty(b), divisor)
            }
            _ => Risk::Effects,
        }
    }

    /// Comparing values of it runs no code of the program.
    fn is_plain(&self, ty: Ty) -> bool {
        use TyKind::*;
        matches!(self.program.types.kind(ty), Int | Float | Bool | Str | Char | Byte | Duration | Size | Void)
    }

    fn operator_risk(&self, op: BinOp, left: Ty, right: Ty, divisor: Option<i64>) -> Risk {
        use BinOp::*;
        let kind = self.program.types.kind(left);
        match op {
            Eq | Ne | Lt | Gt | Le | Ge => match self.is_plain(left) {
                true => Risk::None,
                false => Risk::Effects,
            },
            BitAnd | BitOr | BitXor | And | Or => Risk::None,
            _ if matches!(kind, TyKind::Float | TyKind::Str | TyKind::List(_)) => Risk::None,
            Add | Sub | Mul if kind == TyKind::Byte => Risk::None,
            Add | Sub | Mul if ![kind, self.program.types.kind(right)].contains(&TyKind::Size) => {
                Risk::Overflows
            }
            Rem if divisor.is_some_and(|n| n != 0) => Risk::None,
            Div | FloorDiv if divisor.is_some_and(|n| n != 0 && n != -1) => Risk::None,
            _ => Risk::Panics,
        }
    }
}
