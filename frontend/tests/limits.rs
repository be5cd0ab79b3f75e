//! Deep and long inputs: neither the stack nor the time may run away. What is too deep is `E0217`, once.

use sigil_frontend::{Dialect, FileId, Interner, Parsed, parse_file};

fn parse(source: &str) -> Parsed {
    parse_file(source, FileId(0), Dialect::User, &Interner::default())
}

fn codes(source: &str) -> Vec<String> {
    parse(source).diagnostics.iter().map(|d| d.code.to_string()).collect()
}

/// `before`, `open` and `close` around `middle` as often as asked, `after`.
fn nest(n: usize, [before, open, middle, close, after]: [&str; 5]) -> String {
    format!("{before}{}{middle}{}{after}", open.repeat(n), close.repeat(n))
}

const NESTS: &[[&str; 5]] = &[
    ["@f () -> int = ", "(", "1", ")", ""],
    ["@f () -> int = ", "[", "1", "]", ""],
    ["@f () -> int = ", "{1: ", "1", "}", ""],
    ["@f () -> int = ", "f(", "1", ")", ""],
    ["@f () -> int = ", "x.f(", "1", ")", ""],
    ["@f () -> int = ", "xs[", "1", "]", ""],
    ["@f () -> int = ", "P { x: ", "1", "}", ""],
    ["@f () -> int = ", "run(let x = ", "1", ", 2)", ""],
    ["@f () -> int = ", "run(x = ", "1", ", 2)", ""],
    ["@f () -> int = ", "x -> ", "1", "", ""],
    ["@f () -> int = ", "(x) -> ", "1", "", ""],
    ["@f () -> int = ", "(x: int) -> int = ", "1", "", ""],
    ["@f () -> int = ", "() -> ", "1", "", ""],
    ["@f () -> int = ", "() -> int = ", "1", "", ""],
    ["@f () -> int = ", "-", "1", "", ""],
    ["@f () -> int = ", "!(", "1", ")", ""],
    ["@f () -> int = ", "if a then ", "1", " else 2", ""],
    ["@f () -> int = ", "if ", "a", " then 1 else 2", ""],
    ["@f () -> int = ", "match(x, _ -> ", "1", ")", ""],
    ["@f () -> int = ", "match(a: ", "1", ", 2)", ""],
    ["@f () -> int = ", "for x in ", "xs", " do 1", ""],
    ["@f () -> int = ", "for x in xs do ", "1", "", ""],
    ["@f () -> int = ", "map(.over: ", "xs", ", .transform: f)", ""],
    ["@f () -> int = ", "with C = ", "v", " in 1", ""],
    ["@f (x: ", "[", "int", "]", ") -> int = 1"],
    ["@f (x: ", "Option<", "int", ">", ") -> int = 1"],
    ["@f (x: ", "(int, ", "int", ")", ") -> int = 1"],
    ["@f (x: ", "{int: ", "int", "}", ") -> int = 1"],
    ["@f (x: ", "{ a: ", "int", "}", ") -> int = 1"],
    ["@f (x: ", "int -> ", "int", "", ") -> int = 1"],
    ["@f () -> int = match(x, ", "[", "a", "]", " -> 1)"],
    ["@f () -> int = match(x, ", "(", "a", ")", " -> 1)"],
    ["@f () -> int = match(x, ", "Some(", "a", ")", " -> 1)"],
    ["@f () -> int = match(x, ", "{ y: ", "a", "}", " -> 1)"],
];

#[test]
fn promised_levels_work() {
    for parts in NESTS {
        assert!(codes(&nest(256, *parts)).is_empty(), "{parts:?}");
    }
}

#[test]
fn deep_nesting_is_reported_once() {
    for parts in NESTS {
        assert_eq!(codes(&nest(100_000, *parts)), ["E0217"], "{parts:?}");
    }
}

#[test]
fn unclosed_nesting_ends() {
    for [before, open, middle, _, after] in NESTS {
        let found = codes(&nest(100_000, [before, open, middle, "", after]));
        assert!(found.len() <= 2, "{open}: {} reports", found.len());
    }
}

#[test]
fn repetition_is_not_nesting() {
    let n = 100_000;
    let sources = [
        format!("@f () -> int = 1{}", " + 1".repeat(n)),
        format!("@f () -> int = 1{}", " + 1 * 2".repeat(n)),
        format!("@f () -> int = a{}", " ?? a".repeat(n)),
        format!("@f () -> int = x{}", ".f(1)".repeat(n)),
        format!("@f () -> int = x{}", ".f".repeat(n)),
        format!("@f () -> int = x{}", "[0]".repeat(n)),
        format!("@f () -> int = x{}", " ?".repeat(n)),
        format!("@f () -> int = {}2", "if a then 1 else ".repeat(n)),
        format!("@f () -> int = {}2", "if a :then 1 :else ".repeat(n)),
        format!("@f () -> int = [{}]", "1, ".repeat(n)),
        format!("@f () -> int = match(x, {} -> 1)", vec!["1"; n].join(" | ")),
        format!("@f () -> int = match(x, {})", "1 -> 1, ".repeat(n)),
        format!("@f () -> int = for {} do 1", vec!["x in xs"; n].join(", ")),
        format!("type S = {}", vec!["A"; n].join(" | ")),
        format!("@f<T: {}> () -> int = 1", vec!["A"; n].join(" + ")),
        format!("@f (x: {}) -> int = 1", vec!["a"; n].join(".")),
        format!("@f () -> int = g({})", (0..n).map(|i| format!(".a{i}: 1,")).collect::<String>()),
    ];
    for source in sources {
        assert!(codes(&source).is_empty(), "{}", &source[..60]);
    }
}

/// Inputs on which looking ahead again and again would take quadratic time: hours, here.
#[test]
fn looking_ahead_takes_linear_time() {
    let n = 200_000;
    let sources = [
        format!("@f () -> int = {}1", "a<".repeat(n)),
        format!("@f () -> int = {}1", "a<b, (".repeat(n)),
        format!("@f () -> int = 1{}", " + a<b, c> ".repeat(n)),
        format!("@f () -> int = {}1", "() -> ".repeat(n)),
        format!("@f () -> int = {}1", "(x: int) -> ".repeat(n)),
        format!("@f () -> int = {}1", "() -> A<".repeat(n)),
        format!("@f () -> int = {}", "a.b.".repeat(n)),
        format!("@f () -> int = {}", "for ".repeat(n)),
        format!("@f () -> int = {}", "](".repeat(n)),
        format!("@f () -> int = {}", "([)".repeat(n)),
        format!("@f () -> int = {}", "f(1 2 ".repeat(n)),
        format!("@f () -> int = {}", "if ".repeat(n)),
        "@f ".repeat(n),
        "@ ".repeat(n),
        "#[".repeat(n),
        "impl A { ".repeat(n),
        "type A = ".repeat(n),
        "trait A { type ".repeat(n),
        "pub ".repeat(n),
        "use a { ".repeat(n),
    ];
    for source in sources {
        // A few reports for each mistake at most.
        assert!(codes(&source).len() <= 4 * n, "{}", &source[..30]);
    }
}
