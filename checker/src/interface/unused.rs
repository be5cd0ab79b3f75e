//! W0101: imports that the file does not mention. A syntactic question: no name is resolved.

use super::{Build, Space};
use crate::decl::Def;
use rustc_hash::FxHashMap;
use sigil_frontend::syntax::{ExprKind, ImportKind, ImportSource, Tree};
use sigil_frontend::{Code, Diagnostic, Span, Symbol};

/// Names to look for, each with the imports that it is a use of.
#[derive(Default)]
struct Wanted {
    by_name: FxHashMap<Symbol, Vec<usize>>,
    by_config: FxHashMap<Symbol, Vec<usize>>,
    used: Vec<bool>,
}

impl Wanted {
    fn name(&mut self, name: Symbol) {
        if let Some(imports) = self.by_name.get(&name) {
            imports.iter().for_each(|&import| self.used[import] = true);
        }
    }

    fn config(&mut self, name: Symbol) {
        if let Some(imports) = self.by_config.get(&name) {
            imports.iter().for_each(|&import| self.used[import] = true);
        }
    }

    /// Everything that a tree mentions. Import headers count from `start` on only.
    fn scan(&mut self, tree: &Tree, start: u32) {
        for expr in &tree.exprs {
            match expr.kind {
                ExprKind::Name(name, _) => self.name(name),
                ExprKind::Config(name) => self.config(name),
                _ => {}
            }
        }
        // Paths of types, patterns and struct literals, capabilities, test targets.
        for name in tree.names.iter().filter(|name| name.span.start >= start) {
            self.name(name.symbol);
        }
        for field in tree.field_inits.iter().filter(|field| field.value.is_none()) {
            self.name(field.name.symbol);
        }
        for with in &tree.with_capabilities {
            self.name(with.name.symbol);
        }
    }
}

impl<'p> Build<'p> {
    pub(super) fn unused_imports(&mut self) {
        let trees = &self.module.syntax().trees;
        let Some(header) = trees.first() else { return };
        if header.imports.is_empty() || self.module.info.is_library {
            return;
        }
        let names = self.module.names();
        let mut wanted = Wanted::default();
        let mut imports: Vec<(Symbol, Span)> = Vec::new();
        for import in header.imports.iter().filter(|import| !import.is_pub) {
            match import.kind {
                ImportKind::Items(items) => {
                    for item in header.list(items) {
                        let local = item.alias.unwrap_or(item.name);
                        let space = names.space(if item.config { Space::Config } else { Space::Value });
                        if space.own.contains_key(&local.symbol)
                            || names.types.own.contains_key(&local.symbol)
                        {
                            // W0300 says why it is not used.
                            continue;
                        }
                        let wrong = |d: &Diagnostic| !d.code.is_warning && d.span == item.name.span;
                        if self.out.diagnostics.iter().any(wrong) {
                            continue;
                        }
                        let number = imports.len();
                        imports.push((local.symbol, local.span));
                        let table = if item.config { &mut wanted.by_config } else { &mut wanted.by_name };
                        table.entry(local.symbol).or_default().push(number);
                        // A sum type is used where one of its variants is.
                        if let Some(Def::Adt(id)) =
                            names.types.imported.get(&local.symbol).and_then(|e| e.def)
                        {
                            for variant in &self.p.adt(id).variants {
                                wanted.by_name.entry(variant.name).or_default().push(number);
                            }
                        }
                    }
                }
                ImportKind::Module(name) => {
                    wanted.by_name.entry(name.symbol).or_default().push(imports.len());
                    imports.push((name.symbol, name.span));
                }
                ImportKind::Plain => {
                    let ImportSource::Dotted(path) = import.source else { continue };
                    let path: Vec<_> = header.list(path).collect();
                    let (Some(first), Some(last)) = (path.first(), path.last()) else { continue };
                    for name in [first.symbol, last.symbol] {
                        wanted.by_name.entry(name).or_default().push(imports.len());
                    }
                    imports.push((last.symbol, last.span));
                }
                ImportKind::Extension(_) => {}
            }
        }
        wanted.used = vec![false; imports.len()];
        let start = header.imports.iter().map(|import| import.span.end).max().unwrap_or(0);
        for tree in trees {
            wanted.scan(tree, start);
        }
        for (number, (name, span)) in imports.into_iter().enumerate() {
            if !wanted.used[number] && !names.silent.contains(&name) {
                let message = format!("unused import `{}`", self.text(name));
                let module = self.module.id;
                self.out.report(Diagnostic::new(Code::warning(101), module, span, message));
            }
        }
    }
}
