//! Types with unknowns, local to one body.
//!
//! A local type is a [`Ty`] (or [`TyList`]) with the top bit set: an index into tables of the scratch. Everything
//! without unknowns is interned at once, so that most types in a body are plain global ids and unifying them is
//! one comparison. Unknowns never leave the body: [`Checker::zonk`] replaces them at the end.

use super::Checker;
use crate::hir::ExprId as E;
use crate::types::{TraitId, Ty, TyKind, TyList};
use sigil_frontend::{Span, Symbol};
use std::ops::Range;

/// Marks ids of local types and lists.
const LOCAL: u32 = 1 << 31;

/// A node of the local type table.
#[derive(Clone, Copy, Debug)]
pub(super) enum Node {
    /// Unsolved.
    Unknown,
    /// Solved, or replaced by a better id.
    Link(Ty),
    /// A type with at least one local part.
    Kind(TyKind),
}

/// Tables of one body's local types; reused from body to body.
#[derive(Default)]
pub(super) struct Table {
    nodes: Vec<Node>,
    /// Where each node was made, for `E0305`.
    origins: Vec<Span>,
    elems: Vec<Ty>,
    /// Start, length, and the global id once zonked (0: not yet; ids are stored plus one).
    runs: Vec<(u32, u32, u32)>,
    /// Unknowns solved since the oldest open snapshot.
    trail: Vec<u32>,
    snapshots: u32,
    /// Stack for building lists.
    stack: Vec<Ty>,
    /// Equations with a projection that is not known yet, and where they arose.
    pub(super) deferred: Vec<(Ty, Ty, Span)>,
    /// Unknowns that were solved as `Never`.
    pub(super) never: Vec<Span>,
    /// Unknown results of what never ends normally: void, if nothing else solves them.
    pub(super) endless: Vec<Ty>,
    /// Nodes that were made in expressions without mistakes and have nothing to do with others; in order.
    sound: Vec<Range<usize>>,
    /// The oldest unknown that was solved by a type with unknowns, since the current expression began.
    oldest_bound: usize,
}

impl Table {
    /// Forgets everything, keeps the memory.
    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.origins.clear();
        self.elems.clear();
        self.runs.clear();
        self.trail.clear();
        self.snapshots = 0;
        self.stack.clear();
        self.deferred.clear();
        self.never.clear();
        self.endless.clear();
        self.sound.clear();
        self.oldest_bound = usize::MAX;
    }

    /// Notes that the nodes from `first` on have nothing to do with mistakes.
    fn note_sound(&mut self, first: usize) {
        while self.sound.pop_if(|made| made.start >= first).is_some() {}
        self.sound.push(first..self.nodes.len());
    }

    /// Whether nothing is wrong with what an unsolved node is of.
    fn is_sound(&self, index: usize) -> bool {
        let next = self.sound.partition_point(|made| made.start <= index);
        let is_noted = next > 0 && self.sound[next - 1].contains(&index);
        // A projection is unsolved since an unknown in it is, which may be older.
        is_noted && !matches!(self.nodes[index], Node::Kind(_))
    }
}

/// What [`Checker::rollback`] returns to.
pub(super) struct Snapshot {
    trail: usize,
    deferred: usize,
    never: usize,
}

/// Whether a type may contain unknowns.
pub(super) fn is_local(ty: Ty) -> bool {
    ty.0 & LOCAL != 0
}

impl Checker<'_> {
    /// A fresh unknown.
    pub(super) fn unknown(&mut self, origin: Span) -> Ty {
        self.node(Node::Unknown, origin)
    }

    /// Makes an expression, and notes whether its unknowns are no consequence of mistakes elsewhere: nothing is wrong in
    /// it, no older unknown depends on them, nor does its type. The latter does not matter if the value is `dropped`.
    pub(super) fn isolated(&mut self, dropped: bool, make: impl FnOnce(&mut Self) -> E) -> E {
        let failed = std::mem::take(&mut self.failed);
        let oldest_bound = std::mem::replace(&mut self.s.table.oldest_bound, usize::MAX);
        let first = self.s.table.nodes.len();
        let e = make(self);
        let ty = self.ty(e);
        self.failed |= ty == Ty::ERROR;
        let table = &mut self.s.table;
        if table.nodes.len() > first
            && !self.failed
            && table.oldest_bound >= first
            && (dropped || !self.has_unknowns(ty))
        {
            self.s.table.note_sound(first);
        }
        self.failed |= failed;
        self.s.table.oldest_bound = self.s.table.oldest_bound.min(oldest_bound);
        e
    }

    fn node(&mut self, node: Node, origin: Span) -> Ty {
        let table = &mut self.s.table;
        table.nodes.push(node);
        table.origins.push(origin);
        Ty((table.nodes.len() - 1) as u32 | LOCAL)
    }

    /// `count` fresh unknowns after the types of `first`.
    pub(super) fn unknowns(&mut self, first: &[Ty], count: usize, origin: Span) -> TyList {
        let base = self.s.table.stack.len();
        self.s.table.stack.extend_from_slice(first);
        for _ in 0..count {
            let ty = self.unknown(origin);
            self.s.table.stack.push(ty);
        }
        self.pop_list(base)
    }

    /// A list of types.
    pub(super) fn ty_list(&mut self, tys: &[Ty]) -> TyList {
        let base = self.s.table.stack.len();
        self.s.table.stack.extend_from_slice(tys);
        self.pop_list(base)
    }

    fn pop_list(&mut self, base: usize) -> TyList {
        for at in base..self.s.table.stack.len() {
            let ty = self.shallow(self.s.table.stack[at]);
            self.s.table.stack[at] = ty;
        }
        let table = &mut self.s.table;
        let list = &table.stack[base..];
        let id = if list.iter().any(|&ty| is_local(ty)) {
            let start = table.elems.len() as u32;
            table.elems.extend_from_slice(list);
            table.runs.push((start, list.len() as u32, 0));
            TyList((table.runs.len() - 1) as u32 | LOCAL)
        } else {
            self.p.types.list(list)
        };
        table.stack.truncate(base);
        id
    }

    /// Number of types in a list.
    pub(super) fn list_len(&self, list: TyList) -> usize {
        if list.0 & LOCAL != 0 {
            self.s.table.runs[(list.0 & !LOCAL) as usize].1 as usize
        } else {
            self.p.types.list_of(list).len()
        }
    }

    /// Element of a list of types.
    pub(super) fn list_at(&self, list: TyList, index: usize) -> Ty {
        if list.0 & LOCAL != 0 {
            let (start, len, _) = self.s.table.runs[(list.0 & !LOCAL) as usize];
            debug_assert!(index < len as usize);
            self.s.table.elems[start as usize + index]
        } else {
            self.p.types.list_of(list)[index]
        }
    }

    fn list_is_local(list: TyList) -> bool {
        list.0 & LOCAL != 0
    }

    /// A type by its kind, whose parts may be local.
    pub(super) fn make(&mut self, kind: TyKind) -> Ty {
        let kind = match kind {
            TyKind::List(t) => TyKind::List(self.shallow(t)),
            TyKind::Range(t) => TyKind::Range(self.shallow(t)),
            TyKind::Map(k, v) => TyKind::Map(self.shallow(k), self.shallow(v)),
            TyKind::Fn(p, r) => TyKind::Fn(p, self.shallow(r)),
            other => other,
        };
        let local = match kind {
            TyKind::List(t) | TyKind::Range(t) => is_local(t),
            TyKind::Map(k, v) => is_local(k) || is_local(v),
            TyKind::Tuple(l) | TyKind::Record(_, l) | TyKind::Adt(_, l) => Self::list_is_local(l),
            TyKind::Fn(p, r) => Self::list_is_local(p) || is_local(r),
            TyKind::Assoc { args, .. } => Self::list_is_local(args),
            _ => false,
        };
        if local { self.node(Node::Kind(kind), self.here) } else { self.p.types.intern(kind) }
    }

    /// `[T]`.
    pub(super) fn list_ty(&mut self, elem: Ty) -> Ty {
        self.make(TyKind::List(elem))
    }

    /// `(A, B)`.
    pub(super) fn tuple_ty(&mut self, parts: &[Ty]) -> Ty {
        let list = self.ty_list(parts);
        self.make(TyKind::Tuple(list))
    }

    /// `(A, B) -> R`.
    pub(super) fn fn_ty(&mut self, params: &[Ty], result: Ty) -> Ty {
        let list = self.ty_list(params);
        self.make(TyKind::Fn(list, result))
    }

    /// `Option<T>`.
    pub(super) fn option_ty(&mut self, content: Ty) -> Ty {
        let list = self.ty_list(&[content]);
        self.make(TyKind::Adt(self.lang.option, list))
    }

    /// `Result<T, E>`.
    pub(super) fn result_ty(&mut self, ok: Ty, err: Ty) -> Ty {
        let list = self.ty_list(&[ok, err]);
        self.make(TyKind::Adt(self.lang.result, list))
    }

    /// The type behind solved unknowns and known projections; only its head is looked at.
    #[inline]
    pub(super) fn shallow(&mut self, ty: Ty) -> Ty {
        if is_local(ty) { self.shallow_local(ty) } else { ty }
    }

    fn shallow_local(&mut self, mut ty: Ty) -> Ty {
        while is_local(ty) {
            let index = (ty.0 & !LOCAL) as usize;
            match self.s.table.nodes[index] {
                Node::Unknown => break,
                Node::Link(to) => ty = to,
                Node::Kind(TyKind::Assoc { of, name, args }) => match self.normalise(of, name, args) {
                    Some(to) => {
                        // Within a snapshot the answer may rest on a guess, so it is not kept.
                        if self.s.table.snapshots == 0 {
                            self.s.table.nodes[index] = Node::Link(to);
                        }
                        ty = to;
                    }
                    None => break,
                },
                Node::Kind(_) => break,
            }
        }
        ty
    }

    /// The head of a type; none for an unsolved unknown or a projection that is not known yet.
    pub(super) fn head(&mut self, ty: Ty) -> Option<TyKind> {
        let ty = self.shallow(ty);
        if !is_local(ty) {
            return Some(self.p.types.kind(ty));
        }
        match self.s.table.nodes[(ty.0 & !LOCAL) as usize] {
            Node::Kind(TyKind::Assoc { .. }) => None,
            Node::Kind(kind) => Some(kind),
            Node::Unknown | Node::Link(_) => None,
        }
    }

    /// Whether a type contains unsolved unknowns.
    pub(super) fn has_unknowns(&mut self, ty: Ty) -> bool {
        let ty = self.shallow(ty);
        if !is_local(ty) {
            return false;
        }
        match self.s.table.nodes[(ty.0 & !LOCAL) as usize] {
            Node::Kind(kind) => match kind {
                TyKind::List(t) | TyKind::Range(t) => self.has_unknowns(t),
                TyKind::Map(k, v) => self.has_unknowns(k) || self.has_unknowns(v),
                TyKind::Tuple(l) | TyKind::Record(_, l) | TyKind::Adt(_, l) => self.list_has_unknowns(l),
                TyKind::Fn(p, r) => self.list_has_unknowns(p) || self.has_unknowns(r),
                TyKind::Assoc { .. } => true,
                _ => false,
            },
            _ => true,
        }
    }

    fn list_has_unknowns(&mut self, list: TyList) -> bool {
        Self::list_is_local(list)
            && (0..self.list_len(list)).any(|i| {
                let ty = self.list_at(list, i);
                self.has_unknowns(ty)
            })
    }

    /// Replaces type parameters by `args`.
    pub(super) fn inst(&mut self, ty: Ty, args: TyList) -> Ty {
        if !self.p.types.has_params(ty) {
            return ty;
        }
        match self.p.types.kind(ty) {
            TyKind::Param(i) if (i as usize) < self.list_len(args) => {
                let ty = self.list_at(args, i as usize);
                self.shallow(ty)
            }
            TyKind::List(t) => {
                let t = self.inst(t, args);
                self.make(TyKind::List(t))
            }
            TyKind::Range(t) => {
                let t = self.inst(t, args);
                self.make(TyKind::Range(t))
            }
            TyKind::Map(k, v) => {
                let (k, v) = (self.inst(k, args), self.inst(v, args));
                self.make(TyKind::Map(k, v))
            }
            TyKind::Tuple(l) => {
                let l = self.inst_list(l, args);
                self.make(TyKind::Tuple(l))
            }
            TyKind::Record(n, l) => {
                let l = self.inst_list(l, args);
                self.make(TyKind::Record(n, l))
            }
            TyKind::Fn(l, r) => {
                let (l, r) = (self.inst_list(l, args), self.inst(r, args));
                self.make(TyKind::Fn(l, r))
            }
            TyKind::Adt(id, l) => {
                let l = self.inst_list(l, args);
                self.make(TyKind::Adt(id, l))
            }
            TyKind::Assoc { of, name, args: l } => {
                let l = self.inst_list(l, args);
                match self.normalise(of, name, l) {
                    Some(ty) => ty,
                    None => self.node(Node::Kind(TyKind::Assoc { of, name, args: l }), self.here),
                }
            }
            _ => ty,
        }
    }

    /// Replaces type parameters in a global list.
    pub(super) fn inst_list(&mut self, list: TyList, args: TyList) -> TyList {
        let base = self.s.table.stack.len();
        for &ty in self.p.types.list_of(list) {
            let ty = self.inst(ty, args);
            self.s.table.stack.push(ty);
        }
        self.pop_list(base)
    }

    /// `<args[0] as of<args[1..]>>.name`, if it is known by now.
    fn normalise(&mut self, of: TraitId, name: Symbol, args: TyList) -> Option<Ty> {
        let this = self.list_at(args, 0);
        let kind = self.head(this)?;
        match kind {
            TyKind::Error => return Some(Ty::ERROR),
            TyKind::Param(_) | TyKind::Assoc { .. } => {
                // Opaque; equal projections get equal ids once all parts are known.
                let base = self.s.table.stack.len();
                for i in 0..self.list_len(args) {
                    let ty = self.list_at(args, i);
                    self.s.table.stack.push(ty);
                }
                let args = self.pop_list(base);
                if Self::list_is_local(args) {
                    return None;
                }
                return Some(self.p.types.intern(TyKind::Assoc { of, name, args }));
            }
            _ => {}
        }
        if self.projections > 64 {
            self.error(217, self.here, "projections nest too deeply");
            return Some(Ty::ERROR);
        }
        self.projections += 1;
        let ty = self.normalise_concrete(of, name, this, args);
        self.projections -= 1;
        ty
    }

    fn normalise_concrete(&mut self, of: TraitId, name: Symbol, this: Ty, args: TyList) -> Option<Ty> {
        let impl_id = self.only_impl(of, this, Some(args))?;
        let decl = self.p.impl_decl(impl_id);
        let given = decl.assoc.iter().find(|(n, _)| *n == name);
        let Some(&(_, ty)) = given else { return Some(Ty::ERROR) };
        let own = self.unknowns(&[], decl.generics.names.len(), self.here);
        let target = self.inst(decl.target, own);
        self.unify(target, this);
        Some(self.inst(ty, own))
    }

    /// Starts an attempt that can be undone.
    pub(super) fn snapshot(&mut self) -> Snapshot {
        let table = &mut self.s.table;
        table.snapshots += 1;
        Snapshot { trail: table.trail.len(), deferred: table.deferred.len(), never: table.never.len() }
    }

    /// Undoes what was solved since the snapshot.
    pub(super) fn rollback(&mut self, to: Snapshot) {
        let table = &mut self.s.table;
        for &var in &table.trail[to.trail..] {
            table.nodes[var as usize] = Node::Unknown;
        }
        table.trail.truncate(to.trail);
        table.deferred.truncate(to.deferred);
        table.never.truncate(to.never);
        table.snapshots -= 1;
    }

    /// Whether two types could be made equal; solves nothing.
    pub(super) fn could_unify(&mut self, a: Ty, b: Ty) -> bool {
        let snapshot = self.snapshot();
        let ok = self.unify(a, b);
        self.rollback(snapshot);
        ok
    }

    /// Makes two types equal, solving unknowns; false if they cannot be.
    pub(super) fn unify(&mut self, a: Ty, b: Ty) -> bool {
        let (a, b) = (self.shallow(a), self.shallow(b));
        if a == b {
            return true;
        }
        if !is_local(a) && !is_local(b) {
            return self.p.types.has_error(a) || self.p.types.has_error(b);
        }
        if self.is_unknown(a) {
            return self.solve(a, b);
        }
        if self.is_unknown(b) {
            return self.solve(b, a);
        }
        if a == Ty::ERROR || b == Ty::ERROR {
            self.poison(a);
            self.poison(b);
            return true;
        }
        let (Some(ka), Some(kb)) = (self.head(a), self.head(b)) else {
            let here = self.here;
            self.s.table.deferred.push((a, b, here));
            self.s.table.oldest_bound = 0;
            return true;
        };
        match (ka, kb) {
            (TyKind::List(x), TyKind::List(y)) | (TyKind::Range(x), TyKind::Range(y)) => self.unify(x, y),
            (TyKind::Map(k, v), TyKind::Map(l, w)) => self.unify(k, l) && self.unify(v, w),
            (TyKind::Tuple(x), TyKind::Tuple(y)) => self.unify_lists(x, y),
            (TyKind::Record(n, x), TyKind::Record(m, y)) => n == m && self.unify_lists(x, y),
            (TyKind::Adt(i, x), TyKind::Adt(j, y)) => i == j && self.unify_lists(x, y),
            (TyKind::Fn(x, r), TyKind::Fn(y, q)) => self.unify_lists(x, y) && self.unify(r, q),
            _ => false,
        }
    }

    /// Makes two lists equal.
    pub(super) fn unify_lists(&mut self, a: TyList, b: TyList) -> bool {
        if a == b {
            return true;
        }
        let len = self.list_len(a);
        if len != self.list_len(b) {
            return false;
        }
        (0..len).all(|i| {
            let (x, y) = (self.list_at(a, i), self.list_at(b, i));
            self.unify(x, y)
        })
    }

    fn is_unknown(&self, ty: Ty) -> bool {
        is_local(ty) && matches!(self.s.table.nodes[(ty.0 & !LOCAL) as usize], Node::Unknown)
    }

    fn solve(&mut self, var: Ty, ty: Ty) -> bool {
        if is_local(ty) && self.occurs(var, ty) {
            return false;
        }
        let index = var.0 & !LOCAL;
        let table = &mut self.s.table;
        if ty == Ty::NEVER {
            table.never.push(table.origins[index as usize]);
        }
        if is_local(ty) {
            table.oldest_bound = table.oldest_bound.min(index as usize);
        }
        if table.snapshots > 0 {
            table.trail.push(index);
        }
        table.nodes[index as usize] = Node::Link(ty);
        true
    }

    fn occurs(&mut self, var: Ty, ty: Ty) -> bool {
        let ty = self.shallow(ty);
        if ty == var {
            return true;
        }
        if !is_local(ty) {
            return false;
        }
        let Node::Kind(kind) = self.s.table.nodes[(ty.0 & !LOCAL) as usize] else { return false };
        match kind {
            TyKind::List(t) | TyKind::Range(t) => self.occurs(var, t),
            TyKind::Map(k, v) => self.occurs(var, k) || self.occurs(var, v),
            TyKind::Tuple(l) | TyKind::Record(_, l) | TyKind::Adt(_, l) => self.occurs_list(var, l),
            TyKind::Fn(p, r) => self.occurs_list(var, p) || self.occurs(var, r),
            TyKind::Assoc { args, .. } => self.occurs_list(var, args),
            _ => false,
        }
    }

    fn occurs_list(&mut self, var: Ty, list: TyList) -> bool {
        Self::list_is_local(list)
            && (0..self.list_len(list)).any(|i| {
                let ty = self.list_at(list, i);
                self.occurs(var, ty)
            })
    }

    /// Solves all unknowns of a type as errors, so that they are not reported again.
    pub(super) fn poison(&mut self, ty: Ty) {
        let ty = self.shallow(ty);
        if !is_local(ty) {
            return;
        }
        match self.s.table.nodes[(ty.0 & !LOCAL) as usize] {
            Node::Unknown => {
                self.solve(ty, Ty::ERROR);
            }
            Node::Kind(kind) => match kind {
                TyKind::List(t) | TyKind::Range(t) => self.poison(t),
                TyKind::Map(k, v) => {
                    self.poison(k);
                    self.poison(v);
                }
                TyKind::Tuple(l) | TyKind::Record(_, l) | TyKind::Adt(_, l) => self.poison_list(l),
                TyKind::Assoc { args, .. } => self.poison_list(args),
                TyKind::Fn(p, r) => {
                    self.poison_list(p);
                    self.poison(r);
                }
                _ => {}
            },
            Node::Link(_) => {}
        }
    }

    /// Solves all unknowns of a list as errors.
    pub(super) fn poison_list(&mut self, list: TyList) {
        for i in 0..self.list_len(list) {
            let ty = self.list_at(list, i);
            self.poison(ty);
        }
    }

    /// The type with `int` for all unknowns: for questions about its head. Changes nothing.
    pub(super) fn closed(&mut self, ty: Ty) -> Ty {
        let ty = self.shallow(ty);
        if !is_local(ty) {
            return ty;
        }
        let Some(kind) = self.head(ty) else { return Ty::INT };
        let kind = match kind {
            TyKind::List(t) => TyKind::List(self.closed(t)),
            TyKind::Range(t) => TyKind::Range(self.closed(t)),
            TyKind::Map(k, v) => TyKind::Map(self.closed(k), self.closed(v)),
            TyKind::Tuple(l) => TyKind::Tuple(self.closed_list(l)),
            TyKind::Record(n, l) => TyKind::Record(n, self.closed_list(l)),
            TyKind::Adt(id, l) => TyKind::Adt(id, self.closed_list(l)),
            TyKind::Fn(p, r) => TyKind::Fn(self.closed_list(p), self.closed(r)),
            other => other,
        };
        self.p.types.intern(kind)
    }

    fn closed_list(&mut self, list: TyList) -> TyList {
        let list: Vec<Ty> = (0..self.list_len(list))
            .map(|i| {
                let ty = self.list_at(list, i);
                self.closed(ty)
            })
            .collect();
        self.p.types.list(&list)
    }

    /// The global type; unsolved unknowns are reported (once) and become errors.
    pub(super) fn zonk(&mut self, ty: Ty) -> Ty {
        let ty = self.shallow(ty);
        if !is_local(ty) {
            return ty;
        }
        let index = (ty.0 & !LOCAL) as usize;
        let global = match self.s.table.nodes[index] {
            Node::Kind(TyKind::Assoc { .. }) | Node::Unknown | Node::Link(_) => {
                let origin = self.s.table.origins[index];
                self.unsolved(origin, self.s.table.is_sound(index));
                Ty::ERROR
            }
            Node::Kind(kind) => {
                let kind = match kind {
                    TyKind::List(t) => TyKind::List(self.zonk(t)),
                    TyKind::Range(t) => TyKind::Range(self.zonk(t)),
                    TyKind::Map(k, v) => TyKind::Map(self.zonk(k), self.zonk(v)),
                    TyKind::Tuple(l) => TyKind::Tuple(self.zonk_list(l)),
                    TyKind::Record(n, l) => TyKind::Record(n, self.zonk_list(l)),
                    TyKind::Adt(id, l) => TyKind::Adt(id, self.zonk_list(l)),
                    TyKind::Fn(p, r) => TyKind::Fn(self.zonk_list(p), self.zonk(r)),
                    other => other,
                };
                self.p.types.intern(kind)
            }
        };
        self.s.table.nodes[index] = Node::Link(global);
        global
    }

    /// The global list.
    pub(super) fn zonk_list(&mut self, list: TyList) -> TyList {
        if !Self::list_is_local(list) {
            return list;
        }
        let index = (list.0 & !LOCAL) as usize;
        let (start, len, done) = self.s.table.runs[index];
        if done != 0 {
            return TyList(done - 1);
        }
        let base = self.s.table.stack.len();
        for i in start..start + len {
            let ty = self.zonk(self.s.table.elems[i as usize]);
            self.s.table.stack.push(ty);
        }
        let global = self.p.types.list(&self.s.table.stack[base..]);
        self.s.table.stack.truncate(base);
        self.s.table.runs[index].2 = global.0 + 1;
        global
    }

    /// Text of a type for messages; unknowns are `_`.
    pub(super) fn show(&mut self, ty: Ty) -> String {
        let mut text = String::new();
        self.show_into(ty, &mut text, 0);
        text
    }

    fn show_into(&mut self, ty: Ty, out: &mut String, depth: u32) {
        let ty = self.shallow(ty);
        if !is_local(ty) {
            out.push_str(&self.p.show(ty, &self.decl.generics.names));
            return;
        }
        if depth > 16 {
            out.push('…');
            return;
        }
        let Some(kind) = self.head(ty) else {
            out.push('_');
            return;
        };
        match kind {
            TyKind::List(t) => {
                out.push('[');
                self.show_into(t, out, depth + 1);
                out.push(']');
            }
            TyKind::Range(t) => {
                out.push_str("Range<");
                self.show_into(t, out, depth + 1);
                out.push('>');
            }
            TyKind::Map(k, v) => {
                out.push('{');
                self.show_into(k, out, depth + 1);
                out.push_str(": ");
                self.show_into(v, out, depth + 1);
                out.push('}');
            }
            TyKind::Tuple(l) => self.show_list(l, ("(", ")"), out, depth),
            TyKind::Record(names, l) => {
                out.push_str("{ ");
                let names = self.p.types.name_list_of(names);
                for (i, &name) in names.iter().enumerate() {
                    if i > 0 {
                        out.push_str(", ");
                    }
                    out.push_str(self.text(name));
                    out.push_str(": ");
                    let ty = self.list_at(l, i);
                    self.show_into(ty, out, depth + 1);
                }
                out.push_str(" }");
            }
            TyKind::Fn(l, r) => {
                self.show_list(l, ("(", ")"), out, depth);
                out.push_str(" -> ");
                self.show_into(r, out, depth + 1);
            }
            TyKind::Adt(id, l) => {
                out.push_str(self.text(self.p.adt(id).name));
                if self.list_len(l) > 0 {
                    self.show_list(l, ("<", ">"), out, depth);
                }
            }
            _ => out.push('_'),
        }
    }

    fn show_list(&mut self, list: TyList, brackets: (&str, &str), out: &mut String, depth: u32) {
        out.push_str(brackets.0);
        for i in 0..self.list_len(list) {
            if i > 0 {
                out.push_str(", ");
            }
            let ty = self.list_at(list, i);
            self.show_into(ty, out, depth + 1);
        }
        out.push_str(brackets.1);
    }
}
