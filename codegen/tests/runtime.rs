//! Tests of the C runtime alone: each area has a C program in `tests/runtime/`, compiled here together with the
//! embedded runtime by every C compiler that is installed, by gcc also with sanitizers.

#![allow(clippy::disallowed_methods, reason = "tests run C compilers")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A C compiler with the options under test.
struct Compiler {
    name: &'static str,
    args: &'static [&'static str],
}

const COMPILERS: &[Compiler] = &[
    Compiler {
        name: "gcc",
        args: &["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Wall", "-Wextra"],
    },
    Compiler { name: "gcc", args: &["-O2", "-Wall", "-Wextra", "-Werror"] },
    Compiler { name: "clang", args: &["-O0", "-Wall", "-Wextra", "-Werror"] },
    Compiler { name: "tcc", args: &["-Wall", "-Werror"] },
];

/// For what runs on several threads.
const RACES: Compiler =
    Compiler { name: "gcc", args: &["-O1", "-g", "-fsanitize=thread", "-Wall", "-Wextra"] };

fn installed(name: &str) -> bool {
    Command::new(name).arg("-v").output().is_ok_and(|output| output.status.success())
}

/// Compiles the area's program, or says why not.
fn compile(area: &str, number: usize, compiler: &Compiler) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{area}-{number}"));
    std::fs::create_dir_all(&dir).expect("a directory for the test program");
    for (name, text) in sigil_codegen::runtime_files() {
        std::fs::write(dir.join(name), text).expect("the runtime's text is written");
    }
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runtime");
    let program = dir.join("program");
    let output = Command::new(compiler.name)
        .args(compiler.args)
        .arg("-std=c11")
        .arg("-I")
        .arg(&dir)
        .arg(sources.join(format!("{area}.c")))
        .arg(dir.join("sigil_rt.c"))
        .arg("-o")
        .arg(&program)
        .args(["-lm", "-lpthread"])
        .output()
        .expect("the C compiler runs");
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && messages.is_empty(), "{} {area}.c:\n{messages}", compiler.name);
    program
}

fn run(program: &Path, args: &[&str]) -> Output {
    Command::new(program).args(args).output().expect("the test program runs")
}

/// Calls `test` with the area's program as built by each compiler.
fn with_each_compiler(area: &str, test: impl Fn(&Path)) {
    for (number, compiler) in COMPILERS.iter().enumerate() {
        if installed(compiler.name) {
            test(&compile(area, number, compiler));
        }
    }
}

/// The program checks itself.
fn check(area: &str) {
    with_each_compiler(area, |program| {
        let output = run(program, &[]);
        assert!(output.status.success(), "{area}: {}", String::from_utf8_lossy(&output.stderr));
    });
}

#[test]
fn numbers() {
    check("numbers");
}

#[test]
fn strings() {
    check("strings");
}

#[test]
fn lists() {
    check("lists");
}

#[test]
fn maps() {
    check("maps");
}

#[test]
fn observed_panics() {
    check("panics");
}

#[test]
fn tasks() {
    check("tasks");
    let output = run(&compile("tasks", COMPILERS.len(), &RACES), &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn system() {
    with_each_compiler("system", |program| {
        let dir = program.parent().expect("the program is in a directory");
        let input = format!("first\n\nwith\rin\ncrlf\r\n{}\nlast", "x".repeat(200_000));
        let file = dir.join("input");
        std::fs::write(&file, input).expect("the input is written");
        let stdin = std::fs::File::open(&file).expect("the input is there");
        let output = Command::new(program).arg(dir).stdin(stdin).output().expect("the test program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    });
}

#[test]
fn ends_of_a_program() {
    let cases: &[(&str, i32, &str, usize)] = &[
        ("div", 101, "panic at t.si:2:5 in @main: division by zero\n", 0),
        ("overflow", 101, "panic: stack overflow\n", 0),
        ("err", 1, "error: TooBig(500)\n", 8),
        ("exit", 7, "", 0),
        ("out", 101, "panic at t.si:1:1 in @main: done\n", 420_000),
    ];
    with_each_compiler("panics", |program| {
        for (how, code, message, printed) in cases {
            let output = run(program, &[how]);
            assert_eq!(String::from_utf8_lossy(&output.stderr), *message, "{how}");
            assert_eq!(output.status.code(), Some(*code), "{how}");
            assert_eq!(output.stdout.len(), *printed, "{how}");
        }
    });
}
