//! Overloaded prelude functions, and the patterns that may be called like functions.

use super::symbols::Symbols;
use super::{Checker, Expect};
use crate::decl::FnOwner;
use crate::hir::{ExprId as E, ExprKind as H, FnRef};
use crate::types::{FnId, Ty, TyKind};
use sigil_frontend::syntax::{self, Arg, PatternKind};
use sigil_frontend::{Span, Symbol};

/// A function that is chosen by the type of its argument, or that is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Special {
    /// `int(x)` and the like: converts to this type.
    Convert(Ty),
    /// `len(x)`.
    Len,
    /// `is_empty(x)`.
    IsEmpty,
    /// `assert_panics(task)`.
    AssertPanics,
    /// `assert_panics_with(task, msg)`.
    AssertPanicsWith,
    /// `map(xs, f)` and the like.
    Pattern(PatternKind),
}

impl Special {
    /// The special function of a name that is no item.
    pub(super) fn of(name: Symbol, sym: &Symbols) -> Option<Special> {
        Self::table(sym).iter().find(|(n, _)| *n == name).map(|&(_, special)| special)
    }

    /// The name of a special function.
    fn name(self, sym: &Symbols) -> Symbol {
        let table = Self::table(sym);
        table.iter().find(|(_, special)| *special == self).map_or(sym.empty, |&(name, _)| name)
    }

    fn table(sym: &Symbols) -> [(Symbol, Special); 12] {
        [
            (sym.int, Special::Convert(Ty::INT)),
            (sym.float, Special::Convert(Ty::FLOAT)),
            (sym.byte, Special::Convert(Ty::BYTE)),
            (sym.char, Special::Convert(Ty::CHAR)),
            (sym.len, Special::Len),
            (sym.is_empty, Special::IsEmpty),
            (sym.assert_panics, Special::AssertPanics),
            (sym.assert_panics_with, Special::AssertPanicsWith),
            (sym.map, Special::Pattern(PatternKind::Map)),
            (sym.filter, Special::Pattern(PatternKind::Filter)),
            (sym.fold, Special::Pattern(PatternKind::Fold)),
            (sym.collect, Special::Pattern(PatternKind::Collect)),
        ]
    }
}

impl Checker<'_> {
    /// The special meaning of a declared prelude function, if it has one.
    pub(super) fn special_fn(&self, id: FnId) -> Option<Special> {
        let decl = self.p.fn_decl(id);
        let special = match decl.name {
            name if name == self.sym.assert_panics => Special::AssertPanics,
            name if name == self.sym.assert_panics_with => Special::AssertPanicsWith,
            _ => return None,
        };
        (decl.owner == FnOwner::Module && Some(id.module) == self.p.prelude()).then_some(special)
    }

    /// Calls a special function.
    pub(super) fn special(
        &mut self,
        special: Special,
        args: syntax::List<Arg>,
        expect: Expect,
        span: Span,
    ) -> E {
        if let Special::Pattern(kind) = special {
            return self.positional(kind, args, expect, span);
        }
        let expected = if special == Special::AssertPanicsWith { 2 } else { 1 };
        let name = |c: &Self| format!("`{}`", c.text(special.name(&c.sym)));
        if !self.takes_positional(name, expected, args, span) {
            return self.abandon_args(args, span);
        }
        let values: Vec<Arg> = self.tree.list(args).copied().collect();
        match special {
            Special::AssertPanics | Special::AssertPanicsWith => self.assert_panics(special, &values, span),
            _ => {
                let at = self.tree[values[0].value].span;
                let arg = self.infer(values[0].value);
                match (special, self.known_head(arg, at)) {
                    (_, TyKind::Error) => self.error_expr(span),
                    (_, TyKind::Never) => arg,
                    (Special::Convert(to), _) => self.convert(to, arg, at, span),
                    (_, kind) => self.measure(special, arg, kind, at, span),
                }
            }
        }
    }

    /// `int(x)`, `float(x)`, `byte(x)`, `char(x)`.
    fn convert(&mut self, to: Ty, arg: E, at: Span, span: Span) -> E {
        let from = self.ty(arg);
        let (to_text, from_text) = (self.show(to), self.show(from));
        let admitted: &[Ty] = match to {
            Ty::INT => &[Ty::FLOAT, Ty::STR, Ty::BOOL, Ty::BYTE, Ty::CHAR, Ty::INT],
            Ty::FLOAT => &[Ty::INT, Ty::FLOAT, Ty::STR],
            Ty::BYTE => &[Ty::INT, Ty::CHAR, Ty::STR],
            _ => &[Ty::INT, Ty::BYTE],
        };
        if !admitted.contains(&from) {
            self.error(308, at, format!("mismatched types: `{to_text}(…)` cannot convert {from_text}"));
            return self.error_expr(span);
        }
        if from == to {
            return arg;
        }
        let name = self.p.names.intern(&format!("{to_text}_of_{from_text}"));
        let Some(id) = self.p.prelude_fn(name) else {
            return self.unsupported(&format!("`{to_text}({from_text})`"), span);
        };
        let list = self.expr_list(&[arg]);
        self.new_expr(H::Call(FnRef::Direct(id, self.none), list), to, span.start)
    }

    /// `len(x)`, `is_empty(x)`: the methods, of what has a length.
    fn measure(&mut self, special: Special, arg: E, kind: TyKind, at: Span, span: Span) -> E {
        let (name, result) = match special {
            Special::Len => (self.sym.len, Ty::INT),
            _ => (self.sym.is_empty, Ty::BOOL),
        };
        let ty = self.ty(arg);
        let measured = matches!(kind, TyKind::Str | TyKind::List(_) | TyKind::Map(..));
        let found = if measured { self.inherent(ty, name, span) } else { None };
        let Some((id, outer)) = found else {
            let (text, found) = (self.text(name), self.show(ty));
            self.error(
                308,
                at,
                format!("mismatched types: `{text}(…)` expects a str, list or map, found {found}"),
            );
            return self.error_expr(span);
        };
        let fn_args = self.fn_args(self.p.fn_decl(id), Some(outer), syntax::List::EMPTY, span);
        let list = self.expr_list(&[arg]);
        self.new_expr(H::Call(FnRef::Direct(id, fn_args), list), result, span.start)
    }

    /// The argument is a task: the body of an implicit lambda.
    fn assert_panics(&mut self, special: Special, values: &[Arg], span: Span) -> E {
        let name = match special {
            Special::AssertPanics => self.sym.assert_panics,
            _ => self.sym.assert_panics_with,
        };
        let (task, result) = self.task_lambda(values[0].value);
        let mut args = vec![task];
        if let Some(message) = values.get(1) {
            args.push(self.check(message.value, Ty::STR));
        }
        let Some(id) = self.p.prelude_fn(name) else {
            return self.unsupported("`assert_panics`", span);
        };
        if self.p.fn_decl(id).generics.names.len() != 1 {
            return self.unsupported("`assert_panics`", span);
        }
        let targs = self.ty_list(&[result]);
        let list = self.expr_list(&args);
        self.new_expr(H::Call(FnRef::Direct(id, targs), list), Ty::VOID, span.start)
    }
}
