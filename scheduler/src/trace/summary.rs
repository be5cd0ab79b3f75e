//! The figures of a run that people ask for first.

use super::Trace;
use super::account::{Times, account};
use super::load::Load;
use super::span::{Graph, PathStep};
use serde::Serialize;

/// A run's figures. Times are nanoseconds.
#[derive(Clone, Debug)]
pub struct Summary {
    /// How much went on when.
    pub load: Load,
    /// What had to be done.
    pub graph: Graph,
    /// How many things could run at once: as many as there are workers and child processes, at most one a core.
    pub processors: u64,
    /// All work, child processes included: T₁.
    pub work: u64,
    /// The part of it that child processes did.
    pub child_work: u64,
    /// The longest path: T∞.
    pub span: u64,
    /// That path.
    pub path: Vec<PathStep>,
    /// Where each worker's time went.
    pub times: Vec<Times>,
    /// By kind.
    pub stages: Vec<Stage>,
}

/// All nodes of a kind.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// How many there are.
    pub count: u64,
    /// The time they ran.
    pub total: u64,
    /// Of which half run no longer.
    pub median: u64,
    /// Of which 99 in 100 run no longer.
    pub p99: u64,
    /// The longest.
    pub max: u64,
    /// The time their child processes ran.
    pub child: u64,
    /// The part of the critical path that they are.
    pub on_path: u64,
}

impl Summary {
    /// Of a run.
    pub fn new(trace: &Trace) -> Self {
        let load = Load::new(trace);
        let graph = Graph::new(trace, &load);
        let (span, path) = graph.critical_path();
        let child_work: u64 = graph.tasks.iter().filter_map(|task| task.child).sum();
        let children = if child_work > 0 { trace.head.children } else { 0 };
        let processors = (trace.head.workers + children).min(trace.head.cores.max(1));
        Summary {
            processors: u64::from(processors.max(1)),
            work: graph.work(),
            child_work,
            span,
            stages: stages(trace, &path),
            path,
            times: account(trace, &load),
            load,
            graph,
        }
    }

    /// No run can be shorter: max(T₁/P, T∞).
    pub fn lower_bound(&self) -> u64 {
        self.span.max(self.work / self.processors)
    }

    /// No greedy run is longer: T₁/P + T∞.
    pub fn upper_bound(&self) -> u64 {
        self.span + self.work / self.processors
    }

    /// All workers' times together.
    pub fn total(&self) -> Times {
        let mut total = self.times.first().cloned().unwrap_or_default();
        self.times.iter().skip(1).for_each(|times| total.add(times));
        total
    }

    /// For the nodes of the critical path: what the span would be less if each took no time, greatest first, `n` at most.
    pub fn savings(&self, n: usize) -> Vec<(u32, u64)> {
        let mut nodes: Vec<PathStep> = self.path.clone();
        nodes.sort_by_key(|step| std::cmp::Reverse(step.work + step.child));
        // A node saves at most its part of the path, so the great ones are first, if not exactly in this order.
        nodes.truncate(n * 2);
        let mut graph = self.graph.clone();
        let mut list: Vec<(u32, u64)> = Vec::new();
        for step in nodes {
            let node = step.node as usize;
            (graph.tasks[node].work, graph.tasks[node].child) = (0, None);
            list.push((step.node, self.span.saturating_sub(graph.span())));
            let real = &self.graph.tasks[node];
            (graph.tasks[node].work, graph.tasks[node].child) = (real.work, real.child);
        }
        list.sort_by_key(|&(node, saved)| (std::cmp::Reverse(saved), node));
        list.truncate(n);
        list
    }
}

impl Trace {
    /// The nodes that took longest with their child processes, and how long; `n` at most.
    pub fn slowest(&self, n: usize) -> Vec<(u32, u64)> {
        let time = |node: &super::Node| node.duration() + node.child.map_or(0, |(start, end)| end - start);
        let mut nodes: Vec<(u32, u64)> = (0..).zip(self.nodes.iter().map(time)).collect();
        nodes.sort_unstable_by_key(|&(node, time)| (std::cmp::Reverse(time), node));
        nodes.retain(|&(_, time)| time > 0);
        nodes.truncate(n);
        nodes
    }
}

fn stages(trace: &Trace, path: &[PathStep]) -> Vec<Stage> {
    let n_kinds = trace.nodes.iter().map(|node| node.kind as usize + 1).max().unwrap_or(0);
    let mut durations = vec![Vec::new(); n_kinds.max(trace.head.kinds.len())];
    let mut stages: Vec<Stage> = (0..durations.len())
        .map(|kind| Stage {
            name: trace.head.kinds.get(kind).map_or_else(|| format!("kind {kind}"), String::clone),
            ..Stage::default()
        })
        .collect();
    for node in &trace.nodes {
        let kind = node.kind as usize;
        if node.run.is_some() {
            durations[kind].push(node.duration());
        }
        stages[kind].child += node.child.map_or(0, |(start, end)| end - start);
    }
    for step in path {
        stages[trace.nodes[step.node as usize].kind as usize].on_path += step.work + step.child;
    }
    for (stage, mut durations) in stages.iter_mut().zip(durations) {
        durations.sort_unstable();
        let at = |share: f64| {
            let place = (durations.len() as f64 * share).ceil() as usize;
            durations.get(place.saturating_sub(1)).copied().unwrap_or(0)
        };
        stage.count = durations.len() as u64;
        stage.total = durations.iter().sum();
        (stage.median, stage.p99, stage.max) = (at(0.5), at(0.99), at(1.0));
    }
    stages.retain(|stage| stage.count > 0 || stage.child > 0);
    stages
}
