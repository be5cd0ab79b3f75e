//! Types that contain themselves without indirection.

use super::Build;
use crate::decl::{AdtDecl, AdtKind};
use crate::parts::Parts;
use crate::types::{AdtId, Ty, TyKind};
use rustc_hash::FxHashMap;

/// A chain of distinct instances longer than this never ends (`type P<T> = { x: P<[T]> }`).
const MAX_DEPTH: usize = 200;

struct Search<'b, 'p> {
    build: &'b Build<'p>,
    adts: &'b Parts<AdtDecl>,
    /// Instances looked at; true: found to be finite, false: being looked at.
    seen: FxHashMap<Ty, bool>,
    path: Vec<AdtId>,
    /// Own types on a cycle.
    cyclic: Vec<AdtId>,
}

impl Search<'_, '_> {
    fn decl(&self, id: AdtId) -> &AdtDecl {
        if id.module == self.build.module.id { &self.adts[id.index as usize] } else { self.build.p.adt(id) }
    }

    fn visit(&mut self, ty: Ty) {
        let p = self.build.p;
        match p.types.kind(ty) {
            TyKind::Tuple(parts) | TyKind::Record(_, parts) => {
                p.types.list_of(parts).iter().for_each(|&part| self.visit(part));
            }
            TyKind::Adt(id, args) => self.instance(ty, id, p.types.list_of(args)),
            _ => {}
        }
    }

    fn instance(&mut self, ty: Ty, id: AdtId, args: &[Ty]) {
        // What an imported type without arguments contains was checked with its module.
        let is_own = id.module == self.build.module.id;
        if self.decl(id).kind == AdtKind::Sum || (!is_own && args.is_empty()) {
            return;
        }
        match self.seen.get(&ty) {
            Some(true) => return,
            Some(false) => return self.cycle(id),
            None if self.path.len() >= MAX_DEPTH => return self.cycle(id),
            None => {}
        }
        self.seen.insert(ty, false);
        self.path.push(id);
        let p = self.build.p;
        let fields: Vec<Ty> =
            self.decl(id).variants[0].fields.iter().map(|field| p.subst(field.ty, args)).collect();
        fields.into_iter().for_each(|field| self.visit(field));
        self.path.pop();
        self.seen.insert(ty, true);
    }

    /// All own types from the last one of this name on the path.
    fn cycle(&mut self, id: AdtId) {
        let start = self.path.iter().rposition(|&other| other == id).unwrap_or(0);
        for &on_cycle in &self.path[start..] {
            if on_cycle.module == self.build.module.id && !self.cyclic.contains(&on_cycle) {
                self.cyclic.push(on_cycle);
            }
        }
    }
}

impl<'p> Build<'p> {
    /// Reports such types, one for each cycle, and makes their fields errors, so that nobody lays them out.
    pub(super) fn cut_cycles(&mut self, adts: &mut Parts<AdtDecl>) {
        let mut search =
            Search { build: self, adts, seen: FxHashMap::default(), path: Vec::new(), cyclic: Vec::new() };
        let mut cycles: Vec<Vec<AdtId>> = Vec::new();
        for decl in adts.iter().filter(|decl| decl.kind != AdtKind::Sum) {
            let params: Vec<Ty> =
                (0..decl.generics.names.len() as u32).map(|index| self.p.types.param(index)).collect();
            search.visit(self.p.types.adt_ty(decl.id, &params));
            if !search.cyclic.is_empty() {
                cycles.push(std::mem::take(&mut search.cyclic));
            }
        }
        for mut cycle in cycles {
            cycle.sort_unstable_by_key(|id| id.index);
            let mut is_first = true;
            for id in cycle {
                let decl = &mut adts[id.index as usize];
                if decl.variants[0].fields.iter().any(|field| field.ty == Ty::ERROR) {
                    continue;
                }
                if std::mem::take(&mut is_first) {
                    let name = self.text(decl.name);
                    self.error(
                        313,
                        decl.span,
                        format!("type `{name}` contains itself without indirection"),
                    )
                    .help = Some("put it into a list, an Option or another sum type".into());
                }
                decl.broken = true;
                decl.variants[0].fields.iter_mut().for_each(|field| field.ty = Ty::ERROR);
            }
        }
    }
}
