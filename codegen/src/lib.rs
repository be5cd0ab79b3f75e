//! Code generator of the Sigil compiler: typed bodies in, C text out, one instance at a time.
//!
//! This crate knows no threads, no files on disk and no C compiler. Everything takes `&self` and may be called from
//! any number of threads; what one call gives depends on the program alone.
//!
//! ```text
//! codegen.entry(main)          C's `main`; it needs the instance of @main …
//! codegen.emit(instance)       … whose text needs further instances, each emitted once
//! codegen.unit(emitted, …)     a C file of any of them: declarations of what they need, then their text
//! ```
//!
//! ```text
//! instance     what is emitted once: a function with its type arguments, the helpers of a type
//! names        C names
//! layout       C types of values
//! body         functions
//! glue         what follows from a type alone: ownership, equality, text, …
//! intrinsics   which C function a library function without a body is
//! entry        C's `main`
//! unit         the text of a C file
//! runtime      the C runtime's files
//! ```

mod body;
mod entry;
pub mod glue;
mod instance;
pub mod intrinsics;
mod layout;
mod names;
mod runtime;
mod sink;
mod table;
mod unit;

pub use instance::Instance;
pub use layout::{Layout, Shape};
pub use runtime::runtime_files;

use glue::{Cx, Sink};
use names::Names;
use sigil_checker::program::Program;
use sigil_checker::types::{AdtId, FnId, ModuleId, Ty, TyKind, TyList};
use sigil_frontend::{Code, Diagnostic, Symbol};
use std::sync::atomic::{AtomicU32, Ordering};
use table::Table;

/// Type arguments nest at most so deep: 256 levels that a program can write and 64 of instances within instances.
const MAX_ARGS_DEPTH: u32 = 256 + 64;
/// The same for types that only helpers are made of: what a function writes inside may nest deeper than its arguments.
const MAX_TYPE_DEPTH: u32 = 1024;

/// Instances of one declaration. Those that double with each level of nesting would not end in anybody's lifetime.
const MAX_INSTANCES: u32 = 1 << 16;

/// How C is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// The C compiler will optimise.
    pub optimize: bool,
    /// `#line` ties the C to the Sigil source.
    pub line_directives: bool,
}

/// Memory that emissions on one thread reuse.
#[derive(Debug, Default)]
pub struct Scratch {
    body: body::Scratch,
    /// Grows once; what is kept is copied out of it.
    text: String,
}

/// An instance as C.
#[derive(Clone, Debug, Default)]
pub struct Emitted {
    /// Definitions.
    pub text: String,
    /// Instances that they refer to.
    pub needs: Vec<Instance>,
    /// Types that must be complete.
    pub types: Vec<Ty>,
    /// String literals that they refer to.
    pub literals: Vec<Symbol>,
    /// Functions whose place they refer to in panics.
    pub places: Vec<FnId>,
}

impl From<Sink> for Emitted {
    fn from(sink: Sink) -> Self {
        Emitted {
            text: sink.text,
            needs: sink.needs.into(),
            types: sink.types.into(),
            literals: sink.literals.into(),
            places: sink.places.into(),
        }
    }
}

/// Emits the instances of one program.
pub struct Codegen<'p> {
    program: &'p Program,
    options: Options,
    names: Names<'p>,
    layouts: Table<Layout>,
    /// By module and number: the type's declaration leads back to itself.
    recursive: Table<Table<bool>>,
    /// By module and number: how many instances of a function, helpers of a type, have been emitted.
    fn_counts: Table<Table<AtomicU32>>,
    adt_counts: Table<Table<AtomicU32>>,
    templates: body::Templates,
}

impl<'p> Codegen<'p> {
    /// A code generator. It looks at the program only when asked for something.
    pub fn new(program: &'p Program, options: Options) -> Self {
        Codegen {
            program,
            options,
            names: Names::new(program),
            layouts: Table::default(),
            recursive: Table::default(),
            fn_counts: Table::default(),
            adt_counts: Table::default(),
            templates: body::Templates::default(),
        }
    }

    /// Writes an instance. The body that it is made of (`body_owner`) must have been checked without errors, the
    /// interfaces of all modules must be known if it is not a function without type parameters.
    pub fn emit(&self, instance: Instance, scratch: &mut Scratch) -> Result<Emitted, Vec<Diagnostic>> {
        if let Some(diagnostic) = self.too_deep(instance) {
            return Err(vec![diagnostic]);
        }
        let mut out = Sink { text: std::mem::take(&mut scratch.text), ..Sink::default() };
        out.text.clear();
        match instance {
            Instance::Fn(id, args) => {
                body::emit_fn(self, &self.templates, (id, args), &mut scratch.body, &mut out)?;
            }
            Instance::Glue(ty) => glue::emit(self, ty, &mut out),
            Instance::Traits(ty) => glue::emit_traits(self, ty, &mut out),
        }
        let mut emitted = Emitted::from(out);
        scratch.text = std::mem::take(&mut emitted.text);
        emitted.text = scratch.text.as_str().to_owned();
        Ok(emitted)
    }

    /// The function whose body an instance is made of.
    pub fn body_owner(&self, instance: Instance) -> Option<FnId> {
        match instance {
            Instance::Fn(id, _) if self.program.fn_decl(id).has_body => Some(id),
            _ => None,
        }
    }

    /// Orders instances by what they are, never by their numbers.
    pub fn sort_key(&self, instance: Instance) -> String {
        let mut key = String::new();
        match instance {
            Instance::Fn(id, args) => self.names.push_fn(id, args, &mut key),
            Instance::Glue(ty) => self.names.push_type(ty, &mut key),
            Instance::Traits(ty) => {
                self.names.push_type(ty, &mut key);
                key.push_str("_t");
            }
        }
        key
    }

    /// Instances that make ever larger instances have no end. What is too deep is so in every schedule, and so is the
    /// number of instances unless something else has no end either.
    fn too_deep(&self, instance: Instance) -> Option<Diagnostic> {
        let types = &self.program.types;
        let (file, span) = match instance {
            Instance::Fn(_, TyList::EMPTY) => return None,
            Instance::Fn(id, args)
                if self.names.depth(args) > MAX_ARGS_DEPTH
                    || is_too_often(&self.fn_counts, id.module, id.index) =>
            {
                (id.module, self.program.fn_decl(id).span)
            }
            Instance::Glue(ty) | Instance::Traits(ty) => {
                let is_deep = self.names.ty(ty).depth > MAX_TYPE_DEPTH;
                let id = match types.kind(ty) {
                    TyKind::Adt(_, TyList::EMPTY) => return None,
                    TyKind::Adt(id, _) if is_deep || is_too_often(&self.adt_counts, id.module, id.index) => {
                        self.some_adt(ty).unwrap_or(id)
                    }
                    _ if is_deep => self.some_adt(ty)?,
                    _ => return None,
                };
                (id.module, self.program.adt(id).span)
            }
            Instance::Fn(..) => return None,
        };
        let message = "generic instantiation nests too deeply";
        Some(Diagnostic::new(Code::error(324), file, span, message))
    }

    /// The first user type in a type, which is not of the library if one is not. Only through one can types grow
    /// without functions that grow too.
    fn some_adt(&self, ty: Ty) -> Option<AdtId> {
        let types = &self.program.types;
        let first = |list| types.list_of(list).iter().copied().max_by_key(|&part| self.names.ty(part).depth);
        let part = match types.kind(ty) {
            TyKind::Adt(id, args) if self.program.module(id.module).info.is_library => {
                return first(args).and_then(|part| self.some_adt(part)).or(Some(id));
            }
            TyKind::Adt(id, _) => return Some(id),
            TyKind::List(part) | TyKind::Map(_, part) => Some(part),
            TyKind::Tuple(list) | TyKind::Record(_, list) => first(list),
            _ => None,
        };
        self.some_adt(part?)
    }
}

/// Counts one more instance of a declaration.
fn is_too_often(counts: &Table<Table<AtomicU32>>, module: ModuleId, index: u32) -> bool {
    let count = counts.get(module.0, Default::default).get(index, Default::default);
    count.fetch_add(1, Ordering::Relaxed) >= MAX_INSTANCES
}

impl Cx for Codegen<'_> {
    fn program(&self) -> &Program {
        self.program
    }

    fn options(&self) -> Options {
        self.options
    }

    fn layout(&self, ty: Ty) -> &Layout {
        self.layout(ty)
    }

    fn push_type_name(&self, ty: Ty, out: &mut String) {
        self.names.push_type(ty, out);
    }

    fn push_c_type(&self, ty: Ty, out: &mut String) {
        self.c_type(ty, out);
    }

    fn is_boxed(&self, ty: Ty) -> bool {
        self.layout(ty).shape == Shape::Boxed
    }

    fn push_fn_name(&self, id: FnId, args: TyList, out: &mut String) {
        self.names.push_fn(id, args, out);
    }

    fn push_signature(&self, id: FnId, args: TyList, out: &mut String) {
        self.c_type(self.result(id, args), out);
        out.push(' ');
        self.names.push_fn(id, args, out);
        out.push('(');
        let mut count = 0;
        self.each_param(id, args, |param| {
            out.push_str(if count > 0 { ", " } else { "" });
            self.c_type(param, out);
            out.push_str(" p");
            sink::number(out, count);
            count += 1;
        });
        out.push_str(if count == 0 { "void)" } else { ")" });
    }

    fn push_tag(&self, ty: Ty, base: &str, out: &mut String) {
        self.tag(ty, base, out);
    }

    fn push_field(&self, ty: Ty, base: &str, variant: u32, field: u32, out: &mut String) {
        self.field(ty, base, variant, field, out);
    }

    fn is_trivial(&self, ty: Ty) -> bool {
        self.layout(ty).is_trivial
    }

    fn push_place(&self, id: FnId, out: &mut Sink) {
        out.push("&");
        self.names.push_where(id, &mut out.text);
        out.places.add(id);
    }

    fn push_literal(&self, text: Symbol, out: &mut Sink) {
        out.push("(&");
        names::push_literal(self.program.names.get(text), &mut out.text);
        out.push(")");
        out.literals.add(text);
    }
}
