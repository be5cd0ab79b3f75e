//! `#[derive(…)]`: which traits, and whether the fields allow it.

use super::Build;
use crate::decl::{AdtDecl, AdtKind, Bound, Def};
use crate::types::{AdtId, Head, TraitId, TyList};
use sigil_frontend::syntax::{self, Name, Tree};
use sigil_frontend::{Label, Span, Symbol};

impl<'p> Build<'p> {
    /// The derived traits; `Comparable` and `Hashable` bring `Eq` if nothing else does.
    pub(super) fn derives(
        &mut self,
        id: AdtId,
        kind: AdtKind,
        attrs: syntax::List<syntax::Attr>,
        tree: &Tree,
    ) -> Vec<(TraitId, Span)> {
        let mut derives: Vec<(TraitId, Span)> = Vec::new();
        if attrs.is_empty() {
            return derives;
        }
        let lang = *self.p.lang();
        for (of, name) in self.derivable(attrs, tree) {
            if of == lang.default && kind == AdtKind::Sum {
                self.error(808, name.span, "cannot derive `Default`: a sum type has no default variant");
                // Its uses are no mistakes of their own.
                derives.push((of, name.span));
            } else if derives.iter().any(|&(other, _)| other == of) {
                let text = self.text(name.symbol);
                self.error(803, name.span, format!("`{text}` is derived twice"));
            } else {
                derives.push((of, name.span));
            }
        }
        let needs_eq = derives.iter().find(|&&(of, _)| of == lang.comparable || of == lang.hashable);
        if let Some(&(_, span)) = needs_eq
            && !derives.iter().any(|&(of, _)| of == lang.eq)
            && self.p.impls_of(lang.eq, Head::Adt(id)).next().is_none()
        {
            derives.push((lang.eq, span));
        }
        derives
    }

    /// What the attributes of an alias derive: it is another name of a function type, which has `Clone` alone.
    pub(super) fn alias_derives(&mut self, attrs: syntax::List<syntax::Attr>, tree: &Tree) {
        for (of, name) in self.derivable(attrs, tree) {
            if of != self.p.lang().clone {
                let text = self.text(name.symbol);
                let message = format!("cannot derive `{text}`: functions do not implement it");
                let help = "a struct with the function as a field can implement it";
                self.error(808, name.span, message).help = Some(help.into());
            }
        }
    }

    /// The traits that attributes derive, where they are written; reports what is none.
    fn derivable(&mut self, attrs: syntax::List<syntax::Attr>, tree: &Tree) -> Vec<(TraitId, Name)> {
        let mut found = Vec::new();
        let s = self.p.symbols;
        for attr in tree.list(attrs).filter(|attr| attr.name.symbol == s.derive) {
            let lang = *self.p.lang();
            let table = [
                (s.eq, lang.eq),
                (s.comparable, lang.comparable),
                (s.hashable, lang.hashable),
                (s.printable, lang.printable),
                (s.clone, lang.clone),
                (s.default, lang.default),
            ];
            for arg in tree.list(attr.args) {
                match table.iter().find(|(name, _)| *name == arg.symbol) {
                    Some(&(_, of)) => found.push((of, *arg)),
                    None => self.not_derivable(arg.symbol, arg.span),
                }
            }
        }
        found
    }

    fn not_derivable(&mut self, name: Symbol, span: Span) {
        let s = self.p.symbols;
        let text = self.text(name);
        if name == s.serialize || name == s.deserialize {
            let message = format!("deriving `{text}` is not supported at conformance level core");
            self.error(900, span, message);
        } else if matches!(self.p.lookup_type(self.module.id, name), Some(Def::Trait(_))) {
            self.error(808, span, format!("`{text}` cannot be derived"));
        } else {
            let help = crate::suggest::did_you_mean(
                text,
                ["Eq", "Comparable", "Hashable", "Printable", "Clone", "Default"],
            );
            self.error(800, span, format!("unknown trait `{text}`")).help = help;
        }
    }

    /// All fields implement what is derived, and nothing else implements it.
    pub(super) fn check_derives(&mut self, decl: &AdtDecl) {
        let p = self.p;
        let file = self.module.id;
        // An implied `Eq` shares its place with what implies it; one report is enough.
        let mut reported: Vec<Span> = Vec::new();
        let is_refused = |of: TraitId| of == p.lang().default && decl.kind == AdtKind::Sum;
        for &(of, span) in decl.derives.iter().filter(|&&(of, _)| !is_refused(of)) {
            let name = self.text(p.trait_name(of));
            if let Some(first) = p.impls_of(of, Head::Adt(decl.id)).next() {
                let first = p.impl_decl(first).span;
                let message = format!("conflicting impls of `{name}` for `{}`", self.text(decl.name));
                let label = Label { file, span, message: "it is also derived here".into() };
                self.error(803, first, message).labels.push(label);
                continue;
            }
            let mut env = decl.generics.bounds.clone();
            env.extend((0..decl.generics.names.len() as u32).map(|index| Bound {
                subject: p.types.param(index),
                of,
                args: TyList::EMPTY,
            }));
            let mut fields = decl.variants.iter().flat_map(|variant| variant.fields.iter().enumerate());
            let failing = fields.find(|(_, field)| !p.find_impl(of, field.ty, None, &env).holds());
            if let Some((number, field)) = failing
                && !reported.contains(&span)
            {
                reported.push(span);
                let which = match field.name {
                    Some(name) => format!("field `{}`", self.text(name)),
                    None => format!("field {}", number + 1),
                };
                let ty = p.show(field.ty, &decl.generics.names);
                let message = format!("cannot derive `{name}`: {which} does not implement it");
                let note = format!("`{ty}` does not implement `{name}`");
                self.error(808, span, message).labels.push(Label { file, span: field.span, message: note });
            }
        }
    }
}
