//! `uses` clauses: built-in capabilities, and traits whose values a function is given.

use super::Build;
use super::names::FnEntry;
use crate::decl::{Bound, Capability, Def, FnOwner, Generics};
use crate::program::Program;
use crate::types::{ModuleId, TraitId};
use sigil_frontend::Symbol;
use sigil_frontend::syntax::{self, Tree};

impl Program {
    /// The capabilities that the runtime provides.
    pub(crate) fn built_in_capabilities(&self) -> [Symbol; 7] {
        let s = self.symbols;
        [s.io, s.file_system, s.env, s.process, s.clock, s.random, s.async_]
    }

    /// The trait that a capability's name stands for. Generic ones cannot be named without their arguments.
    pub(crate) fn capability_trait(&self, module: ModuleId, name: Symbol) -> Option<TraitId> {
        match self.lookup_type(module, name)? {
            Def::Trait(id) if self.trait_arity(id) == 0 => Some(id),
            _ => None,
        }
    }

    /// How many type parameters a trait has.
    pub(crate) fn trait_arity(&self, id: TraitId) -> u32 {
        self.module(id.module).names().traits[id.index as usize].arity
    }

    /// What an unknown capability was perhaps meant to be.
    pub(crate) fn suggest_capability(&self, module: ModuleId, name: Symbol) -> Option<String> {
        let mut known: Vec<&str> = self.built_in_capabilities().map(|name| self.names.get(name)).into();
        self.type_names(module, &mut |name| {
            if self.capability_trait(module, name).is_some() {
                known.push(self.names.get(name));
            }
        });
        crate::suggest::did_you_mean(self.names.get(name), known)
    }

    /// The traits that a method of a trait uses, in order.
    fn method_capabilities(&self, of: TraitId, method: Symbol) -> Vec<TraitId> {
        let module = self.module(of.module);
        let entry = &module.names().traits[of.index as usize];
        let tree = &module.syntax().trees[entry.tree as usize];
        let mut out = Vec::new();
        let mut methods = tree.list(tree[entry.syntax].methods);
        let Some(method) = methods.find(|other| other.name.symbol == method) else { return out };
        for name in tree.list(method.uses) {
            if let Some(id) = self.capability_trait(of.module, name.symbol)
                && !out.contains(&id)
            {
                out.push(id);
            }
        }
        out
    }
}

impl Build<'_> {
    /// The built-in capabilities of a `uses` clause, and the traits. A method of an impl is given what its trait's
    /// method is given, in the same order.
    pub(super) fn uses(
        &mut self,
        entry: &FnEntry,
        syntax: &syntax::Function,
        tree: &Tree,
    ) -> (Vec<Symbol>, Vec<Capability>) {
        let (mut uses, mut given) = (Vec::new(), Vec::new());
        if let Some(of) = self.trait_of(entry) {
            let wanted = self.p.method_capabilities(of, syntax.name.symbol);
            given.extend(wanted.into_iter().map(|of| Capability { of, is_declared: false }));
        }
        let is_main = entry.owner == FnOwner::Module && syntax.name.symbol == self.p.symbols.main;
        for name in tree.list(syntax.uses) {
            let is_built_in = self.p.built_in_capabilities().contains(&name.symbol);
            let of = self.p.capability_trait(self.module.id, name.symbol);
            let text = self.text(name.symbol);
            match of {
                _ if is_built_in && (is_main || of.is_none()) => uses.push(name.symbol),
                Some(_) if is_main => {
                    let message = format!("@main cannot be given capability `{text}`");
                    let help = format!("give it to what needs it: `with {text} = … in …`");
                    self.error(601, name.span, message).help = Some(help);
                }
                Some(of) => match given.iter_mut().find(|capability| capability.of == of) {
                    Some(capability) => capability.is_declared = true,
                    None => given.push(Capability { of, is_declared: true }),
                },
                None if self.module.names().silent.contains(&name.symbol) => {}
                None => self.unknown_capability(name),
            }
        }
        (uses, given)
    }

    fn unknown_capability(&mut self, name: &syntax::Name) {
        let text = self.text(name.symbol);
        if matches!(self.p.lookup_type(self.module.id, name.symbol), Some(Def::Trait(_))) {
            let message = format!("`{text}` expects type arguments, which a capability cannot have");
            self.error(302, name.span, message);
            return;
        }
        let help = self.p.suggest_capability(self.module.id, name.symbol);
        self.error(602, name.span, format!("unknown capability `{text}`")).help = help;
    }

    /// The trait of a method of an impl.
    fn trait_of(&self, entry: &FnEntry) -> Option<TraitId> {
        let FnOwner::Impl(id) = entry.owner else { return None };
        Some(self.p.impl_decl(id).of?.0)
    }

    /// A type parameter for each capability.
    pub(super) fn capability_params(&self, capabilities: &[Capability], generics: &mut Generics) {
        for capability in capabilities {
            let subject = self.p.types.param(generics.names.len() as u32);
            // No name that can be written, so that nothing else is hidden.
            let name = format!("uses {}", self.text(self.p.trait_name(capability.of)));
            generics.names.push(self.p.names.intern(&name));
            generics.bounds.push(Bound { subject, of: capability.of, args: self.p.types.list(&[]) });
        }
    }

    /// Methods without `self` of what can be a capability read the value through which they are called.
    pub(super) fn implicit_self(&self, entry: &FnEntry, syntax: &syntax::Function) -> bool {
        let of = match entry.owner {
            FnOwner::Trait(of) => Some(of),
            _ => self.trait_of(entry),
        };
        let can_be = |of| self.p.trait_arity(of) == 0 && !self.p.is_prelude_trait(of);
        syntax.reads_self && syntax.self_param.is_none() && of.is_some_and(can_be)
    }
}
