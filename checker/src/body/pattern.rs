//! Match patterns (language.md 5): names bound, literals typed, fields put in order.

use super::Checker;
use super::names::TypeName;
use super::scope::Warn;
use crate::decl::{AdtKind, Const, FieldDecl};
use crate::hir::{self, LocalId, PatId as P, PatKind as H};
use crate::interface::Space;
use crate::types::{AdtId, Ty, TyKind, TyList};
use sigil_frontend::syntax::{self, ExprKind, ListPatItem, PatKind, UnOp};
use sigil_frontend::{Code, Diagnostic, Span, Symbol};

/// A name bound by the pattern at hand.
#[derive(Clone, Copy)]
pub(super) struct PatBind {
    name: Symbol,
    local: LocalId,
    span: Span,
    /// Bound by another alternative, so that it may be bound again.
    hidden: bool,
}

impl Checker<'_> {
    /// Adds a pattern.
    pub(super) fn new_pat(&mut self, kind: H, ty: Ty, pos: u32) -> P {
        self.s.body.pats.push(hir::Pat { kind, ty, pos });
        P((self.s.body.pats.len() - 1) as u32)
    }

    fn take_pats(&mut self, base: usize) -> hir::Pats {
        let s = &mut *self.s;
        let run = hir::Pats { start: s.body.pat_lists.len() as u32, len: (s.pats.len() - base) as u32 };
        s.body.pat_lists.extend(s.pats.drain(base..));
        run
    }

    /// Checks a whole pattern against a type and brings its names into scope.
    pub(super) fn pattern(&mut self, id: syntax::PatId, ty: Ty, warn: Warn) -> P {
        let base = self.s.binds.len();
        let pat = self.pat(id, ty);
        for at in base..self.s.binds.len() {
            let PatBind { name, local, span, .. } = self.s.binds[at];
            self.bring(name, local, span, warn);
        }
        self.s.binds.truncate(base);
        pat
    }

    fn pat(&mut self, id: syntax::PatId, ty: Ty) -> P {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.pat_inner(id, ty))
    }

    fn pat_inner(&mut self, id: syntax::PatId, ty: Ty) -> P {
        let syntax::Pat { kind, span } = self.tree[id];
        self.here = span;
        let pos = span.start;
        match kind {
            PatKind::Error => self.error_pat(span),
            PatKind::Wild => self.new_pat(H::Wild, ty, pos),
            PatKind::Bind(name) => {
                let local = self.bind(name, ty, span);
                self.new_pat(H::Bind(local, None), ty, pos)
            }
            PatKind::At(name, inner) => {
                let end = span.start + self.text(name).len() as u32;
                let local = self.bind(name, ty, Span::new(span.start, end));
                let inner = self.pat(inner, ty);
                self.new_pat(H::Bind(local, Some(inner)), ty, pos)
            }
            PatKind::Lit(literal) => match self.literal(literal, ty) {
                Some(Const::Int(v)) => self.new_pat(H::Interval(v, v), ty, pos),
                Some(Const::Byte(v)) => self.new_pat(H::Interval(v.into(), v.into()), ty, pos),
                Some(Const::Char(v)) => self.new_pat(H::Interval(v as i64, v as i64), ty, pos),
                Some(value) => self.new_pat(H::Const(value), ty, pos),
                None => self.error_pat(span),
            },
            PatKind::Range(range) => self.range_pat(range, ty, span),
            PatKind::Variant(variant) => self.variant_pat(variant, ty, span),
            PatKind::Struct(struct_) => self.struct_pat(struct_, ty, span),
            PatKind::List(items) => self.list_pat(items, ty, span),
            PatKind::Tuple(parts) => self.tuple_pat(parts, ty, span),
            PatKind::Or(alternatives) => self.or_pat(alternatives, ty, span),
        }
    }

    fn error_pat(&mut self, span: Span) -> P {
        self.failed = true;
        self.broken_pats += 1;
        self.new_pat(H::Wild, Ty::ERROR, span.start)
    }

    /// Checks the parts of a pattern that does not fit, for the names that they bind.
    fn abandon(&mut self, parts: impl Iterator<Item = syntax::PatId>, span: Span) -> P {
        for part in parts {
            self.pat(part, Ty::ERROR);
        }
        self.error_pat(span)
    }

    fn bind(&mut self, name: Symbol, ty: Ty, span: Span) -> LocalId {
        if let Some(first) = self.s.binds.iter().find(|b| b.name == name && !b.hidden) {
            let message = format!("`{}` is bound twice in this pattern", self.text(name));
            let diagnostic = Diagnostic::new(Code::error(408), self.module, span, message).label(
                self.module,
                first.span,
                "first bound here",
            );
            self.report(diagnostic);
        }
        let local = self.new_local(name, ty, false);
        self.s.binds.push(PatBind { name, local, span, hidden: false });
        local
    }

    /// The value of a literal of the type, reported if it is of another.
    fn literal(&mut self, id: syntax::ExprId, ty: Ty) -> Option<Const> {
        let syntax::Expr { kind, span } = self.tree[id];
        let ty = self.shallow(ty);
        let (value, own) = match kind {
            ExprKind::Int(value) if ty == Ty::BYTE => match u8::try_from(value) {
                Ok(value) => (Const::Byte(value), Ty::BYTE),
                Err(_) => {
                    self.error(307, span, format!("{value} does not fit in byte"));
                    return None;
                }
            },
            ExprKind::Int(value) => (Const::Int(i64::try_from(value).ok()?), Ty::INT),
            ExprKind::Float(value) => (Const::Float(value), Ty::FLOAT),
            ExprKind::Str(value) => (Const::Str(value), Ty::STR),
            ExprKind::Char(value) => (Const::Char(value), Ty::CHAR),
            ExprKind::Bool(value) => (Const::Bool(value), Ty::BOOL),
            ExprKind::Duration(value) => (Const::Duration(value), Ty::DURATION),
            ExprKind::Size(value) => (Const::Size(value), Ty::SIZE),
            ExprKind::Paren(inner) => return self.literal(inner, ty),
            ExprKind::Unary(UnOp::Neg, inner) => match self.tree[inner].kind {
                ExprKind::Int(value) => (Const::Int(0i64.checked_sub_unsigned(value)?), Ty::INT),
                ExprKind::Float(value) => (Const::Float(-value), Ty::FLOAT),
                ExprKind::Duration(value) => (Const::Duration(value.wrapping_neg()), Ty::DURATION),
                ExprKind::Error => {
                    self.failed = true;
                    return None;
                }
                _ => {
                    self.error(308, span, "mismatched types: only an int, float or Duration can be negative");
                    return None;
                }
            },
            _ => {
                self.failed = true;
                return None;
            }
        };
        if !self.unify(own, ty) {
            self.mismatch(ty, own, span);
            return None;
        }
        Some(value)
    }

    fn bound(&mut self, id: syntax::ExprId, ty: Ty) -> Option<i64> {
        match self.literal(id, ty)? {
            Const::Int(value) => Some(value),
            Const::Byte(value) => Some(value.into()),
            Const::Char(value) => Some(value as i64),
            _ => {
                let span = self.tree[id].span;
                let text = self.show(ty);
                self.error(
                    308,
                    span,
                    format!("mismatched types: range patterns are of int, char or byte, found {text}"),
                );
                None
            }
        }
    }

    fn range_pat(&mut self, id: syntax::Id<syntax::RangePat>, ty: Ty, span: Span) -> P {
        let syntax::RangePat { lo, hi, inclusive } = self.tree[id];
        let low = lo.map(|lo| self.bound(lo, ty));
        if low == Some(None) {
            return self.error_pat(span);
        }
        let high = hi.map(|hi| self.bound(hi, ty));
        if high == Some(None) {
            return self.error_pat(span);
        }
        let (low, high) = (low.flatten(), high.flatten());
        let (min, max) = match self.shallow(ty) {
            Ty::BYTE => (0, 255),
            Ty::CHAR => (0, char::MAX as i64),
            _ => (i64::MIN, i64::MAX),
        };
        let low = low.unwrap_or(min);
        let high = match high {
            Some(high) if inclusive => Some(high),
            Some(high) => high.checked_sub(1),
            None => Some(max),
        };
        match high {
            Some(high) if low <= high => self.new_pat(H::Interval(low, high), ty, span.start),
            _ => {
                self.error(409, span, "empty range pattern");
                self.error_pat(span)
            }
        }
    }

    /// The variant that a path means for a value of this type.
    fn pattern_variant(&mut self, path: &[syntax::Name], ty: Ty, span: Span) -> Option<(AdtId, u32, TyList)> {
        let (last, prefix) = path.split_last()?;
        let head = self.head(ty);
        if head == Some(TyKind::Error) {
            self.failed = true;
            return None;
        }
        let (id, index) = match prefix {
            [] => self.unqualified_variant(last, ty)?,
            _ => self.qualified_variant(prefix, last, ty)?,
        };
        if let Some(TyKind::Adt(expected, args)) = head
            && expected == id
        {
            return Some((id, index, args));
        }
        let args = self.adt_with(id, syntax::List::EMPTY, span);
        let found = self.make(TyKind::Adt(id, args));
        if !self.unify(found, ty) {
            self.mismatch(ty, found, span);
            return None;
        }
        Some((id, index, args))
    }

    /// The value's type's variant, else what is in scope under that name.
    fn unqualified_variant(&mut self, name: &syntax::Name, ty: Ty) -> Option<(AdtId, u32)> {
        let Some(head) = self.head(ty) else {
            return self.variant_in_scope(name.symbol, name.span);
        };
        let expected = match head {
            TyKind::Adt(id, _) => self.variant_here(id, name.symbol).map(|index| (id, index)),
            _ => None,
        };
        let found = expected.or_else(|| self.p.variants_named(self.module, name.symbol).first().copied());
        if found.is_none() {
            self.no_variant(name, ty);
        }
        found
    }

    /// `T.V`, `m.T.V` or `m.V`.
    fn qualified_variant(
        &mut self,
        prefix: &[syntax::Name],
        last: &syntax::Name,
        ty: Ty,
    ) -> Option<(AdtId, u32)> {
        let end = prefix.last()?;
        if !self.is_upper(end.symbol) {
            return self.variant_of_module(prefix, last, ty);
        }
        let TypeName::Adt(id) = self.type_path(prefix)? else {
            let text = self.text(end.symbol);
            self.error(315, end.span, format!("`{text}` has no variants"));
            return None;
        };
        let found = self.variant_of(id, last.symbol);
        if found.is_none() {
            self.no_variant(last, ty);
        }
        Some((id, found?))
    }

    /// `m.V`.
    fn variant_of_module(
        &mut self,
        prefix: &[syntax::Name],
        last: &syntax::Name,
        ty: Ty,
    ) -> Option<(AdtId, u32)> {
        let module = self.module_path(prefix)?;
        let exported = match self.p.exported_variants(module, last.symbol, self.module) {
            Ok(exported) => exported,
            Err(hidden) => {
                self.hidden(hidden, module, *last, Space::Value);
                return None;
            }
        };
        let expected = match self.head(ty) {
            Some(TyKind::Adt(id, _)) => exported.iter().copied().find(|&(of, _)| of == id),
            _ => None,
        };
        expected.or(exported.first().copied())
    }

    fn no_variant(&mut self, name: &syntax::Name, ty: Ty) {
        let (text, owner) = (self.text(name.symbol), self.show(ty));
        let mut names = Vec::new();
        if let Some(TyKind::Adt(id, _)) = self.head(ty) {
            names.extend(self.p.adt(id).variants.iter().map(|v| self.text(v.name)));
        }
        let help = self.did_you_mean(text, names.into_iter());
        self.error_help(315, name.span, format!("`{text}` is not a variant of {owner}"), help);
    }

    fn variant_pat(&mut self, id: syntax::Id<syntax::VariantPat>, ty: Ty, span: Span) -> P {
        let pat = self.tree[id];
        let args = pat.args.unwrap_or(syntax::List::EMPTY);
        let path: Vec<syntax::Name> = self.tree.list(pat.path).copied().collect();
        let Some((adt, index, adt_args)) = self.pattern_variant(&path, ty, span) else {
            let parts: Vec<syntax::PatId> = self.tree.list(args).map(|arg| arg.pat).collect();
            return self.abandon(parts.into_iter(), span);
        };
        let decl = self.p.adt(adt);
        let variant = &decl.variants[index as usize];
        let fields = &variant.fields;
        let named = self.tree.list(args).any(|arg| arg.name.is_some());
        let mut slots: Vec<Option<P>> = vec![None; fields.len()];
        let mut fine = true;
        let got = args.len as usize;
        let has_rest = pat.has_rest || (self.bare_variants && pat.args.is_none());
        let complete = got == fields.len() || (has_rest && got < fields.len());
        for (i, arg) in self.tree.list(args).enumerate() {
            let at = match arg.name {
                Some(name) => self.named_field(fields, name, decl.name, &slots),
                None if named => None,
                None => Some(i).filter(|&i| i < fields.len()),
            };
            let Some(at) = at else {
                fine &= arg.name.is_none();
                self.pat(arg.pat, Ty::ERROR);
                continue;
            };
            // Which fields are meant cannot be told where the count is wrong.
            let is_meant = complete || named;
            let field = if is_meant { self.inst(fields[at].ty, adt_args) } else { Ty::ERROR };
            slots[at] = Some(self.pat(arg.pat, field));
        }
        if !complete && fine && !variant.lacks_fields {
            let text = self.text(variant.name);
            let s = if fields.len() == 1 { "" } else { "s" };
            let count = fields.len();
            let help = (got < count).then(|| "add `..` to ignore the others".to_string());
            let message = format!("variant `{text}` has {count} field{s}, pattern has {got}");
            self.error_help(407, span, message, help);
        }
        if !complete || !fine {
            return self.error_pat(span);
        }
        let pats = self.fill_slots(slots, fields, adt_args, span);
        self.new_pat(H::Variant(index, pats), ty, span.start)
    }

    /// The number of a field that a pattern names, reported if there is none or it was named before.
    fn named_field(
        &mut self,
        fields: &[FieldDecl],
        name: syntax::Name,
        owner: Symbol,
        slots: &[Option<P>],
    ) -> Option<usize> {
        let text = self.text(name.symbol);
        let Some(at) = fields.iter().position(|f| f.name == Some(name.symbol)) else {
            let names: Vec<&str> = fields.iter().filter_map(|f| f.name).map(|n| self.text(n)).collect();
            let help = self.did_you_mean(text, names.into_iter());
            let owner = self.text(owner);
            self.error_help(403, name.span, format!("no field `{text}` on {owner}"), help);
            return None;
        };
        if slots[at].is_some() {
            self.error(312, name.span, format!("duplicate field `{text}`"));
            return None;
        }
        Some(at)
    }

    fn fill_slots(
        &mut self,
        slots: Vec<Option<P>>,
        fields: &[FieldDecl],
        args: TyList,
        span: Span,
    ) -> hir::Pats {
        let base = self.s.pats.len();
        for (slot, field) in slots.into_iter().zip(fields) {
            let pat = match slot {
                Some(pat) => pat,
                None => {
                    let ty = self.inst(field.ty, args);
                    self.new_pat(H::Wild, ty, span.start)
                }
            };
            self.s.pats.push(pat);
        }
        self.take_pats(base)
    }

    fn struct_pat(&mut self, id: syntax::Id<syntax::StructPat>, ty: Ty, span: Span) -> P {
        let pat = self.tree[id];
        let path: Vec<syntax::Name> = self.tree.list(pat.path).copied().collect();
        if !path.is_empty() && !self.struct_path(&path, ty, span) {
            return self.abandon_fields_pat(&pat, span);
        }
        let names: Vec<Symbol>;
        let tys: Vec<Ty>;
        let (owner, adt) = match self.head(ty) {
            Some(TyKind::Adt(id, args)) if self.p.adt(id).kind == AdtKind::Struct => {
                let decl = self.p.adt(id);
                let fields = &decl.variants[0].fields;
                names = fields.iter().filter_map(|f| f.name).collect();
                tys = fields.iter().map(|f| self.inst(f.ty, args)).collect();
                (self.text(decl.name).to_string(), true)
            }
            Some(TyKind::Record(list, parts)) => {
                names = self.p.types.name_list_of(list).to_vec();
                tys = (0..self.list_len(parts)).map(|i| self.list_at(parts, i)).collect();
                (self.show(ty), false)
            }
            Some(TyKind::Error) => return self.abandon_fields_pat(&pat, span),
            None => {
                self.cannot_infer(span);
                self.poison(ty);
                return self.abandon_fields_pat(&pat, span);
            }
            Some(_) => {
                let text = self.show(ty);
                self.error(308, span, format!("mismatched types: expected {text}, found a struct pattern"));
                return self.abandon_fields_pat(&pat, span);
            }
        };
        let mut slots: Vec<Option<P>> = vec![None; names.len()];
        let mut fine = true;
        for field in self.tree.list(pat.fields) {
            let text = self.text(field.name.symbol);
            let at = names.iter().position(|&n| n == field.name.symbol);
            if at.is_none() {
                let known: Vec<&str> = names.iter().map(|&n| self.text(n)).collect();
                let help = self.did_you_mean(text, known.into_iter());
                self.error_help(403, field.name.span, format!("no field `{text}` on {owner}"), help);
            } else if at.is_some_and(|at| slots[at].is_some()) {
                self.error(312, field.name.span, format!("duplicate field `{text}`"));
            }
            let free = at.filter(|&at| slots[at].is_none());
            fine &= free.is_some();
            let field_ty = free.map_or(Ty::ERROR, |at| tys[at]);
            let inner = match field.pat {
                Some(inner) => self.pat(inner, field_ty),
                None => {
                    let local = self.bind(field.name.symbol, field_ty, field.name.span);
                    self.new_pat(H::Bind(local, None), field_ty, field.name.span.start)
                }
            };
            if let Some(at) = free {
                slots[at] = Some(inner);
            }
        }
        let missing: Vec<&str> =
            names.iter().zip(&slots).filter(|(_, s)| s.is_none()).map(|(&n, _)| self.text(n)).collect();
        if !missing.is_empty() && !pat.has_rest && fine {
            let message = format!("fields not mentioned: {}", missing.join(", "));
            self.error_help(402, span, message, Some("add `..`".into()));
            fine = false;
        }
        if !fine {
            return self.error_pat(span);
        }
        let base = self.s.pats.len();
        for (slot, &ty) in slots.into_iter().zip(&tys) {
            let pat = match slot {
                Some(pat) => pat,
                None => self.new_pat(H::Wild, ty, span.start),
            };
            self.s.pats.push(pat);
        }
        let pats = self.take_pats(base);
        let kind = if adt { H::Variant(0, pats) } else { H::Record(pats) };
        self.new_pat(kind, ty, span.start)
    }

    fn abandon_fields_pat(&mut self, pat: &syntax::StructPat, span: Span) -> P {
        for field in self.tree.list(pat.fields) {
            match field.pat {
                Some(inner) => {
                    self.pat(inner, Ty::ERROR);
                }
                None => {
                    self.bind(field.name.symbol, Ty::ERROR, field.name.span);
                }
            }
        }
        self.error_pat(span)
    }

    /// Whether the path of a struct pattern names the type of the value; reports if not.
    fn struct_path(&mut self, path: &[syntax::Name], ty: Ty, span: Span) -> bool {
        match self.type_path(path) {
            Some(TypeName::Adt(id)) if self.p.adt(id).kind == AdtKind::Struct => {
                let args = self.adt_with(id, syntax::List::EMPTY, span);
                let found = self.make(TyKind::Adt(id, args));
                if self.unify(found, ty) {
                    return true;
                }
                self.mismatch(ty, found, span);
            }
            Some(_) => {
                let text = path.last().map_or("", |n| self.text(n.symbol));
                self.error(303, span, format!("`{text}` is not a struct"));
            }
            None => {}
        }
        false
    }

    fn list_pat(&mut self, items: syntax::List<ListPatItem>, ty: Ty, span: Span) -> P {
        let elem = match self.head(ty) {
            Some(TyKind::List(elem)) => elem,
            None => {
                let elem = self.unknown(span);
                let list = self.list_ty(elem);
                self.unify(ty, list);
                elem
            }
            other => {
                if other != Some(TyKind::Error) {
                    let text = self.show(ty);
                    self.error(308, span, format!("mismatched types: expected {text}, found a list pattern"));
                }
                for item in self.tree.list(items) {
                    match *item {
                        ListPatItem::Pat(pat) => {
                            self.pat(pat, Ty::ERROR);
                        }
                        ListPatItem::Rest(Some(name)) => {
                            self.bind(name.symbol, Ty::ERROR, name.span);
                        }
                        ListPatItem::Rest(None) => {}
                    }
                }
                return self.error_pat(span);
            }
        };
        let mut prefix = Vec::new();
        let mut suffix = Vec::new();
        let mut rest = None;
        for item in self.tree.list(items) {
            match *item {
                ListPatItem::Pat(pat) => {
                    let pat = self.pat(pat, elem);
                    if rest.is_some() { suffix.push(pat) } else { prefix.push(pat) }
                }
                // The parser has reported it.
                ListPatItem::Rest(name) if rest.is_some() => {
                    self.failed = true;
                    self.broken_pats += 1;
                    if let Some(name) = name {
                        self.bind(name.symbol, ty, name.span);
                    }
                }
                ListPatItem::Rest(name) => {
                    let binding = name.map(|name| self.bind(name.symbol, ty, name.span));
                    rest = Some(hir::Rest { binding });
                }
            }
        }
        let base = self.s.pats.len();
        self.s.pats.extend(prefix);
        let prefix = self.take_pats(base);
        self.s.pats.extend(suffix);
        let suffix = self.take_pats(base);
        self.new_pat(H::List { prefix, rest, suffix }, ty, span.start)
    }

    fn tuple_pat(&mut self, parts: syntax::List<syntax::Pat>, ty: Ty, span: Span) -> P {
        if parts.is_empty() {
            if !self.unify(ty, Ty::VOID) {
                self.mismatch(ty, Ty::VOID, span);
                return self.error_pat(span);
            }
            return self.new_pat(H::Wild, ty, span.start);
        }
        if parts.len == 1 {
            let inner = self.tree.ids(parts).next();
            return match inner {
                Some(inner) => self.pat(inner, ty),
                None => self.error_pat(span),
            };
        }
        let count = parts.len as usize;
        let tys = match self.head(ty) {
            Some(TyKind::Tuple(list)) if self.list_len(list) == count => list,
            None => {
                let list = self.unknowns(&[], count, span);
                let tuple = self.make(TyKind::Tuple(list));
                self.unify(ty, tuple);
                list
            }
            other => {
                if other != Some(TyKind::Error) {
                    let text = self.show(ty);
                    let message =
                        format!("mismatched types: expected {text}, found a tuple pattern of {count}");
                    self.error(308, span, message);
                }
                return self.abandon(self.tree.ids(parts).collect::<Vec<_>>().into_iter(), span);
            }
        };
        let pats: Vec<P> = self
            .tree
            .ids(parts)
            .enumerate()
            .map(|(i, part)| {
                let ty = self.list_at(tys, i);
                self.pat(part, ty)
            })
            .collect();
        let base = self.s.pats.len();
        self.s.pats.extend(pats);
        let pats = self.take_pats(base);
        self.new_pat(H::Tuple(pats), ty, span.start)
    }

    /// Alternatives: each binds its own locals first, which are then replaced by those of the first one.
    fn or_pat(&mut self, alternatives: syntax::List<syntax::Pat>, ty: Ty, span: Span) -> P {
        let start = self.s.binds.len();
        let mut first_end = start;
        let mut extra: Vec<PatBind> = Vec::new();
        let mut pats = Vec::with_capacity(alternatives.len as usize);
        for (i, alternative) in self.tree.ids(alternatives).enumerate() {
            if i == 0 {
                pats.push(self.pat(alternative, ty));
                first_end = self.s.binds.len();
                continue;
            }
            for bind in &mut self.s.binds[start..first_end] {
                bind.hidden = true;
            }
            let first_pat = self.s.body.pats.len();
            let first_local = self.s.body.locals.len();
            let reports = self.diagnostics.len();
            let pat = self.pat(alternative, ty);
            pats.push(pat);
            let clean = self.diagnostics.len() == reports;
            self.merge_alternative(start, first_end, first_pat, clean, self.tree[alternative].span);
            extra.extend(self.s.binds.drain(first_end..));
            self.s.body.locals.truncate(first_local);
            for bind in &mut self.s.binds[start..first_end] {
                bind.hidden = false;
            }
        }
        self.bind_extra(start, &extra);
        let base = self.s.pats.len();
        self.s.pats.extend(pats);
        let pats = self.take_pats(base);
        self.new_pat(H::Or(pats), ty, span.start)
    }

    /// Binds the names that only alternatives after the first one bind, which was reported.
    fn bind_extra(&mut self, start: usize, extra: &[PatBind]) {
        for &PatBind { name, span, .. } in extra {
            if !self.s.binds[start..].iter().any(|bind| bind.name == name) {
                self.bind(name, Ty::ERROR, span);
            }
        }
    }

    /// Replaces the locals of an alternative by those of the first alternative (`E0406` if they differ).
    fn merge_alternative(
        &mut self,
        start: usize,
        first_end: usize,
        first_pat: usize,
        clean: bool,
        span: Span,
    ) {
        let firsts: Vec<PatBind> = self.s.binds[start..first_end].to_vec();
        let others: Vec<PatBind> = self.s.binds[first_end..].to_vec();
        let mut same = firsts.len() == others.len();
        let mut map = Vec::with_capacity(others.len());
        for other in &others {
            let Some(first) = firsts.iter().find(|f| f.name == other.name) else {
                same = false;
                map.push((other.local, firsts.first().map_or(other.local, |f| f.local)));
                continue;
            };
            let (a, b) = (self.s.body[first.local].ty, self.s.body[other.local].ty);
            if !self.unify(a, b) && clean {
                let text = self.text(other.name);
                let (a, b) = (self.show(a), self.show(b));
                let message = format!("alternatives bind `{text}` with different types: {a} and {b}");
                self.error(406, other.span, message);
            }
            map.push((other.local, first.local));
        }
        if !same {
            self.failed = true;
            if clean {
                self.error(406, span, "alternatives bind different names");
            }
        }
        let target =
            |local: LocalId| map.iter().find(|(from, _)| *from == local).map_or(local, |&(_, to)| to);
        for pat in &mut self.s.body.pats[first_pat..] {
            match &mut pat.kind {
                H::Bind(local, _) => *local = target(*local),
                H::List { rest: Some(hir::Rest { binding: Some(local) }), .. } => *local = target(*local),
                _ => {}
            }
        }
    }
}
