//! Tuples, records, user types, lists and maps from their parts.

use super::Emitter;
use super::facts::LEAVES;
use super::ops::is_scalar;
use super::value::{Code, Val};
use crate::Instance;
use crate::layout::Shape;
use sigil_checker::hir::{ExprId, Exprs};
use sigil_checker::types::{Ty, TyKind};

/// Keys and values of a map literal that one call puts into the map. Each call gets the address of what it puts: with a
/// call a pair, gcc's time grows with the square of their number.
const BATCH: usize = 512;

/// Fewer keys and values than this are put in one pair after another.
const FEWEST: usize = 32;

impl Emitter<'_> {
    /// Owned operands, all of them; none if one of them never arises.
    pub(super) fn owned_operands(&mut self, list: Exprs) -> Option<Vec<Val>> {
        let modes: Vec<_> = self.body.exprs(list).iter().map(|&e| (e, false)).collect();
        let vals = self.operands(&modes);
        if vals.iter().any(|val| val.never) { None } else { Some(vals) }
    }

    pub(super) fn construct_expr(&mut self, id: ExprId, variant: u32, list: Exprs) -> Val {
        match self.owned_operands(list) {
            Some(vals) => self.construct(self.ty(id), variant, &vals),
            None => Val::never(),
        }
    }

    /// A value of a tuple, record or user type. Consumes the parts.
    pub(super) fn construct(&mut self, ty: Ty, variant: u32, parts: &[Val]) -> Val {
        let cx = self.cx;
        let layout = cx.layout(ty);
        self.sink.need_type(ty);
        let effect = parts.iter().any(|part| part.effect);
        match layout.shape {
            Shape::Enum => Val::pure(Code::Text(variant.to_string())),
            Shape::Plain => Val::unit(),
            Shape::Inline => {
                let text = self.written(|e| {
                    e.push("(");
                    e.push_c_type(ty);
                    e.push("){");
                    if layout.is_sum {
                        e.push(".tag = ");
                        e.push_number(variant);
                    } else if parts.is_empty() {
                        e.push(".none = 0");
                    }
                    for (i, part) in parts.iter().enumerate() {
                        e.push(if i > 0 || layout.is_sum { ", " } else { "" });
                        cx.push_field(ty, "", variant, i as u32, &mut e.sink.text);
                        e.push(" = ");
                        e.push_val(part);
                    }
                    e.push("}");
                });
                let fickle = parts.iter().any(|part| part.fickle);
                Val { effect, fickle, ..Val::text(text) }.owned(!layout.is_trivial)
            }
            Shape::Boxed if layout.is_sum && parts.is_empty() => {
                self.sink.need(Instance::Glue(ty));
                Val::text(self.written(|e| {
                    e.push("(&");
                    cx.push_type_name(ty, &mut e.sink.text);
                    e.push("_n[");
                    e.push_number(variant);
                    e.push("])");
                }))
            }
            Shape::Boxed => self.boxed(ty, layout.is_sum.then_some(variant), parts),
        }
    }

    fn boxed(&mut self, ty: Ty, variant: Option<u32>, parts: &[Val]) -> Val {
        let temp = self.new_temp();
        self.push_c_type(ty);
        self.push(" ");
        self.push_temp(temp);
        self.push(" = si_alloc(sizeof *");
        self.push_temp(temp);
        self.push(");\n");
        self.push_temp(temp);
        self.push("->rc = 1;\n");
        let val = Val::pure(Code::Temp(temp));
        if let Some(variant) = variant {
            self.push_temp(temp);
            self.push("->tag = ");
            self.push_number(variant);
            self.push(";\n");
        }
        for (i, part) in parts.iter().enumerate() {
            let place = self.member(&val, ty, variant.unwrap_or(0), i as u32);
            self.push_val(&place);
            self.push(" = ");
            self.push_val(part);
            self.push(";\n");
        }
        val.owned(true)
    }

    /// A list literal: parts are stored as they are evaluated.
    pub(super) fn list(&mut self, id: ExprId, list: Exprs) -> Val {
        let parts = self.body.exprs(list);
        let ty = self.ty(id);
        let TyKind::List(part_ty) = self.program.types.kind(ty) else { return Val::unit() };
        if parts.is_empty() {
            return Val::text("(&si_empty_list)".into());
        }
        let out = self.new_list(part_ty, |e| e.push_number(parts.len() as u64));
        let temp = Val::pure(Code::Temp(out)).owned(true);
        // If a part may leave, the list must be whole at all times, since it is released then.
        let leaves = parts.iter().any(|&part| self.facts.has(part, LEAVES));
        if leaves {
            self.hold(&temp, ty, false);
        }
        for (i, &part) in parts.iter().enumerate() {
            let val = self.value(part);
            if val.never {
                return val;
            }
            self.push("((");
            self.push_c_type(part_ty);
            self.push(" *)");
            self.push_temp(out);
            self.push("->data)[");
            if leaves {
                self.push_temp(out);
                self.push("->len++");
            } else {
                self.push_number(i as u64);
            }
            self.push("] = ");
            self.push_val(&val);
            self.push(";\n");
        }
        if !leaves {
            self.push_temp(out);
            self.push("->len = ");
            self.push_number(parts.len() as u64);
            self.push(";\n");
        }
        temp
    }

    /// Declares an empty list with room for some elements.
    pub(super) fn new_list(&mut self, part_ty: Ty, room: impl FnOnce(&mut Self)) -> u32 {
        let out = self.new_temp();
        self.push("si_list *");
        self.push_temp(out);
        self.push(" = si_list_new(");
        self.push_desc(part_ty);
        self.push(", ");
        room(self);
        self.push(");\n");
        out
    }

    /// A map literal.
    pub(super) fn map(&mut self, id: ExprId, list: Exprs) -> Val {
        let parts = self.body.exprs(list);
        let ty = self.ty(id);
        let TyKind::Map(key_ty, val_ty) = self.program.types.kind(ty) else { return Val::unit() };
        let out = self.new_temp();
        self.push("si_map *");
        self.push_temp(out);
        self.push(" = si_map_new(");
        self.push_desc(key_ty);
        self.push(", ");
        self.push_desc(val_ty);
        self.push(", ");
        self.push_number(parts.len() as u64 / 2);
        self.push(");\n");
        let temp = Val::pure(Code::Temp(out)).owned(true);
        if parts.len() >= FEWEST && self.can_wait(parts, key_ty) {
            self.put_batches(&temp, parts, [key_ty, val_ty]);
            return temp;
        }
        self.hold(&temp, ty, false);
        let mark = self.held.len();
        for pair in parts.chunks_exact(2) {
            let vals = self.operands(&[(pair[0], false), (pair[1], false)]);
            if vals.iter().any(|val| val.never) {
                return Val::never();
            }
            self.held.truncate(mark);
            let key = self.variable(vals[0].clone(), key_ty);
            let val = self.variable(vals[1].clone(), val_ty);
            self.push_temp(out);
            self.push(" = ");
            self.put(&Val::pure(Code::Temp(out)), (&key, key_ty), (&val, val_ty));
            self.push(";\n");
        }
        temp
    }

    /// Whether nobody can tell that pairs are put into their map later.
    fn can_wait(&self, parts: &[ExprId], key: Ty) -> bool {
        let key = self.program.types.kind(key);
        let is_gone = |&part: &ExprId| self.body[part].ty == Ty::NEVER || self.facts.has(part, LEAVES);
        (is_scalar(key) || key == TyKind::Str) && !parts.iter().any(is_gone)
    }

    /// Puts pairs into a map, many by one call.
    fn put_batches(&mut self, map: &Val, parts: &[ExprId], types: [Ty; 2]) {
        let room = parts.len().min(BATCH) / 2;
        let arrays = types.map(|ty| {
            let array = self.new_temp();
            self.push_c_type(ty);
            self.push(" ");
            self.push_temp(array);
            self.push(&format!("[{room}];\n"));
            array
        });
        for batch in parts.chunks(BATCH) {
            for (at, &part) in batch.iter().enumerate() {
                let val = self.value(part);
                self.push_temp(arrays[at % 2]);
                self.push(&format!("[{}] = ", at / 2));
                self.push_val(&val);
                self.push(";\n");
            }
            let map = map.string();
            let [keys, vals] = arrays;
            self.push(&format!("{map} = si_map_put_all({map}, {}, t{keys}, t{vals}, ", batch.len() / 2));
            self.push_desc(types[0]);
            self.push(", ");
            self.push_desc(types[1]);
            self.push(");\n");
        }
    }

    /// Writes the call that puts a value into a map.
    pub(super) fn put(&mut self, map: &Val, (key, key_ty): (&Val, Ty), (val, val_ty): (&Val, Ty)) {
        self.push("si_map_put(");
        self.push_val(map);
        self.push(", &");
        self.push_val(key);
        self.push(", &");
        self.push_val(val);
        self.push(", ");
        self.push_desc(key_ty);
        self.push(", ");
        self.push_desc(val_ty);
        self.push(")");
    }
}
