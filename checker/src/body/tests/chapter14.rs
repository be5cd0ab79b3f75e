//! One-line sources, each with the code that it must give.

use super::codes;

const CASES: &[(&str, &str)] = &[
    ("E0100", "@f () -> int = foo(1)"),
    ("E0103", "type A = X | Y type B = X | Z @f () -> bool = is_some(Some(X))"),
    ("E0104", "@f () -> int = $n"),
    ("E0105", "@f () -> void = t() @t tests @f () -> void = f()"),
    ("E0106", "@f () -> int = self"),
    ("E0107", "@f () -> void = run(break)"),
    ("E0303", "@f (n: int) -> int = n(1)"),
    ("E0304", "@f (a: int) -> int = f()"),
    ("E0305", "@f () -> void = run(let x = [], print(1))"),
    ("E0306", "@f (a: int) -> int = f(.b: 1)"),
    ("E0307", "@f () -> [byte] = [1, 256]"),
    ("E0308", "@f () -> int = \"x\""),
    ("E0309", "@f () -> int = 1 + \"a\""),
    ("E0310", "@f () -> void = for x in 5 do print(x)"),
    ("E0311", "type P = { x: int } @f (p: P) -> int = p.y"),
    ("E0314", "type P = { x: int, y: int } @f () -> P = P { x: 1 }"),
    ("E0315", "@f (o: Option<int>) -> int = match(o, Nope -> 1, _ -> 2)"),
    ("E0320", "@f () -> int = #"),
    ("E0321", "@f (a: int) -> int = run(a = 2, a)"),
    ("E0322", "@f (r: Result<int, str>) -> int = r? + 1"),
    ("E0323", "@f (s: str) -> int = s.size()"),
    ("E0400", "@f (o: Option<int>) -> int = match(o, Some(n) -> n)"),
    ("E0401", "@f (n: int) -> int = match(n, _ -> 1, 5 -> 2)"),
    ("E0402", "type P = { x: int, y: int } @f (p: P) -> int = run(let { x } = p, x)"),
    ("E0403", "type P = { x: int } @f (p: P) -> int = run(let { z } = p, z)"),
    ("E0404", "@f (o: Option<int>) -> int = run(let Some(n) = o, n)"),
    ("E0405", "@f (n: int) -> int = match(n, k.match(k) -> 1, _ -> 2)"),
    ("E0406", "@f (r: Result<int, int>) -> int = match(r, Ok(a) | Err(b) -> 1)"),
    ("E0407", "@f (o: Option<int>) -> int = match(o, Some(a, b) -> 1, _ -> 2)"),
    ("E0408", "@f () -> int = run(let (a, a) = (1, 2), a)"),
    ("E0409", "@f (n: int) -> int = match(n, 5..5 -> 1, _ -> 2)"),
    ("E0410", "@f (xs: [int]) -> [int] = map(.over: xs)"),
    ("E0411", "@f (xs: [int]) -> [int] = map(.over: xs, .transform: x -> x, .par: 1)"),
    ("E0412", "@f (n: int) -> int = recurse(.cond: n < 1, .base: 0, .step: self(n - 1), .memo: n > 2)"),
    ("E0413", "@f (n: int) -> int = (() -> recurse(.cond: true, .base: 1, .step: 2))()"),
    ("E0414", "@f (n: int) -> int = self(n)"),
    ("E0807", "@f<T> (a: T) -> str = str(a)"),
    (
        "E0810",
        "trait A { @m (self) -> int } trait B { @m (self) -> int } impl A for int { @m (self) -> int = 1 } \
         impl B for int { @m (self) -> int = 2 } @f () -> int = 5.m()",
    ),
    // Further rules, by section.
    ("E0303", "type P = { x: int } type Q = A | B @f () -> int = Q { x: 1 }"),
    ("E0301", "@f () -> int = run(let x: Foo = 1, 2)"),
    ("E0302", "@f () -> int = run(let x: Option<int, int> = None, 2)"),
    ("E0304", "@f () -> int = Some(1, 2).unwrap()"),
    ("E0304", "@f (g: (int) -> int) -> int = g(.n: 1)"),
    ("E0304", "@f () -> [int] = [1].push(.x: 2)"),
    ("E0305", "@f () -> void = run(let n = None, print(1))"),
    ("E0305", "@f () -> void = run(let r = Ok(1), print(1))"),
    ("E0305", "@f () -> void = run(let g = x -> x, print(1))"),
    ("E0308", "@f () -> int = if 1 then 2 else 3"),
    ("E0308", "@f (b: bool) -> int = if b then 2 else \"x\""),
    ("E0308", "@f (b: bool) -> int = if b then 2"),
    ("E0308", "@f () -> [int] = [1, \"a\"]"),
    ("E0308", "@f () -> [int] = [1].map((a, b) -> a)"),
    ("E0308", "@f () -> int = run(let mut x = 1, x = \"a\", x)"),
    ("E0308", "@f (n: int) -> int = match(n, \"a\" -> 1, _ -> 2)"),
    ("E0308", "@f () -> Result<int, str> = try(1)"),
    ("E0308", "@f () -> void = run(let g = len, print(1))"),
    ("E0308", "@f () -> int = len(5)"),
    ("E0309", "@f () -> bool = 1 == \"a\""),
    ("E0309", "@f () -> bool = [1] == [\"a\"]"),
    ("E0309", "@f () -> bool = !1"),
    ("E0309", "@f () -> bool = 1 && true"),
    ("E0309", "@f (n: int) -> int = n ?? 1"),
    ("E0309", "@f (n: int) -> int = n[0]"),
    ("E0309", "@f (n: int) -> Result<int, str> = Ok(n?)"),
    ("E0311", "type P = { x: int } @f () -> P = P { x: 1, y: 2 }"),
    ("E0312", "type P = { x: int } @f () -> P = P { x: 1, x: 2 }"),
    ("E0315", "type C = Red | Blue @f () -> C = C.Green"),
    ("E0320", "@f () -> [int] = [1].map(x -> #)"),
    ("E0321", "@f () -> int = run(let mut k = 1, let g = () -> run(k = 2), k)"),
    ("E0322", "@f () -> int = [1].map(x -> Some(x)?).len()"),
    ("E0323", "type P = { x: int } @f (p: P) -> int = p.x()"),
    ("E0400", "@f (n: int) -> int = match(n > 1 : 2, n > 2 : 3)"),
    ("E0400", "@f (xs: [int]) -> int = match(xs, [] -> 1, [_, _, ..] -> 2)"),
    ("E0400", "@f (n: int) -> int = match(n, ..0 -> 1, 1.. -> 2)"),
    ("E0401", "@f (n: int) -> int = match(n, ..0 -> 1, 0.. -> 2, 7 -> 3)"),
    ("E0400", "@f (p: (bool, bool)) -> int = match(p, (true, _) -> 1, (_, false) -> 2)"),
    ("E0400", "@f (s: str) -> int = match(s, \"a\" -> 1)"),
    ("E0400", "@f (n: int) -> int = match(n, k.match(k > 1) -> 1)"),
    ("E0401", "@f (b: bool) -> int = match(b, true -> 1, false -> 2, true -> 3)"),
    ("E0404", "@f () -> int = run(let 1 = 1, 2)"),
    ("E0404", "@f (xs: [Option<int>]) -> int = run(let [Some(x), ..] = xs, x)"),
    ("E0411", "@f (xs: [int]) -> [int] = map(.over: xs, .over: xs, .transform: x -> x)"),
    ("E0414", "@f (n: int) -> int = recurse(.cond: n < 1, .base: 0, .step: [1].map(x -> self(x)).len())"),
    ("E0807", "type P = { x: int } @f (p: P) -> bool = p == p"),
    ("E0807", "@f<T> (a: T, b: T) -> bool = a < b"),
    ("E0807", "@f () -> int = len({1.5: 2})"),
];

#[test]
fn one_line_sources_give_their_codes() {
    let mut wrong = Vec::new();
    for (code, source) in CASES {
        let found = codes(source);
        if found != [*code] {
            wrong.push(format!("{code} expected, got {found:?}: {source}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const FINE: &[&str] = &[
    "@f () -> byte = 200",
    "@f (b: byte) -> byte = b + 1",
    "@f () -> Option<[int]> = Some([])",
    "@f (b: bool) -> Option<int> = if b then None else Some(1)",
    "@f (b: bool) -> int = run(let x = if b then None else Some(1), x ?? 2)",
    "@f () -> bool = None == Some(1)",
    "@f () -> bool = [] == [1]",
    "@f () -> [int] = [] + [1]",
    "@f (n: int) -> int = match(n, ..0 -> 1, 0 -> 2, 1.. -> 3)",
    "@f (c: char) -> int = match(c, ..='m' -> 1, 'n'.. -> 3)",
    "@f (b: byte) -> int = match(b, 0..=127 -> 1, 128.. -> 3)",
    "@f (xs: [int]) -> int = match(xs, [] -> 1, [a] -> a, [a, .., b] -> a + b)",
    "@f (r: Result<int, str>) -> Result<int, str> = Ok(r? + 1)",
    "@f (x: Option<int>) -> Option<int> = try(let y = x?, Some(y))",
    "@f () -> Never = loop(print(1))",
    "@f () -> int = panic(\"x\")",
    "@f (b: bool) -> int = if b then panic(\"x\") else 2",
    "@f () -> void = loop(break)",
    "@f (n: int) -> int = match(n > 1 : 2, n > 2 : 3, 4)",
    "@f () -> (int) -> int = x -> x + 1",
    "@f () -> [int] = [3, 1].sort_by((a, b) -> compare(a, b))",
    "@f () -> Duration = 2 * 3s + 10 * 6s",
    "@f () -> int = -9223372036854775808",
    "@f () -> int = [1, 2, 3].fold(0, +)",
    "@f (xs: [[int]]) -> int = xs[# - 1][# - 1]",
    "@f (xs: [int]) -> [int] = xs.slice(1, # - 1)",
    "@f () -> [(int, str)] = {1: \"a\"}.entries()",
    "type T = Leaf | Node(T, T) @f (t: T) -> int = match(t, Leaf -> 1, Node(Leaf, _) -> 2, Node(Node(_, _), _) -> 3)",
    "@f () -> { a: int, b: Result<str, int> } = parallel(.b: Ok(\"x\"), .a: 1, .on_error: collect_all)",
    "@f (a: Result<int, str>) -> Result<{ a: int, b: int }, str> = parallel(.b: 2, .a: a)",
    "@f (n: int) -> Result<int, [str]> = validate(.rules: [n > 1 | \"small\"], .then: n)",
    "type P = { g: (int) -> int } @f (p: P) -> int = p.g(1)",
    "type U = str @f (u: U) -> str = u.unwrap() @g () -> U = U(\"x\")",
    "@f<T: Default> () -> T = T.default() @g () -> [int] = f<[int]>()",
    "@f (a: int, b: str) -> int = a @g () -> int = f(.b: \"x\", .a: 1)",
    "type Color = Red | Green @f () -> Color = Color.Red @g (c: Color) -> bool = match(c, Color.Red -> true, Green -> false)",
    "trait A { @m (self) -> int @d (self) -> int = self.m() + 1 } impl A for int { @m (self) -> int = self } @f () -> int = 1.d() + A.m(2)",
    "@f<T: Comparable> (a: T, b: T) -> bool = a < b || a.equals(b)",
    "trait S { type Item @one (self) -> Self.Item } impl S for str { type Item = char @one (self) -> char = 'a' } @f<X: S> (x: X) -> X.Item = x.one() @g () -> char = f(\"\")",
    "@f (x: Result<int, str>) -> Result<int, str> = try(x, let y = x, let z: Result<int, str> = x, print(z), Ok(y))",
    "@f () -> void = assert_panics([1][5])",
    "@f () -> void = assert_panics_with(panic(\"a\"), \"a\")",
    "@map (n: int) -> int = n @f () -> int = map(1)",
    "@f () -> [int] = for x in [1, 2] if x > 1 yield x",
    "@f () -> void = for (k, v) in {1: 2} do print(k + v)",
    "@f () -> [str] = map(.transform: x -> str(x), .over: [1])",
    "@h (o: (int, int) -> bool) -> bool = o(1, 2) @k () -> bool = h(<)",
    "@f (xs: [int]) -> [Option<int>] = xs.map(Some)",
    "@f () -> int = if true then 1 else if false then 2 else 3",
    "@f () -> Result<void, str> = Ok(())",
];

#[test]
fn right_sources_give_nothing() {
    let mut wrong = Vec::new();
    for source in FINE {
        let found = super::report(source);
        let found: Vec<&str> = found.lines().filter(|l| !l.starts_with('W')).collect();
        if !found.is_empty() {
            wrong.push(format!("{source}\n    {}", found.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
