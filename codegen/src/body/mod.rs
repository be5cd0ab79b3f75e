//! From a typed body and type arguments to the C text of one function instance.
//!
//! ```text
//! tree, target     walking a body; concrete types and what calls come to
//! facts, moves     effects, reads, owners; who owns a counted local when
//! value            C values, temporaries, what is held for release
//! expr, ops, call  expressions
//! control          `if`, sequences, `?`, `??`
//! pattern, arms    tests and bindings; `match`
//! iterate, data    loops; data patterns; both by the templates of `template`
//! fuse, risk       chains of data patterns as one loop; what evaluating something may do
//! closure, outline functions as values; `recurse` and `parallel` as functions of their own
//! ```
//!
//! Operands are evaluated strictly from left to right: what has effects goes to a temporary as soon as something
//! that has effects follows in the same expression; everything else stays a nested C expression.

mod arms;
mod call;
mod closure;
mod construct;
mod control;
mod data;
mod exits;
mod expr;
mod facts;
mod fuse;
mod iterate;
mod lines;
mod moves;
mod ops;
mod outline;
mod pattern;
mod risk;
mod target;
mod template;
mod tree;
mod value;

pub use template::Templates;

use crate::glue::{self, Cx, Sink};
use facts::{Facts, Walk};
use lines::LineTable;
use moves::{Moves, Part, When};
use rustc_hash::{FxHashMap, FxHashSet};
use sigil_checker::decl::FnDecl;
use sigil_checker::hir::{Body, ExprId, LocalId};
use sigil_checker::program::Program;
use sigil_checker::types::{FnId, ModuleId, Ty, TyList};
use sigil_frontend::{Code as DiagnosticCode, Diagnostic, Span};
use std::sync::Arc;
use target::Targets;
use value::{Dest, Held, Leave, LoopFrame};

/// Memory that a worker keeps from one function to the next.
#[derive(Debug, Default)]
pub struct Scratch {
    lines: FxHashMap<ModuleId, Arc<LineTable>>,
    facts: Facts,
}

/// Writes the definition of a function instance, and of all that only it uses.
///
/// # Errors
/// What is not supported yet, with its position.
pub fn emit_fn(
    cx: &dyn Cx,
    templates: &Templates,
    (id, args): (FnId, TyList),
    scratch: &mut Scratch,
    sink: &mut Sink,
) -> Result<(), Vec<Diagnostic>> {
    let program = cx.program();
    let (Some(body), decl) = (program.body(id), program.fn_decl(id)) else { return Ok(()) };
    let module = program.module(id.module);
    let lines = scratch
        .lines
        .entry(id.module)
        .or_insert_with(|| Arc::new(LineTable::new(module.source().text())))
        .clone();
    let targets = Targets::new(cx, program.types.list_of(args));
    let facts = Walk::new(cx, body, &targets, std::mem::take(&mut scratch.facts)).run();
    let moves = moves::analyse(body, &targets, &facts);
    let mut name = String::new();
    cx.push_fn_name(id, args, &mut name);
    let directives = cx.options().line_directives;
    let mut emitter = Emitter {
        cx,
        program,
        body,
        decl,
        targets: &targets,
        facts: &facts,
        moves: &moves,
        templates,
        directives,
        lines: &lines,
        line: 0,
        name,
        sink,
        nested: String::new(),
        temps: 0,
        labels: 0,
        functions: 0,
        held: Vec::new(),
        loops: Vec::new(),
        tries: Vec::new(),
        leaves: Vec::new(),
        procedure: None,
        frame: 0,
        bail: None,
        bailed: FxHashSet::default(),
        is_stage_by_stage: false,
        errors: Vec::new(),
    };
    emitter.function();
    let errors = emitter.errors;
    scratch.facts = facts;
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// The state of writing one function instance.
struct Emitter<'a> {
    cx: &'a dyn Cx,
    program: &'a Program,
    body: &'a Body,
    decl: &'a FnDecl,
    targets: &'a Targets<'a>,
    facts: &'a Facts,
    moves: &'a Moves,
    templates: &'a Templates,
    /// Write `#line` directives.
    directives: bool,
    lines: &'a LineTable,
    /// Line of the last `#line` directive.
    line: u32,
    name: String,
    /// Its text is the C function being written.
    sink: &'a mut Sink,
    /// C functions that are finished: lambdas, procedures, adapters.
    nested: String,
    temps: u32,
    labels: u32,
    functions: u32,
    /// Owned values that are waiting in temporaries.
    held: Vec<Held>,
    loops: Vec<LoopFrame>,
    tries: Vec<Leave>,
    /// Where `?` leaves a function or lambda to.
    leaves: Vec<Leave>,
    procedure: Option<outline::Procedure>,
    frame: u32,
    /// Where a fused loop is left instead of panicking.
    bail: Option<u32>,
    /// The labels that are used so.
    bailed: FxHashSet<u32>,
    /// Nothing is fused.
    is_stage_by_stage: bool,
    errors: Vec<Diagnostic>,
}

impl Emitter<'_> {
    /// The functions that only it uses go before it.
    fn function(&mut self) {
        let result = self.concrete(self.decl.result);
        self.push_c_type(result);
        self.push(" ");
        let name = std::mem::take(&mut self.name);
        self.push(&name);
        self.name = name;
        let params = self.body.params.clone();
        self.push("(");
        self.param_list(&params);
        self.push(if params.is_empty() { "void) {\n" } else { ") {\n" });
        self.drop_dead_params(&params);
        self.push("SI_TICK\n");
        self.leaves.push(Leave { label: 0, used: false, dest: Dest::Return, ty: result, held: 0 });
        if let Some(root) = self.body.root {
            self.drops(When::Enter, root);
            self.emit(root, Dest::Return);
        }
        self.push("}\n");
        if !self.nested.is_empty() {
            self.sink.text.insert_str(0, &self.nested);
        }
    }

    /// `T v1, U v2`.
    fn param_list(&mut self, params: &[LocalId]) {
        for (i, &param) in params.iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            self.push_c_type(self.local_ty(param));
            self.push(" ");
            self.push_local(param);
        }
    }

    /// Gives up parameters that are never read, and keeps the C compiler quiet about them.
    fn drop_dead_params(&mut self, params: &[LocalId]) {
        for &param in params {
            if self.moves.is_dead_param(self.frame, param) {
                self.drop_local(param);
            } else if !self.facts.is_read(param)
                || self.facts.has_dead_code
                || self.local_ty(param) == Ty::VOID
            {
                self.push("(void)");
                self.push_local(param);
                self.push(";\n");
            }
        }
    }

    fn concrete(&self, ty: Ty) -> Ty {
        self.targets.concrete(ty)
    }

    /// Concrete type of an expression.
    fn ty(&self, id: ExprId) -> Ty {
        self.concrete(self.body[id].ty)
    }

    fn local_ty(&self, local: LocalId) -> Ty {
        self.concrete(self.body[local].ty)
    }

    fn is_trivial(&self, ty: Ty) -> bool {
        self.cx.is_trivial(ty)
    }

    fn push(&mut self, text: &str) {
        self.sink.text.push_str(text);
    }

    fn push_number(&mut self, n: impl Into<u64>) {
        value::number(&mut self.sink.text, n.into());
    }

    fn push_local(&mut self, local: LocalId) {
        self.push("v");
        self.push_number(local.0);
    }

    fn push_c_type(&mut self, ty: Ty) {
        if glue::is_aggregate(self.cx, ty) {
            self.sink.need_type(ty);
        }
        self.cx.push_c_type(ty, &mut self.sink.text);
    }

    fn drop_local(&mut self, local: LocalId) {
        let mut name = String::from("v");
        value::number(&mut name, local.0.into());
        self.release(self.local_ty(local), &name);
    }

    fn drops(&mut self, when: When, id: ExprId) {
        let moves = self.moves;
        moves.drops(when, id).iter().for_each(|part| self.drop_part(part));
    }

    fn drop_part(&mut self, part: &Part) {
        let (val, ty) = self.part(part);
        self.release(ty, &val.string());
    }

    fn release(&mut self, ty: Ty, name: &str) {
        if !self.is_trivial(ty) {
            glue::release(self.cx, self.sink, ty, name);
            self.push("\n");
        }
    }

    fn retain(&mut self, ty: Ty, name: &str) {
        if !self.is_trivial(ty) {
            glue::retain(self.cx, self.sink, ty, name);
            self.push("\n");
        }
    }

    /// The two C arguments that say where a panic is.
    fn push_site(&mut self, pos: u32) {
        let cx = self.cx;
        cx.push_place(self.decl.id, self.sink);
        self.push(", ");
        let text = self.program.module(self.decl.id.module).source().text();
        let (line, column) = self.lines.position(text, pos);
        self.push_number((u64::from(line) << 20) + u64::from(column));
    }

    /// `#line` if the position is on another line than the last one.
    fn line(&mut self, pos: u32) {
        if !self.directives {
            return;
        }
        let module = self.program.module(self.decl.id.module);
        let (line, _) = self.lines.position(module.source().text(), pos);
        if line != self.line {
            self.line = line;
            self.push("#line ");
            self.push_number(line);
            self.push(" ");
            glue::c_string(&mut self.sink.text, module.info.display.as_bytes());
            self.push("\n");
        }
    }

    fn unsupported(&mut self, pos: u32, what: &str) {
        let span = Span { start: pos, end: pos };
        let message = format!("{what} is not supported yet");
        self.errors.push(Diagnostic::new(DiagnosticCode::error(900), self.decl.id.module, span, message));
    }
}
