//! `--replay-schedule` on the command line.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name)
}

fn sigilc(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sigilc")).args(args).output().expect("sigilc can be run")
}

#[test]
fn a_recorded_emission_is_replayed_and_another_one_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).into_os_string().into_string().unwrap();
    let [trace, again, first, second] = ["trace", "again", "first", "second"].map(path);
    let ledger = example("ledger");
    let ledger = ledger.to_str().unwrap();
    let recorded = sigilc(&["emit", ledger, "-o", &first, "-j3", "--trace", &trace]);
    assert!(recorded.status.success(), "{recorded:?}");
    let replayed = sigilc(&["emit", ledger, "-o", &second, "--replay-schedule", &trace, "--trace", &again]);
    assert!(replayed.status.success(), "{replayed:?}");
    let ran = |file: &str| {
        let trace = sigil_scheduler::trace::Trace::read(Path::new(file)).unwrap();
        let schedule = sigil_scheduler::Schedule::new(&trace).unwrap();
        let ran = (0..3).map(|worker| schedule.ran(worker).map(str::to_owned).collect());
        ran.collect::<Vec<Vec<_>>>()
    };
    assert_eq!(ran(&trace), ran(&again));

    let hello = example("hello.si");
    let other = sigilc(&["check", hello.to_str().unwrap(), "--replay-schedule", &trace]);
    assert_eq!(other.status.code(), Some(1));
    let said = String::from_utf8(other.stderr).unwrap();
    assert!(said.contains("the run is not that of the recorded schedule"), "{said}");
}
