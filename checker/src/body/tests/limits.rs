//! Inputs made to exhaust: long chains, deep nesting, matches with many combinations.

use super::{codes, report};

#[test]
fn long_operator_chain() {
    let source = format!("@f () -> int = 1{}", " + 1".repeat(20_000));
    assert_eq!(report(&source), "");
}

#[test]
fn long_else_if_chain() {
    let links: String = (0..5_000).map(|i| format!("if n == {i} then {i} else ")).collect();
    assert_eq!(report(&format!("@f (n: int) -> int = {links}0")), "");
}

#[test]
fn long_method_chain() {
    let source = format!("@f () -> [int] = [1]{}", ".push(1)".repeat(5_000));
    assert_eq!(report(&source), "");
}

#[test]
fn long_coalesce_chain() {
    let source = format!("@f (o: Option<int>) -> int = o{} ?? 1", " ?? o".repeat(5_000));
    assert_eq!(report(&source), "");
}

#[test]
fn deep_nesting() {
    let source = format!("@f () -> int = {}1{}", "(1 + ".repeat(200), ")".repeat(200));
    assert_eq!(report(&source), "");
    let source = format!("@f () -> int = {}1{}", "run(".repeat(200), ")".repeat(200));
    assert_eq!(report(&source), "");
}

#[test]
fn too_deep_is_reported_once() {
    let n = 100_000;
    for (open, end) in [("if x > 1 then ", " else 2"), ("run(let y = x, ", ")"), ("match(x, _ -> ", ")")] {
        let source = format!("@f (x: int) -> int = {}1{}", open.repeat(n), end.repeat(n));
        assert_eq!(codes(&source), ["E0217"], "{open}");
    }
}

#[test]
fn growing_types() {
    let lets: String = (1..60).map(|i| format!("let a{i} = (a{}, a{}), ", i - 1, i - 1)).collect();
    assert_eq!(codes(&format!("@f () -> int = run(let a0 = 1, {lets} a59)")), ["E0308"]);
}

#[test]
fn many_arms() {
    let arms: String = (0..5_000).map(|i| format!("{i} -> {i}, ")).collect();
    assert_eq!(report(&format!("@f (n: int) -> int = match(n, {arms} _ -> 0)")), "");
    let arms: String = (0..5_000).map(|i| format!("\"s{i}\" -> {i}, ")).collect();
    assert_eq!(report(&format!("@f (n: str) -> int = match(n, {arms} _ -> 0)")), "");
}

#[test]
fn match_of_many_combinations_is_given_up() {
    // Each arm fixes two of many columns: the number of cases to tell apart doubles with each column.
    let n = 40;
    let arm = |i: usize| {
        let parts: Vec<&str> = (0..n)
            .map(|j| {
                if j == i {
                    "true"
                } else if j == (i * 7 + 3) % n {
                    "false"
                } else {
                    "_"
                }
            })
            .collect();
        format!("({}) -> 1", parts.join(", "))
    };
    let arms: Vec<String> = (0..n).map(arm).collect();
    let tys = vec!["bool"; n].join(", ");
    let source = format!("@f (t: ({tys})) -> int = match(t, {})", arms.join(", "));
    let found = codes(&source);
    assert!(found == ["E0217"] || found == ["E0400"], "{found:?}");
}
