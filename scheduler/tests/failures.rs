//! What goes wrong, and that the run says so and goes on: panics, cancels, refused threads and cores, missing tokens.

use sigil_scheduler::{Capture, Closure, Context, Job, NodeId, OnPanic, Policy, Pool, Report};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, mpsc};

fn policy(text: &str) -> Policy {
    text.parse().unwrap()
}

fn closures<'a>(pool: &mut Pool, start: impl FnOnce(&mut Context<'_, Closure<'a>>)) -> Report {
    pool.run(Closure::run, start)
}

/// Runs a test of this file alone in a process of its own, in which `SIGIL_INNER` is set.
fn rerun(test: &str, prepare: impl FnOnce(&mut Command)) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--test-threads=1", "--nocapture"]).env("SIGIL_INNER", "1");
    prepare(&mut command);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn is_inner() -> bool {
    std::env::var_os("SIGIL_INNER").is_some()
}

/// A job of which everything can panic.
struct Trap {
    name: &'static str,
    runs: bool,
    drops: bool,
    labels: bool,
}

impl Trap {
    const fn none(name: &'static str) -> Self {
        Trap { name, runs: false, drops: false, labels: false }
    }

    fn run(&mut self, _: &mut Context<'_, Trap>) {
        assert!(!self.runs, "running {}", self.name);
    }
}

impl Job for Trap {
    fn label(&self) -> String {
        assert!(!self.labels, "labelling {}", self.name);
        self.name.to_owned()
    }
}

impl Drop for Trap {
    fn drop(&mut self) {
        assert!(!self.drops, "dropping {}", self.name);
    }
}

fn traps(start: impl FnOnce(&mut Context<'_, Trap>)) -> Report {
    let mut pool = Pool::new(2);
    let report = pool.run(Trap::run, start);
    assert!(pool.run(Trap::run, |cx| cx.spawn(Trap::none("again"))).is_ok(), "the pool can be used again");
    report
}

fn skipped(report: &Report) -> Vec<(&str, &str)> {
    let mut list: Vec<_> = report.skipped.iter().map(|s| (s.label.as_str(), s.because.as_str())).collect();
    list.sort_unstable();
    list
}

#[test]
fn a_panic_in_a_job_names_it_to_those_it_skips() {
    let report = traps(|cx| {
        let bad = cx.node(Trap { runs: true, ..Trap::none("bad") }, &[]);
        let first = cx.node(Trap::none("first"), &[bad]);
        cx.node(Trap::none("second"), &[first]);
        cx.node(Trap::none("other"), &[]);
    });
    assert_eq!((report.panics[0].label.as_str(), report.panics[0].message.as_str()), ("bad", "running bad"));
    assert_eq!(skipped(&report), [("first", "bad"), ("second", "bad")]);
    assert_eq!(report.total().run, 2);
}

#[test]
fn a_panic_in_a_drop_fails_the_node() {
    let report = traps(|cx| {
        let bad = cx.node(Trap { drops: true, ..Trap::none("bad") }, &[]);
        cx.node(Trap::none("after"), &[bad]);
        let event = cx.labelled_event(Trap { drops: true, ..Trap::none("event") });
        cx.node(Trap::none("after event"), &[event]);
        cx.complete(event);
    });
    let mut messages: Vec<_> = report.panics.iter().map(|p| (p.label.as_str(), p.message.as_str())).collect();
    messages.sort_unstable();
    assert_eq!(messages, [("a job's drop", "dropping bad"), ("an event's drop", "dropping event")]);
    assert_eq!(skipped(&report), [("after", "a job's drop"), ("after event", "an event's drop")]);
}

#[test]
fn a_panic_in_a_label_is_replaced() {
    let report = traps(|cx| {
        let bad = cx.node(Trap { runs: true, labels: true, ..Trap::none("bad") }, &[]);
        cx.node(Trap { labels: true, ..Trap::none("after") }, &[bad]);
        let never = cx.event();
        cx.node(Trap { labels: true, drops: true, ..Trap::none("stalled") }, &[never]);
    });
    let nameless = "a job whose label panics";
    assert_eq!(report.panics[0].label, nameless);
    assert_eq!(skipped(&report), [(nameless, nameless)]);
    assert!(report.stalled.iter().any(|s| s.label == nameless));
}

#[test]
fn a_payload_that_panics_when_it_is_dropped_does_no_harm() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            std::panic::resume_unwind(Box::new("another"));
        }
    }
    let report = closures(&mut Pool::new(2), |cx| {
        cx.spawn(Closure::new("bomb", |_| std::panic::resume_unwind(Box::new(Bomb))));
    });
    assert_eq!(report.panics[0].message, "a panic without a message");
}

#[test]
fn a_panic_cancels_if_the_policy_says_so() {
    let mut pool = Pool::with_policy(1, Policy { panic: OnPanic::Cancel, ..Policy::default() });
    let report = closures(&mut pool, |cx| {
        let bad = cx.node(Closure::new("bad", |_| panic!("oh")), &[]);
        (0..10).for_each(|_| _ = cx.node(Closure::new("after", |_| {}), &[bad]));
    });
    assert!(report.is_cancelled);
    assert_eq!((report.panics.len(), report.skipped.len(), report.dropped), (1, 0, 10));
}

#[test]
fn a_panic_in_the_start_drops_what_it_had_made() {
    let result = std::panic::catch_unwind(|| {
        Pool::new(2).run(Closure::run, |cx| {
            let event = cx.event();
            cx.node(Closure::new("never", |_| unreachable!()), &[event]);
            panic!("in the start");
        })
    });
    assert_eq!(result.unwrap_err().downcast_ref(), Some(&"in the start"));
}

/// The long job ends only when it sees the cancel, which comes from another thread while it runs.
#[test]
fn a_long_job_sees_the_cancel_and_queued_work_is_dropped() {
    for workers in [1, 2] {
        let (sender, receiver) = mpsc::channel::<sigil_scheduler::Handle>();
        let canceller = std::thread::spawn(move || receiver.recv().unwrap().cancel());
        let n_after = AtomicU32::new(0);
        let report = closures(&mut Pool::new(workers), |cx| {
            let long = Closure::new("long", move |cx| {
                sender.send(cx.handle()).unwrap();
                while !cx.is_cancelled() {
                    std::thread::yield_now();
                }
            });
            let long = cx.node(long, &[]);
            for _ in 0..100 {
                let after = Closure::new("after", |_| _ = n_after.fetch_add(1, Ordering::Relaxed));
                cx.node(after, &[long]);
            }
        });
        canceller.join().unwrap();
        assert!(report.is_cancelled && report.stalled.is_empty());
        assert_eq!((n_after.into_inner(), report.dropped), (0, 100));
    }
}

/// Stacks of 128 TiB are more than the system has room for, so no thread starts; its own has the usual size.
#[test]
fn refused_threads_leave_the_run_to_those_there_are() {
    if !is_inner() {
        return rerun("refused_threads_leave_the_run_to_those_there_are", |command| {
            command.env("RUST_MIN_STACK", (1u64 << 47).to_string());
        });
    }
    let mut pool = Pool::new(4);
    let n_runs = AtomicU32::new(0);
    let report = closures(&mut pool, |cx| {
        for _ in 0..50 {
            cx.spawn(Closure::new("job", |_| _ = n_runs.fetch_add(1, Ordering::Relaxed)));
        }
    });
    assert!(report.is_ok());
    assert_eq!(n_runs.into_inner(), 50);
    assert_eq!(report.warnings.len(), 3, "{:?}", report.warnings);
    assert!(report.warnings[0].contains("could not be started"), "{:?}", report.warnings);
}

#[test]
fn refused_cores_leave_workers_unpinned() {
    let mut pool = Pool::with_policy(2, policy("pin=cores:1023"));
    let is_met = AtomicBool::new(false);
    let report = closures(&mut pool, |cx| {
        // Each waits for the other, so both workers are there.
        for _ in 0..2 {
            cx.spawn(Closure::new("meet", |_| {
                let is_first = !is_met.swap(true, Ordering::Relaxed);
                while is_first && is_met.load(Ordering::Relaxed) {
                    std::thread::yield_now();
                }
                is_met.store(false, Ordering::Relaxed);
            }));
        }
    });
    assert!(report.is_ok());
    assert_eq!(report.warnings, ["worker 1 could not be pinned to a core"]);
}

/// Two tokens from make and our own: never more than three children at once.
#[test]
fn children_share_the_tokens_of_a_jobserver() {
    if !is_inner() {
        let server = jobserver::Client::new(2).unwrap();
        return rerun("children_share_the_tokens_of_a_jobserver", |command| server.configure_make(command));
    }
    let log = tempfile();
    let report = closures(&mut Pool::with_policy(1, policy("children=8")), |cx| {
        for _ in 0..9 {
            let mut command = Command::new("sh");
            command.arg("-c").arg(format!("echo +1 >> {log}; sleep 0.01; echo -1 >> {log}"));
            let on_end =
                |result: std::io::Result<std::process::Output>| assert!(result.unwrap().status.success());
            cx.child(command, Capture::Output, on_end, Closure::new("then", |_| {}));
        }
    });
    assert!(report.is_ok());
    let text = std::fs::read_to_string(&log).unwrap();
    std::fs::remove_file(&log).unwrap();
    let (mut now, mut most) = (0, 0);
    for change in text.lines().map(|line| line.parse::<i32>().unwrap()) {
        now += change;
        most = most.max(now);
    }
    assert_eq!((text.lines().count(), now), (18, 0));
    assert!((1..=3).contains(&most), "{most} at once");
}

fn tempfile() -> String {
    std::env::temp_dir().join(format!("sigil-tokens-{}", std::process::id())).display().to_string()
}

#[test]
fn a_child_that_cannot_start_is_told_to_its_node() {
    let said = Mutex::new(String::new());
    let report = closures(&mut Pool::new(1), |cx| {
        let (sender, receiver) = mpsc::channel();
        let said = &said;
        let then = Closure::new("then", move |_| {
            *said.lock().unwrap() = receiver.recv().unwrap();
        });
        let on_end = move |result: std::io::Result<std::process::Output>| {
            sender.send(result.unwrap_err().kind().to_string()).unwrap();
        };
        cx.child(Command::new("/no/such/program"), Capture::Output, on_end, then);
    });
    assert!(report.is_ok());
    assert_eq!(said.into_inner().unwrap(), "entity not found");
}

#[test]
fn heavy_nodes_go_first_where_priorities_are_on() {
    struct Weighed(u32);
    impl Job for Weighed {
        fn label(&self) -> String {
            String::new()
        }
        fn weight(&self) -> u32 {
            self.0
        }
    }
    let order = Mutex::new(Vec::new());
    let run = |job: &mut Weighed, _: &mut Context<'_, Weighed>| order.lock().unwrap().push(job.0);
    let mut pool = Pool::with_policy(1, policy("priorities=on"));
    assert!(pool.run(run, |cx| (0..30).for_each(|n| cx.spawn(Weighed(n * 7 % 10)))).is_ok());
    let order = order.into_inner().unwrap();
    let (heavy, light) = order.split_at(27);
    assert!(heavy.iter().all(|&weight| weight > 0) && light == [0, 0, 0], "{order:?}");
}

#[test]
fn what_waits_for_what_is_told() {
    let report = closures(&mut Pool::new(2), |cx| {
        let job = |name: &'static str| Closure::new(name, |_| unreachable!());
        let a = cx.held(job("a"), &[]);
        let b = cx.held(job("b"), &[a]);
        assert!(cx.edge(b, a));
        cx.complete(a);
        cx.complete(b);
        let event = cx.labelled_event(job("interface"));
        cx.node(job("c"), &[event, b]);
    });
    let told: Vec<_> =
        report.stalled.iter().map(|s| (s.label.as_str(), s.is_held, s.waits_for.clone())).collect();
    let of = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let expected = [
        ("a", false, of(&["b"])),
        ("b", false, of(&["a"])),
        ("c", false, of(&["b", "interface"])),
        ("interface", true, of(&[])),
    ];
    assert_eq!(told, expected);
}

/// A chain and a tree as deep as memory would be long if each step kept a frame or a node.
#[test]
fn depth_costs_neither_stack_nor_nodes() {
    struct Steps(u32);
    impl Job for Steps {
        fn label(&self) -> String {
            String::new()
        }
    }
    let last = Mutex::new(NodeId::from_bits(0));
    let run = |job: &mut Steps, cx: &mut Context<'_, Steps>| {
        if job.0 > 0 {
            let id = cx.node(Steps(job.0 - 1), &[]);
            if job.0 == 1 {
                *last.lock().unwrap() = id;
            }
        }
    };
    assert!(Pool::new(2).run(run, |cx| cx.spawn(Steps(300_000))).is_ok());
    // Cells are used again: two workers' free lists hold at most a few blocks of them.
    let number = last.into_inner().unwrap().to_bits() as u32;
    assert!(number < 4096, "cell {number}");
}

/// Jobs that follow each other without nodes fail as others do: the rest goes on, or is dropped when the run is cancelled.
#[test]
fn jobs_that_follow_at_once_fail_like_others() {
    struct Step<'a> {
        left: u32,
        ends: &'a AtomicU32,
    }
    impl Job for Step<'_> {
        fn label(&self) -> String {
            format!("step {}", self.left)
        }
    }
    impl Drop for Step<'_> {
        fn drop(&mut self) {
            self.ends.fetch_add(1, Ordering::Relaxed);
            assert!(self.left != 3, "dropped");
        }
    }
    fn run<'a>(step: &mut Step<'a>, cx: &mut Context<'_, Step<'a>>) {
        if step.left == 1 {
            // First of all: another worker may take what the second `next` takes the place of.
            cx.cancel();
            cx.next(Step { left: 0, ends: step.ends });
        }
        if step.left > 0 {
            cx.next(Step { left: step.left - 1, ends: step.ends });
        }
        assert!(step.left != 6, "run");
    }
    for text in ["", "panic=cancel", "panic=ignore", "run-next=off", "chaos=serial:1", "chaos=threads:1"] {
        let ends = AtomicU32::new(0);
        let mut pool = Pool::with_policy(2, policy(text));
        let report = pool.run(run, |cx| cx.next(Step { left: 9, ends: &ends }));
        let total = report.total();
        let mut panics: Vec<_> = report.panics.iter().map(|p| (&*p.label, &*p.message)).collect();
        // Where what follows need not stay with its worker, another one may be the first to report.
        panics.sort_unstable_by(|a, b| b.cmp(a));
        assert!(report.is_cancelled);
        if text == "panic=cancel" {
            assert_eq!(panics, [("step 6", "run")]);
            assert_eq!((total.created, total.run, report.dropped, ends.into_inner()), (5, 4, 1, 5));
        } else {
            assert_eq!(panics, [("step 6", "run"), ("a job's drop", "dropped")], "{text}");
            assert_eq!(
                (total.created, total.run, report.dropped, ends.into_inner()),
                (11, 9, 2, 11),
                "{text}"
            );
        }
        assert_eq!(total.run + total.passed, total.run_next + total.own + total.thefts);
    }
}
