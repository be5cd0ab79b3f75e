//! `test`.

use super::voice::Voice;
use super::{FAILURE, SUCCESS, compile_fail, untested};
use crate::cli::Options;
use crate::graph::{self, Goal, Job, Untested};
use crate::project::Input;
use crate::session::{Request, compile};
use std::fmt::Write as _;
use std::io::Write as _;

/// Runs all tests of the input.
pub fn test(input: Input, options: &Options, voice: &Voice) -> u8 {
    let (input, must_fail) = compile_fail::split(input, |_| true);
    let mut code = SUCCESS;
    if !input.files.is_empty() {
        let untested = untested(options, Untested::Warn);
        let request = Request { input, goal: Goal::Build, tests: true, untested, output_dir: None };
        code = compile(request, options, |done| {
            let code = voice.finish(&done, options);
            if code != SUCCESS {
                return code;
            }
            graph::run(done.compilation, Job::StartTests);
            print_results(&done.compilation.test_results(), voice)
        });
    }
    for input in must_fail {
        code = code.max(compile_fail::verify(input, options, voice));
    }
    code
}

fn print_results(results: &[graph::TestResult], voice: &Voice) -> u8 {
    let mut text = String::new();
    let mut failed = 0;
    for result in results {
        // Writing to a String cannot fail.
        let _ = match &result.failure {
            None => writeln!(text, "ok {}", result.name),
            Some(failure) => {
                failed += 1;
                writeln!(text, "FAILED {}: {failure}", result.name)
            }
        };
    }
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    voice.note(&format!("{} passed, {failed} failed", results.len() - failed));
    if failed == 0 { SUCCESS } else { FAILURE }
}
