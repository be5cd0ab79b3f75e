//! Replays: the same again, and what is said where something is different.

use sigil_scheduler::{Capture, Context, Divergence, Job, Pool, Report, Schedule, Want};
use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

/// A job with a name; it makes the nodes of others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Step(&'static str);

/// What each step does.
type Execute = fn(&mut Step, &mut Context<'_, Step>);

const NAMES: [&str; 8] = ["all", "left", "right", "leaf", "last", "new", "child", "ended"];

impl Job for Step {
    fn label(&self) -> String {
        self.0.to_owned()
    }

    fn tag(&self) -> u64 {
        NAMES.iter().position(|&name| name == self.0).unwrap_or(NAMES.len()) as u64
    }
}

fn label(_kind: u8, tag: u64) -> String {
    NAMES.get(tag as usize).copied().unwrap_or_default().to_owned()
}

fn schedule(report: &Report) -> Schedule {
    assert!(report.is_ok(), "{report:?}");
    Schedule::new(&report.recording.as_ref().expect("it is recorded").trace(&[], label)).expect("possible")
}

fn start(cx: &mut Context<'_, Step>) {
    cx.spawn(Step("all"));
}

/// All makes left, right and a last one after both; those make leaves.
fn tree(step: &mut Step, cx: &mut Context<'_, Step>) {
    match step.0 {
        "all" => {
            let sides = [cx.node(Step("left"), &[]), cx.node(Step("right"), &[])];
            cx.node(Step("last"), &sides);
        }
        "left" | "right" => (0..20).for_each(|_| cx.spawn(Step("leaf"))),
        _ => std::thread::sleep(Duration::from_micros(50)),
    }
}

fn record(workers: usize, execute: Execute) -> (Pool, Schedule) {
    let mut pool = Pool::new(workers);
    pool.set_recording(true);
    let schedule = schedule(&pool.run(execute, start));
    (pool, schedule)
}

fn divergence(workers: usize, changed: Execute) -> Divergence {
    let (mut pool, schedule) = record(workers, tree);
    let report = pool.replay(&schedule, &label, changed, start);
    assert!(!report.is_ok() && report.is_cancelled && report.stalled.is_empty());
    report.divergence.expect("the graph has changed")
}

#[test]
fn a_schedule_can_be_replayed_by_pools_with_other_policies() {
    let (mut pool, first) = record(3, tree);
    assert_eq!(first.n_workers(), 3);
    assert_eq!((0..3).map(|worker| first.ran(worker).count()).sum::<usize>(), 44);
    let policy = "order=fifo,priorities=on,chaos=threads:1".parse().unwrap();
    let mut other = Pool::with_policy(5, policy);
    other.set_recording(true);
    for pool in [&mut pool, &mut other] {
        for _ in 0..20 {
            let again = pool.replay(&first, &label, tree, start);
            assert_eq!(again.total().run, 44);
            let again = schedule(&again);
            let n_same = (0..3).filter(|&worker| again.ran(worker).eq(first.ran(worker))).count();
            assert_eq!(n_same, 3);
        }
    }
    // The pool is as before.
    assert!(pool.run(tree, start).is_ok());
}

#[test]
fn what_ended_before_ends_before_again() {
    let log = Mutex::new(Vec::new());
    let execute = |step: &mut Step, cx: &mut Context<'_, Step>| {
        log.lock().unwrap().push((cx.worker(), "begin"));
        tree(step, cx);
        log.lock().unwrap().push((cx.worker(), "end"));
    };
    let mut pool = Pool::new(2);
    pool.set_recording(true);
    let trace = pool.run(execute, start).recording.unwrap().trace(&[], label);
    log.lock().unwrap().clear();
    let schedule = Schedule::new(&trace).unwrap();
    assert_eq!(pool.replay(&schedule, &label, execute, start).divergence, None);
    let log = log.into_inner().unwrap();
    // Where each worker's n-th begins and ends now stand in the log.
    let places = |worker: usize, what: &str| {
        let matching = log.iter().enumerate().filter(|(_, entry)| **entry == (worker, what));
        matching.map(|(place, _)| place).collect::<Vec<_>>()
    };
    let mut then: [Vec<_>; 2] = Default::default();
    for run in trace.nodes.iter().filter_map(|node| node.run) {
        then[run.worker as usize].push((run.start, run.end));
    }
    then.iter_mut().for_each(|runs| runs.sort_unstable());
    for (worker, other) in [(0, 1), (1, 0)] {
        let (ends, begins) = (places(worker, "end"), places(other, "begin"));
        for (run, end) in then[worker].iter().zip(ends) {
            // Clocks of two cores may differ a little.
            let later = then[other].iter().zip(&begins).filter(|(later, _)| run.1 + 1000 < later.0);
            assert!(later.into_iter().all(|(_, &begin)| end < begin));
        }
    }
}

#[test]
fn a_node_more_is_reported_with_its_creator() {
    let changed: Execute = |step, cx| {
        if step.0 == "right" {
            cx.spawn(Step("new"));
        }
        tree(step, cx);
    };
    for workers in [1, 2, 4] {
        let unknown = Divergence::Unknown { label: "new".into(), creator: Some("right".into()) };
        assert_eq!(divergence(workers, changed), unknown);
    }
    let changed: Execute = |step, cx| {
        tree(step, cx);
        if step.0 == "left" {
            cx.spawn(Step("leaf"));
        }
    };
    let text = divergence(2, changed).to_string();
    assert_eq!(text, "`leaf`, made by `left`, is not in the record");
}

#[test]
fn a_node_less_is_reported_with_who_waits_for_it() {
    let changed: Execute = |step, cx| {
        if step.0 == "all" {
            let right = cx.node(Step("right"), &[]);
            cx.node(Step("last"), &[right]);
        } else {
            tree(step, cx);
        }
    };
    for workers in [1, 2, 4] {
        let Divergence::Stuck(lagging) = divergence(workers, changed) else { panic!("not stuck") };
        assert!(lagging.iter().any(|it| it.label == "left" && it.want == Want::NotMade), "{lagging:?}");
    }
}

#[test]
fn an_edge_more_is_reported_if_it_forbids_the_order() {
    let (mut pool, schedule) = record(1, |step, cx| {
        if step.0 == "all" {
            ["left", "right"].into_iter().for_each(|name| cx.spawn(Step(name)));
        }
    });
    let order: Vec<_> = schedule.ran(0).collect();
    // The other way round now.
    let (first, second) =
        if order == ["all", "left", "right"] { ("right", "left") } else { ("left", "right") };
    let changed = |step: &mut Step, cx: &mut Context<'_, Step>| {
        if step.0 == "all" {
            let first = cx.node(Step(first), &[]);
            cx.node(Step(second), &[first]);
        }
    };
    let report = pool.replay(&schedule, &label, changed, start);
    let text = format!(
        "nobody can go on as in the record: worker 0, after 1, is to run `{second}`, which waits for something"
    );
    assert_eq!(report.divergence.unwrap().to_string(), text);
}

#[test]
fn a_skipped_node_that_ran_is_reported() {
    let changed: Execute = |step, cx| {
        tree(step, cx);
        if step.0 == "left" {
            std::panic::resume_unwind(Box::new("on purpose"));
        }
    };
    assert_eq!(divergence(2, changed), Divergence::Skipped { label: "last".into() });
}

#[test]
fn a_node_that_did_not_run_is_reported() {
    let panics: Execute = |step, cx| {
        tree(step, cx);
        if step.0 == "left" {
            std::panic::resume_unwind(Box::new("on purpose"));
        }
    };
    let mut pool = Pool::new(2);
    pool.set_recording(true);
    let report = pool.run(panics, start);
    let schedule = Schedule::new(&report.recording.unwrap().trace(&[], label)).unwrap();
    // Again with the panic: the same.
    let report = pool.replay(&schedule, &label, panics, start);
    assert_eq!((report.divergence, report.skipped.len(), report.panics.len()), (None, 1, 1));
    let report = pool.replay(&schedule, &label, tree, start);
    assert_eq!(report.divergence, Some(Divergence::Unheard { labels: vec!["last".into()] }));
}

#[test]
fn too_few_workers_are_refused() {
    let (_, schedule) = record(3, tree);
    let report = Pool::new(2).replay(&schedule, &label, tree, start);
    let text = "the record has 3 workers, the pool only 2";
    assert_eq!(report.divergence, Some(Divergence::Workers(text.into())));
}

#[test]
fn children_and_handles_are_waited_for() {
    let execute: Execute = |step, cx| match step.0 {
        "all" => {
            let event = cx.event();
            let mut command = Command::new("sh");
            command.args(["-c", "sleep 0.01"]);
            let child = cx.child(command, Capture::Nothing, |_| {}, Step("child"));
            cx.node(Step("ended"), &[event, child]);
            let handle = cx.handle();
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(20));
                handle.complete(event);
            });
        }
        _ => tree(step, cx),
    };
    for workers in [1, 2] {
        let (mut pool, first) = record(workers, execute);
        let report = pool.replay(&first, &label, execute, start);
        assert_eq!(schedule(&report), first);
    }
}

#[test]
fn who_makes_a_node_that_any_of_two_could_make_does_not_matter_if_it_has_a_name() {
    let seen = Mutex::new(BTreeSet::new());
    let execute = |step: &mut Step, cx: &mut Context<'_, Step>| match step.0 {
        "left" | "right" => {
            if seen.lock().unwrap().insert("new") {
                cx.spawn(Step("new"));
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        _ => tree(step, cx),
    };
    let mut pool = Pool::new(2);
    pool.set_recording(true);
    let first = schedule(&pool.run(execute, start));
    for _ in 0..50 {
        seen.lock().unwrap().clear();
        let report = pool.replay(&first, &label, execute, start);
        assert_eq!(schedule(&report), first);
    }
}

#[test]
fn ranges_are_split_where_they_were() {
    struct Part(std::ops::Range<usize>);
    impl Job for Part {
        fn label(&self) -> String {
            format!("{:?}", self.0)
        }
        fn tag(&self) -> u64 {
            (self.0.start << 32 | self.0.end) as u64
        }
    }
    let label = |_, tag: u64| format!("{}..{}", tag >> 32, tag as u32);
    let execute = |Part(range): &mut Part, cx: &mut Context<'_, Part>| {
        cx.split(range.clone(), Part, |_, _| std::thread::sleep(Duration::from_micros(20)));
    };
    let mut pool = Pool::new(3);
    pool.set_recording(true);
    let schedule = |report: Report| Schedule::new(&report.recording.unwrap().trace(&[], label)).unwrap();
    let first = schedule(pool.run(execute, |cx| cx.spawn(Part(0..100))));
    assert!((0..3).map(|worker| first.ran(worker).count()).sum::<usize>() > 1);
    for _ in 0..5 {
        let report = pool.replay(&first, &label, execute, |cx| cx.spawn(Part(0..100)));
        assert_eq!(report.divergence, None);
        assert_eq!(schedule(report), first);
    }
}
