//! Names that people might choose, each only once in a module.

use super::random::Random;
use std::collections::BTreeMap;

const VERBS: &[&str] = &[
    "count", "measure", "total", "score", "weigh", "rank", "sum", "rate", "plan", "price", "check", "merge",
    "split", "join", "scale", "shift", "fold_up", "walk", "visit", "pack", "trim", "grade", "select",
    "reduce", "tally",
];
const NOUNS: &[&str] = &[
    "order", "item", "user", "batch", "ticket", "route", "sensor", "packet", "invoice", "parcel", "stock",
    "event", "signal", "region", "table", "column", "window", "cursor", "branch", "leaf", "grid", "queue",
    "lease", "quota", "channel", "segment", "bucket", "sample", "vector", "matrix", "token", "letter",
    "garden", "harbor", "engine", "wheel", "river", "bridge", "market", "recipe", "planet", "camera",
    "album", "player", "lesson", "session",
];
const QUALITIES: &[&str] = &[
    "open", "late", "early", "daily", "local", "remote", "small", "large", "plain", "mixed", "known",
    "fresh", "spare", "final", "first", "idle", "busy", "quick", "calm", "loud", "narrow", "wide", "upper",
    "lower", "inner", "outer",
];
const FIELDS: &[&str] = &[
    "width", "height", "depth", "weight", "amount", "level", "rank", "offset", "size", "price", "age",
    "speed", "rate", "volume", "index", "cost", "points", "stars", "units", "score",
];
const WORDS: &[&str] = &[
    "north", "amber", "cedar", "delta", "ember", "flint", "grove", "heron", "indigo", "jasper", "kestrel",
    "linen", "maple", "nectar", "olive", "pepper", "quartz", "raven", "saffron", "tulip", "umber", "velvet",
    "willow",
];

/// Names of a module that are taken.
#[derive(Default, Debug)]
pub struct Names(BTreeMap<String, u32>);

impl Names {
    /// Takes a name, or the name with the next free number.
    pub fn take(&mut self, wish: String) -> String {
        let Some(count) = self.0.get_mut(&wish) else {
            self.0.insert(wish.clone(), 1);
            return wish;
        };
        *count += 1;
        let numbered = format!("{wish}{count}");
        self.take(numbered)
    }

    /// A function's name: `count_orders`.
    pub fn function(&mut self, random: &mut Random) -> String {
        let mut name = format!("{}_{}", random.pick(VERBS), random.pick(NOUNS));
        if self.0.contains_key(&name) {
            name = format!("{}_{}_{}", random.pick(VERBS), random.pick(QUALITIES), random.pick(NOUNS));
        }
        self.take(name)
    }

    /// A type's or a variant's name: `LateOrder`.
    pub fn upper(&mut self, random: &mut Random) -> String {
        let mut name = capital(random.pick(NOUNS));
        if self.0.contains_key(&name) {
            name = capital(random.pick(QUALITIES)) + &name;
        }
        self.take(name)
    }
}

/// A field's or a local's name.
pub fn field(random: &mut Random) -> &'static str {
    random.pick(FIELDS)
}

/// A word for a text.
pub fn word(random: &mut Random) -> &'static str {
    random.pick(WORDS)
}

/// A thing to comment on.
pub fn thing(random: &mut Random) -> String {
    format!("{} {}", random.pick(QUALITIES), random.pick(NOUNS))
}

/// A module's name.
pub fn module(random: &mut Random) -> String {
    format!("{}_{}", random.pick(QUALITIES), random.pick(NOUNS))
}

/// A folder's name.
pub fn folder(random: &mut Random) -> String {
    random.pick(NOUNS).to_string()
}

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}
