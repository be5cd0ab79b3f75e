//! A recorded run's schedule, and how its nodes are found again in another run.

use super::order::Order;
use crate::trace::{Trace, TraceError};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// Which worker ran what, in which order: taken from a [`Trace`], for [`Pool::replay`](crate::Pool::replay).
///
/// A node is known by its kind and label, if no other node of the record has the same. Else it is known by who made it
/// and which of that job's nodes with the same kind and label it is; so jobs that have no labels must make their nodes in
/// the same order whenever they run.
///
/// Schedules are equal if each worker ran the same nodes in the same order.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub(crate) order: Arc<Order>,
    pub(super) nodes: Vec<Known>,
    /// By kind and label.
    names: HashMap<(u8, String), Name>,
    /// By name and who made them: nodes that share a name.
    families: HashMap<(u32, Option<u32>), Vec<u32>>,
    /// By node: which of its questions whether anybody is hungry were answered by yes, in order.
    pub(super) hungry: HashMap<u32, Vec<u32>>,
}

/// A node of the record.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// Its label, or what stands for one.
    pub label: String,
    /// The same in each run.
    identity: u64,
}

/// What nodes of a kind and label are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Name {
    /// There is one.
    One(u32),
    /// There are several.
    Many(u32),
}

impl Schedule {
    /// The schedule of a recorded run.
    ///
    /// # Errors
    /// If a worker ran something before what it comes after.
    pub fn new(trace: &Trace) -> Result<Self, TraceError> {
        let order = Order::of(trace)
            .ok_or_else(|| TraceError::new("the order of the workers contradicts what comes after what"))?;
        let asked = trace.nodes.iter().enumerate().filter(|(_, it)| !it.hungry.is_empty());
        let hungry = asked.map(|(node, it)| (node as u32, it.hungry.clone())).collect();
        let mut schedule = Schedule {
            order: Arc::new(order),
            nodes: Vec::new(),
            names: HashMap::new(),
            families: HashMap::new(),
            hungry,
        };
        let mut n_names = 0;
        for (node, it) in trace.nodes.iter().enumerate() {
            let node = node as u32;
            schedule.nodes.push(Known { label: trace.label(node), identity: 0 });
            if !it.is_event {
                let name = schedule.names.entry((it.kind as u8, it.label.clone()));
                name.and_modify(|name| {
                    if let Name::One(_) = name {
                        *name = Name::Many(n_names);
                        n_names += 1;
                    }
                })
                .or_insert(Name::One(node));
            }
        }
        schedule.find_identities(trace);
        Ok(schedule)
    }

    fn find_identities(&mut self, trace: &Trace) {
        let mut place = vec![None; trace.nodes.len()];
        // The nodes of a job stand in the order in which it made them.
        for (node, it) in trace.nodes.iter().enumerate().filter(|(_, it)| !it.is_event) {
            if let Some(&Name::Many(name)) = self.names.get(&(it.kind as u8, it.label.clone())) {
                let family = self.families.entry((name, it.creator)).or_default();
                place[node] = Some(family.len());
                family.push(node as u32);
            }
        }
        // Each stands after the one that made it.
        for node in trace.order() {
            let it = &trace.nodes[node as usize];
            let mut hasher = DefaultHasher::new();
            (it.kind, &it.label).hash(&mut hasher);
            if let Some(place) = place[node as usize] {
                let creator = it.creator.map(|creator| self.nodes[creator as usize].identity);
                (creator, place).hash(&mut hasher);
            }
            self.nodes[node as usize].identity = hasher.finish();
        }
    }

    /// How many workers the record has.
    pub fn n_workers(&self) -> usize {
        self.order.workers.len()
    }

    /// What a worker ran, in order: labels, or kinds and numbers where there are none.
    pub fn ran(&self, worker: usize) -> impl Iterator<Item = &str> {
        let nodes = self.order.workers.get(worker).into_iter().flatten();
        nodes.map(|&node| self.nodes[node as usize].label.as_str())
    }

    fn identities(&self, worker: usize) -> impl Iterator<Item = u64> {
        self.order.workers[worker].iter().map(|&node| self.nodes[node as usize].identity)
    }

    /// The first place where another schedule has something else: worker, and how many nodes it ran before that.
    pub fn difference(&self, other: &Self) -> Option<(usize, usize)> {
        let n = self.n_workers().max(other.n_workers());
        (0..n).find_map(|worker| {
            if worker >= self.n_workers() || worker >= other.n_workers() {
                return Some((worker, 0));
            }
            let n_same =
                self.identities(worker).zip(other.identities(worker)).take_while(|(a, b)| a == b).count();
            let len = |schedule: &Self| schedule.order.workers[worker].len();
            (n_same < len(self).max(len(other))).then_some((worker, n_same))
        })
    }
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.difference(other).is_none()
    }
}

impl Eq for Schedule {}

/// Which nodes of a record have been found again, and where they lie.
#[derive(Debug, Default)]
pub(super) struct Claims {
    is_claimed: Vec<bool>,
    /// By family: how many of its nodes have been found.
    n_found: HashMap<(u32, Option<u32>), usize>,
    /// By cell: the node that lies there.
    cells: Vec<u32>,
}

impl Claims {
    /// The node that is made in a cell, by another one or by none. None if the record has no such node, or not so many.
    pub fn claim(
        &mut self,
        schedule: &Schedule,
        creator: Option<u32>,
        (kind, label): (u8, String),
        cell: u32,
    ) -> Option<u32> {
        let node = match *schedule.names.get(&(kind, label))? {
            Name::One(node) => node,
            Name::Many(name) => {
                let family = schedule.families.get(&(name, creator))?;
                let n_found = self.n_found.entry((name, creator)).or_default();
                *n_found += 1;
                *family.get(*n_found - 1)?
            }
        };
        self.is_claimed.resize(schedule.nodes.len(), false);
        if std::mem::replace(&mut self.is_claimed[node as usize], true) {
            return None;
        }
        let cell = cell as usize;
        self.cells.resize(self.cells.len().max(cell + 1), u32::MAX);
        self.cells[cell] = node;
        Some(node)
    }

    /// The node that lies in a cell.
    pub fn node(&self, cell: u32) -> Option<u32> {
        self.cells.get(cell as usize).copied().filter(|&node| node != u32::MAX)
    }

    /// Whether a node has been made.
    pub fn is_made(&self, node: u32) -> bool {
        self.is_claimed.get(node as usize).is_some_and(|&is_claimed| is_claimed)
    }
}
