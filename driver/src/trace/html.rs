//! The page that shows a run: one file that needs nothing else.

use super::export::child_lanes;
use super::summary::{binds, ms, percent};
use crate::predict::{Help, helps};
use minijinja::{Environment, context};
use serde_json::{Value, json};
use sigil_scheduler::trace::{Summary, Trace};

const TEMPLATE: &str = include_str!("report.html");
const SCRIPT: &str = include_str!("report.js");

/// Nodes of the critical path, slowest nodes, and savings in tables.
const LISTED: usize = 50;
const SAVINGS: usize = 10;

/// The page.
pub fn html(trace: &Trace, summary: &Summary) -> String {
    let mut env = Environment::new();
    // The name's ending has text escaped.
    env.add_template("report.html", TEMPLATE).expect("the template is tested");
    let template = env.get_template("report.html").expect("it was just added");
    let page = template.render(context! {
        title => "sigilc timings",
        facts => facts(trace, summary),
        stages => stages(trace, summary),
        causes => causes(trace, summary),
        path => path(trace, summary),
        slowest => slowest(trace),
        helps => would_help(trace, summary),
        // The only text that could end the script early.
        data => data(trace, summary).to_string().replace("</", "<\\/"),
        script => SCRIPT,
    });
    page.expect("the template is tested")
}

fn shown(nanos: u64) -> String {
    format!("{:.2}", ms(nanos))
}

fn facts(trace: &Trace, summary: &Summary) -> Value {
    let above = percent(trace.head.wall, summary.lower_bound()) - 100.0;
    let parallelism = summary.work as f64 / summary.span.max(1) as f64;
    let fact = |name: &str, value: String| json!({"name": name, "value": value});
    let time = |nanos: u64| format!("{} ms", shown(nanos));
    json!([
        fact("wall", time(trace.head.wall)),
        fact("work T1", time(summary.work)),
        fact("span T\u{221e}", time(summary.span)),
        fact("parallelism T1/T\u{221e}", format!("{parallelism:.2}")),
        fact("above the lower bound", format!("{above:.1}%")),
        fact("what binds", binds(summary)),
        fact("workers on cores", format!("{} on {}", trace.head.workers, trace.head.cores)),
        fact("nodes", trace.nodes.len().to_string()),
    ])
}

fn stages(trace: &Trace, summary: &Summary) -> Value {
    let capacity = trace.head.wall * u64::from(trace.head.workers);
    let us = |nanos: u64| format!("{:.1}", nanos as f64 / 1e3);
    let rows = summary.stages.iter().map(|stage| {
        json!({
            "name": stage.name, "count": stage.count, "total": shown(stage.total),
            "share": format!("{:.1}%", percent(stage.total, capacity)),
            "median": us(stage.median), "p99": us(stage.p99), "max": us(stage.max),
            "child": shown(stage.child), "on_path": shown(stage.on_path),
        })
    });
    rows.collect()
}

fn causes(trace: &Trace, summary: &Summary) -> Value {
    let total = summary.total();
    let running = total.running.iter().enumerate().map(|(kind, &time)| {
        (format!("running {}", trace.head.kinds.get(kind).map_or("?", String::as_str)), time)
    });
    let idle = total.causes().map(|(name, time)| (name.to_owned(), time));
    let sum = [("sum = workers \u{d7} wall".to_owned(), total.total())];
    let rows = running.chain(idle).chain(sum).filter(|row| row.1 > 0).map(|(name, time)| {
        json!({"name": name, "ms": shown(time), "share": format!("{:.1}%", percent(time, total.total()))})
    });
    rows.collect()
}

fn path(trace: &Trace, summary: &Summary) -> Value {
    let savings = summary.savings(SAVINGS);
    let mut steps = summary.path.clone();
    if steps.len() > LISTED {
        // The greatest, in the order of the path.
        let mut sizes: Vec<u64> = steps.iter().map(|step| step.work + step.child).collect();
        sizes.sort_unstable_by_key(|&size| std::cmp::Reverse(size));
        let least = sizes[LISTED - 1];
        steps.retain(|step| step.work + step.child >= least);
    }
    let rows = steps.iter().map(|step| {
        let saved = savings.iter().find(|&&(node, _)| node == step.node);
        let saved = saved.map_or_else(String::new, |&(_, saved)| {
            format!("{} ms ({:.1}%)", shown(saved), percent(saved, summary.span))
        });
        let label = trace.label(step.node);
        json!({"node": step.node, "label": label, "ms": shown(step.work + step.child), "saved": saved})
    });
    rows.collect()
}

fn slowest(trace: &Trace) -> Value {
    let nodes = trace.slowest(LISTED).into_iter();
    nodes.map(|(node, time)| json!({"node": node, "label": trace.label(node), "ms": shown(time)})).collect()
}

/// What the script draws, by column: short where there are many nodes.
fn data(trace: &Trace, summary: &Summary) -> Value {
    let nodes = &trace.nodes;
    let column =
        |of: &dyn Fn(&sigil_scheduler::trace::Node) -> Value| -> Value { nodes.iter().map(of).collect() };
    let lanes = child_lanes(trace);
    let children = nodes.iter().enumerate().filter_map(|(at, node)| {
        let ((start, end), lane) = (node.child?, lanes[at]?);
        Some(json!([at, lane, start, end]))
    });
    let steps =
        summary.load.steps.iter().map(|step| json!([step.from, step.ready, step.running, step.children]));
    let idle = trace.workers.iter().map(
        |worker| json!({"parks": worker.parks, "woken_by": worker.woken_by, "searches": worker.searches}),
    );
    json!({
        "wall": trace.head.wall.max(1),
        "workers": trace.head.workers,
        "cores": trace.head.cores,
        "kinds": trace.head.kinds,
        "labels": column(&|node| json!(node.label)),
        "nodes": {
            "kind": column(&|node| json!(node.kind)),
            "worker": column(&|node| node.run.map_or(json!(-1), |run| json!(run.worker))),
            "start": column(&|node| json!(node.run.map_or(0, |run| run.start))),
            "end": column(&|node| json!(node.run.map_or(0, |run| run.end))),
            "ready": column(&|node| json!(node.ready.unwrap_or(0))),
            "created": column(&|node| json!(node.created)),
            "creator": column(&|node| node.creator.map_or(json!(-1), |creator| json!(creator))),
        },
        "after": column(&|node| if node.after.is_empty() { json!(0) } else { json!(node.after) }),
        "children": children.collect::<Vec<_>>(),
        "path": summary.path.iter().map(|step| step.node).collect::<Vec<_>>(),
        "steps": steps.collect::<Vec<_>>(),
        "idle": idle.collect::<Vec<_>>(),
    })
}

fn would_help(trace: &Trace, summary: &Summary) -> Value {
    let row = |help: Help| {
        let share = format!("{:.1}%", help.share * 100.0);
        json!({"what": help.what, "ms": shown(help.saved), "share": share})
    };
    helps(trace, summary, SAVINGS).into_iter().map(row).collect()
}
