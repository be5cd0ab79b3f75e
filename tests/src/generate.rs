//! Random programs that are well typed, end, and say all that they compute.
//!
//! A program is some types, functions that call only earlier ones, and an `@main` that prints. It may panic (an index,
//! an overflow), which is a result too. Variables are always annotated: inference has tests of its own.

use crate::Random;
use std::fmt::Write;

/// Types of generated values; all of them can be compared, printed, and used as keys.
#[derive(Clone, PartialEq)]
enum Ty {
    Int,
    Bool,
    Str,
    List(Box<Ty>),
    Opt(Box<Ty>),
    Res(Box<Ty>),
    Pair(Box<Ty>, Box<Ty>),
    Map(Box<Ty>),
    /// `type P = { n: int, s: [str] }`
    P,
    /// `type S = Nil | Num(int) | Two(l: S, r: S)`
    S,
}

impl Ty {
    fn text(&self) -> String {
        match self {
            Ty::Int => "int".into(),
            Ty::Bool => "bool".into(),
            Ty::Str => "str".into(),
            Ty::List(t) => format!("[{}]", t.text()),
            Ty::Opt(t) => format!("Option<{}>", t.text()),
            Ty::Res(t) => format!("Result<{}, str>", t.text()),
            Ty::Pair(a, b) => format!("({}, {})", a.text(), b.text()),
            Ty::Map(t) => format!("{{str: {}}}", t.text()),
            Ty::P => "P".into(),
            Ty::S => "S".into(),
        }
    }
}

struct Var {
    name: String,
    ty: Ty,
    /// May be assigned here.
    is_mut: bool,
}

struct Generator<'r> {
    random: &'r mut Random,
    vars: Vec<Var>,
    /// Variables below this belong to an outer lambda or function.
    frame: usize,
    functions: Vec<(Vec<Ty>, Ty)>,
    names: usize,
    in_loop: bool,
}

const TYPES: &str = "#[derive(Eq, Printable)] type P = { n: int, s: [str] }
#[derive(Eq, Printable)] type S = Nil | Num(int) | Two(l: S, r: S)
@say<T: Printable> (what: str, value: T) -> T = run(print(what + str(value)), value)
";

/// The program of a seed.
pub fn generate(seed: u64) -> String {
    let mut random = Random(seed);
    let mut g = Generator {
        random: &mut random,
        vars: Vec::new(),
        frame: 0,
        functions: Vec::new(),
        names: 0,
        in_loop: false,
    };
    let mut out = TYPES.to_owned();
    for index in 0..2 + g.below(3) {
        g.function(index, &mut out);
    }
    out.push_str("@main () -> void = run(\n");
    let mut lines = Vec::new();
    g.statements(6, 3, &mut lines);
    for index in 0..g.functions.len() {
        let (params, _) = g.functions[index].clone();
        let args: Vec<String> = params.iter().map(|ty| g.known(ty, 2)).collect();
        lines.push(format!("print(f{index}({}))", args.join(", ")));
    }
    let vars: Vec<String> = g.vars.iter().map(|var| format!("print({})", var.name)).collect();
    lines.extend(vars);
    for line in lines {
        let _ = writeln!(out, "    {line},");
    }
    out.push_str(")\n");
    out
}

impl Generator<'_> {
    fn below(&mut self, limit: usize) -> usize {
        self.random.below(limit)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.random.below(from.len())]
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("v{}", self.names)
    }

    fn ty(&mut self, depth: usize) -> Ty {
        let limit = if depth == 0 { 3 } else { 12 };
        match self.below(limit) {
            0 | 9 => Ty::Int,
            1 => Ty::Bool,
            2 => Ty::Str,
            3 | 10 => Ty::List(self.ty(depth - 1).into()),
            4 => Ty::Opt(self.ty(depth - 1).into()),
            5 => Ty::Pair(self.ty(depth - 1).into(), self.ty(depth - 1).into()),
            6 => Ty::Map(self.ty(depth - 1).into()),
            7 => Ty::P,
            8 => Ty::S,
            _ => Ty::Res(self.ty(depth - 1).into()),
        }
    }

    fn function(&mut self, index: usize, out: &mut String) {
        let params: Vec<Ty> = (0..self.below(4)).map(|_| self.ty(2)).collect();
        let result = self.ty(2);
        self.vars.clear();
        let mut list = Vec::new();
        for ty in &params {
            let name = self.name();
            list.push(format!("{name}: {}", ty.text()));
            self.vars.push(Var { name, ty: ty.clone(), is_mut: false });
        }
        let body = match self.below(4) {
            0 => self.expr(&result, 4),
            _ => {
                let mut lines = Vec::new();
                let count = 1 + self.below(4);
                self.statements(count, 3, &mut lines);
                lines.push(self.expr(&result, 3));
                format!("run(\n    {},\n)", lines.join(",\n    "))
            }
        };
        self.vars.clear();
        let _ = writeln!(out, "@f{index} ({}) -> {} = {body}", list.join(", "), result.text());
        self.functions.push((params, result));
    }

    // ---- statements

    fn statements(&mut self, count: usize, depth: usize, lines: &mut Vec<String>) {
        for _ in 0..count {
            let line = self.statement(depth);
            lines.push(line);
        }
    }

    fn block(&mut self, depth: usize) -> String {
        let scope = self.vars.len();
        let mut lines = Vec::new();
        let count = 1 + self.below(3);
        self.statements(count, depth, &mut lines);
        self.vars.truncate(scope);
        // A sequence of the type void.
        lines.push("()".into());
        format!("run({})", lines.join(", "))
    }

    fn statement(&mut self, depth: usize) -> String {
        let assignable: Vec<usize> = (self.frame..self.vars.len()).filter(|&i| self.vars[i].is_mut).collect();
        match self.below(if depth == 0 { 6 } else { 10 }) {
            0..=2 => self.binding(depth),
            3 | 4 if !assignable.is_empty() => {
                let at = assignable[self.below(assignable.len())];
                let (name, ty) = (self.vars[at].name.clone(), self.vars[at].ty.clone());
                format!("{name} = {}", self.expr(&ty, depth))
            }
            6 if self.in_loop => {
                let cond = self.expr(&Ty::Bool, 1);
                format!("if {cond} then {}", self.pick(&["break", "continue"]))
            }
            7 => {
                let cond = self.expr(&Ty::Bool, 2);
                let (then, other) = (self.block(depth - 1), self.block(depth - 1));
                match self.below(2) {
                    0 => format!("if {cond} then {then}"),
                    _ => format!("if {cond} then {then} else {other}"),
                }
            }
            8 | 9 => self.for_loop(depth),
            _ => {
                let ty = self.ty(1);
                format!("print({})", self.known(&ty, depth))
            }
        }
    }

    fn binding(&mut self, depth: usize) -> String {
        if self.below(5) == 0 {
            let (a, b) = (self.ty(1), self.ty(1));
            let pair = Ty::Pair(a.clone().into(), b.clone().into());
            let value = self.expr(&pair, depth);
            let (x, y) = (self.name(), self.name());
            let line = format!("let ({x}, {y}): {} = {value}", pair.text());
            self.vars.push(Var { name: x, ty: a, is_mut: false });
            self.vars.push(Var { name: y, ty: b, is_mut: false });
            return line;
        }
        let ty = self.ty(2);
        let value = self.expr(&ty, depth);
        let (name, is_mut) = (self.name(), self.below(2) == 0);
        let line = format!("let {}{name}: {} = {value}", if is_mut { "mut " } else { "" }, ty.text());
        self.vars.push(Var { name, ty, is_mut });
        line
    }

    fn for_loop(&mut self, depth: usize) -> String {
        let elem = self.ty(1);
        let iter = match elem {
            Ty::Int if self.below(2) == 0 => format!("0..{}", self.below(5)),
            _ => self.known(&Ty::List(elem.clone().into()), depth - 1),
        };
        let scope = self.vars.len();
        let name = self.name();
        self.vars.push(Var { name: name.clone(), ty: elem, is_mut: false });
        let guard = match self.below(3) {
            0 => format!(" if {}", self.expr(&Ty::Bool, 1)),
            _ => String::new(),
        };
        let was = std::mem::replace(&mut self.in_loop, true);
        let body = self.block(depth - 1);
        self.in_loop = was;
        self.vars.truncate(scope);
        format!("for {name} in {iter}{guard} do {body}")
    }

    // ---- expressions

    /// An expression whose type is known without an expectation.
    fn known(&mut self, ty: &Ty, depth: usize) -> String {
        let value = self.expr(ty, depth);
        match ty {
            Ty::Int | Ty::Bool | Ty::Str | Ty::P | Ty::S => value,
            _ => {
                let name = self.name();
                format!("run(let {name}: {} = {value}, {name})", ty.text())
            }
        }
    }

    /// In a lambda over a variable of that type.
    fn lambda(&mut self, param: &Ty, result: &Ty, depth: usize) -> String {
        let (frame, scope) = (self.frame, self.vars.len());
        let in_loop = std::mem::replace(&mut self.in_loop, false);
        self.frame = scope;
        let name = self.name();
        self.vars.push(Var { name: name.clone(), ty: param.clone(), is_mut: false });
        let body = self.expr(result, depth);
        self.vars.truncate(scope);
        (self.frame, self.in_loop) = (frame, in_loop);
        format!("{name} -> {body}")
    }

    fn expr(&mut self, ty: &Ty, depth: usize) -> String {
        let same: Vec<usize> = (0..self.vars.len()).filter(|&i| self.vars[i].ty == *ty).collect();
        if !same.is_empty() && (self.below(3) == 0 || depth == 0) {
            let at = same[self.below(same.len())];
            return self.vars[at].name.clone();
        }
        if depth == 0 {
            return self.leaf(ty);
        }
        let deeper = depth - 1;
        match self.below(12) {
            0 => {
                let cond = self.expr(&Ty::Bool, deeper);
                let (a, b) = (self.expr(ty, deeper), self.expr(ty, deeper));
                format!("(if {cond} then {a} else {b})")
            }
            1 => self.sequence(ty, deeper),
            2 => self.call(ty, deeper),
            3 => self.matched(ty, deeper),
            4 => {
                let opt = Ty::Opt(ty.clone().into());
                format!("({} ?? {})", self.known(&opt, deeper), self.expr(ty, deeper))
            }
            5 => {
                let list = self.known(&Ty::List(ty.clone().into()), deeper);
                // Rarely of a list that may be empty: the program ends there.
                let list = match self.below(20) {
                    0 => list,
                    _ => format!("{list}.push({})", self.expr(ty, deeper)),
                };
                format!("{list}[{}]", self.pick(&["0", "# - 1", "# / 2"]))
            }
            6 => {
                let pair = Ty::Pair(ty.clone().into(), self.ty(1).into());
                format!("{}.0", self.known(&pair, deeper))
            }
            7 => format!("say(\"{}\", {})", self.pick(&["a ", "b "]), self.known(ty, deeper)),
            8 => self.folded(ty, deeper),
            _ => self.made(ty, depth),
        }
    }

    fn leaf(&mut self, ty: &Ty) -> String {
        match ty {
            Ty::Int => self.pick(&["0", "1", "-1", "2", "7", "10", "-30"]).into(),
            Ty::Bool => self.pick(&["true", "false"]).into(),
            Ty::Str => self.pick(&["\"\"", "\"x\"", "\"héy\"", "\"two words\""]).into(),
            Ty::List(t) | Ty::Opt(t) | Ty::Map(t) if self.below(3) > 0 => {
                let part = self.leaf(t);
                match ty {
                    Ty::List(_) => format!("[{part}]"),
                    Ty::Opt(_) => format!("Some({part})"),
                    _ => format!("{{\"x\": {part}}}"),
                }
            }
            Ty::List(_) => "[]".into(),
            Ty::Opt(_) => "None".into(),
            Ty::Res(_) => "Err(\"bad\")".into(),
            Ty::Pair(a, b) => format!("({}, {})", self.leaf(a), self.leaf(b)),
            Ty::Map(_) => "{}".into(),
            Ty::P => "P { n: 3, s: [\"p\"] }".into(),
            Ty::S => "Nil".into(),
        }
    }

    fn sequence(&mut self, ty: &Ty, depth: usize) -> String {
        let scope = self.vars.len();
        let mut lines = Vec::new();
        let count = 1 + self.below(2);
        self.statements(count, depth, &mut lines);
        lines.push(self.expr(ty, depth));
        self.vars.truncate(scope);
        format!("run({})", lines.join(", "))
    }

    fn call(&mut self, ty: &Ty, depth: usize) -> String {
        let fitting: Vec<usize> = (0..self.functions.len()).filter(|&i| self.functions[i].1 == *ty).collect();
        if fitting.is_empty() {
            return self.made(ty, depth + 1);
        }
        let index = fitting[self.below(fitting.len())];
        let params = self.functions[index].0.clone();
        let args: Vec<String> = params.iter().map(|param| self.expr(param, depth)).collect();
        format!("f{index}({})", args.join(", "))
    }

    fn folded(&mut self, ty: &Ty, depth: usize) -> String {
        let elem = self.ty(1);
        let over = self.known(&Ty::List(elem.clone().into()), depth);
        let init = self.known(ty, depth.min(1));
        let (frame, scope) = (self.frame, self.vars.len());
        let in_loop = std::mem::replace(&mut self.in_loop, false);
        self.frame = scope;
        let (acc, item) = (self.name(), self.name());
        self.vars.push(Var { name: acc.clone(), ty: ty.clone(), is_mut: false });
        self.vars.push(Var { name: item.clone(), ty: elem, is_mut: false });
        let body = self.expr(ty, depth);
        self.vars.truncate(scope);
        (self.frame, self.in_loop) = (frame, in_loop);
        match self.below(2) {
            0 => format!("{over}.fold({init}, ({acc}, {item}) -> {body})"),
            _ => format!("fold(.over: {over}, .init: {init}, .op: ({acc}, {item}) -> {body})"),
        }
    }

    fn matched(&mut self, ty: &Ty, depth: usize) -> String {
        let of = self.ty(1);
        let value = self.known(&of, depth);
        let mut arms: Vec<(String, Vec<(String, Ty)>)> = Vec::new();
        let (x, y) = (self.name(), self.name());
        match &of {
            Ty::Int => arms.extend([("..0".into(), vec![]), ("0 | 7".into(), vec![])]),
            Ty::Bool => arms.push(("true".into(), vec![])),
            Ty::Str => arms.push(("\"\" | \"x\"".into(), vec![])),
            Ty::List(t) => {
                arms.push((format!("[{x}]"), vec![(x.clone(), (**t).clone())]));
                arms.push((format!("[{x}, ..{y}]"), vec![(x, (**t).clone()), (y, of.clone())]));
            }
            Ty::Opt(t) => arms.push((format!("Some({x})"), vec![(x, (**t).clone())])),
            Ty::Res(t) => {
                arms.push((format!("Ok({x})"), vec![(x, (**t).clone())]));
                arms.push((format!("Err({y})"), vec![(y, Ty::Str)]));
            }
            Ty::Pair(a, b) => {
                arms.push((format!("({x}, {y})"), vec![(x, (**a).clone()), (y, (**b).clone())]));
            }
            Ty::Map(_) => {}
            Ty::P => arms.push((
                format!("{{ n: {x}, s: [_, ..{y}] }}"),
                vec![(x, Ty::Int), (y, Ty::List(Ty::Str.into()))],
            )),
            Ty::S => {
                arms.push((format!("Two(Num({x}), {y})"), vec![(x.clone(), Ty::Int), (y.clone(), Ty::S)]));
                arms.push((format!("{y} @ Two(..)"), vec![(y, Ty::S)]));
                arms.push((format!("Num({x})"), vec![(x, Ty::Int)]));
            }
        }
        let is_whole = matches!(of, Ty::Res(_) | Ty::Pair(..));
        let mut out = format!("match({value}");
        for (pat, binds) in arms {
            let scope = self.vars.len();
            self.vars.extend(binds.into_iter().map(|(name, ty)| Var { name, ty, is_mut: false }));
            let guard = match self.below(4) {
                0 if !is_whole => format!(".match({})", self.expr(&Ty::Bool, depth.min(1))),
                _ => String::new(),
            };
            let _ = write!(out, ", {pat}{guard} -> {}", self.expr(ty, depth));
            self.vars.truncate(scope);
        }
        if !is_whole {
            let _ = write!(out, ", _ -> {}", self.expr(ty, depth));
        }
        out + ")"
    }

    /// By an operation of the type.
    fn made(&mut self, ty: &Ty, depth: usize) -> String {
        let deeper = depth - 1;
        match ty {
            Ty::Int => self.int(deeper),
            Ty::Bool => self.bool(deeper),
            Ty::Str => self.str(deeper),
            Ty::List(t) => self.list(t, deeper),
            Ty::Opt(t) => match self.below(4) {
                0 => format!("Some({})", self.expr(t, deeper)),
                1 => format!("{}.first()", self.known(&Ty::List(t.clone()), deeper)),
                2 => {
                    let list = self.known(&Ty::List(t.clone()), deeper);
                    format!("find(.over: {list}, .where: {})", self.lambda(t, &Ty::Bool, deeper))
                }
                _ => format!("{}[{}]", self.known(&Ty::Map(t.clone()), deeper), self.expr(&Ty::Str, deeper)),
            },
            Ty::Res(t) => match self.below(4) {
                0 => format!("Err({})", self.expr(&Ty::Str, deeper)),
                1 => format!("{}.ok_or(\"none\")", self.known(&Ty::Opt(t.clone()), deeper)),
                2 => {
                    let name = self.name();
                    let first = self.known(ty, deeper);
                    let scope = self.vars.len();
                    self.vars.push(Var { name: name.clone(), ty: (**t).clone(), is_mut: false });
                    let last = self.expr(t, deeper);
                    self.vars.truncate(scope);
                    format!("try(let {name} = {first}, Ok({last}))")
                }
                _ => format!("Ok({})", self.expr(t, deeper)),
            },
            Ty::Pair(a, b) => format!("({}, {})", self.expr(a, deeper), self.expr(b, deeper)),
            Ty::Map(t) => {
                let key = self.expr(&Ty::Str, deeper);
                match self.below(3) {
                    0 => format!("{{{key}: {}, \"k\": {}}}", self.expr(t, deeper), self.expr(t, deeper)),
                    1 => format!("{}.insert({key}, {})", self.known(ty, deeper), self.expr(t, deeper)),
                    _ => format!("{}.remove({key})", self.known(ty, deeper)),
                }
            }
            Ty::P => {
                let list = Ty::List(Ty::Str.into());
                format!("P {{ n: {}, s: {} }}", self.expr(&Ty::Int, deeper), self.expr(&list, deeper))
            }
            Ty::S => match self.below(3) {
                0 => format!("Num({})", self.expr(&Ty::Int, deeper)),
                _ => format!("Two({}, {})", self.expr(&Ty::S, deeper), self.expr(&Ty::S, deeper)),
            },
        }
    }

    fn int(&mut self, depth: usize) -> String {
        match self.below(7) {
            0 => format!("{}.n", self.expr(&Ty::P, depth)),
            1 => {
                let list = self.ty(1);
                format!("len({})", self.known(&Ty::List(list.into()), depth))
            }
            2 => {
                let op = self.pick(&["/", "%", "div"]);
                format!(
                    "({} {op} {})",
                    self.expr(&Ty::Int, depth),
                    self.pick(&["3", "-2", "1", "7", "(0 + 5)"])
                )
            }
            3 => format!("{}.sum()", self.known(&Ty::List(Ty::Int.into()), depth)),
            _ => {
                let op = self.pick(&["+", "-", "*", "&", "|", "^"]);
                format!("({} {op} {})", self.expr(&Ty::Int, depth), self.expr(&Ty::Int, depth))
            }
        }
    }

    fn bool(&mut self, depth: usize) -> String {
        match self.below(4) {
            0 => format!("!{}", self.expr(&Ty::Bool, depth)),
            1 => {
                let op = self.pick(&["&&", "||"]);
                format!("({} {op} {})", self.expr(&Ty::Bool, depth), self.expr(&Ty::Bool, depth))
            }
            2 => {
                let op = self.pick(&["<", "<=", ">", ">="]);
                let ty = if self.below(2) == 0 { Ty::Int } else { Ty::Str };
                format!("({} {op} {})", self.expr(&ty, depth), self.expr(&ty, depth))
            }
            _ => {
                let ty = self.ty(1);
                let op = self.pick(&["==", "!="]);
                format!("({} {op} {})", self.known(&ty, depth), self.known(&ty, depth))
            }
        }
    }

    fn str(&mut self, depth: usize) -> String {
        match self.below(5) {
            0 => {
                let ty = self.ty(2);
                format!("str({})", self.known(&ty, depth))
            }
            1 => format!("{}.slice(1, # - 1)", self.expr(&Ty::Str, depth)),
            2 => {
                let ty = self.ty(1);
                format!("{}.join(\"-\")", self.known(&Ty::List(ty.into()), depth))
            }
            _ => format!("({} + {})", self.expr(&Ty::Str, depth), self.expr(&Ty::Str, depth)),
        }
    }

    fn list(&mut self, elem: &Ty, depth: usize) -> String {
        let own = Ty::List(elem.clone().into());
        match self.below(8) {
            0 => format!("({} + {})", self.known(&own, depth), self.known(&own, depth)),
            1 => format!("{}.push({})", self.known(&own, depth), self.expr(elem, depth)),
            2 => format!("filter({}, {})", self.known(&own, depth), self.lambda(elem, &Ty::Bool, depth)),
            3 => {
                let from = self.ty(1);
                let over = self.known(&Ty::List(from.clone().into()), depth);
                format!("map({over}, {})", self.lambda(&from, elem, depth))
            }
            4 => {
                let f = self.lambda(&Ty::Int, elem, depth);
                format!("collect(.range: 0..{}, .transform: {f})", self.below(4))
            }
            5 => format!(
                "{}.{}",
                self.known(&own, depth),
                self.pick(&["reverse()", "take(2)", "drop(1)", "pop()"])
            ),
            _ => {
                let items: Vec<String> = (0..self.below(4)).map(|_| self.expr(elem, depth)).collect();
                format!("[{}]", items.join(", "))
            }
        }
    }
}
