//! Programs that are hard on ownership and order; what they print follows from language.md, and every sanitizer and
//! warning is on.

use super::{check, check_tests};

macro_rules! bodies {
    ($($test:ident $name:literal;)*) => {$(
        #[test]
        fn $test() {
            let (text, stdout) =
                (include_str!(concat!("bodies/", $name, ".si")), include_str!(concat!("bodies/", $name, ".out")));
            check(concat!("bodies_", $name), &[("main", text)], stdout, (0, ""));
        }
    )*};
}

bodies! {
    values_are_released_once_on_every_path "ownership";
    operands_are_evaluated_in_order "order";
    paths_out_of_the_middle "leaving";
    questions_inside_recurse "recursion";
}

fn prints(name: &str, text: &str, stdout: &str) {
    check(name, &[("main", text)], stdout, (0, ""));
}

#[test]
fn updates_in_place_are_linear() {
    prints(
        "linear",
        "type Stack = { items: [int], name: str }
@push (s: Stack, n: int) -> Stack = Stack { items: s.items.push(n), name: s.name }
@main () -> void = run(
    let mut xs: [int] = [],
    let mut text = \"\",
    let mut s = Stack { items: [], name: \"s\" },
    let mut m: {int: int} = {},
    for i in 0..40000 do run(
        xs = xs.push(i),
        text = text + \"x\" + \"y\",
        s = push(s, i),
        m = m.insert(i % 1000, i),
    ),
    print([len(xs), len(text), len(s.items), len(m)]),
    print(len(fold(.over: 0..40000, .init: [0], .op: (acc, x) -> acc.push(x)))),
)
",
        "[40000, 80000, 40000, 1000]\n40001\n",
    );
}

#[test]
fn a_list_that_is_handed_over_is_read_by_the_other_arguments() {
    prints(
        "handed_over",
        "@both (a: [int], b: [int]) -> int = a[0] * 10 + b[0]
@first (a: [int], n: int) -> [int] = a.set(0, n)
@pick (a: [[int]], b: [int]) -> [[int]] = a.push(b)
@main () -> void = run(
    let mut xs = [1, 2, 3],
    let ys = xs,
    for i in 0..3 do xs = xs.set(i, xs[i] + xs[(i + 1) % 3]),
    print(xs), print(ys),
    xs = xs.set(1, both(xs, xs)),
    xs = first(xs, xs[2] + both(xs, ys)),
    print(xs),
    let mut deep = [[7], [8]],
    deep = pick(deep, deep[1]),
    deep = deep.set(0, deep[2]),
    print(deep),
    let mut pairs = [(1, 2)],
    pairs = pairs.set(0, (pairs[0].0 + len(pairs), 3)),
    print(pairs),
    xs = xs.slice(1, 3),
    let part = xs,
    xs = xs.set(0, xs[1] + part[0]),
    print(xs), print(part),
    for i in 0..5 do xs = if i < len(xs) then xs.set(i, xs[i] - (if i == 1 then break else 1)) else xs,
    print(xs),
    print(xs.set(xs[0] - xs[0], len(xs))),
)
",
        "[3, 5, 6]\n[1, 2, 3]\n[37, 33, 6]\n[[8], [8], [8]]\n[(2, 3)]\n[39, 6]\n[33, 6]\n[38, 6]\n[2, 6]\n",
    );
}

#[test]
fn long_chains_do_not_exhaust_the_stack() {
    let sum = vec!["n"; 20_000].join(" + ");
    let text = vec!["s"; 5_000].join(" + ");
    let all = vec!["n == 1"; 2_000].join(" && ");
    let program = format!(
        "@main () -> void = run(let n = 1, let s = \"ab\", print({sum}), print(len({text})), print({all}))\n"
    );
    let texts = [("main", program.as_str())];
    let files = super::load::Files::load(&texts);
    let unit = files.unit(super::load::What::Main, sigil_codegen::Options::default());
    assert!(unit.is_ok());
}

#[test]
fn panics_of_tasks_wait_for_the_others() {
    let text = "@f (n: int) -> int = if n > 1 then panic(\"big \" + str(n)) else n
@t1 tests @f () -> void = run(let r = parallel(.a: f(1), .b: f(0)), assert_eq(r.a, 1))
@t2 tests @f () -> void = run(let r = parallel(.a: f(1), .b: f(2), .c: f(3)), assert_eq(r.a, 1))
";
    let ends = [(0, ""), (101, "panic at main.si:1:36 in @f: big 2\n")];
    check_tests("tasks", &[("main", text)], &ends);
}
