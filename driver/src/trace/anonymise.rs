//! A record without names, to be shared: labels keep their verbs and numbers; files, functions and units get numbers in the
//! order of their names, so that records of the same project by different schedules agree. Times and edges stay.
//!
//! What is written consists of the words below and of numbers only: a label that is not understood is left out.

use crate::graph::Job;
use sigil_scheduler::trace::Trace;
use std::collections::BTreeMap;

/// Labels without a name in them.
const FIXED: [&str; 9] = [
    "start",
    "all files are known",
    "all interfaces are built",
    "all functions are emitted",
    "plan units of instances",
    "write the runtime",
    "compile the runtime",
    "prepare the link",
    "start tests",
];

/// What a name names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    File,
    Function,
    Unit,
    /// Its number is made from its name.
    Instance,
    /// Nothing: a number.
    Number,
}

/// How labels with a name begin, longer ones first, and what follows.
const VERBS: [(&str, What); 24] = [
    ("find untested functions of ", What::File),
    ("end the interface of ", What::File),
    ("join chunks of ", What::File),
    ("join tokens of ", What::File),
    ("plan pieces of ", What::File),
    ("find items of ", What::File),
    ("parse chunk of ", What::File),
    ("interface part of ", What::File),
    ("open bodies of ", What::File),
    ("interface of ", What::File),
    ("assemble ", What::File),
    ("parse ", What::File),
    ("read ", What::File),
    ("lex ", What::File),
    ("check impl ", What::Function),
    ("check from ", What::Function),
    ("check ", What::Function),
    ("emit from ", What::Function),
    ("emit ", What::Function),
    ("start test ", What::Number),
    ("test ", What::Number),
    ("write ", What::Unit),
    ("compile ", What::Unit),
    ("link", What::Number),
];

/// A label in pieces.
#[derive(Default)]
struct Label<'a> {
    /// Words.
    head: String,
    instance: Option<(What, &'a str)>,
    name: Option<(What, &'a str)>,
    /// Words and numbers.
    tail: String,
}

/// The record without names.
pub fn anonymous(trace: &Trace) -> Trace {
    let labels: Vec<Option<Label<'_>>> = trace.nodes.iter().map(|node| parse(&node.label)).collect();
    let mut numbers: BTreeMap<(What, &str), usize> = BTreeMap::new();
    for name in labels.iter().flatten().flat_map(|label| label.instance.into_iter().chain(label.name)) {
        numbers.insert(name, 0);
        if let (What::Function, Some(path)) = (name.0, path_of(name.1)) {
            numbers.insert((What::File, path), 0);
        }
    }
    let mut last = None;
    let mut count = 0;
    for (&(what, _), number) in &mut numbers {
        count = if last == Some(what) { count + 1 } else { 1 };
        (last, *number) = (Some(what), count);
    }
    let mut out = trace.clone();
    for (node, label) in out.nodes.iter_mut().zip(&labels) {
        node.label = label.as_ref().map_or(String::new(), |label| render(label, &numbers));
    }
    for (number, kind) in out.head.kinds.iter_mut().enumerate() {
        if !Job::STAGES.contains(&kind.as_str()) {
            *kind = format!("kind {number}");
        }
    }
    out
}

fn render(label: &Label<'_>, numbers: &BTreeMap<(What, &str), usize>) -> String {
    let Label { head, instance, name, tail } = label;
    let instance = instance.map_or(String::new(), |instance| format!("instance {}", numbers[&instance]));
    let of = if instance.is_empty() || name.is_none() { "" } else { " of " };
    let head = format!("{head}{instance}{of}");
    let Some(name) = name else { return format!("{head}{tail}") };
    let number = numbers[name];
    match (name.0, path_of(name.1)) {
        (What::Function, Some(path)) => {
            format!("{head}function {number} (file {}){tail}", numbers[&(What::File, path)])
        }
        (What::Function, None) => format!("{head}function {number}{tail}"),
        (What::Unit, _) => format!("{head}unit {number}{tail}"),
        (What::File | What::Instance | What::Number, _) => format!("{head}file {number}{tail}"),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn parse(label: &str) -> Option<Label<'_>> {
    if FIXED.contains(&label) {
        return Some(Label { head: label.to_owned(), ..Label::default() });
    }
    let (verb, what) = *VERBS.iter().find(|(verb, _)| label.starts_with(verb))?;
    let mut it = Label { head: verb.to_owned(), ..Label::default() };
    let mut rest = &label[verb.len()..];
    match what {
        What::Number => {
            it.tail = rest.to_owned();
            return (rest.is_empty() || is_number(rest)).then_some(it);
        }
        What::File => {
            if let Some((path, piece)) = rest.rsplit_once(" #").filter(|(_, piece)| is_number(piece)) {
                (rest, it.tail) = (path, format!(" #{piece}"));
            }
        }
        What::Function => {
            if let Some(function) = rest.strip_suffix(" on").filter(|_| verb.ends_with("from ")) {
                (rest, it.tail) = (function, " on".to_owned());
            } else if let Some(instance) = rest.strip_prefix("instance ") {
                let digits = instance.bytes().take_while(u8::is_ascii_digit).count();
                let (number, after) = instance.split_at(digits);
                it.instance = Some((What::Instance, number));
                match after.strip_prefix(" of ") {
                    Some(function) => rest = function,
                    None => {
                        it.tail = after.to_owned();
                        let is_known = ["", ": ownership of a type", ": traits of a type"].contains(&after);
                        return (digits > 0 && is_known).then_some(it);
                    }
                }
            }
        }
        What::Unit | What::Instance => {}
    }
    it.name = Some((what, rest));
    Some(it)
}

/// The path in the name of a function: `name (path:line)`, or `number of path` where it never came to a name.
fn path_of(function: &str) -> Option<&str> {
    if let Some(inside) = function.strip_suffix(')') {
        let (path, line) = inside[inside.find('(')? + 1..].rsplit_once(':')?;
        return is_number(line).then_some(path);
    }
    let (number, path) = function.strip_prefix("function ").unwrap_or(function).split_once(" of ")?;
    is_number(number).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigil_scheduler::trace::{Head, Node};

    fn of(labels: &[&str]) -> Vec<String> {
        let node = |label: &&str| Node { label: (*label).to_owned(), ..Node::default() };
        let head = Head { kinds: vec!["read".to_owned(), "secret".to_owned()], ..Head::default() };
        let trace = Trace { head, nodes: labels.iter().map(node).collect(), workers: Vec::new() };
        let out = anonymous(&trace);
        assert_eq!(out.head.kinds, ["read", "kind 1"]);
        out.nodes.into_iter().map(|node| node.label).collect()
    }

    #[test]
    fn names_become_numbers_in_their_order() {
        let labels = of(&[
            "read src/b.si",
            "parse src/a x.si #3",
            "check half (src/b.si:7)",
            "emit from area (src/a x.si:1) on",
            "emit instance 4711 of half (src/b.si:7)",
            "emit instance 815: traits of a type",
            "check impl (src/b.si:9)",
            "check function 3 of src/c.si",
            "write src__b",
            "compile program",
            "test 12",
            "link",
            "start",
        ]);
        assert_eq!(
            labels,
            [
                "read file 2",
                "parse file 1 #3",
                "check function 4 (file 2)",
                "emit from function 2 (file 1) on",
                "emit instance 1 of function 4 (file 2)",
                "emit instance 2: traits of a type",
                "check impl function 1 (file 2)",
                "check function 3 (file 3)",
                "write unit 2",
                "compile unit 1",
                "test 12",
                "link",
                "start",
            ]
        );
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        assert_eq!(
            of(&["frobnicate secret.si", "emit instance x", "link secret", "test me"]),
            ["", "", "", ""]
        );
    }
}
