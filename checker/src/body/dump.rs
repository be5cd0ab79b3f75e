//! Typed bodies as text, for tests and for reading.

use crate::decl::Const;
use crate::hir::{self, Body, ExprId, ExprKind as H, FnRef, PatId, PatKind, Stmt};
use crate::program::Program;
use crate::types::{FnId, Ty, TyList};
use std::fmt::Write as _;

/// The body of a function as an indented tree: each line is an expression with its type.
pub fn dump(p: &Program, id: FnId, body: &Body) -> String {
    let decl = p.fn_decl(id);
    let mut dumper = Dumper { p, params: &decl.generics.names, body, out: String::new() };
    dumper.out.push_str(p.names.get(decl.name));
    dumper.out.push('(');
    for (i, &local) in body.params.iter().enumerate() {
        if i > 0 {
            dumper.out.push_str(", ");
        }
        dumper.local(local);
        dumper.out.push_str(": ");
        dumper.ty(body[local].ty);
    }
    dumper.out.push_str(")\n");
    if let Some(root) = body.root {
        dumper.expr(root, 1);
    }
    dumper.out
}

struct Dumper<'a> {
    p: &'a Program,
    params: &'a [sigil_frontend::Symbol],
    body: &'a Body,
    out: String,
}

impl Dumper<'_> {
    fn ty(&mut self, ty: Ty) {
        self.out.push_str(&self.p.show(ty, self.params));
    }

    fn local(&mut self, local: hir::LocalId) {
        let name = self.p.names.get(self.body[local].name);
        let _ = write!(self.out, "{name}#{}", local.0);
    }

    fn indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.out.push_str("  ");
        }
    }

    fn label(&mut self, text: &str, depth: usize) {
        self.indent(depth);
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn targs(&mut self, args: TyList) {
        let list = self.p.types.list_of(args);
        if list.is_empty() {
            return;
        }
        self.out.push('<');
        for (i, &ty) in list.iter().enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            self.ty(ty);
        }
        self.out.push('>');
    }

    fn callee(&mut self, callee: FnRef) {
        match callee {
            FnRef::Direct(id, args) => {
                self.out.push_str(self.p.names.get(self.p.fn_decl(id).name));
                self.targs(args);
            }
            FnRef::Trait { of, method, args } => {
                let decl = self.p.trait_decl(of);
                let method = self.p.fn_decl(decl.methods[method as usize]);
                let (of, name) = (self.p.names.get(decl.name), self.p.names.get(method.name));
                let _ = write!(self.out, "{of}.{name}");
                self.targs(args);
            }
        }
    }

    fn constant(&mut self, value: Const) {
        let _ = match value {
            Const::Int(v) => write!(self.out, "{v}"),
            Const::Float(v) => write!(self.out, "{v:?}"),
            Const::Bool(v) => write!(self.out, "{v}"),
            Const::Str(v) => write!(self.out, "{:?}", self.p.names.get(v)),
            Const::Char(v) => write!(self.out, "{v:?}"),
            Const::Byte(v) => write!(self.out, "{v}"),
            Const::Duration(v) => write!(self.out, "{v}ns"),
            Const::Size(v) => write!(self.out, "{v}b"),
        };
    }

    fn locals(&mut self, locals: hir::Locals) {
        for &local in self.body.locals(locals) {
            self.out.push(' ');
            self.local(local);
        }
    }

    fn expr(&mut self, id: ExprId, depth: usize) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.expr_inner(id, depth));
    }

    fn expr_inner(&mut self, id: ExprId, depth: usize) {
        let expr = self.body[id];
        self.indent(depth);
        let children = self.head(expr.kind);
        self.out.push_str(": ");
        self.ty(expr.ty);
        self.out.push('\n');
        match expr.kind {
            H::Match(value, arms) => {
                self.expr(value, depth + 1);
                for arm in self.body.arms(arms) {
                    self.indent(depth + 1);
                    self.out.push_str("| ");
                    self.pat(arm.pat);
                    self.out.push('\n');
                    if let Some(guard) = arm.guard {
                        self.label("if", depth + 2);
                        self.expr(guard, depth + 3);
                    }
                    self.expr(arm.body, depth + 2);
                }
            }
            H::Seq(stmts, value) => {
                for stmt in self.body.stmts(stmts) {
                    self.stmt(stmt, depth + 1);
                }
                if let Some(value) = value {
                    self.expr(value, depth + 1);
                }
            }
            H::For { clauses, guard, body, .. } => {
                for clause in self.body.clauses(clauses) {
                    self.indent(depth + 1);
                    self.pat(clause.pat);
                    self.out.push_str(" in\n");
                    self.expr(clause.iter, depth + 2);
                }
                if let Some(guard) = guard {
                    self.label("if", depth + 1);
                    self.expr(guard, depth + 2);
                }
                self.expr(body, depth + 1);
            }
            H::PatFor { over, map, pat, guard, default } => {
                for child in [Some(over), map].into_iter().flatten() {
                    self.expr(child, depth + 1);
                }
                self.indent(depth + 1);
                self.out.push_str("| ");
                self.pat(pat);
                self.out.push('\n');
                for child in [guard, Some(default)].into_iter().flatten() {
                    self.expr(child, depth + 1);
                }
            }
            _ => {
                for child in children {
                    self.expr(child, depth + 1);
                }
            }
        }
    }

    fn stmt(&mut self, stmt: &Stmt, depth: usize) {
        match *stmt {
            Stmt::Let(pat, value) => {
                self.indent(depth);
                self.out.push_str("let ");
                self.pat(pat);
                self.out.push('\n');
                self.expr(value, depth + 1);
            }
            Stmt::Expr(value) => self.expr(value, depth),
            Stmt::Assign(local, value) => {
                self.indent(depth);
                self.local(local);
                self.out.push_str(" =\n");
                self.expr(value, depth + 1);
            }
        }
    }

    /// Writes the head of an expression and returns its plain children.
    fn head(&mut self, kind: H) -> Vec<ExprId> {
        let list = |run: hir::Exprs| self.body.exprs(run).to_vec();
        let (text, children): (&str, Vec<ExprId>) = match kind {
            H::Const(value) => {
                self.constant(value);
                return Vec::new();
            }
            H::Local(local) => {
                self.local(local);
                return Vec::new();
            }
            H::FnValue(callee) => {
                self.out.push_str("fn ");
                self.callee(callee);
                return Vec::new();
            }
            H::Call(callee, args) => {
                let children = list(args);
                self.out.push_str("call ");
                self.callee(callee);
                return children;
            }
            H::CtorValue(index) => {
                let _ = write!(self.out, "constructor {index}");
                return Vec::new();
            }
            H::OpValue(op) => {
                let _ = write!(self.out, "operator {op:?}");
                return Vec::new();
            }
            H::Construct(index, fields) => {
                let children = list(fields);
                let _ = write!(self.out, "construct {index}");
                return children;
            }
            H::Field(base, index) => {
                let _ = write!(self.out, "field {index}");
                return vec![base];
            }
            H::Unary(op, operand) => {
                let _ = write!(self.out, "{op:?}");
                return vec![operand];
            }
            H::Binary(op, left, right) => {
                let _ = write!(self.out, "{op:?}");
                return vec![left, right];
            }
            H::Propagate(inner, target) => {
                let _ = write!(self.out, "propagate to {target:?}");
                return vec![inner];
            }
            H::Lambda { params, body, captures } => {
                self.out.push_str("lambda");
                self.locals(params);
                if captures.len > 0 {
                    self.out.push_str(" captures");
                    self.locals(captures);
                }
                return vec![body];
            }
            H::Recurse { cond, base, step, memo, parallel, params } => {
                self.out.push_str(if memo { "recurse memo" } else { "recurse" });
                self.locals(params);
                return [Some(cond), Some(base), Some(step), parallel].into_iter().flatten().collect();
            }
            H::Parallel { tasks, results, value, in_order } => {
                let mut children = list(tasks);
                children.push(value);
                self.out.push_str(if in_order { "in order" } else { "parallel" });
                self.locals(results);
                return children;
            }
            H::Range(lo, hi, inclusive) => (if inclusive { "..=" } else { ".." }, vec![lo, hi]),
            H::For { is_yield, .. } => (if is_yield { "for yield" } else { "for do" }, Vec::new()),
            H::PatFind { over, select, is_map, default } => (
                if is_map { "find map" } else { "find where" },
                [Some(over), Some(select), default].into_iter().flatten().collect(),
            ),
            H::If(cond, then, otherwise) => {
                ("if", [Some(cond), Some(then), otherwise].into_iter().flatten().collect())
            }
            H::Unit => ("unit", Vec::new()),
            H::CallValue(callee, args) => {
                let mut children = vec![callee];
                children.extend(list(args));
                ("call value", children)
            }
            H::Tuple(parts) => ("tuple", list(parts)),
            H::Record(parts) => ("record", list(parts)),
            H::List(parts) => ("list", list(parts)),
            H::Map(parts) => ("map", list(parts)),
            H::Index(base, index) => ("index", vec![base, index]),
            H::And(left, right) => ("and", vec![left, right]),
            H::Or(left, right) => ("or", vec![left, right]),
            H::Coalesce(operands) => ("??", list(operands)),
            H::Match(..) => ("match", Vec::new()),
            H::Seq(..) => ("seq", Vec::new()),
            H::Loop(body) => ("loop", vec![body]),
            H::Break(_) => ("break", Vec::new()),
            H::Continue(_) => ("continue", Vec::new()),
            H::Try(body) => ("try", vec![body]),
            H::PatMap(over, f) => ("pattern map", vec![over, f]),
            H::PatFilter(over, f) => ("pattern filter", vec![over, f]),
            H::PatFold(over, init, f) => ("pattern fold", vec![over, init, f]),
            H::PatCollect(range, f) => ("pattern collect", vec![range, f]),
            H::PatFor { .. } => ("pattern for", Vec::new()),
            H::SelfCall(args) => ("self call", list(args)),
        };
        self.out.push_str(text);
        children
    }

    fn pats(&mut self, pats: hir::Pats, separator: &str) {
        for (i, &pat) in self.body.pats(pats).iter().enumerate() {
            if i > 0 {
                self.out.push_str(separator);
            }
            self.pat(pat);
        }
    }

    fn pat(&mut self, id: PatId) {
        match self.body[id].kind {
            PatKind::Wild => self.out.push('_'),
            PatKind::Bind(local, inner) => {
                self.local(local);
                if let Some(inner) = inner {
                    self.out.push_str(" @ ");
                    self.pat(inner);
                }
            }
            PatKind::Const(value) => self.constant(value),
            PatKind::Interval(lo, hi) => {
                let _ = write!(self.out, "{lo}..={hi}");
            }
            PatKind::Variant(index, fields) => {
                let _ = write!(self.out, "variant {index}(");
                self.pats(fields, ", ");
                self.out.push(')');
            }
            PatKind::Record(fields) => {
                self.out.push_str("{ ");
                self.pats(fields, ", ");
                self.out.push_str(" }");
            }
            PatKind::Tuple(fields) => {
                self.out.push('(');
                self.pats(fields, ", ");
                self.out.push(')');
            }
            PatKind::List { prefix, rest, suffix } => {
                self.out.push('[');
                self.pats(prefix, ", ");
                if let Some(rest) = rest {
                    self.out.push_str(" ..");
                    if let Some(local) = rest.binding {
                        self.local(local);
                    }
                    self.out.push(' ');
                }
                self.pats(suffix, ", ");
                self.out.push(']');
            }
            PatKind::Or(alternatives) => self.pats(alternatives, " | "),
        }
    }
}
