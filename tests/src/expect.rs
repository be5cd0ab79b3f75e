//! What a case expects: files, or marks in its sources.
//!
//! `//= text` is a line of standard output, `//~ E0308` an error in its line (`//~ E0308:12` in that column too), and
//! `//~ exit 101`, `//~ command test`, `//~ stderr text`, `//~ args a b`, `//~ leaks`, `//~ plain` stand for the files.

use std::fs;
use std::path::Path;

/// What must come out.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    /// Standard output.
    pub stdout: Option<String>,
    /// Standard error.
    pub stderr: Option<String>,
    /// The exit code.
    pub exit: Option<i32>,
    /// Diagnostics in order.
    pub diagnostics: Option<Vec<Diagnostic>>,
}

/// An expected diagnostic: `E0308 main.si:1:16 words of the message`. Place and words may be absent.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    code: String,
    path: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    message: String,
}

/// A diagnostic that sigilc reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// `E0308`.
    pub code: String,
    /// Its file, line and column, if it has a place.
    pub place: Option<(String, usize, usize)>,
    /// What it says.
    pub message: String,
}

impl Expected {
    /// Reads the file `diagnostics`.
    pub fn parse_diagnostics(text: &str) -> Vec<Diagnostic> {
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        lines.map(|line| Diagnostic::parse(line.trim())).collect()
    }

    /// Why the reports are not as expected. Warnings count only if some are expected, `E0500` if some or no errors are.
    pub fn compare_diagnostics(&self, reports: &[Reported]) -> Result<(), String> {
        let expected = self.diagnostics.as_deref().unwrap_or_default();
        let wants_warnings = expected.iter().any(|diagnostic| diagnostic.code.starts_with('W'));
        let wants_untested =
            expected.is_empty() || expected.iter().any(|diagnostic| diagnostic.code == "E0500");
        let counts = |report: &&Reported| {
            (wants_warnings || report.code.starts_with('E')) && (wants_untested || report.code != "E0500")
        };
        let reports: Vec<&Reported> = reports.iter().filter(counts).collect();
        let agree = expected.len() == reports.len()
            && expected.iter().zip(&reports).all(|(diagnostic, report)| diagnostic.matches(report));
        if agree {
            return Ok(());
        }
        let mut text = String::from("expected:\n");
        expected.iter().for_each(|diagnostic| text += &format!("  {}\n", diagnostic.show()));
        text += "reported:\n";
        reports.iter().for_each(|report| text += &format!("  {}\n", report.show()));
        Err(text)
    }
}

impl Diagnostic {
    fn parse(line: &str) -> Diagnostic {
        let mut words = line.splitn(3, ' ');
        let code = words.next().unwrap_or_default().to_owned();
        let mut place = words.next().unwrap_or_default().split(':');
        let path = place.next().filter(|path| !path.is_empty() && *path != "-").map(str::to_owned);
        let mut number = || place.next().and_then(|text| text.parse().ok());
        let (line, column) = (number(), number());
        Diagnostic { code, path, line, column, message: words.next().unwrap_or_default().to_owned() }
    }

    fn matches(&self, report: &Reported) -> bool {
        let place = report.place.as_ref();
        let path = self.path.as_ref().is_none_or(|path| place.is_some_and(|place| place.0 == *path));
        let line = self.line.is_none_or(|line| place.is_some_and(|place| place.1 == line));
        let column = self.column.is_none_or(|column| place.is_some_and(|place| place.2 == column));
        self.code == report.code && path && line && column && report.message.contains(&self.message)
    }

    fn show(&self) -> String {
        let mut text = format!("{} {}", self.code, self.path.as_deref().unwrap_or("-"));
        for number in [self.line, self.column].into_iter().flatten() {
            text += &format!(":{number}");
        }
        format!("{text} {}", self.message)
    }
}

impl Reported {
    /// As a line of the file `diagnostics`.
    pub fn show(&self) -> String {
        match &self.place {
            Some((path, line, column)) => format!("{} {path}:{line}:{column} {}", self.code, self.message),
            None => format!("{} - {}", self.code, self.message),
        }
    }
}

/// The diagnostics in what sigilc wrote with `--message-format json`, and the other lines.
pub fn parse_reports(stderr: &str) -> (Vec<Reported>, String) {
    let mut reports = Vec::new();
    let mut rest = String::new();
    for line in stderr.split_inclusive('\n') {
        let value = serde_json::from_str::<serde_json::Value>(line.trim_end()).ok();
        let Some(value) = value.filter(|value| value["severity"].is_string() && value["code"].is_string())
        else {
            rest += line;
            continue;
        };
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let spans = value["spans"].as_array().map(Vec::as_slice).unwrap_or_default();
        let primary = spans.iter().find(|span| span["is_primary"] == true);
        let place = primary.map(|span| {
            let number = |key: &str| span[key].as_u64().map_or(0, |number| number as usize);
            let path = span["path"].as_str().unwrap_or_default().to_owned();
            (path, number("line"), number("column"))
        });
        let (code, message) = (text("code").unwrap_or_default(), text("message").unwrap_or_default());
        reports.push(Reported { code, place, message });
    }
    (reports, rest)
}

/// The marks in the sources of a case.
pub(crate) struct Marks {
    stdout: Vec<String>,
    diagnostics: Vec<Diagnostic>,
    directives: Vec<(String, String)>,
}

impl Marks {
    pub(crate) fn of(dir: &Path, entry: &str, is_folder: bool) -> Marks {
        let mut marks = Marks { stdout: Vec::new(), diagnostics: Vec::new(), directives: Vec::new() };
        if is_folder {
            marks.folder(dir, "");
        } else {
            marks.file(&dir.join(entry), entry);
        }
        marks
    }

    fn folder(&mut self, dir: &Path, prefix: &str) {
        let listing = fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
        let mut names: Vec<String> = listing
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        for name in names {
            let path = dir.join(&name);
            let shown = format!("{prefix}{name}");
            if path.is_dir() {
                self.folder(&path, &format!("{shown}/"));
            } else if name.ends_with(".si") {
                self.file(&path, &shown);
            }
        }
    }

    fn file(&mut self, path: &Path, shown: &str) {
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for (index, line) in String::from_utf8_lossy(&bytes).lines().enumerate() {
            if let Some((_, text)) = line.rsplit_once("//=") {
                self.stdout.push(text.strip_prefix(' ').unwrap_or(text).to_owned());
            }
            let Some((_, text)) = line.rsplit_once("//~") else { continue };
            let text = text.trim();
            if text.starts_with(|c: char| c.is_ascii_lowercase()) {
                let (key, value) = text.split_once(' ').unwrap_or((text, ""));
                self.directives.push((key.to_owned(), value.to_owned()));
                continue;
            }
            for word in text.split_whitespace() {
                let (code, column) = word.split_once(':').unwrap_or((word, ""));
                self.diagnostics.push(Diagnostic {
                    code: code.to_owned(),
                    path: Some(shown.to_owned()),
                    line: Some(index + 1),
                    column: column.parse().ok(),
                    message: String::new(),
                });
            }
        }
    }

    pub(crate) fn directive(&self, key: &str) -> Option<String> {
        self.directives.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone())
    }

    pub(crate) fn stdout(&self) -> Option<String> {
        (!self.stdout.is_empty()).then(|| self.stdout.join("\n") + "\n")
    }

    pub(crate) fn diagnostics(&self) -> Option<Vec<Diagnostic>> {
        (!self.diagnostics.is_empty()).then(|| self.diagnostics.clone())
    }
}
