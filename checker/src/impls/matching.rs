//! Matching types against impl headers, and headers against each other.

use crate::decl::ImplDecl;
use crate::program::Program;
use crate::types::{Ty, TyKind};

impl Program {
    /// The arguments for an impl's type parameters that make its header fit. Parameters that the header does not
    /// mention stay errors.
    pub(crate) fn match_impl(&self, decl: &ImplDecl, self_ty: Ty, args: Option<&[Ty]>) -> Option<Vec<Ty>> {
        let mut found = vec![None; decl.generics.names.len()];
        if !self.matches(decl.target, self_ty, &mut found) {
            return None;
        }
        if let (Some((_, own)), Some(args)) = (decl.of, args) {
            let own = self.types.list_of(own);
            if own.len() != args.len() || !own.iter().zip(args).all(|(&p, &t)| self.matches(p, t, &mut found))
            {
                return None;
            }
        }
        Some(found.into_iter().map(|ty| ty.unwrap_or(Ty::ERROR)).collect())
    }

    /// One-way: parameters of the pattern stand for anything, those of the subject only for themselves.
    fn matches(&self, pattern: Ty, subject: Ty, found: &mut [Option<Ty>]) -> bool {
        let types = &self.types;
        if !types.has_params(pattern) {
            return pattern == subject || types.has_error(subject);
        }
        let all = |a: crate::types::TyList, b: crate::types::TyList, found: &mut [Option<Ty>]| {
            let (a, b) = (types.list_of(a), types.list_of(b));
            a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| self.matches(a, b, found))
        };
        match (types.kind(pattern), types.kind(subject)) {
            (TyKind::Param(index), _) => match &mut found[index as usize] {
                Some(earlier) => *earlier == subject,
                slot => {
                    *slot = Some(subject);
                    true
                }
            },
            (_, TyKind::Error) => true,
            (TyKind::List(a), TyKind::List(b)) | (TyKind::Range(a), TyKind::Range(b)) => {
                self.matches(a, b, found)
            }
            (TyKind::Map(a, c), TyKind::Map(b, d)) => self.matches(a, b, found) && self.matches(c, d, found),
            (TyKind::Tuple(a), TyKind::Tuple(b)) => all(a, b, found),
            (TyKind::Record(m, a), TyKind::Record(n, b)) => m == n && all(a, b, found),
            (TyKind::Fn(a, c), TyKind::Fn(b, d)) => all(a, b, found) && self.matches(c, d, found),
            (TyKind::Adt(i, a), TyKind::Adt(j, b)) => i == j && all(a, b, found),
            // The subject's associated type may turn out to be anything, the pattern's is known by its path.
            _ => pattern == subject,
        }
    }

    /// Whether the target or a trait argument of an impl is wrong, as was reported.
    pub(crate) fn header_has_error(&self, decl: &ImplDecl) -> bool {
        let args = decl.of.map_or(&[][..], |(_, args)| self.types.list_of(args));
        args.iter().chain([&decl.target]).any(|&ty| self.types.has_error(ty))
    }

    /// Whether two headers can fit one type, bounds ignored, with equal trait arguments.
    pub(crate) fn impls_overlap(&self, a: &ImplDecl, b: &ImplDecl) -> bool {
        let mut solver = Overlap { p: self, left: a.generics.names.len() as u32, bindings: Vec::new() };
        solver.bindings.resize(a.generics.names.len() + b.generics.names.len(), None);
        if !solver.unify(Side::left(a.target), Side::right(b.target), 0) {
            return false;
        }
        match (a.of, b.of) {
            (Some((_, a)), Some((_, b))) => {
                let (a, b) = (self.types.list_of(a), self.types.list_of(b));
                a.iter().zip(b).all(|(&a, &b)| solver.unify(Side::left(a), Side::right(b), 0))
            }
            _ => true,
        }
    }
}

/// A type of one of two headers, whose parameters are numbered apart.
#[derive(Clone, Copy, PartialEq)]
struct Side {
    ty: Ty,
    is_right: bool,
}

impl Side {
    fn left(ty: Ty) -> Side {
        Side { ty, is_right: false }
    }

    fn right(ty: Ty) -> Side {
        Side { ty, is_right: true }
    }

    fn part(self, ty: Ty) -> Side {
        Side { ty, is_right: self.is_right }
    }
}

struct Overlap<'p> {
    p: &'p Program,
    left: u32,
    bindings: Vec<Option<Side>>,
}

impl Overlap<'_> {
    fn variable(&self, side: Side) -> Option<usize> {
        match self.p.types.kind(side.ty) {
            TyKind::Param(index) => Some((index + if side.is_right { self.left } else { 0 }) as usize),
            _ => None,
        }
    }

    fn resolve(&self, mut side: Side) -> Side {
        // Bindings form no cycle: a variable is bound to what it does not occur in, or the depth limit ends it.
        for _ in 0..=self.bindings.len() {
            match self.variable(side).and_then(|variable| self.bindings[variable]) {
                Some(bound) => side = bound,
                None => break,
            }
        }
        side
    }

    fn occurs(&self, variable: usize, side: Side, depth: u32) -> bool {
        let side = self.resolve(side);
        if depth > 64 {
            return true;
        }
        if self.variable(side) == Some(variable) {
            return true;
        }
        let mut found = false;
        self.p.each_part(side.ty, &mut |part| {
            found = found || self.occurs(variable, side.part(part), depth + 1);
        });
        found
    }

    fn unify(&mut self, a: Side, b: Side, depth: u32) -> bool {
        let (a, b) = (self.resolve(a), self.resolve(b));
        if a == b {
            return true;
        }
        // Beyond any sensible header; claiming a conflict is safe.
        if depth > 64 {
            return true;
        }
        match (self.variable(a), self.variable(b)) {
            (Some(x), Some(y)) if x == y => true,
            (Some(x), _) if self.occurs(x, b, 0) => false,
            (_, Some(y)) if self.occurs(y, a, 0) => false,
            (Some(x), _) => {
                self.bindings[x] = Some(b);
                true
            }
            (_, Some(y)) => {
                self.bindings[y] = Some(a);
                true
            }
            (None, None) => self.unify_parts(a, b, depth),
        }
    }

    fn unify_parts(&mut self, a: Side, b: Side, depth: u32) -> bool {
        let p = self.p;
        let is_same_shape = match (p.types.kind(a.ty), p.types.kind(b.ty)) {
            (TyKind::Adt(i, _), TyKind::Adt(j, _)) => i == j,
            (TyKind::Record(m, _), TyKind::Record(n, _)) => m == n,
            (m, n) => std::mem::discriminant(&m) == std::mem::discriminant(&n),
        };
        if !is_same_shape {
            return false;
        }
        let parts = |side: Side| {
            let mut parts = Vec::new();
            p.each_part(side.ty, &mut |part| parts.push(side.part(part)));
            parts
        };
        let (a, b) = (parts(a), parts(b));
        a.len() == b.len() && a.into_iter().zip(b).all(|(a, b)| self.unify(a, b, depth + 1))
    }
}
