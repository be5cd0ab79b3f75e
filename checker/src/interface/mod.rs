//! The interface of a module: what it declares, with every signature lowered to types.
//!
//! ```text
//! imports, names    name spaces; ids of all declarations           ─► slot `names`
//! lower, generics   written types and bounds to `Ty` and `Bound`
//! items, functions  configs, traits, impl headers; then types and functions in parts ─► one slot each, in this order
//! capabilities      `uses` clauses of functions
//! checks, derives, cycles    what needs all of them
//! unused            imports that nothing mentions
//! ```
//!
//! A slot is set as soon as its stage is done, so that later stages of the same module and other modules read it in
//! the same way. What a broken declaration leaves behind is the error type, which agrees with everything.

mod capabilities;
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

use crate::decl::{AdtDecl, FnDecl};
use crate::parts::{Parts, Slots, part_count, part_range};
use crate::program::{Module, Program, set};
use crate::types::ModuleId;
use sigil_frontend::{Code, Diagnostic, Span, Symbol};
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

/// An interface that lacks its types and the signatures of its functions.
pub struct BegunInterface(Out);

/// Some types or signatures of a module.
pub struct InterfacePart {
    adts: Vec<AdtDecl>,
    fns: Vec<FnDecl>,
    out: Out,
}

impl Program {
    /// Builds the interface of a module in one go: see [`Program::begin_interface`].
    pub fn build_interface(&self, id: ModuleId, imports: &[Option<ModuleId>]) -> Vec<Diagnostic> {
        let begun = self.begin_interface(id, imports);
        let parts = (0..self.interface_parts(id)).map(|part| self.interface_part(id, part));
        self.finish_interface(id, begun, parts)
    }

    /// Builds the interface of a module but for its types and the signatures of functions. `imports[i]` is the module that the i-th
    /// import of the file resolves to; none if that was reported already: names from it are silent. The interfaces of
    /// all of these, and of the prelude, are built.
    pub fn begin_interface(&self, id: ModuleId, imports: &[Option<ModuleId>]) -> BegunInterface {
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
        BegunInterface(build.out)
    }

    /// In how many parts the types and functions of a module come whose interface is begun, methods and tests
    /// included.
    pub fn interface_parts(&self, id: ModuleId) -> usize {
        let names = self.module(id).names();
        part_count(names.adts.len()) + part_count(names.fns.len())
    }

    /// Lowers a part of a module whose interface is begun; other workers may lower other parts meanwhile.
    pub fn interface_part(&self, id: ModuleId, part: usize) -> InterfacePart {
        let module = self.module(id);
        let mut build = Build { p: self, module, out: Out::default() };
        let (mut adts, mut fns) = (Vec::new(), Vec::new());
        let names = module.names();
        match part.checked_sub(part_count(names.adts.len())) {
            None => adts = build.adts(part_range(part, names.adts.len())),
            Some(part) => fns = build.functions(part_range(part, names.fns.len())),
        }
        InterfacePart { adts, fns, out: build.out }
    }

    /// Ends what [`Program::begin_interface`] began, with all parts in order.
    pub fn finish_interface(
        &self,
        id: ModuleId,
        begun: BegunInterface,
        parts: impl IntoIterator<Item = InterfacePart>,
    ) -> Vec<Diagnostic> {
        let module = self.module(id);
        let mut build = Build { p: self, module, out: begun.0 };
        let (mut adts, mut fns) = (Vec::new(), Vec::new());
        for mut part in parts {
            match part.adts.is_empty() {
                true => fns.push(part.fns),
                false => adts.push(part.adts),
            }
            build.out.diagnostics.append(&mut part.out.diagnostics);
            build.out.pending.append(&mut part.out.pending);
        }
        let (mut adts, fns) = (Parts::new(adts), Parts::new(fns));
        build.cut_cycles(&mut adts);
        set(&module.adts, adts, "interface");
        if fns.iter().any(|decl| !(decl.uses.is_empty() && decl.capabilities.is_empty())) {
            // Whoever mentions one of these is checked after an edge from here.
            self.has_capabilities.store(true, Ordering::Relaxed);
        }
        let bodies = Slots::new(fns.len());
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
