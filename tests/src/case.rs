//! Cases on disk: a folder with its files, or a single `.si` file with marks.

use crate::expect::{Expected, Marks};
use std::fs;
use std::path::{Path, PathBuf};

/// What sigilc is asked to do with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Compile and run it.
    Run,
    /// Report its diagnostics.
    Check,
    /// Run its tests.
    Test,
    /// Write its C.
    Emit,
    /// Make a program of it.
    Build,
}

/// A case.
#[derive(Debug, Clone)]
pub struct Case {
    /// `4.3-inference/literals`.
    pub name: String,
    /// Where sigilc is started.
    pub dir: PathBuf,
    /// What is compiled, relative to `dir`.
    pub entry: String,
    /// What sigilc is asked to do.
    pub command: Command,
    /// Options of sigilc.
    pub options: Vec<String>,
    /// Arguments of the program.
    pub args: Vec<String>,
    /// What the program reads.
    pub stdin: String,
    /// What must come out.
    pub expected: Expected,
    /// Memory may be left behind: a panic was caught, or the process left early.
    pub may_leak: bool,
    /// Not worth a sanitizer, or too deep for its frames.
    pub plain: bool,
    /// A folder of its own, whose files can be rewritten.
    pub is_folder: bool,
}

/// All cases below a directory: `topic/case/` or `topic/case.si`, sorted.
pub fn load_cases(root: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for topic in entries(root) {
        for path in entries(&topic) {
            let is_source = path.extension().is_some_and(|extension| extension == "si");
            if path.is_dir() {
                cases.push(load(root, path.clone(), entry_of(&path), true));
            } else if is_source {
                cases.push(load(root, topic.clone(), file_name(&path), false));
            }
        }
    }
    cases
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let listing = fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    let mut paths: Vec<PathBuf> = listing.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The file `entry` names; else `main.si`; else the only source.
fn entry_of(dir: &Path) -> String {
    if let Ok(text) = fs::read_to_string(dir.join("entry")) {
        return text.trim().to_owned();
    }
    if dir.join("main.si").exists() {
        return "main.si".into();
    }
    let sources = entries(dir).into_iter().filter(|path| path.extension().is_some_and(|e| e == "si"));
    let sources: Vec<String> = sources.map(|path| file_name(&path)).collect();
    assert_eq!(sources.len(), 1, "{}: no main.si, and not one source", dir.display());
    sources[0].clone()
}

fn load(root: &Path, dir: PathBuf, entry: String, is_folder: bool) -> Case {
    let path = if is_folder { dir.clone() } else { dir.join(entry.trim_end_matches(".si")) };
    let name = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
    let marks = Marks::of(&dir, &entry, is_folder);
    let file = |file: &str| is_folder.then(|| fs::read_to_string(dir.join(file)).ok()).flatten();
    let word = |key: &str| file(key).or_else(|| marks.directive(key)).map(|text| text.trim().to_owned());
    let has_main = fs::read(dir.join(&entry)).is_ok_and(|bytes| has_main(&bytes));
    let expected = Expected {
        stdout: file("stdout").or_else(|| marks.stdout()),
        stderr: file("stderr").or_else(|| marks.directive("stderr").map(|text| text + "\n")),
        exit: word("exit").map(|text| text.parse().unwrap_or_else(|_| panic!("{name}: exit {text}"))),
        diagnostics: file("diagnostics")
            .map(|text| Expected::parse_diagnostics(&text))
            .or_else(|| marks.diagnostics()),
    };
    let command = match word("command").as_deref() {
        Some("run") => Command::Run,
        Some("check") => Command::Check,
        Some("test") => Command::Test,
        Some("emit") => Command::Emit,
        Some("build") => Command::Build,
        Some(other) => panic!("{name}: unknown command {other}"),
        None if has_main && expected.diagnostics.is_none() => Command::Run,
        None => Command::Check,
    };
    let words = |key: &str| word(key).unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    Case {
        command,
        options: words("options"),
        args: words("args"),
        stdin: file("stdin").unwrap_or_default(),
        may_leak: word("leaks").is_some(),
        plain: word("plain").is_some(),
        name,
        dir,
        entry,
        expected,
        is_folder,
    }
}

fn has_main(source: &[u8]) -> bool {
    let text = String::from_utf8_lossy(source);
    text.match_indices("@main").any(|(at, name)| text[at + name.len()..].trim_start().starts_with('('))
}
