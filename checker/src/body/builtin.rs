//! Built-in patterns of language.md 8: properties, and the data patterns.

use super::scope::Warn;
use super::{Checker, Expect};
use crate::hir::{ExprId as E, ExprKind as H};
use crate::types::{Ty, TyKind};
use sigil_frontend::syntax::{self, Arg, PatternCall, PatternKind, PropValue};
use sigil_frontend::{Span, Symbol};

/// A property's expression and its rank in the order written.
pub(super) type Prop = Option<(syntax::ExprId, usize)>;

/// How a pattern is written.
pub(super) fn keyword(kind: PatternKind) -> &'static str {
    match kind {
        PatternKind::Map => "map",
        PatternKind::Filter => "filter",
        PatternKind::Fold => "fold",
        PatternKind::Find => "find",
        PatternKind::Collect => "collect",
        PatternKind::Recurse => "recurse",
        PatternKind::Parallel => "parallel",
        PatternKind::Timeout => "timeout",
        PatternKind::Retry => "retry",
        PatternKind::Cache => "cache",
        PatternKind::Validate => "validate",
        PatternKind::For => "for",
        PatternKind::With => "with",
    }
}

impl Checker<'_> {
    /// `name(.prop: value, …)`.
    pub(super) fn builtin(&mut self, id: syntax::Id<PatternCall>, expect: Expect, span: Span) -> E {
        let call = self.tree[id];
        let sym = self.sym;
        match call.kind {
            PatternKind::Map => match self.props(&call, &[sym.over, sym.transform], &[]) {
                Some(props) => self.map_pattern(props[0], props[1], expect, span),
                None => self.abandon_props(&call),
            },
            PatternKind::Filter => match self.props(&call, &[sym.over, sym.predicate], &[]) {
                Some(props) => self.filter_pattern(props[0], props[1], expect, span),
                None => self.abandon_props(&call),
            },
            PatternKind::Fold => match self.props(&call, &[sym.over, sym.init, sym.op], &[]) {
                Some(props) => self.fold_pattern(props[0], props[1], props[2], expect, span),
                None => self.abandon_props(&call),
            },
            PatternKind::Collect => match self.props(&call, &[sym.range, sym.transform], &[]) {
                Some(props) => self.collect_pattern(props[0], props[1], expect, span),
                None => self.abandon_props(&call),
            },
            PatternKind::Find => match self.props(&call, &[sym.over], &[sym.where_, sym.map, sym.default]) {
                Some(props) => self.find_pattern(&call, &props, expect, span),
                None => self.abandon_props(&call),
            },
            PatternKind::For => self.for_pattern(&call, expect, span),
            PatternKind::Recurse => self.recurse(&call, expect, span),
            PatternKind::Parallel => self.parallel(&call, span),
            PatternKind::Validate => self.validate(&call, expect, span),
            PatternKind::Retry => self.retry(&call, expect, span),
            PatternKind::With => self.with_pattern(&call, expect, span),
            PatternKind::Timeout => self.timeout(&call, span),
            PatternKind::Cache => self.cache(&call, expect, span),
        }
    }

    /// The expressions of the required, then the optional properties; none after a report.
    pub(super) fn props(
        &mut self,
        call: &PatternCall,
        required: &[Symbol],
        optional: &[Symbol],
    ) -> Option<Vec<Prop>> {
        let mut out: Vec<Prop> = vec![None; required.len() + optional.len()];
        let mut fine = true;
        let reports = self.diagnostics.len();
        let mut given = vec![false; out.len()];
        for (rank, prop) in self.tree.list(call.props).enumerate() {
            let at = required.iter().chain(optional).position(|&n| n == prop.name.symbol);
            match at {
                Some(at) if !given[at] => {
                    given[at] = true;
                    if let PropValue::Expr(value) = prop.value {
                        out[at] = Some((value, rank));
                    }
                }
                _ => {
                    self.bad_prop(call, prop.name, at.is_some(), required.iter().chain(optional));
                    fine = false;
                }
            }
        }
        for (i, &name) in required.iter().enumerate() {
            let meant = Some(crate::suggest::meant(self.text(name)));
            if !given[i] && !self.diagnostics[reports..].iter().any(|d| d.help == meant) {
                let (text, keyword) = (self.text(name), keyword(call.kind));
                self.error(410, call.name, format!("{keyword} needs .{text}"));
                fine = false;
            }
        }
        fine.then_some(out)
    }

    /// Reports `E0411`.
    pub(super) fn bad_prop<'n>(
        &mut self,
        call: &PatternCall,
        name: syntax::Name,
        repeated: bool,
        known: impl Iterator<Item = &'n Symbol>,
    ) {
        let (text, keyword) = (self.text(name.symbol), keyword(call.kind));
        if repeated {
            self.error(411, name.span, format!("{keyword} has .{text} twice"));
            return;
        }
        let names: Vec<&str> = known.map(|&n| self.text(n)).collect();
        let help = self.did_you_mean(text, names.into_iter());
        self.error_help(411, name.span, format!("{keyword} has no property .{text}"), help);
    }

    /// Checks what a wrong pattern call contains, for its own errors.
    pub(super) fn abandon_props(&mut self, call: &PatternCall) -> E {
        self.error_expr(call.name)
    }

    /// Puts values that are all evaluated first into the order in which they are listed.
    fn in_order(&mut self, values: &mut [(E, usize)]) {
        if values.is_sorted_by_key(|v| v.1) {
            return;
        }
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by_key(|&i| values[i].1);
        for i in order {
            values[i].0 = self.hoist(values[i].0);
        }
    }

    /// `map(xs, f)`, `filter(xs, f)`, `fold(xs, init, f)`, `collect(range, f)`.
    pub(super) fn positional(
        &mut self,
        kind: PatternKind,
        args: syntax::List<Arg>,
        expect: Expect,
        span: Span,
    ) -> E {
        let expected = if kind == PatternKind::Fold { 3 } else { 2 };
        if !self.takes_positional(|_| format!("`{}`", keyword(kind)), expected, args, span) {
            return self.abandon_args(args, span);
        }
        let v: Vec<Prop> = self.tree.list(args).enumerate().map(|(i, arg)| Some((arg.value, i))).collect();
        match kind {
            PatternKind::Map => self.map_pattern(v[0], v[1], expect, span),
            PatternKind::Filter => self.filter_pattern(v[0], v[1], expect, span),
            PatternKind::Fold => self.fold_pattern(v[0], v[1], v[2], expect, span),
            _ => self.collect_pattern(v[0], v[1], expect, span),
        }
    }

    /// `over`: any iterable, with its element type.
    fn over(&mut self, over: syntax::ExprId) -> (E, Ty) {
        let e = self.infer(over);
        let elem = self.element_type(e, self.tree[over].span);
        (e, elem)
    }

    /// Step (b) of rule 5: the result meets the expectation, if that is fully known, before lambdas are checked.
    pub(super) fn meet_known(&mut self, result: Ty, expect: Expect) {
        if let Some(expected) = expect.ty()
            && !self.has_unknowns(expected)
            && self.could_unify(result, expected)
        {
            self.unify(result, expected);
        }
    }

    fn map_pattern(&mut self, over: Prop, transform: Prop, expect: Expect, span: Span) -> E {
        let (Some(over), Some(transform)) = (over, transform) else { return self.error_expr(span) };
        let stmts = self.s.stmts.len();
        let (over_e, elem) = self.over(over.0);
        let mut values = [(over_e, over.1), (over_e, transform.1)];
        let result = self.transform(&mut values, elem, transform.0, expect, span);
        let e = self.new_expr(H::PatMap(values[0].0, values[1].0), result, span.start);
        self.wrap_hoisted(stmts, e)
    }

    /// Checks `transform: (T) -> U` and returns `[U]`.
    fn transform(
        &mut self,
        values: &mut [(E, usize); 2],
        elem: Ty,
        transform: syntax::ExprId,
        expect: Expect,
        span: Span,
    ) -> Ty {
        let out = self.unknown(span);
        let result = self.list_ty(out);
        if self.is_untyped(transform) {
            self.meet_known(result, expect);
        }
        let wanted = self.fn_ty(&[elem], out);
        values[1].0 = self.check(transform, wanted);
        self.in_order(values);
        result
    }

    fn filter_pattern(&mut self, over: Prop, predicate: Prop, expect: Expect, span: Span) -> E {
        let (Some(over), Some(predicate)) = (over, predicate) else { return self.error_expr(span) };
        let stmts = self.s.stmts.len();
        let (over_e, elem) = self.over(over.0);
        let result = self.list_ty(elem);
        if self.is_untyped(predicate.0) {
            self.meet_known(result, expect);
        }
        let wanted = self.fn_ty(&[elem], Ty::BOOL);
        let predicate_e = self.check(predicate.0, wanted);
        let mut values = [(over_e, over.1), (predicate_e, predicate.1)];
        self.in_order(&mut values);
        let e = self.new_expr(H::PatFilter(values[0].0, values[1].0), result, span.start);
        self.wrap_hoisted(stmts, e)
    }

    fn fold_pattern(&mut self, over: Prop, init: Prop, op: Prop, expect: Expect, span: Span) -> E {
        let (Some(over), Some(init), Some(op)) = (over, init, op) else { return self.error_expr(span) };
        let stmts = self.s.stmts.len();
        let (over_e, elem) = self.over(over.0);
        let init_e = self.infer(init.0);
        let mut acc = self.ty(init_e);
        if acc == Ty::NEVER {
            acc = self.unknown(span);
        }
        if self.is_untyped(op.0) {
            self.meet_known(acc, expect);
        }
        let wanted = self.fn_ty(&[acc, elem], acc);
        let op_e = self.check(op.0, wanted);
        let mut values = [(over_e, over.1), (init_e, init.1), (op_e, op.1)];
        self.in_order(&mut values);
        let acc = self.shallow(acc);
        let e = self.new_expr(H::PatFold(values[0].0, values[1].0, values[2].0), acc, span.start);
        self.wrap_hoisted(stmts, e)
    }

    fn collect_pattern(&mut self, range: Prop, transform: Prop, expect: Expect, span: Span) -> E {
        let (Some(range), Some(transform)) = (range, transform) else { return self.error_expr(span) };
        let stmts = self.s.stmts.len();
        let range_e = self.infer(range.0);
        let at = self.tree[range.0].span;
        let elem = match self.known_head(range_e, at) {
            TyKind::Range(elem) => elem,
            TyKind::Error => return self.error_expr(span),
            TyKind::Never => return range_e,
            _ => {
                let ty = self.ty(range_e);
                let text = self.show(ty);
                self.error(308, at, format!("mismatched types: expected a range, found {text}"));
                return self.error_expr(span);
            }
        };
        let mut values = [(range_e, range.1), (range_e, transform.1)];
        let result = self.transform(&mut values, elem, transform.0, expect, span);
        let e = self.new_expr(H::PatCollect(values[0].0, values[1].0), result, span.start);
        self.wrap_hoisted(stmts, e)
    }

    fn find_pattern(&mut self, call: &PatternCall, props: &[Prop], expect: Expect, span: Span) -> E {
        let Some(over) = props[0] else { return self.error_expr(span) };
        let (select, is_map) = match (props[1], props[2]) {
            (Some(select), None) => (select, false),
            (None, Some(select)) => (select, true),
            (None, None) => {
                self.error(410, call.name, "find needs .where or .map");
                return self.error_expr(span);
            }
            (Some(_), Some(_)) => {
                self.error(411, call.name, "find has either .where or .map, not both");
                return self.error_expr(span);
            }
        };
        let stmts = self.s.stmts.len();
        let (over_e, elem) = self.over(over.0);
        let found = if is_map { self.unknown(span) } else { elem };
        let option = self.option_ty(found);
        if is_map && self.is_untyped(select.0) {
            let result = if props[3].is_some() { found } else { option };
            self.meet_known(result, expect);
        }
        let wanted = if is_map { self.fn_ty(&[elem], option) } else { self.fn_ty(&[elem], Ty::BOOL) };
        let select_e = self.check(select.0, wanted);
        let mut values = [(over_e, over.1), (select_e, select.1)];
        self.in_order(&mut values);
        let default = props[3].map(|(default, _)| self.check(default, found));
        let ty = if default.is_some() { self.shallow(found) } else { option };
        let kind = H::PatFind { over: values[0].0, select: values[1].0, is_map, default };
        let e = self.new_expr(kind, ty, span.start);
        self.wrap_hoisted(stmts, e)
    }

    fn for_pattern(&mut self, call: &PatternCall, expect: Expect, span: Span) -> E {
        let sym = self.sym;
        let Some(props) = self.props(call, &[sym.over, sym.match_, sym.default], &[sym.map]) else {
            return self.abandon_props(call);
        };
        let matcher = self.tree.list(call.props).find_map(|prop| match prop.value {
            PropValue::Match(pat, guard) => Some((pat, guard)),
            _ => None,
        });
        let (Some(over), Some(default), Some((pat, guard))) = (props[0], props[2], matcher) else {
            return self.error_expr(span);
        };
        let stmts = self.s.stmts.len();
        let (over_e, elem) = self.over(over.0);
        let mut value_ty = elem;
        let mut map_e = None;
        if let Some((map, rank)) = props[3] {
            let out = self.unknown(span);
            if self.is_untyped(map) {
                self.meet_known(out, expect);
            }
            let wanted = self.fn_ty(&[elem], out);
            let e = self.check(map, wanted);
            map_e = Some((e, rank));
            value_ty = self.shallow(out);
        }
        let over_e = match &mut map_e {
            Some(map) => {
                let mut values = [(over_e, over.1), *map];
                self.in_order(&mut values);
                *map = values[1];
                values[0].0
            }
            None => over_e,
        };
        let scope = self.s.scope.len();
        let pat = self.pattern(pat, value_ty, Warn::Unused);
        let guard = guard.map(|guard| self.guard(guard));
        self.leave_scope(scope);
        let default = self.check(default.0, value_ty);
        let kind = H::PatFor { over: over_e, map: map_e.map(|m| m.0), pat, guard, default };
        let e = self.new_expr(kind, value_ty, span.start);
        self.wrap_hoisted(stmts, e)
    }

    /// `validate`: the messages of false conditions, collected in a local.
    fn validate(&mut self, call: &PatternCall, expect: Expect, span: Span) -> E {
        let sym = self.sym;
        let Some(props) = self.props(call, &[sym.rules, sym.then], &[]) else {
            return self.abandon_props(call);
        };
        let rules = self.tree.list(call.props).find_map(|prop| match prop.value {
            PropValue::Rules(rules) => Some(rules),
            _ => None,
        });
        let Some(then) = props[1] else { return self.error_expr(span) };
        let Some(rules) = rules else {
            self.error(412, call.name, "validate .rules must be a list of `condition | message`");
            return self.error_expr(span);
        };
        let texts = self.list_ty(Ty::STR);
        let stmts = self.s.stmts.len();
        let pos = span.start;
        let local = self.new_local(sym.empty, texts, true);
        let none = self.expr_list(&[]);
        let empty = self.new_expr(H::List(none), texts, pos);
        let pat = self.new_pat(crate::hir::PatKind::Bind(local, None), texts, pos);
        self.s.stmts.push(crate::hir::Stmt::Let(pat, empty));
        let ids: Vec<syntax::ExprId> = self.tree.ids(rules).collect();
        for pair in ids.chunks_exact(2) {
            let cond = self.check(pair[0], Ty::BOOL);
            let message = self.check(pair[1], Ty::STR);
            let read = self.local(local, pos);
            let Some(pushed) = self.method_of(read, sym.push, Some(message), texts, span) else {
                return self.unsupported("`validate`", call.name);
            };
            let inner = self.s.stmts.len();
            self.s.stmts.push(crate::hir::Stmt::Assign(local, pushed));
            let run = self.take_stmts(inner);
            let push = self.new_expr(H::Seq(run, None), Ty::VOID, pos);
            let unit = self.new_expr(H::Unit, Ty::VOID, pos);
            let rule = self.new_expr(H::If(cond, unit, Some(push)), Ty::VOID, pos);
            self.s.stmts.push(crate::hir::Stmt::Expr(rule));
        }
        let wanted = match expect.ty().and_then(|ty| self.head(ty)) {
            Some(TyKind::Adt(id, args)) if id == self.lang.result => Some(self.list_at(args, 0)),
            _ => None,
        };
        let then = match (wanted, expect) {
            (Some(ty), Expect::Hard(_)) => self.check(then.0, ty),
            _ => self.infer(then.0),
        };
        let ok = match (self.ty(then), wanted) {
            (Ty::NEVER, Some(ty)) => ty,
            (Ty::NEVER, None) => self.unknown(span),
            (ty, _) => ty,
        };
        let result = self.result_ty(ok, texts);
        let read = self.local(local, pos);
        let Some(cond) = self.method_of(read, sym.is_empty, None, Ty::BOOL, span) else {
            return self.unsupported("`validate`", call.name);
        };
        let list = self.expr_list(&[then]);
        let good = self.new_expr(H::Construct(0, list), result, pos);
        let read = self.local(local, pos);
        let list = self.expr_list(&[read]);
        let bad = self.new_expr(H::Construct(1, list), result, pos);
        let value = self.new_expr(H::If(cond, good, Some(bad)), result, pos);
        self.wrap_hoisted(stmts, value)
    }

    /// A call of a built-in method of the type of `receiver`.
    fn method_of(&mut self, receiver: E, name: Symbol, arg: Option<E>, result: Ty, span: Span) -> Option<E> {
        let ty = self.ty(receiver);
        let (id, outer) = self.inherent(ty, name, span)?;
        let args = self.fn_args(self.p.fn_decl(id), Some(outer), syntax::List::EMPTY, span);
        let mut list = vec![receiver];
        list.extend(arg);
        let list = self.expr_list(&list);
        Some(self.new_expr(H::Call(crate::hir::FnRef::Direct(id, args), list), result, span.start))
    }
}
