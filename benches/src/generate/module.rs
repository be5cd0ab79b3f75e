//! The text of one module.

use super::names::{self, Names};
use super::random::Random;
use super::template::Template;
use std::fmt::Write;

/// What other modules may import.
#[derive(Clone, Debug)]
pub struct Exports {
    /// Where it lies, without `.si`: `late_order/open_batch`, or `main`.
    pub path: String,
    /// A struct.
    pub ty: String,
    /// Its field.
    pub field: &'static str,
    /// Makes it: `(int) -> TYPE`.
    pub make: String,
    /// The checksum of the module and of its children: `(int) -> int`.
    pub total: String,
}

impl Exports {
    /// Names for a module. They take their numbers from it, so that importers need not rename anything.
    pub fn new(path: String, module: usize, random: &mut Random) -> Self {
        let mut names = Names::default();
        let ty = format!("{}{module}", names.upper(random));
        let make = format!("make_{}_{module}", names.function(random));
        Exports { path, ty, field: names::field(random), make, total: format!("total_{module}") }
    }
}

/// How much of what.
#[derive(Clone, Copy, Debug)]
pub struct Mix {
    /// Per cent of groups that are generic.
    pub generics: u8,
    /// Per cent of groups that have a test for each function.
    pub tests: u8,
}

/// A module being written.
pub struct Writer<'a> {
    templates: &'a [Template],
    random: &'a mut Random,
    mix: Mix,
    names: Names,
    text: String,
    /// Functions whose results add up to the total.
    entries: Vec<String>,
}

impl<'a> Writer<'a> {
    /// An empty module.
    pub fn new(templates: &'a [Template], random: &'a mut Random, mix: Mix) -> Self {
        Writer { templates, random, mix, names: Names::default(), text: String::new(), entries: Vec::new() }
    }

    /// Writes the module with at least `lines` lines. `children` and `others` are imported.
    pub fn write(
        mut self,
        own: &Exports,
        children: &[&Exports],
        others: &[&Exports],
        lines: usize,
    ) -> String {
        let thing = names::thing(self.random);
        let _ = writeln!(self.text, "// # All about the {thing}.\n");
        for import in children {
            self.import(own, import, true);
        }
        for import in others {
            self.import(own, import, false);
        }
        if !children.is_empty() || !others.is_empty() {
            self.text.push('\n');
        }
        self.exported(own);
        for import in children.iter().chain(others) {
            self.bridge(import);
        }
        // Sums and the total take about eight lines for five entries.
        let mut count = count_lines(&self.text);
        while count + self.entries.len() * 8 / 5 < lines {
            count += self.group();
        }
        self.total(own, children);
        if own.path == "main" {
            let _ = write!(
                self.text,
                "\n@main () -> void = run(\n    let sum = {}(7),\n    print(\"checksum \" + str(sum)),\n)\n",
                own.total
            );
        }
        self.text
    }

    fn import(&mut self, own: &Exports, import: &Exports, is_child: bool) {
        let path = relative(&own.path, &import.path);
        let Exports { ty, make, total, .. } = import;
        let total = if is_child { format!(", {total}") } else { String::new() };
        let _ = writeln!(self.text, "use '{path}' {{ {ty}, {make}{total} }}");
    }

    fn exported(&mut self, own: &Exports) {
        let Exports { ty, field, make, .. } = own;
        let low = 2 + self.random.below(50);
        let _ = writeln!(
            self.text,
            "// # What others know of it.\npub type {ty} = {{ {field}: int, note: str }}\n\n\
             pub @{make} (n: int) -> {ty} = {ty} {{\n    {field}: n * {low} % 1009,\n    note: \"{}\",\n}}\n\n\
             @test_{make} tests @{make} () -> void = run(\n    assert_eq({make}(2).{field}, {}),\n)\n",
            names::word(self.random),
            2 * low % 1009,
        );
    }

    /// A function that works with what is imported.
    fn bridge(&mut self, import: &Exports) {
        let Exports { ty, field, make, .. } = import;
        let read = self.names.function(self.random);
        let entry = self.names.function(self.random);
        let factor = 2 + self.random.below(20);
        let _ = writeln!(
            self.text,
            "@{read} (one: {ty}, others: [{ty}]) -> int = run(\n    \
                 let sum = others.fold(0, (sum, other) -> sum + other.{field}),\n    \
                 one.{field} * {factor} + sum + len(one.note),\n)\n\n\
             @{entry} (n: int) -> int =\n    {read}({make}(n), [{make}(1), {make}(n + 1)]) % 997\n\n\
             @test_{entry} tests @{entry} tests @{read} () -> void = run(\n    \
                 assert({entry}(3) >= 0),\n    assert({read}({make}(1), []) > 0),\n)\n",
        );
        self.entries.push(entry);
    }

    fn group(&mut self) -> usize {
        let is_generic = self.random.chance(self.mix.generics);
        let fitting: Vec<&Template> = self.templates.iter().filter(|t| t.is_generic == is_generic).collect();
        let template = self.random.pick(&fitting);
        let many_tests = self.random.chance(self.mix.tests);
        let group = template.fill(&mut self.names, self.random, many_tests);
        self.text.push_str(&group.text);
        self.text.push('\n');
        self.entries.push(group.entry);
        count_lines(&group.text) + 1
    }

    /// Adds up all entries: a tree of sums, as deep expressions would need much stack.
    fn total(&mut self, own: &Exports, children: &[&Exports]) {
        let mut layer = std::mem::take(&mut self.entries);
        layer.extend(children.iter().map(|child| child.total.clone()));
        let mut sums = Vec::new();
        while layer.len() > 8 {
            let mut next = Vec::new();
            for part in layer.chunks(8) {
                let name = self.names.take(format!("part_{}", sums.len() + 1));
                let thing = names::thing(self.random);
                let _ = writeln!(self.text, "// Adds up what the {thing} gives.\n@{name} (n: int) -> int =");
                let calls: Vec<String> = part.iter().map(|entry| format!("{entry}(n)")).collect();
                let _ = writeln!(self.text, "    ({}) % 1_000_003\n", calls.join("\n    + "));
                sums.push(name.clone());
                next.push(name);
            }
            layer = next;
        }
        let calls: Vec<String> = layer.iter().map(|entry| format!("{entry}(n)")).collect();
        let sum = if calls.is_empty() { "n".into() } else { calls.join("\n    + ") };
        let total = &own.total;
        let _ =
            writeln!(self.text, "// # All of it.\npub @{total} (n: int) -> int =\n    ({sum}) % 1_000_003\n");
        let _ = write!(self.text, "@test_{total} tests @{total}");
        for (index, sum) in sums.iter().enumerate() {
            let _ = write!(self.text, "{}tests @{sum}", if index % 3 == 0 { "\n    " } else { " " });
        }
        let _ = write!(self.text, " () -> void =\n    assert({total}(2) >= 0)\n");
    }
}

/// The import path from one module to another.
fn relative(from: &str, to: &str) -> String {
    match (from.rsplit_once('/'), to.rsplit_once('/')) {
        (None, _) => format!("./{to}"),
        (Some((here, _)), Some((there, name))) if here == there => format!("./{name}"),
        (Some(_), _) => format!("../{to}"),
    }
}

/// Lines of a text.
pub fn count_lines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}
