//! `recurse` (language.md 8.2).

use super::call::Signature;
use super::scope::{FrameKind, RecurseContext};
use super::{Checker, Expect};
use crate::hir::{ExprId as E, ExprKind as H};
use crate::types::Ty;
use sigil_frontend::Span;
use sigil_frontend::syntax::{self, Arg, ExprKind, PatternCall};

impl Checker<'_> {
    /// `recurse(.cond, .base, .step, .memo, .parallel)`.
    pub(super) fn recurse(&mut self, call: &PatternCall, expect: Expect, span: Span) -> E {
        if self.frame().kind != FrameKind::Function {
            let place = if self.frame().kind == FrameKind::Lambda { "a lambda" } else { "a task" };
            self.error(413, call.name, format!("recurse is not allowed inside {place}"));
            return self.error_expr(span);
        }
        let sym = self.sym;
        let Some(props) = self.props(call, &[sym.cond, sym.base, sym.step], &[sym.memo, sym.parallel]) else {
            return self.abandon_props(call);
        };
        let (Some(cond), Some(base), Some(step)) = (props[0], props[1], props[2]) else {
            return self.error_expr(span);
        };
        let memo = match props[3] {
            None => false,
            Some((value, _)) => match self.tree[value].kind {
                ExprKind::Bool(value) => value,
                _ => {
                    self.error(412, self.tree[value].span, ".memo must be true or false");
                    false
                }
            },
        };
        let cond = self.check(cond.0, Ty::BOOL);
        let (base, ty) = match expect {
            Expect::Hard(ty) => (self.check(base.0, ty), ty),
            _ => {
                let base = self.expr(base.0, expect);
                let ty = match self.ty(base) {
                    Ty::NEVER => self.unknown(span),
                    ty => ty,
                };
                (base, ty)
            }
        };
        self.s.recurses.push(RecurseContext { ty });
        let step = self.check(step.0, ty);
        self.s.recurses.pop();
        let parallel = props[4].map(|(value, _)| {
            if !self.decl.params.iter().any(|p| matches!(p.ty, Ty::INT | Ty::ERROR)) {
                self.error(412, self.tree[value].span, ".parallel needs a parameter of type int");
            }
            self.check(value, Ty::INT)
        });
        if memo {
            for param in &self.decl.params {
                self.require(self.lang.hashable, self.none, param.ty, call.name);
            }
        }
        let first = usize::from(self.decl.takes_self());
        let params = self.s.body.params[first..][..self.decl.params.len()].to_vec();
        let params = self.local_list(&params);
        let ty = self.shallow(ty);
        self.new_expr(H::Recurse { cond, base, step, memo, parallel, params }, ty, span.start)
    }

    /// `self(args)`.
    pub(super) fn self_call(&mut self, args: syntax::List<Arg>, span: Span) -> E {
        let Some(RecurseContext { ty }) = self.innermost_recurse() else {
            self.error(414, span, "`self(...)` is only valid in recurse(.step: ...)");
            return self.abandon_args(args, span);
        };
        // Like a call of the enclosing function, with its own type parameters.
        let decl = self.decl;
        let own: Vec<Ty> = (0..decl.generics.names.len()).map(|i| self.p.types.param(i as u32)).collect();
        let own = self.ty_list(&own);
        let stmts = self.s.stmts.len();
        let Some(exprs) = self.arguments(Signature::Fn(decl, own), args, None, None, span) else {
            return self.error_expr(span);
        };
        let e = self.new_expr(H::SelfCall(exprs), ty, span.start);
        self.wrap_hoisted(stmts, e)
    }
}
