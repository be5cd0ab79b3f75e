//! Declarations of a module, resolved: what other modules, bodies and the code generator see.

use crate::types::{AdtId, FnId, ImplId, ModuleId, TraitId, Ty, TyList};
use sigil_frontend::syntax::{self, Id};
use sigil_frontend::{Span, Symbol};

/// Type parameters. The numbering of `TyKind::Param` runs over the enclosing declaration first:
/// a trait has `Self` as 0, then its own parameters; a method has its impl's (or trait's) parameters, then its own.
#[derive(Clone, Debug, Default)]
pub struct Generics {
    /// How many belong to the enclosing impl or trait (a trait's `Self` included).
    pub parent_count: u32,
    /// Names of all, the enclosing ones first.
    pub names: Vec<Symbol>,
    /// All bounds in force, the enclosing ones included.
    pub bounds: Vec<Bound>,
    /// A bound was written that is none, as was reported: what it would give is not missed.
    pub lacks_bound: bool,
}

/// `subject: trait<args>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bound {
    /// A `Param` or an `Assoc` on one.
    pub subject: Ty,
    /// The trait.
    pub of: TraitId,
    /// The trait's arguments, without `Self`.
    pub args: TyList,
}

/// Where a function belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FnOwner {
    /// A module-level function.
    Module,
    /// A test.
    Test,
    /// A method of an impl.
    Impl(ImplId),
    /// A method of a trait.
    Trait(TraitId),
}

/// A function, method or test.
#[derive(Clone, Debug)]
pub struct FnDecl {
    /// Itself.
    pub id: FnId,
    /// Name.
    pub name: Symbol,
    /// Place of the name.
    pub span: Span,
    /// Where it belongs.
    pub owner: FnOwner,
    /// Tree of the module's syntax that holds it.
    pub tree: u32,
    /// The function in that tree.
    pub syntax: Id<syntax::Function>,
    /// Type parameters.
    pub generics: Generics,
    /// `Self` inside, if any: the impl's target, or the trait's `Param(0)`.
    pub self_ty: Option<Ty>,
    /// Has a `self` parameter (not listed in `params`; it comes first in calls and in `Body::params`).
    pub has_self: bool,
    /// Has no `self` parameter and reads `self` all the same, as the methods of capabilities may: one comes first in
    /// `Body::params`, and in calls through a capability or on `self`.
    pub implicit_self: bool,
    /// Parameters without `self`.
    pub params: Vec<ParamDecl>,
    /// Result.
    pub result: Ty,
    /// Has a body to check and emit.
    pub has_body: bool,
    /// Provided by the code generator under this name (library only).
    pub intrinsic: Option<Symbol>,
    /// Called first with the int arguments, for panics at the caller's position (library only).
    pub guard: Option<Symbol>,
    /// Visible to importers.
    pub is_pub: bool,
    /// Its signature had errors: uses stay silent.
    pub broken: bool,
    /// Targets of a test.
    pub targets: Vec<FnId>,
    /// Built-in capabilities in its `uses`.
    pub uses: Vec<Symbol>,
    /// Traits whose values it is given. Their types are the last of its type parameters, their values come last in
    /// `Body::params` and in calls.
    pub capabilities: Vec<Capability>,
}

impl FnDecl {
    /// `self` comes first in `Body::params`.
    pub fn takes_self(&self) -> bool {
        self.has_self || self.implicit_self
    }

    /// How many type parameters it declares itself.
    pub fn own_generics(&self) -> usize {
        self.generics.names.len() - self.generics.parent_count as usize - self.capabilities.len()
    }

    /// The type parameters that stand for the types of its capabilities.
    pub fn capability_params(&self) -> std::ops::Range<u32> {
        let end = self.generics.names.len() as u32;
        end - self.capabilities.len() as u32..end
    }
}

/// A trait whose value in force a function is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Capability {
    /// The trait.
    pub of: TraitId,
    /// Named in the function's own `uses`, not only in that of the trait's method.
    pub is_declared: bool,
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub struct ParamDecl {
    /// Name.
    pub name: Symbol,
    /// Place.
    pub span: Span,
    /// Type.
    pub ty: Ty,
}

/// What kind of type a declaration makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdtKind {
    /// One variant with named fields.
    Struct,
    /// Any number of variants.
    Sum,
    /// One variant with one unnamed field.
    Newtype,
}

/// A struct, sum or newtype. Field types are in terms of the type's parameters.
#[derive(Clone, Debug)]
pub struct AdtDecl {
    /// Itself.
    pub id: AdtId,
    /// Name.
    pub name: Symbol,
    /// Place of the name.
    pub span: Span,
    /// Kind.
    pub kind: AdtKind,
    /// Type parameters.
    pub generics: Generics,
    /// Variants; a struct or newtype has one, named like the type.
    pub variants: Vec<VariantDecl>,
    /// Traits derived, prelude traits only, with the place in the attribute.
    pub derives: Vec<(TraitId, Span)>,
    /// Visible to importers.
    pub is_pub: bool,
    /// Its declaration had errors: uses stay silent.
    pub broken: bool,
}

/// A variant.
#[derive(Clone, Debug)]
pub struct VariantDecl {
    /// Name.
    pub name: Symbol,
    /// Place.
    pub span: Span,
    /// Fields in declaration order.
    pub fields: Vec<FieldDecl>,
    /// Fields of a name that another one has were left out, as was reported.
    pub lacks_fields: bool,
}

/// A field.
#[derive(Clone, Copy, Debug)]
pub struct FieldDecl {
    /// Name; absent in unnamed variant fields and newtypes.
    pub name: Option<Symbol>,
    /// Place.
    pub span: Span,
    /// Type.
    pub ty: Ty,
}

/// A trait.
#[derive(Clone, Debug)]
pub struct TraitDecl {
    /// Itself.
    pub id: TraitId,
    /// Name.
    pub name: Symbol,
    /// Place.
    pub span: Span,
    /// `Self`, then the trait's own parameters.
    pub generics: Generics,
    /// Supertraits as bounds on `Param(0)`.
    pub supers: Vec<Bound>,
    /// Associated types with their bounds (subjects are `Assoc`).
    pub assoc: Vec<(Symbol, Vec<Bound>)>,
    /// Methods in order.
    pub methods: Vec<FnId>,
    /// Visible to importers.
    pub is_pub: bool,
}

/// An impl.
#[derive(Clone, Debug)]
pub struct ImplDecl {
    /// Itself.
    pub id: ImplId,
    /// Place of the header.
    pub span: Span,
    /// Tree of the module's syntax that holds it.
    pub tree: u32,
    /// The impl in that tree.
    pub syntax: Id<syntax::ImplDef>,
    /// Type parameters.
    pub generics: Generics,
    /// The trait and its arguments (without `Self`); none for an inherent impl.
    pub of: Option<(TraitId, TyList)>,
    /// Target type.
    pub target: Ty,
    /// Associated types given.
    pub assoc: Vec<(Symbol, Ty)>,
    /// Methods given, in order.
    pub methods: Vec<FnId>,
    /// Its header had errors.
    pub broken: bool,
}

/// A transparent alias of a function type.
#[derive(Clone, Debug)]
pub struct AliasDecl {
    /// Type parameters.
    pub generics: Generics,
    /// What it stands for, in terms of them.
    pub ty: Ty,
}

/// A config constant.
#[derive(Clone, Debug)]
pub struct ConfigDecl {
    /// Name without `$`.
    pub name: Symbol,
    /// Place.
    pub span: Span,
    /// Type.
    pub ty: Ty,
    /// Value.
    pub value: Const,
    /// Visible to importers.
    pub is_pub: bool,
}

/// A literal's value.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Const {
    Int(i64),
    Float(f64),
    Bool(bool),
    Str(Symbol),
    Char(char),
    Byte(u8),
    Duration(i64),
    Size(i64),
}

/// What a name in a module's value or type space stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Def {
    /// Function or test.
    Fn(FnId),
    /// Variant of a sum, or the constructor of a newtype (number 0).
    Variant(AdtId, u32),
    /// Type.
    Adt(AdtId),
    /// Transparent alias of a function type: number in `Interface::aliases`.
    Alias(ModuleId, u32),
    /// Trait.
    Trait(TraitId),
    /// Config constant: number in `Interface::configs`.
    Config(ModuleId, u32),
    /// A module bound by `use m as n` or `use a.b`.
    Module(ModuleId),
}
