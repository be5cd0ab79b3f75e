//! The glue functions and the descriptor of one tuple, record or user type.

use super::operations::{cmp, default, eq, hash, own, release, retain};
use super::text::c_string;
use super::traits::{How, Traits, traits};
use super::{Cx, Sink, Variant, is_aggregate, is_sum, variants};
use crate::Instance;
use sigil_checker::types::{FnId, Ty, TyKind, TyList};

/// Writes the definitions of `Instance::Glue(ty)`: retain and release, or the runner of a function type.
pub fn emit(cx: &dyn Cx, ty: Ty, out: &mut Sink) {
    out.need_type(ty);
    if is_aggregate(cx, ty) {
        Glue::new(cx, ty).memory(out);
    } else if let TyKind::Fn(_, result) = cx.program().types.kind(ty) {
        runner(cx, ty, result, out);
    }
}

/// Writes the definitions of `Instance::Traits(ty)`: the descriptor and the functions of the prelude traits.
pub fn emit_traits(cx: &dyn Cx, ty: Ty, out: &mut Sink) {
    out.need_type(ty);
    if is_aggregate(cx, ty) {
        Glue::new(cx, ty).traits(out);
    }
}

/// Writes a line of C: text, the type's name, text.
fn declare(cx: &dyn Cx, ty: Ty, out: &mut String, before: &str, after: &str) {
    out.push_str(before);
    cx.push_type_name(ty, out);
    out.push_str(after);
    out.push('\n');
}

/// Writes the declarations of all that `Instance::Glue(ty)` defines.
pub fn prototypes(cx: &dyn Cx, ty: Ty, out: &mut String) {
    if !is_aggregate(cx, ty) {
        declare(cx, ty, out, "void ", "_run(void *f);");
        return declare(cx, ty, out, "void ", "_call(void *f, void *to);");
    }
    if !cx.is_trivial(ty) {
        declare(cx, ty, out, "void ", "_retain(void *p);");
        declare(cx, ty, out, "void ", "_release(void *p);");
    }
    if cx.is_boxed(ty) {
        declare(cx, ty, out, "void ", "_free(void *p);");
        if nullary_count(&variants(cx, ty), is_sum(cx, ty)) > 0 {
            let mut c_type = String::new();
            cx.push_c_type(ty, &mut c_type);
            declare(cx, ty, out, &format!("extern {} ", object_type(&c_type)), "_n[];");
        }
    }
}

/// Writes the declarations of all that `Instance::Traits(ty)` defines.
pub fn prototypes_traits(cx: &dyn Cx, ty: Ty, out: &mut String) {
    declare(cx, ty, out, "extern const si_type ", "_t;");
    let traits = traits(cx, ty);
    if traits.eq != How::Not {
        declare(cx, ty, out, "_Bool ", "_eq(const void *p, const void *q);");
    }
    if traits.cmp != How::Not {
        declare(cx, ty, out, "int ", "_cmp(const void *p, const void *q);");
    }
    if traits.hash != How::Not {
        declare(cx, ty, out, "si_int ", "_hash(const void *p);");
    }
    if traits.show != How::Not {
        declare(cx, ty, out, "void ", "_show(si_buf *b, const void *p);");
    }
    if traits.default == How::Parts {
        let mut c_type = String::new();
        cx.push_c_type(ty, &mut c_type);
        c_type.push(' ');
        declare(cx, ty, out, &c_type, "_default(void);");
    }
}

/// The object's type: the pointer type without its star.
fn object_type(c_type: &str) -> &str {
    c_type.trim_end().trim_end_matches('*').trim_end()
}

/// Length of the table of immortal objects for variants without fields: one past the last of them.
fn nullary_count(variants: &[Variant], sum: bool) -> usize {
    variants.iter().rposition(|variant| sum && variant.fields.is_empty()).map_or(0, |last| last + 1)
}

/// Calls a `() -> T` closure: once drops the result, once puts it into a place.
fn runner(cx: &dyn Cx, ty: Ty, result: Ty, out: &mut Sink) {
    let mut c_type = String::new();
    cx.push_c_type(result, &mut c_type);
    out.need_type(result);
    out.push("void ");
    cx.push_type_name(ty, &mut out.text);
    out.push("_run(void *p) {\n    si_fn *f = p;\n    ");
    out.push(&c_type);
    out.push(" v = ((");
    out.push(&c_type);
    out.push(" (*)(si_fn *))f->code)(f);\n    (void)v;\n    ");
    release(cx, out, result, "v");
    out.push("\n}\nvoid ");
    cx.push_type_name(ty, &mut out.text);
    out.push("_call(void *p, void *to) {\n    si_fn *f = p;\n    *(");
    out.push(&c_type);
    out.push(" *)to = ((");
    out.push(&c_type);
    out.push(" (*)(si_fn *))f->code)(f);\n}\n");
}

struct Glue<'a> {
    cx: &'a dyn Cx,
    ty: Ty,
    c_type: String,
    name: String,
    boxed: bool,
    sum: bool,
    variants: Vec<Variant>,
}

impl<'a> Glue<'a> {
    fn new(cx: &'a dyn Cx, ty: Ty) -> Self {
        let mut c_type = String::new();
        cx.push_c_type(ty, &mut c_type);
        let mut name = String::new();
        cx.push_type_name(ty, &mut name);
        Glue { cx, ty, c_type, name, boxed: cx.is_boxed(ty), sum: is_sum(cx, ty), variants: variants(cx, ty) }
    }

    fn memory(&self, out: &mut Sink) {
        if !self.cx.is_trivial(self.ty) {
            self.retain(out);
            self.release(out);
        }
        if self.boxed {
            self.nullary(out);
        }
    }

    fn traits(&self, out: &mut Sink) {
        let traits = traits(self.cx, self.ty);
        self.eq(out, traits.eq);
        self.cmp(out, traits.cmp);
        self.hash(out, traits.hash);
        self.show(out, traits.show);
        if traits.default == How::Parts {
            self.default(out);
        }
        self.descriptor(out, &traits);
    }

    fn head(&self, out: &mut Sink, result: &str, function: &str, params: &str) {
        out.push(result);
        out.push(" ");
        out.push(&self.name);
        out.push(function);
        out.push(params);
        out.push(" {\n");
    }

    /// Declares a pointer to the value that a `void *` parameter points to.
    fn pointer(&self, out: &mut Sink, variable: &str, parameter: &str) {
        out.push("    ");
        out.push(&self.c_type);
        out.push(" *");
        out.push(variable);
        out.push(" = (");
        out.push(&self.c_type);
        out.push(" *)");
        out.push(parameter);
        out.push(";\n");
    }

    fn field(&self, base: &str, variant: usize, field: usize) -> String {
        let mut out = String::new();
        self.cx.push_field(self.ty, base, variant as u32, field as u32, &mut out);
        out
    }

    fn tag(&self, out: &mut Sink, base: &str) {
        self.cx.push_tag(self.ty, base, &mut out.text);
    }

    /// Writes `body` for each variant, in a switch over the tag of `base` if there are several. A body that writes
    /// nothing needs no case.
    fn each(&self, out: &mut Sink, base: &str, mut body: impl FnMut(&mut Sink, usize, &Variant)) {
        if !self.sum {
            for (number, variant) in self.variants.iter().enumerate() {
                body(out, number, variant);
            }
            return;
        }
        let start = out.text.len();
        out.push("    switch (");
        self.tag(out, base);
        out.push(") {\n");
        let mut any = false;
        for (number, variant) in self.variants.iter().enumerate() {
            let case = out.text.len();
            out.push("    case ");
            out.number(number);
            out.push(": {\n");
            let inside = out.text.len();
            body(out, number, variant);
            if out.text.len() == inside {
                out.text.truncate(case);
            } else {
                any = true;
                out.push("    break; }\n");
            }
        }
        if any {
            out.push("    default: break;\n    }\n");
        } else {
            out.text.truncate(start);
        }
    }

    fn release_fields(&self, out: &mut Sink, base: &str) {
        self.each(out, base, |out, number, variant| {
            for (index, field) in variant.fields.iter().enumerate() {
                if !self.cx.is_trivial(field.ty) {
                    out.push("    ");
                    release(self.cx, out, field.ty, &self.field(base, number, index));
                    out.push("\n");
                }
            }
        });
    }

    fn retain(&self, out: &mut Sink) {
        self.head(out, "void", "_retain", "(void *p)");
        self.pointer(out, "v", "p");
        if self.boxed {
            out.push("    si_retain(*v);\n");
        } else {
            self.each(out, "(*v)", |out, number, variant| {
                for (index, field) in variant.fields.iter().enumerate() {
                    if !self.cx.is_trivial(field.ty) {
                        out.push("    ");
                        retain(self.cx, out, field.ty, &self.field("(*v)", number, index));
                        out.push("\n");
                    }
                }
            });
        }
        out.push("}\n");
    }

    fn release(&self, out: &mut Sink) {
        if self.boxed {
            self.head(out, "void", "_free", "(void *p)");
            out.push("    ");
            out.push(&self.c_type);
            out.push(" v = p;\n");
            self.release_fields(out, "v");
            out.push("    si_dealloc(v);\n}\n");
        }
        self.head(out, "void", "_release", "(void *p)");
        self.pointer(out, "v", "p");
        if self.boxed {
            out.push("    si_release(*v, ");
            out.push(&self.name);
            out.push("_free);\n");
        } else {
            self.release_fields(out, "(*v)");
        }
        out.push("}\n");
    }

    /// Immortal objects for the variants without fields of a boxed sum.
    fn nullary(&self, out: &mut Sink) {
        let count = nullary_count(&self.variants, self.sum);
        if count == 0 {
            return;
        }
        out.push(object_type(&self.c_type));
        out.push(" ");
        out.push(&self.name);
        out.push("_n[] = {");
        for number in 0..count {
            out.push(if number == 0 {
                "{.rc = SI_IMMORTAL, .tag = "
            } else {
                ", {.rc = SI_IMMORTAL, .tag = "
            });
            out.number(number);
            out.push("}");
        }
        out.push("};\n");
    }

    /// Calls the user's method with owned copies of what the pointers point to.
    fn user_call(&self, out: &mut Sink, id: FnId, args: TyList, params: &[&str]) {
        self.cx.push_fn_name(id, args, &mut out.text);
        out.need(Instance::Fn(id, args));
        out.push("(");
        out.push(&params.join(", "));
        out.push(")");
    }

    fn retain_value(&self, out: &mut Sink, value: &str) {
        if !self.cx.is_trivial(self.ty) {
            out.push("    ");
            retain(self.cx, out, self.ty, value);
            out.push("\n");
        }
    }

    /// Silences warnings about pointers that nothing is read through.
    fn unused(&self, out: &mut Sink, parameters: &[&str]) {
        let mut fields = self.variants.iter().flat_map(|variant| &variant.fields);
        if self.sum || fields.any(|field| self.cx.program().types.kind(field.ty) != TyKind::Void) {
            return;
        }
        for parameter in parameters {
            out.push("    (void)");
            out.push(parameter);
            out.push(";\n");
        }
    }

    fn eq(&self, out: &mut Sink, how: How) {
        match how {
            How::Not => return,
            How::User(id, args) => {
                self.head(out, "_Bool", "_eq", "(const void *p, const void *q)");
                self.pointer(out, "a", "p");
                self.pointer(out, "b", "q");
                self.retain_value(out, "(*a)");
                self.retain_value(out, "(*b)");
                out.push("    return ");
                self.user_call(out, id, args, &["*a", "*b"]);
                out.push(";\n");
            }
            How::Parts => {
                self.head(out, "_Bool", "_eq", "(const void *p, const void *q)");
                self.pointer(out, "a", "p");
                self.pointer(out, "b", "q");
                self.unused(out, &["a", "b"]);
                if self.sum {
                    out.push("    if (");
                    self.tag(out, "(*a)");
                    out.push(" != ");
                    self.tag(out, "(*b)");
                    out.push(") return 0;\n");
                }
                self.each(out, "(*a)", |out, number, variant| {
                    for (index, field) in variant.fields.iter().enumerate() {
                        out.push("    if (!");
                        let (a, b) = (self.field("(*a)", number, index), self.field("(*b)", number, index));
                        eq(self.cx, out, field.ty, &a, &b);
                        out.push(") return 0;\n");
                    }
                });
                out.push("    return 1;\n");
            }
        }
        out.push("}\n");
    }

    fn cmp(&self, out: &mut Sink, how: How) {
        match how {
            How::Not => return,
            How::User(id, args) => {
                self.head(out, "int", "_cmp", "(const void *p, const void *q)");
                self.pointer(out, "a", "p");
                self.pointer(out, "b", "q");
                self.retain_value(out, "(*a)");
                self.retain_value(out, "(*b)");
                out.push("    return (int)");
                self.user_call(out, id, args, &["*a", "*b"]);
                out.push(" - 1;\n");
            }
            How::Parts => {
                self.head(out, "int", "_cmp", "(const void *p, const void *q)");
                self.pointer(out, "a", "p");
                self.pointer(out, "b", "q");
                out.push("    int c = 0;\n");
                self.unused(out, &["a", "b"]);
                if self.sum {
                    out.push("    c = si_int_cmp(");
                    self.tag(out, "(*a)");
                    out.push(", ");
                    self.tag(out, "(*b)");
                    out.push(");\n    if (c) return c;\n");
                }
                self.each(out, "(*a)", |out, number, variant| {
                    for (index, field) in variant.fields.iter().enumerate() {
                        out.push("    if ((c = ");
                        let (a, b) = (self.field("(*a)", number, index), self.field("(*b)", number, index));
                        cmp(self.cx, out, field.ty, &a, &b);
                        out.push(") != 0) return c;\n");
                    }
                });
                out.push("    return c;\n");
            }
        }
        out.push("}\n");
    }

    fn hash(&self, out: &mut Sink, how: How) {
        match how {
            How::Not => return,
            How::User(id, args) => {
                self.head(out, "si_int", "_hash", "(const void *p)");
                self.pointer(out, "a", "p");
                self.retain_value(out, "(*a)");
                out.push("    return ");
                self.user_call(out, id, args, &["*a"]);
                out.push(";\n");
            }
            How::Parts => {
                self.head(out, "si_int", "_hash", "(const void *p)");
                self.pointer(out, "a", "p");
                out.push("    si_int h = ");
                if self.sum {
                    out.push("(si_int)");
                    self.tag(out, "(*a)");
                } else {
                    out.push("0");
                }
                out.push(";\n");
                self.unused(out, &["a"]);
                self.each(out, "(*a)", |out, number, variant| {
                    for (index, field) in variant.fields.iter().enumerate() {
                        out.push("    h = si_hash_mix(h, ");
                        hash(self.cx, out, field.ty, &self.field("(*a)", number, index));
                        out.push(");\n");
                    }
                });
                out.push("    return si_hash_int(h);\n");
            }
        }
        out.push("}\n");
    }

    fn show(&self, out: &mut Sink, how: How) {
        match how {
            How::Not => return,
            How::User(id, args) => {
                self.head(out, "void", "_show", "(si_buf *b, const void *p)");
                self.pointer(out, "a", "p");
                self.retain_value(out, "(*a)");
                out.push("    si_show_owned(b, ");
                self.user_call(out, id, args, &["*a"]);
                out.push(");\n");
            }
            How::Parts => {
                self.head(out, "void", "_show", "(si_buf *b, const void *p)");
                self.pointer(out, "a", "p");
                self.unused(out, &["a"]);
                self.each(out, "(*a)", |out, number, variant| self.show_variant(out, number, variant));
            }
        }
        out.push("}\n");
    }

    /// `P { x: 1 }`, `{ a: 1 }`, `(a, b)`, `A`, `B(1)`, `C(n: 1)`, `U(x)`.
    fn show_variant(&self, out: &mut Sink, number: usize, variant: &Variant) {
        let braces = match self.cx.program().types.kind(self.ty) {
            TyKind::Record(..) => true,
            TyKind::Adt(id, _) => self.cx.program().adt(id).kind == sigil_checker::decl::AdtKind::Struct,
            _ => false,
        };
        let mut pending = variant.name.clone();
        let close = if braces {
            if !pending.is_empty() {
                pending.push(' ');
            }
            pending.push('{');
            if variant.fields.is_empty() { "}" } else { " }" }
        } else if variant.fields.is_empty() && self.sum {
            ""
        } else {
            pending.push('(');
            ")"
        };
        for (index, field) in variant.fields.iter().enumerate() {
            pending.push_str(match (index, braces) {
                (0, false) => "",
                (0, true) => " ",
                _ => ", ",
            });
            if let Some(name) = &field.name {
                pending.push_str(name);
                pending.push_str(": ");
            }
            show_text(out, &mut pending);
            show_value(self.cx, out, field.ty, &self.field("(*a)", number, index));
        }
        pending.push_str(close);
        show_text(out, &mut pending);
    }

    fn default(&self, out: &mut Sink) {
        let c_type = &self.c_type;
        self.head(out, c_type, "_default", "(void)");
        out.push("    ");
        out.push(c_type);
        if self.boxed {
            out.push(" v = si_alloc(sizeof *v);\n    v->rc = 1;\n");
        } else {
            out.push(" v;\n");
        }
        let Some(variant) = self.variants.first() else {
            return out.push("    return v;\n}\n");
        };
        for (index, field) in variant.fields.iter().enumerate() {
            out.push("    ");
            out.push(&self.field("v", 0, index));
            out.push(" = ");
            default(self.cx, out, field.ty);
            out.push(";\n");
        }
        if variant.fields.is_empty() && !self.boxed {
            out.push("    v.none = 0;\n");
        }
        out.push("    return v;\n}\n");
    }

    fn descriptor(&self, out: &mut Sink, traits: &Traits) {
        let owns = !self.cx.is_trivial(self.ty);
        if owns {
            out.need(Instance::Glue(self.ty));
        }
        out.push("const si_type ");
        out.push(&self.name);
        out.push("_t = {sizeof(");
        out.push(&self.c_type);
        out.push(")");
        let functions = [
            ("_retain", owns),
            ("_release", owns),
            ("_eq", traits.eq != How::Not),
            ("_cmp", traits.cmp != How::Not),
            ("_hash", traits.hash != How::Not),
            ("_show", traits.show != How::Not),
        ];
        for (function, exists) in functions {
            out.push(", ");
            if exists {
                out.push(&self.name);
                out.push(function);
            } else {
                out.push("0");
            }
        }
        out.push("};\n");
    }
}

/// Writes a statement that appends the pending text, if there is any.
fn show_text(out: &mut Sink, pending: &mut String) {
    if !pending.is_empty() {
        out.push("    si_show_bytes(b, ");
        c_string(&mut out.text, pending.as_bytes());
        out.push(", ");
        out.number(pending.len());
        out.push(");\n");
        pending.clear();
    }
}

/// Writes a statement that appends the text of a value.
fn show_value(cx: &dyn Cx, out: &mut Sink, ty: Ty, value: &str) {
    let types = &cx.program().types;
    out.push("    ");
    out.push(match types.kind(ty) {
        TyKind::Int | TyKind::Byte => "si_show_int(b, ",
        TyKind::Float => "si_show_float(b, ",
        TyKind::Bool => "si_show_bool(b, ",
        TyKind::Str => "si_show_str(b, ",
        TyKind::Char => "si_show_char(b, ",
        TyKind::Duration => "si_show_duration(b, ",
        TyKind::Size => "si_show_size(b, ",
        TyKind::List(_) => "si_show_list(b, ",
        TyKind::Map(..) => "si_show_map(b, ",
        TyKind::Range(element) if types.kind(element) == TyKind::Char => "si_show_char_range(b, ",
        TyKind::Range(_) => "si_show_range(b, ",
        TyKind::Tuple(_) | TyKind::Record(..) | TyKind::Adt(..) => {
            own(cx, out, ty, "_show(b, &");
            out.push(value);
            return out.push(");\n");
        }
        _ => return out.push("si_show_bytes(b, \"()\", 2);\n"),
    });
    out.push(value);
    out.push(");\n");
}
