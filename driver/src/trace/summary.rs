//! The summary of a recorded run for a terminal.

use crate::predict::helps;
use sigil_scheduler::trace::{Stage, Summary, Times, Trace};
use std::fmt::Write;

/// How many of the slowest nodes and of the savings are listed.
const LISTED: usize = 10;

/// Where the time went.
pub fn text(trace: &Trace, summary: &Summary) -> String {
    let mut out = String::new();
    bounds(&mut out, trace, summary);
    out.push('\n');
    stages(&mut out, trace, summary);
    out.push('\n');
    workers(&mut out, trace, summary);
    out.push('\n');
    path(&mut out, trace, summary);
    out.push('\n');
    slowest(&mut out, trace);
    out.push('\n');
    would_help(&mut out, trace, summary);
    out.push('\n');
    out.push_str(&super::grain_text(trace, summary));
    out
}

/// Milliseconds.
pub fn ms(nanos: u64) -> f64 {
    nanos as f64 / 1e6
}

/// A part of a whole in percent.
pub fn percent(part: u64, whole: u64) -> f64 {
    part as f64 * 100.0 / whole.max(1) as f64
}

/// What limits a run, in words: what its lower bound is made of.
pub fn binds(summary: &Summary) -> String {
    let is_span = summary.span >= summary.work / summary.processors;
    let part = |stage: &Stage| if is_span { stage.on_path } else { stage.total + stage.child };
    let whole: u64 = summary.stages.iter().map(part).sum();
    let Some(stage) = summary.stages.iter().max_by_key(|stage| part(stage)) else {
        return "nothing".to_owned();
    };
    let name = match stage.name.as_str() {
        "compile" => "the C compiler",
        "link" => "the linker",
        "read" => "reading files (disk)",
        "unit" => "writing C (disk)",
        "test" => "the tests",
        other => other,
    };
    let what = if is_span { "span, the critical path" } else { "work" };
    format!("{what}; {:.0}% of it is {name}", percent(part(stage), whole))
}

fn bounds(out: &mut String, trace: &Trace, summary: &Summary) {
    let (head, p) = (&trace.head, summary.processors);
    let children = match summary.child_work {
        0 => String::new(),
        work => format!("; {:.0}% of it in child processes", percent(work, summary.work)),
    };
    let above = percent(head.wall, summary.lower_bound()) - 100.0;
    let parallelism = summary.work as f64 / summary.span.max(1) as f64;
    let mut line = |name: &str, time: u64, note: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{name:<14} {:>10.2} ms  {note}", ms(time));
    };
    line("wall", head.wall, format!("{} workers on {} cores", head.workers, head.cores));
    line("work T1", summary.work, format!("as long as on one core{children}"));
    line(
        "span T\u{221e}",
        summary.span,
        format!("the critical path; parallelism T1/T\u{221e} {parallelism:.2}"),
    );
    line(
        "lower bound",
        summary.lower_bound(),
        format!("max(T1/{p}, T\u{221e}); this run is {above:.1}% above it"),
    );
    line("upper bound", summary.upper_bound(), format!("T1/{p} + T\u{221e}, for any greedy schedule"));
    let _ = writeln!(out, "{:<14} {}", "what binds", binds(summary));
}

fn stages(out: &mut String, trace: &Trace, summary: &Summary) {
    let _ = writeln!(
        out,
        "{:<10} {:>8} {:>10} {:>7} {:>10} {:>10} {:>10} {:>11} {:>10}",
        "stage",
        "nodes",
        "total ms",
        "share",
        "median \u{b5}s",
        "p99 \u{b5}s",
        "max \u{b5}s",
        "children ms",
        "on path ms"
    );
    let us = |nanos: u64| nanos as f64 / 1e3;
    let capacity = trace.head.wall * u64::from(trace.head.workers);
    for stage in &summary.stages {
        let _ = writeln!(
            out,
            "{:<10} {:>8} {:>10.2} {:>6.1}% {:>10.1} {:>10.1} {:>10.1} {:>11.2} {:>10.2}",
            stage.name,
            stage.count,
            ms(stage.total),
            percent(stage.total, capacity),
            us(stage.median),
            us(stage.p99),
            us(stage.max),
            ms(stage.child),
            ms(stage.on_path),
        );
    }
}

/// At most so many workers have columns of their own.
const COLUMNS: usize = 8;

fn workers(out: &mut String, trace: &Trace, summary: &Summary) {
    let total = summary.total();
    let shown = if summary.times.len() <= COLUMNS { &summary.times[..] } else { &[] };
    let _ = write!(out, "{:<28} {:>10} {:>7}", "workers' time, ms", "all", "share");
    for number in 0..shown.len() {
        let _ = write!(out, " {:>10}", format!("worker {number}"));
    }
    out.push('\n');
    let mut row = |name: &str, part: &dyn Fn(&Times) -> u64| {
        let all = part(&total);
        let _ = write!(out, "{name:<28} {:>10.3} {:>6.1}%", ms(all), percent(all, total.total()));
        for times in shown {
            let _ = write!(out, " {:>10.3}", ms(part(times)));
        }
        out.push('\n');
    };
    for (kind, &time) in total.running.iter().enumerate() {
        if time > 0 {
            let name = trace.head.kinds.get(kind).map_or("?", String::as_str);
            row(&format!("running {name}"), &|times| times.running[kind]);
        }
    }
    for (at, (name, time)) in total.causes().into_iter().enumerate() {
        if time > 0 {
            row(name, &|times| times.causes()[at].1);
        }
    }
    row("sum = workers \u{d7} wall", &Times::total);
}

fn path(out: &mut String, trace: &Trace, summary: &Summary) {
    let _ = writeln!(
        out,
        "critical path: {} nodes; the span would be less if one of them took no time:",
        summary.path.len()
    );
    for (node, saved) in summary.savings(LISTED) {
        let _ = writeln!(
            out,
            "{:>10.2} ms {:>5.1}%  {}",
            ms(saved),
            percent(saved, summary.span),
            trace.label(node)
        );
    }
}

fn slowest(out: &mut String, trace: &Trace) {
    let _ = writeln!(out, "slowest nodes:");
    for (node, time) in trace.slowest(LISTED) {
        let _ = writeln!(out, "{:>10.2} ms  {}", ms(time), trace.label(node));
    }
}

fn would_help(out: &mut String, trace: &Trace, summary: &Summary) {
    let _ = writeln!(out, "would help most, simulated on as many workers:");
    for help in helps(trace, summary, LISTED) {
        let _ = writeln!(out, "{:>10.2} ms {:>5.1}%  {}", ms(help.saved), help.share * 100.0, help.what);
    }
}
