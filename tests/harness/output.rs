//! A program whose standard output goes nowhere does not seem to have succeeded.
#![cfg(target_os = "linux")]

use sigil_tests::{Output, Tool};
use std::fs;
use std::path::Path;

const SHORT: &str = "@main () -> void = print(1)\n";
const LONG: &str = "@main () -> void = for i in 0..100_000 do print(i)\n";

/// Builds a program as `out` and runs a line of the shell beside it.
fn shell(source: &str, line: &str) -> Output {
    let dir = tempfile::tempdir().expect("a temporary directory");
    fs::write(dir.path().join("main.si"), source).expect("a source to write");
    let tool = Tool {
        program: env!("CARGO_BIN_EXE_sigilc-under-test").into(),
        cache: Path::new(env!("CARGO_TARGET_TMPDIR")).join("sigil-cache"),
    };
    let built = tool.run(dir.path(), &["build", "main.si", "-o", "out", "-q"], "", &[]).expect("it ends");
    assert_eq!(built.exit, 0, "{}", built.stderr);
    let sh = Tool { program: "/bin/sh".into(), ..tool };
    sh.run(dir.path(), &["-c", line], "", &[]).expect("it ends")
}

#[test]
fn full_device() {
    for source in [SHORT, LONG] {
        let output = shell(source, "exec ./out > /dev/full");
        assert_eq!(output.exit, 1);
        assert_eq!(output.stderr, "error: cannot write to standard output: No space left on device\n");
    }
}

#[test]
fn closed_output() {
    for source in [SHORT, LONG] {
        let output = shell(source, "exec ./out >&-");
        assert_eq!(output.exit, 1);
        assert_eq!(output.stderr, "error: cannot write to standard output: Bad file descriptor\n");
    }
}

#[test]
fn closed_output_that_nothing_is_written_to() {
    let output = shell("@main () -> void = ()\n", "exec ./out >&-");
    assert_eq!((output.exit, output.stderr.as_str()), (0, ""));
}

#[test]
fn reader_that_stops() {
    // The signal that ends it is what ends other programs there.
    let output = shell(LONG, "{ ./out; echo $? >&2; } | head -1");
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("0\n", "141\n"));
}
