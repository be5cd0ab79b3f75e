//! Written types to [`Ty`].

use super::Space;
use crate::decl::{AliasDecl, Def, FnDecl, FnOwner, Generics};
use crate::program::{Module, Program};
use crate::types::{AdtId, ImplId, TraitId, Ty, TyKind};
use sigil_frontend::syntax::{self, Name, Tree, TypeExpr, TypeExprKind, TypeId};
use sigil_frontend::{Code, Diagnostic, Span, Symbol};

/// Whose bounds are in force where a type is written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum EnvRef {
    #[default]
    None,
    Trait(u32),
    Impl(u32),
    Adt(u32),
    Fn(u32),
}

/// What lowering produces besides types.
#[derive(Default)]
pub(crate) struct Out {
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Types whose own bounds (`{K: V}`, `T<…>`) are checked when all declarations are known.
    pub(crate) pending: Vec<(Ty, Span, EnvRef)>,
    pub(crate) env: EnvRef,
    /// Aliases being lowered.
    pub(crate) alias_stack: Vec<u32>,
}

impl Out {
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) -> &mut Diagnostic {
        self.diagnostics.push(diagnostic);
        self.diagnostics.last_mut().expect("just pushed")
    }
}

/// Lowers types in one scope.
pub(crate) struct Lower<'a> {
    pub(crate) p: &'a Program,
    pub(crate) module: &'a Module,
    pub(crate) tree: &'a Tree,
    pub(crate) generics: &'a Generics,
    pub(crate) self_ty: Option<Ty>,
    pub(crate) impl_id: Option<ImplId>,
    pub(crate) out: &'a mut Out,
}

impl Program {
    /// Lowers a type that is written in a function's body.
    pub fn lower_body_type(
        &self,
        decl: &FnDecl,
        tree: &Tree,
        ty: TypeId,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Ty {
        let module = self.module(decl.id.module);
        let mut out = Out { diagnostics: std::mem::take(diagnostics), ..Out::default() };
        let impl_id = match decl.owner {
            FnOwner::Impl(id) => Some(id),
            _ => None,
        };
        let mut lower = Lower {
            p: self,
            module,
            tree,
            generics: &decl.generics,
            self_ty: decl.self_ty,
            impl_id,
            out: &mut out,
        };
        let ty = lower.ty(ty);
        for (ty, span, _) in std::mem::take(&mut out.pending) {
            self.check_well_formed(ty, span, &decl.generics, module.id, &mut out.diagnostics);
        }
        *diagnostics = out.diagnostics;
        ty
    }
}

impl<'a> Lower<'a> {
    fn text(&self, symbol: Symbol) -> &'a str {
        let p: &'a Program = self.p;
        p.names.get(symbol)
    }

    pub(super) fn error(&mut self, number: u16, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.out.report(Diagnostic::new(Code::error(number), self.module.id, span, message))
    }

    /// A written type.
    pub(crate) fn ty(&mut self, id: TypeId) -> Ty {
        let TypeExpr { kind, span } = self.tree[id];
        let types = &self.p.types;
        match kind {
            TypeExprKind::Error => Ty::ERROR,
            TypeExprKind::Void => Ty::VOID,
            TypeExprKind::List(element) => {
                let element = self.ty(element);
                types.list_ty(element)
            }
            TypeExprKind::Map(key, value) => {
                let key = self.ty(key);
                let value = self.ty(value);
                let ty = types.map_ty(key, value);
                if key != Ty::INT && key != Ty::STR {
                    self.pend(ty, span);
                }
                ty
            }
            TypeExprKind::Record(fields) => self.record(fields),
            TypeExprKind::Tuple(parts) => {
                let parts: Vec<Ty> = self.tree.ids(parts).map(|part| self.ty(part)).collect();
                types.tuple_ty(&parts)
            }
            TypeExprKind::Fn(params, result) => {
                let params: Vec<Ty> = self.tree.ids(params).map(|param| self.ty(param)).collect();
                let result = self.ty(result);
                types.fn_ty(&params, result)
            }
            TypeExprKind::Path(path) => self.written_path(self.tree[path]),
            TypeExprKind::Dyn(_) => {
                self.level_2(span, "`dyn`");
                Ty::ERROR
            }
        }
    }

    fn pend(&mut self, ty: Ty, span: Span) {
        let env = self.out.env;
        self.out.pending.push((ty, span, env));
    }

    pub(super) fn level_2(&mut self, span: Span, what: &str) {
        self.error(900, span, format!("{what} is not supported at conformance level core"));
    }

    fn record(&mut self, fields: syntax::List<syntax::FieldDecl>) -> Ty {
        let mut parts: Vec<(Symbol, Ty)> = Vec::with_capacity(fields.len as usize);
        for field in self.tree.list(fields) {
            let ty = self.ty(field.ty);
            let Some(name) = field.name else { continue };
            if parts.iter().any(|&(other, _)| other == name.symbol) {
                let message = format!("duplicate field `{}`", self.text(name.symbol));
                self.error(312, name.span, message);
            } else {
                parts.push((name.symbol, ty));
            }
        }
        parts.sort_unstable_by_key(|&(name, _)| self.text(name));
        let (names, tys): (Vec<Symbol>, Vec<Ty>) = parts.into_iter().unzip();
        let types = &self.p.types;
        types.intern(TyKind::Record(types.name_list(&names), types.list(&tys)))
    }

    /// A type written as a path.
    pub(super) fn written_path(&mut self, path: syntax::Path) -> Ty {
        let tree: &'a Tree = self.tree;
        let mut names = tree.list(path.names);
        if path.is_self {
            let Some(self_ty) = self.self_ty else {
                self.error(301, path.span, "`Self` outside a trait or impl");
                return Ty::ERROR;
            };
            return self.projections(self_ty, names, &path);
        }
        let Some(&first) = names.next() else { return Ty::ERROR };
        if let Some(index) = self.generics.names.iter().rposition(|&name| name == first.symbol) {
            let param = self.p.types.param(index as u32);
            return self.projections(param, names, &path);
        }
        if path.names.len == 1 {
            return self.named(first, &path);
        }
        self.qualified(&path)
    }

    /// `subject.A.B`.
    fn projections<'n>(
        &mut self,
        subject: Ty,
        names: impl Iterator<Item = &'n Name>,
        path: &syntax::Path,
    ) -> Ty {
        if !path.targs.is_empty() {
            let count = path.targs.len;
            self.error(302, path.span, format!("this type takes no type arguments, got {count}"));
            return Ty::ERROR;
        }
        let mut subject = subject;
        for name in names {
            if subject == Ty::ERROR {
                return subject;
            }
            match self.projection(subject, name.symbol) {
                Some(ty) => subject = ty,
                None if self.generics.lacks_bound => return Ty::ERROR,
                None => {
                    let of = self.p.show(subject, &self.generics.names);
                    let text = self.text(name.symbol);
                    self.error(301, name.span, format!("unknown associated type `{text}` of `{of}`"));
                    return Ty::ERROR;
                }
            }
        }
        subject
    }

    /// The associated type of that name of a type parameter, or of `Self` in an impl.
    fn projection(&mut self, subject: Ty, name: Symbol) -> Option<Ty> {
        if let Some(id) = self.impl_id
            && Some(subject) == self.self_ty
            && let Some(table) = self.module.impls.get()
        {
            let decl = &table.decls[id.index as usize];
            if let Some(&(_, ty)) = decl.assoc.iter().find(|&&(other, _)| other == name) {
                return Some(ty);
            }
            let (of, args) = decl.of?;
            let mut path = vec![subject];
            path.extend_from_slice(self.p.types.list_of(args));
            if self.p.declares_assoc(of, name) {
                // Missing in the impl, which is reported there.
                return Some(Ty::ERROR);
            }
            let found = self.p.assoc_in_trait(of, &path, name)?;
            return Some(self.p.subst(found, &[]));
        }
        self.p.assoc_of(subject, name, self.generics)
    }

    /// A type by a plain name.
    fn named(&mut self, name: Name, path: &syntax::Path) -> Ty {
        // These cannot be redefined, and most types written are among them.
        if let Some(ty) = self.p.primitive(name.symbol) {
            self.arguments(name, path, 0);
            return ty;
        }
        if let Some(entry) = self.module.names().types.get(name.symbol) {
            return match entry.def {
                Some(def) => self.def(def, name, path),
                None => Ty::ERROR,
            };
        }
        if self.module.names().silent.contains(&name.symbol) {
            return Ty::ERROR;
        }
        let s = &self.p.symbols;
        if name.symbol == s.range {
            let args = self.arguments(name, path, 1);
            let Some(&[element]) = args.as_deref() else { return Ty::ERROR };
            let ty = self.p.types.range_ty(element);
            self.pend(ty, path.span);
            return ty;
        }
        if let Some(prelude) = self.p.prelude()
            && let Some(entry) = self.p.module(prelude).names().types.own.get(&name.symbol)
            && entry.is_pub
            && let Some(def) = entry.def
        {
            return self.def(def, name, path);
        }
        if name.symbol == s.set || name.symbol == s.channel {
            let what = format!("`{}`", self.text(name.symbol));
            self.level_2(path.span, &what);
            return Ty::ERROR;
        }
        let text = self.text(name.symbol);
        let help = self.suggest(text);
        self.error(301, name.span, format!("unknown type `{text}`")).help = help;
        Ty::ERROR
    }

    fn suggest(&self, text: &str) -> Option<String> {
        let mut names = Vec::new();
        self.p.type_names(self.module.id, &mut |name| names.push(self.text(name)));
        names.extend(self.generics.names.iter().map(|&name| self.text(name)));
        names.extend([
            "int", "float", "bool", "str", "char", "byte", "void", "Never", "Duration", "Size", "Range",
        ]);
        crate::suggest::did_you_mean(text, names)
    }

    /// `module.T`.
    fn qualified(&mut self, path: &syntax::Path) -> Ty {
        let tree: &'a Tree = self.tree;
        let names: Vec<Name> = tree.list(path.names).copied().collect();
        let (&last, prefix) = names.split_last().expect("at least two names");
        match self.p.module_of_path(self.module.id, prefix) {
            Some(module) => match self.p.exported(module, last.symbol, Space::Type, self.module.id) {
                Ok(def) => self.def(def, last, path),
                Err(hidden) => {
                    self.p.report_hidden(hidden, module, last, Space::Type, self.module.id, self.out);
                    Ty::ERROR
                }
            },
            None => {
                if !self.module.names().silent.contains(&prefix[0].symbol) {
                    let text = self.text(prefix[0].symbol);
                    self.error(301, path.span, format!("unknown module `{text}`"));
                }
                Ty::ERROR
            }
        }
    }

    fn def(&mut self, def: Def, name: Name, path: &syntax::Path) -> Ty {
        match def {
            Def::Adt(id) => self.adt(id, name, path),
            Def::Alias(module, index) => {
                let arity = self.p.module(module).names().aliases[index as usize].arity;
                let Some(args) = self.arguments(name, path, arity) else { return Ty::ERROR };
                let Some(ty) = self.alias(module, index, name) else { return Ty::ERROR };
                self.p.subst(ty, &args)
            }
            Def::Trait(_) => {
                let text = self.text(name.symbol);
                self.error(301, name.span, format!("`{text}` is a trait, not a type"));
                Ty::ERROR
            }
            _ => Ty::ERROR,
        }
    }

    fn adt(&mut self, id: AdtId, name: Name, path: &syntax::Path) -> Ty {
        let entry = &self.p.module(id.module).names().adts[id.index as usize];
        let Some(args) = self.arguments(name, path, entry.arity) else { return Ty::ERROR };
        let ty = self.p.types.adt_ty(id, &args);
        if entry.arity > 0 && entry.has_bounds {
            self.pend(ty, path.span);
        }
        ty
    }

    /// The written type arguments, if they are as many as expected.
    fn arguments(&mut self, name: Name, path: &syntax::Path, expected: u32) -> Option<Vec<Ty>> {
        let args: Vec<Ty> = self.tree.ids(path.targs).map(|arg| self.ty(arg)).collect();
        if args.len() == expected as usize {
            return Some(args);
        }
        self.wrong_count(name, path.span, expected, args.len());
        None
    }

    pub(super) fn wrong_count(&mut self, name: Name, span: Span, expected: u32, got: usize) {
        let text = self.text(name.symbol);
        let s = if expected == 1 { "" } else { "s" };
        self.error(302, span, format!("`{text}` expects {expected} type argument{s}, got {got}"));
    }

    /// What an alias stands for; own ones are lowered when first asked for.
    fn alias(&mut self, module: crate::types::ModuleId, index: u32, name: Name) -> Option<Ty> {
        let owner = self.p.module(module);
        let entry = &owner.names().aliases[index as usize];
        if let Some(decl) = entry.decl.get() {
            return Some(decl.ty);
        }
        if self.out.alias_stack.contains(&index) {
            let text = self.text(name.symbol);
            self.error(313, name.span, format!("type `{text}` contains itself without indirection"));
            return None;
        }
        Some(lower_alias(self.p, owner, index, self.out).ty)
    }
}

/// Lowers an alias of the module at hand.
pub(super) fn lower_alias<'p>(
    p: &'p Program,
    module: &'p Module,
    index: u32,
    out: &mut Out,
) -> &'p AliasDecl {
    let entry = &module.names().aliases[index as usize];
    if let Some(decl) = entry.decl.get() {
        return decl;
    }
    out.alias_stack.push(index);
    let tree = &module.syntax().trees[entry.tree as usize];
    let def = &tree[entry.syntax];
    let env = std::mem::replace(&mut out.env, EnvRef::None);
    let generics = super::generics::lower(
        p,
        module,
        tree,
        def.generics,
        def.bounds,
        Generics::default(),
        None,
        None,
        out,
    );
    let ty = match def.body {
        syntax::TypeBody::Newtype(body) => {
            let mut lower = Lower { p, module, tree, generics: &generics, self_ty: None, impl_id: None, out };
            lower.ty(body)
        }
        _ => Ty::ERROR,
    };
    out.env = env;
    out.alias_stack.pop();
    // An alias that contains itself has been reported, and set while the outer call was at work.
    entry.decl.get_or_init(|| AliasDecl { generics, ty })
}

impl Program {
    /// A built-in type without arguments by its name.
    pub fn primitive(&self, name: Symbol) -> Option<Ty> {
        let s = &self.symbols;
        let table = [
            (s.int, Ty::INT),
            (s.str, Ty::STR),
            (s.bool, Ty::BOOL),
            (s.float, Ty::FLOAT),
            (s.char, Ty::CHAR),
            (s.byte, Ty::BYTE),
            (s.void, Ty::VOID),
            (s.never, Ty::NEVER),
            (s.duration, Ty::DURATION),
            (s.size, Ty::SIZE),
        ];
        table.iter().find(|&&(other, _)| other == name).map(|&(_, ty)| ty)
    }

    /// Whether a trait itself declares an associated type of that name.
    pub(crate) fn declares_assoc(&self, of: TraitId, name: Symbol) -> bool {
        let module = self.module(of.module);
        match module.traits.get() {
            Some(traits) => traits[of.index as usize].assoc.iter().any(|(other, _)| *other == name),
            // The interface is being built.
            None => {
                let entry = &module.names().traits[of.index as usize];
                let tree = &module.syntax().trees[entry.tree as usize];
                tree.list(tree[entry.syntax].assoc).any(|assoc| assoc.name.symbol == name)
            }
        }
    }

    /// `<path[0] as of<path[1..]>>.name`, where the trait or one of its supertraits declares the name.
    pub(crate) fn assoc_in_trait(&self, of: TraitId, path: &[Ty], name: Symbol) -> Option<Ty> {
        self.find_supertrait(of, path, |of, path| {
            let found = TyKind::Assoc { of, name, args: self.types.list(path) };
            self.declares_assoc(of, name).then(|| self.types.intern(found))
        })
    }

    /// The associated type of that name of a parameter (or of an associated type), by the bounds in force.
    pub fn assoc_of(&self, subject: Ty, name: Symbol, generics: &Generics) -> Option<Ty> {
        let written = generics.bounds.iter().filter(|bound| bound.subject == subject).find_map(|bound| {
            let mut path = vec![subject];
            path.extend_from_slice(self.types.list_of(bound.args));
            self.assoc_in_trait(bound.of, &path, name)
        });
        if written.is_some() {
            return written;
        }
        let TyKind::Assoc { of, name: own, args } = self.types.kind(subject) else { return None };
        let traits = self.module(of.module).traits.get()?;
        let (_, bounds) = traits[of.index as usize].assoc.iter().find(|(other, _)| *other == own)?;
        let args = self.types.list_of(args);
        bounds.iter().find_map(|bound| {
            let mut path = vec![subject];
            path.extend(self.types.list_of(bound.args).iter().map(|&arg| self.subst(arg, args)));
            self.assoc_in_trait(bound.of, &path, name)
        })
    }
}
