//! Which prelude traits a type implements, and how.

use super::Cx;
use sigil_checker::hir::FnRef;
use sigil_checker::types::{FnId, TraitId, Ty, TyList};
use sigil_checker::{ImplAnswer, ResolvedMethod};

/// How a type comes by a trait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum How {
    /// It does not.
    Not,
    /// Part by part: a built-in type, or derived.
    Parts,
    /// By this function, the instance of the impl's method.
    User(FnId, TyList),
}

/// How `ty` implements the prelude trait `of`, whose one required method is `method`.
pub(super) fn how(cx: &dyn Cx, of: TraitId, method: &str, ty: Ty) -> How {
    let program = cx.program();
    match program.find_impl(of, ty, None, &[]) {
        ImplAnswer::BuiltIn | ImplAnswer::Derived(_) => How::Parts,
        ImplAnswer::Impl(..) => {
            let methods = &program.trait_decl(of).methods;
            let number = methods
                .iter()
                .position(|&id| program.names.get(program.fn_decl(id).name) == method)
                .unwrap_or(0);
            let args = program.types.list(&[ty]);
            match program.resolve_method(FnRef::Trait { of, method: number as u32, args }) {
                Some(ResolvedMethod::Fn(id, args)) => How::User(id, args),
                Some(ResolvedMethod::BuiltIn { .. } | ResolvedMethod::Derived { .. }) => How::Parts,
                None => How::Not,
            }
        }
        _ => How::Not,
    }
}

/// The traits that glue has functions for.
pub(super) struct Traits {
    pub eq: How,
    pub cmp: How,
    pub hash: How,
    pub show: How,
    pub default: How,
}

/// All at once.
pub(super) fn traits(cx: &dyn Cx, ty: Ty) -> Traits {
    let lang = *cx.program().lang();
    Traits {
        eq: how(cx, lang.eq, "equals", ty),
        cmp: how(cx, lang.comparable, "compare", ty),
        hash: how(cx, lang.hashable, "hash", ty),
        show: how(cx, lang.printable, "to_string", ty),
        default: how(cx, lang.default, "default", ty),
    }
}
