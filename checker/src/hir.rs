//! Typed bodies: what checking a function produces and what the code generator reads.
//!
//! Names are resolved, overloads chosen, named arguments put in parameter order, sugar (`#`, cond-match, automatic
//! unwrapping in `try`, config constants, shorthand) removed. Types are fully known up to the function's own
//! type parameters. A body is a flat table of expressions with `u32` ids; children come before their parents.
//!
//! Where the written order of effects differs from parameter or property order, the checker has bound the values
//! to fresh locals in a `Seq` first. So evaluating operands left to right, as listed here, is always right.

use crate::decl::Const;
use crate::types::{FnId, TraitId, Ty, TyList};
use sigil_frontend::Symbol;

/// Index into `Body::exprs`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ExprId(pub u32);
/// Index into `Body::pats`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PatId(pub u32);
/// Index into `Body::locals`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LocalId(pub u32);

/// A run of `Body::expr_lists`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Exprs {
    /// First.
    pub start: u32,
    /// Number.
    pub len: u32,
}
/// A run of `Body::pat_lists`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pats {
    /// First.
    pub start: u32,
    /// Number.
    pub len: u32,
}
/// A run of `Body::local_lists`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Locals {
    /// First.
    pub start: u32,
    /// Number.
    pub len: u32,
}
/// A run of `Body::stmts`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stmts {
    /// First.
    pub start: u32,
    /// Number.
    pub len: u32,
}
/// A run of `Body::arms`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Arms {
    /// First.
    pub start: u32,
    /// Number.
    pub len: u32,
}
/// A run of `Body::clauses`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Clauses {
    /// First.
    pub start: u32,
    /// Number.
    pub len: u32,
}

/// A checked function.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// Parameters, `self` first if there is one.
    pub params: Vec<LocalId>,
    /// All locals of the function and of the lambdas inside it.
    pub locals: Vec<Local>,
    /// Expressions.
    pub exprs: Vec<Expr>,
    /// Patterns.
    pub pats: Vec<Pat>,
    /// Lists of expressions.
    pub expr_lists: Vec<ExprId>,
    /// Lists of patterns.
    pub pat_lists: Vec<PatId>,
    /// Lists of locals.
    pub local_lists: Vec<LocalId>,
    /// Statements.
    pub stmts: Vec<Stmt>,
    /// Match arms.
    pub arms: Vec<Arm>,
    /// Clauses of `for`.
    pub clauses: Vec<Clause>,
    /// The value; its type is the function's result type, or `Never`.
    pub root: Option<ExprId>,
}

/// A variable.
#[derive(Clone, Copy, Debug)]
pub struct Local {
    /// Name as written; for locals of the checker's own, an empty name.
    pub name: Symbol,
    /// Type.
    pub ty: Ty,
    /// Declared `let mut`.
    pub is_mut: bool,
}

/// An expression.
#[derive(Clone, Copy, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its type. A `Never` expression may stand where any type is expected.
    pub ty: Ty,
    /// Byte offset in the module's file of its position as language.md defines it: where a panic in it is reported.
    pub pos: u32,
}

/// Kinds of expression.
#[derive(Clone, Copy, Debug)]
pub enum ExprKind {
    /// A literal or config constant.
    Const(Const),
    /// `()`.
    Unit,
    /// Read of a local (captured ones included).
    Local(LocalId),
    /// A function as a value.
    FnValue(FnRef),
    /// A constructor with fields as a value: variant number; the sum or newtype is the result of the function type.
    CtorValue(u32),
    /// An operator as a value, on the operand type of the function type.
    OpValue(BinOp),
    /// Call of a known function; arguments in parameter order, `self` first.
    Call(FnRef, Exprs),
    /// Call of a function value.
    CallValue(ExprId, Exprs),
    /// Struct, variant or newtype value: variant number, all fields in declaration order.
    Construct(u32, Exprs),
    /// Tuple.
    Tuple(Exprs),
    /// Record; values sorted as the type's field names (effects are already in order).
    Record(Exprs),
    /// List.
    List(Exprs),
    /// Map: keys and values alternate; the last value of a key wins.
    Map(Exprs),
    /// Field number of a struct (declaration order), record (sorted order) or tuple.
    Field(ExprId, u32),
    /// `base[index]` by the base's type: list element, one-code-point str, `Option` of a map's value.
    Index(ExprId, ExprId),
    /// Prefix operator on a built-in type.
    Unary(UnOp, ExprId),
    /// Operator on built-in types; equality and comparison on any type that implements `Eq`, `Comparable`
    /// (the two operand types are equal, but for scaling of Duration and Size by int).
    Binary(BinOp, ExprId, ExprId),
    /// `&&`.
    And(ExprId, ExprId),
    /// `||`.
    Or(ExprId, ExprId),
    /// `a ?? b ?? c`: all but the last are Option or Result.
    Coalesce(Exprs),
    /// `lo..hi`, `lo..=hi` (the flag).
    Range(ExprId, ExprId, bool),
    /// `if`; without `else` the whole is void.
    If(ExprId, ExprId, Option<ExprId>),
    /// `match`; exhaustive as checked.
    Match(ExprId, Arms),
    /// Statements in a new scope, then the value (void if absent).
    Seq(Stmts, Option<ExprId>),
    /// Body repeated until `Break`.
    Loop(ExprId),
    /// Nested loops with an innermost guard.
    For {
        /// Clauses, outermost first; later ones see the variables of earlier ones.
        clauses: Clauses,
        /// Guard.
        guard: Option<ExprId>,
        /// Body.
        body: ExprId,
        /// Collects a list of the body's values (the list type is the expression's type).
        is_yield: bool,
    },
    /// Leaves a `Loop` or `For`: the innermost one, or the one that so many loops further out is.
    Break(u32),
    /// Next round of such a `Loop` or `For` (of a `For` with several clauses: of the innermost clause).
    Continue(u32),
    /// `try(...)`: its value, or the `Err`/`None` that a `Propagate` inside it left it with.
    Try(ExprId),
    /// The content of a Result or Option, or leaves `target` with its `Err`/`None` (rewrapped in the target's type).
    Propagate(ExprId, Target),
    /// A closure: parameters, body, locals of outside that it captures by value at creation.
    Lambda {
        /// Parameters.
        params: Locals,
        /// Body.
        body: ExprId,
        /// Captured locals.
        captures: Locals,
    },
    /// `map(.over, .transform)`: any iterable, function value.
    PatMap(ExprId, ExprId),
    /// `filter(.over, .predicate)`.
    PatFilter(ExprId, ExprId),
    /// `fold(.over, .init, .op)`.
    PatFold(ExprId, ExprId, ExprId),
    /// `collect(.range, .transform)`.
    PatCollect(ExprId, ExprId),
    /// `find(.over, .where | .map, .default)`.
    PatFind {
        /// Iterable.
        over: ExprId,
        /// Predicate, or function to Option when `is_map`.
        select: ExprId,
        /// `.map` instead of `.where`.
        is_map: bool,
        /// Evaluated only if nothing is found; without it the value is an Option.
        default: Option<ExprId>,
    },
    /// `for(.over, .map, .match, .default)`.
    PatFor {
        /// Iterable.
        over: ExprId,
        /// Applied first.
        map: Option<ExprId>,
        /// Pattern on the mapped element.
        pat: PatId,
        /// Guard.
        guard: Option<ExprId>,
        /// Otherwise.
        default: ExprId,
    },
    /// `recurse`: a local recursive procedure over `params` (the function's own parameters, without self).
    Recurse {
        /// Condition.
        cond: ExprId,
        /// Value if it holds.
        base: ExprId,
        /// Value otherwise; contains `SelfCall`.
        step: ExprId,
        /// Results kept per argument tuple.
        memo: bool,
        /// `.parallel`, evaluated for its effects only where allowed; none if absent.
        parallel: Option<ExprId>,
        /// Rebound by each `SelfCall`.
        params: Locals,
    },
    /// `self(args)` in a `recurse` step, in parameter order.
    SelfCall(Exprs),
    /// `parallel(…)`, named form, and what else must end although a part of it panics. Each task is the body of an
    /// implicit zero-parameter lambda; its value goes to its local; when all have ended (a panic of one is raised
    /// again only then, the first in source order), `value`, which reads those locals, is evaluated.
    Parallel {
        /// Task bodies in source order.
        tasks: Exprs,
        /// For each task, the local that receives its value.
        results: Locals,
        /// The record, or the Result of a record.
        value: ExprId,
        /// One after another, not side by side.
        in_order: bool,
    },
}

/// Where `?` leaves to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// The innermost enclosing `Try` of the same function or lambda.
    Try,
    /// The enclosing lambda, or the function.
    Function,
}

/// A reference to a function with everything that is needed to make an instance of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FnRef {
    /// A function or method; arguments for all its type parameters, the impl's first.
    Direct(FnId, TyList),
    /// Method number `method` of a trait: `Self`, the trait's arguments, the method's own arguments.
    /// Resolved for concrete types by `Program::resolve_method`.
    Trait {
        /// The trait.
        of: TraitId,
        /// Position in `TraitDecl::methods`.
        method: u32,
        /// Type arguments.
        args: TyList,
    },
}

/// Prefix operators.
pub use sigil_frontend::syntax::{BinOp, UnOp};

/// A statement.
#[derive(Clone, Copy, Debug)]
pub enum Stmt {
    /// Binds a pattern; a refutable one is a list pattern, which panics at `pos`.
    Let(PatId, ExprId),
    /// Evaluates and drops.
    Expr(ExprId),
    /// Assigns to a `let mut` local.
    Assign(LocalId, ExprId),
}

/// An arm of a match.
#[derive(Clone, Copy, Debug)]
pub struct Arm {
    /// Pattern.
    pub pat: PatId,
    /// Guard, tested once with the bindings of the first alternative that matches.
    pub guard: Option<ExprId>,
    /// Value.
    pub body: ExprId,
}

/// A clause of `for`.
#[derive(Clone, Copy, Debug)]
pub struct Clause {
    /// Pattern for each element (irrefutable, or a list pattern that panics).
    pub pat: PatId,
    /// List, map (elements are `(K, V)`), or range.
    pub iter: ExprId,
}

/// A pattern.
#[derive(Clone, Copy, Debug)]
pub struct Pat {
    /// What it is.
    pub kind: PatKind,
    /// Type of what it is matched with.
    pub ty: Ty,
    /// Byte offset of its first token.
    pub pos: u32,
}

/// Kinds of pattern.
#[derive(Clone, Copy, Debug)]
pub enum PatKind {
    /// Matches anything.
    Wild,
    /// Binds, and matches the inner pattern if any.
    Bind(LocalId, Option<PatId>),
    /// Equals a literal.
    Const(Const),
    /// An interval of int, char or byte values (by code point), both ends inclusive; never empty.
    Interval(i64, i64),
    /// Variant number with all fields in declaration order (structs and newtypes: variant 0).
    Variant(u32, Pats),
    /// Record, all fields in sorted order.
    Record(Pats),
    /// Tuple.
    Tuple(Pats),
    /// List: elements before the rest, `rest` (if any `..`; with a name it binds the middle), elements after.
    List {
        /// Elements before `..` (all, if there is no `..`).
        prefix: Pats,
        /// Present if there is a `..`.
        rest: Option<Rest>,
        /// Elements after `..`.
        suffix: Pats,
    },
    /// Alternatives, tried in order; all bind the same locals.
    Or(Pats),
}

/// `..` or `..name`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rest {
    /// Bound to the middle part.
    pub binding: Option<LocalId>,
}

macro_rules! tables {
    ($($list:ident, $table:ident, $item:ty, $get:ident;)*) => {
        impl Body {$(
            #[doc = concat!("The elements of a run of `", stringify!($table), "`.")]
            pub fn $get(&self, run: $list) -> &[$item] {
                &self.$table[run.start as usize..(run.start + run.len) as usize]
            }
        )*}
    };
}

tables! {
    Exprs, expr_lists, ExprId, exprs;
    Pats, pat_lists, PatId, pats;
    Locals, local_lists, LocalId, locals;
    Stmts, stmts, Stmt, stmts;
    Arms, arms, Arm, arms;
    Clauses, clauses, Clause, clauses;
}

impl std::ops::Index<ExprId> for Body {
    type Output = Expr;
    fn index(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize]
    }
}

impl std::ops::Index<PatId> for Body {
    type Output = Pat;
    fn index(&self, id: PatId) -> &Pat {
        &self.pats[id.0 as usize]
    }
}

impl std::ops::Index<LocalId> for Body {
    type Output = Local;
    fn index(&self, id: LocalId) -> &Local {
        &self.locals[id.0 as usize]
    }
}
