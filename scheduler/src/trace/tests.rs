use super::*;
use crate::{Closure, Context, Job, Pool};
use std::sync::atomic::{AtomicU32, Ordering};

/// A job with a kind and a tag.
#[derive(Clone, Copy)]
enum Step {
    Parent,
    Child(u32),
    Last,
}

impl Job for Step {
    fn label(&self) -> String {
        String::new()
    }

    fn weight(&self) -> u32 {
        3
    }

    fn kind(&self) -> u8 {
        match self {
            Step::Parent => 0,
            Step::Child(_) => 1,
            Step::Last => 2,
        }
    }

    fn tag(&self) -> u64 {
        if let Step::Child(n) = self { u64::from(*n) } else { 0 }
    }
}

fn recorded(workers: usize) -> Trace {
    let mut pool = Pool::new(workers);
    pool.set_recording(true);
    let ran = AtomicU32::new(0);
    let execute = |step: &mut Step, cx: &mut Context<'_, Step>| {
        ran.fetch_add(1, Ordering::Relaxed);
        if let Step::Parent = step {
            let event = cx.event();
            let children: Vec<_> = (0..5).map(|n| cx.node(Step::Child(n), &[])).collect();
            let last = cx.held(Step::Last, &children);
            cx.edge(event, last);
            cx.complete(last);
            cx.complete(event);
        }
    };
    let report = pool.run(execute, |cx| cx.spawn(Step::Parent));
    assert!(report.is_ok());
    assert_eq!(ran.into_inner(), 7);
    report.recording.unwrap().trace(&["parent", "child", "last"], |kind, tag| format!("{kind}:{tag}"))
}

#[test]
fn nodes_know_their_creator_their_edges_and_their_times() {
    for workers in [1, 2, 3] {
        let trace = recorded(workers);
        let labels: Vec<_> = trace.nodes.iter().map(|node| node.label.as_str()).collect();
        assert_eq!(labels, ["0:0", "", "1:0", "1:1", "1:2", "1:3", "1:4", "2:0"]);
        assert_eq!(trace.nodes[0].creator, None);
        assert!(trace.nodes[1..].iter().all(|node| node.creator == Some(0)));
        assert_eq!(trace.nodes[7].after, [2, 3, 4, 5, 6, 1]);
        assert!(trace.nodes[1].is_event && trace.nodes[7].is_held);
        assert_eq!(trace.nodes[7].done.unwrap().1, Some(0));
        for node in trace.nodes.iter().filter(|node| !node.is_event) {
            let run = node.run.unwrap();
            let ready = node.ready.unwrap();
            assert!(node.created <= ready && ready <= run.start && run.start <= run.end);
            assert!(run.end <= trace.head.wall);
            assert_eq!(node.weight, 3);
        }
        let last = trace.nodes[7].ready.unwrap();
        assert!(
            trace.nodes[7].after.iter().all(|&before| trace.nodes[before as usize].end().unwrap() <= last)
        );
    }
}

#[test]
fn text_is_read_back() {
    let trace = recorded(2);
    let text = trace.to_text();
    assert!(text.starts_with(r#"{"trace":{"version":1,"workers":2,"#), "{text}");
    assert_eq!(Trace::from_text(&text), Ok(trace));
}

#[test]
fn what_is_no_trace_is_refused() {
    let error = |text: &str| Trace::from_text(text).unwrap_err().to_string();
    let head = r#"{"trace":{"version":1,"workers":1,"cores":1,"children":1,"policy":"","clock":"","wall":9,"kinds":[]}}"#;
    let worker = r#"{"worker":{"searches":[],"parks":[],"steals":[],"wakes":[]}}"#;
    assert!(Trace::from_text(&format!("{head}\n{worker}\n")).is_ok());
    assert!(error("hello").starts_with("line 1: "));
    assert_eq!(error(worker), "the first line is not a trace's head");
    assert_eq!(
        error(&head.replace(":1,\"workers", ":2,\"workers")),
        "version 2 of the format; only 1 is known"
    );
    let node = |fields: &str| error(&format!("{head}\n{worker}\n{{\"node\":{{\"t\":0,{fields}}}}}"));
    assert_eq!(node(r#""a":[1]"#), "node 0: names a node that is not there");
    assert_eq!(node(r#""a":[0]"#), "nodes come after one another in a circle");
    assert_eq!(node(r#""r":[0,5,4]"#), "node 0: its times are out of order");
    assert_eq!(node(r#""r":[1,4,5]"#), "node 0: ran on a worker that is not there");
}

#[test]
fn child_processes_are_recorded() {
    let mut pool = Pool::new(1);
    pool.set_recording(true);
    let report = pool.run(Closure::run, |cx| {
        cx.child(
            std::process::Command::new("true"),
            crate::Capture::Output,
            |_| {},
            Closure::new("ended", |_| {}),
        );
    });
    let trace = report.recording.unwrap().trace(&["job"], |_, _| String::new());
    let (start, end) = trace.nodes[0].child.unwrap();
    assert!(start < end);
    assert_eq!(trace.nodes[0].ready, Some(end));
}

#[test]
fn panics_are_recorded_as_runs() {
    let mut pool = Pool::new(1);
    pool.set_recording(true);
    let report = pool.run(Closure::run, |cx| {
        let bad = cx.node(Closure::new("bad", |_| panic!("oh")), &[]);
        cx.node(Closure::new("skipped", |_| {}), &[bad]);
    });
    let trace = report.recording.unwrap().trace(&["job"], |_, _| String::new());
    assert!(trace.nodes[0].run.is_some());
    assert_eq!(trace.nodes[1].run, None);
}

#[test]
fn nothing_is_recorded_unasked() {
    assert!(Pool::new(1).run(Closure::run, |_| {}).recording.is_none());
}
