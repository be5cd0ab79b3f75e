//! What names stand for, seen from a module: item, then import, then prelude.

use crate::decl::Def;
use crate::interface::{Entry, Out, Space};
use crate::program::Program;
use crate::types::{AdtId, FnId, Head, ImplId, ModuleId, TraitId};
use sigil_frontend::syntax::Name;
use sigil_frontend::{Code, Diagnostic, Symbol};

/// Why a module does not give a name away. Neither: there is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hidden {
    /// It is private.
    pub is_private: bool,
    /// It was reported where it is imported or declared.
    pub is_silent: bool,
}

impl Hidden {
    const PRIVATE: Hidden = Hidden { is_private: true, is_silent: false };
    const SILENT: Hidden = Hidden { is_private: false, is_silent: true };
    const MISSING: Hidden = Hidden { is_private: false, is_silent: false };
}

impl Program {
    fn lookup(&self, module: ModuleId, space: Space, name: Symbol) -> Option<Def> {
        if let Some(entry) = self.module(module).names().space(space).get(name) {
            return entry.def;
        }
        let prelude = self.prelude()?;
        if prelude == module || self.is_silent_import(module, name) {
            return None;
        }
        self.prelude_entry(space, name).filter(|entry| entry.is_pub)?.def
    }

    fn prelude_entry(&self, space: Space, name: Symbol) -> Option<Entry> {
        self.module(self.prelude()?).names().space(space).own.get(&name).copied()
    }

    /// A function, test or module by its unqualified name (no variants, no locals).
    pub fn lookup_value(&self, module: ModuleId, name: Symbol) -> Option<Def> {
        self.lookup(module, Space::Value, name)
    }

    /// A type or trait by its unqualified name (no primitives, no type parameters).
    pub fn lookup_type(&self, module: ModuleId, name: Symbol) -> Option<Def> {
        self.lookup(module, Space::Type, name)
    }

    /// A config constant.
    pub fn lookup_config(&self, module: ModuleId, name: Symbol) -> Option<Def> {
        self.lookup(module, Space::Config, name)
    }

    /// A function of the prelude, also one that users cannot name.
    pub fn prelude_fn(&self, name: Symbol) -> Option<FnId> {
        match self.prelude_entry(Space::Value, name)?.def? {
            Def::Fn(id) => Some(id),
            _ => None,
        }
    }

    /// Variants and newtype constructors of that name in the first pool that has any: own module, imports, prelude.
    pub fn variants_named(&self, module: ModuleId, name: Symbol) -> &[(AdtId, u32)] {
        let names = self.module(module).names();
        if let Some(pool) = names.variants.get(&name).or_else(|| names.imported_variants.get(&name)) {
            return pool;
        }
        self.prelude()
            .and_then(|prelude| self.module(prelude).names().variants.get(&name))
            .map_or(&[], Vec::as_slice)
    }

    /// What `module` gives to `from` under a name: public items, re-exports, private items of itself and where a test
    /// may see them.
    pub fn exported(
        &self,
        module: ModuleId,
        name: Symbol,
        space: Space,
        from: ModuleId,
    ) -> Result<Def, Hidden> {
        let target = self.module(module);
        let Some(entry) = target.names().space(space).export(name) else {
            return Err(if target.names().silent.contains(&name) { Hidden::SILENT } else { Hidden::MISSING });
        };
        if !entry.is_pub && !self.module(from).may_see_private(target) {
            return Err(Hidden::PRIVATE);
        }
        entry.def.ok_or(Hidden::SILENT)
    }

    /// `exported` in the value space; an uppercase name is a variant or constructor (the first, if there are several).
    pub fn exported_value(&self, module: ModuleId, name: Symbol, from: ModuleId) -> Result<Def, Hidden> {
        if self.names.get(name).as_bytes().first().is_some_and(u8::is_ascii_uppercase) {
            let found = self.exported_variants(module, name, from)?;
            return found.first().map(|&(id, index)| Def::Variant(id, index)).ok_or(Hidden::MISSING);
        }
        self.exported(module, name, Space::Value, from)
    }

    /// The constructor of a newtype, or the variants, of that name that a module itself declares publicly or passes on:
    /// at least one.
    pub fn exported_variants(
        &self,
        module: ModuleId,
        name: Symbol,
        from: ModuleId,
    ) -> Result<Vec<(AdtId, u32)>, Hidden> {
        let target = self.module(module);
        let sees_private = self.module(from).may_see_private(target);
        let names = target.names();
        let own = names.variants.get(&name).map_or(&[][..], Vec::as_slice);
        let own = own.iter().copied().filter(|&(id, _)| {
            sees_private || names.adts.get(id.index as usize).is_some_and(|entry| entry.is_pub)
        });
        let found: Vec<_> = own.collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let passed_on = names.imported_variants.get(&name).map_or(&[][..], Vec::as_slice);
        let is_passed_on = |id: AdtId| {
            names.types.imported.values().any(|entry| entry.is_pub && entry.def == Some(Def::Adt(id)))
        };
        let found: Vec<_> = passed_on.iter().copied().filter(|&(id, _)| is_passed_on(id)).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        // A newtype's constructor is imported as the type is; a variant has no import of its own.
        let is_private = names.types.own.get(&name).is_some_and(|entry| !entry.is_pub) && !sees_private;
        Err(if is_private { Hidden::PRIVATE } else { Hidden::MISSING })
    }

    /// Reports a name that a module does not give away.
    pub(crate) fn report_hidden(
        &self,
        hidden: Hidden,
        module: ModuleId,
        name: Name,
        space: Space,
        from: ModuleId,
        out: &mut Out,
    ) {
        if let Some(diagnostic) = self.hidden_diagnostic(hidden, module, name, space, from) {
            out.report(diagnostic);
        }
    }

    /// E0703 for a private name, E0701 for a missing one, nothing for what was reported.
    pub fn hidden_diagnostic(
        &self,
        hidden: Hidden,
        module: ModuleId,
        name: Name,
        space: Space,
        from: ModuleId,
    ) -> Option<Diagnostic> {
        let text = self.names.get(name.symbol);
        let sigil = if space == Space::Config { "$" } else { "" };
        let target = self.module(module);
        if hidden.is_silent {
            return None;
        }
        if hidden.is_private {
            let help = format!("import it as `::{sigil}{text}`");
            let message = format!("`{sigil}{text}` is private");
            return Some(Diagnostic::new(Code::error(703), from, name.span, message).help(help));
        }
        let place = if target.info.is_library { &target.info.key } else { &target.info.display };
        let mut names = Vec::new();
        self.each_exported(module, space, &mut |name| names.push(self.names.get(name)));
        let message = format!("`{sigil}{text}` not found in `{place}`");
        let mut diagnostic = Diagnostic::new(Code::error(701), from, name.span, message);
        diagnostic.help = crate::suggest::did_you_mean(text, names);
        Some(diagnostic)
    }

    fn each_exported(&self, module: ModuleId, space: Space, visit: &mut dyn FnMut(Symbol)) {
        let table = self.module(module).names().space(space);
        let all = table.own.iter().chain(&table.imported);
        all.filter(|(_, entry)| entry.is_pub).for_each(|(&name, _)| visit(name));
    }

    /// All public value names of a module, in no particular order.
    pub fn exported_names(&self, module: ModuleId, visit: &mut dyn FnMut(Symbol)) {
        self.each_exported(module, Space::Value, visit);
    }

    /// The module that `std.math` stands for: the whole path of a plain import of this file.
    pub fn lookup_module_path(&self, module: ModuleId, path: &[Symbol]) -> Option<ModuleId> {
        let paths = &self.module(module).names().paths;
        paths.iter().find(|(other, _)| **other == *path).map(|&(_, id)| id)
    }

    /// The module that written names stand for: a bound name or the path of a plain import.
    pub fn module_of_path(&self, module: ModuleId, path: &[Name]) -> Option<ModuleId> {
        if let [name] = path
            && let Some(Def::Module(id)) = self.lookup_value(module, name.symbol)
        {
            return Some(id);
        }
        let symbols: Vec<Symbol> = path.iter().map(|name| name.symbol).collect();
        self.lookup_module_path(module, &symbols)
    }

    fn each_name(&self, module: ModuleId, space: Space, visit: &mut dyn FnMut(Symbol)) {
        let table = self.module(module).names().space(space);
        table.own.keys().chain(table.imported.keys()).for_each(|&name| visit(name));
        if let Some(prelude) = self.prelude().filter(|&prelude| prelude != module) {
            let own = &self.module(prelude).names().space(space).own;
            own.iter().filter(|(_, entry)| entry.is_pub).for_each(|(&name, _)| visit(name));
        }
    }

    /// All value names in scope of a module, variants included, in no particular order.
    pub fn value_names(&self, module: ModuleId, visit: &mut dyn FnMut(Symbol)) {
        self.each_name(module, Space::Value, visit);
        let names = self.module(module).names();
        names.variants.keys().chain(names.imported_variants.keys()).for_each(|&name| visit(name));
        if let Some(prelude) = self.prelude() {
            self.module(prelude).names().variants.keys().for_each(|&name| visit(name));
        }
    }

    /// All type and trait names in scope of a module, without primitives, in no particular order.
    pub fn type_names(&self, module: ModuleId, visit: &mut dyn FnMut(Symbol)) {
        self.each_name(module, Space::Type, visit);
    }

    /// All config names in scope of a module, in no particular order.
    pub fn config_names(&self, module: ModuleId, visit: &mut dyn FnMut(Symbol)) {
        self.each_name(module, Space::Config, visit);
    }

    /// Inherent methods of that name on types with that head; their impls' targets may differ.
    pub fn inherent_methods(&self, head: Head, name: Symbol) -> &[FnId] {
        let Some(table) = self.home_of(head).and_then(|module| self.module(module).impls.get()) else {
            return &[];
        };
        table.inherent.get(&(head, name)).map_or(&[], Vec::as_slice)
    }

    /// Names of all inherent methods on types with that head, in no particular order.
    pub fn inherent_names(&self, head: Head, visit: &mut dyn FnMut(Symbol)) {
        if let Some(table) = self.home_of(head).and_then(|module| self.module(module).impls.get()) {
            table.inherent.keys().filter(|(other, _)| *other == head).for_each(|&(_, name)| visit(name));
        }
    }

    /// The module that may give a type inherent methods.
    fn home_of(&self, head: Head) -> Option<ModuleId> {
        match head {
            Head::Adt(id) => Some(id.module),
            _ => self.prelude(),
        }
    }

    /// Traits with a method of that name, over all interfaces built so far, with the method's number.
    /// Ordered by module key, then source.
    pub fn trait_methods_named(&self, name: Symbol) -> Vec<(TraitId, u32)> {
        let mut found = self.trait_methods.get(&name).unwrap_or_default();
        if found.len() > 1 {
            found.sort_unstable_by_key(|&(of, _)| (self.module(of.module).info.key.as_str(), of.index));
        }
        found
    }

    /// Impls of a trait whose target has this head, with any arguments and bounds, in source order. Coherence puts
    /// them in the trait's module or the type's.
    pub fn impls_of(&self, of: TraitId, head: Head) -> impl Iterator<Item = ImplId> + '_ {
        let of_module = |module: ModuleId| {
            let table = self.module(module).impls.get();
            table.and_then(|table| table.by_trait.get(&(of, head))).map_or(&[][..], Vec::as_slice)
        };
        let home = match head {
            Head::Adt(id) if id.module != of.module => of_module(id.module),
            _ => &[],
        };
        of_module(of.module).iter().chain(home).copied()
    }
}
