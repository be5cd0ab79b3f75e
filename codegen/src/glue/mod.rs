//! Code that follows from a type alone: retain and release, equality, order, hash, text, default, descriptors.
//!
//! Scalars, strings, lists, maps, ranges and functions are handled by the runtime. Tuples, records and user types
//! have functions of their own, whose names start with the type's name: `Instance::Glue(ty)` holds those for memory
//! (`_retain`, `_release`, `_free`, the objects `_n`), `Instance::Traits(ty)` the descriptor `_t` and those of the
//! prelude traits. Glue does not know how types are laid out: it asks `Cx`.
//!
//! C values in expressions are borrowed *lvalues* (variables or members); results are owned.

mod emit;
mod operations;
mod special;
mod text;
mod traits;

pub use emit::{emit, emit_traits, prototypes, prototypes_traits};
pub use operations::{clone, cmp, default, desc, eq, hash, method, release, retain, to_str};
pub use special::special;
pub use text::c_string;

pub use crate::sink::Sink;
use crate::{Layout, Options};
use sigil_checker::program::Program;
use sigil_checker::types::{FnId, Ty, TyKind, TyList};
use sigil_frontend::Symbol;

/// What glue and bodies ask of the rest of the code generator.
pub trait Cx {
    /// The program.
    fn program(&self) -> &Program;
    /// Name of a type, unique and stable: the prefix of its C names.
    fn push_type_name(&self, ty: Ty, out: &mut String);
    /// C type of a value.
    fn push_c_type(&self, ty: Ty, out: &mut String);
    /// Values of this tuple, record or user type are pointers to reference counted objects.
    fn is_boxed(&self, ty: Ty) -> bool;
    /// C name of a function instance.
    fn push_fn_name(&self, id: FnId, args: TyList, out: &mut String);
    /// Tag of a sum, given the C lvalue of the value.
    fn push_tag(&self, ty: Ty, base: &str, out: &mut String);
    /// C lvalue of a field of a user type's variant, a tuple or a record, given the one of the value.
    fn push_field(&self, ty: Ty, base: &str, variant: u32, field: u32, out: &mut String);
    /// Retain and release have nothing to do.
    fn is_trivial(&self, ty: Ty) -> bool;
    /// How C is to be written.
    fn options(&self) -> Options;
    /// The layout of a type.
    fn layout(&self, ty: Ty) -> &Layout;
    /// Result, name and parameters (`p0`, `p1`, …; `self` first) of a function instance, as its definition begins.
    fn push_signature(&self, id: FnId, args: TyList, out: &mut String);
    /// Address of a function's `si_where`.
    fn push_place(&self, id: FnId, out: &mut Sink);
    /// A string literal as an expression of type `si_str *`; it is immortal.
    fn push_literal(&self, text: Symbol, out: &mut Sink);
}

/// Tuples, records and user types have glue functions; of function types those without parameters, which
/// `assert_panics` calls.
pub(crate) fn is_aggregate(cx: &dyn Cx, ty: Ty) -> bool {
    matches!(cx.program().types.kind(ty), TyKind::Tuple(_) | TyKind::Record(..) | TyKind::Adt(..))
}

/// A field as glue sees it.
pub(crate) struct Field {
    /// Name, if it has one that is printed.
    pub name: Option<String>,
    /// Its concrete type.
    pub ty: Ty,
}

/// A variant; tuples, records and structs have one.
pub(crate) struct Variant {
    /// Name; empty for tuples and records.
    pub name: String,
    /// Fields in order.
    pub fields: Vec<Field>,
}

/// The variants of a tuple, record or user type, with concrete field types.
pub(crate) fn variants(cx: &dyn Cx, ty: Ty) -> Vec<Variant> {
    let program = cx.program();
    let text = |symbol| program.names.get(symbol).to_owned();
    let single = |fields| vec![Variant { name: String::new(), fields }];
    match program.types.kind(ty) {
        TyKind::Tuple(parts) => {
            single(program.types.list_of(parts).iter().map(|&ty| Field { name: None, ty }).collect())
        }
        TyKind::Record(names, parts) => {
            let names = program.types.name_list_of(names);
            let parts = program.types.list_of(parts);
            single(names.iter().zip(parts).map(|(&name, &ty)| Field { name: Some(text(name)), ty }).collect())
        }
        TyKind::Adt(id, args) => {
            let args = program.types.list_of(args);
            let field = |field: &sigil_checker::decl::FieldDecl| Field {
                name: field.name.map(text),
                ty: program.subst(field.ty, args),
            };
            let variant = |variant: &sigil_checker::decl::VariantDecl| Variant {
                name: text(variant.name),
                fields: variant.fields.iter().map(field).collect(),
            };
            program.adt(id).variants.iter().map(variant).collect()
        }
        _ => Vec::new(),
    }
}

/// A sum: its values have a tag.
pub(crate) fn is_sum(cx: &dyn Cx, ty: Ty) -> bool {
    match cx.program().types.kind(ty) {
        TyKind::Adt(id, _) => cx.program().adt(id).kind == sigil_checker::decl::AdtKind::Sum,
        _ => false,
    }
}
