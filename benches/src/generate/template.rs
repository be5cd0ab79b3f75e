//! Templates: groups of declarations with holes for names and numbers.
//!
//! A hole is written `~x1~`; the letter says what goes in, the number tells holes apart:
//!
//! | hole | what |
//! |---|---|
//! | `T` | a new type or variant |
//! | `f` | a new function; `f1` is the group's entry, `(int) -> int` with a result of 0 to about 2,000 |
//! | `k` | a new config value |
//! | `a` | a field or local, different from others of the group |
//! | `n` | a number from 2 to 99 |
//! | `p` | a prime |
//! | `w` | a word |
//! | `c` | a thing to comment on |
//!
//! Below a line `tests`, each line is a function's hole and an assertion that always holds.

use super::names::{self, Names};
use super::random::Random;
use std::collections::BTreeMap;

const PRIMES: &[&str] = &["97", "101", "131", "251", "509", "701", "997", "1009"];

/// A group of declarations.
#[derive(Debug)]
pub struct Template {
    code: &'static str,
    tests: Vec<(&'static str, &'static str)>,
    /// Its declarations have type parameters.
    pub is_generic: bool,
}

/// What a template made.
#[derive(Debug)]
pub struct Group {
    /// The function that stands for all others.
    pub entry: String,
    /// The code, ending in a newline.
    pub text: String,
}

/// All templates.
pub fn all() -> Vec<Template> {
    include_str!("templates.txt").split("\n====").skip(1).map(parse).collect()
}

fn parse(section: &'static str) -> Template {
    let (head, body) = section.split_once('\n').expect("a template has a body");
    let (code, tests) = body.split_once("\ntests\n").expect("a template has tests");
    let tests = tests.lines().filter_map(|line| line.split_once(' ')).collect();
    Template { code, tests, is_generic: head.contains("generic") }
}

impl Template {
    /// Fills the holes. `many_tests`: a test for each function instead of one for all.
    pub fn fill(&self, names: &mut Names, random: &mut Random, many_tests: bool) -> Group {
        let mut holes = BTreeMap::new();
        let mut text = String::new();
        fill(self.code, &mut holes, names, random, &mut text);
        text.push_str("\n\n");
        let mut functions: Vec<&str> = Vec::new();
        for (function, _) in &self.tests {
            if !functions.contains(function) {
                functions.push(function);
            }
        }
        if many_tests {
            for function in functions {
                let all = self.tests.iter().filter(|(of, _)| *of == function).map(|test| test.1);
                test(&[function], all, &mut holes, names, random, &mut text);
            }
        } else {
            let first = self.tests.iter().take(1).map(|test| test.1);
            test(&functions, first, &mut holes, names, random, &mut text);
        }
        let entry = holes.remove("f1").expect("a template has an entry");
        Group { entry, text }
    }
}

fn test(
    functions: &[&str],
    asserts: impl Iterator<Item = &'static str>,
    holes: &mut BTreeMap<String, String>,
    names: &mut Names,
    random: &mut Random,
    out: &mut String,
) {
    let name = names.take(format!("test_{}", holes[functions[0]]));
    out.push_str(&format!("@{name}"));
    for (index, function) in functions.iter().enumerate() {
        // More than three targets are too many for a line.
        out.push_str(if index > 0 && index % 3 == 0 { "\n    tests @" } else { " tests @" });
        out.push_str(&holes[*function]);
    }
    out.push_str(" () -> void = run(\n");
    for assert in asserts {
        out.push_str("    ");
        fill(assert, holes, names, random, out);
        out.push_str(",\n");
    }
    out.push_str(")\n");
}

fn fill(
    code: &str,
    holes: &mut BTreeMap<String, String>,
    names: &mut Names,
    random: &mut Random,
    out: &mut String,
) {
    for (index, part) in code.split('~').enumerate() {
        if index % 2 == 0 {
            out.push_str(part);
            continue;
        }
        if !holes.contains_key(part) {
            let filling = filling(part, holes, names, random);
            holes.insert(part.into(), filling);
        }
        out.push_str(&holes[part]);
    }
}

fn filling(hole: &str, holes: &BTreeMap<String, String>, names: &mut Names, random: &mut Random) -> String {
    match &hole[..1] {
        "T" => names.upper(random),
        "f" => names.function(random),
        "k" => names.take(format!("max_{}", names::field(random))),
        "a" => loop {
            let name = names::field(random);
            if holes.iter().all(|(other, taken)| !other.starts_with('a') || taken != name) {
                break name.into();
            }
        },
        "n" => (2 + random.below(98)).to_string(),
        "p" => random.pick(PRIMES).into(),
        "w" => names::word(random).into(),
        "c" => names::thing(random),
        _ => unreachable!("no such hole: {hole}"),
    }
}
