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

pub fn recorded(workers: usize) -> Trace {
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

/// Two workers on two cores. Worker 0 runs `a`, which makes `b` after 10 and `c` after 20, then `b`; worker 1 sleeps,
/// finds `c`, whose child process runs until `d`.
const SMALL: &str = r#"{"trace":{"version":1,"workers":2,"cores":2,"children":1,"policy":"","clock":"","wall":200,"kinds":["x","y"]}}
{"worker":{"searches":[[115,200]],"parks":[[120,180]],"steals":[],"wakes":[22]}}
{"worker":{"searches":[[30,60],[90,200]],"parks":[[95,170]],"steals":[[55,60,0,1]],"wakes":[]}}
{"node":{"l":"a","t":0,"rdy":0,"r":[0,5,45]}}
{"node":{"l":"b","k":1,"by":0,"t":15,"rdy":15,"r":[0,45,115]}}
{"node":{"l":"c","k":1,"by":0,"t":25,"rdy":25,"r":[1,60,90]}}
{"node":{"l":"d","held":true,"by":2,"t":90,"child":[92,170],"rdy":170,"r":[1,180,190]}}
"#;

pub fn small() -> Trace {
    Trace::from_text(SMALL).unwrap()
}

#[test]
fn time_is_accounted_for_by_cause() {
    let trace = Trace::from_text(&SMALL.replace("[90,200]", "[90,180]")).unwrap();
    let summary = Summary::new(&trace);
    let expected = [
        Times {
            running: vec![40, 70],
            child: 55,
            asleep: 0,
            starved: 20,
            unfound: 10,
            stealing: 0,
            overhead: 5,
        },
        Times {
            running: vec![10, 30],
            child: 78,
            asleep: 10,
            starved: 2,
            unfound: 55,
            stealing: 5,
            overhead: 10,
        },
    ];
    for (times, expected) in summary.times.iter().zip(&expected) {
        assert_eq!(times.total(), 200);
        assert_eq!(times, expected);
    }
}

#[test]
fn the_critical_path_leads_through_creators_and_children() {
    let summary = Summary::new(&small());
    // Between 92 and 115, b and the child run, which the two cores can take.
    assert_eq!((summary.work, summary.span, summary.child_work), (228, 138, 78));
    let path: Vec<_> = summary.path.iter().map(|step| (step.node, step.work, step.child)).collect();
    assert_eq!(path, [(0, 20, 0), (2, 30, 0), (3, 10, 78)]);
    assert_eq!(summary.processors, 2);
    assert_eq!((summary.lower_bound(), summary.upper_bound()), (138, 252));
    assert_eq!(summary.savings(2), [(2, 30), (3, 58)].into_iter().rev().collect::<Vec<_>>());
}

#[test]
fn crowded_time_counts_less() {
    let trace = Trace::from_text(&SMALL.replace("\"cores\":2", "\"cores\":1")).unwrap();
    let load = Load::new(&trace);
    // From 60 to 90 there are two jobs on the core.
    assert_eq!(load.work(45, 115), 15 + 15 + 2 + 12);
    assert_eq!(load.work(0, 45), 45);
}

#[test]
fn accounts_of_real_runs_add_up() {
    for workers in [1, 2, 5] {
        let trace = recorded(workers);
        let summary = Summary::new(&trace);
        assert_eq!(summary.times.len(), workers);
        assert!(summary.times.iter().all(|times| times.total() == trace.head.wall));
        assert!(summary.span <= summary.work);
    }
}

#[test]
fn a_trace_tells_who_woke_whom() {
    let mut pool = Pool::new(2);
    pool.set_recording(true);
    let mut is_seen = false;
    // Whether the other worker sleeps when there is work for it depends on the system.
    for _ in 0..200 {
        let has_started = std::sync::atomic::AtomicBool::new(false);
        let has_started = &has_started;
        let report = pool.run(Closure::run, |cx| {
            cx.spawn(Closure::new("makes work", move |cx| {
                cx.spawn(Closure::new("starts the thread", |_| {}));
                std::thread::sleep(std::time::Duration::from_millis(3));
                cx.spawn(Closure::new("work", |_| has_started.store(true, Ordering::Release)));
                let since = std::time::Instant::now();
                while !has_started.load(Ordering::Acquire) && since.elapsed().as_millis() < 5 {
                    std::thread::yield_now();
                }
            }));
        });
        let trace = report.recording.unwrap().trace(&[], |_, _| String::new());
        assert_eq!(Trace::from_text(&trace.to_text()).as_ref(), Ok(&trace));
        for (number, worker) in trace.workers.iter().enumerate() {
            assert_eq!(worker.woken_by.len(), worker.parks.len());
            is_seen |= worker.woken_by.iter().flatten().any(|&by| by as usize != number);
        }
        if is_seen {
            return;
        }
    }
    panic!("nobody was woken");
}

#[test]
fn what_was_made_to_run_next_is_told_from_other_nodes() {
    let mut pool = Pool::new(1);
    pool.set_recording(true);
    let execute = |step: &mut Step, cx: &mut Context<'_, Step>| {
        if let Step::Parent = step {
            cx.spawn(Step::Child(1));
            cx.next(Step::Last);
        }
    };
    let recording = pool.run(execute, |cx| cx.spawn(Step::Parent)).recording.unwrap();
    let trace = recording.trace(&["parent", "child", "last"], |_, _| String::new());
    let next: Vec<bool> = trace.nodes.iter().map(|node| node.is_next).collect();
    assert_eq!(next, [false, false, true]);
    assert_eq!(Trace::from_text(&trace.to_text()).unwrap().nodes, trace.nodes);
}
