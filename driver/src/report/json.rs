//! Findings for programs: one JSON object a line.

use super::{Finding, Place, Style, render};
use serde::Serialize;

/// The object of one finding.
#[derive(Serialize)]
struct Message<'a> {
    severity: &'static str,
    code: String,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    /// The primary place first.
    spans: Vec<Span<'a>>,
    /// What a person would be shown, without colours.
    rendered: String,
}

#[derive(Serialize)]
struct Span<'a> {
    path: &'a str,
    is_primary: bool,
    /// From 1; columns count code points.
    line: usize,
    column: usize,
    end_column: usize,
    /// Bytes from the start of the file, as the compiler read it (LF line ends).
    byte_start: usize,
    byte_end: usize,
    #[serde(skip_serializing_if = "str::is_empty")]
    label: &'a str,
}

impl<'a> Span<'a> {
    fn new(place: &'a Place, is_primary: bool) -> Self {
        Span {
            path: &place.path,
            is_primary,
            line: place.line,
            column: place.column,
            end_column: place.column + place.text[place.start..place.end].chars().count(),
            byte_start: place.text_start + place.start,
            byte_end: place.text_start + place.end,
            label: &place.label,
        }
    }
}

/// Appends one finding and a newline.
pub fn write_json(finding: &Finding, out: &mut String) {
    let primary = finding.place.iter().map(|place| Span::new(place, true));
    let message = Message {
        severity: if finding.code.is_warning { "warning" } else { "error" },
        code: finding.code.to_string(),
        message: &finding.message,
        help: finding.help.as_deref(),
        spans: primary.chain(finding.labels.iter().map(|place| Span::new(place, false))).collect(),
        rendered: render(finding, Style::Plain),
    };
    // Strings and numbers always have a JSON form.
    out.push_str(&serde_json::to_string(&message).unwrap_or_default());
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigil_frontend::Code;

    #[test]
    fn an_object_a_line() {
        let mut out = String::new();
        write_json(&Finding::global(Code::error(8), "a \"b\" \\ \n\t"), &mut out);
        assert_eq!(
            out,
            "{\"severity\":\"error\",\"code\":\"E0008\",\"message\":\"a \\\"b\\\" \\\\ \\n\\t\",\"spans\":[],\
             \"rendered\":\"error[E0008]: a \\\"b\\\" \\\\ \\n\\n\"}\n"
        );
    }
}
