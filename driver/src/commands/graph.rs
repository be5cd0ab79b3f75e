//! `graph`: which modules import which, and which tasks wait for which.

use super::FAILURE;
use super::voice::Voice;
use crate::cli::{GraphFormat, Options};
use crate::graph::{Compilation, Goal, Untested};
use crate::interrupt::TempDir;
use crate::project::Input;
use crate::session::{Request, compile};
use crate::trace::{self, Arrow, Picture, Shape};
use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use serde_json::{Value, json};
use sigil_checker::types::ModuleId;
use sigil_scheduler::trace::{Summary, Trace};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

/// Modules with a name and an edge to each module that they import; true if it closes a cycle.
type Modules = DiGraph<ModuleId, bool>;

/// Of what there is to be a graph.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Modules and their imports.
    Modules {
        /// Those of the library, too.
        with_library: bool,
    },
    /// Nodes of the task graph that checks them.
    Tasks,
}

/// Prints the graph, or writes it to a file.
pub fn graph(
    input: Input,
    what: What,
    format: GraphFormat,
    output: Option<&Path>,
    options: &Options,
    voice: &Voice,
) -> u8 {
    let request =
        Request { input, goal: Goal::Check, tests: false, untested: Untested::Ignore, output_dir: None };
    let mut options = options.clone();
    let record = match record(what, &mut options) {
        Ok(record) => record,
        Err(sentence) => {
            voice.say(&format!("error: {sentence}"));
            return FAILURE;
        }
    };
    compile(request, &options, |done| {
        let code = voice.finish(&done, &options);
        let text = match &record {
            Some(_) if done.outcome.recording.is_none() => return code,
            Some((_, path)) => tasks(path, format),
            None => Ok(modules(done.compilation, what == What::Modules { with_library: true }, format)),
        };
        let result = text.and_then(|text| match output {
            Some(path) => crate::trace::write(path, |out| out.write_all(text.as_bytes())),
            None => {
                // A closed pipe is no reason to fail.
                let _ = std::io::stdout().lock().write_all(text.as_bytes());
                Ok(())
            }
        });
        match result {
            // With errors in the sources, the graph of what could be read is shown all the same.
            Ok(()) => code,
            Err(sentence) => {
                voice.say(&format!("error: {sentence}"));
                FAILURE
            }
        }
    })
}

/// Where the run is recorded, if that is wanted: where the user keeps that, or in a file that goes away by itself.
fn record(what: What, options: &mut Options) -> Result<Option<(TempDir, PathBuf)>, String> {
    if what != What::Tasks {
        return Ok(None);
    }
    let dir = TempDir::new().map_err(|error| format!("cannot make a directory: {error}"))?;
    let path = options.trace.get_or_insert_with(|| dir.path().join("trace")).clone();
    Ok(Some((dir, path)))
}

fn modules(compilation: &Compilation<'_>, with_library: bool, format: GraphFormat) -> String {
    let view = View::new(compilation, with_library);
    match format {
        GraphFormat::Text => view.text(),
        GraphFormat::Dot => view.dot(),
        GraphFormat::Json => view.json(),
        GraphFormat::Svg => view.picture().svg(),
    }
}

fn tasks(file: &Path, format: GraphFormat) -> Result<String, String> {
    let run = Trace::read(file).map_err(|error| error.to_string())?;
    let summary = Summary::new(&run);
    Ok(match format {
        GraphFormat::Text => trace::text(&run, &summary),
        GraphFormat::Dot => trace::dot(&run, &summary),
        GraphFormat::Json => trace::json(&run, &summary),
        GraphFormat::Svg => super::trace::svg(&run, &summary)?,
    })
}

struct View<'a, 'p> {
    compilation: &'a Compilation<'p>,
    modules: Modules,
    /// By module: how far it is from modules that import nothing.
    level: Vec<usize>,
    cycles: Vec<Vec<NodeIndex>>,
}

impl<'a, 'p> View<'a, 'p> {
    fn new(compilation: &'a Compilation<'p>, with_library: bool) -> Self {
        let order = compilation.module_graph();
        let is_shown = |id: ModuleId| with_library || !compilation.file(id).is_library;
        let mut modules = Modules::new();
        let shown: Vec<ModuleId> = order.node_weights().copied().filter(|&id| is_shown(id)).collect();
        let index: std::collections::HashMap<ModuleId, NodeIndex> =
            shown.into_iter().map(|id| (id, modules.add_node(id))).collect();
        for from in modules.node_indices() {
            for edge in compilation.file(modules[from]).imports.get().map_or(&[][..], Vec::as_slice) {
                if let Some(&to) = edge.target.and_then(|target| index.get(&target)) {
                    modules.update_edge(from, to, edge.is_broken.load(Ordering::Acquire));
                }
            }
        }
        let mut level = vec![0; modules.node_count()];
        let sound = modules.filter_map(|_, &id| Some(id), |_, &is_broken| (!is_broken).then_some(()));
        for node in petgraph::algo::toposort(&sound, None).unwrap_or_default().into_iter().rev() {
            let below = sound.neighbors(node).map(|other| level[other.index()] + 1).max();
            level[node.index()] = below.unwrap_or(0);
        }
        let mut cycles = petgraph::algo::tarjan_scc(&modules);
        cycles.retain(|cycle| cycle.len() > 1 || modules.contains_edge(cycle[0], cycle[0]));
        cycles.iter_mut().for_each(|cycle| cycle.sort());
        cycles.sort();
        View { compilation, modules, level, cycles }
    }

    fn key(&self, node: NodeIndex) -> &str {
        &self.compilation.program.module(self.modules[node]).info.key
    }

    fn fan_in(&self, node: NodeIndex) -> usize {
        self.modules.neighbors_directed(node, Direction::Incoming).count()
    }

    /// Keys of what a module imports, in order.
    fn imports(&self, node: NodeIndex) -> Vec<&str> {
        let mut imports: Vec<&str> = self.modules.neighbors(node).map(|other| self.key(other)).collect();
        imports.sort_unstable();
        imports
    }

    fn cycles(&self) -> Vec<Vec<&str>> {
        self.cycles.iter().map(|cycle| cycle.iter().map(|&node| self.key(node)).collect()).collect()
    }

    fn text(&self) -> String {
        let mut out = String::new();
        let n_levels = self.level.iter().max().map_or(0, |&last| last + 1);
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{} modules, {} imports, {n_levels} levels, {} cycles",
            self.modules.node_count(),
            self.modules.edge_count(),
            self.cycles.len()
        );
        for level in 0..n_levels {
            let _ = writeln!(out, "\nlevel {level}");
            for node in self.modules.node_indices().filter(|node| self.level[node.index()] == level) {
                let _ = writeln!(
                    out,
                    "  {:<32} imported by {:>4}, imports {}",
                    self.key(node),
                    self.fan_in(node),
                    {
                        let imports = self.imports(node);
                        if imports.is_empty() { "nothing".to_owned() } else { imports.join(", ") }
                    }
                );
            }
        }
        for cycle in self.cycles() {
            let _ = writeln!(out, "\ncycle: {}", cycle.join(", "));
        }
        out
    }

    fn dot(&self) -> String {
        let mut out = String::from("digraph modules {\n  rankdir=LR; node [shape=box];\n");
        for node in self.modules.node_indices() {
            let _ = writeln!(out, "  {:?};", self.key(node));
        }
        for edge in self.modules.edge_indices() {
            let Some((from, to)) = self.modules.edge_endpoints(edge) else { continue };
            let color = if self.modules[edge] { " [color=red]" } else { "" };
            let _ = writeln!(out, "  {:?} -> {:?}{color};", self.key(from), self.key(to));
        }
        out.push_str("}\n");
        out
    }

    fn json(&self) -> String {
        let modules = self.modules.node_indices().map(|node| {
            json!({
                "key": self.key(node),
                "path": self.compilation.program.module(self.modules[node]).info.display,
                "level": self.level[node.index()],
                "fan_in": self.fan_in(node),
                "imports": self.imports(node),
            })
        });
        let modules: Vec<Value> = modules.collect();
        format!("{:#}\n", json!({"version": 1, "modules": modules, "cycles": self.cycles()}))
    }

    fn picture(&self) -> Picture {
        let in_cycle = |node: NodeIndex| self.cycles.iter().any(|cycle| cycle.contains(&node));
        let boxes = self.modules.node_indices().map(|node| Shape {
            label: self.key(node).to_owned(),
            title: format!("{}: imported by {}", self.key(node), self.fan_in(node)),
            group: self.level[node.index()] + 3,
            is_marked: in_cycle(node),
        });
        let arrows = self.modules.edge_indices().filter_map(|edge| {
            let (from, to) = self.modules.edge_endpoints(edge)?;
            let is_marked = self.modules[edge];
            Some(Arrow { from: from.index(), to: to.index(), is_weak: false, is_marked })
        });
        Picture { boxes: boxes.collect(), arrows: arrows.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use crate::project::find_input;
    use clap::Parser;

    /// A view of a project of files and what each imports.
    fn view<R>(files: &[(&str, &[&str])], then: impl FnOnce(&View<'_, '_>) -> R) -> R {
        let dir = tempfile::tempdir().expect("a directory");
        for (name, imports) in files {
            let uses: Vec<String> =
                imports.iter().map(|other| format!("use './{other}' {{ {other}_f }}\n")).collect();
            let text = format!("{}\npub @{name}_f () -> int = 1\n", uses.concat());
            std::fs::write(dir.path().join(format!("{name}.si")), text).expect("a source");
        }
        let input = find_input(dir.path(), true).expect("files");
        let options = Cli::parse_from(["sigilc", "-j", "1", "check", "x.si"]).options;
        let request =
            Request { input, goal: Goal::Check, tests: false, untested: Untested::Ignore, output_dir: None };
        compile(request, &options, |done| then(&View::new(done.compilation, false)))
    }

    #[test]
    fn levels_count_from_modules_that_import_nothing() {
        view(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &[])], |view| {
            let text = view.text();
            assert!(text.starts_with("3 modules, 3 imports, 3 levels, 0 cycles\n\nlevel 0\n  c "), "{text}");
            assert!(
                text.contains("  a                                imported by    0, imports b, c\n"),
                "{text}"
            );
            let value: Value = serde_json::from_str(&view.json()).expect("JSON");
            assert_eq!(value["modules"][2]["fan_in"], 2);
            assert!(view.dot().contains("  \"a\" -> \"b\";\n"), "{}", view.dot());
            assert_eq!(view.picture().svg().matches("<path").count(), 3);
        });
    }

    #[test]
    fn cycles_are_named() {
        view(&[("a", &["b"]), ("b", &["a"])], |view| {
            assert_eq!(view.cycles(), [["a", "b"]]);
            assert_eq!(view.dot().matches("color=red").count(), 1);
        });
    }

    #[test]
    fn tasks_are_written_in_each_format() {
        let dir = tempfile::tempdir().expect("a directory");
        let (source, out) = (dir.path().join("main.si"), dir.path().join("out"));
        std::fs::write(&source, "@main () -> void = print(1)\n").expect("a source");
        let options = Cli::parse_from(["sigilc", "-q", "check", "x.si"]).options;
        let voice = Voice::new(&options);
        for (format, start) in [
            (GraphFormat::Text, "wall"),
            (GraphFormat::Dot, "digraph run {"),
            (GraphFormat::Json, "{"),
            (GraphFormat::Svg, "<svg "),
        ] {
            let input = find_input(&source, true).expect("an input");
            assert_eq!(graph(input, What::Tasks, format, Some(&out), &options, &voice), 0);
            let text = std::fs::read_to_string(&out).expect("it is written");
            assert!(text.starts_with(start) && text.contains("main.si"), "{text}");
        }
    }
}
