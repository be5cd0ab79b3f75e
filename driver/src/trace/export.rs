//! Recorded runs for other programs.

use super::picture::{Arrow, Picture, Shape};
use super::summary::binds;
use crate::predict::helps;
use serde_json::{Value, json};
use sigil_scheduler::trace::{Summary, Trace};
use std::fmt::Write;

/// Version of what [`csv`] and [`json`](fn@json) write.
const VERSION: u32 = 1;

/// Tracks of child processes begin here in [`perfetto`]'s output.
const CHILD_TRACKS: usize = 10_000;

fn us(nanos: u64) -> f64 {
    nanos as f64 / 1e3
}

/// Chrome's trace JSON, as Perfetto reads it: slices by worker and for child processes, counters, and the critical path
/// as a flow.
pub fn perfetto(trace: &Trace, summary: &Summary) -> String {
    let mut events = vec![json!({"ph": "M", "pid": 1, "name": "process_name", "args": {"name": "sigilc"}})];
    let mut name = |tid: usize, name: String| {
        events.push(json!({"ph": "M", "pid": 1, "tid": tid, "name": "thread_name", "args": {"name": name}}));
        events.push(json!({"ph": "M", "pid": 1, "tid": tid, "name": "thread_sort_index", "args": {"sort_index": tid}}));
    };
    (0..trace.workers.len()).for_each(|worker| name(worker, format!("worker {worker}")));
    let lanes = child_lanes(trace);
    let n_lanes = lanes.iter().flatten().map(|lane| lane + 1).max().unwrap_or(0);
    (0..n_lanes).for_each(|lane| name(CHILD_TRACKS + lane, format!("child process {lane}")));
    let slice = |tid: usize, start: u64, end: u64, name: &str, category: &str, args: Value| json!({"ph": "X", "pid": 1, "tid": tid, "ts": us(start), "dur": us(end - start), "name": name, "cat": category, "args": args});
    for (at, node) in trace.nodes.iter().enumerate() {
        let (label, kind) = (trace.label(at as u32), trace.kind_name(at as u32));
        if let Some(run) = node.run {
            let wait = us(run.start - node.ready.unwrap_or(run.start));
            let args = json!({"node": at, "ready to start, \u{b5}s": wait, "made by": node.creator});
            events.push(slice(run.worker as usize, run.start, run.end, &label, kind, args));
        }
        if let (Some((start, end)), Some(lane)) = (node.child, lanes[at]) {
            events.push(slice(CHILD_TRACKS + lane, start, end, &label, kind, json!({"node": at})));
        }
    }
    for (number, worker) in trace.workers.iter().enumerate() {
        for (at, &(start, end)) in worker.parks.iter().enumerate() {
            // None: by a thread that is no worker, such as one that waited for a child process.
            let by = worker.woken_by.get(at).copied().flatten();
            events.push(slice(number, start, end, "asleep", "idle", json!({"woken by worker": by})));
        }
        for &(start, end, victim, count) in &worker.steals {
            let args = json!({"victim": victim, "nodes": count});
            events.push(slice(number, start, end, "steal", "steal", args));
        }
    }
    for step in &summary.load.steps {
        for (name, count) in
            [("ready", step.ready), ("running", step.running), ("child processes", step.children)]
        {
            events.push(
                json!({"ph": "C", "pid": 1, "ts": us(step.from), "name": name, "args": {"nodes": count}}),
            );
        }
    }
    // A flow's event belongs to the slice that holds its time.
    let on_path = summary.path.iter().filter_map(|step| trace.nodes[step.node as usize].run);
    let on_path: Vec<_> = on_path.collect();
    for (number, pair) in on_path.windows(2).enumerate() {
        let flow = |phase: &str, run: &sigil_scheduler::trace::Ran, time: u64| json!({"ph": phase, "pid": 1, "tid": run.worker, "ts": us(time), "id": number, "name": "critical path", "cat": "path", "bp": "e"});
        events.push(flow("s", &pair[0], pair[0].start));
        events.push(flow("f", &pair[1], pair[1].start));
    }
    json!({"displayTimeUnit": "ns", "traceEvents": events}).to_string()
}

/// Puts each child process on the first track that is free: by node.
pub fn child_lanes(trace: &Trace) -> Vec<Option<usize>> {
    let mut lanes = vec![None; trace.nodes.len()];
    let mut children: Vec<(u64, u64, usize)> = trace
        .nodes
        .iter()
        .enumerate()
        .filter_map(|(at, node)| node.child.map(|(start, end)| (start, end, at)))
        .collect();
    children.sort_unstable();
    let mut free_from: Vec<u64> = Vec::new();
    for (start, end, at) in children {
        let lane = free_from.iter().position(|&free| free <= start).unwrap_or(free_from.len());
        free_from.resize(free_from.len().max(lane + 1), 0);
        free_from[lane] = end;
        lanes[at] = Some(lane);
    }
    lanes
}

/// The graph in Graphviz's language; the critical path is red.
pub fn dot(trace: &Trace, summary: &Summary) -> String {
    let mut on_path = vec![false; trace.nodes.len()];
    summary.path.iter().for_each(|step| on_path[step.node as usize] = true);
    let mut out = String::from("digraph run {\n  rankdir=LR; node [shape=box, fontsize=10];\n");
    for (at, node) in trace.nodes.iter().enumerate() {
        let label = trace.label(at as u32).replace('\\', "\\\\").replace('"', "\\\"");
        let color = if on_path[at] { ", color=red" } else { "" };
        let shape = if node.is_event { ", shape=ellipse" } else { "" };
        let time = us(node.duration());
        // Writing to a String cannot fail.
        let _ = writeln!(out, "  n{at} [label=\"{label}\\n{time:.1} \u{b5}s\"{shape}{color}];");
        for &before in &node.after {
            let color = if on_path[at] && on_path[before as usize] { " [color=red]" } else { "" };
            let _ = writeln!(out, "  n{before} -> n{at}{color};");
        }
        if let Some(creator) = node.creator {
            let _ = writeln!(out, "  n{creator} -> n{at} [style=dotted];");
        }
        if let Some((_, Some(by))) = node.done {
            let _ = writeln!(out, "  n{by} -> n{at} [style=dashed];");
        }
    }
    out.push_str("}\n");
    out
}

/// The graph to look at; dotted arrows lead from makers and completers.
pub fn picture(trace: &Trace, summary: &Summary) -> Picture {
    let mut on_path = vec![false; trace.nodes.len()];
    summary.path.iter().for_each(|step| on_path[step.node as usize] = true);
    let (mut boxes, mut arrows) = (Vec::new(), Vec::new());
    for (at, node) in trace.nodes.iter().enumerate() {
        let label = trace.label(at as u32);
        let title = format!("{label}: {:.1} \u{b5}s", us(node.duration()));
        let group = if node.is_event { 0 } else { node.kind as usize };
        boxes.push(Shape { label, title, group, is_marked: on_path[at] });
        let mut arrow = |from: u32, is_weak: bool| {
            let is_marked = on_path[at] && on_path[from as usize];
            arrows.push(Arrow { from: from as usize, to: at, is_weak, is_marked });
        };
        node.after.iter().for_each(|&before| arrow(before, false));
        node.creator.into_iter().for_each(|creator| arrow(creator, true));
        node.done.and_then(|(_, by)| by).into_iter().for_each(|by| arrow(by, true));
    }
    Picture { boxes, arrows }
}

/// A line a node. Times are nanoseconds; what is not there is empty.
pub fn csv(trace: &Trace, summary: &Summary) -> String {
    let mut path = vec![0; trace.nodes.len()];
    summary.path.iter().for_each(|step| path[step.node as usize] = step.work + step.child);
    let mut out = String::from(
        "node,kind,label,is_event,creator,worker,created,ready,start,end,child_start,child_end,on_path,after\n",
    );
    let shown = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
    for (at, node) in trace.nodes.iter().enumerate() {
        let after: Vec<String> = node.after.iter().map(u32::to_string).collect();
        let _ = writeln!(
            out,
            "{at},{},\"{}\",{},{},{},{},{},{},{},{},{},{},{}",
            trace.kind_name(at as u32),
            trace.label(at as u32).replace('"', "\"\""),
            u8::from(node.is_event),
            shown(node.creator.map(u64::from)),
            shown(node.run.map(|run| u64::from(run.worker))),
            node.created,
            shown(node.ready),
            shown(node.run.map(|run| run.start)),
            shown(node.run.map(|run| run.end)),
            shown(node.child.map(|child| child.0)),
            shown(node.child.map(|child| child.1)),
            path[at],
            after.join(" "),
        );
    }
    out
}

/// The summary as an object. Times are nanoseconds.
pub fn json(trace: &Trace, summary: &Summary) -> String {
    let workers = summary.times.iter().map(|times| {
        let mut parts = serde_json::Map::new();
        for (kind, &time) in times.running.iter().enumerate() {
            let name = trace.head.kinds.get(kind).map_or("?", String::as_str);
            parts.insert(format!("running {name}"), json!(time));
        }
        for (name, time) in times.causes() {
            parts.insert(name.to_owned(), json!(time));
        }
        Value::Object(parts)
    });
    let path = summary.path.iter().map(|step| {
        json!({"node": step.node, "label": trace.label(step.node), "work": step.work, "child": step.child})
    });
    let savings = summary
        .savings(10)
        .into_iter()
        .map(|(node, saved)| json!({"node": node, "label": trace.label(node), "saved": saved}));
    let value = json!({
        "version": VERSION,
        "run": trace.head,
        "processors": summary.processors,
        "work": summary.work,
        "child_work": summary.child_work,
        "span": summary.span,
        "lower_bound": summary.lower_bound(),
        "upper_bound": summary.upper_bound(),
        "binds": binds(summary),
        "stages": summary.stages,
        "workers": workers.collect::<Vec<_>>(),
        "critical_path": path.collect::<Vec<_>>(),
        "savings": savings.collect::<Vec<_>>(),
        "would_help": helps(trace, summary, 10),
    });
    format!("{value:#}\n")
}
