//! The one place where stages become nodes of the task graph.
//!
//! ```text
//!  Read ─► LexChunk… ─► ParseChunk… ─► Join ─► Interface ─► CheckBody… ─► EmitFunction… ─► Unit ─► Compiled ─► Link
//!    │      (pieces of large files only)          (1 a module)  CheckImpl…   EmitInstance…     (C compiler runs
//!    └► Read of imported files                                                                 are nodes that
//!                                                                                              hold no worker)
//! ```
//!
//! | job | runs after | creates |
//! |---|---|---|
//! | `Read`; of a large file, `ReadPart`, `Load` | the `use` line that names the file | reads of its imports, lexing, its interface |
//! | `LexChunk`, `ParseChunk`, `Join`, `FindItems`, `Plan`, `ParsePiece`, `Assemble` | one another | |
//! | `Interface` | its syntax; interfaces of its imports | its bodies and impls; of a large module, `InterfacePart`, `EndInterface`, `OpenBodies` |
//! | `CheckBody` | its interface; `complete`, if the impls of all modules are needed | emission of the function |
//! | `Discovered` | the last header | units; it also breaks import cycles |
//! | `Complete` | the last interface | `Settle`, untested functions, C's `main` |
//! | `Settle` | the last interface | |
//! | `EmitFunction`, `EmitInstance` | the check of the body | instances that it needs |
//! | `PartsDone`, `Rest` | all functions; all instances | units of instances |
//! | `Unit` | emission of what it holds | a C compiler run |
//! | `Link` | all objects | a linker run |
//!
//! No stage waits for another one to end everywhere. Where jobs cannot know their successors yet, they meet at events.

mod check;
mod discover;
mod emit;
mod engine;
mod entry;
mod grain;
mod large;
mod load;
mod native;
mod phased;
mod pool;
mod reading;
mod state;
mod testing;
mod units;

pub use engine::{ChildSlot, Graph, Node};
pub use grain::Grain;
pub use pool::{Outcome, check_policy, run};
pub use state::{Compilation, Goal, Native, Plan, Untested};
pub use testing::TestResult;

use sigil_checker::types::{FnId, ImplId, ModuleId};

/// A node's work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Job {
    /// Adds the files of the command line.
    Start,
    /// Reads a file and its header.
    Read(ModuleId),
    /// Reads a part of a large file.
    ReadPart(ModuleId, u32),
    /// Puts the parts of a large file together and reads its header.
    Load(ModuleId),
    /// Lexes a piece of a large file.
    LexChunk(ModuleId, u32),
    /// Parses a piece of a large file, if it seems to be items and nothing else.
    ParseChunk(ModuleId, u32),
    /// Joins what is known of the pieces of a large file.
    Join(ModuleId),
    /// Finds the starts of items in a piece of a large file.
    FindItems(ModuleId, u32),
    /// Decides on the pieces of a large file.
    Plan(ModuleId),
    /// Parses a piece of a large file.
    ParsePiece(ModuleId, u32),
    /// Joins the trees of a large file.
    Assemble(ModuleId),
    /// Lexes and parses a small file.
    Parse(ModuleId),
    /// Builds a module's interface.
    Interface(ModuleId),
    /// Lowers some types or signatures of a large module.
    InterfacePart(ModuleId, u32),
    /// Puts the interface of a large module together.
    EndInterface(ModuleId),
    /// Creates the nodes of some bodies of a large module.
    OpenBodies(ModuleId, u32),
    /// Checks a body.
    CheckBody(FnId),
    /// Checks bodies: those of a run of functions from this one on that have no node of their own.
    CheckBodies(FnId),
    /// Checks an impl.
    CheckImpl(ImplId),
    /// Reports functions without tests.
    Untested(ModuleId),
    /// All files are known.
    Discovered,
    /// All interfaces are built.
    Complete,
    /// Validates what a run of bodies took for granted.
    Settle(u32),
    /// Emits a function with its module.
    EmitFunction(FnId),
    /// Emits a run of functions from this one on.
    EmitFunctions(FnId),
    /// Emits an instance.
    EmitInstance(u32),
    /// All functions of the user's modules are emitted.
    PartsDone,
    /// All instances are emitted.
    Rest,
    /// Writes or compiles a unit.
    Unit(u32),
    /// The C compiler has ended.
    Compiled(u32),
    /// Compiles the runtime.
    Runtime,
    /// The runtime is compiled.
    RuntimeCompiled,
    /// Links the program.
    Link,
    /// The linker has ended.
    Linked,
    /// Starts all tests.
    StartTests,
    /// Starts a test.
    Test(u32),
    /// A test has ended.
    TestEnded(u32),
}

impl Job {
    /// Its name in reports.
    pub fn label(self) -> String {
        format!("{self:?}")
    }

    /// Stages in the order of the pipeline: the kinds of nodes in traces and statistics.
    pub const STAGES: [&str; 11] =
        ["plan", "read", "lex", "parse", "interface", "check", "emit", "unit", "compile", "link", "test"];

    /// Number of its stage.
    pub fn stage(self) -> u8 {
        match self {
            Job::Start | Job::Discovered | Job::Complete | Job::PartsDone | Job::Rest => 0,
            Job::Read(_) | Job::ReadPart(..) | Job::Load(_) => 1,
            Job::LexChunk(..) | Job::Join(_) | Job::FindItems(..) | Job::Plan(_) => 2,
            Job::ParseChunk(..) | Job::ParsePiece(..) | Job::Assemble(_) | Job::Parse(_) => 3,
            Job::Interface(_) | Job::InterfacePart(..) | Job::EndInterface(_) => 4,
            Job::OpenBodies(..) => 5,
            Job::CheckBody(_)
            | Job::CheckBodies(_)
            | Job::CheckImpl(_)
            | Job::Settle(_)
            | Job::Untested(_) => 5,
            Job::EmitFunction(_) | Job::EmitFunctions(_) | Job::EmitInstance(_) => 6,
            Job::Unit(_) => 7,
            Job::Compiled(_) | Job::Runtime | Job::RuntimeCompiled => 8,
            Job::Link | Job::Linked => 9,
            Job::StartTests | Job::Test(_) | Job::TestEnded(_) => 10,
        }
    }

    /// How much usually hangs on it, for the scheduler's priorities: what discovers more work goes first.
    pub fn weight(self) -> u32 {
        match self {
            Job::Start | Job::Read(_) | Job::ReadPart(..) | Job::Load(_) | Job::Runtime => 4,
            Job::LexChunk(..) | Job::Join(_) | Job::FindItems(..) | Job::Plan(_) => 3,
            Job::ParseChunk(..) | Job::ParsePiece(..) | Job::Assemble(_) | Job::Parse(_) => 3,
            Job::Interface(_)
            | Job::InterfacePart(..)
            | Job::EndInterface(_)
            | Job::OpenBodies(..)
            | Job::Discovered
            | Job::Complete
            | Job::Unit(_) => 2,
            Job::CheckBody(_) | Job::CheckBodies(_) | Job::PartsDone | Job::Rest => 1,
            _ => 0,
        }
    }
}

impl Compilation<'_> {
    /// Does a node's work.
    pub fn execute(&self, job: Job, g: &mut dyn Graph) {
        match job {
            Job::Start => self.start(g),
            Job::Read(file) => self.read(file, g),
            Job::ReadPart(file, part) => self.read_part(file, part),
            Job::Load(file) => self.load_parts(file, g),
            Job::LexChunk(file, chunk) => self.lex_chunk(file, chunk, g),
            Job::ParseChunk(file, chunk) => self.parse_chunk(file, chunk, g),
            Job::Join(file) => self.join_chunks(file, g),
            Job::FindItems(file, chunk) => self.find_items(file, chunk),
            Job::Plan(file) => self.plan_pieces(file, g),
            Job::ParsePiece(file, piece) => self.parse_piece(file, piece, g),
            Job::Assemble(file) => self.assemble(file, g),
            Job::Parse(file) => self.parse(file, g),
            Job::Interface(module) => self.interface(module, g),
            Job::InterfacePart(module, part) => self.interface_part(module, part),
            Job::EndInterface(module) => self.end_interface(module, g),
            Job::OpenBodies(module, part) => self.open_bodies_of_part(module, part, g),
            Job::CheckBody(function) => self.check_body(function, g),
            Job::CheckBodies(first) => self.check_bodies(first, g),
            Job::CheckImpl(id) => self.check_impl(id, g),
            Job::Untested(module) => self.untested(module),
            Job::Discovered => self.discovered(g),
            Job::Complete => self.complete(g),
            Job::Settle(run) => self.settle(run, g),
            Job::EmitFunction(function) => self.emit_function(function, g),
            Job::EmitFunctions(first) => self.emit_functions(first, g),
            Job::EmitInstance(number) => self.emit_instance(number, g),
            Job::PartsDone => self.close_instance(g),
            Job::Rest => self.plan_rest(g),
            Job::Unit(number) => self.unit(number, g),
            Job::Compiled(number) => self.compiled(number, g),
            Job::Runtime => self.runtime(g),
            Job::RuntimeCompiled => self.runtime_compiled(g),
            Job::Link => self.link(g),
            Job::Linked => self.linked(),
            Job::StartTests => self.start_tests(g),
            Job::Test(number) => self.test(number, g),
            // Its outcome is in its slot.
            Job::TestEnded(_) => {}
        }
    }
}
