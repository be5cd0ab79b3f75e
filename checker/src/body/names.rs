//! What a name stands for, and which name was perhaps meant.

use super::special::Special;
use super::{Checker, Expect};
use crate::decl::{AdtKind, Def};
use crate::interface::Space;
use crate::lookup::Hidden;
use crate::types::{AdtId, ModuleId, TraitId, Ty, TyKind, TyList};
use sigil_frontend::syntax::{self, ExprKind, Name};
use sigil_frontend::{Span, Symbol};

/// A value name that is not a local.
pub(super) enum Value {
    /// An item, import or prelude item.
    Def(Def),
    /// An overloaded prelude function.
    Special(Special),
    /// Nothing; it is reported.
    Missing,
}

/// What stands before a `.`.
pub(super) enum Base {
    /// An expression.
    Value,
    /// A module.
    Module(ModuleId),
    /// A type.
    Type(Ty),
    /// A trait.
    Trait(TraitId),
    /// An error that is reported.
    Error,
}

/// A type name resolved.
#[derive(Clone, Copy)]
pub(super) enum TypeName {
    /// A user type.
    Adt(AdtId),
    /// Any other type.
    Ty(Ty),
    /// A trait.
    Trait(TraitId),
}

/// A name that stands for nothing here, which is reported.
pub(super) struct Reported;

impl<'a> Checker<'a> {
    /// Whether a name starts uppercase.
    pub(super) fn is_upper(&self, name: Symbol) -> bool {
        self.text(name).as_bytes().first().is_some_and(u8::is_ascii_uppercase)
    }

    /// Whether a name is to be that of a variant: it starts uppercase, and no function has it in spite of `E0203`.
    pub(super) fn is_variant_name(&self, name: Symbol) -> bool {
        self.is_upper(name) && !matches!(self.p.lookup_value(self.module, name), Some(Def::Fn(_)))
    }

    /// A value name that is neither a local nor to be a variant.
    pub(super) fn value_name(&mut self, name: Symbol, span: Span) -> Value {
        if let Some(def) = self.p.lookup_value(self.module, name) {
            return Value::Def(def);
        }
        if let Some(special) = Special::of(name, &self.sym) {
            return Value::Special(special);
        }
        // A variant in lowercase was reported where it is declared.
        if let Some(&(id, index)) = self.p.variants_named(self.module, name).first() {
            return Value::Def(Def::Variant(id, index));
        }
        if self.p.is_silent_import(self.module, name) {
            self.failed = true;
            return Value::Missing;
        }
        let help = self.suggest_value(name);
        let text = self.text(name);
        self.error_help(100, span, format!("unknown name `{text}`"), help);
        Value::Missing
    }

    /// A variant or newtype constructor by an unqualified name: the expected type's, else the only one in scope.
    pub(super) fn variant_name(&mut self, name: Symbol, expect: Expect, span: Span) -> Option<(AdtId, u32)> {
        match expect.ty().and_then(|ty| self.head(ty)) {
            Some(TyKind::Adt(id, _)) => {
                if let Some(index) = self.variant_here(id, name) {
                    return Some((id, index));
                }
            }
            // That type would decide.
            Some(TyKind::Error) if self.p.variants_named(self.module, name).len() > 1 => {
                self.failed = true;
                return None;
            }
            _ => {}
        }
        self.variant_in_scope(name, span)
    }

    /// The variant of a type by name.
    pub(super) fn variant_of(&self, id: AdtId, name: Symbol) -> Option<u32> {
        let decl = self.p.adt(id);
        if decl.kind == AdtKind::Struct {
            return None;
        }
        decl.variants.iter().position(|v| v.name == name).map(|i| i as u32)
    }

    /// The variant of a type by its unqualified name: the constructor of an imported newtype is called as the type is
    /// in this module.
    pub(super) fn variant_here(&self, id: AdtId, name: Symbol) -> Option<u32> {
        let is_newtype = self.p.adt(id).kind == AdtKind::Newtype;
        if is_newtype && self.p.lookup_type(self.module, name) == Some(Def::Adt(id)) {
            return Some(0);
        }
        self.variant_of(id, name)
    }

    /// The only variant of that name in the first pool that has one; otherwise reports.
    pub(super) fn variant_in_scope(&mut self, name: Symbol, span: Span) -> Option<(AdtId, u32)> {
        let found = self.p.variants_named(self.module, name);
        match found[..] {
            [(id, index)] => return Some((id, index)),
            [] => {
                if self.p.is_silent_import(self.module, name) || self.s.no_capabilities.contains(&name) {
                    self.failed = true;
                    return None;
                }
                let text = self.text(name);
                if matches!(text, "Set" | "Channel") {
                    self.unsupported(&format!("`{text}`"), span);
                    return None;
                }
                let help = match self.p.lookup_type(self.module, name) {
                    Some(Def::Adt(_)) => Some(format!("a struct is written `{text} {{ … }}`")),
                    _ => self.suggest_value(name),
                };
                if help.is_none() && self.p.may_miss_variants(self.module) {
                    self.failed = true;
                    return None;
                }
                self.error_help(100, span, format!("unknown name `{text}`"), help);
            }
            _ => {
                let text = self.text(name);
                let types: Vec<_> = found.iter().map(|&(id, _)| self.text(self.p.adt(id).name)).collect();
                let help = format!("write `{}.{text}`", types.join(&format!(".{text}` or `")));
                let message = format!("variant `{text}` is ambiguous");
                self.error_help(103, span, message, Some(help));
            }
        }
        None
    }

    /// A type of a module by name, not reported if absent.
    pub(super) fn type_name(&mut self, name: Symbol) -> Option<TypeName> {
        if let Some(i) = self.decl.generics.names.iter().rposition(|&n| n == name && n != self.sym.self_) {
            return Some(TypeName::Ty(self.p.types.intern(TyKind::Param(i as u32))));
        }
        if let Some(def) = self.p.lookup_type(self.module, name) {
            return self.type_of_def(def);
        }
        self.primitive(name).map(TypeName::Ty)
    }

    fn type_of_def(&self, def: Def) -> Option<TypeName> {
        match def {
            Def::Adt(id) => Some(TypeName::Adt(id)),
            Def::Alias(module, index) => Some(TypeName::Ty(self.p.alias(module, index))),
            Def::Trait(id) => Some(TypeName::Trait(id)),
            _ => None,
        }
    }

    fn primitive(&self, name: Symbol) -> Option<Ty> {
        let s = &self.sym;
        let table = [
            (s.int, Ty::INT),
            (s.float, Ty::FLOAT),
            (s.bool, Ty::BOOL),
            (s.str, Ty::STR),
            (s.char, Ty::CHAR),
            (s.byte, Ty::BYTE),
            (s.void, Ty::VOID),
            (s.never, Ty::NEVER),
            (s.duration, Ty::DURATION),
            (s.size, Ty::SIZE),
        ];
        table.iter().find(|(n, _)| *n == name).map(|&(_, ty)| ty)
    }

    /// A type by its path (`T`, `geo.T`); reports if there is none.
    pub(super) fn type_path(&mut self, path: &[Name]) -> Option<TypeName> {
        let (last, prefix) = path.split_last()?;
        let found = if prefix.is_empty() {
            self.type_name(last.symbol)
        } else {
            let module = self.module_path(prefix)?;
            let def = self.exported(module, *last, Space::Type).ok()?;
            def.and_then(|def| self.type_of_def(def))
        };
        if found.is_none() {
            if self.p.is_silent_import(self.module, last.symbol) {
                self.failed = true;
                return None;
            }
            let text = self.text(last.symbol);
            self.error(301, last.span, format!("unknown type `{text}`"));
        }
        found
    }

    /// What a module gives away under a name, if it has one.
    pub(super) fn exported(
        &mut self,
        module: ModuleId,
        name: Name,
        space: Space,
    ) -> Result<Option<Def>, Reported> {
        match self.p.exported(module, name.symbol, space, self.module) {
            Ok(def) => Ok(Some(def)),
            Err(Hidden { is_private: false, is_silent: false }) => Ok(None),
            Err(hidden) => {
                self.hidden(hidden, module, name, space);
                Err(Reported)
            }
        }
    }

    /// Reports a name that a module does not give away.
    pub(super) fn hidden(&mut self, hidden: Hidden, module: ModuleId, name: Name, space: Space) {
        self.failed = true;
        self.diagnostics.extend(self.p.hidden_diagnostic(hidden, module, name, space, self.module));
    }

    /// A module by the dotted names that stand for it; reports if there is none.
    pub(super) fn module_path(&mut self, path: &[Name]) -> Option<ModuleId> {
        let module = self.find_module(path);
        if module.is_none() {
            let first = path[0];
            if self.p.is_silent_import(self.module, first.symbol) {
                self.failed = true;
                return None;
            }
            let text = self.text(first.symbol);
            self.error(100, first.span, format!("unknown module `{text}`"));
        }
        module
    }

    fn find_module(&self, path: &[Name]) -> Option<ModuleId> {
        if let [name] = path
            && let Some(Def::Module(module)) = self.p.lookup_value(self.module, name.symbol)
        {
            return Some(module);
        }
        let symbols: Vec<Symbol> = path.iter().map(|n| n.symbol).collect();
        self.p.lookup_module_path(self.module, &symbols)
    }

    /// The type with its type arguments: as written, or unknown.
    pub(super) fn adt_with(
        &mut self,
        id: AdtId,
        targs: syntax::List<syntax::TypeExpr>,
        span: Span,
    ) -> TyList {
        let decl = self.p.adt(id);
        let count = decl.generics.names.len();
        if decl.broken {
            self.failed = true;
        }
        if targs.is_empty() {
            return self.unknowns(&[], count, span);
        }
        let given = self.written_types(targs);
        if given.len() != count {
            let name = self.text(decl.name);
            self.error(302, span, arity_message(name, count, given.len()));
            return self.unknowns(&[], count, span);
        }
        self.ty_list(&given)
    }

    /// Lowers written type arguments.
    pub(super) fn written_types(&mut self, targs: syntax::List<syntax::TypeExpr>) -> Vec<Ty> {
        self.tree.ids(targs).map(|id| self.written_type(id)).collect()
    }

    /// Lowers a written type.
    pub(super) fn written_type(&mut self, id: syntax::TypeId) -> Ty {
        let before = self.diagnostics.len();
        let ty = self.p.lower_body_type(self.decl, self.tree, id, &mut self.diagnostics);
        if self.diagnostics.len() > before || self.p.types.has_error(ty) {
            self.failed = true;
        }
        ty
    }

    /// What the expression before a `.` stands for.
    pub(super) fn base(&mut self, id: syntax::ExprId) -> Base {
        let expr = self.tree[id];
        match expr.kind {
            ExprKind::SelfType => match self.decl.self_ty {
                Some(ty) => Base::Type(ty),
                None => {
                    self.error(301, expr.span, "`Self` outside a trait or impl");
                    Base::Error
                }
            },
            ExprKind::Name(name, targs) => {
                if targs.is_empty() && self.is_local_name(name) {
                    return Base::Value;
                }
                self.name_base(name, targs, expr.span)
            }
            ExprKind::Member(member) => {
                let member = self.tree[member];
                if member.args.is_some() {
                    return Base::Value;
                }
                self.member_base(id, &member)
            }
            _ => Base::Value,
        }
    }

    fn name_base(&mut self, name: Symbol, targs: syntax::List<syntax::TypeExpr>, span: Span) -> Base {
        if self.is_upper(name) {
            let Some(found) = self.type_name(name) else { return Base::Value };
            return match found {
                TypeName::Adt(id) => {
                    let args = self.adt_with(id, targs, span);
                    Base::Type(self.make(TyKind::Adt(id, args)))
                }
                TypeName::Ty(ty) => Base::Type(ty),
                TypeName::Trait(id) => Base::Trait(id),
            };
        }
        match self.p.lookup_value(self.module, name) {
            Some(Def::Module(module)) => Base::Module(module),
            // `str` is both a function and a type of the prelude; functions have no members.
            Some(Def::Fn(id)) if name == self.sym.str && self.p.prelude_fn(name) == Some(id) => {
                Base::Type(Ty::STR)
            }
            Some(_) => Base::Value,
            None => match self.primitive(name) {
                Some(ty) => Base::Type(ty),
                None => Base::Value,
            },
        }
    }

    /// `a.b` before a further `.`: a module's type, or the path of a module.
    fn member_base(&mut self, id: syntax::ExprId, member: &syntax::Member) -> Base {
        let mut path = Vec::new();
        if !self.dotted(id, &mut path) {
            return Base::Value;
        }
        if self.is_local_name(path[0].symbol) {
            return Base::Value;
        }
        if let Some(module) = self.find_module(&path) {
            return Base::Module(module);
        }
        let (last, prefix) = path.split_last().expect("at least two names");
        let Some(module) = self.find_module(prefix) else { return Base::Value };
        if !self.is_upper(last.symbol) {
            return Base::Value;
        }
        let Ok(def) = self.exported(module, *last, Space::Type) else { return Base::Error };
        match def.and_then(|def| self.type_of_def(def)) {
            Some(TypeName::Adt(id)) => {
                let args = self.adt_with(id, member.targs, member.name.span);
                Base::Type(self.make(TyKind::Adt(id, args)))
            }
            Some(TypeName::Ty(ty)) => Base::Type(ty),
            Some(TypeName::Trait(id)) => Base::Trait(id),
            None => Base::Value,
        }
    }

    /// The names of `a.b.c`; false if it is not of this form. A long chain is no path: its length is limited.
    pub(super) fn dotted(&self, id: syntax::ExprId, out: &mut Vec<Name>) -> bool {
        let mut at = id;
        loop {
            match self.tree[at].kind {
                ExprKind::Name(symbol, targs) if targs.is_empty() => {
                    out.push(Name { symbol, span: self.tree[at].span });
                    out.reverse();
                    return true;
                }
                ExprKind::Member(member) if self.tree[member].args.is_none() && out.len() < 16 => {
                    out.push(self.tree[member].name);
                    at = self.tree[member].base;
                }
                _ => return false,
            }
        }
    }

    /// The nearest value name in scope.
    pub(super) fn suggest_value(&self, name: Symbol) -> Option<String> {
        let mut names: Vec<&str> = self.s.scope.names().iter().map(|&n| self.text(n)).collect();
        self.p.value_names(self.module, &mut |symbol| names.push(self.p.names.get(symbol)));
        self.did_you_mean(self.text(name), names.into_iter())
    }

    /// `did you mean …?` for the nearest of some names, if one is near enough.
    pub(super) fn did_you_mean<'n>(
        &self,
        name: &str,
        among: impl Iterator<Item = &'n str>,
    ) -> Option<String> {
        crate::suggest::did_you_mean(name, among)
    }
}

/// Text of E0302.
pub(super) fn arity_message(name: &str, expected: usize, got: usize) -> String {
    let s = if expected == 1 { "" } else { "s" };
    format!("`{name}` expects {expected} type argument{s}, got {got}")
}
