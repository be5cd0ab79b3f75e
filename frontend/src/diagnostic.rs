//! Diagnostics as data. Only the driver renders them.

use crate::Span;

/// A source file's number within one compilation. Given in order of discovery, so it must never order output:
/// diagnostics are sorted by path.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileId(pub u32);

/// A stable code: `E0308`, `W0100`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    /// A warning, not an error.
    pub is_warning: bool,
    /// The four digits.
    pub number: u16,
}

impl Code {
    /// `E` + number.
    pub const fn error(number: u16) -> Self {
        Self { is_warning: false, number }
    }

    /// `W` + number.
    pub const fn warning(number: u16) -> Self {
        Self { is_warning: true, number }
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{:04}", if self.is_warning { 'W' } else { 'E' }, self.number)
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// A second place that explains the first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// File.
    pub file: FileId,
    /// Place.
    pub span: Span,
    /// What is there.
    pub message: String,
}

/// One finding about one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Code.
    pub code: Code,
    /// File.
    pub file: FileId,
    /// Primary place; it starts at the position that chapter 14 orders by.
    pub span: Span,
    /// One lower-case sentence without full stop, code in backticks or quotes.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Secondary places.
    pub labels: Vec<Label>,
}

impl Diagnostic {
    /// A diagnostic without help or labels.
    pub fn new(code: Code, file: FileId, span: Span, message: impl Into<String>) -> Self {
        Self { code, file, span, message: message.into(), help: None, labels: Vec::new() }
    }

    /// Adds help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a secondary place.
    #[must_use]
    pub fn label(mut self, file: FileId, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label { file, span, message: message.into() });
        self
    }
}
