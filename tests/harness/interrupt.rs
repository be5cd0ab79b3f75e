//! A command that is told to end leaves nothing temporary behind and nothing half done.
#![cfg(target_os = "linux")]

use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Longer than anything here takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < LIMIT, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Names in a directory; none if there is no such directory.
fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Processes that were started with some text in their arguments.
fn processes(text: &str) -> usize {
    let mentions = |pid: &String| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        pid.parse::<u32>().is_ok() && String::from_utf8_lossy(&line).contains(text)
    };
    names(Path::new("/proc")).iter().filter(|pid| mentions(pid)).count()
}

/// Starts the compiler in a directory, tells it to end as soon as something is so, and gives the signal it ended by.
fn interrupt(dir: &Path, args: &[&str], signal: Signal, mut is_time: impl FnMut() -> bool) -> Option<i32> {
    // Processes that a script puts in the background ignore Ctrl-C, and so would the compiler; what its parent listens to,
    // it does not ignore.
    let listens = signal_hook::flag::register_conditional_default(signal.as_raw(), Arc::new(true.into()));
    listens.expect("a signal to listen to");
    let mut child: Child = Command::new(env!("CARGO_BIN_EXE_sigilc-under-test"))
        .args(args)
        .current_dir(dir)
        .env("TMPDIR", dir.join("tmp"))
        .env("SIGIL_CACHE", dir.join("cache"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the compiler starts");
    wait_until("what is to be interrupted", &mut is_time);
    kill_process(Pid::from_child(&child), signal).expect("it runs");
    let start = Instant::now();
    while child.try_wait().expect("its status").is_none() && start.elapsed() < LIMIT {
        std::thread::sleep(Duration::from_millis(2));
    }
    // One that did not listen shows in the signal that it ended by.
    child.kill().expect("it runs or has ended");
    child.wait().expect("it ends").signal()
}

/// A directory with a place for temporary files and a program that never ends.
fn project() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary directory");
    fs::create_dir(dir.path().join("tmp")).expect("a directory");
    fs::write(dir.path().join("main.si"), "@main () -> void = loop(())\n").expect("a source to write");
    dir
}

#[test]
fn tune_removes_its_directories_and_stops_its_children() {
    for signal in [Signal::INT, Signal::TERM] {
        let dir = project();
        let tmp = dir.path().join("tmp");
        let args = ["tune", "main.si", "--of", "build", "--vary", "jobs=1,2", "--repeat", "1000"];
        let ended = interrupt(dir.path(), &args, signal, || !names(&tmp).is_empty());
        assert_eq!(ended, Some(signal.as_raw()));
        wait_until("the end of the children", || processes(&tmp.to_string_lossy()) == 0);
        assert_eq!(names(&tmp), [""; 0]);
    }
}

#[test]
fn a_program_is_told_too() {
    let dir = project();
    let cache = dir.path().join("cache").to_string_lossy().into_owned();
    // Programs run out of the cache.
    let runs = || processes(&cache) > 0 && names(&dir.path().join("cache/objects")).len() > 1;
    assert_eq!(interrupt(dir.path(), &["run", "main.si"], Signal::TERM, runs), Some(Signal::TERM.as_raw()));
    wait_until("the end of the program", || processes(&cache) == 0);
    let left = names(&dir.path().join("cache")).into_iter().filter(|name| name.starts_with("run-")).count();
    assert_eq!(left, 0);
}

#[test]
fn emission_puts_all_units_in_place_or_none() {
    const FILES: usize = 200;
    let dir = project();
    let write = |name: &str, text: String| fs::write(dir.path().join(name), text).expect("a source to write");
    for file in 0..FILES {
        let functions = (0..40).map(|n| format!("pub @f{file}_{n} (x: int) -> int = x * {n} + {file}\n"));
        write(&format!("m{file}.si"), functions.collect());
    }
    let uses = (0..FILES).map(|file| format!("use './m{file}' {{ f{file}_1 }}\n"));
    write("main.si", uses.collect::<String>() + "@main () -> void = print(f0_1(1))\n");
    let units = |dir: &str| -> BTreeSet<String> {
        names(dir.as_ref()).into_iter().filter(|name| name.ends_with(".c") && name != "sigil_rt.c").collect()
    };
    let at = |name: &str| dir.path().join(name).to_string_lossy().into_owned();
    let ended = interrupt(dir.path(), &["emit", "main.si", "-o", "c"], Signal::INT, || {
        !names(at("c").as_ref()).is_empty()
    });
    let left = units(&at("c"));
    assert!(names(at("c").as_ref()).iter().all(|name| !name.ends_with(".tmp")), "{ended:?}: {left:?}");
    interrupt(dir.path(), &["emit", "main.si", "-o", "whole"], Signal::CONT, || true);
    let whole = units(&at("whole"));
    assert!(whole.len() > 1);
    assert!(left.is_empty() || left == whole, "{ended:?}: {left:?} of {whole:?}");
}
