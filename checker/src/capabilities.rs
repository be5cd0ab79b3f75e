//! Built-in capabilities (language.md 12): a static check of what a body mentions against what its function declares.
//! That traits are in force where they are needed is seen where values are handed on: `body/capability.rs`.

use crate::decl::{Capability, FnDecl, FnOwner};
use crate::hir::{Body, ExprKind, FnRef};
use crate::program::Program;
use crate::types::{FnId, TraitId};
use sigil_frontend::{Code, Diagnostic, Span, Symbol};
use std::sync::atomic::Ordering;

impl Program {
    /// Capabilities that a checked body needs and its function does not declare (E0600), and entries of `uses` that
    /// nothing needs (W0600). Tests have all capabilities.
    /// A `broken` body, with other mistakes, mentions less than it would. `used` are the traits of its own `uses` whose
    /// values it uses.
    pub fn check_capabilities(
        &self,
        decl: &FnDecl,
        body: &Body,
        broken: bool,
        used: &[TraitId],
    ) -> Vec<Diagnostic> {
        // Nearly all programs declare none at all. What a body mentions was declared before it is checked.
        if decl.owner == FnOwner::Test || !self.has_capabilities.load(Ordering::Relaxed) {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut needed: Vec<Symbol> = Vec::new();
        for expr in &body.exprs {
            let (ExprKind::Call(function, _) | ExprKind::FnValue(function)) = expr.kind else { continue };
            let callee = self.fn_decl(self.declared(function));
            for &capability in &callee.uses {
                if decl.uses.contains(&capability) || self.is_trait_too(decl, capability) {
                    needed.push(capability);
                    continue;
                }
                let name = self.names.get(callee.name);
                let text = self.names.get(capability);
                let span = Span::new(expr.pos, expr.pos + name.len() as u32);
                let own = self.names.get(decl.name);
                let message = format!("`{name}` uses {text}, which `@{own}` does not declare");
                let help = format!("add `uses {text}` to `@{own}`");
                found.push(Diagnostic::new(Code::error(600), decl.id.module, span, message).help(help));
            }
        }
        // An intrinsic of the library does what its declaration says.
        if found.is_empty() && !broken && !self.module(decl.id.module).info.is_library {
            self.unneeded(decl, &needed, used, &mut found);
        }
        found
    }

    /// A trait with the name of a built-in capability stands for both inside the function.
    fn is_trait_too(&self, decl: &FnDecl, built_in: Symbol) -> bool {
        let mut declared = decl.capabilities.iter().filter(|capability| capability.is_declared);
        declared.any(|capability| self.trait_name(capability.of) == built_in)
    }

    fn declared(&self, function: FnRef) -> FnId {
        match function {
            FnRef::Direct(id, _) => id,
            FnRef::Trait { of, method, .. } => self.trait_decl(of).methods[method as usize],
        }
    }

    fn unneeded(&self, decl: &FnDecl, needed: &[Symbol], used: &[TraitId], found: &mut Vec<Diagnostic>) {
        // A method of an impl may declare what its trait allows; a default body, what other impls need.
        if matches!(decl.owner, FnOwner::Trait(_)) {
            return;
        }
        let tree = &self.module(decl.id.module).syntax().trees[decl.tree as usize];
        for name in tree.list(tree[decl.syntax].uses) {
            // `Async` means nothing, so nothing needs it.
            let is_async = name.symbol == self.symbols.async_;
            let of = self.capability_trait(decl.id.module, name.symbol);
            let is_used = needed.contains(&name.symbol) || of.is_some_and(|of| used.contains(&of));
            let is_known = decl.uses.contains(&name.symbol)
                || of.is_some_and(|of| decl.capabilities.contains(&Capability { of, is_declared: true }));
            if is_known && !is_used && !is_async {
                let message = format!("unneeded capability `{}`", self.names.get(name.symbol));
                found.push(Diagnostic::new(Code::warning(600), decl.id.module, name.span, message));
            }
        }
    }
}
