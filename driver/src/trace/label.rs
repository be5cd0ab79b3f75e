//! What a recording keeps of a job, and what it is called afterwards.

use crate::graph::{Compilation, Job};
use rustc_hash::FxBuildHasher;
use sigil_checker::types::{FnId, ImplId, ModuleId};
use sigil_codegen::Instance;
use sigil_frontend::{FileId, Span};
use std::hash::BuildHasher;

/// A job as a number: which, 6 bits; module, 26 bits; what in it, 32 bits.
pub fn tag(job: Job) -> u64 {
    let of = |which: u64, module: ModuleId, index: u32| {
        which << 58 | u64::from(module.0 & 0x3ff_ffff) << 32 | u64::from(index)
    };
    let plain = |which: u64, index: u32| which << 58 | u64::from(index);
    match job {
        Job::Start => plain(0, 0),
        Job::Read(file) => of(1, file, 0),
        Job::LexChunk(file, chunk) => of(2, file, chunk),
        Job::Join(file) => of(3, file, 0),
        Job::FindItems(file, chunk) => of(4, file, chunk),
        Job::Plan(file) => of(5, file, 0),
        Job::ParsePiece(file, piece) => of(6, file, piece),
        Job::Assemble(file) => of(7, file, 0),
        Job::Parse(file) => of(8, file, 0),
        Job::Interface(file) => of(9, file, 0),
        Job::CheckBody(id) => of(10, id.module, id.index),
        Job::CheckImpl(id) => of(11, id.module, id.index),
        Job::Untested(file) => of(12, file, 0),
        Job::Discovered => plain(13, 0),
        Job::Complete => plain(14, 0),
        Job::EmitFunction(id) => of(15, id.module, id.index),
        Job::EmitInstance(number) => plain(16, number),
        Job::PartsDone => plain(17, 0),
        Job::Rest => plain(18, 0),
        Job::Unit(number) => plain(19, number),
        Job::Compiled(number) => plain(20, number),
        Job::Runtime => plain(21, 0),
        Job::RuntimeCompiled => plain(22, 0),
        Job::Link => plain(23, 0),
        Job::Linked => plain(24, 0),
        Job::StartTests => plain(25, 0),
        Job::Test(number) => plain(26, number),
        Job::TestEnded(number) => plain(27, number),
        Job::InterfacePart(file, part) => of(28, file, part),
        Job::EndInterface(file) => of(29, file, 0),
        Job::CheckBodies(id) => of(30, id.module, id.index),
        Job::EmitFunctions(id) => of(31, id.module, id.index),
        Job::ParseChunk(file, chunk) => of(32, file, chunk),
        Job::OpenBodies(file, part) => of(33, file, part),
        Job::Settle(list) => plain(34, list),
        Job::ReadPart(file, part) => of(35, file, part),
        Job::Load(file) => of(36, file, 0),
    }
}

/// What a job of a compilation was, from its number.
pub fn label(compilation: &Compilation<'_>, tag: u64) -> String {
    let (file, index) = (FileId((tag >> 32) as u32 & 0x3ff_ffff), tag as u32);
    let names = Names(compilation);
    let path = |what: &str| format!("{what} {}", names.path(file));
    let piece = |what: &str| format!("{what} {} #{index}", names.path(file));
    match tag >> 58 {
        0 => "start".to_owned(),
        1 => path("read"),
        2 => piece("lex"),
        3 => path("join chunks of"),
        4 => piece("find items of"),
        5 => path("plan pieces of"),
        6 => piece("parse"),
        7 => path("assemble"),
        8 => path("parse"),
        9 => path("interface of"),
        10 => format!("check {}", names.function(FnId { module: file, index })),
        11 => format!("check impl {}", names.impl_(ImplId { module: file, index })),
        12 => path("find untested functions of"),
        13 => "all files are known".to_owned(),
        14 => "all interfaces are built".to_owned(),
        15 => format!("emit {}", names.function(FnId { module: file, index })),
        16 => format!("emit {}", names.instance(index)),
        17 => "all functions are emitted".to_owned(),
        18 => "plan units of instances".to_owned(),
        19 => format!("write {}", names.unit(index)),
        20 => format!("compile {}", names.unit(index)),
        21 => "write the runtime".to_owned(),
        22 => "compile the runtime".to_owned(),
        23 => "prepare the link".to_owned(),
        24 => "link".to_owned(),
        25 => "start tests".to_owned(),
        26 => format!("start test {index}"),
        27 => format!("test {index}"),
        28 => piece("interface part of"),
        29 => path("end the interface of"),
        30 => format!("check from {} on", names.function(FnId { module: file, index })),
        31 => format!("emit from {} on", names.function(FnId { module: file, index })),
        32 => piece("parse chunk of"),
        33 => piece("open bodies of"),
        35 => piece("read"),
        36 => path("put together"),
        _ => format!("validate what bodies took for granted #{index}"),
    }
}

/// Names of what a compilation holds; numbers where it never came to a name.
struct Names<'a, 'p>(&'a Compilation<'p>);

impl Names<'_, '_> {
    fn path(&self, file: FileId) -> &str {
        &self.0.program.module(file).info.display
    }

    fn place(&self, file: FileId, span: Span) -> String {
        let bytes = self.0.text(file).as_bytes();
        let before = &bytes[..bytes.len().min(span.start as usize)];
        format!("({}:{})", self.path(file), 1 + memchr::memchr_iter(b'\n', before).count())
    }

    fn function(&self, id: FnId) -> String {
        let program = self.0.program;
        if !program.module(id.module).has_interface() {
            return format!("function {} of {}", id.index, self.path(id.module));
        }
        let decl = program.fn_decl(id);
        format!("{} {}", program.names.get(decl.name), self.place(id.module, decl.span))
    }

    fn impl_(&self, id: ImplId) -> String {
        if !self.0.program.module(id.module).has_interface() {
            return format!("{} of {}", id.index, self.path(id.module));
        }
        self.place(id.module, self.0.program.impl_decl(id).span)
    }

    fn instance(&self, number: u32) -> String {
        let Some(slot) = self.0.instances.get(number as usize) else { return format!("instance {number}") };
        // Its own number depends on who asked first; this one is the same in each run, so that runs can be compared.
        let number = FxBuildHasher.hash_one(self.0.codegen.sort_key(slot.instance)) as u32;
        match slot.instance {
            Instance::Fn(id, _) => format!("instance {number} of {}", self.function(id)),
            Instance::Glue(_) => format!("instance {number}: ownership of a type"),
            Instance::Traits(_) => format!("instance {number}: traits of a type"),
        }
    }

    fn unit(&self, number: u32) -> String {
        self.0.units.get(number as usize).map_or_else(|| format!("unit {number}"), |unit| unit.name.clone())
    }
}
