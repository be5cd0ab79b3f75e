//! The commands: from parsed arguments to an exit code.

mod bench;
mod compile_fail;
mod explain;
mod graph;
mod program;
mod simulate;
mod statistics;
mod test;
mod trace;
mod tune;
mod voice;

use crate::cli::{Cli, Command, Options};
use crate::graph::{Goal, Untested};
use crate::project::{self, Input, InputError, find_input};
use crate::report::{self, Finding, plain};
use crate::session::{Request, compile};
use sigil_frontend::Code;
use std::path::Path;
use voice::Voice;

/// Everything went well.
pub const SUCCESS: u8 = 0;
/// There are errors, or tests failed.
pub const FAILURE: u8 = 1;
/// The compiler itself failed.
pub const INTERNAL: u8 = 3;
/// The command line cannot be understood.
pub const USAGE: u8 = 4;

/// Does what the command line asks. The result is the exit code.
pub fn run(cli: Cli) -> u8 {
    let voice = Voice::new(&cli.options);
    let every_file =
        matches!(cli.command, Command::Check { .. } | Command::Test { .. } | Command::Graph { .. });
    if let Some(problem) = cli.options.policy.as_deref().and_then(crate::graph::check_policy) {
        voice.say(&format!("error: --policy: {problem}"));
        return USAGE;
    }
    let path = match &cli.command {
        Command::Explain { code } => return explain::explain(code.as_deref(), &voice),
        Command::Simulate(what) => return simulate::simulate(what, &cli.options, &voice),
        Command::Calibrate(what) => return simulate::calibrate(what, &cli.options, &voice),
        Command::Bench(what) => return bench::bench(what, &voice),
        Command::Tune(what) => return tune::tune(what, &cli.options, &voice),
        Command::Trace { .. } => return trace::trace(&cli.command, &voice),
        Command::Run { path, .. }
        | Command::Build { path, .. }
        | Command::Check { path }
        | Command::Graph { path, .. }
        | Command::Emit { path, .. }
        | Command::Test { path, .. } => path,
    };
    // What does not compile runs no jobs, and must not end without a word.
    quiet_panics();
    let input = match find_input(path, every_file) {
        Ok(input) => input,
        Err(error) => return voice.conclude(&[input_error(error)]),
    };
    let bad_names: Vec<Finding> = input.files.iter().filter_map(|file| bad_name(&input, file)).collect();
    if !bad_names.is_empty() {
        return voice.conclude(&bad_names);
    }
    match cli.command {
        Command::Check { .. } => check(input, &cli.options, &voice),
        Command::Graph { format, library, tasks, output, .. } => {
            let what =
                if tasks { graph::What::Tasks } else { graph::What::Modules { with_library: library } };
            graph::graph(input, what, format, output.as_deref(), &cli.options, &voice)
        }
        Command::Emit { output, .. } => emit(input, &output, &cli.options, &voice),
        Command::Build { path, output } => program::build(&path, output, input, &cli.options, &voice),
        Command::Run { args, .. } => program::run(&args, input, &cli.options, &voice),
        Command::Test { filter, json, .. } => test::test(input, filter, json, &cli.options, &voice),
        // They have been done above.
        Command::Tune(_)
        | Command::Bench(_)
        | Command::Explain { .. }
        | Command::Trace { .. }
        | Command::Calibrate(_)
        | Command::Simulate(_) => SUCCESS,
    }
}

fn check(input: Input, options: &Options, voice: &Voice) -> u8 {
    let (input, must_fail) = compile_fail::split(input, input_is_directory);
    let mut code = SUCCESS;
    if !input.files.is_empty() {
        let request =
            Request { input, goal: Goal::Check, tests: false, untested: Untested::Deny, output_dir: None };
        code = compile(request, options, |done| voice.finish(&done, options));
    }
    // The record is of the project, not of these.
    let options = Options { trace: None, timings: None, replay_schedule: None, ..options.clone() };
    let mut report = test::Report::new(false);
    for input in must_fail {
        code = code.max(compile_fail::verify(input, &options, voice, &mut report));
    }
    report.flush();
    code
}

/// Only a directory's files are meant to fail; a file that is named is checked as it is.
fn input_is_directory(input: &Input) -> bool {
    input.is_directory
}

fn emit(input: Input, output: &Path, options: &Options, voice: &Voice) -> u8 {
    let is_new = !output.exists();
    if let Err(error) = std::fs::create_dir_all(output) {
        let message = format!("cannot write '{}': {}", output.display(), plain(&error));
        return voice.conclude(&[Finding::global(Code::error(902), message)]);
    }
    let request = Request {
        input,
        goal: Goal::Emit,
        tests: false,
        untested: untested(options, Untested::Ignore),
        output_dir: Some(output.to_owned()),
    };
    compile(request, options, |done| {
        let code = voice.finish(&done, options);
        if code != SUCCESS {
            if is_new {
                // Nothing was put there; whatever else somebody did meanwhile keeps the directory alive.
                done.compilation.drop_units();
                let _ = std::fs::remove_dir(output);
            }
            return code;
        }
        for (name, text) in sigil_codegen::runtime_files() {
            let path = output.join(name);
            if let Err(error) = crate::native::write_if_changed(&path, text.as_bytes()) {
                let message = format!("cannot write '{}': {}", path.display(), plain(&error));
                return voice.conclude(&[Finding::global(Code::error(902), message)]);
            }
        }
        code
    })
}

/// What to do about functions without tests, by default and under `--require-tests`.
fn untested(options: &Options, default: Untested) -> Untested {
    if options.require_tests { Untested::Deny } else { default }
}

fn input_error(error: InputError) -> Finding {
    match error {
        InputError::Unreadable(path, error) => {
            Finding::global(Code::error(901), format!("cannot read '{path}': {}", plain(&error)))
        }
        InputError::NoMain(path) => {
            Finding::global(Code::error(901), format!("no src/main.si or main.si in '{path}'"))
        }
        InputError::NoFiles(path) => Finding::global(Code::error(901), format!("no .si file in '{path}'")),
        InputError::NotText(path) => {
            Finding::global(Code::error(901), format!("cannot read '{path}': its name is not UTF-8"))
        }
    }
}

fn bad_name(input: &Input, file: &str) -> Option<Finding> {
    let name = file.rsplit('/').next().unwrap_or(file);
    if project::file_name_is_valid(name) {
        return None;
    }
    let path = project::join(&input.root, file);
    let mut finding = Finding::global(Code::error(708), format!("invalid source file name '{name}'"));
    finding.help =
        Some("letters, digits and '_', not starting with a digit, then '.si' or '.test.si'".into());
    finding.place = Some(report::Place::start_of(&path));
    Some(finding)
}

/// Panics of jobs are caught and reported with the job; the default message would only come before that.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|_| {}));
}
