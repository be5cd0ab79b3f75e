//! From a file's `use` header to further files; and, when all are known, import cycles.

use super::Job;
use super::engine::{Graph, Node};
use super::state::{Compilation, Dependents, File, Goal, ImportEdge, Untested};
use crate::cli::Schedule;
use crate::project::{self, ResolveError, Resolved};
use parking_lot::Mutex;
use petgraph::graph::{DiGraph, NodeIndex};
use sigil_checker::ModuleInfo;
use sigil_checker::types::ModuleId;
use sigil_frontend::{Code, Diagnostic, HeaderImport, HeaderSource, Span};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

impl Compilation<'_> {
    /// The module of a file or library key; made, with its first node, by whoever needs it first.
    pub fn module(&self, target: &Resolved, blame: Option<(ModuleId, Span)>, g: &mut dyn Graph) -> ModuleId {
        let (key, is_library) = match target {
            Resolved::Library(key) => (key, true),
            Resolved::File(file) => (file, false),
        };
        let id = {
            let mut by_key = self.by_key.lock();
            if let Some(&id) = by_key.get(key) {
                return id;
            }
            let id = self.program.add_module(self.module_info(key, is_library));
            self.files.push(File {
                id,
                relative: key.clone(),
                is_library,
                size: AtomicUsize::new(0),
                blame,
                imports: OnceLock::new(),
                dependents: Mutex::new(Dependents::default()),
                reading: Mutex::default(),
                large: Default::default(),
                functions: OnceLock::new(),
                unchecked: OnceLock::new(),
                parts: OnceLock::new(),
                is_loaded: AtomicBool::new(false),
            });
            by_key.insert(key.clone(), id);
            id
        };
        self.open_headers.fetch_add(1, Ordering::AcqRel);
        self.open_interfaces.fetch_add(1, Ordering::AcqRel);
        g.node(Job::Read(id), &[]);
        if !is_library && self.wants_test_files() {
            self.test_files(key, g);
        }
        id
    }

    fn module_info(&self, key: &str, is_library: bool) -> ModuleInfo {
        if is_library {
            let display = format!("<{key}>");
            return ModuleInfo { key: key.into(), display, is_library, ..ModuleInfo::default() };
        }
        let dir = key.rfind('/').map_or("", |at| &key[..at]).to_owned();
        let stem = project::stem_of(key).to_owned();
        let is_test = stem.ends_with(".test") || dir.rsplit('/').next() == Some("_test");
        ModuleInfo {
            key: project::key_of(key).to_owned(),
            display: self.resolver.display(key),
            dir,
            stem,
            is_library,
            is_test,
        }
    }

    /// The mandatory-test rule looks into the test files of each module.
    fn wants_test_files(&self) -> bool {
        self.plan.untested != Untested::Ignore || self.plan.tests
    }

    fn test_files(&self, key: &str, g: &mut dyn Graph) {
        let (dir, stem) = (key.rfind('/').map_or("", |at| &key[..at]), project::stem_of(key));
        if stem.ends_with(".test") {
            return;
        }
        for test in [format!("{stem}.test.si"), format!("_test/{stem}.test.si")] {
            let test = project::join(dir, &test);
            if self.resolver.exists(&test) {
                self.module(&Resolved::File(self.resolver.normalize(&test)), None, g);
            }
        }
    }

    /// Follows the imports of a file. Returns the events that its interface must wait for.
    pub fn follow_imports(&self, id: ModuleId, header: &[HeaderImport], g: &mut dyn Graph) -> Vec<Node> {
        let file = self.file(id);
        let mut edges = Vec::new();
        let mut events = Vec::new();
        let mut problems = Vec::new();
        for (number, import) in header.iter().enumerate() {
            let target = match self.resolve(file, import) {
                Ok(target) => Some(self.module(&target, Some((id, import.span)), g)),
                Err(problem) => {
                    problems.extend(problem.map(|p| p.into_diagnostic(id, import)));
                    None
                }
            };
            edges.push(ImportEdge { span: import.span, target, is_broken: AtomicBool::new(false) });
            if let Some(target) = target {
                events.extend(self.wait_for(target, id, number as u32, g));
            }
        }
        if !(file.is_library && file.relative == "prelude") {
            let prelude = self.module(&Resolved::Library("prelude".into()), None, g);
            events.extend(self.wait_for(prelude, id, u32::MAX, g));
        }
        self.report(problems);
        // Cannot be set already: a header is read once.
        let _ = file.imports.set(edges);
        events
    }

    fn resolve(&self, file: &File, import: &HeaderImport) -> Result<Resolved, Option<ImportProblem>> {
        let found = match &import.source {
            HeaderSource::Path(_) if file.is_library => Err(ResolveError::Missing),
            HeaderSource::Path(path) => self.resolver.relative(&file.relative, path),
            HeaderSource::Dotted(parts) => {
                let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
                let is_library = |key: &str| sigil_checker::library::source(key).is_some();
                self.resolver.dotted(&parts, is_library)
            }
        };
        found.map_err(|error| Some(ImportProblem(error)))
    }

    fn wait_for(&self, target: ModuleId, from: ModuleId, number: u32, g: &mut dyn Graph) -> Option<Node> {
        let mut dependents = self.file(target).dependents.lock();
        if dependents.is_done {
            return None;
        }
        let event = g.event();
        dependents.waiting.push((from, number, event));
        Some(event)
    }

    /// One header less to wait for.
    pub fn close_header(&self, g: &mut dyn Graph) {
        if self.open_headers.fetch_sub(1, Ordering::AcqRel) == 1 {
            g.node(Job::Discovered, &[]);
        }
    }

    /// All files are known.
    pub fn discovered(&self, g: &mut dyn Graph) {
        self.break_cycles(g);
        g.complete(self.events().discovered);
        if self.plan.goal >= Goal::Emit {
            self.plan_units(g);
        }
        if self.plan.schedule == Schedule::Phased {
            self.open_levels(g);
        }
    }

    /// The modules and who imports whom, broken imports left out. Nodes are in the order of keys, the files of the
    /// command line first; edges of a node are in the order of its imports.
    pub fn module_graph(&self) -> DiGraph<ModuleId, u32> {
        let mut order: Vec<ModuleId> = self.files.iter().map(|(_, file)| file.id).collect();
        let roots = self.roots.lock();
        order.sort_by_cached_key(|&id| {
            let position = roots.iter().position(|&root| root == id).unwrap_or(usize::MAX);
            (position, self.file(id).relative.clone())
        });
        let mut graph = DiGraph::new();
        let mut index = rustc_hash::FxHashMap::default();
        for &id in &order {
            index.insert(id, graph.add_node(id));
        }
        for &id in &order {
            let edges = self.file(id).imports.get().map_or(&[][..], Vec::as_slice);
            for (number, edge) in edges.iter().enumerate() {
                if let Some(target) = edge.target.filter(|_| !edge.is_broken.load(Ordering::Acquire)) {
                    graph.add_edge(index[&id], index[&target], number as u32);
                }
            }
        }
        graph
    }

    /// Reports each import that closes a cycle and lets its module go on without it.
    fn break_cycles(&self, g: &mut dyn Graph) {
        let graph = self.module_graph();
        for (path, number) in closing_edges(&graph) {
            let (first, last) = (path[0], path[path.len() - 1]);
            let edge = &self.file(last).imports.get().expect("its header was read")[number as usize];
            edge.is_broken.store(true, Ordering::Release);
            let names: Vec<&str> =
                path.iter().chain([&first]).map(|&id| self.program.module(id).info.key.as_str()).collect();
            let message = format!("circular import: {}", names.join(" -> "));
            let mut diagnostic = Diagnostic::new(Code::error(704), last, edge.span, message);
            for step in path.windows(2) {
                let edges = self.file(step[0]).imports.get().map_or(&[][..], Vec::as_slice);
                let Some(edge) = edges.iter().find(|edge| edge.target == Some(step[1])) else { continue };
                let name = &self.program.module(step[1]).info.key;
                diagnostic = diagnostic.label(step[0], edge.span, format!("`{name}` is imported here"));
            }
            self.report(vec![diagnostic]);
            let mut dependents = self.file(first).dependents.lock();
            let at = dependents.waiting.iter().position(|&(from, n, _)| from == last && n == number);
            let event = at.map(|at| dependents.waiting.swap_remove(at).2);
            drop(dependents);
            if let Some(event) = event {
                g.complete(event);
            }
        }
    }
}

/// The imports that lead back to a module on the way from a root: each with the modules of its cycle, first to last,
/// and its number in the last one. Depth first along the node and edge order, so the answer depends on the input alone.
fn closing_edges(graph: &DiGraph<ModuleId, u32>) -> Vec<(Vec<ModuleId>, u32)> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; graph.node_count()];
    let mut found = Vec::new();
    // petgraph lists the newest edge first.
    let edges_of = |node: NodeIndex| {
        use petgraph::visit::EdgeRef;
        let mut edges: Vec<_> = graph.edges(node).map(|edge| (*edge.weight(), edge.target())).collect();
        edges.sort_unstable();
        edges
    };
    for root in graph.node_indices() {
        if marks[root.index()] != Mark::New {
            continue;
        }
        marks[root.index()] = Mark::Open;
        let mut stack = vec![(root, edges_of(root), 0)];
        while let Some((node, edges, next)) = stack.last_mut() {
            let Some(&(number, target)) = edges.get(*next) else {
                marks[node.index()] = Mark::Done;
                stack.pop();
                continue;
            };
            *next += 1;
            match marks[target.index()] {
                Mark::Done => {}
                Mark::New => {
                    marks[target.index()] = Mark::Open;
                    stack.push((target, edges_of(target), 0));
                }
                Mark::Open => {
                    let from =
                        stack.iter().position(|entry| entry.0 == target).expect("open nodes are stacked");
                    found.push((stack[from..].iter().map(|entry| graph[entry.0]).collect(), number));
                }
            }
        }
    }
    found
}

struct ImportProblem(ResolveError);

impl ImportProblem {
    fn into_diagnostic(self, file: ModuleId, import: &HeaderImport) -> Diagnostic {
        let written = match &import.source {
            HeaderSource::Path(path) => path.clone(),
            HeaderSource::Dotted(parts) => parts.join("."),
        };
        let error =
            |number, message: String| Diagnostic::new(Code::error(number), file, import.span, message);
        match self.0 {
            ResolveError::Missing => error(700, format!("module '{written}' not found")),
            ResolveError::Ambiguous(a, b) => {
                error(705, format!("module '{written}' is ambiguous: {a} and {b}")).help("remove one of them")
            }
            ResolveError::Invalid => error(702, format!("invalid import path '{written}'"))
                .help("a path is './' or '../', then names without extension"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigil_frontend::FileId;

    fn cycles(count: u32, edges: &[(u32, u32)]) -> Vec<(Vec<u32>, u32)> {
        let mut graph = DiGraph::new();
        let nodes: Vec<_> = (0..count).map(|n| graph.add_node(FileId(n))).collect();
        for (number, &(from, to)) in edges.iter().enumerate() {
            graph.add_edge(nodes[from as usize], nodes[to as usize], number as u32);
        }
        let found = closing_edges(&graph);
        found.into_iter().map(|(path, n)| (path.iter().map(|id| id.0).collect(), n)).collect()
    }

    #[test]
    fn a_diamond_is_no_cycle() {
        assert_eq!(cycles(4, &[(0, 1), (0, 2), (1, 3), (2, 3)]), []);
    }

    #[test]
    fn a_cycle_is_closed_by_its_last_import() {
        assert_eq!(cycles(3, &[(0, 1), (1, 2), (2, 1)]), [(vec![1, 2], 2)]);
        assert_eq!(cycles(1, &[(0, 0)]), [(vec![0], 0)]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let mut edges: Vec<_> = (0..100_000).map(|n| (n, n + 1)).collect();
        edges.push((100_000, 0));
        assert_eq!(cycles(100_001, &edges)[0].1, 100_000);
    }
}
