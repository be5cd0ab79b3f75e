//! Imports: what they bring in, and what is wrong with them.

use super::{Build, Entry, Names, Space};
use crate::decl::{AdtKind, Def};
use crate::program::{Module, Program};
use crate::types::{AdtId, ModuleId};
use sigil_frontend::syntax::{Import, ImportItem, ImportKind, ImportSource, Name, Tree};
use sigil_frontend::{Diagnostic, Label, Symbol};

impl<'p> Build<'p> {
    pub(super) fn imports(&mut self, names: &mut Names, targets: &[Option<ModuleId>]) {
        let module = self.module;
        names.silent.extend(module.syntax().trees.iter().flat_map(|tree| &tree.late_imports));
        let Some(tree) = module.syntax().trees.first() else { return };
        for (number, import) in tree.imports.iter().enumerate() {
            let target = targets.get(number).copied().flatten();
            match import.kind {
                ImportKind::Items(items) => {
                    for item in tree.list(items) {
                        match target {
                            Some(target) => self.import_item(names, import, item, self.p.module(target)),
                            None => {
                                names.silent.insert(item.alias.unwrap_or(item.name).symbol);
                            }
                        }
                    }
                }
                ImportKind::Module(name) => self.import_module(names, import, name, target),
                ImportKind::Plain => self.import_plain(names, tree, import, target),
                ImportKind::Extension(_) => {}
            }
        }
    }

    fn import_plain(&mut self, names: &mut Names, tree: &Tree, import: &Import, target: Option<ModuleId>) {
        let ImportSource::Dotted(path) = import.source else { return };
        let path: Vec<Name> = tree.list(path).copied().collect();
        let Some(&last) = path.last() else { return };
        self.import_module(names, import, last, target);
        if let Some(target) = target {
            names.paths.push((path.iter().map(|name| name.symbol).collect(), target));
        } else {
            names.silent.insert(path[0].symbol);
        }
    }

    fn import_module(&mut self, names: &mut Names, import: &Import, name: Name, target: Option<ModuleId>) {
        match target {
            Some(target) => {
                let entry = Entry { def: Some(Def::Module(target)), span: name.span, is_pub: import.is_pub };
                self.bind(names, Space::Value, name, entry);
            }
            None => {
                names.silent.insert(name.symbol);
            }
        }
    }

    fn import_item(&mut self, names: &mut Names, import: &Import, item: &ImportItem, target: &Module) {
        let local = item.alias.unwrap_or(item.name);
        let spaces: &[Space] = if item.config { &[Space::Config] } else { &[Space::Value, Space::Type] };
        let mut found = false;
        for &space in spaces {
            let Some(entry) = target.names().space(space).export(item.name.symbol) else { continue };
            found = true;
            if !entry.is_pub {
                self.private_import(import, item, entry, target);
            }
            if entry.def.is_none() {
                names.silent.insert(local.symbol);
            }
            let bound = Entry { def: entry.def, span: local.span, is_pub: import.is_pub };
            if self.bind(names, space, local, bound)
                && let Some(Def::Adt(id)) = entry.def
            {
                self.import_variants(names, id, local.symbol);
            }
        }
        if !found {
            names.silent.insert(local.symbol);
            if !target.names().silent.contains(&item.name.symbol) {
                self.missing_import(item, target);
            }
        }
    }

    fn private_import(&mut self, import: &Import, item: &ImportItem, entry: Entry, target: &Module) {
        let text = self.text(item.name.symbol);
        let sigil = if item.config { "$" } else { "" };
        let label =
            Label { file: target.id, span: entry.span, message: "it is declared here without `pub`".into() };
        let diagnostic = if import.is_pub {
            self.error(707, item.name.span, format!("cannot re-export private `{sigil}{text}`"))
        } else if !item.private && !self.module.may_see_private(target) {
            let help = format!("import it as `::{sigil}{text}`");
            let diagnostic = self.error(703, item.name.span, format!("`{sigil}{text}` is private"));
            diagnostic.help = Some(help);
            diagnostic
        } else {
            return;
        };
        diagnostic.labels.push(label);
    }

    fn missing_import(&mut self, item: &ImportItem, target: &Module) {
        let text = self.text(item.name.symbol);
        let names = target.names();
        let spaces: &[Space] = if item.config { &[Space::Config] } else { &[Space::Value, Space::Type] };
        let sees_private = item.private || self.module.may_see_private(target);
        let mut candidates = Vec::new();
        for &space in spaces {
            let table = names.space(space);
            let own = table.own.iter().filter(|(_, entry)| entry.is_pub || sees_private);
            let passed_on = table.imported.iter().filter(|(_, entry)| entry.is_pub);
            candidates.extend(own.chain(passed_on).map(|(&name, _)| self.text(name)));
        }
        let help = crate::suggest::did_you_mean(text, candidates);
        let sigil = if item.config { "$" } else { "" };
        let place = if target.info.is_library { &target.info.key } else { &target.info.display };
        let message = format!("`{sigil}{text}` not found in `{place}`");
        self.error(701, item.name.span, message).help = help;
    }

    /// Enters an imported name; false if there is one.
    fn bind(&mut self, names: &mut Names, space: Space, name: Name, entry: Entry) -> bool {
        let table = names.space_mut(space);
        if let Some(first) = table.imported.get(&name.symbol) {
            let first = first.span;
            let file = self.module.id;
            let message = format!("`{}` is already imported", self.text(name.symbol));
            let diagnostic: &mut Diagnostic = self.error(706, name.span, message);
            diagnostic.help = Some("use `as` to give it another name".into());
            diagnostic.labels.push(Label { file, span: first, message: "first imported here".into() });
            return false;
        }
        table.imported.insert(name.symbol, entry);
        true
    }

    /// A sum type brings its variants, a newtype its constructor (under the name that the type has here).
    fn import_variants(&mut self, names: &mut Names, id: AdtId, local: Symbol) {
        let decl = self.p.adt(id);
        let pools = &mut names.imported_variants;
        match decl.kind {
            AdtKind::Struct => {}
            AdtKind::Newtype => pools.entry(local).or_default().push((id, 0)),
            AdtKind::Sum => {
                for (index, variant) in decl.variants.iter().enumerate() {
                    let pool = pools.entry(variant.name).or_default();
                    if !pool.contains(&(id, index as u32)) {
                        pool.push((id, index as u32));
                    }
                }
            }
        }
    }
}

impl Module {
    /// A test file in `D/_test/` may use private items of files directly in `D`.
    pub(crate) fn may_see_private(&self, target: &Module) -> bool {
        if self.id == target.id {
            return true;
        }
        if !self.info.stem.ends_with(".test") {
            return false;
        }
        match self.info.dir.rsplit_once('/') {
            Some((dir, "_test")) => dir == target.info.dir,
            None => self.info.dir == "_test" && matches!(target.info.dir.as_str(), "" | "."),
            Some(_) => false,
        }
    }
}

impl Program {
    /// Whether a name's import was reported, so that its uses stay silent.
    pub fn is_silent_import(&self, module: ModuleId, name: Symbol) -> bool {
        self.module(module).names().silent.contains(&name)
    }

    /// Whether the import of what may be a sum type was reported: it would have brought its variants.
    pub fn may_miss_variants(&self, module: ModuleId) -> bool {
        let mut silent = self.module(module).names().silent.iter();
        silent.any(|&name| self.names.get(name).starts_with(|first: char| first.is_ascii_uppercase()))
    }
}
