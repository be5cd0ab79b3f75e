//! Sources with the codes that they must give; `¦` stands where a report must start.

use sigil_frontend::{Dialect, FileId, Interner, parse_file};

/// Checks lines of codes and a marked source.
fn check(cases: &[(&str, &str)]) {
    let names = Interner::default();
    let mut wrong = Vec::new();
    for (codes, marked) in cases {
        let parts: Vec<&str> = marked.split('¦').collect();
        let mut at = 0;
        let mut expected = Vec::new();
        for (code, part) in codes.split(' ').zip(&parts) {
            at += part.len();
            expected.push(format!("{code}@{at}"));
        }
        let source = parts.concat();
        let parsed = parse_file(&source, FileId(0), Dialect::User, &names);
        let found: Vec<String> =
            parsed.diagnostics.iter().map(|d| format!("{}@{}", d.code, d.span.start)).collect();
        if found != expected || expected.len() + 1 != parts.len() {
            let texts: Vec<&str> = parsed.diagnostics.iter().map(|d| &d.message[..]).collect();
            wrong.push(format!("{marked}\n  expected {expected:?}\n  found {found:?} {texts:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn lines_of_chapter_14() {
    check(&[
        ("E0200", "¦let x = 1"),
        ("E0201", "@f (a: int -> int ¦= a"),
        ("E0202", "@¦match () -> int = 1"),
        ("E0203", "type ¦point = { x: int }"),
        ("E0204", "@f () -> int = 1 ¦use std.math { sqrt }"),
        ("E0205", "@f (a: int) ¦= a"),
        ("E0206", "type S = A(int, ¦n: int)"),
        ("E0207", "@f (a: ¦) -> int = 1"),
        ("E0208", "@f () -> int = 1 +¦"),
        ("E0209", "@f () -> int = (¦(x: int) -> x)(1)"),
        ("E0210", "#[¦fast] @f () -> int = 1"),
        ("E0211", "$n = ¦1 + 2"),
        ("E0212", "@f (a: int, b: int) -> int = f(.a: 1, ¦2)"),
        ("E0213", "@f () -> int = ¦let x = 1"),
        ("E0214", "@f () -> void = ¦run()"),
        ("E0215", "@f (xs: [int]) -> int = match(xs, [.., ¦..] -> 1, _ -> 2)"),
        ("E0216", "@f (a: int) -> int = f(¦a = 2)"),
    ]);
}

#[test]
fn missing_pieces_of_items() {
    check(&[
        ("E0201", "@f () -> int ¦1"),
        ("E0200", "@f () -> int = 1 ¦2"),
        ("E0201", "@f ¦-> int = 1"),
        ("E0205", "@f () ¦int = 1"),
        ("E0205", "@f () ¦: int = 1"),
        ("E0205", "@f () ¦=> int = 1"),
        ("E0207", "@f () -> ¦= 1"),
        ("E0201", "@f¦"),
        ("E0201", "@¦"),
        ("E0201", "@ ¦() -> int = 1"),
        ("E0201", "type A ¦{ x: int }"),
        ("E0207", "type A =¦"),
        ("E0201", "trait A¦"),
        ("E0201", "trait A { @f (self) -> int¦"),
        ("E0207", "impl¦"),
        ("E0201", "impl A { ¦x }"),
        ("E0201", "impl A { @f (self) -> int ¦}"),
        ("E0200", "#[derive(Eq)]¦"),
        ("E0201", "#[¦] type A = int"),
        ("E0201", "use './a'¦"),
        ("E0201", "use ¦{ a }"),
        ("E0201", "use a.b { ¦}"),
        ("E0200", "¦$= 1"),
        ("E0208", "$a =¦"),
        ("E0211", "$a = ¦(1)"),
        ("E0211", "$a = ¦- -1"),
        ("E0202", "@f (¦self) -> int = 1"),
        ("E0202", "@f (¦in: int) -> int = 1"),
        ("E0202", "type A = { ¦type: int }"),
        ("E0203", "@¦F () -> int = 1"),
        ("E0203", "type S = A | ¦b"),
        ("E0203", "type S = A(¦X: int, y: int)"),
        ("E0203", "@f<¦t> (x: t) -> int = 1"),
        ("E0210", "#[¦derive(Eq)] @f () -> int = 1"),
        ("E0210", "#[¦intrinsic(x)] @f () -> int = 1"),
        ("E0204 E0204", "$a = 1\n¦use b.c\n¦use d.e"),
        ("E0208", "@f (t: ¦(int,)) -> int = 1"),
        ("E0201", "@t tests ¦f () -> void = 1"),
        ("E0201", "@f () -> int = 1 +\n  2\n@g () -> int ¦2\n@h () -> int = 3"),
    ]);
}

#[test]
fn missing_pieces_of_expressions() {
    check(&[
        ("E0201", "@f () -> int = (1¦"),
        ("E0201", "@f () -> int = (1 ¦2)"),
        ("E0201", "@f () -> int = f(1, 2¦"),
        ("E0201", "@f () -> int = f(1, 2¦]"),
        ("E0208", "@f () -> int = f(¦,1)"),
        ("E0208", "@f () -> int = f(1,¦,2)"),
        ("E0208", "@f () -> int = ¦(1,)"),
        ("E0208", "@f () -> int = 1 + ¦* 2"),
        ("E0201", "@f () -> int = if true ¦1 else 2"),
        ("E0200", "@f () -> int = if true then 1 ¦: 2"),
        ("E0208", "@f () -> int = if true then ¦else 2"),
        ("E0208", "@f () -> int = if ¦then 1 else 2"),
        ("E0201", "@f () -> int = xs.¦(1)"),
        ("E0208", "@f () -> int = for x in ¦do 1"),
        ("E0201", "@f () -> int = for x ¦xs do 1"),
        ("E0201", "@f () -> int = for x in xs ¦print(x)"),
        ("E0215", "@f () -> int = for ¦+ in xs do 1"),
        ("E0201", "@f () -> int = match(x, 1 ¦=> 2, _ -> 3)"),
        ("E0215", "@f () -> int = match(x, ¦-> 2, _ -> 3)"),
        ("E0214", "@f () -> int = ¦match()"),
        ("E0214", "@f () -> int = ¦match(x)"),
        ("E0214", "@f () -> int = ¦loop()"),
        ("E0214", "@f () -> int = ¦try()"),
        ("E0201", "@f () -> int = match(a: 1, 2, ¦3)"),
        ("E0201", "@f () -> int = 1 .. 2 ¦.. 3"),
        ("E0213", "@f () -> int = if a then ¦let x = 1 else 2"),
        ("E0213", "@f () -> int = f(¦let x = 1, 2)"),
        ("E0216", "@f () -> int = 1 + ¦a = 2"),
        ("E0216", "@f () -> int = run(a = ¦b = 2, 1)"),
        ("E0212", "@f () -> int = f(1, ¦.a: 2)"),
        ("E0212", "@f () -> int = f(.a: 1, ¦a: 2)"),
        ("E0212", "@f () -> int = f(.a: 1, .b: 2, .c: 3, .d: 4, .e: 5, .f: 6, .g: 7, .h: 8, .¦a: 9)"),
        ("E0202", "@f () -> int = run(let ¦for = 1, 2)"),
        ("E0201", "@f () -> int = run(let mut ¦(a, b) = 1, 2)"),
        ("E0201", "@f () -> int = run(let x ¦1, 2)"),
        ("E0209", "@f () -> int = g(¦(x: int) -> x + 1, 2)"),
        ("E0007", "@f () -> int = ¦9223372036854775808"),
        ("E0007", "@f () -> int = 1 - ¦9223372036854775808"),
        ("E0201", "@f () -> int = map(.over: xs, ¦transform: g)"),
        ("E0201", "@f () -> int = validate(.rules: [a ¦, b | c], .then: 1)"),
        ("E0201", "@f () -> int = with C = 1 ¦2"),
        ("E0201", "@f () -> int = {1 ¦, 2: 3}"),
        ("E0201", "@f () -> int = P { x: 1 ¦y: 2 }"),
        ("E0208 E0208", "@f () -> int = run(¦], f(¦* 2), 1)"),
    ]);
}

#[test]
fn patterns_that_are_none() {
    check(&[
        ("E0215", "@f () -> int = match(x, ¦.. -> 1)"),
        ("E0215", "@f () -> int = match(x, ¦..= -> 1)"),
        ("E0215", "@f () -> int = match(x, a.¦b -> 1)"),
        ("E0215", "@f () -> int = match(x, P { .., ¦x } -> 1)"),
        ("E0212", "@f () -> int = match(x, C(n: 1, ¦m) -> 1)"),
        ("E0208", "@f () -> int = match(x, ¦(a,) -> 1)"),
        ("E0215", "@f () -> int = run(let ¦= 1, 2)"),
    ]);
}

#[test]
fn independent_mistakes_are_all_reported() {
    check(&[
        ("E0208 E0201 E0205", "@f () -> int = 1 + ¦)\n@g () -> int = f(1 ¦2)\n@h () ¦= 1"),
        ("E0207 E0208 E0208", "@f (a: ¦) -> int = g(¦, 1, (2 +¦))"),
        (
            "E0201 E0203",
            "impl A {\n    @f (self) -> int ¦2\n    @g (self) -> int = 2\n}\ntype ¦a = int\n@ok () -> int = 1",
        ),
        ("E0201 E0208", "@f () -> int = g(1\n¦@h () -> int = 2\n@i () -> int = 3 +¦"),
    ]);
}

/// Where a word of another language leads the parser astray, the report says what to write in its place.
#[test]
fn words_of_other_languages() {
    let cases = [
        ("@f (n: int) -> int = run(return n)", "there is no `return`"),
        ("@f (n: int) -> bool = n > 1 and n < 3", "write `&&`"),
        ("@f (n: int) -> int = if n > 1 then 1 elif n > 2 then 3 else 4", "write `else if`"),
        ("@f (n: int) -> void = run(while n > 1 do print(n))", "write `loop("),
        ("fn f(n: int) -> int = n", "write `@name"),
        ("struct P { x: int }", "write `type Name"),
        ("@f (n: int) -> int = { n + 1 }", "for a sequence write `run(…)`"),
    ];
    for (source, help) in cases {
        let parsed = parse_file(source, FileId(0), Dialect::User, &Interner::default());
        let [diagnostic] = &parsed.diagnostics[..] else { panic!("{source}: {:?}", parsed.diagnostics) };
        assert!(diagnostic.help.as_ref().is_some_and(|given| given.contains(help)), "{diagnostic:?}");
    }
}
