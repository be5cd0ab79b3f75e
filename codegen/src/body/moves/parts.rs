//! Parts of locals that are owned one by one.
//!
//! A struct, tuple or record that is a C struct is owned member by member if the body reads members of it: each of its
//! counted members, or of theirs in turn, is a unit of its own in the sets of what is live. The local itself is there
//! too, for as long as anything of its variable is read, be it a number that nobody owns.

use super::live::Live;
use crate::body::target::Targets;
use rustc_hash::FxHashMap;
use sigil_checker::hir::{Body, ExprId, ExprKind, LocalId};
use sigil_checker::types::Ty;
use std::ops::Range;

/// What is owned: a local, or a member of one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::body) struct Part {
    pub local: LocalId,
    /// The fields that lead to the member; none for all of the local.
    pub path: Vec<u32>,
}

impl Part {
    pub(super) fn whole(local: LocalId) -> Self {
        Part { local, path: Vec::new() }
    }
}

/// The units of all locals: unsplit ones by their numbers, after them the members of those that are split.
pub(super) struct Parts {
    locals: u32,
    members: Vec<Part>,
    split: FxHashMap<LocalId, Range<u32>>,
}

impl Parts {
    pub(super) fn new(body: &Body, targets: &Targets<'_>, counted: &[bool]) -> Self {
        let locals = body.locals.len() as u32;
        let mut parts = Parts { locals, members: Vec::new(), split: FxHashMap::default() };
        for expr in &body.exprs {
            let ExprKind::Field(base, _) = expr.kind else { continue };
            let ExprKind::Local(local) = body[base].kind else { continue };
            let ty = targets.concrete(body[local].ty);
            if counted[local.0 as usize] && !parts.split.contains_key(&local) && targets.fields(ty).is_some()
            {
                let start = parts.end();
                parts.divide(targets, ty, &mut Part::whole(local));
                parts.split.insert(local, start..parts.end());
            }
        }
        parts
    }

    fn end(&self) -> u32 {
        self.locals + self.members.len() as u32
    }

    /// Structs that are values do not contain themselves, and are small.
    fn divide(&mut self, targets: &Targets<'_>, ty: Ty, at: &mut Part) {
        let Some(fields) = targets.fields(ty) else { return self.members.push(at.clone()) };
        for (i, &field) in fields.iter().enumerate() {
            if !targets.is_trivial(field) {
                at.path.push(i as u32);
                self.divide(targets, field, at);
                at.path.pop();
            }
        }
    }

    /// The units of a whole local.
    pub(super) fn of_local(&self, local: LocalId) -> Range<u32> {
        self.split.get(&local).cloned().unwrap_or(local.0..local.0 + 1)
    }

    /// The units that a place consists of, or the one that it is inside of.
    pub(super) fn of_place(&self, body: &Body, local: LocalId, place: ExprId) -> Range<u32> {
        let Some(all) = self.split.get(&local) else { return self.of_local(local) };
        let path = path(body, place);
        let meets = |unit: &u32| {
            let part = &self.members[(unit - self.locals) as usize];
            part.path.iter().zip(&path).all(|(a, b)| a == b)
        };
        let start = all.clone().find(meets).unwrap_or(all.end);
        start..(start..all.end).take_while(meets).last().map_or(start, |last| last + 1)
    }

    /// The member of a split local that an expression is, if that consists of units.
    pub(super) fn member(&self, body: &Body, id: ExprId) -> Option<(LocalId, Range<u32>)> {
        let mut at = id;
        while let ExprKind::Field(base, _) = body[at].kind {
            at = base;
        }
        let ExprKind::Local(local) = body[at].kind else { return None };
        if !self.split.contains_key(&local) {
            return None;
        }
        let units = self.of_place(body, local, id);
        let depth = path(body, id).len();
        let is_inside =
            units.clone().any(|unit| self.members[(unit - self.locals) as usize].path.len() < depth);
        (!is_inside).then_some((local, units))
    }

    /// What units are, as few parts as possible. Nothing is owned of a split local as such.
    pub(super) fn name(&self, units: &[LocalId]) -> Vec<Part> {
        let mut out = Vec::with_capacity(units.len());
        let mut at = 0;
        while at < units.len() {
            let unit = units[at];
            let Some(member) = unit.0.checked_sub(self.locals).map(|n| &self.members[n as usize]) else {
                if !self.split.contains_key(&unit) {
                    out.push(Part::whole(unit));
                }
                at += 1;
                continue;
            };
            let all = self.of_local(member.local);
            let count = units[at..].iter().take_while(|unit| all.contains(&unit.0)).count();
            if count == all.len() {
                out.push(Part::whole(member.local));
            } else {
                let members =
                    units[at..at + count].iter().map(|unit| &self.members[(unit.0 - self.locals) as usize]);
                out.extend(members.cloned());
            }
            at += count;
        }
        out
    }

    /// Makes a local live, as a whole.
    pub(super) fn add(&self, local: LocalId, live: &mut Live) {
        live.add(local);
        self.of_local(local).for_each(|unit| _ = live.add(LocalId(unit)));
    }

    /// Nothing of a local is live any more.
    pub(super) fn remove(&self, local: LocalId, live: &mut Live) {
        live.remove(local);
        self.of_local(local).for_each(|unit| live.remove(LocalId(unit)));
    }
}

/// The fields that lead from a local to a place, or to the list that the place is an element of. Whatever is no place
/// stands for all of a local.
fn path(body: &Body, place: ExprId) -> Vec<u32> {
    let mut out = Vec::new();
    let mut at = place;
    loop {
        match body[at].kind {
            ExprKind::Field(base, field) => {
                out.push(field);
                at = base;
            }
            ExprKind::Index(base, _) => {
                out.clear();
                at = base;
            }
            ExprKind::Local(_) => {
                out.reverse();
                return out;
            }
            _ => return Vec::new(),
        }
    }
}
