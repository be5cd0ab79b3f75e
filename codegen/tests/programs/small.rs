//! Small programs, a question of names, layout or instances each.

use super::check;
use super::load::{Files, What};
use super::native::only_compile;
use sigil_codegen::{Options, Shape};

fn prints(name: &str, text: &str, stdout: &str) {
    check(name, &[("main", text)], stdout, (0, ""));
}

/// Code and place of what emission reports.
fn refused(text: &str) -> (String, usize) {
    let texts = [("main", text)];
    let files = Files::load(&texts);
    let problems = files.unit(What::Main, Options::default()).expect_err("it is refused");
    let problem = problems.first().expect("a reason");
    (problem.code.to_string(), problem.span.start as usize)
}

#[test]
fn names_of_c_and_of_the_runtime_are_ordinary() {
    prints(
        "names",
        "@printf (n: int) -> int = n + 1
@int_ (auto: int) -> int = auto + 1
@main_ (errno: int) -> int = errno + 1
@errno () -> int = 40
@si_add (register: int) -> int = register
@malloc__x (static: int) -> int = static
type Si_list = { switch: int, volatile: int }
type FILE = A | B(goto: int)
@main () -> void = run(
    let long = si_add(printf(int_(main_(errno())))),
    let double_ = Si_list { switch: 1, volatile: long },
    print(double_.switch + double_.volatile + malloc__x(0)),
    print(match(B(.goto: 2), A -> 0, B(goto) -> goto)),
)
",
        "44\n2\n",
    );
}

#[test]
fn types_that_contain_themselves_are_boxed() {
    prints(
        "recursive",
        "#[derive(Eq, Printable)]
type Tree<T> = Leaf | Node(Tree<T>, T, Tree<T>)
#[derive(Eq, Printable)]
type Even = Zero | AfterOdd(Odd)
#[derive(Eq, Printable)]
type Odd = AfterEven(Even)
#[derive(Eq, Printable)]
type Chain = { value: int, next: Option<Chain> }
@add (t: Tree<int>, n: int) -> Tree<int> = match(t,
    Leaf -> Node(Leaf, n, Leaf),
    Node(l, m, r) -> if n < m then Node(add(l, n), m, r) else Node(l, m, add(r, n)),
)
@main () -> void = run(
    print(add(add(add(Leaf, 2), 1), 3)),
    let two = AfterOdd(AfterEven(Zero)),
    print(two),
    print(two == AfterOdd(AfterEven(Zero))),
    let c = Chain { value: 1, next: Some(Chain { value: 2, next: None }) },
    print(c),
    print(match(c.next, Some(d) -> d.value, None -> 0)),
)
",
        "Node(Node(Leaf, 1, Leaf), 2, Node(Leaf, 3, Leaf))
AfterOdd(AfterEven(Zero))
true
Chain { value: 1, next: Some(Chain { value: 2, next: None }) }
2
",
    );
}

#[test]
fn only_what_must_be_boxed_is() {
    let text = "type Enum = A | B
type Point = { x: int, y: int }
type Sum = C(int) | D(Point)
type Rose = { children: [Rose] }
type Tree = Leaf | Node(Tree, Tree)
type Odd = Odd(Even)
type Even = Zero | Next(Odd)
type Node = { value: int, next: Option<Node> }
type Holder = { node: Option<Node> }
type Sixteen = { a: (int, int, int, int), b: (int, int, int, int), c: (int, int, int, int), d: (int, int, int, int) }
type Seventeen = { all: Sixteen, more: int }
type Shared = { all: Seventeen, more: int }
";
    use Shape::{Boxed, Enum, Inline};
    let expect = [Enum, Inline, Inline, Inline, Boxed, Boxed, Boxed, Boxed, Inline, Inline, Boxed, Inline];
    assert_eq!(Files::load(&[("main", text)]).shapes(), expect);
}

#[test]
fn large_values_are_shared() {
    prints(
        "large",
        "#[derive(Eq, Printable, Default)]
type Three = { a: (int, int, str), b: (int, int, str), c: (int, int, str) }
#[derive(Eq, Printable, Default)]
type Nine = { a: Three, b: Three, c: Three }
@main () -> void = run(
    let nine = Nine.default(),
    let other = Nine { a: nine.a, b: nine.b, c: Three { a: (1, 2, \"x\"), b: (0, 0, \"\"), c: (0, 0, \"\") } },
    print(nine == other),
    print(other.c.a),
    print([other, nine].len()),
    print((nine, nine, 1, 2).0.a.c),
)
",
        "false\n(1, 2, x)\n2\n(0, 0, )\n",
    );
}

#[test]
fn void_is_a_value() {
    prints(
        "void",
        "#[derive(Eq, Printable)]
type Nothing = {}
@id<T> (v: T) -> T = v
@main () -> void = run(
    let unit = id(()),
    print([unit, ()]),
    print(Some(unit)),
    print((unit, Nothing {} == Nothing {})),
)
",
        "[(), ()]\nSome(())\n((), true)\n",
    );
}

#[test]
fn instances_that_grow_for_ever_are_refused() {
    let text = "@grow<T> (v: T, n: int) -> int = if n == 0 then 0 else grow([v], n - 1)
@main () -> void = print(grow(1, 3))
";
    assert_eq!(refused(text), ("E0324".to_owned(), 1));
}

#[test]
fn instances_that_double_for_ever_are_refused() {
    let text =
        "@grow<T> (v: T, n: int) -> int = if n == 0 then 0 else grow((v, 1), n - 1) + grow((1, v), n - 1)
@main () -> void = print(grow(1, 3))
";
    assert_eq!(refused(text), ("E0324".to_owned(), 1));
}

#[test]
fn types_that_grow_for_ever_are_refused() {
    let text = "type Nest<T> = End | More(T, Nest<(T, T)>)
@main () -> void = run(
    let n: Nest<int> = More(1, End),
    print(match(n, End -> 0, More(x, _) -> x)),
)
";
    assert_eq!(refused(text), ("E0324".to_owned(), 5));
}

#[test]
fn long_type_names_are_bounded() {
    let text = "@wrap<T> (v: T) -> (T, T) = (v, v)
@main () -> void = print(wrap(wrap(wrap(wrap(wrap(wrap(wrap(1))))))).0.0.0.0.0.0)
";
    let texts = [("main", text)];
    let unit = Files::load(&texts).unit(What::Main, Options::default()).expect("it is emitted");
    let longest = unit.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').map(str::len).max();
    assert!(longest.is_some_and(|length| length < 120), "{longest:?}");
    prints("long_names", text, "(1, 1)\n");
}

#[test]
fn helpers_of_all_kinds_of_types() {
    let text = "#[derive(Eq, Comparable, Hashable, Printable, Default)]
type Empty = {}
#[derive(Eq, Comparable, Hashable, Printable, Clone)]
type Color = Red | Green | Blue
#[derive(Eq, Comparable, Printable, Default, Clone)]
type Point = { x: int, y: float, label: str, on: bool, sign: char, raw: byte, d: Duration, s: Size }
#[derive(Eq, Printable)]
type Tree = Leaf | Node(Tree, (int, str), Tree) | Twig(xs: [Tree], m: {str: Tree})
#[derive(Eq, Comparable, Printable, Default)]
type Meters = float
#[derive(Eq, Printable)]
type Shape = Round(Color) | Square(side: int, unit: ()) | Nested(Option<Point>, Result<int, str>)
#[derive(Default)]
type Loop = { next: Option<Loop>, all: {str: Loop} }
#[derive(Eq, Printable)]
type Large = { a: (Point, Point), b: { u: Point, v: [Point] }, r: Meters }
type Plain = { f: (int) -> int, g: () -> str, r: Range<int>, c: Range<char>, n: Option<Never> }
type User = { id: int, tags: [str] }
impl Eq for User { @equals (self, other: User) -> bool = self.id == other.id }
impl Comparable for User { @compare (self, other: User) -> Ordering = self.id.compare(other.id) }
impl Hashable for User { @hash (self) -> int = self.id }
impl Printable for User { @to_string (self) -> str = str(self.id) }
impl Default for User { @default () -> User = User { id: 0, tags: [] } }
#[derive(Eq, Comparable, Hashable, Printable, Default)]
type Holder = { user: User, other: User }
type Nest<T> = End | More(T, Nest<(T, T)>)
type UsesNest = { n: Option<[Nest<int>]> }
";
    let texts = [("main", text)];
    only_compile("helpers", &Files::load(&texts).helpers());
}

#[test]
fn a_value_can_be_joined_with_itself() {
    prints(
        "joined",
        "@main () -> void = run(
    let mut s = \"abc\" + str(1),
    s = s + s,
    let mut xs = [s, s],
    xs = xs + xs,
    print(xs),
)
",
        "[abc1abc1, abc1abc1, abc1abc1, abc1abc1]\n",
    );
}
