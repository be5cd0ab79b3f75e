//! From a method of a trait to what is called, for concrete types.

use super::ImplAnswer;
use crate::hir::FnRef;
use crate::program::Program;
use crate::types::{FnId, TraitId, Ty, TyKind, TyList};
use sigil_frontend::Symbol;

/// What a function reference comes to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ResolvedMethod {
    /// A function with arguments for all its type parameters.
    Fn(FnId, TyList),
    /// A bodiless method of a prelude trait on a built-in type.
    BuiltIn {
        /// The trait.
        of: TraitId,
        /// Position in `TraitDecl::methods`.
        method: u32,
        /// The type.
        self_ty: Ty,
    },
    /// A bodiless method of a derived trait.
    Derived {
        /// The trait.
        of: TraitId,
        /// Position in `TraitDecl::methods`.
        method: u32,
        /// The type.
        self_ty: Ty,
    },
}

impl Program {
    /// What a reference with concrete type arguments calls. None if the type does not implement the trait, which was
    /// reported where the body was checked.
    pub fn resolve_method(&self, function: FnRef) -> Option<ResolvedMethod> {
        let (of, method, args) = match function {
            FnRef::Direct(id, args) => return Some(ResolvedMethod::Fn(id, args)),
            FnRef::Trait { of, method, args } => (of, method, args),
        };
        let decl = self.trait_decl(of);
        let declared = self.fn_decl(*decl.methods.get(method as usize)?);
        let all = self.types.list_of(args);
        let (path, own) = all.split_at(decl.generics.names.len().min(all.len()));
        let (&self_ty, trait_args) = path.split_first()?;
        let answer = self.find_impl(of, self_ty, Some(trait_args), &[]);
        if let ImplAnswer::Impl(id, impl_args) = answer {
            let given = self.impl_decl(id).methods.iter().find(|&&m| self.fn_decl(m).name == declared.name);
            if let Some(&given) = given {
                let mut args = self.types.list_of(impl_args).to_vec();
                args.extend_from_slice(own);
                return Some(ResolvedMethod::Fn(given, self.types.list(&args)));
            }
        }
        if declared.has_body && answer.holds() {
            return Some(ResolvedMethod::Fn(declared.id, args));
        }
        match answer {
            ImplAnswer::BuiltIn => Some(ResolvedMethod::BuiltIn { of, method, self_ty }),
            ImplAnswer::Derived(_) => Some(ResolvedMethod::Derived { of, method, self_ty }),
            _ => None,
        }
    }

    /// An associated type of a type that is known: from its impl. None if it has none.
    pub(crate) fn normalise(&self, of: TraitId, name: Symbol, path: &[Ty]) -> Option<Ty> {
        let (&self_ty, trait_args) = path.split_first()?;
        let head = crate::types::Head::of(self.types.kind(self_ty))?;
        // Bounds need not be looked at: they were, or will be, where the type is written.
        self.impls_of(of, head).find_map(|id| {
            let decl = self.impl_decl(id);
            let args = self.match_impl(decl, self_ty, Some(trait_args))?;
            let &(_, ty) = decl.assoc.iter().find(|&&(other, _)| other == name)?;
            Some(self.subst(ty, &args))
        })
    }

    /// Replaces `Param(i)` by `args[i]` (parameters beyond stay), and associated types whose type became known by
    /// what they are.
    pub fn subst(&self, ty: Ty, args: &[Ty]) -> Ty {
        let types = &self.types;
        if !types.has_params(ty) && !types.has_assoc(ty) {
            return ty;
        }
        if let TyKind::Param(index) = types.kind(ty) {
            return args.get(index as usize).copied().unwrap_or(ty);
        }
        let TyKind::Assoc { of, name, args: path } = types.kind(ty) else {
            return self.map_parts(ty, &mut |part| self.subst(part, args));
        };
        let path: Vec<Ty> = types.list_of(path).iter().map(|&part| self.subst(part, args)).collect();
        match types.kind(path[0]) {
            TyKind::Error => Ty::ERROR,
            TyKind::Param(_) | TyKind::Assoc { .. } => {
                types.intern(TyKind::Assoc { of, name, args: types.list(&path) })
            }
            _ => self.normalise(of, name, &path).unwrap_or(Ty::ERROR),
        }
    }

    /// `subst` on a list.
    pub fn subst_list(&self, list: TyList, args: &[Ty]) -> TyList {
        let types = &self.types;
        let parts = types.list_of(list);
        if !parts.iter().any(|&ty| types.has_params(ty) || types.has_assoc(ty)) {
            return list;
        }
        let out: Vec<Ty> = parts.iter().map(|&ty| self.subst(ty, args)).collect();
        types.list(&out)
    }

    /// The type with its immediate parts replaced.
    pub(crate) fn map_parts(&self, ty: Ty, change: &mut dyn FnMut(Ty) -> Ty) -> Ty {
        let types = &self.types;
        let list = |list: TyList, change: &mut dyn FnMut(Ty) -> Ty| {
            let out: Vec<Ty> = types.list_of(list).iter().map(|&part| change(part)).collect();
            types.list(&out)
        };
        let kind = match types.kind(ty) {
            TyKind::List(element) => TyKind::List(change(element)),
            TyKind::Range(element) => TyKind::Range(change(element)),
            TyKind::Map(key, value) => TyKind::Map(change(key), change(value)),
            TyKind::Tuple(parts) => TyKind::Tuple(list(parts, change)),
            TyKind::Record(names, parts) => TyKind::Record(names, list(parts, change)),
            TyKind::Fn(params, result) => TyKind::Fn(list(params, change), change(result)),
            TyKind::Adt(id, args) => TyKind::Adt(id, list(args, change)),
            TyKind::Assoc { of, name, args } => TyKind::Assoc { of, name, args: list(args, change) },
            _ => return ty,
        };
        types.intern(kind)
    }

    /// Visits the immediate parts of a type.
    pub(crate) fn each_part(&self, ty: Ty, visit: &mut dyn FnMut(Ty)) {
        let types = &self.types;
        match types.kind(ty) {
            TyKind::List(element) | TyKind::Range(element) => visit(element),
            TyKind::Map(key, value) => {
                visit(key);
                visit(value);
            }
            TyKind::Tuple(parts)
            | TyKind::Record(_, parts)
            | TyKind::Adt(_, parts)
            | TyKind::Assoc { args: parts, .. } => types.list_of(parts).iter().for_each(|&part| visit(part)),
            TyKind::Fn(params, result) => {
                types.list_of(params).iter().for_each(|&part| visit(part));
                visit(result);
            }
            _ => {}
        }
    }
}
