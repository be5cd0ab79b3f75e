//! Name spaces of a module, and the ids of its declarations.

use super::Build;
use crate::decl::{AliasDecl, Def, FnOwner};
use crate::program::Lang;
use crate::types::{AdtId, FnId, ImplId, ModuleId, TraitId};
use rustc_hash::{FxHashMap, FxHashSet};
use sigil_frontend::syntax::{self, Id, ItemKind, List, Name, TypeBody, TypeExprKind};
use sigil_frontend::{Span, Symbol};
use std::sync::OnceLock;

/// The three name spaces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Space {
    /// Functions, tests, module names (variants and constructors have pools of their own).
    Value,
    /// Types and traits.
    Type,
    /// Config constants.
    Config,
}

/// What a name of one space stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// None: its import was reported.
    pub(crate) def: Option<Def>,
    pub(crate) span: Span,
    pub(crate) is_pub: bool,
}

/// One name space of a module.
#[derive(Default)]
pub(crate) struct Table {
    pub(crate) own: FxHashMap<Symbol, Entry>,
    pub(crate) imported: FxHashMap<Symbol, Entry>,
}

impl Table {
    /// What the name stands for inside the module.
    pub(crate) fn get(&self, name: Symbol) -> Option<Entry> {
        self.own.get(&name).or_else(|| self.imported.get(&name)).copied()
    }

    /// What importers get; private items too.
    pub(crate) fn export(&self, name: Symbol) -> Option<Entry> {
        self.own.get(&name).or_else(|| self.imported.get(&name).filter(|entry| entry.is_pub)).copied()
    }
}

/// Variants and newtype constructors by name.
pub(crate) type Variants = FxHashMap<Symbol, Vec<(AdtId, u32)>>;

pub(crate) struct FnEntry {
    pub(crate) tree: u32,
    pub(crate) syntax: Id<syntax::Function>,
    pub(crate) owner: FnOwner,
    pub(crate) test: Option<Id<syntax::Test>>,
    pub(crate) is_pub: bool,
    pub(crate) attrs: List<syntax::Attr>,
}

pub(crate) struct AdtEntry {
    pub(crate) tree: u32,
    pub(crate) syntax: Id<syntax::TypeDef>,
    pub(crate) arity: u32,
    pub(crate) has_bounds: bool,
    pub(crate) is_pub: bool,
    pub(crate) attrs: List<syntax::Attr>,
}

pub(crate) struct TraitEntry {
    pub(crate) tree: u32,
    pub(crate) syntax: Id<syntax::TraitDef>,
    pub(crate) arity: u32,
    pub(crate) is_pub: bool,
    pub(crate) first_fn: u32,
}

pub(crate) struct ImplEntry {
    pub(crate) tree: u32,
    pub(crate) syntax: Id<syntax::ImplDef>,
    pub(crate) span: Span,
    pub(crate) first_fn: u32,
}

pub(crate) struct AliasEntry {
    pub(crate) tree: u32,
    pub(crate) syntax: Id<syntax::TypeDef>,
    pub(crate) arity: u32,
    pub(crate) attrs: List<syntax::Attr>,
    /// Lowered when first asked for.
    pub(crate) decl: OnceLock<AliasDecl>,
}

pub(crate) struct ConfigEntry {
    pub(crate) tree: u32,
    pub(crate) syntax: Id<syntax::ConfigItem>,
    pub(crate) is_pub: bool,
}

/// The names and declarations of a module.
#[derive(Default)]
pub(crate) struct Names {
    pub(crate) values: Table,
    pub(crate) types: Table,
    pub(crate) configs: Table,
    pub(crate) variants: Variants,
    pub(crate) imported_variants: Variants,
    /// Modules by the whole path of a plain import.
    pub(crate) paths: Vec<(Box<[Symbol]>, ModuleId)>,
    /// Names whose import was reported.
    pub(crate) silent: FxHashSet<Symbol>,
    pub(crate) fns: Vec<FnEntry>,
    pub(crate) adts: Vec<AdtEntry>,
    pub(crate) traits: Vec<TraitEntry>,
    pub(crate) impls: Vec<ImplEntry>,
    pub(crate) aliases: Vec<AliasEntry>,
    pub(crate) config_items: Vec<ConfigEntry>,
    /// Items with `#[allow(…)]`.
    pub(crate) allows: Vec<(Span, Vec<Symbol>)>,
}

impl Names {
    pub(crate) fn space(&self, space: Space) -> &Table {
        match space {
            Space::Value => &self.values,
            Space::Type => &self.types,
            Space::Config => &self.configs,
        }
    }

    pub(crate) fn space_mut(&mut self, space: Space) -> &mut Table {
        match space {
            Space::Value => &mut self.values,
            Space::Type => &mut self.types,
            Space::Config => &mut self.configs,
        }
    }
}

impl<'p> Build<'p> {
    /// Collects imports and items.
    pub(super) fn names(&mut self, imports: &[Option<ModuleId>]) -> Names {
        let mut names = Names::default();
        self.imports(&mut names, imports);
        let aliases = self.alias_names(&names);
        let module = self.module;
        // Tables that grow step by step would be hashed anew each time.
        let count = module.syntax().trees.iter().map(|tree| tree.functions.len()).sum();
        names.fns.reserve(count);
        names.values.own.reserve(count);
        for (number, tree) in module.syntax().trees.iter().enumerate() {
            let number = number as u32;
            for item in &tree.items {
                self.allows(&mut names, tree, item);
                self.item(&mut names, tree, number, item, &aliases);
            }
        }
        self.shadowed_imports(&names);
        names
    }

    fn item(
        &mut self,
        names: &mut Names,
        tree: &syntax::Tree,
        number: u32,
        item: &syntax::Item,
        aliases: &FxHashSet<Symbol>,
    ) {
        let module = self.module.id;
        match item.kind {
            ItemKind::Config(syntax) => {
                let index = names.config_items.len() as u32;
                names.config_items.push(ConfigEntry { tree: number, syntax, is_pub: item.is_pub });
                let name = tree[syntax].name;
                self.declare(names, Space::Config, name, Def::Config(module, index), item.is_pub);
            }
            ItemKind::Function(syntax) => {
                let id = self.function_entry(names, number, syntax, FnOwner::Module, None, item);
                self.declare(names, Space::Value, tree[syntax].name, Def::Fn(id), item.is_pub);
            }
            ItemKind::Test(test) => {
                let syntax = tree[test].function;
                let id = self.function_entry(names, number, syntax, FnOwner::Test, Some(test), item);
                self.declare(names, Space::Value, tree[syntax].name, Def::Fn(id), item.is_pub);
            }
            ItemKind::Type(syntax) => self.type_entry(names, tree, number, syntax, item, aliases),
            ItemKind::Trait(syntax) => {
                let id = TraitId { module, index: names.traits.len() as u32 };
                let def = &tree[syntax];
                names.traits.push(TraitEntry {
                    tree: number,
                    syntax,
                    arity: def.generics.len,
                    is_pub: item.is_pub,
                    first_fn: names.fns.len() as u32,
                });
                for method in tree.ids(def.methods) {
                    self.function_entry(names, number, method, FnOwner::Trait(id), None, item);
                }
                self.not_primitive(def.name);
                self.declare(names, Space::Type, def.name, Def::Trait(id), item.is_pub);
            }
            ItemKind::Impl(syntax) => {
                let id = ImplId { module, index: names.impls.len() as u32 };
                let def = &tree[syntax];
                let end = tree[def.target].span;
                let start = def.trait_ref.map_or(end, |of| tree[of].span);
                names.impls.push(ImplEntry {
                    tree: number,
                    syntax,
                    span: Span::new(item.span.start.min(start.start), end.end),
                    first_fn: names.fns.len() as u32,
                });
                for method in tree.ids(def.methods) {
                    self.function_entry(names, number, method, FnOwner::Impl(id), None, item);
                }
            }
            ItemKind::Extend(_) => {}
        }
    }

    fn function_entry(
        &mut self,
        names: &mut Names,
        tree: u32,
        syntax: Id<syntax::Function>,
        owner: FnOwner,
        test: Option<Id<syntax::Test>>,
        item: &syntax::Item,
    ) -> FnId {
        let id = FnId { module: self.module.id, index: names.fns.len() as u32 };
        names.fns.push(FnEntry { tree, syntax, owner, test, is_pub: item.is_pub, attrs: item.attrs });
        id
    }

    fn type_entry(
        &mut self,
        names: &mut Names,
        tree: &syntax::Tree,
        number: u32,
        syntax: Id<syntax::TypeDef>,
        item: &syntax::Item,
        aliases: &FxHashSet<Symbol>,
    ) {
        let module = self.module.id;
        let def = &tree[syntax];
        let arity = def.generics.len;
        self.not_primitive(def.name);
        if let TypeBody::Newtype(body) = def.body
            && (matches!(tree[body].kind, TypeExprKind::Fn(..)) || aliases.contains(&def.name.symbol))
        {
            let index = names.aliases.len() as u32;
            let attrs = item.attrs;
            names.aliases.push(AliasEntry { tree: number, syntax, arity, attrs, decl: OnceLock::new() });
            self.declare(names, Space::Type, def.name, Def::Alias(module, index), item.is_pub);
            return;
        }
        let id = AdtId { module, index: names.adts.len() as u32 };
        names.adts.push(AdtEntry {
            tree: number,
            syntax,
            arity,
            has_bounds: !def.bounds.is_empty() || tree.list(def.generics).any(|one| !one.bounds.is_empty()),
            is_pub: item.is_pub,
            attrs: item.attrs,
        });
        if !self.declare(names, Space::Type, def.name, Def::Adt(id), item.is_pub) {
            return;
        }
        match def.body {
            TypeBody::Struct(_) => {}
            TypeBody::Newtype(_) => names.variants.entry(def.name.symbol).or_default().push((id, 0)),
            TypeBody::Sum(variants) => {
                for (index, variant) in tree.list(variants).enumerate() {
                    let pool = names.variants.entry(variant.name.symbol).or_default();
                    if pool.iter().any(|&(other, _)| other == id) {
                        let text = self.text(variant.name.symbol);
                        self.error(102, variant.name.span, format!("variant `{text}` is defined twice"));
                    } else {
                        pool.push((id, index as u32));
                    }
                }
            }
        }
    }

    /// Enters an own item; false if there is one of that name.
    fn declare(&mut self, names: &mut Names, space: Space, name: Name, def: Def, is_pub: bool) -> bool {
        let entry = Entry { def: Some(def), span: name.span, is_pub };
        let own = &mut names.space_mut(space).own;
        if let Some(&first) = own.get(&name.symbol) {
            let module = self.module.id;
            let message = format!("`{}` is defined twice", self.text(name.symbol));
            self.error(102, name.span, message).labels.push(sigil_frontend::Label {
                file: module,
                span: first.span,
                message: "first defined here".into(),
            });
            return false;
        }
        own.insert(name.symbol, entry);
        true
    }

    /// Only the primitive names may not be redefined as types.
    fn not_primitive(&mut self, name: Name) {
        let s = &self.p.symbols;
        if [s.never, s.duration, s.size].contains(&name.symbol) {
            let message = format!("built-in type `{}` cannot be redefined", self.text(name.symbol));
            self.error(102, name.span, message);
        }
    }

    /// Names of own types whose right side is an alias by name, directly or not.
    fn alias_names(&self, names: &Names) -> FxHashSet<Symbol> {
        let mut by_path: Vec<(Symbol, Symbol)> = Vec::new();
        let mut aliases = FxHashSet::default();
        for tree in &self.module.syntax().trees {
            for def in &tree.type_defs {
                let TypeBody::Newtype(body) = def.body else { continue };
                match tree[body].kind {
                    TypeExprKind::Fn(..) => {
                        aliases.insert(def.name.symbol);
                    }
                    TypeExprKind::Path(path) if !tree[path].is_self && tree[path].names.len == 1 => {
                        let target = tree.list(tree[path].names).next().expect("one name").symbol;
                        if let Some(Entry { def: Some(Def::Alias(..)), .. }) =
                            names.types.imported.get(&target)
                        {
                            aliases.insert(def.name.symbol);
                        } else {
                            by_path.push((def.name.symbol, target));
                        }
                    }
                    _ => {}
                }
            }
        }
        // Each round but the last moves at least one name; chains of aliases are short.
        while !aliases.is_empty() {
            let before = by_path.len();
            by_path.retain(|(name, target)| !aliases.contains(target) || !aliases.insert(*name));
            if by_path.len() == before {
                break;
            }
        }
        aliases
    }

    fn allows(&mut self, names: &mut Names, tree: &syntax::Tree, item: &syntax::Item) {
        for attr in tree.list(item.attrs) {
            if attr.name.symbol == self.p.symbols.allow {
                names.allows.push((item.span, tree.list(attr.args).map(|name| name.symbol).collect()));
            }
        }
    }

    /// An item silently wins over an import of its name; a warning says so.
    fn shadowed_imports(&mut self, names: &Names) {
        for space in [Space::Value, Space::Type, Space::Config] {
            let table = names.space(space);
            for (name, import) in &table.imported {
                let Some(own) = table.own.get(name) else { continue };
                let message = format!("`{}` shadows an import", self.text(*name));
                let warning = sigil_frontend::Diagnostic::new(
                    sigil_frontend::Code::warning(300),
                    self.module.id,
                    own.span,
                    message,
                );
                self.out.report(warning.label(self.module.id, import.span, "imported here"));
            }
        }
    }

    /// Takes note of what the language itself refers to in the prelude.
    pub(super) fn lang(&mut self) {
        let names = self.module.names();
        let s = self.p.symbols;
        let def = |symbol| names.types.own.get(&symbol).and_then(|entry| entry.def);
        let adt = |symbol| match def(symbol) {
            Some(Def::Adt(id)) => id,
            _ => panic!("the prelude lacks type `{}`", self.p.names.get(symbol)),
        };
        let of = |symbol| match def(symbol) {
            Some(Def::Trait(id)) => id,
            _ => panic!("the prelude lacks trait `{}`", self.p.names.get(symbol)),
        };
        let lang = Lang {
            option: adt(s.option),
            result: adt(s.result),
            ordering: adt(s.ordering),
            error: adt(s.error),
            timeout_error: adt(s.timeout_error),
            backoff: adt(s.backoff),
            eq: of(s.eq),
            comparable: of(s.comparable),
            hashable: of(s.hashable),
            printable: of(s.printable),
            clone: of(s.clone),
            default: of(s.default),
        };
        crate::program::set(&self.p.lang, lang, "prelude");
        crate::program::set(&self.p.prelude, self.module.id, "prelude");
    }
}
