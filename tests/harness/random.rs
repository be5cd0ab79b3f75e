//! Random programs give the same results however they are compiled: without and with optimisation (so without and with
//! fusion), by each C compiler that is there, and under gcc's sanitizers.
//!
//! `SIGIL_RANDOM` says how many, `SIGIL_RANDOM_SEED` where to start.

use sigil_tests::{CHAINS, Output, Tool, chains, difference, generate};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const SANITIZERS: &str = "gcc -fsanitize=address,undefined -fno-sanitize-recover=all";

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn finds(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The ways to compile: a C compiler with its options, and the level of optimisation. The first two are enough for
/// `cargo test`, as gcc takes seconds for one program.
fn ways(is_long: bool) -> Vec<(&'static str, &'static str)> {
    let all = [("tcc", "-O0"), (SANITIZERS, "-O1"), ("gcc", "-O2"), ("clang", "-O1"), ("cc", "-O0")];
    let mut ways: Vec<_> =
        all.into_iter().filter(|(cc, _)| finds(cc.split(' ').next().unwrap_or(cc))).collect();
    // `cc` is one of the others under its second name.
    if ways.len() > 2 {
        ways.retain(|(cc, _)| *cc != "cc");
    }
    if !is_long {
        ways.truncate(2);
    }
    ways
}

fn run(tool: &Tool, dir: &Path, (cc, level): (&str, &str)) -> Result<Output, String> {
    let args = ["run", "main.si", "--cc", cc, level, "-q", "--message-format", "json"];
    // Abandoned frames may leak (language.md 9.7), and most programs may panic.
    let env = [("ASAN_OPTIONS", "detect_leaks=0:detect_stack_use_after_return=0")];
    let mut output = tool.run(dir, &args, "", &env)?;
    let is_warning = |line: &&str| line.starts_with('{') && line.contains("\"warning\"");
    output.stderr = output.stderr.lines().filter(|line| !is_warning(line)).collect::<Vec<_>>().join("\n");
    Ok(output)
}

fn compare(tool: &Tool, dir: &Path, ways: &[(&str, &str)]) -> Result<(), String> {
    let first = run(tool, dir, ways[0])?;
    if first.exit != 0 && first.exit != 101 {
        return Err(format!("{}: exit {}\n{}", ways[0].0, first.exit, first.stderr));
    }
    for &way in &ways[1..] {
        let other = run(tool, dir, way)?;
        same(&format!("{} and {} {}", ways[0].0, way.0, way.1), &first, &other)?;
    }
    Ok(())
}

#[test]
fn all_compilers_and_levels_agree() {
    let ways = ways(is_long());
    assert!(!ways.is_empty(), "there is a C compiler");
    each_seed(4, generate, |tool, dir| compare(tool, dir, &ways));
}

#[test]
fn chains_are_the_same_as_one_loop() {
    each_seed(12, chains, compare_chains);
}

fn is_long() -> bool {
    std::env::var("SIGIL_RANDOM").is_ok()
}

/// Tries the programs of the seeds asked for, and shows those that fail.
fn each_seed(
    default: u64,
    write: impl Fn(u64) -> String,
    try_it: impl Fn(&Tool, &Path) -> Result<(), String>,
) {
    let seed = number("SIGIL_RANDOM_SEED", 1);
    let count = number("SIGIL_RANDOM", default);
    println!("seeds {seed} to {}", seed + count - 1);
    let tool = Tool {
        program: env!("CARGO_BIN_EXE_sigilc-under-test").into(),
        cache: Path::new(env!("CARGO_TARGET_TMPDIR")).join("sigil-cache"),
    };
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut failures = Vec::new();
    for seed in seed..seed + count {
        let source = write(seed);
        fs::write(dir.path().join("main.si"), &source).expect("a source to write");
        if let Err(text) = try_it(&tool, dir.path()) {
            failures.push(format!("seed {seed}: {text}\n{source}"));
        }
    }
    let shown: Vec<&str> = failures.iter().take(5).map(String::as_str).collect();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), shown.join("\n"));
}

/// Builds the chains of a program without fusion and with it, and runs each of them both ways.
fn compare_chains(tool: &Tool, dir: &Path) -> Result<(), String> {
    let fast = if finds("tcc") { "tcc" } else { "cc" };
    let mut built = vec![build(tool, dir, (fast, "-O0"))?, build(tool, dir, (fast, "-O1"))?];
    if is_long() && finds("gcc") {
        built.push(build(tool, dir, (SANITIZERS, "-O1"))?);
    }
    let env = [("ASAN_OPTIONS", "detect_leaks=0:detect_stack_use_after_return=0")];
    for chain in 0..CHAINS {
        let args = [chain.to_string()];
        let outputs: Vec<Output> = built
            .iter()
            .map(|program| program.run(dir, &[&args[0]], "", &env))
            .collect::<Result<_, String>>()?;
        for other in &outputs[1..] {
            same(&format!("chain {chain}, apart and as one loop"), &outputs[0], other)?;
        }
    }
    Ok(())
}

fn build(tool: &Tool, dir: &Path, (cc, level): (&str, &str)) -> Result<Tool, String> {
    let name = format!("{}{level}", cc.split(' ').collect::<String>().replace(['=', ','], ""));
    let args = ["build", "main.si", "-o", &name, "--cc", cc, level, "-q"];
    let output = tool.run(dir, &args, "", &[])?;
    match output.exit {
        0 => Ok(Tool { program: dir.join(name), ..tool.clone() }),
        _ => Err(format!("{cc} {level}: {}", output.stderr)),
    }
}

fn same(what: &str, first: &Output, other: &Output) -> Result<(), String> {
    let found = difference(&format!("stdout of {what}"), &first.stdout, &other.stdout)
        .or_else(|| difference(&format!("stderr of {what}"), &first.stderr, &other.stderr));
    if let Some(text) = found {
        return Err(text);
    }
    if first.exit != other.exit {
        return Err(format!("{what}: exit {} and {}\n{}", first.exit, other.exit, other.stderr));
    }
    Ok(())
}
