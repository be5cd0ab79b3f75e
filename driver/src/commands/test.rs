//! `test`.

use super::voice::Voice;
use super::{FAILURE, SUCCESS, compile_fail, untested};
use crate::cli::Options;
use crate::graph::{self, Goal, Job, TestResult, Untested};
use crate::project::{Input, join};
use crate::session::{Request, compile};
use serde::Serialize;
use std::fmt::Write as _;
use std::io::Write as _;

/// Runs the tests of the input whose names contain `filter`.
pub fn test(input: Input, filter: Option<String>, json: bool, options: &Options, voice: &Voice) -> u8 {
    let (input, mut must_fail) = compile_fail::split(input, |_| true);
    if let Some(part) = &filter {
        must_fail.retain(|input| join(&input.root, &input.files[0]).contains(part));
    }
    let mut report = Report::new(json);
    let mut code = SUCCESS;
    if !input.files.is_empty() {
        let untested = untested(options, Untested::Warn);
        let request = Request { input, goal: Goal::Build, tests: true, untested, output_dir: None };
        code = compile(request, options, |done| {
            let code = voice.finish(&done, options);
            if code != SUCCESS {
                return code;
            }
            if let Some(part) = filter {
                // Cannot be set already: tests run once.
                let _ = done.compilation.test_filter.set(part);
            }
            graph::run(done.compilation, Job::StartTests);
            let results = done.compilation.test_results();
            results.iter().for_each(|result| report.test(result));
            if !json {
                results.iter().filter_map(failure_text).for_each(|text| voice.note(text.trim_end()));
            }
            code
        });
    }
    // The record is of the project, not of these.
    let options = &Options { trace: None, timings: None, replay_schedule: None, ..options.clone() };
    for input in must_fail {
        code = code.max(compile_fail::verify(input, options, voice, &mut report));
    }
    if code == SUCCESS || report.passed + report.failed > 0 {
        report.end(voice);
    }
    if report.failed > 0 { code.max(FAILURE) } else { code }
}

/// What is said on standard output: by file, then in the order of the source.
pub struct Report {
    json: bool,
    /// With the file of each line.
    lines: Vec<(String, String)>,
    passed: usize,
    failed: usize,
}

/// A line of a report for programs.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Line<'a> {
    Test {
        name: &'a str,
        path: &'a str,
        passed: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        failure: Option<&'a str>,
        #[serde(skip_serializing_if = "str::is_empty")]
        output: &'a str,
    },
    CompileFail {
        path: &'a str,
        passed: bool,
    },
    Summary {
        passed: usize,
        failed: usize,
    },
}

impl Report {
    /// Of nothing yet.
    pub fn new(json: bool) -> Report {
        Report { json, lines: Vec::new(), passed: 0, failed: 0 }
    }

    fn test(&mut self, result: &TestResult) {
        let TestResult { name, path, failure, output } = result;
        let failure = failure.as_deref();
        let text = match failure {
            None => format!("ok {name}"),
            Some(failure) => format!("FAILED {name}: {failure}"),
        };
        self.line(
            path,
            failure.is_none(),
            text,
            &Line::Test { name, path, passed: failure.is_none(), failure, output },
        );
    }

    /// A file that must not compile.
    pub fn compile_fail(&mut self, path: &str, passed: bool) {
        let text = match passed {
            true => format!("ok {path}"),
            false => format!("FAILED {path}: compile-fail expectation not met"),
        };
        self.line(path, passed, text, &Line::CompileFail { path, passed });
    }

    fn line(&mut self, path: &str, passed: bool, text: String, line: &Line<'_>) {
        *(if passed { &mut self.passed } else { &mut self.failed }) += 1;
        let text = if self.json { json_text(line) } else { text };
        self.lines.push((path.to_owned(), text));
    }

    /// Says what is known.
    pub fn flush(&mut self) {
        self.lines.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (_, text) in std::mem::take(&mut self.lines) {
            self.write(text);
        }
    }

    fn write(&self, text: String) {
        let _ = writeln!(std::io::stdout().lock(), "{text}");
    }

    fn end(&mut self, voice: &Voice) {
        self.flush();
        let Report { json, passed, failed, .. } = *self;
        if json {
            self.write(json_text(&Line::Summary { passed, failed }));
        } else {
            voice.note(&format!("{passed} passed, {failed} failed"));
        }
    }
}

/// Strings, numbers and truth values always have a JSON form.
fn json_text(line: &Line<'_>) -> String {
    serde_json::to_string(line).unwrap_or_default()
}

/// A failure with the source line where it arose, and what the test printed.
fn failure_text(result: &TestResult) -> Option<String> {
    let (place, message) = result.failure.as_deref()?.strip_prefix("panic at ")?.split_once(" in @")?;
    let mut parts = place.rsplitn(3, ':');
    let (column, line, path) = (parts.next()?, parts.next()?, parts.next()?);
    let source = std::fs::read_to_string(path).ok()?;
    let source = source.lines().nth(line.parse::<usize>().ok()?.checked_sub(1)?)?;
    let before: String = source.chars().take(column.parse::<usize>().ok()?.checked_sub(1)?).collect();
    let indent: String = before.chars().map(|c| if c == '\t' { c } else { ' ' }).collect();
    let margin = " ".repeat(line.len());
    let name = &result.name;
    let message = message.split_once(": ").map_or(message, |(_, message)| message);
    let mut text =
        format!("{name}: {message}\n  --> {place}\n{margin} |\n{line} | {source}\n{margin} | {indent}^\n");
    if !result.output.is_empty() {
        text.push_str("it printed:\n");
        for printed in result.output.lines() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "    {printed}");
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_show_their_source_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.si");
        std::fs::write(&path, "first\n\tsecond line\n").unwrap();
        let path = path.to_string_lossy().into_owned();
        let failure = Some(format!("panic at {path}:2:9 in @go: assertion failed: 1 != 2"));
        let result = TestResult { name: "t".into(), path: path.clone(), failure, output: "hello\n".into() };
        let text = failure_text(&result).unwrap();
        let expected = format!(
            "t: assertion failed: 1 != 2\n  --> {path}:2:9\n  |\n2 | \tsecond line\n  | \t       ^\nit printed:\n    hello\n"
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn other_failures_have_no_source_line() {
        let failure = Some("panic: stack overflow".into());
        let result = TestResult { name: "t".into(), path: "a.si".into(), failure, output: String::new() };
        assert_eq!(failure_text(&result), None);
    }
}
