//! One behaviour a test: programs of a few modules, and the codes and lines that they give.

use crate::hir::FnRef;
use crate::impls::ResolvedMethod;
use crate::library;
use crate::program::{ModuleInfo, Program};
use crate::types::{ModuleId, Ty};
use sigil_frontend::syntax::{FileSyntax, ImportSource};
use sigil_frontend::{Diagnostic, Dialect};

/// A program of in-memory files; loads what they import.
struct Files<'t> {
    program: Program,
    texts: &'t [(&'t str, &'t str)],
    loaded: Vec<(String, ModuleId)>,
    diagnostics: Vec<Diagnostic>,
}

impl Files<'_> {
    fn load(&mut self, key: &str) -> Option<ModuleId> {
        if let Some((_, id)) = self.loaded.iter().find(|(other, _)| other == key) {
            return Some(*id);
        }
        let own = self.texts.iter().find(|(name, _)| *name == key).map(|&(_, text)| text);
        let is_library = own.is_none();
        let text = own.or_else(|| library::source(key))?;
        let (dir, stem) = key.rsplit_once('/').unwrap_or(("", key));
        let id = self.program.add_module(ModuleInfo {
            key: key.into(),
            display: format!("{key}.si"),
            dir: dir.into(),
            stem: stem.into(),
            is_library,
            is_test: stem.ends_with(".test"),
        });
        self.loaded.push((key.into(), id));
        let (syntax, diagnostics) = parse(&self.program, id, text, is_library);
        if is_library {
            assert_eq!(diagnostics, [], "the library parses");
        }
        self.diagnostics.extend(diagnostics);
        let targets = self.imports(&syntax, dir);
        self.program.set_syntax(id, syntax);
        let found = self.program.build_interface(id, &targets);
        if is_library {
            assert_eq!(found, [], "the library's interfaces are right");
        }
        self.diagnostics.extend(found);
        for index in 0..self.program.impls(id).len() as u32 {
            self.diagnostics.extend(self.program.check_impl(crate::types::ImplId { module: id, index }));
        }
        Some(id)
    }

    fn imports(&mut self, syntax: &FileSyntax, dir: &str) -> Vec<Option<ModuleId>> {
        let Some(tree) = syntax.trees.first() else { return Vec::new() };
        let mut keys = Vec::new();
        for import in &tree.imports {
            keys.push(match import.source {
                ImportSource::Path(name) => {
                    let path = self.program.names.get(name.symbol);
                    let mut parts: Vec<&str> = dir.split('/').filter(|part| !part.is_empty()).collect();
                    for part in path.split('/') {
                        match part {
                            "." => {}
                            ".." => drop(parts.pop()),
                            _ => parts.push(part),
                        }
                    }
                    parts.join("/")
                }
                ImportSource::Dotted(path) => {
                    let names: Vec<&str> =
                        tree.list(path).map(|name| self.program.names.get(name.symbol)).collect();
                    names.join(".")
                }
            });
        }
        keys.iter().map(|key| self.load(key)).collect()
    }
}

fn parse(program: &Program, id: ModuleId, text: &str, is_library: bool) -> (FileSyntax, Vec<Diagnostic>) {
    let dialect = if is_library { Dialect::Library } else { Dialect::User };
    let parsed = sigil_frontend::parse_file(text, id, dialect, &program.names);
    (parsed.syntax, parsed.diagnostics)
}

/// Loads all files and gives the program with what was found, as `main:1 E0102`, sorted.
fn run<'t>(texts: &'t [(&'t str, &'t str)]) -> (Files<'t>, Vec<String>) {
    let mut files = Files { program: Program::default(), texts, loaded: Vec::new(), diagnostics: Vec::new() };
    files.load("prelude").expect("a prelude");
    for (name, _) in texts {
        files.load(name);
    }
    files.program.complete();
    let mut found: Vec<String> = Vec::new();
    for diagnostic in &files.diagnostics {
        let (key, _) = files.loaded.iter().find(|(_, id)| *id == diagnostic.file).expect("a loaded file");
        let (_, text) = texts.iter().find(|(name, _)| name == key).expect("a user's file");
        let line = text[..diagnostic.span.start as usize].matches('\n').count() + 1;
        found.push(format!("{key}:{line} {}", diagnostic.code));
    }
    found.sort();
    (files, found)
}

/// Codes of one file, in order.
fn check(text: &str, expected: &[&str]) {
    let texts = [("main", text)];
    let (files, found) = run(&texts);
    let codes: Vec<&str> = found.iter().map(|line| line.rsplit(' ').next().expect("a code")).collect();
    assert_eq!(codes, expected, "{text}\n{:#?}", files.diagnostics);
}

/// Places and codes of several files.
fn check_files(texts: &[(&str, &str)], expected: &[&str]) {
    let (files, found) = run(texts);
    assert_eq!(found, expected, "{:#?}", files.diagnostics);
}

#[test]
fn every_library_module_is_clean() {
    for key in [
        "std",
        "std.math",
        "std.math.rand",
        "std.text",
        "std.string",
        "std.list",
        "std.io",
        "std.fs",
        "std.env",
        "std.process",
        "std.time",
        "std.testing",
    ] {
        check_files(&[("main", &format!("use {key} as m\n@f () -> int = m.x"))], &[]);
    }
}

#[test]
fn lines_of_chapter_14() {
    for (text, code) in [
        ("@f () -> int = 1 @f () -> int = 2", "E0102"),
        ("@f (a: Foo) -> int = 1", "E0301"),
        ("@f (a: Option<int, int>) -> int = 1", "E0302"),
        ("type P = { x: int, x: int }", "E0312"),
        ("type N = { v: int, next: N }", "E0313"),
        ("@test_f tests @g () -> void = print(1)", "E0501"),
        ("@f () -> int = 1 @t tests @f () -> int = 1", "E0502"),
        ("use std.math { squareroot }", "E0701"),
        ("use std.math { abs, abs } @f () -> int = abs(1)", "E0706"),
        ("impl Foo for int { }", "E0800"),
        ("type P = { x: int } impl Printable for P { }", "E0801"),
        ("type P = { x: int } impl Printable for P { @to_string (self) -> int = 1 }", "E0802"),
        ("type P = { x: int } impl Hashable for P { @hash (self) -> int = 1 }", "E0804"),
        (r#"impl Printable for [int] { @to_string (self) -> str = "" }"#, "E0805"),
        ("trait Q { @q (self) -> int } impl<T> Q for T { @q (self) -> int = 1 }", "E0806"),
        ("#[derive(Eq)] type Q = { g: (int) -> int }", "E0808"),
        ("trait S { type Item } impl S for int { }", "E0809"),
        ("@f (x: dyn Printable) -> int = 1", "E0900"),
        ("@f () -> int uses Foo = 1", "E0602"),
        (
            "type P = { x: int } impl Eq for P { @equals (self, o: P) -> bool = true } \
          impl Eq for P { @equals (self, o: P) -> bool = true }",
            "E0803",
        ),
    ] {
        check(text, &[code]);
    }
}

#[test]
fn variants_may_share_a_name() {
    check("type A = X | Y type B = X | Z", &[]);
    check("type A = X | X", &["E0102"]);
}

#[test]
fn only_primitive_names_are_taken() {
    check("type Never = int", &["E0102"]);
    check("type Option<T> = { x: T } type Range = Low | High", &[]);
}

#[test]
fn names_of_a_private_item() {
    let geo = ("geo", "pub @area () -> int = 1\n@secret () -> int = 2\n$n = 1");
    check_files(&[geo, ("main", "use './geo' { secret }\n@f () -> int = secret()")], &["main:1 E0703"]);
    check_files(&[geo, ("main", "use './geo' { ::secret, ::$n }\n@f () -> int = secret() + $n")], &[]);
    check_files(&[geo, ("main", "pub use './geo' { ::secret }")], &["main:1 E0707"]);
    check_files(&[geo, ("_test/geo.test", "use '../geo' { secret }\n@f () -> int = secret()")], &[]);
}

#[test]
fn re_exports_reach_importers() {
    let text = ("text", "pub @double () -> int = 1 pub type Color = Red | Green");
    let util = ("util", "pub use './text' { double as twice, Color }");
    let main = ("main", "use './util' { twice, Color }\n@f (c: Color) -> int = twice()");
    check_files(&[text, util, main], &[]);
    check_files(&[text, util, ("main", "use './util' { double }")], &["main:1 E0701"]);
}

#[test]
fn an_item_wins_over_an_import() {
    let main = "use std.math { sqrt }\n@sqrt (x: float) -> float = x\n@f () -> float = sqrt(1.0)";
    check_files(&[("main", main)], &["main:2 W0300"]);
}

#[test]
fn unused_imports_are_reported() {
    check("use std.math { sqrt, sin, $pi } @f () -> float = sin(1.0)", &["W0101", "W0101"]);
    check("use std.math @f () -> float = std.math.sqrt(2.0)", &[]);
    let color = ("color", "pub type Color = Red | Green");
    check_files(&[color, ("main", "use './color' { Color }\n@f () -> bool = Red == Green")], &[]);
}

#[test]
fn what_is_not_found_is_reported_once() {
    check("use './nope' { x, T } @f (t: T) -> int = x(t) @g (t: T) -> [T] = [t]", &[]);
    check("type P = { x: Foo } @f (p: P) -> P = p", &["E0301"]);
    check("impl Foo for int { @f (self) -> int = 1 }", &["E0800"]);
}

#[test]
fn cycles_go_through_structs_newtypes_and_tuples() {
    check("type A = { b: B } type B = { c: (int, C) } type C = A", &["E0313"]);
    check("type A = { next: Option<A>, all: [A] } type L = Nil | Cons(int, L)", &[]);
    check("type Box<T> = { v: T } type N = { b: Box<N> }", &["E0313"]);
    check("type P<T> = { x: P<[T]> }", &["E0313"]);
    check("type Pair<A, B> = { a: A, b: B } type Q = { x: Pair<Pair<int, int>, Pair<int, str>> }", &[]);
}

#[test]
fn aliases_of_function_types_are_transparent() {
    check("type F = (int) -> int type G = F type H<T> = (T) -> G @f (h: H<str>, g: G) -> F = g", &[]);
    check("type F = (F) -> int", &["E0313"]);
    check("type F<T> = (T) -> int @f (g: F) -> int = 1", &["E0302"]);
}

#[test]
fn map_keys_are_hashable() {
    check("@f (m: {float: int}) -> int = 1", &["E0807"]);
    check("@f<K: Hashable, L> (m: {K: int}) -> int = 1", &[]);
    check("@f<K> (m: {K: int}) -> int = 1", &["E0807"]);
    check("#[derive(Hashable)] type P = { x: int } type Q = { m: {P: int}, n: {[int]: int} }", &["E0807"]);
}

#[test]
fn bounds_of_user_types() {
    let set = "type Bag<T: Hashable> = { items: {T: int} } ";
    check(&format!("{set} @f (b: Bag<str>) -> int = 1"), &[]);
    check(&format!("{set} @f (b: Bag<float>) -> int = 1"), &["E0807"]);
    check(&format!("{set} @f<T> (b: [Bag<T>]) -> int = 1"), &["E0807"]);
}

#[test]
fn associated_types_resolve() {
    let source = "trait Source { type Item @items (self) -> [Self.Item] } ";
    check(
        &format!(
            "{source} type W = {{ t: str }} impl Source for W {{ type Item = str @items (self) -> [str] = [] }}"
        ),
        &[],
    );
    check(
        &format!(
            "{source} type W = {{ t: str }} impl Source for W {{ type Item = str @items (self) -> [Self.Item] = [] }}"
        ),
        &[],
    );
    check(
        &format!(
            "{source} type W = {{ t: str }} impl Source for W {{ type Item = str @items (self) -> [int] = [] }}"
        ),
        &["E0802"],
    );
    check(&format!("{source} @f<S: Source> (s: S) -> [S.Item] where S.Item: Eq = s.items()"), &[]);
    check(&format!("{source} @f<S: Source> (s: S) -> S.Thing = s.items()"), &["E0301"]);
}

#[test]
fn signatures_match_up_to_renaming() {
    let convert = "trait Map { @over<A: Eq, B> (self, x: A, f: (A) -> B) -> B } ";
    check(
        &format!("{convert} impl Map for int {{ @over<X: Eq, Y> (self, x: X, f: (X) -> Y) -> Y = f(x) }}"),
        &[],
    );
    check(
        &format!("{convert} impl Map for int {{ @over<X, Y> (self, x: X, f: (X) -> Y) -> Y = f(x) }}"),
        &["E0802"],
    );
    check(
        &format!("{convert} impl Map for int {{ @over<X: Eq> (self, x: X, f: (X) -> X) -> X = f(x) }}"),
        &["E0802"],
    );
    check("trait T { @a (self) -> int } impl T for int { @a () -> int = 1 }", &["E0802"]);
    check("trait T { @a (self) -> int = 1 } impl T for int { @b (self) -> int = 1 }", &["E0802"]);
}

#[test]
fn impls_conflict_where_targets_unify() {
    let t = "trait T { @t (self) -> int = 1 } trait C<X> { @c (self) -> X } ";
    check(&format!("{t} impl<A> T for [A] {{ }} impl T for [int] {{ }}"), &["E0803"]);
    check(&format!("{t} impl T for [str] {{ }} impl T for [int] {{ }}"), &[]);
    check(&format!("{t} impl<A> T for (A, int) {{ }} impl<B> T for (str, B) {{ }}"), &["E0803"]);
    check(&format!("{t} impl<A> T for (A, A) {{ }} impl T for (str, int) {{ }}"), &[]);
    check(&format!("{t} impl<A> T for (A, [A]) {{ }} impl<B> T for ([B], B) {{ }}"), &[]);
    check(
        &format!(
            "{t} impl C<int> for str {{ @c (self) -> int = 1 }} impl C<str> for str {{ @c (self) -> str = self }}"
        ),
        &[],
    );
    check(
        "#[derive(Eq)] type P = { x: int } impl Eq for P { @equals (self, o: P) -> bool = true }",
        &["E0803"],
    );
}

#[test]
fn derived_traits_bring_eq() {
    check("#[derive(Hashable)] type A = { x: int } #[derive(Eq)] type B = { a: A }", &[]);
    check("type A = { x: int } #[derive(Eq)] type B = { a: A }", &["E0808"]);
    check("#[derive(Eq)] type B<T> = { x: T, next: Option<B<T>> } #[derive(Eq)] type C = { b: B<int> }", &[]);
    check("#[derive(Comparable)] type A = { f: (int) -> int }", &["E0808"]);
    check("#[derive(Default)] type A = X | Y", &["E0808"]);
    check("#[derive(Foo)] type A = X | Y", &["E0800"]);
    check("#[derive(Printable)] type A = { m: {str: float}, r: Range<int>, o: Result<int, [bool]> }", &[]);
}

#[test]
fn targets_of_tests() {
    check("@f () -> int = 1 @t tests @f () -> void = print(1) @u tests @t () -> void = print(1)", &["E0501"]);
    let geo = ("geo", "pub @area () -> int = 1");
    check_files(&[geo, ("main", "use './geo' { area }\n@t tests @area () -> void = print(area())")], &[]);
}

#[test]
fn untested_functions() {
    let texts = [
        (
            "a/geo",
            "pub @area () -> int = 1\n@other () -> int = 1\n@third () -> int = 1\n@main () -> void = ()\n@t tests @third () -> void = ()",
        ),
        ("a/_test/geo.test", "use '../geo' { area }\n@t tests @area () -> void = print(area())"),
    ];
    let (files, found) = run(&texts);
    assert_eq!(found, [""; 0]);
    let untested = files.program.untested(files.loaded[1].1, true);
    let messages: Vec<_> = untested.iter().map(|found| found.message.as_str()).collect();
    assert_eq!(messages, ["function `@other` has no tests"]);
}

#[test]
fn main_of_a_program() {
    for (text, code) in [
        ("@main () -> void = ()", None),
        ("@main () -> Result<void, str> = Ok(())", None),
        ("@main () -> int = 1", Some("E0710")),
        ("@main (n: int) -> void = ()", Some("E0710")),
        ("type P = { x: int } @main () -> Result<void, P> = Ok(())", Some("E0710")),
        ("@f () -> int = 1", Some("E0709")),
    ] {
        let texts = [("main", text)];
        let (files, _) = run(&texts);
        let answer = files.program.main_function(files.loaded[1].1);
        assert_eq!(answer.err().map(|error| error.code.to_string()).as_deref(), code, "{text}");
    }
}

#[test]
fn configs_have_the_type_of_their_literal() {
    check("$a = 1 $b: byte = 255 $c: str = \"x\" $d = -5 $e = 2s", &[]);
    check("$a: str = 1", &["E0308"]);
    check("$a: byte = 256", &["E0307"]);
}

#[test]
fn intrinsics_are_named() {
    let texts = [("main", "use std.math { sqrt } @f () -> float = sqrt(1.0)")];
    let (files, _) = run(&texts);
    let mut names = Vec::new();
    for (key, id) in &files.loaded {
        for decl in files.program.functions(*id).iter() {
            if let Some(name) = decl.intrinsic {
                names.push((key.as_str(), files.program.names.get(name)));
            }
        }
    }
    for wanted in [
        ("prelude", "list_push"),
        ("prelude", "list_sum_int"),
        ("prelude", "list_sum_float"),
        ("prelude", "map_insert"),
        ("prelude", "option_unwrap"),
        ("prelude", "print_str"),
        ("prelude", "duration_as_ms"),
        ("prelude", "range_len"),
        ("std.math", "math_sqrt"),
    ] {
        assert!(names.contains(&wanted), "{wanted:?}");
    }
}

#[test]
fn prelude_traits_on_built_in_types() {
    let (files, _) = run(&[("main", "@f () -> int = 1")]);
    let p = &files.program;
    let lang = *p.lang();
    let t = &p.types;
    let function = t.fn_ty(&[Ty::INT], Ty::INT);
    let floats = t.list_ty(Ty::FLOAT);
    let map = t.map_ty(Ty::STR, floats);
    let option = t.adt_ty(lang.option, &[Ty::INT]);
    let holds = |of, ty| p.find_impl(of, ty, None, &[]).holds();
    for (of, ty, expected) in [
        (lang.eq, function, false),
        (lang.eq, map, true),
        (lang.eq, t.map_ty(Ty::STR, function), false),
        (lang.comparable, floats, true),
        (lang.comparable, map, false),
        (lang.comparable, t.range_ty(Ty::INT), false),
        (lang.comparable, option, false),
        (lang.comparable, t.adt_ty(lang.ordering, &[]), true),
        (lang.hashable, Ty::FLOAT, false),
        (lang.hashable, t.list_ty(Ty::INT), false),
        (lang.hashable, t.tuple_ty(&[Ty::INT, Ty::STR]), true),
        (lang.hashable, option, true),
        (lang.printable, t.adt_ty(lang.result, &[map, Ty::STR]), true),
        (lang.printable, t.adt_ty(lang.error, &[]), true),
        (lang.clone, function, true),
        (lang.default, t.list_ty(function), true),
        (lang.default, function, false),
        (lang.default, t.adt_ty(lang.option, &[function]), true),
        (lang.default, t.tuple_ty(&[Ty::INT, function]), false),
    ] {
        assert_eq!(holds(of, ty), expected, "{}", p.show(ty, &[]));
    }
}

#[test]
fn methods_resolve_to_impls_defaults_and_derives() {
    let text = "trait Named { @name (self) -> str @title (self) -> str = self.name() } \
        impl<T> Named for [T] { @name (self) -> str = \"list\" } \
        #[derive(Eq)] type P = { x: int }";
    let texts = [("main", text)];
    let (files, found) = run(&texts);
    assert_eq!(found, [""; 0]);
    let p = &files.program;
    let main = files.loaded[1].1;
    let named = p.traits(main)[0].id;
    let resolve = |of, method, ty| p.resolve_method(FnRef::Trait { of, method, args: p.types.list(&[ty]) });
    let list = p.types.list_ty(Ty::INT);
    let own = p.impls(main)[0].methods[0];
    assert_eq!(resolve(named, 0, list), Some(ResolvedMethod::Fn(own, p.types.list(&[Ty::INT]))));
    let default = p.traits(main)[0].methods[1];
    assert_eq!(resolve(named, 1, list), Some(ResolvedMethod::Fn(default, p.types.list(&[list]))));
    assert_eq!(resolve(named, 0, Ty::INT), None);
    let eq = p.lang().eq;
    let record = p.types.adt_ty(p.adts(main)[0].id, &[]);
    assert_eq!(resolve(eq, 0, record), Some(ResolvedMethod::Derived { of: eq, method: 0, self_ty: record }));
    assert_eq!(resolve(eq, 0, list), Some(ResolvedMethod::BuiltIn { of: eq, method: 0, self_ty: list }));
}

#[test]
fn capabilities_of_declarations() {
    check("use std.io { read_all } @f () -> str uses IO, FileSystem = read_all()", &[]);
    check("trait Http { @get (self) -> int } @main () -> void uses Http = ()", &["E0601"]);
    check("trait Http { @get (self) -> int } @f () -> void uses Http = ()", &[]);
    check("trait Http { @get (self) -> int } @f () -> void uses Htp = ()", &["E0602"]);
    check("trait Http<T> { @get (self) -> T } @f () -> void uses Http = ()", &["E0302"]);
}
