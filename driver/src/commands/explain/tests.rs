//! Holds the pages against the compiler: the wrong example gives the code, the right one gives nothing.

use super::*;
use crate::cli::{Cli, Options};
use crate::commands::{bad_name, compile_fail};
use crate::graph::{Goal, Untested};
use crate::project::find_input;
use crate::report::Finding;
use crate::session::{Request, compile};
use clap::Parser;
use std::path::Path;

/// The code block below a heading of a page.
fn example<'p>(page: &'p str, heading: &str) -> Option<&'p str> {
    let (_, rest) = page.split_once(&format!("\n{heading}:\n\n```sigil\n"))?;
    Some(rest.split_once("```\n").expect("a block that ends").0)
}

/// Writes an example: `main.si`, or the files that `// file: NAME` lines begin.
fn write(example: &str, dir: &Path) {
    let mut files = vec![("main.si", String::new())];
    for line in example.lines() {
        match line.strip_prefix("// file: ") {
            Some(name) => files.push((name, String::new())),
            None => files.last_mut().expect("a file").1.push_str(&format!("{line}\n")),
        }
    }
    for (name, text) in files.iter().filter(|(_, text)| !text.is_empty()) {
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("create a directory");
        std::fs::write(path, text).expect("write an example");
    }
}

fn untested(code: &str) -> Untested {
    match code {
        "E0500" => Untested::Deny,
        "W0500" => Untested::Warn,
        _ => Untested::Ignore,
    }
}

/// What the compiler finds in an example, as codes and messages.
fn findings(code: &str, example: &str) -> Vec<(String, String)> {
    let dir = tempfile::tempdir().expect("a directory");
    write(example, dir.path());
    let every_file = !dir.path().join("main.si").exists();
    let input = if every_file {
        find_input(dir.path(), true).expect("files")
    } else {
        find_input(&dir.path().join("main.si"), false).expect("a file")
    };
    let options = options();
    let bad_names: Vec<Finding> = input.files.iter().filter_map(|file| bad_name(&input, file)).collect();
    let found = if !bad_names.is_empty() {
        bad_names
    } else if code == "E0503" {
        compile_fail::unmet_in(input, &options)
    } else {
        // What only a whole program can show needs emission.
        let goal = match example.contains("@main") {
            true => Goal::Emit,
            false if code == "E0709" => Goal::Build,
            false => Goal::Check,
        };
        let output = dir.path().join("out");
        std::fs::create_dir(&output).expect("a directory");
        let output_dir = (goal != Goal::Check).then_some(output);
        let request = Request { input, goal, tests: false, untested: untested(code), output_dir };
        compile(request, &options, |done| done.findings)
    };
    found.into_iter().map(|finding| (finding.code.to_string(), finding.message)).collect()
}

fn options() -> Options {
    Cli::parse_from(["sigilc", "-j", "1", "check", "x.si"]).options
}

#[test]
fn examples_do_what_their_pages_say() {
    let mut problems = Vec::new();
    for (code, page) in PAGES {
        assert!(page.starts_with(&format!("# {code}: ")), "{code}: heading");
        let (Some(wrong), Some(right)) = (example(page, "Wrong"), example(page, "Right")) else {
            assert!(page.contains("There is no example: "), "{code}: says why there is no example");
            continue;
        };
        let found = findings(code, wrong);
        if found.iter().map(|(code, _)| code).ne([code]) {
            problems.push(format!("{code}: the wrong example gives {found:?}"));
        }
        let found = findings(code, right);
        if !found.is_empty() {
            problems.push(format!("{code}: the right example gives {found:?}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_page_is_embedded_in_order() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("explain");
    let entries = std::fs::read_dir(dir).expect("the pages");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("a page").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let embedded: Vec<String> = PAGES.iter().map(|(code, _)| format!("{code}.md")).collect();
    assert_eq!(names, embedded);
}

#[test]
fn codes_are_found_as_people_write_them() {
    for text in ["E0308", "e0308", "e308", "308", " E0308 "] {
        assert_eq!(normal(text), "E0308");
    }
    assert!(page("w0100").is_some_and(|page| page.starts_with("# W0100: unused local\n")));
    assert!(page("E9999").is_none() && page("help").is_none() && page("").is_none());
}

#[test]
fn the_list_has_a_line_a_code() {
    assert_eq!(list().lines().count(), PAGES.len());
    assert!(list().contains("E0308  mismatched types\n"));
}
