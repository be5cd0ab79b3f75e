//! Trees as text: S-expressions with spans, independent of the order of the tables. For tests and for people.

use crate::syntax::{
    Arg, Attr, Elem, Expr, ExprId, ExprKind, FieldDecl, FieldInit, FieldPat, Function, Generic, Import,
    ImportItem, ImportKind, ImportSource, Item, ItemKind, List, ListPatItem, Name, Param, Pat, PatArg, PatId,
    PatKind, Path, Prop, PropValue, Tree, TypeBody, TypeExpr, TypeExprKind, TypeId, VariantDecl, WhereClause,
};
use crate::{Interner, Span, Symbol};

/// The text of a tree: a paragraph for each import and item.
pub fn dump(tree: &Tree, names: &Interner) -> String {
    let mut dumper = Dumper { tree, names, out: String::new() };
    for import in &tree.imports {
        dumper.import(import);
        dumper.out.push('\n');
    }
    for item in &tree.items {
        dumper.item(item);
        dumper.out.push('\n');
    }
    dumper.out
}

struct Dumper<'a> {
    tree: &'a Tree,
    names: &'a Interner,
    out: String,
}

impl<'a> Dumper<'a> {
    // ---- pieces of text

    fn open(&mut self, head: &str, span: Span) {
        self.put(&format!("({head} {}-{}", span.start, span.end));
    }

    fn close(&mut self) {
        self.out.push(')');
    }

    /// Adds a word, after a space unless it comes first.
    fn put(&mut self, text: &str) {
        if !self.out.is_empty() && !self.out.ends_with(['(', '[', '\n', ' ']) {
            self.out.push(' ');
        }
        self.out.push_str(text);
    }

    fn symbol(&mut self, symbol: Symbol) {
        let text = self.names.get(symbol);
        self.put(text);
    }

    fn name(&mut self, name: &Name) {
        let text = self.names.get(name.symbol);
        self.put(&format!("{text}@{}-{}", name.span.start, name.span.end));
    }

    fn list<T: crate::syntax::Stored + 'static>(
        &mut self,
        list: List<T>,
        mut one: impl FnMut(&mut Self, &'a T),
    ) {
        self.put("[");
        let tree = self.tree;
        for element in tree.list(list) {
            one(self, element);
        }
        self.out.push(']');
    }

    fn opt<T>(&mut self, value: Option<T>, one: impl FnOnce(&mut Self, T)) {
        match value {
            Some(value) => one(self, value),
            None => self.put("-"),
        }
    }

    fn flag(&mut self, set: bool, text: &str) {
        if set {
            self.put(text);
        }
    }

    fn names(&mut self, list: List<Name>) {
        self.list(list, |d, name| d.name(name));
    }

    // ---- items

    fn attrs(&mut self, attrs: List<Attr>) {
        if !attrs.is_empty() {
            self.list(attrs, |d, attr| {
                d.name(&attr.name);
                d.names(attr.args);
            });
        }
    }

    fn import(&mut self, import: &'a Import) {
        self.open(if import.is_extension { "extension" } else { "use" }, import.span);
        self.attrs(import.attrs);
        self.flag(import.is_pub, "pub");
        match import.source {
            ImportSource::Path(name) => {
                self.put("path");
                self.name(&name);
            }
            ImportSource::Dotted(names) => self.names(names),
        }
        match import.kind {
            ImportKind::Items(items) => self.list(items, |d, item| d.import_item(item)),
            ImportKind::Module(name) => {
                self.put("as");
                self.name(&name);
            }
            ImportKind::Plain => {}
            ImportKind::Extension(names) => self.names(names),
        }
        self.close();
    }

    fn import_item(&mut self, item: &ImportItem) {
        self.flag(item.private, "::");
        self.flag(item.config, "$");
        self.name(&item.name);
        if let Some(alias) = item.alias {
            self.put("as");
            self.name(&alias);
        }
    }

    fn item(&mut self, item: &'a Item) {
        let tree = self.tree;
        let head = match item.kind {
            ItemKind::Config(_) => "config",
            ItemKind::Function(_) => "function",
            ItemKind::Test(_) => "test",
            ItemKind::Type(_) => "type",
            ItemKind::Trait(_) => "trait",
            ItemKind::Impl(_) => "impl",
            ItemKind::Extend(_) => "extend",
        };
        self.open(head, item.span);
        self.attrs(item.attrs);
        self.flag(item.is_pub, "pub");
        match item.kind {
            ItemKind::Config(id) => {
                let config = &tree[id];
                self.name(&config.name);
                self.opt(config.ty, Self::ty);
                self.expr(config.value);
            }
            ItemKind::Function(id) => self.function(&tree[id]),
            ItemKind::Test(id) => {
                self.names(tree[id].targets);
                self.function(&tree[tree[id].function]);
            }
            ItemKind::Type(id) => {
                let def = &tree[id];
                self.name(&def.name);
                self.generics(def.generics);
                self.bounds_of(def.bounds);
                match def.body {
                    TypeBody::Struct(fields) => {
                        self.put("struct");
                        self.fields(fields);
                    }
                    TypeBody::Sum(variants) => {
                        self.put("sum");
                        self.list(variants, |d, variant: &VariantDecl| {
                            d.name(&variant.name);
                            d.fields(variant.fields);
                        });
                    }
                    TypeBody::Newtype(ty) => self.ty(ty),
                }
            }
            ItemKind::Trait(id) => {
                let def = &tree[id];
                self.name(&def.name);
                self.generics(def.generics);
                self.list(def.supers, |d, path| d.path(path));
                self.generics(def.assoc);
                self.methods(def.methods);
            }
            ItemKind::Impl(id) => {
                let def = &tree[id];
                self.generics(def.generics);
                self.opt(def.trait_ref, Self::ty);
                self.ty(def.target);
                self.bounds_of(def.bounds);
                self.list(def.assoc, |d, assoc| {
                    d.name(&assoc.name);
                    d.ty(assoc.ty);
                });
                self.methods(def.methods);
            }
            ItemKind::Extend(id) => {
                let def = &tree[id];
                self.name(&def.name);
                self.bounds_of(def.bounds);
                self.methods(def.methods);
            }
        }
        self.close();
    }

    fn methods(&mut self, methods: List<Function>) {
        for method in self.tree.list(methods) {
            self.out.push_str("\n  (method");
            self.function(method);
            self.close();
        }
    }

    fn function(&mut self, function: &'a Function) {
        self.put(&format!("@{}", function.at));
        self.flag(function.is_pub, "pub");
        self.name(&function.name);
        self.generics(function.generics);
        if let Some(span) = function.self_param {
            self.put(&format!("self@{}-{}", span.start, span.end));
        }
        self.params(function.params);
        self.ty(function.result);
        if !function.uses.is_empty() {
            self.put("uses");
            self.names(function.uses);
        }
        self.bounds_of(function.bounds);
        if let Some(body) = function.body {
            self.out.push_str("\n    ");
            self.expr(body);
        }
    }

    fn params(&mut self, params: List<Param>) {
        self.list(params, |d, param| {
            d.name(&param.name);
            if let Some(ty) = param.ty {
                d.ty(ty);
            }
        });
    }

    fn generics(&mut self, generics: List<Generic>) {
        if !generics.is_empty() {
            self.put("generics");
            self.list(generics, |d, generic| {
                d.name(&generic.name);
                d.list(generic.bounds, |d, path| d.path(path));
            });
        }
    }

    fn bounds_of(&mut self, clauses: List<WhereClause>) {
        if !clauses.is_empty() {
            self.put("where");
            self.list(clauses, |d, clause| {
                d.path(&d.tree[clause.subject]);
                match clause.equals {
                    Some(ty) => d.ty(ty),
                    None => d.list(clause.bounds, |d, path| d.path(path)),
                }
            });
        }
    }

    fn fields(&mut self, fields: List<FieldDecl>) {
        self.list(fields, |d, field| {
            if let Some(name) = field.name {
                d.name(&name);
            }
            d.ty(field.ty);
        });
    }

    // ---- types

    fn path(&mut self, path: &'a Path) {
        self.open("path", path.span);
        self.flag(path.is_self, "Self");
        for name in self.tree.list(path.names) {
            self.name(name);
        }
        self.targs(path.targs);
        self.close();
    }

    fn targs(&mut self, targs: List<TypeExpr>) {
        if !targs.is_empty() {
            self.types("of", targs);
        }
    }

    fn types(&mut self, head: &str, types: List<TypeExpr>) {
        self.put(head);
        self.put("[");
        for id in self.tree.ids(types) {
            self.ty(id);
        }
        self.out.push(']');
    }

    fn ty(&mut self, id: TypeId) {
        let tree = self.tree;
        let TypeExpr { kind, span } = tree[id];
        match kind {
            TypeExprKind::Error => self.open("type-error", span),
            TypeExprKind::List(element) => {
                self.open("list-of", span);
                self.ty(element);
            }
            TypeExprKind::Map(key, value) => {
                self.open("map-of", span);
                self.ty(key);
                self.ty(value);
            }
            TypeExprKind::Record(fields) => {
                self.open("record", span);
                self.fields(fields);
            }
            TypeExprKind::Tuple(types) => {
                self.open("tuple-of", span);
                self.types("", types);
            }
            TypeExprKind::Void => self.open("void", span),
            TypeExprKind::Path(path) => return self.path(&tree[path]),
            TypeExprKind::Fn(params, result) => {
                self.open("fn", span);
                self.types("", params);
                self.ty(result);
            }
            TypeExprKind::Dyn(path) => {
                self.open("dyn", span);
                self.path(&tree[path]);
            }
        }
        self.close();
    }

    // ---- expressions

    fn exprs(&mut self, list: List<Expr>) {
        for id in self.tree.ids(list) {
            self.expr(id);
        }
    }

    fn word(&mut self, head: &str, text: &str, span: Span) {
        self.open(head, span);
        self.put(text);
    }

    fn expr(&mut self, id: ExprId) {
        let tree = self.tree;
        let Expr { kind, span } = tree[id];
        match kind {
            ExprKind::Error => self.open("error", span),
            ExprKind::Int(value) => self.word("int", &value.to_string(), span),
            ExprKind::Float(value) => self.word("float", &format!("{value:?}"), span),
            ExprKind::Str(text) => self.word("str", &format!("{:?}", self.names.get(text)), span),
            ExprKind::Char(value) => self.word("char", &format!("{value:?}"), span),
            ExprKind::Duration(value) => self.word("duration", &value.to_string(), span),
            ExprKind::Size(value) => self.word("size", &value.to_string(), span),
            ExprKind::Bool(value) => self.word("bool", &value.to_string(), span),
            ExprKind::Void => self.open("void", span),
            ExprKind::SelfValue => self.open("self", span),
            ExprKind::SelfType => self.open("Self", span),
            ExprKind::Hash => self.open("hash", span),
            ExprKind::Config(name) => self.word("config", self.names.get(name), span),
            ExprKind::Name(name, targs) => {
                self.word("name", self.names.get(name), span);
                self.targs(targs);
            }
            ExprKind::OpValue(op) => self.word("op", &format!("{op:?}"), span),
            ExprKind::Break => self.open("break", span),
            ExprKind::Continue => self.open("continue", span),
            _ => self.compound(kind, span),
        }
        self.close();
    }

    fn compound(&mut self, kind: ExprKind, span: Span) {
        let tree = self.tree;
        match kind {
            ExprKind::Paren(inner) => self.head("paren", span, &[inner]),
            ExprKind::Try(inner) => self.head("?", span, &[inner]),
            ExprKind::Index(base, index) => self.head("index", span, &[base, index]),
            ExprKind::Unary(op, inner) => self.head(&format!("{op:?}"), span, &[inner]),
            ExprKind::Binary(op, left, right) => self.head(&format!("{op:?}"), span, &[left, right]),
            ExprKind::Tuple(list) => self.many("tuple", span, list),
            ExprKind::List(list) => self.many("list", span, list),
            ExprKind::Map(list) => self.many("map", span, list),
            ExprKind::CondMatch(list) => self.many("cond-match", span, list),
            ExprKind::TupleField(base, index) => {
                self.word("field", &index.to_string(), span);
                self.expr(base);
            }
            ExprKind::ConfigField(base, name) => {
                self.word("config-field", self.names.get(name), span);
                self.expr(base);
            }
            ExprKind::Call(call) => {
                self.head("call", span, &[tree[call].callee]);
                self.args(tree[call].args);
            }
            ExprKind::Member(member) => {
                let member = &tree[member];
                self.head("member", span, &[member.base]);
                self.name(&member.name);
                self.targs(member.targs);
                if let Some(args) = member.args {
                    self.args(args);
                }
            }
            ExprKind::StructLit(lit) => {
                let lit = &tree[lit];
                self.open("struct", span);
                self.flag(lit.is_self, "Self");
                self.names(lit.path);
                self.targs(lit.targs);
                self.list(lit.fields, |d, field: &FieldInit| {
                    d.name(&field.name);
                    d.opt(field.value, Self::expr);
                });
            }
            ExprKind::Loop(elems) => self.elems("loop", span, elems),
            ExprKind::Run(elems) => self.elems("run", span, elems),
            ExprKind::TrySeq(elems) => self.elems("try", span, elems),
            _ => self.control(kind, span),
        }
    }

    fn control(&mut self, kind: ExprKind, span: Span) {
        let tree = self.tree;
        match kind {
            ExprKind::Lambda(lambda) => {
                self.open("lambda", span);
                self.params(tree[lambda].params);
                self.opt(tree[lambda].result, Self::ty);
                self.expr(tree[lambda].body);
            }
            ExprKind::If(id) => {
                self.head("if", span, &[tree[id].cond, tree[id].then]);
                self.opt(tree[id].otherwise, Self::expr);
            }
            ExprKind::For(id) => {
                self.open("for", span);
                self.list(tree[id].clauses, |d, clause| {
                    d.pat(clause.pat);
                    d.expr(clause.iter);
                });
                self.opt(tree[id].guard, Self::expr);
                self.put(if tree[id].is_yield { "yield" } else { "do" });
                self.expr(tree[id].body);
            }
            ExprKind::Match(id) => {
                self.head("match", span, &[tree[id].value]);
                self.list(tree[id].arms, |d, arm| {
                    d.pat(arm.pat);
                    d.opt(arm.guard, Self::expr);
                    d.expr(arm.body);
                });
            }
            ExprKind::WithCapability(id) => {
                self.open("with", span);
                self.name(&tree[id].name);
                self.expr(tree[id].value);
                self.expr(tree[id].body);
            }
            ExprKind::Assign(id) => {
                self.open("assign", span);
                self.name(&tree[id].name);
                self.expr(tree[id].value);
            }
            ExprKind::Pattern(id) => {
                let call = &tree[id];
                self.word("pattern", &format!("{:?}@{}-{}", call.kind, call.name.start, call.name.end), span);
                self.list(call.props, |d, prop| d.prop(prop));
            }
            _ => self.put("?"),
        }
    }

    fn head(&mut self, head: &str, span: Span, parts: &[ExprId]) {
        self.open(head, span);
        for &part in parts {
            self.expr(part);
        }
    }

    fn many(&mut self, head: &str, span: Span, list: List<Expr>) {
        self.open(head, span);
        self.exprs(list);
    }

    fn args(&mut self, args: List<Arg>) {
        self.list(args, |d, arg| {
            if let Some(name) = arg.name {
                d.name(&name);
            }
            d.expr(arg.value);
        });
    }

    fn elems(&mut self, head: &str, span: Span, elems: List<Elem>) {
        self.open(head, span);
        for elem in self.tree.list(elems) {
            match elem {
                Elem::Let(binding) => {
                    self.open("let", binding.span);
                    self.flag(binding.is_mut, "mut");
                    self.pat(binding.pat);
                    self.opt(binding.ty, Self::ty);
                    self.expr(binding.value);
                    self.close();
                }
                Elem::Expr(expr) => self.expr(*expr),
            }
        }
    }

    fn prop(&mut self, prop: &Prop) {
        self.name(&prop.name);
        match prop.value {
            PropValue::Expr(value) => self.expr(value),
            PropValue::Rules(rules) => {
                self.put("rules[");
                self.exprs(rules);
                self.out.push(']');
            }
            PropValue::Patterns(pats) => self.pats("on", pats),
            PropValue::Match(pat, guard) => {
                self.pat(pat);
                self.opt(guard, Self::expr);
            }
        }
    }

    // ---- patterns

    fn pats(&mut self, head: &str, pats: List<Pat>) {
        self.put(head);
        self.put("[");
        for id in self.tree.ids(pats) {
            self.pat(id);
        }
        self.out.push(']');
    }

    fn pat(&mut self, id: PatId) {
        let tree = self.tree;
        let Pat { kind, span } = tree[id];
        match kind {
            PatKind::Error => self.open("pat-error", span),
            PatKind::Wild => self.open("_", span),
            PatKind::Bind(name) => self.word("bind", self.names.get(name), span),
            PatKind::Lit(literal) => self.head("lit", span, &[literal]),
            PatKind::Range(id) => {
                self.open(if tree[id].inclusive { "range=" } else { "range" }, span);
                self.opt(tree[id].lo, Self::expr);
                self.opt(tree[id].hi, Self::expr);
            }
            PatKind::Variant(id) => {
                self.open("variant", span);
                self.names(tree[id].path);
                self.opt(tree[id].args, |d, args| {
                    d.list(args, |d, arg: &PatArg| {
                        if let Some(name) = arg.name {
                            d.name(&name);
                        }
                        d.pat(arg.pat);
                    });
                });
                self.flag(tree[id].has_rest, "..");
            }
            PatKind::Struct(id) => {
                self.open("fields", span);
                self.names(tree[id].path);
                self.list(tree[id].fields, |d, field: &FieldPat| {
                    d.name(&field.name);
                    d.opt(field.pat, Self::pat);
                });
                self.flag(tree[id].has_rest, "..");
            }
            PatKind::List(items) => {
                self.open("elements", span);
                self.list(items, |d, item| match item {
                    ListPatItem::Pat(pat) => d.pat(*pat),
                    ListPatItem::Rest(name) => {
                        d.put("..");
                        if let Some(name) = name {
                            d.name(name);
                        }
                    }
                });
            }
            PatKind::Tuple(pats) => {
                self.open("parts", span);
                self.pats("", pats);
            }
            PatKind::Or(pats) => {
                self.open("or", span);
                self.pats("", pats);
            }
            PatKind::At(name, inner) => {
                self.open("at", span);
                self.symbol(name);
                self.pat(inner);
            }
        }
        self.close();
    }
}
