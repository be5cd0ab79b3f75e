//! Signatures of functions, methods and tests.

use super::items::Around;
use super::{Build, Entry, EnvRef};
use crate::decl::{Def, FnDecl, FnOwner, Generics, ParamDecl};
use crate::interface::names::FnEntry;
use crate::types::{FnId, Ty, TyKind};
use sigil_frontend::Symbol;
use sigil_frontend::syntax::{self, Id, Tree};
use std::ops::Range;

impl<'p> Build<'p> {
    pub(super) fn functions(&mut self, part: Range<usize>) -> Vec<FnDecl> {
        let fns = &self.module.names().fns;
        part.map(|index| self.function(index as u32, &fns[index])).collect()
    }

    fn function(&mut self, index: u32, entry: &FnEntry) -> FnDecl {
        let tree = self.tree(entry.tree);
        let syntax = &tree[entry.syntax];
        let before = self.out.diagnostics.len();
        self.out.env = EnvRef::Fn(index);
        let (parent, around, owner_is_broken) = match entry.owner {
            FnOwner::Module | FnOwner::Test => (Generics::default(), Around::default(), false),
            FnOwner::Impl(id) => {
                let decl = self.p.impl_decl(id);
                let around = Around { self_ty: Some(decl.target), impl_id: Some(id) };
                (decl.generics.clone(), around, decl.broken)
            }
            FnOwner::Trait(id) => {
                let around = Around { self_ty: Some(self.p.types.param(0)), impl_id: None };
                (self.p.trait_decl(id).generics.clone(), around, false)
            }
        };
        let mut generics = self.generics(tree, syntax.generics, syntax.bounds, parent, around);
        let mut params: Vec<ParamDecl> = Vec::with_capacity(syntax.params.len as usize);
        for param in tree.list(syntax.params) {
            let name = param.name;
            let ty = match param.ty {
                Some(ty) => self.lower(tree, &generics, around).ty(ty),
                None => Ty::ERROR,
            };
            if params.iter().any(|other| other.name == name.symbol) && self.text(name.symbol) != "_" {
                let message = format!("parameter `{}` is defined twice", self.text(name.symbol));
                self.error(102, name.span, message);
            }
            params.push(ParamDecl { name: name.symbol, span: name.span, ty });
        }
        let result = self.lower(tree, &generics, around).ty(syntax.result);
        let types = &self.p.types;
        let has_error = types.has_error(result) || params.iter().any(|param| types.has_error(param.ty));
        let (uses, capabilities) = self.uses(entry, syntax, tree);
        self.capability_params(&capabilities, &mut generics);
        let silent = &self.module.names().silent;
        let lacks_import = tree.list(syntax.uses).any(|name| silent.contains(&name.symbol));
        let is_reported = self.out.diagnostics.len() > before;
        let broken = has_error || owner_is_broken || is_reported || lacks_import;
        let (targets, is_test) = match entry.test {
            Some(test) => (self.test_targets(tree, test), true),
            None => (Vec::new(), false),
        };
        if is_test && (!params.is_empty() || (result != Ty::VOID && result != Ty::ERROR)) {
            self.error(502, syntax.name.span, "a test takes no parameters and returns void");
        }
        FnDecl {
            id: FnId { module: self.module.id, index },
            name: syntax.name.symbol,
            span: syntax.name.span,
            owner: entry.owner,
            tree: entry.tree,
            syntax: entry.syntax,
            generics,
            self_ty: around.self_ty,
            has_self: syntax.self_param.is_some(),
            implicit_self: self.implicit_self(entry, syntax),
            params,
            result,
            has_body: syntax.body.is_some(),
            intrinsic: self.intrinsic(entry, syntax, tree, around),
            guard: self.guard(entry, syntax, tree),
            is_pub: entry.is_pub,
            broken,
            targets,
            uses,
            capabilities,
        }
    }

    /// The name under which the code generator provides a library function.
    fn intrinsic(
        &self,
        entry: &FnEntry,
        syntax: &syntax::Function,
        tree: &Tree,
        around: Around,
    ) -> Option<Symbol> {
        if !self.module.info.is_library || syntax.body.is_some() || matches!(entry.owner, FnOwner::Trait(_)) {
            return None;
        }
        let names = &self.p.names;
        let given = tree.list(entry.attrs).find(|attr| attr.name.symbol == self.p.symbols.intrinsic);
        if let Some(arg) = given.and_then(|attr| tree.list(attr.args).next()) {
            return Some(arg.symbol);
        }
        let name = names.get(syntax.name.symbol);
        let Some(target) = around.self_ty else { return Some(syntax.name.symbol) };
        let types = &self.p.types;
        let text = match types.kind(target) {
            // `sum` differs by element.
            TyKind::List(Ty::INT) => format!("list_{name}_int"),
            TyKind::List(Ty::FLOAT) => format!("list_{name}_float"),
            TyKind::List(_) => format!("list_{name}"),
            TyKind::Map(..) => format!("map_{name}"),
            TyKind::Range(_) => format!("range_{name}"),
            _ => {
                let head = self.p.show_head(target).to_ascii_lowercase();
                format!("{head}_{name}")
            }
        };
        Some(names.intern(&text))
    }

    /// What a library function with a body names as its intrinsic.
    fn guard(&self, entry: &FnEntry, syntax: &syntax::Function, tree: &Tree) -> Option<Symbol> {
        if !self.module.info.is_library || syntax.body.is_none() {
            return None;
        }
        let given = tree.list(entry.attrs).find(|attr| attr.name.symbol == self.p.symbols.intrinsic)?;
        tree.list(given.args).next().map(|arg| arg.symbol)
    }

    fn test_targets(&mut self, tree: &Tree, test: Id<syntax::Test>) -> Vec<FnId> {
        let names = self.module.names();
        let mut targets = Vec::new();
        for name in tree.list(tree[test].targets) {
            if names.silent.contains(&name.symbol) {
                continue;
            }
            match names.values.get(name.symbol) {
                Some(Entry { def: Some(Def::Fn(id)), .. }) if !self.is_test(id) => targets.push(id),
                Some(Entry { def: None, .. }) => {}
                _ => {
                    let text = self.text(name.symbol);
                    let mut functions = Vec::new();
                    let own = names.values.own.iter().chain(&names.values.imported);
                    functions.extend(own.filter_map(|(&name, entry)| match entry.def {
                        Some(Def::Fn(id)) if !self.is_test(id) => Some(self.text(name)),
                        _ => None,
                    }));
                    let help = crate::suggest::did_you_mean(text, functions);
                    let message = format!("test target `@{text}` is not a function in scope");
                    self.error(501, name.span, message).help = help;
                }
            }
        }
        targets
    }

    fn is_test(&self, id: FnId) -> bool {
        self.p.module(id.module).names().fns[id.index as usize].test.is_some()
    }
}
