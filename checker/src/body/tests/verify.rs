//! What every typed body promises to the code generator.

use crate::hir::{Body, ExprId, ExprKind as H, LocalId, PatId, PatKind, Stmt};
use crate::program::Program;
use crate::types::Ty;
use std::collections::HashSet;

/// Panics if a body breaks a promise: children before parents, types known, locals bound before they are read and
/// captured where a lambda lies between.
pub(super) fn verify(p: &Program, body: &Body) {
    let mut verifier = Verifier { p, body, bound: vec![body.params.iter().copied().collect()] };
    let root = body.root.expect("a root");
    verifier.expr(root, u32::MAX);
}

struct Verifier<'a> {
    p: &'a Program,
    body: &'a Body,
    /// Locals known, for each open lambda.
    bound: Vec<HashSet<LocalId>>,
}

impl Verifier<'_> {
    fn ty(&self, ty: Ty) {
        assert_eq!(ty.0 >> 31, 0, "a local type");
        assert!(!self.p.types.has_error(ty), "an error type");
    }

    fn bind(&mut self, local: LocalId) {
        self.ty(self.body[local].ty);
        self.bound.last_mut().expect("a frame").insert(local);
    }

    fn read(&self, local: LocalId) {
        assert!(self.bound.last().expect("a frame").contains(&local), "local {} is not bound here", local.0);
    }

    fn pat(&mut self, id: PatId) {
        let pat = self.body[id];
        self.ty(pat.ty);
        match pat.kind {
            PatKind::Bind(local, inner) => {
                self.bind(local);
                inner.into_iter().for_each(|inner| self.pat(inner));
            }
            PatKind::Variant(_, list) | PatKind::Record(list) | PatKind::Tuple(list) | PatKind::Or(list) => {
                self.body.pats(list).iter().for_each(|&inner| self.pat(inner));
            }
            PatKind::List { prefix, rest, suffix } => {
                self.body.pats(prefix).iter().for_each(|&inner| self.pat(inner));
                rest.and_then(|rest| rest.binding).into_iter().for_each(|local| self.bind(local));
                self.body.pats(suffix).iter().for_each(|&inner| self.pat(inner));
            }
            PatKind::Wild | PatKind::Const(_) | PatKind::Interval(..) => {}
        }
    }

    fn all(&mut self, ids: &[ExprId], parent: u32) {
        ids.iter().for_each(|&id| self.expr(id, parent));
    }

    fn expr(&mut self, id: ExprId, parent: u32) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.expr_inner(id, parent));
    }

    fn expr_inner(&mut self, id: ExprId, parent: u32) {
        assert!(id.0 < parent, "expression {} comes after its parent {parent}", id.0);
        let body = self.body;
        let expr = body[id];
        self.ty(expr.ty);
        let me = id.0;
        match expr.kind {
            H::Const(_)
            | H::Unit
            | H::CtorValue(_)
            | H::OpValue(_)
            | H::FnValue(_)
            | H::Break(_)
            | H::Continue(_) => {}
            H::Local(local) => self.read(local),
            H::Call(_, list)
            | H::Construct(_, list)
            | H::Tuple(list)
            | H::Record(list)
            | H::List(list)
            | H::Map(list)
            | H::Coalesce(list)
            | H::SelfCall(list) => self.all(body.exprs(list), me),
            H::CallValue(callee, list) => {
                self.expr(callee, me);
                self.all(body.exprs(list), me);
            }
            H::Field(a, _) | H::Unary(_, a) | H::Loop(a) | H::Try(a) | H::Propagate(a, _) => self.expr(a, me),
            H::Index(a, b)
            | H::Binary(_, a, b)
            | H::And(a, b)
            | H::Or(a, b)
            | H::Range(a, b, _)
            | H::PatMap(a, b)
            | H::PatFilter(a, b)
            | H::PatCollect(a, b) => self.all(&[a, b], me),
            H::PatFold(a, b, c) => self.all(&[a, b, c], me),
            H::If(a, b, c) => {
                self.all(&[a, b], me);
                c.into_iter().for_each(|c| self.expr(c, me));
            }
            H::Match(value, arms) => {
                self.expr(value, me);
                for arm in body.arms(arms) {
                    self.pat(arm.pat);
                    arm.guard.into_iter().for_each(|guard| self.expr(guard, me));
                    self.expr(arm.body, me);
                }
            }
            H::Seq(stmts, value) => {
                for stmt in body.stmts(stmts) {
                    match *stmt {
                        Stmt::Let(pat, value) => {
                            self.expr(value, me);
                            self.pat(pat);
                        }
                        Stmt::Expr(value) => self.expr(value, me),
                        Stmt::Assign(local, value) => {
                            assert!(body[local].is_mut, "assignment to a local that is not mut");
                            self.read(local);
                            self.expr(value, me);
                        }
                    }
                }
                value.into_iter().for_each(|value| self.expr(value, me));
            }
            H::For { clauses, guard, body: inner, .. } => {
                for clause in body.clauses(clauses) {
                    self.expr(clause.iter, me);
                    self.pat(clause.pat);
                }
                guard.into_iter().for_each(|guard| self.expr(guard, me));
                self.expr(inner, me);
            }
            H::Lambda { params, body: inner, captures } => {
                let mut known = HashSet::new();
                for &local in body.locals(captures) {
                    self.read(local);
                    known.insert(local);
                }
                self.bound.push(known);
                body.locals(params).iter().for_each(|&local| self.bind(local));
                self.expr(inner, me);
                self.bound.pop();
            }
            H::PatFind { over, select, default, .. } => {
                self.all(&[over, select], me);
                default.into_iter().for_each(|default| self.expr(default, me));
            }
            H::PatFor { over, map, pat, guard, default } => {
                self.expr(over, me);
                map.into_iter().for_each(|map| self.expr(map, me));
                self.pat(pat);
                guard.into_iter().for_each(|guard| self.expr(guard, me));
                self.expr(default, me);
            }
            H::Recurse { cond, base, step, parallel, params, .. } => {
                body.locals(params).iter().for_each(|&local| self.read(local));
                self.all(&[cond, base, step], me);
                parallel.into_iter().for_each(|parallel| self.expr(parallel, me));
            }
            H::Parallel { tasks, results, value, .. } => {
                self.all(body.exprs(tasks), me);
                body.locals(results).iter().for_each(|&local| self.bind(local));
                self.expr(value, me);
            }
        }
    }
}
