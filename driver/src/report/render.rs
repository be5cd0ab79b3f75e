//! Findings for people, in the layout of chapter 14.

use super::{Finding, Place};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// With or without colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text only.
    Plain,
    /// With terminal colours.
    Colored,
}

/// The text of one finding, ending in a newline.
pub fn render(finding: &Finding, style: Style) -> String {
    let code = finding.code.to_string();
    let level = if finding.code.is_warning { Level::WARNING } else { Level::ERROR };
    // The renderer indents every line of a title, so what follows the first line is added by hand.
    let (title, rest) = finding.message.split_once('\n').unwrap_or((&finding.message, ""));
    let title = level.primary_title(title).id(code.as_str());
    let mut group = match &finding.place {
        None => Group::with_title(title),
        Some(place) => title.elements(snippets(place, &finding.labels)),
    };
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Colored => Renderer::styled(),
    };
    let mut text = renderer.render(&[group]);
    if let Some(place) = &finding.place {
        text = with_arrow_line(&text, place);
    }
    text.push('\n');
    if !rest.is_empty() {
        text.push_str(rest.trim_end());
        text.push('\n');
    }
    text
}

/// One snippet a line: the renderer is slow on more than the lines that it shows.
fn snippets<'a>(
    place: &'a Place,
    labels: &'a [Place],
) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let snippet = |place: &'a Place, kind: AnnotationKind| {
        let mut annotation = kind.span(place.start..place.end);
        if !place.label.is_empty() {
            annotation = annotation.label(place.label.as_str());
        }
        Snippet::source(place.text.as_str()).line_start(place.line).path(&*place.path).annotation(annotation)
    };
    let mut all = vec![snippet(place, AnnotationKind::Primary)];
    for label in labels {
        let is_same_text = label.path == place.path && label.text_start == place.text_start;
        if is_same_text && label.end <= place.text.len() {
            let first = all.remove(0);
            let annotation = AnnotationKind::Context.span(label.start..label.end).label(label.label.as_str());
            all.insert(0, first.annotation(annotation));
        } else if is_whole_line(label) {
            all.push(snippet(label, AnnotationKind::Context));
        }
    }
    all
}

/// Of an excerpt, the renderer would show a wrong column: it counts from the start of the text.
fn is_whole_line(place: &Place) -> bool {
    place.text[..place.start].chars().count() + 1 == place.column
}

/// Replaces the text after the first arrow: the layout wants exactly two spaces before it whatever the width of
/// line numbers, and our own position.
fn with_arrow_line(text: &str, place: &Place) -> String {
    let mut done = false;
    let mut out = String::with_capacity(text.len() + 16);
    for line in text.split_inclusive('\n') {
        match line.find("--> ") {
            Some(at) if !done => {
                done = true;
                let (before, after) = line.split_at(at + 4);
                out.push_str(before[..at].trim_end_matches(' '));
                out.push_str("  --> ");
                // A colour reset may stand between the arrow and the path.
                if after.starts_with('\x1b') {
                    out.push_str("\x1b[0m");
                }
                out.push_str(&format!("{}:{}:{}\n", place.path, place.line, place.column));
            }
            _ => out.push_str(line),
        }
    }
    if out.ends_with('\n') {
        out.pop();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigil_frontend::Code;

    fn place(line: usize, text: &str, start: usize, end: usize) -> Place {
        let column = text[..start].chars().count() + 1;
        let text = text.to_owned();
        Place { path: "a.si".into(), line, column, text, text_start: 0, start, end, label: String::new() }
    }

    #[test]
    fn layout() {
        let finding = Finding {
            code: Code::error(308),
            message: "mismatched types: expected int, found str".into(),
            help: Some("write int(...)".into()),
            place: Some(place(1234, "@f () -> int = \"x\"", 15, 18)),
            labels: vec![],
        };
        let expected = "\
error[E0308]: mismatched types: expected int, found str
  --> a.si:1234:16
     |
1234 | @f () -> int = \"x\"
     |                ^^^
     |
     = help: write int(...)
";
        assert_eq!(render(&finding, Style::Plain), expected);
        let colored = render(&finding, Style::Colored);
        let arrow = colored.lines().nth(1).unwrap();
        assert!(arrow.contains("  --> ") && arrow.contains("a.si:1234:16"), "{arrow:?}");
    }

    #[test]
    fn empty_place_at_the_end() {
        let finding = Finding {
            code: Code::warning(100),
            message: "m".into(),
            help: None,
            place: Some(place(2, "", 0, 0)),
            labels: vec![place(1, "let x", 4, 5)],
        };
        let text = render(&finding, Style::Plain);
        assert!(text.starts_with("warning[W0100]: m\n  --> a.si:2:1\n"), "{text}");
    }

    #[test]
    fn findings_without_a_place_keep_their_output() {
        let finding = Finding::global(Code::error(903), "the C compiler failed\nline 1\nline 2\n");
        assert_eq!(render(&finding, Style::Plain), "error[E0903]: the C compiler failed\nline 1\nline 2\n");
    }
}
