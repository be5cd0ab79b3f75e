//! Every case of `cases` and every row of `lines` and `programs` is a test; `README.md` says what each kind does.

use libtest_mimic::{Arguments, Failed, Trial};
use sigil_tests::{
    Case, Command, Output, Row, Tool, c_compiles, difference, load_cases, load_tables, parse_reports,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// The schedules that must agree, byte by byte, with one worker of the graph.
const SCHEDULES: &[&[&str]] = &[
    &["--schedule", "serial"],
    &["--schedule", "phased", "-j", "2"],
    &["-j", "2"],
    &["-j", "16"],
    &["-j", "2", "--chaos", "1"],
    &["-j", "16", "--chaos", "2"],
    &["-j", "2", "--chaos", "3", "--lex-chunk", "64"],
    &["-j", "2", "--chaos", "4", "--node-size", "chunk=64,parse=1,check=3,emit=2"],
    &["--schedule", "phased", "-j", "2", "--node-size", "check=2,emit=3"],
];

type Test = Box<dyn FnOnce() -> Result<(), Failed> + Send>;

/// What checks the threads of the emitted C.
const THREAD_SANITIZER: &str = "gcc -fsanitize=thread -g";

/// What checks memory and arithmetic of the emitted C.
const SANITIZERS: &str = "gcc -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tool = Arc::new(Tool {
        program: env!("CARGO_BIN_EXE_sigilc-under-test").into(),
        cache: Path::new(env!("CARGO_TARGET_TMPDIR")).join("sigil-cache"),
    });
    let plain_cc = plain_compiler();
    let has_gcc = finds("gcc");
    let has_thread_sanitizer = has_gcc && thread_sanitizer_runs();
    if has_gcc && !has_thread_sanitizer {
        eprintln!("threads/… is left out: programs under gcc's thread sanitizer do not start here");
    }
    let mut trials: Vec<(String, Test)> = Vec::new();
    for case in load_cases(&root.join("cases")) {
        let case = Arc::new(case);
        let mut add = |kind: &str, test: fn(&Tool, &Case, &str) -> Result<(), Failed>| {
            let (tool, case, cc) = (tool.clone(), case.clone(), plain_cc.clone());
            let name = format!("{kind}/{}", case.name);
            trials.push((name, Box::new(move || test(&tool, &case, &cc))));
        };
        if case.expected.diagnostics.is_some() {
            add("check", check);
            continue;
        }
        add("run", run);
        add("same", emits_the_same);
        if has_gcc && !case.plain {
            add("sanitize", sanitize);
        }
        if has_thread_sanitizer && !case.plain && has_tasks(&case) {
            add("threads", sanitize_threads);
        }
    }
    for row in load_tables(&root.join("lines")) {
        let tool = tool.clone();
        trials.push((format!("lines/{}", row.name), Box::new(move || check_row(&tool, &row))));
    }
    for row in load_tables(&root.join("programs")) {
        let (tool, cc) = (tool.clone(), plain_cc.clone());
        trials.push((format!("programs/{}", row.name), Box::new(move || run_row(&tool, &row, &cc))));
    }
    let names: BTreeSet<&str> = trials.iter().map(|(name, _)| name.as_str()).collect();
    let pending = pending(root);
    if let Some(name) = pending.iter().find(|name| !names.contains(name.as_str())) {
        eprintln!("tests/pending.txt: there is no test {name}");
        return ExitCode::FAILURE;
    }
    let trials = trials.into_iter().map(|(name, test)| {
        let is_pending = pending.contains(&name);
        Trial::test(name, move || if is_pending { must_fail(test) } else { test() })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// The tests of `pending.txt`: what sigilc is known not to do yet, one `NAME  reason` a line.
fn pending(root: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(root.join("pending.txt")).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// A pending test that passes has to leave the list.
fn must_fail(test: Test) -> Result<(), Failed> {
    match test() {
        Ok(()) => Err("passes now: take it off tests/pending.txt".into()),
        Err(_) => Ok(()),
    }
}

/// tcc compiles a case in a few milliseconds. `$SIGIL_TEST_CC` names another one.
fn plain_compiler() -> String {
    let chosen = std::env::var("SIGIL_TEST_CC").ok().filter(|cc| !cc.is_empty());
    chosen.unwrap_or_else(|| if finds("tcc") { "tcc".into() } else { "cc".into() })
}

fn finds(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(program).is_file())
}

/// Its memory layout does not suit every kernel.
fn thread_sanitizer_runs() -> bool {
    let runs = || -> std::io::Result<bool> {
        let scratch = tempfile::tempdir()?;
        let (source, program) = (scratch.path().join("a.c"), scratch.path().join("a"));
        fs::write(&source, "int main(void) { return 0; }\n")?;
        let mut gcc = std::process::Command::new("gcc");
        let compiled = gcc.arg("-fsanitize=thread").arg(&source).arg("-o").arg(&program).output()?;
        Ok(compiled.status.success() && std::process::Command::new(&program).output()?.status.success())
    };
    runs().unwrap_or(false)
}

fn updates() -> bool {
    std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1")
}

fn check(tool: &Tool, case: &Case, _cc: &str) -> Result<(), Failed> {
    let scratch = tempfile::tempdir()?;
    let out = scratch.path().join("c");
    let out = out.to_string_lossy();
    let command = match case.command {
        Command::Run => "run",
        Command::Check => "check",
        Command::Test => "test",
        Command::Emit => "emit",
        Command::Build => "build",
    };
    let mut args = vec![command, &case.entry];
    args.extend(case.options.iter().map(String::as_str));
    if matches!(case.command, Command::Emit | Command::Build) && !args.contains(&"-o") {
        args.extend(["-o", &out]);
    }
    args.extend(["--message-format", "json", "-j", "1"]);
    let first = tool.run(&case.dir, &args, "", &[])?;
    let (reports, _) = parse_reports(&first.stderr);
    if updates() && case.is_folder && case.dir.join("diagnostics").exists() {
        let text: String = reports.iter().map(|report| report.show() + "\n").collect();
        fs::write(case.dir.join("diagnostics"), text)?;
        return Ok(());
    }
    case.expected.compare_diagnostics(&reports).map_err(|text| format!("{text}{}", first.stderr))?;
    let has_errors = reports.iter().any(|report| report.code.starts_with('E'));
    let exit = case.expected.exit.unwrap_or(i32::from(has_errors));
    if first.exit != exit {
        return Err(format!("exit code {} instead of {exit}\n{}", first.exit, first.stderr).into());
    }
    for schedule in SCHEDULES {
        let kept = args.len();
        args.truncate(kept - 2);
        args.extend(*schedule);
        let other = tool.run(&case.dir, &args, "", &[])?;
        if let Some(text) =
            difference(&format!("diagnostics with {schedule:?}"), &first.stderr, &other.stderr)
        {
            return Err(text.into());
        }
        args.truncate(kept - 2);
        args.extend(["-j", "1"]);
    }
    Ok(())
}

/// `sigilc run` or `sigilc test` says what the case expects.
fn run(tool: &Tool, case: &Case, cc: &str) -> Result<(), Failed> {
    let output = execute(tool, case, cc, "-O0", &[])?;
    if updates() && case.is_folder && case.dir.join("stdout").exists() {
        fs::write(case.dir.join("stdout"), &output.stdout)?;
        write_or_remove(&case.dir.join("stderr"), &output.stderr)?;
        let exit = if output.exit == 0 { String::new() } else { format!("{}\n", output.exit) };
        write_or_remove(&case.dir.join("exit"), &exit)?;
        return Ok(());
    }
    compare(case, &output)
}

fn write_or_remove(path: &Path, text: &str) -> std::io::Result<()> {
    if !text.is_empty() {
        fs::write(path, text)
    } else if path.exists() {
        fs::remove_file(path)
    } else {
        Ok(())
    }
}

/// The same under the sanitizers, with gcc.
fn sanitize(tool: &Tool, case: &Case, _cc: &str) -> Result<(), Failed> {
    let exit = case.expected.exit.unwrap_or(0);
    // Abandoned frames may leak (language.md 9.7).
    let finds_leaks = exit != 101 && case.command != Command::Test && !case.may_leak;
    let options = if finds_leaks { "detect_leaks=1" } else { "detect_leaks=0" };
    let options = format!("{options}:detect_stack_use_after_return=0");
    let output = execute(tool, case, SANITIZERS, "-O1", &[("ASAN_OPTIONS", &options)])?;
    compare(case, &output)
}

/// Whether a case has code that may run on several threads.
fn has_tasks(case: &Case) -> bool {
    fs::read_to_string(case.dir.join(&case.entry)).is_ok_and(|text| text.contains("parallel("))
}

/// The same under the thread sanitizer, with gcc.
fn sanitize_threads(tool: &Tool, case: &Case, _cc: &str) -> Result<(), Failed> {
    let output = execute(tool, case, THREAD_SANITIZER, "-O1", &[])?;
    compare(case, &output)
}

fn execute(tool: &Tool, case: &Case, cc: &str, level: &str, env: &[(&str, &str)]) -> Result<Output, Failed> {
    let command = if case.command == Command::Test { "test" } else { "run" };
    let mut args = vec![command, &case.entry, "--cc", cc, level, "-q", "--message-format", "json"];
    args.extend(case.options.iter().map(String::as_str));
    if !case.args.is_empty() {
        args.push("--");
        args.extend(case.args.iter().map(String::as_str));
    }
    let mut output = tool.run(&case.dir, &args, &case.stdin, env)?;
    let (reports, rest) = parse_reports(&output.stderr);
    if let Some(error) = reports.iter().find(|report| report.code.starts_with('E')) {
        return Err(format!("does not compile: {}\n{}", error.show(), output.stderr).into());
    }
    output.stderr = rest;
    Ok(output)
}

fn compare(case: &Case, output: &Output) -> Result<(), Failed> {
    let mut text = String::new();
    let expected = case.expected.stdout.as_deref().unwrap_or_default();
    text += &difference("stdout", expected, &output.stdout).unwrap_or_default();
    let expected = case.expected.stderr.as_deref().unwrap_or_default();
    text += &difference("stderr", expected, &output.stderr).unwrap_or_default();
    let exit = case.expected.exit.unwrap_or(0);
    if output.exit != exit {
        text += &format!("exit code {} instead of {exit}\n", output.exit);
    }
    if text.is_empty() { Ok(()) } else { Err(text.into()) }
}

/// The C is without warnings, and the same, byte by byte, whatever the schedule.
fn emits_the_same(tool: &Tool, case: &Case, _cc: &str) -> Result<(), Failed> {
    let scratch = tempfile::tempdir()?;
    let emit = |name: &str, options: &[&str]| -> Result<BTreeMap<PathBuf, String>, Failed> {
        let out = scratch.path().join(name);
        let text = out.to_string_lossy();
        let mut args = vec!["emit", &case.entry, "-o", &text];
        args.extend(options);
        let output = tool.run(&case.dir, &args, "", &[])?;
        // A file of tests has no `@main`; what can be compared then is the refusal.
        if output.exit == 1 && case.command == Command::Test {
            return Ok(BTreeMap::from([(PathBuf::from("stderr"), output.stderr)]));
        }
        if output.exit != 0 {
            return Err(format!("emit {options:?}: exit code {}\n{}", output.exit, output.stderr).into());
        }
        files(&out)
    };
    let first = emit("first", &["-j", "1"])?;
    if scratch.path().join("first").exists() {
        c_compiles(&scratch.path().join("first"))?;
    }
    for (index, schedule) in SCHEDULES.iter().enumerate() {
        let other = emit(&format!("other{index}"), schedule)?;
        if first.keys().ne(other.keys()) {
            return Err(format!("{schedule:?} gives other files: {:?}", other.keys()).into());
        }
        for (path, text) in &first {
            let what = format!("{} with {schedule:?}", path.display());
            if let Some(text) = difference(&what, text, &other[path]) {
                return Err(text.into());
            }
        }
    }
    Ok(())
}

fn files(dir: &Path) -> Result<BTreeMap<PathBuf, String>, Failed> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().into();
        files.insert(name, String::from_utf8_lossy(&fs::read(&path)?).into_owned());
    }
    Ok(files)
}

/// A one-line program prints its first column, where `~` ends a line.
fn run_row(tool: &Tool, row: &Row, cc: &str) -> Result<(), Failed> {
    let scratch = tempfile::tempdir()?;
    fs::write(scratch.path().join("x.si"), &row.source)?;
    let output = tool.run(scratch.path(), &["run", "x.si", "--cc", cc, "-q"], "", &[])?;
    let expected = row.expected.replace('~', "\n") + "\n";
    let text = difference(&row.source, &expected, &output.stdout).unwrap_or_default();
    if text.is_empty() && output.exit == 0 {
        return Ok(());
    }
    Err(format!("{text}exit code {}\n{}", output.exit, output.stderr).into())
}

fn check_row(tool: &Tool, row: &Row) -> Result<(), Failed> {
    let scratch = tempfile::tempdir()?;
    // Without a line end: what is missing at the end is missing in line 1.
    fs::write(scratch.path().join("x.si"), &row.source)?;
    let args = ["check", "x.si", "--message-format", "json", "-j", "1"];
    let output = tool.run(scratch.path(), &args, "", &[])?;
    if !matches!(output.exit, 0 | 1) {
        return Err(format!("{}\nexit code {}\n{}", row.source, output.exit, output.stderr).into());
    }
    let (reports, _) = parse_reports(&output.stderr);
    Ok(row.compare(&reports)?)
}
