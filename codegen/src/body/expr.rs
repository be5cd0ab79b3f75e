//! Expressions as values.

use super::Emitter;
use super::facts::root;
use super::moves::{Part, When};
use super::value::{Code, Dest, Val, push_code};
use crate::glue;
use sigil_checker::decl::Const;
use sigil_checker::hir::{ExprId, ExprKind, LocalId};
use sigil_checker::types::{Ty, TyKind};

impl Emitter<'_> {
    /// An expression's value, owned.
    pub(super) fn value_here(&mut self, id: ExprId) -> Val {
        let mark = self.held.len();
        // Long chains of operators lean to the left.
        let mut spine = Vec::new();
        let mut at = id;
        while let ExprKind::Binary(_, left, _) = self.body[at].kind {
            spine.push(at);
            at = left;
            if self.moves.borrowed(left) {
                break;
            }
        }
        let mut val = match spine.is_empty() || !self.moves.borrowed(at) {
            true => {
                let val = self.other(at);
                self.settle(at, mark, val)
            }
            false => self.place(at),
        };
        while let Some(at) = spine.pop() {
            if val.never {
                return val;
            }
            val = self.binary(at, val);
            val = self.settle(at, mark, val);
        }
        val
    }

    /// Every kind of expression but binary operators, before its drops.
    fn other(&mut self, id: ExprId) -> Val {
        let body = self.body;
        match body[id].kind {
            ExprKind::Const(value) => self.constant(value),
            ExprKind::Unit => Val::unit(),
            ExprKind::Local(local) => self.local(id, local),
            ExprKind::FnValue(function) => self.fn_value(id, function),
            ExprKind::CtorValue(variant) => self.ctor_value(id, variant),
            ExprKind::OpValue(op) => self.op_value(id, op),
            ExprKind::Call(function, args) => self.call(id, function, args),
            ExprKind::CallValue(f, args) => self.call_value(f, args),
            ExprKind::Construct(variant, list) => self.construct_expr(id, variant, list),
            ExprKind::Tuple(list) | ExprKind::Record(list) => self.construct_expr(id, 0, list),
            ExprKind::List(list) => self.list(id, list),
            ExprKind::Map(list) => self.map(id, list),
            ExprKind::Field(base, field) => self.field(id, base, field),
            ExprKind::Index(base, index) => self.index(id, base, index),
            ExprKind::Unary(op, e) => self.unary(id, op, e),
            ExprKind::Range(a, b, closed) => self.range(a, b, closed),
            ExprKind::And(a, b) => self.logical(a, b, true),
            ExprKind::Or(a, b) => self.logical(a, b, false),
            ExprKind::Seq(stmts, value) => self.seq(stmts, value),
            ExprKind::For { .. } => self.for_expr(id),
            ExprKind::PatMap(..)
            | ExprKind::PatFilter(..)
            | ExprKind::PatCollect(..)
            | ExprKind::PatFold(..)
            | ExprKind::PatFind { .. }
            | ExprKind::PatFor { .. } => self.data_pattern(id),
            ExprKind::Break(inside) => self.break_(inside),
            ExprKind::Continue(inside) => self.continue_(inside),
            ExprKind::Propagate(inner, target) => self.propagate(id, inner, target),
            ExprKind::Lambda { params, body, captures } => self.lambda(id, params, body, captures),
            ExprKind::Recurse { .. } => self.recurse(id),
            ExprKind::SelfCall(args) => self.self_call(id, args),
            ExprKind::Parallel { tasks, results, value, in_order } => {
                self.parallel(tasks, results, value, in_order)
            }
            ExprKind::If(..)
            | ExprKind::Match(..)
            | ExprKind::Loop(_)
            | ExprKind::Try(_)
            | ExprKind::Coalesce(_) => self.control_value(id),
            // Handled along the spine.
            ExprKind::Binary(..) => Val::unit(),
        }
    }

    /// A control structure whose value goes to a temporary.
    fn control_value(&mut self, id: ExprId) -> Val {
        let ty = self.ty(id);
        match self.program.types.kind(ty) {
            TyKind::Never => {
                self.control(id, Dest::Discard);
                Val::never()
            }
            TyKind::Void => {
                self.control(id, Dest::Discard);
                Val::unit()
            }
            _ => {
                if let Some(val) = self.ternary(id) {
                    return val;
                }
                let temp = self.declare_temp(ty);
                self.control(id, Dest::Temp(temp));
                Val::pure(Code::Temp(temp)).owned(true)
            }
        }
    }

    /// An expression whose value goes to a destination.
    pub(super) fn emit(&mut self, id: ExprId, dest: Dest) {
        stacker::maybe_grow(96 << 10, 2 << 20, || self.emit_here(id, dest));
    }

    fn emit_here(&mut self, id: ExprId, dest: Dest) {
        let ty = self.ty(id);
        match self.body[id].kind {
            ExprKind::If(..) | ExprKind::Match(..) | ExprKind::Loop(_) | ExprKind::Try(_)
                if self.moves.drops(When::After, id).is_empty() =>
            {
                self.control(id, dest);
                if let (Dest::Return, ExprKind::Loop(_)) = (dest, self.body[id].kind)
                    && ty != Ty::NEVER
                {
                    self.store(Val::unit(), ty, dest);
                }
            }
            ExprKind::Seq(stmts, value) => {
                if !self.stmts(stmts) {
                    return;
                }
                match value {
                    Some(value) => self.emit(value, dest),
                    None => self.store(Val::unit(), ty, dest),
                }
            }
            _ => {
                let val = self.value(id);
                self.store(val, ty, dest);
            }
        }
    }

    /// A literal.
    pub(super) fn constant(&mut self, value: Const) -> Val {
        match value {
            Const::Int(n) | Const::Duration(n) | Const::Size(n) => Val::pure(Code::Int(n)),
            Const::Bool(value) => Val::text(if value { "1" } else { "0" }.into()),
            Const::Char(c) => Val::text(format!("{}u", c as u32)),
            Const::Byte(n) => Val::text(n.to_string()),
            Const::Float(x) => Val::text(float(x)),
            Const::Str(text) => {
                let cx = self.cx;
                Val::text(self.written(|e| cx.push_literal(text, e.sink)))
            }
        }
    }

    fn local(&mut self, id: ExprId, local: LocalId) -> Val {
        let mut val = Val::pure(self.local_code(local));
        val.fickle = self.body[local].is_mut;
        if self.facts.counted[local.0 as usize] {
            if !self.moves.consumes(id) {
                self.share(id, local, &val, self.local_ty(local));
            }
            val.owned = true;
        }
        val
    }

    /// A borrowed place.
    pub(super) fn place(&mut self, id: ExprId) -> Val {
        let body = self.body;
        match body[id].kind {
            ExprKind::Local(local) => Val { fickle: body[local].is_mut, ..Val::pure(self.local_code(local)) },
            ExprKind::Field(base, field) => {
                let val = self.place_of(base);
                self.member(&val, self.ty(base), 0, field)
            }
            ExprKind::Index(base, index) => {
                let list = self.place_of(base);
                let list = self.protect(list, base, true, self.facts.effects[index.0 as usize]);
                let index = self.value(index);
                self.element(&list, &index, self.ty(id), body[id].pos)
            }
            _ => self.value(id),
        }
    }

    /// The place that another one is part of: a variable, or a member of one.
    fn place_of(&mut self, base: ExprId) -> Val {
        let val = stacker::maybe_grow(64 << 10, 1 << 20, || self.place(base));
        self.calm(val, self.ty(base))
    }

    /// A field of a variant as a place.
    pub(super) fn member(&mut self, base: &Val, ty: Ty, variant: u32, field: u32) -> Val {
        let mut out = String::new();
        self.sink.need_type(ty);
        self.cx.push_field(ty, &base.string(), variant, field, &mut out);
        Val { fickle: base.fickle, ..Val::pure(Code::Place(out)) }
    }

    /// An element of a list as a place; the index is checked.
    fn element(&mut self, list: &Val, index: &Val, ty: Ty, pos: u32) -> Val {
        if index.never {
            return Val::never();
        }
        let text = self.written(|e| {
            e.push("((");
            e.push_c_type(ty);
            e.push(" *)");
            e.push_val(list);
            e.push("->data)[si_list_at(");
            e.push_val(list);
            e.push(", ");
            e.push_val(index);
            e.push(", ");
            e.push_site(pos);
            e.push(")]");
        });
        Val { effect: true, ..Val::pure(Code::Place(text)) }
    }

    fn field(&mut self, id: ExprId, base: ExprId, field: u32) -> Val {
        let val = self.borrow(base);
        if val.never {
            return val;
        }
        let ty = self.ty(base);
        let val = match val.code {
            Code::Text(_) => self.named(val, ty),
            _ => self.calm(val, ty),
        };
        let (place, ty) = (self.member(&val, ty, 0, field), self.ty(id));
        if self.moves.consumes(id) {
            return place.owned(!self.is_trivial(ty));
        }
        match root(self.body, self.targets, id) {
            Some(local) if self.moves.shares(id, local).is_some() => {
                self.share(id, local, &place, ty);
                place.owned(true)
            }
            _ => self.copy(place, ty),
        }
    }

    /// One owner more for what is read, or handed over, of a local, as far as the local keeps it.
    pub(super) fn share(&mut self, id: ExprId, local: LocalId, place: &Val, ty: Ty) {
        let moves = self.moves;
        match moves.shares(id, local) {
            None => self.retain(ty, &place.string()),
            Some(parts) => {
                for part in parts {
                    let (member, ty) = self.part(part);
                    self.retain(ty, &member.string());
                }
            }
        }
    }

    /// The place of a part of a local.
    pub(super) fn part(&mut self, part: &Part) -> (Val, Ty) {
        let mut val = Val::pure(Code::Local(part.local));
        let mut ty = self.local_ty(part.local);
        for &field in &part.path {
            val = self.member(&val, ty, 0, field);
            ty = self.cx.layout(ty).variants[0][field as usize];
        }
        (val, ty)
    }

    /// One owner more for what a place holds.
    pub(super) fn copy(&mut self, place: Val, ty: Ty) -> Val {
        if self.is_trivial(ty) || place.never {
            return place;
        }
        let place = self.calm(place, ty);
        self.retain(ty, &place.string());
        place.owned(true)
    }

    fn index(&mut self, id: ExprId, base: ExprId, index: ExprId) -> Val {
        let kind = self.targets.kind(self.body[base].ty);
        let is_map = matches!(kind, TyKind::Map(..));
        let vals = self.operands(&[(base, true), (index, true)]);
        let [of, at] = &vals[..] else { return Val::never() };
        if at.never {
            return Val::never();
        }
        let (ty, pos) = (self.ty(id), self.body[id].pos);
        let of = self.calm(of.clone(), self.ty(base));
        if matches!(kind, TyKind::List(_)) {
            let place = self.element(&of, at, ty, pos);
            return self.copy(place, ty);
        }
        if is_map {
            return self.map_index(id, &of, at.clone(), self.ty(index));
        }
        Val::effect(self.written(|e| {
            e.push("si_str_at(");
            e.push_val(&of);
            e.push(", ");
            e.push_val(at);
            e.push(", ");
            e.push_site(pos);
            e.push(")");
        }))
        .owned(true)
    }

    /// The value of a key as an Option.
    fn map_index(&mut self, id: ExprId, map: &Val, key: Val, key_ty: Ty) -> Val {
        let option = self.ty(id);
        let TyKind::Adt(_, args) = self.program.types.kind(option) else { return Val::unit() };
        let ty = self.program.types.list_of(args)[0];
        let key = self.variable(key, key_ty);
        let found = self.new_temp();
        self.push_c_type(ty);
        self.push(" *");
        self.push_temp(found);
        self.push(" = si_map_find(");
        self.push_val(map);
        self.push(", &");
        self.push_val(&key);
        self.push(");\n");
        let out = self.declare_temp(option);
        self.push("if (");
        self.push_temp(found);
        self.push(") {\n");
        let place = Val::pure(Code::Place(self.written(|e| {
            e.push("(*");
            e.push_temp(found);
            e.push(")");
        })));
        let content = self.copy(place, ty);
        let some = self.construct(option, 0, &[content]);
        self.store(some, option, Dest::Temp(out));
        self.push("} else {\n");
        let none = self.construct(option, 1, &[]);
        self.store(none, option, Dest::Temp(out));
        self.push("}\n");
        Val::pure(Code::Temp(out)).owned(true)
    }

    /// A variable or member whose address can be taken.
    pub(super) fn variable(&mut self, val: Val, ty: Ty) -> Val {
        match val.code {
            Code::Local(_) | Code::Temp(_) => val,
            Code::Place(_) if !val.effect => val,
            _ => self.spill(&val, ty),
        }
    }

    fn range(&mut self, a: ExprId, b: ExprId, closed: bool) -> Val {
        let vals = self.operands(&[(a, true), (b, true)]);
        let [lo, hi] = &vals[..] else { return Val::never() };
        if hi.never {
            return Val::never();
        }
        let mut text = String::from("(si_range){");
        push_code(&mut text, &lo.code);
        text.push_str(", ");
        push_code(&mut text, &hi.code);
        text.push_str(if closed { ", 1}" } else { ", 0}" });
        Val { effect: lo.effect || hi.effect, fickle: lo.fickle || hi.fickle, ..Val::text(text) }
    }

    /// `a && b`, `a || b`.
    fn logical(&mut self, a: ExprId, b: ExprId, is_and: bool) -> Val {
        let first = self.value(a);
        if first.never {
            return first;
        }
        let first = self.short(first, Ty::BOOL);
        let start = self.sink.text.len();
        self.drops(When::Enter, b);
        let second = self.value(b);
        if self.sink.text.len() == start && !second.never {
            let mut text = String::from("(");
            push_code(&mut text, &first.code);
            text.push_str(if is_and { " && " } else { " || " });
            push_code(&mut text, &second.code);
            text.push(')');
            return Val {
                effect: first.effect || second.effect,
                fickle: first.fickle || second.fickle,
                ..Val::text(text)
            };
        }
        let inside = self.sink.text.split_off(start);
        let temp = self.spill(&first, Ty::BOOL);
        self.push(if is_and { "if (" } else { "if (!" });
        self.push_val(&temp);
        self.push(") {\n");
        self.push(&inside);
        if !second.never {
            self.push_val(&temp);
            self.push(" = ");
            self.push_val(&second);
            self.push(";\n");
        }
        self.push("}\n");
        temp
    }

    /// Writes a condition without superfluous parentheses, which clang warns about.
    pub(super) fn push_condition(&mut self, val: &Val) {
        let text = val.string();
        self.push(without_parentheses(&text));
    }

    /// Writes the address of a type's descriptor.
    pub(super) fn push_desc(&mut self, ty: Ty) {
        self.push("&");
        glue::desc(self.cx, self.sink, ty);
    }
}

/// The text inside parentheses around a whole expression.
pub(super) fn without_parentheses(text: &str) -> &str {
    let Some(inside) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else { return text };
    let mut depth = 0;
    for byte in inside.bytes() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return text,
            b')' => depth -= 1,
            _ => {}
        }
    }
    inside
}

/// A C constant with exactly this value.
fn float(x: f64) -> String {
    if x.is_nan() {
        return "si_math_nan()".into();
    }
    if x.is_infinite() {
        return if x > 0.0 { "si_math_inf()" } else { "(-si_math_inf())" }.into();
    }
    let text = format!("{x:e}");
    let text = if text.contains(['.', 'e']) { text } else { format!("{text}.0") };
    if x.is_sign_negative() { format!("({text})") } else { text }
}

#[cfg(test)]
mod tests {
    use super::without_parentheses;

    #[test]
    fn only_parentheses_around_everything_go() {
        assert_eq!(without_parentheses("(a == b)"), "a == b");
        assert_eq!(without_parentheses("(a) == (b)"), "(a) == (b)");
        assert_eq!(without_parentheses("a"), "a");
    }
}
