//! What a run would have needed if some of its nodes were different.

use super::Trace;
use super::span::Graph;
use std::collections::HashMap;

/// A change to a graph. Labels are matched by what they contain.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// Nodes with this in their label take no time.
    Zero(String),
    /// Nodes of this kind take so many times as long.
    Scale(String, f64),
    /// Nodes with this in their label are cut into so many that can run at once.
    Split(String, u32),
    /// Nodes with this in their label need not wait for those that they come after.
    NoEdge(String),
}

impl Graph {
    /// Makes a change; how many nodes it met.
    pub fn change(&mut self, trace: &Trace, change: &Change) -> usize {
        let is_met = |node: u32| match change {
            Change::Zero(text) | Change::Split(text, _) | Change::NoEdge(text) => {
                !trace.nodes[node as usize].is_event && trace.label(node).contains(text.as_str())
            }
            Change::Scale(kind, _) => trace.kind_name(node) == kind,
        };
        let nodes: Vec<u32> = (0..trace.nodes.len() as u32).filter(|&node| is_met(node)).collect();
        match change {
            Change::Zero(_) => self.scale(&nodes, 0.0),
            Change::Scale(_, factor) => self.scale(&nodes, *factor),
            Change::NoEdge(_) => nodes.iter().for_each(|&node| self.tasks[node as usize].after.clear()),
            Change::Split(_, parts) => self.split(&nodes, (*parts).max(1)),
        }
        nodes.len()
    }

    /// Makes nodes longer or shorter, with what happens in them.
    pub fn scale(&mut self, nodes: &[u32], factor: f64) {
        let scaled = |time: u64| (time as f64 * factor).round() as u64;
        let mut is_met = vec![false; self.tasks.len()];
        nodes.iter().for_each(|&node| is_met[node as usize] = true);
        for (node, task) in self.tasks.iter_mut().enumerate() {
            if is_met[node] {
                task.work = scaled(task.work);
                task.child = task.child.map(scaled);
            }
            for (by, offset) in task.made.iter_mut().chain(&mut task.done) {
                if is_met[*by as usize] {
                    *offset = scaled(*offset);
                }
            }
        }
    }

    /// Cuts nodes into parts. What comes after one of them comes after all its parts.
    pub fn split(&mut self, nodes: &[u32], parts: u32) {
        self.scale(nodes, 1.0 / f64::from(parts));
        let first = self.tasks.len() as u32;
        let new = |at: usize| first + at as u32 * (parts - 1)..first + (at as u32 + 1) * (parts - 1);
        let place: HashMap<u32, usize> = nodes.iter().enumerate().map(|(at, &node)| (node, at)).collect();
        for task in &mut self.tasks {
            let cut: Vec<usize> = task.after.iter().filter_map(|before| place.get(before).copied()).collect();
            task.after.extend(cut.into_iter().flat_map(new));
        }
        for &node in nodes {
            let part = self.tasks[node as usize].clone();
            self.tasks.extend((1..parts).map(|_| part.clone()));
        }
        let order = self.order.iter().flat_map(|&node| {
            let parts = place.get(&node).map_or(0..0, |&at| new(at));
            std::iter::once(node).chain(parts)
        });
        self.order = order.collect();
    }

    /// Numbers of phases, for runs with a barrier after each kind: a node's is its kind, or that of a node that it
    /// depends on in any way, if that is higher.
    pub fn phases(&self) -> Vec<u32> {
        let mut phases = vec![0; self.tasks.len()];
        for &node in &self.order {
            let task = &self.tasks[node as usize];
            let before = task.after.iter().chain(task.made.iter().chain(&task.done).map(|(by, _)| by));
            phases[node as usize] = before.map(|&by| phases[by as usize]).max().unwrap_or(0).max(task.kind);
        }
        phases
    }
}
