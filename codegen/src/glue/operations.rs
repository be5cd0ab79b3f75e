//! Operations on values of any type as C statements and expressions.

use super::traits::{How, how};
use super::{Cx, Sink, is_aggregate, is_sum};
use crate::Instance;
use sigil_checker::types::{TraitId, Ty, TyKind};

/// Writes the name of one of the type's functions for memory and notes that it is needed.
fn own_memory(cx: &dyn Cx, out: &mut Sink, ty: Ty, function: &str) {
    cx.push_type_name(ty, &mut out.text);
    out.push(function);
    out.need(Instance::Glue(ty));
}

/// Writes the name of one of the type's functions for traits, or its descriptor, and notes that it is needed.
pub(super) fn own(cx: &dyn Cx, out: &mut Sink, ty: Ty, function: &str) {
    cx.push_type_name(ty, &mut out.text);
    out.push(function);
    out.need(Instance::Traits(ty));
}

/// Writes a statement that makes the owner of `value` one more; nothing if that means nothing.
pub fn retain(cx: &dyn Cx, out: &mut Sink, ty: Ty, value: &str) {
    if !cx.is_trivial(ty) {
        retain_expr(cx, out, ty, value);
        out.push(";");
    }
}

/// The same as an expression of type `void`. The type is not trivial.
pub(super) fn retain_expr(cx: &dyn Cx, out: &mut Sink, ty: Ty, value: &str) {
    if is_aggregate(cx, ty) && !cx.is_boxed(ty) {
        own_memory(cx, out, ty, "_retain(&");
    } else {
        out.push("si_retain(");
    }
    out.push(value);
    out.push(")");
}

/// Writes a statement that gives up `value`; nothing if that means nothing.
pub fn release(cx: &dyn Cx, out: &mut Sink, ty: Ty, value: &str) {
    if cx.is_trivial(ty) {
        return;
    }
    if is_aggregate(cx, ty) && !cx.is_boxed(ty) {
        own_memory(cx, out, ty, "_release(&");
        out.push(value);
        out.push(");");
        return;
    }
    out.push("si_release(");
    out.push(value);
    out.push(", ");
    match cx.program().types.kind(ty) {
        TyKind::Str => out.push("si_str_free"),
        TyKind::List(_) => out.push("si_list_free"),
        TyKind::Map(..) => out.push("si_map_free"),
        TyKind::Fn(..) => out.push("si_fn_free"),
        _ => own_memory(cx, out, ty, "_free"),
    }
    out.push(");");
}

/// Writes the name of the type's descriptor.
pub fn desc(cx: &dyn Cx, out: &mut Sink, ty: Ty) {
    let types = &cx.program().types;
    out.push(match types.kind(ty) {
        TyKind::Int => "si_t_int",
        TyKind::Float => "si_t_float",
        TyKind::Bool => "si_t_bool",
        TyKind::Str => "si_t_str",
        TyKind::Char => "si_t_char",
        TyKind::Byte => "si_t_byte",
        TyKind::Duration => "si_t_duration",
        TyKind::Size => "si_t_size",
        TyKind::List(_) => "si_t_list",
        TyKind::Map(..) => "si_t_map",
        TyKind::Fn(..) => "si_t_fn",
        TyKind::Range(element) => match types.kind(element) {
            TyKind::Char => "si_t_range_char",
            TyKind::Byte => "si_t_range_byte",
            _ => "si_t_range_int",
        },
        TyKind::Tuple(_) | TyKind::Record(..) | TyKind::Adt(..) => return own(cx, out, ty, "_t"),
        _ => "si_t_unit",
    });
}

/// Writes a call of a runtime function with one or two arguments.
fn call(out: &mut Sink, function: &str, args: &[&str]) {
    out.push(function);
    out.push("(");
    for (i, arg) in args.iter().enumerate() {
        if i > 0 {
            out.push(", ");
        }
        out.push(arg);
    }
    out.push(")");
}

/// Writes a call of one of the type's own functions, which take pointers.
fn own_call(cx: &dyn Cx, out: &mut Sink, ty: Ty, function: &str, args: &[&str]) {
    own(cx, out, ty, function);
    out.push("(");
    for (i, arg) in args.iter().enumerate() {
        out.push(if i > 0 { ", &" } else { "&" });
        out.push(arg);
    }
    out.push(")");
}

/// Writes an expression of type `_Bool`: the values are equal.
pub fn eq(cx: &dyn Cx, out: &mut Sink, ty: Ty, a: &str, b: &str) {
    match cx.program().types.kind(ty) {
        TyKind::Str => call(out, "si_str_eq", &[a, b]),
        TyKind::List(_) => call(out, "si_list_eq", &[a, b]),
        TyKind::Map(..) => call(out, "si_map_eq", &[a, b]),
        TyKind::Range(_) => call(out, "si_range_eq", &[a, b]),
        TyKind::Tuple(_) | TyKind::Record(..) | TyKind::Adt(..) if !is_plain_enum(cx, ty) => {
            own_call(cx, out, ty, "_eq", &[a, b]);
        }
        _ => {
            out.push("(");
            out.push(a);
            out.push(" == ");
            out.push(b);
            out.push(")");
        }
    }
}

/// A sum without fields whose equality is derived: the tags are compared.
fn is_plain_enum(cx: &dyn Cx, ty: Ty) -> bool {
    let program = cx.program();
    let TyKind::Adt(id, _) = program.types.kind(ty) else { return false };
    is_sum(cx, ty)
        && program.adt(id).variants.iter().all(|variant| variant.fields.is_empty())
        && how(cx, program.lang().eq, "equals", ty) == How::Parts
}

/// Writes an expression of type `int`, negative, zero or positive: the total order of the values.
pub fn cmp(cx: &dyn Cx, out: &mut Sink, ty: Ty, a: &str, b: &str) {
    match cx.program().types.kind(ty) {
        TyKind::Str => call(out, "si_str_cmp", &[a, b]),
        TyKind::List(_) => call(out, "si_list_cmp", &[a, b]),
        TyKind::Float => call(out, "si_float_cmp", &[a, b]),
        TyKind::Tuple(_) | TyKind::Record(..) | TyKind::Adt(..) => own_call(cx, out, ty, "_cmp", &[a, b]),
        _ => call(out, "si_int_cmp", &[a, b]),
    }
}

/// Writes an expression of type `si_int`: the hash of the value.
pub fn hash(cx: &dyn Cx, out: &mut Sink, ty: Ty, a: &str) {
    match cx.program().types.kind(ty) {
        TyKind::Str => call(out, "si_str_hash", &[a]),
        TyKind::Range(_) => call(out, "si_range_hash", &[a]),
        TyKind::Tuple(_) | TyKind::Record(..) | TyKind::Adt(..) => own_call(cx, out, ty, "_hash", &[a]),
        _ => call(out, "si_hash_int", &[a]),
    }
}

/// Writes an expression of type `si_str *`: the text of the value, owned.
pub fn to_str(cx: &dyn Cx, out: &mut Sink, ty: Ty, a: &str) {
    let types = &cx.program().types;
    let function = match types.kind(ty) {
        TyKind::Int | TyKind::Byte => "si_int_str",
        TyKind::Float => "si_float_str",
        TyKind::Bool => "si_bool_str",
        TyKind::Str => "si_str_str",
        TyKind::Char => "si_char_str",
        TyKind::Duration => "si_duration_str",
        TyKind::Size => "si_size_str",
        TyKind::List(_) => "si_list_str",
        TyKind::Map(..) => "si_map_str",
        TyKind::Range(element) if types.kind(element) == TyKind::Char => "si_char_range_str",
        TyKind::Range(_) => "si_range_str",
        TyKind::Tuple(_) | TyKind::Record(..) | TyKind::Adt(..) => {
            out.push("si_to_str(&");
            desc(cx, out, ty);
            out.push(", &");
            out.push(a);
            return out.push(")");
        }
        _ => return out.push("si_unit_str()"),
    };
    call(out, function, &[a]);
}

/// Writes an expression: the value, with one owner more.
pub fn clone(cx: &dyn Cx, out: &mut Sink, ty: Ty, a: &str) {
    if cx.is_trivial(ty) {
        return out.push(a);
    }
    out.push("(");
    retain_expr(cx, out, ty, a);
    out.push(", ");
    out.push(a);
    out.push(")");
}

/// Writes an expression: the type's default value, owned.
pub fn default(cx: &dyn Cx, out: &mut Sink, ty: Ty) {
    match cx.program().types.kind(ty) {
        TyKind::Float => out.push("0.0"),
        TyKind::Str => out.push("si_str_new(\"\", 0)"),
        TyKind::List(_) => out.push("(&si_empty_list)"),
        TyKind::Map(key, value) => {
            out.push("si_map_new(&");
            desc(cx, out, key);
            out.push(", &");
            desc(cx, out, value);
            out.push(", 0)");
        }
        TyKind::Tuple(_) | TyKind::Record(..) | TyKind::Adt(..) => {
            match how(cx, cx.program().lang().default, "default", ty) {
                How::User(id, args) => {
                    cx.push_fn_name(id, args, &mut out.text);
                    out.need(Instance::Fn(id, args));
                }
                _ => own(cx, out, ty, "_default"),
            }
            out.push("()");
        }
        _ => out.push("0"),
    }
}

/// Writes an expression: a method of a prelude trait that a type implements part by part (built in or derived).
/// Arguments are borrowed, the result is owned. `compare` gives the tag of an `Ordering`.
pub fn method(cx: &dyn Cx, out: &mut Sink, of: TraitId, name: &str, ty: Ty, args: &[&str]) {
    let lang = cx.program().lang();
    match args {
        [a, b] if of == lang.eq => {
            if name == "not_equals" {
                out.push("!");
            }
            eq(cx, out, ty, a, b);
        }
        [a, b] if of == lang.comparable => {
            out.push("(si_tag)(");
            cmp(cx, out, ty, a, b);
            out.push(" + 1)");
        }
        [a] if of == lang.hashable => hash(cx, out, ty, a),
        [a] if of == lang.printable => to_str(cx, out, ty, a),
        [a] if of == lang.clone => clone(cx, out, ty, a),
        _ => default(cx, out, ty),
    }
}
