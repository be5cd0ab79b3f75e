//! One compilation from its input to its findings.

use crate::cli::{Options, Schedule};
use crate::graph::{self, Compilation, Goal, Job, Native, Outcome, Plan, Untested};
use crate::native::{Cache, Compiler, Flags};
use crate::progress::Progress;
use crate::project::Input;
use crate::report::{self, Finding};
use crate::trace;
use sigil_checker::Program;
use sigil_frontend::{Code, Diagnostic};
use std::mem::ManuallyDrop;
use std::path::PathBuf;

/// What to compile and how far.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where it starts.
    pub input: Input,
    /// How far it goes.
    pub goal: Goal,
    /// Tests are emitted instead of `@main`.
    pub tests: bool,
    /// Functions without tests.
    pub untested: Untested,
    /// Where C files go.
    pub output_dir: Option<PathBuf>,
}

/// A compilation that has ended.
pub struct Finished<'a, 'p> {
    /// Its state.
    pub compilation: &'a Compilation<'p>,
    /// Its findings in order.
    pub findings: Vec<Finding>,
    /// The compiler itself failed.
    pub is_internal: bool,
    /// About workers.
    pub outcome: Outcome,
}

/// Runs all that follows from a job of a compilation.
pub type Engine<'e> = &'e dyn Fn(&Compilation<'_>, Job) -> Outcome;

/// Compiles, then hands the result to `then`. Nothing is freed before `then` returns, so that a program may end there.
pub fn compile<R>(request: Request, options: &Options, then: impl FnOnce(Finished<'_, '_>) -> R) -> R {
    compile_on(&graph::run, request, options, then)
}

/// The same on an engine of one's own, for comparison with the pool.
pub fn compile_on<R>(
    engine: Engine<'_>,
    request: Request,
    options: &Options,
    then: impl FnOnce(Finished<'_, '_>) -> R,
) -> R {
    let workers = worker_count(options);
    let flags = Flags { optimize: options.optimize, debug: options.debug };
    let plan = Plan {
        goal: request.goal,
        tests: request.tests,
        untested: request.untested,
        schedule: options.schedule,
        split: options.split,
        workers,
        grain: options.grain(),
        flags,
        chaos: options.chaos,
        policy: options.policy.clone(),
        is_recorded: options.trace.is_some() || options.timings.is_some(),
        replay: options.replay_schedule.clone(),
        map_shards: usize::from(options.map_shards),
    };
    let mut early = Vec::new();
    let progress = Progress::start(&request, options);
    let native = match open_native(&request, options, flags) {
        Ok(native) => native,
        Err((code, sentence)) => {
            early.push(Finding::global(Code::error(code), sentence));
            None
        }
    };
    if plan.replay.is_some() && plan.schedule == Schedule::Serial {
        let message = "'--schedule serial' runs without the scheduler, so there is nothing to replay";
        early.push(Finding::global(Code::error(901), message.to_owned()));
    }
    // Freeing it piece by piece takes longer than what is left to do; the end of the process frees it at once.
    let program = ManuallyDrop::new(Program::new(usize::from(options.map_shards)));
    let mut compilation = Compilation::new(plan, &program, &request.input, native, request.output_dir);
    compilation.counters.is_timed = options.verbose;
    if !early.is_empty() {
        // Findings about the source are wanted all the same.
        compilation.plan.goal = Goal::Check;
    }
    compilation.counters.is_watched = progress.is_shown();
    let outcome = progress.watch(&compilation.counters, || engine(&compilation, Job::Start));
    let mut findings = early;
    findings.extend(trace::keep(&compilation, outcome.recording.as_ref(), options));
    let is_internal = !outcome.panics.is_empty() || !outcome.stalled.is_empty();
    if is_internal {
        findings.extend(internal_errors(&outcome));
    } else if let Some(divergence) = &outcome.divergence {
        let message = format!("the run is not that of the recorded schedule: {divergence}");
        findings.push(Finding::global(Code::error(901), message));
    } else {
        findings.extend(collect(&compilation));
        if findings.iter().all(|finding| finding.code.is_warning) {
            compilation.commit_units();
            findings.extend(failures(&compilation));
            progress.keep();
        }
    }
    report::sort(&mut findings);
    then(Finished { compilation: &compilation, findings, is_internal, outcome })
}

/// Number of workers that a command may use.
pub fn worker_count(options: &Options) -> usize {
    if let Some(schedule) = &options.replay_schedule {
        return schedule.n_workers();
    }
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    options.jobs.map_or_else(cores, usize::from)
}

fn open_native(request: &Request, options: &Options, flags: Flags) -> Result<Option<Native>, (u16, String)> {
    if request.goal < Goal::Build {
        return Ok(None);
    }
    let compiler = Compiler::find(options.cc.as_deref()).map_err(|sentence| (903, sentence))?;
    let cannot = |error| (902, format!("cannot write the cache: {}", report::plain(&error)));
    let cache = Cache::open().map_err(cannot)?;
    let files = sigil_codegen::runtime_files();
    let include = cache.files(files).map_err(cannot)?;
    let name = include.file_name().unwrap_or_default().to_string_lossy();
    let key = format!("{}|{name}", compiler.cache_key(flags));
    Ok(Some(Native { compiler, cache, include, key }))
}

/// The findings of a compilation. Emission's are consequences if there are others.
fn collect(compilation: &Compilation<'_>) -> Vec<Finding> {
    let program = compilation.program;
    let mut diagnostics = std::mem::take(&mut *compilation.diagnostics.lock());
    let late = std::mem::take(&mut *compilation.late_diagnostics.lock());
    if diagnostics.iter().all(|diagnostic| diagnostic.code.is_warning) {
        // Where instances have no end, those that are left out lack methods.
        let is_endless = late.iter().any(|diagnostic| diagnostic.code == Code::error(324));
        let counts = |diagnostic: &Diagnostic| !is_endless || diagnostic.code == Code::error(324);
        diagnostics.extend(late.into_iter().filter(counts));
    }
    diagnostics.retain(|diagnostic| !program.is_allowed(diagnostic));
    let mut findings = report::findings(&diagnostics, |file| {
        let module = program.module(file);
        (&module.info.display, compilation.text(file))
    });
    findings.extend(failures(compilation));
    findings
}

fn failures(compilation: &Compilation<'_>) -> Vec<Finding> {
    let failures = std::mem::take(&mut *compilation.failures.lock());
    failures.into_iter().map(|(code, sentence)| Finding::global(Code::error(code), sentence)).collect()
}

fn internal_errors(outcome: &Outcome) -> Vec<Finding> {
    let panics = outcome.panics.iter().map(|(label, text)| format!("in {label}: {text}"));
    let stalled = (!outcome.stalled.is_empty()).then(|| {
        let count = outcome.stalled.len();
        format!("{count} nodes wait in vain: {}", outcome.stalled[..count.min(8)].join(", "))
    });
    // What stalls after a panic is its consequence.
    let texts: Vec<String> =
        if outcome.panics.is_empty() { stalled.into_iter().collect() } else { panics.collect() };
    let message = |text| format!("internal compiler error (please report): {text}");
    texts.into_iter().map(|text| Finding::global(Code::error(999), message(text))).collect()
}
