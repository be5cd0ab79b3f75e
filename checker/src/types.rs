//! Types: interned once per compilation, compared by id.
//!
//! Type numbers depend on the schedule; nothing that reaches the output may be ordered by them.
//! Inference variables never appear here: they live in the body checker until they are solved.

use sigil_frontend::{FileId, Symbol};

/// A module is a file.
pub type ModuleId = FileId;

macro_rules! def_ids {
    ($($name:ident, $doc:literal;)*) => {$(
        #[doc = $doc]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub struct $name {
            /// Module of the declaration.
            pub module: ModuleId,
            /// Number within the module's table, in source order.
            pub index: u32,
        }
    )*};
}

def_ids! {
    FnId, "A function, test or method (also a trait's method, with or without a default body).";
    AdtId, "A struct, sum or newtype.";
    TraitId, "A trait.";
    ImplId, "An impl block, inherent or of a trait.";
}

/// An interned type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Ty(pub u32);

/// An interned list of types.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TyList(pub u32);

/// An interned, by-name-bytes sorted list of record field names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct NameList(pub u32);

/// What a type is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TyKind {
    /// Follows a reported error; agrees with every type. Never reaches the code generator.
    Error,
    /// `int`.
    Int,
    /// `float`.
    Float,
    /// `bool`.
    Bool,
    /// `str`.
    Str,
    /// `char`.
    Char,
    /// `byte`.
    Byte,
    /// `void`.
    Void,
    /// `Never`.
    Never,
    /// `Duration`.
    Duration,
    /// `Size`.
    Size,
    /// `[T]`.
    List(Ty),
    /// `{K: V}`.
    Map(Ty, Ty),
    /// `Range<T>`.
    Range(Ty),
    /// `(A, B, …)`.
    Tuple(TyList),
    /// `{ a: T, b: U }`, fields sorted by the bytes of their names.
    Record(NameList, TyList),
    /// `(A, B) -> R`.
    Fn(TyList, Ty),
    /// A user or prelude type with its arguments.
    Adt(AdtId, TyList),
    /// Type parameter number `index` of the function, impl, trait or type at hand (numbering: see `Generics`).
    Param(u32),
    /// `<self_ty as trait<args>>.name`, not known yet.
    Assoc {
        /// The trait that declares it.
        of: TraitId,
        /// Its name.
        name: Symbol,
        /// `Self` first, then the trait's arguments.
        args: TyList,
    },
}

/// Types that every compilation has, with fixed numbers.
#[allow(missing_docs)]
impl Ty {
    pub const ERROR: Ty = Ty(0);
    pub const INT: Ty = Ty(1);
    pub const FLOAT: Ty = Ty(2);
    pub const BOOL: Ty = Ty(3);
    pub const STR: Ty = Ty(4);
    pub const CHAR: Ty = Ty(5);
    pub const BYTE: Ty = Ty(6);
    pub const VOID: Ty = Ty(7);
    pub const NEVER: Ty = Ty(8);
    pub const DURATION: Ty = Ty(9);
    pub const SIZE: Ty = Ty(10);
}
