//! Broken versions of the cases give diagnostics, never a panic of the compiler, a hang, or C that does not compile.
//!
//! `SIGIL_MUTATIONS` says how many, `SIGIL_MUTATION_SEED` where to start.

use clap::Parser;
use sigil_driver::cli::{Cli, Options};
use sigil_driver::graph::{Goal, Untested};
use sigil_driver::project::find_input;
use sigil_driver::session::{Request, compile};
use sigil_tests::{Random, c_compiles, load_cases, load_tables, mutate};
use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Enough for any program of a case on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn sources() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases = load_cases(&root.join("cases"));
    let mut sources: Vec<String> = cases
        .iter()
        .filter_map(|case| fs::read(case.dir.join(&case.entry)).ok())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .collect();
    sources.extend(load_tables(&root.join("lines")).into_iter().map(|row| row.source));
    sources
}

fn options(random: &mut Random) -> Options {
    let jobs = (1 + random.below(2)).to_string();
    let chunk = if random.below(2) == 0 { "40" } else { "100000" };
    let args = ["sigilc", "check", "x.si", "-q", "-j", &jobs, "--lex-chunk", chunk];
    Cli::try_parse_from(args).expect("a command line").options
}

/// Emits a program. The result says whether the compiler itself failed, and how.
fn compiles_or_explains(source: &str, dir: &Path, options: &Options) -> Result<(), String> {
    let path = dir.join("x.si");
    fs::write(&path, source).map_err(|error| error.to_string())?;
    let input = find_input(&path, false).map_err(|error| format!("{error:?}"))?;
    let scratch = tempfile::tempdir_in(dir).map_err(|error| error.to_string())?;
    let out = scratch.path().to_owned();
    let request = Request {
        input,
        goal: Goal::Emit,
        tests: false,
        untested: Untested::Ignore,
        output_dir: Some(out.clone()),
    };
    compile(request, options, |done| {
        if done.is_internal {
            let texts: Vec<String> = done.findings.iter().map(|finding| finding.message.clone()).collect();
            return Err(texts.join("\n"));
        }
        if done.findings.iter().any(|finding| !finding.code.is_warning) {
            return Ok(());
        }
        for (name, text) in sigil_codegen::runtime_files() {
            fs::write(out.join(name), text).map_err(|error| error.to_string())?;
        }
        c_compiles(&out)
    })
}

#[test]
fn broken_programs_give_diagnostics() {
    let seed = number("SIGIL_MUTATION_SEED", 1);
    let count = number("SIGIL_MUTATIONS", 400);
    println!("seeds {seed} to {}", seed + count - 1);
    let sources = sources();
    // Panics of jobs are caught and reported with their job.
    std::panic::set_hook(Box::new(|_| {}));
    let (sender, receiver) = mpsc::channel();
    let worker = thread::spawn(move || {
        let dir = tempfile::tempdir().expect("a temporary directory");
        for seed in seed..seed + count {
            let mut random = Random(seed);
            let source = mutate(&sources[random.below(sources.len())], &mut random);
            let _ = sender.send((seed, source.clone(), None));
            let result = compiles_or_explains(&source, dir.path(), &options(&mut random));
            let _ = sender.send((seed, source, Some(result)));
        }
    });
    let mut failures = Vec::new();
    let mut current = (0, String::new());
    loop {
        match receiver.recv_timeout(LIMIT) {
            Ok((seed, source, None)) => current = (seed, source),
            Ok((seed, source, Some(Err(text)))) => {
                failures.push(format!("seed {seed}: {text}\n{source}\n"));
            }
            Ok((_, _, Some(Ok(())))) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                failures.push(format!("seed {} does not end:\n{}\n", current.0, current.1));
                break;
            }
        }
    }
    if worker.is_finished() && worker.join().is_err() {
        failures.push(format!("seed {}: a panic outside of any job:\n{}\n", current.0, current.1));
    }
    let _ = std::panic::take_hook();
    let shown: Vec<&str> = failures.iter().take(20).map(String::as_str).collect();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), shown.join("\n"));
}
