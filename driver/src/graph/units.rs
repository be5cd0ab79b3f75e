//! Units: which functions share a C file. Planned from the input alone, so that no schedule can change it.
//!
//! Large files are cut into parts by source position, small files share a unit; both go to the C compiler as soon as
//! their functions are emitted. Instances have no home before the end: they follow in units of their own, sorted by
//! symbol, with whatever was too small to be worth a unit.

use super::Job;
use super::engine::{ChildSlot, Graph, Node};
use super::state::{Compilation, Goal};
use crate::cli::Split;
use crate::native::{Family, Pending};
use parking_lot::Mutex;
use sigil_checker::types::ModuleId;
use sigil_codegen::Emitted;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::Ordering;

/// A C file.
pub struct Unit {
    /// File name without extension.
    pub name: String,
    /// What it holds, in order.
    pub contents: Vec<Content>,
    /// Complete when its object exists (or its file is written).
    pub done: Node,
    /// Its object.
    pub object: OnceLock<PathBuf>,
    /// Its file, not in place yet.
    pub pending: Mutex<Option<Pending>>,
    /// How its compilation ended.
    pub outcome: ChildSlot,
}

/// Something that a unit holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Content {
    /// Functions of a part of a file.
    Part(ModuleId, u32),
    /// One function of a file.
    Function(sigil_checker::types::FnId),
    /// An instance by number.
    Instance(u32),
    /// C's `main`.
    Entry,
}

impl Compilation<'_> {
    /// Source bytes that make a unit of the size that the C compiler is fastest on.
    pub fn unit_bytes(&self) -> usize {
        if self.plan.grain.unit > 0 {
            return self.plan.grain.unit;
        }
        let family = self.native.as_ref().map_or(Family::Gcc, |native| native.compiler.family);
        match family {
            // A process costs little, and its time goes with operations: enough units to keep all cores busy.
            Family::Gcc | Family::Other => 64 << 10,
            // A process costs as much as 2,500 lines.
            Family::Clang => 256 << 10,
            Family::Tcc => 1 << 20,
        }
    }

    /// How many parts a file of `size` bytes is cut into.
    pub fn part_count(&self, size: usize) -> usize {
        match self.plan.split {
            Split::Unit => (size / self.unit_bytes()).max(1),
            Split::Module | Split::Function => 1,
        }
    }

    /// The parts of all files of the user, in the order of module keys.
    fn all_parts(&self) -> Vec<(ModuleId, u32, usize)> {
        let mut files: Vec<_> = self.files.iter().map(|(_, file)| file).filter(|f| !f.is_library).collect();
        files.sort_by(|a, b| a.relative.cmp(&b.relative));
        let mut all = Vec::new();
        for file in files {
            let parts = file.parts.get().map_or(&[][..], |parts| parts);
            let size = file.size.load(Ordering::Acquire);
            all.extend((0..parts.len()).map(|part| (file.id, part as u32, size / parts.len())));
        }
        all
    }

    /// All files are known: plans the units that need no instance, and what must wait for all parts.
    pub fn plan_units(&self, g: &mut dyn Graph) {
        let parts = self.all_parts();
        let done: Vec<Node> = parts.iter().map(|&(id, part, _)| self.part_done(id, part)).collect();
        match self.plan.split {
            Split::Function => {}
            Split::Module => {
                for &(id, part, _) in &parts {
                    let name = file_name(self.file(id).relative.trim_end_matches(".si"));
                    self.add_unit(name, vec![Content::Part(id, part)], g);
                }
            }
            Split::Unit => {
                let (groups, rest) = group(&parts, self.unit_bytes());
                for (number, group) in groups.into_iter().enumerate() {
                    self.add_unit(format!("unit_{number:03}"), group, g);
                }
                // Too little for a unit of its own: shares one with the instances.
                *self.leftover.lock() = rest;
            }
        }
        // Last, since what follows it takes stock of the units.
        g.node(Job::PartsDone, &done);
    }

    fn part_done(&self, id: ModuleId, part: u32) -> Node {
        self.file(id).parts.get().expect("parts are made when a file is read")[part as usize].done
    }

    /// Adds a unit, to be written when its parts are emitted.
    fn add_unit(&self, name: String, contents: Vec<Content>, g: &mut dyn Graph) -> u32 {
        let after: Vec<Node> = contents
            .iter()
            .filter_map(|content| match *content {
                Content::Part(id, part) => Some(self.part_done(id, part)),
                _ => None,
            })
            .collect();
        let unit = Unit {
            name,
            contents,
            done: g.event(),
            object: OnceLock::new(),
            pending: Mutex::new(None),
            outcome: ChildSlot::default(),
        };
        let number = self.units.push(unit) as u32;
        g.node(Job::Unit(number), &after);
        number
    }

    /// Everything is emitted: the units of instances, and what comes after all units.
    pub fn plan_rest(&self, g: &mut dyn Graph) {
        let mut keyed: Vec<(Option<&String>, u32)> =
            self.instances.iter().map(|(number, slot)| (slot.sort_key.get(), number as u32)).collect();
        keyed.sort_unstable();
        let mut numbers: Vec<u32> = keyed.into_iter().map(|(_, number)| number).collect();
        let mut contents = std::mem::take(&mut *self.leftover.lock());
        let has_entry = self.entry_text.get().is_some();
        if self.plan.split == Split::Function {
            self.plan_functions(&numbers, g);
            numbers.clear();
        }
        let limit = self.unit_bytes() * 5;
        let mut size = 0;
        let mut units = Vec::new();
        for number in numbers {
            let length = self.instances[number as usize].emitted.lock().as_ref().map_or(0, |e| e.text.len());
            if size + length > limit && size > 0 {
                units.push(std::mem::take(&mut contents));
                size = 0;
            }
            size += length;
            contents.push(Content::Instance(number));
        }
        if has_entry {
            contents.push(Content::Entry);
        }
        if !contents.is_empty() {
            units.push(contents);
        }
        let last = units.len().wrapping_sub(1);
        for (number, contents) in units.into_iter().enumerate() {
            let name = match (has_entry, number == last) {
                (true, true) => "program".to_owned(),
                _ => format!("instances_{number:03}"),
            };
            self.add_unit(name, contents, g);
        }
        let mut done: Vec<Node> = self.units.iter().map(|(_, unit)| unit.done).collect();
        if self.plan.goal == Goal::Build {
            done.push(self.events().runtime);
            g.node(Job::Link, &done);
        }
    }

    fn plan_functions(&self, numbers: &[u32], g: &mut dyn Graph) {
        let mut all = Vec::new();
        for (id, _, _) in self.all_parts() {
            let functions = self.program.functions(id).iter();
            all.extend(functions.filter(|d| self.is_emitted_once(d)).map(|d| Content::Function(d.id)));
        }
        all.extend(numbers.iter().map(|&n| Content::Instance(n)));
        for (number, content) in all.into_iter().enumerate() {
            self.add_unit(format!("function_{number:05}"), vec![content], g);
        }
    }

    /// The C text of a unit. What it is made of is freed.
    pub fn unit_text(&self, unit: &Unit) -> String {
        let mut all: Vec<Emitted> = Vec::new();
        let mut take = |slot: &Mutex<Option<Emitted>>| all.extend(slot.lock().take());
        let mut entry = None;
        for content in &unit.contents {
            match *content {
                Content::Part(id, part) => {
                    let functions = self.program.functions(id).iter();
                    for decl in functions.filter(|d| self.is_emitted_once(d)) {
                        if self.part_of(decl) == part as usize {
                            take(&self.function(decl.id).emitted);
                        }
                    }
                }
                Content::Function(id) => take(&self.function(id).emitted),
                Content::Instance(number) => take(&self.instances[number as usize].emitted),
                Content::Entry => entry = self.entry_text.get(),
            }
        }
        let mut parts: Vec<&Emitted> = all.iter().collect();
        parts.extend(entry);
        let (timeouts, tasks) =
            (self.has_timeouts.load(Ordering::Acquire), self.has_tasks.load(Ordering::Acquire));
        self.codegen.unit(&parts, timeouts, tasks)
    }
}

/// Groups parts into units of about `target` bytes; the second result is too small for one.
fn group(parts: &[(ModuleId, u32, usize)], target: usize) -> (Vec<Vec<Content>>, Vec<Content>) {
    let mut groups = Vec::new();
    let mut current = Vec::new();
    let mut size = 0;
    for &(id, part, bytes) in parts {
        current.push(Content::Part(id, part));
        size += bytes;
        if size * 4 >= target * 3 {
            groups.push(std::mem::take(&mut current));
            size = 0;
        }
    }
    (groups, current)
}

/// A module key as a file name: letters, digits and `_` stay, anything else becomes a number between dots.
fn file_name(key: &str) -> String {
    let mut name = String::new();
    for c in key.chars() {
        match c {
            '/' => name.push_str("__"),
            c if c.is_ascii_alphanumeric() || c == '_' => name.push(c),
            c => name.push_str(&format!(".{:x}.", c as u32)),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigil_frontend::FileId;

    #[test]
    fn small_parts_share_a_unit() {
        let parts: Vec<_> = (0..5).map(|n| (FileId(n), 0, 30)).collect();
        let (groups, rest) = group(&parts, 80);
        assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
        assert_eq!(rest, [Content::Part(FileId(4), 0)]);
    }

    #[test]
    fn file_names_are_distinct() {
        assert_eq!(file_name("util/text"), "util__text");
        assert_eq!(file_name("../x.test"), ".2e..2e.__x.2e.test");
    }
}
