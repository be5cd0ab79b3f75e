//! A file's text, made fit for lexing.

use crate::{Code, Diagnostic, FileId, Span};

/// Text with LF line ends, without byte order mark. All spans count its bytes.
#[derive(Clone, Debug, Default)]
pub struct Source {
    text: String,
}

const BOM: &[u8] = b"\xEF\xBB\xBF";

impl Source {
    /// Takes the bytes of a file: checks UTF-8 (`E0001`), byte order mark (`E0002`) and NUL (`E0003`), and turns CRLF
    /// and CR into LF. Bad bytes become spaces, of which the first is reported. NULs stay in the text, the lexer is
    /// silent about them.
    pub fn new(mut bytes: Vec<u8>, file: FileId) -> (Self, Vec<Diagnostic>) {
        let mut found = Vec::new();
        if bytes.len() >= u32::MAX as usize {
            let message = "file is larger than 4 GiB";
            found.push(Diagnostic::new(Code::error(217), file, Span::default(), message));
            return (Source::default(), found);
        }
        let mut bom = 0;
        if bytes.starts_with(BOM) {
            let message = "file starts with a byte order mark";
            found.push(
                Diagnostic::new(Code::error(2), file, Span::default(), message)
                    .help("save the file as UTF-8 without byte order mark"),
            );
            bytes.drain(..BOM.len());
            bom = BOM.len();
        }
        let (mut text, bad) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => (without_bad_bytes(error.as_bytes()), Some(error.utf8_error().valid_up_to())),
        };
        let bad = bad.map(|at| (at + bom, unify_line_ends(text[..at].to_owned()).len() as u32));
        if memchr::memchr2(b'\r', 0, text.as_bytes()).is_some() {
            text = unify_line_ends(text);
            report_nuls(&text, file, &mut found);
        }
        if let Some((offset, at)) = bad {
            let message = format!("invalid UTF-8 at byte {offset}");
            found.push(Diagnostic::new(Code::error(1), file, Span::new(at, at + 1), message));
        }
        (Source { text }, found)
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// With a space for each bad byte, so that everything else stays where it is.
fn without_bad_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| ' '));
    }
    text
}

fn unify_line_ends(text: String) -> String {
    if memchr::memchr(b'\r', text.as_bytes()).is_none() {
        return text;
    }
    let mut unified = String::with_capacity(text.len());
    let mut rest = &text[..];
    while let Some(at) = memchr::memchr(b'\r', rest.as_bytes()) {
        unified.push_str(&rest[..at]);
        unified.push('\n');
        let after = &rest[at + 1..];
        rest = after.strip_prefix('\n').unwrap_or(after);
    }
    unified.push_str(rest);
    unified
}

/// One diagnostic for each run of NULs.
fn report_nuls(text: &str, file: FileId, found: &mut Vec<Diagnostic>) {
    let mut last_end = None;
    for at in memchr::memchr_iter(0, text.as_bytes()) {
        if last_end != Some(at) {
            let span = Span::new(at as u32, at as u32 + 1);
            found.push(Diagnostic::new(Code::error(3), file, span, "NUL character"));
        }
        last_end = Some(at + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], text: &str, expect: &[&str]) {
        let (source, found) = Source::new(bytes.to_vec(), FileId(0));
        let found: Vec<String> =
            found.iter().map(|d| format!("{} {} {}", d.code, d.span.start, d.message)).collect();
        assert_eq!(source.text(), text);
        assert_eq!(found, expect);
    }

    #[test]
    fn line_ends() {
        check(b"a\nb", "a\nb", &[]);
        check(b"a\r\nb\rc\r\r\n\n\r", "a\nb\nc\n\n\n\n", &[]);
        check("é\r\n\"\r\"".as_bytes(), "é\n\"\n\"", &[]);
    }

    #[test]
    fn bad_bytes() {
        check(b"", "", &[]);
        check(b"ab\xFFcd\xE2\x82\xFF", "ab cd   ", &["E0001 2 invalid UTF-8 at byte 2"]);
        check(b"a\r\nb\xC3", "a\nb ", &["E0001 3 invalid UTF-8 at byte 4"]);
        check(b"\xEF\xBB\xBFa", "a", &["E0002 0 file starts with a byte order mark"]);
        check(
            b"\xEF\xBB\xBFa\0\0b\0\xFF",
            "a\0\0b\0 ",
            &[
                "E0002 0 file starts with a byte order mark",
                "E0003 1 NUL character",
                "E0003 4 NUL character",
                "E0001 5 invalid UTF-8 at byte 8",
            ],
        );
    }

    #[test]
    fn clean_text_is_not_copied() {
        let bytes = b"@f () -> int = 1\n".to_vec();
        let address = bytes.as_ptr();
        assert_eq!(Source::new(bytes, FileId(0)).0.text().as_ptr(), address);
    }
}
