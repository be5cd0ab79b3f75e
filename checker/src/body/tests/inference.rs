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
    check(
        "@f (xs: [int]) -> int = xs[# - 1]",
        expect![[r#"
        f(xs#0: [int])
          seq: int
            let #1
              xs#0: [int]
            index: int
              #1: [int]
              Sub: int
                call len<int>: int
                  #1: [int]
                1: int
    "#]],
    );
    check(
        "@f () -> [int] = [1, 2].slice(1, #)",
        expect![[r#"
        f()
          seq: [int]
            let #0
              list: [int]
                1: int
                2: int
            call slice<int>: [int]
              #0: [int]
              1: int
              call len<int>: int
                #0: [int]
    "#]],
    );
}

#[test]
fn named_arguments_keep_the_written_order() {
    check(
        "@f (a: int, b: str) -> int = f(.b: str(1), .a: 2)",
        expect![[r#"
        f(a#0: int, b#1: str)
          seq: int
            let #2
              call str<int>: str
                1: int
            let #3
              2: int
            call f: int
              #3: int
              #2: str
    "#]],
    );
}

#[test]
fn try_unwraps() {
    check(
        "@f (r: Result<int, str>) -> Result<int, str> = try(let x = r, r, Ok(x))",
        expect![[r#"
        f(r#0: Result<int, str>)
          try: Result<int, str>
            seq: Result<int, str>
              let x#1
                propagate to Try: int
                  r#0: Result<int, str>
              propagate to Try: int
                r#0: Result<int, str>
              construct 0: Result<int, str>
                x#1: int
    "#]],
    );
}

#[test]
fn lambdas_capture() {
    check(
        "@f (n: int) -> (int) -> int = x -> [1].map(y -> x + y + n).len()",
        expect![[r#"
            f(n#0: int)
              lambda x#1 captures n#0: (int) -> int
                call len<int>: int
                  pattern map: [int]
                    list: [int]
                      1: int
                    lambda y#2 captures x#1 n#0: (int) -> int
                      Add: int
                        Add: int
                          x#1: int
                          y#2: int
                        n#0: int
        "#]],
    );
}

#[test]
fn generic_calls_solve_from_arguments_then_result() {
    check(
        "@f (xs: [int]) -> Option<int> = xs.fold(None, (best, x) -> if x > 1 then Some(x) else best)",
        expect![[r#"
            f(xs#0: [int])
              pattern fold: Option<int>
                xs#0: [int]
                construct 1: Option<int>
                lambda best#1 x#2: (Option<int>, int) -> Option<int>
                  if: Option<int>
                    Gt: bool
                      x#2: int
                      1: int
                    construct 0: Option<int>
                      x#2: int
                    best#1: Option<int>
        "#]],
    );
}

#[test]
fn parallel_of_results() {
    check(
        "@f (r: Result<int, str>) -> Result<{ a: int, b: int }, str> = parallel(.b: 1, .a: r)",
        expect![[r#"
            f(r#0: Result<int, str>)
              parallel #1 #2: Result<{ a: int, b: int }, str>
                1: int
                r#0: Result<int, str>
                try: Result<{ a: int, b: int }, str>
                  seq: Result<{ a: int, b: int }, str>
                    let #3
                      propagate to Try: int
                        #2: Result<int, str>
                    construct 0: Result<{ a: int, b: int }, str>
                      record: { a: int, b: int }
                        #3: int
                        #1: int
        "#]],
    );
}

#[test]
fn independent_errors_are_reported_together() {
    diagnostics(
        "@f () -> int = run(\n    let a = foo(1),\n    let b = a + 1,\n    let c: str = 5,\n    print(c.size()),\n    b + \"x\",\n)",
        expect![[r#"
            E0100 2:13 unknown name `foo`
            E0308 4:18 mismatched types: expected str, found int
            E0323 5:13 no method `size` on str
        "#]],
    );
}

#[test]
fn suggestions() {
    diagnostics(
        "@f (count: int) -> int = coutn + 1",
        expect![[r#"
        E0100 1:26 unknown name `coutn` (help: did you mean `count`?)
    "#]],
    );
    diagnostics(
        "type P = { width: int } @f (p: P) -> int = p.widht",
        expect![[r#"
        E0311 1:46 no field `widht` on P (help: did you mean `width`?)
    "#]],
    );
    diagnostics(
        "@f (xs: [int]) -> [int] = xs.revers()",
        expect![[r#"
        E0323 1:30 no method `revers` on [int] (help: did you mean `reverse`?)
    "#]],
    );
}

#[test]
fn warnings() {
    diagnostics(
        "@f (r: Result<int, str>) -> int = run(let a = 1, let _b = 2, r, 3)",
        expect![[r#"
        W0100 1:43 unused local `a`
        W0102 1:62 this Result is dropped
    "#]],
    );
}

#[test]
fn missing_cases_are_named() {
    diagnostics(
        "@f (o: Option<Result<int, str>>) -> int = match(o, Some(Ok(_)) -> 1, None -> 2)",
        expect![[r#"
            E0400 1:43 non-exhaustive match: missing Some(Err(_)) (help: add an arm for it, or `_`)
        "#]],
    );
    diagnostics(
        "@f (n: int) -> int = match(n, 0..=9 -> 1, 11.. -> 2, ..0 -> 3)",
        expect![[r#"
        E0400 1:22 non-exhaustive match: missing 10 (help: add an arm for it, or `_`)
    "#]],
    );
    diagnostics(
        "type C = A(n: int) | B @f (p: (C, bool)) -> int = match(p, (B, _) -> 1, (A(..), true) -> 3)",
        expect![[r#"
            E0400 1:51 non-exhaustive match: missing (A(n: _), false) (help: add an arm for it, or `_`)
        "#]],
    );
    diagnostics(
        "@f (xs: [bool]) -> int = match(xs, [] -> 1, [true, ..] -> 2, [_] -> 3)",
        expect![[r#"
        E0400 1:26 non-exhaustive match: missing [false, .., _] (help: add an arm for it, or `_`)
    "#]],
    );
}
