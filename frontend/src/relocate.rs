//! Moving the ids of a tree, so that a part that was parsed alone can become part of a whole.
//!
//! Structs and enums are taken apart field by field and without `..`, and tables are appended by the macro that
//! declares them: what is forgotten here does not compile.

use crate::syntax::*;
use crate::{Span, Symbol};

/// A type that lives in a table.
pub(crate) trait Placed {
    /// How far ids of this type move.
    fn place(by: &Sizes) -> u32;
}

/// A move of ids.
pub(crate) struct Move<'t> {
    pub(crate) by: Sizes,
    /// `Tree::lists` of what is moved, already in place. Each run is moved with the one list that names it.
    pub(crate) lists: &'t mut [u32],
}

/// What may contain ids.
pub(crate) trait Relocate {
    fn relocate(&mut self, to: &mut Move<'_>);
}

impl<T: Placed> Relocate for Id<T> {
    fn relocate(&mut self, to: &mut Move<'_>) {
        *self = Id::new(self.index() + T::place(&to.by) as usize);
    }
}

impl<T: Placed> Relocate for List<T> {
    fn relocate(&mut self, to: &mut Move<'_>) {
        let by = T::place(&to.by);
        for id in &mut to.lists[self.start as usize..][..self.len as usize] {
            *id += by;
        }
        self.start += to.by.lists;
    }
}

impl<T: Relocate> Relocate for Option<T> {
    fn relocate(&mut self, to: &mut Move<'_>) {
        if let Some(inner) = self {
            inner.relocate(to);
        }
    }
}

macro_rules! without_ids {
    ($($ty:ty)*) => {
        $(impl Relocate for $ty {
            fn relocate(&mut self, _: &mut Move<'_>) {}
        })*
    };
}
without_ids!(bool char u32 u64 i64 f64 Span Symbol Name UnOp BinOp PatternKind);

macro_rules! structs {
    ($($name:ident { $($field:ident),* })*) => {
        $(impl Relocate for $name {
            fn relocate(&mut self, to: &mut Move<'_>) {
                let Self { $($field),* } = self;
                $($field.relocate(to);)*
            }
        })*
    };
}
structs! {
    Expr { kind, span }
    StructLit { path, is_self, targs, fields }
    FieldInit { name, value }
    Lambda { params, result, body }
    Param { name, ty }
    Call { callee, args }
    Arg { name, value }
    Member { base, name, targs, args }
    If { cond, then, otherwise }
    For { clauses, guard, body, is_yield }
    ForClause { pat, iter }
    Match { value, arms }
    Arm { pat, guard, body }
    Let { pat, is_mut, ty, value, span }
    Assign { name, value }
    WithCapability { name, value, body }
    PatternCall { kind, name, props }
    Prop { name, value }
    TypeExpr { kind, span }
    Path { is_self, names, targs, span }
    FieldDecl { name, ty }
    Pat { kind, span }
    RangePat { lo, hi, inclusive }
    VariantPat { path, args, has_rest }
    PatArg { name, pat }
    StructPat { path, fields, has_rest }
    FieldPat { name, pat }
    Attr { name, args }
    ImportItem { private, config, name, alias }
    ConfigItem { name, ty, value }
    Function { name, at, generics, self_param, params, result, uses, bounds, body, reads_self, is_pub }
    Test { function, targets }
    Generic { name, bounds }
    WhereClause { subject, bounds, equals }
    TypeDef { name, generics, bounds, body }
    VariantDecl { name, fields }
    TraitDef { name, generics, supers, assoc, methods }
    ImplDef { generics, trait_ref, target, bounds, assoc, methods }
    AssocDef { name, ty }
    ExtendDef { name, bounds, methods }
}

macro_rules! enums {
    ($($name:ident { $($variant:ident $(($($field:ident),*))?),* })*) => {
        $(impl Relocate for $name {
            fn relocate(&mut self, to: &mut Move<'_>) {
                match self {
                    $(Self::$variant $(($($field),*))? => { $($($field.relocate(to);)*)? })*
                }
            }
        })*
    };
}
enums! {
    ExprKind {
        Error, Int(a), Float(a), Str(a), Char(a), Duration(a), Size(a), Bool(a), Void, SelfValue,
        SelfType, Hash, Config(a), Name(a, b), OpValue(a), Paren(a), Tuple(a), List(a), Map(a),
        StructLit(a), Lambda(a), Call(a), Member(a), TupleField(a, b), ConfigField(a, b), Index(a, b),
        Try(a), Unary(a, b), Binary(a, b, c), If(a), For(a), Match(a), CondMatch(a), Loop(a), Run(a),
        TrySeq(a), WithCapability(a), Pattern(a), Break, Continue, Assign(a)
    }
    Elem { Let(a), Expr(a) }
    PropValue { Expr(a), Rules(a), Patterns(a), Match(a, b) }
    TypeExprKind { Error, List(a), Map(a, b), Record(a), Tuple(a), Void, Path(a), Fn(a, b), Dyn(a) }
    PatKind {
        Error, Wild, Bind(a), Lit(a), Range(a), Variant(a), Struct(a), List(a), Tuple(a), Or(a), At(a, b)
    }
    ListPatItem { Pat(a), Rest(a) }
    TypeBody { Struct(a), Sum(a), Newtype(a) }
}
