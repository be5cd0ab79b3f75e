//! Findings for programs: one JSON object a line.

use super::Finding;
use std::fmt::Write;

/// Appends one finding and a newline.
pub fn write_json(finding: &Finding, out: &mut String) {
    let severity = if finding.code.is_warning { "warning" } else { "error" };
    // Writing to a String cannot fail.
    let _ = write!(out, "{{\"severity\":\"{severity}\",\"code\":\"{}\",\"message\":", finding.code);
    quote(&finding.message, out);
    if let Some(place) = &finding.place {
        out.push_str(",\"path\":");
        quote(&place.path, out);
        let width = place.text[place.start..place.end].chars().count();
        let _ = write!(
            out,
            ",\"line\":{},\"column\":{},\"end_column\":{}",
            place.line,
            place.column,
            place.column + width
        );
    }
    if let Some(help) = &finding.help {
        out.push_str(",\"help\":");
        quote(help, out);
    }
    out.push_str("}\n");
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if (c as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigil_frontend::Code;

    #[test]
    fn quotes_and_control_characters_are_escaped() {
        let mut out = String::new();
        write_json(&Finding::global(Code::error(8), "a \"b\" \\ \n\t"), &mut out);
        assert_eq!(
            out,
            "{\"severity\":\"error\",\"code\":\"E0008\",\"message\":\"a \\\"b\\\" \\\\ \\n\\u0009\"}\n"
        );
    }
}
