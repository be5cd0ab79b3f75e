use super::*;
use crate::cli::{Cli, Options, TuneGoal};
use clap::Parser;
use sigil_scheduler::{Closure, Pool};
use std::path::{Path, PathBuf};

/// Two workers; `a` makes `b` and `c`; `d` waits for a child process that `c` starts; `late` comes after `b`, which its
/// maker did not make, and after an event that `b` completes.
const TRACE: &str = r#"{"trace":{"version":1,"workers":2,"cores":2,"children":1,"policy":"steal=one","clock":"","wall":200000,"kinds":["read","compile"]}}
{"worker":{"searches":[[115000,200000]],"parks":[[120000,180000]],"steals":[],"wakes":[22000]}}
{"worker":{"searches":[[30000,60000],[90000,200000]],"parks":[[95000,170000]],"steals":[[55000,60000,0,1]],"wakes":[]}}
{"node":{"l":"a","t":0,"rdy":0,"r":[0,5000,45000]}}
{"node":{"l":"c","k":1,"wt":2,"by":0,"t":15000,"rdy":25000,"r":[1,60000,90000]}}
{"node":{"l":"b","by":0,"t":25000,"rdy":15000,"r":[0,45000,115000]}}
{"node":{"l":"d","k":1,"held":true,"by":1,"t":80000,"child":[92000,170000],"rdy":170000,"r":[1,180000,190000]}}
{"node":{"ev":true,"held":true,"by":0,"t":30000,"done":[100000,2],"rdy":100000}}
{"node":{"l":"late","by":1,"t":85000,"a":[2,4],"rdy":115000,"r":[1,190000,195000]}}
{"node":{"l":"never","by":1,"t":86000,"a":[2]}}
"#;

fn options(args: &[&str]) -> Options {
    let args = ["sigilc", "check", "x.si"].into_iter().chain(args.iter().copied());
    Cli::try_parse_from(args).expect("a command line").options
}

fn vary(text: &[&str]) -> Vec<Variant> {
    product(&text.iter().map(|&text| text.to_owned()).collect::<Vec<_>>()).expect("variants")
}

fn write(text: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("trace");
    std::fs::write(&file, text).expect("written");
    (dir, file)
}

#[test]
fn a_record_is_simulated_with_each_setting() {
    // A hundred times as long, so that the start of a thread pays.
    let (_dir, file) = write(&TRACE.replace("000", "00000"));
    let variants = on_cores(&vary(&["steal=one,half"]), &[1, 2]);
    let mut bench = Simulated::new(&file, TuneGoal::Emit, &options(&[]), &variants).expect("a bench");
    let outcome = measure(&mut bench, variants, 5).expect("an outcome");
    let names: Vec<&str> = outcome.rows.iter().map(|row| row.name.as_str()).collect();
    let expected =
        ["steal=one,cores=1", "steal=one,cores=1 (again)", "steal=half,cores=1", "steal=one,cores=2"];
    assert_eq!(names[..4], expected);
    let verdicts: Vec<&str> = outcome.rows.iter().map(|row| row.verdict).collect();
    let group = ["the base", "the noise", "no difference"];
    assert_eq!(verdicts, [group, group].concat());
    assert!(outcome.rows[0].median > outcome.rows[3].median);
}

#[test]
fn what_changes_the_graph_needs_a_project() {
    let (_dir, file) = write(TRACE);
    let variants = vary(&["check=1,4"]);
    let error = Simulated::new(&file, TuneGoal::Emit, &options(&[]), &variants).err().expect("an error");
    assert!(error.starts_with("check=1: this changes the graph"), "{error}");
    let error = Replayed::new(&file, &options(&[]), &variants).err().expect("an error");
    assert!(error.starts_with("check=1: this changes the graph"), "{error}");
    assert!(
        Simulated::new(Path::new("not-there"), TuneGoal::Emit, &options(&[]), &vary(&["jobs=2"])).is_err()
    );
}

#[test]
fn a_record_is_replayed_with_each_setting() {
    let (_dir, file) = write(TRACE);
    let variants = vary(&["order=lifo,fifo", "jobs=1,2,5", "priorities=on,off"]);
    let mut bench = Replayed::new(&file, &options(&[]), &variants).expect("a bench");
    let outcome = measure(&mut bench, variants, 3).expect("an outcome");
    assert_eq!(outcome.rows.len(), 13);
    // The wait alone takes 78 µs.
    assert!(outcome.times.iter().flatten().all(|&time| time >= 78e-6));
    assert!(outcome.notes[0].starts_with("5 tasks of a record"), "{:?}", outcome.notes);
}

/// Layers of nodes, each after some of the layer before, which two makers make side by side; so a schedule that differs
/// asks for nodes that are not made yet.
#[test]
fn edges_from_nodes_that_are_not_made_yet_are_kept() {
    let mut pool = Pool::new(2);
    pool.set_recording(true);
    let ids = std::sync::Mutex::new(Vec::new());
    let report = pool.run(Closure::run, |cx| {
        let ids = &ids;
        let first = cx.node(
            Closure::new("first", move |cx| {
                let made: Vec<_> = (0..50).map(|_| cx.node(Closure::new("x", |_| {}), &[])).collect();
                ids.lock().unwrap().extend(made);
            }),
            &[],
        );
        for _ in 0..20 {
            cx.node(
                Closure::new("second", move |cx| {
                    let after: Vec<_> = ids.lock().unwrap().clone();
                    cx.node(Closure::new("y", |_| {}), &after);
                }),
                &[first],
            );
        }
    });
    let mut trace = report.recording.expect("a recording").trace(&["kind"], |_, _| String::new());
    // Without these edges, makers and users meet in any order.
    trace.nodes.iter_mut().skip(1).filter(|node| node.creator.is_none()).for_each(|node| node.after.clear());
    let (_dir, file) = write(&trace.to_text());
    let variants = vary(&["order=lifo,fifo", "jobs=2,4"]);
    let mut bench = Replayed::new(&file, &options(&[]), &variants).expect("a bench");
    assert!(measure(&mut bench, variants, 20).is_ok());
}
