//! What the criterion benches work on: generated files, and compilations of them in this process.

use crate::generate::{Plan, Project, Shape, generate};
use clap::Parser;
use sigil_driver::cli::Cli;
use sigil_driver::graph::{Compilation, Goal, Untested};
use sigil_driver::project::find_input;
use sigil_driver::session::{self, Engine, Request};
use std::path::Path;
use tempfile::TempDir;

/// Workers that are compared.
pub const WORKERS: [usize; 2] = [1, 2];

/// A project that is small enough to be compiled many times: 20,000 lines in 40 files.
pub fn project() -> Project {
    generate(&Plan::new(20_000, 40, Shape::Diamond))
}

/// A project in a directory of its own.
///
/// # Panics
/// If it cannot be written.
pub fn on_disk(project: &Project) -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary directory");
    project.write(dir.path()).expect("the project can be written");
    dir
}

/// Gives each of some threads its share of the files to work on, with memory of its own that it may reuse.
pub fn in_parts<M>(
    project: &Project,
    threads: usize,
    memory: impl Fn() -> M + Sync,
    work: impl Fn(&mut M, u32, &str) + Sync,
) {
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (memory, work) = (&memory, &work);
            scope.spawn(move || {
                let mut memory = memory();
                for (number, file) in project.files.iter().enumerate().skip(thread).step_by(threads) {
                    work(&mut memory, number as u32, &file.text);
                }
            });
        }
    });
}

/// Checks a project, or with an output directory emits it, in this process.
///
/// # Panics
/// If there are findings: benches measure what is right.
pub fn compile_in_process(dir: &Path, out: Option<&Path>, workers: usize) {
    compile_with(dir, out, &["-j".to_owned(), workers.to_string()], |_| ());
}

/// The same with any options of the command line; `ask` is asked when all is done.
///
/// # Panics
/// If there are findings, or no such options.
pub fn compile_with<R>(
    dir: &Path,
    out: Option<&Path>,
    options: &[String],
    ask: impl FnOnce(&Compilation<'_>) -> R,
) -> R {
    compile_on(&sigil_driver::graph::run, dir, out, options, ask)
}

/// The same on an engine of one's own.
///
/// # Panics
/// If there are findings, or no such options.
pub fn compile_on<R>(
    engine: Engine<'_>,
    dir: &Path,
    out: Option<&Path>,
    options: &[String],
    ask: impl FnOnce(&Compilation<'_>) -> R,
) -> R {
    let command = ["sigilc", "check", "-q", "."].map(str::to_owned);
    let options = Cli::parse_from(command.iter().chain(options)).options;
    let input = find_input(dir, out.is_none()).unwrap_or_else(|error| panic!("{error:?}"));
    let (goal, untested) = match out {
        Some(_) => (Goal::Emit, Untested::Ignore),
        None => (Goal::Check, Untested::Deny),
    };
    let request = Request { input, goal, tests: false, untested, output_dir: out.map(Into::into) };
    session::compile_on(engine, request, &options, |done| {
        assert_eq!(done.findings.len(), 0, "a generated project has findings");
        ask(done.compilation)
    })
}
