//! How values lie in memory: which types are C scalars, structs, or pointers to counted structs, and how their parts
//! are reached.
//!
//! ```text
//! sum whose variants have no fields    si_tag
//! tuple, record, struct, newtype       struct st_X { T f0; U f1; };        no fields: si_unit none
//! sum                                  struct st_X { si_tag tag; union { struct { T f0; } v0; … } u; };
//! the same, boxed                      pointer to a struct that begins with si_int rc
//! ```
//!
//! A user type whose declaration leads back to itself other than through a list, map or function is boxed, whatever
//! its arguments are: then no struct can contain itself, not even through instances that grow for ever. What is
//! larger than `MAX_INLINE` bytes is boxed as well, since copying it costs more than sharing it.

use crate::Codegen;
use crate::glue;
use crate::sink::number;
use sigil_checker::program::Program;
use sigil_checker::types::{AdtId, Ty, TyKind};

/// Largest struct that is a value, in bytes.
const MAX_INLINE: u32 = 128;

/// What C value a Sigil value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// A C scalar, a pointer to an object of the runtime, or an `si_range`.
    Plain,
    /// A sum without fields: its tag.
    Enum,
    /// A struct.
    Inline,
    /// A pointer to a counted struct.
    Boxed,
}

/// The layout of a type.
#[derive(Debug)]
pub struct Layout {
    /// What C value it is.
    pub shape: Shape,
    /// Values have a tag.
    pub is_sum: bool,
    /// Retain and release have nothing to do.
    pub is_trivial: bool,
    /// Types of the fields of each variant; tuples, records and structs have one variant, types of the runtime none.
    pub variants: Vec<Vec<Ty>>,
    /// Bytes of the C value.
    size: u32,
    /// Its alignment.
    align: u32,
}

/// Size and alignment of a struct as it grows.
#[derive(Clone, Copy)]
struct Extent {
    size: u32,
    align: u32,
}

impl Extent {
    const EMPTY: Extent = Extent { size: 0, align: 1 };

    fn add(self, size: u32, align: u32) -> Extent {
        Extent {
            size: self.size.next_multiple_of(align).saturating_add(size).min(1 << 20),
            align: self.align.max(align),
        }
    }

    fn end(self) -> Extent {
        Extent { size: self.size.max(1).next_multiple_of(self.align), align: self.align }
    }
}

impl Codegen<'_> {
    /// The layout of a concrete type.
    pub fn layout(&self, ty: Ty) -> &Layout {
        self.layouts.get(ty.0, || stacker::maybe_grow(64 << 10, 1 << 20, || self.make_layout(ty)))
    }

    fn make_layout(&self, ty: Ty) -> Layout {
        let kind = self.program.types.kind(ty);
        if !glue::is_aggregate(self, ty) {
            let (size, align) = match kind {
                TyKind::Bool | TyKind::Byte | TyKind::Void | TyKind::Never | TyKind::Error => (1, 1),
                TyKind::Char => (4, 4),
                TyKind::Range(_) => (24, 8),
                _ => (8, 8),
            };
            let is_trivial =
                !matches!(kind, TyKind::Str | TyKind::List(_) | TyKind::Map(..) | TyKind::Fn(..));
            let variants = Vec::new();
            return Layout { shape: Shape::Plain, is_sum: false, is_trivial, variants, size, align };
        }
        let is_sum = glue::is_sum(self, ty);
        let variants = self.field_types(ty);
        let boxed =
            |variants| Layout { shape: Shape::Boxed, is_sum, is_trivial: false, variants, size: 8, align: 8 };
        if is_sum && variants.iter().all(Vec::is_empty) {
            let shape = Shape::Enum;
            return Layout { shape, is_sum, is_trivial: true, variants, size: 4, align: 4 };
        }
        if matches!(kind, TyKind::Adt(id, _) if self.is_recursive(id)) {
            return boxed(variants);
        }
        let Extent { size, align } = self.extent(&variants, is_sum);
        if size > MAX_INLINE {
            return boxed(variants);
        }
        let is_trivial = variants.iter().flatten().all(|&field| self.layout(field).is_trivial);
        Layout { shape: Shape::Inline, is_sum, is_trivial, variants, size, align }
    }

    fn extent(&self, variants: &[Vec<Ty>], is_sum: bool) -> Extent {
        let fields = variants.iter().map(|fields| {
            fields
                .iter()
                .map(|&field| self.layout(field))
                .fold(Extent::EMPTY, |extent, field| extent.add(field.size, field.align))
                .end()
        });
        let all = fields.fold(Extent::EMPTY, |all, one| Extent {
            size: all.size.max(one.size),
            align: all.align.max(one.align),
        });
        if is_sum { Extent { size: 4, align: 4 }.add(all.size, all.align).end() } else { all.end() }
    }

    fn field_types(&self, ty: Ty) -> Vec<Vec<Ty>> {
        let types = &self.program.types;
        match types.kind(ty) {
            TyKind::Tuple(parts) | TyKind::Record(_, parts) => vec![types.list_of(parts).to_vec()],
            TyKind::Adt(id, args) => {
                let args = types.list_of(args);
                let variants = &self.program.adt(id).variants;
                let field = |field: &sigil_checker::decl::FieldDecl| self.program.subst(field.ty, args);
                variants.iter().map(|variant| variant.fields.iter().map(field).collect()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The type's declaration leads back to itself.
    fn is_recursive(&self, id: AdtId) -> bool {
        let module = self.recursive.get(id.module.0, Default::default);
        *module.get(id.index, || leads_to(self.program, id))
    }

    /// C type of a value.
    pub(crate) fn c_type(&self, ty: Ty, out: &mut String) {
        match self.layout(ty).shape {
            Shape::Plain => out.push_str(match self.program.types.kind(ty) {
                TyKind::Float => "double",
                TyKind::Bool => "_Bool",
                TyKind::Char => "si_char",
                TyKind::Byte => "si_byte",
                TyKind::Str => "si_str *",
                TyKind::List(_) => "si_list *",
                TyKind::Map(..) => "si_map *",
                TyKind::Fn(..) => "si_fn *",
                TyKind::Range(_) => "si_range",
                TyKind::Int | TyKind::Duration | TyKind::Size => "si_int",
                _ => "si_unit",
            }),
            Shape::Enum => out.push_str("si_tag"),
            Shape::Inline => self.names.push_type(ty, out),
            Shape::Boxed => {
                self.names.push_type(ty, out);
                out.push_str(" *");
            }
        }
    }

    pub(crate) fn tag(&self, ty: Ty, base: &str, out: &mut String) {
        out.push_str(base);
        match self.layout(ty).shape {
            Shape::Boxed => out.push_str("->tag"),
            Shape::Inline => out.push_str(".tag"),
            Shape::Enum | Shape::Plain => {}
        }
    }

    pub(crate) fn field(&self, ty: Ty, base: &str, variant: u32, field: u32, out: &mut String) {
        let layout = self.layout(ty);
        let joint = if layout.shape == Shape::Boxed { "->" } else { "." };
        out.push_str(base);
        out.push_str(joint);
        if layout.is_sum {
            out.push_str("u.v");
            number(out, variant.into());
            out.push('.');
        }
        out.push('f');
        number(out, field.into());
    }

    /// The struct of a type that is one.
    pub(crate) fn definition(&self, ty: Ty, out: &mut String) {
        let layout = self.layout(ty);
        out.push_str("struct ");
        self.names.push_type(ty, out);
        out.push_str(" {");
        if layout.shape == Shape::Boxed {
            out.push_str(" si_int rc;");
        }
        if layout.is_sum {
            out.push_str(" si_tag tag; union {");
            for (number, fields) in layout.variants.iter().enumerate() {
                if !fields.is_empty() {
                    out.push_str(" struct {");
                    self.members(fields, out);
                    out.push_str(" } v");
                    self::number(out, number as u64);
                    out.push(';');
                }
            }
            out.push_str(" } u;");
        } else if layout.variants.iter().all(Vec::is_empty) {
            out.push_str(" si_unit none;");
        } else {
            layout.variants.iter().for_each(|fields| self.members(fields, out));
        }
        out.push_str(" };\n");
    }

    fn members(&self, fields: &[Ty], out: &mut String) {
        for (number, &field) in fields.iter().enumerate() {
            out.push(' ');
            self.c_type(field, out);
            out.push_str(" f");
            self::number(out, number as u64);
            out.push(';');
        }
    }
}

/// Whether a declaration leads back to itself through fields that are part of the value. Type arguments count as
/// fields: a type that puts them behind a list is boxed in vain, which is harmless.
fn leads_to(program: &Program, id: AdtId) -> bool {
    let mut seen = rustc_hash::FxHashSet::default();
    let mut open = vec![id];
    while let Some(at) = open.pop() {
        let decl = program.adt(at);
        let mut types: Vec<Ty> =
            decl.variants.iter().flat_map(|variant| &variant.fields).map(|field| field.ty).collect();
        while let Some(ty) = types.pop() {
            match program.types.kind(ty) {
                TyKind::Tuple(parts) | TyKind::Record(_, parts) => {
                    types.extend(program.types.list_of(parts));
                }
                TyKind::Adt(part, args) => {
                    types.extend(program.types.list_of(args));
                    if part == id {
                        return true;
                    }
                    if seen.insert(part) {
                        open.push(part);
                    }
                }
                _ => {}
            }
        }
    }
    false
}
