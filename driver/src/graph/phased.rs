//! The plain way, for comparison: a barrier after each stage, and modules checked level by level.
//!
//! The jobs are the same; gates in front of them are events that open when everything before them has ended.

use super::engine::{Graph, Node};
use super::state::Compilation;
use parking_lot::Mutex;
use petgraph::Direction;
use rustc_hash::FxHashMap;
use sigil_checker::types::ModuleId;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Gates of a phased compilation.
pub struct Phases {
    /// Opens when all bodies are checked.
    pub checked: Node,
    /// Opens a module's interface.
    gates: Mutex<FxHashMap<ModuleId, Node>>,
    /// Modules by level: a module is above all that it imports.
    levels: OnceLock<Vec<Vec<ModuleId>>>,
    /// The level at hand.
    current: AtomicUsize,
    /// Jobs of the level at hand that have not ended.
    open: AtomicUsize,
    /// Files that are not parsed, plus one until all are known.
    unparsed: AtomicUsize,
}

impl Phases {
    /// Closed gates.
    pub fn new(checked: Node) -> Self {
        Phases {
            checked,
            gates: Mutex::default(),
            levels: OnceLock::new(),
            current: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            unparsed: AtomicUsize::new(1),
        }
    }
}

impl Compilation<'_> {
    /// The gate in front of a module's interface, in a phased compilation.
    pub fn gate(&self, id: ModuleId, g: &mut dyn Graph) -> Option<Node> {
        let phases = self.phases.get()?;
        phases.unparsed.fetch_add(1, Ordering::AcqRel);
        let event = g.event();
        phases.gates.lock().insert(id, event);
        Some(event)
    }

    /// All files are known.
    pub fn open_levels(&self, g: &mut dyn Graph) {
        self.parsed_step(g);
    }

    /// A file less to parse.
    pub fn parsed_step(&self, g: &mut dyn Graph) {
        let Some(phases) = self.phases.get() else { return };
        if phases.unparsed.fetch_sub(1, Ordering::AcqRel) == 1 {
            // Cannot be set already: the count falls to nought once.
            let _ = phases.levels.set(self.levels());
            self.open_level(0, g);
        }
    }

    fn open_level(&self, number: usize, g: &mut dyn Graph) {
        let phases = self.phases();
        let levels = phases.levels.get().expect("levels are computed when everything is parsed");
        let Some(level) = levels.get(number) else {
            g.complete(phases.checked);
            return;
        };
        phases.current.store(number, Ordering::Release);
        phases.open.store(level.len(), Ordering::Release);
        let gates: Vec<Node> = {
            let gates = phases.gates.lock();
            level.iter().map(|id| gates[id]).collect()
        };
        for gate in gates {
            g.complete(gate);
        }
    }

    /// More jobs in the level at hand.
    pub fn level_add(&self, count: usize) {
        if let Some(phases) = self.phases.get() {
            phases.open.fetch_add(count, Ordering::AcqRel);
        }
    }

    /// A job of the level at hand has ended.
    pub fn level_step(&self, g: &mut dyn Graph) {
        let Some(phases) = self.phases.get() else { return };
        if phases.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.open_level(phases.current.load(Ordering::Acquire) + 1, g);
        }
    }

    /// Modules by level, each level sorted by key: level 0 imports nothing but the prelude, which comes first.
    pub fn levels(&self) -> Vec<Vec<ModuleId>> {
        let graph = self.module_graph();
        // Cycles are broken, so there is an order.
        let order = petgraph::algo::toposort(&graph, None).unwrap_or_default();
        let mut height = vec![0; graph.node_count()];
        let mut levels: Vec<Vec<ModuleId>> = vec![Vec::new()];
        for &node in order.iter().rev() {
            let id = graph[node];
            let below = graph.neighbors_directed(node, Direction::Outgoing).map(|n| height[n.index()]).max();
            let file = self.file(id);
            let is_prelude = file.is_library && file.relative == "prelude";
            height[node.index()] = if is_prelude { 0 } else { below.unwrap_or(0) + 1 };
            let at = height[node.index()];
            levels.resize_with(levels.len().max(at + 1), Vec::new);
            levels[at].push(id);
        }
        for level in &mut levels {
            level.sort_by(|&a, &b| self.file(a).relative.cmp(&self.file(b).relative));
        }
        levels.retain(|level| !level.is_empty());
        levels
    }
}
