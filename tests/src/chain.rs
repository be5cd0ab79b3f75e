//! Random chains of data patterns and of the methods of that name, whose functions print, panic and overflow.
//!
//! A program has chains in functions of their own, each run by its number, so that one that panics hides no other.

use crate::Random;
use std::fmt::Write;

/// Chains in a program.
pub const CHAINS: usize = 12;

/// Types of elements.
#[derive(Clone, Copy, PartialEq)]
enum Ty {
    Int,
    Str,
    Ints,
    Opt,
    Pair,
}

const ALL: [Ty; 5] = [Ty::Int, Ty::Str, Ty::Ints, Ty::Opt, Ty::Pair];

const SHARED: &str = "use std.env { args }
@seen (n: int) -> int = run(print(\"seen \" + str(n)), n)
@told (s: str) -> str = run(print(\"told \" + s), s)
@double (n: int) -> int = n * 2
@half (n: int) -> Option<int> = if n % 2 == 0 then Some(n / 2) else None
@is_small (n: int) -> bool = n < 3
@list (n: int) -> [int] = run(print(\"list\"), for i in 0..n yield i * i - 3)
@adder (n: int) -> (int) -> int = run(print(\"adder\"), x -> x + n)
";

/// The program of a seed; its argument is the number of a chain.
pub fn chains(seed: u64) -> String {
    let mut g = Generator { random: &mut Random(seed), names: 0 };
    let mut out = SHARED.to_owned();
    for index in 0..CHAINS {
        g.function(index, &mut out);
    }
    out.push_str("@main () -> void uses Env = match(int(args()[1]),\n");
    for index in 0..CHAINS {
        let _ = writeln!(out, "    {index} -> c{index}([4, 0, 3, 2], \"b,aa,,c\"),");
    }
    out.push_str("    _ -> (),\n)\n");
    out
}

/// An iterable; only lists have methods.
struct Over {
    text: String,
    ty: Ty,
    is_list: bool,
}

struct Generator<'r> {
    random: &'r mut Random,
    names: usize,
}

impl Generator<'_> {
    fn below(&mut self, limit: usize) -> usize {
        self.random.below(limit)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.random.below(from.len())]
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("v{}", self.names)
    }

    fn function(&mut self, index: usize, out: &mut String) {
        let _ = writeln!(out, "@c{index} (xs: [int], text: str) -> void = run(");
        out.push_str("    let mut k = 3,\n    let mut ys = xs.push(7),\n    let word = text + \"!\",\n");
        out.push_str("    let add = (n: int) -> int = n + xs.len(),\n");
        let mut lines = Vec::new();
        for _ in 0..1 + self.below(2) {
            let chain = self.chain();
            lines.push(self.consumed(chain));
        }
        // Without a later use the chain has the last one.
        for later in ["print(k)", "print(ys)", "print(xs)", "print(word)", "print(add(1))"] {
            if self.below(3) == 0 {
                lines.push(later.to_owned());
            }
        }
        lines.push("k = 0".to_owned());
        lines.push("ys = []".to_owned());
        for line in lines {
            let _ = writeln!(out, "    {line},");
        }
        out.push_str(")\n");
    }

    // ---- chains

    fn base(&mut self) -> Over {
        let list = |text: &str, ty| Over { text: text.to_owned(), ty, is_list: true };
        let other = |text: &str, ty| Over { text: text.to_owned(), ty, is_list: false };
        match self.below(13) {
            0 | 1 => list("xs", Ty::Int),
            2 | 3 => list("ys", Ty::Int),
            4 => list("[5, -1, 2]", Ty::Int),
            5 => list("list(5)", Ty::Int),
            6 => list("text.split(\",\")", Ty::Str),
            7 => list("[word, \"q\", word]", Ty::Str),
            8 => list("[xs, ys, []]", Ty::Ints),
            9 => list("word.lines()", Ty::Str),
            10 => other("0..4", Ty::Int),
            11 => other("k..=6", Ty::Int),
            _ => Over { text: "{\"a\": 1, \"b\": 0}".into(), ty: Ty::Pair, is_list: false },
        }
    }

    fn chain(&mut self) -> Over {
        let mut over = self.base();
        if let (false, Ty::Pair) = (over.is_list, over.ty) {
            // Entries of a map are the other way round.
            let f = self.pick(&["e -> (e.1, e.0)", "e -> (seen(e.1), e.0)"]);
            over = Over { text: format!("map({}, {f})", over.text), ty: Ty::Pair, is_list: true };
        }
        for _ in 0..self.below(5) {
            over = self.stage(over);
        }
        over
    }

    fn stage(&mut self, over: Over) -> Over {
        let Over { text, ty, is_list } = over;
        let by_method = is_list && self.below(2) == 0;
        if self.below(3) == 0 {
            let f = self.predicate(ty);
            let text = match by_method {
                true => format!("{text}.filter({f})"),
                false => format!("filter(.over: {text}, .predicate: {f})"),
            };
            return Over { text, ty, is_list: true };
        }
        let to = self.pick(&ALL);
        let f = self.transform(ty, to);
        let text = match by_method {
            true => format!("{text}.map({f})"),
            false if !is_list && self.below(2) == 0 => {
                format!("collect(.range: {text}, .transform: {f})")
            }
            false => format!("map(.over: {text}, .transform: {f})"),
        };
        Over { text, ty: to, is_list: true }
    }

    /// A statement that uses all of a chain.
    fn consumed(&mut self, over: Over) -> String {
        let Over { text, ty, is_list } = over;
        let by_method = is_list && self.below(2) == 0;
        match self.below(9) {
            0..=2 => self.folded(&text, ty, by_method),
            3 => {
                let f = self.predicate(ty);
                match by_method {
                    true => format!("print({text}.find({f}))"),
                    false => format!("print(find(.over: {text}, .where: {f}))"),
                }
            }
            4 => {
                let f = self.transform(ty, Ty::Opt);
                let default = self.pick(&["", ", .default: 100", ", .default: seen(k)"]);
                format!("print(find(.over: {text}, .map: {f}{default}))")
            }
            5 => {
                let f = self.transform(ty, Ty::Int);
                format!("print(for(.over: {text}, .map: {f}, .match: n.match(seen(n) > 2), .default: k))")
            }
            6 => {
                let name = self.name();
                let body = match self.below(4) {
                    0 => "k = k + 1",
                    1 => "ys = ys.push(k)",
                    2 => "if k > 4 then break",
                    _ => "if ys.len() > 5 then continue",
                };
                format!("for {name} in {text} do run(print({name}), k = k + 1, {body}, print(\"next\"))")
            }
            7 => {
                let name = self.name();
                let value = self.of_type(ty, &name, Ty::Int);
                format!("print(for {name} in {text} if k > 0 yield {value})")
            }
            _ => format!("print({text})"),
        }
    }

    fn folded(&mut self, text: &str, ty: Ty, by_method: bool) -> String {
        let (init, op) = match self.below(4) {
            0 if ty == Ty::Int => ("1".to_owned(), self.pick(&["+", "*", "-"]).to_owned()),
            0 if ty == Ty::Str => ("word".to_owned(), "+".to_owned()),
            0 if ty == Ty::Ints => ("ys".to_owned(), "+".to_owned()),
            1 => {
                let (acc, item) = (self.name(), self.name());
                let value = self.of_type(ty, &item, Ty::Str);
                let init = self.pick(&["\"\"", "told(\"start\")", "word", "run(ys = [1], \"z\")"]);
                (init.to_owned(), format!("({acc}, {item}) -> {acc} + {value}"))
            }
            _ => {
                let (acc, item) = (self.name(), self.name());
                let value = self.of_type(ty, &item, Ty::Int);
                let op = self.pick(&["+", "-", "*", "&", "+"]);
                let init = self.pick(&["0", "1", "seen(k)", "9_000_000_000_000_000_000", "run(k = 1, k)"]);
                (init.to_owned(), format!("({acc}, {item}) -> {acc} {op} {value}"))
            }
        };
        match by_method {
            true => format!("print({text}.fold({init}, {op}))"),
            false => format!("print(fold(.over: {text}, .init: {init}, .op: {op}))"),
        }
    }

    // ---- functions

    fn transform(&mut self, from: Ty, to: Ty) -> String {
        let known: &[&str] = match (from, to) {
            (Ty::Int, Ty::Int) => &["double", "seen", "add", "adder(2)"],
            (Ty::Int, Ty::Str) => &["str"],
            (Ty::Int, Ty::Opt) => &["half", "Some"],
            (Ty::Str, Ty::Str) => &["told"],
            _ => &[],
        };
        if !known.is_empty() && self.below(3) == 0 {
            return self.pick(known).to_owned();
        }
        let name = self.name();
        let value = self.of_type(from, &name, to);
        format!("{name} -> {value}")
    }

    fn predicate(&mut self, from: Ty) -> String {
        if from == Ty::Int && self.below(4) == 0 {
            return "is_small".to_owned();
        }
        if from == Ty::Opt && self.below(3) == 0 {
            return "is_some".to_owned();
        }
        let name = self.name();
        let value = self.of_type(from, &name, Ty::Int);
        let test = self.pick(&["> 0", "!= 3", "< 4", "% 2 == 0", ">= k"]);
        match (from, self.below(3)) {
            (Ty::Str, 0) => format!("{name} -> {name} != \"aa\" && len({name}) < 9"),
            _ => format!("{name} -> {value} {test}"),
        }
    }

    /// An expression over a variable.
    fn of_type(&mut self, from: Ty, name: &str, to: Ty) -> String {
        if from == to && self.below(4) == 0 {
            return name.to_owned();
        }
        let number = self.number(from, name);
        match to {
            Ty::Int => number,
            Ty::Str => match (from, self.below(3)) {
                (Ty::Str, 0 | 1) => format!("({name} + {})", self.pick(&["word", "\"-\"", "told(\"t\")"])),
                (_, 0) => format!("str({name})"),
                _ => format!("str({number})"),
            },
            Ty::Ints => match (from, self.below(3)) {
                (Ty::Ints, 0) => format!("({name} + xs)"),
                (Ty::Ints, 1) => format!("{name}.push(k)"),
                (_, 0) => "xs".to_owned(),
                _ => format!("[{number}, k]"),
            },
            Ty::Opt => format!("(if {number} > 1 then Some({number}) else None)"),
            Ty::Pair => format!("({number}, {})", self.pick(&["word", "\"p\"", "text"])),
        }
    }

    fn number(&mut self, from: Ty, name: &str) -> String {
        let start = match from {
            Ty::Int => name.to_owned(),
            Ty::Str => format!("len({name})"),
            Ty::Ints => match self.below(4) {
                0 => format!("{name}[0]"),
                1 => format!("{name}.sum()"),
                _ => format!("{name}.len()"),
            },
            Ty::Opt => match self.below(4) {
                0 => format!("{name}.unwrap()"),
                _ => format!("({name} ?? 1)"),
            },
            Ty::Pair => format!("{name}.0"),
        };
        match self.below(22) {
            0 => format!("({start} + 1)"),
            1 => format!("({start} * 3)"),
            2 => format!("({start} - k)"),
            3 => format!("(-{start})"),
            4 => format!("({start} * 3_000_000_000_000_000_000)"),
            5 => format!("({start} + 9_223_372_036_854_775_805)"),
            6 => format!("(12 / {start})"),
            7 => format!("({start} % 2)"),
            8 => format!("({start} div 2)"),
            9 | 10 => format!("seen({start})"),
            11 => format!("xs[{start} % #]"),
            12 => format!("xs[{start}]"),
            13 => format!("{start}.abs()"),
            14 => format!("{start}.pow(2)"),
            15 => format!("({start} & k)"),
            16 => format!("({start} ^ k)"),
            17 => format!("(if {start} > k then {start} else len(word))"),
            18 => format!("run(let y = {start}, y + y)"),
            19 => format!("match({start}, 0 -> 10, 1 | 2 -> 20, n -> n)"),
            20 => format!("add({start})"),
            _ => start,
        }
    }
}
