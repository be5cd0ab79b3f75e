//! All that a compilation keeps besides the `Program`: files, functions, instances, units, and what went wrong.
//!
//! Every slot is written once by the job that its name tells, and read by jobs that come after it in the graph.

use super::engine::{ChildSlot, Node};
use super::phased::Phases;
use super::units::{Content, Unit};
use crate::cli::Schedule;
use crate::native::{Cache, Compiler, Flags};
use crate::project::{Input, Resolver};
use crate::stats::Counters;
use crossbeam_utils::CachePadded;
use dashmap::DashMap;
use parking_lot::Mutex;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use sigil_checker::body::BodyScratch;
use sigil_checker::parts::Slots;
use sigil_checker::types::{FnId, ModuleId};
use sigil_checker::{Assumption, Program};
use sigil_codegen::{Codegen, Emitted, Instance, Scratch};
use sigil_frontend::{Contention, Diagnostic, Span, Waits};
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// How far a compilation goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Goal {
    /// Findings only.
    Check,
    /// C on disk.
    Emit,
    /// A program.
    Build,
}

/// What to do about functions without tests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Untested {
    /// Not examined.
    Ignore,
    /// Warnings.
    Warn,
    /// Errors.
    Deny,
}

/// What a compilation is to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How far it goes.
    pub goal: Goal,
    /// Tests are emitted instead of `@main`.
    pub tests: bool,
    /// Functions without tests.
    pub untested: Untested,
    /// Order of stages.
    pub schedule: Schedule,
    /// Grouping of functions.
    pub split: crate::cli::Split,
    /// Workers.
    pub workers: usize,
    /// How much work a node holds.
    pub grain: super::Grain,
    /// For the C compiler.
    pub flags: Flags,
    /// Seed of a random order.
    pub chaos: Option<u64>,
    /// The scheduler's policy as text.
    pub policy: Option<String>,
    /// The run is recorded.
    pub is_recorded: bool,
    /// The recorded schedule that it follows.
    pub replay: Option<Arc<sigil_scheduler::Schedule>>,
    /// Parts of each shared map.
    pub map_shards: usize,
}

/// The state of one compilation. What is large in it is left to the end of the process, which frees it at once: piece
/// by piece takes longer than all that is left to do after a run.
pub struct Compilation<'p> {
    /// What to do.
    pub plan: Plan,
    /// Names, types, modules.
    pub program: &'p Program,
    /// The code generator.
    pub codegen: ManuallyDrop<Codegen<'p>>,
    /// Where imports lead.
    pub resolver: Resolver,
    /// Files by module number.
    pub files: ManuallyDrop<boxcar::Vec<File>>,
    /// Modules by key; the lock is also what keeps module numbers and `files` in step.
    pub by_key: Mutex<FxHashMap<String, ModuleId>>,
    /// A file mentions timeouts. All have been looked at before a unit is written, so it depends on the input alone.
    pub has_timeouts: AtomicBool,
    /// A file mentions parallel tasks.
    pub has_tasks: AtomicBool,
    /// Files whose header has not been read, plus one while the first ones are being added.
    pub open_headers: AtomicUsize,
    /// Files whose interface has not been built, plus one likewise.
    pub open_interfaces: AtomicUsize,
    /// Instances asked for and not emitted, plus one until all functions of the user's modules are.
    pub open_instances: AtomicUsize,
    /// Numbers of instances: generic functions, library functions, per-type helpers.
    pub instance_ids: ManuallyDrop<DashMap<Instance, u32, FxBuildHasher>>,
    /// Waits at the locks of `instance_ids`.
    pub instance_waits: Waits,
    /// Instances by number.
    pub instances: ManuallyDrop<boxcar::Vec<InstanceSlot>>,
    /// C files, in their final order.
    pub units: boxcar::Vec<Unit>,
    /// Events that everything hangs on.
    pub events: OnceLock<Events>,
    /// Findings that are final.
    pub diagnostics: Mutex<Vec<Diagnostic>>,
    /// Findings of emission: consequences if there are others.
    pub late_diagnostics: Mutex<Vec<Diagnostic>>,
    /// Failures of the world outside: code and sentence.
    pub failures: Mutex<Vec<(u16, String)>>,
    /// There is an error, so nothing will be put in place.
    pub has_errors: AtomicBool,
    /// Memory of each worker.
    pub locals: ManuallyDrop<Vec<CachePadded<Mutex<Local>>>>,
    /// Bodies of each worker that took something for granted, in runs that are validated together.
    pub assumed: Vec<CachePadded<Mutex<Vec<Vec<Assumed>>>>>,
    /// Such runs that have a node.
    pub unsettled: boxcar::Vec<Mutex<Vec<Assumed>>>,
    /// What was done and when.
    pub counters: Counters,
    /// The C compiler and its cache, if the goal needs them.
    pub native: Option<Native>,
    /// The files to start from, relative to the source root.
    pub inputs: Vec<String>,
    /// Their modules.
    pub roots: Mutex<Vec<ModuleId>>,
    /// Where C files go, if they are wanted.
    pub output_dir: Option<PathBuf>,
    /// Gates, if there are phases.
    pub phases: OnceLock<Phases>,
    /// Parts too small for a unit of their own.
    pub leftover: Mutex<Vec<Content>>,
    /// C's `main`.
    pub entry_text: OnceLock<Emitted>,
    /// How compiling the runtime ended.
    pub runtime_outcome: ChildSlot,
    /// How the link ended.
    pub link_outcome: ChildSlot,
    /// How tests ended.
    pub test_outcomes: OnceLock<Vec<ChildSlot>>,
    /// The program's file when it is linked.
    pub executable: OnceLock<PathBuf>,
    /// The tests of the program, in the order of the report.
    pub tests: OnceLock<Vec<FnId>>,
    /// Only tests are run whose name contains this.
    pub test_filter: OnceLock<String>,
}

/// The C compiler at work.
pub struct Native {
    /// Which one.
    pub compiler: Compiler,
    /// Objects by content.
    pub cache: Cache,
    /// Directory of the runtime's header.
    pub include: PathBuf,
    /// Part of each object's key.
    pub key: String,
}

/// A body that took something for granted before all modules were known.
pub struct Assumed {
    /// The function.
    pub function: FnId,
    /// What it took for granted.
    pub assumptions: Vec<Assumption>,
    /// Findings, valid if that was right.
    pub diagnostics: Vec<Diagnostic>,
}

/// Events that jobs of many places wait for.
pub struct Events {
    /// All files are known.
    pub discovered: Node,
    /// All interfaces are built.
    pub complete: Node,
    /// All instances are emitted.
    pub instances: Node,
    /// The runtime's object exists.
    pub runtime: Node,
}

/// A file that is or will be a module.
pub struct File {
    /// Its module.
    pub id: ModuleId,
    /// Path relative to the source root; key of a library module.
    pub relative: String,
    /// Part of the library.
    pub is_library: bool,
    /// Size in bytes, once read.
    pub size: AtomicUsize,
    /// The import that discovered it is to be blamed if it cannot be read; none for files of the command line.
    pub blame: Option<(ModuleId, Span)>,
    /// What the header led to.
    pub imports: OnceLock<Vec<ImportEdge>>,
    /// Imports of other files that wait for this one's interface.
    pub dependents: Mutex<Dependents>,
    /// What is read of it so far, if it is large.
    pub reading: Mutex<Option<Arc<super::reading::Reading>>>,
    /// Chunks and pieces, if it is large.
    pub large: super::large::Large,
    /// A slot a function, once the interface is built.
    pub functions: OnceLock<Slots<FnSlot>>,
    /// Parts of the file that become C together.
    pub parts: OnceLock<Box<[Part]>>,
    /// Where several functions share an emission: how many of each run are not checked yet.
    pub unchecked: OnceLock<Box<[AtomicUsize]>>,
    /// The file was read.
    pub is_loaded: AtomicBool,
}

/// Who waits for an interface.
#[derive(Default)]
pub struct Dependents {
    /// It is built.
    pub is_done: bool,
    /// Importing module, number of the import, event.
    pub waiting: Vec<(ModuleId, u32, Node)>,
}

/// An import of a file.
pub struct ImportEdge {
    /// Place of what is imported from.
    pub span: Span,
    /// The module, if there is one.
    pub target: Option<ModuleId>,
    /// It closes a cycle and was reported.
    pub is_broken: AtomicBool,
}

/// A function of a file.
#[derive(Default)]
pub struct FnSlot {
    /// The node that checks its body, once somebody asked for it.
    pub check: Mutex<Option<Node>>,
    /// That node checks others too.
    pub is_batched: AtomicBool,
    /// It waits for all modules, so its level does not wait for it.
    pub is_deferred: AtomicBool,
    /// The body is in its slot of the program.
    pub is_checked: AtomicBool,
    /// Its C, from emission until its unit is written.
    pub emitted: Mutex<Option<Emitted>>,
}

/// A run of functions of a file that goes to one unit.
pub struct Part {
    /// Functions not emitted yet, plus a large number until the interface says how many there are.
    pub open: AtomicIsize,
    /// Complete when `open` is nought.
    pub done: Node,
}

/// An instance with a node of its own.
pub struct InstanceSlot {
    /// Which.
    pub instance: Instance,
    /// What it is ordered by among units' contents, once it is emitted.
    pub sort_key: OnceLock<String>,
    /// Its C, from emission until its unit is written.
    pub emitted: Mutex<Option<Emitted>>,
}

/// Memory that a worker reuses.
pub struct Local {
    /// For lexing and parsing.
    pub parse: sigil_frontend::ParseScratch,
    /// For checking bodies.
    pub body: BodyScratch,
    /// For emission.
    pub emit: Scratch,
    /// Instances that this worker has asked for.
    pub requested: FxHashSet<Instance>,
}

/// A [`DashMap`] has no fewer.
const LEAST_SHARDS: usize = 2;

impl<'p> Compilation<'p> {
    /// What happened at the locks of the shared maps, by map and shard; of the instances' map only the sum is known.
    pub fn contention(&self) -> Vec<(&'static str, Vec<Contention>)> {
        let mut maps = self.program.contention();
        maps.push(("instances", vec![self.instance_waits.contention()]));
        maps
    }

    /// A compilation that has not begun.
    pub fn new(
        plan: Plan,
        program: &'p Program,
        input: &Input,
        native: Option<Native>,
        output_dir: Option<PathBuf>,
    ) -> Self {
        let options =
            sigil_codegen::Options { optimize: plan.flags.optimize > 0, line_directives: plan.flags.debug };
        let shards = plan.map_shards.next_power_of_two().max(LEAST_SHARDS);
        let instance_ids = DashMap::with_hasher_and_shard_amount(FxBuildHasher, shards);
        let local = || Local {
            parse: Default::default(),
            body: BodyScratch::new(program),
            emit: Scratch::default(),
            requested: FxHashSet::default(),
        };
        Compilation {
            program,
            codegen: ManuallyDrop::new(Codegen::new(program, options)),
            resolver: Resolver::new(&input.root),
            files: ManuallyDrop::default(),
            by_key: Mutex::default(),
            has_timeouts: AtomicBool::new(false),
            has_tasks: AtomicBool::new(false),
            open_headers: AtomicUsize::new(1),
            open_interfaces: AtomicUsize::new(1),
            open_instances: AtomicUsize::new(2),
            instance_ids: ManuallyDrop::new(instance_ids),
            instance_waits: Waits::default(),
            instances: ManuallyDrop::default(),
            units: boxcar::Vec::new(),
            events: OnceLock::new(),
            diagnostics: Mutex::default(),
            late_diagnostics: Mutex::default(),
            failures: Mutex::default(),
            has_errors: AtomicBool::new(false),
            locals: ManuallyDrop::new(
                (0..plan.workers).map(|_| CachePadded::new(Mutex::new(local()))).collect(),
            ),
            assumed: (0..plan.workers).map(|_| CachePadded::default()).collect(),
            unsettled: boxcar::Vec::new(),
            counters: Counters::new(plan.workers, super::Job::STAGES.len(), false),
            native,
            inputs: input.files.clone(),
            roots: Mutex::default(),
            output_dir,
            phases: OnceLock::new(),
            leftover: Mutex::default(),
            entry_text: OnceLock::new(),
            runtime_outcome: ChildSlot::default(),
            link_outcome: ChildSlot::default(),
            test_outcomes: OnceLock::new(),
            executable: OnceLock::new(),
            tests: OnceLock::new(),
            test_filter: OnceLock::new(),
            plan,
        }
    }

    /// Emission found something that is not supported.
    pub fn has_late_errors(&self) -> bool {
        !self.late_diagnostics.lock().is_empty()
    }

    /// A file.
    pub fn file(&self, id: ModuleId) -> &File {
        &self.files[id.0 as usize]
    }

    /// Records findings of one job.
    pub fn report(&self, diagnostics: Vec<Diagnostic>) {
        if diagnostics.is_empty() {
            return;
        }
        if diagnostics.iter().any(|d| !d.code.is_warning) {
            self.has_errors.store(true, Ordering::Relaxed);
        }
        self.diagnostics.lock().extend(diagnostics);
    }

    /// Records a failure of the world outside.
    pub fn fail(&self, code: u16, sentence: String) {
        self.has_errors.store(true, Ordering::Relaxed);
        self.failures.lock().push((code, sentence));
    }

    /// Whether the result will be thrown away. Only ever used to save work, never to decide what is reported.
    pub fn is_failed(&self) -> bool {
        self.has_errors.load(Ordering::Relaxed)
    }

    /// The slot of a function. Its module's interface is built.
    pub fn function(&self, id: FnId) -> &FnSlot {
        let file = self.file(id.module);
        // Whoever asks first makes the table: a body may name a function before the job that built the interface
        // has gone on to create the nodes.
        let table = file.functions.get_or_init(|| {
            let count = self.program.functions(id.module).len();
            Slots::new(count)
        });
        table.get(id.index as usize)
    }
}
