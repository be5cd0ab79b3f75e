//! The syntax tree: flat tables, `u32` ids, no references.
//!
//! A file is a list of [`Tree`]s (one for each piece that was parsed alone); an item never crosses trees.
//! A tree keeps what was written: nothing is resolved, parentheses stay (positions need them), and sugar stays sugar.

use crate::{Span, Symbol};
use std::marker::PhantomData;
use std::num::NonZeroU32;

/// Index of a `T` in its table of a [`Tree`]. Stored plus one, so that `Option<Id<T>>` is four bytes.
pub struct Id<T>(NonZeroU32, PhantomData<fn() -> T>);

/// A run of ids (or of symbols) in [`Tree::lists`].
pub struct List<T> {
    /// First slot in `Tree::lists`.
    pub start: u32,
    /// Number of elements.
    pub len: u32,
    marker: PhantomData<fn() -> T>,
}

macro_rules! plain {
    ($name:ident) => {
        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                *self
            }
        }
        impl<T> Copy for $name<T> {}
    };
}
plain!(Id);
plain!(List);

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> std::fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", self.index())
    }
}
impl<T> std::fmt::Debug for List<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{}+{}]", self.start, self.len)
    }
}

impl<T> Id<T> {
    /// The id of element `index`. Tables hold fewer than 2^32 - 1 elements since files are below 4 GiB.
    pub fn new(index: usize) -> Self {
        let raw = u32::try_from(index + 1).ok().and_then(NonZeroU32::new);
        Self(raw.expect("a table of fewer than 2^32 - 1 elements"), PhantomData)
    }

    /// The element's index.
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl<T> List<T> {
    /// `len` slots from `start`.
    pub const fn new(start: u32, len: u32) -> Self {
        Self { start, len, marker: PhantomData }
    }

    /// No slots.
    pub const EMPTY: Self = Self::new(0, 0);

    /// Whether there are no slots.
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// A name with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    /// The interned text, without sigil (`@`, `$`).
    pub symbol: Symbol,
    /// Where it stands.
    pub span: Span,
}

/// Id of an expression.
pub type ExprId = Id<Expr>;
/// Id of a written type.
pub type TypeId = Id<TypeExpr>;
/// Id of a pattern.
pub type PatId = Id<Pat>;

/// An expression.
#[derive(Clone, Copy, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// All its tokens.
    pub span: Span,
}

/// The kinds of expression. Larger ones live in side tables of the [`Tree`].
#[derive(Clone, Copy, Debug)]
pub enum ExprKind {
    /// Stands where an error was reported; checked as any type.
    Error,
    /// Integer; at most 2^63 (2^63 only under unary minus, the parser has checked it).
    Int(u64),
    /// Float.
    Float(f64),
    /// String, escapes resolved.
    Str(Symbol),
    /// Character.
    Char(char),
    /// Duration in nanoseconds.
    Duration(i64),
    /// Size in bytes.
    Size(i64),
    /// `true`, `false`.
    Bool(bool),
    /// `void` or `()`.
    Void,
    /// `self` (also the callee of `self(...)`).
    SelfValue,
    /// `Self` as an expression (`Self.new()`).
    SelfType,
    /// `#`.
    Hash,
    /// `$name`.
    Config(Symbol),
    /// `name` or `name<T>`.
    Name(Symbol, List<TypeExpr>),
    /// An operator as a value.
    OpValue(BinOp),
    /// `( e )`.
    Paren(ExprId),
    /// `(a, b, …)`, two or more.
    Tuple(List<Expr>),
    /// `[a, b]`.
    List(List<Expr>),
    /// `{k: v, …}`: keys and values alternate.
    Map(List<Expr>),
    /// `P { x: 1 }`.
    StructLit(Id<StructLit>),
    /// Lambda.
    Lambda(Id<Lambda>),
    /// `callee(args)`.
    Call(Id<Call>),
    /// `base.name`, `base.name<T>`, `base.name(args)`.
    Member(Id<Member>),
    /// `base.0`.
    TupleField(ExprId, u32),
    /// `base.$name`.
    ConfigField(ExprId, Symbol),
    /// `base[index]`.
    Index(ExprId, ExprId),
    /// `e?`.
    Try(ExprId),
    /// Prefix operator.
    Unary(UnOp, ExprId),
    /// Binary operator (`??` and ranges included).
    Binary(BinOp, ExprId, ExprId),
    /// `if`.
    If(Id<If>),
    /// `for … in … do/yield`.
    For(Id<For>),
    /// `match(value, arms)`.
    Match(Id<Match>),
    /// `match(c: e, …, default)`; conditions and values alternate in the list; the default (if written) is last.
    CondMatch(List<Expr>),
    /// `loop(elems)`.
    Loop(List<Elem>),
    /// `run(elems)`.
    Run(List<Elem>),
    /// `try(elems)`.
    TrySeq(List<Elem>),
    /// `with C = value in body` (level 2).
    WithCapability(Id<WithCapability>),
    /// A built-in pattern with named properties, `for(` and `with(` included.
    Pattern(Id<PatternCall>),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// `name = value`, only where the grammar says stmt.
    Assign(Id<Assign>),
}

/// Prefix operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[allow(missing_docs)]
pub enum UnOp {
    Not,
    Neg,
    BitNot,
}

/// Binary operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[allow(missing_docs)]
pub enum BinOp {
    Mul,
    Div,
    Rem,
    /// `div`, flooring.
    FloorDiv,
    Add,
    Sub,
    Range,
    RangeInclusive,
    Lt,
    Gt,
    Le,
    Ge,
    Eq,
    Ne,
    BitAnd,
    BitXor,
    BitOr,
    And,
    Or,
    /// `??`, nested to the left as written.
    Coalesce,
}

/// `P { x: 1, y }`.
#[derive(Clone, Copy, Debug)]
pub struct StructLit {
    /// `geo.Rect` as names; empty when `is_self`.
    pub path: List<Name>,
    /// Written `Self { … }`.
    pub is_self: bool,
    /// Type arguments.
    pub targs: List<TypeExpr>,
    /// Fields as written.
    pub fields: List<FieldInit>,
}

/// A field of a struct literal; `x` alone has no value.
#[derive(Clone, Copy, Debug)]
pub struct FieldInit {
    /// Field name.
    pub name: Name,
    /// Value, if not the shorthand.
    pub value: Option<ExprId>,
}

/// A lambda. Typed ones have types on all parameters and a result type.
#[derive(Clone, Copy, Debug)]
pub struct Lambda {
    /// Parameters; each has a type iff the lambda is typed.
    pub params: List<Param>,
    /// Result type of a typed lambda.
    pub result: Option<TypeId>,
    /// Body (a stmt).
    pub body: ExprId,
}

/// A parameter of a function, method or lambda (`self` is not among them).
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Its type; absent only in untyped lambdas.
    pub ty: Option<TypeId>,
}

/// `callee(args)`.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// What is called.
    pub callee: ExprId,
    /// Arguments.
    pub args: List<Arg>,
}

/// An argument: all of a call are positional or all are named (else E0212 was reported).
#[derive(Clone, Copy, Debug)]
pub struct Arg {
    /// `.n:` or `n:`.
    pub name: Option<Name>,
    /// Value.
    pub value: ExprId,
}

/// `base.name`, with type arguments and call arguments if written.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Receiver, module or type.
    pub base: ExprId,
    /// Member name; expressions of this kind are positioned here.
    pub name: Name,
    /// `<T>`.
    pub targs: List<TypeExpr>,
    /// `(args)` directly after: a method call.
    pub args: Option<List<Arg>>,
}

/// `if cond then a else b`.
#[derive(Clone, Copy, Debug)]
pub struct If {
    /// Condition.
    pub cond: ExprId,
    /// Taken when true (a stmt).
    pub then: ExprId,
    /// Taken when false (a stmt).
    pub otherwise: Option<ExprId>,
}

/// `for p in xs, q in ys if guard do body`.
#[derive(Clone, Copy, Debug)]
pub struct For {
    /// Clauses, outermost first.
    pub clauses: List<ForClause>,
    /// Innermost guard.
    pub guard: Option<ExprId>,
    /// Body.
    pub body: ExprId,
    /// `yield` instead of `do`.
    pub is_yield: bool,
}

/// `p in xs`.
#[derive(Clone, Copy, Debug)]
pub struct ForClause {
    /// Pattern.
    pub pat: PatId,
    /// What is iterated.
    pub iter: ExprId,
}

/// `match(value, arms)`.
#[derive(Clone, Copy, Debug)]
pub struct Match {
    /// Scrutinee.
    pub value: ExprId,
    /// Arms in order.
    pub arms: List<Arm>,
}

/// `pattern.match(guard) -> body`.
#[derive(Clone, Copy, Debug)]
pub struct Arm {
    /// Pattern.
    pub pat: PatId,
    /// Guard.
    pub guard: Option<ExprId>,
    /// Body (a stmt).
    pub body: ExprId,
}

/// An element of a sequence.
#[derive(Clone, Copy, Debug)]
pub enum Elem {
    /// `let p: T = e`.
    Let(Let),
    /// An expression or assignment.
    Expr(ExprId),
}

/// `let [mut] p [: T] = e`.
#[derive(Clone, Copy, Debug)]
pub struct Let {
    /// What is bound; a `Bind` when `is_mut`.
    pub pat: PatId,
    /// `mut`.
    pub is_mut: bool,
    /// Annotation.
    pub ty: Option<TypeId>,
    /// Initial value.
    pub value: ExprId,
    /// From `let` to the end.
    pub span: Span,
}

/// `name = value`.
#[derive(Clone, Copy, Debug)]
pub struct Assign {
    /// Variable.
    pub name: Name,
    /// Value.
    pub value: ExprId,
}

/// `with C = value in body`.
#[derive(Clone, Copy, Debug)]
pub struct WithCapability {
    /// Capability.
    pub name: Name,
    /// Implementation.
    pub value: ExprId,
    /// Scope.
    pub body: ExprId,
}

/// The built-in patterns of chapter 8.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[allow(missing_docs)]
pub enum PatternKind {
    Map,
    Filter,
    Fold,
    Find,
    Collect,
    Recurse,
    Parallel,
    Timeout,
    Retry,
    Cache,
    Validate,
    For,
    With,
}

/// `name(.prop: value, …)`.
#[derive(Clone, Copy, Debug)]
pub struct PatternCall {
    /// Which.
    pub kind: PatternKind,
    /// The name's place.
    pub name: Span,
    /// Properties in the order written.
    pub props: List<Prop>,
}

/// `.name: value`.
#[derive(Clone, Copy, Debug)]
pub struct Prop {
    /// Property name.
    pub name: Name,
    /// Value.
    pub value: PropValue,
}

/// Value of a property.
#[derive(Clone, Copy, Debug)]
pub enum PropValue {
    /// An expression.
    Expr(ExprId),
    /// `[cond | msg, …]` of `validate .rules`: conditions and messages alternate.
    Rules(List<Expr>),
    /// `[pat, …]` of `retry .on`.
    Patterns(List<Pat>),
    /// `pattern [guard]` of `for(.match: …)`.
    Match(PatId, Option<ExprId>),
}

/// A written type.
#[derive(Clone, Copy, Debug)]
pub struct TypeExpr {
    /// What it is.
    pub kind: TypeExprKind,
    /// All its tokens.
    pub span: Span,
}

/// Kinds of written types.
#[derive(Clone, Copy, Debug)]
pub enum TypeExprKind {
    /// Stands where an error was reported.
    Error,
    /// `[T]`.
    List(TypeId),
    /// `{K: V}`.
    Map(TypeId, TypeId),
    /// `{a: T, b: U}`.
    Record(List<FieldDecl>),
    /// `(A, B)`, two or more.
    Tuple(List<TypeExpr>),
    /// `void`, `()`.
    Void,
    /// `a.b.C<T>`; `Self`, `Self.Item` when `Path::is_self`.
    Path(Id<Path>),
    /// `(A, B) -> R`.
    Fn(List<TypeExpr>, TypeId),
    /// `dyn Path` (level 2).
    Dyn(Id<Path>),
}

/// `a.b.C<T>`.
#[derive(Clone, Copy, Debug)]
pub struct Path {
    /// Starts with `Self`, which is not among `names`.
    pub is_self: bool,
    /// Names.
    pub names: List<Name>,
    /// Type arguments.
    pub targs: List<TypeExpr>,
    /// All tokens.
    pub span: Span,
}

/// `name: T` in a struct, record or variant (there without a name when positional).
#[derive(Clone, Copy, Debug)]
pub struct FieldDecl {
    /// Name, if any.
    pub name: Option<Name>,
    /// Type.
    pub ty: TypeId,
}

/// A pattern.
#[derive(Clone, Copy, Debug)]
pub struct Pat {
    /// What it is.
    pub kind: PatKind,
    /// All its tokens.
    pub span: Span,
}

/// Kinds of pattern.
#[derive(Clone, Copy, Debug)]
pub enum PatKind {
    /// Stands where an error was reported.
    Error,
    /// `_`.
    Wild,
    /// A lowercase name.
    Bind(Symbol),
    /// A literal (an `Int`, `Float`, `Str`, `Char`, `Bool`, `Duration`, `Size`, or `Unary(Neg, …)` of one).
    Lit(ExprId),
    /// `a..b`, `a..=b`, `..b`, `a..`; a bound is a literal expression as in `Lit`.
    Range(Id<RangePat>),
    /// `V`, `T.V`, `V(p, q)`, `U(p)`.
    Variant(Id<VariantPat>),
    /// `{ x, y: p, .. }`, `P { x }`.
    Struct(Id<StructPat>),
    /// `[a, ..rest, b]`.
    List(List<ListPatItem>),
    /// `(a, b)`; `()` is empty.
    Tuple(List<Pat>),
    /// `p | q`.
    Or(List<Pat>),
    /// `n @ p`.
    At(Symbol, PatId),
}

/// A range pattern.
#[derive(Clone, Copy, Debug)]
pub struct RangePat {
    /// Lower bound, inclusive.
    pub lo: Option<ExprId>,
    /// Upper bound.
    pub hi: Option<ExprId>,
    /// Upper bound included.
    pub inclusive: bool,
}

/// A variant or newtype pattern.
#[derive(Clone, Copy, Debug)]
pub struct VariantPat {
    /// `T.V` as names.
    pub path: List<Name>,
    /// Argument patterns, if parentheses are written.
    pub args: Option<List<PatArg>>,
    /// Final `..`.
    pub has_rest: bool,
}

/// An argument of a variant pattern.
#[derive(Clone, Copy, Debug)]
pub struct PatArg {
    /// `n:`.
    pub name: Option<Name>,
    /// Pattern.
    pub pat: PatId,
}

/// A struct or record pattern.
#[derive(Clone, Copy, Debug)]
pub struct StructPat {
    /// Type path; empty if not written.
    pub path: List<Name>,
    /// Fields.
    pub fields: List<FieldPat>,
    /// Final `..`.
    pub has_rest: bool,
}

/// `x` or `x: p`.
#[derive(Clone, Copy, Debug)]
pub struct FieldPat {
    /// Field.
    pub name: Name,
    /// Pattern, if not the shorthand.
    pub pat: Option<PatId>,
}

/// An element of a list pattern.
#[derive(Clone, Copy, Debug)]
pub enum ListPatItem {
    /// An element.
    Pat(PatId),
    /// `..` or `..name`.
    Rest(Option<Name>),
}

/// `#[name(args)]`.
#[derive(Clone, Copy, Debug)]
pub struct Attr {
    /// `derive`, `allow`; others were reported (the library also has `intrinsic`).
    pub name: Name,
    /// Arguments.
    pub args: List<Name>,
}

/// An import.
#[derive(Clone, Copy, Debug)]
pub struct Import {
    /// Attributes.
    pub attrs: List<Attr>,
    /// `pub use`.
    pub is_pub: bool,
    /// `extension` instead of `use` (level 2).
    pub is_extension: bool,
    /// Where from.
    pub source: ImportSource,
    /// What.
    pub kind: ImportKind,
    /// All tokens.
    pub span: Span,
}

impl Import {
    /// Where the path, or the first of the names, of what it imports from stands.
    pub fn source_start(&self, tree: &Tree) -> u32 {
        match self.source {
            ImportSource::Path(path) => path.span.start,
            ImportSource::Dotted(names) => {
                tree.list(names).next().map_or(self.span.start, |name| name.span.start)
            }
        }
    }
}

/// Where an import comes from.
#[derive(Clone, Copy, Debug)]
pub enum ImportSource {
    /// A quoted path, as written; span of the quoted token.
    Path(Name),
    /// `a.b.c`.
    Dotted(List<Name>),
}

/// What is imported.
#[derive(Clone, Copy, Debug)]
pub enum ImportKind {
    /// `{ f, ::g as h, $c }`.
    Items(List<ImportItem>),
    /// `as m`.
    Module(Name),
    /// `use a.b` alone: binds its last name.
    Plain,
    /// `extension … { T.m }`: names alternate.
    Extension(List<Name>),
}

/// An imported item.
#[derive(Clone, Copy, Debug)]
pub struct ImportItem {
    /// `::`.
    pub private: bool,
    /// `$`.
    pub config: bool,
    /// Name in the other module.
    pub name: Name,
    /// Name here, if renamed.
    pub alias: Option<Name>,
}

/// An item.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// Attributes.
    pub attrs: List<Attr>,
    /// `pub`.
    pub is_pub: bool,
    /// What it is.
    pub kind: ItemKind,
    /// All tokens, attributes included.
    pub span: Span,
}

/// Kinds of item.
#[derive(Clone, Copy, Debug)]
pub enum ItemKind {
    /// `$name = literal`.
    Config(Id<ConfigItem>),
    /// `@name (…) -> T = e`.
    Function(Id<Function>),
    /// `@name tests @f () -> void = e`.
    Test(Id<Test>),
    /// `type N = …`.
    Type(Id<TypeDef>),
    /// `trait T { … }`.
    Trait(Id<TraitDef>),
    /// `impl T for U { … }`.
    Impl(Id<ImplDef>),
    /// `extend T { … }` (level 2).
    Extend(Id<ExtendDef>),
}

/// `$name: T = literal`.
#[derive(Clone, Copy, Debug)]
pub struct ConfigItem {
    /// Name without `$`.
    pub name: Name,
    /// Annotation.
    pub ty: Option<TypeId>,
    /// A literal expression, possibly under `Unary(Neg, …)`.
    pub value: ExprId,
}

/// A function or method.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Name without `@`.
    pub name: Name,
    /// Where the `@` stands.
    pub at: u32,
    /// Type parameters.
    pub generics: List<Generic>,
    /// First parameter is `self` (methods only).
    pub self_param: Option<Span>,
    /// Other parameters.
    pub params: List<Param>,
    /// Result type.
    pub result: TypeId,
    /// `uses`.
    pub uses: List<Name>,
    /// `where`.
    pub bounds: List<WhereClause>,
    /// Body; absent in trait methods without a default (and in library declarations).
    pub body: Option<ExprId>,
    /// The body mentions the value `self`, not only calls `self(...)`.
    pub reads_self: bool,
    /// `pub` on an inherent method.
    pub is_pub: bool,
}

/// A test.
#[derive(Clone, Copy, Debug)]
pub struct Test {
    /// The test itself; generics and uses are empty.
    pub function: Id<Function>,
    /// Targets.
    pub targets: List<Name>,
}

/// `T: A + B`.
#[derive(Clone, Copy, Debug)]
pub struct Generic {
    /// Name.
    pub name: Name,
    /// Bounds.
    pub bounds: List<Path>,
}

/// A clause of `where`.
#[derive(Clone, Copy, Debug)]
pub struct WhereClause {
    /// `T` or `T.Item`.
    pub subject: Id<Path>,
    /// Bounds (empty for `=`).
    pub bounds: List<Path>,
    /// `path = type` (level 2).
    pub equals: Option<TypeId>,
}

/// A type definition.
#[derive(Clone, Copy, Debug)]
pub struct TypeDef {
    /// Name.
    pub name: Name,
    /// Type parameters.
    pub generics: List<Generic>,
    /// `where`.
    pub bounds: List<WhereClause>,
    /// Right side.
    pub body: TypeBody,
}

/// Right side of a type definition.
#[derive(Clone, Copy, Debug)]
pub enum TypeBody {
    /// `{ x: int }`.
    Struct(List<FieldDecl>),
    /// `A | B(int)`.
    Sum(List<VariantDecl>),
    /// Newtype, or alias of a function type.
    Newtype(TypeId),
}

/// A variant.
#[derive(Clone, Copy, Debug)]
pub struct VariantDecl {
    /// Name.
    pub name: Name,
    /// Fields: all named or none (E0206 was reported otherwise).
    pub fields: List<FieldDecl>,
}

/// A trait.
#[derive(Clone, Copy, Debug)]
pub struct TraitDef {
    /// Name.
    pub name: Name,
    /// Type parameters.
    pub generics: List<Generic>,
    /// Supertraits.
    pub supers: List<Path>,
    /// Associated types (name and bounds).
    pub assoc: List<Generic>,
    /// Methods.
    pub methods: List<Function>,
}

/// An impl.
#[derive(Clone, Copy, Debug)]
pub struct ImplDef {
    /// Type parameters.
    pub generics: List<Generic>,
    /// The trait as written (a type in the grammar), if `for` is written.
    pub trait_ref: Option<TypeId>,
    /// Target type.
    pub target: TypeId,
    /// `where`.
    pub bounds: List<WhereClause>,
    /// Associated types.
    pub assoc: List<AssocDef>,
    /// Methods.
    pub methods: List<Function>,
}

/// `type Item = T`.
#[derive(Clone, Copy, Debug)]
pub struct AssocDef {
    /// Name.
    pub name: Name,
    /// Type.
    pub ty: TypeId,
}

/// `extend T { … }`.
#[derive(Clone, Copy, Debug)]
pub struct ExtendDef {
    /// Trait.
    pub name: Name,
    /// `where`.
    pub bounds: List<WhereClause>,
    /// Methods.
    pub methods: List<Function>,
}

macro_rules! tables {
    ($($field:ident: $ty:ty, $doc:literal;)*) => {
        /// Everything parsed from one piece of a file.
        #[derive(Clone, Default, Debug)]
        pub struct Tree {
            /// Ids of list elements: `List<T>` is a run of these; see [`Tree::ids`].
            pub lists: Vec<u32>,
            /// Imports, in order (first tree of a file only).
            pub imports: Vec<Import>,
            /// Names that imports after the first item would have brought: reported there, not where they are used.
            pub late_imports: Vec<crate::Symbol>,
            /// Items, in order.
            pub items: Vec<Item>,
            $(#[doc = $doc] pub $field: Vec<$ty>,)*
        }

        /// How many elements the tables of a tree have.
        #[derive(Clone, Copy, Default, Debug)]
        pub(crate) struct Sizes {
            pub(crate) lists: u32,
            $(pub(crate) $field: u32,)*
        }

        impl Tree {
            /// How many elements the tables have.
            pub(crate) fn sizes(&self) -> Sizes {
                Sizes { lists: self.lists.len() as u32, $($field: self.$field.len() as u32,)* }
            }

            /// Forgets everything and keeps the memory.
            pub(crate) fn clear(&mut self) {
                self.lists.clear();
                self.imports.clear();
                self.late_imports.clear();
                self.items.clear();
                $(self.$field.clear();)*
            }

            /// Makes room for other trees.
            pub(crate) fn reserve(&mut self, others: &[Sizes]) {
                self.lists.reserve(others.iter().map(|sizes| sizes.lists as usize).sum());
                $(self.$field.reserve(others.iter().map(|sizes| sizes.$field as usize).sum());)*
            }

            /// Adds everything in the tables of a tree without imports and items; returns how far its ids move.
            pub(crate) fn append(&mut self, other: &Tree) -> Sizes {
                debug_assert!(other.imports.is_empty() && other.items.is_empty());
                let by = self.sizes();
                self.lists.extend_from_slice(&other.lists);
                let lists = &mut self.lists[by.lists as usize..];
                let mut move_ = crate::relocate::Move { by, lists };
                $(self.$field.extend(other.$field.iter().map(|element| {
                    let mut element = *element;
                    crate::relocate::Relocate::relocate(&mut element, &mut move_);
                    element
                }));)*
                by
            }
        }

        $(
            impl crate::relocate::Placed for $ty {
                fn place(by: &Sizes) -> u32 {
                    by.$field
                }
            }
            impl std::ops::Index<Id<$ty>> for Tree {
                type Output = $ty;
                fn index(&self, id: Id<$ty>) -> &$ty {
                    &self.$field[id.index()]
                }
            }
            impl Tree {
                #[doc = concat!("Adds to `", stringify!($field), "`.")]
                pub fn $field(&mut self, value: $ty) -> Id<$ty> {
                    self.$field.push(value);
                    Id::new(self.$field.len() - 1)
                }
            }
            impl Stored for $ty {
                fn of(tree: &Tree, index: usize) -> &Self {
                    &tree.$field[index]
                }
            }
        )*
    };
}

/// A type that lives in a table of a [`Tree`].
pub trait Stored: Sized {
    /// Element `index` of its table.
    fn of(tree: &Tree, index: usize) -> &Self;
}

tables! {
    exprs: Expr, "Expressions.";
    types: TypeExpr, "Written types.";
    pats: Pat, "Patterns.";
    names: Name, "Names in lists.";
    struct_lits: StructLit, "Struct literals.";
    field_inits: FieldInit, "Fields of struct literals.";
    lambdas: Lambda, "Lambdas.";
    params: Param, "Parameters.";
    calls: Call, "Calls.";
    args: Arg, "Arguments.";
    members: Member, "Member accesses.";
    ifs: If, "Conditionals.";
    fors: For, "For loops.";
    for_clauses: ForClause, "Clauses of for loops.";
    matches: Match, "Matches.";
    arms: Arm, "Arms.";
    elems: Elem, "Elements of sequences.";
    assigns: Assign, "Assignments.";
    with_capabilities: WithCapability, "Capability scopes.";
    pattern_calls: PatternCall, "Built-in patterns.";
    props: Prop, "Properties.";
    paths: Path, "Type paths.";
    field_decls: FieldDecl, "Field declarations.";
    range_pats: RangePat, "Range patterns.";
    variant_pats: VariantPat, "Variant patterns.";
    pat_args: PatArg, "Arguments of variant patterns.";
    struct_pats: StructPat, "Struct patterns.";
    field_pats: FieldPat, "Field patterns.";
    list_pat_items: ListPatItem, "Elements of list patterns.";
    attrs: Attr, "Attributes.";
    import_items: ImportItem, "Imported items.";
    configs: ConfigItem, "Config items.";
    functions: Function, "Functions and methods.";
    tests: Test, "Tests.";
    generics: Generic, "Type parameters and associated types.";
    where_clauses: WhereClause, "Where clauses.";
    type_defs: TypeDef, "Type definitions.";
    variant_decls: VariantDecl, "Variants.";
    traits: TraitDef, "Traits.";
    impls: ImplDef, "Impls.";
    assoc_defs: AssocDef, "Associated types of impls.";
    extends: ExtendDef, "Extensions.";
}

impl Tree {
    /// The elements of a list with their ids.
    pub fn ids<T: Stored>(
        &self,
        list: List<T>,
    ) -> impl ExactSizeIterator<Item = Id<T>> + DoubleEndedIterator + Clone + '_ {
        let run = &self.lists[list.start as usize..(list.start + list.len) as usize];
        run.iter().map(|&raw| Id::new(raw as usize))
    }

    /// The elements of a list.
    pub fn list<T: Stored + 'static>(
        &self,
        list: List<T>,
    ) -> impl ExactSizeIterator<Item = &T> + DoubleEndedIterator + Clone + '_ {
        let run = &self.lists[list.start as usize..(list.start + list.len) as usize];
        run.iter().map(move |&raw| T::of(self, raw as usize))
    }

    /// Stores a list of ids.
    pub fn make_list<T>(&mut self, ids: &[Id<T>]) -> List<T> {
        let start = self.lists.len() as u32;
        self.lists.extend(ids.iter().map(|id| id.index() as u32));
        List::new(start, ids.len() as u32)
    }
}

/// The syntax of a file: one tree, or one for each piece of a large file, in source order.
#[derive(Clone, Default, Debug)]
pub struct FileSyntax {
    /// Trees. Imports are in the first.
    pub trees: Vec<Tree>,
}
