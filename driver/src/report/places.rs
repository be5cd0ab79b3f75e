//! Findings: diagnostics whose places are lines and columns of named files, in their final order.

use super::consequences::independent;
use sigil_frontend::{Code, Diagnostic, FileId, Span};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;
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
    /// The text of that line, without its end; of a very long one, what is around the place.
    pub text: String,
    /// Bytes from the start of the file to the start of that text.
    pub text_start: usize,
    /// Bytes of `text` that are meant; the place ends with its text.
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
            text_start: 0,
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

/// Longer lines than this are not shown whole: each of many findings would hold and render all of its line.
const LONGEST_LINE: usize = 4096;

/// What is shown of such a line before a place, and from its start on.
const EXCERPT: (usize, usize) = (256, 1024);

/// Bytes between places up to which characters are counted beforehand.
const STEP: usize = 1024;

/// A file's text with the starts of its lines.
struct File<'a> {
    path: Arc<str>,
    text: &'a str,
    starts: Vec<usize>,
    /// Code points before each multiple of `STEP`.
    counted: Vec<usize>,
}

fn code_points(bytes: &[u8]) -> usize {
    let is_continuation = |&&byte: &&u8| byte & 0xC0 == 0x80;
    bytes.len() - bytes.iter().filter(is_continuation).count()
}

impl<'a> File<'a> {
    fn new(path: &str, text: &'a str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|&(_, b)| b == b'\n').map(|(at, _)| at + 1));
        let mut counted = vec![0];
        for piece in text.as_bytes().chunks(STEP) {
            counted.push(counted[counted.len() - 1] + code_points(piece));
        }
        File { path: path.into(), text, starts, counted }
    }

    /// Code points before a byte.
    fn characters(&self, at: usize) -> usize {
        self.counted[at / STEP] + code_points(&self.text.as_bytes()[at / STEP * STEP..at])
    }

    /// The bytes of a line to be shown for a place in it.
    fn excerpt(&self, line: Range<usize>, start: usize) -> Range<usize> {
        if line.len() <= LONGEST_LINE {
            return line;
        }
        let from = self.text.floor_char_boundary(start.saturating_sub(EXCERPT.0)).max(line.start);
        from..self.text.floor_char_boundary(start + EXCERPT.1).min(line.end)
    }

    fn place(&self, span: Span, label: &str) -> Place {
        let floor = |at: u32| self.text.floor_char_boundary((at as usize).min(self.text.len()));
        let (start, end) = (floor(span.start), floor(span.end));
        let index = self.starts.partition_point(|&line| line <= start) - 1;
        let line_start = self.starts[index];
        let line_end = self.starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        let shown = self.excerpt(line_start..line_end, start);
        Place {
            path: self.path.clone(),
            line: index + 1,
            column: self.characters(start) - self.characters(line_start) + 1,
            text: self.text[shown.clone()].to_owned(),
            text_start: shown.start,
            start: start - shown.start,
            end: end.clamp(start, shown.end.max(start)) - shown.start,
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
    fn of_a_very_long_line_what_is_around_a_place_is_kept() {
        let text = format!("first\n{}x{}\nlast", "é".repeat(40_000), "ü".repeat(40_000));
        let at = 6 + 2 * 40_000;
        let place = File::new("x.si", &text).place(Span::new(at, at + 1), "");
        assert_eq!((place.line, place.column), (2, 40_001));
        assert_eq!(&place.text[place.start..place.end], "x");
        assert_eq!(&text[place.text_start..place.text_start + place.text.len()], place.text);
        assert!(place.text.len() <= EXCERPT.0 + EXCERPT.1 + 2);
        let place = File::new("x.si", &text).place(Span::new(6, text.len() as u32), "");
        assert_eq!((place.line, place.column, place.start, place.end), (2, 1, 0, EXCERPT.1));
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
