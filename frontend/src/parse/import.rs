//! Imports.

use super::cursor::Parser;
use crate::TokenKind;
use crate::syntax::{Attr, Import, ImportItem, ImportKind, ImportSource, List, Name};

impl Parser<'_> {
    /// Whether the current token starts an import.
    pub(super) fn at_import(&self) -> bool {
        self.at(TokenKind::Use) || self.at_extension()
    }

    fn at_extension(&self) -> bool {
        self.word_at(self.pos, "extension") && matches!(self.peek(1), TokenKind::Ident | TokenKind::Path)
    }

    /// An import from `use` or `extension` on; None if its source is missing.
    pub(super) fn import(&mut self, attrs: List<Attr>, is_pub: bool, start: u32) -> Option<Import> {
        let is_extension = !self.at(TokenKind::Use);
        self.bump();
        let source = self.import_source()?;
        let kind = if is_extension {
            self.extended()
        } else if self.at(TokenKind::LBrace) {
            ImportKind::Items(self.import_items())
        } else if self.word_at(self.pos, "as") {
            self.bump();
            ImportKind::Module(self.declared_name("a name")?)
        } else {
            if let ImportSource::Path(_) = source {
                self.expected("`{` or `as`");
            }
            ImportKind::Plain
        };
        let broken = matches!((source, kind), (ImportSource::Path(_), ImportKind::Plain));
        let span = self.span_from(start);
        (!broken).then_some(Import { attrs, is_pub, is_extension, source, kind, span })
    }

    /// Takes note of the names of an import that comes too late.
    pub(super) fn late_import(&mut self, import: Import) {
        let tree = &self.tree;
        let names: Vec<_> = match (import.kind, import.source) {
            (ImportKind::Items(items), _) => {
                tree.list(items).map(|item| item.alias.unwrap_or(item.name).symbol).collect()
            }
            (ImportKind::Module(name), _) => vec![name.symbol],
            (ImportKind::Plain, ImportSource::Dotted(path)) => {
                tree.list(path).map(|name| name.symbol).collect()
            }
            _ => Vec::new(),
        };
        self.tree.late_imports.extend(names);
    }

    fn import_source(&mut self) -> Option<ImportSource> {
        let token = self.token();
        match token.kind {
            TokenKind::Path => {
                self.bump();
                Some(ImportSource::Path(Self::name_of(token)))
            }
            TokenKind::Ident => {
                let list = self.begin_list();
                let mut is_complete = self.module_name();
                while is_complete && self.eat(TokenKind::Dot) {
                    is_complete = self.module_name();
                }
                let names = self.end_list(list);
                is_complete.then_some(ImportSource::Dotted(names))
            }
            _ => {
                self.expected("a module");
                None
            }
        }
    }

    /// Pushes a name, if there is one.
    fn module_name(&mut self) -> bool {
        let name = self.declared_name("a module name");
        if let Some(name) = name {
            let id = self.tree.names(name);
            self.push(id);
        }
        name.is_some()
    }

    fn import_items(&mut self) -> List<ImportItem> {
        if self.peek(1) == TokenKind::RBrace {
            self.bump();
            self.expected("a name");
            self.bump();
            return List::EMPTY;
        }
        let list = self.begin_list();
        self.comma_list(|p| {
            let private = p.eat(TokenKind::ColonColon);
            let config = p.eat(TokenKind::Dollar);
            let Some(name) = p.declared_name("a name") else { return };
            let mut alias = None;
            if p.word_at(p.pos, "as") {
                p.bump();
                p.eat(TokenKind::Dollar);
                alias = p.declared_name("a name");
            }
            let id = p.tree.import_items(ImportItem { private, config, name, alias });
            p.push(id);
        });
        self.end_list(list)
    }

    /// `{ T.m, U.n }`.
    fn extended(&mut self) -> ImportKind {
        let list = self.begin_list();
        if !self.at(TokenKind::LBrace) {
            self.expected("`{`");
            return ImportKind::Extension(List::EMPTY);
        }
        self.comma_list(|p| {
            let Some(owner) = p.declared_name("a trait name") else { return };
            if !p.expect(TokenKind::Dot, "`.`") {
                return;
            }
            let Some(method) = p.member_name() else { return };
            for name in [owner, method] {
                let id = p.tree.names(name);
                p.push::<Name>(id);
            }
        });
        ImportKind::Extension(self.end_list(list))
    }
}
