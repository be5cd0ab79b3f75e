//! All that is known of one compilation: modules with their write-once slots, names and types.
//!
//! Everything takes `&self` and may be called from any worker. A slot is set once, by the stage that owns it, and
//! read only by stages that run after it; reading an unset slot is a bug of whoever ordered the stages, and the
//! panic says which slot of which module it was.

use crate::decl::{AdtDecl, AliasDecl, ConfigDecl, FnDecl, ImplDecl, TraitDecl};
use crate::hir::Body;
pub use crate::impls::ImplAnswer;
use crate::impls::ImplTable;
use crate::interface::Names;
use crate::parts::{Parts, Slots};
use crate::sharded::ShardedMap;
use crate::symbols::Symbols;
pub use crate::types::Head;
use crate::types::{AdtId, FnId, ImplId, ModuleId, TraitId, Ty, TyList, Types};
use sigil_frontend::syntax::FileSyntax;
use sigil_frontend::{Contention, Diagnostic, Interner, MAP_SHARDS, Source, Symbol};
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

/// What the driver says about a module when it discovers it.
#[derive(Clone, Debug, Default)]
pub struct ModuleInfo {
    /// Identifies the module in symbol names: `main`, `util/text`, `std.math`, `prelude`. From the path relative to
    /// the source root, `/`-separated, without extension.
    pub key: String,
    /// Path as given or resolved, for diagnostics and panics.
    pub display: String,
    /// Directory of the file, `/`-separated; the same text for all files of one directory.
    pub dir: String,
    /// File name without `.si`: `geo`, `geo.test`, `mod`.
    pub stem: String,
    /// Part of the library.
    pub is_library: bool,
    /// `X.test.si`, or a file under `_test/`.
    pub is_test: bool,
}

/// A module: a file and what the stages made of it.
pub struct Module {
    /// Itself.
    pub id: ModuleId,
    /// What the driver said.
    pub info: ModuleInfo,
    pub(crate) source: OnceLock<Source>,
    pub(crate) syntax: OnceLock<FileSyntax>,
    /// The slots below are set by `build_interface`, in this order.
    pub(crate) names: OnceLock<Names>,
    pub(crate) configs: OnceLock<Vec<ConfigDecl>>,
    pub(crate) traits: OnceLock<Vec<TraitDecl>>,
    pub(crate) impls: OnceLock<ImplTable>,
    pub(crate) adts: OnceLock<Parts<AdtDecl>>,
    pub(crate) fns: OnceLock<Parts<FnDecl>>,
    pub(crate) bodies: OnceLock<Slots<OnceLock<Option<Body>>>>,
}

impl Module {
    fn slot<'a, T>(&self, slot: &'a OnceLock<T>, what: &str) -> &'a T {
        slot.get().unwrap_or_else(|| {
            panic!("{what} of module `{}` is not set: an edge to that stage is missing", self.info.key)
        })
    }

    /// Its text.
    pub fn source(&self) -> &Source {
        self.slot(&self.source, "the source")
    }

    /// Its syntax.
    pub fn syntax(&self) -> &FileSyntax {
        self.slot(&self.syntax, "the syntax")
    }

    /// Its interface is built.
    pub fn has_interface(&self) -> bool {
        self.bodies.get().is_some()
    }

    pub(crate) fn names(&self) -> &Names {
        self.slot(&self.names, "the interface (names)")
    }

    pub(crate) fn traits(&self) -> &[TraitDecl] {
        self.slot::<Vec<_>>(&self.traits, "the interface (traits)")
    }

    pub(crate) fn impl_table(&self) -> &ImplTable {
        self.slot(&self.impls, "the interface (impls)")
    }

    pub(crate) fn adts(&self) -> &Parts<AdtDecl> {
        self.slot(&self.adts, "the interface (types)")
    }

    pub(crate) fn fns(&self) -> &Parts<FnDecl> {
        self.slot(&self.fns, "the interface (functions)")
    }
}

/// Declarations of the prelude that the language itself refers to.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Lang {
    pub option: AdtId,
    pub result: AdtId,
    pub ordering: AdtId,
    pub error: AdtId,
    pub timeout_error: AdtId,
    pub backoff: AdtId,
    pub eq: TraitId,
    pub comparable: TraitId,
    pub hashable: TraitId,
    pub printable: TraitId,
    pub clone: TraitId,
    pub default: TraitId,
}

/// What checking a body gave.
#[expect(clippy::large_enum_variant, reason = "made once a body and taken apart at once")]
pub enum BodyCheck {
    /// It is checked.
    Done {
        /// The typed body, if there were no errors.
        body: Option<Body>,
        /// Findings.
        diagnostics: Vec<Diagnostic>,
        /// What was taken for granted before all modules were known.
        assumptions: Vec<Assumption>,
    },
    /// A method name lookup needs the impls of modules that may not be known yet (they are visible everywhere, also
    /// from modules that this one does not import): check again after `complete`.
    NeedsComplete,
}

/// "Method `name` on `head` was found only in trait `of`."
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Assumption {
    /// Head of the receiver's type.
    pub head: Head,
    /// The method.
    pub name: Symbol,
    /// The trait.
    pub of: TraitId,
}

/// Keys of the impl cache: trait, type, and the trait's arguments if they were given.
pub(crate) type ImplQuery = (TraitId, Ty, Option<TyList>);

/// One compilation.
pub struct Program {
    /// All names.
    pub names: Interner,
    /// All types.
    pub types: Types,
    pub(crate) symbols: Symbols,
    modules: boxcar::Vec<Module>,
    pub(crate) prelude: OnceLock<ModuleId>,
    pub(crate) lang: OnceLock<Lang>,
    pub(crate) complete: OnceLock<crate::untested::TestFiles>,
    /// Traits by the names of their methods, over all interfaces built so far.
    pub(crate) trait_methods: ShardedMap<Symbol, Vec<(TraitId, u32)>>,
    pub(crate) impl_cache: ShardedMap<ImplQuery, ImplAnswer>,
    /// Some interface has a `uses` clause.
    pub(crate) has_capabilities: AtomicBool,
}

impl Default for Program {
    fn default() -> Self {
        Self::new(MAP_SHARDS)
    }
}

impl Program {
    /// A compilation without modules, whose shared maps have that many shards each.
    pub fn new(shards: usize) -> Self {
        let names = Interner::new(shards);
        let symbols = Symbols::new(&names);
        Program {
            names,
            types: Types::new(shards),
            symbols,
            modules: boxcar::Vec::new(),
            prelude: OnceLock::new(),
            lang: OnceLock::new(),
            complete: OnceLock::new(),
            trait_methods: ShardedMap::new(shards),
            impl_cache: ShardedMap::new(shards),
            has_capabilities: AtomicBool::new(false),
        }
    }

    /// Adds a module. Its number depends on the schedule.
    pub fn add_module(&self, info: ModuleInfo) -> ModuleId {
        let index = self.modules.push_with(|index| Module {
            id: sigil_frontend::FileId(index as u32),
            info,
            source: OnceLock::new(),
            syntax: OnceLock::new(),
            names: OnceLock::new(),
            configs: OnceLock::new(),
            traits: OnceLock::new(),
            impls: OnceLock::new(),
            adts: OnceLock::new(),
            fns: OnceLock::new(),
            bodies: OnceLock::new(),
        });
        sigil_frontend::FileId(index as u32)
    }

    /// A module.
    pub fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.0 as usize]
    }

    /// All modules added so far, in the order of discovery.
    pub fn modules(&self) -> impl Iterator<Item = &Module> {
        self.modules.iter().map(|(_, module)| module)
    }

    /// Sets a module's text.
    pub fn set_source(&self, id: ModuleId, source: Source) {
        set(&self.module(id).source, source, "source");
    }

    /// Sets a module's syntax.
    pub fn set_syntax(&self, id: ModuleId, syntax: FileSyntax) {
        set(&self.module(id).syntax, syntax, "syntax");
    }

    /// Sets the result of checking a body; none if it had errors.
    pub fn set_body(&self, id: FnId, body: Option<Body>) {
        let module = self.module(id.module);
        let bodies = module.slot(&module.bodies, "the interface");
        set(bodies.get(id.index as usize), body, "body");
    }

    /// A checked body; none if it had errors.
    pub fn body(&self, id: FnId) -> Option<&Body> {
        let module = self.module(id.module);
        let bodies = module.slot(&module.bodies, "the interface");
        module.slot(bodies.get(id.index as usize), "a function body").as_ref()
    }

    /// A function.
    pub fn fn_decl(&self, id: FnId) -> &FnDecl {
        &self.module(id.module).fns()[id.index as usize]
    }

    /// A user or prelude type.
    pub fn adt(&self, id: AdtId) -> &AdtDecl {
        &self.module(id.module).adts()[id.index as usize]
    }

    /// A trait.
    pub fn trait_decl(&self, id: TraitId) -> &TraitDecl {
        &self.module(id.module).traits()[id.index as usize]
    }

    /// An impl.
    pub fn impl_decl(&self, id: ImplId) -> &ImplDecl {
        &self.module(id.module).impl_table().decls[id.index as usize]
    }

    /// A transparent alias of a function type, with its type parameters.
    pub fn alias_decl(&self, module: ModuleId, index: u32) -> &AliasDecl {
        let module = self.module(module);
        module.slot(&module.names().aliases[index as usize].decl, "an alias")
    }

    /// The type that an alias stands for, in terms of its type parameters.
    pub fn alias(&self, module: ModuleId, index: u32) -> Ty {
        self.alias_decl(module, index).ty
    }

    /// A config constant.
    pub fn config(&self, module: ModuleId, index: u32) -> &ConfigDecl {
        let module = self.module(module);
        &module.slot(&module.configs, "the interface (configs)")[index as usize]
    }

    /// All functions, tests and methods of a module in source order.
    pub fn functions(&self, module: ModuleId) -> &Parts<FnDecl> {
        self.module(module).fns()
    }

    /// All types of a module in source order.
    pub fn adts(&self, module: ModuleId) -> &Parts<AdtDecl> {
        self.module(module).adts()
    }

    /// All traits of a module in source order.
    pub fn traits(&self, module: ModuleId) -> &[TraitDecl] {
        self.module(module).traits()
    }

    /// All impls of a module in source order.
    pub fn impls(&self, module: ModuleId) -> &[ImplDecl] {
        &self.module(module).impl_table().decls
    }

    /// What the language itself refers to. The prelude's interface must have been built.
    pub fn lang(&self) -> &Lang {
        self.lang.get().expect("the prelude's interface: an edge to that stage is missing")
    }

    /// The prelude's module, if it has been built.
    pub fn prelude(&self) -> Option<ModuleId> {
        self.prelude.get().copied()
    }

    /// Once, after the interfaces of all modules: from now on the impls of all modules are known.
    pub fn complete(&self) -> Vec<Diagnostic> {
        self.complete.get_or_init(|| crate::untested::TestFiles::new(self));
        Vec::new()
    }

    /// `complete` has been called.
    pub fn is_complete(&self) -> bool {
        self.complete.get().is_some()
    }

    /// What happened at the locks of the shared maps, by map and shard.
    pub fn contention(&self) -> Vec<(&'static str, Vec<Contention>)> {
        let mut maps = vec![("names", self.names.contention())];
        maps.extend(self.types.contention());
        maps.push(("trait methods", self.trait_methods.contention()));
        maps.push(("impl answers", self.impl_cache.contention()));
        maps
    }
}

/// Fills a slot; filling one twice is a bug of whoever ordered the stages.
pub(crate) fn set<T>(slot: &OnceLock<T>, value: T, what: &str) {
    if slot.set(value).is_err() {
        panic!("a {what} was set twice");
    }
}
