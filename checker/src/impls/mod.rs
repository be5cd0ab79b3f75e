//! Which types implement which traits.
//!
//! By coherence an impl stands in the module of its trait or of its target's head, and whoever can name both has
//! loaded both. So an answer about a given trait and type never changes when more modules become known, and it is
//! found in two modules' tables, without any shared index.

mod builtin;
mod check;
mod matching;
mod resolve;

pub use resolve::ResolvedMethod;

use crate::decl::{Bound, ImplDecl};
use crate::program::Program;
use crate::types::{AdtId, FnId, Head, ImplId, ModuleId, TraitId, Ty, TyKind, TyList};
use rustc_hash::{FxHashMap, FxHashSet};
use sigil_frontend::Symbol;

/// The impls of a module.
#[derive(Default)]
pub(crate) struct ImplTable {
    /// In source order.
    pub(crate) decls: Vec<ImplDecl>,
    /// Trait impls by trait and head of the target, in source order; without broken and conflicting ones.
    pub(crate) by_trait: FxHashMap<(TraitId, Head), Vec<ImplId>>,
    /// Inherent methods by head of the target and name.
    pub(crate) inherent: FxHashMap<(Head, Symbol), Vec<FnId>>,
}

/// Why a type implements a trait, or that it does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImplAnswer {
    /// By a bound in force (or the type is an error or `Never`, which no one should hear of again).
    Bound,
    /// Built in (prelude traits on built-in types).
    BuiltIn,
    /// Derived.
    Derived(AdtId),
    /// By an impl, with the arguments for its type parameters.
    Impl(ImplId, TyList),
    /// Not.
    No {
        /// The innermost requirement that fails, if it is another one: type and trait.
        because: Option<(Ty, TraitId)>,
    },
    /// Several instances of a generic trait fit, and the trait's arguments were not given.
    Ambiguous,
}

impl ImplAnswer {
    /// The type implements the trait (perhaps in several ways).
    pub fn holds(self) -> bool {
        !matches!(self, ImplAnswer::No { .. })
    }
}

/// Requirements that bounds of impls lead to, one within another, without going on to a part of the type: there may be
/// no end of them (`impl<T> S for P<T> where P<[T]>: S`).
const MAX_DEPTH: u32 = 64;

/// Supertraits with arguments of one trait; there may be no end of them either (`trait A<T>: A<[T]>`).
pub(crate) const MAX_SUPERTRAITS: usize = 1024;

const NO: ImplAnswer = ImplAnswer::No { because: None };

impl Program {
    /// Whether and why `self_ty` implements a trait, with these arguments if given. The type may contain the type
    /// parameters of the declaration at hand, whose bounds are `env`.
    pub fn find_impl(&self, of: TraitId, self_ty: Ty, args: Option<&[Ty]>, env: &[Bound]) -> ImplAnswer {
        self.find_impl_at(of, self_ty, args, env, 0)
    }

    fn find_impl_at(
        &self,
        of: TraitId,
        self_ty: Ty,
        args: Option<&[Ty]>,
        env: &[Bound],
        depth: u32,
    ) -> ImplAnswer {
        let types = &self.types;
        if types.has_error(self_ty) || self_ty == Ty::NEVER {
            return ImplAnswer::Bound;
        }
        if depth > MAX_DEPTH {
            return NO;
        }
        let list = args.map(|args| types.list(args));
        let is_closed = types.is_closed(self_ty) && list.is_none_or(|list| types.is_closed_list(list));
        if !is_closed {
            return self.compute_impl(of, self_ty, args, env, depth);
        }
        let query = (of, self_ty, list);
        if let Some(answer) = self.impl_cache.get(&query) {
            return answer;
        }
        let answer = self.compute_impl(of, self_ty, args, &[], depth);
        // Too deep a question fails for lack of depth only where it was asked.
        if depth == 0 || answer.holds() {
            self.impl_cache.insert(query, answer);
        }
        answer
    }

    /// Whether a type would implement a trait if an impl were right that is wrong, as was reported: one in a module, or
    /// where it belongs. `answer` says how it does now.
    pub(crate) fn lacks_impl(&self, module: ModuleId, of: TraitId, ty: Ty, answer: ImplAnswer) -> bool {
        let (ty, of) = match answer {
            ImplAnswer::No { because } => because.unwrap_or((ty, of)),
            _ => return false,
        };
        let kind = self.types.kind(ty);
        let home = match kind {
            TyKind::Adt(id, _) => id.module,
            _ => of.module,
        };
        let might_fit = |decl: &ImplDecl| {
            let target = self.types.kind(decl.target);
            decl.broken
                && decl.of.is_some_and(|(other, _)| other == of)
                && (matches!(target, TyKind::Param(_)) || Head::of(target) == Head::of(kind))
        };
        let tables =
            [module, of.module, home].into_iter().filter_map(|module| self.module(module).impls.get());
        tables.flat_map(|table| &table.decls).any(might_fit)
    }

    fn compute_impl(
        &self,
        of: TraitId,
        self_ty: Ty,
        args: Option<&[Ty]>,
        env: &[Bound],
        depth: u32,
    ) -> ImplAnswer {
        stacker::maybe_grow(64 << 10, 1 << 20, || self.compute_impl_here(of, self_ty, args, env, depth))
    }

    fn compute_impl_here(
        &self,
        of: TraitId,
        self_ty: Ty,
        args: Option<&[Ty]>,
        env: &[Bound],
        depth: u32,
    ) -> ImplAnswer {
        let kind = self.types.kind(self_ty);
        let Some(head) = Head::of(kind) else {
            return if self.is_bound(of, self_ty, args, env) { ImplAnswer::Bound } else { NO };
        };
        if let Some(answer) = self.builtin_impl(of, kind, env, depth) {
            return answer;
        }
        if let TyKind::Adt(id, adt_args) = kind
            && self.is_derived(id, of)
        {
            let parts = self.types.list_of(adt_args);
            return match self.all_implement(of, parts, env, depth) {
                None => ImplAnswer::Derived(id),
                Some(because) => ImplAnswer::No { because: Some(because) },
            };
        }
        self.user_impl(of, head, self_ty, args, env, depth)
    }

    /// Derived in the declaration of the type.
    pub(crate) fn is_derived(&self, id: AdtId, of: TraitId) -> bool {
        let Some(adts) = self.module(id.module).adts.get() else { return false };
        adts[id.index as usize].derives.iter().any(|&(derived, _)| derived == of)
    }

    fn user_impl(
        &self,
        of: TraitId,
        head: Head,
        self_ty: Ty,
        args: Option<&[Ty]>,
        env: &[Bound],
        depth: u32,
    ) -> ImplAnswer {
        let mut found = None;
        let mut failed = None;
        for id in self.impls_of(of, head) {
            let decl = self.impl_decl(id);
            let Some(impl_args) = self.match_impl(decl, self_ty, args) else { continue };
            if let Some(because) = self.unmet_bound(&decl.generics.bounds, &impl_args, env, depth) {
                failed = Some(because);
                continue;
            }
            if found.is_some() {
                return ImplAnswer::Ambiguous;
            }
            found = Some(ImplAnswer::Impl(id, self.types.list(&impl_args)));
        }
        found.unwrap_or(ImplAnswer::No { because: failed })
    }

    /// The first bound that does not hold after substitution.
    fn unmet_bound(&self, bounds: &[Bound], args: &[Ty], env: &[Bound], depth: u32) -> Option<(Ty, TraitId)> {
        bounds.iter().find_map(|bound| {
            let subject = self.subst(bound.subject, args);
            let trait_args: Vec<Ty> =
                self.types.list_of(bound.args).iter().map(|&arg| self.subst(arg, args)).collect();
            // An argument of the impl is a part of what the question was about.
            let is_part = trait_args.is_empty() && matches!(self.types.kind(bound.subject), TyKind::Param(_));
            let depth = if is_part { depth } else { depth + 1 };
            match self.find_impl_at(bound.of, subject, Some(&trait_args), env, depth) {
                ImplAnswer::No { because } => Some(because.unwrap_or((subject, bound.of))),
                _ => None,
            }
        })
    }

    /// The first of some types that does not implement a trait (without arguments).
    fn all_implement(&self, of: TraitId, parts: &[Ty], env: &[Bound], depth: u32) -> Option<(Ty, TraitId)> {
        parts.iter().find_map(|&part| match self.find_impl_at(of, part, None, env, depth) {
            ImplAnswer::No { because } => Some(because.unwrap_or((part, of))),
            _ => None,
        })
    }

    /// Whether the bounds in force, their supertraits, or the bounds of associated types say so.
    fn is_bound(&self, of: TraitId, subject: Ty, args: Option<&[Ty]>, env: &[Bound]) -> bool {
        let by_env = env.iter().filter(|bound| bound.subject == subject).any(|bound| {
            let path: Vec<Ty> =
                std::iter::once(subject).chain(self.types.list_of(bound.args).iter().copied()).collect();
            self.implies(bound.of, &path, of, args)
        });
        if by_env {
            return true;
        }
        let TyKind::Assoc { of: owner, name, args: owner_args } = self.types.kind(subject) else {
            return false;
        };
        let Some(traits) = self.module(owner.module).traits.get() else { return false };
        let declared = traits[owner.index as usize].assoc.iter().find(|(other, _)| *other == name);
        let path = self.types.list_of(owner_args);
        declared.is_some_and(|(_, bounds)| {
            bounds.iter().any(|bound| {
                let mut inner = vec![subject];
                inner.extend(self.types.list_of(bound.args).iter().map(|&arg| self.subst(arg, path)));
                self.implies(bound.of, &inner, of, args)
            })
        })
    }

    /// Whether `path[0]: known<path[1..]>` includes the wanted trait, itself or as a supertrait.
    fn implies(&self, known: TraitId, path: &[Ty], of: TraitId, args: Option<&[Ty]>) -> bool {
        let is_wanted = |known: TraitId, path: &[Ty]| {
            (known == of && args.is_none_or(|args| args == &path[1..])).then_some(())
        };
        self.find_supertrait(known, path, is_wanted).is_some()
    }

    /// The first of `path[0]: of<path[1..]>` and its supertraits, each of them asked once, that has an answer.
    pub(crate) fn find_supertrait<R>(
        &self,
        of: TraitId,
        path: &[Ty],
        mut answer: impl FnMut(TraitId, &[Ty]) -> Option<R>,
    ) -> Option<R> {
        let mut all = vec![(of, path.to_vec())];
        let mut asked = FxHashSet::default();
        let (mut at, mut with_args) = (0, 0);
        while let Some(one) = all.get(at).cloned() {
            at += 1;
            let (of, path) = &one;
            if asked.contains(&one) || with_args >= MAX_SUPERTRAITS && path.len() > 1 {
                continue;
            }
            if let Some(found) = answer(*of, path) {
                return Some(found);
            }
            with_args += usize::from(path.len() > 1);
            if let Some(traits) = self.module(of.module).traits.get() {
                for bound in &traits[of.index as usize].supers {
                    let mut inner = vec![path[0]];
                    inner.extend(self.types.list_of(bound.args).iter().map(|&arg| self.subst(arg, path)));
                    all.push((bound.of, inner));
                }
            }
            asked.insert(one);
        }
        None
    }

    /// Whether an assumption made before all impls were known still holds: no other trait gives the method.
    pub fn holds(&self, assumption: &crate::program::Assumption) -> bool {
        let implements = |of: TraitId| {
            self.impls_of(of, assumption.head).next().is_some()
                || matches!(assumption.head, Head::Adt(id) if self.is_derived(id, of))
                || (self.is_prelude_trait(of) && !matches!(assumption.head, Head::Adt(_)))
        };
        self.trait_methods_named(assumption.name)
            .into_iter()
            .all(|(of, _)| of == assumption.of || !implements(of))
    }
}
