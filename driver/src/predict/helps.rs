//! What would help a run most: parts of it are made to take no time, or cut, one after the other, and simulated again.

use super::Known;
use serde::Serialize;
use sigil_scheduler::Policy;
use sigil_scheduler::trace::{Graph, Setting, Summary, Trace, simulate};
use std::collections::BTreeSet;

/// Something that would make a run shorter.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Help {
    /// What is supposed, in words.
    pub what: String,
    /// What the run would take less, in nanoseconds.
    pub saved: u64,
    /// The same as a part of the simulated run.
    pub share: f64,
}

/// Single nodes that are tried: so many of the slowest ones, and so many of the critical path.
const NODES: usize = 8;
/// Parts that a node is cut into.
const PARTS: u32 = 8;
/// So many seeds are tried, unless there are very many nodes.
const SEEDS: u64 = 3;
const MANY_NODES: usize = 60_000;
/// What saves less than this part is not worth a line.
const LEAST: f64 = 0.002;

#[derive(Clone, Debug)]
enum Part {
    Kind(u32),
    Node(u32),
    Cut(u32),
}

/// What would help most, greatest first, `n` at most, on as many workers as the run had.
pub fn helps(trace: &Trace, summary: &Summary, n: usize) -> Vec<Help> {
    let known = Known::of(trace, summary);
    let setting = Setting {
        workers: trace.head.workers.max(1) as usize,
        cores: trace.head.cores.max(1) as usize,
        // An older policy may have had other knobs.
        policy: trace.head.policy.parse::<Policy>().unwrap_or_default(),
        costs: known.costs,
        seed: 1,
        phases: Vec::new(),
    };
    let seeds = if trace.nodes.len() > MANY_NODES { 1 } else { SEEDS };
    let real = time(&summary.graph, &setting, seeds);
    let parts = parts(trace, summary);
    let saved = |part: &Part| {
        let mut graph = summary.graph.clone();
        match *part {
            Part::Kind(kind) => graph.scale(&of_kind(trace, kind), 0.0),
            Part::Node(node) => graph.scale(&[node], 0.0),
            Part::Cut(node) => graph.split(&[node], PARTS),
        }
        let saved = real.saturating_sub(time(&graph, &setting, seeds));
        let what = match *part {
            Part::Kind(kind) => {
                let name = trace.head.kinds.get(kind as usize).map_or("?", String::as_str);
                format!("the stage {name} taking no time")
            }
            Part::Node(node) => format!("no time: {}", trace.label(node)),
            Part::Cut(node) => format!("cut into {PARTS}: {}", trace.label(node)),
        };
        Help { what, saved, share: saved as f64 / real.max(1) as f64 }
    };
    let mut all = side_by_side(&parts, saved);
    all.retain(|help| help.share >= LEAST);
    all.sort_by(|a, b| b.saved.cmp(&a.saved).then_with(|| a.what.cmp(&b.what)));
    all.truncate(n);
    all
}

fn of_kind(trace: &Trace, kind: u32) -> Vec<u32> {
    let is_it = |&node: &u32| trace.nodes[node as usize].kind == kind && !trace.nodes[node as usize].is_event;
    (0..trace.nodes.len() as u32).filter(is_it).collect()
}

/// What is worth a try. A part saves at most its own time, so small ones are left out.
fn parts(trace: &Trace, summary: &Summary) -> Vec<Part> {
    let least = (trace.head.wall as f64 * LEAST) as u64;
    let kinds: BTreeSet<u32> =
        trace.nodes.iter().filter(|node| !node.is_event).map(|node| node.kind).collect();
    let mut path: Vec<_> = summary.path.iter().map(|step| (step.work + step.child, step.node)).collect();
    path.sort_unstable_by_key(|&(time, node)| (std::cmp::Reverse(time), node));
    let on_path = path.into_iter().take(NODES).filter(|step| step.0 >= least).map(|step| step.1);
    let slow = trace.slowest(NODES).into_iter().filter(|node| node.1 >= least).map(|node| node.0);
    let nodes: BTreeSet<u32> = slow.chain(on_path).collect();
    let mut parts: Vec<Part> = kinds.into_iter().map(Part::Kind).collect();
    parts.extend(nodes.iter().map(|&node| Part::Node(node)));
    parts.extend(nodes.into_iter().map(Part::Cut));
    parts
}

fn time(graph: &Graph, setting: &Setting, seeds: u64) -> u64 {
    let run = |seed| simulate(graph, &Setting { seed, ..setting.clone() }).makespan;
    (1..=seeds).map(run).sum::<u64>() / seeds
}

/// Does all on all cores; the results are in the order of the parts.
fn side_by_side<T: Sync, R: Send>(parts: &[T], each: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let size = parts.len().div_ceil(cores).max(1);
    let each = &each;
    std::thread::scope(|scope| {
        let threads: Vec<_> = parts
            .chunks(size)
            .map(|chunk| scope.spawn(move || chunk.iter().map(each).collect::<Vec<R>>()))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("simulations do not panic")).collect()
    })
}
