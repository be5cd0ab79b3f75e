//! The interface of a module: what it declares, with every signature lowered to types.
//!
//! ```text
//! imports, names    name spaces; ids of all declarations           ─► slot `names`
//! lower, generics   written types and bounds to `Ty` and `Bound`
//! items, functions  configs, traits, impl headers, types, functions ─► one slot each, in this order
//! checks, derives, cycles    what needs all of them
//! unused            imports that nothing mentions
//! ```
//!
//! A slot is set as soon as its stage is done, so that later stages of the same module and other modules read it in
//! the same way. What a broken declaration leaves behind is the error type, which agrees with everything.

mod checks;
mod cycles;
mod derives;
mod functions;
mod generics;
mod imports;
mod items;
mod lower;
mod names;
#[cfg(test)]
mod tests;
mod unused;

pub(crate) use lower::{EnvRef, Lower, Out};
pub use names::Space;
pub(crate) use names::{Entry, Names};

use crate::program::{Module, Program, set};
use crate::types::ModuleId;
use sigil_frontend::{Code, Diagnostic, Span, Symbol};
use std::sync::OnceLock;
use std::sync::atomic::Ordering;

/// One interface being built.
struct Build<'p> {
    p: &'p Program,
    module: &'p Module,
    out: Out,
}

impl<'p> Build<'p> {
    fn text(&self, symbol: Symbol) -> &'p str {
        self.p.names.get(symbol)
    }

    fn error(&mut self, number: u16, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.out.report(Diagnostic::new(Code::error(number), self.module.id, span, message))
    }
}

impl Program {
    /// Builds the interface of a module. `imports[i]` is the module that the i-th import of the file resolves to; none
    /// if that was reported already: names from it are silent. The interfaces of all of these, and of the prelude, are
    /// built.
    pub fn build_interface(&self, id: ModuleId, imports: &[Option<ModuleId>]) -> Vec<Diagnostic> {
        let module = self.module(id);
        let mut build = Build { p: self, module, out: Out::default() };
        let names = build.names(imports);
        set(&module.names, names, "interface");
        if module.info.is_library && module.info.key == "prelude" {
            build.lang();
        }
        build.aliases();
        let configs = build.configs();
        set(&module.configs, configs, "interface");
        let traits = build.traits();
        set(&module.traits, traits, "interface");
        let impls = build.impls();
        set(&module.impls, impls, "interface");
        let adts = build.adts();
        set(&module.adts, adts, "interface");
        let fns = build.functions();
        if fns.iter().any(|decl| !decl.uses.is_empty()) {
            // Whoever mentions one of these is checked after an edge from here.
            self.has_capabilities.store(true, Ordering::Relaxed);
        }
        let bodies = fns.iter().map(|_| OnceLock::new()).collect();
        set(&module.fns, fns, "interface");
        build.checks();
        build.unused_imports();
        set(&module.bodies, bodies, "interface");
        for decl in module.traits() {
            for (number, &method) in decl.methods.iter().enumerate() {
                let name = self.fn_decl(method).name;
                self.trait_methods.update(name, |all| all.push((decl.id, number as u32)));
            }
        }
        build.out.diagnostics
    }
}
