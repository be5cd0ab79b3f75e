//! Capabilities whose values functions are given (language.md 12, 13): `with C = v in e`, `C.m(…)`, and what is handed
//! on to functions with `uses C`.
//!
//! A function with `uses C` has a type parameter more, bounded by `C`, and a parameter of that type. Each mention of it
//! hands on the value that is in force there, so that calls are resolved when instances are made.

use super::{Checker, Expect};
use crate::decl::FnDecl;
use crate::hir::{self, ExprId as E, ExprKind as H, LocalId};
use crate::types::{TraitId, Ty};
use sigil_frontend::syntax;
use sigil_frontend::{Span, Symbol};

/// The value of a capability that is in force.
#[derive(Clone, Copy)]
pub(super) struct InForce {
    pub(super) of: TraitId,
    local: LocalId,
    /// How many frames were open where it was bound: those opened since capture it.
    frames: usize,
    /// From the function's own `uses`.
    is_own: bool,
}

impl Checker<'_> {
    /// Puts the function's own capabilities in force.
    pub(super) fn given_capabilities(&mut self) {
        let decl = self.decl;
        for (capability, param) in decl.capabilities.iter().zip(decl.capability_params()) {
            let local = self.new_local(self.sym.empty, self.p.types.param(param), false);
            self.s.body.params.push(local);
            if capability.is_declared {
                self.put_in_force(capability.of, local, true);
            }
        }
        for name in self.tree.list(self.tree[decl.syntax].uses) {
            let is_built_in = self.p.built_in_capabilities().contains(&name.symbol);
            match self.p.capability_trait(self.module, name.symbol) {
                _ if is_built_in => {}
                // `@main` cannot be given it.
                Some(of) if decl.capabilities.is_empty() => {
                    self.s.no_capabilities.push(self.p.trait_name(of));
                }
                Some(_) => {}
                None => self.s.no_capabilities.push(name.symbol),
            }
        }
    }

    fn put_in_force(&mut self, of: TraitId, local: LocalId, is_own: bool) {
        let frames = self.s.frames.len();
        self.s.capabilities.push(InForce { of, local, frames, is_own });
    }

    /// The value of a trait that is in force, if there is one.
    pub(super) fn in_force(&self, of: TraitId) -> Option<InForce> {
        self.s.capabilities.iter().rev().find(|found| found.of == of).copied()
    }

    /// Reads a value that is in force: captured where a border lies between.
    pub(super) fn read_capability(&mut self, found: InForce, pos: u32) -> E {
        for frame in &mut self.s.frames[found.frames..] {
            if !frame.captures.contains(&found.local) {
                frame.captures.push(found.local);
            }
        }
        if found.is_own && !self.s.used_capabilities.contains(&found.of) {
            self.s.used_capabilities.push(found.of);
        }
        self.local(found.local, pos)
    }

    /// Type of a value that is in force.
    pub(super) fn capability_ty(&mut self, found: InForce) -> Ty {
        let ty = self.s.body[found.local].ty;
        self.shallow(ty)
    }

    /// The types of the values that a function is given where it is mentioned; reports those that are lacking (E0600).
    pub(super) fn capability_types(&mut self, decl: &FnDecl, span: Span, out: &mut Vec<Ty>) {
        for capability in &decl.capabilities {
            let ty = match self.in_force(capability.of) {
                Some(found) => self.capability_ty(found),
                None => {
                    self.lacks_capability(self.text(decl.name), capability.of, span);
                    Ty::ERROR
                }
            };
            out.push(ty);
        }
    }

    /// Reports `E0600`.
    pub(super) fn lacks_capability(&mut self, user: &str, of: TraitId, span: Span) {
        let name = self.p.trait_name(of);
        if self.s.no_capabilities.contains(&name) {
            self.failed = true;
            return;
        }
        let text = self.text(name);
        let own = self.text(self.decl.name);
        let is_main = self.decl.name == self.p.symbols.main;
        let help = match self.decl.owner {
            crate::decl::FnOwner::Module if !is_main => {
                format!("add `uses {text}` to `@{own}`, or write `with {text} = … in …`")
            }
            _ => format!("write `with {text} = … in …`"),
        };
        let message = format!("`{user}` uses {text}, which is not in force in `@{own}`");
        let span = Span::new(span.start, span.end.min(span.start + user.len() as u32).max(span.start));
        self.error_help(600, span, message, Some(help));
    }

    /// The arguments of a call with the values of the callee's capabilities, which come last.
    pub(super) fn with_capabilities(&mut self, decl: &FnDecl, args: hir::Exprs, pos: u32) -> hir::Exprs {
        if decl.capabilities.is_empty() {
            return args;
        }
        let mut list = self.s.body.exprs(args).to_vec();
        for capability in &decl.capabilities {
            list.push(match self.in_force(capability.of) {
                Some(found) => self.read_capability(found, pos),
                None => self.error_expr(Span::new(pos, pos)),
            });
        }
        self.expr_list(&list)
    }

    /// A function that uses capabilities as a value: a lambda that keeps the ones in force.
    pub(super) fn bound_fn(
        &mut self,
        decl: &FnDecl,
        function: hir::FnRef,
        (params, result): (&[Ty], Ty),
        span: Span,
    ) -> E {
        let pos = span.start;
        self.enter_frame(super::scope::FrameKind::Lambda, None);
        let locals: Vec<LocalId> =
            params.iter().map(|&ty| self.new_local(self.sym.empty, ty, false)).collect();
        let args: Vec<E> = locals.iter().map(|&local| self.local(local, pos)).collect();
        let args = self.expr_list(&args);
        let args = self.with_capabilities(decl, args, pos);
        let body = self.new_expr(H::Call(function, args), result, pos);
        let captures = self.leave_frame();
        let ty = self.fn_ty(params, result);
        let params = self.local_list(&locals);
        self.new_expr(H::Lambda { params, body, captures }, ty, pos)
    }

    /// `with C = v in e`.
    pub(super) fn with_capability(
        &mut self,
        id: syntax::Id<syntax::WithCapability>,
        expect: Expect,
        span: Span,
    ) -> E {
        let syntax::WithCapability { name, value, body } = self.tree[id];
        let of = self.capability_name(name);
        let stmts = self.s.stmts.len();
        let given = self.infer(value);
        let mut ty = self.known_type(given, self.tree[value].span);
        if let Some(of) = of
            && !self.implements_capability(of, ty, self.tree[value].span)
        {
            ty = Ty::ERROR;
        }
        let local = self.bind_value(given, false);
        self.s.body.locals[local.0 as usize].ty = ty;
        let outer = (self.s.capabilities.len(), self.s.no_capabilities.len());
        match of {
            Some(of) => self.put_in_force(of, local, false),
            None => self.s.no_capabilities.push(name.symbol),
        }
        let e = match expect {
            Expect::Hard(ty) => self.check(body, ty),
            _ => self.expr(body, expect),
        };
        self.s.capabilities.truncate(outer.0);
        self.s.no_capabilities.truncate(outer.1);
        let run = self.take_stmts(stmts);
        let ty = self.ty(e);
        self.new_expr(H::Seq(run, Some(e)), ty, span.start)
    }

    /// The type of a value that must be known at once, as in `let`.
    fn known_type(&mut self, e: E, span: Span) -> Ty {
        let mut ty = self.ty(e);
        if self.has_unknowns(ty) {
            self.settle();
            ty = self.shallow(ty);
        }
        if self.has_unknowns(ty) {
            if !self.failed {
                self.cannot_infer(span);
            }
            self.failed = true;
            self.poison(ty);
            return Ty::ERROR;
        }
        self.zonk(ty)
    }

    /// The trait of the name in `with C = …`; reports if there is none.
    fn capability_name(&mut self, name: syntax::Name) -> Option<TraitId> {
        let found = self.p.capability_trait(self.module, name.symbol);
        if found.is_some() {
            return found;
        }
        if self.p.is_silent_import(self.module, name.symbol) {
            self.failed = true;
            return None;
        }
        let text = self.text(name.symbol);
        let is_trait =
            matches!(self.p.lookup_type(self.module, name.symbol), Some(crate::decl::Def::Trait(_)));
        if is_trait {
            let message = format!("`{text}` expects type arguments, which a capability cannot have");
            self.error(302, name.span, message);
        } else if self.p.built_in_capabilities().contains(&name.symbol) {
            let message =
                format!("`{text}` is built in: there is no trait `{text}` that a value could implement");
            let help = format!("add `uses {text}` to the function instead");
            self.error_help(603, name.span, message, Some(help));
        } else {
            let help = self.p.suggest_capability(self.module, name.symbol);
            self.error_help(602, name.span, format!("unknown capability `{text}`"), help);
        }
        None
    }

    /// Whether a value can be a capability; reports `E0603`.
    fn implements_capability(&mut self, of: TraitId, ty: Ty, span: Span) -> bool {
        if ty == Ty::ERROR || self.p.types.has_error(ty) {
            self.failed = true;
            return false;
        }
        let is_never = ty == Ty::NEVER;
        if !is_never && self.p.find_impl(of, ty, None, &self.decl.generics.bounds).holds() {
            return true;
        }
        let (text, name) = (self.show(ty), self.text(self.p.trait_name(of)));
        let help = match self.p.types.kind(ty) {
            crate::types::TyKind::Param(_) => format!("add a bound: `{text}: {name}`"),
            _ => format!("write `impl {name} for {text}`"),
        };
        let help = (!is_never).then_some(help);
        self.error_help(603, span, format!("`{text}` does not implement capability `{name}`"), help);
        false
    }

    /// Whether this module treats a trait as a capability somewhere.
    pub(super) fn is_capability_here(&self, of: TraitId) -> bool {
        let is_it = |name: Symbol| self.p.capability_trait(self.module, name) == Some(of);
        self.p.module(self.module).syntax().trees.iter().any(|tree| {
            tree.functions.iter().any(|function| tree.list(function.uses).any(|name| is_it(name.symbol)))
                || tree.with_capabilities.iter().any(|with| is_it(with.name.symbol))
        })
    }
}
