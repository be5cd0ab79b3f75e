//! Operators, `??`, ranges, index, `#`, operators as values.

use super::scope::HashContext;
use super::{Checker, Expect};
use crate::hir::{self, ExprId as E, ExprKind as H};
use crate::types::{Ty, TyKind};
use sigil_frontend::Span;
use sigil_frontend::syntax::{self, BinOp, ExprKind};

/// How an operator is written.
pub(super) fn spelling(op: BinOp) -> &'static str {
    match op {
        BinOp::Mul => "*",
        BinOp::Div => "/",
        BinOp::Rem => "%",
        BinOp::FloorDiv => "div",
        BinOp::Add => "+",
        BinOp::Sub => "-",
        BinOp::Range => "..",
        BinOp::RangeInclusive => "..=",
        BinOp::Lt => "<",
        BinOp::Gt => ">",
        BinOp::Le => "<=",
        BinOp::Ge => ">=",
        BinOp::Eq => "==",
        BinOp::Ne => "!=",
        BinOp::BitAnd => "&",
        BinOp::BitXor => "^",
        BinOp::BitOr => "|",
        BinOp::And => "&&",
        BinOp::Or => "||",
        BinOp::Coalesce => "??",
    }
}

fn is_comparison(op: BinOp) -> bool {
    matches!(op, BinOp::Lt | BinOp::Gt | BinOp::Le | BinOp::Ge | BinOp::Eq | BinOp::Ne)
}

fn is_arithmetic(op: BinOp) -> bool {
    use BinOp::*;
    matches!(op, Mul | Div | Rem | FloorDiv | Add | Sub | BitAnd | BitXor | BitOr)
}

impl Checker<'_> {
    /// A chain of binary operators: the left spine is walked in a loop, for it may be thousands long.
    pub(super) fn binary(&mut self, id: syntax::ExprId, expect: Expect) -> E {
        let ExprKind::Binary(top, ..) = self.tree[id].kind else { return self.infer(id) };
        if top == BinOp::Coalesce {
            return self.coalesce(id, expect);
        }
        let mut spine = Vec::new();
        let mut at = id;
        // The expectation reaches the leftmost operand only through operators whose operands have the type of the
        // whole.
        let mut hint = expect.ty();
        while let ExprKind::Binary(op, left, right) = self.tree[at].kind {
            if op == BinOp::Coalesce {
                break;
            }
            if !is_arithmetic(op) && !matches!(op, BinOp::And | BinOp::Or) {
                hint = match (op, hint.and_then(|ty| self.head(ty))) {
                    (BinOp::Range | BinOp::RangeInclusive, Some(TyKind::Range(t))) => Some(t),
                    _ => None,
                };
            }
            spine.push((op, right, self.tree[at].span));
            at = left;
        }
        let (first, right, span) = *spine.last().expect("a binary expression");
        let hint = hint.filter(|&ty| self.useful_hint(ty));
        let hint = hint.map_or(Expect::None, Expect::Soft);
        let turned =
            (is_comparison(first) || first == BinOp::Add) && self.is_form(at) && !self.is_form(right);
        let mut left = if turned {
            spine.pop();
            let right_e = self.expr(right, hint);
            let ty = self.ty(right_e);
            let left_e = self.expr(at, Expect::Soft(ty));
            self.apply(first, left_e, right_e, span)
        } else {
            self.expr(at, hint)
        };
        let mut left_id = at;
        while let Some((op, right, span)) = spine.pop() {
            self.here = span;
            let ty = self.ty(left);
            if self.head(ty).is_none() && !is_comparison(op) && op != BinOp::Add {
                self.known_head(left, self.tree[left_id].span);
            }
            let ty = self.ty(left);
            let right_e = match ty {
                Ty::NEVER | Ty::ERROR => self.infer(right),
                _ => self.expr(right, Expect::Soft(ty)),
            };
            self.here = span;
            left = self.apply(op, left, right_e, span);
            left_id = right;
        }
        left
    }

    /// Only bytes, and what holds unknowns to be solved, profit from a hint.
    fn useful_hint(&mut self, ty: Ty) -> bool {
        matches!(self.head(ty), Some(TyKind::Byte | TyKind::List(_) | TyKind::Range(_)))
    }

    /// An operator on checked operands.
    fn apply(&mut self, op: BinOp, left: E, right: E, span: Span) -> E {
        let (lt, rt) = (self.ty(left), self.ty(right));
        let pos = span.start;
        if lt == Ty::NEVER {
            return left;
        }
        if lt == Ty::ERROR || (rt == Ty::ERROR && !is_comparison(op)) {
            return self.error_expr(span);
        }
        match op {
            BinOp::And | BinOp::Or => {
                if lt != Ty::BOOL || !matches!(rt, Ty::BOOL | Ty::NEVER) {
                    return self.cannot_apply(op, lt, rt, span);
                }
                let kind = if op == BinOp::And { H::And(left, right) } else { H::Or(left, right) };
                return self.new_expr(kind, Ty::BOOL, pos);
            }
            BinOp::Mul | BinOp::Div => {
                if let Some(ty) = scaled(op, lt, rt) {
                    return self.new_expr(H::Binary(op, left, right), ty, pos);
                }
            }
            _ => {}
        }
        if rt != Ty::NEVER && !self.unify(lt, rt) {
            return self.cannot_apply(op, lt, rt, span);
        }
        let lt = self.shallow(lt);
        if is_comparison(op) {
            let of = if matches!(op, BinOp::Eq | BinOp::Ne) { self.lang.eq } else { self.lang.comparable };
            self.require(of, self.none, lt, span);
            return self.new_expr(H::Binary(op, left, right), Ty::BOOL, pos);
        }
        let Some(kind) = self.head(lt) else {
            self.cannot_infer(span);
            self.poison(lt);
            return self.error_expr(span);
        };
        if matches!(op, BinOp::Range | BinOp::RangeInclusive) {
            if !matches!(kind, TyKind::Int | TyKind::Char | TyKind::Byte) {
                return self.cannot_apply(op, lt, rt, span);
            }
            let ty = self.make(TyKind::Range(lt));
            return self.new_expr(H::Range(left, right, op == BinOp::RangeInclusive), ty, pos);
        }
        if !allows(op, kind) {
            return self.cannot_apply(op, lt, rt, span);
        }
        self.new_expr(H::Binary(op, left, right), lt, pos)
    }

    fn cannot_apply(&mut self, op: BinOp, left: Ty, right: Ty, span: Span) -> E {
        let (l, r) = (self.show(left), self.show(right));
        let text = spelling(op);
        let help = match (op, left, right) {
            (BinOp::Add, Ty::STR, _) => Some("convert with `str(…)`".to_string()),
            (_, Ty::INT, Ty::FLOAT) | (_, Ty::FLOAT, Ty::INT) => Some("convert with `float(…)`".to_string()),
            _ => None,
        };
        self.error_help(309, span, format!("operator `{text}` cannot be applied to {l} and {r}"), help);
        self.poison(left);
        self.poison(right);
        self.error_expr(span)
    }

    /// Whether an expression is one of the forms of rule 3: its type has unknowns that come from the context.
    pub(super) fn is_form(&self, id: syntax::ExprId) -> bool {
        match self.tree[id].kind {
            ExprKind::Paren(inner) => self.is_form(inner),
            ExprKind::List(list) => list.is_empty() || self.tree.ids(list).all(|id| self.is_form(id)),
            ExprKind::Map(list) => list.is_empty(),
            ExprKind::Name(name, _) => name == self.sym.none,
            ExprKind::Call(call) => match self.tree[self.tree[call].callee].kind {
                ExprKind::Name(name, _) => {
                    let mut args = self.tree.list(self.tree[call].args);
                    name == self.sym.ok
                        || name == self.sym.err
                        || (name == self.sym.some && args.all(|a| self.is_form(a.value)))
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// `a ?? b ?? c`, flattened as written.
    fn coalesce(&mut self, id: syntax::ExprId, expect: Expect) -> E {
        let span = self.tree[id].span;
        let mut operands = Vec::new();
        let mut at = id;
        while let ExprKind::Binary(BinOp::Coalesce, left, right) = self.tree[at].kind {
            operands.push(right);
            at = left;
        }
        operands.push(at);
        operands.reverse();
        let (&last, firsts) = operands.split_last().expect("two operands");
        let base = self.s.exprs.len();
        let mut content: Option<Ty> = expect.ty().filter(|_| matches!(expect, Expect::Hard(_)));
        let hard = content.is_some();
        let mut failed = false;
        for &operand in firsts {
            let hint = match content.filter(|_| self.is_form(operand)) {
                Some(ty) => Expect::Soft(self.option_ty(ty)),
                None => Expect::None,
            };
            let e = self.expr(operand, hint);
            let at = self.tree[operand].span;
            match self.known_head(e, at) {
                TyKind::Adt(id, args) if id == self.lang.option || id == self.lang.result => {
                    let inner = self.list_at(args, 0);
                    match content {
                        Some(ty) if !self.unify(inner, ty) => {
                            self.mismatch(ty, inner, at);
                            failed = true;
                        }
                        Some(_) => {}
                        None => content = Some(inner),
                    }
                }
                TyKind::Error => failed = true,
                TyKind::Never => {}
                _ => {
                    let ty = self.ty(e);
                    let text = self.show(ty);
                    self.error(309, at, format!("operator `??` needs an Option or Result, found {text}"));
                    failed = true;
                }
            }
            self.s.exprs.push(e);
        }
        let e = match content {
            Some(ty) if !failed || hard => self.check(last, ty),
            _ => self.infer(last),
        };
        self.s.exprs.push(e);
        let exprs = self.take_exprs(base);
        if failed {
            return self.error_expr(span);
        }
        let ty = match content {
            Some(ty) => ty,
            None => self.ty(e),
        };
        self.new_expr(H::Coalesce(exprs), ty, span.start)
    }

    /// `base[index]`.
    pub(super) fn index(&mut self, base: syntax::ExprId, index: syntax::ExprId, span: Span) -> E {
        let receiver = self.infer(base);
        let at = self.tree[base].span;
        let kind = self.known_head(receiver, at);
        let ty = self.ty(receiver);
        let (index_ty, result) = match kind {
            TyKind::List(t) => (Ty::INT, t),
            TyKind::Str => (Ty::INT, Ty::STR),
            TyKind::Map(k, v) => (k, self.option_ty(v)),
            TyKind::Never => {
                self.infer(index);
                return receiver;
            }
            other => {
                // `#` is no mistake of its own here.
                self.s.hashes.push(HashContext { ty: Ty::ERROR, local: None });
                self.infer(index);
                self.s.hashes.pop();
                if !matches!(other, TyKind::Error) {
                    let text = self.show(ty);
                    self.error(309, span, format!("{text} cannot be indexed"));
                }
                return self.error_expr(span);
            }
        };
        self.s.hashes.push(HashContext { ty, local: None });
        let index = self.check(index, index_ty);
        let (receiver, stmts) = self.close_hash(receiver);
        let e = self.new_expr(H::Index(receiver, index), result, span.start);
        self.wrap_hoisted(stmts, e)
    }

    /// Ends a receiver's time as `#`: if it was used, the receiver is bound to its local first.
    pub(super) fn close_hash(&mut self, receiver: E) -> (E, usize) {
        let stmts = self.s.stmts.len();
        let context = self.s.hashes.pop();
        let Some(HashContext { ty, local: Some(local) }) = context else { return (receiver, stmts) };
        let pos = self.s.body[receiver].pos;
        let pat = self.new_pat(hir::PatKind::Bind(local, None), ty, pos);
        self.s.stmts.push(hir::Stmt::Let(pat, receiver));
        (self.new_expr(H::Local(local), ty, pos), stmts)
    }

    /// `#`: the length of the innermost receiver.
    pub(super) fn hash(&mut self, span: Span) -> E {
        let Some(at) = self.innermost_hash() else {
            self.error(320, span, "`#` outside an index or method argument list");
            return self.error_expr(span);
        };
        let HashContext { ty, local } = self.s.hashes[at];
        if ty == Ty::ERROR {
            return self.error_expr(span);
        }
        let local = match local {
            Some(local) => local,
            None => {
                let local = self.new_local(self.sym.empty, ty, false);
                self.s.hashes[at].local = Some(local);
                local
            }
        };
        let receiver = self.new_expr(H::Local(local), ty, span.start);
        self.length(receiver, ty, span)
    }

    /// A call of the built-in method `len`.
    fn length(&mut self, receiver: E, ty: Ty, span: Span) -> E {
        let Some((id, args)) = self.inherent(ty, self.sym.len, span) else {
            return self.unsupported("`#` of this type", span);
        };
        let args = self.fn_args(self.p.fn_decl(id), Some(args), syntax::List::EMPTY, span);
        let list = self.expr_list(&[receiver]);
        self.new_expr(H::Call(hir::FnRef::Direct(id, args), list), Ty::INT, span.start)
    }

    /// An operator as a value, typed from the context.
    pub(super) fn op_value(&mut self, op: BinOp, expect: Expect, span: Span) -> E {
        let wanted = expect.ty().and_then(|ty| self.head(ty));
        let Some(TyKind::Fn(params, result)) = wanted else {
            if matches!(wanted, Some(TyKind::Error)) {
                return self.error_expr(span);
            }
            if let (Some(_), Expect::Hard(ty)) = (wanted, expect) {
                let text = self.show(ty);
                self.error(308, span, format!("mismatched types: expected {text}, found an operator"));
            } else {
                self.cannot_infer(span);
            }
            return self.error_expr(span);
        };
        if self.list_len(params) != 2 {
            let text = self.show(expect.ty().unwrap_or(Ty::ERROR));
            self.error(308, span, format!("mismatched types: expected {text}, found an operator"));
            return self.error_expr(span);
        }
        let (a, b) = (self.list_at(params, 0), self.list_at(params, 1));
        if self.head(a).is_none() && self.head(b).is_some() && !matches!(op, BinOp::Mul) {
            self.unify(a, b);
        }
        let (a, b) = (self.shallow(a), self.shallow(b));
        let Some(kind) = self.head(a) else {
            self.cannot_infer(span);
            self.poison(a);
            return self.error_expr(span);
        };
        let ty = if let Some(ty) = scaled(op, a, b) {
            return self.scaling_value(op, [a, b], ty, span);
        } else if !self.unify(a, b) {
            return self.cannot_apply(op, a, b, span);
        } else if is_comparison(op) {
            let of = if matches!(op, BinOp::Eq | BinOp::Ne) { self.lang.eq } else { self.lang.comparable };
            self.require(of, self.none, a, span);
            Ty::BOOL
        } else if matches!(op, BinOp::And | BinOp::Or) && a == Ty::BOOL {
            Ty::BOOL
        } else if allows(op, kind) {
            a
        } else if a == Ty::ERROR {
            return self.error_expr(span);
        } else {
            return self.cannot_apply(op, a, b, span);
        };
        let _ = result;
        let ty = self.fn_ty(&[a, b], ty);
        self.new_expr(H::OpValue(op), ty, span.start)
    }

    /// `*` or `/` as a value that scales: a lambda.
    fn scaling_value(&mut self, op: BinOp, params: [Ty; 2], result: Ty, span: Span) -> E {
        let locals = params.map(|ty| self.new_local(self.sym.empty, ty, false));
        let [a, b] = locals.map(|local| self.local(local, span.start));
        let body = self.new_expr(H::Binary(op, a, b), result, span.start);
        let ty = self.fn_ty(&params, result);
        let kind = H::Lambda { params: self.local_list(&locals), body, captures: hir::Locals::default() };
        self.new_expr(kind, ty, span.start)
    }
}

/// The type of scaling a Duration or Size by an int, if that is what it is.
fn scaled(op: BinOp, left: Ty, right: Ty) -> Option<Ty> {
    let scalable = |ty: Ty| ty == Ty::DURATION || ty == Ty::SIZE;
    match op {
        BinOp::Mul | BinOp::Div if scalable(left) && right == Ty::INT => Some(left),
        BinOp::Mul if left == Ty::INT && scalable(right) => Some(right),
        _ => None,
    }
}

/// Whether an operator works on two operands of a built-in type.
fn allows(op: BinOp, kind: TyKind) -> bool {
    use TyKind::*;
    match op {
        BinOp::Add => matches!(kind, Int | Float | Byte | Str | List(_) | Duration | Size),
        BinOp::Sub => matches!(kind, Int | Float | Byte | Duration | Size),
        BinOp::Mul | BinOp::Div => matches!(kind, Int | Float | Byte),
        BinOp::Rem => matches!(kind, Int | Byte),
        BinOp::FloorDiv => matches!(kind, Int),
        BinOp::BitAnd | BinOp::BitOr | BinOp::BitXor => matches!(kind, Int | Byte),
        _ => false,
    }
}
