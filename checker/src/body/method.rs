//! Which method a name means on a type (language.md 4.4): inherent ones, then those of bounds or impls.

use super::Checker;
use crate::decl::{Bound, FnDecl, FnOwner, Generics, ImplDecl};
use crate::impls::{ImplAnswer, MAX_SUPERTRAITS};
use crate::program::{Assumption, Program};
use crate::types::{FnId, Head, ImplId, TraitId, Ty, TyKind, TyList};
use rustc_hash::FxHashSet;
use sigil_frontend::syntax::Name;
use sigil_frontend::{Span, Symbol};

/// A method found by name.
pub(super) enum Method {
    /// Inherent, with arguments for its impl's parameters.
    Inherent(FnId, TyList),
    /// Of a trait: its method number, and `Self` with the trait's arguments.
    Trait(TraitId, u32, TyList),
    /// None.
    Missing,
    /// Reported.
    Error,
}

/// A trait that has the method sought, and how the receiver comes to implement it.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    of: TraitId,
    method: u32,
    /// The trait's arguments, if a bound gives them.
    args: Option<TyList>,
}

impl<'a> Checker<'a> {
    /// An inherent method on a type, whether or not it has a receiver.
    pub(super) fn inherent_any(&mut self, ty: Ty, name: Symbol) -> Option<FnId> {
        let head = Head::of(self.head(ty)?)?;
        self.p.inherent_methods(head, name).first().copied()
    }

    /// The nearest method name.
    pub(super) fn suggest_method(&mut self, ty: Ty, name: Symbol) -> Option<String> {
        let kind = self.head(ty)?;
        let mut names = Vec::new();
        if let Some(head) = Head::of(kind) {
            self.p.inherent_names(head, &mut |symbol| names.push(self.p.names.get(symbol)));
        }
        self.did_you_mean(self.text(name), names.into_iter())
    }

    /// The inherent (or built-in) method of a type, with arguments for its impl's parameters.
    pub(super) fn inherent(&mut self, ty: Ty, name: Symbol, span: Span) -> Option<(FnId, TyList)> {
        self.inherent_with(ty, name, true, span)
    }

    fn inherent_with(&mut self, ty: Ty, name: Symbol, has_self: bool, span: Span) -> Option<(FnId, TyList)> {
        let head = Head::of(self.head(ty)?)?;
        let p: &'a Program = self.p;
        for &id in p.inherent_methods(head, name).iter() {
            let decl = p.fn_decl(id);
            if decl.has_self != has_self {
                continue;
            }
            let FnOwner::Impl(impl_id) = decl.owner else { continue };
            let impl_decl = p.impl_decl(impl_id);
            let args = self.unknowns(&[], impl_decl.generics.names.len(), span);
            let target = self.inst(impl_decl.target, args);
            if self.could_unify(target, ty) {
                self.unify(target, ty);
                return Some((id, args));
            }
        }
        None
    }

    /// `v.m` or (without receiver) `T.m`: inherent first, then traits.
    pub(super) fn find_method(&mut self, ty: Ty, name: Name, has_self: bool) -> Method {
        if let Some((id, args)) = self.inherent_with(ty, name.symbol, has_self, name.span) {
            return Method::Inherent(id, args);
        }
        let Some(kind) = self.head(ty) else {
            self.cannot_infer(name.span);
            self.poison(ty);
            return Method::Error;
        };
        if kind == TyKind::Error {
            return Method::Error;
        }
        let candidates = match kind {
            TyKind::Param(_) | TyKind::Assoc { .. } => self.bound_candidates(ty, name.symbol, has_self),
            _ => {
                let candidates = self.impl_candidates(ty, kind, name.symbol, has_self);
                if !self.p.is_complete() {
                    if candidates.len() != 1 {
                        self.needs_complete = true;
                        self.failed = true;
                        return Method::Error;
                    }
                    if let Some(head) = Head::of(kind) {
                        let assumption = Assumption { name: name.symbol, head, of: candidates[0].of };
                        self.assumptions.push(assumption);
                    }
                }
                candidates
            }
        };
        match candidates[..] {
            [] => Method::Missing,
            [Candidate { of, method, args }] => {
                let count = self.p.trait_decl(of).generics.names.len() - 1;
                let outer = match args {
                    Some(list) => {
                        let mut all = vec![ty];
                        all.extend((0..self.list_len(list)).map(|i| self.list_at(list, i)));
                        self.ty_list(&all)
                    }
                    None => self.unknowns(&[ty], count, name.span),
                };
                if args.is_none() && count > 0 && !self.solve_trait_args(of, outer) {
                    return self.ambiguous(name, &candidates);
                }
                Method::Trait(of, method, outer)
            }
            _ => self.ambiguous(name, &candidates),
        }
    }

    fn ambiguous(&mut self, name: Name, candidates: &[Candidate]) -> Method {
        let text = self.text(name.symbol);
        let mut names: Vec<&str> =
            candidates.iter().map(|c| self.text(self.p.trait_decl(c.of).name)).collect();
        names.sort_unstable();
        let help = names.first().map(|first| format!("write `{first}.{text}(…)`"));
        let message = format!("method `{text}` is ambiguous: {}", names.join(", "));
        self.error_help(810, name.span, message, help);
        Method::Error
    }

    /// Traits with such a method that the bounds of a parameter or opaque type give it.
    fn bound_candidates(&mut self, ty: Ty, name: Symbol, has_self: bool) -> Vec<Candidate> {
        let mut out = Vec::new();
        for bound in self.bounds_of(ty) {
            let methods = &self.p.trait_decl(bound.of).methods;
            let found = methods.iter().position(|&m| {
                let decl: &FnDecl = self.p.fn_decl(m);
                decl.name == name && decl.has_self == has_self
            });
            if let Some(method) = found {
                out.push(Candidate { of: bound.of, method: method as u32, args: Some(bound.args) });
            }
        }
        out
    }

    /// All bounds on a parameter or opaque type, supertraits included, each once.
    pub(super) fn bounds_of(&mut self, ty: Ty) -> Vec<Bound> {
        let mut out: Vec<Bound> = Vec::new();
        for bound in &self.decl.generics.bounds {
            if bound.subject == ty && !out.contains(bound) {
                out.push(*bound);
            }
        }
        if let Some(TyKind::Assoc { of, name, args }) = self.head(ty)
            && let Some((_, bounds)) = self.p.trait_decl(of).assoc.iter().find(|(n, _)| *n == name)
        {
            for bound in bounds {
                let args = self.inst_list(bound.args, args);
                let bound = Bound { subject: ty, of: bound.of, args };
                if !out.contains(&bound) {
                    out.push(bound);
                }
            }
        }
        let mut seen: FxHashSet<Bound> = out.iter().copied().collect();
        let (mut at, mut with_args) = (0, 0);
        while let Some(&bound) = out.get(at) {
            at += 1;
            let supers = &self.p.trait_decl(bound.of).supers;
            if supers.is_empty() {
                continue;
            }
            let mut all = vec![ty];
            all.extend((0..self.list_len(bound.args)).map(|i| self.list_at(bound.args, i)));
            let all = self.ty_list(&all);
            for up in supers {
                let args = self.inst_list(up.args, all);
                let up = Bound { subject: ty, of: up.of, args };
                let has_args = self.list_len(args) > 0;
                if !(has_args && with_args == MAX_SUPERTRAITS) && seen.insert(up) {
                    with_args += usize::from(has_args);
                    out.push(up);
                }
            }
        }
        out
    }

    /// Traits with such a method that a concrete type implements.
    fn impl_candidates(&mut self, ty: Ty, kind: TyKind, name: Symbol, has_self: bool) -> Vec<Candidate> {
        let mut out = Vec::new();
        for (of, method) in self.p.trait_methods_named(name) {
            let decl = self.p.fn_decl(self.p.trait_decl(of).methods[method as usize]);
            if decl.has_self == has_self && self.implements(of, ty, kind) {
                out.push(Candidate { of, method, args: None });
            }
        }
        out
    }

    /// Whether a concrete type, whose parts may be unknown, has an impl of a trait; bounds are looked at later.
    fn implements(&mut self, of: TraitId, ty: Ty, kind: TyKind) -> bool {
        if let Some(head) = Head::of(kind) {
            for id in self.p.impls_of(of, head) {
                if self.impl_fits(id, ty, None) {
                    return true;
                }
            }
        }
        if let TyKind::Adt(id, _) = kind
            && self.p.adt(id).derives.iter().any(|&(derived, _)| derived == of)
        {
            return true;
        }
        if !self.p.is_prelude_trait(of) {
            return false;
        }
        let closed = self.closed(ty);
        !matches!(self.p.find_impl(of, closed, None, &self.decl.generics.bounds), ImplAnswer::No { .. })
    }

    /// Whether an impl's target (and trait arguments, after `Self` in `args`) fits; solves nothing.
    fn impl_fits(&mut self, id: ImplId, ty: Ty, args: Option<TyList>) -> bool {
        let snapshot = self.snapshot();
        let fits = self.unify_impl(id, ty, args);
        self.rollback(snapshot);
        fits
    }

    fn unify_impl(&mut self, id: ImplId, ty: Ty, args: Option<TyList>) -> bool {
        let decl = self.p.impl_decl(id);
        let own = self.unknowns(&[], decl.generics.names.len(), self.here);
        let target = self.inst(decl.target, own);
        if !self.unify(target, ty) {
            return false;
        }
        let (Some(args), Some((_, given))) = (args, decl.of) else { return true };
        (0..self.list_len(given)).all(|i| {
            let given = self.list_at(given, i);
            let given = self.inst(given, own);
            let wanted = self.list_at(args, i + 1);
            self.unify(given, wanted)
        })
    }

    /// The only impl of a trait that fits a type (and the trait's arguments, after `Self` in `args`).
    pub(super) fn only_impl(&mut self, of: TraitId, ty: Ty, args: Option<TyList>) -> Option<ImplId> {
        let head = Head::of(self.head(ty)?)?;
        let mut found = None;
        for id in self.p.impls_of(of, head) {
            if self.impl_fits(id, ty, args) {
                if found.is_some() {
                    return None;
                }
                found = Some(id);
            }
        }
        found
    }

    /// Solves a trait's arguments (after `Self` in `args`) by the bound or impl that the type has; false if several
    /// fit.
    pub(super) fn solve_trait_args(&mut self, of: TraitId, args: TyList) -> bool {
        if self.list_len(args) < 2 {
            return true;
        }
        let ty = self.list_at(args, 0);
        match self.head(ty) {
            Some(TyKind::Param(_) | TyKind::Assoc { .. }) => {
                let bounds = self.bounds_of(ty);
                let mut fitting = bounds.iter().filter(|b| b.of == of);
                if let (Some(bound), None) = (fitting.next(), fitting.next()) {
                    for i in 0..self.list_len(bound.args) {
                        let (a, b) = (self.list_at(bound.args, i), self.list_at(args, i + 1));
                        self.unify(a, b);
                    }
                }
                true
            }
            Some(_) => match self.only_impl(of, ty, Some(args)) {
                Some(id) => self.unify_impl(id, ty, Some(args)),
                None => false,
            },
            None => false,
        }
    }

    /// Whether an impl or bound that is wrong, as was reported, has a method of the name, or might have it: of its own,
    /// though its trait has none, or as its trait's default.
    pub(super) fn is_of_broken_impl(&self, kind: TyKind, name: Symbol) -> bool {
        let of_type = match kind {
            TyKind::Param(_) | TyKind::Assoc { .. } if self.lacks_bound() => return true,
            TyKind::Adt(id, _) => id.module,
            _ => self.module,
        };
        [self.module, of_type].into_iter().any(|module| {
            let mut impls = self.p.impls(module).iter();
            impls.any(|decl| match self.has_method(&decl.methods, name) {
                true => decl.broken || self.is_for(decl, kind) && !self.is_of_trait(decl, name),
                false => decl.broken && self.is_for(decl, kind) && self.is_of_trait(decl, name),
            })
        })
    }

    /// Whether an impl is for such a type.
    fn is_for(&self, decl: &ImplDecl, kind: TyKind) -> bool {
        let target = self.p.types.kind(decl.target);
        matches!(target, TyKind::Param(_) | TyKind::Error) || Head::of(target) == Head::of(kind)
    }

    /// Whether the trait of an impl has a method of the name; an inherent impl has only its own.
    fn is_of_trait(&self, decl: &ImplDecl, name: Symbol) -> bool {
        let methods = decl.of.map_or(&decl.methods, |(of, _)| &self.p.trait_decl(of).methods);
        self.has_method(methods, name)
    }

    fn has_method(&self, methods: &[FnId], name: Symbol) -> bool {
        methods.iter().any(|&method| self.p.fn_decl(method).name == name)
    }

    /// Whether one of the bounds that were written may be what is missing.
    pub(super) fn lacks_bound(&self) -> bool {
        let Generics { bounds, lacks_bound, .. } = &self.decl.generics;
        let lacks_super = |bound: &Bound| self.p.trait_decl(bound.of).generics.lacks_bound;
        self.decl.broken || *lacks_bound || bounds.iter().any(lacks_super)
    }
}
