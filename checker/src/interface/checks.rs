//! What can be checked when all declarations of a module are known.

use super::{Build, EnvRef};
use crate::decl::Generics;
use crate::impls::ImplAnswer;
use crate::program::Program;
use crate::types::{ModuleId, TraitId, Ty, TyKind};
use sigil_frontend::syntax::ItemKind;
use sigil_frontend::{Code, Diagnostic, Span};

impl<'p> Build<'p> {
    pub(super) fn checks(&mut self) {
        self.level_2_items();
        self.pending_bounds();
        let module = self.module;
        for decl in module.adts().iter() {
            if !decl.derives.is_empty() {
                self.check_derives(decl);
            }
        }
    }

    fn level_2_items(&mut self) {
        for tree in &self.module.syntax().trees {
            for import in tree.imports.iter().filter(|import| import.is_extension) {
                self.error(900, import.span, "`extension` is not supported at conformance level core");
            }
            for item in &tree.items {
                if let ItemKind::Extend(_) = item.kind {
                    self.error(900, item.span, "`extend` is not supported at conformance level core");
                }
            }
        }
    }

    /// Bounds of types that were written before all impls were known.
    fn pending_bounds(&mut self) {
        let module = self.module;
        let none = Generics::default();
        for (ty, span, env) in std::mem::take(&mut self.out.pending) {
            let generics = match env {
                EnvRef::None => &none,
                EnvRef::Trait(index) => &module.traits()[index as usize].generics,
                EnvRef::Impl(index) => &module.impl_table().decls[index as usize].generics,
                EnvRef::Adt(index) => &module.adts()[index as usize].generics,
                EnvRef::Fn(index) => &module.fns()[index as usize].generics,
            };
            self.p.check_well_formed(ty, span, generics, module.id, &mut self.out.diagnostics);
        }
    }
}

impl Program {
    /// Checks the bounds that a type itself brings: keys of maps, elements of ranges, arguments of user types. Its
    /// parts have been checked.
    pub(crate) fn check_well_formed(
        &self,
        ty: Ty,
        span: Span,
        generics: &Generics,
        file: ModuleId,
        out: &mut Vec<Diagnostic>,
    ) {
        match self.types.kind(ty) {
            TyKind::Map(key, _) => {
                self.check_bound(key, self.lang().hashable, &[], span, generics, file, out)
            }
            TyKind::Range(element) => {
                let kind = self.types.kind(element);
                let may_be = matches!(
                    kind,
                    TyKind::Int
                        | TyKind::Char
                        | TyKind::Byte
                        | TyKind::Error
                        | TyKind::Param(_)
                        | TyKind::Assoc { .. }
                );
                if !may_be {
                    let shown = self.show(element, &generics.names);
                    let message = format!("`Range<{shown}>` is not a type: ranges are of int, char or byte");
                    out.push(Diagnostic::new(Code::error(807), file, span, message));
                }
            }
            TyKind::Adt(id, args) => {
                let args = self.types.list_of(args);
                for bound in &self.adt(id).generics.bounds {
                    let subject = self.subst(bound.subject, args);
                    let trait_args: Vec<Ty> =
                        self.types.list_of(bound.args).iter().map(|&arg| self.subst(arg, args)).collect();
                    self.check_bound(subject, bound.of, &trait_args, span, generics, file, out);
                }
            }
            _ => {}
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a question, its scope, and where to complain")]
    fn check_bound(
        &self,
        ty: Ty,
        of: TraitId,
        args: &[Ty],
        span: Span,
        generics: &Generics,
        file: ModuleId,
        out: &mut Vec<Diagnostic>,
    ) {
        let answer = self.find_impl(of, ty, Some(args), &generics.bounds);
        let ImplAnswer::No { because } = answer else { return };
        if self.lacks_impl(file, of, ty, answer) {
            return;
        }
        let shown = self.show(ty, &generics.names);
        let name = self.names.get(self.trait_name(of));
        let message = format!("`{shown}` does not implement `{name}`");
        let help = match (because, self.types.kind(ty)) {
            (Some((part, missing)), _) if part != ty => {
                let part = self.show(part, &generics.names);
                Some(format!("`{part}` does not implement `{}`", self.names.get(self.trait_name(missing))))
            }
            (_, TyKind::Param(_) | TyKind::Assoc { .. }) => Some(format!("add the bound `{shown}: {name}`")),
            (_, TyKind::Adt(id, _)) if !self.module(id.module).info.is_library => {
                Some(format!("derive or implement `{name}` for it"))
            }
            _ => None,
        };
        let mut diagnostic = Diagnostic::new(Code::error(807), file, span, message);
        diagnostic.help = help;
        out.push(diagnostic);
    }
}
