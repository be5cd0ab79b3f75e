//! Lambdas, and task expressions, which are the bodies of implicit ones.

use super::scope::{FrameKind, Warn};
use super::{Checker, Expect};
use crate::hir::{self, ExprId as E, ExprKind as H};
use crate::types::{Ty, TyKind};
use sigil_frontend::Span;
use sigil_frontend::syntax;

impl Checker<'_> {
    /// A lambda, typed or not.
    pub(super) fn lambda(&mut self, id: syntax::Id<syntax::Lambda>, expect: Expect, span: Span) -> E {
        let lambda = self.tree[id];
        let wanted = match expect.ty() {
            Some(ty) => match self.head(ty) {
                Some(TyKind::Fn(params, result)) => {
                    let params: Vec<Ty> =
                        (0..self.list_len(params)).map(|i| self.list_at(params, i)).collect();
                    Some((params, result))
                }
                _ => None,
            },
            None => None,
        };
        match lambda.result {
            Some(result) => self.typed_lambda(&lambda, result, span),
            None => self.untyped_lambda(&lambda, wanted, expect, span),
        }
    }

    fn typed_lambda(&mut self, lambda: &syntax::Lambda, result: syntax::TypeId, span: Span) -> E {
        let mut params = Vec::with_capacity(lambda.params.len as usize);
        for param in self.tree.list(lambda.params) {
            params.push(match param.ty {
                Some(ty) => self.written_type(ty),
                None => Ty::ERROR,
            });
        }
        let result = self.written_type(result);
        self.lambda_with(lambda, &params, Some(result), span)
    }

    fn untyped_lambda(
        &mut self,
        lambda: &syntax::Lambda,
        wanted: Option<(Vec<Ty>, Ty)>,
        expect: Expect,
        span: Span,
    ) -> E {
        let count = lambda.params.len as usize;
        match wanted {
            Some((params, result)) if params.len() == count => {
                for (param, &ty) in self.tree.list(lambda.params).zip(&params) {
                    if self.head(ty).is_none() {
                        self.unknown_param(param, ty);
                    }
                }
                self.lambda_with(lambda, &params, Some(result), span)
            }
            Some((params, _)) => {
                let s = if count == 1 { "" } else { "s" };
                let wanted = self.show(expect.ty().unwrap_or(Ty::ERROR));
                let message = format!(
                    "mismatched types: expected {wanted} ({} parameters), found a lambda of {count} parameter{s}",
                    params.len()
                );
                self.error(308, span, message);
                self.error_expr(span)
            }
            None => {
                let head = expect.ty().and_then(|ty| self.head(ty));
                let params = vec![Ty::ERROR; count];
                if head == Some(TyKind::Error) {
                    return self.lambda_with(lambda, &params, Some(Ty::ERROR), span);
                }
                if let (Some(_), Expect::Hard(ty)) = (head, expect) {
                    let text = self.show(ty);
                    self.error(308, span, format!("mismatched types: expected {text}, found a lambda"));
                    return self.error_expr(span);
                }
                for param in self.tree.list(lambda.params) {
                    self.unknown_param(param, Ty::ERROR);
                }
                self.lambda_with(lambda, &params, None, span)
            }
        }
    }

    fn unknown_param(&mut self, param: &syntax::Param, ty: Ty) {
        let text = self.text(param.name.symbol);
        let message = format!("cannot infer the type of parameter `{text}`");
        self.error_help(305, param.name.span, message, Some("write `(x: T) -> R = …`".into()));
        self.poison(ty);
    }

    fn lambda_with(&mut self, lambda: &syntax::Lambda, params: &[Ty], result: Option<Ty>, span: Span) -> E {
        let known = result.filter(|&ty| self.head(ty).is_some());
        self.enter_frame(FrameKind::Lambda, known);
        let mut locals = Vec::with_capacity(params.len());
        for (param, &ty) in self.tree.list(lambda.params).zip(params) {
            locals.push(self.declare(param.name.symbol, ty, false, param.name.span, Warn::Never));
        }
        let body = match result {
            Some(ty) => self.check(lambda.body, ty),
            None => self.infer(lambda.body),
        };
        let captures = self.leave_frame();
        let result = match result {
            Some(ty) => ty,
            None => self.ty(body),
        };
        let ty = self.fn_ty(params, result);
        let kind = H::Lambda { params: self.local_list(&locals), body, captures };
        self.new_expr(kind, ty, span.start)
    }

    /// A task expression as an explicit lambda without parameters.
    pub(super) fn task_lambda(&mut self, body: syntax::ExprId) -> (E, Ty) {
        let span = self.tree[body].span;
        self.enter_frame(FrameKind::Task, None);
        let body = self.infer(body);
        let captures = self.leave_frame();
        let ty = self.ty(body);
        let result = self.task_result(ty, span);
        let ty = self.fn_ty(&[], result);
        let kind = H::Lambda { params: hir::Locals::default(), body, captures };
        (self.new_expr(kind, ty, span.start), result)
    }

    /// The type of what a task, or a function given to a pattern at `pattern`, results in. One that never ends
    /// normally stands for one of any type.
    pub(super) fn task_result(&mut self, ty: Ty, pattern: Span) -> Ty {
        match self.shallow(ty) {
            Ty::NEVER => {
                self.s.table.never.retain(|&origin| origin != pattern);
                Ty::VOID
            }
            ty => ty,
        }
    }

    /// Notes that `result`, of the function or list of functions `e`, may stay open if none of them ends normally.
    pub(super) fn may_be_endless(&mut self, e: E, result: Ty) {
        let endless = match self.s.body[e].kind {
            H::Lambda { body, .. } => self.ty(body) == Ty::NEVER,
            H::List(items) => {
                let items: Vec<E> = self.s.body.exprs(items).to_vec();
                items.into_iter().all(|item| match self.s.body[item].kind {
                    H::Lambda { body, .. } => self.ty(body) == Ty::NEVER,
                    _ => false,
                })
            }
            _ => false,
        };
        if endless {
            self.s.table.endless.push(result);
        }
    }
}
