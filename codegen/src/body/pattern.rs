//! Patterns: tests as C conditions on places, and bindings.

use super::Emitter;
use super::moves::When;
use super::value::{Code, Val};
use crate::glue;
use crate::layout::Shape;
use sigil_checker::decl::Const;
use sigil_checker::hir::{ExprId, ExprKind, LocalId, PatId, PatKind, Pats};
use sigil_checker::types::{Ty, TyKind};

/// What becomes of the parts of what was matched.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bind {
    /// It stays whole; bindings have references of their own if their locals are owned.
    Share,
    /// It is taken apart: its owner's share of each part is bound or released.
    Take,
}

impl Emitter<'_> {
    /// Appends the conditions under which a place matches, joined by `&&`; nothing if it always does.
    pub(super) fn test(&mut self, pat: PatId, place: &str, out: &mut String) {
        stacker::maybe_grow(64 << 10, 1 << 20, || self.test_here(pat, place, out));
    }

    fn test_here(&mut self, pat: PatId, place: &str, out: &mut String) {
        let body = self.body;
        let ty = self.concrete(body[pat].ty);
        match body[pat].kind {
            PatKind::Wild | PatKind::Bind(_, None) => {}
            PatKind::Bind(_, Some(inner)) => self.test(inner, place, out),
            PatKind::Const(value) => {
                let test = self.constant_test(value, ty, place);
                and(out, &test);
            }
            PatKind::Interval(lo, hi) => self.interval(lo, hi, ty, place, out),
            PatKind::Variant(variant, pats) => {
                let layout = self.cx.layout(ty);
                if layout.is_sum && layout.variants.len() > 1 {
                    let mut tag = String::new();
                    self.cx.push_tag(ty, place, &mut tag);
                    self.sink.need_type(ty);
                    and(out, &format!("{tag} == {variant}"));
                }
                self.test_fields(pats, (ty, variant), place, out);
            }
            PatKind::Record(pats) | PatKind::Tuple(pats) => self.test_fields(pats, (ty, 0), place, out),
            PatKind::List { prefix, rest, suffix } => {
                let count = prefix.len + suffix.len;
                match rest {
                    Some(_) if count == 0 => {}
                    Some(_) => and(out, &format!("{place}->len >= {count}")),
                    None => and(out, &format!("{place}->len == {count}")),
                }
                for (part, element) in self.elements(ty, place, prefix, suffix) {
                    self.test(part, &element, out);
                }
            }
            PatKind::Or(pats) => {
                let mut any = String::new();
                for &part in body.pats(pats) {
                    let mut one = String::new();
                    self.test(part, place, &mut one);
                    if one.is_empty() {
                        return;
                    }
                    if !any.is_empty() {
                        any.push_str(" || ");
                    }
                    if one.contains(" && ") {
                        one = format!("({one})");
                    }
                    any.push_str(&one);
                }
                and(out, &format!("({any})"));
            }
        }
    }

    fn test_fields(&mut self, pats: Pats, (ty, variant): (Ty, u32), place: &str, out: &mut String) {
        let body = self.body;
        for (i, &part) in body.pats(pats).iter().enumerate() {
            if !self.is_catch_all(part) {
                let field = self.field_place(ty, variant, i, place);
                self.test(part, &field, out);
            }
        }
    }

    fn field_place(&mut self, ty: Ty, variant: u32, field: usize, place: &str) -> String {
        let mut out = String::new();
        self.sink.need_type(ty);
        self.cx.push_field(ty, place, variant, field as u32, &mut out);
        out
    }

    /// Sub-patterns of a list pattern with the places of their elements.
    fn elements(&mut self, ty: Ty, place: &str, prefix: Pats, suffix: Pats) -> Vec<(PatId, String)> {
        let TyKind::List(element) = self.program.types.kind(ty) else { return Vec::new() };
        let c_type = self.written(|e| e.push_c_type(element));
        let body = self.body;
        let front = body
            .pats(prefix)
            .iter()
            .enumerate()
            .map(|(i, &part)| (part, format!("(({c_type} *){place}->data)[{i}]")));
        let back = body.pats(suffix).iter().enumerate().map(|(i, &part)| {
            (part, format!("(({c_type} *){place}->data)[{place}->len - {}]", suffix.len as usize - i))
        });
        front.chain(back).collect()
    }

    fn constant_test(&mut self, value: Const, ty: Ty, place: &str) -> String {
        match value {
            Const::Bool(true) => place.to_owned(),
            Const::Bool(false) => format!("!{place}"),
            _ => {
                let literal = self.constant(value).string();
                match value {
                    Const::Float(_) => format!("{place} == {literal}"),
                    _ => self.written(|e| glue::eq(e.cx, e.sink, ty, place, &literal)),
                }
            }
        }
    }

    fn interval(&mut self, lo: i64, hi: i64, ty: Ty, place: &str, out: &mut String) {
        let kind = self.program.types.kind(ty);
        let (least, greatest) = match kind {
            TyKind::Char => (0, 0x10_FFFF),
            TyKind::Byte => (0, 255),
            _ => (i64::MIN, i64::MAX),
        };
        let literal = |n: i64| match kind {
            TyKind::Char => format!("{n}u"),
            TyKind::Byte => n.to_string(),
            _ => Val::pure(Code::Int(n)).string(),
        };
        if lo == hi {
            return and(out, &format!("{place} == {}", literal(lo)));
        }
        if lo > least {
            and(out, &format!("{place} >= {}", literal(lo)));
        }
        if hi < greatest {
            and(out, &format!("{place} <= {}", literal(hi)));
        }
    }

    /// Binds the locals of a pattern that matches. `all`: also those that nothing reads any more.
    pub(super) fn bind(&mut self, pat: PatId, place: &str, how: Bind, all: bool) {
        let mut alternatives = false;
        self.has_bound_alternatives(pat, &mut alternatives);
        if alternatives {
            let mut locals = Vec::new();
            super::tree::pattern_locals(self.body, pat, &mut |local, _| locals.push(local));
            for local in locals {
                if self.is_bound(local, all) {
                    self.push_c_type(self.local_ty(local));
                    self.push(" ");
                    self.push_local(local);
                    self.push(";\n");
                }
            }
        }
        self.bind_part(pat, place, how, (all, alternatives));
    }

    fn has_bound_alternatives(&self, pat: PatId, found: &mut bool) {
        let body = self.body;
        match body[pat].kind {
            PatKind::Or(pats) => {
                let mut any = false;
                for &part in body.pats(pats) {
                    super::tree::pattern_locals(body, part, &mut |_, _| any = true);
                }
                *found |= any;
            }
            PatKind::Bind(_, Some(inner)) => self.has_bound_alternatives(inner, found),
            PatKind::Variant(_, pats) | PatKind::Record(pats) | PatKind::Tuple(pats) => {
                body.pats(pats).iter().for_each(|&part| self.has_bound_alternatives(part, found));
            }
            PatKind::List { prefix, suffix, .. } => {
                for &part in body.pats(prefix).iter().chain(body.pats(suffix)) {
                    self.has_bound_alternatives(part, found);
                }
            }
            _ => {}
        }
    }

    fn is_bound(&self, local: LocalId, all: bool) -> bool {
        match self.owns(local) {
            true => all || (self.facts.is_read(local) && !self.moves.is_dead(local)),
            false => self.facts.is_read(local),
        }
    }

    fn bind_local(&mut self, local: LocalId, place: &str, declared: bool) {
        let val = Val::pure(Code::Place(place.to_owned()));
        if declared {
            self.push_local(local);
            self.push(" = ");
            self.push_val(&val);
            self.push(";\n");
        } else {
            self.declare_local(local, &val);
        }
    }

    fn bind_part(&mut self, pat: PatId, place: &str, how: Bind, flags: (bool, bool)) {
        stacker::maybe_grow(64 << 10, 1 << 20, || self.bind_part_here(pat, place, how, flags));
    }

    fn bind_part_here(&mut self, pat: PatId, place: &str, how: Bind, (all, declared): (bool, bool)) {
        let body = self.body;
        let ty = self.concrete(body[pat].ty);
        let flags = (all, declared);
        match body[pat].kind {
            PatKind::Wild | PatKind::Const(_) | PatKind::Interval(..) => {
                if how == Bind::Take {
                    self.release(ty, place);
                }
            }
            PatKind::Bind(local, inner) => {
                let is_bound = self.is_bound(local, all);
                if is_bound {
                    self.bind_local(local, place, declared);
                }
                let shares = is_bound && self.owns(local) && (how == Bind::Share || inner.is_some());
                if shares {
                    self.retain(ty, place);
                }
                match inner {
                    Some(inner) => self.bind_part(inner, place, how, flags),
                    None if how == Bind::Take && !(is_bound && self.owns(local)) => self.release(ty, place),
                    None => {}
                }
            }
            PatKind::Variant(..) | PatKind::Record(_) | PatKind::Tuple(_) => {
                let (variant, pats) = match body[pat].kind {
                    PatKind::Variant(variant, pats) => (variant, pats),
                    PatKind::Record(pats) | PatKind::Tuple(pats) => (0, pats),
                    _ => return,
                };
                let boxed = self.cx.layout(ty).shape == Shape::Boxed;
                let inside = if boxed { Bind::Share } else { how };
                for (i, &part) in body.pats(pats).iter().enumerate() {
                    let field = self.field_place(ty, variant, i, place);
                    self.bind_part(part, &field, inside, flags);
                }
                if boxed && how == Bind::Take {
                    self.release(ty, place);
                }
            }
            PatKind::List { prefix, rest, suffix } => {
                for (part, element) in self.elements(ty, place, prefix, suffix) {
                    self.bind_part(part, &element, Bind::Share, flags);
                }
                if let Some(local) = rest.and_then(|rest| rest.binding).filter(|&l| self.is_bound(l, all)) {
                    self.retain(ty, place);
                    let middle =
                        format!("si_list_slice({place}, {}, {place}->len - {})", prefix.len, suffix.len);
                    self.bind_local(local, &middle, declared);
                }
                if how == Bind::Take {
                    self.release(ty, place);
                }
            }
            PatKind::Or(pats) => {
                if !declared {
                    if how == Bind::Take {
                        self.release(ty, place);
                    }
                    return;
                }
                let parts = body.pats(pats);
                for (i, &part) in parts.iter().enumerate() {
                    let mut tests = String::new();
                    if i + 1 < parts.len() {
                        self.test(part, place, &mut tests);
                        self.push("if (");
                        self.push(if tests.is_empty() {
                            "1"
                        } else {
                            super::expr::without_parentheses(&tests)
                        });
                        self.push(") ");
                    }
                    self.push("{\n");
                    self.bind_part(part, place, how, flags);
                    self.push(if i + 1 < parts.len() { "} else " } else { "}\n" });
                }
            }
        }
    }

    /// `let` with a pattern that takes its value apart.
    pub(super) fn destructure(&mut self, pat: PatId, e: ExprId) {
        let ty = self.ty(e);
        let mut val = match self.moves.borrowed(e) {
            true => self.place(e),
            false => self.value(e),
        };
        if val.never {
            return;
        }
        val = match val.code {
            Code::Text(_) if val.effect || glue::is_aggregate(self.cx, ty) => self.spill(&val, ty),
            _ => self.calm(val, ty),
        };
        let place = val.string();
        let start = self.sink.text.len();
        self.check_lists(pat, &place);
        let whole = match self.body[e].kind {
            ExprKind::Local(local) => self.moves.drops_whole(When::Skip, e, local),
            _ => false,
        };
        let takes = whole || (val.owned && !self.is_trivial(ty));
        self.bind(pat, &place, if takes { Bind::Take } else { Bind::Share }, false);
        if !self.sink.text[start..].contains(&place) {
            self.mention(&place);
        }
        if !whole {
            self.drops(When::Skip, e);
        }
    }

    /// Panics where a list pattern does not match the length.
    pub(super) fn check_lists(&mut self, pat: PatId, place: &str) {
        let body = self.body;
        let ty = self.concrete(body[pat].ty);
        match body[pat].kind {
            PatKind::Bind(_, Some(inner)) => self.check_lists(inner, place),
            PatKind::Variant(variant, pats) => self.check_fields(pats, (ty, variant), place),
            PatKind::Record(pats) | PatKind::Tuple(pats) => self.check_fields(pats, (ty, 0), place),
            PatKind::List { prefix, rest, suffix } => {
                let count = prefix.len + suffix.len;
                if rest.is_none() || count > 0 {
                    let sign = if rest.is_some() { "<" } else { "!=" };
                    self.push(&format!(
                        "if ({place}->len {sign} {count}) si_panic_list_pattern({place}->len, "
                    ));
                    self.push_site(body[pat].pos);
                    self.push(");\n");
                }
                for (part, element) in self.elements(ty, place, prefix, suffix) {
                    self.check_lists(part, &element);
                }
            }
            _ => {}
        }
    }

    fn check_fields(&mut self, pats: Pats, (ty, variant): (Ty, u32), place: &str) {
        let body = self.body;
        for (i, &part) in body.pats(pats).iter().enumerate() {
            if !self.is_catch_all(part) {
                let field = self.field_place(ty, variant, i, place);
                self.check_lists(part, &field);
            }
        }
    }
}

fn and(out: &mut String, test: &str) {
    if !out.is_empty() {
        out.push_str(" && ");
    }
    out.push_str(test);
}
