//! Checking of one function's body: names, types, patterns, desugaring into [`crate::hir`].
//!
//! One body is one call of [`Program::check_body`]; it reads finished declarations only and shares nothing with
//! other bodies. Inference is bidirectional (language.md 4.3): [`Expect`] flows down, types flow up, and unknowns
//! live in a table of the scratch. Errors become the error type, which agrees with everything, so that one mistake
//! is reported once.
//!
//! ```text
//! names, scope     what a name stands for
//! infer            types with unknowns
//! expr, ops, call, member, lambda, seq, branch, pattern, builtin
//!                  one file for each family of expressions
//! obligation       bounds, met or not, looked at in the end
//! finish           unknowns replaced, matches checked, body handed over
//! ```

mod branch;
mod builtin;
mod cache;
mod call;
mod capability;
mod dump;
mod explain;
mod expr;
mod finish;
mod infer;
mod lambda;
mod member;
mod method;
mod names;
mod obligation;
mod ops;
mod parallel;
mod pattern;
mod recurse;
mod retry;
mod scope;
mod seq;
mod special;
mod symbols;
#[cfg(test)]
mod tests;
mod timeout;

pub use dump::dump;

use crate::decl::FnDecl;
use crate::hir;
use crate::program::{Assumption, BodyCheck, Lang, Program};
use crate::types::{FnId, ModuleId, TraitId, Ty, TyList};
use sigil_frontend::syntax::{self, Tree};
use sigil_frontend::{Code, Diagnostic, Span, Symbol};
use symbols::Symbols;

/// Memory that is reused from body to body: one for each worker and compilation.
pub struct BodyScratch {
    table: infer::Table,
    body: hir::Body,
    scope: scope::Scope,
    /// Open functions, lambdas and tasks.
    frames: Vec<scope::Frame>,
    /// Open loops of all frames.
    loops: Vec<scope::LoopContext>,
    /// Open `try`s of all frames.
    tries: Vec<scope::TryContext>,
    /// Receivers that `#` can mean.
    hashes: Vec<scope::HashContext>,
    /// Open `recurse` steps.
    recurses: Vec<scope::RecurseContext>,
    /// Values of capabilities, the ones in force last.
    capabilities: Vec<capability::InForce>,
    /// Traits of the function's own `uses` whose values were used.
    used_capabilities: Vec<TraitId>,
    /// Names of capabilities that were reported to be none.
    no_capabilities: Vec<Symbol>,
    exprs: Vec<hir::ExprId>,
    stmts: Vec<hir::Stmt>,
    arms: Vec<hir::Arm>,
    pats: Vec<hir::PatId>,
    clauses: Vec<hir::Clause>,
    args: Vec<call::ArgSlot>,
    binds: Vec<pattern::PatBind>,
    obligations: Vec<obligation::Obligation>,
    /// Matches, lets and dropped values that are looked at when types are known.
    pending: Vec<finish::Pending>,
    pending_arms: Vec<(hir::PatId, bool, Span)>,
    symbols: Symbols,
}

impl BodyScratch {
    /// Scratch for bodies of `program`.
    pub fn new(program: &Program) -> Self {
        BodyScratch {
            table: Default::default(),
            body: Default::default(),
            scope: Default::default(),
            frames: Vec::new(),
            loops: Vec::new(),
            tries: Vec::new(),
            hashes: Vec::new(),
            recurses: Vec::new(),
            capabilities: Vec::new(),
            used_capabilities: Vec::new(),
            no_capabilities: Vec::new(),
            exprs: Vec::new(),
            stmts: Vec::new(),
            arms: Vec::new(),
            pats: Vec::new(),
            clauses: Vec::new(),
            args: Vec::new(),
            binds: Vec::new(),
            obligations: Vec::new(),
            pending: Vec::new(),
            pending_arms: Vec::new(),
            symbols: Symbols::new(&program.names),
        }
    }

    fn clear(&mut self) {
        self.table.clear();
        let body = &mut self.body;
        body.params.clear();
        body.locals.clear();
        body.exprs.clear();
        body.pats.clear();
        body.expr_lists.clear();
        body.pat_lists.clear();
        body.local_lists.clear();
        body.stmts.clear();
        body.arms.clear();
        body.clauses.clear();
        body.root = None;
        self.scope.clear();
        self.frames.clear();
        self.loops.clear();
        self.tries.clear();
        self.hashes.clear();
        self.recurses.clear();
        self.capabilities.clear();
        self.used_capabilities.clear();
        self.no_capabilities.clear();
        self.exprs.clear();
        self.stmts.clear();
        self.arms.clear();
        self.pats.clear();
        self.clauses.clear();
        self.args.clear();
        self.binds.clear();
        self.obligations.clear();
        self.pending.clear();
        self.pending_arms.clear();
    }
}

/// What the context wants of an expression.
#[derive(Clone, Copy, Debug)]
enum Expect {
    /// Nothing: infer.
    None,
    /// A hint: literals and constructors may use it, nothing is reported against it.
    Soft(Ty),
    /// The expression is checked against this type.
    Hard(Ty),
}

impl Expect {
    fn ty(self) -> Option<Ty> {
        match self {
            Expect::None => None,
            Expect::Soft(ty) | Expect::Hard(ty) => Some(ty),
        }
    }
}

/// The state of checking one body.
struct Checker<'a> {
    p: &'a Program,
    lang: &'a Lang,
    decl: &'a FnDecl,
    module: ModuleId,
    tree: &'a Tree,
    s: &'a mut BodyScratch,
    /// Names that the checker looks for.
    sym: Symbols,
    /// The empty list of types.
    none: TyList,
    /// The expression being checked: origin of unknowns.
    here: Span,
    diagnostics: Vec<Diagnostic>,
    assumptions: Vec<Assumption>,
    /// Something was wrong, reported here or (syntax, signatures) before: there will be no body.
    failed: bool,
    /// Patterns with mistakes, reported here or by the parser: what a match of them leaves out cannot be told.
    broken_pats: u32,
    /// Projections being looked up, one within the other.
    projections: u32,
    /// In the patterns of `retry .on`, where a variant's bare name matches any payload.
    bare_variants: bool,
    /// Set in the end: whether unsolved unknowns go unreported.
    solved: Option<bool>,
    /// A lookup needs impls that are not known yet.
    needs_complete: bool,
}

impl Program {
    /// Checks the body of a function. Its module's interface, and those of all that it imports, are set.
    pub fn check_body(&self, id: FnId, scratch: &mut BodyScratch) -> BodyCheck {
        scratch.clear();
        let decl = self.fn_decl(id);
        let module = self.module(id.module);
        let tree = &module.syntax().trees[decl.tree as usize];
        let Some(root) = tree[decl.syntax].body else {
            return BodyCheck::Done { body: None, diagnostics: Vec::new(), assumptions: Vec::new() };
        };
        let sym = scratch.symbols;
        let mut checker = Checker {
            p: self,
            lang: self.lang(),
            decl,
            module: id.module,
            tree,
            s: scratch,
            sym,
            none: self.types.list(&[]),
            here: decl.span,
            diagnostics: Vec::new(),
            assumptions: Vec::new(),
            failed: decl.broken,
            broken_pats: 0,
            projections: 0,
            bare_variants: false,
            solved: None,
            needs_complete: false,
        };
        checker.function(root);
        checker.finish()
    }
}

impl<'a> Checker<'a> {
    fn function(&mut self, root: syntax::ExprId) {
        self.s.frames.push(scope::Frame::function(self.decl.result));
        let function = &self.tree[self.decl.syntax];
        if self.decl.takes_self() {
            let span = function.self_param.unwrap_or(function.name.span);
            let ty = self.decl.self_ty.unwrap_or(Ty::ERROR);
            let local = self.declare(self.sym.self_, ty, false, span, scope::Warn::Never);
            self.s.body.params.push(local);
        }
        for param in &self.decl.params {
            let local = self.declare(param.name, param.ty, false, param.span, scope::Warn::Never);
            self.s.body.params.push(local);
        }
        self.given_capabilities();
        let body = self.check(root, self.decl.result);
        self.s.body.root = Some(body);
        let place = self.tree[function.result].span;
        self.explain_mismatch(0, root, self.module, place, "the result type is declared here");
    }

    /// Text of a name.
    fn text(&self, name: Symbol) -> &'a str {
        let p: &'a Program = self.p;
        p.names.get(name)
    }

    /// Reports an error.
    fn error(&mut self, number: u16, span: Span, message: impl Into<String>) {
        let diagnostic = Diagnostic::new(Code::error(number), self.module, span, message);
        self.report(diagnostic);
    }

    /// Reports an error with a remedy.
    fn error_help(&mut self, number: u16, span: Span, message: impl Into<String>, help: Option<String>) {
        let mut diagnostic = Diagnostic::new(Code::error(number), self.module, span, message);
        diagnostic.help = help;
        self.report(diagnostic);
    }

    fn warn(&mut self, number: u16, span: Span, message: impl Into<String>) {
        let diagnostic = Diagnostic::new(Code::warning(number), self.module, span, message);
        self.report(diagnostic);
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if !diagnostic.code.is_warning {
            self.failed = true;
        }
        self.diagnostics.push(diagnostic);
    }
}
