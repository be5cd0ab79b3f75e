//! Types that contain themselves without indirection.
//!
//! What a type contains is found in its declaration, never in its instances, of which there may be no end
//! (`type P<T> = { x: P<[T]> }`): the types that its fields name, and what these are given for parameters that they
//! contain. With `type J<T> = { t: T }`, a `type K = { k: J<K> }` contains `J` and itself, but `J` contains nothing.

use super::Build;
use crate::decl::{AdtDecl, AdtKind};
use crate::parts::Parts;
use crate::types::{AdtId, Ty, TyKind, TyList};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::{FxHashMap, FxHashSet};

struct Search<'b, 'p> {
    build: &'b Build<'p>,
    adts: &'b Parts<AdtDecl>,
    /// Of generic types, for each parameter whether they contain it, as far as it is known.
    contained: FxHashMap<AdtId, Vec<bool>>,
}

impl Search<'_, '_> {
    fn decl(&self, id: AdtId) -> &AdtDecl {
        if id.module == self.build.module.id { &self.adts[id.index as usize] } else { self.build.p.adt(id) }
    }

    /// Calls `found` with the structs, newtypes and parameters that a value of the type contains, itself included.
    fn each_content(&self, ty: Ty, found: &mut dyn FnMut(Ty)) {
        let types = &self.build.p.types;
        match types.kind(ty) {
            TyKind::Tuple(parts) | TyKind::Record(_, parts) => {
                types.list_of(parts).iter().for_each(|&part| self.each_content(part, found));
            }
            TyKind::Adt(id, args) if self.decl(id).kind != AdtKind::Sum => {
                found(ty);
                let Some(contained) = self.contained.get(&id) else { return };
                let args = types.list_of(args).iter().zip(contained).filter(|(_, contained)| **contained);
                args.for_each(|(&arg, _)| self.each_content(arg, found));
            }
            TyKind::Param(_) => found(ty),
            _ => {}
        }
    }

    /// Calls `found` with what the fields of a type contain.
    fn each_field_content(&self, id: AdtId, found: &mut dyn FnMut(Ty)) {
        let fields = &self.decl(id).variants[0].fields;
        fields.iter().for_each(|field| self.each_content(field.ty, found));
    }

    /// Finds out which parameters are contained: those of fields, and those given for such ones, again and again.
    fn find_contained(&mut self) {
        let generic = self.generic_types();
        self.contained = generic.iter().map(|&id| (id, Vec::new())).collect();
        let mut has_changed = true;
        while std::mem::take(&mut has_changed) {
            // What a type names was found after it.
            for &id in generic.iter().rev() {
                let mut found = vec![false; self.decl(id).generics.names.len()];
                self.each_field_content(id, &mut |content| {
                    if let TyKind::Param(index) = self.build.p.types.kind(content) {
                        found[index as usize] = true;
                    }
                });
                let known = self.contained.insert(id, found);
                has_changed |= known.as_ref() != self.contained.get(&id);
            }
        }
    }

    /// The generic structs and newtypes that own ones name, directly or not.
    fn generic_types(&self) -> Vec<AdtId> {
        let p = self.build.p;
        let mut found: Vec<AdtId> = Vec::new();
        let mut seen: FxHashSet<Ty> = FxHashSet::default();
        let mut seen_types: FxHashSet<AdtId> = FxHashSet::default();
        let mut open: Vec<Ty> = Vec::new();
        let fields = |decl: &AdtDecl, open: &mut Vec<Ty>| {
            open.extend(decl.variants[0].fields.iter().map(|field| field.ty));
        };
        for decl in self.adts.iter().filter(|decl| decl.kind != AdtKind::Sum) {
            fields(decl, &mut open);
            while let Some(ty) = open.pop() {
                if !seen.insert(ty) {
                    continue;
                }
                p.each_part(ty, &mut |part| open.push(part));
                if let TyKind::Adt(id, args) = p.types.kind(ty)
                    && args != TyList::EMPTY
                    && self.decl(id).kind != AdtKind::Sum
                    && seen_types.insert(id)
                {
                    found.push(id);
                    fields(self.decl(id), &mut open);
                }
            }
        }
        found
    }

    /// The own types that each own type contains.
    fn edges(&self) -> Vec<Vec<usize>> {
        let own = |decl: &AdtDecl| {
            let mut edges = Vec::new();
            if decl.kind != AdtKind::Sum {
                self.each_field_content(decl.id, &mut |content| {
                    if let TyKind::Adt(id, _) = self.build.p.types.kind(content)
                        && id.module == self.build.module.id
                    {
                        edges.push(id.index as usize);
                    }
                });
            }
            edges
        };
        self.adts.iter().map(own).collect()
    }
}

/// The types of each cycle, by their numbers.
fn cycles(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut graph = DiGraph::<(), ()>::with_capacity(edges.len(), edges.len());
    let nodes: Vec<NodeIndex> = edges.iter().map(|_| graph.add_node(())).collect();
    for (from, edges) in edges.iter().enumerate() {
        edges.iter().for_each(|&to| _ = graph.add_edge(nodes[from], nodes[to], ()));
    }
    let components = kosaraju_scc(&graph).into_iter();
    let numbers = components.map(|nodes| nodes.into_iter().map(NodeIndex::index).collect());
    numbers.filter(|found: &Vec<usize>| found.len() > 1 || edges[found[0]].contains(&found[0])).collect()
}

impl<'p> Build<'p> {
    /// Reports such types, one for each cycle, and makes their fields errors, so that nobody lays them out.
    pub(super) fn cut_cycles(&mut self, adts: &mut Parts<AdtDecl>) {
        let mut search = Search { build: self, adts, contained: FxHashMap::default() };
        search.find_contained();
        for cycle in cycles(&search.edges()) {
            let first = cycle.iter().copied().min().expect("a cycle has a type");
            let AdtDecl { name, span, .. } = adts[first];
            let message = format!("type `{}` contains itself without indirection", self.text(name));
            self.error(313, span, message).help =
                Some("put it into a list, an Option or another sum type".into());
            for index in cycle {
                let decl = &mut adts[index];
                decl.broken = true;
                decl.variants[0].fields.iter_mut().for_each(|field| field.ty = Ty::ERROR);
            }
        }
    }
}
