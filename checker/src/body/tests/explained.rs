//! One mistake, one report, with the second place that explains it.

use super::{codes, load};

/// `E0308 at [label at, …]` of each error, where a place is the text there.
fn places(text: &str) -> Vec<String> {
    let texts = [("main", text)];
    let files = load(&texts);
    let at = |span: sigil_frontend::Span| &text[span.start as usize..span.end as usize];
    let errors = files.diagnostics.iter().filter(|d| !d.code.is_warning);
    errors
        .map(|d| {
            let labels: Vec<&str> = d.labels.iter().map(|label| at(label.span)).collect();
            format!("{} `{}` {labels:?}", d.code, at(d.span))
        })
        .collect()
}

#[test]
fn mismatches_show_what_asked_for_the_type() {
    let cases = [
        ("@f () -> int = \"x\"", r#"E0308 `"x"` ["int"]"#),
        ("@f (b: bool) -> int = if b then 1 else \"x\"", r#"E0308 `"x"` ["int"]"#),
        (
            "@f (b: bool) -> int = run(print(b), match(b, true -> 1, _ -> (\"x\")))",
            r#"E0308 `("x")` ["int"]"#,
        ),
        ("@f () -> int = run(let a: str = 1, 2)", r#"E0308 `1` ["str"]"#),
        ("@f (a: int) -> int = a @g () -> int = f(true)", r#"E0308 `true` ["a"]"#),
        ("@f (a: int) -> int = a @g () -> int = f([1, true].len())", "E0308 `true` []"),
    ];
    for (source, expected) in cases {
        assert_eq!(places(source), [expected], "{source}");
    }
}

#[test]
fn names_bound_twice_show_the_first() {
    assert_eq!(places("@f () -> int = run(let (ab, ab) = (1, 2), ab)"), [r#"E0408 `ab` ["ab"]"#]);
}

#[test]
fn consequences_are_not_reported() {
    let cases = [
        // What a broken pattern leaves to later arms cannot be told.
        ("@f (xs: [int]) -> int = match(xs, [.., x, ..y] -> x + len(y), _ -> 2)", "E0215"),
        ("@f () -> float = sqrt(2.0) use std.math { sqrt }", "E0204"),
        ("@f (xs: [int]) -> [int] = map(.over: xs, .transfrom: x -> x)", "E0411"),
    ];
    for (source, code) in cases {
        assert_eq!(codes(source), [code], "{source}");
    }
}

#[test]
fn methods_of_broken_impls_are_not_missing() {
    let source =
        "type P = { x: int } impl Nope for P { @m (self) -> int = 1 } @f (p: P) -> int = p.m() + p.n()";
    assert_eq!(codes(source), ["E0800", "E0323"]);
}

#[test]
fn mistakes_in_one_function_do_not_hide_each_other() {
    assert_eq!(codes("@f () -> int = run(let a: int = \"x\", let b = [], 1)"), ["E0308", "E0305"]);
    assert_eq!(codes("@f () -> int = run(let a = foo(1), let b = None, 1)"), ["E0100", "E0305"]);
    assert_eq!(codes("@f () -> int = run(let a = foo(1), let b = [a], b[0].x + 1)"), ["E0100"]);
}

#[test]
fn supertraits_are_found_however_many_there_are() {
    let mut source = "trait L2000 { @z (self) -> int } @f<T: L0> (x: T) -> int = x.z() + x.y()".to_string();
    for level in 0..2000 {
        source += &format!(" trait L{level}: L{} {{ }}", level + 1);
    }
    assert_eq!(codes(&source), ["E0323"]);
}
