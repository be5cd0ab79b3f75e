//! Bounds that must hold, looked at when all types are known.

use super::Checker;
use super::infer::is_local;
use crate::decl::{Bound, FnDecl, Generics};
use crate::impls::ImplAnswer;
use crate::types::{TraitId, Ty, TyKind, TyList};
use sigil_frontend::Span;

/// `ty: of<args>` at a place.
#[derive(Clone, Copy)]
pub(super) struct Obligation {
    of: TraitId,
    args: TyList,
    ty: Ty,
    span: Span,
}

impl Checker<'_> {
    /// Notes that a type must implement a trait.
    pub(super) fn require(&mut self, of: TraitId, args: TyList, ty: Ty, span: Span) {
        let ty = self.shallow(ty);
        if ty == Ty::ERROR || self.is_met(of, ty) {
            return;
        }
        self.s.obligations.push(Obligation { of, args, ty, span });
    }

    /// Basic types have all prelude traits, but that floats are not Hashable.
    fn is_met(&self, of: TraitId, ty: Ty) -> bool {
        is_basic(ty) && self.p.is_prelude_trait(of) && !(ty == Ty::FLOAT && of == self.lang.hashable)
    }

    /// Notes all bounds of a declaration used with these arguments.
    pub(super) fn require_all(&mut self, generics: &Generics, args: TyList, span: Span) {
        self.require_bounds(generics.bounds.iter(), args, span);
    }

    /// Notes all bounds of a function that is called. That the keys of a map are hashable was looked at where the
    /// map's type was written, or its literal.
    pub(super) fn require_callee(&mut self, decl: &FnDecl, args: TyList, span: Span) {
        let key = match decl.self_ty.map(|ty| self.p.types.kind(ty)) {
            Some(TyKind::Map(key, _)) => Some((key, self.lang.hashable)),
            _ => None,
        };
        let bounds = decl.generics.bounds.iter().filter(|bound| Some((bound.subject, bound.of)) != key);
        self.require_bounds(bounds, args, span);
    }

    fn require_bounds<'b>(&mut self, bounds: impl Iterator<Item = &'b Bound>, args: TyList, span: Span) {
        for bound in bounds {
            let ty = self.inst(bound.subject, args);
            let bound_args = self.inst_list(bound.args, args);
            self.require(bound.of, bound_args, ty, span);
        }
    }

    /// Lets impls and bounds solve what the body left open: trait arguments of known types.
    pub(super) fn solve_obligations(&mut self) {
        for at in 0..self.s.obligations.len() {
            let Obligation { of, args, ty, .. } = self.s.obligations[at];
            if self.list_len(args) > 0 && self.head(ty).is_some() {
                let mut all = vec![ty];
                all.extend((0..self.list_len(args)).map(|i| self.list_at(args, i)));
                let all = self.ty_list(&all);
                self.solve_trait_args(of, all);
            }
        }
    }

    /// Reports the bounds that do not hold (`E0807`).
    pub(super) fn check_obligations(&mut self) {
        let mut reported: Vec<(TraitId, Ty, u32)> = Vec::new();
        for at in 0..self.s.obligations.len() {
            let Obligation { of, args, ty, span } = self.s.obligations[at];
            let ty = self.shallow(ty);
            if self.is_met(of, ty) {
                continue;
            }
            if self.has_unknowns(ty) {
                // Reported as E0305 if nothing else was wrong.
                continue;
            }
            let (ty, args) = (self.zonk(ty), self.zonk_list(args));
            debug_assert!(!is_local(ty));
            if self.p.types.has_error(ty) || ty == Ty::NEVER {
                continue;
            }
            let args = self.p.types.list_of(args);
            let trait_args = (!args.is_empty()).then_some(args);
            let answer = self.p.find_impl(of, ty, trait_args, &self.decl.generics.bounds);
            // One of the bounds that were written may be what is missing, or an impl that was.
            let is_open = matches!(self.p.types.kind(ty), TyKind::Param(_) | TyKind::Assoc { .. });
            if self.lacks_bound() && is_open || self.p.lacks_impl(self.module, of, ty, answer) {
                self.failed = true;
                continue;
            }
            if !matches!(answer, ImplAnswer::No { .. }) || reported.contains(&(of, ty, span.start)) {
                continue;
            }
            reported.push((of, ty, span.start));
            let (text, name) = (self.show(ty), self.text(self.p.trait_decl(of).name));
            let help = match self.p.types.kind(ty) {
                TyKind::Param(_) => Some(format!("add a bound: `{text}: {name}`")),
                TyKind::Adt(id, _) if !self.p.module(id.module).info.is_library => {
                    let owner = self.text(self.p.adt(id).name);
                    Some(match self.p.is_prelude_trait(of) {
                        true => format!("add `#[derive({name})]` to `{owner}` or write an impl"),
                        false => format!("write `impl {name} for {owner}`"),
                    })
                }
                _ => None,
            };
            self.error_help(807, span, format!("`{text}` does not implement `{name}`"), help);
        }
    }
}

/// Types without parts.
fn is_basic(ty: Ty) -> bool {
    matches!(
        ty,
        Ty::INT | Ty::FLOAT | Ty::BOOL | Ty::STR | Ty::CHAR | Ty::BYTE | Ty::VOID | Ty::DURATION | Ty::SIZE
    )
}
