//! C compilers and what they make of a unit.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A C compiler with the options under test.
struct Compiler {
    name: &'static str,
    args: &'static [&'static str],
    /// Programs are run too.
    runs: bool,
}

const COMPILERS: &[Compiler] = &[
    Compiler {
        name: "gcc",
        args: &["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Wall", "-Wextra"],
        runs: true,
    },
    Compiler { name: "gcc", args: &["-O2", "-Wall", "-Wextra", "-Werror"], runs: false },
    Compiler { name: "clang", args: &["-O0", "-Wall", "-Wextra", "-Werror"], runs: false },
    Compiler { name: "tcc", args: &["-Wall", "-Werror"], runs: true },
];

fn installed(name: &str) -> bool {
    Command::new(name).arg("-v").output().is_ok_and(|output| output.status.success())
}

/// Builds the unit with each compiler, and hands those programs that are to be run to `test`.
pub fn with_each_compiler(name: &str, unit: &str, test: impl Fn(&Path)) {
    let dir = directory(name, unit);
    for (number, compiler) in COMPILERS.iter().enumerate() {
        if !installed(compiler.name) {
            continue;
        }
        let program = dir.join(format!("program{number}"));
        compile(&dir, compiler, &program, compiler.runs);
        if compiler.runs {
            test(&program);
        }
    }
}

/// Compiles the unit with each compiler.
pub fn only_compile(name: &str, unit: &str) {
    let dir = directory(name, unit);
    for (number, compiler) in COMPILERS.iter().enumerate().filter(|(_, compiler)| installed(compiler.name)) {
        compile(&dir, compiler, &dir.join(format!("unit{number}.o")), false);
    }
}

fn directory(name: &str, unit: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs").join(name);
    std::fs::create_dir_all(&dir).expect("a directory for the program");
    for (name, text) in sigil_codegen::runtime_files() {
        std::fs::write(dir.join(name), text).expect("the runtime's text is written");
    }
    std::fs::write(dir.join("unit.c"), unit).expect("the unit is written");
    dir
}

fn compile(dir: &Path, compiler: &Compiler, program: &Path, is_linked: bool) {
    let mut command = Command::new(compiler.name);
    command.args(compiler.args).arg("-std=c11").arg(dir.join("unit.c")).arg("-o").arg(program);
    if is_linked {
        command.arg(dir.join("sigil_rt.c")).args(["-lm", "-lpthread"]);
    } else {
        command.arg("-c");
    }
    let output = command.output().expect("the C compiler runs");
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && messages.is_empty(),
        "{} in {}:\n{messages}",
        compiler.name,
        dir.display()
    );
}

/// Runs a program in which a panic may have been caught: the frames that it abandoned leak.
pub fn run_leaky(program: &Path, args: &[&str]) -> Output {
    Command::new(program).args(args).env("ASAN_OPTIONS", "detect_leaks=0").output().expect("the program runs")
}

/// Runs a program.
pub fn run(program: &Path, args: &[&str]) -> Output {
    Command::new(program).args(args).output().expect("the program runs")
}
