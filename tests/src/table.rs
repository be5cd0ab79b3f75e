//! Tables of one-line programs: `CODES | source`, where `E0308/E0309` is either of the two, or `code | message | source` as in language.md chapter 14.

use crate::expect::Reported;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A line of a table.
#[derive(Debug, Clone)]
pub struct Row {
    /// `4.3-inference:12`.
    pub name: String,
    /// The first column.
    pub expected: String,
    /// The codes that it must give, and no others; each with what may stand for it. Warnings count only if some are
    /// expected.
    pub codes: Vec<Vec<String>>,
    /// The program.
    pub source: String,
}

/// The rows of all `.txt` files of a directory.
pub fn load_tables(dir: &Path) -> Vec<Row> {
    let listing = fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    let mut paths: Vec<_> = listing.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    let mut rows = Vec::new();
    for path in paths {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let columns = if stem == "chapter14" { 3 } else { 2 };
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
            let parts: Vec<&str> = line.splitn(columns, " | ").collect();
            let is_comment = line.starts_with("# ");
            if is_comment || parts[columns - 1] == "-" {
                continue;
            }
            assert_eq!(parts.len(), columns, "{}:{}: not a row", path.display(), index + 1);
            let expected = parts[0].to_owned();
            let choices = |word: &str| word.split('/').map(str::to_owned).collect();
            let codes = parts[0].split_whitespace().filter(|code| *code != "ok").map(choices).collect();
            let name = format!("{stem}:{}", index + 1);
            rows.push(Row { name, expected, codes, source: parts[columns - 1].trim().to_owned() });
        }
    }
    rows
}

impl Row {
    /// Why the reports are not as expected.
    pub fn compare(&self, reports: &[Reported]) -> Result<(), String> {
        let wants_warnings = self.codes.iter().flatten().any(|code| code.starts_with('W'));
        let counts = |report: &&Reported| {
            let is_wanted = self.codes.iter().any(|choices| choices.contains(&report.code));
            is_wanted || report.code != "E0500" && (wants_warnings || report.code.starts_with('E'))
        };
        let reports: Vec<&Reported> = reports.iter().filter(counts).collect();
        let codes: BTreeSet<&String> = reports.iter().map(|report| &report.code).collect();
        let all_there = self.codes.iter().all(|choices| choices.iter().any(|code| codes.contains(code)));
        let in_line = reports.iter().all(|report| report.place.as_ref().is_none_or(|place| place.1 == 1));
        if all_there && codes.len() == self.codes.len() && in_line {
            return Ok(());
        }
        let mut text = format!("{}\nexpected: {:?}\nreported:\n", self.source, self.codes);
        reports.iter().for_each(|report| text += &format!("  {}\n", report.show()));
        Err(text)
    }
}
