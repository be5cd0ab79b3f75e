//! Concrete types of an instance, and what its calls come to.

use crate::glue::Cx;
use crate::intrinsics::{self, Intrinsic};
use crate::layout::Shape;
use rustc_hash::FxHashMap;
use sigil_checker::ResolvedMethod;
use sigil_checker::hir::{Body, ExprId, Exprs, FnRef};
use sigil_checker::types::{FnId, TraitId, Ty, TyKind, TyList};
use std::cell::RefCell;

/// What a call comes to.
#[derive(Clone, Copy)]
pub(super) enum Callee {
    /// A function instance.
    Fn(FnId, TyList),
    /// A library function of the runtime; its type arguments.
    Intrinsic(&'static Intrinsic, FnId, TyList),
    /// A prelude trait's method that goes part by part.
    Glue(TraitId, u32, Ty),
}

/// Substitution of an instance's type arguments.
pub(super) struct Targets<'a> {
    cx: &'a dyn Cx,
    args: &'a [Ty],
    types: RefCell<FxHashMap<Ty, Ty>>,
}

impl<'a> Targets<'a> {
    pub(super) fn new(cx: &'a dyn Cx, args: &'a [Ty]) -> Self {
        Targets { cx, args, types: RefCell::default() }
    }

    /// A type of the body with the type arguments put in.
    pub(super) fn concrete(&self, ty: Ty) -> Ty {
        if self.args.is_empty() {
            return ty;
        }
        let program = self.cx.program();
        if !(program.types.has_params(ty) || program.types.has_assoc(ty)) {
            return ty;
        }
        if let Some(&found) = self.types.borrow().get(&ty) {
            return found;
        }
        let found = program.subst(ty, self.args);
        self.types.borrow_mut().insert(ty, found);
        found
    }

    /// What a type of the body is, made concrete.
    pub(super) fn kind(&self, ty: Ty) -> TyKind {
        self.cx.program().types.kind(self.concrete(ty))
    }

    /// The fields of a struct, tuple or record that is a C struct.
    pub(super) fn fields(&self, ty: Ty) -> Option<&'a [Ty]> {
        let layout = self.cx.layout(ty);
        match &layout.variants[..] {
            [fields] if layout.shape == Shape::Inline && !layout.is_sum => Some(fields),
            _ => None,
        }
    }

    /// Nothing is to be done to retain or release a value.
    pub(super) fn is_trivial(&self, ty: Ty) -> bool {
        self.cx.is_trivial(ty)
    }

    /// It is a list.
    pub(super) fn is_list(&self, ty: Ty) -> bool {
        matches!(self.kind(ty), TyKind::List(_))
    }

    /// The arguments that a call hands over. A method without `self` is called through a capability, or on `self`, with
    /// the value first, a local; only an implementation that reads `self` takes it.
    pub(super) fn arguments<'b>(&self, body: &'b Body, function: FnRef, args: Exprs) -> &'b [ExprId] {
        let args = body.exprs(args);
        match self.receiver(function, args.len()) {
            Some((true, false)) => &args[1..],
            _ => args,
        }
    }

    /// Whether a method that reads `self` without having one is called without a value.
    pub(super) fn lacks_receiver(&self, function: FnRef, count: usize) -> bool {
        self.receiver(function, count) == Some((false, true))
    }

    /// Whether a method without `self` is given a value, and whether it takes one; none for all other functions.
    fn receiver(&self, function: FnRef, count: usize) -> Option<(bool, bool)> {
        let FnRef::Trait { of, method, .. } = function else { return None };
        let program = self.cx.program();
        let decl = program.fn_decl(program.trait_decl(of).methods[method as usize]);
        if decl.has_self {
            return None;
        }
        let takes = match self.callee(function) {
            Some(Callee::Fn(id, _)) => program.fn_decl(id).takes_self(),
            _ => false,
        };
        Some((count > decl.params.len() + decl.capabilities.len(), takes))
    }

    /// What a reference to a function comes to; none if the type does not implement the trait.
    pub(super) fn callee(&self, function: FnRef) -> Option<Callee> {
        let program = self.cx.program();
        let function = match function {
            FnRef::Direct(id, args) => FnRef::Direct(id, program.subst_list(args, self.args)),
            FnRef::Trait { of, method, args } => {
                FnRef::Trait { of, method, args: program.subst_list(args, self.args) }
            }
        };
        Some(match program.resolve_method(function)? {
            ResolvedMethod::Fn(id, args) => match program.fn_decl(id).intrinsic {
                Some(name) => Callee::Intrinsic(intrinsics::lookup(program.names.get(name))?, id, args),
                None => Callee::Fn(id, args),
            },
            ResolvedMethod::BuiltIn { of, method, self_ty }
            | ResolvedMethod::Derived { of, method, self_ty } => Callee::Glue(of, method, self_ty),
        })
    }
}
