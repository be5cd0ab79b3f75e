//! Files that must not compile (language.md 11.4): each is a compilation of its own, held against its annotations.

use super::test::Report;
use super::voice::Voice;
use super::{FAILURE, SUCCESS};
use crate::cli::Options;
use crate::graph::{Goal, Untested};
use crate::project::{Input, join};
use crate::report::{Finding, Place};
use crate::session::{Finished, Request, compile};
use sigil_frontend::Code;

/// Takes the files that must fail out of an input, each as an input of its own.
pub fn split(mut input: Input, applies: impl Fn(&Input) -> bool) -> (Input, Vec<Input>) {
    if !applies(&input) {
        return (input, Vec::new());
    }
    let root = input.root.clone();
    let (must_fail, files) = std::mem::take(&mut input.files).into_iter().partition(|file| {
        let path = join(&root, file);
        path.split('/').any(|part| part == "compile-fail") || is_marked(&path)
    });
    input.files = files;
    let must_fail: Vec<String> = must_fail;
    let alone = |file| Input { root: root.clone(), files: vec![file], is_directory: false };
    (input, must_fail.into_iter().map(alone).collect())
}

fn is_marked(path: &str) -> bool {
    let Ok(bytes) = std::fs::read(path) else { return false };
    memchr::memmem::find(&bytes, b"#compile-fail").is_some()
        && String::from_utf8_lossy(&bytes).lines().any(|line| annotation(line, "#compile-fail").is_some())
}

/// What follows `word` in a line that is a comment starting with it.
fn annotation<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let text = line.trim().strip_prefix("//")?;
    let rest = text.trim_start().strip_prefix(word)?;
    Some(rest.trim())
}

/// Compiles a file that must fail.
pub fn verify(input: Input, options: &Options, voice: &Voice, report: &mut Report) -> u8 {
    let path = join(&input.root, &input.files[0]);
    compile_against(input, options, |done, unmet| {
        if done.is_internal {
            return voice.finish(&done, options);
        }
        report.compile_fail(&path, unmet.is_empty());
        if unmet.is_empty() {
            return SUCCESS;
        }
        voice.conclude(&unmet);
        FAILURE
    })
}

/// Compiles a file and hands over the expectations that it does not meet.
fn compile_against<R>(
    input: Input,
    options: &Options,
    then: impl FnOnce(Finished<'_, '_>, Vec<Finding>) -> R,
) -> R {
    let path = join(&input.root, &input.files[0]);
    let text = std::fs::read(&path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let text = text.unwrap_or_default().replace("\r\n", "\n").replace('\r', "\n");
    let request =
        Request { input, goal: Goal::Check, tests: false, untested: Untested::Ignore, output_dir: None };
    compile(request, options, |done| {
        let unmet = unmet(&path, &text, &done.findings);
        then(done, unmet)
    })
}

/// The expectations of a file that it does not meet.
#[cfg(test)]
pub fn unmet_in(input: Input, options: &Options) -> Vec<Finding> {
    compile_against(input, options, |_, unmet| unmet)
}

/// The expectations of a file that its findings do not meet.
fn unmet(path: &str, text: &str, findings: &[Finding]) -> Vec<Finding> {
    let errors: Vec<&Finding> = findings.iter().filter(|finding| !finding.code.is_warning).collect();
    let mut unmet = Vec::new();
    let mut miss = |line: usize, message: String| {
        let place = text.lines().nth(line - 1).unwrap_or_default();
        let start = place.len() - place.trim_start().len();
        let mut finding = Finding::global(Code::error(503), message);
        finding.place = Some(Place {
            path: path.into(),
            line,
            column: place[..start].chars().count() + 1,
            text: place.to_owned(),
            text_start: text.split_inclusive('\n').take(line - 1).map(str::len).sum(),
            start,
            end: place.trim_end().len().max(start),
            label: String::new(),
        });
        unmet.push(finding);
    };
    if errors.is_empty() {
        miss(1, "compile-fail expectation not met: the file compiles".into());
    }
    // The nearest earlier line that is no annotation.
    let mut code_line = 1;
    for (index, line) in text.lines().enumerate() {
        if let Some(wanted) = annotation(line, "#error:") {
            let lower = wanted.to_lowercase();
            let is_met = errors.iter().any(|error| {
                error.code.to_string() == wanted || error.message.to_lowercase().contains(&lower)
            });
            if !is_met {
                miss(index + 1, format!("compile-fail expectation not met: no error '{wanted}'"));
            }
        } else if let Some(code) = caret_code(line) {
            let is_met = errors.iter().any(|error| {
                error.code.to_string() == code
                    && error.place.as_ref().is_some_and(|p| p.line == code_line && *p.path == *path)
            });
            if !is_met {
                miss(index + 1, format!("compile-fail expectation not met: no {code} in line {code_line}"));
            }
        } else {
            code_line = index + 1;
        }
    }
    unmet
}

/// The code of a line `// ^^^ E0308`.
fn caret_code(line: &str) -> Option<&str> {
    let rest = annotation(line, "^")?.trim_start_matches('^').trim();
    let is_code = rest.len() == 5 && rest.starts_with('E') && rest[1..].bytes().all(|b| b.is_ascii_digit());
    is_code.then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(number: u16, line: usize) -> Finding {
        let mut finding = Finding::global(Code::error(number), "mismatched types");
        let mut place = Place::start_of("x.si");
        place.line = line;
        finding.place = Some(place);
        finding
    }

    #[test]
    fn carets_mean_the_line_above() {
        let text = "// #compile-fail\n@f () -> int = 1\n@g () -> int = \"x\"\n//             ^^^ E0308\n// ^ E0309\n";
        assert_eq!(unmet("x.si", text, &[error(308, 3), error(309, 3)]), []);
        assert_eq!(unmet("x.si", text, &[error(308, 2), error(309, 3)]).len(), 1);
    }

    #[test]
    fn words_of_the_message_will_do() {
        let text = "// #error: MISMATCHED\n// #error: E0308\n// Expected error: nothing\n";
        assert_eq!(unmet("x.si", text, &[error(308, 1)]), []);
        assert_eq!(unmet("x.si", text, &[error(100, 1)]).len(), 1);
        assert_eq!(unmet("x.si", text, &[])[0].place.as_ref().unwrap().line, 1);
    }

    #[test]
    fn markers() {
        assert_eq!(annotation("  // #compile-fail", "#compile-fail"), Some(""));
        assert_eq!(annotation("x // #compile-fail", "#compile-fail"), None);
        assert_eq!(caret_code("  //    ^^^^ E0308"), Some("E0308"));
        assert_eq!(caret_code("// ^^^ see below"), None);
    }
}
