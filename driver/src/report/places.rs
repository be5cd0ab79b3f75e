//! Findings: diagnostics whose places are lines and columns of named files, in their final order.

use super::consequences::independent;
use sigil_frontend::{Code, Diagnostic, FileId, Span};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

/// A place in a file as people count: from 1, columns in code points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Path as given or resolved.
    pub path: Arc<str>,
    /// Line of the first character.
    pub line: usize,
    /// Column of the first character.
    pub column: usize,
    /// The text of that line, without its end.
    pub text: String,
    /// Bytes from the start of the file to the start of that line.
    pub line_start: usize,
    /// Bytes of `text` that are meant; the place ends with its line.
    pub start: usize,
    /// End of these bytes.
    pub end: usize,
    /// Something to say about the place.
    pub label: String,
}

impl Place {
    /// The start of a file whose text is not at hand.
    pub fn start_of(path: &str) -> Self {
        let path = path.into();
        Place {
            path,
            line: 1,
            column: 1,
            text: String::new(),
            line_start: 0,
            start: 0,
            end: 0,
            label: String::new(),
        }
    }
}

/// A diagnostic, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Code.
    pub code: Code,
    /// Message.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where; nowhere for findings about the world outside (the C compiler, a full disk).
    pub place: Option<Place>,
    /// Further places.
    pub labels: Vec<Place>,
}

impl Finding {
    /// A finding about no file.
    pub fn global(code: Code, message: impl Into<String>) -> Self {
        Finding { code, message: message.into(), help: None, place: None, labels: Vec::new() }
    }

    /// The order of chapter 14: file, line, column, code; then the rest, so that it is total.
    fn order(&self, other: &Self) -> Ordering {
        let key = |f: &Finding| {
            let place = f.place.as_ref();
            (place.map(|p| p.path.clone()), place.map(|p| (p.line, p.column)), f.code)
        };
        key(self).cmp(&key(other)).then_with(|| self.message.cmp(&other.message))
    }
}

/// A file's text with the starts of its lines.
struct File<'a> {
    path: Arc<str>,
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> File<'a> {
    fn new(path: &str, text: &'a str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|&(_, b)| b == b'\n').map(|(at, _)| at + 1));
        File { path: path.into(), text, starts }
    }

    fn place(&self, span: Span, label: &str) -> Place {
        let floor = |at: u32| self.text.floor_char_boundary((at as usize).min(self.text.len()));
        let (start, end) = (floor(span.start), floor(span.end));
        let index = self.starts.partition_point(|&line| line <= start) - 1;
        let line_start = self.starts[index];
        let line_end = self.text[line_start..].find('\n').map_or(self.text.len(), |n| line_start + n);
        let text = &self.text[line_start..line_end];
        let start = start - line_start;
        Place {
            path: self.path.clone(),
            line: index + 1,
            column: text[..start].chars().count() + 1,
            text: text.to_owned(),
            line_start,
            start,
            end: end.saturating_sub(line_start).clamp(start, text.len()),
            label: label.to_owned(),
        }
    }
}

/// Turns diagnostics into findings: sorted, without repetitions and mere consequences. `file` gives a file's path and
/// text.
pub fn findings<'a>(diagnostics: &[Diagnostic], file: impl Fn(FileId) -> (&'a str, &'a str)) -> Vec<Finding> {
    let mut files: HashMap<FileId, File<'a>> = HashMap::new();
    let mut place = |id: FileId, span: Span, label: &str| {
        let file = files.entry(id).or_insert_with(|| {
            let (path, text) = file(id);
            File::new(path, text)
        });
        file.place(span, label)
    };
    let mut found: Vec<Finding> = independent(diagnostics, &file)
        .into_iter()
        .map(|d| Finding {
            code: d.code,
            message: d.message.clone(),
            help: d.help.clone(),
            place: Some(place(d.file, d.span, "")),
            labels: d.labels.iter().map(|l| place(l.file, l.span, &l.message)).collect(),
        })
        .collect();
    sort(&mut found);
    found
}

/// Sorts findings and drops repetitions.
pub fn sort(found: &mut Vec<Finding>) {
    found.sort_by(Finding::order);
    found.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_code_points() {
        let file = File::new("x.si", "aé\tb\nsecond");
        let place = file.place(Span::new(4, 5), "");
        assert_eq!((place.line, place.column, place.text.as_str()), (1, 4, "aé\tb"));
        let place = file.place(Span::new(6, 999), "");
        assert_eq!((place.line, place.column, place.start, place.end), (2, 1, 0, 6));
    }

    #[test]
    fn a_place_past_the_end_is_at_the_end() {
        let file = File::new("x.si", "ab\n");
        let place = file.place(Span::new(3, 3), "");
        assert_eq!((place.line, place.column), (2, 1));
    }

    #[test]
    fn order_is_path_position_code() {
        let at = |path: u32, start, number| {
            Diagnostic::new(Code::error(number), FileId(path), Span::new(start, start + 1), "m")
        };
        let all = [at(1, 0, 1), at(0, 2, 308), at(0, 2, 100), at(0, 0, 900), at(0, 0, 900)];
        let found = findings(&all, |id| if id.0 == 0 { ("a.si", "abc") } else { ("b.si", "abc") });
        let codes: Vec<_> = found.iter().map(|f| f.code.number).collect();
        assert_eq!(codes, [900, 100, 308, 1]);
    }
}
