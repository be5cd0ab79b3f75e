//! Type parameters and bounds.

use super::{Lower, Out, Space};
use crate::decl::{Bound, Def, Generics};
use crate::program::{Module, Program};
use crate::types::{ImplId, TraitId, Ty, TyList};
use sigil_frontend::syntax::{self, List, Name, Path, Tree};

/// Lowers type parameters and `where` clauses on top of those of the enclosing declaration.
#[expect(clippy::too_many_arguments, reason = "one scope, taken apart while its generics are being made")]
pub(super) fn lower(
    p: &Program,
    module: &Module,
    tree: &Tree,
    own: List<syntax::Generic>,
    clauses: List<syntax::WhereClause>,
    parent: Generics,
    self_ty: Option<Ty>,
    impl_id: Option<ImplId>,
    out: &mut Out,
) -> Generics {
    let mut generics = parent;
    generics.parent_count = generics.names.len() as u32;
    for generic in tree.list(own) {
        let name = generic.name;
        if generics.names[generics.parent_count as usize..].contains(&name.symbol) {
            let message = format!("type parameter `{}` is defined twice", p.names.get(name.symbol));
            let mut lower = Lower { p, module, tree, generics: &generics, self_ty, impl_id, out };
            lower.error(102, name.span, message);
        }
        generics.names.push(name.symbol);
    }
    for (number, generic) in tree.list(own).enumerate() {
        let subject = p.types.param(generics.parent_count + number as u32);
        for path in tree.list(generic.bounds) {
            let mut lower = Lower { p, module, tree, generics: &generics, self_ty, impl_id, out };
            match lower.bound(path) {
                Some((of, args)) => generics.bounds.push(Bound { subject, of, args }),
                None => generics.lacks_bound = true,
            }
        }
    }
    // Subjects like `T.Item` need the bounds of `T`, wherever those are written.
    for is_projection in [false, true] {
        for clause in tree.list(clauses) {
            let subject = tree[clause.subject];
            if (subject.names.len + u32::from(subject.is_self) > 1) != is_projection {
                continue;
            }
            let mut lower = Lower { p, module, tree, generics: &generics, self_ty, impl_id, out };
            let Some(subject_ty) = lower.subject(&subject) else { continue };
            if clause.equals.is_some() {
                lower.level_2(subject.span, "an equality in `where`");
            }
            for path in tree.list(clause.bounds) {
                let mut lower = Lower { p, module, tree, generics: &generics, self_ty, impl_id, out };
                match lower.bound(path) {
                    Some((of, args)) => generics.bounds.push(Bound { subject: subject_ty, of, args }),
                    None => generics.lacks_bound = true,
                }
            }
        }
    }
    generics
}

impl<'a> Lower<'a> {
    /// The subject of a `where` clause: a type parameter, or an associated type of one.
    fn subject(&mut self, path: &Path) -> Option<Ty> {
        let first = self.tree.list(path.names).next();
        let is_param = path.is_self || first.is_some_and(|name| self.generics.names.contains(&name.symbol));
        if !is_param && path.names.len == 1 {
            let name = *first?;
            let text = self.p.names.get(name.symbol);
            self.error(301, name.span, format!("`{text}` is not a type parameter here"));
            return None;
        }
        let ty = self.written_path(*path);
        (ty != Ty::ERROR).then_some(ty)
    }

    /// A trait with its arguments, as written in a bound.
    pub(super) fn bound(&mut self, path: &Path) -> Option<(TraitId, TyList)> {
        let names: Vec<Name> = self.tree.list(path.names).copied().collect();
        let Some((&last, prefix)) = names.split_last().filter(|_| !path.is_self) else {
            self.error(800, path.span, "`Self` is not a trait");
            return None;
        };
        let def = if prefix.is_empty() {
            if self.module.names().silent.contains(&last.symbol) {
                return None;
            }
            self.p.lookup_type(self.module.id, last.symbol)
        } else {
            let module = self.p.module_of_path(self.module.id, prefix)?;
            self.p.exported(module, last.symbol, Space::Type, self.module.id).ok()
        };
        let Some(Def::Trait(id)) = def else {
            let text = self.p.names.get(last.symbol);
            let is_type = def.is_some() || self.p.primitive(last.symbol).is_some();
            let message =
                if is_type { format!("`{text}` is not a trait") } else { format!("unknown trait `{text}`") };
            let mut traits = Vec::new();
            let p = self.p;
            p.type_names(self.module.id, &mut |name| {
                if matches!(p.lookup_type(self.module.id, name), Some(Def::Trait(_))) {
                    traits.push(p.names.get(name));
                }
            });
            let help = crate::suggest::did_you_mean(text, traits);
            self.error(800, last.span, message).help = help;
            return None;
        };
        let args: Vec<Ty> = self.tree.ids(path.targs).map(|arg| self.ty(arg)).collect();
        let arity = self.p.module(id.module).names().traits[id.index as usize].arity;
        if args.len() != arity as usize {
            self.wrong_count(last, path.span, arity, args.len());
            return None;
        }
        Some((id, self.p.types.list(&args)))
    }
}
