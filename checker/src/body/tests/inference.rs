//! Typed bodies as text.

use super::{report, typed};
use expect_test::{Expect, expect};

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&typed(text));
}

fn diagnostics(text: &str, expected: Expect) {
    expected.assert_eq(&report(text));
}

#[test]
fn hash_binds_the_receiver() {
    check("@f (xs: [int]) -> int = xs[# - 1]", expect![[""]]);
    check("@f () -> [int] = [1, 2].slice(1, #)", expect![[""]]);
}

#[test]
fn named_arguments_keep_the_written_order() {
    check("@f (a: int, b: str) -> int = f(.b: str(1), .a: 2)", expect![[""]]);
}

#[test]
fn try_unwraps() {
    check("@f (r: Result<int, str>) -> Result<int, str> = try(let x = r, r, Ok(x))", expect![[""]]);
}

#[test]
fn lambdas_capture() {
    check("@f (n: int) -> (int) -> int = x -> [1].map(y -> x + y + n).len()", expect![[""]]);
}

#[test]
fn generic_calls_solve_from_arguments_then_result() {
    check(
        "@f (xs: [int]) -> Option<int> = xs.fold(None, (best, x) -> if x > 1 then Some(x) else best)",
        expect![[""]],
    );
}

#[test]
fn parallel_of_results() {
    check(
        "@f (r: Result<int, str>) -> Result<{ a: int, b: int }, str> = parallel(.b: 1, .a: r)",
        expect![[""]],
    );
}

#[test]
fn independent_errors_are_reported_together() {
    diagnostics(
        "@f () -> int = run(\n    let a = foo(1),\n    let b = a + 1,\n    let c: str = 5,\n    print(c.size()),\n    b + \"x\",\n)",
        expect![[""]],
    );
}

#[test]
fn suggestions() {
    diagnostics("@f (count: int) -> int = coutn + 1", expect![[""]]);
    diagnostics("type P = { width: int } @f (p: P) -> int = p.widht", expect![[""]]);
    diagnostics("@f (xs: [int]) -> [int] = xs.revers()", expect![[""]]);
}

#[test]
fn warnings() {
    diagnostics("@f (r: Result<int, str>) -> int = run(let a = 1, let _b = 2, r, 3)", expect![[""]]);
}

#[test]
fn missing_cases_are_named() {
    diagnostics(
        "@f (o: Option<Result<int, str>>) -> int = match(o, Some(Ok(_)) -> 1, None -> 2)",
        expect![[""]],
    );
    diagnostics("@f (n: int) -> int = match(n, 0..=9 -> 1, 11.. -> 2, ..0 -> 3)", expect![[""]]);
    diagnostics(
        "type C = A(n: int) | B @f (p: (C, bool)) -> int = match(p, (B, _) -> 1, (A(..), true) -> 3)",
        expect![[""]],
    );
    diagnostics("@f (xs: [bool]) -> int = match(xs, [] -> 1, [true, ..] -> 2, [_] -> 3)", expect![[""]]);
}
